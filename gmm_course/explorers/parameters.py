"""Logits and log-stds roam freely; weights and stds stay legal."""

from itertools import pairwise

import numpy as np

from gmm_helpers import CLASSIC, Mixture, classic_grid, relative_loss, softmax

from .marks import bells, curve, dots, line, text
from .view import View
from .widget import Explorer
from .words import listed, spans

__all__ = ["explore_parameters"]

MEANS = CLASSIC.means
ALL_LOGITS = {"told": "the logits", "hues": ["bell1", "bell2", "bell3"]}  # in the legend


def explore_parameters(**values):
    """Move the logits and log-stds of three bells at 5, 15 and 20: every value is legal, and one direction is flat.

    values: `logits`, `log_stds`, `shift`, `preset`, in place of the first preset's. Returns one box.
    """
    fine, x, before = np.linspace(0, 25, 220), classic_grid(), []
    paths = {"w": [("logits", k) for k in range(3)], "s": [("log_stds", k) for k in range(3)]}
    looks = {"free": True, "means": MEANS.tolist(), "when": "looked", "name": "the bells"}
    handles = [{"kind": "bells", "paths": paths, "panel": "curve"} | looks]
    for k in range(3):
        looks = {"y": (5 - 2 * k) / 6, "color": f"bell{k + 1}"} | (ALL_LOGITS if k == 0 else {})
        handles.append({"kind": "point", "paths": (("logits", k),), "panel": "logits"} | looks)

    def show(state):
        v, now = state.values, (state.values["logits"] + state.values["shift"], state.values["log_stds"])
        mixture, target = Mixture(softmax(now[0]), MEANS, np.exp(now[1])), v["truth"].pdf(x)
        loss, open_problem = relative_loss(target, mixture.pdf(x)), v["problem"] or v["revealed"]
        marks = bells("curve", fine, mixture)
        if open_problem:
            marks["given"] = dots("curve", x, target, label="points to meet")
        marks |= {"curve": curve("curve", fine, mixture, width=1.3, label="mixture")} | bar(mixture.weights)
        said = met(loss) if v["problem"] else flat(before, *now, v["shift"]) or sentence(mixture, v["logits"])
        before[:] = now
        heights, odds = mixture.weights / (mixture.stds * np.sqrt(2 * np.pi)), mixture.weights / mixture.weights[0]
        numbers = [f"sum of the weights {mixture.weights.sum():.3f}", f"second : first = {odds[1]:.3g}"]
        numbers += [f"third : first = {odds[2]:.3g}", f"heights {', '.join(f'{h:.3g}' for h in heights)}"]
        numbers += [f"relative loss {loss:.2e}"] if open_problem else []
        moved = now[0] - np.log(v["truth"].weights)
        holds = abs(moved[[0, 2]]).max() < 0.01 and moved[1] > -0.01  # the second alone, and up
        return View(marks, said, spans(*numbers), handles, v["truth"], mixture, holds=holds)

    return Explorer("explore_parameters", show, values, new=new)


def new(rng):
    """Other weights and stds to meet by hand."""
    weights = np.maximum(np.round(rng.dirichlet(np.full(3, 6.0)), 2), 0.05)
    return {"truth": Mixture(weights / weights.sum(), MEANS, np.round(np.exp(rng.uniform(-0.5, 1.1, 3)), 1))}


def flat(before, logits, log_stds, shift):
    """The sentence of a move along the flat direction: all logits by the same, nothing else."""
    if not before or not np.array_equal(before[1], log_stds):
        return None
    moved = logits - before[0]
    if np.ptp(moved) > 1e-9 or abs(moved[0]) < 1e-9:
        return None
    by = shift or moved[0]
    up = "Raising" if by > 0 else "Lowering"
    return f"{up} all three logits by {abs(by):g} changed nothing: only differences count."


def sentence(mixture, logits):
    """The weights and stds in words."""
    stds = listed(mixture.stds)
    if np.ptp(logits) == 0:
        return f"Three equal logits of {logits[0]:g} give three weights of ⅓. The stds are {stds}."
    first, second, third = (f"{w:.3f}" if w > 0.01 else f"{w:.2g}" for w in mixture.weights)
    least = " Small, but never 0." if mixture.weights.min() < 0.01 else ""
    return f"The weights are {first}, {second} and {third}, the stds {stds}.{least}"


def met(loss):
    """The sentence of a problem: how far the curve is from the points."""
    if loss < 1e-3:
        return f"You have met the points: the relative loss is {loss:.1e}."
    return f"Turn logits and log-stds until the curve meets the points: the relative loss is {loss:.3f}."


def bar(weights):
    """One bar of length 1 cut into the weights."""
    marks = {}
    for k, (a, b) in enumerate(pairwise([0, *np.cumsum(weights)])):
        marks[f"part {k + 1}"] = line("bar", [a, b], [1, 1], color=f"bell{k + 1}", fill=0.5, width=0)
        if b - a > 0.08:
            marks[f"weight {k + 1}"] = text("bar", (a + b) / 2, 0.2, f"{weights[k]:.3f}")
    return marks
