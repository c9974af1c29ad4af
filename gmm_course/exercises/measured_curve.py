"""Chapter "Fit a measured curve": an offset's price, the height and width of a line, an area above a zero line."""

import numpy as np

import gmm_helpers
from gmm_helpers import Mixture

from .tables import remembered, tables

fit = remembered(gmm_helpers.fit)


def measured():
    """x and density of the measured curve of the chapter: 120 points from 1 to 100, area 272, 1 % noise."""
    x = np.geomspace(1, 100, 120)
    exact = 272 * Mixture([0.3, 0.5, 0.2], [5, 20, 60], [1.5, 5, 10]).pdf(x)
    return x, exact + np.random.default_rng(3).normal(0, 0.01 * exact.max(), x.size)


energy, counts = measured()
free = fit(energy, counts, 3, mass=None, rng=0)


def lifted(rng):
    """x, unevenly spaced, noisy counts, and the height of their zero line."""
    x, zero = np.cumsum(rng.uniform(0.1, 1, 60)), rng.uniform(1, 5)
    return x - 7, zero + 30 * np.exp(-0.5 * ((x - 15) / 2) ** 2) + rng.normal(0, 0.5, 60), zero


RNG = np.random.default_rng(10)

EXERCISES = tables(globals(), offset_cost={"atol": 1e-3}, line_of={"rtol": 2e-4}, area_above={"rtol": 0.01})
