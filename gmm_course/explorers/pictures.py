"""The picture that most explorers share: a curve and its bells above, what the fit leaves over below."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from gmm_helpers.plotting import LINES

from .live_figure import LiveFigure, dots, fill, line

__all__ = ["DOTS", "GIVEN", "CurvePicture", "bells", "ceiling", "truth_bands"]

DOTS = {"color": "#8C8C8C", "size": 3.2}  # large and pale, so that the thin fit on top hides none of them
GIVEN = {"color": DOTS["color"], "linestyle": "none", "marker": "o", "markersize": 6}  # the same in a legend
KEY = {"what we are given": GIVEN, "fit": {"color": "black"}, "its bells": LINES[0]}
FINE = 300  # points of a drawn curve


class CurvePicture:
    """Axes "curve" and, if `below`, "residual" over one grid, with limits that fit what is shown, in few steps."""

    def __init__(self, x=(0.0, 25.0), width=6.8, height=4.5, key=KEY, below=True):
        panels, ratios = ([["curve"], ["residual"]], [3.2, 1]) if below else ([["curve"]], None)
        self.figure = LiveFigure(panels, width, height, height_ratios=ratios, sharex=True)
        self.curve, self.residual = self.figure.axes["curve"], self.figure.axes.get("residual")
        self.curve.set(ylabel="density", xlim=(x[0], x[-1]), ylim=(0, 0.25))
        self.fine = np.linspace(x[0], x[-1], FINE)
        self.figure.key(self.curve, key)
        if below:
            self._prepare_residual()
        else:
            self.curve.set(xlabel="x")

    def _prepare_residual(self):
        self.residual.set(ylabel="left over", xlabel="x", ylim=(-0.1, 0.1))
        self.residual.yaxis.set_major_locator(MaxNLocator(3))
        self.residual.axhline(0, color="0.6", linewidth=0.8)
        self.figure.figure.align_ylabels()

    def spans(self, x):
        """Show the grid x, and the fine one between its ends."""
        self.figure.limits(self.curve, xlim=(float(x[0]), float(x[-1])))
        self.fine = np.linspace(x[0], x[-1], FINE)

    def scaled(self, top, misfit):
        """Limits that hold a curve of height `top` and residuals up to `misfit`."""
        self.figure.limits(self.curve, ylim=(0, ceiling(top)))
        reach = ceiling(max(misfit, 0.02 * top), steps=(1, 3, 10))  # rounding must not fill the picture
        self.figure.limits(self.residual, ylim=(-reach, reach))

    def dots(self, x, density):
        """The target alone, as dots."""
        self.figure.limits(self.curve, ylim=(0, ceiling(density.max())))
        return {"target": dots(self.curve, x, density, **DOTS)}

    def marks(self, x, density, fitted, mixture, *, mass=1.0):
        """Dots of the target, the fitted curve with its bells, and the residual: `fitted` is on x."""
        left = density - fitted
        target = self.dots(x, density)
        self.scaled(max(density.max(), fitted.max()), abs(left).max())
        return {
            **target,
            **bells(self.curve, self.fine, mixture, mass=mass),
            "fit": line(self.curve, self.fine, mass * mixture.pdf(self.fine), linewidth=1.6),
            "left over": fill(self.residual, x, left, color="#7A7A7A", alpha=0.45),
            "residual": line(self.residual, x, left, color="#303030", linewidth=1.0),
        }


def bells(ax, x, mixture, *, mass=1.0, name="bell", **looks):
    """Each bell of a mixture in its colour and line style: marks named "bell 1", "bell 2", …"""
    shares = mass * mixture.component_pdfs(x)
    return {
        f"{name} {k + 1}": line(ax, x, shares[:, k], **{**LINES[k % len(LINES)], "linewidth": 1.8} | looks)
        for k in range(mixture.n_components)
    }


def truth_bands(ax, x, truth, *, mass=1.0):
    """The true bells as wide pale bands, over which a recovered bell is drawn as a line."""
    return bells(ax, x, truth, mass=mass, name="true bell", linestyle="-", linewidth=7, alpha=0.28)


def ceiling(value, steps=(1, 1.5, 2.5, 4, 6, 10)):
    """The first of `steps` × a power of ten that leaves some room above the value."""
    if not np.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next((s * power for s in steps if s * power >= 1.04 * value), steps[0] * 10 * power * 1.5))
