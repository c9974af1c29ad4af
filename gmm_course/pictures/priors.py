"""Chapter "Add a prior": runaway stds, a level landscape, distances by the number of bells, a bell at the edge."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Picture, plot_bells, plot_density, plot_fit, plot_residual

__all__ = ["by_count", "half_a_bell", "left_over", "level", "runaway", "strengths"]


def runaway(x, density, result, widest):
    """A fit, and the largest std of each walk, in order."""
    fig, (left, right) = plt.subplots(1, 2)
    plot_fit(x, density, result, left)
    left.set(xlabel="x", ylabel="density", title="the walk with the widest bell")
    left.legend(loc="upper left", fontsize=8)
    right.semilogy(np.sort(widest), "o", markersize=4)
    right.axhline(50, color="0.6", linewidth=0.8, label="50, twice the grid")
    right.legend(loc="upper left")
    right.set(xlabel="walks, in order", ylabel="largest std", title="all forty walks")
    text = (
        "Left: the fitted curve runs through every point. Right: the largest std of forty walks, most near 2, "
        "some far beyond 50."
    )
    return Picture(fig, text)


def level(stds, losses):
    """The loss over the std of a spare bell; losses: its weight → the loss at each std."""
    fig, ax = plt.subplots()
    for weight, values in losses.items():
        ax.loglog(stds, values, label=f"weight {weight:g}")
    ax.set(xlabel="std of the spare bell", ylabel="relative loss", ylim=(1e-9, 1e-2))
    ax.legend(loc="upper right", ncols=3)
    text = "Three curves dip near a std of 10 and run level from 100 on; ten times less weight, a hundred times lower."
    return Picture(fig, text)


def by_count(counts, to_data, to_truth):
    """Distances to the noisy data and to the true curve, by the number of bells."""
    fig, ax = plt.subplots()
    ax.semilogy(counts, to_data, "o-", label="loss: distance to the noisy data")
    ax.semilogy(counts, to_truth, "s--", label="distance to the true curve")
    ax.set(xlabel="number of bells", ylabel="relative squared distance", xticks=counts)
    ax.legend()
    text = "The loss falls with every further bell; the distance to the truth is lowest at three and rises again."
    return Picture(fig, text)


def strengths(times, named):
    """Errors over the strength of a prior, and without one as dotted lines; times: begin with 0."""
    fig, ax = plt.subplots()
    for (label, rms), marker in zip(named.items(), "os", strict=True):
        (line,) = ax.semilogx(times[1:], rms[1:], marker=marker, label=label)
        ax.axhline(rms[0], color=line.get_color(), linewidth=1, linestyle=":", label="the same, without a prior")
    ax.axvline(1, color="0.6", linewidth=0.8)
    ax.set(xlabel="times the λ of the formula", ylabel="rms error of log std", ylim=(0, None))
    ax.legend(loc="lower right", fontsize=9)
    text = "Two curves shaped like a U, both lowest at one times λ; dotted lines show the larger error without a prior."
    return Picture(fig, text)


def half_a_bell(x, truth, seen, cut, named):
    """Fits to the seen part of a curve, over the whole true one; named: title → mixture."""
    fig, axes = plt.subplots(1, 2, sharey=True)
    for ax, (title, mixture) in zip(axes, named.items(), strict=True):
        ax.plot(x, truth, color="0.8", linewidth=5, label="the truth")
        plot_density(seen, cut, ax)
        plot_bells(x, mixture, ax)
        ax.set(xlabel="x", title=title)
    axes[0].set(ylabel="density")
    axes[0].legend(fontsize=8)
    text = (
        "Left, without a prior: two bells are seen, the third has left, and the true curve beyond 16 is missed. "
        "Right, with priors: the third bell stands near 20, over the true curve in grey."
    )
    return Picture(fig, text)


def left_over(x, density, results):
    """The residuals of fits, by the strength of their prior."""
    fig, ax = plt.subplots(figsize=(8, 2.6))
    for (lam, result), style in zip(results.items(), ("-", "--"), strict=True):
        plot_residual(x, density, result, ax, linestyle=style, color=f"C{int(lam > 0)}", label=f"λ = {lam:g}")
    ax.set(xlabel="x", ylabel="density − fit")
    ax.legend()
    return Picture(fig, "What two bells leave over: a whole bump near 20, the same with and without the prior.")
