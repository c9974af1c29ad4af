"""The residual of a fit and its Jacobian; the loss, its gradient and its Hessian all come from these.

With components bₖ = areaₖ·N(u; meanₖ, stdₖ²), z = (u − meanₖ)/stdₖ and f = Σ bₖ, the derivatives of f are

    mean: bₖ·z/stdₖ      log_std: bₖ·(z² − 1)      logit: bₖ − areaₖ·f (softmax), bₖ (free areas)

Everything broadcasts over leading axes, (…): the same lines serve one run and many runs in lock-step.
"""

from typing import NamedTuple

import numpy as np

from ..mixture import SQRT_2PI
from ..validation import Array
from .problem import Problem
from .tolerances import REACH

__all__ = ["Evaluation", "clipped", "curve_rows", "evaluate"]

FLOOR = -230.0  # log height below which a bell is 0: processors are a hundred times slower on products below 1e-308
AT_FLOOR = np.exp(FLOOR)


class Evaluation(NamedTuple):
    """residuals (…, R), whose squares sum to the objective: N of the curve, then the prior's; their derivatives by
    theta (…, 3K, R); and the basis (n, 3K) of the free numbers."""

    residuals: Array
    by_theta: Array
    basis: Array

    @property
    def fun(self) -> Array:
        """The objective: relative loss + Σ prior², (…)."""
        return np.einsum("...i,...i->...", self.residuals, self.residuals)

    @property
    def J(self) -> Array:
        """The Jacobian by the free numbers, transposed, (…, n, R)."""
        return self.basis @ self.by_theta

    @property
    def gradient(self) -> Array:
        """d fun/d phi, (…, n)."""
        return 2 * (self.basis @ (self.by_theta @ self.residuals[..., None]))[..., 0]

    @property
    def hessian(self) -> Array:
        """2·JᵀJ, (…, n, n): the Hessian of the objective but for a term that vanishes with the residuals."""
        return 2 * self.basis @ (self.by_theta @ np.swapaxes(self.by_theta, -1, -2)) @ self.basis.T


def evaluate(phi: Array, problem: Problem) -> Evaluation:
    """Residuals and their derivatives at free numbers phi (…, n)."""
    theta = problem.affine.theta(phi)
    rows = problem.background.taken_off(curve_rows(theta, problem))
    residuals, by_theta = rows[..., 0, :] - problem.target, rows[..., 1:, :]
    if problem.prior is not None:
        said = [problem.prior(each) for each in theta.reshape(-1, theta.shape[-1])]
        values = np.array([each for each, _ in said]).reshape(*theta.shape[:-1], -1)
        slopes = np.array([each.T for _, each in said]).reshape(*theta.shape, -1)
        residuals, by_theta = np.concatenate([residuals, values], -1), np.concatenate([by_theta, slopes], -1)
    return Evaluation(residuals, by_theta, problem.affine.basis)


def curve_rows(theta: Array, problem: Problem) -> Array:
    """The weighted curve, then its derivatives by theta (…, 3K): (…, 1 + 3K, N), a background still in them."""
    K = theta.shape[-1] // 3
    at = clipped(theta)[..., None]
    areas, means, inverse_stds = problem.areas.of(at[..., :K, :]), at[..., K : 2 * K, :], np.exp(-at[..., 2 * K :, :])
    z = (problem.u[..., None, :] - means) * inverse_stds
    bells = np.exp(np.maximum(-0.5 * z * z, FLOOR))
    bells -= AT_FLOOR
    bells *= problem.scale[..., None, :]
    bells *= areas * inverse_stds / SQRT_2PI
    rows = np.empty((*theta.shape[:-1], 1 + 3 * K, z.shape[-1]))
    fitted = np.add.reduce(bells, -2, out=rows[..., 0, :])
    rows[..., 1 : 1 + K, :] = problem.areas.slopes(bells, areas, fitted)
    bells_z = bells * z
    np.multiply(bells_z, inverse_stds, out=rows[..., 1 + K : 1 + 2 * K, :])
    np.subtract(bells_z * z, bells, out=rows[..., 1 + 2 * K :, :])
    return rows


def clipped(theta: Array) -> Array:
    """theta as the model takes it (`np.clip` takes thrice as long to call)."""
    return np.minimum(np.maximum(theta, -REACH), REACH)
