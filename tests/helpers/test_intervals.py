"""How sure each number is: profile intervals, posterior errors, and what people quote."""

import csv
import io

import numpy as np
import pytest
from curves import (
    PEDESTAL,
    ROOT_2PI,
    areas_of,
    bells,
    fitted_by_scipy,
    rounded,
)
from scipy.optimize import least_squares
from scipy.stats import t as student_t

from gmm_helpers import (
    CLASSIC,
    Mixture,
    classic,
    equal,
    fit,
    fixed,
    log_std_prior,
    ratio,
)
from gmm_helpers._engine.uncertainty import norms


def test_an_interval_is_where_the_profile_crosses():
    """χ², minimised over all else by SciPy, rises by the quantile at both ends. (Of one run: a search's interval holds
    its other minima too.)"""
    x = np.linspace(0, 30, 150)
    truth = [(5, 11, 2), (4, 14, 2)]
    y = bells(x, *truth) + 0.1 * np.random.default_rng(4).normal(size=150)
    result = fit(x, y, 2, mass=None, rng=0, sigma=0.1).runs[0]
    low, high = result.interval("means", 0, level=0.95)
    assert low < result.mixture.means[0] < high

    def chi2_at(mean):
        def residual(theta):
            a, b, m, s, t = theta
            return (bells(x, (a, mean, s), (b, m, t)) - y) / 0.1

        return 2 * least_squares(residual, [5, 4, 14, 2, 2]).cost

    assert [chi2_at(low) - result.chi2, chi2_at(high) - result.chi2] == pytest.approx([3.8415] * 2, rel=0.01)
    wide = result.interval("means", 0, level=0.99)
    assert wide[0] < low < high < wide[1]


def test_intervals_of_few_points_are_students():
    """A straight problem: one bell, little noise. The interval is Student's t times the standard error."""
    x = np.linspace(-3, 3, 9)
    y = bells(x, (1, 0.1, 1)) + 1e-4 * np.random.default_rng(0).normal(size=9)
    result = fit(x, y, 1, mass=None, rng=0)
    low, high = result.interval("means", 0)
    half = student_t.ppf(0.975, 6) * result.standard_errors().means[0]
    assert [result.mixture.means[0] - low, high - result.mixture.means[0]] == pytest.approx([half] * 2, rel=1e-2)


@pytest.mark.parametrize("seed", [503, 509, 511, 523, 554])
def test_an_interval_goes_as_far_as_its_profile_allows(seed):
    """One std apart the profile climbs slowly and then all at once, where the other bell is gone: the way to an end
    must not lead over fits beyond it."""
    x = np.linspace(0, 30, 150)
    y = bells(x, (5, 14, 2), (4, 16, 2)) + 0.1 * np.random.default_rng([6, seed]).normal(size=150)
    result = fit(x, y, 2, mass=None, sigma=0.1, rng=seed).runs[0]
    end = result.interval("areas", 0)[1]
    *inside, outside = result.profile("areas", 0, result.areas[0] + np.arange(1, 10) / 8 * (end - result.areas[0]))
    assert max(inside[:-1]) < 3.8415 < outside


@pytest.mark.parametrize("seed", [700_057, 700_116, 700_129])
def test_an_interval_holds_the_truth_where_a_spike_of_noise_fits_a_little_better(seed):
    """The lowest minimum is one bell for both, and a spike: χ² is lower by 9 to 12 of 150 points, as noise often makes
    it, looked for in 150 places. The other minimum is as likely the true one."""
    x = np.linspace(0, 30, 150)
    y = bells(x, (5, 14, 2), (4, 16, 2)) + 0.1 * np.random.default_rng([6, seed]).normal(size=150)
    result = fit(x, y, 2, mass=None, rng=seed)
    assert result.mixture.stds.min() < 0.5
    for name, right in {"areas": areas_of((5, 14, 2), (4, 16, 2)), "means": [14, 16], "stds": [2, 2]}.items():
        for k in (0, 1):
            low, high = result.interval(name, k)
            assert low <= right[k] <= high


@pytest.mark.parametrize("seed", [0, 4, 7])
def test_a_component_too_many_leaves_the_intervals_of_the_others(seed):
    """It fits noise, here or there; for a line only the same line of another fit counts."""
    x = np.linspace(0, 100, 300)
    y = bells(x, (20, 30, 3), (15, 60, 3)) + 0.2 * np.random.default_rng(seed).normal(size=300)
    two, three = (fit(x, y, K, mass=None, rng=0) for K in (2, 3))
    k = int(three.areas.argmax())
    for name in ("areas", "means", "stds"):
        assert three.interval(name, k) == pytest.approx(two.interval(name, 0), rel=0.01)


@pytest.mark.parametrize("name", ["areas", "means", "stds", "heights", "fwhms", "weights"])
def test_every_number_has_an_interval(name):
    x = np.linspace(0, 20, 100)
    y = bells(x, (5, 6, 1), (3, 13, 2)) + 0.05 * np.random.default_rng(1).normal(size=100)
    result = fit(x, y, 2, mass=None, rng=0)
    values = getattr(result, name) if hasattr(result, name) else getattr(result.mixture, name)
    for k in (0, 1):
        low, high = result.interval(name, k)
        half = 1.986 * getattr(result.standard_errors(), name)[k]
        assert [values[k] - low, high - values[k]] == pytest.approx([half] * 2, rel=0.15)


@pytest.mark.parametrize("prior", [None, log_std_prior(3.5, 1e-3)], ids=["no prior", "a prior"])
@pytest.mark.parametrize("name", ["areas", "means", "stds"])
def test_a_profile_is_the_price_of_a_tie(name, prior):
    """χ², with the prior's squares, rises by as much where `fixed` holds the number; at both ends of the interval by
    the quantile."""
    x = np.linspace(0, 100, 200)
    y = bells(x, *PEDESTAL) + 0.5 * np.random.default_rng(3).normal(size=200)
    options = {"mass": None, "sigma": 0.5, "prior": prior}
    free = fit(x, y, 2, rng=0, **options)
    best = getattr(free if name == "areas" else free.mixture, name)[0]
    values = best + getattr(free.standard_errors(), name)[0] * np.array([-2, 0, 1.5])

    def price(value):
        held = fit(x, y, 2, start=free.mixture, n_starts=1, ties=[fixed(name, 0, value)], **options)
        return (held.fun - free.fun) * free.chi2 / free.loss

    assert free.profile(name, 0, values) == pytest.approx([price(value) for value in values], abs=1e-4)
    assert free.profile(name, 0, free.interval(name, 0)) == pytest.approx([3.8415] * 2, rel=0.01)


def test_what_is_fixed_is_sure_and_what_no_point_is_left_for_has_no_end():
    x = np.linspace(0, 10, 20)
    y = bells(x, (3, 3, 1), (2, 7, 1)) + 0.05 * np.random.default_rng(0).normal(size=20)
    assert fit(x, y, 2, mass=None, ties=[fixed("means", 0, 3)], rng=0).interval("means", 0) == pytest.approx((3, 3))
    full = fit(x[:6], y[:6], 2, mass=None, rng=0)
    assert full.dof == 0
    assert full.interval("means", 0) == (-np.inf, np.inf)
    assert full.interval("areas", 1) == (0, np.inf)


def test_what_has_no_end_says_so():
    """Two bells that the curve hardly parts: an area may be anything from nothing."""
    x = np.linspace(0, 10, 60)
    y = bells(x, (1, 5, 1), (0.8, 5.4, 1)) + 0.05 * np.random.default_rng(3).normal(size=60)
    result = fit(x, y, 2, mass=None, rng=0)
    ends = [result.interval("stds", k) for k in (0, 1)] + [result.interval("areas", k) for k in (0, 1)]
    assert any(low in (0, -np.inf) or high == np.inf for low, high in ends)
    assert result.diagnosis


def test_a_mean_at_nought_is_bounded_as_any_other():
    """A symmetric curve's mean is 0 but for rounding: an end may be a hundred million million times as large."""
    x, half = np.linspace(-5, 5, 101), np.random.default_rng(0).normal(0, 0.02, 51)
    result = fit(x, np.exp(-0.5 * x**2) + np.append(half[:0:-1], half), 1, mass=None, rng=0)
    error = result.standard_errors().means[0]
    assert abs(result.mixture.means[0]) < 1e-12
    np.testing.assert_allclose(result.interval("means", 0), [-1.985 * error, 1.985 * error], rtol=0.01)


@pytest.mark.parametrize("seed", [2, 3, 8, 10])
def test_an_end_is_a_number_that_the_data_can_tell(seed):
    """A bell as high as the noise. Where nothing bounds a number, refits to ever larger ones once ended by rounding, at
    10⁷ or 10¹⁰ times the number."""
    x = np.linspace(0, 10, 60)
    y = bells(x, (1, 5, 0.8)) + np.random.default_rng(seed).normal(size=60)
    result = fit(x, y, 1, mass=None, sigma=1.0, rng=0)
    for name, value in {"areas": result.areas[0], "stds": result.mixture.stds[0]}.items():
        low, high = result.interval(name, 0)
        assert low == 0 or low > 1e-4 * value
        assert high == np.inf or high < 1e4 * value


def test_a_line_narrower_than_a_step_has_a_profile_though_its_error_is_endless():
    """Its standard error is a million times its std. By least squares Δχ² is found directly."""
    x = np.arange(60.0)
    y = bells(x, (10, 30.3, 0.4)) + 0.3 * np.random.default_rng(2).normal(size=60)
    result = fit(x, y, 1, mass=None, rng=0)
    assert result.standard_errors().stds[0] > 1e3

    def squares(std):
        return 2 * least_squares(lambda p: bells(x, (p[0], p[1], std)) - y, [10, 30.3], x_scale=[1, 0.1]).cost

    least = np.sum((y - result.curve(x)) ** 2)
    risen = [(squares(std) - least) / (least / result.dof) for std in (0.5, 1.0, 5.0)]
    np.testing.assert_allclose(result.profile("stds", 0, [0.5, 1.0, 5.0]), risen, rtol=0.01)
    low, high = result.interval("stds")
    assert low < 0.4 < high < 0.5


def test_a_share_of_a_given_mass_ends_at_the_mass():
    """Two bells hardly apart: where the data don't bound a share, the mass does."""
    x, truth = np.linspace(0, 24, 100), Mixture([0.5, 0.5], [11, 13.5], [2, 2])
    for seed in range(4):
        y = 3 * truth.pdf(x) + 0.012 * np.random.default_rng(seed).normal(size=100)
        result = fit(x, y, 2, mass=3, rng=seed)
        low, high = result.interval("areas", 0)
        assert 0 <= low < result.areas[0] < high <= 3
        np.testing.assert_allclose(result.interval("weights", 0), [low / 3, high / 3], atol=0.01)


def test_fits_of_means_of_neighbours_are_no_rivals():
    """Over 4,096 points the search runs on some of them, whose χ² is another."""
    x = np.linspace(0, 10, 6000)
    y = bells(x, (1, 3, 0.5), (0.6, 7, 1)) + 0.05 * np.random.default_rng(3).normal(size=x.size)
    result = fit(x, y, 2, mass=None, rng=3)
    assert result.diagnosis == ()
    ends = np.array(result.interval("means", 0)) - result.mixture.means[0]
    np.testing.assert_allclose(ends, result.standard_errors().means[0] * np.array([-1.96, 1.96]), rtol=0.02)


def covered(seed, noise):
    rng = np.random.default_rng([16, seed])
    x = np.linspace(0, 24, 100)
    truth = [(5, 11, 2), (5, 14, 2)]
    y = bells(x, *truth) + noise * rng.normal(size=100)
    low, high = fit(x, y, 2, mass=None, rng=0).interval("means", 0)
    return low <= 11 <= high


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.05])
def test_intervals_of_a_near_pair_hold_the_truth(noise):
    assert sum(covered(seed, noise) for seed in range(100)) >= 90


@pytest.mark.parametrize("seed", [0, 2, 3, 5])
def test_the_profile_of_a_near_pair_is_the_price_of_a_tie_far_from_the_fit(seed):
    """From the fit straight to a weight of 0.5 a refit would stay where that one lies."""
    x, truth = np.linspace(2, 22, 100), Mixture([0.5, 0.5], [11, 13], [2, 2])
    y = truth.pdf(x) + np.random.default_rng(seed).normal(0, 0.01 * truth.pdf(12.0), 100)
    pair, held = fit(x, y, 2, ties=[equal("stds")], rng=0), np.array([0.34, 0.5, 0.66])
    ties = [[equal("stds"), ratio("areas", 1, 0, (1 - w) / w)] for w in held]
    tied = [fit(x, y, 2, ties=each, start=truth, rng=0).fun for each in ties]
    price = (np.array(tied) - pair.fun) / (pair.fun / pair.dof)
    assert pair.profile("weights", 0, held) == pytest.approx(price, rel=1e-3)
    for value, rise in zip(held, price, strict=True):
        assert pair.profile("weights", 0, [value]) == pytest.approx(rise, rel=1e-3)


def test_a_profile_ends_however_far_a_value_lies():
    x = np.linspace(0, 10, 100)
    y = 3 * Mixture([1], [5], [1]).pdf(x) + np.random.default_rng(0).normal(0, 0.01, 100)
    one = fit(x, y, 1, mass=None, rng=0)
    for name, values in (("areas", [1e-60, 3.0, 1e60]), ("means", [-1e12, 5.0, 1e12]), ("stds", [1e-200, 1.0, 1e100])):
        low, near, high = one.profile(name, 0, values)
        assert near < 10 < 1000 < min(low, high)


def test_no_share_reaches_beyond_the_whole():
    x, truth = np.linspace(2, 22, 100), Mixture([0.5, 0.5], [11, 13], [2, 2])
    for seed in (8, 14, 25):
        y = truth.pdf(x) + np.random.default_rng(seed).normal(0, 0.01 * truth.pdf(12.0), 100)
        pair = fit(x, y, 2, ties=[equal("stds")], rng=0)
        assert max(pair.interval("weights", k)[1] for k in (0, 1)) <= 1


@pytest.mark.parametrize("unit", [1e-6, 1.0])
def test_a_number_that_cannot_vary_has_a_profile_of_one_point(unit):
    x, y = classic()
    result = fit(unit * x, y / unit, 3, ties=[fixed("means", 0, 5.1 * unit)], rng=0, n_starts=2)
    values = result.mixture.means[0] + unit * np.array([-1e-3, 0, 1e-3])
    assert result.profile("means", 0, values).tolist() == [np.inf, 0, np.inf]
    assert result.profile("mass", 0, [0.5, 1.0]).tolist() == [np.inf, 0]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda result: result.interval("means", 0, level="a"), "`level`"),
        (lambda result: result.interval("means", 0, level=1.5), "`level`"),
        (lambda result: result.profile("means", 0, 3.0), "`values`"),
        (lambda result: result.profile("means", 0, [np.nan]), "`values`"),
        (lambda result: result.profile("stds", 0, [-1]), "`values` of stds must be positive"),
        (lambda result: result.interval("means", 0, level=95), "`level`"),
        (lambda result: result.interval("middle", 0), "`name`"),
        (lambda result: result.interval("means", 3), "`k`"),
        (lambda result: result.interval("means", -3), "`k`"),
        (lambda result: result.interval("means", 0.5), "`k`"),
    ],
)
def test_what_is_asked_of_a_result_is_checked(ask, words):
    with pytest.raises((ValueError, TypeError), match=words):
        ask(fit(*classic(), 3, rng=0))


def test_errors_under_a_prior_are_the_posteriors():
    x, y = classic()
    y = y + 0.01 * np.random.default_rng(0).normal(size=75)
    bare = fit(x, y, 3, rng=0, sigma=0.01)
    loose, tight = (fit(x, y, 3, rng=0, sigma=0.01, prior=log_std_prior(2, strength)) for strength in (1e-4, 1e-1))
    assert (tight.standard_errors().stds < loose.standard_errors().stds).all()
    assert loose.standard_errors().stds == pytest.approx(bare.standard_errors().stds, rel=0.1)


# What people quote


def test_areas_heights_and_widths_by_their_formulas():
    x = np.linspace(0, 25, 120)
    y = 40 * (CLASSIC.pdf(x) + 0.001 * np.random.default_rng(0).normal(size=120))
    result = fit(x, y, 3, mass=None, rng=0)
    mixture, errors = result.mixture, result.standard_errors()
    assert result.areas == pytest.approx(result.mass * mixture.weights)
    assert result.heights == pytest.approx(result.areas / mixture.stds / ROOT_2PI)
    assert result.fwhms == pytest.approx(2 * np.sqrt(2 * np.log(2)) * mixture.stds)
    assert errors.fwhms == pytest.approx(2 * np.sqrt(2 * np.log(2)) * errors.stds)
    values, oracle = fitted_by_scipy(x, y, 1, [(a / s / ROOT_2PI, m, s) for a, m, s in zip(
        40 * CLASSIC.weights, CLASSIC.means, CLASSIC.stds, strict=True)])  # fmt: skip
    sigma = np.sqrt(np.sum((y - result.pdf(x)) ** 2) / (120 - 9))
    assert result.areas == pytest.approx(values[0], rel=1e-5)
    assert errors.areas == pytest.approx(sigma * oracle[0], rel=1e-3)


def test_a_table_has_a_row_for_each_bell():
    x, y = rounded()
    result = fit(x[::10], y[::10], 2, mass=None, rng=0)
    rows = result.table()
    assert len(rows) == 2
    assert [row["mean"] for row in rows] == pytest.approx([8, 11], abs=1e-3)
    assert [row["area"] for row in rows] == pytest.approx([100, 86.05], rel=1e-3)
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    assert len(file.getvalue().splitlines()) == 3


def test_a_profile_under_a_quadrature_rule_is_as_wide_as_the_sandwich_formula():
    """The rule's weights are no variances: of a grid that is seven times as dense on one bell."""
    x = np.unique(np.r_[np.linspace(0, 20, 30), np.linspace(8, 10, 200)])
    noise = 0.03 * np.random.default_rng(935000).normal(size=x.size)
    y = bells(x, (1.2, 5, 1), (1.33, 9, 1.5), (0.66, 14, 1.2)) + noise
    result = fit(x, y, 3, mass=None, grid_weights="trapezoid", rng=0)
    errors, quantile = result.standard_errors(), student_t.ppf(0.975, result.dof)
    for name in ("means", "areas"):
        for k in range(3):
            low, high = result.interval(name, k)
            assert (high - low) / 2 == pytest.approx(quantile * getattr(errors, name)[k], rel=0.1)
            assert result.profile(name, k, [low, high]) == pytest.approx(quantile**2, rel=0.01)


def test_no_weight_reaches_the_whole():
    x = np.linspace(0, 10, 400)
    y = bells(x, (0.4, 4, 0.5), (0.6, 6, 0.4)) + 0.01 * np.random.default_rng(0).normal(size=400)
    assert fit(x, y, 2, mass=None, rng=0).profile("weights", 0, [1, 1.5]).tolist() == [np.inf, np.inf]


def test_an_error_beyond_any_float_is_infinite():
    assert norms(np.array([[3e200, 4e200], [1.7e308, 1.7e308]])).tolist() == [pytest.approx(5e200), np.inf]
