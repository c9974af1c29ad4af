"""Chapter 5: the longest step, a BFGS update, a Levenberg–Marquardt step, and ten results to judge."""

import numpy as np
from scipy.optimize import OptimizeResult

from gmm_helpers import classic

from .exercise import OPEN, Exercise, Mistake

__all__ = ["EXERCISES"]

RNG = np.random.default_rng(5)


def _positive_definite(size, rng=RNG):
    """A random symmetric matrix with eigenvalues of 0.3 and more, none of them on the axes."""
    A = rng.normal(size=(size, size))
    return A @ A.T + 0.3 * np.eye(size)


# `eig` puts its largest eigenvalue in the middle.
MIDDLE = np.array([[1.0, 0.1, 0.1], [0.1, 3.0, 0.1], [0.1, 0.1, 2.0]])

# 5.1 -----------------------------------------------------------------------------------------------------------

LARGEST_STEP = Exercise(
    "5.1",
    right=lambda H: 2 / np.linalg.eigvalsh(H)[-1],
    inputs=(*((_positive_definite(size),) for size in (2, 3, 5, 9)), (MIDDLE,)),
    vary=lambda rng: {"inputs": tuple((_positive_definite(size, rng),) for size in (3, 6))},
    others=(lambda H: 2 / np.linalg.norm(H, 2), lambda H: 2 / np.linalg.eigvals(H).real.max()),
    mistakes=(
        Mistake(lambda H: 1 / np.linalg.eigvalsh(H)[-1], "safe, but half of what is allowed."),
        Mistake(
            lambda H: 2 / np.linalg.eigvalsh(H)[0], "the steepest direction sets the limit; you took the flattest."
        ),
        Mistake(lambda H: 2 / np.linalg.eig(H)[0][0], "`eig` keeps no order: take the largest, or use `eigvalsh`."),
        Mistake(lambda H: 2 / np.linalg.eig(H)[0][-1], "`eig` keeps no order: take the largest, or use `eigvalsh`."),
        Mistake(lambda H: 2 / np.linalg.eigvalsh(H), "one number, please: which of these is the limit for all?"),
        Mistake(lambda H: 2 / np.trace(H), "the trace adds up all curvatures; one alone decides."),
        Mistake(
            lambda H: 2 / np.diag(H).max(), "the steepest direction needn't lie along an axis: take the eigenvalues."
        ),
        Mistake(lambda H: 2 / np.linalg.norm(H), "this norm adds up all curvatures; one alone decides."),
        Mistake(lambda H: np.linalg.eigvalsh(H)[-1] / 2, "upside down: the steeper the ground, the shorter the step."),
    ),
    praise="the steepest direction sets the limit for all.",
)

# 5.2 -----------------------------------------------------------------------------------------------------------


def bfgs_update(B, s, c):
    """The B that is nearest to the old one, symmetric, and turns the change of slope c into the step s."""
    if s @ c <= 0:
        return B
    V = np.eye(len(s)) - np.outer(s, c) / (s @ c)
    return V @ B @ V.T + np.outer(s, s) / (s @ c)


def _expanded(B, s, c):
    """The same in its other usual form, without V."""
    if not s @ c > 0:
        return B.copy()
    Bc, sc = B @ c, s @ c
    return B + (sc + c @ Bc) / sc**2 * np.outer(s, s) - (np.outer(Bc, s) + np.outer(s, Bc)) / sc


def _unguarded(B, s, c):
    V = np.eye(len(s)) - np.outer(s, c) / (s @ c)
    return V @ B @ V.T + np.outer(s, s) / (s @ c)


def _without_last_term(B, s, c):
    V = np.eye(len(s)) - np.outer(s, c) / (s @ c)
    return V @ B @ V.T if s @ c > 0 else B


def _one_sided(B, s, c):
    V = np.eye(len(s)) - np.outer(s, c) / (s @ c)
    return V @ B + np.outer(s, s) / (s @ c) if s @ c > 0 else B


def _turned(B, s, c):
    V = np.eye(len(s)) - np.outer(s, c) / (s @ c)
    return V.T @ B @ V + np.outer(s, s) / (s @ c) if s @ c > 0 else B


def _scalar(B, s, c):
    V = np.eye(len(s)) - s @ c / (s @ c)
    return V @ B @ V.T + s @ s / (s @ c) if s @ c > 0 else B


def _steps(rng=RNG):
    """B, s, c on ground that curves up, twice, and on ground that curves down."""
    for size, sign in ((2, 1), (9, 1), (2, -1), (9, -1)):
        s = rng.normal(size=size)
        yield _positive_definite(size, rng), s, sign * _positive_definite(size, rng) @ s


BFGS_UPDATE = Exercise(
    "5.2",
    right=bfgs_update,
    inputs=tuple(_steps()),
    vary=lambda rng: {"inputs": tuple(_steps(rng))},
    others=(_expanded, lambda B, s, c: bfgs_update(B, s, c) + 0.0),
    mistakes=(
        Mistake(lambda B, s, c: bfgs_update(B, c, s), "this updates the Hessian; we keep its inverse: `B @ c` is `s`."),
        Mistake(_unguarded, "where s·c is negative keep B as it was."),
        Mistake(lambda B, s, c: None if s @ c <= 0 else bfgs_update(B, s, c), "where s·c is negative return B itself."),
        Mistake(lambda B, s, c: _unguarded(B, s, c) if s @ c < 0 else B, "the guard is the wrong way round."),
        Mistake(_without_last_term, "V alone forgets the new step: `B @ c` is 0; add np.outer(s, s) / (s @ c)."),
        Mistake(_one_sided, "V stands on both sides of B, or B loses its symmetry."),
        Mistake(_turned, "V and V.T have changed places: `B @ c` should be `s`."),
        Mistake(_scalar, "a number stands where a matrix belongs: np.outer, not @."),
    ),
    praise="B turns the change of slope into the step, and stays positive.",
)

# 5.3 -----------------------------------------------------------------------------------------------------------


def lm_step(J, r, damping):
    """−(JᵀJ + damping·I)⁻¹ Jᵀ r."""
    return np.linalg.solve(J.T @ J + damping * np.eye(J.shape[1]), -J.T @ r)


def _stacked(J, r, damping, root=np.sqrt):
    """The same as a least-squares problem with more rows."""
    P = J.shape[1]
    A = np.concatenate([J, root(damping) * np.eye(P)])
    return np.linalg.lstsq(A, -np.concatenate([r, np.zeros(P)]), rcond=None)[0]


def _scaled(J, r, damping, inverse=np.linalg.inv):
    return -inverse(J.T @ J * (1 + damping)) @ J.T @ r


def _marquardt(J, r, damping):
    A = J.T @ J
    return np.linalg.solve(A + damping * np.diag(np.diag(A)), -J.T @ r)


def _near(got, wanted):
    """Whether two steps, or two exceptions, agree."""
    if isinstance(got, Exception) or isinstance(wanted, Exception):
        return type(got) is type(wanted)
    try:
        return np.shape(got) == np.shape(wanted) and np.allclose(np.asarray(got, dtype=float), wanted)
    except (TypeError, ValueError):
        return False


def _slopes(rng=RNG):
    """J, r, damping; in the last two a column of J is zero, as for a bell that no point sees."""
    for size, damping, dead in ((2, 0.1, False), (4, 3.0, False), (9, 1e-3, True), (5, 0.5, True)):
        J = rng.normal(size=(12, size))
        J[:, -1] *= not dead
        yield J, rng.normal(size=12), damping


LM_STEP = Exercise(
    "5.3",
    right=lm_step,
    inputs=tuple(_slopes()),
    vary=lambda rng: {"inputs": tuple(_slopes(rng))},
    same=_near,
    others=(_stacked, lambda J, r, damping: -np.linalg.inv(J.T @ J + damping * np.identity(J.shape[1])) @ (J.T @ r)),
    mistakes=(
        Mistake(lambda J, r, damping: -lm_step(J, r, damping), "uphill: solve for −Jᵀr."),
        Mistake(lambda J, r, damping: lm_step(J, 2 * r, damping), "the factor 2 belongs to both sides or to neither."),
        Mistake(
            lambda J, r, damping: np.linalg.solve(2 * J.T @ J + damping * np.eye(J.shape[1]), -2 * J.T @ r),
            "nearly: with both factors 2 the damping counts only half; leave them out.",
        ),
        Mistake(
            lambda J, r, damping: np.linalg.pinv(J.T @ J + damping) @ (-J.T @ r),
            "the damping went to every entry; it belongs to the diagonal: damping times the identity.",
        ),
        Mistake(
            lambda J, r, damping: _scaled(J, r, damping, np.linalg.pinv),
            "this shrinks the step but doesn't turn it: add damping times the identity.",
        ),
        Mistake(
            _marquardt,
            "this damps each parameter by its own curvature, so a column of zeros gets none: damp by the identity.",
        ),
        Mistake(
            lambda J, r, damping: _stacked(J, r, damping, root=float), "in the stacked form the rows are √damping."
        ),
        Mistake(lambda J, r, _damping: -np.linalg.pinv(J) @ r, "the damping isn't used: this is Gauss–Newton."),
        Mistake(lambda J, r, damping: -J.T @ r / damping, "this is a gradient step: the curvature JᵀJ is missing."),
    ),
    praise="short along directions that the curve hardly feels, full along the others.",
)

# 5.4 -----------------------------------------------------------------------------------------------------------

_, CURVE = classic()
# success, status, gradient norm, relative loss, unit of the curve, the verdict, and what to say to another one
STORED = (
    (True, 0, 9e-11, 8e-22, 1.0, "solved", "level ground, and nothing is missed."),
    (True, 0, 2e-9, 0.0855, 1.0, "other valley", "this one reports success and misses 8.6 % of the curve's squares."),
    (False, 2, 3e-9, 8e-4, 1.0, "solved", "a slope of 3e-9 is level: this stop, out of digits, is harmless."),
    (True, 0, 0.4, 0.82, 1e-3, "not converged", "it reports success after no step at all; its slope is 0.4."),
    (True, 0, 4e-10, 0.434, 1e-4, "other valley", "its `fun` looks tiny in these units: divide by Σ density²."),
    (True, 0, 1e-10, 5e-4, 1e3, "solved", "its `fun` looks large in these units: divide by Σ density²."),
    (False, 1, 5e-3, 2e-3, 1.0, "not converged", "little is missed, but its slope is 5e-3: it was still walking."),
    (False, 2, 7e-10, 0.0765, 1.0, "other valley", "level ground, yet 7.7 % of the curve's squares are missed."),
    (True, 0, 3e-4, 6e-3, 50.0, "not converged", "it reports success with a slope of 3e-4: its own limit was lax."),
    (False, 2, np.nan, np.nan, 1.0, "not converged", "its numbers are nan; every comparison with nan is False."),
)


def _stored():
    for success, status, grad_norm, loss, unit, wanted, sentence in STORED:
        density = CURVE * unit
        fun = loss * np.sum(density**2)
        yield OptimizeResult(success=success, status=status, grad_norm=grad_norm, fun=fun), density, wanted, sentence


def verdict(result, density):
    """ "solved", "other valley" or "not converged", by the slope and the relative loss alone."""
    if not result.grad_norm <= 1e-6:
        return "not converged"
    return "solved" if result.fun < 0.01 * np.sum(density**2) else "other valley"


def _judged(answer):
    """None if all ten verdicts are right, or the sentence about the first that isn't."""
    for i, (result, density, wanted, sentence) in enumerate(_stored(), start=1):
        got = answer(result, density)
        if got is None or got is Ellipsis:
            return OPEN if i == 1 else f"result {i} gets no verdict at all."
        if got not in ("solved", "other valley", "not converged"):
            return f"a verdict is 'solved', 'other valley' or 'not converged', not {got!r}."
        if got != wanted:
            return f"result {i} of {len(STORED)} is called {got!r}: {sentence}"
    return None


def _about(i, called):
    return f"result {i} of {len(STORED)} is called {called!r}: {STORED[i - 1][-1]}"


def _trusting(result, _density):
    return "solved" if result.success else "not converged"


def _by_status(result, density):
    if result.status != 0:
        return "not converged"
    return verdict(result, density)


def _raw(result, _density):
    if not result.grad_norm <= 1e-6:
        return "not converged"
    return "solved" if result.fun < 0.01 else "other valley"


def _by_loss(result, density):
    return "solved" if result.fun < 0.01 * np.sum(density**2) else "other valley"


def _blind_to_nan(result, density):
    if result.grad_norm > 1e-6:
        return "not converged"
    return _by_loss(result, density)


VERDICT = Exercise(
    "5.4",
    right=verdict,
    property_check=_judged,
    others=(
        lambda result, density: (
            "not converged"
            if np.isnan(result.fun) or result.grad_norm > 1e-6
            else ("solved" if result.fun / (density @ density) < 0.01 else "other valley")
        ),
    ),
    mistakes=(
        Mistake(_trusting, _about(2, "solved")),
        Mistake(_by_status, _about(3, "not converged")),
        Mistake(_by_loss, _about(4, "other valley")),
        Mistake(_raw, _about(5, "solved")),
        Mistake(_blind_to_nan, _about(10, "other valley")),
    ),
    praise="slope first, then the relative loss. Neither `success` nor `status` was needed.",
)

EXERCISES = (LARGEST_STEP, BFGS_UPDATE, LM_STEP, VERDICT)
