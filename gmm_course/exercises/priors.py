"""Chapter "Add a prior": bells that matter, a prior's residuals, its price, points held out, its strength, one vector."""

import autograd.numpy as np

import gmm_helpers
from gmm_helpers import CLASSIC, Mixture, classic, fit_once, log_std_prior, relative_loss

from .exercise import Exercise, drawn_bells, remembered

fit = remembered(gmm_helpers.fit)
x, density = classic()
noisy = density + np.random.default_rng(1).normal(0, 0.03 * density.max(), x.size)
GRID = np.linspace(0, 25, 76)


@remembered
def largest_error(lam):
    """Of all parameters, on the exact classic, with the std prior around 2."""
    fitted = fit_once(x, density, CLASSIC, method="LM", prior=log_std_prior(2, lam)).mixture
    gaps = [fitted.weights - CLASSIC.weights, fitted.means - CLASSIC.means, fitted.stds - CLASSIC.stds]
    return np.max(np.abs(gaps))


EXERCISES = (
    Exercise(
        """def live(mixture, x, share):
    bells = mixture.component_pdfs(x)
    return bells.max(axis=0) >= share * bells.sum(axis=1).max()""",
        "right for five mixtures: a bell may be dead by its weight, its place or its width, and its height at the points "
        "tells all three.",
        inputs=(
            (Mixture([0.3, 0.5, 0.2], [5, 15, 20], [2, 1, 2]), GRID, 0.01),
            (Mixture([0.5, 0.3, 0.2], [5, 40, 12], [2, 1, 500]), GRID, 0.01),  # a heavy one off the grid, a wide one
            (Mixture([0.90, 0.02, 0.08], [8, 16, 20], [4, 0.05, 60]), GRID, 0.002),  # light and tall; wide, and seen
            (Mixture([0.60, 0.38, 0.02], [6, 15, 21], [4, 0.6, 0.5]), GRID, 0.3),  # heavy and low; narrow and low
            (Mixture([0.4, 0.4, 0.2], [10, 10, 20], [1, 1, 1]), GRID, 0.4),  # the curve is twice as high as a bell
        ),
        vary=lambda rng: (Mixture(*drawn_bells(rng, 4)), GRID, rng.uniform(0.2, 0.6)),
        mistakes=(
            ("mixture.stds < x[-1] - x[0]", "wide isn't dead: look at its height."),
            ("mixture.weights >= share", "weight alone won't do: a heavy bell may lie off the grid or be spread thin."),
            (
                "mixture.weights / (mixture.stds * np.sqrt(2 * np.pi)) >= share * mixture.pdf(x).max()",
                "its height is right, but the bell may stand off the grid: look at the points.",
            ),
            (
                "share * bells.sum(axis=1).max()",
                "share",
                "`share` is a share of the curve's highest value, no density.",
            ),
            ("bells.sum(axis=1).max()", "bells.max()", "that is the tallest bell's height: the curve's is asked for."),
            (
                "mixture.component_pdfs(x).sum(axis=0) >= share * mixture.pdf(x).sum()",
                "you compare areas; a heavy bell may be wide and low. Compare highest values.",
            ),
            (
                "(mixture.component_pdfs(x) / mixture.weights).max(axis=0) >= share * mixture.pdf(x).max()",
                "a bell counts with its weight: `component_pdfs` has it in already.",
            ),
            (
                "bells.max(axis=0)",
                "bells.max(axis=1)",
                "a row is a point and a column a bell: the highest of each column.",
            ),
            (">=", "<", "True and False have changed places: True is a bell that matters."),
            ("bells.max(axis=0)", "bells.mean(axis=0)", "its highest value, not its mean over the grid."),
        ),
    ),
    Exercise(
        """def prior_residuals(stds, center, lam):
    return np.sqrt(lam) * np.log(stds / center)""",
        "right for three priors, one number a bell. They join the curve's residuals, and any least-squares method takes them.",
        inputs=(
            (np.array([2.0, 1.0, 4.0]), 2.0, 1e-2),
            (np.array([0.5, 3.0]), 1.0, 1e-6),
            (np.array([7.0]), 3.0, 4.0),
        ),
        view=np.abs,  # of a square, nobody sees the sign
        vary=lambda rng: (drawn_bells(rng)[2], rng.uniform(0.5, 4), rng.uniform(0, 0.1)),
        mistakes=(
            ("lam * np.sum(np.log(stds / center) ** 2)", "that is the sum. LM needs one residual a bell, apart."),
            ("lam * np.log(stds / center) ** 2", "these are the squares already; a residual is what is squared."),
            ("np.sqrt(lam)", "lam", "squaring will square λ too: its root belongs here."),
            ("np.sqrt(lam) * (stds - center)", "from 2 to 4 and from 2 to 1 should cost the same: take logs."),
            ("stds / center", "stds", "it should be 0 at the centre c; yours is 0 at a std of 1."),
            (
                "np.log(stds / center)",
                "np.log(stds) / np.log(center)",
                "log(σ/c) is log σ − log c, not their quotient.",
            ),
            ("np.sqrt(lam) * ", "", "λ isn't used: it says how loud the prior is."),
            ("np.log(", "np.log10(", "the natural logarithm, as the formula has it."),
            ("np.sqrt(lam)", "np.sqrt(lam / len(stds))", "a sum over the bells, no mean: each counts with λ."),
        ),
    ),
    Exercise(
        """def price_slope(lams):
    lams = np.array([lam for lam in lams if lam > 0])
    return np.polyfit(np.log(lams), np.log([largest_error(lam) for lam in lams]), 1)[0]""",
        "right to 1 % on three lists. A small force on a bowl moves its lowest point in proportion, hence 1; a loud one less.",
        inputs=(([1e-6, 1e-5, 1e-4],), ([1e-3, 1e-2, 1e-1],), ([0, 1e-6, 1e-5, 1e-4],)),
        rtol=0.01,
        atol=0.01,
        mistakes=(
            (
                "np.polyfit([v for v in lams if v], [largest_error(v) for v in lams if v], 1)[0]",
                "that is the slope on plain axes. Take logs of both.",
            ),
            (
                "np.log([largest_error(lam) for lam in lams])",
                "[largest_error(lam) for lam in lams]",
                "log the error, too.",
            ),
            ("np.polyfit(np.log(lams)", "np.polyfit(lams", "you took the log of the error alone: λ needs it too."),
            ("np.linalg.inv([[min(lams)]]) and price_slope(lams)", "the log of 0 is no number: leave out λ = 0."),
            ("1.0", "1 for a whisper, but less where the prior is loud: measure it."),
            ("1)[0]", "1)[1]", "`polyfit` puts the slope first; that is the height at λ = 1."),
            ("1)[0]", "1)", "that is slope and height; the slope alone is asked for."),
            ("1 / price_slope(lams)", "upside down: the error against λ, so the error is the second argument."),
        ),
    ),
    Exercise(
        """def held_out_loss(x, density, K, lam):
    result = fit(x[::2], density[::2], K, rng=0, prior=log_std_prior(2, lam))
    return relative_loss(density[1::2], result.pdf(x[1::2]))""",
        "right on four fits, of one and of two bells. Points that a fit hasn't seen can tell when it has learnt the noise.",
        inputs=((x, density, 1, 0.01), (x, noisy, 1, 0), (x, noisy, 1, 0.05), (x, density, 2, 0.01)),
        rtol=1e-3,
        atol=1e-8,
        mistakes=(
            (
                "relative_loss(density[1::2], result.pdf(x[1::2]))",
                "relative_loss(density[::2], result.pdf(x[::2]))",
                "those points were fitted; on them the loss can only fall with K.",
            ),
            (
                "relative_loss(density[1::2], result.pdf(x[1::2]))",
                "relative_loss(density, result.pdf(x))",
                "half of the points that you score were fitted: score the odd ones alone.",
            ),
            (
                "density[::2], K",
                "density[::2] / 2, K",
                "nothing to rescale: both halves show the same density, of area 1.",
            ),
            (", prior=log_std_prior(2, lam)", "", "λ isn't used: hand `log_std_prior(2, lam)` to `fit`."),
            (
                "x[::2], density[::2]",
                "x, density",
                "you fitted all the points, so the odd ones were seen: fit the even ones.",
            ),
            ("held_out_loss(x[::-1], density[::-1], K, lam)", "held out are 1, 3, 5, …"),
            (
                "relative_loss(density[:0:-2], fit(x[1::2], density[1::2], K, rng=0, prior=log_std_prior(2, lam)).pdf(x[:0:-2]))",
                "the other way round: fit 0, 2, 4, … and score 1, 3, 5, …",
            ),
            (
                "held_out_loss(x, density, K, lam) * np.sum(density[1::2] ** 2)",
                "the relative loss: divide by the sum of y² over the points that you score.",
            ),
            ("density[::2], K", "density[::2], 1", "K isn't used: it is the number of bells to fit."),
            ("log_std_prior(2, lam)", "log_std_prior(1, lam)", "the prior stands around 2, not around 1."),
        ),
    ),
    Exercise(
        """def prior_strength(noise, width, density):
    return noise**2 / (width**2 * np.sum(density**2))""",
        "right in four cases. Ten times the curve and its noise leave λ as it is; twice the points halve it.",
        inputs=((0.01, 0.25, density), (0.1, 0.5, 10 * density), (0.01, 0.25, classic(150)[1]), (0.02, 2.0, density)),
        vary=lambda rng: (rng.uniform(0.001, 0.1), rng.uniform(0.1, 1), density),
        mistakes=(
            (
                "noise**2 / width**2",
                "Σy² is missing. Rescale the curve, and this λ no longer fits the relative loss.",
            ),
            ("noise / width / np.sum(density**2)", "it is variances that count: square the noise and the width."),
            ("np.sum(density**2)", "np.mean(density**2)", "the sum of y², not its mean: twice the data must halve λ."),
            (
                "width**2 / (noise**2 * np.sum(density**2))",
                "upside down: a surer prior (a smaller width) must speak louder.",
            ),
            ("np.sum(density**2)", "np.sum(density) ** 2", "Σ y², not (Σ y)²: the loss is a sum of squares."),
            (
                "(width**2 * np.sum(density**2))",
                "width**2 * np.sum(density**2)",
                "`a / b * c` divides by b alone: brackets.",
            ),
            ("np.sqrt(prior_strength(noise, width, density))", "that is √λ: the formula gives λ itself."),
            ("noise**2 /", "1 /", "the noise isn't used: louder noise lets the prior speak louder."),
            ("np.sum(density**2)", "np.max(density) ** 2", "all points speak: the sum of y², not the peak's alone."),
        ),
    ),
    Exercise(
        """def all_residuals(ours, density, stds, center, lam):
    misfit = (ours - density) / np.sqrt(np.sum(density**2))
    return np.concatenate([misfit, np.sqrt(lam) * np.log(stds / center)])""",
        "found. Ten times the curve must leave the balance between curve and prior as it was: a change of unit tells.",
        bug=(" / np.sqrt(np.sum(density**2))", ""),
        view=np.abs,
        inputs=(
            (CLASSIC.pdf(GRID) + 0.01, CLASSIC.pdf(GRID), np.array([2.0, 1, 3]), 2.0, 0.01),
            (30 * Mixture([1], [12], [5]).pdf(GRID), 30 * CLASSIC.pdf(GRID), np.array([5.0]), 2.0, 0.5),
        ),
        vary=lambda rng: (Mixture(*drawn_bells(rng)).pdf(x), density, rng.uniform(1, 3, 3), 2.0, 0.1),
        mistakes=(
            (
                "np.sqrt(np.sum(density**2))",
                "np.sum(density**2)",
                "a residual is squared: so divide it by the root of Σy².",
            ),
            (
                "np.sqrt(np.sum(density**2))",
                "np.sum(density)",
                "the relative loss divides by Σy²; its root belongs here.",
            ),
            (
                "np.sqrt(np.sum(density**2))",
                "len(density)",
                "the number of points is no unit: a ten times higher curve still is louder.",
            ),
            (
                "np.sqrt(np.sum(density**2))",
                "density.max()",
                "the unit is gone, but twice the points now count double: √Σy².",
            ),
            ("np.sqrt(lam)", "lam", "√λ was right: a residual is squared."),
            ("np.log(stds / center)", "(stds - center)", "the logarithm was right: the prior is one of log stds."),
        ),
    ),
)
