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
from pathlib import Path

import autograd.numpy as np
from autograd import value_and_grad
from scipy.optimize import OptimizeWarning, minimize
from scipy.signal import find_peaks

from gmm_course.exercises import exercise
from gmm_course.exercises.mystery import mystery, reveal
from gmm_helpers import (
    CLASSIC,
    Mixture,
    bandwidth,
    classic,
    curvature_start,
    density_from_samples,
    fit,
    fit_once,
    gaussian_pdf,
    kmeans_start,
    l2_loss,
    log_std_prior,
    marron_wand,
    mean_prior,
    pack,
    random_start,
    relative_loss,
    strength,
    unpack,
)

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from peers import by_astropy, by_curve_fit, by_fit, by_lmfit
from problems import Target

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


def distinct_wide(rng):
    """Whole-numbered means, no two alike, stds 5."""
    return distinct(rng, std=5.0)


def kmeans(rng):
    """K-means++ on the curve."""
    return pack(kmeans_start(X, DENSITY, 3, rng))


def curvature(_rng):
    """The bells that the curve's second derivative suggests: one start, no chance in it."""
    return pack(curvature_start(X, DENSITY, 3))


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


# Chapter 8: what a prior holds, and what it costs


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


# Chapters 9 and 11: what a kernel does to the stds


def kernel(data_sets=40):
    """10,000 draws from the classic, smoothed and fitted: of the stds, how far each lies from the truth in its own
    bootstrap standard errors, before and after the bandwidth is taken off; and how much larger these errors are than
    `standard_errors()`."""
    rows = [kernel_errors(seed) for seed in range(data_sets)]
    before, after, ratio = np.transpose(rows, (1, 0, 2))
    return {
        "within 3 errors, before": round(float(np.mean(abs(before) < 3)), 4),
        "within 3 errors, after": round(float(np.mean(abs(after) < 3)), 4),
        "mean deviation, before": before.mean(axis=0).round(2).tolist(),
        "mean deviation, after": after.mean(axis=0).round(2).tolist(),
        "errors too small by": np.median(ratio, axis=0).round(2).tolist(),
    }


def kernel_errors(seed, resamples=30):
    """One data set: deviations of the three stds before and after, and ratios of errors, (3, 3)."""
    rng = np.random.default_rng(seed)
    samples = CLASSIC.sample(10_000, rng=rng)
    smoothed = fit(*density_from_samples(samples), 3, rng=0)
    stds = smoothed.mixture.narrowed(bandwidth(samples)).stds
    spread = np.std([resampled(samples, smoothed.mixture, rng) for _ in range(resamples)], axis=0, ddof=1)
    wide = smoothed.mixture.stds
    smoothed_spread = spread * stds / wide  # d√(σ² + h²) = σ dσ / √(σ² + h²)
    before = (wide - CLASSIC.stds) / smoothed_spread
    return before, (stds - CLASSIC.stds) / spread, smoothed_spread / smoothed.standard_errors().stds


def resampled(samples, start, rng):
    """The stds of one resample, its own bandwidth taken off."""
    again = rng.choice(samples, samples.size)
    result = fit_once(*density_from_samples(again), start, method="LM")
    return result.mixture.narrowed(bandwidth(again)).stds


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
        target = Target("", x, noisy(exact, noise, seed)[0], K, mass=None)
        for name, tool in tools.items():
            far[name].append(distance(tool, target, exact))
    medians = {name: float(np.median(each)) for name, each in far.items()}
    return {name: float(f"{median:.3g}") if np.isfinite(median) else None for name, median in medians.items()}


def distance(tool, target, exact):
    """Of a tool's fit from the true curve; infinite where it raises or reports a negative area."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            areas, means, stds = map(np.asarray, tool(target, 0, True))
        except RuntimeError:
            return np.inf
    found = gaussian_pdf(target.x[:, None], means, stds) @ areas
    return relative_loss(exact, found) if min(areas) >= 0 else np.inf


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


STUDIES = {
    study.__name__: study
    for study in (
        *(ladder, script_ends, runaway, price, right_strength, cut_off),
        *(coverage, kernel, mysteries, comparison),
    )
}

if __name__ == "__main__":
    table = {name: STUDIES[name]() for name in sys.argv[1:] or STUDIES}
    stored = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    TABLE.write_text(json.dumps(stored | table, indent=1) + "\n")
