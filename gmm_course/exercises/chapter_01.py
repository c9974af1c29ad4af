"""Chapter 1: the axis of a grid, a bell, whose the curve is, how many points, draws from a mixture."""

import numpy as np
from scipy.stats import norm

from .exercise import OPEN, Exercise, Mistake, drawn_bells, drawn_inputs

__all__ = ["EXERCISES"]

# 1.1 -----------------------------------------------------------------------------------------------------------

AXIS = Exercise(
    "1.1",
    right=lambda index, start, stop, n_points: start + index * (stop - start) / n_points,
    inputs=((45, 0, 25, 75), (np.arange(75), 0, 25, 75), (np.arange(40), -3, 5, 40), (7, 100, 200, 25)),
    vary=drawn_inputs(lambda rng: (np.arange(9), *np.sort(rng.uniform(-50, 50, 2)), rng.integers(10, 90))),
    others=(lambda index, start, stop, n_points: np.arange(start, stop, (stop - start) / n_points)[index],),
    mistakes=(
        Mistake(lambda index, *_: index, "that is the index itself; the tall bell stands at 15, not at 45."),
        Mistake(
            lambda index, start, stop, n_points: np.linspace(start, stop, n_points)[index],
            "the end of the stretch isn't a point of this grid: the step is (stop - start) / n_points.",
        ),
        Mistake(
            lambda index, start, stop, n_points: index / n_points,
            "that runs from 0 to 1; the grid runs from start to stop.",
        ),
        Mistake(
            lambda index, start, stop, n_points: index * (stop - start) / n_points,
            "right where the grid starts at 0; another grid starts elsewhere.",
        ),
    ),
    praise="index 45 is x = 15, where the tall bell stands.",
)

# 1.2 -----------------------------------------------------------------------------------------------------------

ROOT = np.sqrt(2 * np.pi)
NOT_ONE = "the area must be 1; yours grows with std. Look at the factor in front."


def _bell_mistake(sentence, factor, exponent):
    return Mistake(lambda x, mean, std: factor(std) * np.exp(exponent(x - mean, std)), sentence)


BELL = Exercise(
    "1.2",
    right=lambda x, mean, std: norm.pdf(x, mean, std),
    inputs=tuple((np.linspace(-4, 9, 27), mean, std) for mean, std in ((0, 2), (3.3, 0.5), (-1.2, 1.3), (4, 1))),
    vary=drawn_inputs(lambda rng: (rng.uniform(-4, 9, 20), rng.uniform(0, 5), rng.uniform(0.4, 3))),
    others=(
        lambda x, mean, std: np.exp(-((x - mean) ** 2) / (2 * std**2)) / np.sqrt(2 * np.pi * std**2),
        lambda x, mean, std: [norm.pdf(t, mean, std) for t in x],
    ),
    mistakes=(
        _bell_mistake(NOT_ONE, lambda s: 1, lambda d, s: -0.5 * (d / s) ** 2),
        _bell_mistake(NOT_ONE, lambda s: 1 / ROOT, lambda d, s: -0.5 * (d / s) ** 2),
        _bell_mistake(
            "the area is 0.4, not 1: the factor holds the square root of 2π, not 2π.",
            lambda s: 1 / (s * 2 * np.pi),
            lambda d, s: -0.5 * (d / s) ** 2,
        ),
        _bell_mistake(
            "your bell spreads by the root of std: did you square std?",
            lambda s: 1 / np.sqrt(2 * np.pi * s),
            lambda d, s: -0.5 * d**2 / s,
        ),
        _bell_mistake(
            "the exponent and the factor disagree about std: the exponent wants std squared.",
            lambda s: 1 / (s * ROOT),
            lambda d, s: -0.5 * d**2 / s,
        ),
        _bell_mistake("a factor ½ is missing in the exponent.", lambda s: 1 / (s * ROOT), lambda d, s: -((d / s) ** 2)),
        _bell_mistake(
            "it grows away from the mean: the exponent wants a minus sign.",
            lambda s: 1 / (s * ROOT),
            lambda d, s: 0.5 * (d / s) ** 2,
        ),
    ),
    praise="area 1 for every std.",
)

# 1.3 -----------------------------------------------------------------------------------------------------------


def _bells(x, weights, means, stds):
    return weights * norm.pdf(x[:, None], means, stds)


def _shares(x, weights, means, stds):
    """The slow, obvious version: point by point, bell by bell."""
    table = [[w * norm.pdf(t, m, s) for w, m, s in zip(weights, means, stds, strict=True)] for t in x]
    return np.array([[value / sum(row) for value in row] for row in table])


def _without_axis(x, weights, means, stds):
    parts = weights * norm.pdf(x, means, stds)
    return parts / parts.sum()


def _without_keepdims(x, weights, means, stds):
    parts = _bells(x, weights, means, stds)
    return parts / parts.sum(axis=1)


def _without_weights(x, weights, means, stds):
    return _shares(x, np.ones_like(weights), means, stds)


def _down_the_columns(x, weights, means, stds):
    parts = _bells(x, weights, means, stds)
    return parts / parts.sum(axis=0)


def _with_keepdims(x, weights, means, stds):
    parts = _bells(x, weights, means, stds)
    return parts / parts.sum(axis=1, keepdims=True)


THREE = np.array([0.3, 0.5, 0.2]), np.array([5.0, 15, 20]), np.array([2.0, 1, 2])
FOUR = np.array([0.4, 0.3, 0.2, 0.1]), np.array([3.0, -1, 0.5, 6]), np.array([1.0, 2, 0.7, 3])

SHARES = Exercise(
    "1.3",
    right=_shares,
    inputs=(
        (np.linspace(2, 22, 11), *THREE),
        (np.array([-1.0, 0.2, 3.1, 5.5]), *FOUR),  # as many points as bells: shapes alone find nothing
        (np.array([18.0]), *THREE),
    ),
    vary=drawn_inputs(lambda rng: (rng.uniform(0, 25, 8), *drawn_bells(rng, 4))),
    others=(_with_keepdims,),
    mistakes=(
        Mistake(_without_axis, "x and means have different lengths and can't meet: give x a second axis, x[:, None]."),
        Mistake(
            _without_keepdims,
            "dividing a table (N, K) by (N,) lines up the wrong axes: keep the axis, sum(axis=1, keepdims=True).",
        ),
        Mistake(_without_weights, "every bell counts alike in your answer: the weights are missing."),
        Mistake(_down_the_columns, "your columns add up to 1; it is the bells at one point, a row, that should."),
        Mistake(_bells, "these are the bells themselves, and a row adds up to the density: divide by it."),
        Mistake(lambda *mixture: _shares(*mixture).T, "one row a point and one column a bell, please: transpose it."),
    ),
    praise="every row adds up to 1.",
)

# 1.4 -----------------------------------------------------------------------------------------------------------

STRETCH = 50
ONE_NUMBER = "one number of points for one std, please, at least 1."


def worst_area(std, n_points):
    """The largest |Σ N(x; mean, std²)·dx − 1| over the places where the bell may stand, on a grid 50 wide."""
    dx = STRETCH / n_points
    means = STRETCH / 2 + np.linspace(0, dx, 17)[:, None]
    return abs(norm.pdf(np.arange(n_points) * dx, means, std).sum(axis=1) * dx - 1).max()


def _judge_points(answer):
    stds = (1, 0.5, 0.2, 0.1)
    given = [answer(std) for std in stds]
    if all(n is None or n is Ellipsis for n in given):
        return OPEN
    try:
        given = np.array(given, dtype=float)
    except (TypeError, ValueError):
        return ONE_NUMBER
    if given.shape != (len(stds),) or not ((given >= 1) & (given <= 1e5)).all():
        return ONE_NUMBER
    if len(set(given)) == 1:
        return "the same number for every std? Half the std wants twice the points."
    if given[0] > given[-1]:
        return "the narrow bell is the one that slips between the points: it wants more of them."
    whole = [int(np.ceil(n - 1e-9)) for n in given]
    for std, n in zip(stds, whole, strict=True):
        if worst_area(std, n) > 0.01:
            return f"{n} points are too few at std {std}: with the bell half a step on, the area is off by over 1 %."
        if worst_area(std, int(n / 1.15)) <= 0.01:
            return f"{n} points are safe at std {std}, but more than you need: try fewer."
    return None


POINTS = Exercise(
    "1.4",
    right=lambda std: 26 / std,
    property_check=_judge_points,
    others=(
        lambda std: next(n for n in range(2, 1000) if worst_area(std, n) < 0.01),
        lambda std: int(50 / (1.9 * std)) + 1,
        lambda std: np.array(26 / std),
    ),
    mistakes=(
        Mistake(lambda _: 75, "the same number for every std? Half the std wants twice the points."),
        Mistake(
            lambda std: 50 * std, "the narrow bell is the one that slips between the points: it wants more of them."
        ),
        Mistake(
            lambda std: 25 / (2 * std),
            "13 points are too few at std 1: with the bell half a step on, the area is off by over 1 %.",
        ),
        Mistake(lambda std: 50 / std, "50 points are safe at std 1, but more than you need: try fewer."),
        Mistake(lambda std: [26 / std], ONE_NUMBER),
    ),
    praise="about one point every 1.9 stds is enough, wherever the bell stands.",
)

# 1.5 -----------------------------------------------------------------------------------------------------------


def _sample(size, weights, means, stds, rng):
    bell = rng.choice(len(weights), size=size, p=weights)
    return rng.normal(means[bell], stds[bell])


def _one_by_one(size, weights, means, stds, rng):
    bells = [rng.choice(len(weights), p=weights) for _ in range(size)]
    return [rng.normal(means[k], stds[k]) for k in bells]


def _by_counts(size, weights, means, stds, rng):
    counts = rng.multinomial(size, weights)
    return rng.permutation(np.repeat(means, counts) + np.repeat(stds, counts) * rng.standard_normal(size))


def _weighted_sum(size, weights, means, stds, rng):
    return rng.normal(means, stds, size=(size, len(means))) @ weights


def _equal_choice(size, weights, means, stds, rng):
    bell = rng.integers(len(weights), size=size)
    return rng.normal(means[bell], stds[bell])


def _one_bell_for_all(size, weights, means, stds, rng):
    k = rng.choice(len(weights), p=weights)
    return rng.normal(means[k], stds[k], size=size)


def _mixed_up(size, weights, means, stds, rng):
    one, other = (rng.choice(len(weights), size=size, p=weights) for _ in range(2))
    return rng.normal(means[one], stds[other])


def _reseeded(size, weights, means, stds, rng):
    return _sample(size, weights, means, stds, np.random.default_rng(0))


def _distance(draws, weights, means, stds):
    """Kolmogorov's distance between draws and the mixture: a right answer stays under 0.04 for 4,000 draws."""
    below = norm.cdf(np.sort(draws)[:, None], means, stds) @ weights
    return abs(below - (np.arange(len(draws)) + 0.5) / len(draws)).max()


def _judge_sample(answer):
    rng = np.random.default_rng(5)
    first, second = (answer(4000, *THREE, rng) for _ in range(2))
    if first is None or first is Ellipsis:
        return OPEN
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if first.shape != (4000,):
        return f"4000 draws should come as an array of shape (4000,), yours has {first.shape}."
    if (first == second).all():
        return "two calls gave the same draws: use the rng that you are given, don't make one."
    if _distance(first, *THREE) < 0.04 and _distance(second, *THREE) < 0.04:
        return None
    return _what_is_wrong(first)


def _what_is_wrong(draws):
    _weights, means, stds = THREE
    if min(_distance(draws, np.ones(1), means[[k]], stds[[k]]) for k in range(3)) < 0.04:
        return "all draws came from one bell: choose a bell anew for each draw."
    if _distance(draws, np.ones(3) / 3, means, stds) < 0.04:
        return "each bell was chosen equally often: the weights were ignored."
    if draws.std() < 2:
        return f"the std of your draws is {draws.std():.1f}, it should be 5.8: you averaged values; choose a bell."
    if abs(draws.mean() - 13) < 0.5 and abs(draws.std() - 5.8) < 0.4:
        return "their mean and std are right, their humps are not: a draw takes mean and std from one bell."
    return f"mean {draws.mean():.1f} and std {draws.std():.1f} of your draws should be 13.0 and 5.8."


SAMPLE = Exercise(
    "1.5",
    right=_sample,
    property_check=_judge_sample,
    others=(_one_by_one, _by_counts),
    mistakes=(
        Mistake(_weighted_sum, "the std of your draws is 0.9, it should be 5.8: you averaged values; choose a bell."),
        Mistake(_equal_choice, "each bell was chosen equally often: the weights were ignored."),
        Mistake(_one_bell_for_all, "all draws came from one bell: choose a bell anew for each draw."),
        Mistake(
            _mixed_up,
            "their mean and std are right, their humps are not: a draw takes mean and std from one bell.",
        ),
        Mistake(_reseeded, "two calls gave the same draws: use the rng that you are given, don't make one."),
    ),
    praise="a bell for each draw, a value from that bell.",
)

EXERCISES = (AXIS, BELL, SHARES, POINTS, SAMPLE)
