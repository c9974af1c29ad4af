"""Chapter 2: softmax, packing and unpacking."""

import numpy as np
import pytest
from autograd import jacobian
from autograd.test_util import check_grads
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from strategies import mixtures

from gmm_helpers import CLASSIC, Mixture, pack, softmax, unpack

logits = st.lists(st.floats(-800, 800), min_size=1, max_size=6).map(np.array)


@given(logits)
def test_softmax_agrees_with_scipy(values):
    np.testing.assert_allclose(softmax(values), special.softmax(values), rtol=1e-12, atol=1e-300)


@given(logits, st.floats(-100, 100))
def test_only_differences_of_logits_count(values, shift):
    np.testing.assert_allclose(softmax(values + shift), softmax(values), rtol=1e-9, atol=1e-300)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=5).map(np.array))
def test_softmax_is_traced_and_its_slopes_sum_to_zero(values):
    check_grads(softmax, modes=["rev"])(values)
    slopes = jacobian(softmax)(values)
    np.testing.assert_allclose(slopes.sum(axis=0), 0, atol=1e-12)  # the weights keep their sum
    np.testing.assert_allclose(slopes.sum(axis=1), 0, atol=1e-12)  # a common shift changes nothing


@given(mixtures())
def test_packing_and_unpacking_give_the_mixture_back(m):
    weights, means, stds = unpack(pack(m))
    np.testing.assert_allclose(weights, m.weights, rtol=1e-12)
    np.testing.assert_array_equal(means, m.means)
    np.testing.assert_allclose(stds, m.stds, rtol=1e-12)


@given(mixtures())
def test_unpacking_and_packing_give_theta_back_up_to_a_shift_of_logits(m):
    theta = pack(m) + np.repeat([3.0, 0, 0], m.n_components)
    difference = pack(Mixture(*unpack(theta))) - theta
    np.testing.assert_allclose(difference[: m.n_components], -3.0, atol=1e-9)
    np.testing.assert_allclose(difference[m.n_components :], 0, atol=1e-9)


def test_a_weight_of_zero_packs_and_unpacks():
    weights, _, _ = unpack(pack(Mixture([0, 1], [0, 1], [1, 1])))
    np.testing.assert_array_equal(weights, [0, 1])


def test_theta_is_three_blocks_in_the_order_of_the_house():
    theta = pack(CLASSIC)
    np.testing.assert_allclose(theta, [*np.log([0.3, 0.5, 0.2]), 5, 15, 20, *np.log([2, 1, 2])])


def test_what_is_no_mixture_cannot_be_packed():
    with pytest.raises(TypeError, match="`mixture` must be a Mixture, got tuple"):
        pack(([1], [0], [1]))
