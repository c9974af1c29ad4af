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
from .view import View
from .widget import Explorer
from .words import in_full, in_words, listed, ordinal, spans, squares, told

__all__ = ["explore_your_density"]

STARTS, SEEDS = 20, 5
DRAWN = 1000  # points of a long file that are drawn; all are fitted
GALAXIES, GEYSER, SPECTRUM, PROBLEM = "82 galaxies", "272 eruptions", "a measured curve", "a new problem"
AXES = {GALAXIES: ("velocity, 1,000 km/s", "density"), GEYSER: ("waiting time, minutes", "density")}


def explore_your_density(**values):
    """Choose data, or a file of yours; choose how many bells; see what they leave, and which to doubt.

    values: `n_components`, `free` (whether the area is fitted too), `background` ("", "constant" or "linear"),
    `example`, `x`, `density`, `sigma`, in place of the first preset's. Returns one box.
    """

    file = ["", b"", False]  # of the last one its name, its content, and whether there are columns to choose from

    def show(state):
        v, K = state.values, state.values["n_components"]
        x, density, smoothing = data(v)
        away = () if v["x"].size and file[2] else ("columns",)
        limits = {"curve": dict(zip(("xlabel", "ylabel"), AXES.get(v["example"], ("x", "the curve")), strict=True))}
        numbers = 3 * K - (not v["free"]) + ["", "constant", "linear"].index(v["background"])
        if numbers > x.size:
            marks = {"given": dots("curve", x, density, label="points"), "left": dots("residual", x, 0 * density)}
            said = f"{x.size} points can't tell {numbers} numbers: take fewer bells."
            return View(marks, said, away=away, limits=limits)
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
        found, code = found_bells(v["example"], result), as_code(v, file[2])
        return View(marks, said, numbers, (), truth, result.mixture, away, limits, found=found, code=code)

    def take(name="", content=b"", columns="0 1"):
        """A file, or without one the last again, by the columns chosen."""
        name, content = (name, content) if name else file[:2]
        try:
            (x, density, *errors), several = table(content, columns)
            read = {"x": x, "density": density, "sigma": np.ravel(errors), "free": True}
            fit(x, density, 1, **how(read | {"background": ""}) | {"n_starts": 1})  # refuses what can't be fitted
        except ValueError as error:
            raise ValueError(refused(name, error)) from error
        file[:] = name, content, several
        kept = {each: explorer.state.values[each] for each in ("n_components", "background")}
        explorer.choose()
        explorer.update(preset=None, example=name, columns=columns, moved=True, **read | kept)

    more = {"judge": lambda state: state.values["truth"].n_components - 2, "work": {f"{SEEDS} more seeds": ask}}
    explorer = Explorer("explore_your_density", show, values, new=new, take=take, **more)
    return explorer


def new(rng):
    """A noisy curve of two to four bells, of any area."""
    return {"truth": random_mixture(rng, int(rng.integers(2, 5))), "area": float(rng.integers(10, 1000))}


def table(content, columns):
    """What a file's columns hold, and whether there are more than two, and those by their numbers."""
    try:
        gh.read_density(content, columns=(0, 2))
    except ValueError:
        return gh.read_density(content), False
    return gh.read_density(content, columns=tuple(map(int, columns.split()))), True


def refused(name, error):
    """Why a file is refused, in an explorer's words: the library's, without what helps in Python alone."""
    said = re.match("(?:'[^']*'|[^;])*", str(error))[0].replace("`source`", f"“{name}”")
    said = re.sub(r"in columns? [\d and]+\b", "in the columns of x and density", said)
    said = re.sub("`(x|density)`", r"its \1", said).replace("`sigma`", "its error")
    return f"{said}." if said.startswith("“") else f"“{name}”: {said}."


def as_code(values, several):
    """What *Show as code* needs besides the values; several: whether a file has columns to choose from."""
    v, own = values, {name: name for name in ("x", "density", "sigma") if values[name].size}
    chosen, source = v["columns"].replace(" ", ", "), v["example"] if v["example"] in (GALAXIES, GEYSER) else "made"
    if own:
        source = "columns" if several or v["columns"] != "0 1" else "file"
    asked = ", mass=None" * v["free"] + f", background={literal(v['background'])}" * bool(v["background"])
    words = {"source": source, "points": v["grid"], "chosen": chosen, "names": ", ".join(own)}
    return own | words | {"how": asked + ", sigma=sigma" * ("sigma" in own)}


def found_bells(name, result):
    """The fitted bells as a table, and a link that keeps them as JSON."""
    found = {"data": name, "mass": result.mass, "loss": result.loss, "background": result.background.tolist()}
    packed = b64encode(json.dumps(found | {"mixture": result.mixture.to_dict()}, indent=1).encode()).decode()
    link = f'<a download="bells.json" href="data:application/json;base64,{packed}">Download</a>'
    said = (f"{each[0].upper()}{each[1:]}{'.' * (each[-1] != '?')}" for each in doubted(result))
    doubts = (re.sub("`(.*?)`", r"<code>\1</code>", escape(each)) for each in said)
    rows = np.transpose([np.arange(result.areas.size) + 1, result.areas, result.mixture.means, result.mixture.stds])
    cells = "".join(f"<tr>{''.join(f'<td>{in_full(number)}</td>' for number in row)}</tr>" for row in rows)
    table = f"<b>{escape(name)}</b><table><tr><th>bell<th>area<th>mean<th>std</tr>{cells}</table>"
    return f"{table}{link}<p>{'<p>'.join(doubts)}"


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
        x = np.geomspace(1, 100, 120) if "geom" in v["grid"] else np.linspace(-5, 30, 140)
        density = v["area"] * v["truth"].pdf(x)
        density = density + density.max() * np.random.default_rng(3).normal(v["offset"] / 100, 0.01, x.size)
    return x, density, smoothing


def how(values):
    """What the controls ask of a fit."""
    mass, sigma = None if values["free"] else 1.0, values["sigma"] if values["sigma"].size else None
    return {"mass": mass, "background": values["background"] or None, "sigma": sigma, "n_starts": STARTS}


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
        return f"The curve's area is {in_full(area)}, not 1: let the area be fitted too."
    k = int(mixture.stds.argmin())
    if mixture.stds[k] < smoothing:
        than = "the smoothing that made the curve" if values["example"] == GALAXIES else "half a bin"
        stds = f"{mixture.stds[k]:.2f} against {smoothing:.2f}"
        return f"{left}, but the {ordinal(k)} is narrower than {than}, {stds}: don't quote its width."
    area = f"; their area is {in_full(result.mass)}" if values["free"] else ""
    if doubts := doubted(result):
        against = re.sub("a relative loss of .* is left.*?: |`", "", doubts[0])
        return f"{left}{area}, but {against}."
    return f"{left}: at {listed(mixture.means, '.4g')}, std{s} {listed(mixture.stds, '.4g')}{area}."


def doubted(result):
    """What the library says against a fit, of its bells; of two backgrounds advised, the one it has tried."""
    said = "\n".join(result.diagnosis).replace("component", "bell")
    once = re.sub(r": pass `background='\w+'`(, or `'linear'`)?(?=.*`background=)", "", said, flags=re.DOTALL)
    once = re.sub(r"`background='(\w+)'`", r"a \1 background", once.replace(", or `'linear'`", ", or a linear one"))
    once = re.sub(r"`background=\S+ - \S+ 4\)`, a cubic,", "a cubic background", once)
    return once.replace("pass `mass=None`", "fit the area too").replace("pass a", "choose a").splitlines()


def status(values, result, others):
    """How the fit ended, what it says of itself, and whether other seeds say the same."""
    parts = [told(result)]
    if others:
        agree = sum(each.loss <= 1.001 * result.loss + 1e-12 for each in others)
        parts.append(spans(f"{agree} of {len(others)} other seeds end at this loss"))
    if values["revealed"] and values["example"] in (SPECTRUM, PROBLEM):
        parts.append(spans(f"true area {in_full(values['area'])}, fitted {in_full(result.mass)}"))
    return " · ".join(parts)
