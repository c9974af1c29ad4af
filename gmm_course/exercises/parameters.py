"""Chapter "Parameterise": positive stds, what clipping does to a slope, softmax, unpack, the flat direction, pack."""

from functools import partial

import autograd.numpy as np
from autograd import grad, jacobian

from gmm_helpers import classic, mixture_pdf, softmax, unpack

from .compare import numbers_in
from .tables import drawn_bells, tables

x, density = classic()


def clipped_loss(stds):
    weights, means = np.ones(3) / 3, np.array([4.0, 12.0, 21.0])
    return np.sum((density - mixture_pdf(x, weights, means, np.maximum(stds, 0.05))) ** 2)


def judge_unmoved(given, thrown=1):
    """One sentence about the bells named, of which only the `thrown` one feels nothing."""
    named = np.ravel(numbers_in(given))
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
    globals(),
    stds_from={"atol": 0},  # a std of 1e-130 is none of 1e-20
    unmoved={"judge": judge_unmoved, "vary": another_thrown},
    my_softmax={"atol": 1e-300},
    my_unpack={"atol": 0, "also": judge_traceable},
    theta_of={"view": unpack},
)
