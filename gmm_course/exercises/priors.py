"""Chapter "Add a prior": bells that matter, a prior's residuals, its price, points held out, its strength, a unit."""

import autograd.numpy as np

import gmm_helpers
from gmm_helpers import CLASSIC, Mixture, classic, fit_once, log_std_prior, relative_loss

from .tables import drawn_bells, remembered, tables

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


OFF = Mixture([0.5, 0.3, 0.2], [5, 40, 12], [2, 1, 500])  # a heavy one off the grid, a wide one
SEEN = Mixture([0.90, 0.02, 0.08], [8, 16, 20], [4, 0.05, 60])  # light and tall; wide, and seen
LOW = Mixture([0.60, 0.38, 0.02], [6, 15, 21], [4, 0.6, 0.5])  # heavy and low; narrow and low
TWINS = Mixture([0.4, 0.4, 0.2], [10, 10, 20], [1, 1, 1])  # the curve is twice as high as a bell
NEEDLE = Mixture([0.9, 0.1], [8, 16.17], [4, 0.02])  # that no point sees

EXERCISES = tables(
    globals(),
    prior_residuals={"view": np.abs, "viewed": "signs apart, "},
    price_slope={"rtol": 1e-4},
    held_out_loss={"rtol": 1e-3, "atol": 1e-8},
    # a sum of squares minds neither order nor sign
    all_residuals={"view": lambda residuals: np.sort(np.abs(residuals)), "viewed": "sorted by size, "},
)
