"""Chapter "Use the squares": matrices by their colours, losses by steps, and a fit that is pleased with itself."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Picture, plot_bells, plot_density

__all__ = ["fitted", "matrices", "races"]


def matrices(named):
    """Matrices of second derivatives, (9, 9), by their titles; roots of the entries, purple positive."""
    fig, axes = plt.subplots(1, len(named), figsize=(9, 2.8), sharey=True)
    kinds = ["logits", "means", "log-stds"]
    for ax, (title, matrix) in zip(axes, named.items(), strict=True):
        ax.imshow(np.sign(matrix) * np.sqrt(abs(matrix)), cmap="PuOr", vmin=-1.6, vmax=1.6)
        ax.set(title=title, xticks=[1, 4, 7], yticks=[1, 4, 7])
        ax.set_xticklabels(kinds, fontsize=8)
    axes[0].set_yticklabels(kinds, fontsize=8)
    text = "Four 9 by 9 matrices: at the start H and 2JᵀJ look different, at the answer they are the same."
    return Picture(fig, text)


def races(walks):
    """The loss at each step of each walk, by its name."""
    fig, ax = plt.subplots()
    for name, losses in walks.items():
        ax.semilogy(losses, ".-", label=name)
    ax.set(xlabel="steps", ylabel="relative loss", ylim=(1e-20, 2))
    ax.legend()
    text = "Loss against steps: BFGS bends down after twenty steps, Levenberg–Marquardt after five."
    return Picture(fig, text)


def fitted(x, density, mixture):
    """A mixture and its bells among the points of the curve."""
    fig, ax = plt.subplots()
    fine = np.linspace(0, 25, 500)
    plot_density(x, density, ax)
    ax.plot(fine, mixture.pdf(fine), "k", label="BFGS, success")
    plot_bells(fine, mixture, ax)
    ax.set(xlabel="x", ylabel="density")
    ax.legend()
    text = "The fit has one wide bell under everything and one sharp bell near 15; the humps at 5 and 20 are missed."
    return Picture(fig, text)
