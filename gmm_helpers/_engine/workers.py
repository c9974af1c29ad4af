"""Where work runs: here, in processes of our own, or wherever a map-like callable takes it."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import ContextDecorator, contextmanager
from multiprocessing import get_context
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

from ..validation import check_integer

__all__ = ["Workers", "mapper", "one_thread"]

Workers = int | Callable[[Callable[..., Any], Iterable[Any]], Iterable[Any]]  # a number of processes, or a map


class _OneThread(ContextDecorator):
    """Inside, linear algebra keeps to one thread: on matrices as small as ours several wait for each other for longer
    than they work, ten times as long where other processes run. Threads of Python share it: the last one out restores
    what the first one found."""

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._controller: ThreadpoolController | None = None  # it takes milliseconds to make, so not on import

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._controller = self._controller or ThreadpoolController()
                self._limits = self._controller.limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limits.restore_original_limits()


one_thread = _OneThread()


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

        return ProcessPoolExecutor(os.cpu_count() if workers == -1 else workers, get_context("spawn"))
    except (ImportError, NotImplementedError):  # the latter from Python 3.13 on
        sentence = f"`workers={workers}` needs processes, which Python can't start here: it goes on in one"
        warnings.warn(sentence, RuntimeWarning, stacklevel=6)
        return None
