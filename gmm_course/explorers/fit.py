"""Move the true bells, and watch whether the curve alone gives them back."""

from gmm_helpers import classic_grid

from .marks import scene
from .state import MET, follow, key, largest_error, places
from .view import SEEN, UNSEEN, View, by_hand, held
from .widget import Explorer
from .words import in_words, listed, ordinal, squares, told

__all__ = ["explore_fit", "found_again", "sentence"]

WEIGHTLESS = 1e-6  # a true bell of less leaves no trace


def explore_fit(**values):
    """Move the true weights, means and stds; the fit sees 75 points of the curve and nothing else.

    values: `truth` (a `Mixture`), `preset` (its name), in place of the first preset's. Returns one box.
    """
    x = classic_grid()

    def show(state):
        truth = state.values["truth"]
        density = truth.pdf(x)
        if density.max() < SEEN:
            return by_hand("truth", truth, x, density, UNSEEN)
        result = state.last = state.kept(key(state.values), lambda: follow(x, density, truth.n_components, state.last))
        mixture = result.mixture
        marks = scene(x, density, mixture, truth, label="fit", places=places(mixture, truth), live="fit", left=True)
        live = {"of": "truth", "K": truth.n_components}
        said, holds = sentence(result, truth, x), found_again(result, truth)
        return View(marks, said, told(result, truth), held("truth", truth), truth, mixture, live=live, holds=holds)

    return Explorer("explore_fit", show, values)


def found_again(result, truth):
    """Whether a fit meets the curve, and by the bells that made it; one without weight may stand anywhere."""
    error = largest_error(result.mixture, truth)
    return result.loss <= MET and error is not None and (error <= 0.05 or truth.weights.min() < WEIGHTLESS)


def sentence(result, truth, x, noisy=False):
    """The picture in words: where the bells are, what is left over, and whether they are the true ones."""
    mixture, length = result.mixture, x[-1] - x[0]
    K = in_words(mixture.n_components).capitalize()
    s, es = ("s", "") if mixture.n_components > 1 else ("", "s")
    where = f"{K} bell{s} at {listed(mixture.means)}"
    if noisy or result.loss > MET:
        weights = f", weights {listed(mixture.weights)}," if noisy and mixture.n_components < 4 else ""
        return f"{where}{weights} leave{es} {squares(result.loss)} over."
    hidden = (mixture.stds > length) | (abs(mixture.means - x.mean()) > 1.6 * length)  # wider than the grid, or far off
    if hidden.any():
        seen = listed(mixture.means[~hidden])
        weight, mean, std = (array[hidden][0] for array in (mixture.weights, mixture.means, mixture.stds))
        near = max(abs(mean), std) < 1e4  # what is further off is told without numbers
        fled = f"to {mean:.0f} ± {std:.0f}" if near else f"far away{', endlessly wide' if std >= 1e4 else ''}"
        unseen = f"another has fled {fled}, where no point sees its weight of {weight:.2f}"
        return f"Bells at {seen} meet every point; {unseen}."
    if truth.weights.min() < WEIGHTLESS:
        lost = ordinal(int(truth.weights.argmin()))
        return f"{where} meet{es} every point; the {lost} true bell has no weight, and its place can't be known."
    if (largest_error(mixture, truth) or 0) > 0.05:
        return f"{where} meet{es} every point, and yet they are not the bells that made the curve."
    return f"{where} explain{es} the curve; nothing is left over."
