"""The bells of real data, or of a file of one's own, and what there is to be said against them."""

import json
from base64 import b64encode
from html import escape

import numpy as np

from gmm_helpers import (
    Mixture,
    bandwidth,
    density_from_histogram,
    density_from_samples,
    fit,
    fit_once,
    galaxies,
    old_faithful,
    read_density,
    trapezoid_weights,
)

from .as_code import literal
from .inputs import File, Number, Switch
from .marks import ceiling, curve_marks, dots, fit_panels, reach, truth_marks
from .state import random_mixture
from .widget import Explorer, Preset, View
from .words import in_words, ordinal, spans, squares, told

__all__ = ["explore_your_density"]

STARTS, FEWER = 20, 2  # for other data or another K, and while only the background moves
SEEDS = 5
LIGHT = 0.01  # a bell of less weight is doubted
DRAWN = 1000  # points of a long file that are drawn; all are fitted
MEASURED = Mixture([0.3, 0.5, 0.2], [5, 20, 60], [1.5, 5, 10])
WAITS = np.arange(40, 101, 5)
LOG, EVEN = "np.geomspace(1, 100, 120)", "np.linspace(-5, 30, 140)"
GALAXIES, GEYSER, SPECTRUM, PROBLEM = "82 galaxies", "272 eruptions", "a measured curve", "a new problem"
CODE = {
    GALAXIES: "x, density = density_from_samples(galaxies())",
    GEYSER: "counts, edges = np.histogram(old_faithful()[1], np.arange(40, 101, 5))\n"
    "x, density = density_from_histogram(counts, edges)",
    SPECTRUM: """truth = {truth}
x = {grid}
density = {area:g} * truth.pdf(x)
density += density.max() * ({offset:g} / 100 + np.random.default_rng(3).normal(0, 0.01, x.size))""",
}


def explore_your_density(**values):
    """Choose data, or a file of yours with two columns; choose how many bells; see what they leave, and which to doubt.

    values: `n_components`, `free` (whether the area is fitted too), `take_off` (of a background, in per cent of the
    peak), `example`, `x`, `density`, in place of the first preset's. Returns one box.
    """

    def show(state):
        v = state.values
        x, density, smoothing = data(v)
        pad, top = 0.02 * (x[-1] - x[0]), ceiling(density.max())
        limits = {"curve": ((x[0] - pad, x[-1] + pad), (min(0, 1.1 * density.min()), top))}
        K, mass = int(v["n_components"]), None if v["free"] else 1.0
        if (numbers := 3 * K - (not v["free"])) > x.size:
            limits["residual"] = (limits["curve"][0], (-1, 1))
            alone = {"target": dots("curve", x, density, label="what we are given")}
            return View(alone, f"{x.size} points can't tell {numbers} numbers: take fewer bells.", "", limits)
        result = state.kept(_key(v), lambda: _fitted(state, x, density, K, mass))
        asked = state.result if state.result and state.result["key"] == _key(v) else None
        if asked:
            result = min(result, *asked["results"], key=lambda each: each.loss)
        truth = v["truth"] if v["example"] in (SPECTRUM, PROBLEM) else None
        drawn = np.unique(np.linspace(0, x.size - 1, min(x.size, DRAWN)).astype(int))
        marks = curve_marks(x[drawn], density[drawn], result)
        if truth is not None:
            marks = truth_marks("curve", marks["fit"].x, truth, mass=v["area"]) | marks
        limits["residual"] = (limits["curve"][0], reach(marks["residual"].y, density.max()))
        said = sentence(v, result, smoothing)
        found = found_bells(v["example"], result)
        return View(marks, said, status(v, result, asked), limits, (), truth, result.mixture, found=found)

    def take(name, content):
        x, density = read_density(content)
        fit(x, density, 1, mass=None, n_starts=1)  # refuses what can't be fitted while the last curve is still there
        kept = {"n_components": explorer.state.values["n_components"], "free": True}
        explorer.choose()
        explorer.update(**{"example": name, "x": x, "density": density, "answer": -1} | kept)

    controls = {
        "n_components": Number("K", 3, 1, 6, 1, name="number of bells fitted", whole=True),
        "take_off": Number("take off %", 0, 0, 20, 0.5, name="background to take off, in per cent of the peak"),
        "free": Switch("fit the area too: it needn't be 1"),
        "example": File("A file of yours …", GALAXIES, take),
    }
    nothing = np.array([])
    explorer = Explorer(
        "explore_your_density", show, fit_panels(), controls, _presets(), given=values, new=_new, code=_code,
        defaults={"x": nothing, "density": nothing, "truth": MEASURED, "area": 272.0, "grid": LOG, "offset": 0.0},
        work={f"{SEEDS} more seeds": ask},
    )  # fmt: skip
    return explorer


def found_bells(name, result):
    """The fitted bells as a table, and a link that keeps them as JSON."""
    found = {"mass": result.mass, "loss": result.loss, "mixture": result.mixture.to_dict()}
    packed = b64encode(json.dumps({"data": name} | found, indent=1).encode()).decode()
    link = f'<a download="bells.json" href="data:application/json;base64,{packed}">Download</a>'
    table = result.mixture._repr_html_()
    return f"<b>{escape(name)}</b>{table}{link} (JSON, for <code>Mixture.from_dict</code>)"


def _presets():
    measured = {"example": SPECTRUM, "n_components": 3.0, "free": True}
    return {
        "Galaxies, three": Preset("A kernel made this curve of 82 velocities. Which bell is suspect?",
                                  {"example": GALAXIES, "n_components": 3.0}, ("the first", "the second", "none"), 0),
        "Galaxies, four": Preset("Four bells leave five hundred times less than three. Are they to be believed?",
                                 {"example": GALAXIES, "n_components": 4.0}, ("yes", "not all of them"), 1),
        "Geyser": Preset("Minutes to the next eruption, in bins of five. Which of two bells is the heavier?",
                         {"example": GEYSER, "n_components": 2.0}, ("near 54", "near 80"), 1),
        "Log-spaced": Preset("A curve in some unit, on a grid of equal ratios. What is its area?", measured,
                             ("1", "some 100", "some 270"), 2),
        "Offset left in": Preset("A background of 5 % was left in. Which number lies most? Take it off.",
                                 measured | {"offset": 5.0}, ("the first mean", "the area", "the first std"), 1),
    }  # fmt: skip


def _new(rng):
    """A noisy curve of two to four bells, of any area."""
    truth = random_mixture(rng, int(rng.integers(2, 5)))
    curve = {"truth": truth, "area": float(rng.integers(10, 1000)), "grid": EVEN}
    values = curve | {"example": PROBLEM, "n_components": 3.0, "free": True}
    return Preset("A noisy curve: how many bells made it?", values, ("two", "three", "four"), truth.n_components - 2)


def data(values):
    """x and density, the background taken off, and the smallest std that can be believed."""
    x, density, smoothing = _raw(values)
    return x, density - values["take_off"] / 100 * density.max(), smoothing


def _raw(values):
    if values["x"].size:
        return values["x"], values["density"], 0.0
    if values["example"] == GALAXIES:
        return *density_from_samples(galaxies()), bandwidth(galaxies())
    if values["example"] == GEYSER:
        return *density_from_histogram(*np.histogram(old_faithful()[1], WAITS)), 2.5
    x = np.geomspace(1, 100, 120) if values["grid"] == LOG else np.linspace(-5, 30, 140)
    density = values["area"] * values["truth"].pdf(x)
    noise = np.random.default_rng(3).normal(0, 0.01, x.size)
    return x, density + density.max() * (values["offset"] / 100 + noise), 0.0


def _fitted(state, x, density, K, mass):
    """From a dozen starts. While only the background moves, from two, and from where those dozen led: always from
    there, so that a drag to and fro loses no valley."""
    still = _key(state.values | {"take_off": 0.0})
    follows = bool(state.last) and state.last[0] == still
    result = fit(x, density, K, mass=mass, n_starts=FEWER if follows else STARTS, rng=0)
    if not follows:
        state.last = still, result
    elif state.last[1].mixture.weights.min() > 0:
        warm = fit_once(x, density, state.last[1].mixture, method="LM", mass=mass, options={"maxfev": 80})
        result = min(warm, result, key=lambda each: each.loss)
    return result


def ask(state):
    """The same search from other seeds, one a slice; what they found is the state's result."""
    v, results = state.values, []
    x, density, _ = data(v)
    for seed in range(1, SEEDS + 1):
        mass = None if v["free"] else 1.0
        results.append(fit(x, density, int(v["n_components"]), mass=mass, n_starts=STARTS, rng=seed))
        state.result = {"key": _key(v), "results": results}
        yield seed / SEEDS


def _key(values):
    """What a fit depends on. A file's columns may be long: as bytes they are quickly compared."""
    names = ("example", "n_components", "free", "take_off", "truth", "area", "grid", "offset")
    return *(literal(values[name]) for name in names), values["x"].tobytes(), values["density"].tobytes()


def sentence(values, result, smoothing):
    """What the bells leave over, and the first thing to be said against them."""
    mixture = result.mixture
    x, density, _ = data(values)
    K = f"{in_words(mixture.n_components).capitalize()} bell{'s' if mixture.n_components > 1 else ''}"
    left = f"{K} leave{'' if mixture.n_components > 1 else 's'} {squares(result.loss)} over"
    narrow = np.flatnonzero((mixture.stds < smoothing) & (mixture.weights > 1e-3))
    if narrow.size:
        what = "half a bin" if values["example"] == GEYSER else "the smoothing that made the curve"
        stds = f"{mixture.stds[narrow[0]]:.2f} against {smoothing:.2f}"
        return f"{left}, but the {ordinal(narrow[0])} is narrower than {what}, {stds}: don't quote its width."
    if not values["free"] and not 0.5 < (area := trapezoid_weights(x) @ density) < 1.2:
        return f"The curve's area is {area:.4g}, not 1: let the area be fitted too."
    peak = density.max()
    if x.size >= 40 and (ground := np.quantile(density, 0.1)) > 0.03 * peak:
        return (
            f"{left}, with an area of {result.mass:.4g}; but the curve hardly falls below "
            f"{100 * ground / peak:.0f} % of its peak: take background off, or the widest bell pays."
        )
    area = f"; their area is {result.mass:.4g}" if values["free"] else ""
    stds = f"std{'s' if mixture.n_components > 1 else ''} {_listed(mixture.stds)}"
    k = int(mixture.weights.argmin())
    doubt = f"; the {ordinal(k)} holds {100 * mixture.weights[k]:.1g} %: noise?" if mixture.weights[k] < LIGHT else "."
    return f"{left}: at {_listed(mixture.means)}, {stds}{area}{doubt}"


def _listed(numbers):
    """Four digits of each, in any unit: 5.01, 20.04 and 60.57."""
    *first, last = (f"{number:.4g}" for number in numbers)
    return f"{', '.join(first)} and {last}" if first else last


def status(values, result, asked):
    """How the fit ended, what it says of itself, and whether other seeds say the same."""
    parts = [told(result), *map(escape, result.diagnosis)]
    if asked:
        agree = sum(each.loss <= 1.001 * result.loss + 1e-12 for each in asked["results"])
        parts.append(spans(f"{agree} of {len(asked['results'])} other seeds end at this loss"))
    if values["revealed"] and values["example"] in (SPECTRUM, PROBLEM):
        parts.append(spans(f"true area {values['area']:.4g}, fitted {result.mass:.4g}"))
    return " · ".join(parts)


def _code(values):
    v = values
    code = f"x, density = read_density({v['example']!r})" if v["x"].size else CODE.get(v["example"], CODE[SPECTRUM])
    code = code if v["x"].size else code.format(**v | {"truth": literal(v["truth"])})
    code += f"\ndensity = density - {v['take_off'] / 100:g} * density.max()" if v["take_off"] else ""
    mass = "mass=None, " if v["free"] else ""
    return f"{code}\nresult = fit(x, density, {int(v['n_components'])}, {mass}rng=0)\nprint(result)"
