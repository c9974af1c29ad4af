"""Chapter "How many bells, and how sure?": kept promises, and what is left over."""

import matplotlib.pyplot as plt

from gmm_helpers import Picture, plot_residual

__all__ = ["counts", "left_over", "promises"]


def promises(by_name, by_distance):
    """Shares of 95 % intervals that hold the truth: for each number of the classic, and by the distance of a pair."""
    fig, (left, right) = plt.subplots(1, 2, sharey=True)
    left.plot(by_name.keys(), by_name.values(), "o")
    right.plot(by_distance.keys(), by_distance.values(), "o-")
    for ax in (left, right):
        ax.axhline(0.95, color="0.6", linewidth=0.8)
    left.set(ylabel="intervals that hold the truth", ylim=(0.4, 1), title="the classic")
    right.set(xlabel="distance of the two means", title="the weight of a near pair")
    return Picture(
        fig, "Left: nine shares near 95 %. Right: 95 % for bells 6 apart, falling to 60 % for bells 2 apart."
    )


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
    ax.set(xlabel="x", ylabel="in some unit", title=title)
    return Picture(fig, f"The points of {title} with error bars: a curve with several humps.")
