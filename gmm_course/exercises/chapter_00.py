"""Chapter 0: the pre-test, heights, a start that deceives, other bins."""

import autograd.numpy as np
from autograd import value_and_grad
from scipy.optimize import minimize

from gmm_helpers import FitResult, Mixture, classic, density_from_histogram, fit, l2_loss, old_faithful
from gmm_helpers.mixture import SQRT_2PI

from .exercise import Exercise, Mistake, drawn_bells, drawn_inputs

PRETEST = (  # the right letter, and what each wrong one reveals
    ("b", {"a": "0.399 forgets σ", "c": "a density may exceed 1; an area may not", "d": "σ belongs below the line"}),
    ("c", {"a": "the chain rule is missing", "b": "the outside is (·)², so 2·(·)", "d": "eˢ was treated as s"}),
    ("c", {"a": "rows and columns changed places", "b": "no loop here: shapes meet", "d": "`None` adds the axis"}),
    ("c", {"a": "a stands in the second term as well", "b": "∂b of (ab)² is 2·ab·a", "d": "a gradient is a vector"}),
    ("c", {"a": "weight isn't height", "b": "divide by σ as well", "d": "means only shift a bell"}),
)


def judge_pretest(letters):
    """One sentence about five letters."""
    letters = filter(str.isalpha, letters) if isinstance(letters, str) else np.ravel(letters)
    letters = [str(letter).strip().lower() for letter in letters]
    if len(letters) != 5:
        return f"five letters are asked for, you gave {len(letters)}."
    wrong = [
        f"question {i}: {reveals.get(letter, 'choose a, b, c or d')}"
        for i, (letter, (right, reveals)) in enumerate(zip(letters, PRETEST, strict=True), start=1)
        if letter != right
    ]
    return f"{5 - len(wrong)} of 5. {'; '.join(wrong)}." if wrong else None


def heights(weights, stds):
    """The height of each bell alone."""
    return weights / (stds * SQRT_2PI)


THREE_MEANS = "three numbers are asked for, the means, such as `[2, 4, 8]`."


def judge_bad_start(means):
    """Whether BFGS from these means and stds of 1 reports success and is wrong."""
    try:
        means = np.array(means, dtype=float)
    except (TypeError, ValueError):
        return THREE_MEANS
    if means.shape != (3,) or not np.isfinite(means).all():
        return THREE_MEANS
    if sorted(means) == [2, 4, 8]:
        return "that is the start you were shown; find one of your own."
    x, density = classic()
    start = np.concatenate([np.zeros(3), means, np.zeros(3)])
    with np.errstate(all="ignore"):
        end = minimize(value_and_grad(lambda theta: l2_loss(theta, x, density)), start, jac=True, method="BFGS")
    if not np.isfinite(end.fun):
        return "that walk ran into NaN: it never arrived anywhere."
    if end.fun / np.sum(density**2) < 1e-3:
        return "from there it finds the true mixture, whatever the order of the bells; try means that crowd together."
    return None if end.success else "SciPy itself warns about that one; find a wrong answer it doesn't warn about."


ERUPTIONS = old_faithful()[0]


def refit(edges):
    """Two bells fitted to the eruption lengths in other bins."""
    x, density = density_from_histogram(np.histogram(ERUPTIONS, edges)[0], edges)
    return fit(x, density, 2, rng=0).mixture


def _left_edges(edges):
    x, density = density_from_histogram(np.histogram(ERUPTIONS, edges)[0], edges)
    return fit(x - (edges[1] - edges[0]) / 2, density, 2, rng=0).mixture


def _shares(edges):
    counts = np.histogram(ERUPTIONS, edges)[0]
    return fit((edges[1:] + edges[:-1]) / 2, counts / counts.sum(), 2, rng=0).mixture


def _whole_result(edges):
    x, density = density_from_histogram(np.histogram(ERUPTIONS, edges)[0], edges)
    return fit(x, density, 2, rng=0)


def _one_bell(edges):
    x, density = density_from_histogram(np.histogram(ERUPTIONS, edges)[0], edges)
    return fit(x, density, 1, rng=0).mixture


def _same_mixture(got, wanted):
    if isinstance(got, FitResult) and isinstance(wanted, FitResult):
        got, wanted = got.mixture, wanted.mixture
    if not (isinstance(got, Mixture) and isinstance(wanted, Mixture)) or got.n_components != wanted.n_components:
        return False
    names = ("weights", "means", "stds")
    return all(np.allclose(getattr(got.sorted(), n), getattr(wanted, n), rtol=1e-4, atol=1e-4) for n in names)


EXERCISES = (
    Exercise(
        "0.0",
        right=["b", "c", "c", "c", "c"],
        property_check=judge_pretest,
        praise="five of five. You have all that the course asks for.",
        others=(("B", "C", "C", "C", "C"), "bcccc", "b, c, c, c, c"),
        mistakes=(
            Mistake(["c"] * 5, "4 of 5. question 1: a density may exceed 1; an area may not."),
            Mistake(["b", "c", "c", "c"], "five letters are asked for, you gave 4."),
            Mistake("accca", "3 of 5. question 1: 0.399 forgets σ; question 5: weight isn't height."),
        ),
    ),
    Exercise(
        "0.1",
        right=heights,
        inputs=(
            (np.array([0.3, 0.5, 0.2]), np.array([2.0, 1.0, 2.0])),
            (np.array([0.2, 0.8]), np.array([0.5, 4.0])),
            (np.array([1.0]), np.array([0.1])),
        ),
        vary=drawn_inputs(lambda rng: drawn_bells(rng, 4)[::2]),
        mistakes=(
            Mistake(lambda weights, stds: weights, "a bell's height also depends on its width."),
            Mistake(lambda weights, stds: 1 / (stds * SQRT_2PI), "the width is right; how much of the curve is it?"),
            Mistake(lambda weights, stds: weights / stds, "2.5066 times too tall: √(2π) is missing."),
            Mistake(lambda weights, stds: weights / (stds**2 * SQRT_2PI), "divide by the std, not by the variance."),
        ),
        others=(
            lambda weights, stds: [w / s / (2 * np.pi) ** 0.5 for w, s in zip(weights, stds, strict=True)],
            lambda weights, stds: np.diag(
                Mixture(weights, np.zeros(len(stds)), stds).component_pdfs(np.zeros(len(stds)))
            ),
        ),
        praise="height = weight/(σ√(2π)).",
    ),
    Exercise(
        "0.2",
        right=[1.0, 2.0, 3.0],
        property_check=judge_bad_start,
        praise="`success=True`, and wrong. It ended in another valley, where the ground is flat as well.",
        others=(np.array([14.0, 15.0, 16.0]), (15, 15, 15)),
        mistakes=(
            Mistake([2, 4, 8], "that is the start you were shown; find one of your own."),
            Mistake([5, 15], THREE_MEANS),
            Mistake("1, 2, 3", THREE_MEANS),
            Mistake(
                [20, 5, 15],
                "from there it finds the true mixture, whatever the order of the bells; try means that crowd together.",
            ),
        ),
    ),
    Exercise(
        "0.3",
        right=refit,
        same=_same_mixture,
        inputs=((np.arange(1.5, 5.3, 0.3),), (np.arange(1.4, 5.41, 0.25),), (np.arange(1.55, 5.3, 0.2),)),
        mistakes=(
            Mistake(_left_edges, "both means are half a bin low: a bin stands for its centre."),
            Mistake(_shares, "a share per bin is no density: divide by the width, or use `density_from_histogram`."),
            Mistake(_whole_result, "that is the whole result; return its mixture, `fit(...).mixture`."),
            Mistake(_one_bell, "one bell over everything; ask for two."),
            Mistake(
                lambda edges: refit(np.arange(1.5, 5.26, 0.25)),
                "it doesn't use its `edges`: every binning gives the same.",
            ),
        ),
        others=(
            lambda edges: fit((edges[1:] + edges[:-1]) / 2, np.histogram(ERUPTIONS, edges, density=True)[0], 2).mixture,
        ),
        praise="another binning, nearly the same bells. A result that moves with the bins would be no result.",
    ),
)
