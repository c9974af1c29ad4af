"""A search over its runs, and many curves over their chunks: here, or spread over workers, and none is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from .lockstep import Start
from .prepare import is_shared, prepare
from .problem import Problem
from .run import Run, Search
from .search import Settings, drive, run_each, search
from .workers import Workers, mapper, one_thread

__all__ = ["curves_with_seeds", "search_alone", "search_many"]

CHUNK = 25  # curves sent to a process at a time: a fit takes milliseconds, about as long as sending one curve

Curve = tuple[Any, Any, Any, int]  # x, density, sigma, seed
Found = Search | Exception


def search_alone(problem: Problem, settings: Settings, runs: list[Run], workers: Workers, progress: bool) -> Search:
    """One search; the runs of a round go all together here, or one by one over the workers. runs: see `search`."""
    with one_thread, mapper(workers) as run_all, _counter(progress, settings.n_starts, "start") as count:

        def run_round(starts: list[Start]) -> list[Run]:
            chunks = [starts] if workers == 1 else [[start] for start in starts]
            done = [run for some in run_all(partial(run_each, settings=settings), chunks) for run in some]
            count(len(done))
            return done

        ((_, found),) = drive([search(problem, settings, runs)], run_round)
    if isinstance(found, Exception):
        raise found
    return found


def search_many(
    curves: list[Curve], n_components: int, about: dict[str, Any], workers: Workers, progress: bool
) -> Iterator[Found]:
    """Yield each curve's search, or the exception that says why there is none, in order. about: see `prepare`."""
    search_chunk = partial(_search_chunk, n_components=n_components, about=about)
    with _counter(progress, len(curves), "curve") as count:
        for found in _map_curves(search_chunk, curves, workers):
            yield found
            count(1)


@contextmanager
def _counter(progress: bool, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
    """What is told how many more are done: a bar, or nobody, since even a disabled bar takes its time."""
    if not progress:
        yield lambda _: None
        return
    with tqdm(total=total, unit=unit) as bar:
        yield bar.update


def _search_chunk(curves: list[Curve], n_components: int, about: dict[str, Any]) -> list[Found]:
    """The searches go on in lock-step. An exception leaves its traceback behind, which travels badly and would keep the
    whole call alive."""
    results: dict[int, Found] = {}
    searches: dict[int, Any] = {}
    for i, (x, density, sigma, seed) in enumerate(curves):
        try:
            problem, settings = prepare(x, density, n_components, sigma=sigma, rng=seed, **about)
        except Exception as reason:
            results[i] = reason.with_traceback(None)
        else:
            searches[i] = search(problem, settings, [])
    whose = list(searches)
    with one_thread:
        for j, found in drive(list(searches.values()), lambda starts: run_each(starts, settings)):
            results[whose[j]] = found.with_traceback(None) if isinstance(found, Exception) else found
    return [results[i] for i in range(len(curves))]


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


def _rows(values: Any) -> list[Any]:
    return list(np.asanyarray(values) if hasattr(values, "ndim") else values)


def _map_curves(
    search_chunk: Callable[[list[Curve]], list[Found]], curves: list[Curve], workers: Workers
) -> Iterator[Found]:
    """Yield what search_chunk makes of each curve, in order. Where a process dies, its chunks are done anew, a process
    a curve, so that the exception stands at the curve that is to blame, and the rest is kept."""
    size = CHUNK if workers == 1 else min(CHUNK, -(-len(curves) // 16))  # few curves: enough chunks for everyone
    chunks = [curves[i : i + size] for i in range(0, len(curves), size)]
    done = 0
    try:
        with mapper(workers) as run_all:
            for results in run_all(search_chunk, chunks):
                done += len(results)
                yield from results
    except BrokenExecutor:
        for i in range(done, len(curves)):
            yield _in_its_own_process(search_chunk, curves[i], i)


def _in_its_own_process(search_chunk: Callable[[list[Curve]], list[Found]], curve: Curve, i: int) -> Found:
    try:
        with mapper(2) as run_all:
            return next(iter(run_all(search_chunk, [[curve]])))[0]
    except BrokenExecutor:
        return RuntimeError(f"curve {i} ended the process that fitted it")
