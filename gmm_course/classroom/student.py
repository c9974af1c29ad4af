"""The editions of a notebook, made from one source by its cells' metadata.

    python -m gmm_course student DEST [--notebooks FOLDER] [--seed N]

writes the students' edition: every notebook without its solutions. With a seed it is a variant: functions are tried on
other numbers, and some tasks give other ones (`Exercise.vary`).
"""

import argparse
import copy
import re
import shutil
import sys
from itertools import pairwise
from pathlib import Path

from ..exercises import exercise
from ..exercises.exercise import in_other_words

__all__ = ["for_students", "read_sources", "role", "seeded", "solved", "write_edition"]


def write_edition(destination, notebooks="notebooks", *, seed=None):
    """Write the students' edition of a folder of notebooks into a new or empty folder; the paths written."""
    import nbformat

    destination, sources = Path(destination), read_sources(notebooks)
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise ValueError(f"`destination` must be a new or an empty folder, got {str(destination)!r}")
    destination.mkdir(parents=True, exist_ok=True)
    for name, notebook in sources.items():
        nbformat.write(for_students(notebook, seed), destination / name)
    for page in Path(notebooks).glob("*.md"):  # what the chapters link to
        shutil.copy(page, destination)
    return [destination / name for name in sources]


def read_sources(folder):
    """The course's own notebooks, by file name. `ValueError` if the folder holds none."""
    import nbformat

    paths = sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise ValueError(f"`notebooks` must be the course's folder of notebooks, got {str(folder)!r}, which holds none")
    return {path.name: nbformat.read(path, as_version=4) for path in paths}


def role(cell):
    """What a cell is to an exercise: "stub", "check", "hint", "solution", or None."""
    return cell.metadata.get("role")


def solved(notebook):
    """The notebook as it is when every exercise has been done: each stub gives way to its solution.

    A solution defines `bell_solution`, so that running it earns nobody a tick; here it takes the learner's, `bell`.
    """
    notebook = copy.deepcopy(notebook)
    own = re.compile(r"\b(\w+)_solution\b")
    solutions = {c.metadata["exercise"]: own.sub(r"\1", c.source) for c in notebook.cells if role(c) == "solution"}
    for cell in notebook.cells:
        if role(cell) == "stub":
            cell.source = solutions[cell.metadata["exercise"]]
    return notebook


def for_students(notebook, seed=None):
    """The notebook without solutions; with a seed, the variant of that seed."""
    notebook = seeded(notebook, seed)
    notebook.cells = [cell for cell in notebook.cells if role(cell) != "solution"]
    return notebook


def seeded(notebook, seed):
    """The notebook with each check, and the numbers that a task gives, of the variant of that seed."""
    notebook = copy.deepcopy(notebook)
    if seed is None:
        return notebook
    for before, cell in pairwise(notebook.cells):
        if role(cell) == "check":
            cell.source = re.sub(r"\)\s*$", f", seed={seed})", cell.source)
        if role(cell) in ("stub", "hint", "solution"):
            told = exercise(cell.metadata["exercise"]).variant(seed).told
            for one in (before, cell) if role(cell) == "stub" else (cell,):
                one.source = in_other_words(one.source, told)
    return notebook


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m gmm_course student", description="The students' edition.")
    parser.add_argument("destination", metavar="DEST", help="a new folder")
    parser.add_argument("--notebooks", default="notebooks", help="the course's notebooks (default: ./notebooks)")
    parser.add_argument("--seed", type=int, help="other numbers: a variant for each group or year")
    given = parser.parse_args(arguments)
    try:
        written = write_edition(given.destination, given.notebooks, seed=given.seed)
    except ValueError as error:
        sys.exit(str(error))
    print(f"{len(written)} notebooks without solutions are in {given.destination}.")


if __name__ == "__main__":
    main()
