"""Chapter 6: where to start. Each start is three arrays, weights, means, stds, in the unit of x."""

import numpy as np
from numpy.random import Generator
from scipy.linalg.lapack import dposv
from scipy.ndimage import gaussian_filter1d

from .checks import Array, check_integer
from .gradient import bells_at, residuals_and_jacobian, within_reach
from .mixture import SQRT_2PI, gaussian_pdf
from .parameters import softmax
from .problem import trapezoid_weights

__all__ = [
    "as_theta",
    "curvature_start",
    "jittered",
    "kmeans_start",
    "quantile_start",
    "random_start",
    "relocated",
    "scattered_start",
]

Bells = tuple[Array, Array, Array]  # weights, means, stds

DEAD = 1e-12  # a weight, or a std in units of the curve's spread, below which a bell is none
MOST_WIDTH = 64  # grid steps, beyond which the curvature start smooths no further


def random_start(x: Array, n_components: int, rng: Generator) -> Bells:
    """The original script's start: whole-numbered means anywhere on the grid, stds 1, equal weights."""
    means = rng.integers(int(x[0]), max(int(np.ceil(x[-1])), int(x[0]) + 1), n_components).astype(float)
    return np.full(n_components, 1 / n_components), means, np.ones(n_components)


def scattered_start(x: Array, density: Array, n_components: int, rng: Generator) -> Bells:
    """Distinct grid points, drawn by the area each stands for, as means; wide stds; equal weights."""
    bulk = trapezoid_weights(x) * np.maximum(density, 0)
    spread = np.sqrt(bulk @ (x - bulk @ x / bulk.sum()) ** 2 / bulk.sum())
    chance = bulk + 1e-9 * bulk.max()  # there may be fewer points under the curve than bells
    means = rng.choice(x, n_components, replace=False, p=chance / chance.sum())
    stds = 4 * spread / n_components * np.exp(rng.uniform(-0.7, 0.7, n_components))
    return np.full(n_components, 1 / n_components), means, stds


def quantile_start(x: Array, density: Array, n_components: int) -> Bells:
    """The area under the curve cut into K equal slices: the mean and std of each slice, equal weights."""
    bulk = trapezoid_weights(x) * np.maximum(density, 0)
    below = (np.cumsum(bulk) - bulk / 2) / bulk.sum()
    slices = np.minimum((below * n_components).astype(int), n_components - 1)
    return _cluster_moments(x, bulk, slices, n_components)


def kmeans_start(x: Array, density: Array, n_components: int, rng: Generator, rounds: int = 5) -> Bells:
    """K-means++ on the grid, each point as heavy as the area it stands for, then a few rounds of k-means.

    Arthur & Vassilvitskii (2007): each further centre is drawn with probability ∝ area × distance² to the
    nearest one so far. The weight, mean and std of each cluster are the bells.
    """
    check_integer("rounds", rounds)
    bulk = trapezoid_weights(x) * np.maximum(density, 0)
    means = np.empty(n_components)
    chance = bulk
    for k in range(n_components):
        means[k] = rng.choice(x, p=chance / chance.sum()) if chance.sum() > 0 else rng.choice(x)
        gaps = abs(x[:, None] - means[: k + 1])
        chance = bulk * gaps.min(axis=1) ** 2
    for _ in range(rounds):
        means.sort()
        clusters = np.searchsorted((means[1:] + means[:-1]) / 2, x)
        weights, means, stds = _cluster_moments(x, bulk, clusters, n_components, means)
    return weights, means, stds


def curvature_start(x: Array, density: Array, n_components: int) -> Bells:
    """Bells read off the curve's second derivative, on any grid; noise is smoothed away first.

    A bell's second derivative is most negative at its mean and changes sign at mean ± std, where it is
    −weight/(std³·√(2π)) at the mean: so each dip of y″ gives a bell. The curve is smoothed until no more than
    K dips are left; where there are fewer, quantiles of what the found bells leave over give the rest. Neighbours'
    tails blur what a dip says of its weight; with means and stds known the weights are a linear problem.
    """
    width, y = 0.0, density
    while True:
        areas, means, stds = _dips(x, y)
        n_big = int((areas > 1e-4 * areas.sum()).sum())  # rounding makes dips as well
        if n_big <= n_components or width >= MOST_WIDTH:
            break
        width = 2 * width or 1.0
        y = gaussian_filter1d(density, width, mode="nearest")
    best = (-areas).argsort(kind="stable")[: min(n_big, n_components)]
    areas, means, stds = areas[best], means[best], stds[best]
    if missing := n_components - best.size:
        left = np.maximum(density - gaussian_pdf(x[:, None], means, stds) @ areas, 0)
        share = trapezoid_weights(x) @ left
        if share <= 0:
            left, share = np.maximum(density, 0), trapezoid_weights(x) @ np.maximum(density, 0)
        w, m, s = quantile_start(x, left, missing)
        areas, means, stds = (np.concatenate(pair) for pair in ((areas, w * share), (means, m), (stds, s)))
    areas = _refitted(x, density, areas, means, np.maximum(stds, DEAD * (x[-1] - x[0])))
    return areas / areas.sum(), means, stds


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


def as_theta(problem, weights, means, stds):
    """A start as a free vector; where the mass is given, its logits sum to zero."""
    logits = np.log(np.maximum(weights, DEAD * weights.max()))
    return np.concatenate(
        [logits if problem.free_mass else logits - logits.mean(), means, np.log(np.maximum(stds, DEAD))]
    )


def _dips(x, y):
    """Areas, means, stds of the bells that the dips of y″ suggest."""
    step = x[1:] - x[:-1]
    slope = (y[1:] - y[:-1]) / step
    bend = 2 * (slope[1:] - slope[:-1]) / (x[2:] - x[:-2])  # on the inner points, uneven grids included
    inner = x[1:-1]
    if bend.size < 3:
        return (np.empty(0),) * 3
    falls, rises = bend[1:] < bend[:-1], bend[1:] > bend[:-1]
    hollow = bend < 0
    lowest = 1 + ((falls[:-1] > falls[1:]) & hollow[1:-1]).nonzero()[0]  # falls, and then no more
    # A bell ends where y″ changes sign, or at the ridge between it and a neighbour in the same hollow.
    sign = (hollow[1:] != hollow[:-1]).nonzero()[0]
    crossings = inner[sign] - bend[sign] * (inner[sign + 1] - inner[sign]) / (bend[sign + 1] - bend[sign])
    ridges = inner[1 + ((rises[:-1] > rises[1:]) & hollow[1:-1]).nonzero()[0]]
    ends = np.concatenate([crossings, ridges, [np.nan]])
    ends.sort()  # NaN comes last, and as number −1 it stands before the first as well
    means = inner[lowest]
    at = ends.searchsorted(means)
    left, right = means - ends[at - 1], ends[at] - means
    stds = (np.fmin(left, right) + np.fmax(left, right)) / 2  # the half width, or the one that is known
    stds = np.where(np.isnan(stds), (x[-1] - x[0]) / 4, stds)
    return -bend[lowest] * stds**3 * SQRT_2PI, means, stds


def _refitted(x, density, areas, means, stds):
    """The areas with which given bells fit best; none falls below a tenth, for bells may stand in for each other."""
    bells = bells_at(x, areas, means, 1 / stds)[1]
    gram = bells @ bells.T
    gram.ravel()[:: areas.size + 1] *= 1 + 1e-9
    _, factors, failed = dposv(gram, bells @ density)
    return areas if failed else areas * np.maximum(factors, 0.1)


def _cluster_moments(x, bulk, clusters, n_components, empty_means=None):
    """Weight, mean and std of each cluster of grid points; an empty cluster keeps its mean and gets a tiny weight."""
    mass = np.bincount(clusters, bulk, n_components)
    mass = np.maximum(mass, 1e-6 * mass.sum())
    if empty_means is None:
        empty_means = np.quantile(x, (np.arange(n_components) + 0.5) / n_components)
    held = np.bincount(clusters, bulk, n_components) > 0
    means = np.where(held, np.bincount(clusters, bulk * x, n_components) / mass, empty_means)
    variances = np.bincount(clusters, bulk * (x - means[clusters]) ** 2, n_components) / mass
    floor = np.interp(means, x[:-1], np.diff(x)) / 2  # a cluster of one point still has the grid's own width
    return mass / mass.sum(), means, np.sqrt(np.maximum(variances, floor**2))
