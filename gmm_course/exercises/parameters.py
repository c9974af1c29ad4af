"""Chapter "Parameterise": positive stds, what clipping does to a slope, softmax, unpack, the flat direction, pack."""

from functools import partial

import autograd.numpy as np
from autograd import grad, jacobian

from gmm_helpers import classic, mixture_pdf, softmax, unpack

from .compare import numbers_in
from .exercise import drawn_bells, tables

x, density = classic()


def clipped_loss(stds):
    weights, means = np.ones(3) / 3, np.array([4.0, 12.0, 21.0])
    return np.sum((density - mixture_pdf(x, weights, means, np.maximum(stds, 0.05))) ** 2)


def judge_unmoved(given, thrown=1):
    """One sentence about the bells named, of which only the `thrown` one feels nothing."""
    named = np.ravel(numbers_in(list(given) if isinstance(given, set) else given))
    if not named.size and not isinstance(given, str):
        return "one entry is exactly 0: print the gradient."
    if isinstance(given, bool) or not named.size or not set(named) <= {1, 2, 3}:
        return "bells are counted 1, 2, 3 here: answer by their numbers, such as `[2, 3]`."
    feels = sorted(int(k) for k in set(named) - {thrown})
    return f"bell {feels[0]} still feels the curve: print the gradient." if feels else None


def another_thrown(rng):
    """The exercise with the second or the third std thrown to −1."""
    k = int(rng.integers(1, 3))
    told = {
        "the first std": f"the {('second', 'third')[k - 1]} std",
        "[-1.0, 1.0, 1.0]": str([-1.0 if j == k else 1.0 for j in range(3)]),
    }
    return {"judge": partial(judge_unmoved, thrown=k + 1), "told": told}


def judge_traceable(answer):
    """Whether autograd sees through an `unpack`."""
    try:
        jacobian(lambda theta: np.concatenate(answer(theta)))(
            np.array([5.0, 5.0, 4.0, 5.0, 15.0, 20.0, 0.7, 0.0, -0.3])
        )
    except Exception:
        return "right, but autograd can't see through it: no `float()`, no `np.array(…, dtype=float)`, no assignment."


EXERCISES = tables(
    __file__,
    stds_from={
        "inputs": tuple((np.array(free),) for free in ([0.0, np.log(2)], [-0.7, 0.7, -3, 2], [-300.0, 250, 0.1])),
        "atol": 0,  # a std of 1e-130 is none of 1e-20
        "vary": lambda rng: (rng.normal(0, 2, 5),),
    },
    unmoved={"judge": judge_unmoved, "vary": another_thrown},
    my_softmax={
        "inputs": tuple(
            (np.array(logits),)
            for logits in (
                [0.0, 1, 2],
                [2.0, -1, 0.5, -3],
                [1000.0, 1001, 1002],
                [-2000.0, -2001, -1999],
                [0.0, 900, 905],
                [0.0, 10, 3000],
                [0.0, 2000, 0],
                [4.2],
                [-1e5, 1e5, 1e5 + 1],
                [0.0, -50],
            )
        ),
        "atol": 0,
        "vary": lambda rng: (rng.normal(0, 400, 4),),
    },
    my_unpack={
        "inputs": tuple(
            (np.array(theta),)
            for theta in (
                [0.3, 7.0, -1.2],
                [1.0, -0.5, 3.0, 9.0, 0.2, -0.7],
                [5.0, 5.0, 4.0, 5.0, 15.0, 20.0, 0.7, 0.0, -0.3],
                np.linspace(-2, 3, 15) ** 2 - 2,
                [1000.0, 1001.0, 3.0, 9.0, 8.0, -50.0],
            )
        ),
        "atol": 0,
        "also": judge_traceable,
    },
    pin={
        "inputs": tuple(
            (np.array(theta),)
            for theta in (
                [1.0, -0.5, 3.0, 9.0, 0.2, -0.7],
                [5.0, 4.0, 7.5, 5.0, 15.0, 20.0, 0.7, 0.0, -0.3],
                np.linspace(-2, 3, 15) ** 2 - 2,
            )
        ),
        "vary": lambda rng: (rng.normal(0, 3, 12),),
    },
    theta_of={
        "view": unpack,
        "inputs": (
            (np.array([0.3, 0.5, 0.2]), np.array([5.0, 15, 20]), np.array([2.0, 1, 2])),
            (np.array([0.1, 0.9]), np.array([3.0, 4]), np.array([0.5, 3])),
        ),
        "vary": lambda rng: drawn_bells(rng, 4),
    },
)
