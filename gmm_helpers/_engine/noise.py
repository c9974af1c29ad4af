"""Whether what a fit leaves over is noise alone."""

from math import sqrt

import numpy as np

from ..validation import Array
from .tolerances import FEW

__all__ = ["MAD", "as_rough", "bends_to_and_fro", "grows", "is_noise", "neighbours_alike", "refutes"]

MAD = 1.4826 / sqrt(6)  # median size of second differences to the standard deviation of noise
HIGH, FEW_HIGH = 0.1, 8  # share of the peak above which a point counts as high; fewer such points tell nothing
TO_AND_FRO = 1 / 3  # share of second differences that change sign; two thirds under noise, few on a smooth curve
REFUTED = 3.0  # standard deviations of χ², from which on it refutes a fit
TIMES = 1.2  # degrees of freedom that χ² must exceed besides: a `sigma` known to a tenth makes as many
LOUD = 3.0  # times the noise, from which on a residual is none


def refutes(chi2: float, dof: int) -> bool:
    """Whether χ² says that a fit is wrong, or `sigma` too small: dof + 3·√(2·dof), and 1.2·dof, lie below it."""
    return chi2 > max(dof + REFUTED * sqrt(2 * max(dof, 1)), TIMES * dof)


def neighbours_alike(residuals: Array, level: float = 2.0) -> bool:
    """Whether neighbours among residuals (N,), of equal variance or not, are more alike than under independent noise:
    Σ rᵢrᵢ₊₁ ≥ level·√Σ(rᵢrᵢ₊₁)², that many standard deviations. Too many components make neighbours unlike, which is no
    misfit."""
    r = residuals / (abs(residuals).max(initial=0.0) or 1.0)  # so that no unit overflows
    products = r[1:] * r[:-1]
    return bool(products.sum() >= level * sqrt(products @ products))


def grows(residuals: Array, curve: Array, level: float) -> bool:
    """Whether residuals (N,) are larger where a curve (N,) is high, as of counts: Σ fe > level·√Σ (fe)², with f the
    curve and e the size of the residual, each without its mean: that many standard deviations."""
    size = abs(residuals) / (abs(residuals).max(initial=0.0) or 1.0)
    products = (curve - curve.mean()) / (abs(curve).max() or 1.0) * (size - size.mean())
    return bool(products.sum() > level * np.linalg.norm(products))


def bends_to_and_fro(target: Array) -> bool:
    """Whether second differences of a curve (N,) change their sign as often as under noise."""
    bends = np.diff(target, 2)
    signs = np.sign(bends[abs(bends) > 1e-9 * abs(bends).max(initial=0.0)])
    return bool((signs[1:] != signs[:-1]).sum() >= TO_AND_FRO * signs.size)


def as_rough(residuals: Array, target: Array) -> bool:
    """Whether a target (N,) is as rough from point to point as what is left over of it. So it is under noise, however
    little; an exact one is smoother, or, on a coarse grid, far rougher."""
    noise = np.median(abs(np.diff(target, 2))) * MAD
    return bool(noise / LOUD < np.sqrt(np.mean(residuals**2)) < LOUD * noise)


def is_noise(residuals: Array, target: Array, level: float = 2.0) -> bool:
    """Whether what is left over of a target (N,) looks like noise alone: the curve bends to and fro, neighbours of the
    residual aren't alike, and where the curve is high it is no larger than what the curve's second differences allow
    (a misfit on few points passes the other tests). Under 40 points: False, since the tests have little power."""
    if residuals.size < FEW or neighbours_alike(residuals, level):
        return False
    if not bends_to_and_fro(target):
        return False
    high = (abs(target) > HIGH * abs(target).max())[1:-1]
    if high.sum() < FEW_HIGH:
        return True
    noise = np.median(abs(np.diff(target, 2))[high]) * MAD
    return bool(np.sqrt(np.mean(residuals[1:-1][high] ** 2)) < LOUD * noise)
