"""Chapter "Descend": the longest step, a BFGS update, a path."""

import autograd.numpy as np

from .exercise import tables


def positive_definite(size, rng):
    """A random symmetric matrix with eigenvalues of 0.3 and more, none of them on the axes."""
    A = rng.normal(size=(size, size))
    return A @ A.T + 0.3 * np.eye(size)


def bfgs_steps(rng):
    """B, s, c on ground that curves up, three times, on ground that curves down, and where s·c is exactly 0."""
    for size, sign in ((2, 1), (9, 1), (2, -1), (9, -1)):
        s = rng.normal(size=size)
        yield positive_definite(size, rng), s, sign * positive_definite(size, rng) @ s
    yield positive_definite(2, rng), np.array([1.0, 2.0]), np.array([2.0, -1.0])
    yield positive_definite(2, rng), np.array([0.1, 0.2]), np.array([0.03, 0.01])


BOTH_SIDES = "V stands on both sides of B, or B loses its symmetry."
NO_ORDER = "`eig` keeps no order: take the largest, or use `eigvalsh`."
RNG = np.random.default_rng(5)

EXERCISES = tables(
    __file__,
    largest_step={
        "inputs": (  # `eig` puts the last one's largest eigenvalue in the middle
            *((positive_definite(size, RNG),) for size in (2, 3, 5, 9)),
            (np.array([[1.0, 0.1, 0.1], [0.1, 3.0, 0.1], [0.1, 0.1, 2.0]]),),
        ),
        "vary": lambda rng: (positive_definite(5, rng),),
    },
    bfgs_update={"inputs": tuple(bfgs_steps(RNG)), "vary": lambda rng: next(bfgs_steps(rng))},
    path_of={
        "inputs": (
            (lambda theta: 2 * theta, np.array([1.0, -2.0]), 0.1, 5),
            (np.sin, np.array([1.0, 2.0, 0.5]), 0.5, 8),
        ),
        "vary": lambda rng: (np.sin, rng.normal(size=3), 0.3, 4),
    },
)
