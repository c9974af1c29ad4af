"""The free numbers phi of a fit: theta = T·phi + t₀, where T and t₀ solve the equations of the ties and of the gauge.

Every optimiser moves phi, so that ties, fixed values and softmax's flat direction cost none of them a special case.
"""

from dataclasses import dataclass
from itertools import islice, permutations

import numpy as np
from scipy.linalg import null_space

from ..validation import Array

__all__ = ["Affine", "solve_equations"]

MOST_ORDERS = 720  # of a start's components that are tried against the ties


@dataclass(frozen=True, eq=False)
class Affine:
    """theta (…, 3K) = phi (…, n) @ basis + origin. basis: (n, 3K), orthonormal rows; origin: (3K,)."""

    basis: Array
    origin: Array
    shuffles: bool  # whether a tie names components, so that a start's order counts

    def theta(self, phi: Array) -> Array:
        """The parameters of free numbers phi."""
        return (phi[..., None, :] @ self.basis)[
            ..., 0, :
        ] + self.origin  # a product for each run: the same bits in any batch

    def phi(self, theta: Array) -> Array:
        """The free numbers nearest to a theta (3K,) that needn't obey the ties, its components in the best order."""
        if self.shuffles:
            theta = min(_orders(theta), key=lambda each: float(np.sum((each - self.theta(self._nearest(each))) ** 2)))
        return self._nearest(theta)

    def _nearest(self, theta: Array) -> Array:
        return (theta - self.origin) @ self.basis.T


def solve_equations(C: Array, values: Array, *, shuffles: bool) -> Affine:
    """All theta with C·theta = values. C: (m, 3K). `ValueError` for ties that contradict each other."""
    origin = np.zeros(C.shape[1])
    if len(C):
        origin[:] = np.linalg.lstsq(C, values)[0]
    if len(C) and abs(C @ origin - values).max() > 1e-9 * (1 + abs(values).max()):
        raise ValueError("`ties` must not contradict each other, got equations that no parameters solve")
    basis = null_space(C).T if len(C) else np.eye(C.shape[1])
    return Affine(np.ascontiguousarray(basis), origin, shuffles)  # or a copy would differ in the last bit


def _orders(theta: Array) -> list[Array]:
    """theta with its components in other orders, its own first."""
    table = theta.reshape(3, -1)
    return [table[:, list(order)].ravel() for order in islice(permutations(range(table.shape[1])), MOST_ORDERS)]
