"""Many curves: those of a chunk are fitted in lock-step, chunks are spread over workers, and none is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from functools import partial
from typing import Any

import numpy as np

from .workers import Workers, mapper

__all__ = ["curves_with_seeds", "map_curves"]

CHUNK = 25  # curves sent to a process at a time: a fit takes milliseconds, about as long as sending one curve

Curve = tuple[Any, Any, int]  # x, density, seed


def curves_with_seeds(x: Any, densities: Any, rng: Any) -> list[Curve]:
    """(x, density, seed) for each curve; no generators, since Dask takes long to look through those."""
    densities = list(np.asanyarray(densities) if hasattr(densities, "ndim") else densities)  # of a DataFrame the rows
    if not densities or np.ndim(densities[0]) == 0:
        raise ValueError(f"`densities` must be a list of curves, got {'none' if not densities else 'numbers'}")
    grids = list(x) if np.ndim(next(iter(x), 0)) else [x] * len(densities)
    if len(grids) != len(densities):
        raise ValueError(f"`x` must be one grid, or one for each curve, got {len(grids)} for {len(densities)}")
    seeds = np.random.default_rng(rng).integers(2**63, size=len(densities)).tolist()
    return list(zip(grids, densities, seeds, strict=True))


def map_curves(fit_chunk: Callable[[list[Curve]], list[Any]], curves: list[Curve], workers: Workers) -> Iterator[Any]:
    """Yield what fit_chunk makes of each curve, in order. Where a process dies, its chunks are done anew, a process a
    curve, so that the exception stands at the curve that is to blame, and the rest is kept."""
    size = CHUNK if workers == 1 else min(CHUNK, -(-len(curves) // 16))  # few curves: enough chunks for everyone
    chunks = [curves[i : i + size] for i in range(0, len(curves), size)]
    done = 0
    try:
        with mapper(workers) as run_all:
            for results in run_all(fit_chunk, chunks):
                done += len(results)
                yield from results
    except BrokenExecutor:
        for i in range(done, len(curves)):
            yield _in_its_own_process(fit_chunk, curves[i], i)


def _in_its_own_process(fit_chunk: Callable[[list[Curve]], list[Any]], curve: Curve, i: int) -> Any:
    try:
        with mapper(2) as run_all:
            return next(iter(run_all(partial(fit_chunk), [[curve]])))[0]
    except BrokenExecutor:
        return RuntimeError(f"curve {i} ended the process that fitted it")
