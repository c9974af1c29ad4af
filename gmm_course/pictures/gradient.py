"""Chapter "Differentiate": arrows downhill, errors of differences, a slope made of products, a tape, a line, a hill."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Picture, mixture_pdf, plot_density, unpack

__all__ = ["arrows", "differences", "hill", "line", "product", "tape"]


def arrows(x, density, theta, gradient):
    """The guess over the target, and the slopes of its means and log-stds, turned downhill."""
    weights, means, stds = unpack(theta)
    to_mean, to_std = -gradient[3:].reshape(2, 3)
    fig, ax = plt.subplots()
    plot_density(x, density, ax)
    ax.plot(x, mixture_pdf(x, weights, means, stds), label="the guess")
    top, flank = mixture_pdf(means, weights, means, stds), mixture_pdf(means + 1, weights, means, stds)
    look = {"angles": "xy", "scale_units": "xy", "scale": 0.05, "width": 0.004}
    ax.quiver(means, top + 0.01, to_mean, 0 * top, color="black", **look)
    ax.quiver(means + 1, flank, to_std, 0 * top, color="C1", **look)
    ax.quiver(means - 1, flank, -to_std, 0 * top, color="C1", **look)
    ax.plot([], [], color="black", linestyle="-", label="downhill by a mean")
    ax.plot([], [], color="C1", linestyle="-", label="downhill by a log-std")
    ax.set(xlabel="x (an arrow of length 1 is a slope of 0.05)", ylabel="density", ylim=(-0.01, 0.28))
    ax.legend(loc="upper center", ncols=2)
    text = "Three bells of the guess over the target. Small arrows move the means, long ones widen all three bells."
    return Picture(fig, text)


def differences(steps, named):
    """Relative errors of a slope by the step of a difference, by the kind of difference."""
    fig, ax = plt.subplots()
    for (name, errors), marker in zip(named.items(), "os", strict=True):
        ax.loglog(steps, errors, marker=marker, label=name)
    ax.set(xlabel="step h", ylabel="relative error of the slope")
    ax.legend()
    text = "Two Vs. Forward differences are best near h = 1e-8, central ones near 1e-5. Further left both get worse."
    return Picture(fig, text)


def product(x, misses, sensitivity):
    """The misses and the sensitivity, and their product below."""
    fig, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(8, 4.4))
    top.plot(x, misses, label="misses f − y")
    top.plot(x, sensitivity, label="sensitivity of f to its mean")
    bottom.fill_between(x, 2 * misses * sensitivity, alpha=0.4, label="their product, twice")
    top.set(ylabel="at each point")
    bottom.set(xlabel="x", ylabel="part of the slope")
    for ax in (top, bottom):
        ax.axhline(0, color="0.6", linewidth=0.8)
        ax.legend()
    text = "Above, the misses and the sensitivity of the curve to its mean. Below, their product, mostly negative."
    return Picture(fig, text)


def tape(a, b, product, square, power, total):
    """The graph of exp(ab) + a²; each is a number with `value`, `slope` and `parents`."""
    named = {"b": (b, 0, 1.6), "a": (a, 0, 0), "ab": (product, 1, 1.6), "a²": (square, 1, 0)}
    named |= {"exp(ab)": (power, 2, 1.6), "sum": (total, 3, 0.8)}
    fig, ax = plt.subplots(figsize=(8, 3), subplot_kw={"xlim": (-0.4, 3.4), "ylim": (-0.6, 2.1)})
    center, look = {"ha": "center", "va": "center"}, {"fc": "0.94", "ec": "0.6"}
    boxes = {}
    for name, (number, i, j) in named.items():
        told = f"{name} = {number.value:.2f}\nslope {number.slope:.2f}"
        boxes[number] = ax.text(i, j, told, bbox=look, **center)
    fig.canvas.draw()
    beside = {(1, 0): (0.02, 0.15), (1, 1): (-0.2, 0.12), (1, -1): (0.22, 0.15)}
    for number, box in boxes.items():
        bends = (0.45, -0.45) if number is square else (0, 0)
        for bend, (parent, local) in zip(bends, number.parents, strict=False):
            ends = {"patchA": boxes[parent].get_bbox_patch(), "patchB": box.get_bbox_patch()}
            bent = {"arrowstyle": "->", "color": "0.4", "connectionstyle": f"arc3,rad={bend}", **ends}
            here, there = np.array(boxes[parent].get_position()), np.array(box.get_position())
            ax.annotate("", there, here, arrowprops=bent)
            aside = (0, -0.4 * bend) if bend else beside[tuple(np.sign(there - here))]
            ax.text(*(here + there) / 2 + aside, f"× {local:.2f}", color="C1", **center)
    ax.axis("off")
    return Picture(
        fig, "A graph: a and b lead to ab, exp(ab) and a², and these to the sum. Each arrow carries a local slope."
    )


def line(lengths, losses, tried, slope):
    """The loss along the gradient, with some steps, and what the slope promises."""
    fig, ax = plt.subplots()
    ax.plot(lengths, losses)
    ax.plot(tried.keys(), tried.values(), "o", color="C1")
    ax.axline((0, losses[0]), slope=slope, color="0.6", linestyle=":", label="what the slope promises")
    ax.set(xlabel="step length", ylabel="loss", ylim=(0, 0.4))
    ax.legend()
    text = "Along the gradient the loss falls as promised, dips near 9 and, a little lower, near 28, then rises."
    return Picture(fig, text)


def hill(way, losses):
    """The loss on the straight way from one end of a walk, at 0, to another, at 1."""
    fig, ax = plt.subplots(figsize=(8, 2.6))
    ax.plot(way, losses)
    ax.plot([0, 1], np.interp([0, 1], way, losses), "*", color="black", markersize=9, label="ends of two walks")
    ax.set(xlabel="share of the way from one end to the other", ylabel="relative loss", ylim=(0.06, 0.13))
    ax.legend()
    return Picture(fig, "Two valleys, at 0.0855 and 0.0765, and between them a hill that rises to 0.121.")
