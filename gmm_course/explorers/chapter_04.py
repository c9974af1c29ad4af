"""Chapter 4: the gradient as arrows on the bells, by autograd and by finite differences."""

import numpy as np
from autograd import value_and_grad

from gmm_helpers import CLASSIC, Mixture, classic_grid, l2_loss, pack, unpack
from gmm_helpers.plotting import LINES

from .controls import Number, Numbers, subscript
from .explorer import Explorer, Preset, View, literal
from .live_figure import LiveFigure, arrow, dots, fill, line
from .pictures import DOTS, GIVEN, bells, ceiling, truth_bands
from .state import random_mixture
from .words import ordinal, spans

__all__ = ["explore_gradient"]

SYMBOLS = [subscript(letter, k) for letter in ("ℓ", "μ", "ln σ") for k in range(3)]
START = np.array([0, 0, 0, 4, 12, 21, 0, 0, 0.0])
CODE = """from autograd import value_and_grad

x, density = classic_grid(), {truth}.pdf(classic_grid())
theta = np.array({theta}, dtype=float)  # logits | means | log-stds
loss, gradient = value_and_grad(l2_loss)(theta, x, density)
print(loss, gradient)"""


def explore_gradient(**values):
    """Move theta; arrows show where each bell wants to go, bars the nine slopes, and a curve the step downhill.

    values: `theta` (9,), `step`, `h`, `truth`, in place of the first preset's. Returns one box.
    """
    figure = LiveFigure([["curve"], ["slopes"]], 6.8, 5.0, height_ratios=[2.2, 1])
    curve, slopes = figure.axes["curve"], figure.axes["slopes"]
    curve.set(xlim=(0, 25), xlabel="x", ylabel="density")
    slopes.set(xlim=(-0.6, 8.6), ylabel="slope", xticks=range(9), xticklabels=SYMBOLS)
    slopes.axhline(0, color="0.6", linewidth=0.8)
    for ax in (curve, slopes):
        ax.yaxis.set_label_coords(-0.1, 0.5)  # room for the widest tick labels
    figure.key(
        curve,
        {
            "given": GIVEN,
            "ours": {"color": "black"},
            "after a step": {"color": "#CC79A7", "linestyle": (0, (1, 1.5)), "linewidth": 2.4},
            "finite difference": {"color": "black", "linestyle": "none", "marker": "o", "markersize": 5},
        },
    )
    x, fine = classic_grid(), np.linspace(0, 25, 300)
    slope_of = value_and_grad(l2_loss)

    def show(state):
        v = state.values
        theta, density = v["theta"], v["truth"].pdf(x)
        loss, gradient = slope_of(theta, x, density)
        with np.errstate(over="ignore"):
            after = _bounded(theta - v["step"] * gradient)
        differences = forward(theta, x, density, v["h"])
        ours, moved = Mixture(*unpack(theta)), Mixture(*unpack(after))
        y, z = ours.pdf(fine), moved.pdf(fine)
        figure.limits(curve, ylim=(0, ceiling(max(density.max(), y.max(), min(z.max(), 2 * y.max())))))
        marks = truth_bands(curve, fine, v["truth"]) if v["revealed"] else {}
        marks |= {"given": dots(curve, x, density, **DOTS), **bells(curve, fine, ours)}
        marks |= {"ours": line(curve, fine, y, linewidth=1.4)}
        marks |= {"after": line(curve, fine, z, color="#CC79A7", linestyle=(0, (1, 1.5)), linewidth=2.4)}
        marks |= _arrows(curve, ours, moved) | _bars(figure, slopes, gradient, differences)
        l2_after = l2_loss(after, x, density)
        said = sentence(theta, gradient, loss / np.sum(density**2), x)
        return View(marks, said, status(loss, l2_after, gradient, differences), v["truth"], ours)

    controls = {
        "theta": Numbers([_number(i) for i in range(9)], {0: "logits", 3: "means", 6: "log-stds"}),
        "step": Number("step", 10, 0.1, 1000, name="length of the step downhill", log=True, label_width="44px"),
        "h": Number("h", 1e-4, 1e-15, 0.1, name="step of the finite difference", log=True, label_width="44px"),
    }
    return Explorer(
        "explore_gradient", show, figure, controls, _presets(), defaults={"truth": CLASSIC}, given=values,
        new=lambda rng: {"truth": random_mixture(rng)},
        code=lambda v: CODE.format(truth=literal(v["truth"]), theta=literal(v["theta"])),
    )  # fmt: skip


def _number(i):
    low, high, step = ((-20, 5, 0.1), (-5, 60, 0.1), (-2, 2.5, 0.05))[i // 3]
    kind = ("logit", "mean", "log-std")[i // 3]
    return Number(SYMBOLS[i], START[i], low, high, step, name=f"{kind} of bell {i % 3 + 1}", label_width="44px")


def _presets():
    twins, dead, off = START.copy(), START.copy(), START.copy()
    twins[3:6] = 12, 12, 20
    dead[0] = -20
    off[3:6] = 30, 12, 20
    return {
        "Start": Preset("Whose arrow will be the longest?", {"theta": START}),
        "Twins": Preset("Two equal bells at 12. Will they part?", {"theta": twins}),
        "Dead": Preset("The first bell's weight is 1e-9. Can it come back?", {"theta": dead}),
        "Off the grid": Preset("The first bell stands at 30, off the grid. Who pulls it home?", {"theta": off}),
        "At the truth": Preset("And what do the arrows say here?", {"theta": pack(CLASSIC)}),
    }


def forward(theta, x, density, h):
    """(L(theta + h·eᵢ) − L(theta))/h for each i: the slopes without calculus, (9,)."""
    here = l2_loss(theta, x, density)
    return np.array([(l2_loss(theta + h * e, x, density) - here) / h for e in np.eye(theta.size)])


def _bounded(theta):
    """A step may lead anywhere; what is drawn stays within what a float holds."""
    return np.clip(theta, -300, 300)


def _arrows(ax, ours, moved):
    """For each bell: from its top to where the step's mean would be, and from its flank by the change of std."""
    marks = {}
    for k, (w, m, s) in enumerate(zip(ours.weights, ours.means, ours.stds, strict=True)):
        top = w / (s * np.sqrt(2 * np.pi))
        looks = {"color": LINES[k % len(LINES)]["color"], "linewidth": 2.4}
        marks[f"mean {k + 1}"] = arrow(ax, (m, top), (moved.means[k], top), **looks)
        flank = top * np.exp(-0.5)
        for side, name in ((-1, "left"), (1, "right")):
            tail, head = m + side * s, m + side * moved.stds[k]
            marks[f"std {k + 1} {name}"] = arrow(ax, (tail, flank), (head, flank), **looks)
    return marks


def _bars(figure, ax, gradient, differences):
    """A bar for each slope by autograd, in its bell's colour, and a dot for the finite difference."""
    reach = ceiling(max(abs(gradient).max(), abs(differences).max(), 1e-12), steps=(1, 2, 5, 10))
    figure.limits(ax, ylim=(-reach, reach))
    marks = {
        f"slope {i + 1}": fill(ax, [i - 0.3, i + 0.3], [g, g], color=LINES[i % 3]["color"], alpha=0.6)
        for i, g in enumerate(gradient)
    }
    return marks | {"differences": dots(ax, np.arange(gradient.size), differences, size=2.6)}


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
    wish = (("lose", "gain"), ("move left", "move right"), ("narrow", "widen"))[kind][int(g < 0)]
    wish += " weight" if kind == 0 else ""
    name = ("logit", "mean", "log-std")[kind]
    said = f"The {ordinal(k)} bell wants to {wish} most: its {name} has slope {g:.3g}."
    deaf = [k for k in range(K) if abs(by_bell[1:, k]).max() < 1e-6 * abs(g)]
    if deaf:
        where = "off the grid" if not x[0] <= theta[K + deaf[0]] <= x[-1] else "without weight"
        said += f" The {ordinal(deaf[0])}, {where}, hardly feels the curve."
    return said


def status(loss, after, gradient, differences):
    """Loss before and after the step, and how well the differences agree."""
    gap = abs(differences - gradient).max()
    slope = f"largest slope {abs(gradient).max():.3g}"
    return spans(f"loss {loss:.4g}", f"after the step {after:.4g}", slope, f"differences are off by {gap:.0e}")
