"""What an explorer shows of its values: marks, handles, sentences and numbers; the frame in widget.py draws on it."""

from dataclasses import dataclass, field

from gmm_helpers import Mixture

from .marks import scene

__all__ = ["SEEN", "UNSEEN", "View", "by_hand", "held"]

NAMES = {"truth": "the true bells", "start": "the start"}
SEEN = 1e-12  # a density that is nowhere higher is drawn as 0, and nothing can be fitted to it
UNSEEN = "No point sees a bell: bring one back onto the grid."


@dataclass(frozen=True, eq=False)
class View:
    """What an explorer shows of its values: the marks that move, the sentence that tells the picture, the numbers.

    handles: what can be held on the picture, as handles.js knows them, and its name in the legend; truth, fitted: the
    mixtures that a table sets side by side once the truth is revealed; away: controls, or "work", that don't count now;
    limits: panel → x, y, labels or ticks in place of its own; live: how the page goes on alone; found: HTML beside the
    control of a file; code: what as_code.toml asks for besides the values; holds: whether the answer to a question that
    stays is right of these values too.
    """

    marks: dict
    sentence: str
    status: str = ""
    handles: tuple = ()
    truth: Mixture | None = None
    fitted: Mixture | None = None
    away: tuple = ()
    limits: dict = field(default_factory=dict)
    live: dict | None = None
    found: str = ""
    code: dict = field(default_factory=dict)
    holds: bool = True


def held(name, mixture, words=""):
    """Handles on the bells of a mixture, the value of that name: on tops and flanks; words: its name in the legend."""
    paths = {which: [(name, which, k) for k in range(mixture.n_components)] for which in "wms"}
    return ({"kind": "bells", "paths": paths, "panel": "curve", "name": words or NAMES[name]},)


def by_hand(name, mixture, x, density, said, left=True):
    """The view of dots and of a mixture, the value of that name, that the hand sets: nothing is fitted."""
    marks = scene(x, density, mixture, label="your bells", live=name, left=left)
    return View(marks, said, handles=held(name, mixture, "your bells"), live={"of": name, "K": 0}, holds=False)
