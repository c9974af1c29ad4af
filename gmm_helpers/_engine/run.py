"""One run of an optimiser, and a search over many, in normalised coordinates."""

from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, nan

import numpy as np

from ..validation import Array, Ints
from .derivatives import Evaluation, clipped, evaluate
from .noise import is_noise, refutes
from .problem import Problem
from .seen import Sight, sight
from .tolerances import FLAT, FLATTER

__all__ = ["CONVERGED", "LIMIT", "NAN", "PRECISION", "STOPPED", "Run", "Search", "ended"]

CONVERGED, LIMIT, PRECISION, NAN, STOPPED = 0, 1, 2, 3, 99  # as `scipy.optimize.minimize` has them for BFGS
NEARLY = 0.1  # share by which an unhealthy fit must be better than a healthy one to be preferred
CHANCE = 50.0  # of many points: χ², in units of what is left a point, that no spike on the largest noise gains


@dataclass(frozen=True, eq=False)
class Run:
    """Where one run of an optimiser ended, how, and the points it accepted on the way."""

    problem: Problem
    phi: Array
    fun: float  # relative loss + prior
    loss: float  # relative loss
    grad_norm: float
    status: int
    nfev: int
    method: str
    path: Array  # (n, n_free): the start, the accepted points; of a search's other runs the start and the end alone
    nit: int
    kind: str  # of start
    finished: bool = True  # to the method's own tolerances
    named: Ints | None = None  # with ties: the order of its components that is nearest to the user's start

    @property
    def theta(self) -> Array:
        """(3K,), in normalised coordinates."""
        return clipped(self.problem.affine.theta(self.phi))

    @property
    def is_usable(self) -> bool:
        """Whether it stayed within numbers and nobody stopped it."""
        return self.status not in (NAN, STOPPED)

    @cached_property
    def converged(self) -> bool:
        """Whether it ended at a stationary point: a stop by rounding, or at a limit, on flat ground is one as well. A
        number that the curve feels strongly, as it does a narrow component's mean, may leave a slope in proportion."""
        flat = {CONVERGED: FLAT, PRECISION: FLAT, LIMIT: FLATTER}.get(self.status)
        if flat is None:
            return False
        if self.grad_norm <= flat:
            return True
        here = evaluate(self.phi, self.problem)
        felt = np.maximum(np.linalg.norm(here.J, axis=1), 1.0)
        return bool((abs(here.gradient) <= flat * felt).all())

    @cached_property
    def order(self) -> Ints:
        """The components by mean (equal means: by std, then area); with ties that name them, as they are named."""
        if self.named is not None:
            return self.named
        logits, means, log_stds = self.theta.reshape(3, -1)
        return np.arange(means.size) if self.problem.affine.shuffles else np.lexsort((logits, log_stds, means))

    @property
    def chi2(self) -> float:
        """Σ of squared residuals over `sigma`; NaN where that isn't known."""
        noise = self.problem.noise
        return nan if noise is None else self.loss / noise / noise

    @property
    def is_refuted(self) -> bool:
        """Whether χ² says that the fit is wrong, or `sigma` too small."""
        return refutes(self.chi2, self.problem.dof)

    @property
    def components(self) -> tuple[Array, Array, Array]:
        """Areas, means, stds (K,), in normalised coordinates and the run's own order."""
        logits, means, log_stds = self.theta.reshape(3, -1)
        return self.problem.areas.of(logits[:, None])[:, 0], means, np.exp(log_stds)

    @cached_property
    def sight(self) -> Sight:
        """What the points see of the components."""
        return sight(*self.components, self.problem)

    @cached_property
    def is_healthy(self) -> bool:
        """Whether the points see every component that isn't dead, and none of those is a spike or as wide as the
        grid."""
        (_, means, stds), u = self.components, self.problem.u
        i = u[1:-1].searchsorted(means)
        if ((means > u[0]) & (means < u[-1]) & (stds > u[i + 1] - u[i]) & (stds < u[-1] - u[0])).all():
            return True  # the points can't miss such a component
        return not (self.sight.hidden | self.sight.spike | self.sight.wide).any()

    @property
    def residuals(self) -> Array:
        """The fit minus the curve, (N,), in normalised coordinates."""
        return evaluate(self.phi, self.problem).residuals[: self.problem.u.size]

    @cached_property
    def leaves_noise(self) -> bool:
        """Whether what it leaves over of the curve looks like noise alone."""
        return is_noise(self.residuals, self.problem.target)

    @cached_property
    def value(self) -> float:
        """What runs are compared by: the objective, an unhealthy one's a tenth higher (of many points, of which noise
        makes up most of the objective, less); a lost one's is infinite, since no number is below NaN and none above."""
        if not isfinite(self.fun):
            return inf
        return self.fun if self.is_healthy else self.fun * (1 + min(NEARLY, CHANCE / self.problem.u.size))


def ended(
    problem: Problem, here: Evaluation, status: int, nfev: int, method: str, path: list[Array], kind: str, *,
    finished: bool = True,
) -> Run:  # fmt: skip
    """What became of a run: `here` is measured at the end of its path."""
    fun, grad_norm = float(here.fun), float(abs(here.gradient).max(initial=0.0))
    if not (isfinite(fun) and isfinite(grad_norm)):
        status = NAN
    curve = here.residuals[: problem.u.size]
    loss = fun if problem.prior is None else float(curve @ curve)
    return Run(
        problem, path[-1], fun=fun, loss=loss, grad_norm=grad_norm, status=status, nfev=nfev, method=method,
        path=np.array(path), nit=len(path) - 1, kind=kind, finished=finished,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Search:
    """How `fit` ended: whether the best was confirmed; how many independent starts found it; how many relocations
    failed to better it; the evaluations of all but the best run; and all runs, best first."""

    confirmed: bool
    finds: int
    failed: int
    other_nfev: int
    runs: tuple[Run, ...]

    @property
    def rivals(self) -> tuple[Run, ...]:
        """The other runs whose objective can be compared with the best one's; not those on means of neighbours."""
        return tuple(run for run in self.runs[1:] if run.problem is self.runs[0].problem)
