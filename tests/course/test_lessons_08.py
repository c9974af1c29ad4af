"""The stored studies of chapter 8: a part is run again, and the notebook quotes what is stored."""

import numpy as np
import pytest
from test_lessons import STORED, quoted

import lessons_08 as studies  # isort: skip  # found by way of test_lessons

pytestmark = pytest.mark.slow
NOTEBOOK = "08_fit_your_own_density.ipynb"


def test_chapter_8_quotes_its_studies():
    assert quoted(NOTEBOOK, "CLASSIC_HELD") == [round(share, 3) for share in STORED["coverage"]["classic"]]
    pairs = quoted(NOTEBOOK, "PAIRS_HELD")
    assert pairs == {gap: round(share, 3) for gap, share in STORED["coverage"]["pairs"].items()}
    assert quoted(NOTEBOOK, "MET") == STORED["comparison"]


def test_intervals_hold_the_truth_as_often_as_they_promise():
    assert 0.90 <= min(STORED["coverage"]["classic"]) <= max(STORED["coverage"]["classic"]) <= 0.98
    again = studies.held(studies.CLASSIC, studies.X, 60, seed=1)
    assert again == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 60))


def test_intervals_of_near_pairs_break_their_promise_the_sooner_the_nearer():
    pairs = STORED["coverage"]["pairs"]
    assert pairs["2"] < 0.7 < 0.88 < pairs["3"]
    assert min(pairs[gap] for gap in "456") > 0.92


def test_a_kernel_widens_and_the_bandwidth_taken_off_mends_it():
    stored = STORED["kernel"]
    assert stored["within 3 errors, after"] >= 0.97
    assert stored["within 3 errors, before"] < 0.5
    before, after, ratio = studies.kernel_errors(100, resamples=15)
    assert np.all(before > after)
    assert before[1] > 10
    assert np.all(abs(after) < 4)
    assert np.all(ratio > 3)  # errors off the residual are that much too small


def test_a_mystery_is_named_by_bic_or_lies_near():
    stored = STORED["mysteries"]
    assert stored["within 6 of the best BIC"] >= 0.95 * stored["curves"]
    assert stored["BIC right"] > 2 * stored["AIC right"]
    assert stored["within 3 errors"] > 0.95
    right, _, near, inside = studies.one_mystery(3, most=5)
    assert right
    assert near
    assert inside.mean() > 0.8


@pytest.mark.parametrize("kind", studies.KINDS)
def test_tools_meet_curves_about_as_often_as_stored(kind):
    """Within four standard deviations, and one curve: on another processor a walk may end elsewhere."""
    few = {name: studies.TOOLS[name] for name in ("fit", "curve_fit")}
    for name, met in studies.met(*studies.KINDS[kind], 5, few).items():
        share = STORED["comparison"][kind][name] / 40
        assert abs(met - 5 * share) <= 4 * np.sqrt(5 * share * (1 - share)) + 1, name


def test_fit_meets_nearly_all_and_what_it_is_compared_with_fails_where_the_notebook_says():
    for kind, met in STORED["comparison"].items():
        assert met["fit"] >= 37, kind
        assert met["sklearn"] == 0, kind
    rivals = {
        kind: [met[name] for name in ("curve_fit", "lmfit", "astropy")] for kind, met in STORED["comparison"].items()
    }
    assert min(rivals["three peaks"]) > 30
    assert max(rivals["hidden bell"]) == 0
    assert max(rivals["five for three"]) < 10
