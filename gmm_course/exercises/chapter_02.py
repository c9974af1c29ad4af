"""Chapter 2: positive stds, what clipping does to a slope, softmax, unpack, and a vector without the flat direction."""

from functools import partial

import autograd.numpy as anp
import numpy as np
from autograd import jacobian
from scipy import special

from .exercise import OPEN, Exercise, Mistake, drawn_inputs

__all__ = ["EXERCISES"]

# 2.1 -----------------------------------------------------------------------------------------------------------

STDS = Exercise(
    "2.1",
    right=lambda free: np.exp(free),
    inputs=tuple((np.array(free),) for free in ([0.0, np.log(2)], [-0.7, 0.7, -3, 2], [-25.0, 12, 0.1])),
    vary=drawn_inputs(lambda rng: (rng.normal(0, 2, 5),)),
    others=(lambda free: np.array([np.e**v for v in free]), lambda free: special.exp2(free / np.log(2))),
    mistakes=(
        Mistake(np.abs, "-0.7 and 0.7 give the same std, and at 0 there is none."),
        Mistake(lambda free: free**2, "-0.7 and 0.7 give the same std, and at 0 there is none."),
        Mistake(
            lambda free: np.maximum(free, 1e-6), "all negative numbers land on one std: there, a step changes nothing."
        ),
        Mistake(
            lambda free: np.log1p(np.exp(free)), "positive everywhere, but a step should multiply; large ones only add."
        ),
        Mistake(lambda free: 10.0**free, "a step of log 2 should double; yours makes five times as much."),
        Mistake(lambda free: 2.0**free, "a step of log 2 ≈ 0.69 should double; yours doubles at a step of 1."),
        Mistake(lambda free: free, "negative stds come out as they went in."),
    ),
    praise="positive everywhere, and equal steps multiply by equal factors.",
)

# 2.2 -----------------------------------------------------------------------------------------------------------


def _numbers(answer):
    """The bells named, as a set; None where they are no numbers."""
    try:
        return {int(k) for k in np.ravel(np.array(list(answer) if isinstance(answer, set) else answer, dtype=float))}
    except (TypeError, ValueError):
        return None


def judge_unmoved(answer, thrown=1):
    """One sentence about the bells named, of which only the `thrown` one feels nothing."""
    named = _numbers(answer)
    if named is None:
        return "answer by the numbers of the bells, such as `[2, 3]`."
    if not named:
        return "one entry is exactly 0: print the gradient."
    if not named <= {1, 2, 3}:
        return "bells are counted 1, 2, 3 here."
    feels = sorted(named - {thrown})
    return f"bell {feels[0]} still feels the curve: print the gradient." if feels else None


def _another_thrown(rng):
    """2.2 with the second or the third std thrown to −1."""
    k = int(rng.integers(1, 3))
    told = {
        "the first std": f"the {('second', 'third')[k - 1]} std",
        "[-1.0, 1.0, 1.0]": str([-1.0 if j == k else 1.0 for j in range(3)]),
    }
    check = partial(judge_unmoved, thrown=k + 1)
    mistakes = (Mistake([1], "bell 1 still feels the curve: print the gradient."),)
    return {"right": [k + 1], "others": (k + 1,), "property_check": check, "mistakes": mistakes, "told": told}


CLIPPED = Exercise(
    "2.2",
    right=[1],
    property_check=judge_unmoved,
    others=(1, (1,), {1}, np.array([1])),
    vary=_another_thrown,
    mistakes=(
        Mistake([1, 2], "bell 2 still feels the curve: print the gradient."),
        Mistake([3], "bell 3 still feels the curve: print the gradient."),
        Mistake([], "one entry is exactly 0: print the gradient."),
        Mistake([0], "bells are counted 1, 2, 3 here."),
        Mistake("the first", "answer by the numbers of the bells, such as `[2, 3]`."),
    ),
    praise="exactly 0, so it stays where it is: what lies below the clip never comes back.",
)

# 2.3 -----------------------------------------------------------------------------------------------------------


def _softmax(logits):
    exps = np.exp(logits)
    return exps / exps.sum()


SOFTMAX = Exercise(
    "2.3",
    right=lambda logits: special.softmax(logits),
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
        )
    ),
    vary=drawn_inputs(lambda rng: (rng.normal(0, 400, 4),)),
    others=(
        lambda logits: np.exp(logits - special.logsumexp(logits)),
        lambda logits: _softmax(logits - logits.max()),
        lambda logits: [1 / np.exp(logits - one).sum() for one in logits],
    ),
    mistakes=(
        Mistake(_softmax, "it overflows from 710 on, as before: take the maximum off first."),
        Mistake(
            lambda logits: _softmax(logits - logits.min()),
            "the largest exponent can still be huge: take off the maximum.",
        ),
        Mistake(
            lambda logits: _softmax(logits - logits.mean()),
            "the largest exponent can still be huge: take off the maximum.",
        ),
        Mistake(lambda logits: logits / logits.sum(), "negative logits make negative weights: where is exp?"),
        Mistake(special.expit, "each number lies between 0 and 1, but their sum isn't 1."),
        Mistake(lambda logits: np.exp(logits - logits.max()), "divide by the sum: weights add up to 1."),
        Mistake(
            lambda logits: special.softmax(logits / logits.max()),
            "subtract the maximum, don't divide by it: only differences count.",
        ),
    ),
    praise="right for any logits.",
)

# 2.4 -----------------------------------------------------------------------------------------------------------


def _unpack(theta):
    K = len(theta) // 3
    exps = anp.exp(theta[:K] - anp.max(theta[:K]))
    return exps / anp.sum(exps), theta[K : 2 * K], anp.exp(theta[2 * K :])


def _by_split(theta):
    logits, means, log_stds = anp.split(theta, 3)
    return _softmax_of_differences(logits), means, anp.exp(log_stds)


def _softmax_of_differences(logits):
    """softmax in another style, traceable by autograd."""
    return 1 / anp.sum(anp.exp(logits - logits[:, None]), axis=1)


def _of_rows(theta):
    logits, means, log_stds = np.reshape(theta, (-1, 3)).T
    return special.softmax(logits), means, np.exp(log_stds)


def _logits_left(theta):
    return theta[: len(theta) // 3], *_unpack(theta)[1:]


def _log_stds_left(theta):
    return *_unpack(theta)[:2], theta[2 * len(theta) // 3 :]


def _for_three_only(theta):
    return special.softmax(theta[:3]), theta[3:6], np.exp(theta[6:])


def _other_order(theta):
    weights, means, stds = _unpack(theta)
    return means, stds, weights


def _untraceable(theta):
    theta = np.array(theta, dtype=float)
    return _unpack(theta)


UNTRACEABLE = "right, but autograd can't see through it: no float(), no np.array(..., dtype=float), no assignment."
UNPACK_MISTAKES = (
    Mistake(_of_rows, "a weight got a mean: theta is three blocks of K, not K rows of three."),
    Mistake(_logits_left, "the first third are logits: they don't sum to 1 yet."),
    Mistake(_log_stds_left, "the last third are logs: a std below 0 came back."),
    Mistake(_for_three_only, "right for three bells; K is a third of the length of theta."),
    Mistake(lambda theta: anp.concatenate(_unpack(theta)), "one long array: return three, weights, means, stds."),
    Mistake(_other_order, "the order of this course is weights, means, stds."),
)
VALUES = Exercise(
    "2.4",
    right=_unpack,
    inputs=tuple(
        (np.array(theta),)
        for theta in (
            [0.3, 7.0, -1.2],
            [1.0, -0.5, 3.0, 9.0, 0.2, -0.7],
            [5.0, 5.0, 4.0, 5.0, 15.0, 20.0, 0.7, 0.0, -0.3],
            np.linspace(-2, 3, 15) ** 2 - 2,
        )
    ),
    mistakes=UNPACK_MISTAKES,
)


def _judge_unpack(answer):
    verdict = VALUES.judge(answer)
    if verdict.state == "open":
        return OPEN
    if not verdict.ok:
        return verdict.sentence
    try:
        jacobian(lambda theta: anp.concatenate(answer(theta)))(VALUES.inputs[2][0])
    except Exception:
        return UNTRACEABLE
    return None


UNPACK = Exercise(
    "2.4",
    right=_unpack,
    property_check=_judge_unpack,
    others=(_by_split,),
    mistakes=(*UNPACK_MISTAKES, Mistake(_untraceable, UNTRACEABLE)),
    praise="any vector of 3K numbers is a mixture now, and autograd sees through.",
)

# 2.5 -----------------------------------------------------------------------------------------------------------


def _pin(theta):
    K = len(theta) // 3
    return np.concatenate([theta[: K - 1] - theta[K - 1], theta[K:]])


def _dropped(theta):
    return np.delete(theta, len(theta) // 3 - 1)


def _all_shifted(theta):
    return np.delete(theta - theta[len(theta) // 3 - 1], len(theta) // 3 - 1)


def _kept(theta):
    K = len(theta) // 3
    return np.concatenate([theta[:K] - theta[K - 1], theta[K:]])


def _first(theta):
    return np.concatenate([theta[1 : len(theta) // 3] - theta[0], theta[len(theta) // 3 :]])


def _weights_instead(theta):
    K = len(theta) // 3
    return np.concatenate([special.softmax(theta[:K])[:-1], theta[K:]])


def _centred(theta):
    K = len(theta) // 3
    return np.concatenate([theta[: K - 1] - theta[:K].mean(), theta[K:]])


PIN = Exercise(
    "2.5",
    right=_pin,
    inputs=tuple(
        (np.array(theta),)
        for theta in (
            [1.0, -0.5, 3.0, 9.0, 0.2, -0.7],
            [5.0, 4.0, 7.5, 5.0, 15.0, 20.0, 0.7, 0.0, -0.3],
            np.linspace(-2, 3, 15) ** 2 - 2,
        )
    ),
    vary=drawn_inputs(lambda rng: (rng.normal(0, 3, 12),)),
    others=(
        lambda theta: np.delete(
            theta - np.repeat([theta[len(theta) // 3 - 1], 0, 0], len(theta) // 3), len(theta) // 3 - 1
        ),
        lambda theta: list(_pin(theta)),
    ),
    mistakes=(
        Mistake(_dropped, "the last logit was not 0 yet: subtract it from all logits, then leave it out."),
        Mistake(_all_shifted, "only the logits may be shifted; your means and log-stds moved too."),
        Mistake(_kept, "shifted rightly, but the last logit, now 0, is still there."),
        Mistake(_first, "that pins the first logit; here it is the last one."),
        Mistake(_weights_instead, "these are weights: they are no longer free. Keep logits."),
        Mistake(_centred, "with the mean off, the last logit isn't 0: subtract the last logit."),
    ),
    praise="the same mixture with one number less, and every weight can still be reached.",
)

EXERCISES = (STDS, CLIPPED, SOFTMAX, UNPACK, PIN)
