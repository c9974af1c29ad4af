"""The residual and its Jacobian against plain autograd, finite differences and the loss as taught."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, hessian
from hypothesis import given
from hypothesis import strategies as st
from strategies import mixtures

from gmm_helpers import (
    CLASSIC,
    apart,
    classic,
    equal,
    fixed,
    l2_loss,
    log_std_prior,
    mean_prior,
    mixture_pdf,
    pack,
    ratio,
    relative_loss,
    unpack,
    weight_prior,
)
from gmm_helpers._engine.affine import solve_equations
from gmm_helpers._engine.derivatives import evaluate
from gmm_helpers._engine.problem import make_problem

X, DENSITY = classic()
PRIOR = log_std_prior(2, 1e-2) + mean_prior(12.5, 7, 1e-3)
SIGMA = np.linspace(1, 3, 75)
WAVE = np.column_stack([np.sin(X), np.cos(X)])
PROBLEMS = {
    "a given mass": make_problem(X, DENSITY, 3),
    "a free mass": make_problem(X, 272 * DENSITY, 3, mass=None),
    "trapezoidal weights on an uneven grid": make_problem(X**1.5, DENSITY, 3, grid_weights="trapezoid"),
    "sigma": make_problem(X, DENSITY, 3, sigma=SIGMA),
    "a linear background": make_problem(X, 5 + DENSITY, 3, background="linear", sigma=SIGMA),
    "a background in columns": make_problem(X, 5 * DENSITY + WAVE[:, 0], 3, mass=None, background=WAVE),
    "ties": make_problem(X, DENSITY, 3, ties=[equal("stds"), ratio("areas", 0, 1, 2), apart("means", 0, 2, 7)]),
    "fixed numbers": make_problem(X, DENSITY, 3, mass=None, ties=[fixed("means", 1, 14), fixed("areas", 0, 0.2)]),
    "a prior": make_problem(X, DENSITY, 3, prior=PRIOR),
    "a prior of one's own": make_problem(X, DENSITY, 3, prior=lambda weights, means, _stds: 0.1 * weights * means),
}
problems = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
thetas = st.lists(st.floats(-1.5, 1.5), min_size=9, max_size=9).map(np.array)


def plain(phi, problem):
    """The objective in ordinary autograd.numpy, written as it reads in the docstring; the background by normal
    equations."""
    theta = anp.dot(phi, problem.affine.basis) + problem.affine.origin
    weights, means, stds = unpack(theta)
    areas = anp.exp(theta[:3]) if problem.areas.free else weights
    left = problem.scale * mixture_pdf(problem.u, areas, means, stds) - problem.target
    if problem.background.n_columns:
        B = problem.background.columns * problem.points.root_g[:, None]
        left = left - anp.dot(B, anp.linalg.solve(B.T @ B, anp.dot(B.T, left)))
    said = 0.0 if problem.user_prior is None else problem.user_prior(*unpack(problem.to_user(theta)))
    return anp.sum(left**2) + anp.sum(anp.ravel(said) ** 2)


def free(theta, problem):
    return theta[: len(problem.affine.basis)]


@problems
@given(theta=thetas)
def test_value_and_gradient_are_those_of_plain_autograd(problem, theta):
    phi = free(theta, problem)
    here = evaluate(phi, problem)
    assert here.fun == pytest.approx(plain(phi, problem), rel=1e-9)
    np.testing.assert_allclose(here.gradient, grad(plain)(phi, problem), rtol=1e-7, atol=1e-9)


@problems
def test_the_jacobian_is_that_of_the_residuals(problem):
    phi, h = free(np.random.default_rng(1).normal(size=9), problem), 1e-6
    J = evaluate(phi, problem).J
    for i, step in enumerate(h * np.eye(phi.size)):
        above, below = (evaluate(phi + sign * step, problem).residuals for sign in (1, -1))
        np.testing.assert_allclose(J[i], (above - below) / (2 * h), atol=2e-9)


@problems
def test_many_runs_at_once_are_each_run_alone(problem):
    """To the bit: so an answer doesn't depend on what else runs beside it."""
    phis = np.array([free(theta, problem) for theta in np.random.default_rng(2).normal(size=(7, 9))])
    together = evaluate(phis, problem)
    for i in range(7):
        alone = evaluate(phis[i : i + 1], problem)
        np.testing.assert_array_equal(together.residuals[i], alone.residuals[0])
        np.testing.assert_array_equal(together.J[i], alone.J[0])
        np.testing.assert_array_equal(together.fun[i], alone.fun[0])
        np.testing.assert_array_equal(together.gradient[i], alone.gradient[0])
        np.testing.assert_array_equal(together.hessian[i], alone.hessian[0])


def test_the_gauss_newton_hessian_is_the_hessian_where_the_curve_is_met():
    problem = PROBLEMS["a given mass"]
    phi = problem.affine.phi(problem.from_user(pack(CLASSIC)))
    np.testing.assert_allclose(evaluate(phi, problem).hessian, hessian(plain)(phi, problem), atol=1e-9)


@given(thetas)
def test_a_shift_of_all_logits_changes_no_free_number(theta):
    problem = PROBLEMS["a given mass"]
    np.testing.assert_allclose(
        problem.affine.phi(theta + np.repeat([5.0, 0, 0], 3)), problem.affine.phi(theta), atol=1e-12
    )


@problems
@given(theta=thetas)
def test_free_numbers_there_and_back(problem, theta):
    phi = free(theta, problem)
    there = problem.affine.theta(phi)
    np.testing.assert_allclose(problem.affine.theta(problem.affine.phi(there)), there, atol=1e-9)


@given(seed=st.integers(0, 1000), size=st.floats(1e-3, 1e6))
def test_equations_that_agree_are_solved_and_others_refused(seed, size):
    """Of any size; one of them may follow from the others."""
    rng = np.random.default_rng(seed)
    C, theta = rng.normal(size=(3, 9)), size * rng.normal(size=9)
    C = np.vstack([C, C.sum(axis=0)])
    affine = solve_equations(C, C @ theta, shuffles=False)
    assert affine.basis.shape == (6, 9)
    for free in (np.zeros(6), rng.normal(size=6)):
        np.testing.assert_allclose(C @ affine.theta(free), C @ theta, atol=1e-9 * size)
    with pytest.raises(ValueError, match="`ties` must not contradict each other"):
        solve_equations(C, C @ theta + [0, 0, 0, 1e-6 * (1 + size)], shuffles=False)


@given(mixtures(max_components=3))
def test_the_normalised_loss_is_the_relative_one(m):
    problem = make_problem(X, DENSITY, m.n_components)
    expected = relative_loss(DENSITY, m.pdf(X))
    assert evaluate(problem.affine.phi(problem.from_user(pack(m))), problem).fun == pytest.approx(expected, rel=1e-9)
    assert l2_loss(pack(m), X, DENSITY) / np.sum(DENSITY**2) == pytest.approx(expected, rel=1e-9)


@given(mixtures(max_components=3))
def test_units_there_and_back(m):
    problem = make_problem(1e6 + 1000 * X, DENSITY / 1000, m.n_components)
    theta = pack(m)
    np.testing.assert_allclose(problem.to_user(problem.from_user(theta)), theta, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("size", [1e3, 1e6, 1e300])
def test_far_off_parameters_stay_within_numbers(size):
    for theta in size * np.random.default_rng(3).normal(size=(20, 9)):
        for problem in PROBLEMS.values():
            if problem.prior is None and not problem.ties:
                with np.errstate(all="ignore"):
                    here = evaluate(free(theta, problem), problem)
                assert not np.isnan(here.fun)
                assert not np.isnan(here.gradient).any()


def test_priors_add_up():
    theta, problem = np.random.default_rng(4).normal(size=9), PROBLEMS["a prior"]
    _, means, stds = unpack(problem.to_user(theta))
    expected = 1e-2 * np.sum(np.log(stds / 2) ** 2) + 1e-3 * np.sum(((means - 12.5) / 7) ** 2)
    assert np.sum(problem.prior(theta)[0] ** 2) == pytest.approx(expected)


def test_an_affine_prior_is_the_function_that_it_is_made_from():
    """The package's own priors are affine in theta; that shortcut and the plain way through autograd agree."""
    prior = PRIOR + weight_prior(1e-2)
    assert prior.affine
    assert not (prior + (lambda *mixture: mixture[2])).affine
    quick = make_problem(X, DENSITY, 3, prior=prior).prior
    plain_way = make_problem(X, DENSITY, 3, prior=lambda *mixture: prior(*mixture)).prior
    assert quick.constant is not None
    assert plain_way.constant is None
    for theta in np.random.default_rng(5).normal(size=(5, 9)):
        for ours, theirs in zip(quick(theta), plain_way(theta), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_a_prior_joins_any_function_and_nothing_else():
    def own(_weights, means, _stds):
        return means - 4

    mixture = (np.array([1.0]), np.array([7.0]), np.array([2.0]))
    for both in (own + log_std_prior(2, 1), log_std_prior(2, 1) + own):
        assert sorted(both(*mixture)) == [0, 3]
    for wrong in (lambda: 3 + PRIOR, lambda: PRIOR + 3):
        with pytest.raises(TypeError, match="unsupported operand"):
            wrong()


@given(st.lists(st.floats(-4, 0), min_size=3, max_size=3))
def test_no_product_of_derivatives_is_too_small_for_a_float(log_stds):
    """Subnormal numbers are slow: without a floor, a search of many narrow bells takes several times longer."""
    problem = PROBLEMS["a given mass"]
    rows = evaluate(np.array([0, 0, 0, -1, 0, 1, *log_stds]) @ problem.affine.basis.T, problem).by_theta
    assert abs(rows[rows != 0]).min() ** 2 > np.finfo(float).tiny
