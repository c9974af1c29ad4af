"""Chapter "Descend": the longest step, a BFGS update, a path."""

import autograd.numpy as np

from .tables import tables


def positive_definite(size, rng):
    """A random symmetric matrix with eigenvalues of 0.3 and more, none of them on the axes."""
    A = rng.normal(size=(size, size))
    return A @ A.T + 0.3 * np.eye(size)


def bfgs_steps(rng):
    """B, s, c on ground that curves up or down, four times each, once hardly, and where s·c is exactly 0."""
    for size, sign, unit in ((2, 1, 1), (9, 1, 1), (2, -1, 1), (9, -1, 1), (3, 1, 1e-10), (3, -1, 1e-10)):
        s = unit * rng.normal(size=size)
        yield positive_definite(size, rng), s, sign * positive_definite(size, rng) @ s
    yield positive_definite(2, rng), np.array([1.0, 2.0]), np.array([2.0, -1.0])
    yield positive_definite(2, rng), np.array([1.0, 2.0]), np.array([2.0, -1.0 + 1e-6])
    yield positive_definite(2, rng), np.array([0.1, 0.2]), np.array([0.03, 0.01])


RNG = np.random.default_rng(5)

EXERCISES = tables(globals(), bfgs_update={"inputs": tuple(bfgs_steps(RNG)), "vary": lambda rng: next(bfgs_steps(rng))})
