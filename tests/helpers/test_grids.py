"""Grids with gaps, grids that fall, long grids, and any unit."""

import numpy as np
import pytest
from curves import areas_of, bells

from gmm_helpers import CLASSIC, classic, fit
from gmm_helpers._engine.points import checked_points
from gmm_helpers._engine.problem import make_problem


def test_masked_points_are_left_out():
    x, y = classic()
    masked = np.ma.masked_array(y, np.isin(np.arange(75), [2, 30, 60]))
    masked.data[masked.mask] = 999
    result = fit(x, masked, 3, rng=0)
    assert result.success
    assert result.mixture.means == pytest.approx(CLASSIC.means, abs=1e-6)
    by_x = fit(np.ma.masked_array(x, masked.mask), masked.data, 3, rng=0)
    assert by_x.mixture.means == pytest.approx(CLASSIC.means, abs=1e-6)


def test_nan_is_left_out_where_that_is_asked():
    x, y = classic()
    y = y.copy()
    y[[0, 41]] = np.nan
    for policy in ({}, {"nan_policy": "raise"}):
        with pytest.raises(ValueError, match=r"`density` must be finite.*nan_policy"):
            fit(x, y, 3, **policy)
    result = fit(x, y, 3, rng=0, nan_policy="omit")
    assert result.mixture.means == pytest.approx(CLASSIC.means, abs=1e-6)
    kept = np.isfinite(y)
    assert result.mixture.means == pytest.approx(fit(x[kept], y[kept], 3, rng=0).mixture.means, abs=1e-9)
    sigma = np.where(np.arange(75) == 9, np.nan, 0.1)
    assert fit(x, y, 3, rng=0, nan_policy="omit", sigma=sigma).success
    with pytest.raises(ValueError, match="`nan_policy`"):
        fit(x, y, 3, nan_policy="propagate")


def test_a_grid_that_falls_is_the_same_curve():
    x, y = classic()
    y = y + 0.003 * np.random.default_rng(3).normal(size=75)
    sigma = 0.003 * (1 + x / 25)
    columns = np.column_stack([np.ones(75), x])
    for options in ({}, {"sigma": sigma}, {"background": "linear"}, {"background": columns, "sigma": sigma}):
        turned = {key: value if isinstance(value, str) else value[::-1] for key, value in options.items()}
        rising, falling = fit(x, y, 3, rng=0, **options), fit(x[::-1], y[::-1], 3, rng=0, **turned)
        assert falling.mixture.means == pytest.approx(rising.mixture.means, rel=1e-9)
        assert falling.loss == pytest.approx(rising.loss, rel=1e-9)
        assert np.ravel(falling.pdf(x)) == pytest.approx(rising.pdf(x), rel=1e-9)
    with pytest.raises(ValueError, match="`x` must"):
        fit(np.r_[x[40:], x[:40]], y, 3)


@pytest.mark.parametrize(("N", "narrow"), [(100_000, False), (6_000, True), (20_000, True)])
def test_a_long_grid_converges(N, narrow):
    rng = np.random.default_rng(N)
    x = np.linspace(0, 100, N)
    truth = [(1, 20, 0.5), (2, 35, 0.3), (1.5, 50, 0.8), (1, 70, 0.02 if narrow else 0.4), (2, 85, 0.6)]
    result = fit(x, bells(x, *truth) + 0.05 * rng.normal(size=N), 5, mass=None, rng=0)
    assert result.success
    assert (abs(result.areas - areas_of(*truth)) < 4 * result.standard_errors().areas).all()
    assert "maxfev" not in result.message


# The same, in any unit


def hard(seed):
    """Four noisy bells as chance has it, so that there are several valleys to end in."""
    rng = np.random.default_rng([142, seed])
    x = np.linspace(0, 1, 100)
    truth = [(rng.uniform(0.3, 1), rng.uniform(0.1, 0.9), np.exp(rng.uniform(-3.5, -2))) for _ in range(4)]
    return x, bells(x, *truth) + 0.05 * rng.normal(size=100)


UNITS = {"powers of two": (2.0**20, 0, 2.0**-10), "miles": (1.609, 3, 7.3), "far away": (1, 1e4, 1e-9)}


OPTIONS = {"bare": {}, "sigma": {"sigma": 1.0}, "a background": {"background": "linear"}}


@pytest.mark.parametrize(("scale", "shift", "height"), UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_is_normalised_does_not_remember_the_unit(options, scale, shift, height):
    for seed in range(3):
        x, y = hard(seed)
        here = fit(x, y, 4, mass=None, rng=seed, **options)
        changed = options | ({"sigma": height} if "sigma" in options else {})
        there = fit(scale * x + shift, height * y, 4, mass=None, rng=seed, **changed)
        assert there.success == here.success
        assert there.loss == pytest.approx(here.loss, rel=1e-5)


def test_a_saturated_top_left_out_makes_no_spike():
    x = np.linspace(0, 10, 400)
    y = bells(x, (10, 4, 0.5), (3, 6, 0.7)) + 0.03 * np.random.default_rng(0).normal(size=400)
    result = fit(x, y, 2, mass=None, sigma=np.where(y > 6, np.inf, 0.03), rng=0)
    assert result.success
    assert result.is_healthy
    assert result.diagnosis == ()


def test_a_small_area_that_many_points_see_is_not_dead():
    """On a logarithmic grid the smallest of three bells of like heights holds a hundred-thousandth of the area."""
    x = np.logspace(-2, 4, 300)
    y = bells(x, (4, 0.05, 0.01), (5, 1, 0.2), (3, 5000, 1500)) + 0.02 * np.random.default_rng(5).normal(size=300)
    result = fit(x, y, 3, mass=None, sigma=0.02, rng=0)
    assert result.mixture.weights[0] < 1e-5
    assert result.success
    assert result.diagnosis == ()


@pytest.mark.parametrize("seed", range(5))
def test_a_stray_point_far_off_leaves_the_fit_converged(seed):
    """The unit of x is then that of the stray point, in which the bell is narrow, and slopes are steep."""
    x = np.append(np.linspace(0, 1, 100), 1e6)
    y = np.append(bells(x[:-1], (1, 0.5, 0.1)) + 0.01 * np.random.default_rng(seed).normal(size=100), 0.02)
    result = fit(x, y, 1, mass=None, rng=seed)
    assert result.success
    assert result.mixture.means == pytest.approx([0.5], abs=0.01)


@pytest.mark.parametrize("size", [2, 7])
def test_means_of_neighbours_are_those_of_their_noise(size):
    """By inverse variances, and so are their own: 1/σ² of a mean is the sum of those of its points."""
    rng, first = np.random.default_rng(0), np.arange(0, 100, size)
    x, y, sigma = np.sort(rng.uniform(0, 10, 100)), rng.uniform(1, 2, 100), rng.uniform(0.1, 3, 100)
    means = checked_points(x, y, sigma, np.column_stack([x, x**2]), "raise", None).averaged(size)
    g = 1 / sigma**2
    of = np.add.reduceat(g, first)
    assert means.sigma == pytest.approx(1 / np.sqrt(of))
    assert means.root_g == pytest.approx(means.sigma.min() / means.sigma)
    for mean, values in [(means.x, x), (means.density, y), (means.background[:, 1], x**2)]:
        assert mean == pytest.approx(np.add.reduceat(g * values, first) / of)


def test_a_long_curve_is_searched_on_few_points():
    x = np.linspace(0, 25, 10_000)
    coarse = make_problem(x, CLASSIC.pdf(x), 3).coarser(4096)
    assert coarse.u.size == 3334
    assert coarse.curve.size == 3334
