"""Chapter "Start from samples": kernel estimates, bins, EM's errors, humps by bandwidth."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import CLASSIC, Picture, plot_density

__all__ = ["bins", "errors", "galaxies", "humps", "smoothed"]


def galaxies(velocities, grid, density, fits):
    """Samples as ticks, their kernel estimate as a broad line, and fits to it, by their names."""
    fig, ax = plt.subplots()
    ax.plot(velocities, np.full(velocities.size, -0.006), "|", color="0.25", markersize=10, label="a galaxy")
    ax.plot(grid, density, color="0.8", linewidth=6, label="kernel estimate")
    for (name, result), style in zip(fits.items(), ("-", "--"), strict=True):
        ax.plot(grid, result.pdf(grid), style, label=name)
    ax.set(xlabel="velocity, 1000 km/s", ylabel="density")
    ax.legend()
    text = "82 ticks and a curve with a small hump at 10, a tall one at 20, a small one at 33; both fits lie on it."
    return Picture(fig, text)


def smoothed(x, density, narrow):
    """The classic truth, a kernel estimate of draws from it, and a fit with the kernel taken off."""
    fig, ax = plt.subplots()
    ax.plot(x, CLASSIC.pdf(x), color="0.8", linewidth=6, label="the truth")
    plot_density(x, density, ax, label="kernel estimate")
    ax.plot(x, narrow.pdf(x), "k", label="fit, narrowed")
    ax.set(xlabel="x", ylabel="density")
    ax.legend()
    return Picture(
        fig, "The kernel estimate is lower and wider than the truth at 15; the fit, narrowed, lies on the truth."
    )


def bins(widths, fitted, corrected):
    """Stds by the width of a bin, as fitted and corrected, by the shift of the bins."""
    fig, ax = plt.subplots()
    for (shift, stds), marker in zip(fitted.items(), "os^", strict=True):
        ax.plot(widths, stds, marker, color="0.5", markersize=4, label=None if shift else "as fitted (grey)")
        ax.plot(widths, corrected[shift], marker, label=f"corrected, bins shifted by {shift:g} of their width")
    ax.axhline(1.5, color="0.6", linewidth=0.8, label="the truth")
    ax.set(xlabel="width of a bin", ylabel="std")
    ax.legend()
    text = "Fitted stds rise with the bin; corrected ones stay at 1.5 up to bins of 2, then scatter with the shift."
    return Picture(fig, text)


def errors(by_grid):
    """EM's largest parameter error at each step, by the name of the grid."""
    fig, ax = plt.subplots()
    for name, values in by_grid.items():
        ax.semilogy(values, label=f"EM, grid {name}")
    ax.set(xlabel="steps", ylabel="largest parameter error")
    ax.legend()
    return Picture(fig, "On the short grid EM's error stays at 0.11; on the long one it falls along a line to 1e-11.")


def humps(counts, losses, moved, h):
    """Relative loss by K, above how far resampling moves the curve; and how many humps, by bandwidth."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    left.axhspan(moved[0], moved[2], color="0.88", label="resampled, 5–95 %")
    left.axhline(moved[1], color="0.6", linewidth=0.8, label="resampled, median")
    left.semilogy(losses.keys(), losses.values(), "o-", label="fits")
    left.set(xlabel="number of bells", ylabel="relative loss", title="how far from the curve")
    left.legend(fontsize=9)
    for low, high, name in ((0, 2, "one or two"), (3, 3, "three"), (4, 99, "four or more")):
        shares = [np.mean((low <= n) & (n <= high)) for n in counts.values()]
        right.plot(counts.keys(), shares, marker="o", label=f"{name} humps")
    right.axvline(h, color="0.6", linewidth=0.8, label=f"h = {h:.2f}")
    right.set(xlabel="bandwidth h", ylabel="share of the curves", title="humps of the resampled curves")
    fig.legend(*right.get_legend_handles_labels(), loc="outside right center", fontsize=9)
    text = (
        "Left: the loss falls from 0.03 to 2e-7; from two bells on it is below the middle of a grey band, 0.01. "
        "Right: three humps are the rule for h from 1.4 to 1.9; below, four and more take over; above, one or two."
    )
    return Picture(fig, text)
