"""Where work runs: here, in processes of our own, or wherever a map-like callable takes it."""

import os
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from ..validation import check_integer

__all__ = ["Workers", "mapper"]

Workers = int | Callable[[Callable[..., Any], Iterable[Any]], Iterable[Any]]  # a number of processes, or a map


@contextmanager
def mapper(workers):
    """`workers` as a map-like callable: itself, the lazy `map`, or the map of a pool that ends with the block.

    workers: as in SciPy, a number of processes (−1: one a core) or a map-like callable. Raises `ValueError` or
    `TypeError` for anything else.
    """
    if not callable(workers) and workers != -1:
        check_integer("workers", workers)
    if callable(workers):
        yield workers
    elif workers == 1:
        yield map
    else:
        with get_context("spawn").Pool(os.cpu_count() if workers == -1 else workers) as pool:
            yield pool.map
