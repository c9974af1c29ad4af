"""Chapter "Parameterise": bells upside down, exp and clipping, valleys of logits, an average of two answers."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import Picture, plot_density

__all__ = ["average", "dipole", "factors", "upside_down", "valleys"]


def upside_down(x, density, fine, parts, weights):
    """The sum of some parts among the points, and the parts below."""
    fig, (top, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 4.4))
    plot_density(x, density, top)
    top.plot(fine, sum(parts), color="C1", label="the curve found")
    for weight, part in zip(weights, parts, strict=True):
        below.plot(fine, part, label=f"weight {weight:.2f}")
    below.axhline(0, color="0.6", linewidth=0.8)
    top.set(ylabel="density")
    below.set(xlabel="x", ylabel="bells")
    top.legend()
    below.legend()
    return Picture(
        fig, "Top: a curve near the points, without the hump at 20. Below: its three bells, one of them upside down."
    )


def dipole(x, density, fine, parts):
    """Some parts, and their sum among the points."""
    fig, (left, right) = plt.subplots(1, 2)
    for k, part in enumerate(parts):
        left.plot(fine, part, label=f"bell {k + 1}")
    plot_density(x, density, right, markersize=3)
    right.plot(fine, sum(parts), label="the sum")
    left.set(title="the bells", xlabel="x", ylabel="density")
    right.set(title="their sum", xlabel="x", ylim=(-0.05, 0.27))
    left.legend()
    right.legend(loc="upper left", fontsize=9)
    return Picture(
        fig,
        "Left: two huge bells, one up, one down. Right: the sum of all three follows the points, and dips below 0 "
        "near 12.",
    )


def factors(steps, stds):
    """Two ways to make a std of any number: exp, with dots at some steps, and clipping."""
    fig, (left, right) = plt.subplots(1, 2, sharey=True)
    log_std, free = np.linspace(-2, 1.8, 200), np.linspace(-2, 6, 200)
    left.plot(log_std, np.exp(log_std))
    left.plot(steps, stds, "o", color="C1")
    left.set(title="exp(free): equal steps, equal factors", xlabel="log-std", ylabel="std")
    right.plot(free, np.maximum(free, 0.05), color="C2")
    right.set(title="maximum(free, 0.05)", xlabel="free number")
    return Picture(
        fig,
        "Left: exp rises ever steeper and never reaches 0, with dots at 1, 2 and 4. Right: a line, flat below 0.05.",
    )


def valleys(steps, named):
    """The loss along some directions, by their names."""
    fig, ax = plt.subplots()
    for name, losses in named.items():
        ax.plot(steps, losses, label=name, **({"color": "black", "linestyle": ":"} if name == "all three" else {}))
    ax.set(xlabel="step from the truth", ylabel="loss")
    ax.legend(title="logit")
    return Picture(
        fig,
        "Three valleys with their floor at the truth, one a logit. Along all three together the loss is a flat line "
        "at 0.",
    )


def average(x, density, fine, curve):
    """A curve among the points."""
    fig, ax = plt.subplots()
    plot_density(x, density, ax)
    ax.plot(fine, curve, color="C1", label="average of two right answers")
    ax.set(xlabel="x", ylabel="density")
    ax.legend()
    return Picture(
        fig, "The average has one hump at 15 with a broad foot around 12.5. The humps at 5 and at 20 are gone."
    )
