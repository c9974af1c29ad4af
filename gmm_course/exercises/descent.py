"""Chapter "Descend": the longest step, a BFGS update, a Levenberg–Marquardt step, ten results to judge, a path."""

import autograd.numpy as np
from scipy.optimize import OptimizeResult

from gmm_helpers import classic

from .exercise import Exercise


def positive_definite(size, rng):
    """A random symmetric matrix with eigenvalues of 0.3 and more, none of them on the axes."""
    A = rng.normal(size=(size, size))
    return A @ A.T + 0.3 * np.eye(size)


def bfgs_steps(rng):
    """B, s, c on ground that curves up, twice, on ground that curves down, and where s·c is exactly 0."""
    for size, sign in ((2, 1), (9, 1), (2, -1), (9, -1)):
        s = rng.normal(size=size)
        yield positive_definite(size, rng), s, sign * positive_definite(size, rng) @ s
    yield positive_definite(2, rng), np.array([1.0, 2.0]), np.array([2.0, -1.0])


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


BOTH_SIDES = "V stands on both sides of B, or B loses its symmetry."
NO_ORDER = "`eig` keeps no order: take the largest, or use `eigvalsh`."
RNG = np.random.default_rng(5)

EXERCISES = (
    Exercise(
        """def largest_step(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[-1]""",
        "right for five matrices, with two to nine directions: the steepest one sets the limit for all.",
        inputs=(  # `eig` puts the last one's largest eigenvalue in the middle
            *((positive_definite(size, RNG),) for size in (2, 3, 5, 9)),
            (np.array([[1.0, 0.1, 0.1], [0.1, 3.0, 0.1], [0.1, 0.1, 2.0]]),),
        ),
        vary=lambda rng: (positive_definite(5, rng),),
        mistakes=(
            ("2 /", "1 /", "safe, but half of what is allowed."),
            ("[-1]", "[0]", "the steepest direction sets the limit; you took the flattest."),
            ("2 / np.linalg.eig(hessian)[0][0]", NO_ORDER),
            ("2 / np.linalg.eig(hessian)[0][-1]", NO_ORDER),
            ("[-1]", "", "one number, please: which of these is the limit for all?"),
            ("2 / np.trace(hessian)", "the trace adds up all curvatures; one alone decides."),
            ("2 / np.diag(hessian).max()", "the steepest direction needn't lie along an axis: take the eigenvalues."),
            ("2 / np.linalg.norm(hessian)", "this norm adds up all curvatures; one alone decides."),
            ("np.linalg.eigvalsh(hessian)[-1] / 2", "upside down: the steeper the ground, the shorter the step."),
            ("2 / np.linalg.det(hessian)", "the determinant multiplies all curvatures; one alone decides."),
            ("2 /", "4 /", "twice too long: each step would turn d into −3d."),
            ("eigvalsh(hessian)[-1]", "eigvalsh(hessian).mean()", "the mean curvature forgets the steepest direction."),
        ),
    ),
    Exercise(
        """def bfgs_update(B, s, c):
    if s @ c <= 0:
        return B
    V = np.eye(len(s)) - np.outer(s, c) / (s @ c)
    return V @ B @ V.T + np.outer(s, s) / (s @ c)""",
        "right for five pairs, in two and nine numbers: B turns the change of slope into the step, and the guard holds, "
        "at s·c = 0 too.",
        inputs=tuple(bfgs_steps(RNG)),
        vary=lambda rng: next(bfgs_steps(rng)),
        mistakes=(
            ("bfgs_update(B, c, s)", "this updates the Hessian; we keep its inverse: `B @ c` is `s`."),
            ("s @ c <= 0", "False", "where s·c is negative or 0 keep B as it was."),
            ("s @ c <= 0", "s @ c < 0", "s·c = 0 passes your guard, and then you divide by it."),
            ("return B\n", "return None\n", "where s·c is negative return B itself."),
            ("return B\n", "return np.eye(len(s))\n", "where s·c is negative return B, not a fresh start."),
            ("s @ c <= 0", "s @ c >= 0", "the guard is the wrong way round."),
            (
                " + np.outer(s, s) / (s @ c)",
                "",
                "V alone forgets the step: `B @ c` is 0; add np.outer(s, s) / (s @ c).",
            ),
            ("V @ B @ V.T", "V @ B", BOTH_SIDES),
            ("V @ B @ V.T", "B @ V.T", BOTH_SIDES),
            ("V @ B @ V.T", "V.T @ B @ V", "V and V.T have changed places: `B @ c` should be `s`."),
            ("np.outer(s, c)", "s @ c", "a number stands where a matrix belongs: np.outer, not @."),
            ("np.outer(s, s)", "s @ s", "a number stands where a matrix belongs: np.outer, not @."),
            ("np.eye(len(s)) - ", "np.eye(len(s)) + ", "the sign in V: it takes away what B made of c."),
        ),
    ),
    Exercise(
        """def lm_step(J, r, damping):
    return np.linalg.solve(J.T @ J + damping * np.eye(J.shape[1]), -J.T @ r)""",
        "right for four Jacobians, two of them with a dead column: short where the curve hardly feels, full elsewhere.",
        inputs=tuple(slopes(RNG)),
        vary=lambda rng: next(slopes(rng)),
        rtol=1e-6,
        atol=1e-9,
        mistakes=(
            ("-J.T @ r", "J.T @ r", "uphill: solve for −Jᵀr."),
            ("-J.T @ r", "-2 * J.T @ r", "the factor 2 belongs to both sides or to neither."),
            (
                "np.linalg.solve(2 * J.T @ J + damping * np.eye(J.shape[1]), -2 * J.T @ r)",
                "nearly: with both factors 2 the damping counts only half; leave them out.",
            ),
            (
                "np.linalg.pinv(J.T @ J + damping) @ (-J.T @ r)",
                "the damping went to every entry; it belongs to the diagonal: damping times the identity.",
            ),
            (
                "-np.linalg.pinv(J.T @ J * (1 + damping)) @ J.T @ r",
                "this shrinks the step but doesn't turn it: add damping times the identity.",
            ),
            (
                "damping * np.eye(J.shape[1])",
                "damping * np.diag(np.diag(J.T @ J))",
                "this damps each parameter by its own curvature, so a column of zeros gets none: damp by the identity.",
            ),
            ("damping * np.eye", "damping**2 * np.eye", "damping squared: in the stacked form the rows are √damping."),
            ("-np.linalg.pinv(J) @ r", "the damping isn't used: this is Gauss–Newton."),
            ("-J.T @ r / damping", "this is a gradient step: the curvature JᵀJ is missing."),
            ("+ damping", "- damping", "a negative damping makes directions steep that are flat: plus."),
            (
                "J.T @ J + damping * np.eye(J.shape[1])",
                "J.T @ J",
                "without damping a dead column leaves nothing to solve.",
            ),
        ),
    ),
    Exercise(
        """def verdict(result, density):
    if not result.grad_norm <= 1e-6:  # nan as well
        return "not converged"
    return "solved" if result.fun < 0.01 * np.sum(density**2) else "other valley\"""",
        "right on fourteen results: slope first, then the relative loss. Neither `success` nor `status` was needed.",
        inputs=tuple(stored()),
        judge=judge_verdicts,
        mistakes=(
            (
                "np.sum(density**2)",
                "np.sum(density) ** 2",
                "the relative loss divides by Σ density², not (Σ density)².",
            ),
            ("np.sum(density**2)", "density.max() ** 2", "divide by the sum of all squares, not by the peak's."),
            ("result.fun", "result.fun**2", "`fun` is a sum of squares already."),
        ),
    ),
    Exercise(
        """def path_of(gradient, start, step, n):
    theta, path = start, [start]
    for _ in range(n):
        theta = theta - step * gradient(theta)
        path.append(theta)
    return np.array(path)""",
        "found. `-=` writes into the one array that every row of the path is; a minus makes a new one.",
        bug=("theta = theta - step", "theta -= step"),
        inputs=(
            (lambda theta: 2 * theta, np.array([1.0, -2.0]), 0.1, 5),
            (np.sin, np.array([1.0, 2.0, 0.5]), 0.5, 8),
        ),
        vary=lambda rng: (np.sin, rng.normal(size=3), 0.3, 4),
        mistakes=(
            ("theta - step", "theta + step", "uphill: the sign was right."),
            ("range(n)", "range(n - 1)", "n steps make a path of n + 1 rows, the start included."),
            (", [start]", ", []", "the path begins with the start: n + 1 rows."),
            ("gradient(theta)", "gradient(start)", "each step wants the slope where it stands, not at the start."),
            ("return np.array(path)", "return theta", "that is the end of the path; all of it is asked for."),
        ),
    ),
)
