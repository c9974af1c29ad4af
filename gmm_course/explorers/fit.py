"""Move the true bells, and watch whether the curve alone gives them back."""

import numpy as np

from gmm_helpers import CLASSIC, PRESETS, Mixture, classic_grid

from .as_code import literal
from .inputs import Bells
from .marks import bell_marks, ceiling, curve_marks, dots, fit_panels, line, reach
from .state import follow, largest_error, places, random_mixture
from .widget import Explorer, Preset, View
from .words import in_words, listed, scored, squares, told

__all__ = ["EVEN", "explore_fit", "guessing"]

EVEN = Mixture(np.full(3, 1 / 3), [5, 12.5, 20], [2, 2, 2])
QUESTIONS = {
    "Classic": ("Move a bell. Will the fit, which sees the dots alone, follow?", ("it will", "it won’t"), 0),
    "Tall is not heavy": ("Which bell holds the most weight?", ("the tallest", "the widest", "the last"), 1),
    "One hump": ("One maximum only. How many bells will the fit find?", ("one", "two", "three"), 2),
    "Cut off": ("Half of the last bell lies beyond the grid. Is half enough?", ("yes", "no"), 0),
    "Needle": (
        "A tenth of the weight stands between two dots. Where will the fit put it?",
        ("where it is", "near the last bell", "out of sight"),
        2,
    ),
}
CODE = """truth = {truth}
x = classic_grid()
density = truth.pdf(x)
result = fit(x, density, 3, rng=0)
print(result)"""


def explore_fit(**values):
    """Move the true weights, means and stds; the fit sees 75 points of the curve and nothing else.

    values: `truth` (a `Mixture`), `preset` (its name), in place of the first preset's. Returns one box.
    """
    x = classic_grid()

    def show(state):
        truth = state.values["truth"]
        density = truth.pdf(x)
        if state.covered:
            return guessing(x, density, state.values["guess"], residual=True)
        result = state.kept(literal(truth), lambda: follow(x, density, truth.n_components, state.last))
        state.last = result
        marks = curve_marks(x, density, result, truth, places=places(result.mixture, truth), live=True)
        return View(
            marks,
            scored(state.values["guess"], truth, x, result.mixture)
            if state.values["problem"]
            else sentence(result, truth),
            told(result, truth),
            {
                "curve": ((0, 25), (0, ceiling(density.max()))),
                "residual": ((0, 25), reach(density - result.pdf(x), density.max())),
            },
            ({"kind": "bells", "of": "truth", "panel": "curve"},),
            truth,
            result.mixture,
            live={"x": x.tolist(), "of": ["truth"], "same": [], "K": 3},
        )

    return Explorer(
        "explore_fit",
        show,
        fit_panels(),
        {"truth": Bells(CLASSIC), "guess": Bells(EVEN)},
        {name: Preset(*QUESTIONS[name][:1], {"truth": truth}, *QUESTIONS[name][1:]) for name, truth in PRESETS.items()},
        new=lambda rng: Preset("Seventy-five dots: where are their three bells?", {"truth": random_mixture(rng)}),
        code=lambda v: CODE.format(truth=literal(v["truth"])),
        hidden=("truth",),
        guess="guess",
        given=values,
    )


def guessing(x, density, guess, *, residual=False):
    """The view of a problem: the dots, and bells to set on them by hand. residual: whether there is such a panel."""
    fine = np.linspace(x[0], x[-1], 220)
    marks = bell_marks("curve", fine, guess, live="guess")
    marks["target"] = dots("curve", x, density, label="what we are given")
    marks["yours"] = line("curve", fine, guess.pdf(fine), label="your bells", live=("sum", "guess"))
    across = (float(x[0]), float(x[-1]))
    limits = {"curve": (across, (0, ceiling(max(density.max(), guess.pdf(fine).max()))))}
    if residual:
        left = density - guess.pdf(x)
        looks = {"color": "soft", "width": 1.0, "fill": 0.35, "live": ("left", "guess")}
        marks["residual"] = line("residual", x, left, **looks)
        limits["residual"] = (across, reach(left, density.max()))
    hold = ({"kind": "bells", "of": "guess", "panel": "curve"},)
    live = {"x": x.tolist(), "y": density.tolist(), "of": ["guess"], "same": [], "K": 0}
    return View(marks, "Where are the bells that made these dots?", "", limits, hold, live=live)


def sentence(result, truth):
    """The picture in words: where the bells are, what is left over, and whether they are the true ones."""
    mixture = result.mixture
    K = in_words(mixture.n_components).capitalize()
    where = f"{K} bells at {listed(mixture.means)}"
    if result.loss > 1e-8:
        return f"{where} leave {squares(result.loss)} over."
    hidden = (mixture.stds > 25) | (abs(mixture.means - 12.5) > 40)  # wider than the grid, or far beside it
    if hidden.any():
        seen = listed(mixture.means[~hidden])
        fled = f"has fled to {mixture.means[hidden][0]:.0f} ± {mixture.stds[hidden][0]:.0f}"
        weight = mixture.weights[hidden][0]
        return f"Bells at {seen} meet every dot; another {fled}, where no dot sees its weight of {weight:.2f}."
    if largest_error(mixture, truth) > 0.05:
        return f"{where} meet every dot, and yet they are not the bells that made the curve."
    return f"{where} explain the curve; nothing is left over."
