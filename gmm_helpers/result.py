"""What a fit says of itself: the mixture, whether to believe it, and how sure it is."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._engine.derivatives import loss_and_gradient, value_and_grad
from ._engine.diagnosis import diagnose, is_seen
from ._engine.problem import Problem
from ._engine.run import FLOAT, MET, NAN, STOPPED, Run, Search
from ._engine.uncertainty import covariance, standard_errors
from .mixture import Mixture
from .parameters import unpack
from .validation import Array

__all__ = ["FitResult"]


class History(NamedTuple):
    """What an iteration left behind, an entry each, the start included: theta (n, 3K), loss (n,), grad_norm (n,)."""

    theta: Array
    loss: Array
    grad_norm: Array


class StandardErrors(NamedTuple):
    """One standard deviation of each fitted number: weights, means, stds (K,) and mass."""

    weights: Array
    means: Array
    stds: Array
    mass: float


@dataclass(frozen=True, eq=False, repr=False)
class FitResult:
    """The outcome of `fit` or `fit_once`, with SciPy's names where SciPy has one.

    Everything is in the user's units, bells sorted by mean, but `fun`, `loss` and `grad_norm`, which have none.
    """

    _problem: Problem
    _run: Run
    _search: Search | None = None

    @cached_property
    def x(self) -> Array:
        """The free vector [logits | means | log_stds] (3K,); `unpack(x)` gives the mixture."""
        theta = self._in_user_units(self._run.theta).reshape(3, -1)
        return theta[:, np.lexsort((theta[0], theta[2], theta[1]))].ravel()

    @cached_property
    def mixture(self) -> Mixture:
        """The fitted `Mixture`, sorted by mean."""
        return Mixture(*unpack(self.x))

    @property
    def mass(self) -> float:
        """The area under the whole fitted curve: as given, or fitted (`mass=None`)."""
        problem = self._problem
        return float(np.exp(self.x[: self.x.size // 3]).sum()) if problem.free_mass else problem.mass

    @property
    def fun(self) -> float:
        """What was minimised: the relative loss plus the prior's squared residuals."""
        return self._run.fun

    @property
    def loss(self) -> float:
        """The relative loss Σ g(f − y)²/Σ g y², without the prior: 0 is perfect, 1 is no curve at all."""
        return self._run.loss

    @property
    def grad_norm(self) -> float:
        """Largest entry of the gradient of `fun`, in normalised coordinates."""
        return self._run.grad_norm

    @property
    def nit(self) -> int:
        """Iterations (accepted points, the start not counted) of the best run."""
        return len(self._run.path) - 1

    @property
    def nfev(self) -> int:
        """Evaluations of the curve, over all runs."""
        return sum(run.nfev for run in self._search.runs) if self._search else self._run.nfev

    @property
    def status(self) -> int:
        """0 converged, 1 limit reached, 2 precision loss, 3 not finite, 99 stopped by the callback."""
        return self._run.status

    @property
    def method(self) -> str:
        """The method that walked."""
        return self._run.method

    @property
    def is_confirmed(self) -> bool:
        """Whether a search found the lowest loss, and failed to better it, often enough; a single walk never is."""
        return self._search is not None and self._search.confirmed

    @cached_property
    def success(self) -> bool:
        """`fit_once`: this walk ended at a stationary point. `fit`: the target is met (`fun` ≤ 1e-8), or the best walk
        ended at such a point and is confirmed; and either way the points see every bell of weight."""
        if self._search is None:
            return self._run.converged
        found = self._run.is_finite and (self.fun <= MET or (self._run.converged and self.is_confirmed))
        return found and is_seen(self.mixture, self._problem.x)

    @cached_property
    def message(self) -> str:
        """In words, why `success` is what it is, and what to do next."""
        return _message(self)

    @cached_property
    def diagnosis(self) -> tuple[str, ...]:
        """Plain sentences about what looks wrong or fragile; empty when all is well."""
        return diagnose(self)

    @cached_property
    def start(self) -> Mixture:
        """The `Mixture` from which the best run started."""
        return Mixture(*unpack(self._in_user_units(self._run.path[0])))

    @cached_property
    def history(self) -> History:
        """theta (n, 3K) in the user's units, loss (n,) and grad_norm (n,) at each iteration, the start included."""
        path, problem = self._run.path, self._problem
        return History(
            np.array([problem.to_user(theta) for theta in path]),
            np.array([loss_and_gradient(theta, problem)[0] for theta in path]),
            np.array([abs(value_and_grad(theta, problem)[1]).max() for theta in path]),
        )

    @cached_property
    def runs(self) -> tuple["FitResult", ...]:
        """Every start's own `FitResult`, best first."""
        return tuple(FitResult(self._problem, run) for run in self._search.runs) if self._search else (self,)

    def _in_user_units(self, theta):
        """theta (3K,) as `unpack` can take it: what a walk let run away is kept within a float."""
        theta = self._problem.to_user(theta).reshape(3, -1)
        theta[::2] = np.minimum(np.maximum(theta[::2], -FLOAT), FLOAT)
        return theta.ravel()

    def pdf(self, x: ArrayLike) -> Array:
        """The fitted curve, mass · mixture.pdf(x); the shape of x."""
        return self.mass * self.mixture.pdf(x)

    def covariance(self) -> Array:
        """Covariance of (weights, means, stds, mass), (3K + 1, 3K + 1): see `uncertainty.covariance`."""
        return covariance(self._problem, self.mixture, self.x)

    def standard_errors(self) -> StandardErrors:
        """One standard deviation of each fitted number: a named tuple (weights, means, stds, mass)."""
        *errors, mass = standard_errors(self._problem, self.mixture, self.x)
        weights, means, stds = np.reshape(errors, (3, -1))
        return StandardErrors(weights, means, stds, float(mass))

    def __repr__(self) -> str:
        lines = [
            f"FitResult: {'success' if self.success else 'no success'}, {self.message}",
            f"  {self.mixture!r}",
            f"  mass={self.mass:.6g}, loss={self.loss:.3g}, grad_norm={self.grad_norm:.1e}, "
            f"nit={self.nit}, nfev={self.nfev}, method={self.method!r}, runs={len(self.runs)}",
        ]
        return "\n".join(lines + [f"  diagnosis: {sentence}" for sentence in self.diagnosis])

    def _repr_html_(self) -> str:
        sentences = "".join(f"<li>{sentence}</li>" for sentence in self.diagnosis)
        return (
            f"<div><p><b>{'Success' if self.success else 'No success'}:</b> {self.message}.</p>"
            f"{self.mixture._repr_html_()}"
            f"<p>mass {self.mass:.6g} · relative loss {self.loss:.3g} · gradient norm {self.grad_norm:.1e} · "
            f"{self.nit} iterations, {self.nfev} evaluations, {_count(len(self.runs), 'run')} · {self.method}</p>"
            f"{f'<ul>{sentences}</ul>' if sentences else ''}</div>"
        )


def _message(result):
    run, search = result._run, result._search
    if run.status == NAN:
        return "the walk left the range of numbers: try another start"
    if run.status == STOPPED:
        return "stopped by the callback before it converged"
    if not run.converged and not result.success:
        limit = "`maxfev`" if run.method.upper() == "LM" else "`maxiter`"
        return (
            f"not converged after {result.nit} iterations, gradient norm {run.grad_norm:.1e}: "
            f"raise {limit} or tighten the tolerance in `options`"
        )
    if search is None:
        return "this walk ended at a stationary point; whether a lower one exists, one start can't tell"
    if not is_seen(result.mixture, result._problem.x):
        return "a bell that carries weight is out of the points' sight: see `diagnosis`"
    if result.loss <= MET:
        return f"the target is met, relative loss {result.loss:.1e}, after {_count(len(search.runs), 'start')}"
    again = f"the lowest loss was found by {search.finds} of {_count(len(search.runs), 'start')}"
    return again if result.is_confirmed else f"{again}, too few to trust it: raise `n_starts`"


def _count(n, noun):
    return f"{n} {noun}{'s' if n != 1 else ''}"
