"""Chapter "Differentiate": central differences, one bell by hand, softmax on the way back, a saddle, slopes by means."""

from functools import cache
from unittest.mock import patch

import autograd.numpy as np
from autograd import grad, hessian, value_and_grad
from scipy.optimize import minimize

from gmm_helpers import classic, gaussian_pdf, l2_loss, mixture_pdf, relative_loss, softmax, unpack

from .compare import floats
from .exercise import Exercise

x, density = classic()


# Three functions that are no parabolas, so that forward and central differences differ.
def _waves(theta):
    return np.sum(np.sin(theta) * np.arange(1, theta.size + 1))


def _product(theta):
    return np.exp(theta[0] * theta[1]) + theta[1] ** 3


def _loss(theta):
    return l2_loss(theta, x, density)


def judge_by_hand(answer):
    """Whether it works with autograd switched off."""
    with patch("autograd.tracer.new_box", side_effect=TypeError):
        try:
            answer(13.0, 0.5, x, density)
        except TypeError:
            return "the numbers are right, but autograd found them: write the formula; autograd may check it."


# The twins ---------------------------------------------------------------------------------------------------------

twins = np.array([0, 0, 0, 12, 12, 20, 0, 0, 0], dtype=float)
ended = minimize(value_and_grad(l2_loss), twins, (x, density), jac=True, method="BFGS", options={"gtol": 1e-9})


@cache
def escape():
    """The direction in which the ground falls from where the twins end, (9,)."""
    return np.linalg.eigh(hessian(_loss)(ended.x))[1][:, 0]


def judge_parting(given):
    """One sentence about a start in which the first two bells are to be no twins any more."""
    theta = floats(given)
    if theta.shape != twins.shape:
        return f"nine numbers are asked for, logits, means, log-stds; yours has the shape {theta.shape}."
    if not np.isfinite(theta).all():
        return "every number must be finite; one of yours isn't."
    nudge = theta - twins
    if abs(nudge[2::3]).max() > 1e-6:
        return "touch only the twins: the third bell has to stay as it was."
    if abs(nudge[::3] - nudge[1::3]).max() < 1e-9:
        return "still twins: whatever you did, you did it to both."
    if abs(nudge).max() > 1 + 1e-9:
        return f"a nudge is asked for: no number may move by more than 1, one of yours moves by {abs(nudge).max():.2g}."
    along = abs(nudge @ escape()) / np.linalg.norm(nudge)
    if along >= 0.1:
        return None
    with np.errstate(all="ignore"):
        end = minimize(value_and_grad(_loss), theta, jac=True, hess=hessian(_loss), method="trust-exact").x
        left = relative_loss(density, mixture_pdf(x, *unpack(end)))
    if left < 1e-6:
        return None
    return (
        f"they part, yet end at a relative loss of {left:.3f}: your nudge is hardly along the direction that leads out."
    )


EXERCISES = (
    Exercise(
        """def central(f, theta, h):
    return np.array([(f(theta + e) - f(theta - e)) / (2 * h) for e in h * np.eye(len(theta))])""",
        "right for three functions, none of them known to it: so it can check any gradient.",
        inputs=(
            (_waves, np.array([0.3, 1.0, 2.0]), 0.01),
            (_product, np.array([0.5, 2.0]), 0.1),
            (_loss, np.array([0, 0, 0, 4, 12, 21, 0, 0, 0.0]), 0.001),
        ),
        rtol=1e-7,
        atol=1e-9,
        vary=lambda rng: (_waves, rng.normal(0, 1, 4), 0.05),
        mistakes=(
            (
                "(f(theta + e) - f(theta - e)) / (2 * h)",
                "(f(theta + e) - f(theta)) / h",
                "that is the forward difference: its error falls as h, yours should fall as h².",
            ),
            (
                "(f(theta + e) - f(theta - e)) / (2 * h)",
                "(f(theta) - f(theta - e)) / h",
                "that is the backward difference: its error falls as h, yours should fall as h².",
            ),
            ("grad(f)(theta)", "closer to the slope than this `h` allows: use the `h` that is given, and no autograd."),
            ("(2 * h)", "h", "twice too large: from −h to h the gap is 2h."),
            ("(2 * h)", "2 * h", "`/ 2 * h` halves and then multiplies by h: set brackets."),
            (
                "np.array([(f(theta - p + e) - f(theta - p - e)) / (2 * h)"
                " for e, p in zip(h * np.eye(len(theta)), h * np.tri(len(theta), k=-1))])",
                "the steps pile up: entry 2 saw entry 1's step. Move a copy of `theta`.",
            ),
            ("(f(theta + h) - f(theta - h)) / (2 * h)", "all entries moved together, one slope. Move one at a time."),
            (
                "f(theta + e) - f(theta - e)",
                "f(theta - e) - f(theta + e)",
                "the sign: what lies ahead minus what lies behind.",
            ),
            ("central(f, theta, 2 * h)", "the arms are 2h long on each side; one h each way is asked for."),
        ),
    ),
    Exercise(
        """def one_bell_gradient(mean, log_std, x, density):
    std = np.exp(log_std)
    f, z = gaussian_pdf(x, mean, std), (x - mean) / std
    return np.array([np.sum(2 * (f - density) * f * z / std), np.sum(2 * (f - density) * f * (z**2 - 1))])""",
        "right to nine digits at five places, with autograd switched off: residual times sensitivity, summed.",
        inputs=tuple(
            (m, s, x, density) for m, s in ((13.0, np.log(2)), (5.0, 1.0), (16.0, -0.5), (2.0, 0.3), (22.0, 1.5))
        ),
        also=judge_by_hand,
        vary=lambda rng: (rng.uniform(2, 22), rng.uniform(-0.5, 1.5), x, density),
        mistakes=(
            ("2 * (f", "(f", "half of it: the derivative of r² is 2r."),
            ("f - density", "density - f", "uphill and downhill changed places: the residual here is f − density."),
            (
                "(z**2 - 1)",
                "(z**2 - 1) / std",
                "that is the slope by the std. By log-std the chain rule adds a factor std.",
            ),
            ("(z**2 - 1)", "z**2", "a wider bell is also lower: the factor 1/std has a derivative, too."),
            ("f * z / std", "f * z", "the slope by the mean: z moves by −1/σ for each step of the mean."),
            ("f * z / std", "f * z / std**2", "one σ too many: z holds one already."),
            ("(f - density) * f", "(f - density)", "each residual counts by the bell there: ∂f/∂μ = f·z/σ."),
            ("np.sum(", "np.mean(", "the loss is a sum over the points, and so is its slope."),
            (
                "(z**2 - 1)",
                "(1 - z**2)",
                "the second sign: a wider bell is lower at its mean and higher in its flanks.",
            ),
            (
                "one_bell_gradient(mean, log_std, x, density)[::-1]",
                "the slope by the mean comes first, then by log-std.",
            ),
        ),
    ),
    Exercise(
        """def softmax_vjp(weights, slopes):
    return weights * (slopes - np.sum(weights * slopes))""",
        "right for two, three and four weights. The slopes sum to 0, which is chapter 2's flat direction.",
        inputs=tuple(
            (softmax(np.array(logits)), np.array(slopes))
            for logits, slopes in (
                ([0.0, 1.0, 2.0], [0.3, -1.0, 0.5]),
                ([0.5, -0.5], [2.0, 1.0]),
                ([0.0, 3.0, 1.0, -2.0], [1.0, 0.2, -4.0, 0.7]),
            )
        ),
        vary=lambda rng: (rng.dirichlet(np.full(4, 3.0)), rng.normal(0, 1, 4)),
        mistakes=(
            ("weights * slopes", "raising one logit lowers the other weights: the slopes must sum to 0."),
            ("weights * (1 - weights) * slopes", "that is each weight by its own logit; the others move as well."),
            ("np.sum(weights * slopes)", "np.mean(slopes)", "the mean to take off is the weighted one."),
            ("np.sum(weights * slopes)", "np.sum(slopes)", "each slope counts with its weight in that sum."),
            ("weights * (slopes -", "(slopes -", "a light bell's logit moves little: a factor w is missing."),
            ("np.diag(weights) - np.outer(weights, weights)", "that is softmax's Jacobian; multiply it by the slopes."),
            ("slopes - np.sum", "slopes + np.sum", "raising one logit lowers the others: a minus."),
            ("-softmax_vjp(weights, slopes)", "the sign is turned: raising a logit raises its own weight."),
        ),
    ),
    Exercise(
        """from autograd import hessian

curvatures, directions = np.linalg.eigh(hessian(l2_loss)(ended.x, x, density))
parted = twins + 0.5 * directions[:, 0]""",
        "your nudge leads out of the saddle, and from there it is downhill. No gradient showed it; the curvature does.",
        judge=judge_parting,
    ),
    Exercise(
        """def slopes_by_means(theta, x, density):
    weights, means, stds = unpack(theta)
    z = (x[:, None] - means) / stds
    bells = gaussian_pdf(x[:, None], means, stds)
    residual = bells @ weights - density
    return 2 * residual @ (weights * bells * z / stds)""",
        "found. A central difference is slow, knows nothing of the formula, and shows which entry is off by what factor.",
        bug=("(weights * bells", "(bells"),
        inputs=tuple(
            (np.array(theta), x, density)
            for theta in ([0, 0.5, -1, 4, 12, 21, 0, 0.3, 0.0], [1, -1, 8, 16, 0.5, 1], [0.3, 11.0, 1.2])
        ),
        vary=lambda rng: (rng.normal([0, 0, 6, 16, 0.5, 0.5], 0.5), x, density),
        mistakes=(
            (
                "2 * residual @ (weights * bells * z / stds)",
                "residual @ (weights * bells * z / stds)",
                "half: r² has the slope 2r.",
            ),
            (
                "(weights * bells * z / stds)",
                "(bells * z / stds) / weights",
                "a light bell's slopes are small: multiply.",
            ),
            (
                "weights * bells * z / stds",
                "weights * bells * z",
                "1/σ was right: z moves by −1/σ for each step of the mean.",
            ),
            ("- density", "+ density", "the residual was right: ours minus the density."),
            ("weights * bells * z", "weights**2 * bells * z", "the weight counts once in the bell's own slope."),
            ("(x[:, None] - means)", "(means - x[:, None])", "now every sign is turned: the bell moves with its mean."),
        ),
    ),
)
