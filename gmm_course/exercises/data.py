"""Chapter "Generate the data": an axis, a bell, whose the curve is, how many points, draws, an area."""

from unittest.mock import patch

import autograd.numpy as np
from scipy import stats

from gmm_helpers import Mixture, gaussian_pdf

from .compare import floats, seeded
from .tables import drawn_bells, tables
from .verdict import right

THREE = np.array([0.3, 0.5, 0.2]), np.array([5.0, 15, 20]), np.array([2.0, 1, 2])
X = np.linspace(-4, 9, 27)
FOUR = np.array([0.4, 0.3, 0.2, 0.1]), np.array([3.0, -1, 0.5, 6]), np.array([1.0, 2, 0.7, 3])


def curve(start, stop, n):
    """A grid, both ends included, and the density of THREE there."""
    return (x := np.linspace(start, stop, int(n))), Mixture(*THREE).pdf(x)


def judge_formula(answer):
    """Whether it works with SciPy's densities switched off."""
    with patch.object(stats.rv_continuous, "pdf", side_effect=TypeError):
        try:
            answer(X, 1.0, 2.0)
        except Exception:
            return "the numbers are right, but SciPy found them: write the formula; `stats.norm.pdf` may check it."


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
        return f"{given[-1]:g} points at std 0.1 and {given[0]:g} at 1? The narrow bell slips between the points."
    for std, n in zip(STDS, (int(np.ceil(n - 1e-9)) for n in given), strict=True):
        if worst_area(std, n) > 0.01:
            off = f"{worst_area(std, n):.2%}"
            return f"{n} points are too few at std {std}: with the bell half a step on, the area is off by {off}."
        if worst_area(std, int(n / 1.15)) <= 0.01:
            return f"{n} points are safe at std {std}, but {int(n / 1.15)} would do: try fewer."
    return None


# Draws -------------------------------------------------------------------------------------------------------------

APART = np.array([0.3, 0.5, 0.2]), np.array([5.0, 45, 90]), np.array([2.0, 1, 3])  # each draw tells its bell
SIZE = 10_000


def judge_draws(outputs):
    """Whether these are draws from APART: two generators, the first of them once more, and three draws alone."""
    draws, other, again, few = map(floats, outputs)
    for some, size in ((draws, SIZE), (few, 3)):
        if some.shape != (size,):
            return f"{size} draws should come as an array of shape ({size},), yours has {some.shape}."
    if said := seeded(draws, again, other):
        return said
    weights, means, stds = APART
    bell = abs(draws[:, None] - means).argmin(axis=1)
    counts, values, changes = np.bincount(bell, minlength=3), np.unique(draws).size, np.sum(np.diff(bell) != 0)
    if draws.std() < 5 and abs(draws.mean() - means).min() < 0.5:
        return f"all {SIZE} draws came from one bell: choose a bell anew for each draw."
    if draws.std() < 25:
        between = " Were values averaged? Choose one bell for each draw." if 40 < draws.mean() < 48 else ""
        return f"your draws have the mean {draws.mean():.1f} and the std {draws.std():.1f}, not 42 and 31.{between}"
    surprise = abs(counts - SIZE * weights) / np.sqrt(SIZE * weights * (1 - weights))
    if surprise.max() > 5:
        k = surprise.argmax()
        equal = " Every bell was chosen equally often." if np.allclose(counts, SIZE / 3, rtol=0.06) else ""
        return f"{counts[k]} of your draws lie around {means[k]:g}, about {SIZE * weights[k]:g} should.{equal}"
    if values < 0.99 * SIZE:
        return f"{SIZE} draws hold only {values} values; from a bell hardly two are ever equal."
    if (np.round(SIZE * weights) == counts).all():
        return f"each bell got exactly its share of draws, {counts}. Even that is left to chance: choose for each draw."
    if 2 < changes < SIZE / 2:
        return f"in {SIZE} draws the bell changes {changes} times: each should choose its bell anew."
    for k in range(3):
        z = (draws[bell == k] - means[k]) / stds[k]
        if abs(z.mean()) > 5 / np.sqrt(z.size):
            return f"around {means[k]:g} your draws have the mean {draws[bell == k].mean():.2f}."
        if abs(z.std() - 1) > 5 / np.sqrt(2 * z.size):
            return f"around {means[k]:g} your draws have the std {stds[k] * z.std():.2f}, the bell's is {stds[k]:g}."
        if stats.kstest(z, "norm").statistic > 2.2 / np.sqrt(z.size):
            return f"around {means[k]:g} mean and std of your draws are right, but their shape isn't normal."
    if changes == 2:
        return right("each bell has its share, mean, std and shape. They come bell by bell: shuffle, to use a few.")
    return None


EXERCISES = tables(
    globals(),
    bell={"also": judge_formula},
    points_needed={"judge": judge_points},
    sample={"judge": judge_draws},
)
