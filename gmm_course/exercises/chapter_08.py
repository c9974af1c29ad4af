"""Chapter 8: widths before smoothing, a step of EM, an offset's price, how many bells, the bootstrap, a mystery."""

from functools import cache

import numpy as np

from gmm_helpers import FitResult, Mixture, bandwidth, density_from_samples, fit, fit_once

from .exercise import OPEN, Exercise, Mistake, drawn_inputs
from .mystery import mystery, reveal

# 8.1 A width before smoothing


def unsmooth(std, h):
    """√(std² − h²); NaN where nothing is left."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.where(std > h, std**2 - h**2, np.nan))


def _unsmooth_by_loop(std, h):
    return [float(np.sqrt(s * s - h * h)) if s > h else float("nan") for s in std]


# 8.2 A step of EM


def em_step(x, density, mixture):
    """Shares of each bell at each point; then each bell's weight, mean and std from its own part of the area."""
    part = _parts(x, density, mixture)
    weights = part.sum(axis=0)
    means = x @ part / weights
    stds = np.sqrt(np.sum(part * (x[:, None] - means) ** 2, axis=0) / weights)
    return Mixture(weights / weights.sum(), means, stds)


def _parts(x, density, mixture, steps=None):
    """The area at each point that is each bell's, (N, K)."""
    steps = np.gradient(x) if steps is None else steps
    bells = mixture.component_pdfs(x)
    return (density * steps)[:, None] * bells / bells.sum(axis=1, keepdims=True)


def _em_by_moments(x, density, mixture):
    """The same by trapezoids and E[x²] − mean², as a tuple."""
    steps = np.append(np.diff(x), 0) / 2 + np.insert(np.diff(x), 0, 0) / 2
    part = _parts(x, density, mixture, steps)
    weights = part.sum(axis=0)
    means = (part * x[:, None]).sum(axis=0) / weights
    variances = (part * x[:, None] ** 2).sum(axis=0) / weights - means**2
    return weights / weights.sum(), means, np.sqrt(variances)


def _from_parts(x, part, centres=None):
    weights = part.sum(axis=0)
    means = x @ part / weights
    around = means if centres is None else centres
    return Mixture(weights / weights.sum(), means, np.sqrt((part * (x[:, None] - around) ** 2).sum(axis=0) / weights))


def _hard(x, density, mixture):
    own = mixture.component_pdfs(x).argmax(axis=1)
    return _from_parts(x, (density * np.gradient(x))[:, None] * (own[:, None] == np.arange(mixture.n_components)))


def _old_means(x, density, mixture):
    return _from_parts(x, _parts(x, density, mixture), mixture.means)


def _no_steps(x, density, mixture):
    return _from_parts(x, _parts(x, density, mixture, np.ones(x.size)))


def _no_weights(x, density, mixture):
    bells = mixture.component_pdfs(x) / mixture.weights
    return _from_parts(x, (density * np.gradient(x))[:, None] * bells / bells.sum(axis=1, keepdims=True))


def _sorted(x, density, mixture):
    return em_step(x, density, mixture).sorted()


def _no_density(x, _density, mixture):
    return _from_parts(x, _parts(x, np.ones(x.size), mixture))


def _variances(x, density, mixture):
    m = em_step(x, density, mixture)
    return m.weights, m.means, m.stds**2


def _same_mixture(got, wanted):
    """Six digits, so that any rule for the steps will do on a grid whose ends are empty. A tuple will do as well."""
    if isinstance(wanted, Exception) or got is None or got is Ellipsis:
        return type(got) is type(wanted)
    parts = (got.weights, got.means, got.stds) if isinstance(got, Mixture) else got
    try:
        parts = np.array(parts, dtype=float)
    except (TypeError, ValueError):
        return False
    wanted = wanted if isinstance(wanted, tuple) else (wanted.weights, wanted.means, wanted.stds)
    return parts.shape == np.shape(wanted) and np.allclose(parts, wanted, rtol=1e-6)


WIDE = 12 * np.sinh(np.linspace(-2, 2, 300)) + 13  # an uneven grid, dense in the middle, that holds everything
THREE = Mixture([0.3, 0.5, 0.2], [5, 15, 20], [2, 1, 2])
STEPS = (
    (WIDE, THREE.pdf(WIDE), Mixture([1 / 3, 1 / 3, 1 / 3], [3, 12, 22], [2, 2, 2])),
    (WIDE, THREE.pdf(WIDE), Mixture([0.6, 0.4], [8, 16], [4, 3])),
    (WIDE, 7 * Mixture([1], [11], [3]).pdf(WIDE), Mixture([0.5, 0.5], [15, 8], [3, 2])),  # an area of 7, unsorted
)

# 8.3 What an offset costs


def measured():
    """x and density of the measured curve of the chapter: 120 points from 1 to 100, area 272, 1 % noise."""
    x = np.geomspace(1, 100, 120)
    exact = 272 * Mixture([0.3, 0.5, 0.2], [5, 20, 60], [1.5, 5, 10]).pdf(x)
    return x, exact + np.random.default_rng(3).normal(0, 0.01 * exact.max(), x.size)


def offset_cost(offsets):
    """For each offset, a share of the peak, the share by which the fitted mass is off."""
    return np.array([_lifted(share).mass / _lifted(0).mass - 1 for share in offsets])


@cache
def _lifted(share, unit=None):
    """The fit of the measured curve with an offset left in; kept, as a wrong answer is compared with all mistakes."""
    x, y = measured()
    return fit(x, y + share * (unit or y.max()), 3, mass=None, rng=0)


def _cost_by_loop(offsets):
    x, y = measured()
    plain = fit(x, y, 3, mass=None, rng=1)
    return [fit(x, y + share * max(y), 3, mass=None, rng=2).mass / plain.mass - 1 for share in offsets]


def _absolute_offsets(offsets):
    return np.array([_lifted(share, 1.0).mass / _lifted(0).mass - 1 for share in offsets])


def _given_mass(offsets):
    return np.zeros(len(offsets))


def _masses(offsets):
    return (1 + offset_cost(offsets)) * _lifted(0).mass


def _beside_the_truth(offsets):
    return _masses(offsets) / 272 - 1


def _means(offsets):
    return np.array([_lifted(share).mixture.means[2] / _lifted(0).mixture.means[2] - 1 for share in offsets])


def _same_cost(got, wanted):
    """To a thousandth: two searches end in the same valley, not on the same last digit."""
    if isinstance(wanted, Exception) or isinstance(got, Exception) or got is None or got is Ellipsis:
        return type(got) is type(wanted)
    return np.shape(got) == np.shape(wanted) and np.allclose(np.asarray(got, dtype=float), wanted, atol=1e-3)


# 8.4 How many bells


def bic(loss, density, noise, K, free_mass):
    """χ² + p·ln N, with χ² = loss·Σy²/noise² and p = 3K, or 3K − 1 where the mass is given."""
    return loss * np.sum(density**2) / noise**2 + (3 * K - (not free_mass)) * np.log(np.size(density))


def _criterion(scale=None, per=np.log, count=lambda K, free: 3 * K - (not free)):
    """A `bic` with one thing wrong."""

    def criterion(loss, density, noise, K, free_mass):
        energy = np.sum(density**2) / noise**2 if scale is None else scale(density, noise)
        return loss * energy + count(K, free_mass) * per(density.size)

    return criterion


CURVE = THREE.pdf(np.arange(75) / 3)
CRITERIA = (
    (8e-4, CURVE, 0.002, 3, False),
    (8e-4, CURVE, 0.002, 3, True),
    (7e-4, 100 * CURVE[:50], 0.1, 4, True),
    (7e-2, CURVE, 0.01, 1, False),
)

# 8.5 The bootstrap


def bootstrap_stds(samples, K, n, rng):
    """The stds, kernel taken off, of n fits to n resamples, (n, K)."""
    x, density = density_from_samples(samples)
    start = fit(x, density, K, rng=0).mixture
    rows = []
    for _ in range(n):
        again = rng.choice(samples, samples.size)
        result = fit_once(*density_from_samples(again), start, method="LM")
        rows.append(result.mixture.narrowed(bandwidth(again)).stds)
    return np.array(rows)


def _resampled_curve(samples, K, n, rng):
    x, density = density_from_samples(samples)
    start = fit(x, density, K, rng=0).mixture
    rows = []
    for _ in range(n):
        kept = np.unique(rng.choice(x.size, x.size))
        result = fit_once(x[kept], density[kept], start, method="LM")
        rows.append(result.mixture.narrowed(bandwidth(samples)).stds)
    return np.array(rows)


def _same_draw(samples, K, n, _rng):
    return np.array([bootstrap_stds(samples, K, 1, np.random.default_rng(0))[0] for _ in range(n)])


def _own_generator(samples, K, n, _rng):
    return bootstrap_stds(samples, K, n, np.random.default_rng())


def _still_smoothed(samples, K, n, rng):
    return np.sqrt(bootstrap_stds(samples, K, n, rng) ** 2 + bandwidth(samples) ** 2)


def _stds_subtracted(samples, K, n, rng):
    return _still_smoothed(samples, K, n, rng) - bandwidth(samples)


def _shuffled_bells(samples, K, n, rng):
    return np.random.default_rng(0).permuted(bootstrap_stds(samples, K, n, rng), axis=1)


def _their_spread(samples, K, n, rng):
    return bootstrap_stds(samples, K, n, rng).std(axis=0, ddof=1)


RESAMPLES = 10
SMOOTHED = "these are the stds of the smoothed curve: take each resample's own bandwidth off."
CURVE_POINTS = "they hardly scatter: draw from the samples, with repeats, not from the points of the curve."
VARIANCES = "these are variances: take the root."
FAR = "these are far from the stds of the bells: return stds, bells in order of mean."
TOO_NARROW = "these are too narrow: variances subtract, stds don't."
SWITCHED = "labels switched: part of your spread is the difference between bells. Sort them by mean."
ONE_DRAW = "every row is the same: let `rng` go on from one resample to the next."
NOT_REPRODUCIBLE = "two generators of one seed give two answers: draw from the `rng` you are given."
A_TABLE = "return the table, a row a resample and a column a bell, shape (n, K); its spread comes later."


def _judge_bootstrap(answer):
    """Against the spread that we find ourselves, up to a factor that ten resamples allow."""
    samples = Mixture([0.4, 0.6], [0, 9], [1, 2.5]).sample(500, rng=1)
    table = answer(samples, 2, RESAMPLES, np.random.default_rng(5))
    if table is None or table is Ellipsis:
        return OPEN
    table = np.asarray(table, dtype=float)
    if table.shape != (RESAMPLES, 2):
        return A_TABLE
    if np.allclose(table, table[0], rtol=1e-6):
        return ONE_DRAW
    if not np.allclose(table, answer(samples, 2, RESAMPLES, np.random.default_rng(5)), rtol=1e-6):
        return NOT_REPRODUCIBLE
    return _spread_of(table, bootstrap_stds(samples, 2, 40, np.random.default_rng(6)), bandwidth(samples))


def _spread_of(table, ours, h):
    """What the spread and the centre of a table give away, or None."""
    ratio = table.std(axis=0, ddof=1) / ours.std(axis=0, ddof=1)
    middle, theirs = ours.mean(axis=0), table.mean(axis=0)
    smoothed = np.hypot(middle, h)
    if np.allclose(theirs, middle**2, rtol=0.3) or np.allclose(theirs, smoothed**2, rtol=0.3):
        return VARIANCES
    if ratio.max() > 3 and np.all(theirs < smoothed.max()):
        return SWITCHED
    if np.any(theirs > 1.3 * smoothed):
        return FAR
    if np.any(theirs > (middle + smoothed) / 2):
        return SMOOTHED
    if np.any(theirs < 0.75 * middle):
        return TOO_NARROW
    return CURVE_POINTS if ratio.min() < 1 / 3 else None


# 8.6 The mystery


def defend(x, density, noise):
    """The fit with the lowest BIC, and every K whose BIC is less than 6 above."""
    results = {K: fit(x, density, K, mass=None, rng=0) for K in range(2, 6)}
    scores = {K: bic(result.loss, density, noise, K, True) for K, result in results.items()}
    best = min(scores, key=scores.get)
    return results[best], [K for K in scores if scores[K] < scores[best] + 6]


def _lowest_loss(x, density, _noise):
    results = [fit(x, density, K, mass=None, rng=0) for K in range(2, 5)]
    best = min(results, key=lambda result: result.loss)
    return best, [best.mixture.n_components]


def _bic_alone(x, density, noise):
    result, _ = defend(x, density, noise)
    return result, [result.mixture.n_components]


def _any_number(x, density, _noise):
    return fit(x, density, 4, mass=None, rng=0), [1, 2, 3, 4, 5]


def _area_of_one(x, density, _noise):
    return fit(x, density, 4, rng=0, n_starts=5), [3, 4]


def _two_walks(x, density, _noise):
    return fit(x, density, 4, mass=None, rng=0, n_starts=2), [3, 4]


MYSTERIES = {0: (4, 5), 2: (3, 4, 5), 16: (3, 4, 5)}  # each K whose BIC is up to 12 above the best
A_PAIR = "return two things: the `FitResult`, and the list of all K that you can't exclude."
NO_CURVE = "mystery({}): what your fit leaves over isn't noise. Look at its residual, and at its mass."
UNCONFIRMED = "mystery({}): your fit isn't confirmed, its `success` is False. Give it more starts."
LOST = "mystery({}): there are {} bells, and your list leaves that out. A BIC less than 6 higher excludes nothing."
TOO_MANY = "mystery({}): your list holds {}, which the data exclude. A list that can't be wrong says nothing."


def _judge_defence(answer):
    for seed in MYSTERIES:
        given = answer(*mystery(seed))
        if given is None or given is Ellipsis:
            return OPEN
        if sentence := _weak_point(seed, given):
            return sentence
    return None


def _weak_point(seed, given):
    """What is wrong with one defence, or None."""
    if not isinstance(given, tuple | list) or len(given) != 2 or not isinstance(given[0], FitResult):
        return A_PAIR
    if not np.iterable(given[1]):
        return A_PAIR
    result, tenable = given[0], [int(K) for K in given[1]]
    x, density, noise = mystery(seed)
    left = np.sum(((density - result.pdf(x)) / noise) ** 2) / (x.size - 3 * result.mixture.n_components)
    if left > 1.5:
        return NO_CURVE.format(seed)
    if not result.success:
        return UNCONFIRMED.format(seed)
    if (K := reveal(seed)[0].n_components) not in tenable:
        return LOST.format(seed, K)
    excluded = [K for K in tenable if K not in MYSTERIES[seed]]
    return TOO_MANY.format(seed, excluded[0]) if excluded else None


EXERCISES = (
    Exercise(
        "8.1",
        unsmooth,
        inputs=(
            (np.array([2.2, 1.36, 2.15]), 0.92),
            (np.array([1.86, 2.88, 3.44]), 1.892),
            (np.array([0.5, 1.0]), 0.5),
        ),
        vary=drawn_inputs(lambda rng: (rng.uniform([0.1, 1.1, 1.1], [0.9, 3, 3]), 1.0)),
        mistakes=(
            Mistake(lambda std, h: np.where(std > h, std - h, np.nan), "variances subtract, stds don't."),
            Mistake(lambda std, h: std - h, "variances subtract, stds don't."),
            Mistake(
                lambda std, h: np.sqrt(np.maximum(std**2 - h**2, 0)),
                "a bell of width 0 is a claim. Where nothing is left, say that there is no answer: nan.",
            ),
            Mistake(
                lambda std, h: np.sqrt(abs(std**2 - h**2)),
                "a negative variance is a message, not a sign to be dropped: answer nan.",
            ),
            Mistake(lambda std, h: np.sqrt(std**2 + h**2), "that smooths once more: take h² off."),
        ),
        others=(_unsmooth_by_loop,),
    ),
    Exercise(
        "8.2",
        em_step,
        inputs=STEPS,
        vary=drawn_inputs(
            lambda rng: (WIDE, THREE.pdf(WIDE), Mixture([0.3, 0.7], rng.uniform([4, 12], [8, 20]), [3, 2]))
        ),
        same=_same_mixture,
        mistakes=(
            Mistake(_hard, "each point belongs to all bells, in shares, not to the nearest alone."),
            Mistake(_old_means, "measure the spread around the new means, not the old ones."),
            Mistake(_no_steps, "where points are dense they count twice: weigh each by its step."),
            Mistake(_no_density, "each point should count by its area, density × step."),
            Mistake(_variances, "these are variances: take the root."),
            Mistake(_no_weights, "a heavy bell claims more of a point than a light one: its share counts its weight."),
            Mistake(_sorted, "return the bells in the order in which they came."),
        ),
        others=(_em_by_moments,),
        praise="every step of it makes the samples likelier; it needs no slope and no step length.",
    ),
    Exercise(
        "8.3",
        offset_cost,
        inputs=(([0, 0.02],), ([0.05],), ([-0.02],)),
        same=_same_cost,
        mistakes=(
            Mistake(_given_mass, "the area of this curve isn't 1: `mass=None`, or nothing can be seen to move."),
            Mistake(_means, "that is how far the third mean moves. It hardly does; look at the mass."),
            Mistake(_absolute_offsets, "an offset is given as a share of the peak, `y.max()`."),
            Mistake(_masses, "these are the masses: return by which share each is off."),
            Mistake(lambda offsets: offset_cost(offsets) * _lifted(0).mass, "divide by the mass at no offset."),
            Mistake(lambda offsets: 100 * offset_cost(offsets), "a share, not per cent: 0.1 for a tenth."),
            Mistake(_beside_the_truth, "compare with the mass fitted at no offset; in real data no truth is at hand."),
        ),
        others=(_cost_by_loop,),
        praise="the widest bell pays: it alone can pass for a floor.",
    ),
    Exercise(
        "8.4",
        bic,
        inputs=CRITERIA,
        vary=drawn_inputs(
            lambda rng: (rng.uniform(1e-4, 1e-2), CURVE, 0.002, int(rng.integers(1, 6)), bool(rng.integers(2)))
        ),
        mistakes=(
            Mistake(
                _criterion(count=lambda K, _free: 3 * K),
                "with a given mass, weights that add up to 1 have K − 1 freedoms.",
            ),
            Mistake(
                _criterion(count=lambda K, _free: 3 * K - 1),
                "a mass that is fitted is one number more.",
            ),
            Mistake(
                _criterion(scale=lambda _density, _noise: 1),
                "the loss is relative: times Σy²/noise² it becomes χ².",
            ),
            Mistake(
                lambda loss, density, _noise, K, free: (
                    density.size * np.log(loss) + (3 * K - (not free)) * np.log(density.size)
                ),
                "that is for noise nobody knows; here it is known, so χ² itself counts.",
            ),
            Mistake(
                _criterion(count=lambda K, free: 3 * K - free),
                "the other way round: a mass that is given is one number less.",
            ),
            Mistake(
                _criterion(scale=lambda density, noise: np.sum(density**2) / noise),
                "χ² counts squares: divide by the noise squared.",
            ),
            Mistake(_criterion(per=np.log10), "the natural logarithm: `np.log`."),
            Mistake(_criterion(per=lambda _N: 2), "that is Akaike's criterion, 2 a parameter; this one asks ln N."),
        ),
        others=(
            lambda loss, density, noise, K, free_mass: (
                loss * sum((density / noise) ** 2) + np.log(len(density)) * (3 * K if free_mass else 3 * K - 1)
            ),
        ),
    ),
    Exercise(
        "8.5",
        bootstrap_stds,
        property_check=_judge_bootstrap,
        mistakes=(
            Mistake(_resampled_curve, CURVE_POINTS),
            Mistake(_same_draw, ONE_DRAW),
            Mistake(_own_generator, NOT_REPRODUCIBLE),
            Mistake(_still_smoothed, SMOOTHED),
            Mistake(_stds_subtracted, TOO_NARROW),
            Mistake(lambda *asked: bootstrap_stds(*asked) ** 2, VARIANCES),
            Mistake(_shuffled_bells, SWITCHED),
            Mistake(_their_spread, A_TABLE),
        ),
        praise="ten resamples give a spread to a quarter or so; a hundred to a tenth.",
    ),
    Exercise(
        "8.6",
        defend,
        property_check=_judge_defence,
        mistakes=(
            Mistake(_lowest_loss, LOST.format(16, 3)),
            Mistake(_bic_alone, LOST.format(2, 4)),
            Mistake(_any_number, TOO_MANY.format(0, 1)),
            Mistake(_area_of_one, NO_CURVE.format(0)),
            Mistake(_two_walks, UNCONFIRMED.format(0)),
            Mistake(lambda x, density, noise: defend(x, density, noise)[0], A_PAIR),
        ),
        praise="three mysteries hold. Now one of your own, and the five sentences.",
    ),
)
