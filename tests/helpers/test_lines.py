"""Line spectra and faint lines."""

import numpy as np
import pytest
from curves import areas_of, bells

from gmm_helpers import Mixture, fit


def line_spectrum(seed, K, n_channels=2000, widths=(3, 6), noise=0.015, gap=4):
    """K lines at least `gap` stds apart, heights .16 … .67."""
    rng = np.random.default_rng(seed)
    x = np.arange(n_channels, dtype=float)
    heights, stds = rng.uniform(0.16, 0.67, K), rng.uniform(*widths, K)
    while True:
        means = np.sort(rng.uniform(0.02 * n_channels, 0.98 * n_channels, K))
        if (np.diff(means) > gap * np.maximum(stds[1:], stds[:-1])).all():
            break
    truth = list(zip(heights, means, stds, strict=True))
    return x, bells(x, *truth) + noise * rng.normal(size=n_channels), truth


@pytest.mark.parametrize(
    ("seed", "K", "changes"),
    [(1200, 12, {}), (1, 6, {}), (2, 15, {"n_channels": 2400}), (3, 9, {"widths": (1.2, 2.5)}),
     (4, 12, {"noise": 0.03}), (5, 8, {"widths": (3, 40), "gap": 3}), (6, 10, {"noise": 0.0})],
)  # fmt: skip
def test_a_line_spectrum_is_found(seed, K, changes):
    x, y, truth = line_spectrum(seed, K, **changes)
    result = fit(x, y, K, mass=None, rng=0)
    assert result.success
    assert abs(result.mixture.means - [m for _, m, _ in truth]).max() < 1
    assert abs(result.areas / areas_of(*truth) - 1).max() < 0.3
    assert np.sum((result.pdf(x) - y) ** 2) <= np.sum((bells(x, *truth) - y) ** 2) * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize(("K", "n_channels"), [(3, 1000), (8, 4000)])
def test_lines_that_stand_high_above_the_noise_are_confirmed_soon(K, n_channels):
    """A loss of 1e-7 is noise where the curve itself is as rough."""
    for seed in range(3):
        x, y, truth = line_spectrum(seed, K, n_channels=n_channels, widths=(20, 60), noise=1e-4, gap=3)
        result = fit(x, y, K, mass=None, rng=seed)
        assert result.success
        assert result.loss < 1e-6
        assert len(result.runs) < 280
        assert areas_of(*truth) == pytest.approx(result.areas, rel=0.01)


def counted_lines(seed, K=12, N=3000):
    """Counts of K lines, at least two stds apart, over a sloping background."""
    rng, x = np.random.default_rng([152, seed]), np.arange(float(N))
    means = np.sort(rng.uniform(0.05 * N, 0.95 * N, K))
    while np.diff(means).min() < 30:
        means = np.sort(rng.uniform(0.05 * N, 0.95 * N, K))
    truth = [(h, m, 6 + 8 * m / N) for h, m in zip(rng.uniform(100, 300, K), means, strict=True)]
    return x, rng.poisson(bells(x, *truth) + 100 - 60 * x / N).astype(float), truth


@pytest.mark.parametrize("seed", range(3))
def test_lines_of_a_counter_are_found_on_a_slope(seed):
    x, y, truth = counted_lines(seed)
    sigma = np.sqrt(np.maximum(y, 1))
    result = fit(x, y, len(truth), mass=None, background="linear", sigma=sigma, rng=seed)
    assert result.success
    assert result.diagnosis == ()
    means, stds = np.array(truth)[:, 1:].T
    assert abs(result.mixture.means - means).max() < 0.5 * stds.max()


# A narrow line beside a broad one


NARROW = {  # points, (height, mean, std) of both, of how many seeds
    "of 30,000 points": (30_000, (10, 8100, 600), (20, 21_000, 2), 3),
    "narrower than a point, of 10,000": (10_000, (10, 2700, 200), (20, 7000, 0.8), 6),
    "narrower than a point, of 3,000": (3000, (10, 800, 60), (15, 2100.2, 0.6), 3),
}


@pytest.mark.parametrize(("n", "broad", "narrow", "seeds"), NARROW.values(), ids=NARROW)
def test_a_narrow_line_is_no_spike_of_noise(n, broad, narrow, seeds):
    """Noise makes up most of the loss; the line, less than a tenth of it, is found as it is from the truth."""
    x = np.arange(float(n))
    for seed in range(seeds):
        y = bells(x, broad, narrow) + np.random.default_rng(seed).normal(size=n)
        result = fit(x, y, 2, mass=None, rng=seed)
        begun = Mixture([0.9, 0.1], [broad[1], narrow[1]], [broad[2], narrow[2]])
        truth = fit(x, y, 2, mass=None, start=begun, n_starts=1)
        assert result.success
        assert "spike" not in result.message
        assert result.loss <= truth.loss * (1 + 1e-9)
        assert abs(result.mixture.means - [broad[1], narrow[1]]).max() < 6 * result.standard_errors().means.max()


@pytest.mark.parametrize("seed", range(6))
def test_a_line_on_one_point_is_found_though_a_spike_costs_something(seed):
    """It lowers χ² by more than noise does in 3,000 points, and by less than a tenth; its width can't be told."""
    x = np.arange(3000.0)
    y = bells(x, (10, 800, 60), (15, 2100.2, 0.35)) + np.random.default_rng(seed).normal(size=3000)
    result = fit(x, y, 2, mass=None, rng=seed)
    assert abs(result.mixture.means[1] - 2100.2) < 1
    assert result.success or result.diagnosis


@pytest.mark.parametrize("seed", range(3))
def test_a_line_whose_top_is_masked_is_seen_by_its_flanks(seed):
    x = np.arange(4000.0)
    y = bells(x, (10, 1000, 120), (8, 2800, 10)) + np.random.default_rng(seed).normal(size=4000)
    result = fit(x, y, 2, mass=None, sigma=np.where(abs(x - 2800) < 12, np.inf, 1.0), rng=seed)
    assert result.success
    assert result.diagnosis == ()
    assert abs(result.mixture.means[1] - 2800) < 4 * result.standard_errors().means[1]


@pytest.mark.parametrize("height", [1e6, 1e5, 1e4])
def test_a_minor_line_of_counts_is_found_beside_a_tall_one(height):
    """The noise of the tall line is larger than the minor line; measured in `sigma` it is not."""
    x = np.linspace(0, 100, 2000)
    y = np.random.default_rng(5).poisson(bells(x, (height, 30, 1), (50, 60, 2)) + 10).astype(float)
    result = fit(x, y, 2, mass=None, background="constant", sigma=np.sqrt(np.maximum(y, 1)), rng=0)
    assert result.success
    assert result.diagnosis == ()
    assert result.mixture.means == pytest.approx([30, 60], abs=0.2)


# Faint ones


FAINT = {
    "3 σ": (np.arange(500.0), 3, 10),
    "2 σ": (np.arange(500.0), 2, 10),
    "5 σ, narrow": (np.arange(500.0), 5, 2.5),
    "3 σ, of few points": (np.linspace(0, 500, 120), 3, 20),
    "in another unit": (np.arange(500.0), 3e-7, 10),
}


@pytest.mark.parametrize(("x", "height", "std"), FAINT.values(), ids=FAINT)
def test_no_curve_is_refused_for_being_faint(x, height, std):
    noise = 1e-7 if height < 1 else 1.0
    found = 0
    for seed in range(8):
        y = bells(x, (height, 250, std)) + noise * np.random.default_rng(seed).normal(size=x.size)
        result = fit(x, y, 1, mass=None, rng=0)
        found += abs(result.mixture.means[0] - 250) < std
        by_sigma = fit(x, y, 1, mass=None, rng=0, sigma=noise)
        assert by_sigma.mixture.means == pytest.approx(result.mixture.means, rel=1e-5)
        assert by_sigma.standard_errors().means[0] < std
    assert found >= 7
