"""The larger studies behind chapters 6 to 8: `uv run --group peers python studies/lessons.py` stores them in
lessons.json (`… lessons.py price cut_off` those two alone; `comparison` alone needs the peers). Chapter 8's stand in
lessons_08.py.

Each study is a function that returns what JSON can hold; its starts and its noise are seeded. A rate of success
is a property of the walk as much as of the start, so each study says which walk it takes. About ten minutes on
one core. `tests/test_lessons.py` runs a part of them again and compares it with the stored table.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import autograd.numpy as np
import lessons_08
from autograd import value_and_grad
from scipy.optimize import minimize

from gmm_helpers import (
    CLASSIC,
    Mixture,
    classic,
    curvature_start,
    fit_once,
    kmeans_start,
    l2_loss,
    log_std_prior,
    mean_prior,
    pack,
    random_start,
    strength,
    unpack,
)

TABLE = Path(__file__).with_suffix(".json")
STARTS = 500
X, DENSITY = classic()
ENERGY = np.sum(DENSITY**2)


# Chapter 6: where walks start, how they walk, where they end


def whole_numbers(rng):
    """The original script's start: whole-numbered means, stds 1, logits 5."""
    _, means, stds = random_start(X, 3, rng)
    return np.concatenate([np.full(3, 5.0), means, np.log(stds)])


def distinct(rng, std=1.0):
    """Whole-numbered means, no two alike."""
    means = rng.choice(25, 3, replace=False).astype(float)
    return np.concatenate([np.full(3, 5.0), means, np.full(3, np.log(std))])


def distinct_wide(rng):
    """Whole-numbered means, no two alike, stds 5."""
    return distinct(rng, std=5.0)


def kmeans(rng):
    """K-means++ on the curve."""
    return pack(Mixture(*kmeans_start(X, DENSITY, 3, rng)))


def curvature(_rng):
    """The bells that the curve's second derivative suggests: one start, no chance in it."""
    return pack(Mixture(*curvature_start(X, DENSITY, 3)))


def script(theta, gtol=1e-5):
    """The script's walk: BFGS on the raw loss in raw units. Returns theta, relative loss, iterations, success."""
    with np.errstate(all="ignore"):  # a far-off trial may overflow
        result = minimize(
            value_and_grad(l2_loss), theta, args=(X, DENSITY), jac=True, method="BFGS", options={"gtol": gtol}
        )
    return result.x, float(result.fun / ENERGY), int(result.nit), bool(result.success)


def patient(theta):
    """The script's walk, to a gradient of 1e-9."""
    return script(theta, gtol=1e-9)


def normalised(theta):
    """BFGS on x and loss in their own units, to a gradient of 1e-9, from the identity as SciPy has it."""
    result = fit_once(X, DENSITY, theta, options={"hess_inv0": None})
    return result.x, result.loss, result.nit, result.success


def package(theta):
    """The package's BFGS as it comes: it starts from the damped inverse of 2·JᵀJ."""
    result = fit_once(X, DENSITY, theta)
    return result.x, result.loss, result.nit, result.success


RUNGS = {
    "the script as it is": (whole_numbers, script),
    "gradient to 1e-9": (whole_numbers, patient),
    "distinct means": (distinct, script),
    "normalised": (whole_numbers, normalised),
    "distinct, normalised": (distinct, normalised),
    "distinct, stds 5": (distinct_wide, script),
    "distinct, stds 5, normalised": (distinct_wide, normalised),
    "the same, Gauss–Newton start": (distinct_wide, package),
    "k-means++, normalised": (kmeans, normalised),
    "curvature, normalised": (curvature, normalised),
}


def climb(rung, n_starts=STARTS, seed=0):
    """One rung's walks, a dict each: the start's means, and how it ended."""
    start, walk = RUNGS[rung]
    rng = np.random.default_rng(seed)
    ends = []
    for _ in range(n_starts if start is not curvature else 1):
        theta = start(rng)
        end, loss, nit, success = walk(theta)
        ends.append({"means": theta[3:6], "error": error(end), "loss": loss, "nit": nit, "success": success})
    return ends


def error(theta, truth=CLASSIC):
    """Largest parameter error, bells in order of mean; inf for a walk that ended in NaN."""
    with np.errstate(over="ignore"):
        weights, means, stds = unpack(theta)
    order = np.argsort(means)
    gaps = [weights[order] - truth.weights, means[order] - truth.means, stds[order] - truth.stds]
    largest = np.max(np.abs(gaps))
    return float(largest) if np.isfinite(largest) else np.inf


def ladder():
    """For each rung: share of starts that end within 1e-2 of the truth, within 1e-6, and the mean iterations."""
    return {rung: summary(climb(rung)) for rung in RUNGS}


def summary(ends):
    """What the ladder tells of a rung's walks."""
    errors = np.array([end["error"] for end in ends])
    return {
        "starts": len(ends),
        "solved": round(float(np.mean(errors < 1e-2)), 4),
        "exact": round(float(np.mean(errors < 1e-6)), 4),
        "iterations": round(float(np.mean([end["nit"] for end in ends])), 1),
    }


def script_ends():
    """The script's 500 walks: on which loss they end, what SciPy says of the wrong ones, what twins do."""
    ends = climb("the script as it is")
    wrong = [end for end in ends if end["error"] >= 1e-2]
    twins = [end for end in ends if len(set(end["means"])) < 3]
    return {
        "solved": len(ends) - len(wrong),
        "wrong that report success": sum(end["success"] for end in wrong),
        "starts with equal means": len(twins),
        "of these solved": sum(end["error"] < 1e-2 for end in twins),
        "levels": dict(Counter(f"{end['loss']:.3f}" for end in ends).most_common()),
        "stopping": stopping(np.array([end["loss"] for end in ends])),
    }


def stopping(losses, simulations=4000):
    """ "Stop when the best was found m times": share of wrong answers and mean number of runs, by simulation."""
    losses = losses[np.isfinite(losses)]
    table = {}
    for m in (1, 2, 3, 5):
        rng = np.random.default_rng(1)
        draws = [losses[rng.integers(losses.size, size=200)] for _ in range(simulations)]
        runs = [stop(draw, m) for draw in draws]
        wrong = [draw[:n].min() > 1e-4 for draw, n in zip(draws, runs, strict=True)]
        table[str(m)] = {"wrong": float(np.mean(wrong)), "runs": float(np.mean(runs))}
    return table


def stop(losses, m, same=1e-3):
    """How many runs until the lowest loss so far was met m times, up to rounding."""
    best, finds = np.inf, 0
    for n, loss in enumerate(losses, start=1):
        if loss < best * (1 - same) - 1e-6:
            best, finds = loss, 0
        finds += loss <= best * (1 + same) + 1e-6
        if finds == m:
            return n
    return len(losses)


# Chapter 7: what a prior holds, and what it costs


def noisy(density, share, seed):
    """A curve with even noise, a share of its peak; and that noise."""
    noise = share * density.max()
    return density + np.random.default_rng(seed).normal(0, noise, density.size), noise


def runaway(n_starts=150):
    """Share of walks that end with a std over 50, from uniform means and stds of 2, by strength of the std prior."""
    before = X <= 16
    cases = {
        "K=5, exact": (X, DENSITY, 5),
        "K=5, 5 % noise": (X, noisy(DENSITY, 0.05, 0)[0], 5),
        "K=3, cut at 16": (X[before], DENSITY[before], 3),
    }
    return {
        name: {f"{lam:g}": round(float(np.mean(widest(*case, lam, n_starts) > 50)), 4) for lam in (0, 1e-6, 1e-5, 1e-4)}
        for name, case in cases.items()
    }


def widest(x, density, K, lam, n_starts, seed=0):
    """The largest std that each walk (the package's BFGS, to a gradient of 1e-7) ends with, (n_starts,)."""
    rng = np.random.default_rng(seed)
    starts = [Mixture(np.full(K, 1 / K), rng.uniform(0, 25, K), np.full(K, 2.0)) for _ in range(n_starts)]
    prior = log_std_prior(2, lam) if lam else None
    walks = (fit_once(x, density, start, prior=prior, options={"gtol": 1e-7}) for start in starts)
    return np.array([walk.mixture.stds.max() for walk in walks])


def price():
    """Largest parameter error on the exact classic, by strength of the std prior."""
    lams = 10.0 ** np.arange(-7, 0)
    return {f"{lam:g}": error(fit_once(X, DENSITY, CLASSIC, prior=log_std_prior(2, lam)).x) for lam in lams}


def right_strength(n_truths=300, width=0.25):
    """Rms error of log std over truths drawn from the prior, by multiples of λ = σ²/(τ²Σy²), for two noises."""
    return {
        f"{share:.0%}": {
            f"{times:g}": rms_error(times, share, n_truths, width) for times in (0, 0.1, 0.3, 1, 3, 10, 30)
        }
        for share in (0.05, 0.1)
    }


def rms_error(times, share, n_truths, width):
    """One entry of `right_strength`: LM from the truth itself, so that only the prior can be at fault."""
    errors = []
    for seed in range(n_truths):
        truth = Mixture(CLASSIC.weights, CLASSIC.means, 2 * np.exp(np.random.default_rng(seed).normal(0, width, 3)))
        density, noise = noisy(truth.pdf(X), share, seed + n_truths)
        prior = log_std_prior(2, times * strength(noise, width, density)) if times else None
        fitted = fit_once(X, density, truth, method="LM", prior=prior).mixture
        errors.append(np.log(fitted.stds / truth.stds))
    return round(float(np.sqrt(np.mean(np.square(errors)))), 4)


def cut_off(seeds=20):
    """Where the third bell (truth 20) is put when the classic is seen up to 16 only, with 1 % noise."""
    return {name: [round(third_mean(name, seed), 2) for seed in range(seeds)] for name in PRIORS}


PRIORS = {
    "no prior": lambda _noise, _density: None,
    "prior on stds": lambda noise, density: log_std_prior(2, strength(noise, 0.5, density)),
    "priors on stds and means": lambda noise, density: (
        log_std_prior(2, strength(noise, 0.5, density)) + mean_prior(12.5, 7, strength(noise, 1, density))
    ),
}


def third_mean(name, seed, n_starts=20):
    """One entry of `cut_off`: of the best of some LM walks, the mean left when those nearest 5 and 15 are taken."""
    before = X <= 16
    density, noise = noisy(DENSITY[before], 0.01, seed)
    rng = np.random.default_rng(seed)
    starts = [Mixture(np.full(3, 1 / 3), rng.uniform(0, 25, 3), np.full(3, 2.0)) for _ in range(n_starts)]
    prior = PRIORS[name](noise, density)
    walks = [fit_once(X[before], density, start, method="LM", prior=prior) for start in starts]
    means = list(min(walks, key=lambda walk: walk.fun).mixture.means)
    for known in (5, 15):
        means.remove(min(means, key=lambda mean, known=known: abs(mean - known)))
    return float(means[0])


STUDIES = {
    "ladder": ladder,
    "script_ends": script_ends,
    "runaway": runaway,
    "price": price,
    "right_strength": right_strength,
    "cut_off": cut_off,
    **lessons_08.STUDIES,
}

if __name__ == "__main__":
    table = {name: STUDIES[name]() for name in sys.argv[1:] or STUDIES}
    stored = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    TABLE.write_text(json.dumps(stored | table, indent=1) + "\n")
