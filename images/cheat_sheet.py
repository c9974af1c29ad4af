"""One printable page, A4 and legible in grey:  uv run python images/cheat_sheet.py [FILE.pdf]"""

import hashlib
import sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

from gmm_helpers import CLASSIC, classic, plot_bells, plot_density

WIDTH, HEIGHT, LEADING = 8.27, 11.69, 0.222  # inches: A4, and one line to the next
MONO = {"family": "DejaVu Sans Mono", "size": 8.2}

# A block: its heading, its lines. A pair is a row of two columns; a line that begins with ">" is code.
LEFT = {
    "The problem": (
        "Given: points $x_i$ and a density $y_i$ there, no samples.",
        "Wanted: the bells that add up to it,",
        r"$f(x) = \sum w_k\, N(x;\, \mu_k, \sigma_k^2)$,  $w_k \geq 0$,  $\sum w_k = 1$,  $\sigma_k > 0$.",
    ),
    "Notation": (
        (r"$x_i,\ y_i$", "`x`, `density` (N,): grid and curve"),
        (r"$w_k,\ \mu_k,\ \sigma_k$", "`weights`, `means`, `stds` (K,)"),
        (r"$\ell_k$", r"logits: $w = \mathrm{softmax}(\ell)$"),
        (r"$s_k$", r"log-stds: $\sigma = e^{s}$"),
        (r"$\theta$", r"$[\,\ell\ |\ \mu\ |\ s\,]$, (3K,), free to roam"),
        (r"$w/(\sigma\sqrt{2\pi})$", "a bell's height; its weight is its area"),
    ),
    "The loss": (
        r"$L = \sum (f(x_i) - y_i)^2 \,/\, \sum y_i^2$",
        "0: met. 1: no better than no curve. No unit.",
        r"$\partial L$ by a mean: $\propto \sum (f - y)\, b\, z / \sigma$,  $z = (x - \mu)/\sigma$",
        r"by a log-std: $\propto \sum (f - y)\, b\, (z^2 - 1)$",
        r"With a prior: $L + \lambda \sum (\log \sigma_k - \log c)^2$,",
        r"noise $\varepsilon$, prior width $\tau$: $\lambda = \varepsilon^2 / (\tau^2 \sum y^2)$.",
    ),
    "What a grid sees": (
        "A bell is seen if the step is below about 2 of its stds.",
        "A needle between two points changes no point.",
        "Two bells of std 2 at 11 and 13: noise decides the weights.",
    ),
}
RIGHT = {
    "The recipe": (
        "> from gmm_helpers import fit, density_from_samples",
        "> result = fit(x, density, 3)              # a density",
        "> result = fit(x, counts, 3, mass=None)    # any area",
        "> # an offset: background='constant'; counted events: sigma",
        "> x, density = density_from_samples(samples)",
        "1  Plot the curve: peaks, noise, zero line.",
        "2  Fit. Plot the residual, never the fit alone.",
        "3  Read the result, line by line, as below.",
        "4  One bell more, one bell less: does the noise allow it?",
        "5  Another seed, another method: the same bells?",
        "6  Sort by mean before you compare two fits.",
    ),
    "Reading a result": (
        ("`success`", "met, or found again and again"),
        ("`loss`", "0.01 leaves 1 % of the curve's squares"),
        ("`grad_norm`", "small: level ground, not the lowest"),
        ("`nit` = 0", "not moved: units, or a flat start"),
        ("`diagnosis`", "sentences; empty when all is well"),
        ("`runs`", "every start's end, the best first"),
        ("`standard_errors()`", "if misses are independent"),
        ("`interval(name, k)`", "where χ² is no parabola"),
        ("`mixture.narrowed(h)`", "takes a kernel's width off again"),
    ),
}
BELOW = {
    "When it looks wrong": (
        ("a huge std", "a spare bell has run off: fit fewer, or hold them by `log_std_prior`"),
        ("a tiny std", "it hides between two points: a finer grid, fewer bells, or a prior"),
        ("two bells alike", "twins feel the same slopes and never part, a saddle: start them apart"),
        ("a weight near 0", "a dead bell feels no slope: set it down where the misfit is, as `fit` does"),
        ("`success=True`, yet bad", "twins, or a bell dead or unseen: start again, 7 times where half succeed"),
        ("precision loss", "out of digits; harmless where `grad_norm` is small"),
        ("a loss that falls with K", "it always does: χ² = ν ± √(2ν) refutes too few; BIC, a convention, many"),
        ("an area far from 1", "no density: fit the area too, `mass=None`"),
        ("another unit, another fit", "a tolerance has a unit: normalise first, as `fit` does"),
    ),
}
LAST = "`success=True` says: the ground is nearly flat here. It doesn't say: this is the lowest place."


def sheet():
    """The page as a figure."""
    figure = plt.figure(figsize=(WIDTH, HEIGHT), layout="none")
    _write(figure, 0.6, 0.62, "Which bells made this curve?", size=17, weight="bold")
    _write(figure, 0.6, 0.9, "Fit a mixture of Gaussians to a density known at grid points. One page of gmm_helpers.")
    _curve(figure.add_axes((0.11, 0.785, 0.82, 0.12)))
    bottom = max(_column(figure, 0.6, 3.3, LEFT, 1.15), _column(figure, 4.25, 3.3, RIGHT, 1.45))
    bottom = _column(figure, 0.6, bottom + 0.1, BELOW, 1.9)
    _write(figure, 0.6, bottom + 0.1, LAST, weight="bold", size=10.5)
    return figure


def _curve(ax):
    x, density = classic()
    plot_density(x, density, ax, color="black", markersize=3)
    plot_bells(x, CLASSIC, ax, color="0.25", linewidth=1.3)
    for k, (weight, mean, std) in enumerate(zip(CLASSIC.weights, CLASSIC.means, CLASSIC.stds, strict=True)):
        ax.annotate(f"{weight:g} at {mean:g}, std {std:g}", (mean, 0.012), ha="center", fontsize=8)
        ax.lines[k + 1].set_linestyle(("-", "--", ":")[k])
    ax.set(xlim=(0, 25), ylim=(0, 0.22), yticks=(0, 0.1, 0.2))
    ax.tick_params(labelsize=8)
    ax.set_xlabel("x", fontsize=8, labelpad=1)
    ax.set_ylabel("density", fontsize=8)


def _column(figure, left, top, blocks, indent):
    """Write blocks below each other; the place below the last, in inches from the top."""
    for heading, lines in blocks.items():
        _write(figure, left, top, heading, weight="bold", size=11)
        for line in lines:
            top += LEADING
            if isinstance(line, tuple):
                _write(figure, left, top, line[0])
                _write(figure, left + indent, top, line[1])
            else:
                _write(figure, left, top, line.removeprefix("> "), **(MONO | {"size": 7} if line[0] == ">" else {}))
        top += 1.9 * LEADING
    return top


def _write(figure, left, top, text, **style):
    """Text at a place in inches; what is all in backticks is code."""
    if text.startswith("`") and text.endswith("`") and text.count("`") == 2:
        style = MONO | style
    figure.text(left / WIDTH, 1 - top / HEIGHT, text.replace("`", ""), **({"size": 8.6} | style))


def digest():
    """Of all that is written on the page and how: kept in the file, so that a test sees whether it is up to date."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


if __name__ == "__main__":
    target = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_suffix(".pdf")
    with plt.style.context(["gmm_course.figures", {"pdf.fonttype": 42, "font.family": "DejaVu Sans"}]):
        sheet().savefig(target, metadata={"CreationDate": None, "Keywords": digest(), "Title": "gmm_helpers on a page"})
