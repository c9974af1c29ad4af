"""Chapter 8: how sure the fitted numbers are, from the curve's own Jacobian where the walk ended."""

import warnings

import numpy as np
from scipy.optimize import OptimizeWarning

from ..parameters import softmax
from .derivatives import residuals_and_jacobian

__all__ = ["covariance", "standard_errors"]


def covariance(problem, mixture, x):
    """Covariance of (weights, means, stds, mass), σ²·D (JᵀJ)⁻¹ Dᵀ, (3K + 1, 3K + 1), in the user's units.

    x: (3K,), the fitted free vector; J: the Jacobian of the residuals there; σ²: from the residual, with
    N − (3K − 1) degrees of freedom (N − 3K with a free mass); D: the derivatives of the numbers by theta (the
    delta method), so that softmax's flat direction does no harm. With `grid_weights="trapezoid"`, which are no
    variances, it is the sandwich formula. With a prior, without degrees of freedom, or where the data can't tell
    parameters apart: NaN and an `OptimizeWarning`. It rests on noise that is independent from point to point.
    """
    root = _root(problem, mixture, x)
    with np.errstate(over="ignore"):  # the square of a unit of 1e200 is more than a float holds
        return root @ root.T


def standard_errors(problem, mixture, x):
    """The roots of the covariance's diagonal, (3K + 1,), in a unit of any size."""
    root = _root(problem, mixture, x)
    size = np.maximum(abs(root).max(axis=1), np.finfo(float).tiny)
    with np.errstate(invalid="ignore"):  # an infinite one stays so, as NaN
        return size * np.linalg.norm(root / size[:, None], axis=1)


def _root(problem, mixture, x):
    """σ·D (JᵀJ)⁻¹Jᵀ, (3K + 1, N): the product with its own transpose is the covariance."""
    N, K, theta = problem.x.size, x.size // 3, problem.from_user(x)
    basis = np.eye(3 * K) if problem.free_mass else _without_common_shift(K)
    residuals, J = residuals_and_jacobian(theta, problem)
    residuals, J = residuals[:N], J[:, :N].T @ basis
    inverse = _pseudo_inverse(J)
    freedom = N - basis.shape[1]
    if reason := _why_unknown(problem, freedom, inverse):
        warnings.warn(f"the covariance is unknown: {reason}", OptimizeWarning, stacklevel=4)
        return np.full((3 * K + 1, N), np.nan)
    noise = np.ones(N)
    if problem.quadrature_weighted:
        noise = np.sqrt(problem.grid_weights)
        residuals = residuals / noise
    spread = inverse * noise * np.sqrt(residuals @ residuals / freedom)
    with np.errstate(over="ignore", invalid="ignore"):  # of an area that ran away
        return _derivatives(problem, mixture, theta) @ basis @ spread


def _why_unknown(problem, freedom, inverse):
    """The reason why there is no covariance, or None."""
    if problem.prior is not None:
        return "a prior is no data"
    if freedom <= 0:
        return f"{problem.x.size} points leave no degree of freedom"
    return "the curve can't tell these parameters apart" if inverse is None else None


def _pseudo_inverse(J):
    """(JᵀJ)⁻¹Jᵀ by singular values, the columns scaled to one length first; None below full rank."""
    size = np.linalg.norm(J, axis=0)
    U, s, Vt = np.linalg.svd(J / np.where(size > 0, size, 1), full_matrices=False)
    if s.size < J.shape[1] or s[-1] <= 1e-10 * s[0]:
        return None
    return (Vt.T / s) @ U.T / size[:, None]


def _without_common_shift(K):
    """An orthonormal basis (3K, 3K − 1) of theta without the direction that softmax doesn't feel."""
    Q = np.linalg.qr(np.column_stack([np.ones(K), np.eye(K)[:, 1:]]))[0]
    basis = np.zeros((3 * K, 3 * K - 1))
    basis[:K, : K - 1] = Q[:, 1:]
    basis[K:, K - 1 :] = np.eye(2 * K)
    return basis


def _derivatives(problem, mixture, theta):
    """d(weights, means, stds, mass)/d theta, (3K + 1, 3K)."""
    K = theta.size // 3
    w = softmax(theta[:K])
    D = np.zeros((3 * K + 1, 3 * K))
    D[:K, :K] = np.diag(w) - np.outer(w, w)
    D[K : 2 * K, K : 2 * K] = problem.spread * np.eye(K)
    D[2 * K : 3 * K, 2 * K :] = np.diag(mixture.stds)
    if problem.free_mass:
        D[-1, :K] = problem.mass * np.exp(theta[:K])
    return D
