"""What the points of a grid see of a mixture."""

import numpy as np

from gmm_helpers import classic_grid

from .marks import line, scene
from .view import View, held
from .widget import Explorer
from .words import in_words, ordinal, spans

__all__ = ["explore_data"]


def explore_data(**values):
    """Move the true bells and the number of grid points; see what the points see, beside draws from the mixture.

    values: `truth`, `n_points`, `draws`, `preset`, in place of the first preset's. Returns one box.
    """
    fine = np.linspace(0, 25, 501)

    def show(state):
        truth, x = state.values["truth"], classic_grid(state.values["n_points"])
        marks = scene(x, truth.pdf(x), truth, fine=fine, label="mixture", live="truth")
        marks = histogram(truth, state.values["draws"]) | marks
        said = sentence(truth, x, marks["curve"].y)
        alike = np.ptp([truth.weights, truth.stds], axis=1).max() < 1e-9
        more = {"live": {"of": "truth", "K": 0}, "holds": unseen(truth, x)[1] if truth.n_components > 2 else alike}
        return View(marks, said, status(truth, x), held("truth", truth), truth, **more)

    return Explorer("explore_data", show, values)


def unseen(truth, x):
    """Of each bell whether it reaches no point: (K,)."""
    return truth.component_pdfs(x).max(axis=0) < 1e-3 * truth.weights


def sentence(truth, x, curve):
    """The picture in words: the area the points find, the humps, the tallest bell and the heaviest."""
    area = truth.pdf(x).sum() * (x[1] - x[0])
    heights = truth.weights / truth.stds
    tall, heavy = int(np.argmax(heights)), int(np.argmax(truth.weights))
    if (lost := unseen(truth, x)).any():
        return f"{x.size} points see an area of {area:.3f}, and nothing of the {ordinal(int(lost.argmax()))} bell."
    humps = int(np.sum((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:])))
    seen = f"{x.size} points see an area of {area:.3f}; {in_words(humps)} hump{'s' if humps != 1 else ''}"
    if heights.size == 2 and np.ptp(truth.stds) < 1e-9:
        seen += f", {np.ptp(truth.means) / truth.stds[0]:.2f} stds between the bells"
    if np.isclose(heights, heights[tall]).sum() > 1:
        return f"{seen}; no bell is the tallest."
    but = "and it is the heaviest" if tall == heavy else f"but the heaviest is the {ordinal(heavy)}"
    return f"{seen}; the tallest bell is the {ordinal(tall)}, {but}."


def status(truth, x):
    """Step of the grid, what of the mixture lies on it, and the bells' heights."""
    heights, lies = truth.weights / (truth.stds * np.sqrt(2 * np.pi)), truth.cdf(25.0) - truth.cdf(0.0)
    told = f"heights of the bells {', '.join(f'{h:.3f}' for h in heights)}"
    return spans(f"step {x[1] - x[0]:.3g}", f"on the grid lies {lies:.4f} of the mixture", told)


def histogram(truth, size):
    """Draws in bins of 1 between 0 and 25, as a filled outline; none for size 0."""
    if not size:
        return {}
    counts, edges = np.histogram(truth.sample(size, rng=0), bins=np.arange(26.0))
    x, y = np.repeat(edges, 2)[1:-1], np.repeat(counts / size, 2)
    return {"draws": line("curve", x, y, color="draws", width=0, fill=0.8, label=f"{size:,} draws")}
