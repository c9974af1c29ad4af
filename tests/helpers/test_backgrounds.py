"""Curves on a background, in the model or missing from it."""

import numpy as np
import pytest
from curves import PEDESTAL, ROOT_2PI, areas_of, assert_right, bells, told
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import least_squares

from gmm_helpers import classic, fit
from gmm_helpers._engine.background import make_background


@pytest.mark.parametrize("level", [-10, 0, 3, 200, 3e4])
def test_a_constant_background_is_exact(level):
    x = np.linspace(0, 100, 400)
    y = level + bells(x, *PEDESTAL)
    result = fit(x, y, 2, mass=None, background="constant", rng=0)
    assert_right(result, *PEDESTAL)
    assert np.ravel(result.background) == pytest.approx([level], abs=1e-6 * max(abs(level), 30))
    assert result.curve(x) == pytest.approx(y, abs=1e-6 * max(abs(level), 30))
    whole = result.curve(np.array([40, 50], dtype=object))
    assert whole.dtype == float
    assert whole == pytest.approx(result.curve([40.0, 50.0]), abs=0)


LINEAR = {
    "rising": (np.linspace(0, 100, 400), PEDESTAL, lambda x: 5 + 0.3 * x),
    "falling, far away": (1e5 + np.linspace(0, 10, 300), [(1, 1e5 + 4, 0.5), (2, 1e5 + 7, 1)],
                          lambda x: 900 - 40 * (x - 1e5)),
    "through zero": (np.linspace(-50, 50, 200), [(7, -20, 4), (5, 0, 6), (9, 25, 3)], lambda x: 0.05 * x),
    "steep": (np.linspace(0, 1, 250), [(1, 0.3, 0.03), (0.4, 0.6, 0.08)], lambda x: 1000 * x),
    "nanometres in metres": (np.linspace(4e-7, 7e-7, 200), [(50, 5e-7, 1e-8), (20, 6e-7, 2e-8)],
                             lambda x: 10 + 1e8 * (x - 4e-7)),
}  # fmt: skip


@pytest.mark.parametrize(("x", "truth", "line"), LINEAR.values(), ids=LINEAR)
def test_a_linear_background_is_exact(x, truth, line):
    result = fit(x, line(x) + bells(x, *truth), len(truth), mass=None, background="linear", rng=0)
    assert_right(result, *truth, rtol=1e-5)
    between = (x[1:] + x[:-1]) / 2
    y = line(between) + bells(between, *truth)
    assert result.curve(between) == pytest.approx(y, abs=1e-6 * abs(y).max())


def test_columns_of_any_shape_are_a_background():
    x = np.linspace(-3, 12, 300)
    columns = np.column_stack([np.ones(300), np.exp(-x / 4), x**2])
    truth = [(3, 2, 0.6), (2, 5, 1)]
    result = fit(x, columns @ [1.5, 20, -0.1] + bells(x, *truth), 2, mass=None, background=columns, rng=0)
    assert_right(result, *truth, rtol=1e-5)
    assert np.ravel(result.background) == pytest.approx([1.5, 20, -0.1], rel=1e-4)
    between = (x[1:] + x[:-1]) / 2
    rows = (columns[1:] + columns[:-1]) / 2
    assert result.curve(between) == pytest.approx(rows @ [1.5, 20, -0.1] + bells(between, *truth), abs=1e-3)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_columns_may_be_of_any_size(size):
    x = np.linspace(0, 10, 50)
    y = 3 + np.exp(-((x - 5) ** 2))
    result = fit(x, y, 1, mass=None, background=np.full((50, 1), size), rng=0)
    np.testing.assert_allclose(result.curve(x), y, rtol=1e-9)


def test_a_slope_that_no_float_holds_has_no_error():
    x = 1e-200 * np.linspace(0, 10, 50)
    y = 1e199 * (3 + np.exp(-((1e200 * x - 5) ** 2)) + 0.01 * np.random.default_rng(0).normal(size=50))
    errors = fit(x, y, 1, mass=None, background="linear", rng=0).standard_errors()
    assert np.isfinite(errors.background[0])
    assert np.isnan(errors.background[1])


@pytest.mark.parametrize("kind", ["constant", "linear"])
def test_a_rough_background_lies_beneath_the_bells(kind):
    """It is what starts take off, so it must not be drawn up by them."""
    x = np.linspace(0, 100, 400)
    line = 5 + 0.3 * x * (kind == "linear")
    rough = make_background(kind, x, np.ones(400)).rough(line + bells(x, *PEDESTAL))
    assert abs(rough - line).max() < 0.01 * 30


@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_curve_on_a_background_is_within_its_errors(seed):
    x = np.linspace(0, 100, 400)
    rng = np.random.default_rng(seed)
    level, slope = rng.choice([-10, 5, 300]), rng.choice([0, 0.2, -1])
    y = level + slope * x + bells(x, *PEDESTAL) + 0.3 * rng.normal(size=400)
    result = fit(x, y, 2, mass=None, background="linear", rng=0)
    errors = result.standard_errors()
    assert result.success
    assert abs(result.mixture.means - [40, 50]) == pytest.approx(0, abs=4 * errors.means.max())
    assert (abs(result.areas - areas_of(*PEDESTAL)) < 4 * errors.areas).all()
    assert (abs(result.mixture.stds - [3, 4]) < 4 * errors.stds).all()


def test_the_background_goes_into_the_errors():
    """Against SciPy's own Jacobian of bells and line together."""
    x = np.linspace(0, 100, 200)
    y = 4 + 0.1 * x + bells(x, (10, 40, 9)) + 0.2 * np.random.default_rng(2).normal(size=200)

    def model(theta):
        a, m, s, c, d = theta
        return c + d * x + a / (s * ROOT_2PI) * np.exp(-0.5 * ((x - m) / s) ** 2)

    end = least_squares(lambda theta: (model(theta) - y) / 0.2, [220, 41, 9, 4, 0.1], x_scale="jac")
    errors = np.sqrt(np.diag(np.linalg.inv(end.jac.T @ end.jac)))
    result = fit(x, y, 1, mass=None, background="linear", sigma=0.2, rng=0)
    found = result.standard_errors()
    assert [found.areas[0], found.means[0], found.stds[0]] == pytest.approx(errors[:3], rel=1e-3)
    assert result.chi2 == pytest.approx(2 * end.cost, rel=1e-6)
    assert result.bic == pytest.approx(2 * end.cost + 5 * np.log(200), rel=1e-6)


def test_a_slope_too_steep_for_a_float_is_infinite():
    x, y = classic()
    result = fit(1e-200 * x, 1e150 * (y + 0.01 * x), 3, mass=None, background="linear", rng=0)
    assert result.success
    assert result.background[1] == np.inf


# A background that is missing from the model


@pytest.mark.parametrize("K", [2, 3])
@pytest.mark.parametrize("noise", [0, 0.3])
@pytest.mark.parametrize("level", [5, 200, 3e4])
def test_a_pedestal_without_a_background_is_named(level, noise, K):
    x = np.linspace(0, 100, 400)
    y = level + bells(x, *PEDESTAL) + noise * np.random.default_rng(0).normal(size=400)
    result = fit(x, y, K, mass=None, rng=0)
    assert told(result, "background")
    assert not told(result, "dead")
    assert not (result.success and result.mixture.stds.max() > 100)


@pytest.mark.parametrize("K", [3, 4])
def test_a_slope_beneath_the_bells_is_named(K):
    x = np.linspace(-3, 7, 251)
    y = 0.4 + 0.05 * x + bells(x, (1, 0, 0.5), (0.8, 3, 0.4), (0.5, 5, 0.6))
    assert any("`background='linear'`" in sentence for sentence in fit(x, y, K, mass=None, rng=0).diagnosis)


@pytest.mark.parametrize(("level", "slope"), [(5, 0.3), (5, 0.1), (30, -0.28)])
def test_a_bell_off_the_grid_that_carries_a_slope_is_no_success(level, slope):
    x = np.linspace(0, 100, 400)
    peaks = bells(x, (10, 20, 3), (6, 50, 5)) + 0.3 * np.random.default_rng(4).normal(size=400)
    result = fit(x, level + slope * x + peaks, 3, mass=None, rng=0)
    assert not result.success
    assert "background" in result.message
    assert told(result, "and spans it: pass `background='linear'`")
    assert fit(x, level + slope * x + peaks, 2, mass=None, background="linear", rng=0).success


@pytest.mark.parametrize(("mean", "std"), [(0, 30), (-2, 30), (-10, 40), (104, 20)])
def test_a_bell_that_the_edge_cuts_off_is_none(mean, std):
    x = np.linspace(0, 100, 400)
    for seed in range(3):
        y = bells(x, (10, mean, std), (4, 50, 5)) + 0.3 * np.random.default_rng(seed).normal(size=400)
        result = fit(x, y, 2, mass=None, rng=0)
        assert result.success
        assert not told(result, "background")


def test_a_slope_on_a_constant_background_is_named():
    x, rng = np.linspace(800, 1800, 400), np.random.default_rng(0)
    y = 0.12 + 6e-5 * (x - 800) + bells(x, (0.6, 1003, 6), (0.3, 1210, 18)) + 0.004 * rng.normal(size=400)
    flat = fit(x, y, 2, mass=None, background="constant", rng=0)
    assert told(flat, "`background='linear'` lowers the squares left over by")
    assert fit(x, y, 2, mass=None, background="linear", rng=0).diagnosis == ()


@pytest.mark.parametrize("background", [None, "constant", "linear"])
@pytest.mark.parametrize(("K", "noise"), [(2, 0), (2, 0.005), (3, 0.005)])
def test_lines_of_absorption_are_no_success(K, noise, background):
    x = np.linspace(-10, 10, 300)
    y = 1 - bells(x, (0.3, -2, 0.8), (0.5, 3, 1)) + noise * np.random.default_rng(11).normal(size=300)
    result = fit(x, y, K, mass=None, background=background, rng=0)
    assert not result.success
    assert "dips" in result.message
    assert told(result, "dips")


def test_what_dips_is_met_turned_round():
    x = np.linspace(4000, 400, 500)
    y = 1 - bells(x, (0.6, 1700, 20), (0.3, 2900, 40))
    turned = fit(x, -y, 2, mass=None, background="constant", rng=0)
    np.testing.assert_allclose(turned.mixture.means, [1700, 2900])


@pytest.mark.parametrize("width", [0, 1, 2])
def test_noise_does_not_dip(width):
    """Smoothed or not."""
    for seed in range(8):
        y = np.random.default_rng(seed).normal(size=400)
        y = gaussian_filter1d(y, width) if width else y
        assert not told(fit(np.arange(400.0), y, 1, mass=None, n_starts=5, rng=0), "dips")


def test_a_sloping_background_far_from_nought():
    """Milliseconds since 1970: x holds no more than a few thousandths of a step."""
    t = np.arange(200.0)
    y = bells(t, (3, 60, 8), (2, 130, 12)) + 5 + 0.03 * t
    result = fit(1.7e12 + t, y, 2, mass=None, background="linear", rng=0)
    assert result.success
    np.testing.assert_allclose(result.mixture.means - 1.7e12, [60, 130], atol=1e-3)
    np.testing.assert_allclose(result.curve(1.7e12 + t), y, atol=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_a_curved_background_is_named_and_its_cure_holds(seed):
    """Fluorescence under a Raman spectrum."""
    x = np.linspace(200, 1800, 800)
    y = bells(x, (8, 700, 12), (5, 1300, 15)) + 50 + 1e-5 * (x - 200) ** 2 - 1e-9 * (x - 200) ** 3
    y += 0.2 * np.random.default_rng(seed).normal(size=800)
    cubic = "`background=numpy.vander(x - x.mean(), 4)`, a cubic, lowers the squares left over by"
    assert any(cubic in each for each in fit(x, y, 2, mass=None, background="linear", rng=0).diagnosis)
    cured = fit(x, y, 2, mass=None, background=np.vander(x - x.mean(), 4), rng=0)
    assert cured.diagnosis == ()
    assert (abs(cured.mixture.means - [700, 1300]) < 4 * cured.standard_errors().means).all()
