"""Chapter "Use the squares": a Levenberg–Marquardt step, fourteen results to judge, a curve in its own units."""

import autograd.numpy as np
from scipy.optimize import OptimizeResult

from gmm_helpers import Mixture, classic, trapezoid_weights

from .exercise import drawn_bells, tables


def slopes(rng):
    """J, r, damping; in the last two a column of J is zero, as for a bell that no point sees."""
    for size, damping, dead in ((2, 0.1, False), (4, 3.0, False), (9, 1e-3, True), (5, 0.5, True)):
        J = rng.normal(size=(12, size))
        J[:, -1] *= not dead
        yield J, rng.normal(size=12), damping


# Results to judge ----------------------------------------------------------------------------------------------------

# success, status, gradient norm, relative loss, unit of the curve, the verdict, and what to say to another one
STORED = (
    (True, 0, 9e-11, 8e-22, 1.0, "solved", "level ground, and nothing is missed"),
    (True, 0, 2e-9, 0.0855, 1.0, "other valley", "this one reports success and misses 8.6 % of the curve's squares"),
    (False, 2, 3e-9, 8e-4, 1.0, "solved", "a slope of 3e-9 is level: this stop, out of digits, is harmless"),
    (True, 0, 0.4, 0.82, 1e-3, "not converged", "it reports success after no step at all; its slope is 0.4"),
    (True, 0, 4e-10, 0.434, 1e-4, "other valley", "its `fun` looks tiny in these units: divide by Σ density²"),
    (True, 0, 1e-10, 5e-4, 1e3, "solved", "its `fun` looks large in these units: divide by Σ density²"),
    (False, 1, 5e-3, 2e-3, 1.0, "not converged", "little is missed, but its slope is 5e-3: it was still walking"),
    (False, 2, 7e-10, 0.0765, 1.0, "other valley", "level ground, yet 7.7 % of the curve's squares are missed"),
    (True, 0, 3e-4, 6e-3, 50.0, "not converged", "it reports success with a slope of 3e-4: its own limit was lax"),
    (False, 2, np.nan, np.nan, 1.0, "not converged", "its numbers are nan; every comparison with nan is False"),
    (True, 0, 1e-9, 0.03, 1.0, "other valley", "3 % of the curve's squares are missed, and the limit is 1 %"),
    (True, 0, 2e-6, 1e-9, 1.0, "not converged", "its slope is 2e-6, and the limit is 1e-6"),
    (
        True,
        0,
        5e-7,
        0.012,
        1.0,
        "other valley",
        "1.2 % of the curve's squares are missed: the sum is over density², at all points",
    ),
    (True, 0, 1e-6, 0.008, 1.0, "solved", "its slope is 1e-6, which is at most 1e-6, and 0.8 % is under 1 %"),
)
_, CURVE = classic()


def stored():
    """The arguments of a verdict on each of them."""
    for success, status, grad_norm, loss, unit, *_ in STORED:
        density = CURVE * unit
        fun = loss * np.sum(density**2)
        yield OptimizeResult(success=success, status=status, grad_norm=grad_norm, fun=fun), density


def judge_verdicts(outputs):
    """None if all verdicts are right, or the sentence about the first that isn't."""
    for i, (got, (*_, wanted, sentence)) in enumerate(zip(outputs, STORED, strict=True), start=1):
        if not isinstance(got, str) or got not in ("solved", "other valley", "not converged"):
            return f"a verdict is 'solved', 'other valley' or 'not converged'; on result {i} yours is {got!r}."
        if got != wanted:
            return f"result {i} of {len(STORED)} is called {got!r}: {sentence}."
    return None


def curve(rng):
    """x and density of a noiseless curve of three bells and any area, on an uneven grid that holds them all."""
    x = np.geomspace(1, 60, 400) - 20
    weights, means, stds = drawn_bells(rng)
    return x, rng.uniform(2, 90) * Mixture(weights, means, stds).pdf(x)


RNG = np.random.default_rng(5)

EXERCISES = tables(
    __file__,
    lm_step={"inputs": tuple(slopes(RNG)), "vary": lambda rng: next(slopes(rng)), "rtol": 1e-6, "atol": 1e-9},
    verdict={"inputs": tuple(stored()), "judge": judge_verdicts},
    own_units={"inputs": tuple(curve(RNG) for _ in range(3)), "vary": curve},
)
