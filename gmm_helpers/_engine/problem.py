"""The target, checked once and put into its own units, in which every tolerance means the same for everyone.

With u = (x − center)/spread and every residual divided by √Σ g·y², the loss is the relative one,
Σ g (f − y)² / Σ g y²: 0 is perfect, 1 is no curve at all, whether x is in metres or in light years. g is 1,
1/sigma², or a quadrature rule. A background is linear, so it needs no free numbers: the residual and the target are
projected off its weighted columns (variable projection), and y above is what the background alone leaves over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isfinite, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

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
    energy: float  # √Σ g·y², in units of the density: what residuals are divided by
    area: float  # under the curve without its background, by quadrature, in the user's units
    curve: Array  # (N,): the density without a rough background, in normalised units, for starts to look at
    areas: Areas
    affine: Affine
    background: Background | None
    prior: Rows | None
    grid_rule: bool  # the residuals are weighted by a quadrature rule, which says nothing of their noise

    @property
    def n_components(self) -> int:
        """K."""
        return self.affine.basis.shape[1] // 3

    @property
    def n_free(self) -> int:
        """How many numbers are fitted, those of the background among them."""
        return len(self.affine.basis) + (0 if self.background is None else self.background.n_columns)

    @property
    def noise(self) -> float | None:
        """The standard deviation of a residual where `sigma` tells it."""
        return None if self.points.sigma is None else self.points.least_sigma / self.energy

    @property
    def is_tied(self) -> bool:
        """Whether fewer numbers are free than a mixture has."""
        return len(self.affine.basis) < 3 * self.n_components - (not self.areas.free)

    def on_background(self, kind: str) -> "Problem":
        """The same curve with a background in the model, untied and without a prior."""
        mass = None if self.areas.free else self.areas.unit
        return _normalised(replace(self.points, background=kind), self.n_components, mass, self.grid_rule)

    def with_components(self, n_components: int) -> "Problem":
        """The same curve for another number of components, untied and without a prior."""
        return replace(self, affine=_gauge_alone(n_components, self.areas.free), prior=None)

    def to_user(self, theta: Array) -> Array:
        """theta in the user's units; with a free mass its exp(logits) sum to that mass."""
        shift, factor = self._units()
        return theta * factor + shift

    def to_user_floats(self, theta: Array) -> Array:
        """`to_user`, with what a run let run away kept within what a float holds."""
        theta, K = self.to_user(theta), self.n_components
        for logs in (slice(K), slice(2 * K, None)):
            theta[logs] = np.minimum(np.maximum(theta[logs], -FLOAT), FLOAT)
        return theta

    def from_user(self, theta: Array) -> Array:
        """theta in normalised coordinates."""
        shift, factor = self._units()
        return (theta - shift) / factor

    def _units(self) -> tuple[Array, Array]:
        K = self.n_components
        shift = np.repeat([self.areas.log_unit, self.center, log(self.spread)], K)
        return shift, np.repeat([1.0, self.spread, 1.0], K)

    def thinned(self, most: int) -> "Problem":
        """The same problem on at most about `most` of its points, evenly taken, so that they see most of the curve."""
        step = -(-self.u.size // most)
        if step <= 1:
            return self
        seen = np.pad(self.target**2, (0, -self.u.size % step)).reshape(-1, step).sum(0)
        kept = slice(int(seen.argmax()), None, step)  # a spike may stand on one point alone
        points, root_g = self.points.taken(kept), self.points.root_g[kept]
        background = make_background(points.background, points.x, root_g)
        target = _projected(root_g * points.density, background)
        size = abs(target).max() or 1.0  # in a unit of 1e200 the squares overflow
        energy = float(size * np.linalg.norm(target / size)) or 1.0
        return replace(
            self,
            points=points,
            u=self.u[kept],
            target=target / energy,
            scale=self.scale[kept] * (self.energy / energy),
            energy=energy,
            curve=self.curve[kept],
            background=background,
        )


def make_problem(
    x: ArrayLike,
    density: ArrayLike,
    n_components: int,
    *,
    mass: float | None = 1.0,
    grid_weights: str | None = None,
    prior: PriorLike | None = None,
    sigma: ArrayLike | None = None,
    background: str | ArrayLike | None = None,
    ties: Sequence[Tie] | None = None,
    nan_policy: str = "raise",
) -> Problem:
    """Check a target and normalise it; `ValueError` or `TypeError` names the argument, the rule and the value met."""
    points = checked_points(x, density, sigma, background, nan_policy, grid_weights)
    mass = None if mass is None else check_number("mass", mass)
    if mass is not None and not 1e-290 < mass < 1e290:
        raise ValueError(f"`mass` must lie between 1e-290 and 1e290, got {mass!r}")
    K = check_integer("n_components", n_components)
    if prior is not None and not callable(prior):
        raise TypeError(f"`prior` must be a function of weights, means, stds, got {type(prior).__name__}")
    with np.errstate(over="ignore"):
        problem = _normalised(points, K, mass, grid_weights is not None)
    if ties is not None and not (isinstance(ties, list | tuple) and not ties):
        problem = replace(problem, affine=_tied(ties, problem))
    _check_freedom(problem)
    if prior is None:
        return problem
    anywhere = problem.affine.theta(np.zeros(len(problem.affine.basis)))
    return replace(problem, prior=compile_prior(prior, problem.to_user, anywhere))


def _normalised(points: Points, K: int, mass: float | None, grid_rule: bool) -> Problem:
    """The checked target in its own units, without ties or prior."""
    x, density, root_g = points.x, points.density, points.root_g
    background = make_background(points.background, x, root_g)
    bells = density if background is None else density - background.rough(density)
    # Scale by range and maximum first, so that x·1e±200 doesn't overflow on the way.
    width, peak = x[-1] - x[0], float(bells.max())
    if not peak > 1e-12 * max(density.max(), -density.min()):
        name = "must be positive somewhere" if background is None else "must rise above its background somewhere"
        raise ValueError(f"`density` {name}, got maximum {peak:.6g}")
    t, y = (x - x[0]) / width, bells / peak
    quadrature = trapezoid_weights(t)
    bulk = quadrature * np.maximum(y, 0)  # moments of a curve; the dips that noise makes are left out
    bulk_area = bulk.sum()
    t_mean = bulk @ t / bulk_area
    from_mean = t - t_mean
    t_std = sqrt(bulk @ from_mean**2 / bulk_area)
    if t_std < 1e-3:  # a curve on one point alone has no spread of its own
        t_std = max(t_std, 1e-3 * float((t[1:] - t[:-1]).min()))
    area = width * (peak * float(quadrature @ y))
    if not isfinite(area):
        raise ValueError(f"the area under `density` must be finite, got {area}")
    target = _projected(root_g * (density / peak), background)
    energy = float(np.linalg.norm(target))
    if energy == 0:
        raise ValueError("`sigma` must be finite at some point where `density` isn't 0, got inf at all of them")
    unit = mass if mass is not None else max(area, width * (peak * float(bulk_area)) * 1e-3)
    per_u = unit / (t_std * width)
    areas = Areas(float(unit), mass is None)
    return Problem(
        points=points,
        u=from_mean / t_std,
        target=target / energy,
        scale=root_g * (per_u / peak / energy),
        center=float(x[0] + t_mean * width),
        spread=float(t_std * width),
        energy=energy * peak,
        area=float(area),
        curve=bells / per_u,
        areas=areas,
        affine=_gauge_alone(K, areas.free),
        background=background,
        prior=None,
        grid_rule=grid_rule,
    )


def _projected(values: Array, background: Background | None) -> Array:
    return values if background is None else background.taken_off(values)


@cache
def _gauge_alone(K: int, free: bool) -> Affine:
    """The free numbers where nothing is tied."""
    gauge = Areas(1.0, free).gauge(K)
    return solve_equations(gauge, np.zeros(len(gauge)), shuffles=False)


def _tied(ties: Sequence[Tie], problem: Problem) -> Affine:
    """The free numbers under ties, whose equations are in the user's units: C·(theta·factor + shift) = values."""
    if not isinstance(ties, list | tuple) or not all(isinstance(tie, Tie) for tie in ties):
        raise TypeError(f"`ties` must be a list of ties (equal, fixed, ratio, apart), got {ties!r:.80}")
    K = problem.n_components
    if not problem.areas.free and any(tie.kind == "areas" and tie.sets_a_value for tie in ties):
        raise ValueError("`ties` may fix an area with `mass=None` alone, got a given mass")
    equations = [tie.equations(K) for tie in ties]
    C, values = np.concatenate([c for c, _ in equations]), np.concatenate([v for _, v in equations])
    shift, factor = problem.to_user(np.zeros(3 * K)), problem.to_user(np.ones(3 * K)) - problem.to_user(np.zeros(3 * K))
    gauge = problem.areas.gauge(K)
    scales = np.abs(C * factor).max(axis=1, keepdims=True)  # one equation counts as much as another
    C, values = C * factor / scales, (values - C @ shift) / scales[:, 0]
    names = any(tie.rows is not None for tie in ties)
    return solve_equations(np.vstack([gauge, C]), np.concatenate([np.zeros(len(gauge)), values]), shuffles=names)


def _check_freedom(problem: Problem) -> None:
    n_points, free = problem.u.size, problem.n_free
    if not len(problem.affine.basis):
        raise ValueError("`ties` must leave something free, got equations that fix every parameter")
    if n_points < free:
        raise ValueError(
            f"`x` must have at least as many points as there are free parameters, "
            f"{free} for {problem.n_components} components, got {n_points}"
        )
