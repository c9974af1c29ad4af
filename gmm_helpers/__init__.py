"""Fit a mixture of Gaussians to a density known at grid points.

The package behind the course in `notebooks/`. A module is a chapter, or a tool of one; each imports only from those
above it:

    checks       what is refused at the border, and in which words
    mixture      chapter 1: the bell, the mixture
    parameters   chapter 2: the glossary; softmax, theta and back
    loss         chapter 3: how far one curve lies from another
    priors       chapter 7: what to say when the data are silent
    problem      the target, in its own units
    gradient     chapter 4: the loss, its gradient, its Jacobian
    diagnosis    what is wrong with a fit, in sentences
    uncertainty  chapter 8: how sure the numbers are
    result       what a fit says of itself
    descent      chapter 5: one walk downhill, `fit_once`
    starts       chapter 6: where to start
    stopping     chapter 6: when to stop looking
    workers      where the work runs
    restarts     chapter 6: the search, `fit`
    many         chapter 8: the same for many curves
    densities    chapter 8: a density from samples, a histogram, a file
    gallery      named mixtures
    plotting     pictures

On them stand `widgets` and `exercises`, and for the classroom `student`, `mark` and `doctor`.
"""

from .densities import bandwidth, density_from_histogram, density_from_samples, galaxies, old_faithful, read_density
from .descent import fit_once
from .gallery import CLASSIC, PRESETS, classic, classic_grid, marron_wand
from .loss import exact_l2_distance, hellinger_distance, kl_divergence, l2_loss, relative_loss
from .many import fit_many
from .mixture import Mixture, gaussian_pdf, mixture_pdf
from .parameters import pack, softmax, unpack
from .plotting import Picture, plot_bells, plot_density, plot_fit, plot_residual
from .priors import Prior, log_std_prior, mean_prior, strength, weight_prior
from .restarts import fit
from .result import FitResult
from .starts import curvature_start, kmeans_start, quantile_start, random_start, scattered_start

__all__ = [
    "CLASSIC",
    "PRESETS",
    "FitResult",
    "Mixture",
    "Picture",
    "Prior",
    "bandwidth",
    "classic",
    "classic_grid",
    "curvature_start",
    "density_from_histogram",
    "density_from_samples",
    "exact_l2_distance",
    "fit",
    "fit_many",
    "fit_once",
    "galaxies",
    "gaussian_pdf",
    "hellinger_distance",
    "kl_divergence",
    "kmeans_start",
    "l2_loss",
    "log_std_prior",
    "marron_wand",
    "mean_prior",
    "mixture_pdf",
    "old_faithful",
    "pack",
    "plot_bells",
    "plot_density",
    "plot_fit",
    "plot_residual",
    "quantile_start",
    "random_start",
    "read_density",
    "relative_loss",
    "scattered_start",
    "softmax",
    "strength",
    "unpack",
    "weight_prior",
]
