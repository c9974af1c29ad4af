"""What standard errors are made of: the curve's own Jacobian where the run ended."""

from functools import lru_cache
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from ..mixture import FWHM, SQRT_2PI
from ..parameters import unpack
from ..validation import Array, Bools
from .derivatives import curve_rows, evaluate
from .problem import Problem
from .run import Run
from .workers import one_thread

__all__ = ["NAMES", "Spreads", "condition", "faint", "norms", "quantities", "spreads", "variance"]

NAMES = ("weights", "means", "stds", "mass", "areas", "heights", "fwhms")
TINY = np.finfo(float).tiny
FAINT = 2.0  # × log N: (area/error)² below which BIC would rather do without. A free width makes it 1.5 times less than
# Δχ², and three numbers cost 3·log N.
SILENT = 1e-6  # share of a number that may lie in what the curve doesn't feel: rounding


def quantities(theta: Array, problem: Problem) -> dict[str, tuple[Array, Array]]:
    """name → values (m,) in the user's units, and their derivatives by theta (m, 3K).

    All but means are exponentials of something linear, up to softmax: d log weightₖ/d logitⱼ = δₖⱼ − weightⱼ.
    """
    K = theta.size // 3
    weights, means, stds = unpack(problem.to_user_floats(theta))
    zero, one = np.zeros((K, K)), np.eye(K)
    log_weights = np.hstack([one - weights, zero, zero])
    log_areas = np.hstack([one, zero, zero]) if problem.areas.free else log_weights
    log_stds = np.hstack([zero, zero, one])
    with np.errstate(over="ignore", invalid="ignore"):  # an area that ran away
        areas = problem.areas.unit * problem.areas.of(theta[:K, None])[:, 0]
        logs = {
            "weights": (weights, log_weights),
            "stds": (stds, log_stds),
            "areas": (areas, log_areas),
            "heights": (areas / (stds * SQRT_2PI), log_areas - log_stds),
            "fwhms": (FWHM * stds, log_stds),
        }
        found = {name: (values, values[:, None] * slopes) for name, (values, slopes) in logs.items()}
        found["means"] = (means, problem.spread * np.hstack([zero, one, zero]))
        found["mass"] = (areas.sum(keepdims=True), (areas @ log_areas)[None] * problem.areas.free)
    return found


class Spreads(NamedTuple):
    """How sure the free numbers and the background's coefficients are.

    root: (n + B, R), σ·(JᵀJ)⁺Jᵀ, whose product with its own transpose is their covariance; size: (n + B,), how much
    the curve feels each; silent: (n + B, m), the directions, in those sizes, that it doesn't feel; unknown: why some
    numbers are not known, or all; or empty.
    """

    problem: Problem
    root: Array
    size: Array
    silent: Array
    unknown: str = ""

    @np.errstate(over="ignore", invalid="ignore")  # a unit of 1e±200, or an area that ran away
    def of(self, slopes: Array) -> Array:
        """Rows (m, R), as long as the standard errors, of numbers with derivatives (m, 3K) by theta; NaN where the
        curve doesn't tell the number."""
        by_phi = slopes @ self.problem.affine.basis.T
        return self._rows(np.pad(by_phi, ((0, 0), (0, self.problem.background.n_columns))))

    @property
    @np.errstate(over="ignore")
    def of_background(self) -> Array:
        """The same rows of the background's coefficients, (B, R)."""
        units = self.problem.background.units
        return self._rows(np.pad(units, ((0, 0), (len(self.size) - len(units), 0)))) * self.problem.norm

    @np.errstate(over="ignore", invalid="ignore")
    def _rows(self, slopes: Array) -> Array:
        rows = slopes @ self.root
        felt = slopes / np.maximum(abs(slopes).max(axis=1, keepdims=True), TINY) / self.size
        rows[norms(felt @ self.silent) > SILENT * norms(felt)] = np.nan
        return rows


@one_thread
def spreads(run: Run) -> Spreads:
    """What standard errors are made of.

    J: the Jacobian of the residuals, the background's columns among them, and of the prior's rows (then it is the
    posterior's covariance). σ: from `sigma`, or from the residual and its degrees of freedom. With a quadrature rule,
    whose weights are no variances, it is the sandwich formula. A direction that the curve doesn't feel leaves the other
    numbers known; no degree of freedom leaves none.
    """
    problem, J = run.problem, _full_jacobian(run)
    N = problem.u.size
    inverse, size, silent = _pseudo_inverse(J)
    freedom = N - J.shape[1]  # a prior takes none of the points' own
    if problem.prior is not None:
        freedom = N - float(np.einsum("ij,ji->", J[:N], inverse[:, :N]))
    if freedom <= 0 and problem.noise is None:
        return Spreads(problem, np.full_like(inverse, np.nan), size, silent, "no degree of freedom is left")
    residuals, noise = run.residuals, np.ones(len(J))
    if problem.points.grid_rule:
        noise[:N] = problem.points.root_g
        residuals = residuals / np.maximum(problem.points.root_g, 1e-300)
    sigma = problem.noise if problem.noise is not None else sqrt(residuals @ residuals / freedom)
    unknown = "the curve can't tell these parameters apart" if silent.size else ""
    with np.errstate(over="ignore", invalid="ignore"):  # an area that ran away
        return Spreads(problem, inverse * noise * sigma, size, silent, unknown)


def norms(rows: Array) -> Array:
    """The length of each row, in a unit of any size."""
    size = np.maximum(abs(rows).max(axis=1, initial=0.0), TINY)
    with np.errstate(over="ignore", invalid="ignore"):  # one beyond any float is infinite, an infinite one NaN
        return size * np.linalg.norm(rows / size[:, None], axis=1)


def variance(run: Run) -> float:
    """σ² of a residual: told by `sigma`, or the sum of squares over the degrees of freedom."""
    problem = run.problem
    return problem.noise**2 if problem.noise is not None else run.loss / max(problem.dof, 1)


@lru_cache(maxsize=1)  # a search asks it of its best run again and again
@one_thread
def faint(run: Run) -> tuple[Bools, Array]:
    """Which components (K,), in the run's own order, noise alone may make, since BIC finds them too dear or nothing is
    known of them; and the standard errors of all areas."""
    areas, slopes = quantities(run.theta, run.problem)["areas"]
    errors = norms(spreads(run).of(slopes))
    return ~(areas >= sqrt(FAINT * log(run.problem.u.size)) * errors), errors


def condition(run: Run) -> tuple[Array, Array]:
    """Of each of n directions, how much less the curve feels it than the one that it feels most (up to 1e8), the
    Jacobian's columns scaled to one length; and how much each component takes part in it, (n, K), up to 1."""
    here, basis = evaluate(run.phi, run.problem), run.problem.affine.basis
    H = here.hessian
    size = np.sqrt(np.diag(H))
    inverse = 1 / np.where(size > 0, size, np.inf)
    squares, directions = np.linalg.eigh(H * inverse * inverse[:, None])
    scaled = (inverse[:, None] * directions).T @ basis * np.linalg.norm(here.by_theta, axis=1)
    parts = np.linalg.norm(scaled.reshape(len(H), 3, -1), axis=1)
    largest = np.maximum(parts.max(axis=1, keepdims=True), TINY)  # 0 of a number that the curve doesn't feel at all
    return np.sqrt(squares[-1] / np.maximum(squares, np.finfo(float).eps)), parts / largest


def _full_jacobian(run: Run) -> Array:
    """Rows of the curve (N of them), then of the prior, by phi and the background's coefficients: (R, n + B)."""
    problem = run.problem
    J = problem.affine.basis @ curve_rows(run.theta, problem)[1:]
    J = np.vstack([J, (problem.background.columns * problem.points.root_g[:, None]).T])
    if problem.prior is not None:
        said = problem.affine.basis @ problem.prior(run.theta)[1].T
        J = np.hstack([J, np.vstack([said, np.zeros((len(J) - len(said), said.shape[1]))])])
    return J.T


def _pseudo_inverse(J: Array) -> tuple[Array, Array, Array]:
    """(JᵀJ)⁺Jᵀ by singular values, the columns scaled to one length first; the scales (n + B,), and the directions
    (n + B, m) that J maps to 0."""
    size = np.linalg.norm(J, axis=0)
    size = np.where(size > 0, size, 1.0)
    U, s, Vt = np.linalg.svd(J / size, full_matrices=False)
    rank = int((s > 1e-10 * s[0]).sum())
    inverse = (Vt[:rank].T / s[:rank]) @ U[:, :rank].T / size[:, None]
    return inverse, size, Vt[rank:].T
