"""Chapter 6: where to start. Each start is three arrays, weights, means, stds, in the unit of x."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .mixture import SQRT_2PI, gaussian_pdf
from .problem import trapezoid_weights

__all__ = ["curvature_start", "kmeans_start", "quantile_start", "random_start", "scattered_start"]

MOST_WIDTH = 64  # grid steps, beyond which the curvature start smooths no further


def random_start(x, n_components, rng):
    """The original script's start: whole-numbered means anywhere on the grid, stds 1, equal weights."""
    means = rng.integers(int(x[0]), max(int(np.ceil(x[-1])), int(x[0]) + 1), n_components).astype(float)
    return np.full(n_components, 1 / n_components), means, np.ones(n_components)


def scattered_start(x, density, n_components, rng):
    """Distinct grid points, drawn by the area each stands for, as means; wide stds; equal weights."""
    bulk = trapezoid_weights(x) * np.maximum(density, 0)
    spread = np.sqrt(bulk @ (x - bulk @ x / bulk.sum()) ** 2 / bulk.sum())
    chance = bulk + 1e-9 * bulk.max()  # there may be fewer points under the curve than bells
    means = rng.choice(x, n_components, replace=False, p=chance / chance.sum())
    stds = 4 * spread / n_components * np.exp(rng.uniform(-0.7, 0.7, n_components))
    return np.full(n_components, 1 / n_components), means, stds


def quantile_start(x, density, n_components):
    """The area under the curve cut into K equal slices: the mean and std of each slice, equal weights."""
    bulk = trapezoid_weights(x) * np.maximum(density, 0)
    below = (np.cumsum(bulk) - bulk / 2) / bulk.sum()
    slices = np.minimum((below * n_components).astype(int), n_components - 1)
    return _cluster_moments(x, bulk, slices, n_components)


def kmeans_start(x, density, n_components, rng, rounds=5):
    """K-means++ on the grid, each point as heavy as the area it stands for, then a few rounds of k-means.

    Arthur & Vassilvitskii (2007): each further centre is drawn with probability ∝ area × distance² to the
    nearest one so far. The weight, mean and std of each cluster are the bells.
    """
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


def curvature_start(x, density, n_components):
    """Bells read off the curve's second derivative, on any grid; noise is smoothed away first.

    A bell's second derivative is most negative at its mean and changes sign at mean ± std, where it is
    −weight/(std³·√(2π)) at the mean: so each dip of y″ gives a bell. The curve is smoothed until no more than
    K dips are left; where there are fewer, quantiles of what the found bells leave over give the rest.
    """
    width, y = 0.0, density
    while True:
        areas, means, stds = _dips(x, y)
        big = areas > 1e-4 * areas.sum()  # rounding makes dips as well
        if big.sum() <= n_components or width >= MOST_WIDTH:
            break
        width = 2 * width or 1.0
        y = gaussian_filter1d(density, width, mode="nearest")
    best = np.argsort(-areas, kind="stable")[: min(big.sum(), n_components)]
    areas, means, stds = areas[best], means[best], stds[best]
    if missing := n_components - best.size:
        left = np.maximum(density - gaussian_pdf(x[:, None], means, stds) @ areas, 0)
        share = trapezoid_weights(x) @ left
        if share <= 0:
            left, share = np.maximum(density, 0), trapezoid_weights(x) @ np.maximum(density, 0)
        w, m, s = quantile_start(x, left, missing)
        areas, means, stds = (np.concatenate(pair) for pair in ((areas, w * share), (means, m), (stds, s)))
    return areas / areas.sum(), means, stds


def _dips(x, y):
    """Areas, means, stds of the bells that the dips of y″ suggest."""
    step = np.diff(x)
    slope = np.diff(y) / step
    bend = np.diff(slope) / ((step[1:] + step[:-1]) / 2)  # on the inner points, uneven grids included
    inner = x[1:-1]
    if bend.size < 3:
        return (np.empty(0),) * 3
    falls, rises = bend[1:] < bend[:-1], bend[1:] > bend[:-1]
    lowest = 1 + np.flatnonzero(falls[:-1] & ~falls[1:] & (bend[1:-1] < 0))
    # A bell ends where y″ changes sign, or at the ridge between it and a neighbour in the same hollow.
    sign = np.flatnonzero((bend[1:] < 0) != (bend[:-1] < 0))
    crossings = inner[sign] - bend[sign] * (inner[sign + 1] - inner[sign]) / (bend[sign + 1] - bend[sign])
    ridges = inner[1 + np.flatnonzero(rises[:-1] & ~rises[1:] & (bend[1:-1] < 0))]
    ends = np.sort(np.concatenate([crossings, ridges]))
    means = inner[lowest]
    at = np.searchsorted(ends, means)
    ends = np.concatenate([[np.nan], ends, [np.nan]])
    stds = np.nanmean([means - ends[at], ends[at + 1] - means], axis=0) if means.size else means
    stds = np.where(np.isfinite(stds), stds, (x[-1] - x[0]) / 4)
    return -bend[lowest] * stds**3 * SQRT_2PI, means, stds


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
