"""Where to start: mixtures made of the curve alone, in the unit of x. Curves are taken as they are, not checked."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .loss import trapezoid_weights
from .mixture import FWHM, SQRT_2PI, Mixture, gaussian_pdf
from .validation import Array, Ints, Rng, check_integer

__all__ = ["curvature_start", "kmeans_start", "prominence_start", "random_start"]

MOST_WIDTH = 64  # grid steps, beyond which no start smooths any further
TINY = np.finfo(float).tiny
Bells = tuple[Array, Array, Array]  # areas, means, stds


def random_start(x: Array, n_components: int, rng: Rng = None) -> Mixture:
    """The original script's start: means drawn evenly from the grid's range (whole numbers, where the grid is long
    enough to hold some for each component), stds 1 (a twentieth of a range under 20), equal weights.

    Examples
    --------
    >>> random_start(np.arange(25.0), 3, 0).stds
    array([1., 1., 1.])
    """
    generator, width = np.random.default_rng(rng), float(x[-1] - x[0])
    if width < 20:
        means = generator.uniform(x[0], x[-1], n_components)
    else:
        means = generator.integers(int(x[0]), int(np.ceil(x[-1])), n_components).astype(float)
    return _mixture(np.ones(n_components), means, np.full(n_components, min(1.0, width / 20)))


def kmeans_start(x: Array, density: Array, n_components: int, rng: Rng = None, rounds: int = 5) -> Mixture:
    """K-means++ on the grid, each point as heavy as the area it stands for, then a few rounds of k-means.

    Arthur & Vassilvitskii (2007): each further centre is drawn with probability ∝ area × distance² to the
    nearest one so far. The weight, mean and std of each cluster make a component.

    Examples
    --------
    >>> from gmm_helpers import classic
    >>> kmeans_start(*classic(), 3, 0).n_components
    3
    """
    check_integer("rounds", rounds)
    generator, bulk = np.random.default_rng(rng), _bulk(x, density)
    means = np.empty(n_components)
    chance, gaps = bulk, np.full(x.size, np.inf)
    for k in range(n_components):
        means[k] = generator.choice(x, p=chance / chance.sum()) if chance.sum() > 0 else generator.choice(x)
        gaps = np.minimum(gaps, abs(x - means[k]))
        chance = bulk * gaps**2
    for _ in range(rounds):
        means = np.sort(means)
        clusters = np.searchsorted((means[1:] + means[:-1]) / 2, x)
        _, means, _ = found = _clusters(x, bulk, clusters, n_components, means)
    return _mixture(*found)


def curvature_start(x: Array, density: Array, n_components: int) -> Mixture:
    """Components read off the curve's second derivative, on any grid; noise is smoothed away first.

    A component's second derivative is most negative at its mean and changes sign at mean ± std, where it is
    −weight/(std³·√(2π)) at the mean: so each dip of y″ gives a component. The curve is smoothed until no more than
    K dips are left; where there are fewer, quantiles of what the found ones leave over give the rest. Neighbours'
    tails blur what a dip says of its weight; with means and stds known the weights are a linear problem.

    Examples
    --------
    >>> from gmm_helpers import classic
    >>> curvature_start(*classic(), 3).means.round(1)
    array([15.,  5., 20.])
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
    return _completed(x, density, areas[best], means[best], stds[best], n_components)


def prominence_start(x: Array, density: Array, n_components: int) -> Mixture:
    """The K most prominent maxima, with the widths at half their prominence; the smoothing is the one, of those of
    doubling width, that makes the K-th maximum stand out most from the next. Quantiles of what the maxima leave over
    give components that are missing.

    Examples
    --------
    >>> from gmm_helpers import classic
    >>> prominence_start(*classic(), 3).means.round(0)
    array([15.,  5., 20.])
    """
    from scipy.signal import find_peaks, peak_widths  # here: importing it takes as long as all else

    found, gap = None, -1.0
    for width in (0.0, 1.0, 2.0, 4.0, 8.0):
        if width > x.size / 20:
            break
        y = gaussian_filter1d(density, width, mode="nearest") if width else density
        padded = np.concatenate([[y.min()], y, [y.min()]])  # or the ends would be no maxima
        peaks, how = find_peaks(padded, prominence=1e-12 * abs(y).max() + TINY)  # rounding has maxima of its own
        order = np.argsort(-how["prominences"], kind="stable")
        heights = np.append(how["prominences"][order], [0.0, 0.0])
        k = min(n_components, order.size)
        stands_out = (heights[k - 1] - heights[k]) / (heights[0] or 1.0) if k == n_components else 0.0
        if stands_out > gap:
            found, gap = (peaks[order[:k]], padded, width), stands_out
    peaks, padded, smoothing = found if found is not None else (np.empty(0, dtype=int), density, 0.0)
    steps = peak_widths(padded, peaks, rel_height=0.5)[0] / FWHM if peaks.size else np.empty(0)
    peaks = peaks - 1
    stds = np.sqrt(np.maximum(steps**2 - smoothing**2, 0.25)) * np.gradient(x)[peaks]
    areas = np.maximum(density[peaks], 1e-6 * density.max()) * stds * SQRT_2PI
    return _completed(x, density, areas, x[peaks], stds, n_components)


def _completed(x: Array, density: Array, areas: Array, means: Array, stds: Array, n_components: int) -> Mixture:
    """Components found, with quantiles of what they leave over for those that are missing, and weights refitted."""
    if missing := n_components - areas.size:
        left = np.maximum(density - gaussian_pdf(x[:, None], means, stds) @ areas, 0)
        share = trapezoid_weights(x) @ left
        if share <= 0:
            left, share = np.maximum(density, 0), trapezoid_weights(x) @ np.maximum(density, 0)
        rest = _quantiles(x, left, missing)
        pairs = ((areas, rest.weights * share), (means, rest.means), (stds, rest.stds))
        areas, means, stds = (np.concatenate(pair) for pair in pairs)
    stds = np.maximum(stds, 1e-12 * (x[-1] - x[0]))
    return _mixture(_refitted(x, density, areas, means, stds), means, stds)


def _quantiles(x: Array, density: Array, n_components: int) -> Mixture:
    """The area under the curve cut into K equal slices: the mean and std of each slice, equal weights."""
    bulk = _bulk(x, density)
    below = (np.cumsum(bulk) - bulk / 2) / bulk.sum()
    slices = np.minimum((below * n_components).astype(int), n_components - 1)
    return _mixture(*_clusters(x, bulk, slices, n_components))


def _mixture(areas: Array, means: Array, stds: Array) -> Mixture:
    """Any of the areas may be next to nothing, and so may a std: a curve on one point has no spread."""
    smallest = 1e-12 * (abs(means).max() + stds.max()) + TINY
    return Mixture(areas / areas.sum(), means, np.maximum(stds, smallest))


def _bulk(x: Array, density: Array) -> Array:
    """The area that each point stands for; a curve that is nowhere positive counts as flat."""
    bulk = trapezoid_weights(x) * np.maximum(density, 0)
    return bulk if bulk.any() else trapezoid_weights(x)


def _dips(x: Array, y: Array) -> Bells:
    """Areas, means, stds of the components that the dips of y″ suggest."""
    step = x[1:] - x[:-1]
    slope = (y[1:] - y[:-1]) / step
    bend = 2 * (slope[1:] - slope[:-1]) / (x[2:] - x[:-2])  # on the inner points, uneven grids included
    inner = x[1:-1]
    if bend.size < 3:
        return np.empty(0), np.empty(0), np.empty(0)
    falls, rises = bend[1:] < bend[:-1], bend[1:] > bend[:-1]
    hollow = bend < 0
    lowest = 1 + ((falls[:-1] > falls[1:]) & hollow[1:-1]).nonzero()[0]  # y″ fell up to here, and falls no further
    # A component ends where y″ changes sign, or at the ridge between it and a neighbour in the same hollow.
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


def _refitted(x: Array, density: Array, areas: Array, means: Array, stds: Array) -> Array:
    """The areas with which given components fit best; none falls below a tenth: they may replace each other."""
    bells = areas[:, None] * gaussian_pdf(x, means[:, None], stds[:, None])
    gram = bells @ bells.T
    gram.ravel()[:: areas.size + 1] *= 1 + 1e-9
    try:
        factors = np.linalg.solve(gram, bells @ density)
    except np.linalg.LinAlgError:
        return areas
    return areas * np.maximum(np.where(np.isfinite(factors), factors, 1.0), 0.1)


def _clusters(x: Array, bulk: Array, clusters: Ints, n_components: int, empty_means: Array | None = None) -> Bells:
    """Area, mean and std of each cluster of grid points; an empty cluster keeps its mean and gets a tiny weight."""
    held = np.bincount(clusters, bulk, n_components)
    mass = np.maximum(held, 1e-6 * held.sum())
    if empty_means is None:
        empty_means = np.quantile(x, (np.arange(n_components) + 0.5) / n_components)
    means = np.where(held > 0, np.bincount(clusters, bulk * x, n_components) / mass, empty_means)
    variances = np.bincount(clusters, bulk * (x - means[clusters]) ** 2, n_components) / mass
    floor = np.interp(means, x[:-1], np.diff(x)) / 2  # a cluster of one point still has the grid's own width
    return mass, means, np.sqrt(np.maximum(variances, floor**2))
