"""Starts that the search makes of its best run so far, and any start as a free vector."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..mixture import Mixture
from ..parameters import pack, softmax
from ..starts import DEAD
from ..validation import check_vector
from .derivatives import residuals_and_jacobian, within_reach

__all__ = ["as_theta", "jittered", "relocated", "start_vector"]


def start_vector(start):
    """A `Mixture` or a theta as a theta (3K,) from which a gradient leads on."""
    if not isinstance(start, Mixture):
        theta = check_vector("start", start).copy()
        if theta.size % 3:
            raise ValueError(f"`start` must be a Mixture or a theta of 3K numbers, got {theta.size} numbers")
        return theta
    if start.weights.min() == 0:
        raise ValueError("`start` must have weights above 0 (no gradient leads back from there), got a weight of 0")
    return pack(start)


def as_theta(problem, weights, means, stds):
    """A start as a free vector; where the mass is given, its logits sum to zero."""
    logits = np.log(np.maximum(weights, DEAD * weights.max()))
    return np.concatenate(
        [logits if problem.free_mass else logits - logits.mean(), means, np.log(np.maximum(stds, DEAD))]
    )


def relocated(theta, problem, rng):
    """A fit with one bell freed (the laziest, any, or one merged into its neighbour) and set down anew: where the
    misfit is, where a bell would explain most of it, or as half of another. So does split-and-merge EM (Ueda et
    al. 2000). theta: (3K,), K ≥ 2. Returns a theta."""
    logits, means, log_stds = within_reach(theta).reshape(3, -1)
    areas = np.exp(logits) if problem.free_mass else softmax(logits)
    bells = areas + DEAD, means, np.exp(log_stds)
    k = rng.choice((_laziest, _any, _merged), p=(0.2, 0.4, 0.4))(bells, rng)
    misfit = residuals_and_jacobian(theta, problem)[0][: problem.u.size]
    rng.choice((_to_misfit, _to_match, _split_another), p=(0.4, 0.25, 0.35))(bells, k, misfit, problem, rng)
    return as_theta(problem, *bells)


def _laziest(bells, _rng):
    return int(np.argmin(bells[0]))


def _any(bells, rng):
    return int(rng.integers(bells[0].size))


def _merged(bells, rng):
    """Give one bell the weight, mean and std of itself and its neighbour, in place; the neighbour is free."""
    weights, means, stds = bells
    i = int(rng.integers(means.size - 1))
    kept, free = pair = np.argsort(means)[i : i + 2]
    share = weights[pair] / weights[pair].sum()
    mean = share @ means[pair]
    stds[kept] = np.sqrt(share @ (stds[pair] ** 2 + (means[pair] - mean) ** 2))
    means[kept], weights[kept] = mean, weights[pair].sum()
    return int(free)


def _to_misfit(bells, k, misfit, problem, rng):
    """Put bell k on a grid point drawn by the squared misfit, with half the weight of the nearest other."""
    weights, means, stds = bells
    means[k] = rng.choice(problem.u, p=misfit**2 / (misfit @ misfit) if misfit.any() else None)
    others = np.delete(np.arange(means.size), k)
    near = others[np.argmin(abs(means[others] - means[k]) / stds[others])]
    stds[k] = stds[near] * rng.uniform(0.2, 1)
    weights[[k, near]] = weights[near] / 2


def _to_match(bells, k, misfit, problem, rng):
    """Make bell k one that explains much of what is missing, found by filters of doubling width.

    A Gaussian filter of width w (in grid steps) over the missing density d gives Σ d·g; the bell that fits best
    there takes w·(Σ d·g)² off the squared misfit, up to a factor.
    """
    weights, means, stds = bells
    missing = -misfit / np.maximum(problem.scale, problem.scale.max() * 1e-6)
    widths = 0.75 * 2.0 ** np.arange(max(int(np.log2(missing.size / 4)), 1))
    filtered = np.array([gaussian_filter1d(missing, width, mode="constant") for width in widths])
    gain = np.maximum(filtered, 0) ** 2 * widths[:, None]
    if gain.max() == 0:
        return
    chance = (gain / gain.max()).ravel() ** 2
    w, i = divmod(int(rng.choice(gain.size, p=chance / chance.sum())), missing.size)
    means[k] = problem.u[i]
    stds[k] = widths[w] * np.gradient(problem.u)[i]
    weights[k] = 2 * np.sqrt(np.pi) * stds[k] * filtered[w, i]


def _split_another(bells, k, _misfit, _problem, rng):
    """Split another bell in two, of which bell k becomes one."""
    weights, means, stds = bells
    near = rng.choice(np.delete(np.arange(means.size), k))
    shift = stds[near] * rng.uniform(0.3, 1.2)
    means[k], means[near] = means[near] + shift, means[near] - shift
    stds[[k, near]] = stds[near] * rng.uniform(0.4, 1, 2)
    weights[[k, near]] = weights[near] / 2


def jittered(bells, rng):
    """The same bells with every number shaken by about half its own size."""
    weights, means, stds = bells
    by = rng.normal(scale=0.5, size=(3, means.size))
    return weights * np.exp(by[0]), means + stds * by[1], stds * np.exp(by[2])
