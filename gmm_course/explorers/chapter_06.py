"""Chapter 6: many starts, and the staircase of where they end."""

from itertools import combinations

import numpy as np

from gmm_helpers import CLASSIC, Mixture, classic_grid, fit_once, kmeans_start, marron_wand, random_start
from gmm_helpers.plotting import LINES

from .controls import Choice, MixtureEditor, Number
from .explorer import Explorer, Preset, View, literal, told
from .live_figure import LiveFigure, dots, line
from .pictures import DOTS, GIVEN, bells, ceiling, truth_bands
from .state import alive, random_mixture
from .words import in_words, spans, squares

__all__ = ["explore_restarts"]

CLAW = marron_wand(10)
TWINS = Mixture(np.full(3, 1 / 3), [5, 15, 15], [1, 1, 1])
BY_HAND = "one, by hand"
MET = 1e-8  # the relative loss at which the curve counts as met
BASINS = ("#009E73", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#0072B2")
CODE = """truth = {truth}
x = {x}
result = fit(x, truth.pdf(x), truth.n_components, rng=0)
print(result)"""


def wide(x, K, rng):
    """Distinct whole-numbered means, stds 5."""
    means = rng.choice(np.arange(int(x[0]), int(np.ceil(x[-1]))), K, replace=False).astype(float)
    return np.full(K, 1 / K), means, np.full(K, 5.0)


def uniform(x, K, rng):
    """Means anywhere on the grid, stds a fourteenth of its length."""
    return np.full(K, 1 / K), rng.uniform(x[0], x[-1], K), np.full(K, (x[-1] - x[0]) / 14)


KINDS = {"narrow": random_start, "wide": wide, "anywhere": uniform}


def explore_restarts(**values):
    """Draw starts of a kind, run them, and see how many find the lowest valley.

    values: `kind`, `number`, `method`, `seed`, `shown`, `start`, `truth`, in place of the first preset's.
    Returns one box.
    """
    figure = LiveFigure([["curve"], ["stairs"]], 6.8, 4.7, height_ratios=[1.6, 1.5])
    curve, stairs = figure.axes["curve"], figure.axes["stairs"]
    curve.set(xlabel="x", ylabel="density")
    stairs.set(yscale="log", ylim=(1e-18, 5), xlabel="starts, sorted by where they end", ylabel="relative loss")
    start = {"color": "#7A7A7A", "linestyle": ":", "linewidth": 1.4}
    figure.key(curve, {"given": GIVEN, "a start": start, "where it ends": {"color": "black"}, "its bells": LINES[0]})

    def show(state):
        v = state.values
        x = grid(v["truth"])
        density, fine = v["truth"].pdf(x), np.linspace(x[0], x[-1], 400)
        if v["kind"] == BY_HAND and _key(v) != (state.result or {}).get("key"):
            for _ in run(state):
                pass
        runs = (state.result or {}).get("runs", [])
        figure.limits(curve, xlim=(float(x[0]), float(x[-1])), ylim=(0, ceiling(density.max())))
        figure.limits(stairs, xlim=(0.5, next(n for n in (10, 25, 50, 100) if n >= v["number"]) + 0.5))
        marks = truth_bands(curve, fine, v["truth"]) if v["revealed"] else {}
        marks |= {"given": dots(curve, x, density, **DOTS)}
        if not runs:
            first = Mixture(*draws(v, x)[0])
            marks |= bells(curve, fine, first) | {"start": line(curve, fine, first.pdf(fine), **start)}
            return View(marks, _before(v), spans(f"seed {int(v['seed'])}"), v["truth"], None)
        chosen = runs[min(int(v["shown"]), len(runs)) - 1]
        marks |= {"start": line(curve, fine, chosen.start.pdf(fine), **start)}
        marks |= bells(curve, fine, chosen.mixture) | {"end": line(curve, fine, chosen.pdf(fine))}
        marks |= _stairs(stairs, runs, chosen)
        said = sentence(runs) if _key(v) == state.result["key"] else _stale(v)
        return View(marks, said, f"<span>shown:</span> {told(chosen, v['truth'])}", v["truth"], chosen.mixture)

    controls = {
        "kind": Choice("starts", [BY_HAND, "narrow", "wide", "k-means++", "anywhere"], BY_HAND),
        "number": Number("number", 50, 1, 100, 1, name="number of starts", whole=True, label_width="62px"),
        "method": Choice("method", ["BFGS", "LM"]),
        "seed": Number("seed", 0, 0, 20, 1, name="seed of the starts", whole=True, label_width="62px"),
        "shown": Number("shown", 1, 1, 100, 1, name="which end is shown, best first", whole=True, label_width="62px"),
        "start": MixtureEditor(TWINS),
    }

    return Explorer(
        "explore_restarts", show, figure, controls, _presets(), defaults={"truth": CLASSIC}, given=values,
        new=lambda rng: {"truth": random_mixture(rng), "kind": "narrow"},
        code=_code, work={"Run the starts": run},
        aside=lambda v: ("number", "seed", "shown") if v["kind"] == BY_HAND else ("start",),
    )  # fmt: skip


def _presets():
    return {
        "Equal means": Preset("Two bells start at 15. Can they part? Then set μ₃ to 15.05.", {"kind": BY_HAND}),
        "Narrow fifty": Preset("Of 50 starts, means anywhere, stds 1: how many find the answer?", {"kind": "narrow"}),
        "Wide fifty": Preset("Distinct means, stds 5: how many of 50?", {"kind": "wide"}),
        "K-means++ fifty": Preset("The curve itself chooses the starts: how many of 50?", {"kind": "k-means++"}),
        "The claw": Preset("Six bells, 50 starts anywhere: how many meet the curve?",
                           {"truth": CLAW, "kind": "anywhere", "method": "LM"}),
    }  # fmt: skip


def grid(truth):
    """The classic grid, or for a mixture about 0 that of Marron and Wand's densities: 200 points on ±3.5."""
    return classic_grid() if truth.means.min() > 1 else np.linspace(-3.5, 3.5, 200)


def draws(values, x):
    """All starts, drawn before any is run: a list of (weights, means, stds)."""
    if values["kind"] == BY_HAND:
        start = alive(values["start"])
        return [(start.weights, start.means, start.stds)]
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
    plain = {"hess_inv0": np.eye(3 * starts[0][0].size)} if values["method"] == "BFGS" else None
    for i, start in enumerate(starts):
        ends.append(fit_once(x, density, Mixture(*start), method=values["method"], options=plain))
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


def _stairs(ax, runs, chosen):
    """A dot for each start at the loss where it ended; starts that ended alike have one colour."""
    losses = np.array([max(end.loss, 1e-17) for end in runs])
    level, colours = 0, []
    for before, loss in zip([losses[0], *losses[:-1]], losses, strict=True):
        level += loss > max(1.01 * before, MET)
        colours.append(BASINS[min(level, len(BASINS) - 1)])
    rank = np.arange(1, len(runs) + 1)
    marks = {
        f"basin {colour}": dots(ax, rank[is_it], losses[is_it], color=colour, size=3.6)
        for colour in dict.fromkeys(colours)
        if (is_it := np.array(colours) == colour).any()
    }
    at = runs.index(chosen)
    return marks | {"shown": line(ax, [at + 1, at + 1], [losses[at] / 12, losses[at] * 12], linewidth=2.2)}


def _before(values):
    """What is asked before anything has run."""
    n = int(values["number"])
    return f"{n} starts are drawn, and the first is shown; how many will find the answer? Predict, then run them."


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
