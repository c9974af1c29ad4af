"""A landscape of two parameters: walk downhill from any start, and see what step and tolerance make of the walk."""

import numpy as np
from contourpy import contour_generator
from scipy.optimize import minimize

from gmm_helpers import CLASSIC, classic_grid, gaussian_pdf

from .as_code import literal
from .inputs import Choice, Number
from .marks import Panel, dots, line
from .state import random_mixture
from .widget import Explorer, Preset, View
from .words import spans

__all__ = ["explore_landscape"]

DESCENT, TURNS, BFGS = "gradient descent", "one coordinate at a time", "BFGS"
MEANS, LOGS = (-8.0, 30.0), (-1.5, 2.5)
MOST = 600  # steps
HOME = 1e-3  # the relative loss at which a walk is at home
LEVELS = np.geomspace(2e-3, 2, 13)
STEPS = "length of a step, and its limit 2/λ at the floor"
CODE = """x = classic_grid()
density = CLASSIC.pdf(x)


def loss(theta):
    mixture = Mixture(CLASSIC.weights, [theta[0], 15, 20], [np.exp(theta[1]), 1, 2])
    return relative_loss(density, mixture.pdf(x))


print(loss([{mean}, {log_std}]))"""


def explore_landscape(**values):
    """Drag the start over the contours of the loss in the mean and log-std of one bell, the others being true.

    values: `mean`, `log_std`, `method`, `step`, `tolerance`, `truth`, `preset`, in place of the first preset's.
    Returns one box.
    """
    panels = {
        "map": Panel(3, MEANS, LOGS, "mean μ₁", "ln σ₁: the contours are those of the relative loss"),
        "losses": Panel(1, (0.9, 1000), (1e-12, 10), "iteration + 1", "relative loss", xlog=True, ylog=True),
        "steps": Panel(
            0.35, (0.01, 1000), (0, 1), "length of a step, and its limit 2/λ at the floor", xlog=True, ticks={"y": []}
        ),
    }
    handles = (
        {"kind": "point", "paths": (("mean",), ("log_std",)), "panel": "map", "color": "bell1", "name": "the start"},
        {"kind": "number", "path": ("step",), "panel": "steps", "y": 0.5, "color": "accent"},
    )

    def show(state):
        v = state.values
        bowl = state.kept(literal(v["truth"]), lambda: Bowl(v["truth"]))
        path = bowl.walk(np.array([v["mean"], v["log_std"]]), v["method"], v["step"], v["tolerance"])
        losses = np.array([bowl.loss(theta) for theta in path])
        count, shown = np.arange(1, len(path) + 1), path[np.unique(np.geomspace(1, len(path), 250).astype(int)) - 1]
        marks = {"contours": line("map", *bowl.contours, color="faint", width=1, label="equal loss")}
        marks["home"] = dots("map", [bowl.floor[0]], [bowl.floor[1]], color="bell3", size=6, label="the true bell")
        marks["path"] = line("map", shown[:, 0], shown[:, 1], color="bell2", width=1.8, label="the walk")
        marks["iterates"] = dots("map", shown[:, 0], shown[:, 1], color="bell2", size=2.2)
        marks["end"] = dots("map", path[-1:, 0], path[-1:, 1], color="ink", size=4.5, label="its end")
        marks["losses"] = line("losses", count, np.maximum(losses, 1e-12), color="bell2", width=1.8)
        limit = 2 / bowl.steepness
        marks["limit"] = line("steps", [limit, limit], [0, 1], color="bell4", width=4, label="2/λ")
        away = () if v["method"] == DESCENT else ("step",)
        hold = handles[: 2 - len(away)]
        numbers = spans(
            f"{len(path) - 1} steps", f"loss {losses[-1]:.2g}", f"slope {np.hypot(*bowl.slope(path[-1])):.1e}",
            f"largest curvature at the floor λ = {bowl.steepness:.3g}",
        )  # fmt: skip
        return View(marks, sentence(v, path, losses, limit), numbers, {}, hold, v["truth"], away=away)

    controls = {
        "method": Choice("method", [DESCENT, TURNS, BFGS]),
        "mean": Number("μ₁", -1, *MEANS, 0.1, name="mean at the start"),
        "log_std": Number("ln σ₁", 0.7, *LOGS, 0.05, name="log-std at the start"),
        "step": Number("step", 3, 0.01, 1000, 0.05, name="length of a step", log=True),
        "tolerance": Number("tolerance", 1e-5, 1e-9, 0.1, 0.25, name="slope at which a walk stops", log=True),
    }
    return Explorer(
        "explore_landscape", show, panels, controls, _presets(), defaults={"truth": CLASSIC}, given=values, height=430,
        new=lambda rng: Preset("Another landscape. From here, will gradient descent find the bell?",
                               {"truth": random_mixture(rng), "mean": float(np.round(rng.uniform(-5, 28), 1))},
                               ("yes", "no"), lambda state: int(not _home(state))),
        code=lambda v: CODE.format(mean=v["mean"], log_std=v["log_std"]),
    )  # fmt: skip


def _home(state):
    v = state.values
    bowl = Bowl(v["truth"])
    return bowl.loss(bowl.walk(np.array([v["mean"], v["log_std"]]), v["method"], v["step"], v["tolerance"])[-1]) < HOME


def _presets():
    yes_no = ("yes", "no")
    return {
        "One at a time": Preset("First the mean alone, then the std, in turns: will that come home from −1?",
                                {"method": TURNS}, yes_no, 0),
        "Both at once": Preset("Mean and std together, by gradient descent from −1: home, or away as the mean alone?",
                               {}, ("home", "away"), 0),
        "Too long a step": Preset("Step 12, beyond 2/λ: what will the walk do near the floor?",
                                  {"mean": 4.0, "log_std": 0.5, "step": 12.0}, ("settle", "leap about"), 1),
        "Loose tolerance": Preset("A walk stops where the slope is below 0.02. Will it be at home?",
                                  {"tolerance": 0.02}, yes_no, 1),
        "Far out": Preset("From a mean of 27, off the grid: where does the walk lead?",
                          {"mean": 27.0, "log_std": 0.0}, ("home", "nowhere", "to another floor"), 1),
    }  # fmt: skip


class Bowl:
    """The relative loss of the true mixture's curve in theta = [mean, log-std] of its first bell.

    floor: the true bell; steepness: the largest eigenvalue of the Hessian there; contours: x and y of all contour
    lines, a gap between two.
    """

    def __init__(self, truth):
        self.x = classic_grid()
        self.weight, self.density = truth.weights[0], truth.pdf(self.x)
        self.rest = self.density - truth.component_pdfs(self.x)[:, 0]
        self.energy = self.density @ self.density
        self.floor = np.array([truth.means[0], np.log(truth.stds[0])])
        J = self._bell(self.floor)[1]
        self.steepness = float(np.linalg.eigvalsh(2 * J @ J.T / self.energy)[-1])
        across, up = np.linspace(*MEANS, 115), np.linspace(*LOGS, 61)
        heights = [[self.loss((mean, log)) for mean in across] for log in up]
        rings = [ring for level in LEVELS for ring in contour_generator(across, up, heights).lines(level)]
        self.contours = np.concatenate([np.vstack([ring[::2], ring[-1:], [[np.nan] * 2]]) for ring in rings]).T

    def _bell(self, theta):
        """The first bell on the grid, (N,), and its derivatives, (2, N)."""
        std = np.exp(np.clip(theta[1], -20, 20))
        y = self.weight * gaussian_pdf(self.x, theta[0], std)
        z = (self.x - theta[0]) / std
        return y, np.array([y * z / std, y * (z * z - 1)])

    def loss(self, theta):
        """Σ (density − ours)² / Σ density²."""
        left = self.rest + self._bell(theta)[0] - self.density
        return float(left @ left / self.energy)

    def slope(self, theta):
        """Its gradient, (2,)."""
        y, J = self._bell(theta)
        return 2 * J @ (self.rest + y - self.density) / self.energy

    def walk(self, theta, method, step, tolerance):
        """The iterates from theta, (n, 2), until the slope is below the tolerance."""
        path = [theta]
        if method == BFGS:
            options = {"gtol": tolerance, "maxiter": MOST}
            minimize(
                self.loss,
                theta,
                jac=self.slope,
                method="BFGS",
                options=options,
                callback=lambda t: path.append(t.copy()),
            )
            return np.array(path)
        while len(path) <= MOST and np.hypot(*self.slope(path[-1])) > tolerance and abs(path[-1]).max() < 1e3:
            path.append(self._turn(path[-1], len(path)) if method == TURNS else path[-1] - step * self.slope(path[-1]))
        return np.array(path)

    def _turn(self, theta, n):
        """The floor of the valley that theta lies in along one coordinate, found by short steps downhill."""
        i, theta, stride = n % 2, theta.copy(), 0.25
        i = 1 - i  # the mean first
        while stride > 1e-6:
            near = [theta + sign * stride * np.eye(2)[i] for sign in (-1, 1)]
            best = min(near, key=self.loss)
            if self.loss(best) < self.loss(theta):
                theta = best
            else:
                stride /= 2
        return theta


def sentence(values, path, losses, limit):
    """Where the walk ended, and whether that is home."""
    (mean, log_std), n = path[-1], len(path) - 1
    place = f"at a mean of {mean:.2f} and a std of {np.exp(min(log_std, 20)):.2f}"
    name = values["method"].capitalize() if values["method"] != BFGS else BFGS
    if n == MOST and values["method"] == DESCENT and values["step"] > limit:
        beyond = f"A step of {values['step']:.3g} is beyond 2/λ = {limit:.3g}"
        return f"{beyond}: after {n} steps the walk still leaps about, now {place}."
    if losses[-1] < HOME:
        return f"{name} came home in {n} steps."
    if n >= MOST:
        return f"{name} is still under way after {n} steps, {place}."
    return f"{name} stopped after {n} steps {place}, pleased with its slope: it is not home."
