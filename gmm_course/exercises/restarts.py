"""Chapter "Restart": how many starts, twins that part, bells read off the bends, bells in one order, the best walk."""

import math
from itertools import permutations

import autograd.numpy as np
from autograd import value_and_grad
from scipy.optimize import minimize

from gmm_helpers import CLASSIC, Mixture, classic, l2_loss, unpack

from .compare import floats
from .exercise import drawn_bells, remembered, tables

x, density = classic()


@remembered
def twin_walk(gap, gtol=1e-5):
    """The script's walk from means 5, 15 and 15 + gap."""
    start = np.array([5.0, 5, 5, 5, 15, 15 + gap, 0, 0, 0])
    given = {"args": (x, density), "jac": True, "method": "BFGS", "options": {"gtol": gtol}}
    with np.errstate(all="ignore"):
        return minimize(value_and_grad(l2_loss), start, **given)


def error(theta):
    """The largest gap to the truth, bells in order of mean."""
    weights, means, stds = unpack(theta)
    order = np.argsort(means)
    gaps = [weights[order] - CLASSIC.weights, means[order] - CLASSIC.means, stds[order] - CLASSIC.stds]
    return np.max(np.abs(gaps))


# Bells off the bends ---------------------------------------------------------------------------------------------


def bells_from_bends(inner, bend):
    """As in the notebook: the dips of a second derivative, known at inner points, and its changes of sign."""
    low = 1e-3 * bend.min()  # rounding makes dips as well
    dips = [i for i in range(1, len(bend) - 1) if bend[i] < min(bend[i - 1], low) and bend[i] <= bend[i + 1]]
    signs = np.flatnonzero((bend[1:] < 0) != (bend[:-1] < 0))
    zeros = inner[signs] - bend[signs] * np.diff(inner)[signs] / (bend[signs + 1] - bend[signs])
    means = inner[dips]
    right = np.searchsorted(zeros, means)
    stds = (zeros[right] - zeros[right - 1]) / 2
    weights = -bend[dips] * stds**3 * np.sqrt(2 * np.pi)
    return weights / weights.sum(), means, stds, zeros


EVEN = np.linspace(0, 25, 250)
BENT = (  # far apart; moved and stretched; a shoulder; a log-spaced grid; steps that differ at random
    (EVEN, CLASSIC),
    (100 + 40 * EVEN, Mixture([0.4, 0.6], [400, 800], [60, 40])),
    (EVEN, Mixture([0.75, 0.25], [10, 13.5], [1.8, 1.2])),
    (np.geomspace(1, 100, 300), Mixture([0.3, 0.4, 0.3], [2, 10, 60], [0.4, 1.5, 3.5])),
    (np.cumsum(np.random.default_rng(3).uniform(0.05, 0.15, 250)), CLASSIC),
)


def judge_bells(outputs):
    """One sentence about bells read off the bends of each curve, or None."""
    for (grid, truth), output in zip(BENT, outputs, strict=True):
        if not isinstance(output, tuple | list | np.ndarray) or len(output) != 3:
            return "three arrays are asked for: weights, means and stds."
        weights, means, stds = (np.atleast_1d(floats(part)) for part in output)
        if not weights.shape == means.shape == stds.shape:
            return "weights, means and stds must have one length, an entry a bell."
        fine = np.linspace(grid[0], grid[-1], 2001)
        seen = bells_from_bends(fine[1:-1], np.diff(truth.pdf(fine), 2) / (fine[1] - fine[0]) ** 2)
        if sentence := _compared(seen, weights, means, stds, np.interp(means, grid, np.gradient(grid))):
            uneven = "where the steps differ, divide each difference by its own step: there, "
            return (uneven if np.ptp(np.diff(grid)) > 1e-9 else "") + sentence
    return None


def _compared(seen, weights, means, stds, step):
    """What differs from the bells that the exact second derivative shows."""
    their_weights, their_means, their_stds, _ = seen
    if len(means) != len(their_means):
        few = len(means) < len(their_means)
        why = "a shoulder has no maximum of its own, yet it bends; look at y″" if few else "leave shallow dips out"
        return f"a curve of {len(their_means)} bells shows you {len(means)}: {why}."
    if not np.all(abs(means - their_means) <= 0.75 * step):
        return f"y″ is lowest at {their_means.round(2)}, your bells stand at {means.round(2)}."
    if np.all(stds / their_stds > 1.5):
        return f"your stds are {stds.round(2)}, y″ shows {their_stds.round(2)}: its inflexions are two stds apart."
    if not np.max(abs(np.log(stds / their_stds))) <= 0.15:
        return (
            f"the means are right; between y″'s changes of sign lie twice {their_stds.round(2)}, not {stds.round(2)}."
        )
    if not abs(np.sum(weights) - 1) <= 1e-6:
        return f"means and stds are right; the weights sum to {np.sum(weights):.3g}, not to 1."
    if not np.max(abs(weights - their_weights)) < 0.05:
        return f"at its mean, b″ = −w/(σ³√(2π)): that makes {their_weights.round(2)}, yours are {weights.round(2)}."
    return None


def shuffled(rng):
    """A mixture and another near it, their bells in orders of their own."""
    weights, means, stds = drawn_bells(rng, 4)
    one, other = rng.permutation(4), rng.permutation(4)
    near = Mixture(weights[one], (means + rng.normal(0, 0.1, 4))[one], stds[one])
    return near, Mixture(weights[other], means[other], stds[other])


EXERCISES = tables(
    __file__,
    restarts_needed={
        "inputs": (
            *((0.51, 0.99), (0.5, 0.99), (0.5, 0.75), (0.518, 0.9), (0.01, 0.99), (0.98, 0.99), (1.0, 0.99)),
            *((0.6, 0.936), (0.7, 0.91), (0.6, 1 - 0.4**3.00001)),
        ),
        "vary": lambda rng: (rng.uniform(0.05, 0.8), rng.uniform(0.9, 0.999)),
    },
    first_escape={"inputs": (([0, 1e-13, 0.01, 0.1],), ([1.0, 0.01, 0],), ([5, 0],), ([1e-13, 1e-6, 0.01],))},
    bells={"inputs": tuple((grid, truth.pdf(grid)) for grid, truth in BENT), "judge": judge_bells},
    align={
        "inputs": (
            (Mixture([0.5, 0.2, 0.3], [15.1, 20.1, 4.9], [1.1, 2.1, 1.9]), CLASSIC),
            (CLASSIC, Mixture([0.2, 0.3, 0.5], [20, 5, 15], [2, 2, 1])),
            (Mixture([0.25] * 4, [3, 9, 1, 6], [1, 3, 2, 4]), Mixture([0.25] * 4, [9, 1, 6, 3], [3, 2, 4, 1])),
            (Mixture([0.3, 0.7], [16, 13], [1, 2]), Mixture([0.5, 0.5], [10, 14], [2, 1])),
            (Mixture([0.3, 0.7], [9.2, 4], [1, 2]), Mixture([0.3, 0.7], [8, 10], [1, 2])),
        ),
        "rtol": 1e-6,
        "vary": shuffled,
    },
    best_walk={
        "inputs": tuple(
            (np.array(losses), np.arange(9.0 * len(losses)).reshape(-1, 9))
            for losses in (
                [0.3, np.nan, 0.1, 0.2],
                [np.nan, 0.3, 0.1],
                [0.5, 0.4, 0.9],
                [np.nan, 0.7, np.nan],
                [0.0, np.nan, 0.1],
                [np.nan, 7e6, np.inf, 5e8],
            )
        ),
        "vary": lambda rng: (rng.permutation([np.nan, 0.1, 0.2, 0.3]), rng.normal(size=(4, 9))),
    },
)
