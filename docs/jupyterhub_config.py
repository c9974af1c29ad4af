"""JupyterHub for one class on one machine; docs/jupyterhub.md tells how to start it and what was measured.

    COURSE_PASSWORD=… uv run --with jupyterhub jupyterhub -f docs/jupyterhub_config.py

Students choose a name and type the one password. All run as the user who started the hub, so they could read each
other's files: good for a lesson on a machine of its own, not for an exam.
"""

import os
import shutil
import tempfile
from pathlib import Path

c = get_config()  # noqa: F821 (JupyterHub gives it)

NOTEBOOKS = Path(os.environ.get("COURSE_NOTEBOOKS", "notebooks")).resolve()
STUDENTS = Path(os.environ.get("COURSE_STUDENTS", "classroom")).resolve()  # a folder a student


def hand_out(spawner):
    """Give a student a copy of the notebooks, and of any that is new; never overwrite what stands there."""
    folder = STUDENTS / spawner.user.name
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in (*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("*.md")):
        if not (folder / notebook.name).exists():
            shutil.copy(notebook, folder)


# Who may come in
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["COURSE_PASSWORD"]  # eight characters or more
c.Authenticator.allow_all = True

# Where it listens: on this machine alone, unless COURSE_URL says otherwise
c.JupyterHub.bind_url = os.environ.get("COURSE_URL", "http://127.0.0.1:8000")

# What a student gets: a server for JupyterLab, in a folder of their own
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(STUDENTS / "{username}")
c.Spawner.pre_spawn_hook = hand_out
c.Spawner.notebook_dir = str(STUDENTS / "{username}")
c.Spawner.default_url = "/lab/tree/00_start_here.ipynb"
c.Spawner.environment = {
    "OPENBLAS_NUM_THREADS": "1",  # the arrays are tiny: threads cost memory and win nothing
    # Sockets of kernels: the path of one may be 107 characters long, so not below a student's folder.
    "JUPYTER_RUNTIME_DIR": lambda _spawner: tempfile.mkdtemp(prefix="course-"),
}
UNUSED = ("jupyter_lsp", "jupyter_server_terminals", "notebook", "notebook_shim", "voila.server_extension")
c.Spawner.args = [
    f"--ServerApp.jpserver_extensions={dict.fromkeys(UNUSED, False)}",  # each would cost every student memory
    "--KernelManager.transport=ipc",  # thirty kernels that look for free ports at once take each other's
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=",  # no news, no questions
]

# When thirty come at once on few cores, a server takes longer to answer than JupyterHub expects
c.JupyterHub.concurrent_spawn_limit = 0  # else the hub turns people away, and they have to try again
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
c.JupyterHub.active_server_limit = 0
c.JupyterHub.shutdown_on_logout = True
