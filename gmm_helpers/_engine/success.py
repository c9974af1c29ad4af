"""Whether a fit is a success, and why, in a sentence that says what to do next."""

from math import log, sqrt

import numpy as np

from ..loss import trapezoid_weights
from ..validation import Bools
from .cures import DIPS, dips
from .noise import MAD, neighbours_alike
from .run import NAN, STOPPED, Run, Search
from .tolerances import MET
from .uncertainty import variance

__all__ = ["is_success", "mass_sentence", "message", "pedestals", "wrong_mass"]

OFF_BY = 0.02  # share by which an area may differ by quadrature alone
SWALLOWS = 0.25  # share of its area that the points find under one off the grid which takes what is missing of a mass


def is_success(run: Run, search: Search | None) -> bool:
    """Of one run: it ended at a stationary point. Of a search: moreover the target is met or the best is confirmed, the
    area is that of the mass, the points see every component, and more than one of them sees it where the curve isn't
    met, the curve rises above its background rather than dips below it, and no component stands for that background."""
    if search is None:
        return run.converged
    found = run.is_usable and (run.fun <= MET or (run.converged and search.confirmed))
    return found and not wrong_mass(run) and not _doubted(run)


def pedestals(run: Run) -> Bools:
    """Which components (K,) stand for a background, of a curve that isn't met: the mean is off the grid, and nowhere on
    it do they fall below a twentieth of their largest height there, as a bell that the grid cuts off does."""
    (_, means, stds), u = run.components, run.problem.u
    near = np.maximum(u[0] - means, means - u[-1])
    far = near + (u[-1] - u[0])
    return (near > 0) & (far**2 - near**2 < 2 * log(20) * stds**2) & (run.loss > MET)


def message(run: Run, search: Search | None) -> str:
    """In words, why success is what it is, and what to do next."""
    if run.status == NAN:
        return "the run left the range of numbers: try another start"
    if run.status == STOPPED:
        return "stopped by the callback before it converged"
    if search is not None and wrong_mass(run):
        return mass_sentence(run)
    if search is not None and run.is_usable and (words := _doubted(run)):
        return words
    if not run.converged and not is_success(run, search):
        limit = "`maxfev`" if run.method == "LM" else "`maxiter`"
        return (
            f"not converged after {run.nit} iterations, gradient norm {run.grad_norm:.1e}: "
            f"raise {limit} or tighten the tolerance in `options`"
        )
    if search is None:
        return "this run ended at a stationary point; whether a lower one exists, one start can't tell"
    if run.fun <= MET:
        return f"the target is met, relative loss {run.loss:.1e}, after {_count(len(search.runs), 'start')}"
    return _how_found(search)


def _doubted(run: Run) -> str:
    """What forbids success however often a fit was found; empty if nothing does."""
    if dips(run):
        return DIPS
    at = run.sight
    if not run.is_healthy and (at.hidden | at.wide | (at.spike & (run.loss > MET))).any():
        return "a component is out of the points' sight, seen by one alone, or wider than the grid: see `diagnosis`"
    return "a component stands for a background: see `diagnosis`" if pedestals(run).any() else ""


def _how_found(search: Search) -> str:
    """How often, and against what, the best was found."""
    independent = _count(sum(run.kind != "relocated" for run in search.runs), "independent start")
    words = f"{search.finds} of {independent} found it"
    if not search.finds:
        words = f"a relocated component found it, none of {independent} did"
    if search.failed:
        words += f", and {_count(search.failed, 'relocation')} failed to better it"
    best = search.runs[0].fun
    lowest = min([run.fun for run in search.rivals], default=best)
    if best > 1.001 * lowest:
        share = 100 * (best / lowest - 1)
        words += f"; a fit with a spike or out of sight is {share:.2g} % lower, and was not preferred"
    return words if search.confirmed else f"{words}: too few to trust it, raise `n_starts`"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' if n != 1 else ''}"


def wrong_mass(run: Run) -> bool:
    """Whether the curve's area is neither the given mass nor what the grid cuts off of it, and the fit shows it: the
    curve isn't met, by more than noise or rounding; or a component hides where no point sees it; or noise is left, and
    one off the grid, of which no prior knows, takes the rest of the mass, most of which no point sees."""
    problem, x = run.problem, run.problem.points.x
    gap, unsure = abs(problem.area - problem.areas.unit), OFF_BY * max(abs(problem.area), problem.areas.unit)
    if problem.areas.free or gap <= unsure:
        return False
    at = run.sight
    step = trapezoid_weights(x) / np.maximum(problem.points.root_g, 1e-300) * problem.norm
    bends = abs(np.diff(problem.target, 2, prepend=0))  # of two points as well
    noise = min(sqrt(variance(run)), float(np.median(bends)) * MAD)
    unsure += 3 * noise * float(np.linalg.norm(step))
    if gap <= unsure:
        return False
    swallows = at.off & (at.seen < SWALLOWS * run.components[0])
    if (at.hidden | at.wide).any() or (swallows.any() and run.loss > MET and problem.prior is None):
        return True
    seen = problem.areas.unit * at.seen.sum()
    is_alike = neighbours_alike(run.residuals)
    return run.loss > MET and bool(abs(problem.area - seen) > unsure or is_alike)


def mass_sentence(run: Run) -> str:
    """What to do about a wrong mass."""
    return f"the curve's area is {run.problem.area:.4g}, not {run.problem.areas.unit:.4g}: pass `mass=None`"
