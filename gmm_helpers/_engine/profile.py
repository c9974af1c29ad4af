"""Profiles: χ² where one number is held and all others are refitted, and the interval where it rises by a quantile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit, stdtrit

from ..validation import Array
from .methods import METHODS
from .minimise import minimise
from .problem import Problem
from .run import Run
from .uncertainty import norms, quantities, spreads, variance
from .workers import one_thread

__all__ = ["interval", "profile"]

PIN = 1e3  # how much harder than by the data a number of a profile is held
APART, MOST = 0.5, 4  # standard errors by which a rival's number must differ; how many fits an interval looks at
ELSEWHERE = 3.0  # × log N: Δχ² up to which another minimum may be the true one. BIC takes as much for a component's
# three numbers; a component that fits noise, the best of N places, wins nearly that.
REFIT = {"ftol": 1e-10, "maxfev": 200}  # from nearby few evaluations do, unless the fit is a poor one
FAR = 1e3  # standard errors, beyond which an interval is called unbounded
FACTOR = 1e4  # and times, of a positive number: where refits go on so far, they end by rounding, not by the data


@one_thread
def interval(run: Run, name: str, k: int, level: float, others: Sequence[Run] = ()) -> tuple[float, float]:
    """The profile interval of component k in the run's order: where χ², minimised over all other numbers, rises by the
    quantile of the level. others: runs of the same search; where one is nearly as good, the interval holds that one's
    too: a minimum found by looking everywhere wins by more than a quantile of one number."""
    problem, number = run.problem, _Number(run, name, k)
    freedom = np.inf if problem.noise is not None else problem.dof
    if variance(run) == 0 or number.error == 0:
        return number.value, number.value
    if freedom <= 0:
        return (-np.inf if name == "means" else 0.0), np.inf
    quantile = float(stdtrit(freedom, (1 + level) / 2))
    rise = max(quantile**2, ELSEWHERE * log(problem.u.size)) * number.unit
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
        if value >= number.most:
            found.append(np.inf)
            continue
        last = number.held(float(value), last)
        found.append((last.fun - run.fun) / number.unit)
    return np.array(found)


class _Number:
    """One fitted number and its standard error, as a step along it: 0 if it is fixed, and at most the number's own
    size (a mean's: its std, or a grid step). An error may be far larger, or unknown, where χ² is no parabola at all."""

    def __init__(self, run: Run, name: str, k: int) -> None:
        self.run, self.name = run, name
        self.k = k if name == "mass" else int(run.order[k])
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

    def held(self, value: float, near: Run) -> Run:
        """The best fit with the number held at a value, from where another fit ended."""
        pin = _Pin(self.run.problem, self.name, self.k, value, PIN * sqrt(self.unit) / self.error)
        return minimise(near.phi, replace(self.run.problem, prior=pin), METHODS["lm"], REFIT)

    def end(self, side: int, quantile: float) -> float:
        """One end of an interval. √Δχ² is nearly a straight line in standard errors, so few steps bracket the
        quantile."""
        ends: dict[float, Run] = {0.0: self.run}

        def rise(s: float) -> float:
            if s not in ends:
                ends[s] = self.held(self.at(side * s), near=ends[max(other for other in ends if other < s)])
            risen = (ends[s].fun - self.run.fun) / self.unit
            return sqrt(min(max(risen, 0), FAR**2)) - quantile if risen == risen else FAR  # NaN: it ran away

        low, high = 0.0, quantile
        while rise(high) < 0:
            low, high = high, 1.6 * high
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
