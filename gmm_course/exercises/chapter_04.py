"""Chapter 4: central differences, one bell by hand, softmax on the way back, twins that no gradient parts."""

import autograd.numpy as np
from autograd import grad, value_and_grad
from scipy.optimize import minimize

from gmm_helpers import classic, gaussian_pdf, l2_loss, mixture_pdf, relative_loss, softmax, unpack

from .exercise import Exercise, Mistake, drawn_inputs

X, DENSITY = classic()


# 4.1: three functions that are no parabolas, so that forward and central differences differ.
def _waves(theta):
    return np.sum(np.sin(theta) * np.arange(1, theta.size + 1))


def _loss(theta):
    return l2_loss(theta, X, DENSITY)


def _product(theta):
    return np.exp(theta[0] * theta[1]) + theta[1] ** 3


POINTS = (
    (_waves, np.array([0.3, 1.0, 2.0]), 0.01),
    (_product, np.array([0.5, 2.0]), 0.1),
    (_loss, np.array([0, 0, 0, 4, 12, 21, 0, 0, 0.0]), 0.001),
)


def central(f, theta, h):
    """(f(theta + h·e) − f(theta − h·e)) / 2h along each axis e."""
    return np.array([(f(theta + e) - f(theta - e)) / (2 * h) for e in h * np.eye(theta.size)])


def _central_by_loop(f, theta, h):
    slopes = []
    for k in range(len(theta)):
        up, down = theta.copy(), theta.copy()
        up[k] += h
        down[k] -= h
        slopes.append((f(up) - f(down)) / h / 2)
    return slopes


def _forward(f, theta, h):
    return np.array([(f(theta + e) - f(theta)) / h for e in h * np.eye(theta.size)])


def _steps_pile_up(f, theta, h):
    slopes = []
    for k in range(theta.size):
        theta[k] += h
        high = f(theta)
        theta[k] -= 2 * h
        slopes.append((high - f(theta)) / (2 * h))
    return np.array(slopes)


def _backward(f, theta, h):
    return _forward(f, theta, -h)


def _to_seven_digits(got, wanted):
    """Coarser than nine digits: all that is closer to the slope than `h` allows is then one kind of answer."""
    if isinstance(got, Exception) or isinstance(wanted, Exception):
        return type(got) is type(wanted)
    try:
        got = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        return False
    return got.shape == np.shape(wanted) and np.allclose(got, wanted, rtol=1e-7, atol=1e-9)


def _all_at_once(f, theta, h):
    return (f(theta + h) - f(theta - h)) / (2 * h)


# 4.2: one bell against the curve, at five places.
BELLS = tuple((m, s, X, DENSITY) for m, s in ((13.0, np.log(2)), (5.0, 1.0), (16.0, -0.5), (2.0, 0.3), (22.0, 1.5)))


def _one_bell(factor=2.0, by_std=False, minus=1.0):
    def gradient(mean, log_std, x, density):
        std = np.exp(log_std)
        f, z = gaussian_pdf(x, mean, std), (x - mean) / std
        pull = factor * (f - density) * f
        return np.array([np.sum(pull * z / std), np.sum(pull * (z**2 - minus)) / (std if by_std else 1)])

    return gradient


def _one_bell_by_autograd(mean, log_std, x, density):
    return grad(lambda p: np.sum((density - gaussian_pdf(x, p[0], np.exp(p[1]))) ** 2))(np.array([mean, log_std]))


# 4.3: slopes by weight and the weights where they were taken.
SLOPES = tuple((softmax(np.array(a)), np.array(c)) for a, c in (
    ([0.0, 1.0, 2.0], [0.3, -1.0, 0.5]), ([0.5, -0.5], [2.0, 1.0]), ([0.0, 3.0, 1.0, -2.0], [1.0, 0.2, -4.0, 0.7]),
))  # fmt: skip


def softmax_vjp(weights, slopes):
    """weightsₖ·(slopesₖ − Σⱼ weightsⱼ·slopesⱼ)."""
    return weights * (slopes - weights @ slopes)


def _by_jacobian(weights, slopes):
    return (np.diag(weights) - np.outer(weights, weights)) @ slopes


# 4.4
TWINS = np.array([0, 0, 0, 12, 12, 20, 0, 0, 0.0])


def judge_parting(theta):
    """One sentence about a start in which the first two bells are to be no twins any more."""
    theta = np.array(theta, dtype=float)
    if theta.shape != TWINS.shape:
        return f"nine numbers are asked for, logits, means, log-stds; yours has the shape {theta.shape}."
    if not np.isfinite(theta).all():
        return "every number must be finite; one of yours isn't."
    first, second, third = theta.reshape(3, 3).T
    if not np.array_equal(third, TWINS[2::3]):
        return "touch only the twins: the third bell has to stay as it was."
    if np.array_equal(first, second):
        return "still twins: whatever you did, you did it to both."
    if abs(np.concatenate([first, second]) - np.array([0, 12, 0] * 2)).max() > 1:
        return "a nudge is asked for: no number may move by more than 1."
    with np.errstate(all="ignore"):
        end = minimize(value_and_grad(_loss), theta, jac=True, method="BFGS", options={"gtol": 1e-9}).x
        left = relative_loss(DENSITY, mixture_pdf(X, *unpack(end)))
    if left < 1e-8:
        return None
    return f"they part, but the walk ends at a relative loss of {left:.4f}: try another nudge, or other numbers."


def _parted(position, first, second):
    theta = TWINS.copy()
    theta[position : position + 2] += np.array([first, second])
    return theta


EXERCISES = (
    Exercise(
        "4.1",
        right=central,
        inputs=POINTS,
        vary=drawn_inputs(lambda rng: (_waves, rng.normal(0, 1, 4), 0.05)),
        mistakes=(
            Mistake(_forward, "that is the forward difference: its error falls as h, yours should fall as h²."),
            Mistake(_backward, "that is the backward difference: its error falls as h, yours should fall as h²."),
            Mistake(
                lambda f, theta, _h: grad(f)(theta),
                "closer to the slope than a central difference with this `h` can be: use the `h` that is given.",
            ),
            Mistake(lambda f, theta, h: 2 * central(f, theta, h), "twice too large: from −h to h the gap is 2h."),
            Mistake(_steps_pile_up, "the steps pile up: entry 2 saw entry 1's step. Move a copy of `theta`."),
            Mistake(_all_at_once, "all entries moved together, which gives one slope. Move one at a time."),
            Mistake(lambda f, theta, h: -central(f, theta, h), "the sign: what lies ahead minus what lies behind."),
        ),
        same=_to_seven_digits,
        praise="that is it. It knows nothing of the function, so it can check any gradient.",
        others=(_central_by_loop,),
    ),
    Exercise(
        "4.2",
        right=_one_bell(),
        inputs=BELLS,
        vary=drawn_inputs(lambda rng: (rng.uniform(2, 22), rng.uniform(-0.5, 1.5), X, DENSITY)),
        mistakes=(
            Mistake(_one_bell(factor=1.0), "half of it: the derivative of r² is 2r."),
            Mistake(_one_bell(factor=-2.0), "uphill and downhill changed places: the residual here is f − density."),
            Mistake(
                _one_bell(by_std=True), "that is the slope by the std. By log-std the chain rule adds a factor std."
            ),
            Mistake(_one_bell(minus=0.0), "a wider bell is also lower: the factor 1/std has a derivative, too."),
        ),
        praise="that is it, to nine digits, at five places.",
        others=(_one_bell_by_autograd,),
    ),
    Exercise(
        "4.3",
        right=softmax_vjp,
        inputs=SLOPES,
        vary=drawn_inputs(lambda rng: (rng.dirichlet(np.full(4, 3.0)), rng.normal(0, 1, 4))),
        mistakes=(
            Mistake(lambda w, c: w * c, "raising one logit lowers the other weights: the slopes must sum to 0."),
            Mistake(lambda w, c: w * (1 - w) * c, "that is each weight by its own logit; the others move as well."),
            Mistake(lambda w, c: w * (c - np.mean(c)), "the mean to take off is the weighted one."),
            Mistake(lambda w, c: c - w @ c, "a light bell's logit moves little: a factor w is missing."),
            Mistake(
                lambda w, _c: np.diag(w) - np.outer(w, w), "that is softmax's Jacobian; multiply it by the slopes."
            ),
        ),
        praise="that is it. It sums to 0: chapter 2's flat direction.",
        others=(_by_jacobian,),
    ),
    Exercise(
        "4.4",
        right=_parted(3, -0.5, 0.5),
        property_check=judge_parting,
        mistakes=(
            Mistake(TWINS, "still twins: whatever you did, you did it to both."),
            Mistake(_parted(3, 0.5, 0.5), "still twins: whatever you did, you did it to both."),
            Mistake(
                _parted(6, 0.5, 0.0),
                "they part, but the walk ends at a relative loss of 0.0855: try another nudge, or other numbers.",
            ),
            Mistake(TWINS + 0.1, "touch only the twins: the third bell has to stay as it was."),
        ),
        praise="parted, and home. No gradient could have done it; you could.",
        others=(list(_parted(3, 0.3, -0.2)), _parted(3, 0.01, 0.0)),
    ),
)
