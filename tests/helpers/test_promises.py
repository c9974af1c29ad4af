"""docs/promises.md: every promise stands there, and a few more trials of each agree."""

import sys
from pathlib import Path

import numpy as np
import pytest

from gmm_helpers import fit

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def promises():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import promises
    finally:
        sys.path.pop(0)
    return promises


@pytest.mark.slow
@pytest.mark.usefixtures("promises")
def test_thirteen_bells_on_two_hundred_points_make_no_step_singular():
    """This curve did, while the least damping of a number didn't grow with the scale of the others."""
    import problems

    _, x, density, K, options = problems.anything(711_464)
    assert np.isfinite(fit(x, density, K, rng=711_464, **options).loss)


@pytest.mark.slow
@pytest.mark.usefixtures("promises")
def test_an_area_whose_error_is_nought_is_a_sure_one():
    """Here its error is smaller than any float; dividing by it warned."""
    import problems

    _, x, density, K, options = problems.anything(761_253)
    assert all(fit(x, density, K, rng=761_253, **options).diagnosis)


def test_every_promise_stands_on_its_page(promises):
    rows = [line.split("|")[1].strip() for line in promises.PAGE.read_text().splitlines() if line.startswith("| ")]
    assert rows[1:] == [promise.says for promise in promises.PROMISES]


@pytest.mark.slow
def test_a_few_more_trials_agree(promises):
    """Three standard errors of four curves, whose numbers go together, below the share that counts as kept."""
    for promise in promises.PROMISES:
        answers = promises.kept(promise, range(40_000, 40_004))
        room = 3 * np.sqrt(promise.least * (1 - promise.least) / 4)
        assert answers.mean() >= promise.least - room, promise.says
