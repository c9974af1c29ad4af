"""Chapter 3: how far one curve lies from another."""

from typing import Any

import autograd.numpy as np

from .mixture import Mixture, gaussian_pdf, mixture_pdf
from .parameters import unpack
from .validation import Array

__all__ = ["exact_l2_distance", "hellinger_distance", "kl_divergence", "l2_loss", "relative_loss", "trapezoid_weights"]


def l2_loss(theta: Array, x: Array, density: Array) -> float:
    """Σᵢ (densityᵢ − f(xᵢ; theta))², the loss as the course teaches it.

    theta: (3K,), the free vector of `parameters`; x, density: (N,). Returns a number in (1/unit of x)².
    Traceable by autograd. It grows with the number of points and with the unit; `relative_loss` doesn't.

    Examples
    --------
    >>> x = np.array([-1.0, 0, 1])
    >>> float(l2_loss(np.zeros(3), x, gaussian_pdf(x, 0.0, 1.0)))
    0.0
    """
    return np.sum((density - mixture_pdf(x, *unpack(theta))) ** 2)


def relative_loss(density: Array, fitted: Array) -> float:
    """Σᵢ (densityᵢ − fittedᵢ)² / Σᵢ densityᵢ²: 0 for a perfect fit, 1 for no curve at all. No unit.

    Examples
    --------
    >>> float(relative_loss(np.array([1.0, 2]), np.array([1.0, 1])))
    0.2
    """
    return np.sum((density - fitted) ** 2) / np.sum(density**2)


def kl_divergence(density: Array, fitted: Array, dx: float | Array) -> float:
    """Σᵢ dxᵢ·densityᵢ·log(densityᵢ/fittedᵢ), the Kullback–Leibler divergence from `fitted` to `density`. No unit.

    density, fitted: (N,), not negative; dx: the step of an even grid, or quadrature weights (N,), such as
    `trapezoid_weights` gives. A point where `density` is 0 adds nothing; one where only `fitted` is 0
    makes the sum infinite: a fit must not call impossible what has been seen. Not symmetric: the average is
    taken over `density`. It is ≥ 0 only if the grid holds all of both curves. Traceable by autograd.
    Raises `ValueError` for a negative value. Kullback & Leibler (1951), *Ann. Math. Statist.* 22, 79–86.

    Examples
    --------
    >>> float(kl_divergence(np.array([0.5, 0.5]), np.array([0.25, 0.75]), 1.0).round(4))
    0.1438
    """
    _check_not_negative(density=density, fitted=fitted)
    some = density > 0  # 0·log 0 is 0
    with np.errstate(divide="ignore"):
        surprise = np.log(np.where(some, density, 1.0)) - np.log(np.where(some, fitted, 1.0))
    return np.sum(surprise * density * dx)


def hellinger_distance(density: Array, fitted: Array, dx: float | Array) -> float:
    """√(½ Σᵢ dxᵢ·(√densityᵢ − √fittedᵢ)²), Hellinger's distance: 0 for equal curves, 1 for curves apart. No unit.

    density, fitted: (N,), not negative; dx: the step of an even grid, or quadrature weights (N,), such as
    `trapezoid_weights` gives. Symmetric, and at most 1 if neither area exceeds 1. Traceable by
    autograd; where the distance is 0 it has a kink, and its slope is called 0. Raises `ValueError` for a
    negative value. Gibbs & Su (2002), *Int. Statist. Rev.* 70, 419–435.

    Examples
    --------
    >>> float(hellinger_distance(np.array([1.0, 0]), np.array([0.0, 1]), 1.0))
    1.0
    """
    _check_not_negative(density=density, fitted=fitted)
    return _sqrt(0.5 * np.sum(dx * (_sqrt(density) - _sqrt(fitted)) ** 2))


def trapezoid_weights(x: Array) -> Array:
    """wᵢ with Σ wᵢ·yᵢ the trapezoidal rule on an increasing, perhaps uneven, grid. x: (N,). Returns (N,).

    Examples
    --------
    >>> trapezoid_weights(np.array([0.0, 1, 3]))
    array([0.5, 1.5, 1. ])
    """
    half = (x[1:] - x[:-1]) / 2
    weights = np.zeros(x.size)
    weights[:-1] = half
    weights[1:] += half
    return weights


def exact_l2_distance(a: Mixture, b: Mixture) -> float:
    """√∫(a(x) − b(x))² dx of two mixtures, in closed form, no grid needed; the unit is 1/√(unit of x).

    It rests on ∫ N(x; m, s²)·N(x; n, t²) dx = N(m; n, s² + t²). The three sums cancel where a and b
    nearly agree: a distance below about 1e-8 of the curves' own size is rounding.

    Examples
    --------
    >>> exact_l2_distance(Mixture([1], [0], [1]), Mixture([1], [0], [1]))
    0.0
    """
    squared = _inner(a, a) - 2 * _inner(a, b) + _inner(b, b)
    return float(np.sqrt(max(squared, 0.0)))  # rounding alone can make it negative


def _inner(a: Mixture, b: Mixture) -> float:
    """∫ a(x)·b(x) dx of two mixtures."""
    overlap = gaussian_pdf(a.means[:, None], b.means, np.hypot(a.stds[:, None], b.stds))
    return float(a.weights @ overlap @ b.weights)


def _sqrt(a: Any) -> Any:
    """√a, with the slope 0 where a is 0: the infinite one would turn every gradient there into NaN."""
    some = a > 0
    return np.where(some, np.sqrt(np.where(some, a, 1.0)), 0.0)


def _check_not_negative(**curves: Array) -> None:
    for name, values in curves.items():
        if (lowest := np.min(values)) < 0:
            raise ValueError(f"`{name}` must not be negative, got minimum {lowest:.6g}")
