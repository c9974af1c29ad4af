"""Chapter 1: bells and mixtures against closed forms and scipy.stats."""

import copy
import json
import pickle
from xml.etree import ElementTree

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from scipy import stats
from scipy.integrate import quad
from strategies import mixtures

from gmm_helpers import CLASSIC, Mixture, classic, classic_grid, gaussian_pdf, marron_wand, mixture_pdf

GRID = np.linspace(-30, 30, 401)
LENGTHS = r"`weights`, `means` and `stds` must have the same length, got \{'weights': 1, 'means': 2, 'stds': 2\}$"


from_scipy_1_15 = pytest.mark.skipif(not hasattr(stats, "Mixture"), reason="SciPy before 1.15 has no mixtures")


def scipy_mixture(m):
    return stats.Mixture([stats.Normal(mu=a, sigma=s) for a, s in zip(m.means, m.stds, strict=True)], weights=m.weights)


def test_a_bell_is_the_normal_density():
    np.testing.assert_allclose(gaussian_pdf(GRID, 3.0, 2.5), stats.norm.pdf(GRID, 3.0, 2.5), rtol=1e-13)


def test_a_density_may_exceed_one():
    assert gaussian_pdf(0.0, 0.0, 0.1) == pytest.approx(10 / np.sqrt(2 * np.pi))


@from_scipy_1_15
@given(mixtures())
def test_a_mixture_agrees_with_scipy(m):
    oracle = scipy_mixture(m)
    np.testing.assert_allclose(m.pdf(GRID), oracle.pdf(GRID), rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(m.cdf(GRID), oracle.cdf(GRID), rtol=1e-10, atol=1e-15)
    assert m.mean() == pytest.approx(oracle.mean(), abs=1e-9)
    assert m.std() == pytest.approx(oracle.standard_deviation(), rel=1e-9)


@given(mixtures())
def test_components_add_up_and_the_loop_agrees(m):
    np.testing.assert_allclose(m.component_pdfs(GRID).sum(axis=1), m.pdf(GRID), rtol=1e-12, atol=1e-300)
    loop = [
        sum(w * stats.norm.pdf(x, a, s) for w, a, s in zip(m.weights, m.means, m.stds, strict=True)) for x in (0.0, 2)
    ]
    np.testing.assert_allclose(m.pdf([0.0, 2]), loop, rtol=1e-10, atol=1e-300)


@given(mixtures())
def test_the_order_of_the_bells_is_no_matter(m):
    turned = Mixture(m.weights[::-1], m.means[::-1], m.stds[::-1])
    np.testing.assert_allclose(turned.pdf(GRID), m.pdf(GRID), rtol=1e-12, atol=1e-300)
    assert (np.diff(m.sorted().means) >= 0).all()
    for name in ("weights", "means", "stds"):
        np.testing.assert_array_equal(getattr(turned.sorted(), name), getattr(m.sorted(), name))


@given(mixtures())
def test_shift_and_scale_of_x(m):
    moved = Mixture(m.weights, 1000 * m.means + 7, 1000 * m.stds)
    np.testing.assert_allclose(1000 * moved.pdf(1000 * GRID + 7), m.pdf(GRID), rtol=1e-8, atol=1e-300)


def test_the_area_is_one():
    assert quad(CLASSIC.pdf, -20, 45, points=[5, 15, 20])[0] == pytest.approx(1, abs=1e-10)


def test_any_shape_of_x():
    assert np.shape(CLASSIC.pdf(3.0)) == ()
    assert CLASSIC.pdf(GRID.reshape(-1, 1)).shape == (GRID.size, 1)
    assert CLASSIC.component_pdfs(GRID).shape == (GRID.size, 3)
    assert CLASSIC.pdf([1, 2]).shape == (2,)


@pytest.mark.parametrize("of", [CLASSIC.pdf, CLASSIC.cdf, CLASSIC.component_pdfs])
def test_any_kind_of_number_counts_as_its_value(of):
    """An x of half the digits, of whole numbers or of Python's own is taken as it is, and nothing more is lost."""
    coarse = np.linspace(0, 25, 7, dtype=np.float32)
    np.testing.assert_array_equal(of(coarse), of(coarse.astype(float)))
    np.testing.assert_array_equal(of(np.array([1, 2], dtype=object)), of([1.0, 2.0]))


def test_autograd_sees_through_the_mixture():
    slope = grad(
        lambda mean: anp.sum(mixture_pdf(GRID, CLASSIC.weights, anp.array([5.0, 15.0, 20.0]) + mean, CLASSIC.stds))
    )
    h = 1e-5
    finite = (np.sum(CLASSIC.pdf(GRID - h)) - np.sum(CLASSIC.pdf(GRID + h))) / (2 * h)
    assert slope(0.0) == pytest.approx(finite, abs=1e-7)


def test_draws_follow_the_distribution():
    draws = CLASSIC.sample(20_000, rng=1)
    assert draws.shape == (20_000,)
    assert stats.kstest(draws, CLASSIC.cdf).pvalue > 0.01
    np.testing.assert_array_equal(draws, CLASSIC.sample(20_000, rng=np.random.default_rng(1)))


@given(mixtures())
def test_narrowing_undoes_a_gaussian_blur(m):
    blurred = Mixture(m.weights, m.means, np.hypot(m.stds, 0.7))
    np.testing.assert_allclose(blurred.narrowed(0.7).stds, m.stds, rtol=1e-9)


def test_a_bell_no_wider_than_the_blur_is_named():
    with pytest.raises(
        ValueError, match=r"^`bandwidth` must be smaller than every std, got 1 for the component at 15 with std 1$"
    ):
        CLASSIC.narrowed(1.0)
    for bad in (-1, np.nan, np.inf, "h"):
        with pytest.raises((TypeError, ValueError), match="`bandwidth` must be a finite number, at least 0, got"):
            CLASSIC.narrowed(bad)


@given(mixtures())
def test_json_brings_back_the_same_bits(m):
    again = Mixture.from_dict(json.loads(json.dumps(m.to_dict())))
    for name in ("weights", "means", "stds"):
        np.testing.assert_array_equal(getattr(again, name), getattr(m, name))


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ({"weights": [1], "means": [0]}, ValueError, "`data` must hold weights, means and stds, got no 'stds'"),
        (
            CLASSIC.to_dict() | {"sigmas": [1]},
            ValueError,
            "`data` must hold weights, means and stds alone, got 'sigmas' as well",
        ),
        (CLASSIC.to_dict() | {"stds": [1, 0, 1]}, ValueError, "`stds` must be positive, got minimum 0"),
        ([[1], [0], [1]], TypeError, "`data` must be a dict of weights, means and stds, got list"),
    ],
)
def test_what_is_no_dict_of_a_mixture(data, error, message):
    with pytest.raises(error, match="^" + message):
        Mixture.from_dict(data)


@from_scipy_1_15
@given(mixtures())
def test_scipys_mixture_is_the_same(m):
    other = m.to_scipy()
    np.testing.assert_allclose(other.pdf(GRID), m.pdf(GRID), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(other.cdf(GRID), m.cdf(GRID), rtol=1e-12, atol=1e-15)


@from_scipy_1_15
def test_weights_that_add_up_within_rounding_are_others_weights_too():
    """Ours may be off by 1e-8; SciPy and scikit-learn draw only from weights that add up."""
    m = Mixture(np.array([0.3, 0.7]) * (1 + 9e-9), [0, 1], [1, 1])
    assert np.sum(m.to_scipy().weights) == pytest.approx(1, abs=1e-15)
    assert m.to_sklearn().weights_.sum() == pytest.approx(1, abs=1e-15)
    assert m.sample(3, rng=0).shape == (3,)
    with pytest.raises(ValueError, match=r"`weights` must sum to 1, got 1\.00000002"):
        Mixture(np.array([0.3, 0.7]) * (1 + 2e-8), [0, 1], [1, 1])


@from_scipy_1_15
def test_scipy_draws_from_it():
    assert stats.kstest(CLASSIC.to_scipy().sample(5000, rng=1), CLASSIC.cdf).pvalue > 0.01


def test_before_scipy_had_mixtures_it_says_so(monkeypatch):
    monkeypatch.delattr(stats, "Mixture", raising=False)
    with pytest.raises(ImportError, match=r"`to_scipy` needs SciPy 1\.15 or newer"):
        CLASSIC.to_scipy()


@given(mixtures())
def test_scikit_learns_mixture_is_the_same(m):
    model = m.to_sklearn()
    seen = m.pdf(GRID) > 1e-290
    np.testing.assert_allclose(np.exp(model.score_samples(GRID[:, None]))[seen], m.pdf(GRID)[seen], rtol=1e-10)
    shares = m.component_pdfs(GRID)[seen] / m.pdf(GRID)[seen, None]
    np.testing.assert_allclose(model.predict_proba(GRID[:, None])[seen], shares, atol=1e-10)


def test_scikit_learn_predicts_draws_and_goes_on_from_it():
    model = CLASSIC.to_sklearn().set_params(random_state=0)
    assert model.predict([[4.0], [15.0], [22.0]]).tolist() == [0, 1, 2]
    np.testing.assert_allclose(model.precisions_.ravel(), 1 / CLASSIC.stds**2)
    np.testing.assert_allclose(model.covariances_.ravel(), CLASSIC.stds**2)
    assert model.converged_
    assert (model.n_iter_, model.lower_bound_) == (0, -np.inf)  # not fitted to any samples
    draws, labels = model.sample(5000)
    assert stats.kstest(draws.ravel(), CLASSIC.cdf).pvalue > 0.01
    assert set(labels) == {0, 1, 2}
    before = model.score(draws)
    assert model.set_params(warm_start=True).fit(draws).score(draws) > before
    assert abs(model.means_.ravel() - CLASSIC.means).max() < 0.3  # no label has switched: it began where we were


def test_scikit_learn_is_given_no_dead_bell():
    with pytest.raises(ValueError, match=r"^`weights` must be above 0 for scikit-learn, got a weight of 0"):
        Mixture([0, 1], [1, 2], [1, 1]).to_sklearn()


def test_it_cannot_be_changed():
    weights = np.array([0.5, 0.5])
    m = Mixture(weights, [0, 1], [1, 1])
    weights[0] = 7
    assert m.weights[0] == 0.5
    for each in (m, pickle.loads(pickle.dumps(m)), copy.deepcopy(m)):
        with pytest.raises(ValueError, match="read-only"):
            each.means[0] = 3
    with pytest.raises(AttributeError):
        m.stds = [1, 1]


@pytest.mark.parametrize(
    ("weights", "means", "stds", "error", "message"),
    [
        ([0.5, 0.6], [0, 1], [1, 1], ValueError, r"`weights` must sum to 1, got 1\.1"),
        ([1.2, -0.2], [0, 1], [1, 1], ValueError, r"`weights` must not be negative, got minimum -0\.2"),
        ([1], [0], [0], ValueError, "`stds` must be positive, got minimum 0"),
        ([1], [0], [-0.1], ValueError, r"`stds` must be positive, got minimum -0\.1"),
        (
            [1],
            [0, 1],
            [1, 1],
            ValueError,
            r"`weights`, `means` and `stds` must have the same length, got \{'weights': 1, 'means': 2, 'stds': 2\}",
        ),
        ([], [], [], ValueError, r"`weights` must be one-dimensional and not empty, got shape \(0,\)"),
        ([[1]], [0], [1], ValueError, r"`weights` must be one-dimensional and not empty, got shape \(1, 1\)"),
        ([1], [np.nan], [1], ValueError, "`means` must be finite, got nan"),
        ([1], [0], [np.inf], ValueError, "`stds` must be finite, got inf"),
        (["a"], [0], [1], TypeError, "`weights` must hold real numbers"),
        ([1], [1j], [1], TypeError, "`means` must hold real numbers"),
        ([1], None, [1], TypeError, "`means` must hold real numbers"),
        ([0.5, 0.5], [[0], [1, 2]], [1, 1], TypeError, "`means` must hold real numbers"),
    ],
)
def test_what_is_no_mixture_is_refused(weights, means, stds, error, message):
    with pytest.raises(error, match="^" + message):
        Mixture(weights, means, stds)


def test_it_shows_itself():
    assert repr(CLASSIC) == "Mixture(weights=[0.3, 0.5, 0.2], means=[ 5., 15., 20.], stds=[2., 1., 2.])"
    assert repr(Mixture([1], [1 / 3], [1])) == "Mixture(weights=[1.], means=[0.333333], stds=[1.])"


def test_its_table_has_a_row_a_bell():
    rows = list(ElementTree.fromstring(CLASSIC._repr_html_()).iter("tr"))
    assert [{cell.get("scope") for cell in row} for row in rows] == [{"col"}, *[{"row", None}] * 3]
    assert [[cell.text for cell in row] for row in rows] == [
        ["bell", "weight", "mean", "std"],
        ["1", "0.3000", "5", "2"],
        ["2", "0.5000", "15", "1"],
        ["3", "0.2000", "20", "2"],
    ]


@pytest.mark.parametrize("size", [-1, 0, 2.5, "3"])
def test_a_size_of_a_sample_is_a_whole_number(size):
    with pytest.raises((TypeError, ValueError), match="`size` must be a whole number, at least 1, got"):
        CLASSIC.sample(size)
    with pytest.raises(TypeError, match="`rng` must be"):
        CLASSIC.sample(3, rng="a")


def test_the_classic_grid_is_the_scripts():
    np.testing.assert_array_equal(classic_grid(75), np.arange(0, 25, 25 / 75))
    assert classic_grid(25)[-1] == 24
    x, density = classic(25)
    assert x.shape == density.shape == (25,)
    for bad in (0, -1, 2.5):
        with pytest.raises((TypeError, ValueError), match="`n_points` must be a whole number"):
            classic_grid(bad)


def test_marron_and_wands_densities_are_all_there():
    for number in range(1, 16):
        assert abs(marron_wand(number).mean()) < 3
    assert marron_wand(10).n_components == 6
    with pytest.raises(ValueError, match="`number` must be one of 1 … 15, got 16"):
        marron_wand(16)
