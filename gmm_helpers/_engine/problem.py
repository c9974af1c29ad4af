"""The target, checked once and put into its own units, in which every tolerance means the same for everyone.

With u = (x − center)/spread and every residual divided by √Σ g·y², the loss is the relative one,
Σ g (f − y)² / Σ g y²: 0 is perfect, 1 is no curve at all, whether x is in metres or in light years. g is 1,
1/sigma², or a quadrature rule. A background is linear, so it needs no free numbers: the residual and the target are
projected off its weighted columns (variable projection), and y above is what the background alone leaves over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import log, sqrt
from typing import Any

import numpy as np

from ..loss import trapezoid_weights
from ..ties import Tie
from ..validation import Array, PriorLike, check_integer, check_number
from .affine import Affine, solve_equations
from .areas import Areas
from .background import Background, make_background
from .compiled_prior import Rows, compile_prior
from .points import Points, checked_points
from .tolerances import FLOAT

__all__ = ["Problem", "make_problem"]


@dataclass(frozen=True, eq=False)
class Problem:
    """A target in normalised coordinates; residual = P(scale · p(u; theta)) − target, with p a mixture in u.

    u, target, scale: (N,), or (S, N) for S curves that are fitted in lock-step; P takes off the background.
    """

    points: Points
    u: Array
    target: Array
    scale: Array
    center: float
    spread: float
    norm: float  # √Σ g·y², in units of the density: what residuals are divided by
    area: float  # under the curve without its background, by quadrature, in the user's units
    curve: Array  # (N,): the density without a rough background, in normalised units, for starts to look at
    areas: Areas
    n_components: int
    background: Background
    affine: Affine
    ties: tuple[Tie, ...] = ()
    user_prior: PriorLike | None = None  # the prior as the user gave it
    prior: Rows | None = None  # the same as residuals and their slopes

    @property
    def n_free(self) -> int:
        """How many numbers are fitted, those of the background among them."""
        return len(self.affine.basis) + self.background.n_columns

    @property
    def dof(self) -> int:
        """Degrees of freedom: points less free numbers."""
        return self.u.size - self.n_free

    @property
    def noise(self) -> float | None:
        """The standard deviation of a residual where `sigma` tells it."""
        return None if self.points.sigma is None else float(self.points.sigma.min()) / self.norm

    def with_points(self, areas: Areas, **changes: Any) -> "Problem":
        """The same fit to points of which something is changed, untied and without a prior; areas: given or free."""
        return _normalised(replace(self.points, **changes), self.n_components, areas)

    def with_components(self, n_components: int) -> "Problem":
        """The same curve for another number of components, untied and without a prior."""
        affine = _gauge_alone(n_components, self.areas.free)
        return replace(self, n_components=n_components, affine=affine, ties=(), user_prior=None, prior=None)

    def coarser(self, most: int) -> "Problem":
        """The same fit to the means of neighbouring points, at most about `most` of them."""
        size = -(-self.u.size // most)
        if size == 1:
            return self
        means = _normalised(self.points.averaged(size), self.n_components, self.areas)
        return _restricted(means, self.ties, self.user_prior)

    def to_user(self, theta: Array) -> Array:
        """theta in the user's units; with a free mass its exp(logits) sum to that mass."""
        shift, factor = self._units
        return theta * factor + shift

    def to_user_floats(self, theta: Array) -> Array:
        """`to_user`, with what a run let run away kept within what a float holds."""
        largest = np.repeat([FLOAT, np.finfo(float).max, FLOAT], self.n_components)
        with np.errstate(over="ignore"):
            return np.clip(self.to_user(theta), -largest, largest)

    def from_user(self, theta: Array) -> Array:
        """theta in normalised coordinates."""
        shift, factor = self._units
        return (theta - shift) / factor

    @cached_property
    def _units(self) -> tuple[Array, Array]:
        K = self.n_components
        shift = np.repeat([self.areas.log_unit, self.center, log(self.spread)], K)
        return shift, np.repeat([1.0, self.spread, 1.0], K)


def make_problem(
    x: Any,
    density: Any,
    n_components: Any,
    *,
    mass: Any = 1.0,
    grid_weights: Any = None,
    prior: Any = None,
    sigma: Any = None,
    background: Any = None,
    ties: Any = None,
    nan_policy: str = "raise",
) -> Problem:
    """Check a target and normalise it; `ValueError` or `TypeError` names the argument, the rule and the value met."""
    points = checked_points(x, density, sigma, background, nan_policy, grid_weights)
    mass = None if mass is None else check_number("mass", mass)
    K = check_integer("n_components", n_components)
    if prior is not None and not callable(prior):
        raise TypeError(f"`prior` must be a function of weights, means, stds, got {type(prior).__name__}")
    if ties is not None and not (isinstance(ties, list | tuple) and all(isinstance(tie, Tie) for tie in ties)):
        raise TypeError(f"`ties` must be a list of ties (equal, fixed, ratio, apart), got {ties!r:.80}")
    problem = _restricted(_normalised(points, K, Areas(mass or 0.0, mass is None)), tuple(ties or ()), prior)
    if not len(problem.affine.basis):
        raise ValueError("`ties` must leave something free, got equations that fix every parameter")
    if problem.u.size < problem.n_free:
        raise ValueError(
            f"`x` must have at least as many points as there are free parameters, "
            f"{problem.n_free} for {K} components, got {problem.u.size}"
        )
    return problem


def _normalised(points: Points, K: int, areas: Areas) -> Problem:
    """The checked target in its own units, without ties or prior. areas: of a given mass, or free in any unit."""
    x, density, root_g = points.x, points.density, points.root_g
    with np.errstate(over="ignore"):
        background = make_background(points.background, x, root_g)
        bells = density - background.rough(density)
        peak = float(bells.max())
        if not peak > 1e-12 * max(density.max(), -density.min()):
            name = "rise above its background" if background.n_columns else "be positive"
            raise ValueError(f"`density` must {name} somewhere, got maximum {peak:.6g}")
        center, spread, area, bulk = _moments(x, bells, peak)
        areas = _in_unit(areas, area, bulk)
        target = background.taken_off(root_g * (density / peak))
        norm = float(np.linalg.norm(target))
        if norm == 0:
            raise ValueError("`sigma` must be finite at some point where `density` isn't 0, got inf at all of them")
        per_u = areas.unit / spread
        return Problem(
            points, u=(x - center) / spread, target=target / norm, scale=root_g * (per_u / peak / norm),
            center=center, spread=spread, norm=norm * peak, area=area, curve=bells / per_u, areas=areas,
            n_components=K, background=background, affine=_gauge_alone(K, areas.free),
        )  # fmt: skip


def _in_unit(areas: Areas, area: float, bulk: float) -> Areas:
    """The given mass, or free areas in units of the curve's. area: under it; bulk: under what is positive of it."""
    if not abs(area) < 1e300:
        raise ValueError(f"the area under `density` must be below 1e300, got {area:.4g}")
    if areas.free:
        return Areas(max(area, 1e-3 * bulk), free=True)
    if not 1e-100 < areas.unit / bulk < 1e100:
        rule = f"`mass` must be within a factor of 1e100 of the area under `density`, {bulk:.4g}"
        raise ValueError(f"{rule}, got {areas.unit!r}; `mass=None` fits it")
    return areas


def _moments(x: Array, density: Array, peak: float) -> tuple[float, float, float, float]:
    """Mean, standard deviation and area of a curve, and the area of what is positive of it."""
    width = x[-1] - x[0]
    t, y = (x - x[0]) / width, density / peak  # so that x·1e±200 doesn't overflow on the way
    quadrature = trapezoid_weights(t)
    bulk = quadrature * np.maximum(y, 0)  # the dips that noise makes are left out
    mean = bulk @ t / bulk.sum()
    std = sqrt(bulk @ (t - mean) ** 2 / bulk.sum())
    if std < 1e-3:  # a curve on one point alone has no spread of its own
        std = max(std, 1e-3 * float((t[1:] - t[:-1]).min()))
    unit = float(width * peak)
    return float(x[0] + mean * width), float(std * width), unit * float(quadrature @ y), unit * float(bulk.sum())


def _restricted(problem: Problem, ties: tuple[Tie, ...], prior: PriorLike | None) -> Problem:
    """The problem with ties and a prior."""
    if ties:
        problem = replace(problem, affine=_tied(ties, problem), ties=ties)
    if prior is None:
        return problem
    anywhere = problem.affine.theta(np.zeros(len(problem.affine.basis)))
    return replace(problem, user_prior=prior, prior=compile_prior(prior, problem.to_user, anywhere))


@cache
def _gauge_alone(K: int, free: bool) -> Affine:
    """The free numbers where nothing is tied."""
    gauge = Areas(1.0, free).gauge(K)
    return solve_equations(gauge, np.zeros(len(gauge)), shuffles=False)


def _tied(ties: Sequence[Tie], problem: Problem) -> Affine:
    """The free numbers under ties, whose equations are in the user's units: C·(theta·factor + shift) = values."""
    K = problem.n_components
    if not problem.areas.free and any(tie.kind == "areas" and tie.sets_a_value for tie in ties):
        raise ValueError("`ties` may fix an area with `mass=None` alone, got a given mass")
    equations = [tie.equations(K) for tie in ties]
    C, values = np.concatenate([c for c, _ in equations]), np.concatenate([v for _, v in equations])
    origin, ones = problem.to_user(np.zeros(3 * K)), problem.to_user(np.ones(3 * K))
    C, values = C * (ones - origin), values - C @ origin
    scales = np.abs(C).max(axis=1, keepdims=True)  # one equation counts as much as another
    gauge = problem.areas.gauge(K)
    C, values = np.vstack([gauge, C / scales]), np.append(np.zeros(len(gauge)), values / scales[:, 0])
    return solve_equations(C, values, shuffles=any(tie.rows is not None for tie in ties))
