"""What is wrong with a fit, in plain sentences. The numbers behind each rule stand beside it."""

from collections.abc import Iterator
from itertools import combinations
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from ..loss import trapezoid_weights
from ..mixture import Mixture
from ..validation import Array
from .derivatives import evaluate
from .methods import METHODS
from .minimise import minimise
from .moves import with_one_more
from .run import PRECISION, Run, Search
from .seen import Sight, sight
from .tolerances import FEW, MET
from .uncertainty import condition, quantities, variance

__all__ = ["diagnose", "is_white", "leaves_noise", "mass_sentence", "wrong_mass"]

TWINS = 1e-3  # relative difference in mean and std below which two components are one
ALIKE = 1e5  # condition number above which fitted numbers are wrong more often than not
OFF_BY = 0.02  # share by which an area may differ by quadrature alone
MISFIT = 1e-3  # relative loss above which a residual that is no noise is worth a sentence
MENDED = 0.5  # share of the loss that a cure must leave at most, to be named
CURE = {"maxfev": 200}
MAD = 1.4826 / sqrt(6)  # median size of second differences to the standard deviation of noise
HIGH, FEW_HIGH = 0.1, 8  # share of the peak above which a point counts as high; fewer such points tell nothing
TO_AND_FRO = 1 / 3  # share of second differences that change sign; two thirds under noise, few on a smooth curve
LOUD = 3.0  # times the noise, from which on a residual is none
RIVAL = 4.0  # Δχ², two standard deviations, within which another fit is as good
APART = 0.5  # of a std, by which a rival's component must differ


class _Fit(NamedTuple):
    """What the rules look at: the run, its search, its components in the user's units, and what the points see."""

    run: Run
    search: Search | None
    mixture: Mixture
    areas: Array
    at: Sight


def diagnose(run: Run, search: Search | None, mixture: Mixture, areas: Array) -> tuple[str, ...]:
    """Sentences about a fit, empty when all is well. mixture, areas: its components in the user's units."""
    at = sight(areas, mixture.means, mixture.stds, run.problem.points.x)
    fit = _Fit(run, search, mixture, areas, at)
    rules = (_mass, _wide, _off_grid, _narrow, _dead, _twins, _alike, _misfit, _rivals, _rounding)
    return tuple(sentence for rule in rules for sentence in rule(fit))


def is_white(residuals: Array) -> bool:
    """Whether residuals (N,) look like independent noise, of equal variance or not: neighbours aren't alike,
    Σ rᵢrᵢ₊₁ < 2·√Σ(rᵢrᵢ₊₁)². Too many components make neighbours unlike, which is no misfit. Under 40 points:
    False, since such a test has no power there."""
    r = residuals / (abs(residuals).max(initial=0.0) or 1.0)  # so that no unit overflows
    products = r[1:] * r[:-1]
    return bool(r.size >= FEW and products.sum() < 2 * sqrt(products @ products))


def leaves_noise(run: Run) -> bool:
    """Whether what a run leaves over looks like noise alone: the curve bends to and fro, neighbours of the residual
    aren't alike, and where the curve is high it is no larger than what the curve's second differences allow (a misfit
    on few points passes the other tests)."""
    target = run.problem.target
    residuals = evaluate(run.phi, run.problem).residuals[: target.size]
    bends = np.diff(target, 2)
    signs = np.sign(bends[abs(bends) > 1e-9 * abs(bends).max(initial=0.0)])
    if not is_white(residuals) or (signs[1:] != signs[:-1]).sum() < TO_AND_FRO * signs.size:
        return False
    high = (abs(target) > HIGH * abs(target).max())[1:-1]
    if high.sum() < FEW_HIGH:
        return True
    noise = np.median(abs(bends)[high]) * MAD
    return bool(np.sqrt(np.mean(residuals[1:-1][high] ** 2)) < LOUD * noise)


def wrong_mass(run: Run) -> bool:
    """Whether the curve's area is neither the given mass nor what the grid cuts off of it, and the fit shows it: the
    curve isn't met, or a component hides where no point sees it."""
    problem = run.problem
    if problem.areas.free:
        return False
    area, x = quantities(run.theta, problem)["areas"][0], problem.points.x
    means, stds = problem.to_user(run.theta).reshape(3, -1)[1:]
    at = sight(area, means, np.exp(stds), x)
    seen = at.seen[~at.hidden].sum()
    step = trapezoid_weights(x) / np.maximum(problem.points.root_g, 1e-300) * problem.energy
    noise = min(sqrt(variance(run)), float(np.median(abs(np.diff(problem.target, 2)))) * MAD)
    unsure = OFF_BY * max(abs(problem.area), problem.areas.unit) + 3 * noise * float(np.linalg.norm(step))
    if abs(problem.area - problem.areas.unit) <= unsure:
        return False
    if (at.hidden | at.wide).any():
        return True
    return run.loss > MET and bool(abs(problem.area - seen) > unsure or not leaves_noise(run))


def _mass(fit: _Fit) -> Iterator[str]:
    if wrong_mass(fit.run):
        yield mass_sentence(fit.run)


def mass_sentence(run: Run) -> str:
    """What to do about a wrong mass."""
    return f"the curve's area is {run.problem.area:.4g}, not {run.problem.areas.unit:.4g}: pass `mass=None`"


def _wide(fit: _Fit) -> Iterator[str]:
    cure = ": pass `background='constant'`" if fit.run.problem.background is None else ""
    for k in fit.at.wide.nonzero()[0]:
        yield f"{_name(fit, k)} is wider than the grid, its std is {fit.mixture.stds[k]:.3g}: it is a background{cure}"


def _off_grid(fit: _Fit) -> Iterator[str]:
    x = fit.run.problem.points.x
    for k in fit.at.off.nonzero()[0]:
        yield f"{_name(fit, k)} has its mean off the grid ({x[0]:.6g} … {x[-1]:.6g})"


def _narrow(fit: _Fit) -> Iterator[str]:
    for k in (fit.at.hidden & ~fit.at.off & ~fit.at.wide).nonzero()[0]:
        yield f"{_name(fit, k)} hides between grid points: none sees its area of {fit.areas[k]:.3g}"
    for k in (fit.at.spike & ~fit.at.hidden).nonzero()[0]:
        std, step = fit.mixture.stds[k], fit.at.step[k]
        yield f"{_name(fit, k)} is a spike: its std {std:.3g} is under half a step of {step:.3g}"


def _dead(fit: _Fit) -> Iterator[str]:
    for k in fit.at.dead.nonzero()[0]:
        yield f"{_name(fit, k)} is dead: its weight is {fit.mixture.weights[k]:.1e}; fewer components may do"


def _twins(fit: _Fit) -> Iterator[str]:
    means, stds = fit.mixture.means.tolist(), fit.mixture.stds.tolist()
    for i, j in combinations((~fit.at.dead).nonzero()[0].tolist(), 2):
        near = TWINS * (stds[i] + stds[j])
        if abs(means[i] - means[j]) < near and abs(stds[i] - stds[j]) < near:
            yield f"{_name(fit, i)} and {_name(fit, j)} are twins: one component would do"


def _alike(fit: _Fit) -> Iterator[str]:
    """Components that the curve doesn't tell apart."""
    if (fit.at.dead | fit.at.hidden | fit.at.wide).any() or not fit.run.is_finite:
        return
    number, part = condition(fit.run)
    if number > ALIKE:
        names = [_name(fit, k) for k in (part > 0.3 * part.max())[fit.run.order].nonzero()[0]]
        yield (
            f"the curve hardly tells {' and '.join(names)} apart (condition number {number:.0e}): "
            f"their numbers may be wrong where the curve is right"
        )


def _misfit(fit: _Fit) -> Iterator[str]:
    run, N = fit.run, fit.run.problem.u.size
    if run.loss <= MET or leaves_noise(run) or not run.is_finite or wrong_mass(run):
        return
    left = _mended(run, "constant")
    if left is not None and left <= (_mended(run, None) or np.inf):
        cure = "pass `background='constant'`"
        yield f"a constant background would lower the loss from {run.loss:.2g} to {left:.2g}: {cure}"
    elif run.loss > MISFIT:
        kind = " that is no noise" if N >= FEW else ""
        confirmed = fit.search is not None and fit.search.confirmed
        cure = "one more component" if confirmed else "another start, or one more component,"
        yield f"a relative loss of {run.loss:.2g} is left{kind}: {cure} may mend it"


def _mended(run: Run, background: str | None) -> float | None:
    """The loss with a background, or (None) with one more component, if that mends most of it: a cure is tried before
    it is named."""
    problem = run.problem
    if problem.background is not None or problem.prior is not None or problem.is_tied:
        return None
    if background is None:
        phi, other = with_one_more(run)
    else:
        try:
            other = problem.on_background(background)
        except ValueError:  # nothing rises above it
            return None
        phi = other.affine.phi(other.from_user(problem.to_user(run.theta)))
    if phi.size > other.u.size:  # more numbers than points
        return None
    mended = minimise(phi, other, METHODS["lm"], CURE)
    loss = mended.loss * (other.energy / problem.energy) ** 2
    return loss if loss < MENDED * run.loss and mended.is_healthy else None


def _rivals(fit: _Fit) -> Iterator[str]:
    """Another fit of the search that the noise can't tell from this one."""
    run, stds = fit.run, fit.mixture.stds
    if fit.search is None or run.loss <= MET:
        return
    for other in fit.search.runs[1:]:
        rise = (other.fun - run.fun) / (variance(run) or 1.0)
        means = np.sort(run.problem.to_user(other.theta).reshape(3, -1)[1])
        if rise < RIVAL and other.is_healthy and abs(means - np.sort(fit.mixture.means)).max() > APART * stds.min():
            listed = ", ".join(f"{mean:.4g}" for mean in means)
            yield f"another fit, with means {listed}, is as good within the noise (χ² higher by {max(rise, 0):.1f})"
            return


def _rounding(fit: _Fit) -> Iterator[str]:
    if fit.run.status == PRECISION and fit.run.converged:
        yield f"the run ended by loss of precision at a gradient norm of {fit.run.grad_norm:.1e}: harmless"


def _name(fit: _Fit, k: Any) -> str:
    return f"component {k + 1} (mean {fit.mixture.means[k]:.6g})"
