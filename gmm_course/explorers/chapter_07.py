"""Chapter 7: what a prior holds, and what it costs."""

import numpy as np

from gmm_helpers import CLASSIC, Mixture, classic_grid, fit_once, log_std_prior, mean_prior, relative_loss
from gmm_helpers.plotting import LINES

from .controls import Choice, Number, Switch
from .explorer import Explorer, Preset, View, literal, told
from .live_figure import LiveFigure, dots, line
from .pictures import DOTS, GIVEN, bells, ceiling, truth_bands
from .state import follow, key, noisy, random_mixture
from .words import in_words, listed, spans, squares

__all__ = ["explore_prior"]

RUNAWAY = 50.0  # a std beyond this has run away: twice the grid's length
STARTS = 30
STRENGTHS = {"none": 0.0, **{f"1e-{n}": 10.0**-n for n in range(8, 0, -1)}}
CODE = """truth = {truth}
x = classic_grid()
density = truth.pdf(x)
density += {noise} / 100 * density.max() * np.random.default_rng({seed}).normal(size=x.size)
x, density = x[x <= {cut}], density[x <= {cut}]
result = fit(x, density, {K}, rng=0, prior={prior})
print(result)"""


def explore_prior(**values):
    """Choose how many bells, how much noise, how strong a prior; see what it holds and what it costs.

    values: `n_components`, `noise`, `seed`, `cut`, `strength`, `centre`, `means`, `truth`, in place of the first
    preset's. Returns one box.
    """
    figure = LiveFigure([["curve"], ["stds"]], 6.8, 4.2, height_ratios=[2.4, 1])
    curve, strip = figure.axes["curve"], figure.axes["stds"]
    curve.set(xlim=(0, 25), xlabel="x", ylabel="density")
    strip.set(xscale="log", xlim=(0.05, 2e4), ylim=(0, 1), yticks=[], xlabel="fitted stds")
    strip.axvline(RUNAWAY, color="0.6", linewidth=0.8)
    strip.text(1.1 * RUNAWAY, 0.8, "twice the grid", color="0.4", size="small")
    figure.key(curve, {"given": GIVEN, "fit": {"color": "black"}, "its bells": LINES[0]})
    fine = np.linspace(0, 25, 300)

    def show(state):
        v = state.values
        x, density = data(v)
        exact = not v["noise"] and v["n_components"] >= v["truth"].n_components
        K = int(v["n_components"])
        result = state.kept(key(v), lambda: follow(x, density, K, state.last, prior=prior(v), exact=exact))
        state.last = result
        mixture = result.mixture
        figure.limits(curve, ylim=(0, ceiling(density.max())))
        marks = truth_bands(curve, fine, v["truth"]) if v["revealed"] else {}
        marks |= {"given": dots(curve, x, density, **DOTS), **bells(curve, fine, mixture)}
        marks |= {"fit": line(curve, fine, mixture.pdf(fine), linewidth=1.5)} | _strip(strip, v, mixture, state.result)
        said = sentence(v, result, state.result)
        return View(marks, said, status(v, result), v["truth"], mixture)

    controls = {
        "n_components": Number("K", 3, 1, 6, 1, name="number of bells fitted", whole=True, label_width="66px"),
        "strength": Choice("prior λ", STRENGTHS),
        "centre": Number("centre", 2, 0.5, 8, 0.1, name="centre of the prior on stds", label_width="66px"),
        "means": Switch("a prior on means too: 12.5 ± 7"),
        "noise": Number("noise %", 0, 0, 10, 0.5, name="noise in per cent of the peak", label_width="66px"),
        "seed": Number("seed", 0, 0, 20, 1, name="seed of the noise", whole=True, label_width="66px"),
        "cut": Number("cut at", 25, 10, 25, 0.5, name="where the grid ends", label_width="66px"),
    }
    return Explorer(
        "explore_prior", show, figure, controls, _presets(), defaults={"truth": CLASSIC}, given=values,
        new=lambda rng: {"truth": random_mixture(rng), "noise": 5.0, "strength": 0.01},
        code=_code, work={f"{STARTS} starts": run},
    )  # fmt: skip


def _presets():
    return {
        "Runaway": Preset("Five bells for a curve of three, no prior. How wide do spare ones get? Then 30 starts.",
                          {"n_components": 5.0}),
        "A whisper": Preset("λ = 1e-6: is that enough? Then 30 starts.", {"n_components": 5.0, "strength": 1e-6}),
        "Too loud": Preset("Three bells, λ = 0.1, centre 2. Which bell suffers?", {"strength": 0.1}),
        "Cut at 16": Preset("The third bell, at 20, is out of sight. The fit puts it below 0. What brings it back?",
                            {"cut": 16.0, "noise": 1.0, "seed": 6.0, "strength": 1e-4}),
        "Two for three": Preset("Two bells for a curve of three. Can a prior cure that?",
                                {"n_components": 2.0, "strength": 0.01}),
    }  # fmt: skip


def data(values):
    """x and density: the truth on the classic grid up to the cut, with seeded noise."""
    x = classic_grid()
    kept = x <= values["cut"]
    return x[kept], noisy(values["truth"].pdf(x), values)[kept]


def prior(values):
    """The prior that the controls ask for, or None."""
    lam = values["strength"]
    if not lam:
        return None
    on_stds = log_std_prior(values["centre"], lam)
    return on_stds + mean_prior(12.5, 7.0, lam) if values["means"] else on_stds


def run(state):
    """Fits from many starts, means anywhere, stds 2; the ends so far are the state's result."""
    v = state.values
    x, density = data(v)
    rng, K = np.random.default_rng(0), int(v["n_components"])
    starts = [Mixture(np.full(K, 1 / K), rng.uniform(0, 25, K), np.full(K, 2.0)) for _ in range(STARTS)]
    options, stds = {"hess_inv0": np.eye(3 * K), "maxiter": 150}, []
    for i, start in enumerate(starts):
        stds.append(fit_once(x, density, start, prior=prior(v), options=options).mixture.stds)
        state.result = {"key": key(v), "stds": np.array(stds)}
        yield (i + 1) / STARTS


def _strip(ax, values, mixture, ends):
    """Stds on a logarithmic axis: the fit's as ticks, those of the many starts as dots, the prior as a band."""
    marks = {}
    if values["strength"]:
        at = values["centre"]
        marks["centre"] = line(ax, [at, at], [0, 1], color="#CC79A7", linewidth=8, alpha=0.4)
    if ends and ends["key"] == key(values):
        shown = np.clip(ends["stds"], 0.06, 1.8e4)
        height = np.linspace(0.06, 0.9, STARTS)[: len(shown), None] + np.zeros_like(shown)
        marks["ends"] = dots(ax, shown, height, color="#56B4E9", size=1.8)
    for k, std in enumerate(np.clip(mixture.stds, 0.06, 1.8e4)):
        marks[f"std {k + 1}"] = line(ax, [std, std], [0, 1], **LINES[k], linewidth=2.4)
    return marks


def sentence(values, result, ends):
    """What the prior did to the stds, or what its absence did."""
    if ends and ends["key"] == key(values):
        wide = int((ends["stds"].max(axis=1) > RUNAWAY).sum())
        return f"{wide or 'None'} of {len(ends['stds'])} starts ended with a std over 50."
    mixture, truth = result.mixture, values["truth"]
    many = mixture.n_components > 1
    K = f"{in_words(mixture.n_components).capitalize()} {'bells' if many else 'bell'}"
    if (far := mixture.stds > RUNAWAY).any():
        return f"{K}: a std has run away to {mixture.stds[far].max():.1e}, and the curve doesn't feel it."
    told_apart = values["revealed"] or not values["veiled"]  # a new problem's truth is nobody's yet
    if told_apart and mixture.n_components == truth.n_components and values["strength"] and values["cut"] == 25:
        return _cost(mixture, truth, result.loss)
    s, es = ("s", "") if many else ("", "s")
    missed = f"leave{es} {squares(result.loss)} over" if result.loss > 1e-8 else f"explain{es} the curve"
    return f"{K} at {listed(mixture.means)}, std{s} {listed(mixture.stds)}, {missed}."


def _cost(mixture, truth, loss):
    """Which std the prior moved most, and what that costs."""
    truth = truth.sorted()
    k = int(np.argmax(abs(np.log(mixture.stds / truth.stds))))
    pulled = f"The std of bell {k + 1}, truly {truth.stds[k]:.2f}, is fitted as {mixture.stds[k]:.2f}"
    return f"{pulled}; {squares(loss)} are left over."


def status(values, result):
    """The fit's status, and how far the fitted curve is from the true one on the whole grid."""
    x = classic_grid()
    far = relative_loss(values["truth"].pdf(x), result.mixture.pdf(x))
    return f"{told(result, values['truth'])} · {spans(f'distance to the true curve {far:.1e}')}"


def _code(values):
    lam, centre = values["strength"], values["centre"]
    words = f"log_std_prior({centre:g}, {lam:g})" if lam else "None"
    words += f" + mean_prior(12.5, 7, {lam:g})" if lam and values["means"] else ""
    return CODE.format(
        truth=literal(values["truth"]), noise=values["noise"], seed=int(values["seed"]), cut=values["cut"],
        K=int(values["n_components"]), prior=words,
    )  # fmt: skip
