"""How many bells?"""

import numpy as np
import pytest
from curves import bells

from gmm_helpers import Mixture, classic, density_from_samples, select_components


@pytest.mark.parametrize(
    ("truth", "noise", "options"),
    [([(3, 100, 10)], 1, {}), ([(5, 80, 6), (8, 140, 9)], 0.5, {}), ([(5, 80, 6), (8, 105, 9)], 0.1, {"sigma": 0.1}),
     ([(50, 60, 4), (30, 80, 6), (40, 140, 5)], 2, {"background": "linear"}), ([(3e-9, 100, 10)], 1e-9, {}),
     ([(2, 20, 3), (2, 60, 3), (2, 100, 3), (2, 140, 3), (2, 180, 3)], 0.1, {})],
)  # fmt: skip
def test_the_right_number_of_bells(truth, noise, options):
    x = np.arange(200.0)
    y = bells(x, *truth) + noise * np.random.default_rng(0).normal(size=200)
    y = y + (20 + 0.5 * x if options.get("background") else 0)
    selection = select_components(x, y, most=7, rng=0, **options)
    assert selection.n_components == len(truth)


def test_no_more_bells_are_tried_than_points_can_tell():
    """Nine points tell three bells of three numbers each."""
    x = np.arange(9.0)
    y = bells(x, (3, 2, 0.8), (2, 6, 0.7)) + 0.01 * np.random.default_rng(0).normal(size=9)
    selection = select_components(x, y, sigma=0.01, rng=0)
    assert max(selection.results) <= 3
    assert selection.n_components == 2
    by_hand = {K: np.sum(((y - result.curve(x)) / 0.01) ** 2) for K, result in selection.results.items()}
    assert selection.chi2 == pytest.approx(by_hand)
    assert repr(selection).startswith(f"Selection: 2 components, plausible {selection.plausible}")


def test_pure_noise_may_have_no_bell():
    claimed = 0
    for seed in range(20):
        y = np.random.default_rng([15, seed]).normal(size=200)
        claimed += select_components(np.arange(200.0), y, most=4, rng=0).n_components > 0
    assert claimed <= 1


def test_it_ends_at_the_first_number_that_is_clearly_worse_but_not_at_one():
    rng = np.random.default_rng(5)
    x = np.linspace(0, 10, 200)
    for y in (rng.normal(size=200), bells(x, (1, 3, 0.5), (2, 7, 0.6)) + 0.02 * rng.normal(size=200)):
        bic = select_components(x, y, most=8, rng=0).bic
        tried = max(bic)
        assert tried < 8
        assert bic[tried] > min(bic.values()) + 6
        assert all(bic[K] <= min(bic[k] for k in range(K + 1)) + 6 for K in range(2, tried))
        assert {0, 1, 2} <= set(bic)


def test_what_selection_hands_out_is_as_sure_as_fit():
    x = np.arange(300.0)
    for seed in range(3):
        y = bells(x, (20, 140, 10), (14, 165, 10)) + np.random.default_rng([88, seed]).normal(size=300)
        assert select_components(x, y, 4, rng=0).result.success


def test_a_largest_number_that_is_still_too_small_is_told():
    """A kernel estimate, or a box, takes any number of bells; a sum of two is done with two."""
    x = np.linspace(0, 10, 200)
    noise = 0.003 * np.random.default_rng(0).normal(size=200)
    for density in ((abs(x - 5) < 2) + noise, density_from_samples(np.random.default_rng(0).normal(5, 1, 1000), x)[1]):
        selection = select_components(x, density, 3, rng=0)
        assert selection.n_components == 3
        assert selection.diagnosis[0].startswith("the lowest BIC is that of 3, the largest number tried")
        assert selection.diagnosis[1:] == selection.result.diagnosis
        assert "  diagnosis: the lowest BIC" in repr(selection)
    assert select_components(x, bells(x, (1, 3, 0.8), (0.7, 6, 1)) + noise, 3, rng=0).diagnosis == ()


def test_bells_that_point_down_are_no_bells_but_are_told():
    x = np.linspace(0, 100, 300)
    y = -bells(x, (5, 20, 3), (4, 50, 5), (5, 80, 4)) + 0.1 * np.random.default_rng(0).normal(size=300)
    selection = select_components(x, y, 3, rng=0)
    assert selection.n_components == 0
    assert any("dips" in sentence for sentence in selection.diagnosis)


def test_a_seed_that_is_none_is_refused():
    with pytest.raises(TypeError, match="`rng`"):
        select_components(*classic(), rng="a")


def test_no_larger_number_is_asked_for_where_the_largest_tried_meets_the_curve():
    assert select_components(*classic(), 3, rng=0).diagnosis == ()


def test_rounding_is_no_component():
    x = np.linspace(0, 16, 160)
    y = bells(x, (1, 5, 0.8))
    for rounded in (y.astype(np.float32), np.round(y, 4), [float(f"{each:.4g}") for each in y]):
        assert select_components(x, rounded, rng=0).plausible == (1,)


@pytest.mark.parametrize("background", [None, "constant", "linear"])
def test_a_curve_that_dips_is_told_so_before_bells_pile_up(background):
    x = np.linspace(650, 662, 400)
    y = 1 - 0.26 * Mixture([0.77, 0.23], [656.3, 658.5], [0.5, 0.2]).pdf(x)
    y += 0.01 * np.random.default_rng(1).normal(size=400)
    selection = select_components(x, y, background=background, rng=0)
    assert max(selection.results) <= 2
    assert any("the curve dips below its background" in each for each in selection.diagnosis)
    assert not any("raise `most`" in each for each in selection.diagnosis)


def test_where_points_end_the_numbers_more_points_are_asked_for():
    """Nine numbers of ten points leave next to nothing over, whatever the noise."""
    x = np.linspace(0, 10, 10)
    y = 16 * Mixture([0.625, 0.375], [3.5, 7.5], [1.2, 1]).pdf(x) + np.random.default_rng(3).normal(0, 0.03, 10)
    selection = select_components(x, y, 50, rng=0)
    assert max(selection.results) == 3
    assert not any("raise `most`" in each for each in selection.diagnosis)


def test_five_exact_bells_on_few_points_are_five():
    x = np.linspace(0, 20, 39)
    y = bells(
        x, *((height, mean, 0.7) for height, mean in zip((1, 0.7, 0.8, 0.9, 0.6), (2, 6, 10, 14, 18), strict=True))
    )
    assert select_components(x, y, 7, rng=0).n_components == 5
