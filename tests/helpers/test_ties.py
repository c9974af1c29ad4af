"""Ties hold exactly, and leave a smaller problem."""

import re

import numpy as np
import pytest
from curves import ROOT_2PI, assert_right, bells
from scipy.optimize import least_squares

from gmm_helpers import Mixture, apart, equal, fit, fit_many, fixed, ratio
from gmm_helpers._engine.affine import solve_equations

TIED = np.linspace(0, 40, 300)


def test_equal_widths():
    truth = [(3, 12, 2), (5, 20, 2), (2, 27, 2)]
    result = fit(TIED, bells(TIED, *truth), 3, mass=None, ties=[equal("stds")], rng=0)
    assert_right(result, *truth)
    noisy = bells(TIED, *truth) + 0.2 * np.random.default_rng(0).normal(size=300)
    tied, free = (fit(TIED, noisy, 3, mass=None, ties=ties, rng=0) for ties in ([equal("stds")], None))
    assert np.ptp(tied.mixture.stds) < 1e-12
    assert tied.loss >= free.loss
    assert tied.standard_errors().stds.max() < free.standard_errors().stds.min()


@pytest.mark.parametrize("method", ["LM", "BFGS"])
def test_a_value_that_is_fixed_stays(method):
    truth = [(3, 486.1, 2), (5, 500, 4)]
    x = np.linspace(470, 520, 200)
    y = bells(x, *truth) + 0.05 * np.random.default_rng(2).normal(size=200)
    ties = [fixed("means", 0, 486.1), fixed("stds", 1, 4.0)]
    result = fit(x, y, 2, mass=None, ties=ties, rng=0, method=method)
    at = result.mixture.means.argmin()
    assert result.mixture.means[at] == pytest.approx(486.1, abs=1e-9)
    assert result.mixture.stds[1 - at] == pytest.approx(4, rel=1e-9)
    errors = result.standard_errors()
    assert errors.means[at] == pytest.approx(0, abs=1e-9)
    assert errors.stds[1 - at] == pytest.approx(0, abs=1e-9)
    assert errors.means[1 - at] > 0


def test_ratios_and_distances():
    """The oxygen doublet: areas 2.98 : 1, 47.9 apart, one width; and a third line of its own."""
    truth = [(1, 4959.0, 5), (2.98, 5006.9, 5), (1.5, 4900, 8)]
    x = np.linspace(4850, 5050, 250)
    y = 0.2 + bells(x, *truth) + 0.05 * np.random.default_rng(3).normal(size=250)
    ties = [apart("means", 0, 1, 47.9), ratio("areas", 1, 0, 2.98), equal("stds", 0, 1)]
    result = fit(x, y, 3, mass=None, ties=ties, background="constant", sigma=0.05, rng=0)
    means, stds, areas = result.mixture.means, result.mixture.stds, result.areas
    assert means[1] - means[0] == pytest.approx(47.9, abs=1e-9)
    assert areas[1] / areas[0] == pytest.approx(2.98, rel=1e-9)
    assert stds[1] == pytest.approx(stds[0], rel=1e-9)
    assert sorted(means) == pytest.approx([4900, 4959, 5006.9], abs=1)
    assert result.success
    n_free = 9 - 3 + 1
    assert result.bic == pytest.approx(result.chi2 + n_free * np.log(250))
    assert 250 - n_free == pytest.approx(result.chi2, abs=4 * np.sqrt(2 * 250))


def test_tied_errors_are_those_of_the_smaller_problem():
    """Two bells of one width: SciPy on five numbers."""
    y = bells(TIED, (3, 14, 2), (2, 22, 2)) + 0.1 * np.random.default_rng(6).normal(size=300)

    def residual(theta):
        a, b, m, n, s = theta
        return (a * np.exp(-0.5 * ((TIED - m) / s) ** 2) + b * np.exp(-0.5 * ((TIED - n) / s) ** 2)) / s / ROOT_2PI - y

    end = least_squares(residual, [15, 10, 14, 22, 2], x_scale="jac")
    errors = np.sqrt(np.diag(np.linalg.inv(end.jac.T @ end.jac)) * 2 * end.cost / (300 - 5))
    result = fit(TIED, y, 2, mass=None, ties=[equal("stds")], rng=0)
    found = result.standard_errors()
    assert [*found.areas, *found.means, found.stds[0]] == pytest.approx(errors, rel=1e-3)


NO_TIES = {
    "a kind of one's own": (lambda: equal("widths"), "`kind` must be 'areas', 'means' or 'stds', got 'widths'"),
    "equal to nobody": (lambda: equal("stds", 1), "`components` must be two or more, or none for all, got 1 alone"),
    "a component below 0": (
        lambda: fixed("means", -1, 3),
        "a component of a tie must be a whole number, at least 0, got -1",
    ),
    "half a component": (
        lambda: fixed("means", 0.5, 3),
        "a component of a tie must be a whole number, at least 0, got 0.5",
    ),
    "a truth value": (
        lambda: equal("means", True, 2),
        "a component of a tie must be a whole number, at least 0, got True",
    ),
    "a mean that is NaN": (lambda: fixed("means", 0, np.nan), "`value` must be a finite number, got nan"),
    "a mean in words": (lambda: fixed("means", 0, "1"), "`value` must be a finite number, got '1'"),
    "a mean that is true": (lambda: fixed("means", 0, True), "`value` must be a finite number, got True"),
    "a std of 0": (lambda: fixed("stds", 0, 0), "`value` must be a finite number above 0, got 0"),
    "a ratio of means": (lambda: ratio("means", 0, 1, 2), "`kind` of a ratio must be 'areas' or 'stds', got 'means'"),
    "a ratio to itself": (lambda: ratio("stds", 1, 1, 2), "a tie must name two different components, got 1 twice"),
    "a ratio below 0": (lambda: ratio("stds", 0, 1, -2), "`value` must be a finite number above 0, got -2"),
    "a distance of stds": (lambda: apart("stds", 0, 1, 2), "`kind` of a distance must be 'means', got 'stds'"),
    "a distance without end": (lambda: apart("means", 0, 1, np.inf), "`distance` must be a finite number, got inf"),
}


@pytest.mark.parametrize(("tie", "message"), NO_TIES.values(), ids=NO_TIES)
def test_what_is_no_tie_is_refused(tie, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        tie()


@pytest.mark.parametrize("seed", [2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (0, 1, 3, 7, 9))])
def test_groups_of_tied_components_find_their_own_places(seed):
    """Four doublets with distances of their own, at degrees 2θ of copper's Kα lines: two that have changed places are a
    minimum too, which nothing but changing them back leaves."""
    x, truth, ties = np.arange(40, 105, 0.03), [], []
    for i, (mean, height) in enumerate([(44.5, 4000), (64.8, 900), (82.1, 1500), (98.7, 300)]):
        distance = 2 * np.degrees(np.arcsin(np.sin(np.radians(mean / 2)) * 1.54439 / 1.54056)) - mean
        truth += [(height, mean, 0.12), (height / 2, mean + distance, 0.12)]
        pair = 2 * i, 2 * i + 1
        ties += [equal("stds", *pair), ratio("areas", *pair, 2.0), apart("means", *pair, distance)]
    y = np.random.default_rng(2).poisson(bells(x, *truth) + 100).astype(float)
    result = fit(x, y, 8, mass=None, background="constant", sigma=np.sqrt(np.maximum(y, 1)), ties=ties, rng=seed)
    assert result.success
    assert result.diagnosis == ()
    assert result.mixture.means == pytest.approx([mean for _, mean, _ in truth], abs=0.02)


@pytest.mark.parametrize("components", [(0, 0), (0, 1, 1), (2, 2)])
def test_a_component_is_tied_to_another_one(components):
    with pytest.raises(ValueError, match="two different components"):
        equal("stds", *components)


@pytest.mark.parametrize("swapped", [False, True])
def test_groups_that_the_ties_do_not_tell_apart_stand_as_in_the_start(swapped):
    """Two doublets of one distance and one ratio: which is which nothing but `start` says, on every curve."""
    x, doublets = np.arange(700, 740, 0.1), [(400, 707, 0.9), (200, 720.1, 0.9), (160, 711, 1.5), (80, 724.1, 1.5)]
    ties = [tie for i in (0, 2) for tie in (ratio("areas", i, i + 1, 2), apart("means", i, i + 1, 13.1))]
    ties += [equal("stds", 0, 1), equal("stds", 2, 3)]
    curves = [np.random.default_rng(seed).poisson(bells(x, *doublets) + 200.0).astype(float) for seed in range(6)]
    order = [2, 3, 0, 1] if swapped else [0, 1, 2, 3]
    start = Mixture(np.full(4, 0.25), np.array([707, 720, 711, 724])[order], np.ones(4))
    about = {"mass": None, "background": "constant", "ties": ties, "start": start, "rng": 0}
    for result in [*fit_many(x, curves, 4, **about), fit(x[::-1], curves[0][::-1], 4, **about)]:
        assert result.mixture.means == pytest.approx(np.array([707, 720.1, 711, 724.1])[order], abs=0.2)
        assert result.table()[0]["area"] == pytest.approx(2 * result.table()[1]["area"])
        assert result.areas[0] - result.areas[2] == pytest.approx((1, -1)[swapped] * 300, abs=300)


def test_lines_narrower_than_a_step_whose_width_is_tied_are_no_outliers():
    x = np.arange(60.0)
    y = np.random.default_rng(0).poisson(bells(x, (400, 15.3, 0.4), (300, 30.6, 0.4), (500, 44.9, 0.4)) + 1.0)
    result = fit(x, y, 3, mass=None, background="constant", ties=[equal("stds")], rng=0)
    assert result.mixture.means == pytest.approx([15.3, 30.6, 44.9], abs=0.1)
    assert any("too few points tell its height and width" in each for each in result.diagnosis)
    assert not any("outlier" in each for each in result.diagnosis)


def test_a_theta_that_left_the_range_of_floats_keeps_its_own_order():
    """What is clipped there obeys the ties in no order."""
    C = np.zeros((1, 6))
    C[0, :2] = 1, -1
    affine = solve_equations(C, np.zeros(1), shuffles=True)
    theta = np.array([300.0, 200, 1, 2, 0, 0])
    assert affine.allowed(theta)[0].tolist() == [0, 1]


def test_only_orders_that_obey_the_ties_as_well_are_allowed():
    C = np.zeros((1, 9))
    C[0, 3] = 1  # the first mean is 1
    affine = solve_equations(C, np.ones(1), shuffles=True)
    assert affine.allowed(np.array([0.0, 0, 0, 1, 2, 3, 0, 0, 0])).tolist() == [[0, 1, 2], [0, 2, 1]]
    C = np.zeros((1, 6))
    C[0, 2] = 1
    affine = solve_equations(C, np.ones(1), shuffles=True)
    assert affine.allowed(np.array([0.0, 0, 1, 2, 0, 0])).tolist() == [[0, 1]]
