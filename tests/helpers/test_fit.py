"""Fits: known truths recovered, results that say what they are, one answer for a seed, independent oracles."""

import pickle
import warnings
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy import optimize
from scipy.optimize import OptimizeWarning, least_squares
from strategies import random_mixture

from gmm_helpers import (
    CLASSIC,
    PRESETS,
    Mixture,
    classic,
    classic_grid,
    curvature_start,
    density_from_histogram,
    density_from_samples,
    fit,
    fit_once,
    galaxies,
    gaussian_pdf,
    log_std_prior,
    marron_wand,
    mean_prior,
    old_faithful,
    pack,
    relative_loss,
    strength,
    unpack,
    weight_prior,
)
from gmm_helpers._engine import search
from gmm_helpers._engine.methods import METHODS
from gmm_helpers._engine.search import LAST, Settings, _seconds_per_evaluation

X, DENSITY = classic()
NAMES = ("weights", "means", "stds")
methods = pytest.mark.parametrize("method", ["LM", "BFGS"])


def largest_error(mixture, truth, unit=1.0):
    """The largest error of all 3K numbers, means and stds in units of `unit`."""
    units = {"weights": 1.0, "means": unit, "stds": unit}
    return max(abs(getattr(mixture, n) - getattr(truth.sorted(), n)).max() / units[n] for n in NAMES)


def noisy(density, share, seed=0):
    return density + share * density.max() * np.random.default_rng(seed).normal(size=density.size)


def same(a, b):
    return all((getattr(a.mixture, n) == getattr(b.mixture, n)).all() for n in NAMES) and a.loss == b.loss


# Known truths


@methods
@pytest.mark.parametrize("n_points", [75, 25])
@pytest.mark.parametrize(("factor", "shift"), [(1, 0), (1000, 0), (1, 1e6), (1e-9, 0), (1e200, 0), (1e-200, 0)])
def test_the_classic_is_recovered_in_any_unit(method, n_points, factor, shift):
    truth = Mixture(CLASSIC.weights, factor * CLASSIC.means + shift, factor * CLASSIC.stds)
    x = factor * classic_grid(n_points) + shift
    for seed in range(5):
        result = fit(x, truth.pdf(x), 3, method=method, rng=seed)
        assert largest_error(result.mixture, truth, factor) < 1e-6
        assert result.success
        assert result.diagnosis == ()


@pytest.mark.parametrize("number", range(1, 16))
def test_marron_and_wands_densities_are_recovered(number):
    truth, x = marron_wand(number), np.linspace(-3.5, 3.5, 200)
    result = fit(x, truth.pdf(x), truth.n_components, rng=1)
    assert result.success
    assert result.loss < 1e-12


@methods
def test_random_mixtures_are_recovered(method):
    rng = np.random.default_rng(7)
    for _ in range(60 if method == "LM" else 20):
        truth = random_mixture(rng)
        x = np.linspace(*np.sort(rng.choice([[0, 100], [-20, 110], [5, 95]])), 200)
        result = fit(x, truth.pdf(x), truth.n_components, method=method, rng=rng)
        assert result.loss < 1e-8
        assert result.success


def test_an_uneven_grid_a_free_mass_and_a_cut_off_curve():
    x = np.geomspace(0.5, 100, 120)
    truth = Mixture([0.5, 0.3, 0.2], [5, 20, 60], [1, 4, 10])
    assert largest_error(fit(x, truth.pdf(x), 3, rng=0).mixture, truth) < 1e-6
    assert largest_error(fit(x, truth.pdf(x), 3, rng=0, grid_weights="trapezoid").mixture, truth) < 1e-6
    free = fit(x, 272 * truth.pdf(x), 3, mass=None, rng=0)
    assert free.mass == pytest.approx(272, rel=1e-9)
    assert largest_error(free.mixture, truth) < 1e-6
    assert np.exp(free.x[:3]).sum() == pytest.approx(272)
    cut = X[X <= 16]  # half of the third bell is out of sight
    assert largest_error(fit(cut, CLASSIC.pdf(cut), 3, rng=0).mixture, CLASSIC) < 1e-5


@methods
def test_the_presets_of_the_first_lesson(method):
    for name, truth in PRESETS.items():
        result = fit(X, truth.pdf(X), truth.n_components, method=method, rng=0)
        if name == "Needle":  # between two grid points, where nobody can find it
            assert not result.success
            assert result.diagnosis
        else:
            assert result.success
            assert result.loss < 1e-8
            if method == "LM":  # BFGS can't tell the bells of one hump apart: 1e-11 is left over, 0.3 is wrong
                assert largest_error(result.mixture, truth) < 1e-4


@pytest.mark.slow
def test_a_million_points():
    x = np.linspace(0, 25, 1_000_000)
    result = fit(x, noisy(CLASSIC.pdf(x), 0.01), 3, rng=0)
    assert result.success
    assert largest_error(result.mixture, CLASSIC) < 1e-3


@pytest.mark.parametrize("at", [0, 9036, 19_999])
def test_of_a_long_grid_the_one_point_that_counts_is_seen(at):
    x, density = np.linspace(0, 10, 20_000), np.zeros(20_000)
    density[at] = 3.0
    result = fit(x, density, 1, mass=None, n_starts=3, rng=0)
    assert result.mixture.means[0] == pytest.approx(x[at], abs=1e-3)


def test_the_handful():
    result = fit([0, 1, 2], gaussian_pdf(np.arange(3.0), 1.2, 0.8), 1, rng=0)
    assert largest_error(result.mixture, Mixture([1], [1.2], [0.8])) < 1e-9


# Real data


def test_old_faithful_has_two_kinds_of_eruption():
    x, density = density_from_histogram(*np.histogram(old_faithful()[0], np.arange(1.5, 5.3, 0.25)))
    results = [fit(x, density, 2, rng=seed) for seed in range(5)]
    for result in results:
        np.testing.assert_allclose(result.mixture.means, [1.95, 4.38], atol=0.01)
        assert result.loss == pytest.approx(results[0].loss, rel=1e-6)


def test_the_galaxies_are_fitted_alike_from_every_seed():
    x, density = density_from_samples(galaxies())
    for K in (2, 3, 4, 5):
        losses = np.array([fit(x, density, K, rng=seed).loss for seed in range(4)])
        assert np.ptp(losses) < 1e-3 * losses.min() or losses.max() < 1e-6


# Results


@methods
def test_x_is_the_mixture_and_the_runs_are_sorted(method):
    result = fit(X, noisy(DENSITY, 0.03), 3, method=method, rng=0)
    for run in (result, *result.runs):
        for got, name in zip(unpack(run.x), NAMES, strict=True):
            np.testing.assert_allclose(got, getattr(run.mixture, name), rtol=1e-12)
        assert (np.diff(run.mixture.means) >= 0).all()
    assert result.runs[0].loss == result.loss
    assert len(result.runs) >= 5
    assert result.fun == result.loss


@methods
def test_the_history_goes_from_the_start_to_the_end(method):
    start = Mixture([1 / 3] * 3, [3, 12, 22], [2, 2, 2])
    result = fit_once(X, DENSITY, start, method=method)
    assert result.success
    assert len(result.history.loss) == len(result.history.theta) == len(result.history.grad_norm) == result.nit + 1
    np.testing.assert_allclose(result.history.theta[0][3:], pack(start)[3:])
    np.testing.assert_allclose(result.start.weights, start.weights)
    assert result.history.loss[-1] == pytest.approx(result.loss, abs=1e-28)  # two ways to sum: equal but for rounding
    assert result.history.grad_norm[-1] == pytest.approx(result.grad_norm, abs=1e-14)
    if method == "LM":
        assert (np.diff(result.history.loss) < 0).all()


def test_a_walk_that_ends_where_it_starts_is_measured_there():
    """`gtol=1` ends MINPACK before its first step."""
    result = fit_once(X, DENSITY, Mixture([1 / 3] * 3, [3, 12, 22], [2, 2, 2]), method="LM", options={"gtol": 1.0})
    assert result.nit == 0
    assert result.loss == pytest.approx(relative_loss(DENSITY, result.pdf(X)), rel=1e-9)
    assert result.grad_norm == pytest.approx(result.history.grad_norm[0], rel=1e-9)


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"BFGS", "LM"}))
def test_every_method_of_scipy_goes_downhill(method):
    start = Mixture([1 / 3] * 3, [4, 14, 21], [2, 2, 2])
    result = fit_once(X, DENSITY, start, method=method)
    assert result.loss < 0.5 * result.history.loss[0]
    flat_enough = {0: 1e-6, 1: 1e-8, 2: 1e-6}  # one that was cut short must be flatter
    assert result.success == (result.grad_norm <= flat_enough.get(result.status, 0))


def test_one_walk_into_the_wrong_valley_says_that_it_cannot_know():
    result = fit_once(X, DENSITY, Mixture([1 / 3] * 3, [1, 2, 3], [1, 1, 1]))
    assert result.success
    assert result.loss > 0.01
    assert "one start can't tell" in result.message
    assert any("another start" in sentence for sentence in result.diagnosis)


def test_too_few_iterations_are_no_success():
    for method, option in (("LM", "maxfev"), ("BFGS", "maxiter")):
        result = fit_once(X, DENSITY, Mixture([1 / 3] * 3, [3, 12, 22], [2, 2, 2]), method=method, options={option: 3})
        assert not result.success
        assert result.status == 1
        assert f"raise `{option}`" in result.message


def test_a_bell_beyond_all_numbers_is_diagnosed_not_raised():
    """exp(800) is no float: what the model clips, the result clips as well."""
    theta = pack(CLASSIC)
    theta[6] = 800
    result = fit_once(X, DENSITY, theta, options={"maxiter": 0})
    assert np.isfinite(result.mixture.stds).all()
    assert any("wider than the grid" in sentence for sentence in result.diagnosis)


def test_a_curve_is_a_number_even_on_top_of_a_spike_of_no_width():
    theta = np.array([460, 460, 4.3, 5, 0.2, -299])  # areas of 1e200
    result = fit_once(X, 1e200 * CLASSIC.pdf(X), theta, mass=None, method="LM", options={"maxfev": 1})
    assert np.isfinite(result.pdf(result.mixture.means)).all()


@pytest.mark.parametrize("factor", [1e200, 1e-200])
def test_a_needle_in_a_unit_beyond_measure_is_still_a_mixture(factor):
    x = factor * X
    theta = np.concatenate([np.zeros(2), factor * np.array([5.0, 15]), np.log(factor) + np.array([0.0, -290])])
    result = fit_once(x, CLASSIC.pdf(X) / factor, theta, options={"maxiter": 0})
    assert (result.mixture.stds > 0).all()
    assert isinstance(repr(result), str)


def test_runs_that_left_the_range_of_floats_can_still_be_read():
    """On one point a mean runs away; here the factor to the user's unit takes it past the largest float."""
    x, y = 1e204 * np.linspace(1, 1.0005, 200), np.eye(200)[120]
    for seed in range(4):
        result = fit(x, y, 2, mass=None, prior=log_std_prior(1e200, 0.08), n_starts=20, rng=seed)
        assert all(np.isfinite(run.history.theta).all() for run in result.runs)
        assert result.standard_errors().stds[-1] > 0


def test_errors_of_an_area_near_the_largest_float_are_not_known():
    theta = np.array([np.log(1e199), 740, 8, 800, 0, -300])
    result = fit_once(np.arange(9.0), 1e199 * np.arange(1, 10.0), theta, mass=None, method="LM", options={"maxfev": 1})
    with pytest.warns(OptimizeWarning):
        assert np.isnan(result.standard_errors().areas[1])


def test_what_the_diagnosis_sees():
    def sentences(weights, means, stds, x=X, density=DENSITY):
        start = Mixture(weights, means, stds)
        return " ".join(fit_once(x, density, start, options={"maxiter": 0}).diagnosis)

    assert "wider than the grid" in sentences([0.5, 0.5], [5, 15], [2, 30])
    assert "off the grid" in sentences([0.5, 0.5], [5, 40], [2, 2])
    assert "hides between grid points" in sentences([0.5, 0.5], [5, 15.1667], [2, 0.001])
    assert "spike" in sentences([0.5, 0.5], [5, 15], [2, 0.1])
    assert "dead" in sentences([1 - 1e-6, 1e-6], [5, 15], [2, 2])
    assert "twins" in sentences([0.2, 0.5, 0.3], [5, 15, 5], [2, 1, 2])
    assert "pass `mass=None`" in sentences([0.5, 0.5], [5, 15], [2, 2], density=272 * DENSITY)
    assert "another start" in sentences([0.5, 0.5], [5, 10], [2, 2])


def test_a_perfect_fit_with_a_bell_that_no_point_sees_is_no_success():
    needle = Mixture([0.5, 0.1, 0.4], [8, 10.1667, 16], [2, 0.03, 2])
    result = fit(X, needle.pdf(X), 3, rng=0)
    assert result.loss < 1e-8
    assert not result.success


def test_a_result_shows_itself_and_travels():
    result = fit(X, DENSITY, 3, rng=0)
    assert repr(result).startswith("FitResult: success, the target is met")
    assert "<b>Success:</b>" in result._repr_html_()
    table = ElementTree.fromstring(result._repr_html_()).iter("tr")
    assert [[cell.text.split(" ±")[0] for cell in row[1:]] for row in table] == [
        ["area", "mean", "std"],
        ["0.3", "5", "2"],
        ["0.5", "15", "1"],
        ["0.2", "20", "2"],
    ]
    assert same(pickle.loads(pickle.dumps(result)), result)


# Uncertainty


def plain_fit(x, y, start, *, free_mass):
    """`scipy.optimize.least_squares` on areas, means, stds: no softmax, no logs. Returns parameters and errors."""
    K = start.n_components

    def model(p):
        areas = p[:K] if free_mass else np.append(p[: K - 1], 1 - p[: K - 1].sum())
        means, stds = p[-2 * K : -K], p[-K:]
        return gaussian_pdf(x[:, None], means, stds) @ areas - y

    scale = np.trapezoid(y, x) if free_mass else 1.0
    first = np.concatenate([scale * start.weights[: K if free_mass else K - 1], start.means, start.stds])
    end = least_squares(model, first, x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15)
    covariance = np.linalg.inv(end.jac.T @ end.jac) * 2 * end.cost / (x.size - end.x.size)
    return end.x, covariance


@methods
def test_a_given_mass_agrees_with_least_squares_in_parameters_and_errors(method):
    y = noisy(DENSITY, 0.01)
    result = fit(X, y, 3, method=method, rng=0)
    p, covariance = plain_fit(X, y, CLASSIC, free_mass=False)
    mixture, errors = result.mixture, result.standard_errors()
    np.testing.assert_allclose([*mixture.weights[:2], *mixture.means, *mixture.stds], p, rtol=1e-6)
    got = [*errors.weights[:2], *errors.means, *errors.stds]
    np.testing.assert_allclose(got, np.sqrt(np.diag(covariance)), rtol=1e-6)
    assert errors.mass == 0
    third = np.sqrt(np.array([1, 1]) @ covariance[:2, :2] @ np.array([1, 1]))  # weight 3 = 1 − the others
    assert errors.weights[2] == pytest.approx(third, rel=1e-6)


@methods
def test_a_free_mass_agrees_with_least_squares_in_parameters_and_errors(method):
    y = noisy(272 * DENSITY, 0.02, seed=3)
    result = fit(X, y, 3, mass=None, method=method, rng=0)
    p, covariance = plain_fit(X, y, CLASSIC, free_mass=True)
    np.testing.assert_allclose([*(result.mass * result.mixture.weights), *result.mixture.means], p[:6], rtol=1e-6)
    errors = result.standard_errors()
    np.testing.assert_allclose([*errors.means, *errors.stds], np.sqrt(np.diag(covariance))[3:], rtol=1e-6)
    assert errors.mass == pytest.approx(np.sqrt(covariance[:3, :3].sum()), rel=1e-6)


@pytest.mark.parametrize("factor", [1000, 1e200, 1e-200])
def test_standard_errors_follow_the_unit(factor):
    y = noisy(DENSITY, 0.01)
    plain = fit(X, y, 3, rng=0).standard_errors()
    scaled = fit(factor * X, y / factor, 3, rng=0).standard_errors()
    np.testing.assert_allclose(scaled.means / factor, plain.means, rtol=1e-5)
    np.testing.assert_allclose(scaled.weights, plain.weights, rtol=1e-5)


def test_standard_errors_are_the_roots_of_the_covariance():
    result = fit(X, noisy(DENSITY, 0.01), 3, rng=0)
    errors = result.standard_errors()
    together = [*errors.weights, *errors.means, *errors.stds, errors.mass]
    np.testing.assert_allclose(together, np.sqrt(np.diag(result.covariance())), rtol=1e-12, atol=1e-300)


def test_no_number_is_known_without_a_degree_of_freedom():
    result = fit(X[:2] + 5, CLASSIC.pdf(X[:2] + 5), 1, rng=0)
    with pytest.warns(OptimizeWarning, match="no degree of freedom"):
        assert np.isnan(result.covariance()).all()


def test_twins_are_unknown_and_what_they_share_is_known():
    y = 0.7 * gaussian_pdf(X, 8, 2) + 0.3 * gaussian_pdf(X, 18, 1)
    result = fit_once(X, y, Mixture([0.35, 0.35, 0.3], [8, 8, 18], [2, 2, 1]), method="LM")
    with pytest.warns(OptimizeWarning, match="can't tell these parameters apart"):
        errors = result.standard_errors()
    assert np.isnan(errors.areas).tolist() == np.isnan(errors.means).tolist() == [True, True, False]
    assert not result.diagnosis[1:]  # twins are named once


@pytest.mark.parametrize("mass", [1.0, None])
@pytest.mark.parametrize("k", range(4))
def test_a_dead_component_leaves_the_others_their_errors(mass, k):
    y, logits = noisy(DENSITY, 0.01), np.insert(np.log([0.3, 0.5, 0.2]), k, -200)
    start = np.concatenate([logits, np.insert([5.0, 15, 20], k, 12), np.insert(np.log([2.0, 1, 2]), k, 0)])
    sigma = 0.01 * y.max()  # so that the errors don't rest on the degrees of freedom
    with_dead = fit_once(X, y, start, mass=mass, sigma=sigma, method="LM")
    alone = fit_once(X, y, CLASSIC, mass=mass, sigma=sigma, method="LM").standard_errors()
    with pytest.warns(OptimizeWarning, match="can't tell"):
        errors = with_dead.standard_errors()
    dead = int(with_dead.mixture.weights.argmin())
    for name in ("weights", "means", "stds", "areas", "heights", "fwhms"):
        known = np.delete(getattr(errors, name), dead)
        np.testing.assert_allclose(known, getattr(alone, name), rtol=1e-4)
    assert np.isnan(errors.means[dead])
    assert errors.mass == pytest.approx(alone.mass, rel=1e-4)


# Priors


@methods
def test_a_prior_is_penalised_least_squares(method):
    y = noisy(DENSITY, 0.05)
    prior = log_std_prior(1.5, 1e-3) + mean_prior(12.5, 7, 1e-3) + weight_prior(1e-3)
    result = fit(X, y, 3, prior=prior, method=method, rng=0)
    w, m, s = (getattr(result.mixture, n) for n in NAMES)
    expected = (
        np.sum(np.log(s / 1.5) ** 2) + np.sum(((m - 12.5) / 7) ** 2) + np.sum((np.log(w) - np.log(w).mean()) ** 2)
    )
    assert result.fun - result.loss == pytest.approx(1e-3 * expected, rel=1e-6)
    assert result.success
    worse = fit(X, y, 3, rng=0)
    assert worse.loss < result.loss


def test_both_engines_see_the_same_prior():
    y = noisy(DENSITY, 0.05)
    lm, bfgs = (fit(X, y, 3, prior=log_std_prior(1.5, 1e-2), method=m, rng=0) for m in ("LM", "BFGS"))
    assert lm.fun == pytest.approx(bfgs.fun, rel=1e-9)
    np.testing.assert_allclose(lm.mixture.stds, bfgs.mixture.stds, rtol=1e-4)


def test_a_whisper_of_a_prior_keeps_spare_bells_from_exploding():
    result = fit(X, DENSITY, 5, prior=log_std_prior(2, 1e-6), rng=0)
    assert result.mixture.stds.max() < 50
    assert result.loss < 1e-6


def test_twice_the_points_half_the_strength():
    twice = strength(0.01, 0.25, np.tile(DENSITY, 2))
    assert strength(0.01, 0.25, DENSITY) == pytest.approx(2 * twice)


# One answer


def test_the_answer_depends_on_the_seed_alone():
    y = noisy(DENSITY, 0.05)
    reference = fit(X, y, 4, rng=3)
    with ThreadPoolExecutor(2) as pool:
        for workers in (1, map, pool.map, lambda f, jobs: [f(job) for job in jobs]):
            assert same(fit(X, y, 4, rng=3, workers=workers), reference)
    assert same(fit(X, y, 4, rng=3, workers=2), reference)
    assert same(fit(X, y, 4, rng=np.random.default_rng(3)), reference)


def test_exactly_as_many_starts_as_asked_for():
    for n in (1, 2, 7, 13):
        assert len(fit(X, noisy(DENSITY, 0.05), 3, n_starts=n, rng=0).runs) == n


def test_progress_counts_starts(capsys):
    fit(X, DENSITY, 3, n_starts=4, rng=0, progress=True)
    assert "4/4" in capsys.readouterr().err


def test_the_global_generator_is_left_alone():
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    fit(X, noisy(DENSITY, 0.05), 3)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


# Callbacks


@methods
def test_a_callback_is_told_every_iteration_and_may_stop(method):
    start = Mixture([1 / 3] * 3, [3, 12, 22], [2, 2, 2])
    told = []

    def watch(intermediate_result):
        told.append(intermediate_result)
        if len(told) == 4:
            raise StopIteration

    result = fit_once(X, DENSITY, start, method=method, callback=watch)
    assert [state.nit for state in told] == [1, 2, 3, 4]
    assert result.status == 99
    assert not result.success
    assert result.fun == pytest.approx(told[-1].fun, rel=1e-14)
    np.testing.assert_allclose(np.sort(told[-1].x[3:6]), result.mixture.means)
    points = []
    result = fit_once(X, DENSITY, start, method=method, callback=points.append)
    assert len(points) in (result.nit, result.nit - 1)


@methods
def test_an_interrupt_leaves_the_best_so_far(method):
    calls = 0

    def interrupt(_theta):
        nonlocal calls
        calls += 1
        if calls == 30:
            raise KeyboardInterrupt

    for call in (
        lambda: fit(X, noisy(DENSITY, 0.05), 4, method=method, rng=0, callback=interrupt),
        lambda: fit_once(X, DENSITY, Mixture([1 / 3] * 3, [1, 2, 3], [1, 1, 1]), method=method, callback=interrupt),
    ):
        calls = 26
        with pytest.raises(KeyboardInterrupt) as caught:
            call()
        assert np.isfinite(caught.value.result.loss)
        assert not caught.value.result.success


def test_what_a_callback_raises_is_not_swallowed():
    def fail(_theta):
        raise RuntimeError("from the callback")

    for method in ("LM", "BFGS"):
        with pytest.raises(RuntimeError, match="from the callback"):
            fit(X, DENSITY, 3, method=method, callback=fail)


# Any target


def random_target(rng):
    """A curve of any kind, and options: exact, noisy, cut off, tiny, huge, with components to spare."""
    truth = random_mixture(rng, gap=0.3)
    x = np.sort(rng.uniform(*rng.choice([[0, 100], [-50, 60], [40, 140]]), int(rng.integers(20, 120))))
    y = truth.pdf(x) + rng.choice([0, 0.01, 0.1]) * 0.02 * rng.normal(size=x.size)
    factor, height = 10.0 ** rng.integers(-12, 13), 10.0 ** rng.integers(-6, 7)
    mass = None if height != 1 or rng.random() < 0.5 else 1.0
    K = int(rng.integers(1, min(7, x.size // 3)))
    prior = log_std_prior(5 * factor, 1e-4) if rng.random() < 0.2 else None
    weights = rng.choice([None, "trapezoid"])
    options = {"mass": mass, "prior": prior, "grid_weights": weights, "method": rng.choice(["LM", "LM", "BFGS"])}
    return (factor * x, np.maximum(y, -0.4 * y.max()) * height / factor, K), {k: _plain(v) for k, v in options.items()}


def _plain(value):
    return str(value) if isinstance(value, np.str_) else value


@pytest.mark.slow
def test_three_hundred_targets_of_any_kind_make_no_trouble():
    rng = np.random.default_rng(11)
    for _ in range(300):
        target, options = random_target(rng)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = fit(*target, rng=rng, n_starts=int(rng.integers(1, 4)), **options)
            assert np.isfinite(result.loss)
            assert np.isfinite(result.x).all() or result.mixture.weights.min() == 0
            assert isinstance(result.message, str)
            assert isinstance(result.diagnosis, tuple)
            repr(result)


@pytest.mark.parametrize("name", ["classic", "shoulder", "claw"])
def test_the_curvature_starts_weights_are_the_best_for_its_bells(name):
    truth = {"classic": CLASSIC, "shoulder": Mixture([0.6, 0.4], [10, 14], [2, 1.5]), "claw": marron_wand(10)}[name]
    x = np.linspace(truth.mean() - 4 * truth.std(), truth.mean() + 4 * truth.std(), 300)
    start = curvature_start(x, truth.pdf(x), truth.n_components)
    best = np.linalg.lstsq(gaussian_pdf(x[:, None], start.means, start.stds), truth.pdf(x))[0]
    assert best.min() > 0
    np.testing.assert_allclose(start.weights, best / best.sum(), rtol=1e-6)


@pytest.mark.parametrize("noise", [0, 0.01])
def test_a_run_that_ends_in_nan_is_no_answer(noise, monkeypatch):
    """As with SciPy 1.14's MINPACK, where a bell was blown up: of an exact curve the first run, of a noisy one the one
    that finishes the best."""
    ends = []

    def leastsq(*args, **settings):
        phi, *others = optimize.leastsq(*args, **settings)
        ends.append(phi if ends else phi * np.nan)
        return ends[-1], *others

    monkeypatch.setattr("gmm_helpers._engine.minimise.leastsq", leastsq)
    result = fit(X, noisy(DENSITY, noise), 3, rng=0)
    assert np.isnan(ends[0]).all()
    assert result.success
    assert np.isnan(result.runs[-1].fun) == (noise == 0)
    assert largest_error(result.mixture, CLASSIC) < 0.5


def test_a_search_ends_where_another_round_may_exceed_its_budget(monkeypatch):
    """A round has seven starts, and at most two runs that go on."""
    monkeypatch.setattr("gmm_helpers._engine.search.BUDGET", 0.004)
    density = DENSITY + 0.01 * DENSITY.max() * np.random.default_rng(0).normal(size=X.size)
    result = fit(X, density, 4, rng=0)
    price = _seconds_per_evaluation(result._run.problem, Settings(METHODS["lm"], np.random.default_rng()))
    one_round = sum(sorted(run.nfev for run in result.runs)[-9:])
    assert not result.is_confirmed
    assert (result.nfev + one_round) * price > 0.004
    assert (result.nfev - one_round) * price <= 0.004


@pytest.mark.parametrize("lost_at", [0, 2])
def test_a_run_that_is_lost_can_be_shown_and_is_no_success(monkeypatch, lost_at):
    """MINPACK of SciPy 1.14 may end in NaN. What came before is kept, and a search prefers any other run."""

    def ends_in_nan(residuals, phi, Dfun, **_):
        for step in range(lost_at):
            residuals(phi + step / 100)
            Dfun(phi + step / 100)
        return np.full(phi.size, np.nan), None, {"nfev": lost_at}, "", 1

    monkeypatch.setattr("gmm_helpers._engine.minimise.leastsq", ends_in_nan)
    result = fit_once(*classic(), Mixture([0.3, 0.3, 0.4], [4, 12, 21], [1, 1, 1]), method="LM")
    assert not result.success
    assert "another start" in result.message
    assert "FitResult: no success" in repr(result)
    assert np.isfinite(result.theta).all()
    found = fit(*classic(), 3, rng=0)
    assert found.success
    assert found.loss < 1e-8


@pytest.mark.parametrize("strength", [1e-9, 1e-6])
def test_a_target_is_called_met_only_where_success_holds(strength):
    result = fit(*classic(), 3, prior=log_std_prior(0.3, strength), n_starts=3, rng=0)
    assert result.success or not result.message.startswith("the target is met")


def test_one_more_component_than_under_a_prior_starts_from_the_curve_alone():
    result = fit(X, DENSITY, 2, prior=log_std_prior(2, 1e-6), rng=0)
    assert result.one_more().n_components == 3
    assert fit(X, DENSITY, 3, start=result.one_more(), n_starts=1).loss < 1e-12


def test_chi2_of_a_tiny_sigma_is_infinite_and_no_error():
    result = fit(X, DENSITY + 0.01 * np.sin(X), 3, sigma=1e-170, rng=0)
    assert result.chi2 == result.aic == result.bic == np.inf


@pytest.mark.parametrize("method", ["trust-exact", "trust-krylov", "dogleg", "BFGS", "LM"])
def test_a_run_that_leaves_the_range_of_numbers_says_so_by_any_method(method):
    start = np.array([0, 0, 5, 15, 300, 0.0])
    result = fit_once(X, DENSITY, start, method=method, mass=None, prior=lambda _w, _m, s: 1e200 * s[:1])
    assert not result.success
    assert "left the range of numbers" in result.message


def test_the_finish_of_a_search_on_means_is_priced_by_all_points(monkeypatch):
    monkeypatch.setattr("gmm_helpers._engine.search.BUDGET", 0.3)
    x = np.linspace(-3, 3, 50_000)
    result = fit(x, np.maximum(1 - abs(x), 0), 6, mass=None, n_starts=2, rng=0)
    settings = Settings(METHODS["lm"], np.random.default_rng())
    price = _seconds_per_evaluation(result._run.problem, settings, alone=True)
    assert result.runs[0].nfev <= max(LAST, 0.3 / price)


@pytest.mark.slow
def test_what_means_of_neighbours_hide_is_found_on_all_points(monkeypatch):
    """Two lines of std 3 steps, where the search looks at means of 16: its best takes them for one."""
    x = np.linspace(0, 100, 65536)
    step = x[1]
    bells = np.array([3 * step, 2.4 * step, 1.5])
    truth = Mixture(bells / bells.sum(), [40.01, 40.01 + 12 * step, 70], [3 * step, 3 * step, 5])
    y = truth.pdf(x) / truth.pdf(40.01) + 0.02 * np.random.default_rng(0).normal(size=x.size)
    counted = []
    alone, in_lockstep = search._alone, search.run_in_lockstep
    monkeypatch.setattr(search, "_alone", lambda *about: counted.append(alone(*about)) or counted[-1])
    monkeypatch.setattr(search, "run_in_lockstep", lambda starts: counted.extend(r := in_lockstep(starts)) or r)
    for options in ({}, {"start": truth}):
        counted.clear()
        result = fit(x, y, 3, mass=None, rng=0, **options)
        assert result.nfev == sum(run.nfev for run in counted)
        assert result.success
        assert abs(result.mixture.means - truth.means)[:2].max() < step
