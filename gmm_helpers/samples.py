"""Chapter 9: a density out of samples or a histogram."""

import numpy as np
from numpy.typing import ArrayLike

from .mixture import SQRT_2PI
from .validation import Array, check_number, check_vector

__all__ = ["bandwidth", "density_from_histogram", "density_from_samples"]


def density_from_histogram(counts: ArrayLike, edges: ArrayLike) -> tuple[Array, Array]:
    """Bin centres and the density in each bin, counts / (Σ counts · bin width).

    A bin of width d adds about d²/12 to each variance (Sheppard). For errors, and for the number of components, fit
    counts / width with `mass=None` and, as `sigma`, √(expected counts) / width; where widths differ, counts alone
    misstate the areas.

    Parameters
    ----------
    counts : (B,) array_like
        At least 0, not all zero.
    edges : (B + 1,) array_like
        Strictly increasing, as `numpy.histogram` returns them.

    Returns
    -------
    x, density : (B,) ndarray
        The density has area 1 by bins.

    Raises
    ------
    ValueError, TypeError
        For an argument that breaks its rule; the sentence names the argument, the rule and the value.

    Examples
    --------
    >>> density_from_histogram([1, 3], [0, 1, 3])
    (array([0.5, 2. ]), array([0.25 , 0.375]))
    """
    counts, edges = check_vector("counts", counts), check_vector("edges", edges)
    if edges.size != counts.size + 1:
        raise ValueError(f"`edges` must be one more than `counts`, got {edges.size} for {counts.size}")
    widths = np.diff(edges)
    if widths.min() <= 0:
        raise ValueError(f"`edges` must increase strictly, got a bin of width {widths.min():.6g}")
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError(f"`counts` must be ≥ 0 and not all zero, got minimum {counts.min():.6g}")
    return (edges[1:] + edges[:-1]) / 2, counts / counts.sum() / widths


def density_from_samples(
    samples: ArrayLike, x: ArrayLike | None = None, *, bandwidth: float | None = None
) -> tuple[Array, Array]:
    """A Gaussian kernel estimate of the density, Σₛ N(x; samplesₛ, bandwidth²) / S.

    The kernel widens every bell, std → √(std² + bandwidth²): `Mixture.narrowed` takes that off again. Neighbouring
    points share samples: what a fit leaves over is no independent noise, and neither its standard errors nor
    `select_components` hold; those of a histogram, with `sigma`, do.

    Parameters
    ----------
    samples : (S,) array_like
        The samples.
    x : (N,) array_like, optional
        Where to estimate; None takes 200 points that hold all of it.
    bandwidth : float, optional
        The kernel's std, in the unit of x; None takes Scott's rule, `gmm_helpers.bandwidth`.

    Returns
    -------
    x, density : (N,) ndarray

    Raises
    ------
    ValueError, TypeError
        For an argument that breaks its rule; the sentence names the argument, the rule and the value.

    Examples
    --------
    >>> x, density = density_from_samples([1, 2, 4], bandwidth=0.5)
    >>> x[[0, -1]], round(float(np.trapezoid(density, x)), 3)
    (array([-0.5,  5.5]), 0.999)
    """
    samples = check_vector("samples", samples)
    h = _scott(samples) if bandwidth is None else check_number("bandwidth", bandwidth)
    x = np.linspace(samples.min() - 3 * h, samples.max() + 3 * h, 200) if x is None else check_vector("x", x)
    density = np.zeros(x.size)
    for part in np.array_split(samples, -(-samples.size * x.size // 1_000_000)):  # keeps the table small
        density += np.exp(-0.5 * ((x[:, None] - part) / h) ** 2).sum(axis=1)
    return x, density / (samples.size * h * SQRT_2PI)


def bandwidth(samples: ArrayLike) -> float:
    """Scott's rule for a Gaussian kernel, std(samples)·S^(−1/5) (Scott 1992).

    Parameters
    ----------
    samples : (S,) array_like
        At least two different values.

    Returns
    -------
    float
        In the unit of the samples.

    Raises
    ------
    ValueError, TypeError
        For samples without spread, or that are no numbers.

    Examples
    --------
    >>> round(bandwidth([1, 2, 4]), 4)
    1.2262
    """
    return _scott(check_vector("samples", samples))


def _scott(samples: Array) -> float:
    if samples.size < 2 or samples.std() == 0:
        raise ValueError(f"`samples` must hold at least two different values, got {samples.size} and no spread")
    return float(samples.std(ddof=1) * samples.size**-0.2)
