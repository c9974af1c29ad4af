"""The other distances between curves: closed forms, inequalities, slopes, and what they refuse."""

import autograd.numpy as np
import pytest
from autograd import grad
from autograd.test_util import check_grads
from hypothesis import given
from scipy.integrate import quad
from scipy.stats import entropy
from strategies import mixtures

from gmm_helpers import (
    CLASSIC,
    Mixture,
    exact_l2_distance,
    gaussian_pdf,
    hellinger_distance,
    kl_divergence,
    mixture_pdf,
    unpack,
)
from gmm_helpers.loss import trapezoid_weights

DX = 0.05
X = np.arange(-40, 60, DX)
OTHER = Mixture([0.6, 0.4], [6, 17], [3, 4])
BOTH = pytest.mark.parametrize("distance", [kl_divergence, hellinger_distance])


@pytest.mark.parametrize(("m", "s", "n", "t"), [(5, 2, 7, 2), (5, 2, 5, 3), (0, 1, 4, 2.5)])
def test_they_agree_with_the_closed_forms_of_two_bells(m, s, n, t):
    a, b = gaussian_pdf(X, m, s), gaussian_pdf(X, n, t)
    kl = np.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5
    overlap = np.sqrt(2 * s * t / (s**2 + t**2)) * np.exp(-((m - n) ** 2) / (4 * (s**2 + t**2)))
    assert kl_divergence(a, b, DX) == pytest.approx(kl, rel=1e-9)
    assert hellinger_distance(a, b, DX) == pytest.approx(np.sqrt(1 - overlap), rel=1e-9)


def test_they_agree_with_other_peoples_code_on_mixtures():
    a, b = CLASSIC.pdf(X), OTHER.pdf(X)
    assert kl_divergence(a, b, DX) == pytest.approx(entropy(a, b), rel=1e-9)
    squared = quad(lambda x: (np.sqrt(CLASSIC.pdf(x)) - np.sqrt(OTHER.pdf(x))) ** 2, -40, 60, points=[5, 15, 20])[0]
    assert hellinger_distance(a, b, DX) == pytest.approx(np.sqrt(squared / 2), rel=1e-7)


@given(mixtures(), mixtures())
def test_the_exact_l2_distance_is_the_integral(a, b):
    x = np.linspace(-60, 60, 12_001)  # steps a tenth of the narrowest bell: the sum is the integral to rounding
    squared = np.sum((a.pdf(x) - b.pdf(x)) ** 2) * (x[1] - x[0])
    assert exact_l2_distance(a, b) ** 2 == pytest.approx(squared, rel=1e-9, abs=1e-13)


def test_the_exact_l2_distance_of_two_bells_and_of_one_mixture():
    apart = exact_l2_distance(Mixture([1], [0], [1]), Mixture([1], [100], [1]))
    assert apart == pytest.approx(np.pi**-0.25, rel=1e-12)  # √(2·∫N²), and ∫N² is 1/(2√π)
    assert exact_l2_distance(CLASSIC, CLASSIC.sorted()) < 1e-8


@BOTH
def test_nothing_is_lost_between_equal_curves_and_something_between_others(distance):
    a, b = CLASSIC.pdf(X), OTHER.pdf(X)
    assert distance(a, a, DX) == 0
    assert distance(a, b, DX) > 0.01


def test_hellinger_is_symmetric_and_at_most_one_and_kl_is_neither():
    a, b = CLASSIC.pdf(X), OTHER.pdf(X)
    assert hellinger_distance(a, b, DX) == hellinger_distance(b, a, DX)
    assert abs(kl_divergence(a, b, DX) - kl_divergence(b, a, DX)) > 0.01
    near, far = gaussian_pdf(X, 0, 0.5), gaussian_pdf(X, 40, 0.5)
    assert hellinger_distance(near, far, DX) == pytest.approx(1, abs=1e-9)
    assert kl_divergence(near, far, DX) == np.inf


def test_hellinger_squared_is_below_kl():
    rng = np.random.default_rng(0)
    for _ in range(20):
        a, b = (Mixture(rng.dirichlet(np.ones(3)), rng.uniform(0, 25, 3), rng.uniform(1, 4, 3)).pdf(X) for _ in "ab")
        assert 2 * hellinger_distance(a, b, DX) ** 2 <= kl_divergence(a, b, DX)


@BOTH
def test_an_uneven_grid_wants_its_weights_and_the_unit_does_not_count(distance):
    x = np.sort(np.concatenate([np.linspace(-40, 60, 1500), np.linspace(10, 20, 500)]))
    x = x[np.append(True, np.diff(x) > 0)]
    expected = distance(CLASSIC.pdf(X), OTHER.pdf(X), DX)
    a, b, dx = CLASSIC.pdf(x), OTHER.pdf(x), trapezoid_weights(x)
    assert distance(a, b, dx) == pytest.approx(expected, rel=1e-5)
    assert distance(a / 1000, b / 1000, dx * 1000) == pytest.approx(distance(a, b, dx), rel=1e-12)


@BOTH
def test_a_point_without_density_is_allowed(distance):
    a = np.array([0.0, 0.5, 0.5, 0.0])
    assert distance(a, a, 1.0) == 0
    assert np.isfinite(distance(a, np.full(4, 0.25), 1.0))
    assert kl_divergence(a, np.full(4, 0.25), 1.0) == pytest.approx(np.log(2))


@BOTH
def test_their_slopes_are_those_of_finite_differences(distance):
    x = np.linspace(0, 25, 60)
    theta = np.array([0.2, -0.1, 0.0, 4.0, 12.0, 21.0, 0.7, 0.9, 0.5])

    def loss(theta):
        return distance(CLASSIC.pdf(x), mixture_pdf(x, *unpack(theta)), x[1] - x[0])

    check_grads(loss, modes=["rev"])(theta)


@BOTH
def test_no_slope_is_nan_where_a_curve_is_zero(distance):
    target = np.where(abs(X - 10) < 5, 0.1, 0.0)
    slope = grad(lambda mean: distance(target, gaussian_pdf(X, mean, 1.0), DX))(9.0)
    assert np.isfinite(slope)
    assert slope < 0


def test_the_kink_of_hellinger_at_zero_has_the_slope_zero():
    assert grad(lambda mean: hellinger_distance(gaussian_pdf(X, 3.0, 1.0), gaussian_pdf(X, mean, 1.0), DX))(3.0) == 0


@BOTH
@pytest.mark.parametrize("name", ["density", "fitted"])
def test_a_negative_value_is_refused_by_name(distance, name):
    curves = {"density": np.ones(3), "fitted": np.ones(3)} | {name: np.array([1.0, -0.25, 1.0])}
    with pytest.raises(ValueError, match=f"`{name}` must not be negative, got minimum -0.25"):
        distance(**curves, dx=1.0)
