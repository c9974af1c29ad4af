"""Levenberg–Marquardt on many runs at once: each step of all of them is a few calls of numpy.

A run's numbers don't depend on which others run beside it, to the bit. The normal equations that it solves square the
condition number, which is good enough to compare minima; the best run is finished by QR.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..validation import Array, Bools, Ints
from .derivatives import Evaluation, evaluate
from .problem import Problem
from .run import CONVERGED, LIMIT, NAN, Run

__all__ = ["FTOL_LAST", "Start", "run_in_lockstep"]

FTOL_LAST = 1e-15  # the same for the best run, which goes on by QR: it doesn't square the condition number
FTOL = 1e-6  # relative reduction of the objective at which a run ends: minima are compared to 1e-3
GONE = 1e-24  # relative loss below which there is nothing left to reduce
FIRST_DAMPING = 1e-3
MOST_DAMPING = 1e12
TOGETHER = 60_000  # runs × components × points in one batch: what a processor's cache holds


@dataclass(frozen=True, eq=False)
class Start:
    """Where a run starts, of which kind that start is, and how many evaluations the run may take. alone: it is run by
    MINPACK; continues: the run that was cut short there."""

    problem: Problem
    phi: Array
    kind: str
    limit: int
    alone: bool = False
    continues: Run | None = None
    ftol: float = FTOL


def run_in_lockstep(starts: list[Start]) -> list[Run]:
    """A `Run` for each start; those of problems with the same shape go together."""
    groups: dict[Any, list[int]] = {}
    for i, start in enumerate(starts):
        groups.setdefault(_shape(start), []).append(i)
    runs: list[Run | None] = [None] * len(starts)
    for (n_points, n_components, *_), members in groups.items():
        most = max(TOGETHER // (n_points * n_components), 1)
        for j in range(0, len(members), most):
            batch = members[j : j + most]
            for i, run in zip(batch, _batch([starts[i] for i in batch]), strict=True):
                runs[i] = run
    return [run for run in runs if run is not None]


def _shape(start: Start) -> tuple[Any, ...]:
    problem = start.problem
    columns = 0 if problem.background is None else problem.background.n_columns
    own = None if problem.prior is None and not problem.affine.shuffles else id(problem)
    return problem.u.size, problem.n_components, start.phi.size, problem.areas.free, columns, start.ftol, own


@dataclass(eq=False)
class _State:
    """The runs that still go on, an entry each along the first axis."""

    index: Ints
    phi: Array
    here: Evaluation
    fun: Array
    damping: Array
    growth: Array
    scale: Array

    def kept(self, rows: Bools) -> "_State":
        """Some of the runs."""
        here = Evaluation(self.here.residuals[rows], self.here.J[rows])
        rest = (getattr(self, name)[rows] for name in ("index", "phi", "fun", "damping", "growth", "scale"))
        index, phi, fun, damping, growth, scale = rest
        return _State(index, phi, here, fun, damping, growth, scale)


def _batch(starts: list[Start]) -> list[Run]:
    problems = [start.problem for start in starts]
    phi = np.array([start.phi for start in starts])
    limits = np.array([start.limit for start in starts])
    S, n = phi.shape
    paths: list[list[Array]] = [[start.phi] for start in starts]
    ends: list[Run | None] = [None] * S
    with np.errstate(all="ignore"):  # a far-off trial may overflow; it is judged by its loss alone
        here = evaluate(phi, _stacked(problems, np.arange(S)))
        state = _State(np.arange(S), phi, here, here.fun, np.full(S, FIRST_DAMPING), np.full(S, 2.0), np.zeros((S, n)))
        problem, nfev = _stacked(problems, state.index), 1
        while state.index.size:
            done, status, state = _step(state, problem, starts[0].ftol, paths)
            nfev += 1
            over = ~done & (nfev >= limits[state.index])
            status[over], done = LIMIT, done | over
            if done.any():
                for j in done.nonzero()[0]:
                    i = int(state.index[j])
                    ends[i] = _ended(starts[i], state, int(j), int(status[j]), nfev, paths[i])
                state = state.kept(~done)
                problem = _stacked(problems, state.index) if state.index.size else problem
    return [run for run in ends if run is not None]


def _step(state: _State, problem: Problem, ftol: float, paths: list[list[Array]]) -> tuple[Bools, Ints, _State]:
    """One trial of every run. Returns which are done, their status, and the state after it (Nielsen's damping)."""
    J, n = state.here.J, state.phi.shape[1]
    H = J @ np.swapaxes(J, -1, -2)
    g = (J @ state.here.residuals[..., None])[..., 0]
    diagonal = np.arange(n)
    scale = np.maximum(state.scale, H[:, diagonal, diagonal])
    scale = np.maximum(scale, 1e-12 * scale.max(axis=1, keepdims=True) + 1e-300)
    damped = state.damping[:, None] * scale
    H[:, diagonal, diagonal] += damped
    step = (
        _by_qr(state.here, damped) if ftol == FTOL_LAST else np.asarray(np.linalg.solve(H, g[..., None])[..., 0], float)
    )
    promised = np.einsum("ij,ij->i", step, g + damped * step)
    phi = state.phi - step
    there = evaluate(phi, problem)
    gained = state.fun - there.fun
    ratio = gained / promised
    better = ratio > 1e-4
    small = (promised <= ftol * state.fun) & (abs(gained) <= ftol * state.fun)
    damping = state.damping * np.where(better, np.maximum(1 / 3, 1 - (2 * ratio - 1) ** 3), state.growth)
    growth = np.where(better, 2.0, 2 * state.growth)
    for j in better.nonzero()[0]:
        paths[state.index[j]].append(phi[j])
    fun = np.where(better, there.fun, state.fun)
    ok = better[:, None]
    here = Evaluation(
        np.where(ok, there.residuals, state.here.residuals), np.where(ok[..., None], there.J, state.here.J)
    )
    after = _State(state.index, np.where(ok, phi, state.phi), here, fun, np.maximum(damping, 1e-12), growth, scale)
    lost = ~np.isfinite(fun)
    done = small | lost | (fun <= GONE) | (damping > MOST_DAMPING)
    return done, np.where(lost, NAN, CONVERGED), after


def _by_qr(here: Evaluation, damped: Array) -> Array:
    """The steps (S, n) that minimise |r − Jᵀ·step|² + Σ damped·step²."""
    below = np.sqrt(damped)[:, None, :] * np.eye(damped.shape[1])
    Q, R = np.linalg.qr(np.concatenate([np.swapaxes(here.J, -1, -2), below], axis=1))
    right = np.swapaxes(Q, -1, -2)[..., : here.residuals.shape[-1]] @ here.residuals[..., None]
    step: Array = np.linalg.solve(R, right)[..., 0]
    return step


def _stacked(problems: list[Problem], index: Ints) -> Problem:
    """One problem whose arrays hold those of several, run by run; the same one for all is left as it is."""
    first = problems[index[0]]
    chosen = [problems[i] for i in index]
    if all(each is first for each in chosen):
        return first
    affine = replace(first.affine, origin=np.array([each.affine.origin for each in chosen]))
    background = first.background and replace(first.background, Q=np.array([_q(each) for each in chosen]))
    arrays = {name: np.array([getattr(each, name) for each in chosen]) for name in ("u", "target", "scale")}
    return replace(first, affine=affine, background=background, **arrays)


def _q(problem: Problem) -> Any:
    return problem.background.Q if problem.background is not None else None


def _ended(start: Start, state: _State, j: int, status: int, nfev: int, path: list[Array]) -> Run:
    """What became of one run."""
    here = Evaluation(state.here.residuals[j], state.here.J[j])
    curve = here.residuals[: start.problem.u.size]
    fun, grad_norm = float(state.fun[j]), float(abs(here.gradient).max(initial=0.0))
    numbers = (fun, float(curve @ curve), grad_norm, status, nfev)
    return Run(start.problem, state.phi[j], *numbers, "LM", np.array(path), len(path) - 1, start.kind, finished=False)
