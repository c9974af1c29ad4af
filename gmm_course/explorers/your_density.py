"""The bells of real data, or of a file of one's own, and what there is to be said against them."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from html import escape

import numpy as np

import gmm_helpers as gh
from gmm_helpers import fit

from .as_code import literal
from .marks import dots, line, scene, truth_bands
from .state import key, random_mixture
from .widget import Explorer, View
from .words import in_words, listed, ordinal, spans, squares, told

__all__ = ["explore_your_density"]

STARTS, SEEDS = 20, 5
BACKGROUNDS = ("", "constant", "linear")  # in the order of their numbers
DRAWN = 1000  # points of a long file that are drawn; all are fitted
LOG = "np.geomspace(1, 100, 120)"
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

    values: `n_components`, `free` (whether the area is fitted too), `background` ("", "constant" or "linear"),
    `example`, `x`, `density`, in place of the first preset's. Returns one box.
    """

    def show(state):
        v, K = state.values, state.values["n_components"]
        x, density, smoothing = data(v)
        numbers = 3 * K - (not v["free"]) + BACKGROUNDS.index(v["background"])
        if numbers > x.size:
            marks = {"given": dots("curve", x, density, label="given"), "left": dots("residual", x, 0 * density)}
            return View(marks, f"{x.size} points can't tell {numbers} numbers: take fewer bells.")
        result = state.kept(key(v), lambda: fit(x, density, K, rng=0, **how(v)))
        result = min(result, *state.found, key=lambda each: each.loss) if state.found else result
        truth = v["truth"] if v["example"] in (SPECTRUM, PROBLEM) else None
        drawn = np.unique(np.linspace(0, x.size - 1, min(x.size, DRAWN)).astype(int))
        marks = scene(x[drawn], density[drawn], result.mixture, label="fit", mass=result.mass, left=True)
        fine = marks["curve"].x
        if v["background"]:
            whole, over = result.curve(fine), (density - result.curve(x))[drawn]
            marks |= {"curve": replace(marks["curve"], y=whole, of=None), "left": replace(marks["left"], y=over)}
            looks = {"color": "soft", "dash": (4, 3), "label": "background"}
            marks["ground"] = line("curve", fine, whole - result.pdf(fine), **looks)
        if truth:
            marks = truth_bands("curve", fine, truth, mass=v["area"]) | marks
        said, numbers = sentence(v, result, x, density, smoothing), status(v, result, state.found)
        found, code = found_bells(v["example"], result), {"given": given(v)}
        return View(marks, said, numbers, (), truth, result.mixture, found=found, code=code)

    def take(name, content):
        x, density = gh.read_density(content)
        fit(x, density, 1, mass=None, n_starts=1)  # refuses what can't be fitted while the last curve is still there
        kept = {each: explorer.state.values[each] for each in ("n_components", "background")}
        explorer.choose()
        explorer.update(**{"example": name, "x": x, "density": density, "free": True, "moved": True} | kept)

    more = {"judge": lambda state: state.values["truth"].n_components - 2, "work": {f"{SEEDS} more seeds": ask}}
    explorer = Explorer("explore_your_density", show, values, new=new, take=take, **more)
    return explorer


def new(rng):
    """A noisy curve of two to four bells, of any area."""
    return {"truth": random_mixture(rng, int(rng.integers(2, 5))), "area": float(rng.integers(10, 1000))}


def given(values):
    """Lines of Python that bring the data."""
    if values["x"].size:
        return f"x, density = read_density({values['example']!r})"
    return CODE.get(values["example"], CODE[SPECTRUM]).format(**values | {"truth": literal(values["truth"])})


def found_bells(name, result):
    """The fitted bells as a table, and a link that keeps them as JSON."""
    found = {"data": name, "mass": result.mass, "loss": result.loss, "background": result.background.tolist()}
    packed = b64encode(json.dumps(found | {"mixture": result.mixture.to_dict()}, indent=1).encode()).decode()
    link = f'<a download="bells.json" href="data:application/json;base64,{packed}">Download</a>'
    doubts = (re.sub("`(.*?)`", r"<code>\1</code>", escape(each)) for each in doubted(result))
    rows = np.transpose([np.arange(result.areas.size) + 1, result.areas, result.mixture.means, result.mixture.stds])
    cells = "".join(f"<tr>{''.join(f'<td>{number:.4g}</td>' for number in row)}</tr>" for row in rows)
    head = "<tr><th>bell<th>area<th>mean<th>std</tr>"
    return f"<b>{escape(name)}</b><table>{head}{cells}</table>{link}<p>{'<p>'.join(doubts)}"


def data(values):
    """x and density, and how much it was smoothed: what is narrower can't be believed."""
    v, smoothing = values, 0.0
    if v["x"].size:
        x, density = v["x"], v["density"]
    elif v["example"] == GALAXIES:
        (x, density), smoothing = gh.density_from_samples(gh.galaxies()), gh.bandwidth(gh.galaxies())
    elif v["example"] == GEYSER:
        counts, edges = np.histogram(gh.old_faithful()[1], np.arange(40, 101, 5))
        (x, density), smoothing = gh.density_from_histogram(counts, edges), 2.5
    else:
        x = np.geomspace(1, 100, 120) if v["grid"] == LOG else np.linspace(-5, 30, 140)
        density = v["area"] * v["truth"].pdf(x)
        noise = np.random.default_rng(3).normal(0, 0.01, x.size)
        density = density + density.max() * (v["offset"] / 100 + noise)
    return x, density, smoothing


def how(values):
    """What the controls ask of a fit."""
    return {"mass": None if values["free"] else 1.0, "background": values["background"] or None, "n_starts": STARTS}


def ask(state):
    """The same search from other seeds, one a slice."""
    v, (x, density, _) = state.values, data(state.values)
    return state.gather((fit(x, density, v["n_components"], rng=seed + 1, **how(v)) for seed in range(SEEDS)), SEEDS)


def sentence(values, result, x, density, smoothing):
    """What the bells leave over, and the first thing to be said against them."""
    mixture = result.mixture
    bells, s, leave = ("bells", "s", "leave") if mixture.n_components > 1 else ("bell", "", "leaves")
    left = f"{in_words(mixture.n_components).capitalize()} {bells} {leave} {squares(result.loss)} over"
    area = gh.trapezoid_weights(x) @ density
    if not values["free"] and not values["background"] and not 0.5 < area < 1.2:
        return f"The curve's area is {area:.4g}, not 1: let the area be fitted too."
    k = int(mixture.stds.argmin())
    if mixture.stds[k] < smoothing:
        than = "the smoothing that made the curve" if values["example"] == GALAXIES else "half a bin"
        stds = f"{mixture.stds[k]:.2f} against {smoothing:.2f}"
        return f"{left}, but the {ordinal(k)} is narrower than {than}, {stds}: don't quote its width."
    if doubts := doubted(result):
        return f"{left}, but {re.sub('a relative loss of .* is left.*?: |`', '', doubts[0])}."
    area = f"; their area is {result.mass:.4g}" if values["free"] else ""
    return f"{left}: at {listed(mixture.means, '.4g')}, std{s} {listed(mixture.stds, '.4g')}{area}."


def doubted(result):
    """What the library says against a fit, of its bells; of two backgrounds advised, the one it has tried."""
    said = "\n".join(result.diagnosis).replace("component", "bell")
    once = re.sub(r": pass `background='\w+'`(, or `'linear'`)?(?=.*`background=)", "", said, flags=re.DOTALL)
    return once.replace("pass `background", "choose `background").splitlines()


def status(values, result, others):
    """How the fit ended, what it says of itself, and whether other seeds say the same."""
    parts = [told(result)]
    if others:
        agree = sum(each.loss <= 1.001 * result.loss + 1e-12 for each in others)
        parts.append(spans(f"{agree} of {len(others)} other seeds end at this loss"))
    if values["revealed"] and values["example"] in (SPECTRUM, PROBLEM):
        parts.append(spans(f"true area {values['area']:.4g}, fitted {result.mass:.4g}"))
    return " · ".join(parts)
