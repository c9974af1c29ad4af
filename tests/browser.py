"""Front ends and Chromium for tests: servers with folders of their own, notebooks made of a few cells, a page."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HINT = "no Chromium on this machine: `apt-get install chromium` (or Chrome from its site) and run again"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
           "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")  # fmt: skip
IDLE = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget, kernel = panel?.context?.sessionContext?.session?.kernel;
  return !!kernel && kernel.status === 'idle' && panel.content.widgets.every(
    c => c.model.type !== 'code' || c.model.executionCount !== null || !c.model.sharedModel.source.trim());
}"""
RUN_ALL = """async () => {
  const app = jupyterapp; await app.restored;
  const context = app.shell.currentWidget.context; await context.ready; await context.sessionContext.ready;
  await app.commands.execute('notebook:run-all-cells');
}"""


@contextmanager
def jupyter(home, app="lab", *extra):
    """JupyterLab or, as "notebook", Notebook 7: a server in the folder `home`, whose root is home/root.

    Yields its address; ends it by its process.
    """
    (home / "root").mkdir(exist_ok=True)
    settings = home / "JUPYTERLAB_SETTINGS_DIR/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    port = free_port()
    command = [
        sys.executable, "-m", "jupyter", app, "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=t",
        f"--ServerApp.root_dir={home}/root", "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True", *extra,
    ]  # fmt: skip
    with serving(command, own(home), home / "log", f"http://127.0.0.1:{port}", "/api") as base:
        yield base


@contextmanager
def voila(home, notebook):
    """A notebook as a page without code. Yields its address; ends the server by its process."""
    port = free_port()
    command = [sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    with serving(command, own(home), home / "log", f"http://127.0.0.1:{port}", "/voila/static/voila.js") as base:
        yield base


def own(home):
    """The environment of a server that keeps all it writes in the folder `home`."""
    return os.environ | {name: str(home / name) for name in FOLDERS} | {"OPENBLAS_NUM_THREADS": "1"}


@contextmanager
def serving(command, env, log, base, ready):
    """Run a server until the block ends; yields `base` once `base + ready` answers."""
    with log.open("w") as out:
        server = subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT)
    start = time.monotonic()
    try:
        while True:
            try:
                urllib.request.urlopen(base + ready, timeout=2).close()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                assert time.monotonic() - start < 60, log.read_text()
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(20)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def chromium_page(playwright, width=1400, height=880):
    """A page of its own; where there is no Chromium, a skip, and in CI a failure, with how to get one."""
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(HINT)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    try:
        yield browser.new_context(viewport={"width": width, "height": height}).new_page()
    finally:
        browser.close()


def write_notebook(path, *sources):
    """A notebook of code cells."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def open_and_run(page, base, notebook, route="lab/tree"):
    """Open a notebook in JupyterLab (Notebook 7: "notebooks"), run it; a second later no focus will move any more."""
    page.goto(f"{base}/{route}/{notebook}?token=t&reset")
    run_all(page)


def run_all(page):
    """Run the notebook that the page opens."""
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.evaluate(RUN_ALL)
    page.wait_for_function(IDLE, timeout=120_000)
    page.wait_for_timeout(1000)
