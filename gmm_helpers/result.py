"""What a fit says of itself: the mixture, whether to believe it, and how sure it is."""

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import OptimizeWarning

from ._engine.cures import dips
from ._engine.derivatives import evaluate
from ._engine.diagnosis import diagnose
from ._engine.moves import with_one_more
from ._engine.places import format_place
from ._engine.profile import interval, profile
from ._engine.run import Run, Search
from ._engine.success import is_success, message
from ._engine.tolerances import MET, PERFECT
from ._engine.uncertainty import NAMES, Spreads, norms, quantities, spreads
from .mixture import Mixture
from .parameters import unpack
from .validation import Array, check_number, check_vector, is_whole

__all__ = ["FitResult", "History", "StandardErrors"]


class History(NamedTuple):
    """What an iteration left behind, an entry each, the start included: theta (n, 3K), loss (n,), grad_norm (n,)."""

    theta: Array
    loss: Array
    grad_norm: Array


class StandardErrors(NamedTuple):
    """One standard deviation of each fitted number, (K,) each, but of the mass, and of the background (B,)."""

    weights: Array
    means: Array
    stds: Array
    mass: float
    areas: Array
    heights: Array
    fwhms: Array
    background: Array


@dataclass(frozen=True, eq=False, repr=False)
class FitResult:
    """The outcome of `fit` or `fit_once`, with SciPy's names where SciPy has one.

    Everything is in the user's units, but `fun`, `loss` and `grad_norm`, which have none. Components are sorted by
    mean; with ties that name components they stand as they are named (which is which of groups that the ties don't tell
    apart, `start` decides). They count from 0; `diagnosis` names each by its mean.

    Read `success`, `message` and `diagnosis` first; then `mixture`, `areas`, `heights`, `fwhms`, `background`; how sure
    they are, by `standard_errors()`, `covariance()`, `interval()`, `profile()`; `loss`, `chi2`, `bic`; `table()`.

    Examples
    --------
    >>> from gmm_helpers import classic, fit
    >>> result = fit(*classic(), 3, rng=0)
    >>> result.success, result.diagnosis
    (True, ())
    """

    _run: Run
    _search: Search | None = None

    @cached_property
    def theta(self) -> Array:
        """The free vector [logits | means | log_stds] (3K,); `unpack(theta)` gives the mixture."""
        return self._run.problem.to_user_floats(self._run.theta).reshape(3, -1)[:, self._run.order].ravel()

    @property
    def x(self) -> Array:
        """SciPy's name for `theta`."""
        return self.theta

    @cached_property
    def mixture(self) -> Mixture:
        """The fitted `Mixture`."""
        return Mixture(*unpack(self.theta))

    @property
    def mass(self) -> float:
        """The area under all components: as given, or fitted (`mass=None`)."""
        areas = self._run.problem.areas
        return float(np.exp(self.theta[: self.theta.size // 3]).sum()) if areas.free else areas.unit

    @property
    def areas(self) -> Array:
        """The area of each component, massₖ = mass · weightₖ, (K,)."""
        return self.mass * self.mixture.weights

    @property
    def heights(self) -> Array:
        """The height of each component, areaₖ/(stdₖ·√(2π)), (K,)."""
        return self._quantity("heights")[0]

    @property
    def fwhms(self) -> Array:
        """The full width at half maximum of each component, 2·√(2·ln 2)·stdₖ, (K,)."""
        return self._quantity("fwhms")[0]

    @cached_property
    def background(self) -> Array:
        """The background's coefficients: [b₀], [b₀, b₁] of b₀ + b₁·x, one a column, or empty."""
        points = self._run.problem.points
        return self._run.problem.background.coefficients(points.root_g * (points.density - self.pdf(points.x)))

    @property
    def fun(self) -> float:
        """What was minimised: the relative loss plus the prior's squared residuals."""
        return self._run.fun

    @property
    def loss(self) -> float:
        """The relative loss Σ g(f − y)²/Σ g y², without the prior: 0 is perfect, 1 is no curve at all. With a
        background, y is what that alone leaves over."""
        return self._run.loss

    @property
    def grad_norm(self) -> float:
        """Largest entry of the gradient of `fun`, in normalised coordinates."""
        return self._run.grad_norm

    @property
    def nit(self) -> int:
        """Iterations (accepted points, the start not counted) of the best run."""
        return self._run.nit

    @property
    def nfev(self) -> int:
        """Evaluations of the curve, over all runs."""
        return self._run.nfev + (self._search.other_nfev if self._search else 0)

    @property
    def status(self) -> int:
        """0 converged, 1 limit reached, 2 precision loss, 3 not finite, 99 stopped by the callback."""
        return self._run.status

    @property
    def method(self) -> str:
        """The method that ran."""
        return self._run.method

    @property
    def chi2(self) -> float:
        """Σ ((y − ours)/sigma)²: of `dof` ± √(2·dof) where the model is right. NaN where `sigma` isn't known."""
        return self._run.chi2

    @property
    def dof(self) -> int:
        """Degrees of freedom: points that count less free numbers, the background's among them."""
        return self._run.problem.dof

    @property
    def is_refuted(self) -> bool:
        """Whether χ² refutes the fit: it is above dof + 3·√(2·dof) and 1.2·dof. False if `sigma` isn't known."""
        return self._run.is_refuted

    @property
    def aic(self) -> float:
        """Akaike's criterion, −2 log L + 2p, up to a constant: χ² + 2p; `sigma` unknown: N·log(Σr²/N) + 2(p + 1)."""
        return self._criterion(2.0)

    @property
    def bic(self) -> float:
        """The Bayesian criterion (Schwarz 1978): as `aic`, with log N in place of 2."""
        return self._criterion(float(np.log(self._run.problem.u.size)))

    @property
    def bic_without(self) -> float:
        """The Bayesian criterion of the background alone, without any component."""
        problem = self._run.problem
        return self._criterion(float(np.log(problem.u.size)), loss=1.0, n_free=problem.background.n_columns)

    def _criterion(self, price: float, loss: float | None = None, n_free: int | None = None) -> float:
        problem, loss = self._run.problem, self.loss if loss is None else loss
        n_free = problem.n_free if n_free is None else n_free
        if problem.noise is not None:
            return loss / problem.noise / problem.noise + price * n_free
        log_squares = np.log(max(loss, PERFECT) / problem.u.size) + 2 * np.log(problem.norm)
        return float(problem.u.size * log_squares + price * (n_free + 1))

    @property
    def is_met(self) -> bool:
        """Whether the curve is met: a relative loss of at most 1e-8, residuals of a ten-thousandth."""
        return self.loss <= MET

    @property
    def dips(self) -> bool:
        """Whether the curve falls below its background rather than rises above it."""
        return dips(self._run)

    @property
    def has_dead(self) -> bool:
        """Whether a component is dead: its area is next to nothing, and without it the curve would be met as well."""
        return bool(self._run.sight.dead.any())

    @property
    def is_healthy(self) -> bool:
        """Whether the points see every component that isn't dead, and none is a spike or wider than the grid."""
        return self._run.is_healthy

    @property
    def is_confirmed(self) -> bool:
        """Whether a search found the lowest loss, and failed to better it, often enough; a single run never is."""
        return self._search is not None and self._search.confirmed

    @cached_property
    def success(self) -> bool:
        """`fit_once`: this run ended at a stationary point. `fit`: moreover the target is met (`fun` ≤ 1e-8) or the
        best is confirmed, the curve's area is that of the mass, the points see every component that isn't dead (more
        than one point, where the target isn't met), and none of them stands for a background: wider than the grid, or
        off it and spanning it."""
        return is_success(self._run, self._search)

    @cached_property
    def message(self) -> str:
        """In words, why `success` is what it is, and what to do next."""
        return message(self._run, self._search)

    @cached_property
    def diagnosis(self) -> tuple[str, ...]:
        """Plain sentences about what looks wrong or fragile; empty when all is well."""
        return diagnose(self._run, self._search, self.mixture, self.areas)

    @cached_property
    def start(self) -> Mixture:
        """The `Mixture` from which the best run started."""
        problem = self._run.problem
        return Mixture(*unpack(problem.to_user_floats(problem.affine.theta(self._run.path[0]))))

    @cached_property
    def history(self) -> History:
        """theta (n, 3K) in the user's units, loss (n,) and grad_norm (n,) at each iteration, the start included; of
        other runs of a search than the best, at the start and the end."""
        path, problem = self._run.path, self._run.problem
        rows = [evaluate(phi, problem) for phi in path]
        thetas = np.array([problem.to_user_floats(problem.affine.theta(phi)) for phi in path])
        curves = [here.residuals[: problem.u.size] for here in rows]
        return History(
            thetas,
            np.array([float(curve @ curve) for curve in curves]),
            np.array([float(abs(here.gradient).max(initial=0.0)) for here in rows]),
        )

    @cached_property
    def runs(self) -> tuple["FitResult", ...]:
        """Every start's own `FitResult`, best first."""
        return tuple(FitResult(run) for run in self._search.runs) if self._search else (self,)

    def pdf(self, x: ArrayLike) -> Array:
        """The components together, mass · mixture.pdf(x), without the background; the shape of x."""
        with np.errstate(over="ignore"):  # a spike of next to no width, of a curve in a unit of 1e200
            return np.minimum(self.mass * self.mixture.pdf(x), np.finfo(float).max)

    def curve(self, x: ArrayLike) -> Array:
        """What the density is compared with: the components and the background; the shape of x. Columns of a
        background are interpolated between the points."""
        return self.pdf(x) + self._run.problem.background.at(x, self.background)

    def covariance(self) -> Array:
        """Covariance of (weights, means, stds, mass), σ²·D (JᵀJ)⁻¹ Dᵀ, (3K + 1, 3K + 1), in the user's units.

        J: the Jacobian of the residuals where the run ended; D: the derivatives of the numbers (the delta method); σ:
        from `sigma`, or from the residual and its degrees of freedom. With `grid_weights="trapezoid"`, which are no
        variances, it is the sandwich formula; with a prior the posterior's. What the curve can't tell is NaN, with
        an `OptimizeWarning`. It rests on noise that is independent from point to point.
        """
        spread = self._spreads()
        root = np.vstack([spread.of(self._quantity(name)[1]) for name in NAMES[:4]])
        with np.errstate(over="ignore"):  # the square of a unit of 1e200 is more than a float holds
            return root @ root.T

    def standard_errors(self) -> StandardErrors:
        """One standard deviation of each fitted number: a named tuple; see `covariance`."""
        return self._errors(self._spreads())

    def one_more(self) -> Mixture:
        """A start for K + 1 components: this fit, and one component more where it explains most of the misfit."""
        phi, problem = with_one_more(self._run)
        return Mixture(*unpack(problem.to_user_floats(problem.affine.theta(phi))))

    def interval(self, name: str, k: int = 0, level: float = 0.95) -> tuple[float, float]:
        """The profile interval of one number: where χ², minimised over all others, rises by the level's quantile.

        name: "weights", "means", "stds", "areas", "heights" or "fwhms" of component k, or "mass". An end that the
        data don't bound is 0, ±infinity, or of a share the whole. With `sigma` unknown the quantile is Student's t.
        Unlike `standard_errors` it doesn't suppose that χ² is a parabola. Where another fit of the search lies less
        than 3·ln N above in χ², it holds that one's interval too, of the component most like this one: it may be far
        wider.

        Examples
        --------
        >>> from gmm_helpers import Mixture, fit
        >>> x = np.linspace(0, 10, 100)
        >>> y = Mixture([1], [5], [1]).pdf(x) + np.random.default_rng(0).normal(0, 0.01, 100)
        >>> low, high = fit(x, y, 1, rng=0).interval("means")
        >>> low < 5 < high
        True
        """
        self._check(name, k)
        if not check_number("level", level) < 1:
            raise ValueError(f"`level` must lie between 0 and 1, got {level!r}")
        others = self._search.rivals if self._search else ()
        return interval(self._run, name, k, level, others)

    def profile(self, name: str, k: int, values: ArrayLike) -> Array:
        """Δχ² (m,) at given values (m,) of one number, all others refitted, step by step outward from the fit: see
        `interval`. Beyond a wall the refits may stay in a higher valley than another start would find."""
        self._check(name, k)
        checked = check_vector("values", values)
        if name != "means" and checked.min() <= 0:
            raise ValueError(f"`values` of {name} must be positive, got minimum {checked.min():.6g}")
        return profile(self._run, name, k, checked)

    def table(self) -> list[dict[str, float]]:
        """A row a component (counted from 0), each number with its error, for a DataFrame or `csv.DictWriter`."""
        errors = self.standard_errors()
        columns = {"component": list(range(self.mixture.n_components))}
        for name in ("areas", "weights", "means", "stds", "heights", "fwhms"):
            one = name.removesuffix("s")
            columns |= {one: self._quantity(name)[0].tolist(), f"{one}_error": getattr(errors, name).tolist()}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def _spreads(self) -> Spreads:
        found = spreads(self._run)
        if found.unknown:
            warnings.warn(f"standard errors are unknown: {found.unknown}", OptimizeWarning, stacklevel=3)
        return found

    def _errors(self, spread: Spreads) -> StandardErrors:
        errors: dict[str, Any] = {name: norms(spread.of(self._quantity(name)[1])) for name in NAMES}
        return StandardErrors(**errors | {"mass": float(errors["mass"][0]), "background": norms(spread.of_background)})

    @cached_property
    def _quantities(self) -> dict[str, tuple[Array, Array]]:
        return quantities(self._run.theta, self._run.problem)

    def _quantity(self, name: str) -> tuple[Array, Array]:
        """Values (m,), in the order of the result, and their derivatives by theta (m, 3K), in the run's own."""
        order = slice(None) if name == "mass" else self._run.order
        values, slopes = self._quantities[name]
        return values[order], slopes[order]

    def _check(self, name: str, k: Any) -> None:
        if name not in NAMES:
            raise ValueError(f"`name` must be one of {', '.join(NAMES)}, got {name!r}")
        n = self.mixture.n_components
        if not is_whole(k) or not 0 <= k < (1 if name == "mass" else n):
            raise ValueError(f"`k` must count a component from 0, got {k!r} of {n}")

    def _report(self) -> list[list[str]]:
        """Area, mean and std of each component, as they are shown: with their standard errors, unless all that is left
        is rounding."""
        errors, columns, step = self._errors(spreads(self._run)), [], self._run.problem.points.step
        is_exact = self._run.problem.noise is None and self.loss <= PERFECT
        for name in ("areas", "means", "stds"):
            units = np.maximum(self.mixture.stds, step) if name == "means" else self._quantity(name)[0]
            found = zip(self._quantity(name)[0], units, getattr(errors, name), strict=True)
            columns.append(
                [format_place(value, unit) + ("" if is_exact else f" ± {error:.2g}") for value, unit, error in found]
            )
        return [list(row) for row in zip(*columns, strict=True)]

    def __repr__(self) -> str:
        lines = [f"FitResult: {'success' if self.success else 'no success'}, {self.message}"]
        rows = enumerate(self._report())
        lines += [f"  component {k}: area {area}, mean {mean}, std {std}" for k, (area, mean, std) in rows]
        lines += [f"  background={self.background}"] if self.background.size else []
        lines += [
            f"  mass={self.mass:.6g}, loss={self.loss:.3g}, grad_norm={self.grad_norm:.1e}, "
            f"nit={self.nit}, nfev={self.nfev}, method={self.method!r}, runs={len(self.runs)}",
        ]
        more = [sentence for sentence in self.diagnosis if sentence != self.message]
        return "\n".join(lines + [f"  diagnosis: {sentence}" for sentence in more])

    def _repr_html_(self) -> str:
        sentences = "".join(f"<li>{sentence}</li>" for sentence in self.diagnosis)
        head = "".join(f"<th scope='col'>{title}</th>" for title in ("component", "area", "mean", "std"))
        rows = "".join(
            f"<tr><th scope='row'>{k}</th>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
            for k, row in enumerate(self._report())
        )
        return (
            f"<div><p><b>{'Success' if self.success else 'No success'}:</b> {self.message}.</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            f"<p>mass {self.mass:.6g} · relative loss {self.loss:.3g} · gradient norm {self.grad_norm:.1e} · "
            f"{self.nit} iterations, {self.nfev} evaluations, {len(self.runs)} run{'s'[: len(self.runs) - 1]} · "
            f"{self.method}</p>"
            f"{f'<ul>{sentences}</ul>' if sentences else ''}</div>"
        )
