"""Chapter "Measure the misfit": relative loss, the best share, a way home, Kullback and Leibler, the exact distance."""

from functools import partial

import autograd.numpy as np

from gmm_helpers import CLASSIC, Mixture, classic, gaussian_pdf, mixture_pdf

from .compare import numbers_in
from .tables import drawn_bells, tables

X = np.linspace(-5, 30, 141)
DX = X[1] - X[0]
OTHERS = (
    Mixture([0.5, 0.3, 0.2], [4, 14, 21], [1.5, 2, 1]),
    Mixture([0.2, 0.8], [9, 16], [3, 2.5]),
    Mixture([1.0], [13], [5]),
)

Y, THEIRS = CLASSIC.pdf(X), [mixture.pdf(X) for mixture in OTHERS]
A, B, C = gaussian_pdf(X, 5, 2), gaussian_pdf(X, 15, 1), gaussian_pdf(X, 10, 4)
STEPS = np.cumsum(np.random.default_rng(2).uniform(0.1, 0.7, 60))


def drawn(rng):
    """The curve of a mixture like the classic."""
    return Mixture(*drawn_bells(rng)).pdf(X)


def pair(grid, unit=1, share=1):
    """A grid, the classic there in a unit, and a share of another curve."""
    return grid, unit * CLASSIC.pdf(grid), share * unit * OTHERS[0].pdf(grid)


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


EXERCISES = tables(globals(), smallest_std={"judge": judge_smallest_std, "vary": from_elsewhere})
