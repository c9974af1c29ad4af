"""Chapter "Measure the misfit": relative loss, the best share, a way home, Kullback and Leibler, the exact distance."""

from functools import partial

import autograd.numpy as np

from gmm_helpers import CLASSIC, Mixture, classic, gaussian_pdf, mixture_pdf, relative_loss

from .compare import floats
from .exercise import Exercise, drawn_bells

X = np.linspace(-5, 30, 141)
DX = X[1] - X[0]
OTHERS = (
    Mixture([0.5, 0.3, 0.2], [4, 14, 21], [1.5, 2, 1]),
    Mixture([0.2, 0.8], [9, 16], [3, 2.5]),
    Mixture([1.0], [13], [5]),
)

# Pairs of curves. One fit is no curve at all; one target is zero at some of its points.
Y = CLASSIC.pdf(X)
CURVES = (*((Y, other.pdf(X)) for other in OTHERS), (2 * OTHERS[1].pdf(X), np.zeros(X.size)))
DENSITIES = (
    *((Y, other.pdf(X), DX) for other in OTHERS),
    (OTHERS[2].pdf(X[::2]), OTHERS[1].pdf(X[::2]), 2 * DX),
    (np.where(abs(X - 12) < 6, 1 / 12, 0.0), OTHERS[2].pdf(X), DX),
)
BELLS = gaussian_pdf(X, 5, 2), gaussian_pdf(X, 15, 1), gaussian_pdf(X, 10, 4)
MIXED = (  # targets that two bells make exactly, nearly, or only with a share outside 0 … 1
    (0.3 * BELLS[0] + 0.7 * BELLS[1], BELLS[0], BELLS[1]),
    (Y, BELLS[1], BELLS[2]),
    (BELLS[0], BELLS[2], BELLS[1]),
    (1.5 * BELLS[0] - 0.5 * BELLS[2], BELLS[0], BELLS[2]),
)
UNEVEN = tuple(
    (grid, CLASSIC.pdf(grid), other)
    for grid in (np.geomspace(1, 30, 80), np.append(np.arange(0, 10, 0.2), np.arange(10, 26.0)))
    for other in (OTHERS[0].pdf(grid), np.zeros(grid.size))
)


def _curve(rng):
    return Mixture(*drawn_bells(rng)).pdf(X)


# A way home ----------------------------------------------------------------------------------------------------------

GRID, DENSITY = classic()


def roll(mean, std=2.0, step=0.01):
    """Where a ball comes to rest if the first bell's mean alone moves, downhill by steps, and its std is `std`."""

    def loss_at(mean):
        curve = mixture_pdf(GRID, CLASSIC.weights, np.array([mean, 15, 20]), np.array([std, 1, 2]))
        return relative_loss(DENSITY, curve)

    for move in (-step, step):
        while loss_at(mean + move) < loss_at(mean):
            mean += move
    return mean


def judge_smallest_std(given, start=-1):
    """One sentence about the least std, to one decimal, with which the ball from `start` finds home."""
    try:
        std = float(np.squeeze(np.array(given, dtype=float)))
    except (TypeError, ValueError):
        return "one number is asked for, a std."
    if not 0.1 <= std <= 20:
        return "look for a std between 0.1 and 20."
    end = roll(start, std)
    if abs(end - 5) > 1:
        hint = "try a little wider." if std < 4 else "so wide a bell fits best elsewhere; try narrower."
        if std < 2:
            hint = "a narrower bell sees less far; go the other way."
        return f"with a std of {std:.3g} the ball comes to rest at {end:.1f}: {hint}"
    if abs(roll(start, std - 0.1) - 5) < 1:
        return f"it comes home, to {end:.1f}. But so it does with {std - 0.1:.2g}: look for the smallest."
    return None if abs(std - round(std, 1)) < 1e-9 else f"{std:.3g} is the place; give it to one decimal."


def from_elsewhere(rng):
    """The exercise with the ball let go elsewhere."""
    start = -int(rng.integers(1, 9)) / 10
    told = {"ball at −1": f"ball at −{-start}", "roll(-1,": f"roll({start},"}
    return {"judge": partial(judge_smallest_std, start=start), "told": told}


EXERCISES = (
    Exercise(
        """def relative(density, ours):
    return np.sum((density - ours) ** 2) / np.sum(density**2)""",
        "right for four pairs of curves, one of zeros: neither a unit nor the number of points is left in it.",
        inputs=CURVES,
        vary=lambda rng: (_curve(rng), _curve(rng)),
        mistakes=(
            ("np.sum(density - ours) / np.sum(density)", "misses above and below cancel: square them first."),
            (
                "np.sum((density - ours) ** 2)",
                "np.sum(density - ours) ** 2",
                "square each gap, then add up: not later.",
            ),
            ("np.sum((density - ours) ** 2 / density**2)", "two sums, one division: don't divide point by point."),
            (" / np.sum(density**2)", "", "that is the plain sum: it grows with the number of points."),
            ("np.mean((density - ours) ** 2)", "the mean no longer grows with the points, but it has a unit."),
            ("np.sum(density**2)", "np.sum(ours**2)", "divide by the target, not by our curve: zeros must score 1."),
            ("np.sum(density**2)", "np.sum(density) ** 2", "the square stands inside: Σ density², not (Σ density)²."),
            ("np.sqrt(relative(density, ours))", "no root here: this loss is a sum of squares."),
            ("np.sum(abs(density - ours)) / np.sum(density)", "that is the sum of absolute gaps: square them."),
            ("np.sum(density**2)", "np.sum(density)", "squares above and none below: the unit is still in it."),
            ("2 * relative(density, ours)", "twice too much: a curve of zeros must score 1."),
        ),
    ),
    Exercise(
        """def best_share(target, a, b):
    return np.sum((target - b) * (a - b)) / np.sum((a - b) ** 2)""",
        "right for four targets, two of them out of reach of any share. Weights alone are a linear problem, with no hill.",
        inputs=MIXED,
        vary=lambda rng: (_curve(rng), _curve(rng), _curve(rng)),
        mistakes=(
            (
                "(s := np.linspace(0, 1, 101))[np.argmin([np.sum((target - w * a - (1 - w) * b) ** 2) for w in s])]",
                "a search gives two digits between 0 and 1. A parabola has a formula.",
            ),
            (
                "np.clip(best_share(target, a, b), 0, 1)",
                "the vertex may lie outside 0 … 1, which tells that the bells are wrong: don't clip it.",
            ),
            ("1 - best_share(target, a, b)", "that is the share of b; asked is the share of a."),
            ("(target - b)", "target", "with w = 0 the curve is b: measure the target from there, target − b."),
            ("np.sum((target - b) * a) / np.sum(a**2)", "w multiplies a − b, not a alone: what a gains, b loses."),
            ("(target - b)", "(b - target)", "the sign: from b, the target lies in the direction target − b."),
            ("2 * best_share(target, a, b)", "twice too much: the 2 of the derivative is on both sides, and cancels."),
            ("np.sum((a - b) ** 2)", "np.sum(a - b) ** 2", "below stands a sum of squares, not the square of a sum."),
        ),
    ),
    Exercise(
        """candidates = np.arange(1.5, 4, 0.1).round(1)
smallest_std = min(std for std in candidates if abs(roll(-1, std) - 5) < 1)""",
        "a wider bell feels the hump from further off. The top of the wall has moved past the ball: along this one "
        "direction the way is open.",
        judge=judge_smallest_std,
        vary=from_elsewhere,
    ),
    Exercise(
        """def kl(density, ours, dx):
    some = density > 0
    return np.sum(density[some] * np.log(density[some] / ours[some])) * dx""",
        "right for five pairs, one of them with a density that is 0 at many points: 0·log 0 adds nothing.",
        inputs=DENSITIES,
        vary=lambda rng: (_curve(rng), _curve(rng), DX),
        mistakes=(
            ("kl(ours, density, dx)", "the two curves changed places: average over the density."),
            (
                "np.log(density[some] / ours[some])",
                "np.log(ours[some] / density[some])",
                "the sign: log(density / ours).",
            ),
            (" * dx", "", "an integral wants its dx; yours grows with the points."),
            ("np.sum(", "np.mean(", "a mean over the points is no integral: a sum, times dx."),
            ("np.log(", "np.log10(", "the natural logarithm, please; that is base ten."),
            ("np.log(", "np.log2(", "the natural logarithm, please; that is base two, in bits."),
            (
                "np.sum(density * np.log(density / ours)) * dx",
                "where the density is 0, 0·log 0 became NaN: such a point adds nothing.",
            ),
            (
                "kl(density / density.sum() / dx, ours / ours.sum() / dx, dx)",
                "both curves were first scaled to area 1, as `scipy.stats.entropy` does: take them as they are.",
            ),
            (
                "np.trapezoid(density * np.log(np.where(density > 0, density, 1) / ours), dx=dx)",
                "the trapezoid rule halves the ends; asked is the sum.",
            ),
            ("density[some] * np", "np", "an average over the density: each logarithm counts with the density there."),
        ),
    ),
    Exercise(
        """def exact_l2(a, b):
    def inner(a, b):
        table = gaussian_pdf(a.means[:, None], b.means, np.sqrt(a.stds[:, None] ** 2 + b.stds**2))
        return a.weights @ table @ b.weights

    return np.sqrt(inner(a, a) - 2 * inner(a, b) + inner(b, b))""",
        "right for six pairs, with bells from 0.002 to 10,000 wide. There is no grid, so there is no blind spot.",
        inputs=(
            *((CLASSIC, other) for other in OTHERS),
            (OTHERS[1], OTHERS[0]),
            (Mixture([0.9, 0.1], [13, 14.0123], [5, 0.002]), OTHERS[2]),
            (Mixture([0.5, 0.5], [5, 15], [1e4, 1]), OTHERS[1]),
        ),
        vary=lambda rng: (Mixture(*drawn_bells(rng)), Mixture(*drawn_bells(rng, 2))),
        mistakes=(
            (
                "np.sqrt(a.stds[:, None] ** 2 + b.stds**2)",
                "a.stds[:, None] + b.stds",
                "variances add, stds don't: √(s² + t²).",
            ),
            (
                "np.sqrt(a.stds[:, None] ** 2 + b.stds**2)",
                "(a.stds[:, None] ** 2 + b.stds**2)",
                "s² + t² is the variance; `gaussian_pdf` wants its root.",
            ),
            ("exact_l2(a, b) ** 2", "that is the square of the distance: take the root."),
            ("- 2 * inner", "- inner", "(a − b)² has −2ab in the middle."),
            ("- 2 * inner(a, b) +", "+", "the middle term is missing: (a − b)² = a² − 2ab + b²."),
            ("- 2 * inner", "+ 2 * inner", "that is ∫(a + b)²: the sign of the middle term."),
            (
                "table @ b.weights",
                "table.sum(axis=1)",
                "each integral counts with both weights; one of them is missing.",
            ),
            ("b.stds**2)", "a.stds**2)", "the table meets each bell of a with each of b: both stds count."),
        ),
    ),
    Exercise(
        """def weighted_loss(x, density, ours):
    dx = np.gradient(x)
    return np.sum(dx * (density - ours) ** 2) / np.sum(dx * density**2)""",
        "found. A curve of zeros must score 1 on every grid: where a known answer fails, the fault shows.",
        bug=("np.sum(dx * density**2)", "np.sum(density**2)"),
        inputs=UNEVEN,
        vary=lambda rng: ((grid := np.cumsum(rng.uniform(0.2, 1, 50))), CLASSIC.pdf(grid), OTHERS[1].pdf(grid)),
        mistakes=(
            ("dx * ", "", "zeros score 1 now, but points that stand close count too much: weigh both sums by dx."),
            ("(dx * density**2)", "(dx**2 * density**2)", "one dx belongs to each point, below as above."),
            ("dx * (density - ours)", "(density - ours)", "you took the dx off above as well, or put it below alone."),
            ("np.sum(dx * density**2)", "np.sum(dx * density) ** 2", "Σ dx·density², not (Σ dx·density)²."),
            ("np.sum(dx * density**2)", "(np.sum(density**2) * dx[0])", "the steps differ: each point has its own dx."),
            (
                "np.sum(dx * density**2)",
                "(np.sum(density**2) * np.mean(dx))",
                "one mean step won't do: each point has its own.",
            ),
        ),
    ),
)
