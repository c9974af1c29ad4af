"""Chapter "Differentiate": central differences, one bell by hand, softmax on the way back, a saddle, slopes."""

from functools import cache
from unittest.mock import patch

import autograd.numpy as np
from autograd import grad, hessian, value_and_grad
from scipy.optimize import minimize

from gmm_helpers import classic, gaussian_pdf, l2_loss, mixture_pdf, softmax, unpack

from .compare import numbers_in
from .tables import tables
from .verdict import right

x, density = classic()


# Three functions that are no parabolas, so that forward and central differences differ.
def waves(theta):
    return np.sum(np.sin(theta) * np.arange(1, theta.size + 1))


def product(theta):
    return np.exp(theta[0] * theta[1]) + theta[1] ** 3


def loss(theta):
    return l2_loss(theta, x, density)


def judge_by_hand(answer):
    """Whether it works with autograd switched off."""
    with patch("autograd.tracer.new_box", side_effect=TypeError):
        try:
            answer(13.0, 0.5, x, density)
        except Exception:
            return "the numbers are right, but `autograd` found them: write the formula; autograd may check it."


# The twins ---------------------------------------------------------------------------------------------------------

twins = np.array([0, 0, 0, 12, 12, 20, 0, 0, 0], dtype=float)
ended = minimize(value_and_grad(l2_loss), twins, (x, density), jac=True, method="BFGS", options={"gtol": 1e-9})


@cache
def escape():
    """The direction in which the ground falls from where the twins end, (9,)."""
    return np.linalg.eigh(hessian(loss)(ended.x))[1][:, 0]


def judge_parting(given):
    """One sentence about a start in which the first two bells are to be no twins any more."""
    theta = numbers_in(given)
    if theta.shape != twins.shape:
        return f"nine numbers are asked for, logits, means, log-stds; yours has the shape {theta.shape}."
    if not np.isfinite(theta).all():
        return "every number must be finite; one of yours isn't."
    nudge = theta - twins
    if abs(nudge[2::3]).max() > 1e-6:
        return "touch only the twins: numbers 3, 6 and 9 are the third bell's and have to stay."
    if abs(nudge[::3] - nudge[1::3]).max() < 1e-9:
        return "still twins: bells 1 and 2 are equal. Whatever you did, you did it to both."
    if abs(nudge).max() > 1 + 1e-9:
        return f"a nudge is asked for: no number may move by more than 1, one of yours moves by {abs(nudge).max():.2g}."
    along = (nudge @ escape() / np.linalg.norm(nudge)) ** 2
    if along < 0.2:
        return (
            f"{along:.1%} of your nudge, in squares, lies along the direction that falls: take that direction itself."
        )
    return right(
        f"{along:.0%} of your nudge, in squares, leads out of the saddle. No gradient shows it; curvature does."
    )


EXERCISES = tables(
    globals(),
    central={"rtol": 1e-7, "atol": 1e-9},
    one_bell_gradient={"also": judge_by_hand},
    parted={"judge": judge_parting},
)
