"""Chapter "Generate the data": an axis, a bell, whose the curve is, how many points, draws, an area."""

import autograd.numpy as np
from scipy import stats

from gmm_helpers import Mixture, gaussian_pdf

from .compare import floats
from .exercise import Exercise, drawn_bells

NOT_ONE = "the area must be 1; yours grows with std. Look at the factor in front."
THREE = np.array([0.3, 0.5, 0.2]), np.array([5.0, 15, 20]), np.array([2.0, 1, 2])
FOUR = np.array([0.4, 0.3, 0.2, 0.1]), np.array([3.0, -1, 0.5, 6]), np.array([1.0, 2, 0.7, 3])

# Points needed ---------------------------------------------------------------------------------------------------

STDS, STRETCH = (1, 0.5, 0.2, 0.1), 50


def worst_area(std, n_points):
    """The largest |Σ N(x; mean, std²)·dx − 1| over the places where the bell may stand, on a grid 50 wide."""
    dx = STRETCH / n_points
    means = STRETCH / 2 + np.linspace(0, dx, 17)[:, None]
    return abs(stats.norm.pdf(np.arange(n_points) * dx, means, std).sum(axis=1) * dx - 1).max()


def judge_points(given):
    """Whether these numbers of points are enough, and not many more."""
    given = floats(given)
    if given.shape != (len(STDS),) or not ((given >= 1) & (given <= 1e5)).all():
        return "one number of points for one std, please, at least 1."
    if len(set(given)) == 1:
        return f"{given[0]:g} for every std? Half the std wants twice the points."
    if given[0] > given[-1]:
        return "the narrow bell is the one that slips between the points: it wants more of them."
    for std, n in zip(STDS, (int(np.ceil(n - 1e-9)) for n in given), strict=True):
        if worst_area(std, n) > 0.01:
            off = f"{worst_area(std, n):.0%}"
            return f"{n} points are too few at std {std}: with the bell half a step on, the area is off by {off}."
        if worst_area(std, int(n / 1.15)) <= 0.01:
            return f"{n} points are safe at std {std}, but {int(n / 1.15)} would do: try fewer."
    return None


# Draws -------------------------------------------------------------------------------------------------------------

APART = np.array([0.3, 0.5, 0.2]), np.array([5.0, 45, 90]), np.array([2.0, 1, 3])  # each draw tells its bell
SIZE = 10_000


def judge_draws(outputs):
    """Whether these are draws from APART: two generators, the first of them once more, and three draws alone."""
    first, second, again, few = map(floats, outputs)
    for draws, size in ((first, SIZE), (few, 3)):
        if draws.shape != (size,):
            return f"{size} draws should come as an array of shape ({size},), yours has {draws.shape}."
    if (first == second).all():
        return "two generators gave the same draws: use the rng that you are given, don't make one."
    if (first != again).any():
        return "one seed gave two answers: draw from the rng that you are given, not from numpy's own."
    return _what_is_wrong(first) or _what_is_wrong(second)


def _what_is_wrong(draws):
    weights, means, stds = APART
    bell = abs(draws[:, None] - means).argmin(axis=1)
    counts = np.bincount(bell, minlength=3)
    surprise = (counts - SIZE * weights) / np.sqrt(SIZE * weights * (1 - weights))
    if draws.std() < 25:
        return f"the std of your draws is {draws.std():.1f}, it should be 31.0: you averaged values; choose a bell."
    if counts.max() > 0.99 * SIZE:
        return "all draws came from one bell: choose a bell anew for each draw."
    if abs(surprise).max() > 5:
        equal = np.allclose(counts, SIZE / 3, rtol=0.06)
        what = "each bell was chosen equally often: the weights were ignored" if equal else "the weights don't fit"
        return f"{what}. Bell 2 got {counts[1]} of {SIZE} draws, its share is a half."
    if (np.round(SIZE * weights) == counts).all():
        return "each bell got exactly its share of draws. Even that is left to chance: choose a bell for each draw."
    if np.sum(np.diff(bell) != 0) < SIZE / 2:
        return "the draws come bell after bell: each draw should choose its bell anew."
    for k in range(3):
        z = (draws[bell == k] - means[k]) / stds[k]
        if abs(z.mean()) > 5 / np.sqrt(z.size):
            return f"around {means[k]:g} your draws have the mean {draws[bell == k].mean():.2f}."
        if abs(z.std() - 1) > 5 / np.sqrt(2 * z.size):
            return f"around {means[k]:g} your draws have the std {stds[k] * z.std():.2f}, the bell's is {stds[k]:g}."
        if stats.kstest(z, "norm").statistic > 2.2 / np.sqrt(z.size):
            return f"around {means[k]:g} mean and std of your draws are right, their shape isn't normal."
    return None


EXERCISES = (
    Exercise(
        """def true_axis(index, start, stop, n_points):
    return start + index * (stop - start) / n_points""",
        "right on four grids, one of which starts below 0. On the first, index 45 is x = 15, where the tall bell stands.",
        inputs=((45, 0, 25, 75), (np.arange(75), 0, 25, 75), (np.arange(40), -3, 5, 40), (7, 100, 200, 25)),
        vary=lambda rng: (np.arange(9), *np.sort(rng.uniform(-50, 50, 2)), rng.integers(10, 90)),
        mistakes=(
            ("index", "that is the index itself; the tall bell stands at 15, not at 45."),
            (
                "/ n_points",
                "/ (n_points - 1)",
                "`stop` isn't a point of this grid: the step is (stop - start) / n_points.",
            ),
            ("index / n_points", "that runs from 0 to 1; the grid runs from start to stop."),
            ("start + ", "", "right where the grid starts at 0; another grid starts elsewhere."),
            ("(stop - start)", "stop", "the whole stretch is stop - start long."),
            ("index *", "(index + 1) *", "one step too far: index 0 is `start` itself."),
        ),
    ),
    Exercise(
        """def bell(x, mean, std):
    z = (x - mean) / std
    return np.exp(-0.5 * z**2) / (std * np.sqrt(2 * np.pi))""",
        "right for four bells: whatever the std, the factor in front keeps the area at 1.",
        inputs=tuple((np.linspace(-4, 9, 27), mean, std) for mean, std in ((0, 2), (3.3, 0.5), (-1.2, 1.3), (4, 1))),
        vary=lambda rng: (rng.uniform(-4, 9, 20), rng.uniform(0, 5), rng.uniform(0.4, 3)),
        mistakes=(
            (" / (std * np.sqrt(2 * np.pi))", "", NOT_ONE),
            ("(std * np.sqrt(2 * np.pi))", "np.sqrt(2 * np.pi)", NOT_ONE),
            (
                "np.sqrt(2 * np.pi)",
                "2 * np.pi",
                "the area is 0.4, not 1: the factor holds the square root of 2π, not 2π.",
            ),
            (
                "np.exp(-0.5 * (x - mean) ** 2 / std) / np.sqrt(2 * np.pi * std)",
                "your bell spreads by the root of std: did you square std?",
            ),
            ("z**2", "z**2 * std", "the exponent and the factor disagree about std: the exponent wants std squared."),
            ("-0.5 *", "-", "a factor ½ is missing in the exponent."),
            ("-0.5", "0.5", "it grows away from the mean: the exponent wants a minus sign."),
            ("(std * np.sqrt(2 * np.pi))", "std * np.sqrt(2 * np.pi)", "`a / b * c` divides by b alone: set brackets."),
            ("z**2", "z", "the exponent holds z squared, so that both sides fall."),
            ("(x - mean)", "x", "the bell should stand at `mean`; yours always stands at 0."),
        ),
    ),
    Exercise(
        """from gmm_helpers import gaussian_pdf


def shares_of(x, weights, means, stds):
    parts = weights * gaussian_pdf(x[:, None], means, stds)
    return parts / parts.sum(axis=1, keepdims=True)""",
        "right on three tables, one of them with as many points as bells. At each point the shares add up to 1.",
        inputs=(
            (np.linspace(2, 22, 11), *THREE),
            (np.array([-1.0, 0.2, 3.1, 5.5]), *FOUR),  # as many points as bells: shapes alone find nothing
            (np.array([18.0]), *THREE),
        ),
        vary=lambda rng: (rng.uniform(0, 25, 8), *drawn_bells(rng, 4)),
        mistakes=(
            ("[:, None]", "", "x and means have different lengths and can't meet: give x a second axis, x[:, None]."),
            (
                "(p := weights * gaussian_pdf(x, means, stds)) / p.sum()",
                "x and means have different lengths and can't meet: give x a second axis, x[:, None].",
            ),
            (
                ", keepdims=True",
                "",
                "dividing a table (N, K) by (N,) lines up the wrong axes: keep the axis, sum(axis=1, keepdims=True).",
            ),
            ("weights * ", "", "every bell counts alike in your answer: the weights are missing."),
            ("axis=1", "axis=0", "your columns add up to 1; it is the bells at one point, a row, that should."),
            (
                " / parts.sum(axis=1, keepdims=True)",
                "",
                "these are the bells themselves, and a row adds up to the density: divide by it.",
            ),
            ("axis=1, keepdims=True", "", "your whole table adds up to 1; each row should."),
            ("shares_of(x, weights, means, stds).T", "one row a point and one column a bell, please: transpose it."),
        ),
    ),
    Exercise(
        """def points_needed(std):
    return 26 / std""",
        "tried at four stds, with the bell on a point and between two: about one point every 1.9 stds is enough.",
        inputs=tuple((std,) for std in STDS),
        judge=judge_points,
        mistakes=(("26 / std", "26 / std**2", "half the std wants twice the points, not four times as many."),),
    ),
    Exercise(
        """def sample(size, weights, means, stds, rng):
    bell = rng.choice(len(weights), size=size, p=weights)
    return rng.normal(means[bell], stds[bell])""",
        "20,000 draws have each bell's share, mean, std and shape, and one seed gives one answer. A draw takes mean and "
        "std from one bell.",
        inputs=tuple(
            (size, *APART, np.random.default_rng(seed)) for size, seed in ((SIZE, 5), (SIZE, 6), (SIZE, 5), (3, 1))
        ),
        judge=judge_draws,
        mistakes=(
            ("stds[bell]", "np.sqrt(stds[bell])", "`rng.normal` takes the std itself, no root of it."),
            ("stds[bell]", "stds[bell] ** 2", "`rng.normal` takes the std, not the variance."),
            ("means[bell], stds[bell]", "0, stds[bell]", "all draws stand around 0: the means are missing."),
            (
                "rng.normal(means[rng.choice(3, size, p=weights)], stds[rng.choice(3, size, p=weights)])",
                "mean and std of a draw come from different bells: choose one bell for both.",
            ),
            (
                "rng.normal(means, stds, (size, 3)) @ weights",
                "you averaged three values; choose one bell for each draw.",
            ),
        ),
    ),
    Exercise(
        """def area_of(x, density):
    dx = (x[-1] - x[0]) / (len(x) - 1)
    return np.sum(density) * dx""",
        "found. N points have N − 1 steps between them; on a long grid the slip is small, on a short one plain.",
        bug=("(len(x) - 1)", "len(x)"),
        inputs=tuple(
            (np.linspace(start, stop, N), Mixture(*THREE).pdf(np.linspace(start, stop, N)))
            for start, stop, N in ((-10, 40, 20), (0, 30, 200), (-5, 60, 66))
        ),
        vary=lambda rng: (x := np.linspace(-10, 40, int(rng.integers(30, 90))), Mixture(*drawn_bells(rng)).pdf(x)),
        mistakes=(
            ("(len(x) - 1)", "(len(x) + 1)", "the other way: N points have one step less, not one more."),
            ("(x[-1] - x[0]) / (len(x) - 1)", "1.0", "the sum alone grows with the number of points: times dx."),
            ("(x[-1] - x[0])", "x[-1]", "right only where the grid starts at 0."),
            ("np.sum(density)", "np.mean(density)", "the mean height times one step is one bar: add up all bars."),
        ),
    ),
)
