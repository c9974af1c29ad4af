"""The target, checked once and put into its own units, in which every tolerance means the same for everyone.

With u = (x − center)/spread and every residual divided by √Σ g·y², the loss is the relative one,
Σ g (f − y)² / Σ g y²: 0 is perfect, 1 is no curve at all, whether x is in metres or in light years.
"""

from dataclasses import dataclass, replace
from math import isfinite, log, sqrt

import autograd.numpy as anp
import numpy as np
from autograd import jacobian

from ..loss import trapezoid_weights
from ..parameters import unpack
from ..validation import check_integer, check_number, check_vector

__all__ = ["Problem", "make_problem"]

DEEPEST_DIP = 0.5  # noise may push a density below zero, but no deeper than this share of its peak


@dataclass(frozen=True, eq=False)
class Problem:
    """A target in normalised coordinates; residual = scale · p(u; theta) − target, with p a mixture in u.

    u, target: (N,); scale: (N,). `free_mass` tells whether the areas are exp(logits) (True) or softmax(logits).
    `prior`: None, or a function of weights, means, stds in the user's units that returns residuals.
    """

    x: np.ndarray
    density: np.ndarray
    grid_weights: np.ndarray | None
    u: np.ndarray
    target: np.ndarray
    scale: np.ndarray
    center: float
    spread: float
    mass: float  # what the areas are multiples of: the given mass, or the area under the curve
    free_mass: bool
    quadrature_weighted: bool  # grid_weights are a quadrature rule, not the noise's 1/variance
    energy: float  # √Σ g·y², in the user's units
    area: float  # by quadrature, in the user's units
    prior: object = None
    affine_prior: tuple | None = None  # residuals (R,) at theta = 0, and the constant Jacobian (R, 3K)

    def to_user(self, theta):
        """theta in the user's units; with a free mass its exp(logits) sum to that mass."""
        return self._moved(theta, self.center, self.spread, log(self.mass))

    def from_user(self, theta):
        """theta in normalised coordinates."""
        inner = -self.center / self.spread
        return self._moved(theta, inner, 1 / self.spread, -log(self.mass))

    def _moved(self, theta, shift, factor, log_mass):  # traceable by autograd: a prior speaks in the user's units
        shifts = np.array([log_mass if self.free_mass else 0.0, shift, log(factor)])[:, None]
        return (theta.reshape(3, -1) * np.array([1.0, factor, 1.0])[:, None] + shifts).reshape(-1)

    def prior_residuals(self, theta):
        """What the prior says of theta, in the user's units: (R,). Traceable by autograd."""
        if self.affine_prior is not None:
            return self.affine_prior[0] + anp.dot(self.affine_prior[1], theta)
        return anp.ravel(self.prior(*unpack(self.to_user(theta))))

    def prior_jacobian(self, theta):
        """d prior_residuals/d theta, (R, 3K)."""
        return jacobian(self.prior_residuals)(theta) if self.affine_prior is None else self.affine_prior[1]

    def thinned(self, most):
        """The same problem on at most about `most` of its points, evenly taken, so that they see most of the curve."""
        step = -(-self.u.size // most)
        if step <= 1:
            return self
        seen = np.pad(self.target**2, (0, -self.u.size % step)).reshape(-1, step).sum(0)
        kept = slice(int(seen.argmax()), None, step)  # a spike may stand on one point alone
        share = np.linalg.norm(self.target[kept]) or 1.0
        return replace(
            self,
            x=self.x[kept],
            density=self.density[kept],
            grid_weights=None if self.grid_weights is None else self.grid_weights[kept],
            u=self.u[kept],
            target=self.target[kept] / share,
            scale=self.scale[kept] / share,
            energy=self.energy * share,
        )


def make_problem(x, density, n_components, *, mass=1.0, grid_weights=None, prior=None):
    """Check a target and normalise it; `ValueError` or `TypeError` names the argument, the rule and the value met."""
    x, density = check_vector("x", x), check_vector("density", density)
    if x.shape != density.shape:
        raise ValueError(f"`x` and `density` must have the same length, got {x.size} and {density.size}")
    with np.errstate(over="ignore"):
        _check_grid(x)
    _check_density(density)
    mass = None if mass is None else check_number("mass", mass)
    if prior is not None and not callable(prior):
        raise TypeError(f"`prior` must be a function of weights, means, stds, got {type(prior).__name__}")
    weights = _grid_weights(grid_weights, x)
    _check_freedom(check_integer("n_components", n_components), x.size, free_mass=mass is None)

    with np.errstate(over="ignore"):
        problem = _normalised(x, density, weights, mass, isinstance(grid_weights, str), prior)
    if getattr(prior, "affine", False):
        zero = np.zeros(3 * n_components)
        at_zero = problem.prior_residuals(zero), jacobian(problem.prior_residuals)(zero)
        problem = replace(problem, affine_prior=at_zero)
    return problem


def _normalised(x, density, weights, mass, quadrature_weighted, prior):
    """The checked target in its own units."""
    # Scale by range and maximum first, so that x·1e±200 doesn't overflow on the way.
    width, peak = x[-1] - x[0], density.max()
    t, y = (x - x[0]) / width, density / peak
    quadrature = trapezoid_weights(t)
    bulk = quadrature * np.maximum(y, 0)  # moments of a curve; the dips that noise makes are left out
    bulk_area = bulk.sum()
    t_mean = bulk @ t / bulk_area
    from_mean = t - t_mean
    t_std = sqrt(bulk @ from_mean**2 / bulk_area)
    if t_std < 1e-3:  # a curve on one point alone has no spread of its own
        t_std = max(t_std, 1e-3 * (t[1:] - t[:-1]).min())
    area = width * (peak * float(quadrature @ y))
    if not isfinite(area):
        raise ValueError(f"the area under `density` must be finite, got {area}")
    root_g = np.ones(x.size) if weights is None else np.sqrt(weights)
    weighted = root_g * y
    energy = sqrt(weighted @ weighted)
    if energy == 0:
        raise ValueError("`grid_weights` must be above 0 at some point where `density` isn't 0, got 0 at all of them")
    unit_mass = mass if mass is not None else max(area, width * (peak * bulk_area) * 1e-3)
    return Problem(
        x=x,
        density=density,
        grid_weights=weights,
        u=from_mean / t_std,
        target=weighted / energy,
        scale=root_g * (unit_mass / (t_std * width) / peak / energy),
        center=float(x[0] + t_mean * width),
        spread=float(t_std * width),
        mass=float(unit_mass),
        free_mass=mass is None,
        quadrature_weighted=quadrature_weighted,
        energy=energy * float(peak),
        area=float(area),
        prior=prior,
    )


def _check_grid(x):
    if x.size < 2:
        raise ValueError(f"`x` must have at least 2 points, got {x.size}")
    steps = x[1:] - x[:-1]
    if steps.min() <= 0:
        i = int(np.flatnonzero(steps <= 0)[0])
        raise ValueError(f"`x` must increase strictly, got {x[i]:.6g} followed by {x[i + 1]:.6g} at index {i + 1}")
    if not isfinite(x[-1] - x[0]):
        raise ValueError(f"`x` must span a finite range, got {x[0]:.6g} … {x[-1]:.6g}")


def _check_density(density):
    lowest, peak = density.min(), density.max()
    if peak <= 0:
        raise ValueError(f"`density` must be positive somewhere, got maximum {peak:.6g}")
    if -lowest > DEEPEST_DIP * peak:
        raise ValueError(
            f"`density` may dip below zero by noise, but no deeper than half its peak, "
            f"got minimum {lowest:.6g} and maximum {peak:.6g}"
        )


def _check_freedom(n_components, n_points, *, free_mass):
    free = 3 * n_components - (not free_mass)  # softmax has one direction too many
    if n_points < free:
        raise ValueError(
            f"`x` must have at least as many points as there are free parameters, "
            f"{free} for {n_components} components, got {n_points}"
        )


def _grid_weights(grid_weights, x):
    if grid_weights is None:
        return None
    if isinstance(grid_weights, str):
        if grid_weights != "trapezoid":
            raise ValueError(f"`grid_weights` must be None, 'trapezoid' or an array, got {grid_weights!r}")
        return trapezoid_weights(x / (x[-1] - x[0]))
    weights = check_vector("grid_weights", grid_weights)
    if weights.shape != x.shape:
        raise ValueError(f"`grid_weights` must have one entry for each x, got {weights.size} for {x.size}")
    if weights.min() < 0 or weights.max() == 0:
        raise ValueError(f"`grid_weights` must be ≥ 0 and not all zero, got minimum {weights.min():.6g}")
    return weights / weights.max()
