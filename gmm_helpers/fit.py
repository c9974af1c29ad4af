"""Fit a mixture to a density: `fit_once` from one start, `fit` from as many as it takes, `fit_many` many curves."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._engine.many import curves_with_seeds, map_curves
from ._engine.minimise import check_options, minimise
from ._engine.moves import start_vector
from ._engine.problem import make_problem
from ._engine.search import search, search_so_far
from ._engine.workers import Workers
from .mixture import Mixture
from .result import FitResult
from .validation import PriorLike, Rng, check_integer

__all__ = ["fit", "fit_many", "fit_once"]


def fit(
    x: ArrayLike,
    density: ArrayLike,
    n_components: int,
    *,
    method: str = "LM",
    n_starts: int | None = None,
    prior: PriorLike | None = None,
    mass: float | None = 1.0,
    grid_weights: ArrayLike | str | None = None,
    rng: Rng = None,
    workers: Workers = 1,
    callback: Callable[..., Any] | None = None,
    progress: bool = False,
    options: dict[str, Any] | None = None,
) -> FitResult:
    """Fit a mixture of K Gaussians to a density known at N grid points, from as many starts as that takes.

    It minimises the relative loss Σ (density − ours)² / Σ density². The search runs from the curvature start, then
    from rounds of k-means++, jittered and scattered starts and of the best run so far with one component relocated.
    It ends when nothing is left over (relative loss ≤ 1e-12); or when five independent starts have found the lowest
    loss and twenty relocations have failed to better it (ten if the residual is white noise; sixty where starts rarely
    find it, or where less than 1e-6 is left and no noise); or when its budget is spent, which confirms nothing.

    Parameters
    ----------
    x : (N,) array_like
        The grid, strictly increasing, even or not, in any unit.
    density : (N,) array_like
        The curve on it.
    n_components : int
        The number of components, K.
    method : str, default "LM"
        "LM", MINPACK's Levenberg–Marquardt, or any method that `fit_once` takes.
    n_starts : int, optional
        None lets the search end by itself; R runs exactly R starts.
    prior, mass, grid_weights, callback, options
        See `fit_once`.
    rng : int or numpy.random.Generator, optional
        Seed or generator of the starts. The answer depends on it, never on `workers`.
    workers : int or map-like callable, default 1
        As in SciPy: a number of processes (−1: one a core), or a callable such as a pool's `map`.
    progress : bool, default False
        Show a bar.

    Returns
    -------
    FitResult
        Read its `success`, `message` and `diagnosis`.

    Raises
    ------
    ValueError, TypeError
        For an argument that breaks its rule; the sentence names the argument, the rule and the value.
    KeyboardInterrupt
        With the best result so far as its `.result`.

    Examples
    --------
    >>> from gmm_helpers import classic
    >>> fit(*classic(), 3, rng=0).mixture
    Mixture(weights=[0.3, 0.5, 0.2], means=[ 5., 15., 20.], stds=[2., 1., 2.])
    """
    problem = make_problem(x, density, n_components, mass=mass, grid_weights=grid_weights, prior=prior)
    check_options(method, options, callback)
    n_starts = check_integer("n_starts", n_starts, none=True)
    runs: list[Any] = []
    settings = {"method": method, "n_starts": n_starts, "rng": np.random.default_rng(rng), "workers": workers}
    settings |= {"callback": callback, "progress": progress, "options": options, "runs": runs}
    try:
        return FitResult(problem, *search(problem, n_components, **settings))
    except KeyboardInterrupt as interrupt:
        runs += [interrupt.run] if hasattr(interrupt, "run") else []
        if runs:
            interrupt.result = FitResult(problem, *search_so_far(problem, runs))  # type: ignore[attr-defined]
        raise


def fit_once(
    x: ArrayLike,
    density: ArrayLike,
    start: Mixture | ArrayLike,
    *,
    method: str = "BFGS",
    prior: PriorLike | None = None,
    mass: float | None = 1.0,
    grid_weights: ArrayLike | str | None = None,
    callback: Callable[..., Any] | None = None,
    options: dict[str, Any] | None = None,
) -> FitResult:
    """Fit a mixture to a density by one run of an optimiser from one start.

    It minimises the relative loss Σ (density − ours)² / Σ density².

    Parameters
    ----------
    x, density : (N,) array_like
        The grid, strictly increasing, and the curve on it.
    start : Mixture or (3K,) array_like
        A mixture, or a free vector theta = [logits | means | log_stds], in the unit of x.
    method : str, default "BFGS"
        "BFGS" (`scipy.optimize.minimize`), "LM" (MINPACK's Levenberg–Marquardt), or any other method of `minimize`.
    prior : callable, optional
        A function of weights, means, stds that returns residuals: see `gmm_helpers.priors`.
    mass : float, optional, default 1.0
        The area under the whole curve; None fits it as well.
    grid_weights : "trapezoid" or (N,) array_like, optional
        Weights of the squared residuals: a quadrature rule, or relative 1/variances.
    callback : callable, optional
        As in SciPy, `callback(intermediate_result)`, once an iteration; `StopIteration` ends the run.
    options : dict, optional
        The method's own (`gtol`, `maxiter`, …; for LM `ftol`, `xtol`, `gtol`, `maxfev`), in normalised coordinates:
        u = (x − mean)/std of the curve, and the loss relative.

    Returns
    -------
    FitResult
        Its `success` means that the run ended at a stationary point. Whether a lower one exists, one run can't know.

    Raises
    ------
    ValueError, TypeError
        For an argument that breaks its rule; the sentence names the argument, the rule and the value.

    Examples
    --------
    >>> from gmm_helpers import Mixture, classic
    >>> fit_once(*classic(), Mixture([0.3, 0.3, 0.4], [4, 12, 21], [1, 1, 1])).mixture
    Mixture(weights=[0.3, 0.5, 0.2], means=[ 5., 15., 20.], stds=[2., 1., 2.])
    """
    theta = start_vector(start)
    problem = make_problem(x, density, n_components=theta.size // 3, mass=mass, grid_weights=grid_weights, prior=prior)
    check_options(method, options, callback)
    theta = problem.from_user(theta)
    theta[: theta.size // 3] -= 0 if problem.free_mass else theta[: theta.size // 3].mean()
    try:
        return FitResult(problem, minimise(theta, problem, method, options, callback))
    except KeyboardInterrupt as interrupt:
        if getattr(interrupt, "run", None):
            interrupt.result = FitResult(problem, interrupt.run)  # type: ignore[attr-defined]
        raise


def fit_many(
    x: ArrayLike | Sequence[ArrayLike],
    densities: ArrayLike | Sequence[ArrayLike],
    n_components: int,
    *,
    rng: Rng = None,
    workers: Workers = 1,
    progress: bool = False,
    **options: Any,
) -> list[FitResult | Exception]:
    """Fit a mixture of K Gaussians to each of M curves.

    Parameters
    ----------
    x : (N,) array_like, or a sequence of M of them
        The grid of all curves, or a grid for each.
    densities : (M, N) array_like, or a sequence of M curves
        The curves.
    n_components : int
        The number of components of each, K.
    rng : int or numpy.random.Generator, optional
        Seed or generator, from which each curve gets its own: the answers depend on it, never on `workers`.
    workers : int or map-like callable, default 1
        A number of processes (−1: one a core), or a callable such as `client.get_executor().map` of a Dask client; it
        is handed chunks of curves.
    progress : bool, default False
        Show a bar.
    **options
        What else `fit` takes, the same for all. On noisy curves most of the time goes into making sure; `n_starts=3`
        looks less long, and no fit is confirmed.

    Returns
    -------
    list of FitResult or Exception
        In the order of the curves; an exception where `fit` raised one.

    Raises
    ------
    ValueError, TypeError
        At once for what is wrong with all curves.
    KeyboardInterrupt
        With the list so far as its `.result`.

    Examples
    --------
    >>> from gmm_helpers import classic
    >>> x, density = classic()
    >>> [result.success for result in fit_many(x, [density, density], 3, rng=0)]
    [True, True]
    """
    curves = curves_with_seeds(x, densities, rng)
    inspect.signature(fit).bind(x, densities, n_components, **options)  # an option that `fit` doesn't have
    check_integer("n_components", n_components)
    check_options(options.get("method", "LM"), options.get("options"), options.get("callback"))
    work, results = partial(_fit_or_reason, n_components=n_components, options=options), []
    try:
        for result in map_curves(work, curves, workers, progress):
            results.append(result)
    except KeyboardInterrupt as interrupt:
        interrupt.result = results  # type: ignore[attr-defined]
        raise
    return results


def _fit_or_reason(x, density, seed, n_components, options):
    """The fit of one curve, or the exception that says why there is none (its traceback, which travels badly and
    would keep the whole call alive, stays behind)."""
    try:
        return fit(x, density, n_components, rng=seed, **options)
    except Exception as reason:
        return reason.with_traceback(None)
