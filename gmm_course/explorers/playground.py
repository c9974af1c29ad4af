"""Everything on one screen, for the projector."""

import numpy as np

from gmm_helpers import CLASSIC, Mixture, curvature_start, fit_once, log_std_prior, marron_wand

from .as_code import literal
from .fit import EVEN, guessing
from .inputs import Bells, Choice, Number
from .marks import ceiling, curve_marks, faint, fit_panels, reach
from .restarts import uniform
from .state import follow, key, largest_error, noisy, places, random_mixture
from .widget import Explorer, Preset, View
from .words import in_words, listed, scored, squares, told

__all__ = ["playground"]

GUESSES = 50
MET = 1e-8  # the relative loss at which the curve counts as met
STRENGTHS = {"none": 0.0, **{f"1e-{n}": 10.0**-n for n in (6, 5, 4, 3, 2, 1)}}
CODE = """truth = {truth}
x = np.linspace({low:g}, {high:g}, {n_points})
density = truth.pdf(x)
density += {noise:g} / 100 * density.max() * np.random.default_rng({seed}).normal(size=x.size)
result = fit(x, density, {K}, method={method!r}, prior={prior}, rng=0)
print(result)"""


def playground(**values):
    """All true parameters, points, noise, bells, method and prior on one screen; the fit follows the hand.

    values: `truth`, `n_components`, `n_points`, `noise`, `seed`, `method`, `strength`, `low`, `high`, in place of
    the first preset's. Returns one box.
    """

    def show(state):
        v = state.values
        x, density = data(v)
        across = (float(x[0]), float(x[-1]))
        if state.covered:
            return guessing(x, density, v["guess"], residual=True)
        result = state.kept(key(v), lambda: _fitted(state, x, density))
        truth, alone = v["truth"], v["method"] == "LM" and not v["strength"]
        colours = places(result.mixture, truth)
        marks = curve_marks(x, density, result, truth, places=colours, live=alone)
        guessed = state.result and state.result["key"] == key(v)
        if guessed:
            marks = faint("curve", marks["fit"].x, [end.mixture for end in state.result["ends"]]) | marks
        said = _guessed(state.result["ends"], v) if guessed else sentence(v, result)
        if v["problem"]:
            said = scored(v["guess"], truth, x, result.mixture)
        left = density - result.pdf(x)
        limits = {
            "curve": (across, (min(0, 1.1 * density.min()), ceiling(density.max()))),
            "residual": (across, reach(left, density.max())),
        }
        hold = ({"kind": "bells", "of": "truth", "panel": "curve"},)
        clean = truth.pdf(x)
        noise = ((density - clean) / clean.max()).tolist() if v["noise"] else None
        same = ["n_components", "n_points", "noise", "seed", "method", "strength"]
        live = {"x": x.tolist(), "noise": noise, "of": ["truth"], "same": same, "K": int(v["n_components"])}
        numbers = told(result, truth)
        waiting = v["preset"] == "Claw" and not guessed
        live = live if alone else None
        return View(marks, said, numbers, limits, hold, truth, result.mixture, live=live, waiting=waiting)

    controls = {
        "truth": Bells(CLASSIC, means=(-4, 26)),
        "guess": Bells(EVEN),
        "n_components": Number("K", 3, 1, 6, 1, name="number of bells fitted", whole=True),
        "n_points": Number("points", 75, 20, 300, 1, name="number of points", whole=True),
        "noise": Number("noise %", 0, 0, 10, 0.5, name="noise in per cent of the peak"),
        "seed": Number("seed", 0, 0, 20, 1, name="seed of the noise", whole=True),
        "method": Choice("method", ["LM", "BFGS", "CG"]),
        "strength": Choice("prior λ", STRENGTHS),
    }
    columns = [["truth", "guess"], [name for name in controls if name not in ("truth", "guess")]]
    return Explorer(
        "playground", show, fit_panels(), controls, _presets(), given=values, hidden=("truth",), guess="guess",
        defaults={"low": 0.0, "high": 25.0}, code=_code, work={f"{GUESSES} guesses": guess}, columns=columns,
        new=lambda rng: Preset("Which bells made these dots?", {"truth": random_mixture(rng)}),
    )  # fmt: skip


def _presets():
    tall = Mixture([0.2, 0.8], [8, 16], [0.5, 4])
    needle = Mixture([0.6, 0.35, 0.05], [8, 17, 13.021], [3, 2, 0.1])
    shoulder = Mixture([0.5, 0.5], [11, 13], [2, 2])
    claw = {"truth": marron_wand(10), "n_components": 6.0, "n_points": 200.0, "low": -3.5, "high": 3.5}
    return {
        "Classic": Preset("Move μ₂ to 19: two peaks are left. How many bells will it still find?", {},
                          ("two", "three"), 1),
        "Tall isn't heavy": Preset("Vote: which bell holds more?", {"truth": tall, "n_components": 2.0},
                                   ("the tall one", "the wide one"), 1),
        "Needle": Preset("A needle between the points: will it be found? Then 50 points.",
                         {"truth": needle, "n_points": 25.0}, ("yes", "no"), 1),
        "Shoulder": Preset("Two halves, one per cent of noise. Will the fit still find halves?",
                           {"truth": shoulder, "n_components": 2.0, "noise": 1.0}, ("yes", "no"), 1),
        "Five for three": Preset("Five bells leave less than three. Are they better?",
                                 {"n_components": 5.0, "noise": 5.0}, ("yes", "no"), 1),
        "Claw": Preset("Six bells: how many of fifty guesses where to start will meet the curve?", claw,
                       ("none", "some", "most"), _met),
    }  # fmt: skip


def _met(state):
    """None, some or most, of the guesses that have run."""
    share = np.mean([end.loss <= MET for end in state.result["ends"]])
    return 0 if not share else 1 + int(share > 0.5)


def data(values):
    """x and density: the truth on an even grid with both ends, with seeded noise."""
    x = np.linspace(values["low"], values["high"], int(values["n_points"]))
    return x, noisy(values["truth"].pdf(x), values)


def _fitted(state, x, density):
    """The fit that follows: LM from the last answer; another method walks from the curvature start."""
    v, K = state.values, int(state.values["n_components"])
    prior = log_std_prior(2, v["strength"]) if v["strength"] else None
    exact = not v["noise"] and v["truth"].n_components <= K
    state.last = result = follow(x, density, K, state.last, prior=prior, exact=exact)
    if v["method"] == "LM":
        return result
    start = curvature_start(x, density, K)
    return fit_once(x, density, start, method=v["method"], prior=prior, options={"maxiter": 200})


def guess(state):
    """Fifty starts anywhere, one a slice; where they ended is the state's result."""
    values = state.values
    x, density = data(values)
    rng, K, ends = np.random.default_rng(0), int(values["n_components"]), []
    for i in range(GUESSES):
        ends.append(fit_once(x, density, uniform(x, K, rng), method="LM"))
        state.result = {"key": key(values), "ends": list(ends)}
        yield (i + 1) / GUESSES


def _guessed(ends, values):
    """The sentence after fifty guesses."""
    losses = np.array([end.loss for end in ends])
    best = losses.min()
    found = int((losses <= max(MET, 1.001 * best)).sum())
    if best > MET and not values["noise"]:
        return (
            f"None of {losses.size} guesses meets the curve: the best misses {squares(best)}. "
            "The fit on show started where the curve bends."
        )
    return f"{found} of {losses.size} guesses reach the lowest valley."


def sentence(values, result):
    """The picture in words: the bells, what is left over, and whether they are the true ones."""
    mixture, truth = result.mixture, values["truth"]
    K = in_words(mixture.n_components).capitalize()
    s, es = ("s", "") if mixture.n_components > 1 else ("", "s")
    bells = f"{K} bell{s} at {listed(mixture.means)}"
    if values["noise"] or result.loss > 1e-8:
        shares = f", weights {listed(mixture.weights)}" if mixture.n_components < 4 else ""
        return f"{bells}{shares}: {squares(result.loss)} are left over."
    if (far := mixture.stds > 250).any():
        seen = listed(mixture.means[~far])
        return f"Bells at {seen} meet every dot; another has run away, and no dot feels it."
    if mixture.n_components == truth.n_components and largest_error(mixture, truth) > 0.05:
        return f"{bells} meet{es} every dot, and yet they are not the true ones."
    return f"{bells} explain{es} the curve; nothing is left over."


def _code(values):
    v, lam = values, values["strength"]
    return CODE.format(
        truth=literal(v["truth"]), low=v["low"], high=v["high"], n_points=int(v["n_points"]), noise=v["noise"],
        seed=int(v["seed"]), K=int(v["n_components"]), method=v["method"],
        prior=f"log_std_prior(2, {lam:g})" if lam else "None",
    )  # fmt: skip
