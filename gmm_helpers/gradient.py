"""Chapter 4: the relative loss, its gradient and its Jacobian, in normalised coordinates.

The loss is one autograd primitive with a hand-written VJP: autograd sees one node where plain
`autograd.numpy` records some thirty, and a prior joins it by ordinary autograd.

With bells bₖ = areaₖ·N(u; meanₖ, stdₖ²), z = (u − meanₖ)/stdₖ and f = Σ bₖ, the derivatives of f are

    mean: bₖ·z/stdₖ      log_std: bₖ·(z² − 1)      logit: bₖ − weightₖ·f (softmax), bₖ (free areas)
"""

import autograd.numpy as anp
import numpy as np
from autograd import make_vjp
from autograd.extend import defvjp, primitive

from .mixture import SQRT_2PI

__all__ = ["gauss_newton_hessian", "loss_and_gradient", "residuals_and_jacobian", "value_and_grad"]

REACH = 300.0  # of |theta| in the model: exp(±300) is beyond any curve, and its square is still a float
CHUNK = 30_000  # bells × points worked on at a time: what a processor's cache holds


def value_and_grad(theta, problem):
    """The objective, relative loss + Σ prior², and its gradient (3K,), by autograd."""
    vjp, value = _trace(theta, problem)
    return float(value), vjp(1.0)


def objective(theta, problem):
    """Relative loss Σ (scale·p(u; theta) − target)², plus the prior's squared residuals. theta: (3K,)."""
    value = relative_loss(theta, problem, {})
    if problem.prior is not None:
        value = value + anp.sum(problem.prior_residuals(theta) ** 2)
    return value


_trace = make_vjp(objective)  # of theta and problem: the way back, and the value


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
    loss, by_logit, by_mean, by_log_std = 0.0, 0.0, 0.0, 0.0
    areas, means, inverse_stds = _unpacked(theta, problem)
    for part in _parts(problem, areas.size):
        z, bells = _bells(areas, means, inverse_stds, problem.u[part])
        residual = problem.scale[part] * np.add.reduce(bells) - problem.target[part]
        loss += residual @ residual
        pull = 2 * residual * problem.scale[part]
        by_area, bells_z = bells @ pull, bells * z
        by_logit += by_area
        by_mean += bells_z @ pull
        by_log_std += (bells_z * z) @ pull - by_area
    if not problem.free_mass:
        by_logit = by_logit - areas * np.add.reduce(by_logit)
    return float(loss), np.concatenate([by_logit, by_mean * inverse_stds, by_log_std])


def residuals_and_jacobian(theta, problem):
    """Residuals (R,) whose squares sum to the objective, and their Jacobian, transposed, (3K, R).

    The first N rows are the curve's; one row follows that pins softmax's flat direction (the mean of the
    logits, which the curve doesn't feel: without it Levenberg–Marquardt wanders off); then the prior's.
    """
    N, K = problem.u.size, theta.size // 3
    residuals, J = _curve_rows(theta, problem, slice(None), spare=not problem.free_mass)
    if not problem.free_mass:
        residuals[N], J[:K, N] = np.add.reduce(theta[:K]) / K, 1 / K
    if problem.prior is not None:
        residuals = np.concatenate([residuals, problem.prior_residuals(theta)])
        J = np.concatenate([J, problem.prior_jacobian(theta).T], axis=1)
    return residuals, J


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
    z, bells = _bells(areas, means, inverse_stds, problem.u[part])
    K, n = bells.shape
    bells *= problem.scale[part]
    fitted, bells_z = np.add.reduce(bells), bells * z
    residuals, J = np.zeros(n + spare), np.zeros((3 * K, n + spare))
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
    logits, means, log_stds = np.minimum(np.maximum(theta, -REACH), REACH).reshape(3, -1)
    if problem.free_mass:
        areas = np.exp(logits)
    else:  # on arrays this small `.max()` and `.sum()` take longer to call than to compute
        areas = np.exp(logits - np.maximum.reduce(logits))
        areas /= np.add.reduce(areas)
    return areas, means, np.exp(-log_stds)


def _bells(areas, means, inverse_stds, u):
    """z and areaₖ·N(u; meanₖ, stdₖ²), both (K, N)."""
    z = (u - means[:, None]) * inverse_stds[:, None]
    return z, np.exp(-0.5 * z * z) * (areas * inverse_stds / SQRT_2PI)[:, None]
