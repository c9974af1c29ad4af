"""The course in a browser's own Python: JupyterLite with the kernel of Pyodide."""

import ast
import asyncio
import re
import sys
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from zipimport import zipimporter

import pytest

DOCS = Path(__file__).parents[2] / "docs"
EXTENSION = Path(sys.prefix, "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi")


@pytest.fixture(scope="module")
def lite():
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="it builds the site: `uv run --all-groups pytest`")
    sys.path.insert(0, str(DOCS))
    try:
        import lite
    finally:
        sys.path.pop(0)
    return lite


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


def _module(package, name):
    """A module of the kernel, out of its wheel, without the package around it: that one needs Pyodide."""
    (wheel,) = EXTENSION.glob(f"{package}-*.whl")
    module = module_from_spec(zipimporter(f"{wheel}/{package}").find_spec(name))
    module.__spec__.loader.exec_module(module)
    return module
