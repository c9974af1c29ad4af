"""Fit by hand, and see the landscape that a ball on one parameter would roll in."""

import numpy as np

from gmm_helpers import CLASSIC, Mixture, classic_grid, gaussian_pdf

from .as_code import literal
from .inputs import Bells, Choice, share, subscript
from .marks import Panel, bell_marks, ceiling, dots, line, truth_marks
from .state import largest_error, matched, random_mixture
from .widget import Explorer, Preset, View
from .words import spans

__all__ = ["explore_loss"]

THIRDS = np.full(3, 1 / 3)
EYE = Mixture(THIRDS, [4, 12, 21], [1, 1, 1])
GROUPS = ("weights", "means", "stds")
LETTERS = {"weights": "w", "means": "μ", "stds": "σ"}
RANGES = {"weights": (0.0, 1.0), "means": (-8.0, 30.0), "stds": (0.1, 10.0)}
SLICE = 161  # points of the landscape
FRAMES, SECONDS = 60, 2.0  # of the ball that rolls


def l2(y, f, _dx):
    """Σ(y − f)²/Σy², the relative loss. y: (N,); f: (N,), or a row for each curve."""
    return np.sum((y - f) ** 2, axis=-1) / np.sum(y**2)


def kl(y, f, dx):
    """Σ y·log(y/f)·dx: the average is the target's."""
    tiny = 1e-300  # keeps the logarithm finite; where y is 0, nothing is lost
    return np.sum(y * np.log((y + tiny) / (f + tiny)), axis=-1) * dx


def reverse_kl(y, f, dx):
    """Σ f·log(f/y)·dx: the average is ours. Below 0 where f isn't whole on the grid."""
    return kl(f, y, dx)


def hellinger(y, f, dx):
    """√(½·Σ(√y − √f)²·dx)."""
    return np.sqrt(np.sum((np.sqrt(y) - np.sqrt(f)) ** 2, axis=-1) * dx / 2)


DISTANCES = {"L2": l2, "KL(given ‖ ours)": kl, "KL(ours ‖ given)": reverse_kl, "Hellinger": hellinger}
CODE = """truth = {truth}
ours = {ours}
x = classic_grid()
print("relative loss:", relative_loss(truth.pdf(x), ours.pdf(x)))"""


def explore_loss(**values):
    """Fit by hand: move the bells until the curve meets the dots. Below, the landscape along one parameter.

    values: `ours`, `truth`, `distance`, `along`, `preset`, in place of the first preset's. Returns one box.
    """
    panels = {
        "curve": Panel(2.3, ylabel="density"),
        "residual": Panel(0.7, y=(-0.25, 0.25), ylabel="left over"),
        "landscape": Panel(1.3, y=(0, 1), ylabel="distance, along the chosen parameter"),
    }
    x, fine = classic_grid(), np.linspace(*RANGES["means"], 260)

    def show(state):
        v = state.values
        ours, truth, distance = v["ours"], v["truth"], DISTANCES[v["distance"]]
        y, f = truth.pdf(x), ours.pdf(x)
        marks = truth_marks("curve", fine, truth) | bell_marks("curve", fine, ours, live="ours")
        marks["given"] = dots("curve", x, y, label="given")
        marks["ours"] = line("curve", fine, ours.pdf(fine), width=1.4, label="ours, by hand", live=("sum", "ours"))
        marks["left over"] = line("residual", x, y - f, color="soft", width=1, fill=0.35, live=("left", "ours"))
        here, floor = distance(y, f, x[1]), _slice(state, x, y)
        marks["landscape"] = line("landscape", *floor, color="accent", width=1.8, label="the landscape")
        group, k = _place(ours, v["along"])
        ball = {"kind": "track", "path": ("ours", group[0], k), "panel": "landscape", "name": f"the ball: {v['along']}"}
        ball |= {"v": floor[0].tolist(), "x": floor[0].tolist(), "y": floor[1].tolist()}
        handles = ({"kind": "bells", "of": "ours", "panel": "curve"}, ball | {"color": f"bell{k + 1}", "smooth": True})
        across = RANGES["means"] if group == "means" else (0.0, 25.0)  # the ball stands under its bell
        end = ceiling(abs(y - f).max() + 0.01)
        limits = {
            "curve": (across, (0, ceiling(max(y.max(), ours.pdf(fine).max())))),
            "residual": (across, (-end, end)),
            "landscape": (RANGES[group], _depths(floor[1], here)),
        }
        live = {"x": x.tolist(), "y": y.tolist(), "of": ["ours"], "same": ["distance", "along"], "K": 0}
        said = sentence(state, here, floor)
        return View(marks, said, status(y, f, x[1]), limits, handles, truth, ours, live=live)

    controls = {
        "ours": Bells(EYE, means=(-8, 30), stds=(0.1, 10)),
        "distance": Choice("distance", list(DISTANCES)),
        "along": Choice("landscape", [LETTERS[g] + subscript("", k) for g in GROUPS for k in range(3)], "μ₁"),
    }
    return Explorer(
        "explore_loss", show, panels, controls, _presets(), defaults={"truth": CLASSIC}, given=values, height=440,
        new=lambda rng: Preset("Which bells meet these dots?", {"truth": random_mixture(rng)}),
        code=lambda v: CODE.format(truth=literal(v["truth"]), ours=literal(v["ours"])),
        work={"Let the ball roll": lambda state: roll(state, x)},
    )  # fmt: skip


def _presets():
    fled = Mixture(CLASSIC.weights, [-1, 15, 20], CLASSIC.stds)
    ridge = Mixture(CLASSIC.weights, [18.74, 15, 20], CLASSIC.stds)
    pair = Mixture([0.5, 0.5], [8, 16], [2, 2])
    start = Mixture([0.5, 0.5], [12.1, 11.9], [2, 2])
    one = Mixture([1.0], [15.43], [2.72])
    return {
        "By hand": Preset("Set one group to the truth. Which helps most?", {"ours": EYE}, GROUPS, 1),
        "Fleeing": Preset("All is true but μ₁ = −1. Will the ball roll toward 5?", {"ours": fled}, ("yes", "no"), 1),
        "Ridge": Preset("The ball lies at 18.74. Left or right?", {"ours": ridge}, ("left", "right"), 0),
        "Mirror": Preset("Two equal bells, to be put at 8 and 16. How many perfect answers are there?",
                         {"ours": start, "truth": pair}, ("one", "two", "many"), 1),
        "One bell": Preset("The best single bell by L2 stands at 15.43. Where will KL(given ‖ ours) put it?",
                           {"ours": one}, ("further left", "there too", "further right"), 0),
    }  # fmt: skip


def roll(state, x):
    """The ball rolls to the floor of its valley, in steps that halve where they no longer lead down, in two seconds."""
    v, truth = state.values, state.values["truth"].pdf(x)
    ours, place, distance = v["ours"], _place(v["ours"], v["along"]), DISTANCES[v["distance"]]
    low, high = RANGES[place[0]]
    step, path = (high - low) / 400, [_at(ours, v["along"])]

    def depth(value):
        return distance(truth, _moved(ours, place, value).pdf(x), x[1])

    while step > 1e-7 * (high - low) and len(path) < 600:
        best = min((value for value in (path[-1] - step, path[-1] + step) if low <= value <= high), key=depth)
        if depth(best) < depth(path[-1]):
            path.append(best)
        else:
            step /= 2
    for done in np.linspace(0, 1, FRAMES):
        at = np.interp(done * (len(path) - 1), np.arange(len(path)), path)
        state.update(ours=_moved(ours, place, at))
        yield done, SECONDS / FRAMES


def _place(mixture, along):
    """Which array, and which of its entries, a name such as μ₂ means; the last bell where there are fewer."""
    group = next(group for group, letter in LETTERS.items() if letter == along[0])
    k = next(k for k in range(3) if subscript("", k) == along[1])
    return group, min(k, mixture.n_components - 1)


def _at(mixture, along):
    group, k = _place(mixture, along)
    return float(getattr(mixture, group)[k])


def _moved(mixture, place, value):
    """The mixture with one parameter put elsewhere; the weights share what is left."""
    group, k = place
    arrays = {name: np.array(getattr(mixture, name)) for name in GROUPS}
    if group == "weights":
        arrays[group] = share(arrays[group], k, value)
    else:
        arrays[group][k] = value
    return Mixture(**arrays)


def _slice(state, x, y):
    """The landscape along the chosen parameter: its values, and the distance at each."""
    ours = state.values["ours"]
    group, k = _place(ours, state.values["along"])
    values = np.linspace(*RANGES[group], SLICE)
    moving = {name: getattr(ours, name)[k] for name in GROUPS} | {group: values[:, None]}
    shares = ours.component_pdfs(x)
    others = shares.sum(axis=1) - shares[:, k]
    if group == "weights" and ours.weights[k] < 1:
        others = others * (1 - values[:, None]) / (1 - ours.weights[k])
    curves = others + moving["weights"] * gaussian_pdf(x, moving["means"], moving["stds"])
    return values, DISTANCES[state.values["distance"]](y, curves, x[1])


def _depths(depths, here):
    """Limits of the landscape's depth."""
    top = ceiling(min(max(depths.max(), here), 20.0))
    bottom = 0.0 if depths.min() > -1e-3 else -ceiling(-depths.min())
    return bottom - 0.04 * top, top


def sentence(state, here, floor):
    """How far the curve lies, which groups are right already, and whether the ball lies at a floor."""
    v = state.values
    ours, truth = v["ours"], v["truth"]
    name = "Relative loss" if v["distance"] == "L2" else f"{v['distance']} distance"
    told = f"{name} {here:.3f}"
    if ours.n_components != truth.n_components:
        return f"{told}: {_words(ours)}."
    if largest_error(ours, truth) < 0.02:
        return f"{told}: you have found the bells that made the curve."
    near = matched(ours, truth)
    right = [g for g in GROUPS if abs(getattr(near, g) - getattr(truth, g)).max() < 0.02]
    wrong = [g for g in GROUPS if g not in right]
    said = f"the {' and the '.join(right)} are right, the {' and the '.join(wrong)} are not"
    if not right:
        said = "neither weights nor means nor stds are right yet"
    return f"{told}: {said}. {_rest(state, here, floor)}"


def _words(ours):
    bells = "one bell" if ours.n_components == 1 else f"{ours.n_components} bells"
    return f"{bells} at {', '.join(f'{m:.2f}' for m in ours.means)}, std {', '.join(f'{s:.2f}' for s in ours.stds)}"


def _rest(state, here, floor):
    """Where along its landscape the ball lies: on a floor, on a ridge, or on a slope to which side."""
    v, (values, depths) = state.values, floor
    along, x = v["along"], classic_grid()
    at, place = _at(v["ours"], along), _place(v["ours"], along)

    def depth(step):
        value = at + step * np.ptp(values)
        value = min(max(value, 0.0), 1.0) if place[0] == "weights" else value
        return DISTANCES[v["distance"]](v["truth"].pdf(x), _moved(v["ours"], place, value).pdf(x), x[1])

    left, right = depth(-0.003), depth(0.003)
    if min(left, right) >= here:
        deepest = ", not the deepest" if depths.min() < here - 1e-3 else ""
        return f"Along {along} the ball, at {at:.2f}, lies on a floor{deepest}."
    if max(depth(-0.01), depth(0.01)) <= here:
        return f"Along {along} the ball, at {at:.2f}, lies on a ridge."
    return f"Along {along} the ball would roll from {at:.2f} to the {'left' if left < right else 'right'}."


def status(y, f, dx):
    """All four distances at once."""
    return spans(*(f"{name} {distance(y, f, dx):.4f}" for name, distance in DISTANCES.items()))
