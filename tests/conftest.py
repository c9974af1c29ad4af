"""Shared by the tests: one BLAS thread, a plain drawing backend, and each notebook run at most once."""

import os

# More threads make the tiny arrays of this course slower, and timings a lottery. Kernels inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")

import re
from importlib.util import find_spec

import pytest
from chapters import PATHS, shared_run
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

ROOT = PATHS[0].parents[1]
pytest.register_assert_rewrite("curves")

# No clock in a test; in CI the same examples each time, elsewhere new ones.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def drives_browser(path):
    return "from playwright" in path.read_text()


def pytest_ignore_collect(collection_path):
    """Leave out what drives a browser where the group `browser` isn't installed."""
    if collection_path.name.startswith("test_") and find_spec("playwright") is None:
        return drives_browser(collection_path) or None
    return None


def pytest_report_header():
    if find_spec("playwright") is None:
        return "left out: what drives a browser. For that too: uv run --all-groups pytest -m browser"
    return None


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(items):
    """Mark as slow what executes any chapter but the first."""
    for item in items:
        if "executed" in item.fixturenames and f"[{PATHS[0].stem}]" not in item.nodeid:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("network") is None)  # the longest first


class InGroups(LoadScopeScheduling):
    """Each test goes to the next process that is free; but those of a chapter share one, which executes it, and so
    do those of a file that drives a browser: its server and its page are costly."""

    def _split_scope(self, nodeid):
        path, _, name = nodeid.partition("::")
        chapter = re.search(r"\d\d_\w+", name)
        return path if drives_browser(ROOT / path) else chapter[0] if chapter else nodeid


def pytest_xdist_make_scheduler(config, log):
    return InGroups(config, log)


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """A function of a notebook's path that returns its `Run`."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "executed"
    folder.mkdir(exist_ok=True)
    home = tmp_path_factory.mktemp("ipython")
    return lambda path: shared_run(path, home, folder)
