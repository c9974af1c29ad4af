"""Shared by the tests: one BLAS thread, a plain drawing backend, and each notebook run at most once per edition."""

import os

# More threads make the tiny arrays of this course slower, and timings a lottery. Kernels inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")

import pytest
from editions import run
from hypothesis import settings

# No clock in a test; in CI the same examples each time, elsewhere new ones.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """What shares the executed notebooks shares a process; else a file does."""
    for item in items:
        shares = "executed" in item.fixturenames
        item.add_marker(pytest.mark.xdist_group("executed" if shares else item.path.stem))


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """A function of a notebook's path and an edition ("untouched" or "solved") that returns its `Run`."""
    done = {}
    home = tmp_path_factory.mktemp("ipython")

    def executed(path, edition):
        if (path, edition) not in done:
            done[path, edition] = run(path, edition, home)
        return done[path, edition]

    return executed
