"""Walk down, iterate by iterate, by several methods from one start."""

from dataclasses import dataclass

import numpy as np
from autograd import value_and_grad
from scipy.optimize import minimize

from gmm_helpers import (
    CLASSIC,
    Mixture,
    classic_grid,
    fit_once,
    l2_loss,
    pack,
    relative_loss,
    trapezoid_weights,
    unpack,
)

from .as_code import literal
from .inputs import Bells, Choice, Number
from .marks import Panel, bell_marks, ceiling, dots, line, text, truth_marks
from .state import alive, key, largest_error, random_mixture
from .widget import Explorer, Preset, View
from .words import spans, squares

__all__ = ["explore_descent"]

THIRDS = np.full(3, 1 / 3)
VALLEY = Mixture(THIRDS, [3, 12, 22], [2, 2, 2])
PLEASED = Mixture(THIRDS, [14, 15, 16], [1, 1, 1])
DESCENT, RACE = "gradient descent", "CG, BFGS and LM"
METHODS = (DESCENT, "CG", "BFGS", "LM", RACE)
AT_ONCE, PATIENCE, SLICE = 150, 20_000, 500  # steps of gradient descent: live, by button, in one slice of that
FRAMES, SECONDS = 50, 2.5  # of a walk that is played
MET = 1e-8  # the relative loss at which gradient descent has arrived
COORDINATES = {"normalised": 0.0, "as given, default gtol": 1.0, "in metres, default gtol": 1000.0}
CODE = """truth, start = {truth}, {start}
x = classic_grid()
result = fit_once(x, truth.pdf(x), start, method={method!r})
print(result)"""


@dataclass(frozen=True, eq=False)
class Walk:
    """A walk downhill: theta (n, 9) in plain units, relative loss (n,), and how it ended in words."""

    name: str
    thetas: np.ndarray
    losses: np.ndarray
    ended: str
    settled: bool


def explore_descent(**values):
    """Choose a start and a method, play the walk, or drag the ball along it iterate by iterate.

    values: `start`, `method`, `step`, `unit`, `along`, `truth`, `preset`, in place of the first preset's. Returns one
    box.
    """
    panels = {
        "curve": Panel(2, ylabel="density", xlabel="x"),
        "losses": Panel(1.2, (0.9, 1000), (1e-17, 1e3), "iteration + 1", "relative loss", xlog=True, ylog=True),
    }
    x, fine = classic_grid(), np.linspace(0, 25, 220)
    known = {}

    def walked(state):
        at = key(state.values, "along")
        if known.get("key") != at:
            known.update(key=at, walks=[walk(state.values, x, name) for name in _names(state.values)])
        return known["walks"]

    def show(state):
        v, walks = state.values, walked(state)
        last, density = walks[min(1, len(walks) - 1)], v["truth"].pdf(x)  # of a race, BFGS is shown
        n = len(last.losses)
        at = round(n ** (v["along"] / 100)) - 1
        ours, first = Mixture(*unpack(last.thetas[at])), Mixture(*unpack(last.thetas[0]))
        y = ours.pdf(fine)
        marks = truth_marks("curve", fine, v["truth"]) | bell_marks("curve", fine, ours)
        marks["start"] = line("curve", fine, first.pdf(fine), color="soft", dash=(1, 1.6), label="the start")
        marks["given"] = dots("curve", x, density, label="given")
        marks |= {"ours": line("curve", fine, y, width=1.4, label="at this iterate")} | _paths(walks)
        end = Mixture(*unpack(last.thetas[-1]))
        steps = np.unique(np.geomspace(1, n, 200).astype(int))
        depth = np.maximum(last.losses[steps - 1], 1e-17)
        ball = {"kind": "track", "path": ("along",), "panel": "losses", "color": "ink", "name": "the ball on its walk"}
        ball |= {"x": steps.tolist(), "y": np.where(np.isfinite(depth), depth, 1e3).tolist()}
        ball["v"] = (100 * np.log(steps) / np.log(max(n, 2))).tolist()
        limits = {
            "curve": ((0, 25), (0, ceiling(max(density.max(), min(y.max(), 3 * density.max()))))),
            "losses": ((0.9, _room(max(len(w.losses) for w in walks))), (1e-17, 1e3)),
        }
        ended = last.settled or v["method"] != DESCENT or n > AT_ONCE + 1
        hold = ({"kind": "bells", "of": "start", "panel": "curve"}, ball)
        numbers = status(last, at, end, v["truth"])
        away = () if v["method"] == DESCENT else ("step",)
        return View(marks, sentence(walks), numbers, limits, hold, v["truth"], ours, away, waiting=not ended)

    def play(state):
        """The walk from its start to its end, in two and a half seconds."""
        for along in np.linspace(0, 100, FRAMES):
            state.update(along=float(along))
            yield along / 100, SECONDS / FRAMES

    def walk_on(state):
        """Gradient descent until it settles or patience ends, a slice at a time."""
        if state.values["method"] != DESCENT:
            return
        state.update(along=100.0)
        for share, each in descend_slowly(state.values, x):
            known.update(key=key(state.values, "along"), walks=[each])
            yield share

    controls = {
        "method": Choice("method", METHODS, "BFGS"),
        "step": Number("step", 0.07, 0.005, 0.12, 0.005, name="step of gradient descent"),
        "along": Number("along %", 0, 0, 100, 1, name="how far along the walk, in per cent"),
        "unit": Choice("coordinates", COORDINATES),
        "start": Bells(VALLEY),
    }
    return Explorer(
        "explore_descent", show, panels, controls, _presets(), defaults={"truth": CLASSIC}, given=values, height=400,
        new=lambda rng: Preset(
            "Another curve, the same start: will BFGS find its bells?", {"truth": random_mixture(rng)},
            ("yes", "no"), lambda state: int(walk(state.values, x, "BFGS").losses[-1] > MET),
        ),
        code=_code, work={"Walk on": walk_on, "Play": play},
    )  # fmt: skip


def _presets():
    return {
        "Long valley": Preset("Gradient descent, step 0.07: how many steps? Press “Walk on”.",
                              {"method": DESCENT, "step": 0.07}, ("tens", "hundreds", "thousands"), 2),
        "One hair too long": Preset("Step 0.08: quicker still? Press “Walk on”.", {"method": DESCENT, "step": 0.08},
                                    ("quicker", "slower", "it never arrives"), 2),
        "Three racers": Preset("CG, BFGS, LM from one start: who needs the fewest steps?", {"method": RACE},
                               ("CG", "BFGS", "LM"), 2),
        "Wrong, and pleased": Preset("BFGS, raw, from means 14, 15 and 16. Will it complain?",
                                     {"method": "BFGS", "start": PLEASED, "unit": 1.0}, ("yes", "no"), 1),
        "Kilometres to metres": Preset("The same curve in metres. How many steps will BFGS take?",
                                       {"method": "BFGS", "unit": 1000.0}, ("as many", "more", "none"), 2),
    }  # fmt: skip


def walk(values, x, name):
    """One walk by the named method from the start, on the truth's curve at x."""
    if name == DESCENT:
        return next(each for _, each in descend_slowly(values, x, AT_ONCE, AT_ONCE))
    density, start = values["truth"].pdf(x), values["start"]
    if values["unit"] and name != "LM":
        return _raw_walk(values, x, name)
    options = {"CG": {"maxiter": 400}, "BFGS": {"maxiter": 400}}.get(name)
    result = fit_once(x, density, alive(start), method=name, options=options)
    ended = f"after {result.nfev} trials" if name == "LM" else f"after {result.nit} iterations"
    return Walk(name, result.history.theta, result.history.loss, ended, result.success)


def _raw_walk(values, x, name):
    """The course's own loss in the given unit, by `minimize` with the default tolerance."""
    unit, start = values["unit"], values["start"]
    x, density = x * unit, values["truth"].pdf(x) / unit
    theta = pack(alive(Mixture(start.weights, start.means * unit, start.stds * unit)))
    thetas = [theta]
    with np.errstate(all="ignore"):
        result = minimize(value_and_grad(l2_loss), theta, (x, density), name, jac=True, callback=thetas.append)
    losses = np.array([relative_loss(density, Mixture(*unpack(t)).pdf(x)) for t in thetas])
    K = start.n_components
    back = np.array(thetas) - np.concatenate([np.zeros(K), np.zeros(K), np.full(K, np.log(unit))])
    back[:, K : 2 * K] /= unit
    says = "and reports success" if result.success else "and reports a failure"
    return Walk(name, back, losses, f"after {result.nit} iterations {says}", bool(result.success))


def descend_slowly(values, x, most=PATIENCE, size=SLICE):
    """Gradient descent with one length of step: yields (share, `Walk` so far) by slices."""
    start = alive(values["start"])
    center, spread, energy, density = _own_units(x, values["truth"].pdf(x))
    u, target = (x - center) / spread, density * spread
    slope = value_and_grad(lambda theta: l2_loss(theta, u, target) / (target @ target))
    K = start.n_components
    pull = values["step"] * _pull(spread, energy, values["unit"], K)
    shift, factor = np.repeat([0, center, np.log(spread)], K), np.repeat([1, spread, 1], K)
    theta = (pack(start) - shift) / factor
    loss, gradient = slope(theta)
    thetas, losses = [theta * factor + shift], [loss]
    while len(losses) <= most and MET < loss < np.inf:
        for _ in range(min(size, most + 1 - len(losses))):
            theta = theta - pull * gradient
            loss, gradient = slope(theta)
            thetas.append(theta * factor + shift)
            losses.append(loss)
            if not MET < loss < np.inf:
                break
        steps = len(losses) - 1
        ended = f"arrived after {steps:,} steps" if loss <= MET else f"has not arrived after {steps:,} steps"
        yield steps / most, Walk(DESCENT, np.array(thetas), np.array(losses), ended, loss <= MET)


def _own_units(x, density):
    """Mean and std of the curve, √Σ density², and the density: what `fit_once` normalises by."""
    bulk = trapezoid_weights(x) * density
    center = bulk @ x / bulk.sum()
    return center, np.sqrt(bulk @ (x - center) ** 2 / bulk.sum()), np.sqrt(density @ density), density


def _pull(spread, energy, unit, K):
    """What a gradient in normalised coordinates is multiplied by to be a step there: 1, or, where the step is taken
    in the given coordinates (x in `unit`s), energy² for the loss and 1/spread² for the means."""
    if not unit:
        return 1.0
    return np.repeat([1.0, (spread * unit) ** -2, 1.0], K) * (energy / unit) ** 2


def _names(values):
    return ("CG", "BFGS", "LM") if values["method"] == RACE else (values["method"],)


def _code(values):
    method = values["method"] if values["method"] in ("CG", "LM") else "BFGS"
    return CODE.format(truth=literal(values["truth"]), start=literal(values["start"]), method=method)


def _paths(walks):
    """Loss against iteration, a line style each, named where it ends."""
    marks = {}
    for k, each in enumerate(walks):
        count = np.arange(1, len(each.losses) + 1)
        keep = np.unique(np.geomspace(1, len(count), 300).astype(int)) - 1  # as many as the eye can tell apart
        y = np.maximum(each.losses[keep], 1e-17)
        colour, dash = (f"bell{k + 4}", ((6, 2), (2, 1.5), (6, 2, 1.5, 2))[k]) if len(walks) > 1 else ("accent", None)
        marks[f"loss of {each.name}"] = line("losses", count[keep], y, color=colour, dash=dash, width=1.8)
        if len(walks) > 1:
            marks[f"name of {each.name}"] = text("losses", count[-1], max(y[-1], 1e-15), each.name, color="ink")
    return marks


def _room(n):
    """The right end of an axis of iterations: the next of 100, 1,000, … with room for a name."""
    return float(max(100, 10 ** np.ceil(np.log10(1.5 * n))))


def sentence(walks):
    """How the walk ended, and whether that is the answer."""
    if len(walks) > 1:
        ends = ", ".join(f"{each.name} {each.ended.removeprefix('after ')}{_elsewhere(each)}" for each in walks)
        return f"From one start: {ends}."
    each = walks[0]
    loss = each.losses[-1]
    verb = "" if each.name == DESCENT else "stopped "
    said = f"{each.name.capitalize() if each.name == DESCENT else each.name} {verb}{each.ended}"
    if not np.isfinite(loss):
        return f"{said}: the numbers overflowed."
    if loss <= MET:
        return f"{said}, and nothing is left of the misfit: relative loss {loss:.1e}."
    if each.name == DESCENT and not each.settled:
        return f"{said}; {squares(loss)} are still missed."
    where = "it has not moved" if len(each.losses) == 1 else "not the answer"
    return f"{said}, but {squares(loss)} are missed: {where}."


def _elsewhere(walk):
    """What a racer is told that isn't home."""
    return "" if walk.losses[-1] <= MET else f" ({squares(walk.losses[-1])} missed)"


def status(walk, at, end, truth):
    """Where the ball is, where the walk ended."""
    error = largest_error(end, truth)
    parts = [f"iterate {at:,} of {len(walk.losses) - 1:,}", f"relative loss here {walk.losses[at]:.2e}"]
    parts += [f"at the end {walk.losses[-1]:.2e}", f"success: {'yes' if walk.settled else 'no'}"]
    parts += [f"largest error at the end {error:.1e}"] if error is not None else []
    return spans(*parts)
