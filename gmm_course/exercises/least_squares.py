"""Chapter "Least squares": a Levenberg–Marquardt step, fourteen results to judge, a curve in units of its own."""

import autograd.numpy as np
from scipy.optimize import OptimizeResult

from gmm_helpers import Mixture, classic, trapezoid_weights

from .tables import drawn_bells, tables


def slopes(rng):
    """J, r, damping; in the last two a column of J is zero, as for a bell that no point sees."""
    for size, damping, dead in ((2, 0.1, False), (4, 3.0, False), (9, 1e-3, True), (5, 0.5, True)):
        J = rng.normal(size=(12, size))
        J[:, -1] *= not dead
        yield J, rng.normal(size=12), damping


# Results to judge ----------------------------------------------------------------------------------------------------

STORED = (  # success, status, gradient norm, relative loss, unit of the curve
    (True, 0, 9e-11, 8e-22, 1.0),
    (True, 0, 2e-9, 0.0855, 1.0),
    (False, 2, 3e-9, 8e-4, 1.0),
    (True, 0, 0.4, 0.82, 1e-3),
    (True, 0, 4e-10, 0.434, 1e-8),
    (True, 0, 1e-10, 5e-4, 1e3),
    (False, 1, 5e-3, 2e-3, 1.0),
    (False, 2, 7e-10, 0.0765, 1.0),
    (True, 0, 3e-4, 6e-3, 50.0),
    (False, 2, np.nan, np.nan, 1.0),
    (True, 0, 1e-9, 0.03, 1.0),
    (True, 0, 2e-6, 1e-9, 1.0),
    (True, 0, 5e-7, 0.012, 1.0),
    (True, 0, 1e-6, 0.008, 1.0),
)
_, CURVE = classic()


def stored():
    """The arguments of a verdict on each of them."""
    for success, status, grad_norm, loss, unit in STORED:
        fun = loss * np.sum((unit * CURVE) ** 2)
        yield OptimizeResult(success=success, status=status, grad_norm=grad_norm, fun=fun), unit * CURVE


def judge_verdicts(outputs):
    """None if all verdicts are right, or the sentence about the first that isn't."""
    for i, (got, (success, _, slope, loss, unit)) in enumerate(zip(outputs, STORED, strict=True), start=1):
        if not isinstance(got, str) or got not in ("solved", "wrong end", "not converged"):
            return f"a verdict is 'solved', 'wrong end' or 'not converged'; on result {i} yours is {got!r}."
        wanted = "not converged" if not slope <= 1e-6 else "solved" if loss < 0.01 else "wrong end"
        if got != wanted:
            return (
                f"result {i} of {len(STORED)} is {wanted!r}, not {got!r}: its slope is {slope:.1g}, and it misses "
                f"{loss:.2%} of Σ density². (`success` is {success}, the curve's peak {unit * CURVE.max():.1g}.)"
            )
    return None


def curve(rng):
    """x and density of a noiseless curve of three bells and any area, on an uneven grid that holds them all."""
    x = np.geomspace(1, 60, 400) - 20
    return x, rng.uniform(2, 90) * Mixture(*drawn_bells(rng)).pdf(x)


RNG = np.random.default_rng(5)

EXERCISES = tables(
    globals(),
    lm_step={"inputs": tuple(slopes(RNG)), "vary": lambda rng: next(slopes(rng)), "rtol": 1e-6, "atol": 1e-9},
    verdict={"inputs": tuple(stored()), "judge": judge_verdicts},
)
