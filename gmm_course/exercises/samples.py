"""Chapter "Start from samples": widths, a step of EM, the bars of a histogram."""

import numpy as np

from gmm_helpers import Mixture

from .tables import tables

WIDE = 12 * np.sinh(np.linspace(-2, 2, 300)) + 13  # an uneven grid, dense in the middle, that holds everything
ROUGH = np.cumsum(np.random.default_rng(4).uniform(0.05, 0.45, 140)) - 5  # steps that differ at random
THREE = Mixture([0.3, 0.5, 0.2], [5, 15, 20], [2, 1, 2])


def binned(rng):
    """Counts in eight bins of unequal widths, one of them empty, and their edges."""
    return np.append(rng.integers(1, 40, 7), 0.0), np.cumsum(rng.uniform(0.2, 3, 9))


RNG = np.random.default_rng(9)

EXERCISES = tables(globals(), em_step={"rtol": 1e-6})
