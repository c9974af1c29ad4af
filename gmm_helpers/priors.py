"""Chapter 8: what to say when the data are silent.

A prior is a function `prior(weights, means, stds)`, in the user's units, that returns residuals; the sum of
their squares joins the relative loss. Priors add up: `log_std_prior(2, 1e-6) + mean_prior(12.5, 7, 1e-4)`.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import autograd.numpy as np

from .validation import Array, PriorLike, check_finite, check_number

__all__ = ["Prior", "log_std_prior", "mean_prior", "strength", "weight_prior"]


@dataclass(frozen=True, eq=False)
class Prior:
    """A sum of terms, each a function of weights, means, stds (K,) that returns residuals. Traceable by autograd.

    Examples
    --------
    >>> both = log_std_prior(2, 1e-6) + mean_prior(12.5, 7, 1e-4)
    >>> both(np.array([1.0]), np.array([12.5]), np.array([2.0]))
    array([0., 0.])
    """

    terms: tuple[PriorLike, ...]
    affine: bool = False  # in theta: then its Jacobian is the same everywhere

    def __call__(self, weights: Array, means: Array, stds: Array) -> Array:
        return np.concatenate([np.ravel(term(weights, means, stds)) for term in self.terms])

    def __add__(self, other: Any) -> "Prior":
        if not callable(other):
            return NotImplemented
        if not isinstance(other, Prior):
            other = Prior((other,))
        return Prior(self.terms + other.terms, self.affine and other.affine)

    def __radd__(self, other: Any) -> "Prior":
        return Prior((other,)) + self if callable(other) else NotImplemented


def log_std_prior(center: float, lam: float) -> Prior:
    """λ·Σₖ (log stdsₖ − log center)²: twice as wide costs as much as half as wide. center: in the unit of x.

    Examples
    --------
    >>> log_std_prior(2, 0.25)(np.array([1.0]), np.array([0.0]), np.array([2 * np.e])).round(12)
    array([0.5])
    """
    center, lam = check_number("center", center), check_number("lam", lam, zero=True)
    return Prior((partial(_log_std_residuals, center=center, lam=lam),), affine=True)


def mean_prior(center: float, width: float, lam: float) -> Prior:
    """λ·Σₖ ((meansₖ − center)/width)². center, width: in the unit of x.

    Examples
    --------
    >>> mean_prior(10, 2, 1)(np.array([1.0]), np.array([14.0]), np.array([1.0]))
    array([2.])
    """
    center = check_finite("center", center)
    width, lam = check_number("width", width), check_number("lam", lam, zero=True)
    return Prior((partial(_mean_residuals, center=center, width=width, lam=lam),), affine=True)


def weight_prior(lam: float) -> Prior:
    """λ·Σₖ (log weightsₖ − their average)²: no component is to die; equal weights cost nothing.

    Examples
    --------
    >>> weight_prior(1)(np.array([0.5, 0.5]), np.array([0.0, 1]), np.array([1.0, 1]))
    array([0., 0.])
    """
    return Prior((partial(_weight_residuals, lam=check_number("lam", lam, zero=True)),), affine=True)


def strength(noise: float, width: float, density: Array) -> float:
    """λ = noise²/(width²·Σ density²): how strong a prior of that width is beside data of that noise.

    noise: the standard deviation of the density's error, in the density's unit; width: the prior's own, in
    its residual's unit; density: (N,). Twice the points, half the λ. It makes the fit the most probable one
    (MAP), for the loss is measured in shares of Σ density².

    Examples
    --------
    >>> strength(0.1, 0.5, np.array([1.0, 1]))
    0.020000000000000004
    """
    noise, width = check_number("noise", noise), check_number("width", width)
    return float(noise**2 / (width**2 * np.sum(np.square(density))))


# Module-level functions, so that a prior can be pickled and sent to a worker.


def _log_std_residuals(_weights: Array, _means: Array, stds: Array, center: float, lam: float) -> Array:
    return np.sqrt(lam) * (np.log(stds) - np.log(center))


def _mean_residuals(_weights: Array, means: Array, _stds: Array, center: float, width: float, lam: float) -> Array:
    return np.sqrt(lam) * (means - center) / width


def _weight_residuals(weights: Array, _means: Array, _stds: Array, lam: float) -> Array:
    logs = np.log(weights + 1e-300)  # a dead weight costs much, not infinitely much
    return np.sqrt(lam) * (logs - np.mean(logs))
