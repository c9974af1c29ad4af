"""What a learner's own cells have proved: the exercises whose check, in a saved notebook, says right."""

import re
from html import escape, unescape
from pathlib import Path

import nbformat

from .student import role

__all__ = ["Proved", "proved"]

NOTHING = "No check has passed in the notebooks saved here. Save them (Ctrl + S), then run this cell again."


class Proved(list):
    """Pairs of an exercise's number and what its check said, shown as a table."""

    def __repr__(self):
        return "\n".join(f"{number}  {sentence}" for number, sentence in self) or NOTHING

    def _repr_html_(self):
        rows = "".join(f"<tr><th>{number}</th><td>{escape(sentence)}</td></tr>" for number, sentence in self)
        return f"<table>{rows}</table>" if rows else f"<p>{NOTHING}</p>"


def proved(folder="."):
    """The `Proved` list of the notebooks in a folder, in order. It reads what was saved, and keeps nothing."""
    found = Proved()
    for path in sorted(Path(folder).glob("[0-9][0-9]_*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if role(cell) == "check":
                said = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
                if right := re.search(r"✓</b> Well done: (.*?)</p>", said, re.S):
                    found.append((cell.metadata["exercise"], unescape(re.sub(r"<.*?>", "", right[1]))))
    return found
