"""Chapter 8: the same fit for many curves, on one core or a cluster; none is lost."""

import inspect
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from .checks import Rng, check_integer
from .descent import check_options
from .restarts import fit
from .result import FitResult
from .workers import Workers, mapper

__all__ = ["fit_many"]

CHUNK = 25  # curves that travel together: a fit of milliseconds is shorter than its journey


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
    """Fit a mixture of K Gaussians to each of M curves. Returns a list (M,) in their order: a `FitResult` for each,
    or, where `fit` raised one, the exception.

    x: (N,), the grid of all curves, or a list of grids, one a curve; densities: (M, N), or a list of curves;
    options: what else `fit` takes, the same for all. rng: seed or generator, from which each curve gets its own: the
    answers depend on it, never on workers. workers: a number of processes (−1: one a core) or a map-like callable,
    such as `client.get_executor().map` of a Dask client; it is handed chunks of curves. progress: show a bar.
    On noisy curves most of the time goes into making sure; `n_starts=3` looks less long, and no fit is confirmed.

    Raises `ValueError` or `TypeError` at once for what is wrong with all curves. On `KeyboardInterrupt` the list so
    far is the exception's `.result`.
    """
    curves = _curves(x, densities, rng)
    inspect.signature(fit).bind(x, densities, n_components, **options)  # an option that `fit` doesn't have
    check_integer("n_components", n_components)
    check_options(options.get("method", "LM"), options.get("options"), options.get("callback"))
    size = min(CHUNK, -(-len(curves) // 16))  # few curves: enough chunks for everyone
    chunks = [curves[i : i + size] for i in range(0, len(curves), size)]
    work, results = partial(_fit_each, n_components=n_components, options=options), []
    try:
        with mapper(workers) as run_all, tqdm(total=len(curves), disable=not progress, unit="curve") as bar:
            for done in run_all(work, chunks):
                results += done
                bar.update(len(done))
    except KeyboardInterrupt as interrupt:
        interrupt.result = results  # type: ignore[attr-defined]
        raise
    return results


def _curves(x, densities, rng):
    """(x, density, seed) for each curve; no generators, for Dask takes long to look through those."""
    densities = list(np.asarray(densities) if hasattr(densities, "ndim") else densities)  # of a DataFrame the rows
    if not densities or np.ndim(densities[0]) == 0:
        raise ValueError(f"`densities` must be a list of curves, got {'none' if not densities else 'numbers'}")
    grids = list(x) if np.ndim(next(iter(x), 0)) else [x] * len(densities)
    if len(grids) != len(densities):
        raise ValueError(f"`x` must be one grid, or one for each curve, got {len(grids)} for {len(densities)}")
    seeds = np.random.default_rng(rng).integers(2**63, size=len(densities)).tolist()
    return list(zip(grids, densities, seeds, strict=True))


def _fit_each(curves, n_components, options):
    return [_fit_or_reason(*curve, n_components, options) for curve in curves]


def _fit_or_reason(x, density, seed, n_components, options):
    """The fit of one curve, or the exception that says why there is none (its traceback, which travels badly and
    would keep the whole call alive, stays behind)."""
    try:
        return fit(x, density, n_components, rng=seed, **options)
    except Exception as reason:
        return reason.with_traceback(None)
