"""The free numbers phi of a fit: theta = T·phi + t₀, where T and t₀ solve the equations of the ties and of the gauge.

Every optimiser moves phi, so that ties, fixed values and softmax's flat direction cost none of them a special case.
"""

from dataclasses import dataclass
from itertools import islice, permutations

import numpy as np
from scipy.linalg import null_space

from ..validation import Array, Ints

__all__ = ["Affine", "solve_equations"]

ROUNDING = 1e-16  # of squares
MOST_ORDERS = 720  # of a start's components that are tried against the ties


@dataclass(frozen=True, eq=False)
class Affine:
    """theta (…, 3K) = phi (…, n) @ basis + origin. basis: (n, 3K), orthonormal rows; origin: (3K,)."""

    basis: Array
    origin: Array
    shuffles: bool  # whether a tie names components, so that a start's order counts

    def theta(self, phi: Array) -> Array:
        """The parameters of free numbers phi."""
        rows = phi[..., None, :] @ self.basis  # a product for each run: the same bits in any batch
        return rows[..., 0, :] + self.origin

    def phi(self, theta: Array) -> Array:
        """The free numbers nearest to a theta (3K,) that needn't obey the ties, its components in the best order."""
        if self.shuffles:
            orders, off = self._orders(theta)
            theta = theta.reshape(3, -1)[:, orders[off.argmin()]].ravel()
        return self.nearest(theta)

    def allowed(self, theta: Array) -> Ints:
        """The orders (n, K) of its components in which a theta obeys the ties as well as in its own, which is one."""
        orders, off = self._orders(theta)
        return orders[off <= off[0] + ROUNDING * (1 + theta @ theta)]

    def _orders(self, theta: Array) -> tuple[Ints, Array]:
        """Orders (n, K) of the components of a theta, and by how much it misses the ties in each, squared, (n,)."""
        orders = np.array(list(islice(permutations(range(theta.size // 3)), MOST_ORDERS)))
        off = theta.reshape(3, -1)[:, orders].swapaxes(0, 1).reshape(len(orders), -1) - self.origin
        off -= off @ self.basis.T @ self.basis
        return orders, np.sum(off**2, axis=1)

    def nearest(self, theta: Array) -> Array:
        """The free numbers nearest to a theta (3K,), its components in their own order."""
        return (theta - self.origin) @ self.basis.T


def solve_equations(C: Array, values: Array, *, shuffles: bool) -> Affine:
    """All theta with C·theta = values. C: (m, 3K). `ValueError` for ties that contradict each other."""
    if not len(C):
        return Affine(np.eye(C.shape[1]), np.zeros(C.shape[1]), shuffles)
    origin = np.asarray(np.linalg.lstsq(C, values)[0], dtype=float)
    if abs(C @ origin - values).max() > 1e-9 * (1 + abs(values).max()):
        raise ValueError("`ties` must not contradict each other, got equations that no parameters solve")
    return Affine(np.ascontiguousarray(null_space(C).T), origin, shuffles)  # or a copy would differ in the last bit
