"""Everything on one screen, for the projector."""

import numpy as np

from gmm_helpers import curvature_start, fit_once, log_std_prior

from .fit import found_again, sentence
from .marks import faint, scene
from .restarts import uniform
from .state import MET, follow, key, noise, places
from .view import SEEN, UNSEEN, View, by_hand, held
from .widget import Explorer
from .words import some, squares, told

__all__ = ["playground"]

STARTS = 50


def playground(**values):
    """All true parameters, points, noise, bells, method and prior on one screen; the fit follows the hand.

    values: `truth`, `n_components`, `n_points`, `noise`, `seed`, `method`, `strength`, `low`, `high`, in place of
    the first preset's. Returns one box.
    """

    def show(state):
        v = state.values
        x, density = data(v)
        if density.max() < SEEN:
            return by_hand("truth", v["truth"], x, density, UNSEEN)
        result = state.kept(key(v), lambda: fitted(state, x, density))
        truth, mixture, K = v["truth"], result.mixture, v["n_components"]
        alone = v["method"] == "LM" and not v["strength"]
        marks = scene(x, density, mixture, truth, label="fit", places=places(mixture, truth), live="fit", left=True)
        marks = faint("curve", marks["curve"].x, [end.mixture for end in state.found], "the ends") | marks
        said = found_by(state.found, v, result) if state.found else sentence(result, truth, x, bool(v["noise"]))
        live = {"of": "truth", "K": K, "noise": noise(v, x.size).tolist() if v["noise"] else None} if alone else None
        holds = found_again(result, truth)
        more = {"away": () if v["noise"] else ("seed",), "live": live, "holds": holds}
        return View(marks, said, told(result, truth), held("truth", truth), truth, mixture, **more)

    def judge(state):
        return some([end.loss <= MET for end in state.finished])

    return Explorer("playground", show, values, judge=judge, work={f"{STARTS} starts": run})


def data(values):
    """x and density: the truth on an even grid with both ends, with seeded noise."""
    x = np.linspace(values["low"], values["high"], values["n_points"])
    density = values["truth"].pdf(x)
    return x, density + density.max() * noise(values, x.size)


def fitted(state, x, density):
    """The fit that follows: LM from the last answer; another method walks from the curvature start."""
    v, K = state.values, state.values["n_components"]
    prior = log_std_prior(2, v["strength"]) if v["strength"] else None
    exact = not v["noise"] and v["truth"].n_components <= K
    state.last = result = follow(x, density, K, state.last, prior=prior, exact=exact)
    if v["method"] == "LM":
        return result
    start = curvature_start(x, density, K)
    return fit_once(x, density, start, method=v["method"], prior=prior, options={"maxiter": 200})


def run(state):
    """Fifty starts anywhere, one a slice."""
    x, density = data(state.values)
    rng, K = np.random.default_rng(0), state.values["n_components"]
    ends = (fit_once(x, density, uniform(x, K, rng), method="LM") for _ in range(STARTS))
    return state.gather(ends if density.max() >= SEEN else (), STARTS)


def found_by(ends, values, result):
    """The sentence after fifty starts, beside the fit on show."""
    losses = np.array([end.loss for end in ends])
    best = losses.min()
    if best > MET and not values["noise"]:
        none = f"None of {losses.size} random starts meets the curve: the best misses {squares(best)}."
        ends = "meets it" if result.loss <= MET else f"misses {squares(result.loss)}"
        return f"{none} The fit on show, which started where the curve bends, {ends}."
    found = int((losses <= max(MET, 1.001 * best)).sum())
    return f"{found} of {losses.size} starts reached the lowest valley."
