"""The gradient as arrows on the bells, by autograd and by finite differences."""

import numpy as np
from autograd import value_and_grad

from gmm_helpers import Mixture, classic_grid, l2_loss, unpack

from .marks import arrow, curve, dots, line, scene
from .view import View
from .widget import Explorer
from .words import ordinal, spans

__all__ = ["explore_gradient"]

KINDS = ("logit", "mean", "log-std")


def explore_gradient(**values):
    """Move theta; arrows show where each bell wants to go, bars the nine slopes, and a curve the step downhill.

    values: `theta` (9,), `step`, `h`, `truth`, `preset`, in place of the first preset's. Returns one box.
    """
    x, slope_of = classic_grid(), value_and_grad(l2_loss)
    paths = {which: [("theta", 3 * i + k) for k in range(3)] for i, which in enumerate("wms")}
    handles = ({"kind": "bells", "paths": paths, "free": True, "panel": "curve", "name": "ours"},)

    def show(state):
        v = state.values
        theta, density = v["theta"], v["truth"].pdf(x)
        loss, gradient = slope_of(theta, x, density)
        differences = [(l2_loss(theta + v["h"] * e, x, density) - loss) / v["h"] for e in np.eye(theta.size)]
        with np.errstate(over="ignore"):
            after = np.clip(theta - v["step"] * gradient, -300, 300)  # what is drawn stays within what a float holds
        ours, moved = Mixture(*unpack(theta)), Mixture(*unpack(after))
        marks = scene(x, density, ours, v["truth"], label="ours")
        fine, looks = marks["curve"].x, {"color": "soft", "dash": (1, 1.5), "width": 2.2, "label": "ours after a step"}
        marks |= {"after": curve("curve", fine, moved, **looks)} | arrows(ours, moved)
        marks |= bars(gradient, differences)
        later = l2_loss(after, x, density)
        numbers = [f"loss {loss:.4g}", f"after the step {later:.4g}"]
        numbers += [f"largest slope {abs(gradient).max():.3g}"]
        numbers += [f"differences are off by {abs(differences - gradient).max():.0e}"]
        said = sentence(theta, gradient, loss / np.sum(density**2), x)
        if later > loss + 1e-9:
            said += f" This step is too long: the loss would rise from {loss:.3g} to {later:.3g}."
        return View(marks, said, spans(*numbers), handles, v["truth"], ours)

    def steepest(state):
        gradient = slope_of(state.values["theta"], x, state.values["truth"].pdf(x))[1]
        return int(np.argmax(abs(gradient))) % 3

    return Explorer("explore_gradient", show, values, judge=steepest)


def arrows(ours, moved):
    """For each bell: from its top to where the step's mean would be, and from its flank by the change of std."""
    marks = {}
    for k, (w, m, s) in enumerate(zip(ours.weights, ours.means, ours.stds, strict=True)):
        top, wide = w / (s * np.sqrt(2 * np.pi)), moved.stds[k]
        ends = {f"mean {k + 1}": (m, moved.means[k], 1.12 * top)}  # above the handle
        flank = (1 - 0.06 * k) * top * np.exp(-0.5)  # so that bells of one height have theirs beside each other
        ends |= {f"std {k + 1} {side}": (m + side * s, m + side * wide, flank) for side in (-1, 1)}
        for name, (*places, y) in ends.items():
            x = np.clip(places, -100, 125)  # what leads off the grid is drawn as that
            marks[name] = arrow("curve", x, (y, y), color=f"bell{k + 1}", width=2.4)
    return marks


def bars(gradient, differences):
    """A bar for each slope by autograd, in its bell's colour, and a dot for the finite difference."""
    marks, looks = {}, {"color": "ink", "size": 2.6, "label": "finite difference"}
    for i, g in enumerate(gradient):
        hue = f"bell{i % 3 + 1}"
        marks[f"slope {i + 1}"] = line("slopes", [i - 0.3, i + 0.3], [g, g], color=hue, fill=0.6, width=0)
    return marks | {"differences": dots("slopes", np.arange(gradient.size), differences, **looks)}


def sentence(theta, gradient, loss, x):
    """Which bell wants what most; or why none wants anything."""
    K = theta.size // 3
    by_bell = gradient.reshape(3, K)
    same = [(i, j) for i in range(K) for j in range(i) if (by_bell[:, i] == by_bell[:, j]).all() and by_bell[1, i]]
    if same:
        i, j = same[0]
        slope = f"their means have the same slope, {by_bell[1, i]:.4f}"
        return f"Bells {j + 1} and {i + 1} are twins: {slope}, so they will never part."
    if abs(gradient).max() < 1e-9:
        why = "and the loss is 0: nothing is left to gain" if loss < 1e-12 else f"yet the loss is {loss:.2f}"
        return f"No bell wants to move, {why}."
    i = int(np.argmax(abs(gradient)))
    kind, k, g = i // K, i % K, gradient[i]
    wish = (("lose weight", "gain weight"), ("move left", "move right"), ("narrow", "widen"))[kind][int(g < 0)]
    said = f"The {ordinal(k)} bell wants to {wish} most: its {KINDS[kind]} has slope {g:.3g}."
    deaf = [k for k in range(K) if abs(by_bell[1:, k]).max() < 1e-6 * abs(g)]
    if deaf:
        where = "off the grid" if not x[0] <= theta[K + deaf[0]] <= x[-1] else "without weight"
        said += f" The mean and std of the {ordinal(deaf[0])}, {where}, hardly feel the curve."
    return said
