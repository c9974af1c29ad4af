"""Chapter "How many bells, and how sure?": kept promises, a weight nobody knows, and what is left over."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Picture, plot_bells, plot_density, plot_fit, plot_residual

__all__ = ["counts", "fit_and_residual", "left_over", "near_pair", "promises"]


def promises(by_name, by_distance):
    """Shares of 95 % intervals that hold the truth: for each number of the classic, and by the distance of a pair."""
    fig, (left, right) = plt.subplots(1, 2, sharey=True)
    left.plot(by_name.keys(), by_name.values(), "o")
    right.plot(by_distance.keys(), by_distance.values(), "o-")
    for ax in (left, right):
        ax.axhline(0.95, color="0.6", linewidth=0.8, label="95 %")
    left.legend(loc="lower right")
    left.set(ylabel="share that hold the truth", ylim=(0.4, 1), title="the classic's nine numbers")
    right.set(xlabel="distance of the two means", title="the weight of a near pair")
    return Picture(
        fig, "Left: nine shares near 95 %. Right: 95 % for bells 6 apart, falling to 60 % for bells 2 apart."
    )


def near_pair(x, target, near, other, held, rises, found):
    """Two mixtures for one curve; and Δχ² over the held weight, with the weights of some fits."""
    fig, (left, right) = plt.subplots(1, 2)
    plot_density(x, target, left)
    for bell, label in zip(plot_bells(x, near, left, color="0.5", linewidth=1), ("the truth", None), strict=True):
        bell.set_label(label)
    for bell, label in zip(plot_bells(x, other, left), ("weight 0.3", "weight 0.7"), strict=True):
        bell.set_label(label)
    left.set(xlabel="x", ylabel="density", title="two pairs of bells, one curve")
    left.legend(loc="upper right", fontsize=8)
    for (name, rise), style in zip(rises.items(), (".-", ".--"), strict=True):
        right.plot(held, rise, style, label=name)
    right.plot(found, np.full(len(found), -0.6), "|", color="0.25", markersize=10, label="fits, 0.1 % noise")
    right.axhline(3.84, color="0.6", linewidth=0.8, label="3.84")
    right.set(xlabel="weight of the first bell, held", ylabel="Δχ²", ylim=(-1.5, 24), title="how much χ² rises")
    right.legend(loc="upper center", fontsize=8)
    text = (
        "Left: two quite different pairs of bells, one curve. Right: under 1 % of noise Δχ² lies on the axis; under "
        "0.1 % it is a bowl that reaches 4 near 0.36 and 0.64, and twenty fits scatter between."
    )
    return Picture(fig, text)


def fit_and_residual(x, y, result):
    """A fit of a noisy curve above what it leaves over."""
    fig, (top, below) = plt.subplots(2, 1, sharex=True, height_ratios=[3, 1], figsize=(8, 4.4))
    plot_fit(x, y, result, top)[0].set_label("the curve, with noise")
    top.set(ylabel="density")
    top.legend()
    plot_residual(x, y, result, below)
    below.set(xlabel="x", ylabel="residual")
    return Picture(fig, "The fitted curve runs through the points, its three bells below. The residual is jitter.")


def left_over(x, density, result, other):
    """The residual of a fit to a kernel estimate, and the estimate of other samples minus the same fit."""
    fig, ax = plt.subplots(figsize=(8, 2.6))
    plot_residual(x, density, result, ax, label="what the fit leaves over")
    ax.plot(x, other - result.pdf(x), "--", color="C1", label="another data set, minus the same fit")
    ax.set(xlabel="x", ylabel="curve − fit")
    ax.legend()
    return Picture(fig, "Two slow waves, no jitter: the residual is small, another data set deviates more.")


def counts(x, heights, spread, title):
    """Points with their error bars."""
    fig, ax = plt.subplots(figsize=(8, 2.6))
    ax.errorbar(x, heights, spread, fmt=".", color="0.25", elinewidth=0.8)
    ax.set(xlabel="x", ylabel="curve, some unit", title=title)
    return Picture(fig, f"The points of {title} with error bars: a curve with several humps.")
