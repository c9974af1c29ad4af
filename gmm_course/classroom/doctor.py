"""Is everything there to run the course? Each fault in one line, with what to type next.

    python -m gmm_course doctor        (where even numpy is missing: python gmm_course/classroom/doctor.py)

Asked are the installed metadata and, where the course's folder is at hand, its `pyproject.toml`; the kernel; the
chapters. It imports nothing of the course, so that it runs where the course doesn't.
"""

import json
import platform
import sys
from importlib import metadata, util
from pathlib import Path

__all__ = ["examine", "report"]

ANEW = "Type, in the folder of the course: python -m pip install uv && uv run jupyter lab notebooks/00_start_here.ipynb"


def report(folder="."):
    """What `examine` finds, as text: a line for each fault, or one line that all is well."""
    faults = examine(folder)
    if faults:
        return "\n".join([*faults, "Then restart the kernel, or JupyterLab, and look again."])
    versions = f"Python {platform.python_version()}, gmm_helpers {metadata.version('gmm_helpers')}"
    return f"All is there ({versions}). If an explorer shows no sliders, reload the page."


def examine(folder="."):
    """Sentences, each a fault and its cure; none if all is well. folder: the course's, or that of its notebooks."""
    if sys.platform == "emscripten":  # Python in the browser: the site has packed what there is
        return ()
    if util.find_spec("packaging") is None or util.find_spec("jupyter_client") is None:
        return (f"This Python, {sys.executable}, has no Jupyter. {ANEW}",)
    notebooks = next((p for p in (Path(folder), Path(folder) / "notebooks") if any(p.glob("00_*.ipynb"))), None)
    return tuple(dict.fromkeys([*_packages(notebooks), *_kernel(), *_chapters(notebooks)]))


def _packages(notebooks):
    """Python, and all that the course needs, what that needs, and so on: installed, and of the right version?"""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    try:
        pythons = SpecifierSet(metadata.metadata("gmm_helpers")["Requires-Python"])
    except metadata.PackageNotFoundError:
        yield f"`gmm_helpers` isn't installed in this Python, {sys.executable}. {ANEW}"
        return
    if not pythons.contains(platform.python_version(), prereleases=True):
        yield f"Python is {platform.python_version()}, the course needs {pythons}. {ANEW.replace('run', 'run -p 3.13')}"
    asked = dict.fromkeys([*metadata.requires("gmm_helpers"), *_group(notebooks)], "the course")
    done = set()
    while asked.keys() - done:
        text = next(text for text in asked if text not in done)
        done.add(text)
        one = Requirement(text)
        if one.marker and not one.marker.evaluate({"extra": ""}):
            continue
        cure = f'Type: "{sys.executable}" -m pip install "{one.name}{one.specifier}"'
        if util.find_spec("pip") is None:  # uv made this environment
            cure = "Type, in the folder of the course: uv sync"
        try:
            version = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            yield f"`{one.name}` is missing. {cure}"
            continue
        if not one.specifier.contains(version, prereleases=True):
            yield f"`{one.name}` is {version}, {asked[text]} needs {one.specifier}. {cure}"
        asked = dict.fromkeys(metadata.requires(one.name) or (), f"this `{one.name}`") | asked


def _group(notebooks):
    """What the pyproject.toml beside the notebooks asks for."""
    import tomllib

    path = notebooks and notebooks.resolve().parent / "pyproject.toml"
    groups = tomllib.loads(path.read_text(encoding="utf-8"))["dependency-groups"] if path and path.exists() else {}
    return groups.get("notebooks", ())


def _kernel():
    """The kernel `python3` must be this Python: one of another knows nothing of what is installed here."""
    from jupyter_client.kernelspec import KernelSpecManager

    if util.find_spec("ipykernel") is None:
        return  # told already
    starts = Path(KernelSpecManager().get_kernel_spec("python3").argv[0])
    if starts.is_absolute() and starts.parent != Path(sys.executable).parent:  # a bare `python` means this one
        cure = f'Type: "{sys.executable}" -m ipykernel install --user'
        yield f"The kernel `python3` starts {starts}, not this Python. {cure}"


def _chapters(notebooks):
    """A notebook for each chapter that the package has exercises for, each of them whole."""
    if notebooks is None:
        yield f"No chapters lie in {Path.cwd()}. Type: cd, and the folder that you unpacked the course into"
        return
    for chapter in range(len(list(Path(__file__).parents[1].joinpath("exercises").glob("*.txt")))):  # a table each
        try:
            (path,) = notebooks.glob(f"{chapter:02d}_*.ipynb")
            json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (ValueError, KeyError, TypeError):
            cure = "Unpack the course anew, or type: git checkout -- notebooks"
            yield f"Chapter {chapter:02d} is missing or broken. {cure}"


def main(_arguments=None):
    faults = examine()
    print(report())
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
