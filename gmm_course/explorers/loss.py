"""Fit by hand, and see the landscape that a ball on one parameter would roll in."""

import numpy as np

from gmm_helpers import Mixture, classic_grid, gaussian_pdf, hellinger_distance, kl_divergence, relative_loss

from .inputs import share
from .marks import ceiling, line, scene, track
from .state import largest_error, matched
from .view import View, held
from .widget import Explorer
from .words import spans

__all__ = ["explore_loss"]

GROUPS = {"w": "weights", "μ": "means", "σ": "stds"}
RANGES = {"weights": (0.0, 1.0), "means": (-8.0, 30.0), "stds": (0.1, 10.0)}
NAMES = ["w₁", "w₂", "w₃", "μ₁", "μ₂", "μ₃", "σ₁", "σ₂", "σ₃"]
X = classic_grid()
DX = X[1]
FRAMES, SECONDS = 60, 2.0  # of the ball that rolls
DISTANCES = {  # of the curves y and f on the grid
    "L2": relative_loss,
    "KL(given ‖ ours)": lambda y, f: kl_divergence(y, f, DX),
    "KL(ours ‖ given)": lambda y, f: kl_divergence(f, y, DX),
    "Hellinger": lambda y, f: hellinger_distance(y, f, DX),
}


def explore_loss(**values):
    """Fit by hand: move the bells until the curve meets the dots. Below, the landscape along one parameter.

    values: `ours`, `truth`, `distance`, `along`, `preset`, in place of the first preset's. Returns one box.
    """

    def show(state):
        v, path = state.values, Slice(state.values)
        across = RANGES["means"] if path.group == "means" else (0.0, 25.0)  # the ball stands under its bell
        ours, y = v["ours"], v["truth"].pdf(X)
        looks = {"label": "ours, by hand", "given": "given", "live": "ours", "left": True}
        marks = scene(X, y, ours, v["truth"], fine=np.linspace(*across, 260), **looks)
        at = path.places()
        depths = path.depths(at)
        marks["landscape"] = line("landscape", at, depths, color="accent", width=1.8, label="the landscape")
        looks = {"smooth": True, "color": f"bell{path.k + 1}", "name": f"the ball along {v['along']}"}
        ball = track(("ours", path.group[0], path.k), "landscape", at, depths, **looks)
        most = min(20.0, 3 * max(path.here, np.median(depths)))  # a spike must not make the rest a flat line
        top = ceiling(max(min(depths.max(), most), path.here if np.isfinite(path.here) else 0.0))
        bottom = 0.0 if depths.min() > -1e-3 else -ceiling(-depths.min())
        limits = {"residual": {"x": across}, "landscape": {"y": (bottom - 0.04 * top, top)}}
        numbers = spans(*(f"{name} {abs(distance(y, ours.pdf(X))):.4f}" for name, distance in DISTANCES.items()))
        said = sentence(v, path, depths)
        means_alone = v["distance"] == "L2" and np.ptp(ours.weights) < 1e-9 and np.all(ours.stds == 1)
        more = {"limits": limits, "live": {"of": "ours", "K": 0}, "holds": ours.n_components < 3 or means_alone}
        return View(marks, said, numbers, (*held("ours", ours, "ours"), ball), v["truth"], ours, **more)

    return Explorer("explore_loss", show, values, work={"Let the ball roll": roll})


class Slice:
    """The landscape along one parameter of our mixture, the other bells' staying as they are.

    group, k: which parameter, the last bell's where there are fewer; at: its value; here: the distance there.
    """

    def __init__(self, values):
        self.ours, along = values["ours"], values["along"]
        self.group, self.k = GROUPS[along[0]], min(NAMES.index(along) % 3, values["ours"].n_components - 1)
        self.target, self.distance = values["truth"].pdf(X), DISTANCES[values["distance"]]
        self.at = float(getattr(self.ours, self.group)[self.k])
        self.here = self.depth(self.at)

    def moved(self, value):
        """Our mixture with the parameter put elsewhere; the weights share what is left."""
        arrays = {name: np.array(getattr(self.ours, name)) for name in RANGES}
        if self.group == "weights":
            arrays[self.group] = share(arrays[self.group], self.k, value)
        else:
            arrays[self.group][self.k] = value
        return Mixture(**arrays)

    def depths(self, at):
        """The distance where the parameter is at each of the values: (n,)."""
        ours, k = self.ours, self.k
        shares = ours.component_pdfs(X)
        others = shares.sum(axis=1) - shares[:, k]
        own = {name: getattr(ours, name)[k] for name in RANGES} | {self.group: at[:, None]}
        if self.group == "weights" and ours.weights[k] < 1:
            others = others * (1 - own["weights"]) / (1 - ours.weights[k])
        curves = np.maximum(others, 0) + own["weights"] * gaussian_pdf(X, own["means"], own["stds"])
        return np.array([self.distance(self.target, curve) for curve in curves])

    def depth(self, at):
        """The distance where the parameter is at one value."""
        return self.depths(np.array([at]))[0]

    def places(self):
        """Where the landscape is drawn: evenly, and near enough to see a bell between two points of the grid."""
        low, high = RANGES[self.group]
        step = self.ours.stds[self.k] / 2 if self.group == "means" else np.inf
        return np.linspace(low, high, max(161, int((high - low) / step)))

    def near(self, step):
        """The distance a step further, counted in shares of the parameter's range."""
        low, high = RANGES[self.group]
        at = self.at + step * (high - low)
        return self.depth(np.clip(at, 0, 1) if self.group == "weights" else at)


def roll(state):
    """The ball rolls to the floor of its valley, in steps that halve where they no longer lead down, in two seconds."""
    path = Slice(state.values)
    low, high = RANGES[path.group]
    step, places = (high - low) / 400, [path.at]

    while step > 1e-7 * (high - low) and len(places) < 600:
        best = min((at for at in (places[-1] - step, places[-1] + step) if low <= at <= high), key=path.depth)
        if path.depth(best) < path.depth(places[-1]):
            places.append(best)
        else:
            step /= 2
    for done in np.linspace(0, 1, FRAMES):
        at = np.interp(done * (len(places) - 1), np.arange(len(places)), places)
        state.update(ours=path.moved(float(f"{at:.4g}")))  # as the hand would
        yield done, SECONDS / FRAMES


def sentence(values, path, depths):
    """How far the curve lies, which groups are right already, and whether the ball lies in a valley."""
    ours, truth, along = values["ours"], values["truth"], values["along"]
    name = "Relative loss" if values["distance"] == "L2" else f"{values['distance']} distance"
    told = f"{name} {path.here:.3f}"
    if (near := matched(ours, truth)) is None:
        bells = "one bell" if ours.n_components == 1 else f"{ours.n_components} bells"
        means, stds = (", ".join(f"{number:.2f}" for number in numbers) for numbers in (ours.means, ours.stds))
        return f"{told}: {bells} at {means}, std {stds}."
    if largest_error(ours, truth) < 0.02:
        return f"{told}: you have found the bells that made the curve."
    right = [g for g in RANGES if abs(getattr(near, g) - getattr(truth, g)).max() < 0.02]
    wrong = [g for g in RANGES if g not in right]
    said = f"the {' and the '.join(right)} are right, the {' and the '.join(wrong)} are not"
    if not right:
        said = "neither weights nor means nor stds are right yet"
    ball, left, right = f"Along {along} the ball, at {path.at:.2f},", path.near(-0.003), path.near(0.003)
    if np.isinf(min(left, path.here, right)):
        rest = f"{ball} stands where the landscape is infinitely high."
    elif min(left, right) >= path.here:
        rest = f"{ball} lies in a valley{', not the deepest' if depths.min() < path.here - 1e-3 else ''}."
    else:
        side = "left" if left < right else "right"
        on_top = max(path.near(-0.01), path.near(0.01)) <= path.here
        rest = f"Along {along} the ball would roll from {path.at:.2f} to the {side}."
        rest = f"{ball} lies on top of a wall, and would roll to the {side}." if on_top else rest
    return f"{told}: {said}. {rest}"
