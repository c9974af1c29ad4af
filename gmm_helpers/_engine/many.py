"""Many curves: those of a chunk are fitted in lock-step, chunks are spread over workers, and none is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from functools import partial
from typing import Any

import numpy as np

from .workers import Workers, mapper

__all__ = ["curves_with_seeds", "is_shared", "map_curves"]

CHUNK = 25  # curves sent to a process at a time: a fit takes milliseconds, about as long as sending one curve

Curve = tuple[Any, Any, Any, int]  # x, density, sigma, seed


def curves_with_seeds(x: Any, densities: Any, sigma: Any, rng: Any) -> list[Curve]:
    """(x, density, sigma, seed) for each curve; no generators, since Dask takes long to look through those."""
    densities = _rows(densities)
    if not densities or np.ndim(densities[0]) == 0:
        raise ValueError(f"`densities` must be a list of curves, got {'none' if not densities else 'numbers'}")
    M = len(densities)
    columns = {"x": x, "densities": densities, "sigma": sigma}
    columns = {name: [values] * M if is_shared(values) else _rows(values) for name, values in columns.items()}
    for name, rows in columns.items():
        if len(rows) != M:
            raise ValueError(f"`{name}` must be one for all curves, or one for each, got {len(rows)} for {M}")
        pairs: list[Any] = list(zip(rows, columns["x"], strict=True))
        if all(np.iterable(row) and np.iterable(grid) and len(row) != len(grid) for row, grid in pairs):  # type: ignore[arg-type]
            n, N = map(len, pairs[0])
            raise ValueError(f"`{name}` must have one entry for each x, got {n} for {N} in the first curve")
    seeds = np.random.default_rng(rng).integers(2**63, size=M).tolist()
    return list(zip(*columns.values(), seeds, strict=True))


def is_shared(values: Any) -> bool:
    """Whether it is a number, or one array for all curves."""
    dimensions = getattr(values, "ndim", None)  # a DataFrame's rows are not what it iterates over
    if dimensions is None:
        dimensions = 1 + np.ndim(next(iter(values), 0)) if np.iterable(values) else 0
    return bool(dimensions < 2)


def _rows(values: Any) -> list[Any]:
    return list(np.asanyarray(values) if hasattr(values, "ndim") else values)


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
