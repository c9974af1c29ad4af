"""Where work runs: here, in processes of our own, or wherever a map-like callable takes it."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from ..validation import check_integer

__all__ = ["Workers", "mapper"]

Workers = int | Callable[[Callable[..., Any], Iterable[Any]], Iterable[Any]]  # a number of processes, or a map


@contextmanager
def mapper(workers: Workers) -> Iterator[Callable[[Callable[..., Any], Iterable[Any]], Iterable[Any]]]:
    """`workers` as a map-like callable: itself, the lazy `map`, or the map of a pool that ends with the block.

    workers: as in SciPy, a number of processes (−1: one a core) or a map-like callable. Raises `ValueError` or
    `TypeError` for anything else. A process that dies makes the pool's map raise `BrokenExecutor`. Where Python can
    start no process, in a browser, it warns and goes on in this one.
    """
    if not callable(workers) and workers != -1:
        check_integer("workers", workers)
    if callable(workers):
        yield workers
    elif workers == 1 or not (pool := _pool(workers)):
        yield map
    else:
        try:
            yield pool.map
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _pool(workers: int) -> Executor | None:
    try:
        from concurrent.futures import ProcessPoolExecutor  # here: a browser's Python can't import it
    except ImportError:
        sentence = f"`workers={workers}` needs processes, which Python can't start here: it goes on in one"
        warnings.warn(sentence, RuntimeWarning, stacklevel=5)
        return None
    return ProcessPoolExecutor(os.cpu_count() if workers == -1 else workers, get_context("spawn"))
