"""The capstone of chapter 11: curves whose bells nobody is told, one a seed."""

import numpy as np

from gmm_helpers import Mixture

__all__ = ["mystery", "reveal"]

NOISE = 0.02  # of the peak
APART = 1.5  # neighbours, in pooled stds: nearer than that, noise hides how many there are


def mystery(seed):
    """x, density and noise of the curve number `seed`: two to four bells of unknown area, measured with noise.

    seed: an int. x (N,) from 0 to 100, N from 80 to 200; density (N,), whose area isn't 1; noise: the standard
    deviation of each of its values, known as an instrument's is. `reveal(seed)` tells the truth.
    """
    rng = np.random.default_rng(seed)
    truth, mass = _truth(rng)
    x = np.linspace(0, 100, int(rng.integers(80, 201)))
    exact = mass * truth.pdf(x)
    noise = NOISE * exact.max()
    return x, exact + rng.normal(0, noise, x.size), float(noise)


def reveal(seed):
    """The true `Mixture` behind `mystery(seed)`, sorted by mean, and its area."""
    return _truth(np.random.default_rng(seed))


def _truth(rng):
    """A mixture whose bells all matter and stand apart, and an area from 10 to 1000."""
    K = int(rng.integers(2, 5))
    while True:
        stds = np.exp(rng.uniform(np.log(2.5), np.log(8), K))
        mixture = Mixture(rng.dirichlet(np.full(K, 4)), rng.uniform(15, 85, K), stds).sorted()
        pooled = np.sqrt((mixture.stds[1:] ** 2 + mixture.stds[:-1] ** 2) / 2)
        if mixture.weights.min() >= 0.1 and np.all(np.diff(mixture.means) >= APART * pooled):
            return mixture, float(np.exp(rng.uniform(np.log(10), np.log(1000))))
