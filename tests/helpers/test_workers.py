"""Starts spread over workers: one answer wherever they run, and a failure there is the caller's to see."""

import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from gmm_helpers import CLASSIC, classic, fit, fit_once, log_std_prior
from gmm_helpers._engine.workers import one_thread

X, DENSITY = classic()
NOISY = DENSITY + 0.01 * np.random.default_rng(0).normal(size=X.size)
K = 4


@contextmanager
def threads():
    with ThreadPoolExecutor(2) as pool:
        yield pool.map


@contextmanager
def processes():
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool.map


@contextmanager
def dask_cluster():
    """A scheduler and two worker processes on this machine, seen by nobody else."""
    distributed = pytest.importorskip("distributed", reason="distributed is missing: `pip install gmm_helpers[dask]`")
    settings = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with distributed.LocalCluster(**settings) as cluster, distributed.Client(cluster) as client:
        yield client.get_executor().map


everywhere = pytest.mark.parametrize("place", [threads, processes, pytest.param(dask_cluster, marks=pytest.mark.slow)])


class Recorder:
    """A map that keeps what it was asked to do, and says that it was asked."""

    def __init__(self, workers):
        self.workers, self.jobs = workers, []

    def __call__(self, function, jobs):
        jobs = list(jobs)
        self.jobs += [(function, job) for job in jobs]
        return self.workers(function, jobs)


def answer(result):
    """What a search found, to the last bit, and what its other walks came to. A walk that lost its way (a bell
    blown up beyond all bounds) may differ in rounding: MINPACK is no function of its input there."""
    losses = [f"{run.loss:.6e}" for run in result.runs]
    return result.x.tolist(), result.loss, result.success, result.message, result.diagnosis, losses


def search(workers, **options):
    return fit(X, NOISY, K, rng=3, n_starts=8, workers=workers, **options)


@pytest.fixture(scope="module")
def reference():
    return answer(search(1))


@everywhere
def test_the_answer_is_the_same_wherever_the_starts_run(place, reference):
    with place() as workers:
        recorder = Recorder(workers)
        assert answer(search(recorder)) == reference
        assert len(recorder.jobs) >= 8
        with pytest.raises(Unlucky, match="no more"):  # what fails there is raised here
            search(workers, prior=failing_prior)
        assert answer(search(workers)) == reference  # and the workers go on
        assert (os.getpid() in workers(whoami, range(2))) == (place is threads)


def test_processes_by_number(reference):
    assert answer(search(2)) == reference


def test_a_search_that_ends_by_itself_ends_alike():
    with threads() as workers:
        assert answer(fit(X, NOISY, 3, rng=0, workers=workers)) == answer(fit(X, NOISY, 3, rng=0))


@pytest.mark.parametrize("method", ["LM", "BFGS"])
def test_work_travels_and_comes_home_the_same(method):
    recorder = Recorder(map)
    search(recorder, method=method, prior=log_std_prior(2, 1e-4))
    for function, job in recorder.jobs[:3]:
        there, starts = pickle.loads(pickle.dumps((function, job)))
        (here,), (away,) = function(job), pickle.loads(pickle.dumps(there(starts)))
        np.testing.assert_array_equal(away.theta, here.theta)
        assert (away.fun, away.status, away.nfev) == (here.fun, here.status, here.nfev)


def test_where_python_has_no_processes_it_says_so_and_goes_on_in_one():
    """As in a browser, whose Python lacks the module that `multiprocessing` is built on."""
    code = """
import sys
sys.modules["_multiprocessing"] = None
import numpy as np
from gmm_helpers import classic, fit, fit_many
x, density = classic()
alone, together = fit(x, density, 3, rng=0), fit(x, density, 3, rng=0, workers=2)
assert np.array_equal(alone.x, together.x) and together.success
assert all(r.success for r in fit_many(x, [density] * 2, 3, rng=0, workers=-1))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    sentence = "RuntimeWarning: `workers={}` needs processes, which Python can't start here: it goes on in one"
    assert run.returncode == 0, run.stderr
    assert re.findall("RuntimeWarning: .*", run.stderr) == [sentence.format(2), sentence.format(-1)]
    assert run.stderr.count("<string>:7:") == 1  # the caller's line


def test_a_failure_in_numbered_processes_reaches_the_caller():
    with pytest.raises(Unlucky, match="no more"):
        search(2, prior=failing_prior)


def test_work_that_cannot_travel_says_so():
    with processes() as workers, pytest.raises((AttributeError, pickle.PicklingError), match=r"pickle|local object"):
        search(workers, prior=lambda weights, _means, _stds: weights)


# What travels must be found by its name where it arrives.


class Unlucky(Exception):
    """An error that is nobody else's."""


def failing_prior(_weights, _means, _stds):
    raise Unlucky("no more")


def whoami(_job):
    return os.getpid()


def blas_threads():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_linear_algebra_keeps_to_one_thread_and_gives_the_others_back():
    seen = []
    with threadpool_limits(2, user_api="blas"):
        fit_once(X, NOISY, CLASSIC, callback=lambda _: seen.append(blas_threads()))
        assert blas_threads() == {2}
        with one_thread:  # as from two threads of Python at once
            with one_thread:
                pass
            assert blas_threads() == {1}
        assert blas_threads() == {2}
    assert seen
    assert all(each == {1} for each in seen)
