"""Fit a mixture of Gaussians to a density known at grid points.

The package behind the course in `notebooks/`: a module is a chapter, and imports only from those above it.
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
