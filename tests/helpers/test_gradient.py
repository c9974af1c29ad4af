"""Chapter 4: the loss primitive against plain autograd, finite differences and the loss as taught."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, hessian, jacobian
from autograd.test_util import check_grads
from hypothesis import given
from hypothesis import strategies as st
from strategies import mixtures

from gmm_helpers import (
    CLASSIC,
    classic,
    l2_loss,
    log_std_prior,
    mean_prior,
    mixture_pdf,
    pack,
    relative_loss,
    unpack,
    weight_prior,
)
from gmm_helpers._engine.derivatives import (
    CHUNK,
    gauss_newton_hessian,
    loss_and_gradient,
    objective,
    residuals_and_jacobian,
    summed,
    value_and_grad,
)
from gmm_helpers._engine.problem import make_problem

X, DENSITY = classic()
PRIOR = log_std_prior(2, 1e-2) + mean_prior(12.5, 7, 1e-3)
PROBLEMS = {
    "a given mass": make_problem(X, DENSITY, 3),
    "a free mass": make_problem(X, 272 * DENSITY, 3, mass=None),
    "trapezoidal weights on an uneven grid": make_problem(X**1.5, DENSITY, 3, grid_weights="trapezoid"),
    "a prior": make_problem(X, DENSITY, 3, prior=PRIOR),
    "a prior of one's own": make_problem(X, DENSITY, 3, prior=lambda weights, means, _stds: 0.1 * weights * means),
}
problems = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
thetas = st.lists(st.floats(-1.5, 1.5), min_size=9, max_size=9).map(np.array)


def plain(theta, problem):
    """The objective in ordinary autograd.numpy, written as it reads in the docstring."""
    K = theta.size // 3
    weights, means, stds = unpack(theta)
    areas = anp.exp(theta[:K]) if problem.free_mass else weights
    value = anp.sum((problem.scale * mixture_pdf(problem.u, areas, means, stds) - problem.target) ** 2)
    return value if problem.prior is None else value + anp.sum(problem.prior_residuals(theta) ** 2)


@problems
@given(theta=thetas)
def test_value_and_gradient_are_those_of_plain_autograd(problem, theta):
    value, gradient = value_and_grad(theta, problem)
    assert value == pytest.approx(plain(theta, problem), rel=1e-10)
    np.testing.assert_allclose(gradient, grad(plain)(theta, problem), rtol=1e-7, atol=1e-10)


@problems
def test_the_vjp_passes_autograds_own_check(problem):
    theta = np.random.default_rng(0).normal(size=9)
    check_grads(lambda theta: objective(theta, problem), modes=["rev"], order=1)(theta)


@problems
@given(theta=thetas)
def test_residuals_and_jacobian_belong_to_the_objective(problem, theta):
    residuals, J = residuals_and_jacobian(theta, problem)
    pin = 0.0 if problem.free_mass else theta[:3].mean()
    value, gradient = value_and_grad(theta, problem)
    assert residuals @ residuals - pin**2 == pytest.approx(value, rel=1e-9, abs=1e-12)
    by_pin = np.repeat([2 * pin / 3, 0, 0], 3)
    np.testing.assert_allclose(2 * J @ residuals - by_pin, gradient, rtol=1e-7, atol=1e-10)


@problems
def test_the_jacobian_is_that_of_the_residuals(problem):
    theta, h = np.random.default_rng(1).normal(size=9), 1e-6
    J = residuals_and_jacobian(theta, problem)[1]
    for i, step in enumerate(h * np.eye(9)):
        above, below = (residuals_and_jacobian(theta + sign * step, problem)[0] for sign in (1, -1))
        np.testing.assert_allclose(J[i], (above - below) / (2 * h), atol=2e-9)


@problems
@given(theta=thetas)
def test_summed_rows_are_the_objective_and_its_gradient_without_the_pin(problem, theta):
    value, gradient = summed(*residuals_and_jacobian(theta, problem), problem)
    expected, slopes = value_and_grad(theta, problem)
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-9, atol=1e-12)


@problems
@given(theta=thetas)
def test_the_gauss_newton_hessian_is_2_jt_j_without_the_pin(problem, theta):
    J = residuals_and_jacobian(theta, problem)[1]
    if not problem.free_mass:
        J = J[:, :-1]
    np.testing.assert_allclose(gauss_newton_hessian(theta, problem), 2 * J @ J.T, rtol=1e-9, atol=1e-12)


def test_the_gauss_newton_hessian_is_the_hessian_where_the_curve_is_met():
    problem = PROBLEMS["a given mass"]
    theta = problem.from_user(pack(CLASSIC))
    np.testing.assert_allclose(gauss_newton_hessian(theta, problem), hessian(plain)(theta, problem), atol=1e-9)


@given(thetas)
def test_a_shift_of_all_logits_is_not_felt(theta):
    problem = PROBLEMS["a given mass"]
    value, gradient = loss_and_gradient(theta, problem)
    assert loss_and_gradient(theta + np.repeat([5.0, 0, 0], 3), problem)[0] == pytest.approx(value, rel=1e-10)
    assert gradient[:3].sum() == pytest.approx(0, abs=1e-12)


@given(mixtures(max_components=3))
def test_the_normalised_loss_is_the_relative_one(m):
    problem = make_problem(X, DENSITY, m.n_components)
    expected = relative_loss(DENSITY, m.pdf(X))
    assert loss_and_gradient(problem.from_user(pack(m)), problem)[0] == pytest.approx(expected, rel=1e-9)
    assert l2_loss(pack(m), X, DENSITY) / np.sum(DENSITY**2) == pytest.approx(expected, rel=1e-9)


@given(mixtures(max_components=3))
def test_units_there_and_back(m):
    problem = make_problem(1e6 + 1000 * X, DENSITY / 1000, m.n_components)
    theta = pack(m)
    np.testing.assert_allclose(problem.to_user(problem.from_user(theta)), theta, rtol=1e-9, atol=1e-9)


def test_a_long_grid_is_worked_through_in_parts():
    x = np.linspace(0, 25, CHUNK)
    problem = make_problem(x, CLASSIC.pdf(x), 3)
    theta = np.random.default_rng(2).normal(size=9)
    value, gradient = loss_and_gradient(theta, problem)
    residuals, J = residuals_and_jacobian(theta, problem)
    assert value == pytest.approx(residuals[:-1] @ residuals[:-1], rel=1e-12)
    np.testing.assert_allclose(gradient, 2 * J[:, :-1] @ residuals[:-1], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(gauss_newton_hessian(theta, problem), 2 * J[:, :-1] @ J[:, :-1].T, rtol=1e-9)


@pytest.mark.parametrize("size", [1e3, 1e6, 1e300])
def test_far_off_parameters_stay_within_numbers(size):
    for theta in size * np.random.default_rng(3).normal(size=(20, 9)):
        for problem in PROBLEMS.values():
            if problem.prior is None:
                value, gradient = loss_and_gradient(theta, problem)
                assert not np.isnan(value)
                assert not np.isnan(gradient).any()


def test_priors_add_up():
    theta, problem = np.random.default_rng(4).normal(size=9), PROBLEMS["a prior"]
    _, means, stds = unpack(problem.to_user(theta))
    expected = 1e-2 * np.sum(np.log(stds / 2) ** 2) + 1e-3 * np.sum(((means - 12.5) / 7) ** 2)
    assert np.sum(problem.prior_residuals(theta) ** 2) == pytest.approx(expected)
    np.testing.assert_allclose(
        jacobian(problem.prior_residuals)(theta), residuals_and_jacobian(theta, problem)[1][:, -7:-1].T, rtol=1e-12
    )


def test_an_affine_prior_is_the_function_that_it_is_made_from():
    """The package's own priors are affine in theta; that shortcut and the plain way through autograd agree."""
    prior = PRIOR + weight_prior(1e-2)
    assert prior.affine
    assert not (prior + (lambda *mixture: mixture[2])).affine
    quick = make_problem(X, DENSITY, 3, prior=prior)
    plain_way = make_problem(X, DENSITY, 3, prior=lambda *mixture: prior(*mixture))
    for theta in np.random.default_rng(5).normal(size=(5, 9)):
        np.testing.assert_allclose(quick.prior_residuals(theta), plain_way.prior_residuals(theta), atol=1e-12)
        np.testing.assert_allclose(quick.prior_jacobian(theta), plain_way.prior_jacobian(theta), atol=1e-12)
