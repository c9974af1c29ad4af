"""Pictures: each function draws on an `ax`, or on pyplot's current one, returns what it drew, and fits nothing."""

import base64
import io
import sys
from html import escape
from typing import Any

import numpy as np

from .mixture import Mixture
from .result import FitResult
from .validation import Array

__all__ = ["LINES", "Picture", "plot_bells", "plot_density", "plot_fit", "plot_residual"]

# Okabe & Ito's colours, told apart by the colour-blind, with a violet for their second blue; each with a line style of
# its own, for print in grey.
LINES: tuple[dict[str, Any], ...] = (
    {"color": "#0072B2", "linestyle": (0, (6, 2))},
    {"color": "#D55E00", "linestyle": (0, (2, 1.5))},
    {"color": "#009E73", "linestyle": (0, (6, 2, 1.5, 2))},
    {"color": "#CC79A7", "linestyle": (0, (1, 1.5))},
    {"color": "#6B4AD8", "linestyle": (0, (9, 2, 1.5, 2, 1.5, 2))},
    {"color": "#E69F00", "linestyle": (0, (3, 3))},
)


def plot_density(x: Array, density: Array, ax: Any = None, **kwargs: Any) -> Any:
    """The known density as points. kwargs go to `ax.plot`. Returns the line.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> plot_density([0, 1, 2], [0.1, 0.5, 0.1], Figure().subplots()).get_label()
    'known density'
    """
    style = {"marker": ".", "linestyle": "none", "color": "0.25", "label": "known density"} | kwargs
    (line,) = _axes(ax).plot(x, density, **style)
    return line


def plot_bells(x: Array, mixture: Mixture, ax: Any = None, *, mass: float = 1.0, **kwargs: Any) -> list[Any]:
    """Each component of a mixture, with a colour and a line style of its own. Returns the list of lines.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> bells = plot_bells(np.linspace(0, 9), Mixture([0.3, 0.7], [3, 6], [1, 1]), Figure().subplots())
    >>> [bell.get_label() for bell in bells]
    ['bell 1', 'bell 2']
    """
    ax = _axes(ax)
    bells = mass * mixture.component_pdfs(x)
    return [
        ax.plot(x, bells[:, k], **{**LINES[k % len(LINES)], "label": f"bell {k + 1}"} | kwargs)[0]
        for k in range(mixture.n_components)
    ]


def plot_fit(x: Array, density: Array, result: FitResult, ax: Any = None) -> list[Any]:
    """The known density as points, the fitted curve, its bells, and its background, if it has one.

    Returns the lines in this order. The bells stand on zero, as `result.pdf` has them.

    Examples
    --------
    >>> from gmm_helpers import classic, fit
    >>> from matplotlib.figure import Figure
    >>> x, density = classic()
    >>> len(plot_fit(x, density, fit(x, density, 3, rng=0), Figure().subplots()))
    5
    """
    ax = _axes(ax)
    points = plot_density(x, density, ax)
    fine = np.linspace(x[0], x[-1], 500)
    total = result.curve(fine)
    (curve,) = ax.plot(fine, total, color="black", label="fit")
    lines = [points, curve, *plot_bells(fine, result.mixture, ax, mass=result.mass)]
    if result.background.size:
        lines += ax.plot(fine, total - result.pdf(fine), color="0.5", linewidth=1, label="background")
    return lines


def plot_residual(x: Array, density: Array, result: FitResult, ax: Any = None, **kwargs: Any) -> Any:
    """What the fit leaves over, density − fit, around a line at zero. Returns the line.

    Examples
    --------
    >>> from gmm_helpers import classic, fit
    >>> from matplotlib.figure import Figure
    >>> x, density = classic()
    >>> line = plot_residual(x, density, fit(x, density, 3, rng=0), Figure().subplots())
    >>> bool(abs(line.get_ydata()).max() < 1e-8)
    True
    """
    ax = _axes(ax)
    ax.axhline(0, color="0.6", linewidth=0.8)
    (line,) = ax.plot(x, density - result.curve(np.asarray(x)), **{"color": "0.25", "linewidth": 1} | kwargs)
    return line


# On a dark page (JupyterLab's theme, VS Code's) a white figure would glare: light and dark change places, hues stay.
DARK = (
    '<style>:is([data-jp-theme-light="false"], .vscode-dark) .gmm-drawn'
    "{filter: invert(0.93) hue-rotate(180deg)}</style>"
)


class Picture:
    """A finished figure with its alternative text, shown as the last value of a cell.

    A notebook's own display of a figure has no place for such a text; an HTML image has. On a dark page it is dark.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> Picture(Figure(), 'an empty page')
    Picture: an empty page
    """

    def __init__(self, figure: Any, alt: Any) -> None:
        if not isinstance(alt, str) or not alt.strip():
            raise ValueError(f"`alt` must say in words what the picture shows, got {alt!r}")
        self.figure, self.alt = figure, alt
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(figure)  # or the notebook shows it a second time, without the text

    def _repr_html_(self) -> str:
        png = io.BytesIO()
        self.figure.savefig(png, format="png", dpi=2 * self.figure.dpi)  # sharp on a fine screen
        width = round(self.figure.get_figwidth() * self.figure.dpi)
        data = base64.b64encode(png.getvalue()).decode()
        return (
            f'{DARK}<img class="gmm-drawn" src="data:image/png;base64,{data}" width="{width}" '
            f'alt="{escape(self.alt)}" style="max-width: 100%">'
        )

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"


def _axes(ax: Any) -> Any:
    """The given axes, or pyplot's current ones, loaded only if they are asked for."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.gca()
