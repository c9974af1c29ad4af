"""What a user would pick instead, each as `tool(target, rng, first)` -> areas, means, stds.

`first` is the guess as it is; every later attempt starts from the guess with each number shaken. A guess is what
`find_peaks` sees, as tutorials have it, or this package's curvature start. Defaults are the library's own unless a
comment says otherwise. An attempt that raises has failed.
"""

import warnings

import numpy as np
from scipy.optimize import curve_fit
from scipy.signal import find_peaks, peak_widths

from gmm_helpers import curvature_start, gaussian_pdf

FWHM = 2 * np.sqrt(2 * np.log(2))  # of a bell, in stds


def attempt(tool, target, rng, first):
    """One attempt; a failure is three NaNs."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # peers warn of covariances, limits, units
        try:
            return tool(target, rng, first)
        except (RuntimeError, ValueError, np.linalg.LinAlgError):
            return (np.full(1, np.nan),) * 3


# Guesses: areas, means, stds


def peaks_guess(target, rng, first):
    """The K most prominent peaks; where there are fewer, the rest lie evenly over the grid, as wide as their share."""
    x, y, K = target.x, target.density, target.n_components
    peaks, found = find_peaks(y, prominence=0.01 * y.max())
    peaks = peaks[np.argsort(-found["prominences"])[:K]]
    step = np.mean(np.diff(x))
    stds = np.maximum(peak_widths(y, peaks)[0], 1) * step / FWHM
    missing = K - peaks.size
    means = np.concatenate([x[peaks], np.linspace(x[0], x[-1], missing + 2)[1:-1]])
    stds = np.concatenate([stds, np.full(missing, (x[-1] - x[0]) / (2 * K))])
    areas = np.maximum(np.interp(means, x, y), 0.01 * y.max()) * stds * np.sqrt(2 * np.pi)
    return (areas, means, stds) if first else _shaken(areas, means, stds, rng)


def our_guess(target, rng, first):
    """The curvature start, its weights times the area under the curve."""
    start = curvature_start(target.x, target.density, target.n_components)
    areas, means, stds = start.weights * np.trapezoid(target.density, target.x), start.means, start.stds
    return (areas, means, stds) if first else _shaken(areas, means, stds, rng)


def _shaken(areas, means, stds, rng):
    by = rng.normal(scale=0.5, size=(3, means.size))
    return areas * np.exp(by[0]), means + stds * by[1], stds * np.exp(by[2])


# Tools


def by_curve_fit(guess):
    """`scipy.optimize.curve_fit` on a sum of Gaussians with free areas."""

    def model(x, *p):
        areas, means, stds = np.reshape(p, (3, -1))
        return gaussian_pdf(x[:, None], means, stds) @ areas

    def run(target, rng, first):
        p, _ = curve_fit(model, target.x, target.density, np.concatenate(guess(target, rng, first)))
        return np.reshape(p, (3, -1))

    return run


def by_astropy(guess):
    """A compound model of `Gaussian1D`s. Of astropy's fitters, the one that its documentation recommends."""

    def run(target, rng, first):
        from astropy.modeling import fitting, models

        areas, means, stds = guess(target, rng, first)
        heights = areas / (stds * np.sqrt(2 * np.pi))
        bells = [models.Gaussian1D(*bell) for bell in zip(heights, means, stds, strict=True)]
        fitted = fitting.TRFLSQFitter()(sum(bells[1:], bells[0]), target.x, target.density)
        heights, means, stds = fitted.parameters.reshape(-1, 3).T
        return heights * stds * np.sqrt(2 * np.pi), means, stds

    return run


def by_lmfit(guess, least=-np.inf):
    """A composite of lmfit's `GaussianModel`s. least: of areas."""

    def run(target, rng, first):
        from lmfit.models import GaussianModel

        model = params = None
        for k, (area, mean, std) in enumerate(zip(*guess(target, rng, first), strict=True)):
            bell = GaussianModel(prefix=f"bell{k}_")
            started = bell.make_params(amplitude={"value": area, "min": least}, center=mean, sigma=std)
            model, params = (model + bell, params + started) if model else (bell, started)
        best = model.fit(target.density, params, x=target.x).best_values
        K = target.n_components
        return [np.array([best[f"bell{k}_{name}"] for k in range(K)]) for name in ("amplitude", "center", "sigma")]

    return run


def by_sklearn(target, rng, _first):
    """Expectation–maximisation on 10,000 draws from the curve."""
    from sklearn.mixture import GaussianMixture

    x, y = target.x, np.maximum(target.density, 0)
    below = np.concatenate([[0], np.cumsum((y[1:] + y[:-1]) / 2 * np.diff(x))])
    samples = np.interp(rng.uniform(0, below[-1], 10_000), below, x)
    # Its `reg_covar` of 1e-6 is in the unit of x squared, so it gets standardised draws.
    center, spread = samples.mean(), samples.std()
    mixture = GaussianMixture(target.n_components, random_state=int(rng.integers(2**31)))
    mixture.fit(((samples - center) / spread)[:, None])
    stds = np.sqrt(mixture.covariances_.ravel()) * spread
    return mixture.weights_ * below[-1], mixture.means_.ravel() * spread + center, stds


def by_fit(method):
    """One call of this package's `fit`, its result read."""

    def run(target, rng, _first):
        result = ours(target, method, rng)
        return result.areas, result.mixture.means, result.mixture.stds

    return run


def ours(target, method, rng):
    """One call of `fit` whose result is read, as the other tools compute theirs."""
    result = target.fit(method=method, rng=rng)
    return (result, result.mixture, result.success, result.diagnosis)[0]


PEERS = {
    "`fit`, LM": by_fit("LM"),
    "`fit`, BFGS": by_fit("BFGS"),
    "curve_fit, find_peaks guess": by_curve_fit(peaks_guess),
    "curve_fit, our curvature start": by_curve_fit(our_guess),
    "astropy compound, find_peaks guess": by_astropy(peaks_guess),
    "lmfit composite, find_peaks guess": by_lmfit(peaks_guess),
    "lmfit composite, our curvature start": by_lmfit(our_guess),
    "sklearn on 10,000 draws": by_sklearn,
}
