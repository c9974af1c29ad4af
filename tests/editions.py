"""The editions of a notebook, and what comes of running one."""

import json
import os
import pickle
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from gmm_course.classroom.student import role as role
from gmm_course.classroom.student import solved

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
WIDGETS = "application/vnd.jupyter.widget-state+json"


@dataclass(frozen=True)
class Run:
    """An executed notebook: its cells with their outputs, and what became of its claims."""

    notebook: nbformat.NotebookNode
    claims: dict  # (cell id, text as it stands there) -> text recomputed

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


def shared_run(path, edition, home, folder):
    """`run`, once for all the processes that share a folder; what it raises is raised in each of them."""
    stored = folder / f"{path.stem}-{edition}"
    try:
        stored.with_suffix(".begun").touch(exist_ok=False)
    except FileExistsError:
        while not stored.exists():
            time.sleep(0.1)
    else:
        try:
            outcome = run(path, edition, home)
        except Exception as error:
            outcome = AssertionError(f"{path.name}, {edition}: {error}")
        unfinished = stored.with_suffix(".unfinished")
        unfinished.write_bytes(pickle.dumps(outcome))
        unfinished.rename(stored)
    outcome = pickle.loads(stored.read_bytes())
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def run(path, edition, home):
    """Execute an edition from top to bottom, in its own kernel, and evaluate every claim where it stands."""
    notebook = read(path)
    if edition == "solved":
        notebook = solved(notebook)
    notebook.cells = [c for cell in notebook.cells for c in (cell, *_claims_cell(cell))]
    os.environ["IPYTHONDIR"] = str(home)
    where = {"metadata": {"path": path.parent}}
    # On a busy machine what a cell prints comes in pieces; a page shows it as one.
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where, coalesce_streams=True)
    client.execute()
    asked = [cell for cell in notebook.cells if cell.id.startswith("claims-")]
    claims = {
        (cell.id.removeprefix("claims-"), text): value
        for cell in asked
        for text, value in json.loads("".join(o.text for o in cell.outputs)).items()
    }
    notebook.cells = [cell for cell in notebook.cells if cell not in asked]
    return Run(notebook, claims)


def _claims_cell(cell):
    """A hidden code cell that evaluates the claims of a text in the kernel, right after the cell above it."""
    claims = cell.metadata.get("claims")
    if not claims:
        return []
    pairs = ", ".join(f"{text!r}: str({expression})" for text, expression in claims.items())
    code = nbformat.v4.new_code_cell(f"import json as _json\nprint(_json.dumps({{{pairs}}}))")
    code.id = f"claims-{cell.id}"
    return [code]


def tags(source):
    """(name, attributes) of every tag of an HTML source."""
    found, parser = [], HTMLParser()
    parser.handle_starttag = lambda name, attributes: found.append((name, dict(attributes)))
    parser.feed(source)
    return found
