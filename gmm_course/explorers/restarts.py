"""Many starts, and the staircase of where they end."""

from itertools import combinations

import numpy as np

from gmm_helpers import Mixture, classic_grid, fit_once, kmeans_start, random_start

from .marks import curve, dots, faint, line, scene, text, track, truth_bands
from .state import MET, alive
from .view import View, held
from .widget import TABLE, Explorer
from .words import in_words, spans, squares, told

__all__ = ["explore_restarts", "uniform"]

BY_HAND = "one, by hand"
STAIRS = TABLE["explore_restarts"]["panels"]["stairs"]["ticks"]  # of losses
LOWEST = 3e-10  # losses below are drawn there: the steps between the others stay in sight


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

    def show(state):
        v, alone = state.values, state.values["kind"] == BY_HAND
        if alone and not state.found:
            for _ in run(state):
                pass
        ends = state.found or state.result[1]  # else those of earlier starts
        x, truth, runs = grid(v["truth"]), v["truth"], sorted(ends, key=lambda end: end.loss)
        density = truth.pdf(x)
        hold = held("start", v["start"]) if alone else ()
        away = ("number", "seed", "shown", "work") if alone else ("start",)
        most = 1 if alone else next(n for n in (10, 25, 50, 100) if n >= v["number"])
        limits = {"stairs": {"x": (0.5, most + 0.5)}, "curve": {"x": (0, 25) if x[0] == 0 else (-3.5, 3.5)}}
        if alone:
            limits["stairs"] |= {"ticks": STAIRS | {"x": []}, "xlabel": "this start alone"}
        more = {"away": away, "limits": limits, "code": {"is_classic": x[0] == 0}}
        if not runs:
            fine = np.linspace(x[0], x[-1], 220)
            marks = truth_bands("curve", fine, truth) | faint("curve", fine, draws(v, x), "the starts")
            marks["given"] = dots("curve", x, density, label="points")
            middle = sum(limits["stairs"]["x"]) / 2
            marks["waiting"] = text("stairs", middle, 1e-5, "no start has run yet", color="soft")
            said = f"{v['number']} starts are drawn, and none of them has run yet."
            return View(marks, said, spans(f"seed {v['seed']}"), hold, truth, **more)
        chosen = runs[min(v["shown"], len(runs)) - 1]
        marks = scene(x, density, chosen.mixture, truth, label="its end")
        fine = marks["curve"].x
        start = curve("curve", fine, chosen.start, color="soft", dash=(1, 1.6), label="its start")
        others = faint("curve", fine, [end.mixture for end in runs[1:]], "others")
        marks = others | {"start": start} | marks | stairs(runs, chosen)
        if not alone:
            ranks, losses = range(1, len(runs) + 1), [max(end.loss, LOWEST) for end in runs]
            hold = (track(("shown",), "stairs", ranks, losses, color="ink", name="which one is shown"),)
        waiting = f"{v['number']} starts of the kind “{v['kind']}” (seed {v['seed']}) wait for {v['method']}"
        said = sentence(runs) if state.found else f"These are the ends of earlier starts; {waiting}."
        numbers = f"<span>shown:</span> {told(chosen, truth)}"
        return View(marks, said, numbers, hold, truth, chosen.mixture, **more)

    return Explorer("explore_restarts", show, values, judge=share_found, work={"Run the starts": run})


def share_found(state):
    """None, under half, half or more, or all of the starts that have run: 0 … 3; None before all of them have."""
    met = [end.loss <= MET for end in state.finished]
    return (0 if not any(met) else 3 if all(met) else 1 + (sum(met) >= len(met) / 2)) if met else None


def grid(truth):
    """The classic grid, or for a mixture about 0 that of Marron and Wand's densities: 200 points on ±3.5."""
    return classic_grid() if truth.mean() > 3 else np.linspace(-3.5, 3.5, 200)


def draws(values, x):
    """All starts, drawn before any is run."""
    if values["kind"] == BY_HAND:
        return [alive(values["start"])]
    rng, truth, n = np.random.default_rng(values["seed"]), values["truth"], values["number"]
    if values["kind"] == "k-means++":
        return [kmeans_start(x, truth.pdf(x), truth.n_components, rng) for _ in range(n)]
    return [KINDS[values["kind"]](x, truth.n_components, rng) for _ in range(n)]


def run(state):
    """Run the starts, one a slice."""
    v, x = state.values, grid(state.values["truth"])
    density, starts = v["truth"].pdf(x), draws(v, x)
    ends = (fit_once(x, density, start, method=v["method"]) for start in starts)
    return state.gather(ends, len(starts), "shown")


def stairs(runs, chosen):
    """A dot for each start at the loss where it ended; those that meet the curve stand out, the valleys are steps."""
    losses = np.array([max(end.loss, LOWEST) for end in runs])
    rank, met, marks = np.arange(1, len(runs) + 1), losses <= MET, {}
    for name, which, color in (("meet the curve", met, "accent"), ("miss it", ~met, "soft")):
        if which.any():
            marks[f"ends that {name}"] = dots("stairs", rank[which], losses[which], color=color, size=3.8, label=name)
    at = runs.index(chosen)
    return marks | {"shown": line("stairs", [at + 1, at + 1], [losses[at] / 3, losses[at] * 3], width=2.2)}


def sentence(runs):
    """How many starts reached the lowest valley, and how many restarts that asks for."""
    n, best = len(runs), runs[0]
    if n == 1 and best.loss <= MET:
        return f"This start reached the lowest valley: relative loss {best.loss:.1e} after {best.nit} iterations."
    if n == 1:
        twins = alike(best.start, 0) and alike(best.mixture, 1e-6)
        why = " The two bells that started alike are alike still." if twins else ""
        return f"This start ends at a higher loss: {squares(best.loss, 3)} are missed.{why}"
    if best.loss > MET:
        return f"None of {n} starts meets the curve: the best misses {squares(best.loss)}."
    found = sum(end.loss <= MET for end in runs)
    if found == n:
        return f"All of {n} starts reached the lowest valley."
    needed = int(np.ceil(np.log(0.01) / np.log(1 - found / n)))
    return f"{found} of {n} starts reached the lowest valley; at this rate {in_words(needed)} restarts give 99 %."


def alike(mixture, gap):
    """Whether two of the bells have the same weight, mean and std, up to a gap."""
    bells = np.transpose([mixture.weights, mixture.means, mixture.stds])
    return any(abs(a - b).max() <= gap for a, b in combinations(bells, 2))
