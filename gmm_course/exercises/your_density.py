"""Chapter "Fit your own density": widths, EM, an offset's price, BIC, the bootstrap, a mystery, a resample."""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np

import gmm_helpers
from gmm_helpers import FitResult, Mixture, bandwidth, density_from_samples, fit_once

from .compare import floats
from .exercise import Exercise, remembered, right
from .mystery import mystery, reveal

fit = remembered(gmm_helpers.fit)

# A step of EM --------------------------------------------------------------------------------------------------------

WIDE = 12 * np.sinh(np.linspace(-2, 2, 300)) + 13  # an uneven grid, dense in the middle, that holds everything
THREE = Mixture([0.3, 0.5, 0.2], [5, 15, 20], [2, 1, 2])


def as_mixture(output):
    """A mixture, where its three arrays came; else what came."""
    return Mixture(*output) if isinstance(output, tuple | list) else output


# What an offset costs ------------------------------------------------------------------------------------------------


def measured():
    """x and density of the measured curve of the chapter: 120 points from 1 to 100, area 272, 1 % noise."""
    x = np.geomspace(1, 100, 120)
    exact = 272 * Mixture([0.3, 0.5, 0.2], [5, 20, 60], [1.5, 5, 10]).pdf(x)
    return x, exact + np.random.default_rng(3).normal(0, 0.01 * exact.max(), x.size)


energy, counts = measured()
free = fit(energy, counts, 3, mass=None, rng=0)
CURVE = THREE.pdf(np.arange(75) / 3)

# The bootstrap ---------------------------------------------------------------------------------------------------------

SAMPLES, FEW = Mixture([0.4, 0.6], [0, 9], [1, 2.5]).sample(500, rng=1), np.array([0.0, 1.0, 1.9, 3.2, 4.4])


def width(samples, start, x=None):
    """The stds of the bells fitted to the kernel estimate of samples, its kernel taken off."""
    return fit_once(*density_from_samples(samples, x), start, method="LM").mixture.narrowed(bandwidth(samples)).stds


@cache
def resampled():
    """The stds of forty resamples of SAMPLES; and each std that five of FEW, with repeats, can have, on three grids."""
    rng, start = np.random.default_rng(6), fit(*density_from_samples(SAMPLES), 2, rng=0).mixture
    lone = fit(*density_from_samples(FEW), 1, rng=0).mixture
    fives = [five for five in map(np.array, combinations_with_replacement(FEW, 5)) if np.ptp(five)]
    grids = None, density_from_samples(FEW)[0], np.linspace(-10, 15, 300)
    possible = [width(five, lone, grid)[0] for five in fives for grid in grids]
    return np.array([width(rng.choice(SAMPLES, 500), start) for _ in range(40)]), np.array(possible)


def judge_bootstrap(outputs):
    """Ten resamples against the spread that we find; three, twice, from one seed; and ten resamples of five samples."""
    table, once, again, few = map(floats, outputs)
    for got, shape in ((table, (10, 2)), (few, (10, 1))):
        if got.shape != shape:
            return (
                f"a row a resample, a column a bell: {shape} is asked for, yours has {got.shape}. Spread comes later."
            )
    if np.allclose(table, table[0], rtol=1e-6):
        return "every row is the same: let `rng` go on from one resample to the next."
    if not np.allclose(once, again, rtol=1e-6):
        return "two generators of one seed give two answers: draw from the `rng` you are given."
    (ours, possible), h = resampled(), bandwidth(SAMPLES)
    ratio = table.std(axis=0, ddof=1) / ours.std(axis=0, ddof=1)
    middle, theirs = ours.mean(axis=0), table.mean(axis=0)
    smoothed, should = (
        np.hypot(middle, h),
        f"your stds are {theirs.round(2)} on average, they should be {middle.round(2)}",
    )
    if np.allclose(theirs, middle**2, rtol=0.3) or np.allclose(theirs, smoothed**2, rtol=0.3):
        return f"{should}: these are variances, take the root."
    if ratio.max() > 3 and np.all(theirs < smoothed.max()):
        return "labels switched: part of your spread is the difference between bells. Sort them by mean."
    if np.any(theirs > 1.3 * smoothed) or (theirs[0] > theirs[1]):
        return f"{should}: return stds, bells in order of mean."
    if np.any(theirs > (middle + smoothed) / 2):
        return f"{should}: they are those of the smoothed curve, take each resample's own bandwidth off."
    if np.any(theirs < 0.75 * middle):
        return f"{should}: they are too narrow, as variances subtract and stds don't."
    if ratio.min() < 1 / 3:
        return "they hardly scatter: draw from the samples, with repeats, not from the points of the curve."
    strange = np.min(abs(few / possible - 1), axis=1) > 5e-4
    if strange.any():
        return (
            f"no five of {FEW}, drawn with repeats, have a std of {few[strange][0, 0]:.4g}: draw as many as there are."
        )
    return None


DIGITS = np.array([0.0, 1, 10, 100, 1000])  # the digits of a sum tell how often each was drawn


def judge_means(outputs):
    """Whether 400 means are those of five draws with repeats from DIGITS, and a seed gives one answer."""
    one, other, again = map(floats, outputs)
    if one.shape != (400,):
        return f"400 means should come as an array of shape (400,), yours has {one.shape}."
    if (one != again).any() or (one == other).all():
        return "draw from the `rng` you are given: one seed, one answer; another seed, another."
    strange = abs(5 * one - np.round(5 * one)) > 1e-6
    if strange.any():
        return (
            f"no five of {DIGITS}, drawn with repeats, have the mean {one[strange][0]:.5g}: draw as many as there are."
        )
    if not 0.8 < one.std() / (DIGITS.std() / np.sqrt(5)) < 1.25:
        return f"400 means scatter by {one.std():.0f}; the std of {DIGITS} over √5 is {DIGITS.std() / np.sqrt(5):.0f}."
    return None


# The mystery -----------------------------------------------------------------------------------------------------------

# seed: the most bells that χ² refutes at 5 %, and the numbers of bells within 6 of the lowest BIC
MYSTERIES = {0: (3, [4]), 2: (2, [3, 4]), 16: (2, [3, 4])}


def judge_defence(outputs):
    """The first thing wrong with three defences, or by which convention their lists hold."""
    for seed, given in zip(MYSTERIES, outputs, strict=True):
        if sentence := _weak_point(seed, given):
            return f"mystery({seed}): {sentence}"
    lists = [sorted({int(K) for K in given[1]}) for given in outputs]
    if lists == [near for _, near in MYSTERIES.values()]:
        return right(
            "three lists hold. They are BIC's with a margin of 6, odds of 20 to 1; another margin makes others."
        )
    return right(
        "three lists hold: each has the true number, and none that χ² refutes. χ² refutes too few bells, never too many; "
        "BIC, with a margin of 6, would name " + ", ".join(str(near) for _, near in MYSTERIES.values()) + "."
    )


def _weak_point(seed, given):
    """What is wrong with one defence, or None."""
    if not isinstance(given, tuple | list) or len(given) != 2 or not isinstance(given[0], FitResult):
        return "return two things: the `FitResult`, and the list of all K that you can't exclude."
    result, tenable = given[0], [int(K) for K in given[1]]
    x, density, noise = mystery(seed)
    spare = x.size - 3 * result.mixture.n_components
    chi2 = np.sum(((density - result.pdf(x)) / noise) ** 2)
    if chi2 > 1.5 * spare:
        return f"χ² is {chi2:.0f} for {spare} points to spare: what your fit leaves isn't noise. Look at its mass, too."
    if not result.success:
        return "your fit isn't confirmed, its `success` is False. Give it more starts."
    if result.mixture.n_components not in tenable:
        return f"your fit has {result.mixture.n_components} bells, and your list leaves that out."
    refuted, near = MYSTERIES[seed]
    if min(tenable) <= refuted:
        return f"your list holds {min(tenable)}, and χ² refutes {refuted} bells and fewer: what they leave isn't noise."
    truth = reveal(seed)[0].n_components
    if truth not in tenable:
        why = f"BIC puts it less than 6 above its best, of {near}" if truth in near else "χ² doesn't refute it"
        return f"there are {truth} bells, and your list leaves that out. {why[0].upper()}{why[1:]}."
    return None


EXERCISES = (
    Exercise(
        """def unsmooth(std, h):
    return np.sqrt(np.where(std > h, std**2 - h**2, np.nan))""",
        "right for three sets of stds: variances add, so h² comes off, and where nothing is left you say so.",
        inputs=(
            (np.array([2.2, 1.36, 2.15]), 0.92),
            (np.array([1.86, 2.88, 3.44]), 1.892),
            (np.array([0.3, 1.0]), 0.5),
        ),
        vary=lambda rng: (rng.uniform([0.1, 1.1, 1.1], [0.9, 3, 3]), 1.0),
        mistakes=(
            ("np.where(std > h, std - h, np.nan)", "variances subtract, stds don't."),
            ("std - h", "variances subtract, stds don't; and a negative std is none."),
            (
                "np.sqrt(np.maximum(std**2 - h**2, 0))",
                "a bell of width 0 is a claim. Where nothing is left, say that there is no answer: nan.",
            ),
            ("np.sqrt(abs(std**2 - h**2))", "a negative variance is a message, not a sign to be dropped: answer nan."),
            ("std**2 - h**2", "std**2 + h**2", "that smooths once more: take h² off."),
            ("np.sqrt(std**2 + h**2)", "that smooths once more: take h² off; where nothing is left, nan."),
            ("np.where(std > h, std**2 - h**2, np.nan)", "these are variances: take the root."),
            ("h**2, np", "h, np", "h is a std, too: square it."),
            (", np.nan", ", std**2", "where nothing is left the old std came back: answer nan."),
            ("unsmooth(std, h)[std > h]", "one answer for each bell, in their order: nan where there is none."),
        ),
    ),
    Exercise(
        """def em_step(x, density, mixture):
    bells = mixture.component_pdfs(x)
    part = (density * np.gradient(x))[:, None] * bells / bells.sum(axis=1, keepdims=True)
    weights = part.sum(axis=0)
    means = x @ part / weights
    stds = np.sqrt(np.sum(part * (x[:, None] - means) ** 2, axis=0) / weights)
    return Mixture(weights / weights.sum(), means, stds)""",
        "right for three curves on an uneven grid, one of area 7. It needs no slope and no step length.",
        inputs=(
            (WIDE, THREE.pdf(WIDE), Mixture([1 / 3, 1 / 3, 1 / 3], [3, 12, 22], [2, 2, 2])),
            (WIDE, THREE.pdf(WIDE), Mixture([0.6, 0.4], [8, 16], [4, 3])),
            (WIDE, 7 * Mixture([1], [11], [3]).pdf(WIDE), Mixture([0.5, 0.5], [15, 8], [3, 2])),  # unsorted
        ),
        rtol=1e-6,
        view=as_mixture,
        vary=lambda rng: (WIDE, THREE.pdf(WIDE), Mixture([0.3, 0.7], rng.uniform([4, 12], [8, 20]), [3, 2])),
        mistakes=(
            (
                "bells = mixture.component_pdfs(x)",
                "bells = (b := mixture.component_pdfs(x)) >= b.max(axis=1, keepdims=True)",
                "each point belongs to all bells, in shares, not to the nearest alone.",
            ),
            (
                "x[:, None] - means",
                "x[:, None] - mixture.means",
                "measure the spread around the new means, not the old.",
            ),
            ("density * np.gradient(x)", "density", "where points are dense they count twice: weigh each by its step."),
            ("density * np.gradient(x)", "np.gradient(x)", "each point should count by its area, density × step."),
            ("np.sqrt(np.sum(part", "(np.sum(part", "these are variances: take the root."),
            (
                "mixture.component_pdfs(x)",
                "mixture.component_pdfs(x) / mixture.weights",
                "a heavy bell claims more of a point than a light one: its share counts its weight.",
            ),
            ("em_step(x, density, mixture).sorted()", "return the bells in the order in which they came."),
            (" / bells.sum(axis=1, keepdims=True)", "", "shares of a point add up to 1: divide each row by its sum."),
            ("axis=1, keepdims=True", "axis=0", "shares of a point add up to 1: a row is a point, divide by its sum."),
            (
                "weights / weights.sum()",
                "mixture.weights",
                "the weights are new as well: each bell's part of the area.",
            ),
        ),
    ),
    Exercise(
        """def offset_cost(offsets):
    lifts = [fit(energy, counts + share * counts.max(), 3, mass=None, rng=0).mass for share in offsets]
    return np.array(lifts) / free.mass - 1""",
        "right to a thousandth for four offsets, up and down: the widest bell pays, it alone can pass for a floor.",
        inputs=(([0, 0.02],), ([0.05],), ([-0.02],)),
        atol=1e-3,
        mistakes=(
            ("np.zeros(len(offsets))", "the area of this curve isn't 1: `mass=None`, or nothing can be seen to move."),
            (
                "np.array([fit(energy, counts + v * counts.max(), 3, mass=None, rng=0).mixture.means[2] for v in offsets])"
                " / free.mixture.means[2] - 1",
                "that is how far the third mean moves. It hardly does; look at the mass.",
            ),
            ("share * counts.max()", "share", "an offset is given as a share of the peak, `counts.max()`."),
            (
                "share * counts.max()",
                "share * counts",
                "an offset lifts every point by the same, not each by its share.",
            ),
            ("share * counts.max()", "share * counts.mean()", "an offset is a share of the peak, not of the mean."),
            (" / free.mass - 1", "", "these are the masses: return by which share each is off."),
            (" / free.mass - 1", " - free.mass", "divide by the mass at no offset."),
            (" / free.mass - 1", " / free.mass", "a share of the mass: by how much it is off, so less 1."),
            ("100 * offset_cost(offsets)", "a share, not per cent: 0.1 for a tenth."),
            ("free.mass", "272", "compare with the mass fitted at no offset; in real data no truth is at hand."),
            ("-offset_cost(offsets)", "the sign: a positive offset makes the mass too large."),
        ),
    ),
    Exercise(
        """def bic(loss, density, noise, K, free_mass):
    p = 3 * K if free_mass else 3 * K - 1
    return loss * np.sum(density**2) / noise**2 + p * np.log(density.size)""",
        "right in four cases, with the mass given or free: χ² from the relative loss, and ln N for each parameter.",
        inputs=(
            (8e-4, CURVE, 0.002, 3, False),
            (8e-4, CURVE, 0.002, 3, True),
            (7e-4, 100 * CURVE[:50], 0.1, 4, True),
            (7e-2, CURVE, 0.01, 1, False),
        ),
        vary=lambda rng: (rng.uniform(1e-4, 1e-2), CURVE, 0.002, int(rng.integers(1, 6)), bool(rng.integers(2))),
        mistakes=(
            (
                "3 * K if free_mass else 3 * K - 1",
                "3 * K",
                "with a given mass, weights that add up to 1 have K − 1 freedoms.",
            ),
            ("3 * K if free_mass else 3 * K - 1", "3 * K - 1", "a mass that is fitted is one number more."),
            (
                "3 * K if free_mass else 3 * K - 1",
                "3 * K + free_mass",
                "three numbers a bell hold the free mass already.",
            ),
            ("3 * K if free_mass else 3 * K - 1", "K", "p counts the fitted numbers: three a bell."),
            ("loss * np.sum(density**2) / noise**2", "loss", "the loss is relative: times Σy²/noise² it becomes χ²."),
            ("loss * np.sum(density**2)", "loss", "the loss is relative: Σy² is missing in χ²."),
            (
                "loss * np.sum(density**2) / noise**2",
                "density.size * np.log(loss)",
                "that is for noise nobody knows; here it is known, so χ² itself counts.",
            ),
            ("if free_mass", "if not free_mass", "the other way round: a mass that is given is one number less."),
            ("noise**2", "noise", "χ² counts squares: divide by the noise squared."),
            ("np.log(", "np.log10(", "the natural logarithm: `np.log`."),
            ("np.log(density.size)", "2", "that is Akaike's criterion, 2 a parameter; this one asks ln N."),
            ("+ p *", "- p *", "each parameter costs: plus, as the lowest BIC wins."),
            ("np.log(density.size)", "np.log(p)", "ln of the number of points, N, not of the number of parameters."),
        ),
    ),
    Exercise(
        """def bootstrap_stds(samples, K, n, rng):
    start = fit(*density_from_samples(samples), K, rng=0).mixture
    table = []
    for _ in range(n):
        again = rng.choice(samples, samples.size)
        fitted = fit_once(*density_from_samples(again), start, method="LM").mixture
        table.append(fitted.narrowed(bandwidth(again)).stds)
    return np.array(table)""",
        "each row is a resample with repeats, and a seed gives one table. Ten of them give the spread to a quarter or so, a "
        "hundred to a tenth.",
        inputs=tuple(
            (samples, K, n, np.random.default_rng(seed))
            for samples, K, n, seed in ((SAMPLES, 2, 10, 5), (SAMPLES, 2, 3, 7), (SAMPLES, 2, 3, 7), (FEW, 1, 10, 8))
        ),
        judge=judge_bootstrap,
        mistakes=(
            ("samples.size)", "samples.size, replace=False)", "without repeats every resample is the data set itself."),
            ("samples.size)", "samples.size // 2)", "half as many scatter more: draw as many as there are samples."),
            ("samples.size)", "200)", "200 drawn of any number: a resample is as large as the data set."),
            ("(again)).stds", "(samples)).stds", "each resample has a bandwidth of its own: `bandwidth(again)`."),
        ),
    ),
    Exercise(
        """def defend(x, density, noise):
    results, scores = {}, {}
    for K in range(2, 6):
        results[K] = fit(x, density, K, mass=None, rng=0)
        scores[K] = results[K].loss * np.sum(density**2) / noise**2 + 3 * K * np.log(x.size)
    best = min(scores, key=scores.get)
    return results[best], [K for K in scores if scores[K] < scores[best] + 6]""",
        "",
        inputs=tuple(mystery(seed) for seed in MYSTERIES),
        judge=judge_defence,
    ),
    Exercise(
        """def resampled_means(samples, n, rng):
    return np.array([rng.choice(samples, samples.size).mean() for _ in range(n)])""",
        "found. A permutation holds the same samples in another order, so its mean can't scatter; a resample has repeats.",
        bug=("rng.choice(samples, samples.size)", "rng.permutation(samples)"),
        inputs=tuple((DIGITS, 400, np.random.default_rng(seed)) for seed in (1, 2, 1)),
        judge=judge_means,
        mistakes=(
            ("samples.size)", "samples.size // 2)", "half as many samples scatter more: draw as many as there are."),
            (".mean()", ".std()", "the mean of each resample is asked for."),
            ("rng.choice", "np.random.default_rng(0).choice", "now each resample is the same: let `rng` go on."),
        ),
    ),
)
