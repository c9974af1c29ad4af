"""What a prior holds, and what it costs."""

import numpy as np

from gmm_helpers import CLASSIC, Mixture, classic_grid, fit_once, log_std_prior, mean_prior, relative_loss

from .as_code import literal
from .inputs import Choice, Number, Switch
from .marks import Panel, bell_marks, ceiling, dots, line, truth_marks
from .state import follow, key, noisy, places, random_mixture
from .widget import Explorer, Preset, View
from .words import in_words, listed, spans, squares, told

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

    values: `n_components`, `noise`, `seed`, `cut`, `strength`, `centre`, `means`, `truth`, `preset`, in place of the
    first preset's. Returns one box.
    """
    panels = {
        "curve": Panel(2.4, ylabel="density", xlabel="x"),
        "stds": Panel(0.8, (0.05, 2e4), (0, 1), "fitted stds", "", True, ticks={"y": []},
                      rules=({"x": RUNAWAY, "words": "twice the grid"},)),
    }  # fmt: skip
    fine = np.linspace(0, 25, 220)
    handles = (
        {"kind": "number", "path": ("cut",), "panel": "curve", "y": 0.97, "color": "ink"},
        {"kind": "number", "path": ("centre",), "panel": "stds", "y": 0.5, "color": "bell4"},
    )

    def show(state):
        v = state.values
        x, density = data(v)
        exact = not v["noise"] and v["n_components"] >= v["truth"].n_components
        K = int(v["n_components"])
        result = state.kept(key(v), lambda: follow(x, density, K, state.last, prior=prior(v), exact=exact))
        state.last = result
        mixture, told_apart = result.mixture, v["revealed"] or not v["problem"]
        colours = places(mixture, v["truth"]) if told_apart else list(range(K))
        marks = truth_marks("curve", fine, v["truth"]) | bell_marks("curve", fine, mixture, places=colours)
        marks["given"] = dots("curve", x, density, label="given")
        marks["fit"] = line("curve", fine, mixture.pdf(fine), width=1.4, label="fit")
        top = ceiling(density.max())
        if v["cut"] < 25:
            marks["cut"] = line("curve", [v["cut"]] * 2, [0, top], color="soft", dash=(4, 3), label="the grid’s end")
        marks |= _strip(v, mixture, colours, state.result)
        hold = handles if v["strength"] else handles[:1]
        said = sentence(v, result, state.result)
        limits = {"curve": ((0, 25), (min(0, 1.1 * density.min()), top))}
        waiting = v["preset"] in ("Runaway", "A whisper") and not (state.result and state.result["key"] == key(v))
        return View(marks, said, status(v, result), limits, hold, v["truth"], mixture, waiting=waiting)

    controls = {
        "n_components": Number("K", 3, 1, 6, 1, name="number of bells fitted", whole=True),
        "strength": Choice("prior λ", STRENGTHS),
        "centre": Number("centre", 2, 0.5, 8, 0.1, name="centre of the prior on stds"),
        "means": Switch("a prior on means too: 12.5 ± 7"),
        "noise": Number("noise %", 0, 0, 10, 0.5, name="noise in per cent of the peak"),
        "seed": Number("seed", 0, 0, 20, 1, name="seed of the noise", whole=True),
        "cut": Number("cut at", 25, 10, 25, 0.5, name="where the grid ends"),
    }
    return Explorer(
        "explore_prior", show, panels, controls, _presets(), defaults={"truth": CLASSIC}, given=values, height=400,
        new=_new, code=_code, work={f"{STARTS} starts": run},
    )  # fmt: skip


def _new(rng):
    """A noisy curve of two to four bells, fitted by three."""
    truth = random_mixture(rng, int(rng.integers(2, 5)))
    question = "A noisy curve, fitted by three bells: how many made it?"
    values = {"truth": truth, "noise": 5.0, "strength": 0.01}
    return Preset(question, values, ("two", "three", "four"), truth.n_components - 2)


def _presets():
    return {
        "Runaway": Preset("Five bells for three, no prior. In how many of 30 starts will one run away?",
                          {"n_components": 5.0}, ("none", "some", "most"), _runaways),
        "A whisper": Preset("λ = 1e-6. In how many of 30 starts will a bell run away now?",
                            {"n_components": 5.0, "strength": 1e-6}, ("none", "some", "most"), _runaways),
        "Too loud": Preset("Three bells, λ = 0.1, centre 2. Which std suffers most?", {"strength": 0.1},
                           ("2 of the first", "1 of the second", "2 of the third"), 1),
        "Cut at 16": Preset("The third bell, at 20, is out of sight. Where does the fit put it?",
                            {"cut": 16.0, "noise": 1.0, "seed": 6.0, "strength": 1e-4},
                            ("near 20", "between 16 and 18", "below 0"), 2),
        "Two for three": Preset("Two bells for a curve of three. Can a prior cure that?",
                                {"n_components": 2.0, "strength": 0.01}, ("yes", "no"), 1),
    }  # fmt: skip


def _runaways(state):
    """None, some or most, of the starts that have run."""
    wide = (state.result["stds"].max(axis=1) > RUNAWAY).mean()
    return 0 if not wide else 1 + (wide > 0.5)


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
    options, stds = {"maxiter": 150}, []
    for i, start in enumerate(starts):
        stds.append(fit_once(x, density, start, prior=prior(v), options=options).mixture.stds)
        state.result = {"key": key(v), "stds": np.array(stds)}
        yield (i + 1) / STARTS


def _strip(values, mixture, colours, ends):
    """The fitted stds on their axis, those of many starts as dots, and the prior's centre as a band."""
    marks = {}
    if values["strength"]:
        at = values["centre"]
        marks["centre"] = line(
            "stds", [at, at], [0, 1], color="bell4", width=8, opacity=0.4, label="the prior’s centre"
        )
    if ends and ends["key"] == key(values):
        shown = np.clip(ends["stds"], 0.06, 1.8e4)
        height = np.linspace(0.06, 0.9, STARTS)[: len(shown), None] + np.zeros_like(shown)
        marks["ends"] = dots("stds", shown, height, color="soft", size=1.8, label="stds of the starts")
    for k, std in zip(colours, np.clip(mixture.stds, 0.06, 1.8e4), strict=True):
        marks[f"std {k + 1}"] = line("stds", [std, std], [0, 1], color=f"bell{k % 6 + 1}", width=2.4)
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
    told_apart = values["revealed"] or not values["problem"]  # a new problem's truth is nobody's yet
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
