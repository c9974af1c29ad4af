"""The free numbers of a fit and the areas that logits stand for: identities of two small modules of the engine."""

from dataclasses import FrozenInstanceError
from itertools import permutations
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from gmm_helpers._engine.affine import MOST_ORDERS, solve_equations
from gmm_helpers._engine.areas import Areas

seeds = st.integers(0, 10_000)


def equations(rng, *, K=3, m=2, shuffles=False):
    """m random equations in 3K numbers, what they ask for, and all that solves them."""
    C, values = rng.normal(size=(m, 3 * K)), rng.normal(size=m)
    return C, values, solve_equations(C, values, shuffles=shuffles)


@given(seeds)
def test_free_numbers_move_along_all_that_solves_the_equations(seed):
    rng = np.random.default_rng(seed)
    C, values, affine = equations(rng)
    theta = rng.normal(size=9)
    np.testing.assert_allclose(affine.basis @ affine.basis.T, np.eye(7), atol=1e-12)
    nearest = affine.theta(affine.phi(theta))
    np.testing.assert_allclose(C @ nearest, values, atol=1e-12)
    # What is left to theta stands upright on every direction in which the equations let it move.
    np.testing.assert_allclose(affine.basis @ (theta - nearest), 0, atol=1e-12)
    np.testing.assert_allclose(affine.phi(nearest), affine.phi(theta), atol=1e-12)


@given(seeds)
def test_many_free_vectors_are_each_alone(seed):
    rng = np.random.default_rng(seed)
    _, _, affine = equations(rng)
    phis = rng.normal(size=(2, 3, 7))
    together = affine.theta(phis)
    assert together.shape == (2, 3, 9)
    for i, j in np.ndindex(2, 3):
        np.testing.assert_array_equal(together[i, j], affine.theta(phis[i, j]))
        np.testing.assert_allclose(together[i, j], phis[i, j] @ affine.basis + affine.origin, atol=1e-12)


def orders(theta):
    """theta with its components in every order."""
    return [theta.reshape(3, -1)[:, list(order)].ravel() for order in permutations(range(theta.size // 3))]


@given(seeds)
def test_a_start_is_taken_in_the_order_that_the_equations_like_best(seed):
    rng = np.random.default_rng(seed)
    C, values, affine = equations(rng, shuffles=True)
    plain = solve_equations(C, values, shuffles=False)
    theta = rng.normal(size=9)
    off = [np.linalg.norm(plain.theta(plain.phi(some)) - some) for some in orders(theta)]
    best = orders(theta)[int(np.argmin(off))]
    np.testing.assert_allclose(affine.phi(theta), plain.phi(best), atol=1e-12)
    np.testing.assert_array_equal(plain.phi(theta), (theta - plain.origin) @ plain.basis.T)  # as it was given


@pytest.mark.parametrize(("at", "moves"), [(5, True), (0, False)])
def test_of_many_components_not_every_order_is_tried(at, moves):
    """Seven have 5,040 orders; those that are tried leave the first component where it is."""
    last_mean_is_9 = solve_equations(np.eye(21)[[13]], np.array([9.0]), shuffles=True)
    theta, (means, rest) = np.zeros(21), (slice(7, 14), [0, 1, 2, 3, 4, 5])
    theta[means] = np.insert(np.array(rest, dtype=float), at, 9)
    kept = last_mean_is_9.theta(last_mean_is_9.phi(theta))[means]
    assert kept[-1] == pytest.approx(9)
    assert (sorted(kept) == pytest.approx([*rest, 9])) == moves
    assert len(list(permutations(range(6)))) == MOST_ORDERS


@pytest.mark.parametrize("shared", [solve_equations(np.eye(3)[:1], np.ones(1), shuffles=False), Areas(2.5, True)])
def test_what_fits_share_stays_as_it_is(shared):
    with pytest.raises(FrozenInstanceError):
        shared.unit = shared.origin = 3.0
    assert shared == shared
    assert {shared}  # it can be a key, though arrays can't


def test_without_equations_every_number_is_free():
    affine = solve_equations(np.empty((0, 6)), np.empty(0), shuffles=True)
    np.testing.assert_array_equal(affine.basis, np.eye(6))
    np.testing.assert_array_equal(affine.origin, np.zeros(6))
    assert affine.shuffles


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("size", [1e-9, 1, 1e9, -1e9])
def test_equations_contradict_each_other_by_more_than_rounding(size, sign):
    C, rounding = np.array([[1.0, 0, 0], [sign, 0, 0]]), 1e-10 * (1 + abs(size))
    near = solve_equations(C, np.array([size, sign * size + rounding]), shuffles=False)
    assert near.theta(np.zeros(2))[0] == pytest.approx(size, abs=rounding)
    for off in (30 * rounding, -30 * rounding):  # each equation is missed by half
        with pytest.raises(ValueError, match=r"^`ties` must not contradict .* that no parameters solve$"):
            solve_equations(C, np.array([size, sign * size + off]), shuffles=False)


@pytest.mark.parametrize("free", [True, False])
@given(seed=seeds)
def test_areas_of_logits_and_their_slopes(free, seed):
    """Of S runs at once, as the engine has them: logits (S, K, 1), shapes (S, K, N)."""
    rng, areas = np.random.default_rng(seed), Areas(2.5, free)
    logits, shapes = rng.normal(size=(2, 3, 1)), rng.normal(size=(2, 3, 5))
    np.testing.assert_allclose(areas.of(logits), np.exp(logits) if free else softmax(logits, axis=1), rtol=1e-12)

    def fitted(logits):
        return (areas.of(logits) * shapes).sum(axis=1)

    slopes = areas.slopes(areas.of(logits) * shapes, areas.of(logits), fitted(logits))
    for k, step in enumerate(1e-6 * np.eye(3)[:, :, None]):
        slope = (fitted(logits + step) - fitted(logits - step)) / 2e-6
        np.testing.assert_allclose(slopes[:, k], slope, atol=1e-8)


@pytest.mark.parametrize("free", [True, False])
def test_the_unit_of_free_areas_and_the_gauge_of_shares(free):
    areas = Areas(2.5, free)
    assert areas.log_unit == (log(2.5) if free else 0)
    gauge, theta = areas.gauge(3), np.array([1.0, 2, 6, 10, 20, 30, 40, 50, 60])
    assert gauge.shape == (1 - free, 9)
    assert (gauge @ theta).tolist() == pytest.approx([] if free else [3])  # the mean of the logits
