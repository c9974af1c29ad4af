"""Chapter "Restart": how many starts, twins that part, bells read off the bends, bells in one order, the best walk."""

from itertools import permutations

import autograd.numpy as np
from autograd import value_and_grad
from scipy.optimize import minimize

from gmm_helpers import CLASSIC, Mixture, classic, l2_loss, unpack

from .compare import floats
from .exercise import Exercise, drawn_bells, remembered

x, density = classic()


@remembered
def twin_walk(gap, gtol=1e-5):
    """The script's walk from means 5, 15 and 15 + gap."""
    start = np.array([5.0, 5, 5, 5, 15, 15 + gap, 0, 0, 0])
    given = {"args": (x, density), "jac": True, "method": "BFGS", "options": {"gtol": gtol}}
    with np.errstate(all="ignore"):
        return minimize(value_and_grad(l2_loss), start, **given)


def error(theta):
    """The largest gap to the truth, bells in order of mean."""
    weights, means, stds = unpack(theta)
    order = np.argsort(means)
    gaps = [weights[order] - CLASSIC.weights, means[order] - CLASSIC.means, stds[order] - CLASSIC.stds]
    return np.max(np.abs(gaps))


# Bells off the bends ---------------------------------------------------------------------------------------------


def bells_from_bends(inner, bend):
    """As in the notebook: the dips of a second derivative, known at inner points, and its changes of sign."""
    low = 1e-3 * bend.min()  # rounding makes dips as well
    dips = [i for i in range(1, len(bend) - 1) if bend[i] < min(bend[i - 1], low) and bend[i] <= bend[i + 1]]
    signs = np.flatnonzero((bend[1:] < 0) != (bend[:-1] < 0))
    zeros = inner[signs] - bend[signs] * np.diff(inner)[signs] / (bend[signs + 1] - bend[signs])
    means = inner[dips]
    right = np.searchsorted(zeros, means)
    stds = (zeros[right] - zeros[right - 1]) / 2
    weights = -bend[dips] * stds**3 * np.sqrt(2 * np.pi)
    return weights / weights.sum(), means, stds, zeros


EVEN = np.linspace(0, 25, 250)
BENT = (  # far apart; moved and stretched; a shoulder; a log-spaced grid
    (EVEN, CLASSIC),
    (100 + 40 * EVEN, Mixture([0.4, 0.6], [400, 800], [60, 40])),
    (EVEN, Mixture([0.75, 0.25], [10, 13.5], [1.8, 1.2])),
    (np.geomspace(1, 100, 300), Mixture([0.3, 0.4, 0.3], [6, 20, 60], [1, 4, 7])),
)


def judge_bells(outputs):
    """One sentence about bells read off the bends of each curve, or None."""
    for (grid, truth), output in zip(BENT, outputs, strict=True):
        if not isinstance(output, tuple | list | np.ndarray) or len(output) != 3:
            return "three arrays are asked for: weights, means and stds."
        weights, means, stds = (np.atleast_1d(floats(part)) for part in output)
        if not weights.shape == means.shape == stds.shape:
            return "weights, means and stds must have one length, an entry a bell."
        fine = np.linspace(grid[0], grid[-1], 2001)
        seen = bells_from_bends(fine[1:-1], np.diff(truth.pdf(fine), 2) / (fine[1] - fine[0]) ** 2)
        if sentence := _compared(seen, weights, means, stds, np.interp(means, grid, np.gradient(grid))):
            told = (
                "right on even grids. On a log grid the steps differ: divide each difference by its own step. There, "
            )
            return told + sentence if grid is BENT[-1][0] else sentence
    return None


def _compared(seen, weights, means, stds, step):
    """What differs from the bells that the exact second derivative shows."""
    their_weights, their_means, their_stds, _ = seen
    if len(means) != len(their_means):
        few = len(means) < len(their_means)
        why = "a shoulder has no maximum of its own, yet it bends; look at y″" if few else "leave shallow dips out"
        return f"a curve of {len(their_means)} bells shows you {len(means)}: {why}."
    if not np.all(abs(means - their_means) <= 0.75 * step):
        return f"y″ is lowest at {their_means.round(2)}, your bells stand at {means.round(2)}."
    if np.all(stds / their_stds > 1.5):
        return "the two inflexions of a bell are two stds apart: halve."
    if not np.max(abs(np.log(stds / their_stds))) <= 0.15:
        return f"the means are right; half the way between y″'s changes of sign is {their_stds.round(2)}, not {stds.round(2)}."
    if not abs(np.sum(weights) - 1) <= 1e-6:
        return f"means and stds are right; the weights sum to {np.sum(weights):.3g}, not to 1."
    if not np.max(abs(weights - their_weights)) < 0.08:
        return f"at its mean, b″ = −w/(σ³√(2π)): that makes {their_weights.round(2)}, yours are {weights.round(2)}."
    return None


def shuffled(rng):
    """A mixture and another near it, their bells in orders of their own."""
    weights, means, stds = drawn_bells(rng, 4)
    one, other = rng.permutation(4), rng.permutation(4)
    near = Mixture(weights[one], (means + rng.normal(0, 0.1, 4))[one], stds[one])
    return near, Mixture(weights[other], means[other], stds[other])


ALONE = "each list was sorted alone, so a weight sits on another bell's mean: one order for all three."
BRACKETS = "Mixture(mixture.weights[order], mixture.means[order], mixture.stds[order])"
EXACTLY = "at p = 0.6, 0.4³ = 0.064 exactly: three starts make 0.936 sure. Rounding lifts the quotient a hair over 3; take 1e-9 off."

EXERCISES = (
    Exercise(
        """def restarts_needed(p, sure):
    if p == 1:
        return 1
    return int(np.ceil(np.log(1 - sure) / np.log(1 - p) - 1e-9))  # or rounding starts once too often""",
        "right for nine chances, three of them exact. Mind how slowly it grows as p falls: p = 0.01 asks for 459.",
        inputs=(
            *((0.51, 0.99), (0.5, 0.99), (0.5, 0.75), (0.518, 0.9), (0.01, 0.99), (0.98, 0.99), (1.0, 0.99)),
            *((0.6, 0.936), (0.7, 0.91)),
        ),
        vary=lambda rng: (rng.uniform(0.05, 0.8), rng.uniform(0.9, 0.999)),
        mistakes=(
            (" - 1e-9", "", EXACTLY),
            ("1 if p == 1 else min(R for R in range(1, 5000) if (1 - p) ** R <= 1 - sure)", EXACTLY),
            ("np.ceil", "np.floor", "one start fewer than needed falls just short of the chance asked for: round up."),
            ("np.ceil", "np.round", "rounded to the nearest, half of the answers are one short: round up."),
            (
                "1 if p == 1 else int(np.log(1 - sure) / np.log(1 - p)) + 1",
                "one start too many where the number is whole already: p = 0.5 makes 0.75 sure in two.",
            ),
            (
                "    if p == 1:\n        return 1\n",
                "",
                "right, but for p = 1: ln(1 − p) has no value, one start is enough.",
            ),
            ("int(np.ceil(sure / p))", "chances of success don't add up. Multiply the chances to fail."),
            (
                "np.log(1 - p)",
                "np.log(p)",
                "you took the chance of success; what must happen R times is a failure, 1 − p.",
            ),
            (
                "1 if p == 1 else np.log(1 - sure) / np.log(1 - p)",
                "the number is right, but nobody starts 6.46 times: round up to a whole number.",
            ),
            ("np.log(1 - sure) /", "np.log(sure) /", "what may be left over is 1 − sure."),
            ("restarts_needed(p, sure) + 1", "one start too many: the smallest such number is asked for."),
            ("int(np.ceil(1 / p))", "1/p is the mean number until the first success; being `sure` takes more."),
        ),
    ),
    Exercise(
        """def first_escape(gaps):
    for gap in sorted(gaps):
        if error(twin_walk(gap, gtol=1e-9).x) < 0.01:
            return gap""",
        "right on four lists: it is no hill that holds twins together, only symmetry. A small gap needs more steps to grow.",
        inputs=(([0, 1e-13, 0.01, 0.1],), ([1.0, 0.01, 0],), ([0.5, 0],), ([1e-13, 1e-6, 0.01],)),
        mistakes=(
            (
                "error(twin_walk(gap, gtol=1e-9).x) < 0.01",
                "twin_walk(gap, gtol=1e-9).success",
                "it stops happily between the twins, and reports success. Look at the error.",
            ),
            (
                "min(gap for gap in gaps if gap > 0)",
                "did you run it? From 1e-13 the walk stops before the gap has grown.",
            ),
            (", gtol=1e-9", "", "that is the border with the default tolerance: ask for `gtol=1e-9`."),
            (
                "sorted(gaps)",
                "sorted(gaps, reverse=True)",
                "that is the largest gap that works: begin with the smallest.",
            ),
            ("sorted(gaps)", "gaps", "that gap works, but the gaps needn't come in order."),
            (
                "[gap for gap in sorted(gaps) if error(twin_walk(gap, gtol=1e-9).x) < 0.01]",
                "these are all gaps that work: return the smallest alone.",
            ),
        ),
    ),
    Exercise(
        """def bells(x, density):
    step = np.diff(x)
    slope = np.diff(density) / step
    bend = np.diff(slope) / ((step[1:] + step[:-1]) / 2)
    weights, means, stds, _ = bells_from_bends(x[1:-1], bend)
    return weights, means, stds""",
        "four curves are read, a shoulder and a log-spaced grid among them: means to a grid step, stds to 15 %, weights to "
        "0.08 of what y″ shows. That isn't the truth yet, but a start.",
        inputs=tuple((grid, truth.pdf(grid)) for grid, truth in BENT),
        judge=judge_bells,
        mistakes=(
            ("weights, means, stds, _ =", "means, weights, stds, _ =", "weights and means have changed places."),
            ("x[1:-1]", "x[:-2]", "each bend belongs to the middle one of its three points."),
            (
                "    return weights, means, stds",
                "    return weights, means, stds / 2",
                "your stds are half of what they should be.",
            ),
        ),
    ),
    Exercise(
        """from itertools import permutations


def align(mixture, truth):
    orders = [list(order) for order in permutations(range(truth.n_components))]
    order = min(orders, key=lambda order: np.sum((mixture.means[order] - truth.means) ** 2))
    return Mixture(mixture.weights[order], mixture.means[order], mixture.stds[order])""",
        "right on four pairs, one where the nearest mean would serve two bells: one order for all three lists, each bell once.",
        inputs=(
            (Mixture([0.5, 0.2, 0.3], [15.1, 20.1, 4.9], [1.1, 2.1, 1.9]), CLASSIC),
            (CLASSIC, Mixture([0.2, 0.3, 0.5], [20, 5, 15], [2, 2, 1])),
            (Mixture([0.25] * 4, [3, 9, 1, 6], [1, 3, 2, 4]), Mixture([0.25] * 4, [9, 1, 6, 3], [3, 2, 4, 1])),
            (Mixture([0.3, 0.7], [16, 13], [1, 2]), Mixture([0.5, 0.5], [10, 14], [2, 1])),
        ),
        rtol=1e-6,
        vary=shuffled,
        mistakes=(
            ("mixture", "that is the same curve, in the order it came in."),
            ("truth", "that is the truth itself; the mixture's bells are asked for."),
            ("return Mixture(", "return (", "three arrays are no mixture yet: return `Mixture(weights, means, stds)`."),
            ("Mixture(np.sort(mixture.weights), np.sort(mixture.means), np.sort(mixture.stds))", ALONE),
            ("mixture.sorted()", "sorted by mean; but the truth isn't: use its order."),
            (
                "(o := np.argsort(mixture.weights)[np.argsort(truth.weights)]) is None or "
                + BRACKETS.replace("order", "o"),
                "matched by weight. Where two weights are equal that order is chance: match the means.",
            ),
            (
                BRACKETS,
                BRACKETS.replace("[order]", "[np.argsort(order)]"),
                "that is the inverse order: it tells where each bell goes, and you need which bell comes to each place.",
            ),
            (
                "min(orders, key=lambda order: np.sum((mixture.means[order] - truth.means) ** 2))",
                "[int(np.argmin(abs(mixture.means - mean))) for mean in truth.means]",
                "one bell was taken twice: look for the nearest means over whole orders, not bell by bell.",
            ),
            (
                "(o := np.argsort(mixture.means)[np.argsort(truth.means)]) is None or "
                + BRACKETS.replace("order", "o"),
                "a permutation and its inverse have changed places: `argsort` of the truth's means says which comes first.",
            ),
            ("** 2))", "** 2) * -1)", "the farthest order instead of the nearest."),
        ),
    ),
    Exercise(
        """def best_walk(losses, ends):
    return ends[np.nanargmin(losses)]""",
        "found. `argmin` takes nan for the least of all numbers, and a walk that overflowed wins every race.",
        bug=("np.nanargmin", "np.argmin"),
        inputs=tuple(
            (np.array(losses), np.arange(9.0 * len(losses)).reshape(-1, 9))
            for losses in (
                [0.3, np.nan, 0.1, 0.2],
                [np.nan, 0.3, 0.1],
                [0.5, 0.4, 0.9],
                [np.nan, 0.7, np.nan],
                [0.0, np.nan, 0.1],
            )
        ),
        vary=lambda rng: (rng.permutation([np.nan, 0.1, 0.2, 0.3]), rng.normal(size=(4, 9))),
        mistakes=(
            ("np.nanargmin", "np.nanargmax", "that is the worst walk: the lowest loss wins."),
            ("ends[np.nanargmin(losses)]", "np.nanargmin(losses)", "that is its number; its end is asked for."),
            (
                "np.nanargmin(losses)",
                "np.argmin(np.nan_to_num(losses))",
                "`nan_to_num` makes nan 0, the lowest loss of all.",
            ),
            ("ends[np.nanargmin(losses)]", "np.nanmin(losses)", "that is its loss; its end is asked for."),
            (
                "np.nanargmin(losses)",
                "np.argmin(losses[~np.isnan(losses)])",
                "the count has shifted: with the nans left out, numbers mean other walks.",
            ),
        ),
    ),
)
