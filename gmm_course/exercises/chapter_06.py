"""Chapter 6: how many restarts, bells in one order, twins that part, bells read off the bends."""

import math
from itertools import permutations

import autograd.numpy as np
from autograd import value_and_grad
from scipy.optimize import minimize

from gmm_helpers import CLASSIC, Mixture, classic, l2_loss
from gmm_helpers.mixture import SQRT_2PI

from .exercise import OPEN, Exercise, Mistake, drawn_bells, drawn_inputs


def restarts_needed(p, sure):
    """The smallest R with (1 − p)^R ≤ 1 − sure."""
    return 1 if p == 1 else int(np.ceil(np.log(1 - sure) / np.log(1 - p)))


def _unguarded(p, sure):
    return math.ceil(math.log(1 - sure) / math.log(1 - p))


CERTAIN = "right, but for p = 1, where ln(1 − p) has no value: one start is enough there."


def _restarts_counted(p, sure):
    runs, fail = 1, 1 - p
    while fail > 1 - sure:
        runs, fail = runs + 1, fail * (1 - p)
    return runs


def align(mixture, truth):
    """The mixture's bells in the order of the truth's: of all orders, that with the nearest means."""
    orders = [list(order) for order in permutations(range(truth.n_components))]
    return _ordered(mixture, min(orders, key=lambda order: np.sum((mixture.means[order] - truth.means) ** 2)))


def _align_by_rank(mixture, truth):
    order = np.empty(truth.n_components, dtype=int)
    order[np.argsort(truth.means)] = np.argsort(mixture.means)
    return _ordered(mixture, order)


def _ordered(mixture, order):
    return Mixture(mixture.weights[order], mixture.means[order], mixture.stds[order])


def _same_mixture(got, wanted):
    if not isinstance(got, Mixture) or not isinstance(wanted, Mixture):
        return type(got) is type(wanted)
    return all(np.allclose(getattr(got, name), getattr(wanted, name)) for name in ("weights", "means", "stds"))


ALIGNED = (
    (Mixture([0.5, 0.2, 0.3], [15.1, 20.1, 4.9], [1.1, 2.1, 1.9]), CLASSIC),
    (CLASSIC, Mixture([0.2, 0.3, 0.5], [20, 5, 15], [2, 2, 1])),
    (Mixture([0.25] * 4, [3, 9, 1, 6], [1, 3, 2, 4]), Mixture([0.25] * 4, [9, 1, 6, 3], [3, 2, 4, 1])),
)


def _shuffled(rng):
    """A mixture and another near it, their bells in orders of their own."""
    truth = Mixture(*drawn_bells(rng, 4))
    near = Mixture(truth.weights, truth.means + rng.normal(0, 0.1, 4), truth.stds)
    return _ordered(near, rng.permutation(4)), _ordered(truth, rng.permutation(4))


def twin_walk(gap, gtol=1e-9):
    """The script's walk from means 5, 15 and 15 + gap."""
    x, density = classic()
    start = np.array([5.0, 5, 5, 5, 15, 15 + gap, 0, 0, 0])
    with np.errstate(all="ignore"):
        return minimize(
            value_and_grad(l2_loss), start, args=(x, density), jac=True, method="BFGS", options={"gtol": gtol}
        )


def first_escape(gaps):
    """The smallest gap from which the twins part and find the truth."""
    return next((gap for gap in sorted(gaps) if twin_walk(gap).fun < 1e-9), None)


def _last_escape(gaps):
    return next((gap for gap in sorted(gaps, reverse=True) if twin_walk(gap).fun < 1e-9), None)


def bells(x, density):
    """Weights, means and stds that the dips of the second derivative suggest, on any grid, in order of mean."""
    return _bells(x, density, np.diff(x))


def _bells(x, density, step, width=0.5):
    bend = np.diff(np.diff(density) / step) / ((step[1:] + step[:-1]) / 2)
    inner = x[1:-1]
    i = 1 + np.flatnonzero((bend[1:-1] < bend[:-2]) & (bend[1:-1] <= bend[2:]) & (bend[1:-1] < 1e-3 * bend.min()))
    j = np.flatnonzero((bend[1:] < 0) != (bend[:-1] < 0))
    zeros = inner[j] - bend[j] * (inner[j + 1] - inner[j]) / (bend[j + 1] - bend[j])
    right = np.searchsorted(zeros, inner[i])
    stds = width * (zeros[right] - zeros[right - 1])
    weights = -bend[i] * stds**3 * SQRT_2PI
    return weights / weights.sum(), inner[i], stds


def _bells_even(x, density):
    return _bells(x, density, np.full(x.size - 1, x[1] - x[0]))


def _bells_full_width(x, density):
    return _bells(x, density, np.diff(x), width=1.0)


def _bells_at_maxima(x, density):
    i = 1 + np.flatnonzero((density[1:-1] > density[:-2]) & (density[1:-1] >= density[2:]))
    _, means, stds = bells(x, density)
    nearest = [np.argmin(abs(means - mean)) for mean in x[i]]
    weights = density[i] * stds[nearest]
    return weights / weights.sum(), x[i], stds[nearest]


def _bells_unscaled(x, density):
    weights, means, stds = bells(x, density)
    return 0.9 * weights, means, stds


EVEN = np.linspace(0, 25, 250)
BENT = (  # grid and truth: far apart; moved and stretched; a shoulder; a log-spaced grid
    (EVEN, CLASSIC),
    (100 + 40 * EVEN, Mixture([0.4, 0.6], [400, 800], [60, 40])),
    (EVEN, Mixture([0.75, 0.25], [10, 13.5], [1.8, 1.2])),
    (np.geomspace(1, 100, 300), Mixture([0.3, 0.4, 0.3], [6, 20, 60], [1, 4, 7])),
)


def judge_bells(answer):
    """One sentence about a function that reads bells off the bends, or None."""
    outputs = [answer(x.copy(), truth.pdf(x)) for x, truth in BENT]
    if all(output is None or output is Ellipsis for output in outputs):
        return OPEN
    for (x, truth), output in zip(BENT, outputs, strict=True):
        if not isinstance(output, tuple | list | np.ndarray) or len(output) != 3:
            return "three arrays are asked for: weights, means and stds."
        weights, means, stds = (np.atleast_1d(np.asarray(part, dtype=float)) for part in output)
        if not weights.shape == means.shape == stds.shape:
            return "weights, means and stds must have one length, an entry a bell."
        even = np.allclose(np.diff(x), x[1] - x[0])
        sentence = _judge_bells(truth, weights, means, stds)
        if sentence:
            return (
                sentence
                if even
                else f"right on even grids. On a log grid your second difference sees the grid: {UNEVEN}"
            )
    return None


SHOULDER = "a shoulder has no maximum of its own, yet it bends; look at y″."
UNEVEN = "divide each difference by its own step."


def _judge_bells(truth, weights, means, stds):
    if len(means) != truth.n_components:
        found = f"a curve of {truth.n_components} bells shows you {len(means)}"
        missing = len(means) < truth.n_components
        return f"{found}: {SHOULDER if missing else 'rounding makes shallow dips as well; leave them out.'}"
    if np.max(abs(means - truth.means) / truth.stds) > 0.4:
        return f"for bells at {truth.means} yours stand at {means.round(2)}."
    if np.all(stds / truth.stds > 1.5):
        return "the two inflexions of a bell are two stds apart: halve."
    if np.max(abs(np.log(stds / truth.stds))) > 0.4:
        return f"the means are right; for stds of {truth.stds} yours are {stds.round(2)}."
    if abs(np.sum(weights) - 1) > 1e-6:
        return f"means and stds are right; the weights sum to {np.sum(weights):.3g}, not to 1."
    return None if np.max(abs(weights - truth.weights)) < 0.15 else "the weights: at its mean, b″ = −w/(σ³√(2π))."


EXERCISES = (
    Exercise(
        "6.1",
        restarts_needed,
        inputs=((0.51, 0.99), (0.5, 0.99), (0.5, 0.75), (0.518, 0.9), (0.01, 0.99), (0.98, 0.99), (1.0, 0.99)),
        vary=drawn_inputs(lambda rng: (rng.uniform(0.05, 0.8), rng.uniform(0.9, 0.999))),
        mistakes=(
            Mistake(
                lambda p, sure: 1 if p == 1 else int(np.floor(np.log(1 - sure) / np.log(1 - p))),
                "one start fewer than needed falls just short of the chance asked for: round up.",
            ),
            Mistake(
                lambda p, sure: 1 if p == 1 else int(np.log(1 - sure) / np.log(1 - p)) + 1,
                "one start too many where the number is whole already: p = 0.5 makes 0.75 sure in two.",
            ),
            Mistake(_unguarded, CERTAIN),
            Mistake(lambda p, sure: int(np.ceil(np.log(1 - sure) / np.log(1 - p))), CERTAIN),
            Mistake(
                lambda p, sure: int(np.ceil(sure / p)),
                "chances of success don't add up. Multiply the chances to fail.",
            ),
            Mistake(
                lambda p, sure: 1 if p == 1 else int(np.ceil(np.log(1 - sure) / np.log(p))),
                "you took the chance of success; what must happen R times is a failure, 1 − p.",
            ),
            Mistake(
                lambda p, sure: 1 if p == 1 else np.log(1 - sure) / np.log(1 - p),
                "the number is right, but nobody starts 6.46 times: round up to a whole number.",
            ),
        ),
        others=(_restarts_counted,),
        praise="and note how slowly it grows as p falls: p = 0.01 asks for 459.",
    ),
    Exercise(
        "6.2",
        first_escape,
        inputs=(([0, 1e-13, 0.01, 0.1],), ([1.0, 0.01, 0],), ([0.5, 0],), ([1e-13, 1e-6, 0.01],)),
        mistakes=(
            Mistake(
                lambda gaps: next(gap for gap in sorted(gaps) if twin_walk(gap).success),
                "it stops happily between the twins, and reports success. Look at the error.",
            ),
            Mistake(
                lambda gaps: min(gap for gap in gaps if gap > 0),
                "did you run it? From 1e-13 the walk stops before the gap has grown.",
            ),
            Mistake(
                lambda gaps: next((gap for gap in sorted(gaps) if twin_walk(gap, gtol=1e-5).fun < 1e-6), None),
                "that is the border with the default tolerance: ask for `gtol=1e-9`.",
            ),
            Mistake(_last_escape, "that is the largest gap that works: begin with the smallest."),
            Mistake(
                lambda gaps: next(gap for gap in gaps if twin_walk(gap).fun < 1e-9),
                "that gap works, but the gaps needn't come in order.",
            ),
        ),
        praise="it is no hill that holds twins together, only symmetry; a small gap just needs more steps to grow.",
    ),
    Exercise(
        "6.3",
        bells,
        property_check=judge_bells,
        mistakes=(
            Mistake(_bells_at_maxima, f"a curve of 2 bells shows you 1: {SHOULDER}"),
            Mistake(_bells_full_width, "the two inflexions of a bell are two stds apart: halve."),
            Mistake(
                _bells_even,
                f"right on even grids. On a log grid your second difference sees the grid: {UNEVEN}",
            ),
            Mistake(_bells_unscaled, "means and stds are right; the weights sum to 0.9, not to 1."),
        ),
    ),
    Exercise(
        "6.4",
        align,
        inputs=ALIGNED,
        vary=drawn_inputs(_shuffled),
        same=_same_mixture,
        mistakes=(
            Mistake(lambda mixture, _truth: mixture, "that is the same curve, in the order it came in."),
            Mistake(lambda _mixture, truth: truth, "that is the truth itself; the mixture's bells are asked for."),
            Mistake(
                lambda mixture, truth: tuple(getattr(align(mixture, truth), n) for n in ("weights", "means", "stds")),
                "three arrays are no mixture yet: return `Mixture(weights, means, stds)`.",
            ),
            Mistake(
                lambda mixture, _truth: Mixture(*(np.sort(getattr(mixture, n)) for n in ("weights", "means", "stds"))),
                "each list was sorted alone, so a weight sits on another bell's mean: one order for all three.",
            ),
            Mistake(lambda mixture, _truth: mixture.sorted(), "sorted by mean; but the truth isn't: use its order."),
            Mistake(
                lambda mixture, truth: _ordered(mixture, np.argsort(mixture.weights)[np.argsort(truth.weights)]),
                "matched by weight. Where two weights are equal that order is chance: match the means.",
            ),
        ),
        others=(_align_by_rank,),
    ),
)
