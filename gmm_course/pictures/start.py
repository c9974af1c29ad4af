"""Chapter "Start here": the curve and its bells, where walks end, the geyser."""

import matplotlib.pyplot as plt

from gmm_helpers import Picture, plot_density, plot_fit, plot_residual

__all__ = ["arrival", "fit_and_residual", "geyser", "given", "wrong_end"]


def given(x, density):
    """The points of a curve, and nothing else."""
    fig, ax = plt.subplots(figsize=(8, 2.6))
    plot_density(x, density, ax)
    ax.set(xlabel="x", ylabel="density")
    return Picture(fig, "75 points of a density with humps near 5, 15 and 20.")


def arrival(x, density, guess, end):
    """A guess by eye, and the curve that a walk from it ended with."""
    text = "The guess by eye misses the tall middle hump. After the walk the curve runs through every point."
    return _curves(x, density, {"the guess by eye": guess, "after the walk": end}, text)


def wrong_end(x, density, end):
    """The curve that a walk from means of 2, 4 and 8 ended with."""
    text = "One broad bell lies over the right half of the curve. The hump at 5 is not fitted at all."
    return _curves(x, density, {"where it ended": end}, text)


def _curves(x, density, named, text):
    fig, ax = plt.subplots(figsize=(8, 2.8))
    plot_density(x, density, ax)
    for name, curve in named.items():
        ax.plot(x, curve, label=name)
    ax.set(xlabel="x", ylabel="density")
    ax.legend()
    return Picture(fig, text)


def fit_and_residual(x, density, result):
    """A fit above what it leaves over."""
    fig, (top, below) = plt.subplots(2, 1, sharex=True, height_ratios=[3, 1], figsize=(8, 4.4))
    plot_fit(x, density, result, top)
    top.set(ylabel="density")
    top.legend()
    plot_residual(x, density, result, below)
    below.set(xlabel="x", ylabel="residual", ylim=(-1e-3, 1e-3))
    return Picture(
        fig, "The fitted curve runs through all points, its three bells below. The residual is a flat line at zero."
    )


def geyser(minutes, share, edges, result):
    """A histogram, and the bells fitted to it."""
    fig, ax = plt.subplots()
    ax.stairs(share, edges, fill=True, color="0.88")
    plot_fit(minutes, share, result, ax)
    ax.set(xlabel="length of an eruption (minutes)", ylabel="density (1/minute)")
    ax.legend()
    return Picture(
        fig, "A histogram of eruption lengths, two humps near 2 and 4.4 minutes, and the two bells fitted to it."
    )
