"""Logits and log-stds roam freely; weights and stds stay legal."""

from itertools import pairwise

import numpy as np

from gmm_helpers import CLASSIC, Mixture, classic_grid, relative_loss, softmax

from .as_code import literal
from .inputs import Number, Numbers, subscript
from .marks import Panel, bell_marks, ceiling, dots, line, text
from .widget import Explorer, Preset, View
from .words import listed, spans

__all__ = ["explore_parameters"]

MEANS = CLASSIC.means
LOG_STDS = np.array([0.6931, 0, 0.6931])  # stds 2, 1, 2
CLASSIC_LOGITS = np.round(np.log(CLASSIC.weights), 3)
CODE = """logits = np.array({logits}) + {shift}
log_stds = np.array({log_stds})
mixture = Mixture(softmax(logits), [5, 15, 20], np.exp(log_stds))
print(mixture)"""


def explore_parameters(**values):
    """Move the logits and log-stds of three bells at 5, 15 and 20: every value is legal, and one direction is flat.

    values: `logits`, `log_stds`, `shift`, `preset`, in place of the first preset's. Returns one box.
    """
    panels = {
        "curve": Panel(3.4, y=(0, 0.25), ylabel="density", xlabel="x"),
        "bar": Panel(0.7, (0, 1), (0, 1), "weights: the parts of 1", ticks={"y": []}),
        "logits": Panel(0.8, (-12, 12), (0, 4), "logits: drag them anywhere", ticks={"y": []}),
    }
    fine, x, before = np.linspace(0, 25, 220), classic_grid(), []
    bells = {"w": ("logits", 0), "s": ("log_stds", 0)}
    handles = [{"kind": "free", "of": bells, "means": MEANS.tolist(), "K": 3, "panel": "curve"}]
    handles += [
        {"kind": "number", "path": ("logits", k), "panel": "logits", "y": (3 - k) / 4, "color": f"bell{k + 1}"}
        for k in range(3)
    ]

    def show(state):
        v = state.values
        mixture = Mixture(softmax(v["logits"] + v["shift"]), MEANS, np.exp(v["log_stds"]))
        y, target = mixture.pdf(fine), v["truth"].pdf(x)
        marks = bell_marks("curve", fine, mixture)
        if v["problem"] or v["revealed"]:
            marks["target"] = dots("curve", x, target, label="the dots to meet")
        marks |= {"mixture": line("curve", fine, y, width=1.3, label="mixture")} | _bar(mixture.weights)
        loss = relative_loss(target, mixture.pdf(x))
        said = _met(loss) if v["problem"] else sentence(mixture, v, before)
        before[:] = [v["logits"] + v["shift"], v["log_stds"]]
        limits = {"curve": ((0, 25), (0, ceiling(y.max())))}
        return View(marks, said, status(mixture, v, loss), limits, handles, v["truth"], mixture)

    controls = {
        "logits": Numbers(
            [Number(subscript("ℓ", k), 5, -12, 12, 0.1, name=f"logit of bell {k + 1}") for k in range(3)],
            {0: "logits"},
        ),
        "shift": Number("all +", 0, -7, 7, 0.5, name="added to all three logits"),
        "log_stds": Numbers(
            [Number(f"ln {subscript('σ', k)}", LOG_STDS[k], -2, 2.5, 0.05, name=f"log-std of bell {k + 1}")
             for k in range(3)],
            {0: "log-stds"},
        ),
    }  # fmt: skip
    return Explorer(
        "explore_parameters", show, panels, controls, _presets(), defaults={"truth": CLASSIC}, given=values,
        new=_new_problem, height=390,
        code=lambda v: CODE.format(**{name: literal(v[name]) for name in ("logits", "shift", "log_stds")}),
    )  # fmt: skip


def _presets():
    fives, twelves = np.full(3, 5.0), np.full(3, 12.0)
    second_up = CLASSIC_LOGITS + np.array([0, 1, 0])
    return {
        "Equal": Preset("Three equal logits of 5: which weights?", {"logits": fives},
                        ("5 each", "a third each", "it depends on the stds"), 1),
        "All up": Preset("Every logit rose from 5 to 12. What moved?", {"logits": twelves},
                         ("every weight", "the first", "nothing"), 2),
        "Classic": Preset("These logits are ln 0.3, ln 0.5, ln 0.2. Raise the second by 1: what do the others do?",
                          {"logits": CLASSIC_LOGITS}, ("stay", "shrink alike", "lose 0.5 each"), 1),
        "Second up": Preset("The second logit rose by 1. What became of the ratio of the other two weights?",
                            {"logits": second_up}, ("it grew", "it shrank", "it stayed"), 2),
        "Winner": Preset("Logits 8, 0, 0. Is any weight exactly 0?", {"logits": np.array([8.0, 0, 0])},
                         ("yes, two", "no"), 1),
        "Wide": Preset("The first log-std rose by 0.7. How wide has the bell become?",
                       {"logits": CLASSIC_LOGITS, "log_stds": LOG_STDS + np.array([0.7, 0, 0])},
                       ("by 0.7 wider", "twice as wide", "seven times"), 1),
    }  # fmt: skip


def _new_problem(rng):
    """Other weights and stds to meet by hand, from the first preset's."""
    weights = np.round(rng.dirichlet(np.full(3, 6.0)), 2)
    weights = np.maximum(weights, 0.05) / np.maximum(weights, 0.05).sum()
    truth = Mixture(weights, MEANS, np.round(np.exp(rng.uniform(-0.5, 1.1, 3)), 1))
    return Preset("Which logits and log-stds meet the dots?", {"truth": truth})


def sentence(mixture, values, before):
    """The weights and stds in words; after a move along the flat direction, that nothing moved."""
    logits = values["logits"]
    if values["shift"]:
        up = "Raising" if values["shift"] > 0 else "Lowering"
        return f"{up} all three logits by {abs(values['shift']):g} changed nothing: only differences count."
    if flat := _flat(values, before):
        return flat
    if np.ptp(logits) == 0:
        return f"Three equal logits of {logits[0]:g} give three weights of ⅓. The stds are {listed(mixture.stds)}."
    first, second, third = (f"{w:.3f}" if w > 0.01 else f"{w:.2g}" for w in mixture.weights)
    least = " Small, but never 0." if mixture.weights.min() < 0.01 else ""
    return f"The weights are {first}, {second} and {third}, the stds {listed(mixture.stds)}.{least}"


def _met(loss):
    if loss < 1e-3:
        return f"You have met the dots: the relative loss is {loss:.1e}."
    return f"Turn logits and log-stds until the curve meets the dots: the relative loss is {loss:.3f}."


def _flat(values, before):
    """The sentence of a move along the flat direction: all logits by the same, nothing else."""
    if not before or not np.array_equal(before[1], values["log_stds"]):
        return None
    moved = values["logits"] + values["shift"] - before[0]
    if np.ptp(moved) > 1e-9 or abs(moved[0]) < 1e-9:
        return None
    up = "Raising" if moved[0] > 0 else "Lowering"
    return f"{up} all three logits by {abs(moved[0]):g} changed nothing: only differences count."


def status(mixture, values, loss):
    """Sum of the weights, odds against the first bell, heights; with a target its loss."""
    heights = mixture.weights / (mixture.stds * np.sqrt(2 * np.pi))
    parts = [
        f"sum of the weights {mixture.weights.sum():.3f}",
        f"second : first = {mixture.weights[1] / mixture.weights[0]:.3g}",
        f"third : first = {mixture.weights[2] / mixture.weights[0]:.3g}",
        f"heights {', '.join(f'{h:.3g}' for h in heights)}",
    ]
    parts += [f"relative loss {loss:.2e}"] if values["problem"] or values["revealed"] else []
    return spans(*parts)


def _bar(weights):
    """One bar of length 1 cut into the weights."""
    edges = np.concatenate([[0], np.cumsum(weights)])
    marks = {}
    for k, (a, b) in enumerate(pairwise(edges)):
        marks[f"part {k + 1}"] = line("bar", [a, b], [1, 1], color=f"bell{k + 1}", fill=0.5, width=0)
        if b - a > 0.08:
            marks[f"weight {k + 1}"] = text("bar", (a + b) / 2, 0.2, f"{weights[k]:.3f}")
    return marks
