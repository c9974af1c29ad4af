"""Chapter "How many bells, and how sure?": BIC, the bootstrap, a mystery, a resample."""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np

import gmm_helpers
from gmm_helpers import CLASSIC, Mixture, bandwidth, density_from_samples, fit_once

from .compare import floats, numbers_in, seeded
from .mystery import mystery, reveal
from .tables import remembered, tables
from .verdict import right

fit = remembered(gmm_helpers.fit)

CURVE = CLASSIC.pdf(np.arange(75) / 3)

# The bootstrap ---------------------------------------------------------------------------------------------

# Rounded, so that some are equal; the narrow bell comes last.
SAMPLES = np.round(4 * Mixture([0.6, 0.4], [0, 9], [2.5, 1]).sample(500, rng=1)) / 4
FEW = np.array([0.0, 1.0, 1.9, 3.2, 4.4])


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
    if said := seeded(once, again, table[:3]):
        return said
    (ours, possible), h = resampled(), bandwidth(SAMPLES)
    ratio = table.std(axis=0, ddof=1) / ours.std(axis=0, ddof=1)
    middle, theirs = ours.mean(axis=0), table.mean(axis=0)
    smoothed = np.hypot(middle, h)
    should = f"your stds are {theirs.round(2)} on average, they should be about {middle.round(2)}"
    if np.allclose(theirs, middle**2, rtol=0.3) or np.allclose(theirs, smoothed**2, rtol=0.3):
        return f"{should}: these are variances, take the root."
    if ratio.max() > 3 and np.all(theirs < smoothed.max()):
        return f"your stds scatter {ratio.max():.0f} times too much. Draw `samples.size` each time, sort by mean."
    if np.any(theirs > 1.3 * smoothed) or theirs[0] < theirs[1]:
        return f"{should}: return stds, bells in order of mean."
    if np.any(theirs > (middle + smoothed) / 2):
        return (
            f"{should}: so wide is a smoothed curve. Draw from the samples, and take each resample's own bandwidth off."
        )
    if np.any(theirs < 0.75 * middle):
        return f"{should}: too narrow. What comes off is a variance, not a std."
    if ratio.min() < 1 / 3:
        return (
            f"they scatter {1 / ratio.min():.0f} times too little: draw with repeats, from the samples, not the curve."
        )
    strange = few[np.min(abs(few / possible - 1), axis=1) > 5e-4]
    if strange.size:
        return (
            f"no five of {FEW}, with repeats, have a std of {strange[0, 0]:.4g}: draw as many as there are, from them."
        )
    return None


DIGITS = np.array([0.0, 1, 10, 100, 1000, 1000, 1000])  # the digits of a sum tell how often each was drawn


def judge_means(outputs):
    """Whether 400 means are those of seven draws with repeats from DIGITS, and a seed gives one answer."""
    means, other, again = map(floats, outputs)
    if means.shape != (400,):
        return f"400 means should come as an array of shape (400,), yours has {means.shape}."
    if said := seeded(means, again, other):
        return said
    strange = means[abs(7 * means - np.round(7 * means)) > 1e-6]
    if strange.size:
        return f"no seven of the samples have the mean {strange[0]:.5g}: resample as many, with repeats."
    spread = DIGITS.std() / np.sqrt(7)
    if not 0.8 < means.std() / spread < 1.25:
        return f"400 means scatter by {means.std():.0f}; the std of the seven samples over √7 is {spread:.0f}."
    if abs(means.mean() - DIGITS.mean()) > 0.25 * spread:
        return (
            f"your means average {means.mean():.0f}, the samples {DIGITS.mean():.0f}: each sample counts, equal or not."
        )
    return None


# The mystery -----------------------------------------------------------------------------------------------

# seed: the most bells that χ² refutes at 5 %; those within 6 of the lowest BIC; those within 1 of the lowest AIC
MYSTERIES = {0: (3, [4], [4]), 11: (1, [2], [2]), 16: (2, [3, 4], [4, 5])}


def judge_defence(outputs):
    """The first thing wrong with three defences, or by which convention their lists hold."""
    lists = []
    for seed, given in zip(MYSTERIES, outputs, strict=True):
        try:
            result, Ks = given
            lists.append(sorted({int(K) for K in np.ravel(numbers_in(Ks))}))
            said = _weak_point(seed, result, lists[-1])
        except (AttributeError, TypeError, ValueError):
            return "two things are asked for, a `FitResult` and the list of all K that stay: `return result, [3, 4]`."
        if said:
            return f"mystery({seed}): {said}"
    truths = [reveal(seed)[0].n_components for seed in MYSTERIES]
    held = [truth in Ks for truth, Ks in zip(truths, lists, strict=True)]
    bic, aic = ([known[at] for known in MYSTERIES.values()] for at in (1, 2))
    if lists == bic:
        return right(
            "three lists hold. They are BIC's, with a margin of 6, odds of 20 to 1; another margin makes others."
        )
    if all(held):
        return right(
            "three lists hold: each has the true number, and none that χ² refutes. A longer list claims less: BIC, "
            f"with a margin of 6, makes {bic}."
        )
    if all(set(near) <= set(Ks) for near, Ks in zip(aic, lists, strict=True)):
        return right(
            "three lists hold by Akaike's criterion, 2 a parameter. On mystery(16) it leaves out 3, the true number: "
            "it takes one too many more often than BIC, whose price is ln N."
        )
    at = held.index(False)
    return (
        f"mystery({[*MYSTERIES][at]}): there are {truths[at]} bells, χ² doesn't refute that many, and your list "
        f"{lists[at]} leaves that out."
    )


def _weak_point(seed, result, tenable):
    """What is wrong with one defence, whatever its convention, or None."""
    x, density, noise = mystery(seed)
    n, refuted = result.mixture.n_components, MYSTERIES[seed][0]
    spare = x.size - 3 * n
    chi2 = np.sum(((density - result.pdf(x)) / noise) ** 2)
    if chi2 > 1.5 * spare:
        return f"χ² is {chi2:.0f} for {spare} points to spare: what your fit leaves isn't noise. Look at its mass, too."
    if not result.success:
        return "your fit isn't confirmed, its `success` is False. Give it more starts."
    if n not in tenable:
        return f"your fit has {n} bells, and your list leaves that out."
    if min(tenable) <= refuted:
        return f"your list holds {min(tenable)}, and χ² refutes {refuted} bells and fewer: what they leave isn't noise."
    return None


EXERCISES = tables(
    globals(),
    bootstrap_stds={"judge": judge_bootstrap},
    resampled_means={"judge": judge_means},
    defend={"judge": judge_defence},
)
