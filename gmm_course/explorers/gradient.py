"""The gradient as arrows on the bells, by autograd and by finite differences."""

import numpy as np
from autograd import value_and_grad

from gmm_helpers import CLASSIC, Mixture, classic_grid, l2_loss, pack, unpack

from .as_code import literal
from .inputs import Number, Numbers, subscript
from .marks import Panel, arrow, bell_marks, ceiling, dots, line, truth_marks
from .state import random_mixture
from .widget import Explorer, Preset, View
from .words import ordinal, spans

__all__ = ["explore_gradient"]

SYMBOLS = [subscript(letter, k) for letter in ("ℓ", "μ", "ln σ") for k in range(3)]
START = np.array([0, 0, 0, 4, 12, 21, 0, 0, 0.0])
WHICH = ("the first", "the second", "the third")
CODE = """from autograd import value_and_grad

x, density = classic_grid(), {truth}.pdf(classic_grid())
theta = np.array({theta}, dtype=float)  # logits | means | log-stds
loss, gradient = value_and_grad(l2_loss)(theta, x, density)
print(loss, gradient)"""


def explore_gradient(**values):
    """Move theta; arrows show where each bell wants to go, bars the nine slopes, and a curve the step downhill.

    values: `theta` (9,), `step`, `h`, `truth`, `preset`, in place of the first preset's. Returns one box.
    """
    panels = {
        "curve": Panel(
            2.4, ylabel="density: an arrow shows where the step would put a bell’s mean and std", xlabel="x"
        ),
        "slopes": Panel(1.0, (-0.6, 8.6), (-1, 1), "", "slope", ticks={"x": list(enumerate(SYMBOLS))}),
    }
    x, fine, slope_of = classic_grid(), np.linspace(0, 25, 220), value_and_grad(l2_loss)
    bells = {"w": ("theta", 0), "m": ("theta", 3), "s": ("theta", 6)}
    handles = ({"kind": "free", "of": bells, "K": 3, "panel": "curve"},)

    def show(state):
        v = state.values
        theta, density = v["theta"], v["truth"].pdf(x)
        loss, gradient = slope_of(theta, x, density)
        with np.errstate(over="ignore"):
            after = _bounded(theta - v["step"] * gradient)
        differences = forward(theta, x, density, v["h"])
        ours, moved = Mixture(*unpack(theta)), Mixture(*unpack(after))
        y, z = ours.pdf(fine), moved.pdf(fine)
        top = ceiling(max(density.max(), y.max(), min(z.max(), 2 * y.max())))
        marks = truth_marks("curve", fine, v["truth"]) | bell_marks("curve", fine, ours)
        marks["given"] = dots("curve", x, density, label="given")
        marks["ours"] = line("curve", fine, y, width=1.4, label="ours")
        marks["after"] = line("curve", fine, z, color="soft", dash=(1, 1.5), width=2.2, label="after a step")
        marks |= _arrows(ours, moved) | _bars(gradient, differences)
        reach = ceiling(max(abs(gradient).max(), abs(differences).max(), 1e-12), steps=(1, 2, 5, 10))
        said = sentence(theta, gradient, loss / np.sum(density**2), x)
        numbers = status(loss, l2_loss(after, x, density), gradient, differences)
        limits = {"curve": ((0, 25), (0, top)), "slopes": ((-0.6, 8.6), (-reach, reach))}
        return View(marks, said, numbers, limits, handles, v["truth"], ours)

    controls = {
        "theta": Numbers([_number(i) for i in range(9)], {0: "logits", 3: "means", 6: "log-stds"}),
        "step": Number("step", 10, 0.1, 1000, 0.05, name="length of the step downhill", log=True),
        "h": Number("h", 1e-4, 1e-15, 0.1, 0.05, name="step of the finite difference", log=True),
    }
    return Explorer(
        "explore_gradient", show, panels, controls, _presets(), defaults={"truth": CLASSIC}, given=values, height=420,
        new=lambda rng: Preset(
            "Other dots, the same start: which bell has the steepest slope?", {"truth": random_mixture(rng)},
            WHICH, lambda state: steepest(state, x),
        ),
        code=lambda v: CODE.format(truth=literal(v["truth"]), theta=literal(v["theta"])),
    )  # fmt: skip


def steepest(state, x):
    """The number of the bell that one of whose slopes is the largest."""
    theta = state.values["theta"]
    return int(np.argmax(abs(value_and_grad(l2_loss)(theta, x, state.values["truth"].pdf(x))[1]))) % 3


def _number(i):
    low, high, step = ((-20, 5, 0.1), (-5, 60, 0.1), (-2, 2.5, 0.05))[i // 3]
    kind = ("logit", "mean", "log-std")[i // 3]
    return Number(SYMBOLS[i], START[i], low, high, step, name=f"{kind} of bell {i % 3 + 1}")


def _presets():
    twins, dead, off = START.copy(), START.copy(), START.copy()
    twins[3:6] = 12, 12, 20
    dead[0] = -20
    off[3:6] = 30, 12, 20
    yes_no = ("yes", "no")
    return {
        "Start": Preset("Which bell has the steepest slope?", {"theta": START}, WHICH, 1),
        "Twins": Preset("Two equal bells at 12. Will they part?", {"theta": twins}, yes_no, 1),
        "Dead": Preset("The first bell's weight is 1e-9. Can the slopes bring it back?", {"theta": dead}, yes_no, 1),
        "Off the grid": Preset("The first bell stands at 30, off the grid. Will its mean be pulled home?",
                               {"theta": off}, yes_no, 1),
        "At the truth": Preset("Which way do the arrows point at the truth?", {"theta": pack(CLASSIC)},
                               ("apart", "together", "nowhere"), 2),
    }  # fmt: skip


def forward(theta, x, density, h):
    """(L(theta + h·eᵢ) − L(theta))/h for each i: the slopes without calculus, (9,)."""
    here = l2_loss(theta, x, density)
    return np.array([(l2_loss(theta + h * e, x, density) - here) / h for e in np.eye(theta.size)])


def _bounded(theta):
    """A step may lead anywhere; what is drawn stays within what a float holds."""
    return np.clip(theta, -300, 300)


def _arrows(ours, moved):
    """For each bell: from its top to where the step's mean would be, and from its flank by the change of std."""
    marks = {}
    for k, (w, m, s) in enumerate(zip(ours.weights, ours.means, ours.stds, strict=True)):
        top = w / (s * np.sqrt(2 * np.pi))
        looks = {"color": f"bell{k + 1}", "width": 2.4}
        marks[f"mean {k + 1}"] = arrow("curve", (m, top), (moved.means[k], top), **looks)
        flank = top * np.exp(-0.5)
        for side, name in ((-1, "left"), (1, "right")):
            tail, head = m + side * s, m + side * min(moved.stds[k], 99)
            marks[f"std {k + 1} {name}"] = arrow("curve", (tail, flank), (head, flank), **looks)
    return marks


def _bars(gradient, differences):
    """A bar for each slope by autograd, in its bell's colour, and a dot for the finite difference."""
    marks = {
        f"slope {i + 1}": line("slopes", [i - 0.3, i + 0.3], [g, g], color=f"bell{i % 3 + 1}", fill=0.6, width=0)
        for i, g in enumerate(gradient)
    }
    at = np.arange(gradient.size)
    return marks | {"differences": dots("slopes", at, differences, color="ink", size=2.6, label="finite difference")}


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
        said += f" The mean and std of the {ordinal(deaf[0])}, {where}, hardly feel the curve."
    return said


def status(loss, after, gradient, differences):
    """Loss before and after the step, and how well the differences agree."""
    gap = abs(differences - gradient).max()
    slope = f"largest slope {abs(gradient).max():.3g}"
    return spans(f"loss {loss:.4g}", f"after the step {after:.4g}", slope, f"differences are off by {gap:.0e}")
