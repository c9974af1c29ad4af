"""Chapter "Add a prior": bells that matter, a prior's residuals, its price, points held out, its strength, a unit."""

import autograd.numpy as np

import gmm_helpers
from gmm_helpers import CLASSIC, Mixture, classic, fit_once, log_std_prior, relative_loss

from .exercise import drawn_bells, remembered, tables

fit = remembered(gmm_helpers.fit)
x, density = classic()
noisy = density + np.random.default_rng(1).normal(0, 0.03 * density.max(), x.size)
GRID = np.linspace(0, 25, 76)


@remembered
def largest_error(lam):
    """Of all parameters, on the exact classic, with the std prior around 2."""
    fitted = fit_once(x, density, CLASSIC, method="LM", prior=log_std_prior(2, lam)).mixture
    gaps = [fitted.weights - CLASSIC.weights, fitted.means - CLASSIC.means, fitted.stds - CLASSIC.stds]
    return np.max(np.abs(gaps))


EXERCISES = tables(
    __file__,
    live={
        "inputs": (
            (Mixture([0.3, 0.5, 0.2], [5, 15, 20], [2, 1, 2]), GRID, 0.01),
            (Mixture([0.5, 0.3, 0.2], [5, 40, 12], [2, 1, 500]), GRID, 0.01),  # a heavy one off the grid, a wide one
            (Mixture([0.90, 0.02, 0.08], [8, 16, 20], [4, 0.05, 60]), GRID, 0.002),  # light and tall; wide, and seen
            (Mixture([0.60, 0.38, 0.02], [6, 15, 21], [4, 0.6, 0.5]), GRID, 0.3),  # heavy and low; narrow and low
            (Mixture([0.4, 0.4, 0.2], [10, 10, 20], [1, 1, 1]), GRID, 0.4),  # the curve is twice as high as a bell
            (Mixture([1.0], [12], [2]), GRID, 1.0),  # exactly its share
            (Mixture([0.9, 0.1], [8, 16.17], [4, 0.02]), GRID, 0.01),  # a needle that no point sees
        ),
        "vary": lambda rng: (Mixture(*drawn_bells(rng, 4)), GRID, rng.uniform(0.2, 0.6)),
    },
    prior_residuals={
        "inputs": (
            (np.array([2.0, 1.0, 4.0]), 2.0, 1e-2),
            (np.array([0.5, 3.0]), 1.0, 1e-6),
            (np.array([7.0]), 3.0, 4.0),
        ),
        "view": np.abs,
        "viewed": "signs apart, ",
        "vary": lambda rng: (drawn_bells(rng)[2], rng.uniform(0.5, 4), rng.uniform(0, 0.1)),
    },
    price_slope={
        "inputs": (([1e-6, 1e-5, 1e-4],), ([1e-1, 0, 3e-2, 1e-3],), ([1e-5, 1e-2, 3e-2, 1e-1],)),
        "rtol": 1e-3,
    },
    held_out_loss={
        "inputs": ((x, density, 1, 0.1), (x, noisy, 1, 0), (x, noisy, 1, 0.5), (x[:74], density[:74], 2, 0.01)),
        "rtol": 1e-3,
        "atol": 1e-8,
    },
    prior_strength={
        "inputs": (
            (0.01, 0.25, density),
            (0.1, 0.5, 10 * density),
            (0.01, 0.25, classic(150)[1]),
            (1e-8, 2.0, 1e-6 * density),
        ),
        "vary": lambda rng: (rng.uniform(0.001, 0.1), rng.uniform(0.1, 1), density),
    },
    all_residuals={
        "view": lambda residuals: np.sort(np.abs(residuals)),  # a sum of squares minds neither order nor sign
        "viewed": "sorted by size, ",
        "inputs": (
            (CLASSIC.pdf(GRID) + 0.01, CLASSIC.pdf(GRID), np.array([2.0, 1, 3]), 2.0, 0.01),
            (30 * Mixture([1], [12], [5]).pdf(GRID), 30 * CLASSIC.pdf(GRID), np.array([5.0]), 2.0, 0.5),
        ),
        "vary": lambda rng: (Mixture(*drawn_bells(rng)).pdf(x), density, rng.uniform(1, 3, 3), 2.0, 0.1),
    },
)
