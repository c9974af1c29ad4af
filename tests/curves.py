"""Curves as instruments write them, and what is right about a fit of one."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

ROOT_2PI = np.sqrt(2 * np.pi)
PEDESTAL = [(30, 40, 3), (20, 50, 4)]


def bells(x, *heights_means_stds):
    """Σ height · exp(−½((x − mean)/std)²)."""
    return sum(h * np.exp(-0.5 * ((x - m) / s) ** 2) for h, m, s in heights_means_stds)


def areas_of(*heights_means_stds):
    return np.array([h * s * ROOT_2PI for h, _, s in sorted(heights_means_stds, key=lambda bell: bell[1])])


def assert_right(result, *truth, rtol=1e-6, success=True):
    """Areas, means (in stds) and stds of every bell; `success` as expected, with nothing to complain of."""
    truth = sorted(truth, key=lambda bell: bell[1])
    stds = np.array([s for _, _, s in truth])
    order = np.argsort(result.mixture.means)
    assert result.mixture.means[order] / stds == pytest.approx(np.array([m for _, m, _ in truth]) / stds, abs=rtol)
    assert result.mixture.stds[order] == pytest.approx(stds, rel=rtol)
    assert result.areas[order] == pytest.approx(areas_of(*truth), rel=rtol)
    assert result.success == success
    if success:
        assert result.diagnosis == ()


def told(result, *words):
    """Whether a sentence of the diagnosis has one of the words."""
    return any(word in sentence for sentence in result.diagnosis for word in words)


def counting(seed):
    """Counts of two lines."""
    x = np.linspace(0, 100, 2000)
    return x, np.random.default_rng(seed).poisson(bells(x, (100, 40, 1), (50, 45, 1.2))).astype(float)


def rounded():
    """Two bells of areas 100 and 86.05, to four digits."""
    t = np.round(np.arange(0, 25, 0.01), 2)
    y = bells(t, (100 / ROOT_2PI, 8, 1), (86.05 / 2 / ROOT_2PI, 11, 2))
    return t, np.round(y, 4)


def fitted_by_scipy(x, y, sigma, truth):
    """Areas, means and stds (3, K) and their errors by `curve_fit` alone, begun at the truth."""

    def model(x, *theta):
        a, m, s = np.reshape(theta, (3, -1))
        return np.exp(-0.5 * ((x[:, None] - m) / s) ** 2) / (s * ROOT_2PI) @ a

    heights, means, stds = np.array(truth, dtype=float).T
    start = np.concatenate([heights * stds * ROOT_2PI, means, stds])
    sigma = np.broadcast_to(sigma, x.shape)
    theta, covariance = curve_fit(model, x, y, start, sigma, absolute_sigma=True, ftol=1e-14, xtol=1e-14)
    return theta.reshape(3, -1), np.sqrt(np.diag(covariance)).reshape(3, -1)
