"""Chapter "Measure the misfit": gaps and squares, slices of the landscape, a map over two means, four judges."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Mixture, Picture, plot_density, relative_loss

__all__ = ["gaps", "judges", "mirror", "rolls", "slices", "stages"]


def gaps(x, density, ours):
    """Two curves, the gap between them shaded, and its square below."""
    fig, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(8, 4.6))
    plot_density(x, density, top)
    top.plot(x, ours, label="the guess")
    top.fill_between(x, density, ours, alpha=0.2)
    top.set(ylabel="density")
    top.legend()
    bottom.fill_between(x, (density - ours) ** 2, color="C1", alpha=0.4)
    bottom.set(xlabel="x", ylabel="squared misfit")
    return Picture(fig, "Above, target and guess with the gap shaded. Below, the squared gap, largest near 15.")


def stages(x, guess, truth):
    """Residuals of a guess, and with its means, then its stds, then its weights set to the truth."""
    named = {"the guess": guess, "means": Mixture(guess.weights, truth.means, guess.stds)}
    named |= {"and stds": Mixture(guess.weights, truth.means, truth.stds), "and weights": truth}
    fig, axes = plt.subplots(1, len(named), sharey=True, figsize=(10, 2.8))
    for ax, (name, mixture) in zip(axes, named.items(), strict=True):
        residual = truth.pdf(x) - mixture.pdf(x)
        ax.fill_between(x, residual, alpha=0.3)
        ax.plot(x, residual)
        ax.set(title=f"{name}: {relative_loss(truth.pdf(x), mixture.pdf(x)):.3f}", xlabel="x")
    axes[0].set(ylabel="density − ours")
    return Picture(fig, "The residual in four stages: large waves for the guess, then smaller ones, a bump, then zero.")


def slices(shares, by_share, stds, by_std):
    """The loss along a weight, and along a std."""
    fig, (left, right) = plt.subplots(1, 2)
    left.plot(shares, by_share)
    left.set(xlabel="weight of the middle bell", ylabel="relative loss", ylim=(-0.05, 1.5))
    right.semilogx(stds, by_std)
    right.set(xlabel="std of the middle bell", ylim=(-0.05, 1.5), xticks=[0.1, 1, 10], xticklabels=["0.1", "1", "10"])
    return Picture(
        fig, "Left: a parabola with its foot at 0.5. Right: a valley, steep on its left, gentle on its right."
    )


def rolls(means, loss_at, starts, ends):
    """The loss along a mean, with the places where balls were let go and came to rest."""
    fig, ax = plt.subplots()
    ax.plot(means, [loss_at(m) for m in means])
    ax.plot(starts, [loss_at(m) for m in starts], "o", color="0.5", label="let go")
    ax.plot(ends, [loss_at(m) for m in ends], "k*", label="at rest")
    for name, start, end, aside in zip("abc", starts, ends, [(-4, -20), (-10, 10), (4, 10)], strict=True):
        ax.annotate(name, (start, loss_at(start)), (-4, 8), textcoords="offset points")
        ax.annotate(name, (end, loss_at(end)), aside, textcoords="offset points")
    ax.set(xlabel="mean of the first bell", ylabel="relative loss")
    ax.legend(loc="lower left")
    text = (
        "A floor at 5, a wall near 0, high level ground near 19. Ball a, let go at −1, rolls left; b and c roll to 5."
    )
    return Picture(fig, text)


def mirror(tries, heights):
    """The loss over two means, with its two floors and the line on which both are equal."""
    fig, ax = plt.subplots(figsize=(5.6, 4.6))
    filled = ax.contourf(tries, tries, heights, levels=np.linspace(0, 1.8, 13), cmap="Blues_r", extend="max")
    fig.colorbar(filled, label="relative loss")
    ax.plot([8, 16], [16, 8], "w*", markersize=13, markeredgecolor="k")
    ax.plot(tries, tries, "k--", linewidth=1)
    ticks = range(4, 21, 4)
    ax.set(xlabel="first mean", ylabel="second mean", aspect="equal", xticks=ticks, yticks=ticks)
    return Picture(fig, "A map over two means with two round valleys, mirror images across the diagonal.")


def judges(x, target, singles):
    """The best single bells of some judges; singles: label → curve."""
    fig, ax = plt.subplots()
    ax.plot(x, target, color="0.6", linewidth=3, label="target")
    for label, curve in singles.items():
        ax.plot(x, curve, label=label)
    ax.set(xlabel="x", ylabel="density", xlim=(-5, 30))
    ax.legend()
    text = "The target and the best single bells of three judges: one broad and low, one medium, one narrow and tall."
    return Picture(fig, text)
