"""Chapter "Fit a measured curve": fits above their residuals, and what tools meet."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Picture, plot_fit, plot_residual

__all__ = ["offsets", "spectrum", "tools"]


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


def tools(far):
    """How far fits lie from the truth, dark for near; far: kind → tool → distance, or None where most fail."""
    names = list(next(iter(far.values())))
    values = np.array([[each[name] or np.inf for name in names] for each in far.values()])
    nearness = values.min(axis=1, keepdims=True) / values
    fig, ax = plt.subplots(figsize=(7, 3))
    ax.imshow(np.sqrt(nearness), cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        ax.text(column, row, f"{value:.1e}" if np.isfinite(value) else "fails", ha="center", va="center")
    ax.set(xticks=range(len(names)), xticklabels=names, yticks=range(len(far)), yticklabels=list(far))
    ax.set(title="relative squared distance to the true curve (darker: nearer)")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    text = (
        "Distances to the truth. fit is nearest for three peaks, the claw and the hidden bell, there a hundred times. "
        "Five bells for three: lmfit is nearest, two tools fail."
    )
    return Picture(fig, text)
