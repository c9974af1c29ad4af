"""Mark handed-in notebooks: a table of students and exercises, and what went wrong in a sentence each.

    python -m gmm_course mark FOLDER … [--notebooks FOLDER] [--seed N] [--timeout SECONDS] [--csv FILE]

A folder that holds notebooks is one student's, named after it; a folder of such folders is a class. The checks come
from our notebooks, never from the handed-in ones. A cell that runs too long or ends its kernel is left out and the rest
run again, so it costs its own mark. This executes what students wrote: do it in an account of its own.
"""

import argparse
import csv
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from .student import read_sources, role, seeded

__all__ = ["Mark", "mark", "marks_of", "table"]

NOT_MARKED = {"0.0"}  # the pre-test: "nobody counts"
JUDGE = """from gmm_course.exercises import check
from IPython.display import display
verdict = {check}
display({{"application/json": [verdict.state, verdict.sentence]}}, raw=True)"""


@dataclass(frozen=True)
class Mark:
    """One student, one exercise: a point or none, and the sentence that goes with it."""

    student: str
    exercise: str
    points: int
    sentence: str


def mark(folders, notebooks="notebooks", *, seed=None, timeout=60, tell: Callable = lambda _text: None):
    """Every `Mark` of the students in these folders, in the chapters that at least one of them handed in.

    seed: of the variant they were given; timeout: seconds for one cell; tell: is called with each file to be run.
    """
    sources, students = read_sources(notebooks), [s for folder in folders for s in _students(Path(folder))]
    chapters = {name: source for name, source in sources.items() if any(_handed_in(s, name) for s in students)}
    if not chapters:
        raise ValueError(f"`folders` must hold notebooks named as ours, such as {min(sources)!r}; none was found")
    marks = []
    for student in students:
        for name, source in chapters.items():
            tell(f"{student.name}: {name}")
            result = _marks_of_file(_handed_in(student, name), seeded(source, seed), timeout)
            marks += [Mark(student.name, number, *of) for number, of in result.items() if number not in NOT_MARKED]
    return marks


def _students(folder):
    """The folder itself if notebooks lie in it, otherwise its subfolders."""
    if not folder.is_dir():
        raise ValueError(f"`folders` must be folders, got {str(folder)!r}")
    return [folder] if any(folder.glob("*.ipynb")) else sorted(path for path in folder.iterdir() if path.is_dir())


def _handed_in(student, name):
    """The files in a student's folder that begin as ours does: `05_descend (1).ipynb` too."""
    found = sorted(student.rglob(f"{Path(name).stem}*.ipynb"))
    return [path for path in found if ".ipynb_checkpoints" not in path.parts]


def _marks_of_file(paths, source, timeout):
    import nbformat

    if len(paths) != 1:
        sentence = f"{len(paths)} files for this chapter: keep one." if paths else "not handed in."
        return dict.fromkeys(_checks(source), (0, sentence))
    try:
        handed = nbformat.read(paths[0], as_version=4)
    except Exception as error:  # half a download, another format: whatever it is, it is no notebook
        return dict.fromkeys(_checks(source), (0, f"this file is no notebook: {error}".splitlines()[0]))
    return _apart(handed, source, timeout)


def _apart(handed, source, timeout):
    """The marks of a notebook, found in a process of its own: what is handed in may kill the process that runs it."""
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(marks_of, handed, source, timeout=timeout).result()
    except Exception:  # killed, or hit by a signal that nbclient doesn't expect
        return dict.fromkeys(_checks(source), (0, "it broke the process that marks it: look into this file yourself."))


def marks_of(handed, source, *, timeout=60):
    """{exercise: (points, sentence)} for a handed-in notebook, by the checks of our own, `source`."""
    notebook, lost = with_our_checks(handed, source), {}
    while (fatal := _run(notebook, timeout)) is not None:
        culprit, reason = fatal
        number = culprit.metadata.get("exercise")
        if number in _checks(source):
            lost[number] = (0, reason)
        notebook.cells = [c for c in notebook.cells if c is not culprit and not _is(c, number)]
    judged = {c.metadata["exercise"]: _points(c) for c in notebook.cells if role(c) == "check"}
    return {number: lost.get(number) or judged[number] for number in _checks(source)}


def _is(cell, number):
    return role(cell) == "check" and cell.metadata["exercise"] == number


def _checks(source):
    return {cell.metadata["exercise"]: cell for cell in source.cells if role(cell) == "check"}


def with_our_checks(handed, source):
    """The handed-in code with our checks, each before the first cell that follows it in ours and is still there."""
    from nbformat.v4 import new_code_cell, new_notebook

    checks = _checks(source)
    ours = [_key(cell) for cell in source.cells]
    cells = [c for c in handed.cells if not (role(c) == "check" or _key(c) in map(_key, checks.values()))]
    for number, check in checks.items():
        later = ours[ours.index(_key(check)) + 1 :]
        at = next((i for i, cell in enumerate(cells) if _key(cell) in later), len(cells))
        judge = new_code_cell(JUDGE.format(check=check.source))
        judge.metadata = {"exercise": number, "role": "check"}
        cells.insert(at, judge)
    code = [cell for cell in cells if cell.cell_type == "code"]
    return new_notebook(cells=code)


def _key(cell):
    """What a cell is known by: its part in an exercise, for some front ends give cells new ids; or its id."""
    return (cell.metadata.get("exercise"), role(cell)) if role(cell) else cell.get("id")


def _run(notebook, timeout):
    """Run all cells in a kernel of their own, in an empty folder; the cell that ended it, with the reason, or None."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    begun, quiet = [], logging.getLogger(f"{__name__}.quiet")
    quiet.disabled = True
    with tempfile.TemporaryDirectory() as empty:  # what lies beside a notebook could pass for a module of ours
        client = NotebookClient(
            notebook, timeout=timeout, kernel_name="python3", allow_errors=True, shutdown_kernel="immediate", log=quiet,
            on_cell_start=lambda cell, **_: begun.append(cell), resources={"metadata": {"path": empty}},
        )  # fmt: skip
        try:
            client.execute(stderr=subprocess.DEVNULL)
        except CellTimeoutError:
            return begun[-1], f"it ran longer than {timeout:g} seconds."
        except DeadKernelError:
            return begun[-1], "it ended the kernel."
    return None


def _points(cell):
    """1 or 0 and the sentence, as our check displayed it, or the error it met."""
    for output in reversed(cell.outputs):
        if output.output_type == "error":
            return 0, f"it stopped with {output.ename}: {output.evalue}".splitlines()[0][:200]
        if output.output_type == "display_data" and "application/json" in output.data:
            state, sentence = output.data["application/json"]
            return int(state == "right"), sentence if state != "open" else "not begun."
    return 0, "the check said nothing."


def table(marks):
    """The marks as text: a row a student, a column an exercise, and below it a line for each point lost."""
    students, exercises = list(dict.fromkeys(m.student for m in marks)), list(dict.fromkeys(m.exercise for m in marks))
    points = {(m.student, m.exercise): m.points for m in marks}
    wide = max(map(len, ["student", *students]))
    lines = [f"{'student':{wide}}  {'  '.join(exercises)}  points"]
    for student in students:
        row = [points[student, exercise] for exercise in exercises]
        cells = "  ".join(f"{'✓' if p else '·':^{len(e)}}" for p, e in zip(row, exercises, strict=True))
        lines.append(f"{student:{wide}}  {cells}  {sum(row)} of {len(row)}, {sum(row) / len(row):.0%}")
    return "\n".join([*lines, "", *(f"{m.student} {m.exercise}: {m.sentence}" for m in marks if not m.points)])


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m gmm_course mark", description="Mark handed-in notebooks.")
    parser.add_argument("folders", metavar="FOLDER", nargs="+", help="a student's folder, or a folder of those")
    parser.add_argument("--notebooks", default="notebooks", help="the course's notebooks (default: ./notebooks)")
    parser.add_argument("--seed", type=int, help="of the variant that was handed out")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one cell (default: 60)")
    parser.add_argument("--csv", metavar="FILE", help="also write student, exercise, points, sentence")
    given = parser.parse_args(arguments)
    options = {"seed": given.seed, "timeout": given.timeout, "tell": lambda text: print(text, file=sys.stderr)}
    try:
        marks = mark(given.folders, given.notebooks, **options)
    except ValueError as error:
        sys.exit(str(error))
    print(table(marks))
    if given.csv:
        with open(given.csv, "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["student", "exercise", "points", "sentence"])
            rows.writerows([m.student, m.exercise, m.points, m.sentence] for m in marks)


if __name__ == "__main__":
    main()
