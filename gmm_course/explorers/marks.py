"""What a picture is made of: panels and marks, as data that a page draws, or Matplotlib where there is no page."""

import io
from base64 import b64encode
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure

from gmm_helpers.plotting import LINES

from .inputs import plain

__all__ = ["Mark", "Panel", "arrow", "bells", "ceiling", "curve", "dots", "faint", "line", "region", "room",
           "scene", "still", "text", "track", "truth_bands"]  # fmt: skip

# The light theme's colours by the names that the page knows; the dark theme's stand in page.css.
COLOURS = {
    "ink": "#1f2328", "soft": "#57606a", "dots": "#8c8c8c", "faint": "#b9b9b9", "accent": "#0b62b8", "draws": "#e3d5b0",
} | {f"bell{k + 1}": looks["color"] for k, looks in enumerate(LINES)}  # fmt: skip
PALE, SHOWN = ("soft", "faint", "draws"), ("its start", "start")  # needs no room; does, though it is pale
FINE = 220  # points of a drawn curve


@dataclass(frozen=True)
class Panel:
    """Axes: a share of the picture's height, limits (lower, upper), labels, and what is drawn on them once.

    x "marks", y None: what the marks need; y "even": as much below zero as above; ticks: {"x": [[value, words], …]} in
    place of even ones.
    """

    height: float = 1.0
    x: tuple | str = (0.0, 25.0)
    y: tuple | str | None = None
    xlabel: str = ""
    ylabel: str = ""
    xlog: bool = False
    ylog: bool = False
    ticks: dict | None = None


@dataclass(frozen=True, eq=False)
class Mark:
    """Something on a panel: a kind, its data x, y (N,), and its looks; colours go by name.

    fill: opacity of the area between a line and zero; label: its words in the legend; when: "revealed", or always; at:
    the name of the value at which an upright line stands;
    key: an SVG path that stands for it in the legend, in place of its own kind;
    of: (mixture, k, mass) of a curve, from which the page computes y, k being None for the sum of the bells; live: how
    it computes y from what is held by hand, before Python answers.
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
    at: str = ""
    key: str = ""
    of: tuple | None = None
    live: tuple | None = None

    def data(self, name):
        """The mark as JSON holds it: numbers to four digits, of even x its ends and number, nothing empty."""
        x, n = self.x, self.x.size
        y = {"of": [plain(each) for each in self.of], "y": None} if self.of else {"y": _short(self.y)}
        even = n > 2 and bool(np.ptp(np.diff(x)) <= 1e-9 * abs(x[-1] - x[0]))
        data = vars(self) | {"name": name, "even": even, "x": [x[0], x[-1], n] if even else _short(x)} | y
        return {key: value for key, value in data.items() if not (value is None or value is False or value == "")}


def line(panel, x, y, **looks):
    """A curve through the points x, y; a value that is not finite breaks it."""
    return _mark("line", panel, x, y, looks)


def region(panel, x, y, **looks):
    """What lies within rings of points x, y, a value that is not finite between two."""
    return _mark("region", panel, x, y, looks)


def curve(panel, x, mixture, k=None, *, mass=1.0, **looks):
    """The curve of a mixture of that mass at x, or of its k-th bell alone."""
    y = mixture.pdf(x) if k is None else mixture.component_pdfs(x)[:, k]
    return _mark("line", panel, x, mass * y, {"of": (mixture, k, mass)} | looks)


def dots(panel, x, y, **looks):
    """Dots at x, y, of radius `size`."""
    return _mark("dots", panel, x, y, {"color": "dots", "size": 3.2} | looks)


def arrow(panel, x, y, **looks):
    """An arrow from the first of two points to the second; two heads where it leads off its panel."""
    return _mark("arrow", panel, x, y, looks)


def text(panel, x, y, words, **looks):
    """Words centred above the point x, y."""
    return _mark("text", panel, x, y, {"words": words} | looks)


def track(path, panel, x, y, at=None, **looks):
    """A handle on the curve through x, y: at x[i], y[i] where the value that `path` leads to is at[i], or else x[i]."""
    points = {"x": _short(x), "y": _short(y)} | ({} if at is None else {"v": _short(at)})
    return {"kind": "point", "paths": (path,), "panel": panel} | points | looks


def _mark(kind, panel, x, y, looks):
    return Mark(kind, panel, np.ravel(np.asarray(x, float)), np.ravel(np.asarray(y, float)), **looks)


def _short(values):
    """A list of numbers to four digits, whole ones without a point, None for what is not finite."""
    short = [float(f"{v:.4g}") if np.isfinite(v) else None for v in np.asarray(values, float).tolist()]
    return [int(v) if v is not None and v.is_integer() and abs(v) < 1e6 else v for v in short]


# What explorers have in common


def scene(
    x, density, mixture, truth=None, *, label, fine=None, given="points", places=None, mass=1.0, live=None, left=False
):  # fmt: skip
    """Dots of a density, a mixture's curve over its bells, the truth when it is revealed, and what is left over.

    fine: where the curve is drawn; places: see `bells`; mass: the curve's area; live: the name of the value from which
    the page computes the curve, "fit" for a fit to a truth that is held; left: whether there is a panel of what is left
    over.
    """
    fine = np.linspace(x[0], x[-1], FINE) if fine is None else fine
    hand = "truth" if live == "fit" else None
    marks = truth_bands("curve", fine, truth, live=hand) if truth else {}
    whose = "fitted " if label == "fit" else ""
    marks |= bells("curve", fine, mixture, places=places, mass=mass, live=live, whose=whose)
    marks["given"] = dots("curve", x, density, label=given, live=("data",) if live in ("fit", "truth") else None)
    marks["curve"] = curve("curve", fine, mixture, mass=mass, width=2.1, label=label, live=live and ("sum", live))
    if left:
        over = density - mass * mixture.pdf(x)
        looks = {"color": "soft", "width": 1.0, "fill": 0.35}
        marks["left"] = line("residual", x, over, live=live and ("left", live), **looks)
    return marks | (outlines("curve", fine, truth) if hand else {})


def bells(panel, x, mixture, *, places=None, mass=1.0, live=None, whose=""):
    """Each bell of a mixture as a translucent area in its colour: marks "bell 1", "bell 2", …

    places: the colour of each bell, counted from 0, in place of its own number; whose: words before it in the legend.
    """
    marks = {}
    places = range(mixture.n_components) if places is None else places
    for k, place in sorted(enumerate(places), key=lambda pair: pair[1]):
        looks = {"color": f"bell{place % len(LINES) + 1}", "dash": LINES[place % len(LINES)]["linestyle"][1]}
        looks |= {"fill": 0.24, "width": 1.8, "label": f"{whose}bell {place + 1}"}
        looks |= {"live": live and ("bell", live, place)}
        marks[f"bell {place + 1}"] = curve(panel, x, mixture, k, mass=mass, **looks)
    return marks


def truth_bands(panel, x, truth, **looks):
    """The true bells as wide pale bands, shown once the truth is revealed."""
    band = {"dash": None, "fill": 0.0, "width": 7.0, "opacity": 0.35, "when": "revealed", "label": "the truth"}
    return {f"true {name}": replace(mark, **band) for name, mark in bells(panel, x, truth, **looks).items()}


def outlines(panel, x, truth):
    """The true bells as dotted lines, which the page moves with the hand that holds them."""
    dotted = {"color": "soft", "dash": (1, 2), "fill": 0.0, "width": 1.2, "label": ""}
    return {f"held {name}": replace(mark, **dotted) for name, mark in bells(panel, x, truth, live="truth").items()}


def faint(panel, x, mixtures, label):
    """Many curves in one pale mark, at every third x."""
    y = np.array([[*mixture.pdf(x[::3]), np.nan] for mixture in mixtures])
    looks = {"color": "faint", "width": 1, "opacity": 0.6, "label": label}
    y[y < 1e-3 * np.nanmax(y, initial=0)] = 0
    return {"others": line(panel, np.tile([*x[::3], x[-1]], len(y)), y, **looks)} if len(y) else {}


def room(name, panel, marks):
    """Limits (x, y) of a panel: its own, or what its marks need, a curve at most three times as high as the dots."""
    here = [mark for mark in marks.values() if mark.panel == name and not mark.when]
    x = panel.x
    if x == "marks":
        x = float(min(mark.x.min() for mark in here)), float(max(mark.x.max() for mark in here))
    if panel.y not in (None, "even"):
        return x, panel.y
    given = marks["given"].y.max() if "given" in marks else np.inf
    if panel.y == "even":
        end = ceiling(max(0.02 * given, *(abs(mark.y).max() for mark in here)), steps=(1, 2, 2.5, 5, 10))
        return x, (-end, end)  # 0.02: rounding must not fill the picture
    high = [mark.y.max() for mark in here if mark.color not in PALE or mark.label in SHOWN]
    low = min(mark.y.min() for mark in here if mark.color not in PALE)
    top = ceiling(min(max(high), 3 * given))
    return x, (low - 0.02 * top if low < 0 else 0.0, top)  # room for half a dot


def ceiling(value, steps=(1, 1.5, 2.5, 4, 6, 8, 10)):
    """The first of `steps` × a power of ten that leaves some room above the value."""
    if not np.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next((s * power for s in steps if s * power >= 1.04 * value), steps[0] * 10 * power * 1.5))


# Without a page


def still(panels, limits, marks):
    """The picture as PNG, base64, for pages where no kernel runs."""
    with style.context("gmm_course.figures"):
        figure = Figure(figsize=(7.2, 4.4), layout="constrained")
        rows = figure.subplots(len(panels), height_ratios=[p.height for p in panels.values()], squeeze=False)
    axes = dict(zip(panels, rows[:, 0], strict=True))
    for name, panel in panels.items():
        _prepare(axes[name], panel, *limits[name])
    keys = {mark.label: _draw(axes[mark.panel], mark) for mark in marks.values()}
    keys.pop("", None)
    figure.legend(keys.values(), keys, loc="outside upper left", ncols=5, frameon=False, fontsize=9)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=144, facecolor="white")
    return b64encode(out.getvalue()).decode()


def _prepare(ax, panel, x, y):
    scales = {"xscale": "log" if panel.xlog else "linear", "yscale": "log" if panel.ylog else "linear"}
    ax.set(xlabel=panel.xlabel, **scales, xlim=x, ylim=y)
    ax.set_title(panel.ylabel, fontsize=10)
    for which, pairs in (panel.ticks or {}).items():
        ax.set(**{f"{which}ticks": [v for v, _ in pairs], f"{which}ticklabels": [words for _, words in pairs]})


def _draw(ax, mark):
    """Draw a mark; returns what stands for it in the legend."""
    looks = {"color": COLOURS[mark.color], "alpha": mark.opacity}
    if mark.kind == "text":
        offset = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center"}
        return ax.annotate(mark.words, (mark.x[0], mark.y[0]), **offset, **looks)
    if mark.kind == "arrow":
        head = {"arrowstyle": "->", "linewidth": mark.width, "shrinkA": 0, "shrinkB": 0, **looks}
        (start, end), (y, up) = np.clip(mark.x, *ax.get_xlim()), mark.y
        return ax.annotate("", (end, up), (start, y), arrowprops=head)
    if mark.kind == "region":
        return ax.fill(mark.x, mark.y, linewidth=mark.width, **looks | {"alpha": mark.fill})[0]
    if mark.kind == "dots":
        looks |= {"marker": "o", "linestyle": "none", "markersize": 2 * mark.size, "markeredgewidth": 0}
    else:
        if mark.fill:
            ax.fill_between(mark.x, mark.y, color=looks["color"], alpha=mark.fill, linewidth=0)
        looks |= {"linewidth": mark.width, "linestyle": (0, mark.dash) if mark.dash else "-"}
    return ax.plot(mark.x, mark.y, **looks)[0]
