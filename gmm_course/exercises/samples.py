"""Chapter "Start from samples": widths, a step of EM, the bars of a histogram."""

import numpy as np

from gmm_helpers import Mixture

from .exercise import tables

WIDE = 12 * np.sinh(np.linspace(-2, 2, 300)) + 13  # an uneven grid, dense in the middle, that holds everything
THREE = Mixture([0.3, 0.5, 0.2], [5, 15, 20], [2, 1, 2])


def as_mixture(output):
    """A mixture, where its three arrays came; else what came."""
    return Mixture(*output) if isinstance(output, tuple | list) else output


def binned(rng):
    """Counts in eight bins of unequal widths, and their edges."""
    return rng.integers(1, 40, 8).astype(float), np.cumsum(rng.uniform(0.2, 3, 9))


RNG = np.random.default_rng(9)

EXERCISES = tables(
    __file__,
    unsmooth={
        "inputs": (
            (np.array([2.2, 1.36, 2.15]), 0.92),
            (np.array([1.86, 2.88, 3.44]), 1.892),
            (np.array([0.3, 1.0]), 0.5),
        ),
        "vary": lambda rng: (rng.uniform([0.1, 1.1, 1.1], [0.9, 3, 3]), 1.0),
    },
    em_step={
        "inputs": (
            (WIDE, THREE.pdf(WIDE), Mixture([1 / 3, 1 / 3, 1 / 3], [3, 12, 22], [2, 2, 2])),
            (WIDE, THREE.pdf(WIDE), Mixture([0.6, 0.4], [8, 16], [4, 3])),
            (WIDE, 7 * Mixture([1], [11], [3]).pdf(WIDE), Mixture([0.5, 0.5], [15, 8], [3, 2])),  # unsorted
        ),
        "rtol": 1e-6,
        "view": as_mixture,
        "vary": lambda rng: (WIDE, THREE.pdf(WIDE), Mixture([0.3, 0.7], rng.uniform([4, 12], [8, 20]), [3, 2])),
    },
    heights_of={"inputs": tuple(binned(RNG) for _ in range(3)), "vary": binned},
)
