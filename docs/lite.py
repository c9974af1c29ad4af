"""JupyterLite: the notebooks in a browser, without a server.

Pyodide, the Python inside, and its own packages (NumPy, SciPy, Matplotlib, scikit-learn) come from its CDN when a
notebook is first run. The rest, plain Python, is shipped with the site, as wheels.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

ROOT = Path(__file__).parents[1]
SHIPPED = ("autograd", "threadpoolctl", "tqdm", "anywidget", "psygnal", "typing_extensions", "ipywidgets",
           "jupyterlab_widgets", "comm")  # fmt: skip
# A comment of its own line: behind `%pip …` its words would be taken for names of packages.
FIRST = """# From this site: the browser's Python starts without them.
%pip install -q gmm_helpers anywidget ipywidgets matplotlib"""
FROM_A_FILE = """<script>if (location.protocol === "file:") document.write(`<h1>The notebooks need a web server</h1>
<p>A browser runs no Python from a file. In the folder of the site: <code>python -m http.server</code>,
then open <a href="http://localhost:8000/lab/">http://localhost:8000/lab/</a>.</p>`)</script>
"""


def build_lab(folder, paths, pyodide=None):
    """Write JupyterLite with these notebooks into `folder`; with a copy of the folder `pyodide` it needs no CDN."""
    with TemporaryDirectory() as home:
        wheels, contents = Path(home, "wheels"), Path(home, "contents")
        wheels.mkdir()
        contents.mkdir()
        if pyodide:
            Path(home, "static").mkdir()
            Path(home, "static/pyodide").symlink_to(Path(pyodide).absolute(), target_is_directory=True)
        for path in paths:
            nbformat.write(for_browser(nbformat.read(path, as_version=4)), contents / path.name)
        for page in (ROOT / "notebooks").glob("*.md"):
            shutil.copy(page, contents)
        build = [os.environ.get("UV", "uv"), "build", "--quiet", "--wheel", "--out-dir", wheels, ROOT]
        subprocess.run(build, check=True)
        own = list(wheels.glob("*.whl"))
        options = [f"--piplite-wheels={wheel}" for wheel in own + [repack(name, wheels) for name in SHIPPED]]
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--contents", contents, "--output-dir", folder]
        command += ["--apps=lab", "--no-sourcemaps", "--no-unused-shared-packages", "--no-libarchive", *options]
        subprocess.run(command, cwd=home, check=True, capture_output=True)
    for page in Path(folder).rglob("index.html"):
        page.write_text(for_file(page.read_text(encoding="utf-8")), encoding="utf-8")


def for_browser(notebook):
    """A copy's kernel is the browser's, and its first cell brings what that one lacks."""
    notebook.metadata["kernelspec"] = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    notebook.cells.insert(0, nbformat.v4.new_code_cell(FIRST, id="pyodide"))
    return notebook


def for_file(page):
    """A page that, opened from a file, says that it can't run there: it would stay blank."""
    return page.replace("</head>", f"{FROM_A_FILE}</head>", 1)


def repack(name, folder):
    """A wheel of an installed distribution's Python alone: no compiled twins of modules, no data outside packages."""
    installed = distribution(name)
    wheel = folder / f"{installed.name.replace('-', '_')}-{installed.version}-py3-none-any.whl"
    kept = [
        f for f in installed.files if f.parts[0] != ".." and f.name not in ("INSTALLER", "REQUESTED", "direct_url.json")
    ]
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in kept:
            if file.name == "RECORD":
                archive.writestr(str(file), "".join(f"{f},,\n" for f in kept))
            elif file.suffix not in (".pyc", ".so", ".pyd"):
                archive.write(file.locate(), str(file))
    return wheel
