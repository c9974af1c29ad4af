"""Stacked SVG: Matplotlib draws the axes once; what moves is paths in the same coordinates, laid over them.

It needs no pyplot and no front end. A move costs a millisecond or two and is crisp at any zoom.
"""

import io
import re
from base64 import b64encode
from dataclasses import dataclass
from html import escape

import ipywidgets
import matplotlib
import numpy as np
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

__all__ = ["LiveFigure", "Mark", "arrow", "dots", "fill", "line", "text"]

POINTS = 72  # an SVG unit is a point: at 72 dpi it is also Matplotlib's pixel
KEPT = 24  # frames: some 15 kB each
FAR = 20_000.0  # beyond the picture's edge, in points: an overflow in a path would blank it


@dataclass(frozen=True, eq=False)
class Mark:
    """Something that moves: a kind, the axes it lives in, data coordinates x, y (N,), and its looks."""

    kind: str
    ax: object
    x: np.ndarray
    y: np.ndarray
    color: str = "black"
    linewidth: float = 1.5
    linestyle: object = "-"
    size: float = 3.0
    alpha: float = 1.0
    text: str = ""


def line(ax, x, y, **looks):
    """A curve through the points x, y; a value that is not finite breaks it."""
    return _mark("line", ax, x, y, looks)


def dots(ax, x, y, **looks):
    """Dots at x, y, of radius `size`."""
    return _mark("dots", ax, x, y, looks)


def fill(ax, x, y, **looks):
    """The area between the curve x, y and zero."""
    x, y = np.ravel(x), np.ravel(y)
    return _mark("fill", ax, np.concatenate([x[:1], x, x[-1:]]), np.concatenate([[0.0], y, [0.0]]), looks)


def arrow(ax, tail, head, **looks):
    """An arrow from `tail` to `head`, each (x, y)."""
    return _mark("arrow", ax, [tail[0], head[0]], [tail[1], head[1]], looks)


def text(ax, x, y, words, **looks):
    """Words centred above the point x, y."""
    return _mark("text", ax, [x], [y], {"text": words} | looks)


def _mark(kind, ax, x, y, looks):
    return Mark(kind, ax, np.ravel(np.asarray(x, float)), np.ravel(np.asarray(y, float)), **looks)


class LiveFigure:
    """Axes drawn once, marks redrawn at each move. `widget` is what to show, `marks` what it shows now.

    panels: the names of the axes, as `Figure.subplot_mosaic` takes them; width, height: in units of 100 pixels at
    the size drawn for. Set labels and limits on `axes[name]`, ordinary Matplotlib, then call `draw`.
    """

    def __init__(self, panels, width=6.8, height=4.6, **kwargs):
        with style.context("gmm_course.figures"):
            self.figure = Figure(figsize=(width, height), dpi=POINTS, layout="constrained")
            self.axes = self.figure.subplot_mosaic(panels, **kwargs)
        self.marks = {}
        self._frames = {}
        cell = {"grid_area": "1 / 1 / 2 / 2", "margin": "0", "overflow": "hidden"}
        self._frame = ipywidgets.HTML(layout=cell)
        self._moving = ipywidgets.HTML(layout=cell)
        self.widget = ipywidgets.GridBox([self._frame, self._moving])
        self.widget.add_class("gmm-figure")

    def limits(self, ax, *, xlim=None, ylim=None):
        """Set the limits of `ax`."""
        if xlim is not None and xlim != ax.get_xlim():
            ax.set_xlim(*xlim)
        if ylim is not None and ylim != ax.get_ylim():
            ax.set_ylim(*ylim)

    def key(self, ax, looks):
        """A legend above `ax`: looks is a dict of label → the line's looks."""
        handles = [Line2D([], [], label=label, **{"linewidth": 1.8} | each) for label, each in looks.items()]
        where = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": len(handles), "borderaxespad": 0.2}
        ax.legend(handles=handles, frameon=False, handlelength=2.2, columnspacing=1.4, **where)

    def draw(self, marks, label):
        """Show `marks`, a dict of name → `Mark`, in this order; `label` says the picture in words.

        A frame is drawn once for each set of limits and labels, then kept for a while.
        """
        limits = tuple((*ax.get_xlim(), *ax.get_ylim(), ax.get_xlabel()) for ax in self.axes.values())
        frame = self._frames.pop(limits, None) or self._frame_svg()
        self._frames[limits] = self._frame.value = frame
        if len(self._frames) > KEPT:
            del self._frames[next(iter(self._frames))]  # the one that was not shown for longest
        self.marks = dict(marks)
        self._moving.value = self._moving_svg(label)

    def png(self):
        """The present picture as PNG, base64, for pages where no kernel runs."""
        artists = [artist for mark in self.marks.values() for artist in _artists(mark)]
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=2 * POINTS, facecolor="white")
        for artist in artists:
            artist.remove()
        return b64encode(out.getvalue()).decode()

    def _frame_svg(self):
        out = io.StringIO()
        with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "gmm"}):
            self.figure.savefig(out, format="svg", facecolor="white", metadata={"Date": None})
        self.figure.set_layout_engine("none")  # the axes stay where they are when a tick label grows
        svg = out.getvalue()
        svg = re.sub(
            r"<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>",
            r'<svg \1 style="stroke-linejoin: round" aria-hidden="true">',
            svg[svg.index("<svg") :],
        )
        svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)  # its `*` rules the page
        return svg.replace("'DejaVu Sans'", "var(--jp-ui-font-family, 'DejaVu Sans')")

    def _moving_svg(self, label):
        width, height = self.figure.get_size_inches() * POINTS
        panes = {}
        for name, mark in self.marks.items():
            panes.setdefault(mark.ax, []).append(_svg(name, mark, height))
        body = "".join(_pane(ax, parts, height) for ax, parts in panes.items())
        return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">{body}</svg>'


def _pane(ax, parts, height):
    """The marks of one axes, cut off at its borders. (A nested svg clips without an id of its own.)"""
    x0, y0, x1, y1 = ax.bbox.extents
    box = f"{x0:.2f} {height - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f}"
    x, y, w, h = box.split()
    return f'<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{box}" overflow="hidden">{"".join(parts)}</svg>'


def _svg(name, mark, height):
    """One mark as SVG, in points from the upper left corner."""
    with np.errstate(all="ignore"):
        points = mark.ax.transData.transform(np.column_stack([mark.x, mark.y]))
    points[:, 1] = height - points[:, 1]
    known = np.isfinite(points).all(axis=1)
    points = np.clip(points, -FAR, FAR)
    start = f'data-name="{escape(name)}" opacity="{mark.alpha:g}"'
    if mark.kind == "text":
        words = f'fill="{mark.color}" text-anchor="middle">{escape(mark.text)}</text>'
        return "".join(f'<text {start} x="{x:.1f}" y="{y - 6:.1f}" {words}' for x, y in points[known])
    if mark.kind == "dots":  # strokes of no length with round ends
        path = "".join([f"M{x:.1f} {y:.1f}h0" for x, y in points[known].tolist()])
        looks = f'stroke="{mark.color}" stroke-width="{2 * mark.size:g}" style="stroke-linecap: round"'
        return f'<path {start} fill="none" {looks} d="{path}"/>'
    if mark.kind == "fill":
        return f'<path {start} fill="{mark.color}" d="{_path(points[known])}Z"/>'
    pieces = np.split(np.arange(len(points)), np.flatnonzero(np.diff(known.astype(int))) + 1)
    path = "".join(_path(points[piece]) for piece in pieces if piece.size and known[piece[0]])
    path += _head(points) if mark.kind == "arrow" else ""
    dash = "" if mark.linestyle == "-" else f' stroke-dasharray="{_dashes(mark)}"'
    looks = f'stroke="{mark.color}" stroke-width="{mark.linewidth:g}"{dash} stroke-linejoin="round"'
    return f'<path {start} fill="none" {looks} d="{path}"/>'


def _path(points):
    """M x y L x y …, with one decimal, finer than any screen; of a level stretch the ends alone."""
    if not len(points):
        return ""
    points = np.round(points, 1)
    level = np.diff(points[:, 1]) == 0
    points = points[np.concatenate([[True], ~(level[:-1] & level[1:]), [True]])] if len(points) > 2 else points
    return ("M" + "L".join(["%.1f %.1f"] * len(points))) % tuple(points.ravel().tolist())


def _head(points):
    """The two barbs of an arrow's head; none on an arrow that is too short to have a direction."""
    if len(points) < 2 or np.hypot(*(along := points[1] - points[0])) < 3:
        return ""
    along = 6 * along / np.hypot(*along)
    across = 0.6 * np.array([-along[1], along[0]])
    return _path(np.array([points[1] - along + across, points[1], points[1] - along - across]))


def _dashes(mark):
    """Matplotlib scales its dashes with the line's width; so do we."""
    pattern = {"--": (4, 2), ":": (1, 1.6), "-.": (6, 2, 1, 2)}.get(mark.linestyle)
    pattern = mark.linestyle[1] if pattern is None else pattern
    return " ".join(f"{mark.linewidth * length:g}" for length in pattern)


def _artists(mark):
    """The same mark for Matplotlib: what a still picture is drawn with."""
    ax, looks = mark.ax, {"color": mark.color, "alpha": mark.alpha}
    if mark.kind == "fill":
        return ax.fill(mark.x, mark.y, **looks | {"linewidth": 0, "linestyle": "-"})  # 3.9 scales dashes to 0
    if mark.kind == "text":
        where = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center"}
        return [ax.annotate(mark.text, (x, y), **where, **looks) for x, y in zip(mark.x, mark.y, strict=True)]
    if mark.kind == "dots":
        return ax.plot(mark.x, mark.y, "o", markersize=2 * mark.size, markeredgewidth=0, **looks)
    if mark.kind == "arrow":
        head = {"arrowstyle": "->", "linewidth": mark.linewidth, "shrinkA": 0, "shrinkB": 0, **looks}
        return [ax.annotate("", (mark.x[1], mark.y[1]), (mark.x[0], mark.y[0]), arrowprops=head)]
    return ax.plot(mark.x, mark.y, linewidth=mark.linewidth, linestyle=mark.linestyle, **looks)
