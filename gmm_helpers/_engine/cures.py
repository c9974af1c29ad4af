"""Whether a fit that misses its curve would meet it otherwise: each cure is tried, by one guess and one walk."""

from dataclasses import replace
from functools import lru_cache
from math import exp, inf, log

import numpy as np

from ..starts import curvature_start, prominence_start
from ..validation import Array
from .areas import Areas
from .methods import METHODS
from .minimise import minimise
from .moves import as_phi, with_one_less, with_one_more
from .problem import Problem
from .run import Run
from .tolerances import FEW, MET, ZERO
from .uncertainty import faint
from .workers import one_thread

__all__ = ["CURES", "DIPS", "IN_PART", "dips", "fewer_do", "is_background", "mended"]

MENDED = 0.5  # share of the loss that a cure must leave at most
LIMIT = {"maxfev": 200}
CURES = {  # the fewest numbers first, and a bell before a curved background
    "start": "another start",
    "mass": "`mass=None`",
    "constant": "`background='constant'`",
    "linear": "`background='linear'`",
    "component": "one more component",
    "cubic": "`background=numpy.vander(x - x.mean(), 4)`, a cubic,",
}
# Cures with free numbers, which nearly any misfit takes in part: where more than noise is left then, it is said, and
# what that asks.
IN_PART = {"constant": "", "linear": "", "component": ": are the bells Gaussians?", "cubic": ""}
COLUMNS = {"constant": 1, "linear": 2, "cubic": 4}  # of a background that is a cure
DIPS = "the curve dips below its background: fit −density with a `background`, or bells of both signs with lmfit"
# ΔBIC that a cure must be worth where noise alone may be left: 10 is very strong (Kass & Raftery 1995), of one thing to
# try; a component is tried at the best of many places.
ONCE, BEST_OF_MANY = 10.0, 20.0
UNSURE = 3  # components whose areas are least sure: each is left out in turn
SURE = 50.0  # N·log of the ratio of two losses, as BIC has it, from which on noise doesn't make it


def mended(run: Run, cure: str) -> Run | None:
    """Where a cure leads, its loss in units of the run's, if what it leaves is noise or much less than now."""
    end = _tried(run, cure) if _is_open(run, cure) else None
    if end is None:
        return None
    problem, other = run.problem, end.problem
    end = replace(end, loss=end.loss * (other.norm / problem.norm) ** 2)
    N, more = problem.u.size, other.n_free - problem.n_free
    price = (BEST_OF_MANY if cure in ("start", "component") else ONCE) if run.leaves_noise or N < FEW else 0.0
    pays = _gain(run.loss, end.loss, run.chi2, other.dof) > more * log(N) + price
    is_less = end.loss < MENDED * run.loss or end.leaves_noise
    return end if end.is_healthy and pays and is_less else None


def _is_open(run: Run, cure: str) -> bool:
    """Whether a fit is one that a cure is for, and has it not yet."""
    problem = run.problem
    n_columns = problem.background.n_columns
    is_there = n_columns >= COLUMNS.get(cure, inf) or (cure == "mass" and problem.areas.free)
    is_asked = cure != "cubic" or n_columns > 0  # or any broad bells would pass for a curved background
    return problem.prior is None and not problem.ties and not is_there and is_asked


def _tried(run: Run, cure: str) -> Run | None:
    """Where a cure leads; None where it can't be tried."""
    problem, points = run.problem, run.problem.points
    if cure == "component":
        phi, other = with_one_more(run)
        return minimise(phi, other, METHODS["lm"], LIMIT) if other.dof >= 0 else None
    areas = Areas(0.0, free=True) if cure == "mass" else problem.areas
    background = np.vander(problem.u, 4) if cure == "cubic" else cure if cure in COLUMNS else points.background
    try:
        other = problem.with_points(areas, background=background)
    except ValueError:  # nothing rises above it
        return None
    if other.dof < 0:  # more numbers than points
        return None
    phi = other.affine.phi(other.from_user(problem.to_user(run.theta)))
    if run.leaves_noise and cure != "start":  # the bells are about where they are
        return minimise(phi, other, METHODS["lm"], LIMIT)
    return _walked(other, phi)


def _walked(problem: Problem, *phis: Array) -> Run:
    """The best of walks from what the curve alone says, and from free numbers phi."""
    about = problem.u, problem.curve, problem.n_components
    starts = [as_phi(problem, start(*about)) for start in (curvature_start, prominence_start)]
    walks = (minimise(phi, problem, METHODS["lm"], LIMIT) for phi in (*starts, *phis))
    return min(walks, key=lambda end: end.value)


def fewer_do(run: Run) -> bool:
    """Whether BIC would rather have one component less; where that can't be asked it is supposed."""
    problem = run.problem
    if problem.prior is not None or problem.ties or problem.n_components == 1:
        return True
    other = problem.with_components(problem.n_components - 1)
    unsure = np.argsort(run.components[0] / np.fmax(faint(run)[1], ZERO))[:UNSURE]
    return _is_preferred(_walked(other, *(with_one_less(run, other, int(k)) for k in unsure)), run)


def is_background(run: Run) -> bool:
    """Whether BIC would rather have a constant background than one of the components."""
    problem = run.problem
    if problem.prior is not None or problem.ties or problem.n_components == 1 or problem.background.n_columns:
        return False
    try:
        other = problem.with_components(problem.n_components - 1).with_points(problem.areas, background="constant")
    except ValueError:  # nothing rises above it
        return False
    return _is_preferred(_walked(other), run)


def _is_preferred(end: Run, run: Run) -> bool:
    """Whether BIC would rather have the end of another walk, with fewer numbers, than a run."""
    problem, other = run.problem, end.problem
    loss, less = max(end.loss * (other.norm / problem.norm) ** 2, ZERO), max(run.loss, ZERO)
    more = problem.n_free - other.n_free
    return _gain(loss, less, run.chi2 * loss / less, other.dof) < more * log(problem.u.size)


def _gain(loss: float, less: float, chi2: float, dof: int) -> float:
    """What BIC gives for a lower loss, but by degrees of freedom, which of few points are far fewer. chi2: of the
    higher loss, NaN without `sigma`."""
    return float(np.fmin(dof * log(loss / max(less, ZERO)), chi2 * (1 - less / loss)))


@lru_cache(maxsize=1)  # success, message and two rules of the diagnosis ask it of one run after the other
@one_thread
def dips(run: Run) -> bool:
    """Whether the curve falls below its background rather than rises above it: as many bells meet −density far
    better."""
    if run.loss <= MET or run.leaves_noise or not run.is_usable:
        return False
    problem = run.problem
    kind = problem.points.background if problem.background.n_columns else "constant"
    y = problem.points.density
    try:
        up, down = (problem.with_points(problem.areas, background=kind, density=each) for each in (y, -y))
    except ValueError:  # nothing rises above it
        return False
    if np.sum(up.target**3) >= 0:
        return False
    before, after = min(run.loss * (problem.norm / up.norm) ** 2, _walked(up).loss), _walked(down).loss
    is_sure = before > after * exp(SURE / up.u.size)
    return after < MENDED * before or (is_sure and 1 - before < MENDED * (1 - after))
