"""What a picture is made of: panels and marks, as data that a page draws, or Matplotlib where there is no page."""

import io
from base64 import b64encode
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gmm_helpers.plotting import LINES

__all__ = [
    "Mark", "Panel", "arrow", "bell_marks", "ceiling", "curve_marks", "dots", "faint", "fit_panels", "line", "reach",
    "still", "text", "truth_marks",
]  # fmt: skip

# The light theme's colours by the names that the page knows; the dark theme's stand in page.css.
COLOURS = {
    "ink": "#1f2328", "soft": "#57606a", "dots": "#8c8c8c", "faint": "#b9b9b9", "accent": "#0b62b8", "draws": "#e3d5b0",
} | {f"bell{k + 1}": looks["color"] for k, looks in enumerate(LINES)}  # fmt: skip
DPI = 144
FINE = 220  # points of a drawn curve


@dataclass(frozen=True)
class Panel:
    """Axes: a share of the picture's height, limits (lower, upper), labels, and what is drawn on them once.

    ticks: {"x": [[value, words], …]} in place of even ones; rules: upright lines, [{"x": value, "words": …}].
    """

    height: float = 1.0
    x: tuple = (0.0, 25.0)
    y: tuple = (0.0, 0.25)
    xlabel: str = ""
    ylabel: str = ""
    xlog: bool = False
    ylog: bool = False
    ticks: dict | None = None
    rules: tuple = ()


@dataclass(frozen=True, eq=False)
class Mark:
    """Something on a panel: a kind, its data x, y (N,), and its looks; colours go by name.

    fill: opacity of the area between a line and zero; label: its words in the legend; when: "revealed", or always;
    live: how the page computes y from what is held by hand, before Python answers.
    """

    kind: str
    panel: str
    x: np.ndarray
    y: np.ndarray
    color: str = "ink"
    width: float = 1.5
    dash: tuple | None = None
    fill: float = 0.0
    size: float = 3.0
    opacity: float = 1.0
    label: str = ""
    words: str = ""
    when: str = ""
    live: tuple | None = None

    def data(self, name):
        """The mark as JSON holds it: numbers to four digits, of even x its ends and number, of far-off feet zeros."""
        rest = {key: value for key, value in vars(self).items() if key not in ("x", "y")}
        looks = {key: value for key, value in rest.items() if value != getattr(Mark, key, None)}
        x, y, n = self.x, self.y, self.x.size
        if self.live or self.fill:
            y = np.where(abs(y) < 1e-5 * abs(y).max(initial=0), 0.0, y)
        even = (
            n > 2
            and np.isfinite(x).all()
            and np.allclose(x, np.linspace(x[0], x[-1], n), rtol=0, atol=1e-9 * abs(x).max())
        )
        return {"name": name, "even": bool(even), "x": [x[0], x[-1], n] if even else _short(x), "y": _short(y)} | looks


def line(panel, x, y, **looks):
    """A curve through the points x, y; a value that is not finite breaks it."""
    return _mark("line", panel, x, y, looks)


def dots(panel, x, y, **looks):
    """Dots at x, y, of radius `size`."""
    return _mark("dots", panel, x, y, {"color": "dots", "size": 3.2} | looks)


def arrow(panel, tail, head, **looks):
    """An arrow from `tail` to `head`, each (x, y)."""
    return _mark("arrow", panel, [tail[0], head[0]], [tail[1], head[1]], looks)


def text(panel, x, y, words, **looks):
    """Words centred above the point x, y."""
    return _mark("text", panel, [x], [y], {"words": words} | looks)


def _mark(kind, panel, x, y, looks):
    return Mark(kind, panel, np.ravel(np.asarray(x, float)), np.ravel(np.asarray(y, float)), **looks)


def _short(values):
    """A list of floats to four digits, None for what is not finite."""
    with np.errstate(all="ignore"):
        digits = 10.0 ** (3 - np.floor(np.log10(np.where(values == 0, 1, abs(values)))))
        rounded = np.where(digits < 1e300, np.round(values * digits) / digits, np.where(np.isfinite(values), 0, values))
    return [v if np.isfinite(v) else None for v in rounded.tolist()]


# What explorers have in common


def fit_panels(ylabel="density"):
    """A curve above, what a fit leaves over below."""
    return {
        "curve": Panel(3.2, ylabel=ylabel),
        "residual": Panel(1.0, y=(-0.1, 0.1), ylabel="left over", xlabel="x"),
    }


def bell_marks(panel, x, mixture, *, mass=1.0, places=None, live=None):
    """Each bell of a mixture as a translucent area in its colour: marks "bell 1", "bell 2", …

    places: the colour of each bell, counted from 0, in place of its own number; live: the name of the value that the
    page computes them from.
    """
    shares = mass * mixture.component_pdfs(x)
    places = range(mixture.n_components) if places is None else places
    marks = {}
    for k, place in sorted(enumerate(places), key=lambda pair: pair[1]):
        looks = {"color": f"bell{place % len(LINES) + 1}", "dash": LINES[place % len(LINES)]["linestyle"][1]}
        looks |= {"fill": 0.24, "width": 1.6, "label": f"bell {place + 1}"}
        looks["live"] = live and ("bell", live, place)
        marks[f"bell {place + 1}"] = line(panel, x, shares[:, k], **looks)
    return marks


def truth_marks(panel, x, truth, *, mass=1.0, live=None):
    """The true bells as wide pale bands, shown once the truth is revealed."""
    band = {"dash": None, "fill": 0.0, "width": 7.0, "opacity": 0.35, "when": "revealed"}
    marks = bell_marks(panel, x, truth, mass=mass, live=live)
    return {f"true {name}": replace(mark, **band, label="the truth") for name, mark in marks.items()}


def curve_marks(x, density, result, truth=None, *, places=None, live=False):
    """Dots of the target, the fit over its bells, and the residual. live: whether the page can fit the truth itself."""
    fine = np.linspace(x[0], x[-1], FINE)
    left = density - result.pdf(x)
    hand, fit = ("truth", "fit") if live else (None, None)
    marks = truth_marks("curve", fine, truth, live=hand) if truth is not None else {}
    marks |= bell_marks("curve", fine, result.mixture, mass=result.mass, places=places, live=fit)
    marks["target"] = dots("curve", x, density, label="what we are given", live=fit and ("data",))
    looks = {"width": 1.4, "label": "fit", "live": fit and ("sum", fit)}
    marks["fit"] = line("curve", fine, result.pdf(fine), **looks)
    marks["residual"] = line("residual", x, left, color="soft", width=1.0, fill=0.35, live=fit and ("left", fit))
    return marks


def faint(panel, x, mixtures):
    """Many curves in one pale mark, at every third x."""
    if not mixtures:
        return {}
    x = x[::3]
    y = np.array([[*mixture.pdf(x), np.nan] for mixture in mixtures])
    top = np.nanmax(y)
    looks = {"color": "faint", "width": 1, "opacity": 0.6, "label": "the others"}
    return {"others": line(panel, np.tile([*x, np.nan], len(y)), np.where(y < 1e-3 * top, 0, y), **looks)}


def ceiling(value, steps=(1, 1.5, 2.5, 4, 6, 10)):
    """The first of `steps` × a power of ten that leaves some room above the value."""
    if not np.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next((s * power for s in steps if s * power >= 1.04 * value), steps[0] * 10 * power * 1.5))


def reach(left, top):
    """Limits about zero that hold the residuals `left` of a curve of height `top`."""
    end = ceiling(max(abs(left).max(), 0.02 * top), steps=(1, 3, 10))  # rounding must not fill the picture
    return -end, end


# Without a page


def still(panels, limits, marks, height):
    """The picture as PNG, base64, for pages where no kernel runs."""
    with style.context("gmm_course.figures"):
        figure = Figure(figsize=(7.2, height / 90), layout="constrained")
        rows = figure.subplots(len(panels), height_ratios=[p.height for p in panels.values()], squeeze=False)
    axes = dict(zip(panels, rows[:, 0], strict=True))
    for name, panel in panels.items():
        _prepare(axes[name], panel, *limits[name])
    for mark in marks.values():
        _draw(axes[mark.panel], mark)
    labels = {mark.label: mark for mark in marks.values() if mark.label}
    figure.legend(
        handles=[_key(mark) for mark in labels.values()], loc="outside upper left", ncols=5, frameon=False, fontsize=9
    )
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=DPI, facecolor="white")
    return b64encode(out.getvalue()).decode()


def _prepare(ax, panel, x, y):
    scales = {"xscale": "log" if panel.xlog else "linear", "yscale": "log" if panel.ylog else "linear"}
    ax.set(xlabel=panel.xlabel, ylabel=panel.ylabel, **scales, xlim=x, ylim=y)
    for which, pairs in (panel.ticks or {}).items():
        ax.set(**{f"{which}ticks": [v for v, _ in pairs], f"{which}ticklabels": [words for _, words in pairs]})
    for rule in panel.rules:
        ax.axvline(rule["x"], color=COLOURS["soft"], linewidth=0.8)
        ax.annotate(rule["words"], (rule["x"], y[1]), color=COLOURS["soft"], fontsize=9, va="top")


def _draw(ax, mark):
    looks = {"color": COLOURS[mark.color], "alpha": mark.opacity}
    if mark.kind == "text":
        ax.annotate(mark.words, (mark.x[0], mark.y[0]), (0, 6), textcoords="offset points", ha="center", **looks)
    elif mark.kind == "dots":
        ax.plot(mark.x, mark.y, "o", markersize=2 * mark.size, markeredgewidth=0, **looks)
    elif mark.kind == "arrow":
        head = {"arrowstyle": "->", "linewidth": mark.width, "shrinkA": 0, "shrinkB": 0, **looks}
        ax.annotate("", (mark.x[1], mark.y[1]), (mark.x[0], mark.y[0]), arrowprops=head)
    else:
        if mark.fill:
            ax.fill_between(mark.x, mark.y, color=looks["color"], alpha=mark.fill * mark.opacity, linewidth=0)
        if mark.width:
            ax.plot(mark.x, mark.y, linewidth=mark.width, linestyle=(0, mark.dash) if mark.dash else "-", **looks)


def _key(mark):
    marker = {"marker": "o", "linestyle": "none", "markersize": 2 * mark.size} if mark.kind == "dots" else {}
    return Line2D([], [], color=COLOURS[mark.color], label=mark.label, alpha=mark.opacity,
                  **{"linewidth": mark.width} | marker)  # fmt: skip
