"""Chapter "Start here": the pre-test, heights, a start that deceives, other bins, a bell that is right once."""

import re

import autograd.numpy as np
from autograd import value_and_grad
from scipy import optimize

import gmm_helpers
from gmm_helpers import classic, density_from_histogram, l2_loss, old_faithful, unpack

from .compare import floats
from .exercise import Exercise, drawn_bells, remembered, right

PRETEST = (  # the right letter, and what each wrong one reveals
    ("b", {"a": "0.399 forgets σ", "c": "a density may exceed 1; an area may not", "d": "σ belongs below the line"}),
    ("d", {"a": "the chain rule is missing", "b": "the outside is (·)², so 2·(·)", "c": "eˢ was treated as s"}),
    ("a", {"b": "no loop here: shapes meet", "c": "rows and columns changed places", "d": "`None` adds the axis"}),
    ("c", {"a": "a stands in the second term as well", "b": "∂b of (ab)² is 2·ab·a", "d": "a gradient is a vector"}),
    ("b", {"a": "weight isn't height", "c": "divide by σ as well", "d": "means only shift a bell"}),
)


def judge_letters(given):
    """One sentence about five letters, however they are written: "b d a c b", ["b)", "d)", …]."""
    text = " ".join(map(str, given)) if isinstance(given, list | tuple | np.ndarray) else str(given)
    letters = re.findall(r"(?<![a-z])[a-z](?![a-z])", text.lower()) or re.findall(r"[a-z]", text.lower())
    if len(letters) != 5:
        return f"five letters are asked for, such as `'abcda'`; yours hold {len(letters)}."
    wrong = [
        f"question {i}: {reveals.get(letter, 'choose a, b, c or d')}"
        for i, (letter, (key, reveals)) in enumerate(zip(letters, PRETEST, strict=True), start=1)
        if letter != key
    ]
    return f"{5 - len(wrong)} of 5. {'; '.join(wrong)}." if wrong else None


THREE_MEANS = "three numbers are asked for, the means, such as `[2, 4, 8]`."
x, density = classic()


def judge_bad_start(given):
    """Whether BFGS from these means and stds of 1 reports success and is wrong; and what became of its bells."""
    means = floats(given)
    if means.shape != (3,) or not np.isfinite(means).all():
        return THREE_MEANS
    if sorted(means) == [2, 4, 8]:
        return "that is the start you were shown; find one of your own."
    start = np.concatenate([np.zeros(3), means, np.zeros(3)])
    with np.errstate(all="ignore"):
        end = optimize.minimize(
            value_and_grad(lambda theta: l2_loss(theta, x, density)), start, jac=True, method="BFGS"
        )
        loss = end.fun / np.sum(density**2)
        if not np.isfinite(loss):
            return "that walk ran into NaN: it never arrived anywhere."
        if loss < 1e-3:
            return f"from there it finds the truth (relative loss {loss:.0e}): try means that crowd together."
        if not end.success:
            return f"wrong (relative loss {loss:.2g}), but SciPy itself warns: find one that it doesn't warn about."
        return right(f"`success=True`, and {loss:.0%} of the curve's squares are missed: {_fate(*unpack(end.x))}.")


def _fate(weights, means, stds):
    if weights.min() < 1e-3:
        return f"a bell has died. Its weight is {weights.min():.0e}, and all its slopes are multiplied by that"
    if np.diff(np.sort(means)).min() < 1e-3:
        return "two bells are equal. Equal bells get equal slopes, so nothing parts them"
    if stds.min() < (x[1] - x[0]) / 2:
        return f"a bell of std {stds.min():.2g} hides between two points of the grid"
    return "the slopes there are nearly zero, and zero slopes are all that it promises"


eruptions = old_faithful()[0]
fit = remembered(gmm_helpers.fit)

EXERCISES = (
    Exercise(
        'letters = ["b", "d", "a", "c", "b"]',
        "five of five. You have all that the course asks for.",
        judge=judge_letters,
    ),
    Exercise(
        """def heights(weights, stds):
    return weights / (stds * np.sqrt(2 * np.pi))""",
        "right on three mixtures. A narrow bell of little weight can be the tallest: height is weight/(σ√(2π)).",
        inputs=(
            (np.array([0.3, 0.5, 0.2]), np.array([2.0, 1.0, 2.0])),
            (np.array([0.2, 0.8]), np.array([0.5, 4.0])),
            (np.array([1.0]), np.array([0.1])),
        ),
        vary=lambda rng: drawn_bells(rng, 4)[::2],
        mistakes=(
            ("weights", "a bell's height also depends on its width."),
            (
                "1 / (stds * np.sqrt(2 * np.pi))",
                "the width is right; how much of the curve is it? Weights are missing.",
            ),
            ("weights / stds", "2.5066 times too tall: √(2π) is missing."),
            ("(stds *", "(stds**2 *", "divide by the std, not by the variance."),
            ("np.sqrt(2 * np.pi)", "2 * np.pi", "too low by a factor of 2.5066: it is the root of 2π, not 2π."),
            (
                "(stds * np.sqrt(2 * np.pi))",
                "stds * np.sqrt(2 * np.pi)",
                "`a / b * c` divides by b alone: set brackets.",
            ),
            ("weights * stds / np.sqrt(2 * np.pi)", "a wider bell is lower: σ belongs below the line."),
        ),
    ),
    Exercise("my_means = [1, 2, 3]", "", judge=judge_bad_start),
    Exercise(
        """def refit(edges):
    counts, _ = np.histogram(eruptions, bins=edges)
    minutes, share = density_from_histogram(counts, edges)
    return fit(minutes, share, 2, rng=0).mixture""",
        "tried in three binnings. The means move by 0.03 and the weights by 0.03, but the short eruptions' std is 0.17, "
        "0.21 or 0.27, as you choose the bins. Quote what stays, and say what doesn't.",
        inputs=((np.arange(1.5, 5.3, 0.3),), (np.arange(1.4, 5.41, 0.25),), (np.arange(1.55, 5.3, 0.2),)),
        rtol=1e-4,
        mistakes=(
            ("fit(minutes", "fit(edges[:-1]", "both means are half a bin low: a bin stands for its centre."),
            ("fit(minutes", "fit(edges[1:]", "both means are half a bin high: a bin stands for its centre."),
            ("2, rng", "1, rng", "one bell over everything; ask for two."),
            ("2, rng", "3, rng", "three bells; two are asked for."),
            ("share, 2", "counts / counts.sum(), 2", "a share per bin is no density: divide by the width as well."),
            (".mixture", "", "that is the whole result; return its mixture, `fit(...).mixture`."),
            ("refit(np.arange(1.5, 5.26, 0.25))", "it doesn't use its `edges`: every binning gives the same."),
        ),
    ),
    Exercise(
        """def curve_of(x, theta):
    weights, means, stds = unpack(theta)
    z = (x[:, None] - means) / stds
    bells = np.exp(-0.5 * z**2) / (stds * np.sqrt(2 * np.pi))
    return bells @ weights""",
        "found. At stds of 1 nothing showed: a start is a poor test. Area 1 at other stds is a good one.",
        bug=("(stds * np.sqrt(2 * np.pi))", "np.sqrt(2 * np.pi)"),
        inputs=tuple(
            (np.linspace(-20, 40, 61), np.array(theta))
            for theta in ([0, 0, 0, 5, 15, 20, 0.7, 0, 0.7], [1, -1, 4, 12, 0.3, -0.2], [0.2, 8.0, 1.1])
        ),
        vary=lambda rng: (np.linspace(0, 25, 40), rng.normal([0, 0, 5, 15, 0, 0], 0.3)),
        mistakes=(
            ("(stds * np", "(stds**2 * np", "at stds other than 1 the area is 1/σ: you divide by the variance."),
            ("/ (stds * np.sqrt(2 * np.pi))", "* stds / np.sqrt(2 * np.pi)", "the area is σ² now: divide by the std."),
            (
                "(stds * np.sqrt(2 * np.pi))",
                "stds",
                "now every area is 2.5: √(2π) was right, and something beside it is missing.",
            ),
            (") / stds", ")", "z was right: a distance from the mean, counted in stds."),
            ("z**2", "z**2 / stds", "the exponent was right: look at the factor, by the area under the curve."),
        ),
    ),
)
