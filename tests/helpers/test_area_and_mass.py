"""The area of the curve, and the mass that was promised."""

import numpy as np
import pytest
from curves import areas_of, bells, told

from gmm_helpers import CLASSIC, Mixture, fit, log_std_prior, mean_prior, strength

TWO = Mixture([0.4, 0.6], [3, 6], [0.5, 0.8])


@pytest.mark.parametrize("area", [0.3, 0.7, 1.2, 2, 30, 272, 5e3, 5e5])
@pytest.mark.parametrize("K", [1, 2, 3])
def test_no_success_while_area_and_mass_disagree(area, K):
    x = np.linspace(0, 10, 200)
    result = fit(x, area * TWO.pdf(x), K, rng=0)
    assert not result.success or result.loss <= 1e-8
    assert not result.success or result.mixture.stds.max() < 100
    if K < 3 or not result.success:
        assert "`mass=None`" in result.diagnosis[0]


@pytest.mark.parametrize("area", [0.3, 5, 1e4])
def test_noise_hides_no_area(area):
    x = np.linspace(-4, 30, 150)
    y = area * (CLASSIC.pdf(x) + 1e-3 * np.random.default_rng(1).normal(size=150))
    result = fit(x, y, 3, rng=0)
    assert not result.success
    assert "`mass=None`" in result.diagnosis[0]
    free = fit(x, y, 3, rng=0, mass=None)
    assert free.success
    assert free.mass == pytest.approx(area, rel=0.05)


@pytest.mark.parametrize("cut", [5, 6, 6.5])
def test_a_grid_that_cuts_bells_off_stays_legal(cut):
    x = np.linspace(0, cut, 150)
    result = fit(x, TWO.pdf(x), 2, rng=0)
    assert result.success
    assert result.loss <= 1e-8
    assert not told(result, "mass=None")


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_a_rounded_curve_that_the_grid_cuts_off_has_the_mass_it_is_said_to_have(digits):
    for x in (np.linspace(4.2, 12, 200), np.linspace(4.2, 12, 35)):
        result = fit(x, np.round(Mixture([1], [5], [1]).pdf(x), digits), 1, rng=0)
        assert result.success
        assert result.mixture.means == pytest.approx([5], abs=10.0**-digits)


def test_two_points_have_no_second_difference():
    assert "`mass=None`" in fit([1, 2], [1, 2], 1, rng=0).diagnosis[0]


def test_a_mass_of_single_precision():
    x = np.linspace(-4, 30, 150)
    assert fit(x, CLASSIC.pdf(x), 3, mass=np.float32(1), rng=0).success


@pytest.mark.parametrize(
    "truth",
    [
        [(0.419, 0.127, 0.117), (0.422, 0.161, 0.104), (0.53, 0.872, 0.026)],
        [(0.685, 0.841, 0.128), (0.447, 0.883, 0.025)],
    ],
)
def test_a_bell_pushed_off_the_grid_does_not_stand_for_the_mass(truth):
    x = np.linspace(0, 1, 200)
    y = 0.7 * bells(x, *truth) / sum(areas_of(*truth))
    for seed, noise in enumerate([0, *[0.01 * y.max()] * 5]):
        result = fit(x, y + noise * np.random.default_rng(seed).normal(size=200), len(truth), rng=seed)
        assert not result.success
        assert "`mass=None`" in result.diagnosis[0]
        assert len(result.diagnosis) == 1


def test_a_prior_may_know_where_the_mass_off_the_grid_is():
    x = np.linspace(0, 16, 48)
    curve = CLASSIC.pdf(x) + np.random.default_rng(6).normal(0, 0.002, 48)
    prior = log_std_prior(2, strength(0.002, 0.5, curve)) + mean_prior(12.5, 7, strength(0.002, 1, curve))
    told = fit(x, curve, 3, rng=0, prior=prior)
    assert told.success
    assert abs(told.mixture.means[2] - 20) < 3
    assert not fit(x, curve, 3, rng=0).success
