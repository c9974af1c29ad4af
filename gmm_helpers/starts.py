"""Where to start. Each start is three arrays, weights, means, stds, in the unit of x."""

import numpy as np
from numpy.random import Generator
from scipy.linalg.lapack import dposv
from scipy.ndimage import gaussian_filter1d

from .loss import trapezoid_weights
from .mixture import SQRT_2PI, gaussian_pdf
from .validation import Array, check_integer

__all__ = ["curvature_start", "kmeans_start", "quantile_start", "random_start", "scattered_start"]

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
    bells = areas[:, None] * gaussian_pdf(x, means[:, None], stds[:, None])
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
