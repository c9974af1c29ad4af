"""Chapter "How many bells, and how sure?": BIC, the bootstrap, a mystery, a resample."""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np

import gmm_helpers
from gmm_helpers import CLASSIC, FitResult, Mixture, bandwidth, density_from_samples, fit_once

from .compare import floats
from .exercise import remembered, right, tables
from .mystery import mystery, reveal

fit = remembered(gmm_helpers.fit)

CURVE = CLASSIC.pdf(np.arange(75) / 3)

# The bootstrap ---------------------------------------------------------------------------------------------

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
        return f"labels switched: your stds scatter {ratio.max():.0f} times too much, from bell to bell. Sort by mean."
    if np.any(theirs > 1.3 * smoothed) or (theirs[0] > theirs[1]):
        return f"{should}: return stds, bells in order of mean."
    if np.any(theirs > (middle + smoothed) / 2):
        return f"{should}: they are those of the smoothed curve, take each resample's own bandwidth off."
    if np.any(theirs < 0.75 * middle):
        return f"{should}: they are too narrow, as variances subtract and stds don't."
    if ratio.min() < 1 / 3:
        return (
            f"they scatter {1 / ratio.min():.0f} times too little: draw with repeats, from the samples, not the curve."
        )
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


# The mystery -----------------------------------------------------------------------------------------------

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
        "three lists hold: each has the true number, and none that χ² refutes. It refutes too few, never too many. "
        "BIC, with a margin of 6, would name " + ", ".join(str(near) for _, near in MYSTERIES.values()) + "."
    )


def _weak_point(seed, given):
    """What is wrong with one defence, or None."""
    if not isinstance(given, tuple | list) or len(given) != 2 or not isinstance(given[0], FitResult):
        return "return two things: the `FitResult`, and the list of all K that stay, by your convention."
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


EXERCISES = tables(
    __file__,
    bic={
        "inputs": (
            (8e-4, CURVE, 0.002, 3, False),
            (8e-4, CURVE, 0.002, 3, True),
            (7e-4, 100 * CURVE[:50], 0.1, 4, True),
            (7e-2, CURVE, 0.01, 1, False),
        ),
        "vary": lambda rng: (rng.uniform(1e-4, 1e-2), CURVE, 0.002, int(rng.integers(1, 6)), bool(rng.integers(2))),
    },
    bootstrap_stds={
        "inputs": tuple(
            (samples, K, n, np.random.default_rng(seed))
            for samples, K, n, seed in ((SAMPLES, 2, 10, 5), (SAMPLES, 2, 3, 7), (SAMPLES, 2, 3, 7), (FEW, 1, 10, 8))
        ),
        "judge": judge_bootstrap,
    },
    defend={"inputs": tuple(mystery(seed) for seed in MYSTERIES), "judge": judge_defence},
    resampled_means={
        "inputs": tuple((DIGITS, 400, np.random.default_rng(seed)) for seed in (1, 2, 1)),
        "judge": judge_means,
    },
)
