"""Chapter "Restart": how many starts, twins that part, bells read off the bends, bells in one order, the best walk."""

import math
from itertools import permutations

import autograd.numpy as np
from autograd import value_and_grad
from scipy.optimize import minimize

from gmm_helpers import CLASSIC, Mixture, classic, l2_loss, unpack

from .tables import drawn_bells, remembered, tables

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


def on(grid, mixture):
    """A grid, and a mixture's density there."""
    return grid, mixture.pdf(grid)


EVEN, LOG = np.linspace(0, 25, 250), np.geomspace(1, 100, 300)
UNEVEN = np.cumsum(np.random.default_rng(3).uniform(0.05, 0.15, 250))
SHOULDER = Mixture([0.75, 0.25], [10, 13.5], [1.8, 1.2])
ENDS = np.arange(36.0).reshape(4, 9)


def shuffled(rng):
    """A mixture and another near it, their bells in orders of their own."""
    weights, means, stds = drawn_bells(rng, 4)
    one, other = rng.permutation(4), rng.permutation(4)
    near = Mixture(weights[one], (means + rng.normal(0, 0.1, 4))[one], stds[one])
    return near, Mixture(weights[other], means[other], stds[other])


EXERCISES = tables(globals(), bells={"rtol": 0.008, "atol": 0.05}, align={"rtol": 1e-6})
