"""A first guess: its area is the curve's, and the search begins with it."""

import numpy as np
import pytest
from curves import assert_right, bells

from gmm_helpers import CLASSIC, Mixture, classic, fit, fit_once
from gmm_helpers.starts import prominence_start

STARTED = {
    "two bells": (np.linspace(0, 10, 200), [(1, 3, 0.5), (0.5, 6, 1)], ([0.5, 0.5], [3.3, 5.5], [0.7, 0.8])),
    "one bell": (np.linspace(-1, 1, 60), [(2, 0.1, 0.2)], ([1], [0.3], [0.4])),
    "an uneven grid": (np.geomspace(1, 50, 150), [(3, 4, 1), (1, 20, 4)], ([0.2, 0.8], [5, 17], [2, 2])),
    "three, by chance": (np.linspace(400, 800, 300), [(1, 480, 20), (2, 560, 15), (1, 650, 40)],
                         ([0.3, 0.3, 0.4], [500, 570, 640], [25, 25, 25])),
    "nanometres in metres": (np.linspace(4e-7, 7e-7, 120), [(1, 5e-7, 2e-8), (1, 6e-7, 3e-8)],
                             ([0.7, 0.3], [5.1e-7, 5.9e-7], [3e-8, 3e-8])),
    "shares far off": (np.linspace(0, 10, 100), [(1, 3, 0.8), (0.05, 7, 0.5)], ([0.1, 0.9], [3.5, 6.8], [0.6, 0.6])),
}  # fmt: skip


@pytest.mark.parametrize("method", ["BFGS", "LM"])
@pytest.mark.parametrize(("x", "truth", "start"), STARTED.values(), ids=STARTED)
def test_a_mixture_given_as_start_has_the_area_of_the_curve(x, truth, start, method):
    for scale in (1e-12, 1e-3, 1, 1000, 1e6, 1e12):
        scaled = [(scale * h, m, s) for h, m, s in truth]
        result = fit_once(x, bells(x, *scaled), Mixture(*start), method=method, mass=None)
        assert_right(result, *scaled, rtol=1e-6 if method == "LM" else 2e-3)


@pytest.mark.parametrize("scale", [1e-9, 1, 1e3, 1e9])
def test_an_answer_is_a_start_that_stays_where_it_is(scale):
    x = np.linspace(0, 10, 200)
    y = scale * bells(x, (1, 3, 0.5), (0.5, 6, 1)) + 0.01 * scale * np.random.default_rng(0).normal(size=200)
    found = fit(x, y, 2, mass=None, rng=0)
    for again in (fit_once(x, y, found.mixture, mass=None), fit_once(x, 1000 * y, found.mixture, mass=None)):
        assert again.success
        assert again.mixture.means == pytest.approx(found.mixture.means, abs=1e-3)
        assert again.loss == pytest.approx(found.loss, rel=1e-4)


def test_a_first_guess_is_the_first_walk():
    x, y = classic()
    guess = Mixture([0.3, 0.3, 0.4], [4, 12, 21], [1, 1, 1])
    result = fit(x, 1000 * y, 3, start=guess, mass=None, n_starts=1, rng=0)
    assert result.start.means == pytest.approx(guess.means)
    assert result.start.weights == pytest.approx(guess.weights)
    assert result.mixture.means == pytest.approx(CLASSIC.means, abs=1e-6)
    several = fit(x, y, 3, start=[guess, CLASSIC], n_starts=2, rng=0)
    assert sorted(run.start.means[1] for run in several.runs) == pytest.approx([12, 15])
    with pytest.raises(ValueError, match="`start`"):
        fit(x, y, 2, start=guess)
    with pytest.raises((TypeError, ValueError), match="`start`"):
        fit(x, y, 3, start=[])


@pytest.mark.parametrize("height", [1.0, 1e9])
def test_rounding_is_no_maximum_to_start_from(height):
    x, flat = np.linspace(0, 1, 75), np.full(75, height)
    rounded = flat.copy()
    rounded[30] = np.nextafter(height, np.inf)
    np.testing.assert_allclose(prominence_start(x, rounded, 1).means, prominence_start(x, flat, 1).means)
