"""Chapter "Measure the misfit": relative loss, the best share, a way home, Kullback and Leibler, the exact distance."""

from functools import partial

import autograd.numpy as np

from gmm_helpers import CLASSIC, Mixture, classic, gaussian_pdf, mixture_pdf

from .compare import numbers_in
from .exercise import drawn_bells, tables

X = np.linspace(-5, 30, 141)
DX = X[1] - X[0]
OTHERS = (
    Mixture([0.5, 0.3, 0.2], [4, 14, 21], [1.5, 2, 1]),
    Mixture([0.2, 0.8], [9, 16], [3, 2.5]),
    Mixture([1.0], [13], [5]),
)

# Pairs of curves. One fit is no curve at all; one target is zero at some of its points.
Y = CLASSIC.pdf(X)
CURVES = (*((Y, other.pdf(X)) for other in OTHERS), (1e-7 * OTHERS[1].pdf(X), np.zeros(X.size)))
DENSITIES = (
    *((Y, other.pdf(X), DX) for other in OTHERS),
    (OTHERS[2].pdf(X[::2]), OTHERS[1].pdf(X[::2]), 2 * DX),
    (np.where(abs(X - 12) < 6, 1 / 12, 0.0), OTHERS[2].pdf(X), DX),
    (Y, np.where(abs(X - 12) < 2, 0.0, Y), DX),  # where our curve is 0 and the density isn't, KL is infinite
)
BELLS = gaussian_pdf(X, 5, 2), gaussian_pdf(X, 15, 1), gaussian_pdf(X, 10, 4)
MIXED = (  # targets that two bells make exactly, nearly, or only with a share outside 0 … 1
    (0.3 * BELLS[0] + 0.7 * BELLS[1], BELLS[0], BELLS[1]),
    (1e-6 * Y, 1e-6 * BELLS[1], 1e-6 * BELLS[2]),
    (BELLS[0], BELLS[2], gaussian_pdf(X, -4, 2)),  # of which the grid has but a part
    (1.5 * BELLS[0] - 0.5 * BELLS[2], BELLS[0], BELLS[2]),
    (1.5 * BELLS[0] - 0.5 * BELLS[2], BELLS[2], BELLS[0]),
)
STEPS = np.random.default_rng(2).uniform(0.1, 0.7, 60)
UNEVEN = tuple(
    (grid, unit * CLASSIC.pdf(grid), unit * other)
    for grid, unit in ((np.geomspace(1, 30, 80), 1), (np.arange(0, 10, 0.2) ** 1.4, 100), (np.cumsum(STEPS), 1e-7))
    for other in (OTHERS[0].pdf(grid), np.zeros(grid.size))
)


def _curve(rng):
    return Mixture(*drawn_bells(rng)).pdf(X)


# A way home ----------------------------------------------------------------------------------------------------------

GRID, DENSITY = classic()


def roll(mean, std=2.0, step=0.01):
    """Where a ball comes to rest if the first bell's mean alone moves, downhill by steps, and its std is `std`."""
    rest = DENSITY - mixture_pdf(GRID, CLASSIC.weights[1:], CLASSIC.means[1:], CLASSIC.stds[1:])
    for move in (-step, step):
        means = mean + move * np.arange(6000)
        losses = np.sum((rest - CLASSIC.weights[0] * gaussian_pdf(GRID, means[:, None], std)) ** 2, axis=1)
        mean = means[np.argmax(np.diff(losses) >= 0)]
    return mean


def judge_smallest_std(given, start=-1):
    """One sentence about the least std, to one decimal, with which the ball from `start` finds home."""
    if numbers_in(given).size != 1:
        return f"one number is asked for, a std; yours holds {numbers_in(given).size}."
    std = float(numbers_in(given).item())
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


EXERCISES = tables(
    __file__,
    relative={"inputs": CURVES, "vary": lambda rng: (_curve(rng), _curve(rng))},
    best_share={"inputs": MIXED, "vary": lambda rng: (_curve(rng), _curve(rng), _curve(rng))},
    smallest_std={"judge": judge_smallest_std, "vary": from_elsewhere},
    kl={"inputs": DENSITIES, "vary": lambda rng: (_curve(rng), _curve(rng), DX)},
    exact_l2={
        "inputs": (
            *((CLASSIC, other) for other in OTHERS),
            (OTHERS[1], OTHERS[0]),
            (Mixture([0.9, 0.1], [13, 14.0123], [5, 0.002]), OTHERS[2]),
            (Mixture([0.5, 0.5], [5, 15], [1e4, 1]), OTHERS[1]),
        ),
        "vary": lambda rng: (Mixture(*drawn_bells(rng)), Mixture(*drawn_bells(rng, 2))),
    },
    weighted_loss={
        "inputs": UNEVEN,
        "vary": lambda rng: ((grid := np.cumsum(rng.uniform(0.2, 1, 50))), CLASSIC.pdf(grid), OTHERS[1].pdf(grid)),
    },
)
