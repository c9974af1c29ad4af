"""Chapter 9: everything on one screen, for the projector."""

import numpy as np

from gmm_helpers import CLASSIC, Mixture, curvature_start, fit_once, log_std_prior, marron_wand

from .chapter_06 import uniform
from .controls import Choice, MixtureEditor, Number
from .explorer import Explorer, Preset, View, literal, told
from .pictures import CurvePicture, truth_bands
from .state import follow, key, largest_error, noisy, random_mixture
from .words import in_words, listed, squares

__all__ = ["playground"]

GUESSES = 50
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
    picture = CurvePicture(width=6.4, height=4.0)

    def show(state):
        v = state.values
        x, density = data(v)
        picture.spans(x)
        if state.covered:
            return View(picture.dots(x, density), f"{x.size} dots: which bells made them? Guess, then reveal.")
        result = state.kept(key(v), lambda: _fitted(state, x, density))
        marks = picture.marks(x, density, result.pdf(x), result.mixture)
        if v["revealed"]:
            marks = truth_bands(picture.curve, picture.fine, v["truth"]) | marks
        said = _guessed(state) or sentence(v, result)
        return View(marks, said, told(result, v["truth"]), v["truth"], result.mixture)

    controls = {
        "truth": MixtureEditor(CLASSIC, means=(-4, 26)),
        "n_components": Number("K", 3, 1, 6, 1, name="number of bells fitted", whole=True, label_width="66px"),
        "n_points": Number("points", 75, 20, 300, 1, name="number of points", whole=True, label_width="66px"),
        "noise": Number("noise %", 0, 0, 10, 0.5, name="noise in per cent of the peak", label_width="66px"),
        "seed": Number("seed", 0, 0, 20, 1, name="seed of the noise", whole=True, label_width="66px"),
        "method": Choice("method", ["LM", "BFGS", "CG"]),
        "strength": Choice("prior λ", STRENGTHS),
    }
    return Explorer(
        "playground", show, picture.figure, controls, _presets(), given=values, hidden=("truth",),
        defaults={"low": 0.0, "high": 25.0}, new=lambda rng: {"truth": random_mixture(rng)}, code=_code,
        work={f"{GUESSES} guesses": guess}, columns=[["truth"], [name for name in controls if name != "truth"]],
    )  # fmt: skip


def _presets():
    tall = Mixture([0.2, 0.8], [8, 16], [0.5, 4])
    needle = Mixture([0.6, 0.35, 0.05], [8, 17, 13.021], [3, 2, 0.1])
    shoulder = Mixture([0.5, 0.5], [11, 13], [2, 2])
    claw = {"truth": marron_wand(10), "n_components": 6.0, "n_points": 200.0, "low": -3.5, "high": 3.5}
    return {
        "Classic": Preset("Move μ₂ to 19: two peaks are left. Will it still find three bells?"),
        "Tall isn't heavy": Preset("Vote: which bell holds more?", {"truth": tall, "n_components": 2.0}),
        "Needle": Preset("A needle between the points: will it be found? Then 50 points.",
                         {"truth": needle, "n_points": 25.0}),
        "Shoulder": Preset("One per cent of noise. Are these two halves still halves?",
                           {"truth": shoulder, "n_components": 2.0, "noise": 1.0}),
        "Five for three": Preset("Five bells leave less than three. Are they better?",
                                 {"n_components": 5.0, "noise": 5.0}),
        "Claw": Preset("Guess fifty times where to start; then ask the curve where it bends.", claw),
    }  # fmt: skip


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
    start = Mixture(*curvature_start(x, density, K))
    return fit_once(x, density, start, method=v["method"], prior=prior, options={"maxiter": 200})


def guess(state):
    """Fifty starts anywhere, one a slice; how many met the curve is the state's result."""
    values = state.values
    x, density = data(values)
    rng, K = np.random.default_rng(0), int(values["n_components"])
    losses = []
    for i in range(GUESSES):
        losses.append(fit_once(x, density, Mixture(*uniform(x, K, rng)), method="LM").loss)
        state.result = {"key": key(values), "losses": losses}
        yield (i + 1) / GUESSES


def _guessed(state):
    """The sentence after fifty guesses, as long as they belong to this curve."""
    if not state.result or state.result["key"] != key(state.values):
        return None
    losses = np.array(state.result["losses"])
    best = losses.min()
    found = int((losses <= max(1e-8, 1.001 * best)).sum())
    if best > 1e-8 and not state.values["noise"]:
        return f"None of {losses.size} guesses meets the curve: the best misses {squares(best)}."
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
