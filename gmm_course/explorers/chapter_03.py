"""Chapter 3: fit by hand, and see the landscape that a ball on one parameter would roll in."""

import numpy as np

from gmm_helpers import CLASSIC, Mixture, classic_grid, gaussian_pdf
from gmm_helpers.plotting import LINES

from .controls import Choice, MixtureEditor, share, subscript
from .explorer import Explorer, Preset, View, literal
from .live_figure import LiveFigure, dots, fill, line
from .pictures import DOTS, GIVEN, bells, ceiling, truth_bands
from .state import largest_error, matched, random_mixture
from .words import spans

__all__ = ["explore_loss"]

THIRDS = np.full(3, 1 / 3)
EYE = Mixture(THIRDS, [4, 12, 21], [1, 1, 1])
GROUPS = ("weights", "means", "stds")
LETTERS = {"weights": "w", "means": "μ", "stds": "σ"}
RANGES = {"weights": (0.0, 1.0), "means": (-8.0, 30.0), "stds": (0.1, 10.0)}
SLICE = 161  # points of the landscape
LOOKS = {
    "given": GIVEN,
    "ours, by hand": {"color": "black"},
    "its bells": LINES[0],
}


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

    values: `ours`, `truth`, `distance`, `along`, in place of the first preset's. Returns one box.
    """
    ratios = {"height_ratios": [2.4, 0.8, 1.3]}
    figure = LiveFigure([["curve"], ["residual"], ["landscape"]], 8.2, 4.9, **ratios)
    curve, below, land = (figure.axes[name] for name in ("curve", "residual", "landscape"))
    curve.set(xlim=(0, 25), ylabel="density", ylim=(0, 0.25), xticklabels=[])
    below.set(xlim=(0, 25), ylabel="left over", ylim=(-0.25, 0.25), xlabel="x")
    below.axhline(0, color="0.6", linewidth=0.8)
    land.set(ylabel="distance", xlabel="μ₁")
    figure.key(curve, LOOKS)
    figure.figure.align_ylabels()
    x, fine = classic_grid(), np.linspace(0, 25, 300)

    def show(state):
        v = state.values
        ours, truth, distance = v["ours"], v["truth"], DISTANCES[v["distance"]]
        y, f = truth.pdf(x), ours.pdf(x)
        figure.limits(curve, ylim=(0, ceiling(max(y.max(), ours.pdf(fine).max()))))
        reach = ceiling(abs(y - f).max() + 0.01)
        figure.limits(below, ylim=(-reach, reach))
        marks = truth_bands(curve, fine, truth) if v["revealed"] else {}
        marks |= {"given": dots(curve, x, y, **DOTS), **bells(curve, fine, ours)}
        marks |= {"ours": line(curve, fine, ours.pdf(fine), linewidth=1.5)}
        marks |= {"left over": fill(below, x, y - f, color="#7A7A7A", alpha=0.45)}
        marks |= {"residual": line(below, x, y - f, color="#303030", linewidth=1)}
        land.set_xlabel(v["along"])
        here, floor = distance(y, f, x[1]), _slice(state, x, y)
        marks |= _landscape(figure, land, floor, _at(ours, v["along"]), here)
        return View(marks, sentence(state, here, floor), status(y, f, x[1]), truth, ours)

    controls = {
        "ours": MixtureEditor(EYE, means=(-8, 30), stds=(0.1, 10)),
        "distance": Choice("distance", list(DISTANCES)),
        "along": Choice("landscape", [LETTERS[g] + subscript("", k) for g in GROUPS for k in range(3)], "μ₁"),
    }
    return Explorer(
        "explore_loss", show, figure, controls, _presets(), defaults={"truth": CLASSIC}, given=values,
        new=lambda rng: {"truth": random_mixture(rng)},
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
        "By hand": Preset("Which will you set to the truth first: means, stds or weights?", {"ours": EYE}),
        "Fleeing": Preset("All is true but μ₁ = −1. Will the ball roll toward 5?", {"ours": fled}),
        "Ridge": Preset("The ball lies at 18.74. Left or right?", {"ours": ridge}),
        "Mirror": Preset("Two equal bells, to be put at 8 and 16. How many perfect answers are there?",
                         {"ours": start, "truth": pair}),
        "One bell": Preset("The best single bell by L2 stands at 15.43. Where will KL(given ‖ ours) put it?",
                           {"ours": one}),
    }  # fmt: skip


def roll(state, x):
    """The ball rolls to the floor of its valley, in steps that halve where they no longer lead down."""
    truth, distance = state.values["truth"].pdf(x), DISTANCES[state.values["distance"]]
    along = _place(state.values["ours"], state.values["along"])
    low, high = RANGES[along[0]]
    step, steps = (high - low) / 400, 0

    def depth(value):
        return distance(truth, _moved(state.values["ours"], along, value).pdf(x), x[1])

    while step > 1e-7 * (high - low) and steps < 600:
        here = _at(state.values["ours"], state.values["along"])
        near = [value for value in (here - step, here + step) if low <= value <= high]
        best = min(near, key=depth)
        if depth(best) < depth(here):
            state.update(ours=_moved(state.values["ours"], along, best))
            steps += 1
        else:
            step /= 2
        yield min(steps / 100, 0.99)


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


def _landscape(figure, ax, floor, at, here):
    values, depths = floor
    top = ceiling(min(max(depths.max(), here), 20.0))
    bottom = 0.0 if depths.min() > -1e-3 else -ceiling(-depths.min())
    figure.limits(ax, xlim=(float(values[0]), float(values[-1])), ylim=(bottom - 0.04 * top, top))
    return {
        "landscape": line(ax, values, depths, color="#0072B2", linewidth=1.8),
        "ball": dots(ax, [at], [here], color="#D55E00", size=5.5),
    }


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
