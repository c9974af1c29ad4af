"""Chapter "Restart the search": a staircase of losses, ends, twins, and bends."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Picture, plot_bells, plot_density

__all__ = ["bends", "ends", "staircase", "twins"]


def staircase(losses, kinds):
    """Losses in their order; kinds: label → which walks."""
    fig, ax = plt.subplots()
    rank = np.argsort(np.argsort(losses))  # NaN comes last
    for (label, which), marker in zip(kinds.items(), "o^x", strict=True):
        ax.plot(rank[which], losses[which], marker, linestyle="none", markersize=4, label=label)
    ax.legend(loc="upper left")
    ax.set(xlabel="walks, in order of loss", ylabel="relative loss")
    return Picture(fig, "A staircase: half of the walks at zero, a third on a step at 0.086, others on a step at 0.43.")


def ends(x, density, named):
    """Ends of walks, each by its bells; named: title → mixture."""
    fig, axes = plt.subplots(1, len(named), sharey=True, figsize=(9, 3.3))
    for ax, (title, mixture) in zip(axes, named.items(), strict=True):
        plot_density(x, density, ax, markersize=3)
        plot_bells(x, mixture, ax)
        ax.set(title=title, xlabel="x")
    axes[0].set(ylabel="density")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    text = (
        "Four ends. 0: three bells, right. 0.077: twins share the left hump, the right one has no bell. "
        "0.086: a wide low bell under the tall one. 0.434: one broad bell alone."
    )
    return Picture(fig, text)


def twins(paths):
    """The distance of two means at each iteration, by the gap at the start."""
    fig, ax = plt.subplots()
    for gap, distances in paths.items():
        ax.semilogy(distances, label=f"gap {gap:g} at the start")
    ax.set(xlabel="iteration", ylabel="distance of the two means")
    ax.legend(loc="lower right")
    text = (
        "The distance between the twins lingers near its first value for up to thirty iterations, leaps to a tenth, "
        "and reaches 5 after thirty more."
    )
    return Picture(fig, text)


def bends(x, density, inner, bend, means, zeros):
    """A curve, and its second difference with the dips and the changes of sign."""
    fig, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(8, 4))
    plot_density(x, density, top)
    bottom.plot(inner, bend, color="0.25")
    bottom.plot(means, np.interp(means, inner, bend), "v", markersize=8, label="dips")
    bottom.plot(zeros, np.zeros(len(zeros)), "o", color="#D55E00", label="changes of sign")
    bottom.axhline(0, color="0.6", linewidth=0.8)
    bottom.legend(loc="lower left")
    top.set(ylabel="density")
    bottom.set(xlabel="x", ylabel="second difference")
    return Picture(
        fig, "The curve, and below it the second difference with dips at 5, 15, 20 and changes of sign on both sides."
    )
