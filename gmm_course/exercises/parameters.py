"""Chapter "Parameterise": positive stds, what clipping does to a slope, softmax, unpack, the flat direction, pack."""

from functools import partial

import autograd.numpy as np
from autograd import grad, jacobian

from gmm_helpers import classic, mixture_pdf, softmax, unpack

from .compare import floats
from .exercise import Exercise, drawn_bells

x, density = classic()


def clipped_loss(stds):
    weights, means = np.ones(3) / 3, np.array([4.0, 12.0, 21.0])
    return np.sum((density - mixture_pdf(x, weights, means, np.maximum(stds, 0.05))) ** 2)


def judge_unmoved(given, thrown=1):
    """One sentence about the bells named, of which only the `thrown` one feels nothing."""
    named = np.ravel(floats(list(given) if isinstance(given, set) else given))
    if not named.size:
        return "one entry is exactly 0: print the gradient."
    if isinstance(given, bool) or not set(named) <= {1, 2, 3}:
        return "bells are counted 1, 2, 3 here: answer by their numbers, such as `[2, 3]`."
    feels = sorted(int(k) for k in set(named) - {thrown})
    return f"bell {feels[0]} still feels the curve: print the gradient." if feels else None


def another_thrown(rng):
    """The exercise with the second or the third std thrown to −1."""
    k = int(rng.integers(1, 3))
    told = {
        "the first std": f"the {('second', 'third')[k - 1]} std",
        "[-1.0, 1.0, 1.0]": str([-1.0 if j == k else 1.0 for j in range(3)]),
    }
    return {"judge": partial(judge_unmoved, thrown=k + 1), "told": told}


def judge_traceable(answer):
    """Whether autograd sees through an `unpack`."""
    try:
        jacobian(lambda theta: np.concatenate(answer(theta)))(
            np.array([5.0, 5.0, 4.0, 5.0, 15.0, 20.0, 0.7, 0.0, -0.3])
        )
    except Exception:
        return "right, but autograd can't see through it: no float(), no np.array(..., dtype=float), no assignment."


ZERO = "-0.7 and 0.7 give the same std, and at 0 there is none."
HUGE = "the largest exponent can still be huge: take off the maximum."

EXERCISES = (
    Exercise(
        """def stds_from(free):
    return np.exp(free)""",
        "right from -25 to 12: positive everywhere, and equal steps multiply by equal factors.",
        inputs=tuple((np.array(free),) for free in ([0.0, np.log(2)], [-0.7, 0.7, -3, 2], [-25.0, 12, 0.1])),
        vary=lambda rng: (rng.normal(0, 2, 5),),
        mistakes=(
            ("np.abs(free)", ZERO),
            ("free**2", ZERO),
            ("np.maximum(free, 1e-6)", "all negative numbers land on one std: there, a step changes nothing."),
            ("np.log1p(np.exp(free))", "positive everywhere, but a step should multiply; large ones only add."),
            ("10.0**free", "a step of log 2 should double; yours makes five times as much."),
            ("2.0**free", "a step of log 2 ≈ 0.69 should double; yours doubles at a step of 1."),
            ("free", "negative stds come out as they went in."),
            ("1 + free", "that is exp for tiny steps only; at -3 it is negative."),
            ("np.exp(-free)", "a step up should double; yours halves: the sign."),
            ("np.exp(2 * free)", "a step of log 2 should double; yours makes four times as much."),
        ),
    ),
    Exercise(
        """slopes = grad(clipped_loss)(np.array([-1.0, 1.0, 1.0]))
unmoved = [k + 1 for k in range(3) if slopes[k] == 0]""",
        "its slope is exactly 0, so it stays where it is: what lies below the clip never comes back.",
        judge=judge_unmoved,
        vary=another_thrown,
    ),
    Exercise(
        """def my_softmax(logits):
    exps = np.exp(logits - np.max(logits))
    return exps / np.sum(exps)""",
        "right for eight vectors, with logits up to 100,000: after the maximum is off, no exponent is above 0.",
        inputs=tuple(
            (np.array(logits),)
            for logits in (
                [0.0, 1, 2],
                [2.0, -1, 0.5, -3],
                [1000.0, 1001, 1002],
                [-2000.0, -2001, -1999],
                [0.0, 900, 905],
                [0.0, 10, 3000],
                [4.2],
                [-1e5, 1e5, 1e5 + 1],
            )
        ),
        vary=lambda rng: (rng.normal(0, 400, 4),),
        mistakes=(
            (" - np.max(logits)", "", "it overflows from 710 on: take the maximum off first."),
            ("np.max", "np.min", HUGE),
            ("np.max", "np.mean", HUGE),
            ("logits / np.sum(logits)", "negative logits make negative weights: where is exp?"),
            ("1 / (1 + np.exp(-logits))", "each number lies between 0 and 1, but their sum isn't 1."),
            (" / np.sum(exps)", "", "divide by the sum: weights add up to 1."),
            ("logits - np.max", "logits / np.max", "subtract the maximum, don't divide by it: only differences count."),
            ("np.exp(logits - np.max(logits)) / np.sum(np.exp(logits))", "what is taken off above must be below, too."),
            ("- np.max(logits)", "+ np.max(logits)", "the maximum must come off; you added it."),
        ),
    ),
    Exercise(
        """def my_unpack(theta):
    K = len(theta) // 3
    return softmax(theta[:K]), theta[K : 2 * K], np.exp(theta[2 * K :])""",
        "right for one, two, three and five bells, with logits up to 1000, and autograd sees through it.",
        inputs=tuple(
            (np.array(theta),)
            for theta in (
                [0.3, 7.0, -1.2],
                [1.0, -0.5, 3.0, 9.0, 0.2, -0.7],
                [5.0, 5.0, 4.0, 5.0, 15.0, 20.0, 0.7, 0.0, -0.3],
                np.linspace(-2, 3, 15) ** 2 - 2,
                [1000.0, 1001.0, 3.0, 9.0, 0.2, -0.7],
            )
        ),
        also=judge_traceable,
        mistakes=(
            (
                "my_unpack(theta.reshape(-1, 3).T.ravel())",
                "a weight got a mean: theta is three blocks of K, not K rows of three.",
            ),
            ("softmax(theta[:K])", "theta[:K]", "the first third are logits: they don't sum to 1 yet."),
            ("np.exp(theta[2 * K :])", "theta[2 * K :]", "the last third are logs: a std below 0 came back."),
            ("len(theta) // 3", "3", "right for three bells; K is a third of the length of theta."),
            ("np.concatenate(my_unpack(theta))", "one long array: return three, weights, means, stds."),
            ("(u := my_unpack(theta))[1:] + u[:1]", "the order of this course is weights, means, stds."),
            ("softmax(theta[:K])", "np.exp(theta[:K])", "these aren't weights yet: divide by their sum."),
            (
                "softmax(theta[:K])",
                "np.exp(theta[:K]) / np.sum(np.exp(theta[:K]))",
                "exp overflows at a logit of 1000: `softmax` takes the maximum off.",
            ),
            (
                "np.exp(theta[2 * K :])",
                "np.exp(theta[2 * K :] / 2)",
                "these would be log-variances: exp alone makes stds.",
            ),
        ),
    ),
    Exercise(
        """def pin(theta):
    K = len(theta) // 3
    return np.concatenate([theta[: K - 1] - theta[K - 1], theta[K:]])""",
        "right for two, three and five bells: the same mixture with one number less, and every weight can be reached.",
        inputs=tuple(
            (np.array(theta),)
            for theta in (
                [1.0, -0.5, 3.0, 9.0, 0.2, -0.7],
                [5.0, 4.0, 7.5, 5.0, 15.0, 20.0, 0.7, 0.0, -0.3],
                np.linspace(-2, 3, 15) ** 2 - 2,
            )
        ),
        vary=lambda rng: (rng.normal(0, 3, 12),),
        mistakes=(
            (" - theta[K - 1]", "", "the last logit was not 0 yet: subtract it from all logits, then leave it out."),
            (
                "np.delete(theta - theta[len(theta) // 3 - 1], len(theta) // 3 - 1)",
                "only the logits may be shifted; your means and log-stds moved too.",
            ),
            ("theta[: K - 1] -", "theta[:K] -", "shifted rightly, but the last logit, now 0, is still there."),
            (
                "theta[: K - 1] - theta[K - 1]",
                "theta[1:K] - theta[0]",
                "that pins the first logit; here it is the last one.",
            ),
            (
                "theta[: K - 1] - theta[K - 1]",
                "softmax(theta[:K])[:-1]",
                "these are weights: they are no longer free. Keep logits.",
            ),
            (
                "- theta[K - 1]",
                "- np.mean(theta[:K])",
                "with the mean off, the last logit isn't 0: subtract the last logit.",
            ),
            ("- theta[K - 1]", "- np.max(theta[:K])", "that makes the largest logit 0; here the last one is to be 0."),
            ("- theta[K - 1]", "+ theta[K - 1]", "the last logit is subtracted from all, not added."),
        ),
    ),
    Exercise(
        """def theta_of(weights, means, stds):
    return np.concatenate([np.log(weights), means, np.log(stds)])""",
        "found, by going there and back: softmax undoes a logarithm, whatever constant is added to all logits.",
        bug=("np.log(weights)", "np.log(weights / (1 - weights))"),
        view=unpack,
        inputs=(
            (np.array([0.3, 0.5, 0.2]), np.array([5.0, 15, 20]), np.array([2.0, 1, 2])),
            (np.array([0.1, 0.9]), np.array([3.0, 4]), np.array([0.5, 3])),
        ),
        vary=lambda rng: drawn_bells(rng, 4),
        mistakes=(
            ("np.log(weights)", "weights", "softmax takes exp of each logit: so each logit must be a logarithm."),
            ("np.log(weights)", "np.exp(weights)", "the other way: softmax takes exp, so going back takes log."),
            ("np.log(weights)", "np.log10(weights)", "the natural logarithm undoes exp, another base doesn't."),
            ("np.log(stds)", "stds", "the stds were right: they come as logarithms."),
            ("means, np.log(stds)", "np.log(stds), means", "the order was right: logits, means, log-stds."),
            ("np.log(weights)", "np.log(1 - weights)", "the heaviest bell has become the lightest: go there and back."),
        ),
    ),
)
