"""Fit a mixture to a density: `fit_once` from one start, `fit` from as many as it takes, `fit_many` many curves."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import ArrayLike

from ._engine.many import curves_with_seeds, search_alone, search_many
from ._engine.methods import check_method
from ._engine.minimise import minimise
from ._engine.prepare import is_shared, prepare, prepare_once, try_what_all_share
from ._engine.run import Run, Search
from ._engine.search import summary
from ._engine.workers import Workers, one_thread
from .mixture import Mixture
from .result import FitResult
from .ties import Tie
from .validation import PriorLike, Rng, check_rng

__all__ = ["FitResults", "fit", "fit_many", "fit_once"]


def fit(
    x: ArrayLike,
    density: ArrayLike,
    n_components: int,
    *,
    method: str = "LM",
    n_starts: int | None = None,
    start: Mixture | Sequence[Mixture] | None = None,
    prior: PriorLike | None = None,
    ties: Sequence[Tie] | None = None,
    background: str | ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    mass: float | None = 1.0,
    grid_weights: str | None = None,
    nan_policy: str = "raise",
    rng: Rng = None,
    workers: Workers = 1,
    callback: Callable[..., Any] | None = None,
    progress: bool = False,
    options: dict[str, Any] | None = None,
) -> FitResult:
    """Fit a mixture of K Gaussians to a density known at N grid points, from as many starts as that takes.

    It minimises the relative loss Σ (density − ours)² / Σ density². The search starts from what the curve's curvature
    and its most prominent maxima say, then from rounds of k-means++ starts, of jittered maxima, and of the best run
    with one component relocated. It ends when nothing is left over (relative loss ≤ 2e-15), or when its budget is
    spent, which confirms nothing, or when the lowest loss is confirmed:

    - only noise is left: five independent starts have found it, four relocations that failed to better it counting for
      a start; of more than three components twenty relocations for each component past the third must have failed;
    - more is left: twenty relocations must have failed, and twenty for each component past the third; thrice as many
      where fewer than five starts have found it, and 280 where less than 1e-6 is left of a curve without noise.

    A fit with a spike, or with a component out of the points' sight or wider than the grid, must be a tenth better
    than one without (of N > 500 points, 50/N). Of more than 4,096 points the search looks at means of neighbours; the
    best is finished on all of them, as is each `start`, and where more than noise is left then, relocations follow
    until five have failed.

    Parameters
    ----------
    x : (N,) array_like
        The grid, strictly increasing or falling, even or not, in any unit.
    density : (N,) array_like
        The curve on it.
    n_components : int
        The number of components, K.
    method : str, default "LM"
        "LM", MINPACK's Levenberg–Marquardt, or any method that `fit_once` takes.
    n_starts : int, optional
        None lets the search end by itself; R runs exactly R starts.
    start : Mixture or list of Mixture, optional
        First guesses: the first runs start from them.
    prior, ties, background, sigma, mass, grid_weights, nan_policy, callback, options
        See `fit_once`.
    rng : int or numpy.random.Generator, optional
        Seed or generator of the starts. The answer depends on it, never on `workers`.
    workers : int or map-like callable, default 1
        As in SciPy: a number of processes (−1: one a core), or a callable such as a pool's `map`. A script must keep
        the call under `if __name__ == "__main__":`, since each process imports the script anew.
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
    problem, settings = prepare(
        x, density, n_components, method=method, n_starts=n_starts, start=start, prior=prior, ties=ties,
        background=background, sigma=sigma, mass=mass, grid_weights=grid_weights, nan_policy=nan_policy, rng=rng,
        callback=callback, options=options,
    )  # fmt: skip
    runs: list[Run] = []
    try:
        return _result(search_alone(problem, settings, runs, workers, progress))
    except KeyboardInterrupt as interrupt:
        if hasattr(interrupt, "run"):
            runs.append(interrupt.run)
        if runs:
            interrupt.result = _result(summary(runs))  # type: ignore[attr-defined]
        raise


def _result(found: Search) -> FitResult:
    return FitResult(found.runs[0], found)


def fit_once(
    x: ArrayLike,
    density: ArrayLike,
    start: Mixture | ArrayLike,
    *,
    method: str = "BFGS",
    prior: PriorLike | None = None,
    ties: Sequence[Tie] | None = None,
    background: str | ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    mass: float | None = 1.0,
    grid_weights: str | None = None,
    nan_policy: str = "raise",
    callback: Callable[..., Any] | None = None,
    options: dict[str, Any] | None = None,
) -> FitResult:
    """Fit a mixture to a density by one run of an optimiser from one start.

    It minimises the relative loss Σ (density − ours)² / Σ density².

    Parameters
    ----------
    x, density : (N,) array_like
        The grid, strictly increasing or falling, and the curve on it.
    start : Mixture or (3K,) array_like
        A mixture, or a free vector theta = [logits | means | log_stds], in the unit of x. With `mass=None` a mixture
        starts with the area of the curve, and the areas of a theta are exp(logits).
    method : str, default "BFGS"
        "BFGS" (`scipy.optimize.minimize`), "LM" (MINPACK's Levenberg–Marquardt), or any other method of `minimize`.
    prior : callable, optional
        A function of weights, means, stds that returns residuals: see `gmm_helpers.priors`.
    ties : list of Tie, optional
        Equations that hold exactly: `equal`, `fixed`, `ratio`, `apart`. Bounds are lmfit's.
    background : "constant", "linear" or (N, B) array_like, optional
        A background in the model, linear in its coefficients: a column for each term, as
        `numpy.vander(x - x.mean(), 4)` for a cubic.
    sigma : float or (N,) array_like, optional
        The standard deviation of each point's noise, as in `scipy.optimize.curve_fit` with `absolute_sigma=True`:
        residuals are divided by it. Infinity leaves a point out. Of counts take the root of a first fit's curve: the
        root of the counts themselves weighs the low ones too much, and areas come out low (Neyman's χ²).
    mass : float, optional, default 1.0
        The area under all components; None fits it as well.
    grid_weights : "trapezoid", optional
        Weigh the squared residuals by the trapezoidal rule: on an uneven grid the loss is then an integral.
    nan_policy : "raise" or "omit", default "raise"
        "omit" leaves out points with a NaN. Masked points are always left out.
    callback : callable, optional
        As in SciPy, `callback(intermediate_result)`, once an iteration; `StopIteration` ends the run.
    options : dict, optional
        The method's own (`gtol`, `maxiter`, …; for LM `ftol`, `xtol`, `gtol`, `maxfev`), in normalised coordinates:
        u = (x − mean)/std of the curve, and the loss relative. `hess_inv0="gauss-newton"` gives BFGS a first metric; a
        matrix is one of the free numbers, 3K − 1 of them with a given mass and no ties.

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
    chosen = check_method(method, options, callback)
    problem, phi = prepare_once(
        x, density, start, mass=mass, grid_weights=grid_weights, prior=prior, sigma=sigma, background=background,
        ties=ties, nan_policy=nan_policy,
    )  # fmt: skip
    try:
        with one_thread:
            return FitResult(minimise(phi, problem, chosen, options, callback))
    except KeyboardInterrupt as interrupt:
        if hasattr(interrupt, "run"):
            interrupt.result = FitResult(interrupt.run)  # type: ignore[attr-defined]
        raise


def fit_many(
    x: ArrayLike | Sequence[ArrayLike],
    densities: ArrayLike | Sequence[ArrayLike],
    n_components: int,
    *,
    sigma: ArrayLike | Sequence[ArrayLike] | None = None,
    rng: Rng = None,
    workers: Workers = 1,
    progress: bool = False,
    **options: Any,
) -> "FitResults":
    """Fit a mixture of K Gaussians to each of M curves.

    Parameters
    ----------
    x : (N,) array_like, or a sequence of M of them
        The grid of all curves, or a grid for each.
    densities : (M, N) array_like, or a sequence of M curves
        The curves.
    n_components : int
        The number of components of each, K.
    sigma : float, (N,) or (M, N) array_like, or a sequence of M of them, optional
        The standard deviation of the noise, the same for all curves, or a row for each: see `fit_once`.
    rng : int or numpy.random.Generator, optional
        Seed or generator, from which each curve gets its own: the answers depend on it, never on `workers`.
    workers : int or map-like callable, default 1
        A number of processes (−1: one a core), or a callable such as `client.get_executor().map` of a Dask client; it
        is handed chunks of curves.
    progress : bool, default False
        Show a bar.
    **options
        What else `fit` takes, the same for all. On noisy curves most of the time goes into making sure; `n_starts=3`
        looks less long: no fit is confirmed then, and more are wrong.

    Returns
    -------
    FitResults
        A list in the order of the curves, with a `table()`: a `FitResult` each, or the exception that `fit` raised.

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
    curves = curves_with_seeds(x, densities, sigma, check_rng(rng))
    inspect.signature(fit).bind(x, densities, n_components, **options)  # an option that `fit` doesn't have
    try_what_all_share(x, n_components, options | ({"sigma": sigma} if is_shared(sigma) else {}))
    results = FitResults()
    try:
        for found in search_many(curves, n_components, options, workers, progress):
            results.append(found if isinstance(found, Exception) else _result(found))
    except KeyboardInterrupt as interrupt:
        interrupt.result = results  # type: ignore[attr-defined]
        raise
    return results


class FitResults(list[FitResult | Exception]):
    """What `fit_many` hands out: a list, with one table of all curves.

    Examples
    --------
    >>> from gmm_helpers import classic
    >>> x, density = classic()
    >>> fit_many(x, [density], 3, rng=0).table()[0]["doubt"]
    ''
    """

    def table(self) -> list[dict[str, Any]]:
        """A row a component of a curve: `curve` (counted from 0), the columns of `FitResult.table`, and `doubt`: empty,
        or why the fit should be looked at (no success, a diagnosis, an exception)."""
        rows: list[dict[str, Any]] = []
        for i, result in enumerate(self):
            if isinstance(result, Exception):
                rows.append({"curve": i, "doubt": f"{type(result).__name__}: {result}"})
                continue
            reasons = ([] if result.success else [result.message]) + list(result.diagnosis)
            rows += [{"curve": i, **row, "doubt": "; ".join(dict.fromkeys(reasons))} for row in result.table()]
        return rows
