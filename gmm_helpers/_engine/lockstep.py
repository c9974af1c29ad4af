"""Levenberg–Marquardt on many runs at once: each step of all of them is a few calls of numpy.

A run's numbers don't depend on which others run beside it, to the bit. The normal equations that it solves square the
condition number, which is good enough to compare minima; the best run is finished by MINPACK, whose QR doesn't.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import numpy as np

from ..validation import Array, Bools, Ints
from .derivatives import Evaluation, evaluate
from .problem import Problem
from .run import CONVERGED, LIMIT, Run, ended

__all__ = ["Start", "run_in_lockstep"]

FTOL = 1e-6  # relative reduction of the objective at which a run ends: minima are compared to 1e-3
GONE = 1e-24  # a reduction of the objective that is rounding alone
FIRST_DAMPING, LEAST_DAMPING = 1e-3, 1e-12
LEAST_SCALE = 1e-12  # of a number that the curve doesn't feel, to the scale of the one that it feels most
TOGETHER = 60_000  # runs × components × points in one batch: what a processor's cache holds


@dataclass(frozen=True, eq=False)
class Start:
    """Where a run starts, of which kind that start is, and how many evaluations the run may take.

    alone: it is run by MINPACK; continues: the run that was cut short there.
    """

    problem: Problem
    phi: Array
    kind: str
    limit: int
    alone: bool = False
    continues: Run | None = None


def run_in_lockstep(starts: list[Start]) -> list[Run]:
    """A `Run` for each start; those of problems with the same shape go together."""
    groups: dict[Any, list[int]] = {}
    for i, start in enumerate(starts):
        groups.setdefault(_shape(start), []).append(i)
    runs: dict[int, Run] = {}
    for (n_points, n_components, *_), members in groups.items():
        most = max(TOGETHER // (n_points * n_components), 1)
        for j in range(0, len(members), most):
            batch = members[j : j + most]
            runs |= zip(batch, _batch([starts[i] for i in batch]), strict=True)
    return [runs[i] for i in range(len(starts))]


def _shape(start: Start) -> tuple[Any, ...]:
    problem = start.problem
    own = None if problem.prior is None and not problem.affine.shuffles else id(problem)
    free = start.phi.size, problem.areas.free, problem.background.n_columns
    return problem.u.size, problem.n_components, *free, own


@dataclass(eq=False)
class _State:
    """The runs that still go on, an entry each along the first axis."""

    index: Ints
    phi: Array
    residuals: Array
    by_theta: Array  # their derivatives
    fun: Array
    damping: Array
    growth: Array
    scale: Array

    def kept(self, rows: Bools) -> "_State":
        """Some of the runs."""
        return _State(**{name: values[rows] for name, values in vars(self).items()})


def _batch(starts: list[Start]) -> list[Run]:
    problems, phi = [start.problem for start in starts], np.array([start.phi for start in starts])
    limits, paths = np.array([start.limit for start in starts]), [[start.phi] for start in starts]
    runs: dict[int, Run] = {}
    with np.errstate(all="ignore"):  # a far-off trial may overflow; it is judged by its loss alone
        problem, nfev = _stacked(problems), 1
        state = _begun(phi, problem)
        while True:
            better, arrived = _step(state, problem)
            nfev += 1
            for j in better.nonzero()[0]:
                paths[state.index[j]].append(state.phi[j].copy())
            over = arrived | (nfev >= limits[state.index])
            for j in over.nonzero()[0]:
                i, status = int(state.index[j]), CONVERGED if arrived[j] else LIMIT
                where = Evaluation(state.residuals[j], state.by_theta[j], problem.affine.basis)
                runs[i] = ended(starts[i].problem, where, status, nfev, "LM", paths[i], starts[i].kind, finished=False)
            if over.all():
                return [runs[i] for i in range(len(starts))]
            if over.any():
                state, problem = state.kept(~over), _kept(problem, ~over)


def _begun(phi: Array, problem: Problem) -> _State:
    """The runs where they start."""
    n, here = len(phi), evaluate(phi, problem)
    damping, scale = np.full(n, FIRST_DAMPING), np.full(phi.shape, LEAST_SCALE)
    return _State(np.arange(n), phi, *here[:2], here.fun, damping, np.full(n, 2.0), scale)


def _step(state: _State, problem: Problem) -> tuple[Bools, Bools]:
    """One trial of every run (Nielsen's damping), which changes the state. Returns which have become better, and which
    have hardly anything left to gain."""
    here = Evaluation(state.residuals, state.by_theta, problem.affine.basis)
    H, g = 0.5 * here.hessian, 0.5 * here.gradient
    diagonal = np.einsum("...ii->...i", H)  # a view
    scale = np.maximum(state.scale, diagonal)
    state.scale = np.maximum(scale, LEAST_SCALE * scale.max(axis=1, keepdims=True))
    damped = state.damping[:, None] * state.scale
    diagonal += damped
    step = np.linalg.solve(H, g[..., None])[..., 0]
    promised = np.einsum("ij,ij->i", step, g + damped * step)
    phi = state.phi - step
    there = evaluate(phi, problem)
    fun = there.fun
    gained = state.fun - fun
    ratio = gained / promised
    better: Bools = ratio > 1e-4
    arrived: Bools = np.maximum(promised, abs(gained)) <= FTOL * state.fun + GONE
    if better.all():  # most often, and nothing is copied
        state.phi, state.residuals, state.by_theta, state.fun = phi, *there[:2], fun
    else:
        for mine, new in zip(
            (state.phi, state.residuals, state.by_theta, state.fun), (phi, *there[:2], fun), strict=True
        ):
            mine[better] = new[better]
    damping = state.damping * np.where(better, np.maximum(1 / 3, 1 - (2 * ratio - 1) ** 3), state.growth)
    state.damping = np.maximum(damping, LEAST_DAMPING)
    state.growth = np.where(better, 2.0, 2 * state.growth)
    return better, arrived


def _stacked(problems: list[Problem]) -> Problem:
    """One problem whose arrays hold those of several, run by run; the same one for all is left as it is."""
    first = problems[0]
    if all(each is first for each in problems):
        return first
    return _arrays(first, lambda get: np.array([get(each) for each in problems]))


def _kept(problem: Problem, rows: Bools) -> Problem:
    """Some of the runs of a stacked problem."""
    return problem if problem.u.ndim == 1 else _arrays(problem, lambda get: get(problem)[rows])


def _arrays(problem: Problem, of: Callable[[Callable[[Problem], Array]], Array]) -> Problem:
    """A problem with other arrays. of: what takes the place of an array, told how to get it from a problem."""
    affine = replace(problem.affine, origin=of(lambda each: each.affine.origin))
    background = replace(problem.background, Q=of(lambda each: each.background.Q))
    u, target, scale = (of(attrgetter(name)) for name in ("u", "target", "scale"))
    return replace(problem, affine=affine, background=background, u=u, target=target, scale=scale)
