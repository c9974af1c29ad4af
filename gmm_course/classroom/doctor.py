"""Is everything there to run the course? Each fault in one line, with what to type next.

    python -m gmm_course doctor        (where even numpy is missing: python gmm_course/classroom/doctor.py)

It knows Python and what is installed, the files that widgets bring for the browser, the kernel, and the chapters.
Ranges of versions come from the installed metadata and, where the course's folder is at hand, its `pyproject.toml`.
It imports nothing of the course, so that it runs where the course doesn't.
"""

import json
import platform
import sys
import tomllib
from importlib import metadata, util
from pathlib import Path

__all__ = ["examine", "report"]

MANAGER = "@jupyter-widgets/jupyterlab-manager"  # what draws the widgets, in the browser
ANEW = "Type, in the folder of the course: python -m pip install uv && uv run jupyter lab notebooks/00_start_here.ipynb"


def report(folder="."):
    """What `examine` finds, as text: a line for each fault, or one line that all is well."""
    faults = examine(folder)
    if faults:
        return "\n".join([*faults, "Then restart the kernel, or JupyterLab, and look again."])
    versions = f"Python {platform.python_version()}, gmm_helpers {metadata.version('gmm_helpers')}"
    return f"All is there ({versions}). Go on. If an explorer shows words instead of sliders, reload the page."


def examine(folder="."):
    """Sentences, each a fault and its cure; none if all is well. folder: the course's, or that of its notebooks."""
    if sys.platform == "emscripten":  # Python in the browser: the site has packed what there is
        return ()
    if util.find_spec("packaging") is None or util.find_spec("jupyter_client") is None:
        return (f"This Python, {sys.executable}, has no Jupyter. {ANEW}",)
    notebooks = next((p for p in (Path(folder), Path(folder) / "notebooks") if any(p.glob("00_*.ipynb"))), None)
    return tuple(dict.fromkeys([*_versions(notebooks), *_widgets(), *_kernel(), *_chapters(notebooks)]))


def _versions(notebooks):
    """Python, this package, what it needs, and what the notebooks need."""
    from packaging.specifiers import SpecifierSet

    try:
        itself = metadata.metadata("gmm_helpers")
    except metadata.PackageNotFoundError:
        yield f"`gmm_helpers` isn't installed in this Python, {sys.executable}. {ANEW}"
        return
    if not SpecifierSet(itself["Requires-Python"]).contains(platform.python_version(), prereleases=True):
        wanted = f"the course needs {itself['Requires-Python']}"
        yield f"Python is {platform.python_version()}, {wanted}. {ANEW.replace('uv run', 'uv run -p 3.13')}"
    for text in [*(itself.get_all("Requires-Dist") or ()), *_asked_by(notebooks)]:
        yield from _unmet(text, "the course")


def _asked_by(notebooks):
    """What the pyproject.toml beside the notebooks asks for: this very version, and the notebooks' group."""
    path = notebooks and notebooks.resolve().parent / "pyproject.toml"
    if not path or not path.exists():
        return []
    project = tomllib.loads(path.read_text(encoding="utf-8"))
    return [f"gmm_helpers=={project['project']['version']}", *project["dependency-groups"]["notebooks"]]


def _unmet(text, asked_by):
    """A fault, if a requirement such as "numpy>=2.1" applies here and isn't met."""
    from packaging.requirements import Requirement

    one = Requirement(text)
    if one.marker and not one.marker.evaluate({"extra": ""}):
        return
    cure = _install("--editable ." if one.name == "gmm_helpers" else f'"{one.name}{one.specifier}"')
    try:
        version = metadata.version(one.name)
    except metadata.PackageNotFoundError:
        yield f"`{one.name}` is missing. {cure}"
        return
    if not one.specifier.contains(version, prereleases=True):
        yield f"`{one.name}` is {version}, {asked_by} needs {one.specifier}. {cure}"


def _widgets():
    """ipywidgets, its other half at the version it asks for, and the files that the browser loads."""
    try:
        asked = [text for text in metadata.requires("ipywidgets") or () if text.startswith("jupyterlab_widgets")]
    except metadata.PackageNotFoundError:
        return _unmet("ipywidgets", "the course")
    return [fault for text in asked for fault in _unmet(text, "this `ipywidgets`")] or _browser()


def _browser():
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    if not any((Path(path) / MANAGER / "package.json").exists() for path in jupyter_path("labextensions")):
        cure = _install("--force-reinstall jupyterlab_widgets", "uv sync --reinstall")
        yield f"The files that `jupyterlab_widgets` brings for the browser are gone. {cure}"
    for path in jupyter_config_path():
        config = Path(path) / "labconfig" / "page_config.json"
        if config.exists() and json.loads(config.read_text()).get("disabledExtensions", {}).get(MANAGER):
            yield f"JupyterLab's widgets are switched off. Type: {_python()} -m jupyter labextension enable {MANAGER}"


def _kernel():
    """The kernel `python3` must be this Python: one of another knows nothing of what is installed here."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_core.paths import prefer_environment_over_user

    if util.find_spec("ipykernel") is None:
        return
    starts = Path(KernelSpecManager().get_kernel_spec("python3").argv[0])
    if starts.is_absolute() and starts.parent != Path(sys.executable).parent:  # a bare `python` means this one
        what = "is another Python" if starts.exists() else "no longer exists"
        where = "--sys-prefix" if prefer_environment_over_user() else "--user"
        yield f"The kernel `python3` starts {starts}, which {what}. Type: {_python()} -m ipykernel install {where}"


def _chapters(notebooks):
    """A notebook for each chapter that the package has exercises for, each of them whole."""
    if notebooks is None:
        yield f"No chapters lie in {Path.cwd()}. Type: cd, and the folder that you unpacked the course into"
        return
    for module in sorted(Path(__file__).parents[1].joinpath("exercises").glob("chapter_*.py")):
        found = sorted(notebooks.glob(f"{module.stem[-2:]}_*.ipynb"))
        if not found:
            yield f"Chapter {module.stem[-2:]} is missing. Unpack the course anew, or type: git checkout -- notebooks"
        for path in found:
            try:
                json.loads(path.read_text(encoding="utf-8"))["cells"]
            except (ValueError, KeyError, TypeError):
                yield f"{path.name} is broken. Unpack the course anew, or type: git checkout -- notebooks/{path.name}"


def _install(what, by_uv="uv sync"):
    """What to type to install something here: an environment that uv made has no pip."""
    if util.find_spec("pip") is None:
        return f"Type, in the folder of the course: {by_uv}"
    return f"Type: {_python()} -m pip install {what}"


def _python():
    return f'"{sys.executable}"' if " " in sys.executable else sys.executable


def main(_arguments=None):
    faults = examine()
    print(report())
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
