"""What a prior holds, and what it costs."""

import numpy as np

from gmm_helpers import Mixture, classic_grid, fit_once, log_std_prior, mean_prior, relative_loss

from .marks import arrow, dots, line, scene, text
from .state import follow, key, noise, places, random_mixture
from .view import View
from .widget import Explorer
from .words import in_words, listed, some, spans, squares, told, typeset

__all__ = ["explore_prior"]

RUNAWAY = 50.0  # a std beyond this has run away: twice the whole grid's length
WIDEST = 1.8e4  # what is wider leads off the axis
STARTS = 30


def explore_prior(**values):
    """Choose how many bells, how much noise, how strong a prior; see what it holds and what it costs.

    values: `n_components`, `noise`, `seed`, `cut`, `strength`, `centre`, `means`, `truth`, `preset`, in place of the
    first preset's. Returns one box.
    """
    fine = np.linspace(0, 25, 220)
    cut = {"kind": "point", "paths": (("cut",),), "panel": "curve", "y": 0.97, "color": "ink", "name": "the grid's end"}
    held = {"kind": "point", "paths": (("centre",),), "panel": "stds", "y": 0.5, "color": "bell4", "name": "the prior"}

    def show(state):
        v, (x, density) = state.values, data(state.values)
        exact, K = not v["noise"] and v["n_components"] >= v["truth"].n_components, v["n_components"]
        result = state.kept(key(v), lambda: follow(x, density, K, state.last, prior=prior(v), exact=exact))
        state.last, mixture, truth = result, result.mixture, v["truth"]
        colours = places(mixture, truth) if not state.covered else list(range(K))
        marks = scene(x, density, mixture, truth, fine=fine, label="fit", places=colours)
        marks["cut"] = line("curve", [v["cut"]] * 2, [0, 2 * density.max()], color="soft", dash=(4, 3), at="cut")
        marks |= fled(mixture, colours) | strip(v, mixture, colours, state.found)
        far = relative_loss(truth.pdf(classic_grid()), mixture.pdf(classic_grid()))
        numbers = f"{told(result, None if state.covered else truth)} · {spans(f'distance to the true curve {far:.1e}')}"
        hold = (cut, held) if v["strength"] else (cut,)
        away = () if v["strength"] else ("centre", "means")
        more = {"code": {"is_cut": v["cut"] < 25}, "away": away if v["noise"] else (*away, "seed")}
        return View(marks, sentence(state, result), numbers, hold, truth, mixture, **more)

    return Explorer("explore_prior", show, values, new=new, judge=judge, work={f"{STARTS} starts": run})


def new(rng):
    """A curve of two to four bells."""
    return {"truth": random_mixture(rng, int(rng.integers(2, 5)))}


def judge(state):
    """How many bells made the curve of a problem; else whether none, some or most of the starts ran away."""
    if state.values["problem"]:
        return state.values["truth"].n_components - 2
    return some([stds.max() > RUNAWAY for stds in state.finished])


def data(values):
    """x and density: the truth on the classic grid up to the cut, with seeded noise."""
    x = classic_grid()
    density = values["truth"].pdf(x)
    density = density + density.max() * noise(values, x.size)
    kept = x <= values["cut"]
    return x[kept], density[kept]


def prior(values):
    """The prior that the controls ask for, or None."""
    lam = values["strength"]
    on_stds = log_std_prior(values["centre"], lam) if lam else None
    return on_stds + mean_prior(12.5, 7.0, lam) if lam and values["means"] else on_stds


def run(state):
    """Fits from many starts, means anywhere, stds 2: the stds where each of them ends."""
    v, (x, density), K = state.values, data(state.values), state.values["n_components"]
    rng = np.random.default_rng(0)
    starts = [Mixture(np.full(K, 1 / K), rng.uniform(0, 25, K), np.full(K, 2.0)) for _ in range(STARTS)]
    ends = (fit_once(x, density, start, prior=prior(v), options={"maxiter": 150}) for start in starts)
    return state.gather((end.mixture.stds for end in ends), STARTS)


def fled(mixture, colours):
    """Words at the edge beyond which a bell has its mean."""
    marks = {}
    for k, mean in zip(colours, mixture.means, strict=True):
        if not 0 <= mean <= 25:
            words = typeset(f"bell {k + 1} at {mean:.3g}")
            at, words = (3.2, f"← {words}") if mean < 0 else (21.8, f"{words} →")
            marks[f"fled {k + 1}"] = text("curve", at, 0.1, words, color=f"bell{k % 6 + 1}")
    return marks


def strip(values, mixture, colours, ends):
    """The fitted stds on their axis, those of many starts as dots, and the prior's centre as a band."""
    marks, at = {}, values["centre"]
    marks["far"] = line("stds", [RUNAWAY] * 2, [0, 1], color="soft", width=1)
    if values["strength"]:
        looks = {"color": "bell4", "width": 8, "opacity": 0.4, "at": "centre"}
        marks["centre"] = line("stds", [at, at], [0, 1], **looks)
    if ends:
        shown = np.clip(ends, 0.06, WIDEST)
        height = np.linspace(0.06, 0.5, STARTS)[: len(ends), None] + 0 * shown  # below the words
        marks["ends"] = dots("stds", shown, height, color="ink", size=2.6, label="stds of each start")
    marks["too far"] = text("stds", (RUNAWAY * 2e4) ** 0.5, 0.6, "over 50: run away", color="soft")
    lanes = np.linspace(1, 0, mixture.n_components + 1)  # one a bell, since stds may be alike
    for i, (k, std) in enumerate(zip(colours, np.maximum(mixture.stds, 0.06), strict=True)):
        hue, lane = f"bell{k % 6 + 1}", lanes[i : i + 2]
        off = arrow("stds", [WIDEST / 3, 2 * WIDEST], [lane.mean()] * 2, color=hue, width=2.4)
        marks[f"std {k + 1}"] = off if std > WIDEST else line("stds", [std, std], lane, color=hue, width=4)
    return marks


def sentence(state, result):
    """What the prior did to the stds, or what its absence did."""
    if ends := state.found:
        wide = sum(stds.max() > RUNAWAY for stds in ends)
        return f"{wide or 'None'} of {len(ends)} starts ended with a std over 50."
    v, mixture, truth = state.values, result.mixture, state.values["truth"].sorted()
    bell, s, es = ("bells", "s", "") if mixture.n_components > 1 else ("bell", "", "s")
    K = f"{in_words(mixture.n_components).capitalize()} {bell}"
    if (far := mixture.stds > RUNAWAY).any():
        return f"{K}: a std has run away to {mixture.stds[far].max():.1e}, and the curve doesn't feel it."
    if not state.covered and mixture.n_components == truth.n_components and v["strength"] and v["cut"] == 25:
        k = int(np.argmax(abs(np.log(mixture.stds / truth.stds))))
        pulled = f"The std of bell {k + 1}, truly {truth.stds[k]:.2f}, is fitted as {mixture.stds[k]:.2f}"
        return f"{pulled}; {squares(result.loss)} are left over."
    missed = f"leave{es} {squares(result.loss)} over" if result.loss > 1e-8 else f"explain{es} the curve"
    return f"{K} at {listed(mixture.means)}, std{s} {listed(mixture.stds)}, {missed}."
