"""Chapter "Start here": the pre-test, heights, a start that deceives, other bins, a bell that is right once."""

import re

import autograd.numpy as np
from autograd import value_and_grad
from scipy import optimize

import gmm_helpers
from gmm_helpers import Mixture, classic, density_from_histogram, l2_loss, old_faithful, unpack

from .compare import numbers_in
from .tables import drawn_bells, remembered, tables
from .verdict import right

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
    means = numbers_in(given)
    if means.shape != (3,) or not np.isfinite(means).all():
        return THREE_MEANS
    if sorted(means) == [2, 4, 8]:
        return "[2, 4, 8] is the start you were shown; find one of your own."
    start = np.concatenate([np.zeros(3), means, np.zeros(3)])
    with np.errstate(all="ignore"):
        end = optimize.minimize(
            value_and_grad(lambda theta: l2_loss(theta, x, density)), start, jac=True, method="BFGS"
        )
        loss = end.fun / np.sum(density**2)
        if not np.isfinite(loss):
            return "that walk ran into NaN, and its `fun` says so: it never arrived anywhere."
        if loss < 1e-3:
            return f"from there it finds the truth (relative loss {loss:.0e}): try means that crowd together."
        if not end.success:
            return f"wrong (relative loss {loss:.2g}), but SciPy itself warns: find one that it doesn't warn about."
        return right(f"`success=True`, and {loss:.0%} of the curve's squares are missed: {_fate(*unpack(end.x))}.")


def _fate(weights, means, stds):
    if weights.min() < 1e-3:
        return f"a bell has died. Its weight is {weights.min():.0e}, and all its slopes are multiplied by that"
    if np.diff(np.sort(means)).min() < 1e-3:
        return "bells are equal. Equal bells get equal slopes, so nothing parts them"
    if stds.min() < (x[1] - x[0]) / 2:
        return f"a bell of std {stds.min():.2g} hides between two points of the grid"
    return "the slopes there are nearly zero, and zero slopes are all that it promises"


eruptions = old_faithful()[0]
fit = remembered(gmm_helpers.fit)

EXERCISES = tables(
    globals(),
    letters={"judge": judge_letters},
    my_means={"judge": judge_bad_start},
    refit={"rtol": 1e-4, "view": Mixture.sorted},
)
