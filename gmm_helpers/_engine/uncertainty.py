"""How sure the fitted numbers are: from the curve's own Jacobian where the run ended, and from profiles."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit, stdtrit

from ..parameters import unpack
from ..validation import Array
from .derivatives import curve_rows, evaluate
from .methods import METHODS
from .minimise import minimise
from .problem import Problem
from .run import Run
from .workers import one_thread

__all__ = ["NAMES", "condition", "interval", "norms", "profile", "quantities", "spreads", "variance"]

NAMES = ("weights", "means", "stds", "mass", "areas", "heights", "fwhms")
FWHM = 2 * sqrt(2 * np.log(2))  # full width at half maximum, in stds
PIN = 1e3  # how much harder than by the data a number of a profile is held
APART, MOST = 0.5, 4  # standard errors by which a rival's number must differ; how many fits an interval looks at
ELSEWHERE = 3.0  # × log N: Δχ² up to which another minimum may be the true one. BIC takes as much for a component's
# three numbers; a component that fits noise, the best of N places, wins nearly that.
REFIT = {"ftol": 1e-10, "maxfev": 200}  # from nearby few evaluations do, unless the fit is a poor one
TINY = np.finfo(float).tiny
SILENT = 1e-6  # share of a number that may lie in what the curve doesn't feel: rounding
FAR = 1e3  # standard errors, beyond which an interval is called unbounded


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
            "heights": (areas / (stds * sqrt(2 * np.pi)), log_areas - log_stds),
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
        return self._rows(np.pad(units, ((0, 0), (len(self.size) - len(units), 0)))) * self.problem.energy

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
    residuals, noise = evaluate(run.phi, problem).residuals[:N], np.ones(len(J))
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
    with np.errstate(invalid="ignore"):  # an infinite one stays so, as NaN
        return size * np.linalg.norm(rows / size[:, None], axis=1)


def variance(run: Run) -> float:
    """σ² of a residual: told by `sigma`, or the sum of squares over the degrees of freedom."""
    problem = run.problem
    return problem.noise**2 if problem.noise is not None else run.loss / max(problem.u.size - problem.n_free, 1)


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


@one_thread
def interval(run: Run, name: str, k: int, level: float, others: Sequence[Run] = ()) -> tuple[float, float]:
    """The profile interval of component k in the run's order: where χ², minimised over all other numbers, rises by the
    quantile of the level. others: runs of the same search; where one is nearly as good, the interval holds that one's
    too: a minimum found by looking everywhere wins by more than a quantile of one number."""
    problem, number = run.problem, _Number(run, name, k)
    freedom = np.inf if problem.noise is not None else problem.u.size - problem.n_free
    if variance(run) == 0 or number.error == 0:
        return number.value, number.value
    if freedom <= 0:
        return (-np.inf if name == "means" else 0.0), np.inf
    quantile = float(stdtrit(freedom, (1 + level) / 2))
    rise = max(quantile**2, ELSEWHERE * log(problem.u.size)) * variance(run)
    numbers = [number]

    def is_new(there: _Number) -> bool:
        return all(abs(there.value - each.value) > APART * number.error for each in numbers)

    for other in others:
        near = other.fun - run.fun < rise and other.is_healthy and other.is_finite
        if near and len(numbers) < MOST and is_new(_Number(other, name, k)):
            there = _Number(minimise(other.phi, problem, METHODS["lm"], REFIT), name, k)  # it may have been cut short
            if is_new(there):
                numbers.append(there)
    return min(each.end(-1, quantile) for each in numbers), max(each.end(1, quantile) for each in numbers)


@one_thread
def profile(run: Run, name: str, k: int, values: Array) -> Array:
    """Δχ² (m,) at given values of one number, all others free."""
    number, last, found = _Number(run, name, k), run, []
    if variance(run) == 0 or number.error == 0:
        near = 1e-9 * max(abs(number.value), run.problem.spread if name == "means" else 0.0)
        return np.where(abs(values - number.value) <= near, 0.0, np.inf)
    for value in values:
        last = number.held(float(value), last)
        found.append((last.fun - run.fun) / variance(run))
    return np.array(found)


class _Number:
    """One fitted number and its standard error: 0 if it is fixed, and where it is unknown the number's own size."""

    def __init__(self, run: Run, name: str, k: int) -> None:
        self.run, self.name = run, name
        self.k = k if name == "mass" else int(run.order[k])
        values, slopes = quantities(run.theta, run.problem)[name]
        self.value, slope = float(values[self.k]), slopes[self.k]
        error = float(norms(spreads(run).of(slope[None]))[0])
        is_fixed = not abs(slope @ run.problem.affine.basis.T).max(initial=0.0) > 1e-12 * abs(slope).max()
        shares = {"weights": 1.0} | ({} if run.problem.areas.free else {"areas": run.problem.areas.unit})
        self.most = shares.get(name, np.inf)  # what it can be
        self.error = 0.0 if is_fixed else error if 0 < error < np.inf else abs(self.value) or 1.0

    def at(self, s: float) -> float:
        """s standard errors from the fitted number; a positive one moves by factors, a share so that it stays below the
        whole."""
        if self.name == "means":
            return self.value + s * self.error
        if self.value < self.most < np.inf:
            share = self.value / self.most
            return self.most * float(expit(logit(share) + s * self.error / (self.value * (1 - share))))
        return self.value * exp(min(s * self.error / self.value, 100.0))

    def held(self, value: float, near: Run) -> Run:
        """The best fit with the number held at a value, from where another fit ended."""
        pin = _Pin(self.run.problem, self.name, self.k, value, PIN * sqrt(variance(self.run)) / self.error)
        return minimise(near.phi, replace(self.run.problem, prior=pin), METHODS["lm"], REFIT)

    def end(self, side: int, quantile: float) -> float:
        """One end of an interval. √Δχ² is nearly a straight line in standard errors, so few steps bracket the
        quantile."""
        ends: dict[float, Run] = {0.0: self.run}

        def rise(s: float) -> float:
            if s not in ends:
                ends[s] = self.held(self.at(side * s), near=ends[max(other for other in ends if other < s)])
            risen = (ends[s].fun - self.run.fun) / variance(self.run)
            return sqrt(min(max(risen, 0), FAR**2)) - quantile if risen == risen else FAR  # NaN: it ran away

        low, high = 0.0, quantile
        while rise(high) < 0:
            low, high = high, 1.6 * high
            if high > FAR or not 1e-12 < abs(self.at(side * high) / (self.value or 1.0)) < 1e12:
                return self.most * side if self.name == "means" or side > 0 else 0.0
        return self.at(side * float(brentq(rise, low, high, xtol=1e-3 * quantile, rtol=1e-3)))


@dataclass(frozen=True, eq=False)
class _Pin:
    """The prior's rows, and one that holds a number at a value."""

    problem: Problem
    name: str
    k: int
    value: float
    hold: float

    def __call__(self, theta: Array) -> tuple[Array, Array]:
        values, slopes = quantities(theta, self.problem)[self.name]
        pin, slope = np.array([self.hold * (values[self.k] - self.value)]), self.hold * slopes[None, self.k]
        if self.problem.prior is None:
            return pin, slope
        said, by_theta = self.problem.prior(theta)
        return np.append(said, pin), np.vstack([by_theta, slope])


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
