"""The larger studies behind chapters 7 to 11: `uv run --group peers python studies/lessons.py` stores them in
lessons.json (`… lessons.py price cut_off` those two alone; `comparison` alone needs the peers).

Each study is a function that returns what JSON can hold; its starts and its noise are seeded. A rate of success
is a property of the walk as much as of the start, so each study says which walk it takes. About ten minutes on
one core. `tests/course/test_lessons.py` runs a part of them again and compares it with the stored table.
"""

import json
import sys
import warnings
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import autograd.numpy as np
from scipy.optimize import OptimizeWarning
from scipy.signal import find_peaks

from gmm_course.exercises import exercise
from gmm_course.exercises.mystery import mystery, reveal
from gmm_helpers import (
    CLASSIC,
    Mixture,
    classic,
    curvature_start,
    fit,
    fit_once,
    kmeans_start,
    log_std_prior,
    marron_wand,
    mean_prior,
    pack,
    random_start,
    strength,
    unpack,
)

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from original import largest_error, vectorised
from peers import attempt, by_astropy, by_curve_fit, by_fit, by_lmfit
from problems import Target, noisy

TABLE = Path(__file__).with_suffix(".json")
STARTS = 500
X, DENSITY = classic()
ENERGY = np.sum(DENSITY**2)


# Chapter 7: where walks start, how they walk, where they end


def whole_numbers(rng):
    """The original script's start: whole-numbered means, stds 1, logits 5."""
    return np.concatenate([np.full(3, 5.0), pack(random_start(X, 3, rng))[3:]])


def distinct(rng, std=1.0):
    """Whole-numbered means, no two alike."""
    means = rng.choice(25, 3, replace=False).astype(float)
    return np.concatenate([np.full(3, 5.0), means, np.full(3, np.log(std))])


def kmeans(rng):
    """K-means++ on the curve."""
    return pack(kmeans_start(X, DENSITY, 3, rng))


def curvature(_rng):
    """The bells that the curve's second derivative suggests: one start, no chance in it."""
    return pack(curvature_start(X, DENSITY, 3))


def script(theta, gtol=1e-5):
    """The script's walk: BFGS on the raw loss in raw units. Returns theta, relative loss, success."""
    result = vectorised(theta, X, DENSITY, gtol)
    return result.x, float(result.fun / ENERGY), bool(result.success)


def normalised(theta):
    """BFGS on x and loss in their own units, to a gradient of 1e-9, from the identity as SciPy has it."""
    result = fit_once(X, DENSITY, theta)
    return result.x, result.loss, result.success


distinct_wide = partial(distinct, std=5.0)
patient = partial(script, gtol=1e-9)
RUNGS = {
    "the script as it is": (whole_numbers, script),
    "gradient to 1e-9": (whole_numbers, patient),
    "distinct means": (distinct, script),
    "normalised": (whole_numbers, normalised),
    "distinct, normalised": (distinct, normalised),
    "distinct, stds 5": (distinct_wide, script),
    "distinct, stds 5, normalised": (distinct_wide, normalised),
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
        end, loss, success = walk(theta)
        ends.append({"means": theta[3:6], "error": error(end), "loss": loss, "success": success})
    return ends


def error(theta):
    """Largest parameter error on the classic; inf for a walk that ended in NaN."""
    with np.errstate(over="ignore"):
        return largest_error(*unpack(theta))


def ladder():
    """For each rung: share of starts that end within 1e-2 of the truth."""
    return {rung: summary(climb(rung)) for rung in RUNGS}


def summary(ends):
    """What the ladder tells of a rung's walks."""
    solved = np.mean([end["error"] < 1e-2 for end in ends])
    return {"starts": len(ends), "solved": round(float(solved), 4)}


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


# Chapter 8: what a prior holds, and what it costs


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
        exact = truth.pdf(X)
        density, noise = noisy(exact, share, seed + n_truths), share * exact.max()
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
    density, noise = noisy(DENSITY[before], 0.01, seed), 0.01 * DENSITY[before].max()
    rng = np.random.default_rng(seed)
    starts = [Mixture(np.full(3, 1 / 3), rng.uniform(0, 25, 3), np.full(3, 2.0)) for _ in range(n_starts)]
    prior = PRIORS[name](noise, density)
    walks = [fit_once(X[before], density, start, method="LM", prior=prior) for start in starts]
    means = list(min(walks, key=lambda walk: walk.fun).mixture.means)
    for known in (5, 15):
        means.remove(min(means, key=lambda mean, known=known: abs(mean - known)))
    return float(means[0])


def numbers(mixture):
    """Weights, means and stds in one row, (3K,)."""
    return np.concatenate([mixture.weights, mixture.means, mixture.stds])


# Chapter 11: do intervals keep their promise?


def coverage(replicas=500):
    """Share of 95 % intervals, estimate ± 1.96 standard errors, that hold the truth, under 1 % noise: for each of the
    classic's nine numbers; and, for two bells of std 2, for the first weight (0.5), by the distance of their means."""
    pairs = {str(gap): Mixture([0.5, 0.5], [12 - gap / 2, 12 + gap / 2], [2, 2]) for gap in (2, 3, 4, 5, 6)}
    grid = np.linspace(2, 22, 100)
    return {
        "classic": [round(share, 4) for share in held(CLASSIC, X, replicas)],
        "pairs": {gap: round(float(held(pair, grid, replicas)[0]), 4) for gap, pair in pairs.items()},
    }


def held(truth, x, replicas, seed=0):
    """One entry of `coverage` for each of weights, means, stds, (3K,): LM from the truth itself."""
    exact, rng = truth.pdf(x), np.random.default_rng(seed)
    inside = []
    for _ in range(replicas):
        result = fit_once(x, exact + rng.normal(0, 0.01 * exact.max(), x.size), truth, method="LM")
        inside.append(abs(numbers(result.mixture) - numbers(truth)) <= 1.96 * errors(result))
    return np.mean(inside, axis=0)


def errors(result):
    """Standard errors of weights, means, stds, (3K,); NaN, which holds nothing, where they are unknown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)
        return np.concatenate(result.standard_errors()[:3])


# Chapter 11: how many bells has a mystery?


def mysteries(seeds=40):
    """Of the capstone's curves: in how many BIC, and AIC, name the true K; in how many it lies less than 6 above the
    lowest BIC; and the share of means and stds, fitted with the true K, within three standard errors."""
    rows = [one_mystery(seed) for seed in range(seeds)]
    by_bic, by_aic, near, inside = zip(*rows, strict=True)
    return {
        "curves": seeds,
        "BIC right": int(sum(by_bic)),
        "AIC right": int(sum(by_aic)),
        "within 6 of the best BIC": int(sum(near)),
        "within 3 errors": round(float(np.mean(np.concatenate(inside))), 4),
    }


def one_mystery(seed, most=6):
    """One row: BIC right, AIC right, near, and for each mean and std whether it is within three errors."""
    x, density, noise = mystery(seed)
    truth, _ = reveal(seed)
    results = {K: fit(x, density, K, mass=None, rng=0) for K in range(1, most + 1)}
    bic = exercise("11.1").right
    schwarz = {K: bic(result.loss, density, noise, K, True) for K, result in results.items()}
    akaike = {K: score + 3 * K * (2 - np.log(x.size)) for K, score in schwarz.items()}
    true = truth.n_components
    deviation = abs(numbers(results[true].mixture) - numbers(truth)) / errors(results[true])
    return (
        min(schwarz, key=schwarz.get) == true,
        min(akaike, key=akaike.get) == true,
        schwarz[true] < min(schwarz.values()) + 6,
        deviation[true:] < 3,
    )


# Chapter 10: what a user would pick instead


def comparison(draws=40, tools=None):
    """For each kind of curve: how far from the *true* curve a tool's fits to `draws` noisy ones lie, at the median."""
    return {kind: distances(*curve, draws, tools or TOOLS) for kind, curve in KINDS.items()}


def distances(truth, x, noise, K, draws, tools):
    """One entry of `comparison`: relative squared distances, to three digits; None where most fits have failed.

    noise: of the peak; K: how many bells are asked for.
    """
    exact, far = truth.pdf(x), {name: [] for name in tools}
    for seed in range(draws):
        target = Target("", x, noisy(exact, noise, seed), K, mass=None)
        for name, tool in tools.items():
            far[name].append(distance(tool, target, exact))
    medians = {name: float(np.median(each)) for name, each in far.items()}
    return {name: float(f"{median:.3g}") if np.isfinite(median) else None for name, median in medians.items()}


def distance(tool, target, exact):
    """Of a tool's fit from the true curve; infinite where it raises or reports a negative area."""
    found = attempt(tool, target, 0, True)
    return replace(target, density=exact).relative_loss(*found) if min(found[0]) >= 0 else np.inf


def guess(target, _rng, _first):
    """As tutorials have it: bells on the most prominent peaks, any others spread over the grid, all of one width."""
    x, density, K = target.x, target.density, target.n_components
    peaks, found = find_peaks(density, prominence=0)
    peaks = x[peaks[np.argsort(-found["prominences"])][:K]]
    means = np.append(peaks, np.linspace(x[0], x[-1], K - len(peaks) + 3)[1:-2])
    stds = np.full(K, np.ptp(x) / (4 * K))
    return np.interp(means, x, density) * stds * np.sqrt(2 * np.pi), means, stds


def by_em(target, _rng, _first):
    """EM on 10,000 draws from the curve's own points, the best of five."""
    from sklearn.mixture import GaussianMixture

    chance = np.maximum(target.density, 0)
    draws = np.random.default_rng(0).choice(target.x, 10_000, p=chance / chance.sum())
    model = GaussianMixture(target.n_components, n_init=5, random_state=0).fit(draws[:, None])
    return model.weights_, model.means_.ravel(), np.sqrt(model.covariances_.ravel())


TOOLS = {
    "fit": by_fit("LM"),
    "curve_fit": by_curve_fit(guess),
    "lmfit": by_lmfit(guess, least=0),
    "astropy": by_astropy(guess),
    "sklearn": by_em,
}
PAIR = Mixture([0.5, 0.5], [11, 13], [2, 2])
KINDS = {  # truth, grid, noise, bells asked for
    "three peaks": (CLASSIC, X, 0.01, 3),
    "claw": (marron_wand(10), np.linspace(-3.5, 3.5, 200), 0.01, 6),
    "hidden bell": (PAIR, np.linspace(2, 22, 100), 0.001, 2),
    "five for three": (CLASSIC, X, 0.05, 5),
}


_ORDER = (ladder, script_ends, price, right_strength, cut_off, coverage, mysteries, comparison)
STUDIES = {study.__name__: study for study in _ORDER}

if __name__ == "__main__":
    table = {name: STUDIES[name]() for name in sys.argv[1:] or STUDIES}
    stored = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    TABLE.write_text(json.dumps(stored | table, indent=1) + "\n")
