"""Walk down, iterate by iterate, by several methods from one start."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from gmm_helpers import Mixture, classic_grid, fit_once, pack, trapezoid_weights, unpack

from .marks import curve, dots, line, scene, text, track
from .state import MET, alive, key, largest_error, slope
from .view import View, held
from .widget import Explorer
from .words import spans, squares

__all__ = ["LOWEST", "explore_descent"]

DESCENT, RACE = "gradient descent", "CG, BFGS and LM"
RACERS = ("CG", "BFGS", "LM")
AT_ONCE, PATIENCE, SLICE = 150, 20_000, 500  # steps of gradient descent: live, by button, in one slice of that
FRAMES, SECONDS = 50, 2.5  # of a walk that is played
LOWEST, HIGHEST = 2e-10, 10.0  # losses beyond are drawn there


@dataclass(frozen=True, eq=False)
class Walk:
    """A walk downhill: theta (n, 9) in plain units, relative loss (n,), and how it ended in words."""

    name: str
    thetas: np.ndarray
    losses: np.ndarray
    ended: str
    success: bool

    def at(self, n):
        """The mixture of the n-th iterate, within what a float holds."""
        return Mixture(*unpack(np.clip(np.nan_to_num(self.thetas[n]), -300, 300)))


def explore_descent(**values):
    """Choose a start and a method, play the walk, or drag the ball along it iterate by iterate.

    values: `start`, `method`, `step`, `unit`, `along`, `truth`, `preset`, in place of the first preset's. Returns one
    box.
    """
    x = classic_grid()

    def walks(state):
        """One walk, or those of a race; gradient descent as far as a button has sent it."""
        v = state.values
        names = RACERS if v["method"] == RACE else (v["method"],)
        return state.found[-1:] or state.kept(key(v, "along"), lambda: [walk(v, x, name) for name in names])

    def show(state):
        v, ran = state.values, walks(state)
        shown, longest = ran[min(1, len(ran) - 1)], max(len(each.losses) for each in ran)  # of a race, BFGS is shown
        n, clock = len(shown.losses), round(longest ** (v["along"] / 100)) - 1
        at, whose = min(clock, n - 1), f" of {shown.name}" if len(ran) > 1 else ""
        marks = scene(x, v["truth"].pdf(x), shown.at(at), v["truth"], label=f"this iterate{whose}")
        fine = marks["curve"].x
        looks = {"color": "soft", "dash": (1, 1.6), "label": "start"}
        end = curve("curve", fine, shown.at(-1), color="bell5", width=1.4, label=f"end{whose}")
        marks = {"start": curve("curve", fine, shown.at(0), **looks), "last": end} | marks | paths(ran, clock)
        steps = sampled(n, 200)
        along, looks = 100 * np.log(steps) / np.log(max(longest, 2)), {"color": "ink", "name": "the iterate"}
        ball = track(("along",), "losses", steps, depths(shown)[steps - 1], along, **looks)
        right = float(max(100, 10 ** np.ceil(np.log10(2 * longest))))  # with room for a name
        away, limits = () if v["method"] == DESCENT else ("step", "Walk on"), {"losses": {"x": (0.9, right)}}
        code = {"n_steps": max(n - 1, AT_ONCE)}
        numbers, hold = status(shown, at, v["truth"], len(ran) > 1), (*held("start", v["start"]), ball)
        return View(marks, sentence(ran), numbers, hold, v["truth"], shown.at(at), away, limits, code=code)

    def walk_on(state):
        """Gradient descent until it arrives or patience ends, a slice at a time."""
        if state.values["method"] == DESCENT:
            state.update(along=100.0)
            yield from state.gather(descend(state.values, x), PATIENCE // SLICE, "along")

    def play(state):
        """The walk from its start to its end."""
        moves = max(len(each.losses) for each in walks(state)) > 1
        for along in np.linspace(0, 100, FRAMES).round(1) if moves else (100.0,):
            state.update(along=float(along))
            yield along / 100, SECONDS / FRAMES

    def judge(state):
        """Whether BFGS finds another curve's bells; or "thousands", or "it never arrives", once that has been seen."""
        if state.values["problem"]:
            return int(walk(state.values, x, "BFGS").losses[-1] > MET)
        each = walks(state)[-1]
        return 2 if each.success or len(each.losses) > AT_ONCE + 1 else None

    return Explorer("explore_descent", show, values, judge=judge, work={"Walk on": walk_on, "Play": play})


def walk(values, x, name):
    """One walk by the named method from the start, on the truth's curve at x."""
    if name == DESCENT:
        return next(descend(values, x, AT_ONCE))
    if values["unit"] and name != "LM":
        theta, downhill, energy, plain = coordinates(values, x)
        thetas = [theta]
        with np.errstate(all="ignore"):
            result = minimize(downhill, theta, method=name, jac=True, callback=thetas.append)
        losses = np.array([downhill(theta)[0] / energy for theta in thetas])
        ended = f"after {result.nit} iterations and reports {'success' if result.success else 'a failure'}"
        return Walk(name, plain(np.array(thetas)), losses, ended, bool(result.success))
    options = None if name == "LM" else {"maxiter": 400}
    result = fit_once(x, values["truth"].pdf(x), alive(values["start"]), method=name, options=options)
    return Walk(name, result.history.theta, result.history.loss, f"after {result.nit} iterations", result.success)


def descend(values, x, size=SLICE):
    """Gradient descent with one length of step: yields the `Walk` so far after each `size` steps, and at its end."""
    theta, downhill, energy, plain = coordinates(values, x)
    thetas, losses = np.empty((PATIENCE + 1, theta.size)), np.empty(PATIENCE + 1)
    for n in range(PATIENCE + 1):
        loss, gradient = downhill(theta)
        thetas[n], losses[n] = plain(theta), loss / energy
        arrived, over = losses[n] <= MET, not MET < losses[n] < np.inf
        if over or (n and n % size == 0):
            ended = f"{'arrived' if arrived else 'has not arrived'} after {n:,} steps"
            yield Walk(DESCENT, thetas[: n + 1], losses[: n + 1], ended, bool(arrived))
        if over:
            return
        theta = theta - values["step"] * gradient


def coordinates(values, x):
    """What a walk in the chosen coordinates sees: (the start's theta, a function from theta to loss and gradient, the
    loss of no curve at all, a function from theta to the one in plain units).

    Normalised they are the curve's own, as in `fit_once`; else x in the unit, and the loss as it is.
    """
    density, unit, start = values["truth"].pdf(x), values["unit"], alive(values["start"])
    bulk = trapezoid_weights(x) * density
    center = bulk @ x / bulk.sum()
    center, spread = (0.0, 1 / unit) if unit else (center, np.sqrt(bulk @ (x - center) ** 2 / bulk.sum()))
    u, target = (x - center) / spread, density * spread
    energy = target @ target
    divisor = 1.0 if unit else energy
    shift = np.repeat([0, center, np.log(spread)], start.n_components)
    factor = np.repeat([1, spread, 1], start.n_components)

    def downhill(theta):
        loss, gradient = slope(theta, u, target)
        return loss / divisor, gradient / divisor

    return (pack(start) - shift) / factor, downhill, energy / divisor, lambda theta: theta * factor + shift


def sampled(n, most):
    """1 … n, at most so many of them, evenly on a logarithmic axis."""
    return np.unique(np.geomspace(1, n, most).astype(int))


def depths(walk):
    """The losses as they are drawn."""
    return np.clip(np.nan_to_num(walk.losses, nan=np.inf), LOWEST, HIGHEST)


def paths(walks, at):
    """Loss against iteration, a line style each, named where it ends; of a race also where each is at an iteration."""
    looks = [{"color": "accent"}]
    if len(walks) > 1:
        looks = [{"color": f"bell{k + 4}", "dash": ((6, 2), (2, 1.5), (6, 2, 1.5, 2))[k]} for k in range(len(walks))]
    marks = {}
    for each, look in zip(walks, looks, strict=True):
        steps, loss = sampled(len(each.losses), 300), depths(each)
        marks[f"loss of {each.name}"] = line("losses", steps, loss[steps - 1], width=1.8, **look)
        if len(walks) > 1:
            place, words = (1.5 * steps[-1], 6 * loss[-1]), each.name  # clear of the ball and of its line
            marks[f"name of {each.name}"] = text("losses", *place, words, color=look["color"])
            now = min(at, len(loss) - 1)
            marks[f"place of {each.name}"] = dots("losses", now + 1, loss[now], size=5, color=look["color"])
    return marks


def sentence(walks):
    """How the walk ended, and whether that is the answer."""
    each, loss = walks[0], walks[0].losses[-1]
    if len(walks) > 1:
        missed = ["" if w.losses[-1] <= MET else f" ({squares(w.losses[-1])} missed)" for w in walks]
        ends = [f"{w.name} {w.ended.removeprefix('after ')}{miss}" for w, miss in zip(walks, missed, strict=True)]
        return f"From one start: {', '.join(ends)}."
    said = f"Gradient descent {each.ended}" if each.name == DESCENT else f"{each.name} stopped {each.ended}"
    if not np.isfinite(loss):
        return f"{said}: the numbers overflowed."
    if loss <= MET:
        return f"{said}, and nothing is left of the misfit: relative loss {loss:.1e}."
    if each.name == DESCENT:
        goes_on = "; “Walk on” takes it further" if len(each.losses) == AT_ONCE + 1 else ""
        return f"{said}: {squares(loss)} are still missed{goes_on}."
    where = "it has not moved" if len(each.losses) == 1 else "not the answer"
    return f"{said}, but {squares(loss)} are missed: {where}."


def status(walk, at, truth, of_several):
    """Where the ball is, where the walk ended, and of several whose walk it is."""
    error = largest_error(walk.at(-1), truth)
    whose = f"{walk.name}: " if of_several else ""
    parts = [f"{whose}iterate {at:,} of {len(walk.losses) - 1:,}", f"relative loss here {walk.losses[at]:.2e}"]
    parts += [f"at the end {walk.losses[-1]:.2e}", f"success: {'yes' if walk.success else 'no'}"]
    return spans(*parts, *([f"largest error at the end {error:.1e}"] if error is not None else []))
