"""The stored studies of chapter 8: a part is run again, and the notebook quotes what is stored."""

import numpy as np
import pytest
from test_lessons import STORED, quoted

import lessons_08 as studies  # isort: skip  # found by way of test_lessons

NOTEBOOK = "08_fit_your_own_density.ipynb"


def test_chapter_8_quotes_its_studies():
    assert quoted(NOTEBOOK, "CLASSIC_HELD") == [round(share, 3) for share in STORED["coverage"]["classic"]]
    pairs = quoted(NOTEBOOK, "PAIRS_HELD")
    assert pairs == {gap: round(share, 3) for gap, share in STORED["coverage"]["pairs"].items()}
    for name in ("lmfit", "astropy"):
        told = [(rounded(e["loss"]), round(e["smallest area"], 3)) for e in STORED["comparison"][name].values()]
        assert quoted(NOTEBOOK, name.upper()) == told


def rounded(loss):
    """To a thousandth, or to its first digit."""
    return round(loss, 3) if loss >= 1e-3 else float(f"{loss:.0e}")


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


@pytest.mark.parametrize("name", ["fit", "curve_fit", "sklearn"])
def test_what_runs_in_the_notebook_compares_as_stored(name):
    for case, curve in studies.curves().items():
        told, stored = studies.told(studies.TOOLS[name], *curve), STORED["comparison"][name][case]
        assert (told is None) == (stored is None), case
        if told and max(told["loss"], stored["loss"]) > 1e-12:
            assert told["loss"] == pytest.approx(stored["loss"], rel=0.02), case
