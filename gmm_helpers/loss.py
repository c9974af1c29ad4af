"""Chapter 3: how far one curve lies from another."""

import autograd.numpy as np

from .mixture import gaussian_pdf, mixture_pdf
from .parameters import unpack

__all__ = ["exact_l2_distance", "l2_loss", "relative_loss"]


def l2_loss(theta, x, density):
    """Σᵢ (densityᵢ − f(xᵢ; theta))², the loss as the course teaches it.

    theta: (3K,), the free vector of `parameters`; x, density: (N,). Returns a number in (1/unit of x)².
    Traceable by autograd. It grows with the number of points and with the unit; `relative_loss` doesn't.
    """
    return np.sum((density - mixture_pdf(x, *unpack(theta))) ** 2)


def relative_loss(density, fitted):
    """Σᵢ (densityᵢ − fittedᵢ)² / Σᵢ densityᵢ²: 0 for a perfect fit, 1 for no curve at all. No unit."""
    return np.sum((density - fitted) ** 2) / np.sum(density**2)


def exact_l2_distance(a, b):
    """√∫(a(x) − b(x))² dx of two mixtures, in closed form, no grid needed; the unit is 1/√(unit of x).

    It rests on ∫ N(x; m, s²)·N(x; n, t²) dx = N(m; n, s² + t²). The three sums cancel where a and b
    nearly agree: a distance below about 1e-8 of the curves' own size is rounding.
    """
    squared = _inner(a, a) - 2 * _inner(a, b) + _inner(b, b)
    return float(np.sqrt(max(squared, 0.0)))  # rounding alone can make it negative


def _inner(a, b):
    """∫ a(x)·b(x) dx of two mixtures."""
    overlap = gaussian_pdf(a.means[:, None], b.means, np.hypot(a.stds[:, None], b.stds))
    return a.weights @ overlap @ b.weights
