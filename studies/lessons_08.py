"""The larger studies behind chapter 8; `lessons.py` runs and stores them. `comparison` needs `--group peers`."""

import warnings

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit
from scipy.signal import find_peaks

from gmm_course.exercises.chapter_08 import bic
from gmm_course.exercises.mystery import mystery, reveal
from gmm_helpers import (
    CLASSIC,
    Mixture,
    bandwidth,
    classic_grid,
    density_from_samples,
    fit,
    fit_once,
    gaussian_pdf,
    marron_wand,
    relative_loss,
)

X = classic_grid()
NAMES = ("weights", "means", "stds")


def numbers(mixture):
    """Weights, means and stds in one row, (3K,)."""
    return np.concatenate([mixture.weights, mixture.means, mixture.stds])


# Do intervals keep their promise?


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


# What a kernel does to the stds


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


# How many bells has a mystery?


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


# What a user would pick instead


def comparison(draws=40, tools=None):
    """For each kind of curve: of `draws` noisy ones, how many each tool meets, with no area below zero and a relative
    loss at most 1 % above the lowest that any tool reached so."""
    return {kind: met(*curve, draws, tools or TOOLS) for kind, curve in KINDS.items()}


def met(truth, x, noise, K, draws, tools):
    """One entry of `comparison`. noise: of the peak; K: how many bells are asked for."""
    exact, counts = truth.pdf(x), dict.fromkeys(tools, 0)
    for seed in range(draws):
        density = exact + np.random.default_rng(seed).normal(0, noise * exact.max(), x.size)
        losses = {name: loss(tool, x, density, K) for name, tool in tools.items()}
        for name, reached in losses.items():
            counts[name] += bool(reached <= 1.01 * min(losses.values()))
    return counts


def loss(tool, x, density, K):
    """The relative loss that a tool reaches; infinite where it raises or reports a negative area."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            areas, means, stds = map(np.asarray, tool(x, density, K))
        except RuntimeError:
            return np.inf
    fitted = gaussian_pdf(x[:, None], means, abs(stds)) @ areas
    return relative_loss(density, fitted) if min(areas) >= 0 else np.inf


PAIR = Mixture([0.5, 0.5], [11, 13], [2, 2])
KINDS = {  # truth, grid, noise, bells asked for
    "three peaks": (CLASSIC, X, 0.01, 3),
    "claw": (marron_wand(10), np.linspace(-3.5, 3.5, 200), 0.01, 6),
    "hidden bell": (PAIR, np.linspace(2, 22, 100), 0.001, 2),
    "five for three": (CLASSIC, X, 0.05, 5),
}


def guess(x, density, K):
    """As tutorials have it: bells on the most prominent peaks, any others spread over the grid, all of one width."""
    peaks, found = find_peaks(density, prominence=0)
    peaks = x[peaks[np.argsort(-found["prominences"])][:K]]
    means = np.append(peaks, np.linspace(x[0], x[-1], K - len(peaks) + 3)[1:-2])
    stds = np.full(K, np.ptp(x) / (4 * K))
    return np.interp(means, x, density) * stds * np.sqrt(2 * np.pi), means, stds


def by_fit(x, density, K):
    """Ours, with a free area as the others have it."""
    result = fit(x, density, K, mass=None, rng=0)
    return result.mass * result.mixture.weights, result.mixture.means, result.mixture.stds


def by_curve_fit(x, density, K):
    """A sum of K Gaussians with free areas."""

    def model(x, *p):
        areas, means, stds = np.reshape(p, (3, K))
        return gaussian_pdf(x[:, None], means, stds) @ areas

    p, _ = curve_fit(model, x, density, np.concatenate(guess(x, density, K)))
    return np.reshape(p, (3, K))


def by_lmfit(x, density, K):
    """A composite model, areas and stds bounded to be positive."""
    from lmfit.models import GaussianModel

    model = params = None
    for k, (area, mean, std) in enumerate(zip(*guess(x, density, K), strict=True)):
        bell = GaussianModel(prefix=f"bell{k}_")
        started = bell.make_params(amplitude={"value": area, "min": 0}, center=mean, sigma={"value": std, "min": 0})
        model, params = (model + bell, params + started) if model else (bell, started)
    best = model.fit(density, params, x=x).best_values
    return [np.array([best[f"bell{k}_{name}"] for k in range(K)]) for name in ("amplitude", "center", "sigma")]


def by_astropy(x, density, K):
    """A compound model, by the fitter that astropy's documentation recommends."""
    from astropy.modeling import fitting, models

    areas, means, stds = guess(x, density, K)
    heights = areas / (stds * np.sqrt(2 * np.pi))
    bells = [models.Gaussian1D(*bell) for bell in zip(heights, means, stds, strict=True)]
    fitted = fitting.TRFLSQFitter()(sum(bells[1:], bells[0]), x, density)
    heights, means, stds = fitted.parameters.reshape(K, 3).T
    return heights * stds * np.sqrt(2 * np.pi), means, stds


def by_sklearn(x, density, K):
    """EM on 10,000 draws from the curve's own points, the best of five."""
    from sklearn.mixture import GaussianMixture

    chance = np.maximum(density, 0)
    draws = np.random.default_rng(0).choice(x, 10_000, p=chance / chance.sum())
    model = GaussianMixture(K, n_init=5, random_state=0).fit(draws[:, None])
    return model.weights_, model.means_.ravel(), np.sqrt(model.covariances_.ravel())


TOOLS = {"fit": by_fit, "curve_fit": by_curve_fit, "lmfit": by_lmfit, "astropy": by_astropy, "sklearn": by_sklearn}
STUDIES = {"coverage": coverage, "kernel": kernel, "mysteries": mysteries, "comparison": comparison}
