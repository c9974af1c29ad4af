"""Profiles: χ² where one number is held and all others are refitted, and the interval where it rises by a quantile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt

import numpy as np
from scipy.optimize import brentq, linear_sum_assignment
from scipy.special import expit, logit, stdtrit

from ..validation import Array
from .methods import METHODS
from .minimise import minimise
from .moves import with_one_less
from .problem import Problem
from .run import Run
from .uncertainty import faint, norms, quantities, spreads, variance
from .workers import one_thread

__all__ = ["interval", "profile"]

PIN = 1e3  # how much harder than by the data a number of a profile is held
APART, MOST = 0.5, 4  # standard errors by which a rival's number must differ; how many fits an interval looks at
ELSEWHERE = 3.0  # × log N: Δχ² up to which another minimum may be the true one. BIC takes as much for a component's
# three numbers; a component that fits noise, the best of N places, wins nearly that.
REFIT = {"ftol": 1e-10, "maxfev": 200}  # from nearby few evaluations do, unless the fit is a poor one
STRIDE = 1.6  # by how much further, in standard errors, the next refit outward may lie
FARTHEST = 1e9  # standard errors out to which a profile is walked to
UNLIKE = 1.5  # half-widths, or logs of a ratio of widths, from which on two components are none of a pair
WINS = 2.0  # Δχ²: noise gives a component too many three on the average
FAR = 1e3  # standard errors, beyond which an interval is called unbounded
FACTOR = 1e4  # and times, of a positive number: where refits go on so far, they end by rounding, not by the data


@one_thread
def interval(run: Run, name: str, k: int, level: float, others: Sequence[Run] = ()) -> tuple[float, float]:
    """The profile interval of component k in the run's order: where χ², minimised over all other numbers, rises by the
    quantile of the level. others: runs of the same search; where one is nearly as good, the interval holds that one's
    too: a minimum found by looking everywhere wins by more than a quantile of one number."""
    problem, own = run.problem, _own(run, name, k)
    number = _Number(run, name, own)
    freedom = np.inf if problem.noise is not None else problem.dof
    if variance(run) == 0 or number.error == 0:
        return number.value, number.value
    if freedom <= 0:
        return (-np.inf if name == "means" else 0.0), np.inf
    quantile = float(stdtrit(freedom, (1 + level) / 2))
    rise = max(quantile**2, ELSEWHERE * log(problem.u.size)) * number.unit
    numbers, spare = [number], _spare(run) if others else {}

    def is_new(found: _Number) -> bool:
        return all(abs(found.value - each.value) > APART * number.error for each in numbers)

    for other in others:
        if len(numbers) == MOST or not (other.fun - run.fun < rise and other.is_healthy and other.is_usable):
            continue
        there = own if name == "mass" else _counterpart(run, other, own, spare)
        if there is not None and is_new(_Number(other, name, there)):
            end = minimise(other.phi, problem, METHODS["lm"], REFIT)  # it may have been cut short
            if is_new(found := _Number(end, name, there)):
                numbers.append(found)
    high = max(each.end(1, quantile) for each in numbers)
    return min(each.end(-1, quantile) for each in numbers), min(high, number.most)


@one_thread
def profile(run: Run, name: str, k: int, values: Array) -> Array:
    """Δχ² (m,) at given values of one number, all others free."""
    number, found = _Number(run, name, _own(run, name, k)), np.full(values.size, np.inf)
    if variance(run) == 0 or number.error == 0:
        near = 1e-9 * max(abs(number.value), run.problem.spread if name == "means" else 0.0)
        return np.where(abs(values - number.value) <= near, 0.0, np.inf)
    for side in (-1, 1):  # outward from the fit: a refit that begins far off may stay in another valley
        ends, reached = [run], 1.0
        for i in np.argsort(abs(values - number.value)):
            value = float(values[i])
            if (value >= number.value) != (side > 0) or value >= number.most:
                continue
            while reached < FARTHEST and side * (value - number.at(side * reached)) > 0:
                ends.append(number.held(number.at(side * reached), *ends[-3:]))
                reached *= STRIDE
            ends.append(number.held(value, *ends[-3:]))  # more than one: a refit may run away
            found[i] = (ends[-1].fun - run.fun) / number.unit
    return found


def _counterpart(run: Run, other: Run, k: int, spare: dict[int, float]) -> int | None:
    """The component of another run that is most like component k, both in their own order: by mean, a component too
    many would shift all numbers. None where a spare one stands elsewhere there, and wins next to nothing: it takes a
    part of k, say, and that tells nothing about k. spare: the objective without each that noise alone may make."""
    _, means, stds = run.components
    _, theirs, wide = other.components
    gaps = abs(means[:, None] - theirs) / (stds[:, None] + wide) + abs(np.log(stds[:, None] / wide))
    here, there = linear_sum_assignment(np.minimum(gaps, UNLIKE))
    moved = (j for j in spare if j != k and gaps[here[j], there[j]] >= UNLIKE)
    idle = any(spare[j] - other.fun < WINS * variance(run) for j in moved)
    return None if idle else int(there[k])


def _spare(run: Run) -> dict[int, float]:
    """The objective without each component that noise alone may make, the others refitted."""
    if run.problem.ties or run.problem.prior is not None or run.problem.n_components == 1:
        return {}
    less = run.problem.with_components(run.problem.n_components - 1)
    starts = {int(j): with_one_less(run, less, int(j)) for j in faint(run)[0].nonzero()[0]}
    return {j: minimise(start, less, METHODS["lm"], REFIT).fun for j, start in starts.items()}


def _own(run: Run, name: str, k: int) -> int:
    """The number of component k in the run's own order."""
    return k if name == "mass" else int(run.order[k])


class _Number:
    """One fitted number and its standard error, as a step along it: 0 if it is fixed, and at most the number's own
    size (a mean's: its std, or a grid step). An error may be far larger, or unknown, where χ² is no parabola at all."""

    def __init__(self, run: Run, name: str, k: int) -> None:
        """k: the component, in the run's own order."""
        self.run, self.name, self.k = run, name, k
        numbers = quantities(run.theta, run.problem)
        values, slopes = numbers[name]
        self.value, slope = float(values[self.k]), slopes[self.k]
        error = float(norms(spreads(run).of(slope[None]))[0])
        points, self.unit = run.problem.points, variance(run)  # a rise of the objective that counts as 1 in χ²
        if points.grid_rule and 0 < error < np.inf:  # so that the profile is as wide as the sandwich formula has it
            plain = replace(run, problem=replace(run.problem, points=replace(points, grid_rule=False)))
            self.unit *= (error / float(norms(spreads(plain).of(slope[None]))[0])) ** 2
        is_fixed = not abs(slope @ run.problem.affine.basis.T).max(initial=0.0) > 1e-12 * abs(slope).max()
        shares = {"weights": 1.0} | ({} if run.problem.areas.free else {"areas": run.problem.areas.unit})
        self.most = shares.get(name, np.inf)  # what it can be
        x = points.x
        wide = max(float(numbers["stds"][0][self.k]), float(x[-1] - x[0]) / x.size)
        size = wide if name == "means" else abs(self.value)
        self.error = 0.0 if is_fixed else min(error, size) if 0 < error < np.inf else size or 1.0

    def at(self, s: float) -> float:
        """s standard errors from the fitted number; a positive one moves by factors, a share so that it stays below the
        whole."""
        if self.name == "means":
            return self.value + s * self.error
        if self.value < self.most < np.inf:
            share = self.value / self.most
            return self.most * float(expit(logit(share) + s * self.error / (self.value * (1 - share))))
        return self.value * exp(min(s * self.error / self.value, 100.0))

    def held(self, value: float, *near: Run) -> Run:
        """The best fit with the number held at a value, from where other fits ended."""
        pin = _Pin(self.run.problem, self.name, self.k, value, PIN * sqrt(self.unit) / self.error)
        problem = replace(self.run.problem, prior=pin)
        ends = (minimise(each.phi, problem, METHODS["lm"], REFIT) for each in near)
        return min(ends, key=lambda end: np.nan_to_num(end.fun, nan=np.inf))

    def end(self, side: int, quantile: float) -> float:
        """One end of an interval. √Δχ² is nearly a straight line in standard errors, so few steps bracket the
        quantile."""
        ends: dict[float, Run] = {0.0: self.run}

        def rise(s: float) -> float:
            if s not in ends:
                ends[s] = self.held(self.at(side * s), ends[max(other for other in ends if other < s)])
            risen = (ends[s].fun - self.run.fun) / self.unit
            return sqrt(min(max(risen, 0), FAR**2)) - quantile if risen == risen else FAR  # NaN: it ran away

        low, high = 0.0, quantile
        while rise(high) < 0:
            low, high = high, STRIDE * high
            times = 1.0 if self.name == "means" else self.at(side * high) / self.value
            if high > FAR or not 1 / FACTOR < times < FACTOR:
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
