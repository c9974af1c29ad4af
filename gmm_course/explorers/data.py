"""What the points of a grid see of a mixture."""

import numpy as np

from gmm_helpers import CLASSIC, PRESETS, Mixture, classic_grid

from .as_code import literal
from .fit import EVEN, guessing
from .inputs import Bells, Choice, Number
from .marks import Panel, bell_marks, ceiling, dots, line
from .state import random_mixture
from .widget import Explorer, Preset, View
from .words import in_words, ordinal, scored, spans

__all__ = ["explore_data"]

ABOVE_ONE = Mixture(CLASSIC.weights, CLASSIC.means, [2, 0.1, 2])
MERGE = Mixture([0.5, 0.5], [9.95, 14.05], [2, 2])
NEEDLE = Mixture([0.3, 0.1, 0.6], [5, 15.1667, 20], [2, 0.02, 2])
CODE = """truth = {truth}
x = classic_grid({n_points})
density = truth.pdf(x)
print("area by the points:", density.sum() * (x[1] - x[0]))
draws = truth.sample({draws}, rng=0)"""


def explore_data(**values):
    """Move the true bells and the number of grid points; see what the points see, beside draws from the mixture.

    values: `truth`, `n_points`, `draws`, `preset`, in place of the first preset's. Returns one box.
    """

    def show(state):
        truth, x = state.values["truth"], classic_grid(int(state.values["n_points"]))
        density, fine = truth.pdf(x), np.linspace(0, 25, 1001)
        if state.covered:
            return guessing(x, density, state.values["guess"])
        curve = truth.pdf(fine)
        marks = _histogram(truth, int(state.values["draws"])) | bell_marks("curve", fine[::4], truth, live="truth")
        marks["points"] = dots("curve", x, density, label="points", live=("data",))
        marks["mixture"] = line("curve", fine, curve, width=1.3, label="mixture", live=("sum", "truth"))
        said = sentence(truth, x, curve)
        if state.values["problem"]:
            said = f"{scored(state.values['guess'], truth, x)} {said}"
        limits = {"curve": ((0, 25), (0, ceiling(max(density.max(), curve.max()))))}
        hold = ({"kind": "bells", "of": "truth", "panel": "curve"},)
        live = {"x": x.tolist(), "of": ["truth"], "same": ["n_points", "draws"], "K": 0}
        return View(marks, said, status(truth, x), limits, hold, truth, live=live)

    controls = {
        "truth": Bells(CLASSIC),
        "guess": Bells(EVEN),
        "n_points": Number("N", 75, 10, 300, 1, name="number of grid points", whole=True),
        "draws": Choice("draws", {"none": 0, "100": 100, "1,000": 1000, "10,000": 10000}),
    }
    yes_no = ("yes", "no")
    presets = {
        "Classic": Preset("Is the tallest bell the heaviest?", {}, yes_no, 0),
        "Tall is not heavy": Preset(
            "Which bell is the heaviest?", {"truth": PRESETS["Tall is not heavy"]},
            ("the tallest", "the widest", "the last"), 1,
        ),
        "Above one": Preset("May a density exceed 1?", {"truth": ABOVE_ONE}, yes_no, 0),
        "Merge": Preset(
            "Bring the bells together. At what gap, in stds, do two humps become one?", {"truth": MERGE},
            ("1 std", "2 stds", "3 stds"), 1,
        ),
        "Needle": Preset("Slide the second bell by 0.05. Will any point move?", {"truth": NEEDLE}, yes_no, 1),
    }  # fmt: skip
    return Explorer(
        "explore_data", show, {"curve": Panel(1, ylabel="density", xlabel="x")}, controls, presets, height=370,
        new=lambda rng: Preset("A curve of three bells: where do they stand?", {"truth": random_mixture(rng)}),
        code=lambda v: CODE.format(truth=literal(v["truth"]), n_points=int(v["n_points"]), draws=max(v["draws"], 100)),
        hidden=("truth",), guess="guess", given=values,
    )  # fmt: skip


def sentence(truth, x, curve):
    """The picture in words: the area the points find, the humps, the tallest bell and the heaviest."""
    area = truth.pdf(x).sum() * (x[1] - x[0])
    heights = truth.weights / truth.stds
    tall, heavy = int(np.argmax(heights)), int(np.argmax(truth.weights))
    humps = int(np.sum((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:])))
    unseen = np.flatnonzero(truth.component_pdfs(x).max(axis=0) < 1e-3 * truth.weights)
    if unseen.size:
        return f"{x.size} points see an area of {area:.3f}, and nothing of the {ordinal(unseen[0])} bell."
    seen = f"{x.size} points see an area of {area:.3f}; {in_words(humps)} hump{'s' if humps != 1 else ''}"
    if np.isclose(heights, heights[tall]).sum() > 1:
        return f"{seen}; no bell is the tallest."
    but = "and it is the heaviest" if tall == heavy else f"but the heaviest is the {ordinal(heavy)}"
    return f"{seen}; the tallest bell is the {ordinal(tall)}, {but}."


def status(truth, x):
    """Step of the grid, what of the mixture lies on it, and the bells' heights."""
    on_grid = truth.cdf(25.0) - truth.cdf(0.0)
    heights = truth.weights / (truth.stds * np.sqrt(2 * np.pi))
    return spans(
        f"step {x[1] - x[0]:.3g}",
        f"on the grid lies {on_grid:.4f} of the mixture",
        f"heights of the bells {', '.join(f'{h:.3f}' for h in heights)}",
    )


def _histogram(truth, size):
    """Draws in bins of 1 between 0 and 25, as a filled outline; none for size 0."""
    if not size:
        return {}
    counts, edges = np.histogram(truth.sample(size, rng=0), bins=np.arange(26.0))
    x, y = np.repeat(edges, 2)[1:-1], np.repeat(counts / size, 2)
    return {"draws": line("curve", x, y, color="draws", width=0, fill=0.8, label=f"{size:,} draws")}
