"""A landscape of two parameters: walk downhill from any start, and see what step and tolerance make of the walk."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from contourpy import contour_generator
from scipy.optimize import minimize

from gmm_helpers import classic_grid, gaussian_pdf, pack

from .descent import LOWEST
from .marks import dots, line, region, text
from .state import key, random_mixture, slope
from .view import View
from .widget import Explorer
from .words import spans

__all__ = ["explore_landscape"]

DESCENT, TURNS, BFGS = "gradient descent", "one coordinate at a time", "BFGS"
OWN_STEPS = {TURNS: "each to the lowest point of its line", BFGS: "found by a line search"}
MAP = {"x": (-8.0, 30.0), "y": (-1.5, 3.0)}
NEAR = {"x": (2.5, 7.5), "y": (0.0, 1.6)}  # the map of a walk that leaps about the floor
MOST = 600  # steps
FRAMES, SECONDS = 40, 2.0  # of a walk that is played
HOME = 1e-3  # the relative loss at which a walk is at home
LEVELS = np.geomspace(1.5, 3e-3, 9)
SHADE = {"color": "accent", "width": 0.5, "fill": 0.1}
CROSS = np.array([[-1, 1, np.nan, -1, 1], [-1, 1, np.nan, 1, -1]])


def explore_landscape(**values):
    """Drag the start over the contours of the loss in the mean and log-std of one bell, the others being true.

    values: `mean`, `log_std`, `method`, `step`, `tolerance`, `truth`, `preset`, in place of the first preset's.
    Returns one box.
    """
    start = {"kind": "point", "paths": (("mean",), ("log_std",)), "panel": "map", "color": "bell1", "name": "the start"}
    length = {"kind": "point", "paths": (("step",),), "panel": "steps", "y": 0.5, "color": "ink", "name": "the step"}
    bowl_of = lru_cache(maxsize=1)(Bowl)

    def walked(state):
        """The landscape, the walk on it, and as much of that as has been played."""
        v = state.values
        bowl = bowl_of(v["truth"], v["preset"] == "Too long a step")
        start = v["mean"], v["log_std"]
        path = state.kept(key(v), lambda: bowl.walk(start, v["method"], v["step"], v["tolerance"]))
        return bowl, path, path[: int(state.found[-1])] if state.found else path

    def show(state):
        v, (bowl, path, seen) = state.values, walked(state)
        n, is_played = len(seen) - 1, len(seen) == len(path)
        losses = bowl.losses(*seen.T)
        x, y = seen.T  # all of them: a walk that leaps, drawn by some of its places, has ripples that aren't there
        limit, ends = 2 / bowl.steepness, np.transpose(list(bowl.map.values()))
        cross = bowl.floor[:, None] + CROSS * np.ptp(ends, axis=0)[:, None] * [[0.01], [0.03]]
        at = "where it stops" if is_played and n < MOST else "where it is"
        at += ", off the map" if (np.clip(seen[-1], *ends) != seen[-1]).any() else ""
        marks = {
            **{f"level {i + 1}": region("map", *ring, **SHADE) for i, ring in enumerate(bowl.contours[:-1])},
            "lowest": region("map", *bowl.contours[-1], **SHADE | {"fill": 0.4, "label": "lower loss"}),
            "path": line("map", x, y, color="bell2", width=1.8 if n < 100 else 0.7),
            "iterates": dots("map", x, y, color="bell2", size=2.2, label="the walk"),
            "end": dots("map", *np.clip(seen[-1], *ends), color="bell2", size=6, label=at),
            "home": line("map", *cross, color="ink", width=2.5, label="true bell", key="M4 3L14 13M4 13L14 3"),
            "losses": line("losses", np.arange(1, n + 2), np.maximum(losses, LOWEST), color="bell2"),
        }
        if v["method"] == DESCENT:
            marks["limit"] = line("steps", [limit] * 2, [0, 1], color="bell4", width=4, label="2/λ")
        else:
            marks["own steps"] = text("steps", 10**0.5, 0.0, OWN_STEPS[v["method"]], color="soft")
        numbers = [counted(n), f"loss {losses[-1]:.2g}", f"slope {np.hypot(*bowl.slope(seen[-1])):.1e}"]
        numbers += [f"largest curvature at the floor λ = {bowl.steepness:.3g}"]
        said = sentence(v, path, losses, bowl) if is_played else f"The walk so far: {counted(n)}."
        hold, away = ((start, length), ()) if v["method"] == DESCENT else ((start,), ("step",))
        return View(marks, said, spans(*numbers), hold, v["truth"], away=away, limits={"map": bowl.map})

    def judge(state):
        bowl, path, seen = walked(state)
        return int(bowl.loss(path[-1]) > HOME) if len(seen) == len(path) else None

    def play(state):
        """The walk from its start to its end, more steps a frame the further it has come."""
        counts = len(walked(state)[1]) ** np.linspace(0, 1, FRAMES)
        for done in state.gather(np.ceil(counts - 1e-9), FRAMES):
            yield done, SECONDS / FRAMES

    def new(rng):
        return {"truth": random_mixture(rng), "mean": float(np.round(rng.uniform(-5, 28), 1))}

    return Explorer("explore_landscape", show, values, new=new, judge=judge, work={"Play": play})


class Bowl:
    """The relative loss of the true mixture's curve in theta = [mean, log-std] of its first bell.

    floor: the true bell; steepness: the largest eigenvalue of the Hessian there; map: its limits, near the floor or as
    far as the grid; contours: x and y on it of the edge of what lies lower than each level, a gap between two rings.
    """

    def __init__(self, truth, near=False):
        self.map = NEAR if near else MAP
        self.x, self.theta = classic_grid(), pack(truth)
        self.density = truth.pdf(self.x)
        self.moving = [truth.n_components, 2 * truth.n_components]
        self.floor = self.theta[self.moving]
        h = 1e-5
        hessian = [(self.slope(self.floor + e) - self.slope(self.floor - e)) / (2 * h) for e in h * np.eye(2)]
        self.steepness = float(np.linalg.eigvalsh(hessian)[-1])
        self.weight, self.others = truth.weights[0], self.density - truth.component_pdfs(self.x)[:, 0]
        across, up = np.linspace(*self.map["x"], 115), np.linspace(*self.map["y"], 68)
        heights = [self.losses(across, log_std) for log_std in up]
        areas = contour_generator(across, up, heights, fill_type="OuterOffset")
        self.contours = [np.concatenate(list(_rings(*areas.filled(-1, level)))).T for level in LEVELS]

    def _loss_and_slope(self, theta):
        full = self.theta.copy()
        full[self.moving] = np.clip(theta, -1e3, [1e3, 20])
        loss, gradient = slope(full, self.x, self.density)
        energy = self.density @ self.density
        return float(loss / energy), gradient[self.moving] / energy

    def losses(self, means, log_stds):
        """The loss at many places at once: (n,)."""
        stds = np.exp(np.clip(log_stds, None, 20))
        curves = self.others + self.weight * gaussian_pdf(self.x, means[:, None], np.reshape(stds, (-1, 1)))
        return np.sum((self.density - curves) ** 2, axis=1) / (self.density @ self.density)

    def loss(self, theta):
        """Σ (density − ours)² / Σ density²."""
        return self._loss_and_slope(theta)[0]

    def slope(self, theta):
        """Its gradient, (2,)."""
        return self._loss_and_slope(theta)[1]

    def feels(self, theta):
        """Whether a point sees the bell of that mean and log-std."""
        bell = self.weight * gaussian_pdf(self.x, theta[0], np.exp(np.clip(theta[1], -20, 20)))
        return bell.max() > 1e-4 * self.density.max()

    def walk(self, theta, method, step, tolerance):
        """The iterates from theta, (n, 2), until the slope is below the tolerance."""
        path = [np.array(theta, float)]
        if method == BFGS:
            options = {"gtol": tolerance, "maxiter": MOST}
            minimize(self._loss_and_slope, path[0], jac=True, method="BFGS", options=options, callback=path.append)
            return np.array(path)
        while len(path) <= MOST and abs(path[-1]).max() < 1e3:
            at, slope = path[-1], self.slope(path[-1])
            if np.hypot(*slope) <= tolerance:
                break
            path.append(self._turn(at, 1 - len(path) % 2) if method == TURNS else at - step * slope)
        return np.array(path)

    def _turn(self, theta, i):
        """The floor of the valley that theta lies in along its i-th coordinate, found by short steps downhill."""
        stride = np.eye(2)[i] / 4
        while stride.max() > 1e-6:
            around = theta + np.outer([0, -1, 1], stride)
            lowest = int(np.argmin(self.losses(*around.T)))
            theta, stride = around[lowest], stride if lowest else stride / 2
        return theta


def _rings(areas, offsets):
    """Of each ring of some areas the corners and a third of the other points where it bends, and a gap."""
    for area, ends in zip(areas, offsets, strict=True):
        for first, after in pairwise(ends):
            ring = area[first:after]
            steps = np.diff(ring, axis=0) @ [1, 5j]  # as complex numbers, a unit of log-std five times one of the mean
            turn = abs(np.angle(steps[1:] / steps[:-1]))
            bends = (turn > 1e-6) & ((np.arange(turn.size) % 3 == 0) | (turn > 0.4))
            yield np.vstack([ring[np.r_[True, bends, True]], [np.nan] * 2])


def counted(n):
    """1 → "1 step"."""
    return f"{n} step{'s'[: n != 1]}"


def sentence(values, path, losses, bowl):
    """Where the walk ended, and whether that is home."""
    (mean, log_std), n, limit = path[-1], len(path) - 1, 2 / bowl.steepness
    place = f"at a mean of {mean:.3g} and a std of {np.exp(min(log_std, 20)):.3g}"
    name = values["method"][0].upper() + values["method"][1:]
    if n == MOST and values["method"] == DESCENT and values["step"] > limit:
        beyond = f"A step of {values['step']:.3g} is beyond 2/λ = {limit:.3g}"
        return f"{beyond}: after {counted(n)} the walk still leaps about, now {place}."
    if losses[-1] < HOME:
        return f"{name} came home in {counted(n)}."
    if n >= MOST:
        return f"{name} is still under way after {counted(n)}, {place}."
    if not bowl.feels(path[-1]):
        return f"{name} stopped after {counted(n)} {place}: no point feels the bell there."
    return f"{name} stopped after {counted(n)} {place}: its slope is below the tolerance, but it is not home."
