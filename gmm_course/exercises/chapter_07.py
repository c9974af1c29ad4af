"""Chapter 7: a prior's residuals, its strength and its price; bells that matter; points held out."""

import autograd.numpy as np

from gmm_helpers import CLASSIC, Mixture, classic, fit, fit_once, log_std_prior, relative_loss, strength
from gmm_helpers.mixture import SQRT_2PI

from .exercise import Exercise, Mistake, close, drawn_bells, drawn_inputs


def prior_residuals(stds, center, lam):
    """√λ·(log stds − log center)."""
    return np.sqrt(lam) * (np.log(stds) - np.log(center))


def _same_squares(got, wanted):
    """Residuals agree if their sizes do: of a square, nobody sees the sign."""
    try:
        return close(np.abs(got), np.abs(wanted))
    except TypeError:  # an exception, or no numbers
        return type(got) is type(wanted)


def largest_error(lam):
    """Of all parameters, on the exact classic, with the std prior around 2."""
    fitted = fit_once(*classic(), CLASSIC, prior=log_std_prior(2, lam)).mixture
    gaps = [fitted.weights - CLASSIC.weights, fitted.means - CLASSIC.means, fitted.stds - CLASSIC.stds]
    return np.max(np.abs(gaps))


def _errors(lams):
    lams = np.array([lam for lam in lams if lam > 0])
    return lams, np.array([largest_error(lam) for lam in lams])


def price_slope(lams):
    """Slope of log error against log λ."""
    lams, errors = _errors(lams)
    return np.polyfit(np.log(lams), np.log(errors), 1)[0]


def _slope_by_ends(lams):
    lams, errors = _errors(sorted(lams))
    return np.log10(errors[-1] / errors[0]) / np.log10(lams[-1] / lams[0])


def _slope_with_zero(lams):
    if min(lams) == 0:
        raise np.linalg.LinAlgError  # as `polyfit` does at a point that is infinitely far off
    return np.polyfit(np.log(lams), np.log([largest_error(lam) for lam in lams]), 1)[0]


def _same_slope(got, wanted):
    """Two digits; two plain slopes agree if they do to 1 %, and nan is nan."""
    if isinstance(got, Exception) or isinstance(wanted, Exception) or got is Ellipsis or np.shape(got):
        return type(got) is type(wanted)
    return bool(np.isclose(got, wanted, rtol=0.01, atol=0.01, equal_nan=True))


def live(mixture, x, share):
    """Whether each bell's highest value on the grid is at least `share` of the curve's."""
    bells = mixture.component_pdfs(x)
    return bells.max(axis=0) >= share * bells.sum(axis=1).max()


def _live_by_loop(mixture, x, share):
    peak = mixture.pdf(x).max()
    bells = mixture.component_pdfs(x)
    return [bool(max(bells[:, k]) >= share * peak) for k in range(mixture.n_components)]


def _heights(mixture):
    return mixture.weights / (mixture.stds * SQRT_2PI)


GRID = np.linspace(0, 25, 76)
LIVES = (
    (Mixture([0.3, 0.5, 0.2], [5, 15, 20], [2, 1, 2]), GRID, 0.01),
    (Mixture([0.5, 0.3, 0.2], [5, 40, 12], [2, 1, 500]), GRID, 0.01),  # a heavy one off the grid, a wide one
    (Mixture([0.90, 0.02, 0.08], [8, 16, 20], [4, 0.05, 60]), GRID, 0.002),  # a light one, tall; a wide one, seen
    (Mixture([0.60, 0.38, 0.02], [6, 15, 21], [4, 0.6, 0.5]), GRID, 0.3),  # a heavy one, low; a narrow one, low too
)


def held_out_loss(x, density, K, lam):
    """The relative loss on the odd points of a fit to the even ones."""
    result = fit(x[::2], density[::2], K, rng=0, prior=log_std_prior(2, lam))
    return relative_loss(density[1::2], result.pdf(x[1::2]))


def _held_out_by_mask(x, density, K, lam):
    odd = np.arange(x.size) % 2 == 1
    fitted = fit(x[~odd], density[~odd], K, rng=1, prior=log_std_prior(2, lam)).mixture.pdf(x[odd])
    return float(np.sum((fitted - density[odd]) ** 2) / np.sum(density[odd] ** 2))


def _scored_on_its_own(x, density, K, lam):
    result = fit(x[::2], density[::2], K, rng=0, prior=log_std_prior(2, lam))
    return relative_loss(density[::2], result.pdf(x[::2]))


def _scored_on_all(x, density, K, lam):
    result = fit(x[::2], density[::2], K, rng=0, prior=log_std_prior(2, lam))
    return relative_loss(density, result.pdf(x))


def _rescaled(x, density, K, lam):
    result = fit(x[::2], density[::2] / 2, K, rng=0, prior=log_std_prior(2, lam))
    return relative_loss(density[1::2] / 2, result.pdf(x[1::2]))


def _without_prior(x, density, K, _lam):
    return held_out_loss(x, density, K, 0)


def _fitted_on_all(x, density, K, lam):
    result = fit(x, density, K, rng=0, prior=log_std_prior(2, lam))
    return relative_loss(density[1::2], result.pdf(x[1::2]))


def _halves_swapped(x, density, K, lam):
    result = fit(x[1::2], density[1::2], K, rng=0, prior=log_std_prior(2, lam))
    return relative_loss(density[::2], result.pdf(x[::2]))


def _absolute(x, density, K, lam):
    return held_out_loss(x, density, K, lam) * np.sum(density[1::2] ** 2)


def _same_loss(got, wanted):
    if isinstance(wanted, Exception) or not np.isscalar(got):
        return type(got) is type(wanted)
    return bool(np.isclose(got, wanted, rtol=1e-3, atol=1e-8))


X, DENSITY = classic()
NOISY = DENSITY + np.random.default_rng(1).normal(0, 0.03 * DENSITY.max(), X.size)
HELD = ((X, DENSITY, 1, 0.01), (X, NOISY, 1, 0), (X, NOISY, 1, 0.05))  # one bell: quick, and every search agrees

EXERCISES = (
    Exercise(
        "7.1",
        live,
        inputs=LIVES,
        vary=drawn_inputs(lambda rng: (Mixture(*drawn_bells(rng, 4)), GRID, rng.uniform(0.2, 0.6))),
        mistakes=(
            Mistake(
                lambda mixture, x, _share: mixture.stds < x[-1] - x[0],
                "wide isn't dead: look at its height.",
            ),
            Mistake(
                lambda mixture, _x, share: mixture.weights >= share,
                "weight alone won't do: a heavy bell may lie off the grid or be spread thin.",
            ),
            Mistake(
                lambda mixture, x, share: _heights(mixture) >= share * mixture.pdf(x).max(),
                "its height is right, but the bell may stand off the grid: look at the points.",
            ),
            Mistake(
                lambda mixture, x, share: mixture.component_pdfs(x).max(axis=0) >= share,
                "`share` is a share of the curve's highest value, not a density.",
            ),
            Mistake(
                lambda mixture, x, share: mixture.component_pdfs(x).sum(axis=0) >= share * mixture.pdf(x).sum(),
                "you compare areas; a heavy bell may be wide and low. Compare highest values.",
            ),
            Mistake(
                lambda mixture, x, share: (
                    (mixture.component_pdfs(x) / mixture.weights).max(axis=0) >= share * mixture.pdf(x).max()
                ),
                "a bell counts with its weight: `component_pdfs` has it in already.",
            ),
        ),
        others=(_live_by_loop,),
    ),
    Exercise(
        "7.2",
        prior_residuals,
        inputs=(
            (np.array([2.0, 1.0, 4.0]), 2.0, 1e-2),
            (np.array([0.5, 3.0]), 1.0, 1e-6),
            (np.array([7.0]), 3.0, 4.0),
        ),
        vary=drawn_inputs(lambda rng: (drawn_bells(rng)[2], rng.uniform(0.5, 4), rng.uniform(0, 0.1))),
        mistakes=(
            Mistake(
                lambda stds, center, lam: lam * np.sum(np.log(stds / center) ** 2),
                "that is the sum. One residual a bell: Levenberg–Marquardt needs them apart.",
            ),
            Mistake(
                lambda stds, center, lam: lam * np.log(stds / center) ** 2,
                "these are the squares already; a residual is what is squared.",
            ),
            Mistake(
                lambda stds, center, lam: lam * np.log(stds / center),
                "squaring will square λ too: its root belongs here.",
            ),
            Mistake(
                lambda stds, center, lam: np.sqrt(lam) * (stds - center),
                "from 2 to 4 and from 2 to 1 should cost the same: take logs.",
            ),
        ),
        others=(
            lambda stds, center, lam: np.log(stds / center) * lam**0.5,
            lambda stds, center, lam: np.array([np.sqrt(lam) * np.log(s / center) for s in stds]),
            lambda stds, center, lam: np.sqrt(lam) * np.log(center / stds),
        ),
        same=_same_squares,
        praise="such residuals join the curve's, and any least-squares method takes them.",
    ),
    Exercise(
        "7.3",
        price_slope,
        inputs=(([1e-6, 1e-5, 1e-4],), ([1e-3, 1e-2, 1e-1],), ([0, 1e-6, 1e-5, 1e-4],)),
        same=_same_slope,
        mistakes=(
            Mistake(
                lambda lams: np.polyfit(*_errors(lams), 1)[0],
                "that is the slope on plain axes. Take logs of both.",
            ),
            Mistake(
                lambda lams: np.polyfit(np.log(_errors(lams)[0]), _errors(lams)[1], 1)[0],
                "you took the log of λ alone: the error needs it too.",
            ),
            Mistake(_slope_with_zero, "the log of 0 is no number: leave out λ = 0."),
            Mistake(lambda _lams: 1.0, "1 for a whisper, but less where the prior is loud: measure it."),
        ),
        others=(_slope_by_ends,),
        praise="a small force on a bowl moves its lowest point in proportion: hence 1, as long as it is small.",
    ),
    Exercise(
        "7.4",
        held_out_loss,
        inputs=HELD,
        same=_same_loss,
        mistakes=(
            Mistake(_scored_on_its_own, "those points were fitted; on them the loss can only fall with K."),
            Mistake(_scored_on_all, "half of the points that you score were fitted: score the odd ones alone."),
            Mistake(_rescaled, "nothing to rescale: both halves show the same density, of area 1."),
            Mistake(_without_prior, "λ isn't used: hand `log_std_prior(2, lam)` to `fit`."),
            Mistake(_fitted_on_all, "you fitted all the points, so the odd ones were seen: fit the even ones alone."),
            Mistake(_halves_swapped, "the other way round: fit 0, 2, 4, … and score 1, 3, 5, …"),
            Mistake(_absolute, "the relative loss: divide by the sum of y² over the points that you score."),
        ),
        others=(_held_out_by_mask,),
    ),
    Exercise(
        "7.5",
        strength,
        inputs=((0.01, 0.25, DENSITY), (0.1, 0.5, 10 * DENSITY), (0.01, 0.25, classic(150)[1]), (0.02, 2.0, DENSITY)),
        vary=drawn_inputs(lambda rng: (rng.uniform(0.001, 0.1), rng.uniform(0.1, 1), DENSITY)),
        mistakes=(
            Mistake(
                lambda noise, width, _density: noise**2 / width**2,
                "Σy² is missing. Rescale the curve, and this λ no longer fits the relative loss.",
            ),
            Mistake(
                lambda noise, width, density: noise / width / np.sum(density**2),
                "it is variances that count: square the noise and the width.",
            ),
            Mistake(
                lambda noise, width, density: noise**2 / (width**2 * np.mean(density**2)),
                "the sum of y², not its mean: twice the data must halve λ.",
            ),
            Mistake(
                lambda noise, width, density: width**2 / (noise**2 * np.sum(density**2)),
                "upside down: a surer prior (a smaller width) must speak louder.",
            ),
        ),
        others=(lambda noise, width, density: (noise / width / np.linalg.norm(density)) ** 2,),
    ),
)
