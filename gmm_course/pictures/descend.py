"""Chapter "Descend": walks over contours, and losses by steps."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Picture

__all__ = ["losses", "races", "walks"]


def walks(f, paths):
    """Paths of (mean, log-std), by the length of their steps, over the contours of f."""
    means, log_stds = np.linspace(12.4, 16.2, 80), np.linspace(-0.8, 1.4, 70)
    surface = [[f(np.array([m, s])) for m in means] for s in log_stds]
    fig, axes = plt.subplots(1, len(paths), sharey=True)
    for ax, (step, path) in zip(axes, paths.items(), strict=True):
        levels = [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8]
        ax.contour(means, log_stds, surface, levels=levels, colors="0.75", linewidths=0.8)
        ax.plot(*path.T, ".-", color="C0", linewidth=0.9)
        ax.plot(*path[0], "o", color="C1")
        ax.plot(15, 0, "k+", markersize=12)
        ax.set(title=f"step {step}", xlabel="mean", xlim=(12.4, 16.2))
    axes[0].set_ylabel("log-std")
    text = "Three walks over the same contours: step 0.5 creeps in, 1.5 strides in, 2 jumps up and down for ever."
    return Picture(fig, text)


def losses(walks):
    """The loss at each step of each walk, by its name."""
    fig, ax = plt.subplots()
    for name, values in walks.items():
        ax.semilogy(values, label=name)
    ax.set(xlabel="steps", ylabel="relative loss")
    ax.legend()
    text = "With step 0.07 the loss falls along a line for 3,000 steps; with 0.08 it falls, then rises and stays."
    return Picture(fig, text)


def races(walks):
    """The loss at each step of each walk, by its name, both axes logarithmic."""
    fig, ax = plt.subplots()
    for name, values in walks.items():
        ax.loglog(np.arange(1, len(values) + 1), values, label=name)
    ax.set(xlabel="steps", ylabel="relative loss", xlim=(0.9, 1e4), ylim=(1e-20, 2))
    ax.legend(loc="lower left")
    return Picture(fig, "Loss against steps: descent takes thousands, conjugate gradients hundreds, BFGS thirty.")
