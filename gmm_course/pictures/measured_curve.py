"""Chapter "Fit a measured curve": fits above their residuals."""

import matplotlib.pyplot as plt

from gmm_helpers import Picture, plot_fit, plot_residual

__all__ = ["offsets", "spectrum"]


def offsets(x, fits):
    """Fits above their residuals, side by side; fits: name → curve and result."""
    fig, axes = plt.subplots(2, len(fits), figsize=(9, 4), sharex=True, sharey="row", height_ratios=[2.5, 1])
    for (top, bottom), (name, (curve, result)) in zip(axes.T, fits.items(), strict=True):
        plot_fit(x, curve, result, top)[0].set_label("measured")
        plot_residual(x, curve, result, bottom)
        top.set(title=name)
        bottom.set(xlabel="energy", xscale="log")
    axes[0, 0].set(ylabel="counts")
    axes[1, 0].set(ylabel="counts − fit")
    axes[0, 0].legend(fontsize=8)
    text = (
        "Three fits, residuals below. Left: three bells and noise. Middle: the third bell is a low wide hill, and the "
        "residual rises at both ends. Right: with the offset fitted, bells and residual are as on the left."
    )
    return Picture(fig, text)


def spectrum(x, curve, result):
    """The fit of a line above its residual."""
    fig, (top, bottom) = plt.subplots(2, 1, sharex=True, height_ratios=[2.5, 1])
    plot_fit(x, curve, result, top)[0].set_label("measured")
    plot_residual(x, curve, result, bottom)
    top.legend(fontsize=9)
    top.set(ylabel="transmittance")
    bottom.set(xlabel="wavelength, nm", ylabel="data − fit")
    return Picture(fig, "35 points on one peak near 451; the residual below is largest there and runs in a wave.")
