"""Chapter 4: the relative loss, its gradient and its Jacobian, in normalised coordinates.

The loss is one autograd primitive with a hand-written VJP: autograd sees one node where plain
`autograd.numpy` records some thirty, and a prior joins it by ordinary autograd.

With bells bₖ = areaₖ·N(u; meanₖ, stdₖ²), z = (u − meanₖ)/stdₖ and f = Σ bₖ, the derivatives of f are

    mean: bₖ·z/stdₖ      log_std: bₖ·(z² − 1)      logit: bₖ − weightₖ·f (softmax), bₖ (free areas)
"""

import autograd.numpy as anp
import numpy as np
from autograd.core import make_vjp
from autograd.extend import defvjp, primitive

from ..mixture import SQRT_2PI

__all__ = [
    "bells_at",
    "gauss_newton_hessian",
    "loss_and_gradient",
    "residuals_and_jacobian",
    "summed",
    "value_and_grad",
    "within_reach",
]

REACH = 300.0  # of |theta| in the model: exp(±300) is beyond any curve, and its square is still a float
CHUNK = 30_000  # bells × points worked on at a time: what a processor's cache holds


def value_and_grad(theta, problem):
    """The objective, relative loss + Σ prior², and its gradient (3K,), by autograd."""
    vjp, value = make_vjp(lambda theta: objective(theta, problem), theta)  # the core's: it spares 5 µs of naming
    return float(value), vjp(1.0)


def objective(theta, problem):
    """Relative loss Σ (scale·p(u; theta) − target)², plus the prior's squared residuals. theta: (3K,)."""
    value = relative_loss(theta, problem, {})
    if problem.prior is not None:
        value = value + anp.sum(problem.prior_residuals(theta) ** 2)
    return value


@primitive
def relative_loss(theta, problem, saved):
    """The relative loss as one node of autograd's graph; its gradient is `saved` for the way back."""
    loss, saved["gradient"] = loss_and_gradient(theta, problem)
    return loss


defvjp(
    relative_loss,
    lambda _loss, _theta, _problem, saved: lambda g: g * saved["gradient"],
    argnums=(0,),
)


def loss_and_gradient(theta, problem):
    """Relative loss and its gradient (3K,) in one pass over the grid, without the prior, in plain numpy."""
    loss, by_area, by_mean, by_log_std = 0.0, 0.0, 0.0, 0.0
    areas, means, inverse_stds = _unpacked(theta, problem)
    for part in _parts(problem, areas.size):
        scale = problem.scale[part]
        z, bells = bells_at(problem.u[part], areas, means, inverse_stds)
        residual = scale * np.add.reduce(bells) - problem.target[part]
        loss += residual @ residual
        residual *= scale
        by_area += bells @ residual
        bells *= z
        by_mean += bells @ residual
        bells *= z
        by_log_std += bells @ residual
    by_logit = by_area if problem.free_mass else by_area - areas * np.add.reduce(by_area)
    return float(loss), 2 * np.concatenate([by_logit, by_mean * inverse_stds, by_log_std - by_area])


def residuals_and_jacobian(theta, problem):
    """Residuals (R,) whose squares sum to the objective, and their Jacobian, transposed, (3K, R).

    The first N rows are the curve's, then come the prior's. A last row pins softmax's flat direction (the mean
    of the logits, which the curve doesn't feel: without it Levenberg–Marquardt wanders off).
    """
    residuals, J = _curve_rows(theta, problem, slice(None), spare=not problem.free_mass)
    if problem.prior is not None:
        N = problem.u.size
        residuals = np.concatenate([residuals[:N], problem.prior_residuals(theta), residuals[N:]])
        J = np.concatenate([J[:, :N], problem.prior_jacobian(theta).T, J[:, N:]], axis=1)
    if not problem.free_mass:
        K = theta.size // 3
        residuals[-1], J[:K, -1] = np.add.reduce(theta[:K]) / K, 1 / K
    return residuals, J


def summed(residuals, J, problem):
    """The objective and its gradient (3K,) from `residuals_and_jacobian`, for which the pinning row doesn't count."""
    rows = slice(residuals.size - (not problem.free_mass))
    return float(residuals[rows] @ residuals[rows]), 2 * (J[:, rows] @ residuals[rows])


def gauss_newton_hessian(theta, problem):
    """2·JᵀJ (3K, 3K): the Hessian of the objective but for a term that vanishes with the residuals."""
    H = np.zeros((theta.size, theta.size))
    for part in _parts(problem, theta.size):
        J = _curve_rows(theta, problem, part)[1]
        H += 2 * J @ J.T
    if problem.prior is not None:
        J = problem.prior_jacobian(theta)
        H += 2 * J.T @ J
    return H


def _curve_rows(theta, problem, part, spare=0):
    """Residuals (n + spare,) and Jacobian (3K, n + spare) of the curve on n of its points; the spare rows are zero."""
    areas, means, inverse_stds = _unpacked(theta, problem)
    z, bells = bells_at(problem.u[part], areas, means, inverse_stds)
    K, n = bells.shape
    bells *= problem.scale[part]
    fitted, bells_z = np.add.reduce(bells), bells * z
    rows = np.zeros((1 + 3 * K, n + spare))
    residuals, J = rows[0], rows[1:]
    np.subtract(fitted, problem.target[part], out=residuals[:n])
    np.subtract(bells, 0.0 if problem.free_mass else areas[:, None] * fitted, out=J[:K, :n])
    np.multiply(bells_z, inverse_stds[:, None], out=J[K : 2 * K, :n])
    np.subtract(bells_z * z, bells, out=J[2 * K :, :n])
    return residuals, J


def _parts(problem, columns):
    """The grid in slices, so that `columns` numbers a point fit the processor's cache."""
    step = max(CHUNK // columns, 1)
    return [slice(i, i + step) for i in range(0, problem.u.size, step)]


def _unpacked(theta, problem):
    """Areas (of the given mass, or free), means and 1/stds of a theta that is kept within what a float holds."""
    logits, means, log_stds = within_reach(theta).reshape(3, -1)
    areas = np.exp(logits)  # within REACH nothing overflows, so softmax needn't take its maximum off first
    if not problem.free_mass:
        areas /= np.add.reduce(areas)  # on arrays this small `.sum()` takes longer to call than to compute
    return areas, means, np.exp(-log_stds)


def within_reach(theta):
    """theta as the model takes it (`np.clip` takes thrice as long to call)."""
    return np.minimum(np.maximum(theta, -REACH), REACH)


def bells_at(u, areas, means, inverse_stds):
    """z and areaₖ·N(u; meanₖ, stdₖ²), both (K, N)."""
    z = (u - means[:, None]) * inverse_stds[:, None]
    return z, np.exp(-0.5 * z * z) * (areas * inverse_stds / SQRT_2PI)[:, None]
