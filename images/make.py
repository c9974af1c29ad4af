"""Make the images of this folder anew from the package:  uv run python images/make.py [FOLDER]"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

from gmm_helpers import CLASSIC, classic, fit, plot_bells, plot_density, plot_residual

STYLE = {"svg.hashsalt": "gmm_helpers", "svg.fonttype": "path", "savefig.facecolor": "white"}


def question():
    """What is given, and what made it."""
    x, density = classic()
    figure, (left, right) = plt.subplots(1, 2, sharey=True)
    plot_density(x, density, left)
    left.set(title="What is given: a density at 75 points", xlabel="x", ylabel="density (1/unit of x)")
    plot_density(x, density, right, color="0.75")
    plot_bells(x, CLASSIC, right)
    right.set(title="What made it: three bells", xlabel="x")
    right.legend()
    return figure


def target():
    """The first figure of the original post, on the true x axis."""
    x, density = classic()
    figure, ax = plt.subplots()
    ax.plot(x, density, label="target")
    ax.set(title="The target", xlabel="x", ylabel="density (1/unit of x)")
    return figure


def estimate():
    """The second figure of the original post, the estimate over the target, with what is left over."""
    x, density = classic()
    result = fit(x, density, 3, rng=0)
    figure, (top, below) = plt.subplots(2, 1, sharex=True, height_ratios=[3, 1], figsize=(8, 4.4))
    plot_density(x, density, top, label="target")
    top.plot(x, result.pdf(x), label="estimate")
    top.set(title="The estimate over the target", ylabel="density (1/unit of x)")
    top.legend()
    plot_residual(x, density, result, below)
    below.set(xlabel="x", ylabel="left over", ylim=(-1e-3, 1e-3))
    return figure


def make(folder):
    """Draw every image into a folder. The same package gives the same bytes."""
    with plt.style.context(["gmm_course.figures", STYLE]):
        for draw in (question, target, estimate):
            figure = draw()
            figure.savefig(Path(folder) / f"{draw.__name__}.svg", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    make(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
