"""What a check answers: right, wrong or not begun, and a sentence."""

import re
from dataclasses import dataclass
from html import escape

__all__ = ["BUG", "FORGOTTEN", "IN_PLACE", "OPEN", "UNMENDED", "Verdict", "right"]

OPEN = "replace the `...` above by your answer, run that cell, then this one."
BUG = "that is the cell as it was. It runs, and it is wrong: find where by evidence, mend it, run it, then this one."
UNMENDED = "you have changed the cell, and what it returns is what it returned before: the fault is still there."
FORGOTTEN = "it returns nothing: is `return` missing?"
IN_PLACE = "it changes its argument in place: whoever calls it finds other numbers. Work on a copy, or on a new array."


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and a sentence about it. `state`: "right", "wrong" or "open" (not begun)."""

    state: str
    sentence: str

    @property
    def ok(self):
        """Whether the answer is right."""
        return self.state == "right"

    def __repr__(self):
        return f"{ {'right': 'Well done', 'wrong': 'Not yet', 'open': 'Your turn'}[self.state] }: {self.sentence}"

    def _repr_html_(self):
        mark, colour = {"right": ("✓", "#00805c"), "wrong": ("✗", "#b84d00"), "open": ("…", "#6f6f6f")}[self.state]
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(repr(self)))  # `…` is code, as in the notebook
        return (
            f"<p class='gmm-verdict' style='border-left: 4px solid {colour}; padding-left: .6em; margin: 0'>"
            f"<b style='padding: 0 .35em; border-radius: 3px; color: white; background: {colour}'>{mark}</b> {text}</p>"
        )


def right(sentence):
    """What a judge returns where the praise hangs on the answer."""
    return Verdict("right", sentence)
