"""Noise as it is: counts, one `sigma` a point, points that don't count."""

import numpy as np
import pytest
from curves import bells, counting, fitted_by_scipy, told

from gmm_helpers import CLASSIC, classic, fit

COUNTED = {
    "high": (np.linspace(0, 50, 400), [(1000, 20, 2), (300, 28, 3)]),
    "low": (np.linspace(0, 20, 300), [(12, 6, 1), (9, 12, 1.5)]),
    "on an edge": (np.linspace(0, 10, 250), [(200, 0.5, 1), (80, 6, 0.7)]),
    "few points": (np.linspace(0, 10, 60), [(400, 3, 1), (200, 7, 1)]),
}


@pytest.mark.parametrize("weighed", [False, True])
def test_counting_noise_is_no_missing_bell(weighed):
    flagged = right = 0
    for seed in range(12):
        x, y = counting(seed)
        sigma = np.sqrt(np.maximum(y, 1)) if weighed else None
        result = fit(x, y, 2, mass=None, rng=seed, sigma=sigma)
        flagged += told(result, "component")
        right += result.success and abs(result.mixture.means - [40, 45]).max() < 0.1
    assert flagged <= 1
    assert right == 12


def test_few_counts_ask_for_sigma_and_whole_readings_do_not():
    x, (counts, readings) = np.linspace(0, 10, 150), (0, 0)
    for seed in range(20):
        rng = np.random.default_rng([seed, 150])
        y = rng.poisson(bells(x, (20, 3, 0.7), (8, 7, 1)) + 5).astype(float)
        counts += told(fit(x, y, 2, mass=None, background="constant", rng=0), "pass `sigma`")
        y = np.round(bells(x, (20, 3, 0.7), (10, 7, 1)) + rng.normal(size=150))
        readings += told(fit(x, y, 2, mass=None, rng=0), "pass `sigma`")
    assert counts >= 12
    assert readings <= 2


@pytest.mark.slow
def test_a_doublet_of_counts_fitted_as_one_line_is_told_of():
    x = np.arange(512.0)
    lines = bells(x, (718, 120, 5), (142, 260, 7), (103, 276, 7), (18, 400, 9))
    for seed in range(8):
        y = np.random.default_rng(seed).poisson(5 + 60 * np.exp(-x / 250) + lines)
        about = {"mass": None, "background": np.column_stack([np.ones(512), np.exp(-x / 250)]), "rng": 0}
        first = fit(x, y, 3, **about)
        merged = fit(x, y, 3, sigma=np.sqrt(np.maximum(first.curve(x), 0.1)), **about)
        assert told(merged, "χ² is 1") or told(merged, "one more component lowers the squares")
        first = fit(x, y, 4, **about)
        right = fit(x, y, 4, sigma=np.sqrt(np.maximum(first.curve(x), 0.1)), **about)
        assert right.success
        assert abs(right.mixture.means - [120, 260, 276, 400]).max() < 4
        assert not right.is_refuted


def test_a_bell_that_is_missing_is_told_of_under_counting_noise():
    assert all(told(fit(*counting(seed), 1, mass=None, rng=0), "component") for seed in range(4))


@pytest.mark.parametrize(("x", "truth"), COUNTED.values(), ids=COUNTED)
def test_other_counts(x, truth):
    expected = bells(x, *truth)
    flagged, missed = 0, 0
    for seed in range(10):
        y = np.random.default_rng(seed).poisson(expected).astype(float)
        result = fit(x, y, 2, mass=None, rng=0)
        flagged += told(result, "component")
        missed += not told(fit(x, y, 1, mass=None, rng=0), "component")
        assert result.success
    assert flagged <= 1
    assert missed <= (10 if expected.max() < 20 else 0)  # a dozen counts may not tell


@pytest.mark.parametrize("sigma", [None, 0.04])
def test_few_points_with_the_right_number_of_bells_are_not_blamed(sigma):
    x = np.linspace(0, 10, 30)
    for seed in range(5):
        y = bells(x, (1, 3, 0.9), (0.7, 7, 1)) + 0.04 * np.random.default_rng(seed).normal(size=30)
        assert not any("component" in sentence for sentence in fit(x, y, 2, mass=None, sigma=sigma, rng=0).diagnosis)


# `sigma`


def test_chi2_aic_and_bic_by_their_definitions():
    x, y = counting(3)
    sigma = np.sqrt(np.maximum(y, 1))
    result = fit(x, y, 2, mass=None, rng=0, sigma=sigma)
    chi2 = float(np.sum(((y - result.pdf(x)) / sigma) ** 2))
    assert result.chi2 == pytest.approx(chi2)
    assert result.aic == pytest.approx(chi2 + 2 * 6)
    assert result.bic == pytest.approx(chi2 + np.log(2000) * 6)
    other = fit(x, y, 3, mass=None, rng=0, sigma=sigma)
    assert other.chi2 <= chi2 * (1 + 1e-6)
    assert other.bic > result.bic


@pytest.mark.parametrize("unit", [1.0, 1e-6, 1e5])
def test_sigma_weighs_as_curve_fit_does(unit):
    x = np.linspace(0, 30, 250)
    truth = [(10, 10, 2), (6, 20, 3)]
    sigma = 0.05 + 0.4 * (x / 30) ** 2
    y = bells(x, *truth) + sigma * np.random.default_rng(5).normal(size=250)
    values, errors = fitted_by_scipy(x, y, sigma, truth)
    result = fit(x, unit * y, 2, mass=None, rng=0, sigma=unit * sigma)
    assert result.success
    assert result.areas == pytest.approx(unit * values[0], rel=1e-5)
    assert result.mixture.means == pytest.approx(values[1], rel=1e-5)
    assert result.mixture.stds == pytest.approx(values[2], rel=1e-5)
    found = result.standard_errors()
    assert found.means == pytest.approx(errors[1], rel=1e-3)
    assert found.stds == pytest.approx(errors[2], rel=1e-3)
    assert found.areas == pytest.approx(unit * errors[0], rel=1e-3)


def test_one_sigma_for_all_points_moves_nothing_but_the_errors():
    x, y = classic()
    y = y + 0.002 * np.random.default_rng(0).normal(size=x.size)
    bare, told_so = fit(x, y, 3, rng=0), fit(x, y, 3, rng=0, sigma=0.002)
    assert told_so.mixture.means == pytest.approx(bare.mixture.means, rel=1e-6)
    freedom = x.size - 8
    factor = np.sqrt(told_so.chi2 / freedom)
    assert bare.standard_errors().means == pytest.approx(factor * told_so.standard_errors().means, rel=1e-4)
    assert fit(x, y, 3, rng=0, sigma=np.full(75, 0.002)).x == pytest.approx(told_so.x, rel=1e-9)


@pytest.mark.parametrize(("unit", "is_told"), [(100, True), (1, False)])
def test_a_sigma_in_another_unit_than_the_curve_is_told_of(unit, is_told):
    """Of a histogram's heights the errors of its counts are too large."""
    x, counts = counting(0)
    sigma = np.sqrt(np.maximum(counts, 1))
    result = fit(x, counts / unit, 2, mass=None, sigma=sigma, rng=0)
    assert told(result, "is it in the curve's unit?") == is_told


def test_a_faint_bell_below_a_right_sigma_is_not_told_of():
    x = np.linspace(0, 100, 1000)
    for seed in range(5):
        y = bells(x, (0.7, 50, 8)) + np.random.default_rng(seed).normal(size=1000)
        assert not told(fit(x, y, 1, mass=None, sigma=1.0, rng=0), "sigma")


@pytest.mark.parametrize(("times", "word"), [(0.05, "too small"), (0.5, "too small"), (1, ""), (5, "too large")])
def test_a_sigma_that_is_not_the_noise_is_told(times, word):
    x = np.arange(200.0)
    for seed in range(3):
        y = bells(x, (1, 50, 8), (0.6, 120, 15)) + 0.02 * np.random.default_rng(seed).normal(size=200)
        result = fit(x, y, 2, mass=None, sigma=0.02 * times, rng=0)
        assert [word in sentence for sentence in result.diagnosis] == ([True] if word else [])
        assert result.is_refuted == (word == "too small")


@pytest.mark.parametrize(("scale", "level"), [(1, 0.2), (10, 2), (100, 2)])
def test_counts_without_sigma_are_known_by_their_noise(scale, level):
    x = np.arange(800.0)
    expected = level + scale * bells(x, (5, 200, 6), (3, 420, 9))
    for seed in range(4):
        rng = np.random.default_rng([1000, seed])
        y, even = rng.poisson(expected).astype(float), expected + np.sqrt(scale) * rng.normal(size=800)
        about = {"mass": None, "background": "constant", "rng": 0}
        assert told(fit(x, y, 2, **about), "counts")
        assert not told(fit(x, y, 2, sigma=np.sqrt(np.maximum(expected, 1)), **about), "counts")
        assert not told(fit(x, even, 2, **about), "counts")


# Points that don't count


def test_a_point_that_does_not_count_may_hold_anything():
    x, y = classic()
    sigma = np.ones(75)
    sigma[[3, 40, 74]] = np.inf
    spoilt = y.copy()
    spoilt[[3, 40, 74]] = [-1e6, 1e9, -3]
    result = fit(x, spoilt, 3, rng=0, sigma=sigma)
    assert result.success
    assert result.mixture.means == pytest.approx(CLASSIC.means, abs=1e-6)


@pytest.mark.parametrize("kept", [slice(None, None, 2), slice(0, 60), slice(20, None)])
def test_points_left_out_leave_the_count_of_points_as_well(kept):
    rng = np.random.default_rng(8)
    x = np.linspace(0, 25, 100)
    y = CLASSIC.pdf(x) + 0.002 * rng.normal(size=100)
    sigma = np.full(100, np.inf)
    sigma[kept] = 1.0
    out, cut = fit(x, y, 3, rng=0, sigma=sigma), fit(x[kept], y[kept], 3, rng=0, sigma=1.0)
    assert out.mixture.means == pytest.approx(cut.mixture.means, rel=1e-6)
    assert out.chi2 == pytest.approx(cut.chi2, rel=1e-6)
    assert out.bic == pytest.approx(cut.bic, rel=1e-6)
    assert out.standard_errors().means == pytest.approx(cut.standard_errors().means, rel=1e-4)
