"""Many starts, and the staircase of where they end."""

from itertools import combinations

import numpy as np

from gmm_helpers import CLASSIC, Mixture, classic_grid, fit_once, kmeans_start, marron_wand, random_start

from .as_code import literal
from .inputs import Bells, Choice, Number
from .marks import Panel, bell_marks, ceiling, dots, faint, line, truth_marks
from .state import alive, random_mixture
from .widget import Explorer, Preset, View
from .words import in_words, spans, squares, told

__all__ = ["explore_restarts", "uniform"]

CLAW = marron_wand(10)
TWINS = Mixture(np.full(3, 1 / 3), [5, 15, 15], [1, 1, 1])
BY_HAND = "one, by hand"
LOWEST = 3e-10  # losses below are drawn there: the steps between the others stay in sight
SHARES = ("none", "under half", "half or more", "all")
MET = 1e-8  # the relative loss at which the curve counts as met
CODE = """truth = {truth}
x = {x}
result = fit(x, truth.pdf(x), truth.n_components, rng=0)
print(result)"""


def wide(x, K, rng):
    """Distinct whole-numbered means, stds 5."""
    means = rng.choice(np.arange(int(x[0]), int(np.ceil(x[-1]))), K, replace=False).astype(float)
    return Mixture(np.full(K, 1 / K), means, np.full(K, 5.0))


def uniform(x, K, rng):
    """Means anywhere on the grid, stds a fourteenth of its length."""
    return Mixture(np.full(K, 1 / K), rng.uniform(x[0], x[-1], K), np.full(K, (x[-1] - x[0]) / 14))


KINDS = {"narrow": random_start, "wide": wide, "anywhere": uniform}


def explore_restarts(**values):
    """Draw starts of a kind, run them, and see how many find the lowest valley.

    values: `kind`, `number`, `method`, `seed`, `shown`, `start`, `truth`, `preset`, in place of the first preset's.
    Returns one box.
    """
    panels = {
        "curve": Panel(1.6, ylabel="density", xlabel="x"),
        "stairs": Panel(1.3, (0.5, 50.5), (1e-9, 5), "starts, sorted by where they end", "relative loss", ylog=True),
    }

    def show(state):
        v = state.values
        x = grid(v["truth"])
        density, fine = v["truth"].pdf(x), np.linspace(x[0], x[-1], 220)
        alone = v["kind"] == BY_HAND
        if alone and _key(v) != (state.result or {}).get("key"):
            for _ in run(state):
                pass
        runs = (state.result or {}).get("runs", [])
        limits = {
            "curve": ((float(x[0]), float(x[-1])), (0, ceiling(density.max()))),
            "stairs": ((0.5, next(n for n in (10, 25, 50, 100) if n >= v["number"]) + 0.5), (LOWEST / 3, 5)),
        }
        away = ("number", "seed", "shown", "work") if alone else ("start",)
        waiting = not runs or state.result["key"] != _key(v) or not (alone or len(runs) == int(v["number"]))
        marks = truth_marks("curve", fine, v["truth"])
        marks |= faint("curve", fine, [end.mixture for end in runs[1:]] if runs else draws(v, x))
        hold = [{"kind": "bells", "of": "start", "panel": "curve"}] if alone else []
        if not runs:
            marks["given"] = dots("curve", x, density, label="given")
            numbers = spans(f"seed {int(v['seed'])}")
            return View(marks, _before(v), numbers, limits, hold, v["truth"], away=away, waiting=True)
        chosen = runs[min(int(v["shown"]), len(runs)) - 1]
        marks |= bell_marks("curve", fine, chosen.mixture)
        marks["given"] = dots("curve", x, density, label="given")
        looks = {"color": "soft", "dash": (1, 1.6), "label": "its start"}
        marks["start"] = line("curve", fine, chosen.start.pdf(fine), **looks)
        marks["end"] = line("curve", fine, chosen.pdf(fine), width=1.4, label="where it ends")
        marks |= _stairs(runs, chosen)
        if not alone:
            losses = [max(end.loss, LOWEST) for end in runs]
            track = {"v": list(range(1, len(runs) + 1)), "x": list(range(1, len(runs) + 1)), "y": losses}
            hold.append({"kind": "track", "path": ("shown",), "panel": "stairs", "color": "ink"} | track)
        said = sentence(runs) if _key(v) == state.result["key"] else _stale(v)
        numbers = f"<span>shown:</span> {told(chosen, v['truth'])}"
        return View(marks, said, numbers, limits, hold, v["truth"], chosen.mixture, away, waiting=waiting)

    controls = {
        "kind": Choice("starts", [BY_HAND, "narrow", "wide", "k-means++", "anywhere"], BY_HAND),
        "number": Number("number", 50, 1, 100, 1, name="number of starts", whole=True),
        "method": Choice("method", ["BFGS", "LM"]),
        "seed": Number("seed", 0, 0, 20, 1, name="seed of the starts", whole=True),
        "shown": Number("shown", 1, 1, 100, 1, name="which end is shown, best first", whole=True),
        "start": Bells(TWINS),
    }
    return Explorer(
        "explore_restarts", show, panels, controls, _presets(), defaults={"truth": CLASSIC}, given=values, height=400,
        new=lambda rng: Preset("Another curve: how many of 50 narrow starts will find it?",
                               {"truth": random_mixture(rng), "kind": "narrow"}, SHARES, share_found),
        code=_code, work={"Run the starts": run},
    )  # fmt: skip


def share_found(state):
    """Which of `SHARES` the runs of the state's result make true."""
    runs = state.result["runs"]
    found = sum(end.loss <= MET for end in runs) / len(runs)
    return 0 if not found else 3 if found == 1 else 1 + (found >= 0.5)


def _presets():
    return {
        "Equal means": Preset("Two bells start at 15. Can they part? Then set μ₃ to 15.05.", {"kind": BY_HAND},
                              ("yes", "no"), 1),
        "Narrow fifty": Preset("50 starts, means anywhere, stds 1: how many find the answer?", {"kind": "narrow"},
                               SHARES, share_found),
        "Wide fifty": Preset("Distinct means, stds 5: how many of 50?", {"kind": "wide"}, SHARES, share_found),
        "K-means++ fifty": Preset("The curve itself chooses the starts: how many of 50?", {"kind": "k-means++"},
                                  SHARES, share_found),
        "The claw": Preset("Six bells, 50 starts anywhere: how many meet the curve?",
                           {"truth": CLAW, "kind": "anywhere", "method": "LM"}, SHARES, share_found),
    }  # fmt: skip


def grid(truth):
    """The classic grid, or for a mixture about 0 that of Marron and Wand's densities: 200 points on ±3.5."""
    return classic_grid() if truth.means.min() > 1 else np.linspace(-3.5, 3.5, 200)


def draws(values, x):
    """All starts, drawn before any is run."""
    if values["kind"] == BY_HAND:
        return [alive(values["start"])]
    rng, truth, n = np.random.default_rng(int(values["seed"])), values["truth"], int(values["number"])
    if values["kind"] == "k-means++":
        return [kmeans_start(x, truth.pdf(x), truth.n_components, rng) for _ in range(n)]
    return [KINDS[values["kind"]](x, truth.n_components, rng) for _ in range(n)]


def run(state):
    """Run the starts, one a slice; the ends so far, best first, are the state's result."""
    values = state.values
    x = grid(values["truth"])
    density, ends = values["truth"].pdf(x), []
    starts = draws(values, x)
    for i, start in enumerate(starts):
        ends.append(fit_once(x, density, start, method=values["method"]))
        ends.sort(key=lambda end: end.loss)
        state.result = {"key": _key(values), "runs": list(ends)}
        yield (i + 1) / len(starts)


def _key(values):
    """What the ends depend on."""
    names = ("truth", "method", "kind") + (("start",) if values["kind"] == BY_HAND else ("number", "seed"))
    return tuple(literal(values[name]) for name in names)


def _code(values):
    x = "classic_grid()" if grid(values["truth"])[0] == 0 else "np.linspace(-3.5, 3.5, 200)"
    return CODE.format(truth=literal(values["truth"]), x=x)


def _stairs(runs, chosen):
    """A dot for each start at the loss where it ended; those that meet the curve stand out, the valleys are steps."""
    losses = np.array([max(end.loss, LOWEST) for end in runs])
    rank, met = np.arange(1, len(runs) + 1), losses <= MET
    marks = {}
    if met.any():
        marks["met"] = dots(
            "stairs", rank[met], losses[met], color="accent", size=3.8, label="ends that meet the curve"
        )
    if not met.all():
        marks["missed"] = dots("stairs", rank[~met], losses[~met], color="soft", size=3.8, label="ends elsewhere")
    at = runs.index(chosen)
    return marks | {"shown": line("stairs", [at + 1, at + 1], [losses[at] / 3, losses[at] * 3], width=2.2)}


def _before(values):
    """What is asked before anything has run."""
    n = int(values["number"])
    return f"{n} starts are drawn; how many will find the answer? Predict, then run them."


def _stale(values):
    """What is said while the ends on show belong to other settings."""
    waiting = f"{int(values['number'])} starts of the kind “{values['kind']}” (seed {int(values['seed'])})"
    return f"These are the ends of earlier starts; {waiting} wait for their run by {values['method']}."


def sentence(runs):
    """How many starts reached the lowest valley, and how many restarts that asks for."""
    n, lowest = len(runs), runs[0].loss
    if n == 1:
        return _alone(runs[0])
    if lowest > MET:
        return f"None of {n} starts meets the curve: the best misses {squares(lowest)}."
    found = sum(end.loss <= max(MET, lowest) for end in runs)
    if found == n:
        return f"All of {n} starts reach the lowest valley."
    needed = int(np.ceil(np.log(0.01) / np.log(1 - found / n)))
    return f"{found} of {n} starts reach the lowest valley; at this rate {in_words(needed)} restarts give 99 %."


def _alike(mixture, gap):
    """Whether two of the bells have the same weight, mean and std, up to a gap."""
    bells = np.transpose([mixture.weights, mixture.means, mixture.stds])
    return any(abs(a - b).max() <= gap for a, b in combinations(bells, 2))


def _alone(end):
    """The sentence of a single start."""
    if end.loss <= MET:
        return f"This start reaches the lowest valley: relative loss {end.loss:.1e} after {end.nit} iterations."
    twins = _alike(end.start, 0) and _alike(end.mixture, 1e-6)
    why = " The two bells that started alike are alike still." if twins else ""
    return f"This start ends in another valley: {squares(end.loss, 3)} are missed.{why}"
