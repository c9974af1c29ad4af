"""Chapter 1: what the points of a grid see of a mixture."""

import numpy as np

from gmm_helpers import CLASSIC, PRESETS, Mixture, classic_grid
from gmm_helpers.plotting import LINES

from .controls import Choice, MixtureEditor, Number
from .explorer import Explorer, Preset, View, literal
from .live_figure import dots, fill, line
from .pictures import DOTS, GIVEN, CurvePicture, bells, ceiling
from .state import random_mixture
from .words import in_words, ordinal, spans

__all__ = ["explore_data"]

ABOVE_ONE = Mixture(CLASSIC.weights, CLASSIC.means, [2, 0.1, 2])
MERGE = Mixture([0.5, 0.5], [9.95, 14.05], [2, 2])
NEEDLE = Mixture([0.3, 0.1, 0.6], [5, 15.1667, 20], [2, 0.02, 2])
LOOKS = {
    "points": GIVEN,
    "mixture": {"color": "black"},
    "its bells": LINES[0],
    "draws": {"color": "#E3D5B0", "linewidth": 6},
}
CODE = """truth = {truth}
x = classic_grid({n_points})
density = truth.pdf(x)
print("area by the points:", density.sum() * (x[1] - x[0]))
draws = truth.sample({draws}, rng=0)"""


def explore_data(**values):
    """Move the true bells and the number of grid points; see what the points see, beside draws from the mixture.

    values: `truth`, `n_points`, `draws`, in place of the first preset's. Returns one box.
    """
    picture = CurvePicture(width=7.5, key=LOOKS, below=False)
    ax, figure = picture.curve, picture.figure

    def show(state):
        truth, x = state.values["truth"], classic_grid(int(state.values["n_points"]))
        density, fine = truth.pdf(x), np.linspace(0, 25, 1001)
        curve = truth.pdf(fine)
        figure.limits(ax, ylim=(0, ceiling(max(density.max(), curve.max()))))
        marks = _histogram(ax, truth, int(state.values["draws"]))
        marks |= {"points": dots(ax, x, density, **DOTS), "mixture": line(ax, fine, curve, linewidth=1.4)}
        if state.covered:
            return View(marks, f"{x.size} points on a curve: how many bells made it? Guess, then reveal.")
        return View(marks | bells(ax, fine, truth), sentence(truth, x, curve), status(truth, x), truth)

    controls = {
        "truth": MixtureEditor(CLASSIC),
        "n_points": Number("N", 75, 10, 300, 1, name="number of grid points", whole=True),
        "draws": Choice("draws", {"none": 0, "100": 100, "1,000": 1000, "10,000": 10000}),
    }
    presets = {
        "Classic": Preset("Which bell is the heaviest, and which the tallest?"),
        "Tall is not heavy": Preset("Which bell is the heaviest?", {"truth": PRESETS["Tall is not heavy"]}),
        "Above one": Preset("May a density exceed 1? And what area do the points find?", {"truth": ABOVE_ONE}),
        "Merge": Preset("Bring the bells together. At what gap do two humps become one?", {"truth": MERGE}),
        "Needle": Preset("Slide the second bell by 0.05. Does any point move?", {"truth": NEEDLE}),
    }
    return Explorer(
        "explore_data", show, figure, controls, presets, hidden=("truth",), given=values,
        new=lambda rng: {"truth": random_mixture(rng)},
        code=lambda v: CODE.format(truth=literal(v["truth"]), n_points=int(v["n_points"]), draws=max(v["draws"], 100)),
    )  # fmt: skip


def sentence(truth, x, curve):
    """The picture in words: the area the points find, the humps, the tallest bell and the heaviest."""
    area = truth.pdf(x).sum() * (x[1] - x[0])
    heights = truth.weights / truth.stds
    tall, heavy = int(np.argmax(heights)), int(np.argmax(truth.weights))
    humps = int(np.sum((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:])))
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


def _histogram(ax, truth, size):
    """Draws in bins of 1 between 0 and 25, as a filled outline; none for size 0."""
    if not size:
        return {}
    counts, edges = np.histogram(truth.sample(size, rng=0), bins=np.arange(26.0))
    return {"draws": fill(ax, np.repeat(edges, 2)[1:-1], np.repeat(counts / size, 2), color="#E3D5B0")}
