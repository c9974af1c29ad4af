"""Whether a fit is a success, and what is wrong with it, in plain sentences. The numbers behind each rule stand
beside it."""

from collections.abc import Iterator
from itertools import combinations
from math import sqrt
from typing import NamedTuple

import numpy as np

from ..loss import trapezoid_weights
from ..mixture import Mixture
from ..starts import curvature_start
from ..validation import Array
from .derivatives import evaluate
from .methods import METHODS
from .minimise import minimise
from .moves import as_phi, with_one_more
from .noise import MAD, neighbours_alike
from .run import NAN, PRECISION, STOPPED, Run, Search
from .seen import Sight, sight
from .tolerances import FEW, MET
from .uncertainty import condition, quantities, variance

__all__ = ["diagnose", "is_success", "message"]

TWINS = 1e-3  # relative difference in mean and std below which two components are one
ALIKE = 1e5  # condition number above which fitted numbers are wrong more often than not
OFF_BY = 0.02  # share by which an area may differ by quadrature alone
MISFIT = 1e-3  # relative loss above which a residual that is no noise is worth a sentence
MENDED = 0.5  # share of the loss that a cure must leave at most, to be named
CURE = {"maxfev": 200}
CURES = {  # the fewest numbers first
    "start": "another start",
    "constant": "`background='constant'`",
    "linear": "`background='linear'`",
    "component": "one more component",
}
HALF = 0.5  # relative loss, of a fit that explains less than half of the curve
RIVAL = 4.0  # Δχ², two standard deviations, within which another fit is as good
APART = 0.5  # of a std, by which a rival's component must differ


class _Fit(NamedTuple):
    """What the rules look at: the run, its search, its components in the user's units, and what the points see."""

    run: Run
    search: Search | None
    mixture: Mixture
    areas: Array
    names: list[str]
    at: Sight


def diagnose(run: Run, search: Search | None, mixture: Mixture, areas: Array) -> tuple[str, ...]:
    """Sentences about a fit, empty when all is well. mixture, areas: its components in the user's units."""
    at = sight(areas, mixture.means, mixture.stds, run.problem.points.x)
    names = [f"component {k} (mean {mean:.6g})" for k, mean in enumerate(mixture.means, start=1)]
    fit = _Fit(run, search, mixture, areas, names, at)
    rules = (_mass, _unseen, _twins, _alike, _misfit, _rivals, _rounding)
    return tuple(sentence for rule in rules for sentence in rule(fit))


def is_success(run: Run, search: Search | None) -> bool:
    """Of one run: it ended at a stationary point. Of a search: moreover the target is met or the best is confirmed,
    the area is that of the mass, and the points see every component, none of them as wide as the grid."""
    if search is None:
        return run.converged
    found = run.is_finite and (run.fun <= MET or (run.converged and search.confirmed))
    return found and not wrong_mass(run) and not _out_of_sight(run) and not _dips(run)


def _out_of_sight(run: Run) -> bool:
    return not run.is_healthy and bool((run.sight.hidden | run.sight.wide).any())


def message(run: Run, search: Search | None) -> str:
    """In words, why success is what it is, and what to do next."""
    if run.status == NAN:
        return "the run left the range of numbers: try another start"
    if run.status == STOPPED:
        return "stopped by the callback before it converged"
    if search is not None and wrong_mass(run):
        return _mass_sentence(run)
    if not run.converged and not is_success(run, search):
        limit = "`maxfev`" if run.method == "LM" else "`maxiter`"
        return (
            f"not converged after {run.nit} iterations, gradient norm {run.grad_norm:.1e}: "
            f"raise {limit} or tighten the tolerance in `options`"
        )
    if search is None:
        return "this run ended at a stationary point; whether a lower one exists, one start can't tell"
    if _dips(run):
        return "the curve dips below its background: fit −density, or bells of both signs with lmfit"
    if _out_of_sight(run):
        return "a component is out of the points' sight, or wider than the grid: see `diagnosis`"
    if run.loss <= MET:
        return f"the target is met, relative loss {run.loss:.1e}, after {_count(len(search.runs), 'start')}"
    return _how_found(search)


def _how_found(search: Search) -> str:
    """How often, and against what, the best was found."""
    independent = _count(sum(run.kind != "relocated" for run in search.runs), "independent start")
    words = f"{search.finds} of {independent} found it"
    if not search.finds:
        words = f"none of {independent} found it, a relocation did"
    if search.outlived:
        words += f", and {_count(search.outlived, 'relocation')} failed to better it"
    best, lowest = search.runs[0].fun, min(run.fun for run in search.runs)
    if best > 1.001 * lowest:
        share = 100 * (best / lowest - 1)
        words += f"; a fit with a spike or out of sight is {share:.2g} % lower, and was not preferred"
    return words if search.confirmed else f"{words}: too few to trust it, raise `n_starts`"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' if n != 1 else ''}"


def wrong_mass(run: Run) -> bool:
    """Whether the curve's area is neither the given mass nor what the grid cuts off of it, and the fit shows it: the
    curve isn't met, or a component hides where no point sees it."""
    problem, x = run.problem, run.problem.points.x
    gap, unsure = abs(problem.area - problem.areas.unit), OFF_BY * max(abs(problem.area), problem.areas.unit)
    if problem.areas.free or gap <= unsure:
        return False
    area, means, stds = (quantities(run.theta, problem)[name][0] for name in ("areas", "means", "stds"))
    at = sight(area, means, stds, x)
    step = trapezoid_weights(x) / np.maximum(problem.points.root_g, 1e-300) * problem.energy
    noise = min(sqrt(variance(run)), float(np.median(abs(np.diff(problem.target, 2)))) * MAD)
    unsure += 3 * noise * float(np.linalg.norm(step))
    if gap <= unsure:
        return False
    if (at.hidden | at.wide).any():
        return True
    return run.loss > MET and bool(abs(problem.area - at.seen.sum()) > unsure or not run.leaves_noise)


def _mass(fit: _Fit) -> Iterator[str]:
    if wrong_mass(fit.run):
        yield _mass_sentence(fit.run)


def _mass_sentence(run: Run) -> str:
    """What to do about a wrong mass."""
    return f"the curve's area is {run.problem.area:.4g}, not {run.problem.areas.unit:.4g}: pass `mass=None`"


def _unseen(fit: _Fit) -> Iterator[str]:
    """What the points don't see, or hardly see, of each component."""
    at, x, stds = fit.at, fit.run.problem.points.x, fit.mixture.stds
    cure = "" if fit.run.problem.background.n_columns else ": pass `background='constant'`"
    for k, name in enumerate(fit.names):
        if at.wide[k]:
            yield f"{name} is wider than the grid, its std is {stds[k]:.3g}: it is a background{cure}"
        if at.off[k] and fit.run.loss > MET:
            yield f"{name} has its mean off the grid ({x[0]:.6g} … {x[-1]:.6g})"
        elif at.hidden[k] and not at.wide[k]:
            yield f"{name} hides between grid points: none sees its area of {fit.areas[k]:.3g}"
        if at.spike[k] and not at.hidden[k]:
            yield f"{name} is a spike: its std {stds[k]:.3g} is under half a step of {at.step[k]:.3g}"
        if at.dead[k]:
            yield f"{name} is dead: its weight is {fit.mixture.weights[k]:.1e}; fewer components may do"


def _twins(fit: _Fit) -> Iterator[str]:
    means, stds = fit.mixture.means.tolist(), fit.mixture.stds.tolist()
    for i, j in combinations((~fit.at.dead).nonzero()[0].tolist(), 2):
        near = TWINS * (stds[i] + stds[j])
        if abs(means[i] - means[j]) < near and abs(stds[i] - stds[j]) < near:
            yield f"{fit.names[i]} and {fit.names[j]} are twins: one component would do"


def _alike(fit: _Fit) -> Iterator[str]:
    """Components that the curve doesn't tell apart."""
    if (fit.at.dead | fit.at.hidden | fit.at.wide).any() or not fit.run.is_finite:
        return
    number, part = condition(fit.run)
    if number > ALIKE:
        names = [fit.names[k] for k in (part > 0.3 * part.max())[fit.run.order].nonzero()[0]]
        yield (
            f"the curve hardly tells {' and '.join(names)} apart (condition number {number:.0e}): "
            f"their numbers may be wrong where the curve is right"
        )


def _misfit(fit: _Fit) -> Iterator[str]:
    """What is left that is no noise; a cure is tried before it is named."""
    run, problem = fit.run, fit.run.problem
    if run.loss <= MET or _is_noise(run) or not run.is_finite or wrong_mass(run):
        return
    if _dips(run):
        yield "the curve dips below its background: fit −density, or bells of both signs with lmfit"
        return
    losses = {cure: _mended(run, cure) for cure in CURES}
    least, left = min(losses.values()), f"a relative loss of {run.loss:.2g} is left"
    confirmed = fit.search is not None and fit.search.confirmed
    if least < np.inf:
        few = (cure for cure, loss in losses.items() if loss <= 2 * least + MET)
        cure = "start" if losses["start"] < np.inf and not confirmed else next(few)  # the model isn't to blame yet
        yield f"{left}: {CURES[cure]} lowers it to {losses[cure]:.2g}"
    elif run.loss > MISFIT:
        why = "one more component doesn't mend it, the bells may be no Gaussians, or the background another"
        if problem.ties or problem.prior is not None:
            why = "the ties, or the prior, may not hold"
        elif not confirmed:
            why = "another start may mend it"
        yield f"{left} that is no noise: {why}"


def _is_noise(run: Run) -> bool:
    """Whether noise alone is left. Of few points: unless neighbours are alike, or χ² is too large where `sigma` is
    known, there is nothing to blame."""
    problem = run.problem
    if problem.u.size >= FEW:
        return run.leaves_noise
    if problem.noise is None:
        return not neighbours_alike(evaluate(run.phi, problem).residuals[: problem.u.size])
    freedom = problem.u.size - problem.n_free
    return run.loss / problem.noise**2 <= freedom + 3 * sqrt(2 * max(freedom, 1))


def _dips(run: Run) -> bool:
    """Whether the curve falls below its background rather than rising above it, and most of it isn't met."""
    return run.loss > HALF and not run.leaves_noise and bool(np.sum(run.problem.target**3) < 0)


def _mended(run: Run, cure: str) -> float:
    """The loss that a cure leaves, if that is noise or much less than now; else infinity."""
    problem = run.problem
    if problem.prior is not None or problem.ties or (cure in ("constant", "linear") and problem.background.n_columns):
        return np.inf
    if cure == "component":
        phi, other = with_one_more(run)
    else:
        try:
            other = problem if cure == "start" else problem.on_background(cure)
        except ValueError:  # nothing rises above it
            return np.inf
        phi = as_phi(other, curvature_start(other.u, other.curve, other.n_components))
    if phi.size + other.background.n_columns > other.u.size:  # more numbers than points
        return np.inf
    mended = minimise(phi, other, METHODS["lm"], CURE)
    loss = mended.loss * (other.energy / problem.energy) ** 2
    return loss if mended.is_healthy and (loss < MENDED * run.loss or mended.leaves_noise) else np.inf


def _rivals(fit: _Fit) -> Iterator[str]:
    """Another fit of the search that the noise can't tell from this one."""
    run, stds = fit.run, fit.mixture.stds
    if fit.search is None or run.loss <= MET or _dips(run):
        return
    for other in fit.search.rivals:
        rise = (other.fun - run.fun) / (variance(run) or 1.0)
        means = np.sort(run.problem.to_user(other.theta).reshape(3, -1)[1])
        if rise < RIVAL and other.is_healthy and abs(means - np.sort(fit.mixture.means)).max() > APART * stds.min():
            listed = ", ".join(f"{mean:.4g}" for mean in means)
            yield f"another fit, with means {listed}, is as good within the noise (χ² higher by {max(rise, 0):.1f})"
            return


def _rounding(fit: _Fit) -> Iterator[str]:
    if fit.run.status == PRECISION and fit.run.converged:
        yield f"the run ended by loss of precision at a gradient norm of {fit.run.grad_norm:.1e}: harmless"
