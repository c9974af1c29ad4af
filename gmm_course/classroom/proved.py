"""What a learner's own cells have shown: the exercises whose check, in a saved notebook, says right."""

import json
import re
from html import escape, unescape
from pathlib import Path

from ..exercises import exercise, numbers

__all__ = ["Proved", "proved"]

NOTHING = "No check has passed in the notebooks saved here. Save them (Ctrl + S), then run this cell again."


class Proved(list):
    """Pairs of an exercise's number and what its check said, shown as a table."""

    @property
    def _title(self):
        return f"{len(self)} of {len(numbers())} exercises:" if self else NOTHING

    def __repr__(self):
        return "\n".join([self._title, *(f"{number}  {exercise(number).name}: {said}" for number, said in self)])

    def _repr_html_(self):
        rows = (
            f"<tr><td>{number}</td><td><code>{exercise(number).name}</code></td>"
            f"<td style='text-align: left'>{escape(said)}</td></tr>"
            for number, said in self
        )
        return f"<p>{self._title}</p><table>{''.join(rows)}</table>"


def proved(folder="."):
    """The `Proved` list of the notebooks in a folder, in order. It reads what was saved, and keeps nothing."""
    found = {}  # an exercise once, though its notebook may have been copied
    for path in sorted(Path(folder).glob("[0-9][0-9]_*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:  # a browser's Python has no nbformat
            if cell["metadata"].get("role") == "check":
                said = "".join("".join(output.get("data", {}).get("text/html", "")) for output in cell["outputs"])
                if right := re.search(r"✓</b> Well done: (.*?)</p>", said, re.S):
                    found[cell["metadata"]["exercise"]] = unescape(re.sub(r"<.*?>", "", right[1]))
    return Proved(found.items())
