"""What is wrong with a fit, in plain sentences. The numbers behind each rule stand beside it."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from ..mixture import Mixture
from ..validation import Array, Bools, Ints
from .cures import CURES, DIPS, IN_PART, dips, fewer_do, is_background, mended
from .noise import grows, is_noise, neighbours_alike
from .places import format_place
from .run import PRECISION, Run, Search
from .seen import Sight
from .success import mass_sentence, pedestals, wrong_mass
from .tolerances import FEW, MET, PERFECT
from .uncertainty import condition, faint, variance
from .workers import one_thread

__all__ = ["diagnose"]

TWINS = 1e-3  # relative difference in mean and std below which two components are one
ALIKE = 1e-3  # condition number × √loss, about the share by which numbers of a curve that is met may be wrong
MISFIT = 1e-3  # relative loss above which a residual that is no noise is worth a sentence
SURE = 3.0  # standard deviations that neighbours must be alike by, where nothing that was tried mends it
TOO_LITTLE = 0.25  # χ², in degrees of freedom, below which `sigma` is twice too large
ALONE, MOST = 0.999, 0.5  # share of the squares of a curve, or of a residual, that one point may make up
OUTLYING = 25.0  # times the mean square of the others, five standard deviations, that such a residual is
FREEDOM = 10  # degrees of it, from which on noise doesn't give one point such a share
GROWS, COUNTS_GROW = 3.0, 2.0  # standard deviations by which what is left must be larger where the curve is high; of
# whole numbers, which are likely counts, less is enough
RIVAL = 4.0  # Δχ², two standard deviations, within which another fit is as good
DIPPING = -1.0  # skewness of what is missing: far below in few places, little above in many
BROAD = 0.3  # of the grid, from which std on a component looks like a background
DEEP = 0.01  # relative loss from which on a dip is named before cures that leave more than noise
APART = 0.5  # of a std, by which a rival's component must differ
LEFT_OUT = "as NaN, with `nan_policy='omit'`,"  # what is no part of the curve
TAIL = 0.1  # share of a curve's range below which equal neighbours say nothing: tails are flat
SEVERAL = 3  # points of one value, which chance hardly makes
FINE, FALLS = 0.05, 3.0  # share of neighbours that may be equal where values are fine; smallest steps beside a flat top


class _Fit(NamedTuple):
    """What the rules look at: the run, its search, its components in the user's units, and what the points see."""

    run: Run
    search: Search | None
    mixture: Mixture
    areas: Array
    names: list[str]
    at: Sight
    residuals: Array

    @property
    def is_confirmed(self) -> bool:
        return self.search is not None and self.search.confirmed

    @property
    def unseen(self) -> Bools:
        """Components (K,) of which the points tell too little."""
        return self.at.dead | self.at.hidden | self.at.wide


@one_thread
def diagnose(run: Run, search: Search | None, mixture: Mixture, areas: Array) -> tuple[str, ...]:
    """Sentences about a fit, empty when all is well. mixture, areas: its components in the user's units."""
    at = Sight(*(each[run.order] for each in run.sight))  # type: ignore[arg-type]
    if wrong_mass(run):
        return (mass_sentence(run),)  # the rest may follow from it
    units = np.maximum(mixture.stds, run.problem.points.step)
    names = [f"the component at {format_place(*pair)}" for pair in zip(mixture.means, units, strict=True)]
    fit = _Fit(run, search, mixture, areas, names, at, run.residuals)
    if (lone := tuple(_lone(fit))) and MOST < run.loss <= 1:
        return lone  # a sentinel is most of the curve
    rules = (_lone, _full, _unseen, _twins, _alike, _faint, _pedestal, _misfit, _counts, _rivals, _rounding)
    return tuple(sentence for rule in rules for sentence in rule(fit))


def _lone(fit: _Fit) -> Iterator[str]:
    """A point, or points of one value, that hold most of what is left, or nearly all of a curve that is met: a cosmic
    ray, sentinels."""
    if not (outliers := _outliers(fit)).size:
        return
    points, of = fit.run.problem.points, "nearly all of the curve" if fit.run.loss <= MET else "most of what is left"
    i = int(outliers[0])
    if outliers.size == 1:
        who = f"one point, x = {format_place(points.x[i], points.x[i] - points.x[i - 1] if i else 0)}, makes"
    else:
        who = f"the {outliers.size} points at {points.density[i]:.6g} make"
    yield f"{who} up {of}: {LEFT_OUT} {'it is' if outliers.size == 1 else 'they are'} left out"


def _outliers(fit: _Fit) -> Ints:
    """The indices of such points; of few degrees of freedom noise itself may make one."""
    problem, is_met = fit.run.problem, fit.run.loss <= MET
    squares, y = (problem.target if is_met else fit.residuals) ** 2, problem.points.density
    alike = np.flatnonzero(y == y[squares.argmax()])
    total, theirs, n = float(squares.sum()), float(squares[alike].sum()), alike.size
    is_most = theirs > (ALONE if is_met else MOST) * total and 2 * n < squares.size
    is_far = is_met or theirs * (squares.size - n) > OUTLYING * n * (total - theirs)
    is_free = problem.u.size >= problem.n_free + FREEDOM
    return alike if is_free and is_most and is_far else alike[:0]


def _flat_top(y: Array) -> bool:
    """Whether neighbours share the maximum of a curve as where a detector saturates: values elsewhere are too fine for
    it, and beside it they fall by more than what rounding makes of a smooth top."""
    at_top, steps = y == y.max(), abs(np.diff(y))
    inside = ~at_top & (y > y.min() + TAIL * (y.max() - y.min()))
    within = steps[inside[1:] & inside[:-1]]
    is_fine = (within == 0).sum() < FINE * within.size
    edge = steps[at_top[1:] != at_top[:-1]].max(initial=0.0)
    falls = edge > FALLS * steps[steps > 0].min(initial=np.inf)
    return bool(is_fine and falls and (at_top[2:] & at_top[1:-1] & at_top[:-2]).any())


def _dropped_out(fit: _Fit) -> bool:
    """Whether neighbours share a value to which the curve leaps, by a tenth of its range or more on either side, and
    most of them lie off the fit, as where a detector drops out; values elsewhere are too fine for it."""
    y, squares = fit.run.problem.points.density, fit.residuals**2
    steps = abs(np.diff(y))
    leaps = np.flatnonzero(steps > TAIL * np.ptp(y)).tolist()
    runs = [slice(i + 1, j + 1) for i, j in pairwise(leaps) if j - i >= SEVERAL and not steps[i + 1 : j].any()]
    is_fine = (steps == 0).sum() < sum(run.stop - run.start for run in runs) + FINE * y.size
    return bool(is_fine and any(np.median(squares[run]) > TAIL * squares.mean() for run in runs))


def _full(fit: _Fit) -> Iterator[str]:
    if fit.run.problem.dof <= 0 and fit.run.problem.prior is None:
        yield "there are no more points than numbers to find: no misfit could speak against the model"


def _unseen(fit: _Fit) -> Iterator[str]:
    """What the points don't see, or hardly see, of each component."""
    at, x, stds = fit.at, fit.run.problem.points.x, fit.mixture.stds
    n_columns, spans = fit.run.problem.background.n_columns, pedestals(fit.run)[fit.run.order] & ~at.wide
    level = "" if n_columns else ": pass `background='constant'`, or `'linear'`"
    slope = "" if n_columns > 1 else ": pass `background='linear'`"
    for k, name in enumerate(fit.names):
        if at.wide[k]:
            yield f"{name} is wider than the grid, its std is {stds[k]:.3g}: it is a background{level}"
        if at.off[k] and fit.run.loss > MET:
            stands, more = ("stands", f" and spans it{slope}") if spans[k] else ("has its mean", "")
            ends = " … ".join(format_place(end, x[-1] - x[0]) for end in (x[0], x[-1]))
            yield f"{name} {stands} off the grid ({ends}){more}"
        elif at.hidden[k] and not at.wide[k]:
            yield f"{name} hides between grid points: none sees its area of {fit.areas[k]:.3g}"
        if at.spike[k] and not at.hidden[k]:
            step = at.step[k] * fit.run.problem.spread
            is_alone = at.spike.sum() == 1 and not fit.run.problem.ties
            means = f"an outlier, {LEFT_OUT} is left out" if is_alone else "too few points tell its height and width"
            yield f"{name} is a spike: its std {stds[k]:.3g} is under half a step of {step:.3g}; {means}"
        if at.dead[k]:
            yield f"{name} is dead: its weight is {fit.mixture.weights[k]:.1e}; fewer components may do"


def _twins(fit: _Fit) -> Iterator[str]:
    means, stds = fit.mixture.means.tolist(), fit.mixture.stds.tolist()
    for i, j in combinations((~fit.at.dead).nonzero()[0].tolist(), 2):
        near = TWINS * (stds[i] + stds[j])
        if abs(means[i] - means[j]) < near and abs(stds[i] - stds[j]) < near:
            yield f"{fit.names[i]} and {fit.names[j]} are twins: one component would do"


def _alike(fit: _Fit) -> Iterator[str]:
    """Components that a curve doesn't tell apart as far as it is met. Where noise is left, and the fit was found often,
    errors say as much."""
    run, is_sure = fit.run, fit.is_confirmed and not neighbours_alike(fit.residuals)
    if run.loss > MET or fit.unseen.any() or is_sure:
        return
    numbers, parts = condition(run)
    unfelt = parts[numbers * sqrt(run.loss) > ALIKE]
    if unfelt.size:
        takes_part = (unfelt.max(axis=0) > 0.3)[run.order]
        *first, last = (name.removeprefix("the component at ") for name in np.array(fit.names)[takes_part])
        which = f"components at {', '.join(first)} and {last}" if first else f"component at {last}"
        yield (
            f"the curve hardly tells the {which} apart (condition number {numbers.max():.0e}): "
            f"their numbers may be wrong where the curve is right"
        )


def _faint(fit: _Fit) -> Iterator[str]:
    """Components that noise alone may make: BIC finds them too dear."""
    run = fit.run
    if run.loss <= MET or not run.is_usable or not _is_noise(fit):
        return
    is_faint, errors = faint(run)
    errors, known = errors[run.order], fit.unseen | fit.at.off
    doubted = ~known & is_faint[run.order] & ~np.isnan(errors)
    if not doubted.any() or not fewer_do(run):
        return
    for k in doubted.nonzero()[0]:
        yield f"{fit.names[k]} may be noise: its area is {fit.areas[k]:.3g} ± {errors[k]:.2g}; fewer components may do"


def _pedestal(fit: _Fit) -> Iterator[str]:
    """A broad component that a constant background replaces, with two numbers fewer."""
    k = int(fit.mixture.stds.argmax())
    is_broad = fit.mixture.stds[k] > BROAD * np.ptp(fit.run.problem.points.x) and not fit.unseen[k]
    if fit.run.loss > MET and is_broad and is_background(fit.run):
        yield f"{fit.names[k]} may be a background: `background='constant'` in its place does as well"


def _misfit(fit: _Fit) -> Iterator[str]:
    """What is left that is no noise, or not the noise of `sigma`; a cure is tried before it is named."""
    run, problem = fit.run, fit.run.problem
    if not run.is_usable:
        return
    if dips(run):
        yield DIPS
        return
    if run.loss > MET and _flat_top(y := problem.points.density):
        yield f"the curve has a flat top at {y.max():.6g}, as where a detector saturates: {LEFT_OUT} it is left out"
        return
    if run.loss > MET and _dropped_out(fit):
        yield f"the curve leaps to one value and back, as where a detector drops out: {LEFT_OUT} it is left out"
        return
    misses = run.loss > MET and not _is_noise(fit)
    tried = CURES if run.loss > MET and (misses or not _grows(fit)) else ()  # where noise grows BIC can't be asked
    ends = {cure: end for cure in tried if (end := mended(run, cure))}
    cured = any(end.loss <= MET or end.leaves_noise for end in ends.values())
    left = f"a relative loss of {run.loss:.2g} is left"
    is_much = misses and run.loss > MISFIT and not run.chi2 <= problem.dof  # NaN without `sigma`
    if ends and (cured or not fit.is_confirmed or run.loss < DEEP or not _falls_below(fit)):
        yield f"{left}: {_best_cure(fit, ends, cured)}"
    elif is_much and not is_noise(fit.residuals, problem.target, SURE):
        yield f"{left} that is no independent noise: {_why_uncured(fit)}"
    if problem.points.sigma is not None:
        yield from _wrong_sigma(fit, problem.points.sigma)
    if misses and problem.u.size >= FEW and not cured and neighbours_alike(fit.residuals, SURE):
        yield "neighbours in what is left are alike: it isn't independent noise, and neither errors nor BIC hold"


def _best_cure(fit: _Fit, ends: dict[str, Run], cured: bool) -> str:
    """Of the cures that mend a fit, the one that BIC prefers among those that leave noise alone; where none does, the
    one with the fewest numbers that does about as well as any. ends: where each leads; cured: whether one of them
    leaves noise alone, or nothing."""
    N = fit.run.problem.u.size
    noisy = [cure for cure, end in ends.items() if end.leaves_noise]
    if "start" in ends and not fit.is_confirmed:  # the model isn't to blame yet
        cure = "start"
    elif noisy:
        cure = min(noisy, key=lambda cure: N * log(ends[cure].loss) + ends[cure].problem.n_free * log(N))
    else:
        least = min(end.loss for end in ends.values())
        cure = next(cure for cure, end in ends.items() if end.loss <= 2 * least + MET)
    share = 1 - ends[cure].loss / fit.run.loss
    is_known = cured or cure not in IN_PART or N < FEW
    still = "" if is_known else f", and noise alone isn't left then{IN_PART[cure]}"
    return f"{CURES[cure]} lowers the squares left over by {100 * share:.3g} %{still}"


def _why_uncured(fit: _Fit) -> str:
    if fit.at.spike.any() or _outliers(fit).size:
        return "one point alone may make it"
    if fit.run.problem.ties or fit.run.problem.prior is not None:
        return "the ties, or the prior, may not hold"
    if not fit.is_confirmed:
        return "another start may mend it"
    if _falls_below(fit):
        return "the curve dips below the fit somewhere: it takes bells of both signs (lmfit), or they are no Gaussians"
    return (
        "one more component doesn't mend it; the noise may be smoothed, the bells no Gaussians, or the background "
        "curved: it takes columns"
    )


def _falls_below(fit: _Fit) -> bool:
    """Whether the curve lies far below the fit in few places."""
    missing = -fit.residuals
    return bool(np.mean(missing**3) < DIPPING * np.mean(missing**2) ** 1.5)


def _wrong_sigma(fit: _Fit, sigma: Array) -> Iterator[str]:
    """`sigma` by what is left; whether it is too large, where the curve stands above it: a count of 0 has none."""
    run, problem = fit.run, fit.run.problem
    if run.is_refuted:
        ratio = run.chi2 / max(problem.dof, 1)
        yield f"χ² is {ratio:.3g} times its degrees of freedom: `sigma` is too small, or the model is wrong"
    r = fit.residuals * (problem.norm / sigma.min())
    high = r[problem.points.density / sigma + r > 1]
    dof = high.size - problem.n_free
    if run.loss > MET and dof >= FEW and (ratio := float(high @ high) / dof) < TOO_LITTLE:
        share = sqrt(ratio)
        yield f"the residual is {share:.2g} of `sigma` where the curve is higher: `sigma` and all errors are too large"
    is_quiet = problem.dof >= FEW and run.chi2 < TOO_LITTLE * problem.dof  # else the curve is faint, and `sigma` right
    if is_quiet and not high.size:
        yield "`sigma` is larger than the curve at every point: is it in the curve's unit?"


def _is_noise(fit: _Fit) -> bool:
    """Whether noise alone is left. Of few points: unless neighbours are alike, or χ² is too large where `sigma` is
    known, there is nothing to blame."""
    run, problem = fit.run, fit.run.problem
    if problem.u.size >= FEW:
        return run.leaves_noise
    if problem.noise is None:
        return not neighbours_alike(fit.residuals)
    return not run.is_refuted


def _counts(fit: _Fit) -> Iterator[str]:
    if _grows(fit):
        yield "the residual is larger where the curve is high, as with counts, rounding or a threshold: pass `sigma`"


def _grows(fit: _Fit) -> bool:
    """Whether noise grows with the curve, of which errors and BIC know nothing unless `sigma` tells it."""
    points, r = fit.run.problem.points, fit.residuals
    if points.sigma is not None or points.grid_rule or r.size < FEW or fit.run.loss <= MET or neighbours_alike(r):
        return False
    level = COUNTS_GROW if (points.density % 1 == 0).all() else GROWS
    return grows(r, points.density / fit.run.problem.norm + r, level)


def _rivals(fit: _Fit) -> Iterator[str]:
    """Another fit of the search that the noise can't tell from this one."""
    run, stds = fit.run, fit.mixture.stds
    if fit.search is None or run.loss <= PERFECT or run.problem.dof <= 0 or dips(run):
        return
    for other in fit.search.rivals:
        rise = (other.fun - run.fun) / (variance(run) or 1.0)
        means = np.sort(run.problem.to_user(other.theta).reshape(3, -1)[1])
        if rise < RIVAL and other.is_healthy and abs(means - np.sort(fit.mixture.means)).max() > APART * stds.min():
            unit = max(APART * stds.min(), run.problem.points.step)
            listed = ", ".join(format_place(mean, unit, 4) for mean in means)
            yield f"another fit, with means {listed}, is as good within the noise (χ² higher by {max(rise, 0):.1f})"
            return


def _rounding(fit: _Fit) -> Iterator[str]:
    if fit.run.status == PRECISION and fit.run.converged:
        yield f"the run ended by loss of precision at a gradient norm of {fit.run.grad_norm:.1e}: harmless"
