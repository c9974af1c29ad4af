"""A notebook as it is handed out, and what comes of running it."""

import json
import os
import pickle
import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from gmm_course.classroom.student import role as role

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
WIDGETS = "application/vnd.jupyter.widget-state+json"


@dataclass(frozen=True)
class Run:
    """An executed notebook: its cells with their outputs, what became of its claims, and what its solutions earn."""

    notebook: nbformat.NotebookNode
    claims: dict  # (cell id, text as it stands there) -> text recomputed
    verdicts: dict  # exercise -> HTML of the verdict on its solution

    def outputs(self, kind=None):
        """(cell, output) for every output, of one type or of all."""
        return [(c, o) for c in code_cells(self.notebook) for o in c.outputs if kind in (None, o.output_type)]

    def html(self):
        """(cell, HTML source) for every output that has one."""
        return [(c, o.data["text/html"]) for c, o in self.outputs() if "text/html" in o.get("data", {})]

    def widget_states(self):
        """The saved state of every widget."""
        return self.notebook.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {}).values()


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shared_run(path, home, folder):
    """`run`, once for all the processes that share a folder; what it raises is raised in each of them."""
    stored = folder / path.stem
    try:
        stored.with_suffix(".begun").touch(exist_ok=False)
    except FileExistsError:
        while not stored.exists():
            time.sleep(0.1)
    else:
        try:
            outcome = run(path, home)
        except Exception as error:
            outcome = AssertionError(f"{path.name}: {error}")
        unfinished = stored.with_suffix(".unfinished")
        unfinished.write_bytes(pickle.dumps(outcome))
        unfinished.rename(stored)
    outcome = pickle.loads(stored.read_bytes())
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def run(path, home):
    """Execute a notebook from top to bottom, in its own kernel; every claim is evaluated, and every solution checked,
    where it stands."""
    notebook = read(path)
    notebook.cells = [c for cell in notebook.cells for c in (cell, *_claims_cell(cell), *_verdict_cell(cell))]
    os.environ["IPYTHONDIR"] = str(home)
    where = {"metadata": {"path": path.parent}}
    # On a busy machine what a cell prints comes in pieces; a page shows it as one.
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where, coalesce_streams=True)
    client.execute()
    hidden = {kind: [c for c in notebook.cells if c.id.startswith(f"{kind}-")] for kind in ("claims", "verdict")}
    claims = {
        (cell.id.removeprefix("claims-"), text): value
        for cell in hidden["claims"]
        for text, value in json.loads("".join(o.text for o in cell.outputs)).items()
    }
    verdicts = {
        cell.metadata["exercise"]: "".join(o.data["text/html"] for o in cell.outputs) for cell in hidden["verdict"]
    }
    notebook.cells = [cell for cell in notebook.cells if cell not in hidden["claims"] + hidden["verdict"]]
    return Run(notebook, claims, verdicts)


def _claims_cell(cell):
    """A hidden code cell that evaluates the claims of a text in the kernel, right after the cell above it."""
    claims = cell.metadata.get("claims")
    if not claims:
        return []
    pairs = ", ".join(f"{text!r}: str({expression})" for text, expression in claims.items())
    code = nbformat.v4.new_code_cell(f"import json as _json\nprint(_json.dumps({{{pairs}}}))")
    code.id = f"claims-{cell.id}"
    return [code]


def _verdict_cell(cell):
    """A hidden code cell that checks a solution, right after it: it defines the learner's name with `_solution`."""
    if role(cell) != "solution":
        return []
    number, (name, *_) = cell.metadata["exercise"], re.findall(r"\w+_solution\b", cell.source)
    code = nbformat.v4.new_code_cell(f'check("{number}", {name})', metadata={"exercise": number})
    code.id = f"verdict-{cell.id}"
    return [code]


def tags(source):
    """(name, attributes) of every tag of an HTML source."""
    found, parser = [], HTMLParser()
    parser.handle_starttag = lambda name, attributes: found.append((name, dict(attributes)))
    parser.feed(source)
    return found
