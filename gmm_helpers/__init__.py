"""Fit a mixture of Gaussians to a density known at grid points.

The package behind the course in `notebooks/`. A module imports only from those above it; the chapter teaches it:

    validation   input validation: the argument in backticks, the rule, the value met
    mixture      chapter 1: the Gaussian component, the mixture
    parameters   chapter 2: the glossary; softmax, theta and back
    loss         chapter 3: how far one curve lies from another
    priors       chapter 8: what to say when the data are silent
    samples      chapter 9: a density from samples or a histogram
    files        chapter 10: a density from a text file
    examples     named mixtures and data sets
    starts       chapter 7: where to start
    ties         equations that a fit holds: equal stds, fixed values, ratios, distances
    result       what a fit says of itself: parameters, success, diagnosis, errors
    fit          chapters 6, 7 and 10: `fit_once`, `fit`, `fit_many`
    selection    chapter 11: how many components, `select_components`
    plotting     figures

`_engine` is how it is done: `result` and `fit` alone import from it.
"""

from importlib.metadata import version

from .examples import CLASSIC, PRESETS, classic, classic_grid, galaxies, marron_wand, old_faithful
from .files import read_density
from .fit import FitResults, fit, fit_many, fit_once
from .loss import exact_l2_distance, hellinger_distance, kl_divergence, l2_loss, relative_loss, trapezoid_weights
from .mixture import Mixture, gaussian_pdf, mixture_pdf
from .parameters import pack, softmax, unpack
from .plotting import Picture, plot_bells, plot_density, plot_fit, plot_residual
from .priors import Prior, log_std_prior, mean_prior, strength, weight_prior
from .result import FitResult
from .samples import bandwidth, density_from_histogram, density_from_samples
from .selection import Selection, select_components
from .starts import curvature_start, kmeans_start, prominence_start, random_start
from .ties import Tie, apart, equal, fixed, ratio

__all__ = [
    "CLASSIC", "PRESETS", "FitResult", "FitResults", "Mixture", "Picture", "Prior", "Selection", "Tie", "apart",
    "bandwidth", "classic", "classic_grid", "curvature_start", "density_from_histogram", "density_from_samples",
    "equal", "exact_l2_distance", "fit", "fit_many", "fit_once", "fixed", "galaxies", "gaussian_pdf",
    "hellinger_distance", "kl_divergence", "kmeans_start", "l2_loss", "log_std_prior", "marron_wand",
    "mean_prior", "mixture_pdf", "old_faithful", "pack", "plot_bells", "plot_density", "plot_fit",
    "plot_residual", "prominence_start", "random_start", "ratio", "read_density",
    "relative_loss", "select_components", "softmax", "strength", "trapezoid_weights", "unpack",
    "weight_prior",
]  # fmt: skip

__version__ = version("gmm_helpers")
