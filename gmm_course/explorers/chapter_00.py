"""Chapter 0: move the true bells, and watch whether the curve alone gives them back."""

from gmm_helpers import CLASSIC, PRESETS, classic_grid

from .controls import MixtureEditor
from .explorer import Explorer, Preset, View, literal, told
from .pictures import CurvePicture, truth_bands
from .state import follow, largest_error, random_mixture
from .words import in_words, listed, squares

__all__ = ["explore_fit"]

QUESTIONS = {
    "Classic": "Move a bell. Does the fit, which sees the dots alone, follow?",
    "Tall is not heavy": "Which bell is the heaviest: does the tallest hold the most?",
    "One hump": "One maximum only. Are there still three bells in it?",
    "Cut off": "Half of the last bell lies beyond the grid. Is half enough?",
    "Needle": "A tenth of the weight stands between two dots. Where will the fit put it?",
}
GUESS = "Seventy-five dots: where are their three bells? Guess, then reveal."
CODE = """truth = {truth}
x = classic_grid()
density = truth.pdf(x)
result = fit(x, density, 3, rng=0)
print(result)"""


def explore_fit(**values):
    """Move the true weights, means and stds; the fit sees 75 points of the curve and nothing else.

    values: `truth` (a `Mixture`), in place of the first preset's. Returns one box.
    """
    picture, x = CurvePicture(width=7.5), classic_grid()

    def show(state):
        truth = state.values["truth"]
        density = truth.pdf(x)
        if state.covered:
            return View(picture.dots(x, density), GUESS)
        result = state.kept(literal(truth), lambda: follow(x, density, truth.n_components, state.last))
        state.last = result
        marks = picture.marks(x, density, result.pdf(x), result.mixture)
        if state.values["revealed"]:
            marks = truth_bands(picture.curve, picture.fine, truth) | marks
        return View(marks, sentence(result, truth), told(result, truth), truth, result.mixture)

    return Explorer(
        "explore_fit",
        show,
        picture.figure,
        {"truth": MixtureEditor(CLASSIC)},
        {name: Preset(QUESTIONS[name], {"truth": truth}) for name, truth in PRESETS.items()},
        new=lambda rng: {"truth": random_mixture(rng)},
        code=lambda v: CODE.format(truth=literal(v["truth"])),
        hidden=("truth",),
        given=values,
    )


def sentence(result, truth):
    """The picture in words: where the bells are, what is left over, and whether they are the true ones."""
    mixture = result.mixture
    K = in_words(mixture.n_components).capitalize()
    where = f"{K} bells at {listed(mixture.means)}"
    if result.loss > 1e-8:
        return f"{where} leave {squares(result.loss)} over."
    hidden = mixture.stds > 250
    if hidden.any():
        seen = listed(mixture.means[~hidden])
        wide = f"has fled to a std of {mixture.stds[hidden][0]:.0e}, where no dot sees its weight"
        return f"Bells at {seen} meet every dot; another {wide} of {mixture.weights[hidden][0]:.2f}."
    if largest_error(mixture, truth) > 0.05:
        return f"{where} meet every dot, and yet they are not the bells that made the curve."
    return f"{where} explain the curve; nothing is left over."
