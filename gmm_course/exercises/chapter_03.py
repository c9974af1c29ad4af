"""Chapter 3: the relative loss, the best share, a way home, the Kullback–Leibler divergence, the exact distance."""

import numpy as np
from scipy.special import rel_entr

from gmm_helpers import (
    CLASSIC,
    Mixture,
    classic,
    exact_l2_distance,
    gaussian_pdf,
    kl_divergence,
    mixture_pdf,
    relative_loss,
)

from .exercise import Exercise, Mistake, drawn_bells, drawn_inputs

X = np.linspace(-5, 30, 141)
DX = X[1] - X[0]
OTHERS = (
    Mixture([0.5, 0.3, 0.2], [4, 14, 21], [1.5, 2, 1]),
    Mixture([0.2, 0.8], [9, 16], [3, 2.5]),
    Mixture([1.0], [13], [5]),
)

# 3.1 and 3.4: pairs of curves. One fit is no curve at all; one target is zero at some of its points.
Y = CLASSIC.pdf(X)
CURVES = (*((Y, other.pdf(X)) for other in OTHERS), (2 * OTHERS[1].pdf(X), np.zeros(X.size)))
FLAT = np.where(abs(X - 12) < 6, 1 / 12, 0.0)
DENSITIES = (
    *((Y, other.pdf(X), DX) for other in OTHERS),
    (OTHERS[2].pdf(X[::2]), OTHERS[1].pdf(X[::2]), 2 * DX),
    (FLAT, OTHERS[2].pdf(X), DX),
)


def _curve(rng):
    return Mixture(*drawn_bells(rng)).pdf(X)


# 3.2: targets that two bells make exactly, nearly, or only with a share outside 0 … 1.
BELLS = gaussian_pdf(X, 5, 2), gaussian_pdf(X, 15, 1), gaussian_pdf(X, 10, 4)
MIXED = (
    (0.3 * BELLS[0] + 0.7 * BELLS[1], BELLS[0], BELLS[1]),
    (Y, BELLS[1], BELLS[2]),
    (BELLS[0], BELLS[2], BELLS[1]),
    (1.5 * BELLS[0] - 0.5 * BELLS[2], BELLS[0], BELLS[2]),
)


def best_share(target, a, b):
    """The w that brings w·a + (1 − w)·b nearest to the target: the vertex of a parabola."""
    return np.sum((target - b) * (a - b)) / np.sum((a - b) ** 2)


def _share_by_three_losses(target, a, b):
    at = [np.sum((target - w * a - (1 - w) * b) ** 2) for w in (0, 1, 2)]
    curvature = at[0] - 2 * at[1] + at[2]
    return 0.5 - (at[1] - at[0]) / curvature


def _share_by_search(target, a, b):
    shares = np.linspace(0, 1, 101)
    return shares[np.argmin([np.sum((target - w * a - (1 - w) * b) ** 2) for w in shares])]


GRID, DENSITY = classic()


def end_of_roll(mean, std, step=0.01):
    """Where a ball comes to rest if the first bell's mean alone moves, downhill by steps, and its std is `std`."""

    def loss_at(mean):
        curve = mixture_pdf(GRID, CLASSIC.weights, np.array([mean, 15, 20]), np.array([std, 1, 2]))
        return relative_loss(DENSITY, curve)

    for move in (-step, step):
        while loss_at(mean + move) < loss_at(mean):
            mean += move
    return mean


def judge_smallest_std(std, start=-1):
    """One sentence about the least std, to one decimal, with which the ball from `start` finds home."""
    try:
        std = float(np.squeeze(np.array(std, dtype=float)))
    except (TypeError, ValueError):
        return "one number is asked for, a std."
    if not 0.1 <= std <= 20:
        return "look for a std between 0.1 and 20."
    end = end_of_roll(start, std)
    if abs(end - 5) > 1:
        hint = "try a little wider." if std < 4 else "so wide a bell fits best elsewhere; try narrower."
        if std < 2:
            hint = "a narrower bell sees less far; go the other way."
        return f"with a std of {std:.2g} the ball comes to rest at {end:.1f}: {hint}"
    if abs(end_of_roll(start, std - 0.1) - 5) < 1:
        return f"it comes home, to {end:.1f}. But so it does with {std - 0.1:.2g}: look for the smallest."
    return None if abs(std - round(std, 1)) < 1e-9 else "that is the place; give it to one decimal."


def _from_elsewhere(rng):
    """3.3 with the ball let go elsewhere."""
    start = -int(rng.integers(1, 9)) / 10
    least = next(std for std in np.arange(1.6, 3.5, 0.1).round(1) if abs(end_of_roll(start, std) - 5) < 1)
    told = {"ball at −1": f"ball at −{-start}", "roll(-1,": f"roll({start},"}
    return {"right": least, "property_check": lambda std: judge_smallest_std(std, start), "mistakes": (), "told": told}


def _kl_naive(density, ours, dx):
    return np.sum(density * np.log(density / ours)) * dx


def _kl_where_seen(density, ours, dx):
    seen = density > 0
    return dx * density[seen] @ np.log(density[seen] / ours[seen])


def _inner(a, b, spread=np.hypot):
    return a.weights @ gaussian_pdf(a.means[:, None], b.means, spread(a.stds[:, None], b.stds)) @ b.weights


def _l2_by(spread):
    return lambda a, b: np.sqrt(abs(_inner(a, a, spread) - 2 * _inner(a, b, spread) + _inner(b, b, spread)))


def _l2_by_loops(a, b):
    weights, means, stds = np.append(a.weights, -b.weights), np.append(a.means, b.means), np.append(a.stds, b.stds)
    bells = list(zip(weights, means, stds, strict=True))
    return np.sqrt(sum(v * w * gaussian_pdf(m, n, np.sqrt(s**2 + t**2)) for v, m, s in bells for w, n, t in bells))


EXERCISES = (
    Exercise(
        "3.1",
        right=relative_loss,
        inputs=CURVES,
        vary=drawn_inputs(lambda rng: (_curve(rng), _curve(rng))),
        mistakes=(
            Mistake(lambda y, f: np.sum(y - f) / np.sum(y), "misses above and below cancel: square them first."),
            Mistake(lambda y, f: np.sum(y - f) ** 2 / np.sum(y**2), "square each gap, then add up: not the other way."),
            Mistake(lambda y, f: np.sum((y - f) ** 2 / y**2), "two sums, one division: don't divide point by point."),
            Mistake(lambda y, f: np.sum((y - f) ** 2), "that is the plain sum: it grows with the number of points."),
            Mistake(lambda y, f: np.mean((y - f) ** 2), "the mean no longer grows with the points, but it has a unit."),
            Mistake(
                lambda y, f: np.sum((y - f) ** 2) / np.sum(f**2),
                "divide by the target, not by our curve: a curve of zeros must score 1.",
            ),
            Mistake(
                lambda y, f: np.sum((y - f) ** 2) / np.sum(y) ** 2,
                "the square stands inside the lower sum: Σ density², not (Σ density)².",
            ),
            Mistake(
                lambda y, f: np.linalg.norm(y - f) / np.linalg.norm(y), "no root here: this loss is a sum of squares."
            ),
        ),
        praise="that is `relative_loss`: no unit, no number of points in it.",
        others=(
            lambda y, f: (np.linalg.norm(f - y) / np.linalg.norm(y)) ** 2,
            lambda y, f: (y - f) @ (y - f) / (y @ y),
        ),
    ),
    Exercise(
        "3.2",
        right=best_share,
        inputs=MIXED,
        vary=drawn_inputs(lambda rng: (_curve(rng), _curve(rng), _curve(rng))),
        mistakes=(
            Mistake(_share_by_search, "a search gives two digits between 0 and 1. A parabola has a formula."),
            Mistake(
                lambda y, a, b: np.clip(best_share(y, a, b), 0, 1),
                "the vertex may lie outside 0 … 1, which tells that the bells are wrong: don't clip it.",
            ),
            Mistake(lambda y, a, b: 1 - best_share(y, a, b), "that is the share of b; asked is the share of a."),
            Mistake(
                lambda y, a, b: np.sum(y * (a - b)) / np.sum((a - b) ** 2),
                "with w = 0 the curve is b: measure the target from there, target − b.",
            ),
            Mistake(
                lambda y, a, b: np.sum((y - b) * a) / np.sum(a**2),
                "w multiplies a − b, not a alone: what a gains, b loses.",
            ),
        ),
        praise="that is it. Weights alone are a linear problem, with no hill in the way.",
        others=(
            _share_by_three_losses,
            lambda y, a, b: np.linalg.lstsq((a - b)[:, None], y - b, rcond=None)[0][0],
        ),
    ),
    Exercise(
        "3.3",
        right=2.4,
        property_check=judge_smallest_std,
        vary=_from_elsewhere,
        mistakes=(
            Mistake(2.0, "with a std of 2 the ball comes to rest at -3.3: try a little wider."),
            Mistake("wide", "one number is asked for, a std."),
            Mistake(
                0.5,
                "with a std of 0.5 the ball comes to rest at -1.5: a narrower bell sees less far; go the other way.",
            ),
            Mistake(3.0, "it comes home, to 4.9. But so it does with 2.9: look for the smallest."),
        ),
        praise="that is it: a hair wider, and the wall is gone. Chapter 6 starts its walks wide for this reason.",
    ),
    Exercise(
        "3.4",
        right=kl_divergence,
        inputs=DENSITIES,
        vary=drawn_inputs(lambda rng: (_curve(rng), _curve(rng), DX)),
        mistakes=(
            Mistake(
                lambda y, f, dx: kl_divergence(f, y, dx), "the two curves changed places: average over the density."
            ),
            Mistake(
                lambda y, f, dx: -kl_divergence(y, f, dx), "the sign: log(density / ours), or −log(ours / density)."
            ),
            Mistake(
                lambda y, f, dx: kl_divergence(y, f, 1.0), "an integral wants its dx; yours grows with the points."
            ),
            Mistake(lambda y, f, dx: kl_divergence(y, f, dx) / np.log(10), "the natural logarithm, please."),
            Mistake(_kl_naive, "where the density is 0, 0·log 0 became NaN: such a point adds nothing."),
        ),
        praise="that is `kl_divergence`.",
        others=(_kl_where_seen, lambda y, f, dx: np.sum(rel_entr(y, f)) * dx),
    ),
    Exercise(
        "3.5",
        right=exact_l2_distance,
        inputs=(*((CLASSIC, other) for other in OTHERS), (OTHERS[1], OTHERS[0])),
        vary=drawn_inputs(lambda rng: (Mixture(*drawn_bells(rng)), Mixture(*drawn_bells(rng, 2)))),
        mistakes=(
            Mistake(_l2_by(lambda s, t: s + t), "variances add, stds don't: √(s² + t²)."),
            Mistake(_l2_by(lambda s, t: s**2 + t**2), "s² + t² is the variance; `gaussian_pdf` wants its root."),
            Mistake(lambda a, b: exact_l2_distance(a, b) ** 2, "that is the square of the distance: take the root."),
            Mistake(
                lambda a, b: np.sqrt(abs(_inner(a, a) - _inner(a, b) + _inner(b, b))),
                "(a − b)² has −2ab in the middle.",
            ),
        ),
        praise="that is `exact_l2_distance`. No grid, so no blind spot.",
        others=(_l2_by_loops, _l2_by(lambda s, t: np.sqrt(s**2 + t**2))),
    ),
)
