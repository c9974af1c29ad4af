"""Chapter "Generate the data": points on a curve, bells and their heights, bars and a needle, draws."""

import matplotlib.pyplot as plt
import numpy as np

from gmm_helpers import CLASSIC, Picture

__all__ = ["bars", "draws", "grids", "heights", "mixtures", "needle", "table"]


def grids(fine, curve, named):
    """A curve, and points on it; named: label → points and values."""
    fig, ax = plt.subplots()
    ax.plot(fine, curve, color="0.6", linestyle="-", label="the density")
    looks = ({"color": "C1", "markersize": 9, "alpha": 0.6, "marker": "o"},
             {"color": "black", "markersize": 4, "marker": "."})  # fmt: skip
    for (label, (x, values)), look in zip(named.items(), looks, strict=True):
        ax.plot(x, values, linestyle="none", label=label, **look)
    ax.set(xlabel="x", ylabel="density")
    ax.legend()
    return Picture(fig, "A curve with humps at 5, 15 and 20. 25 large dots, one apart, and 75 small dots lie on it.")


def heights(x, bells):
    """Bells of area 1, by their stds, and a line at 1."""
    fig, ax = plt.subplots()
    for std, bell in bells.items():
        ax.plot(x, bell, label=f"std {std}")
    ax.axhline(1, color="0.6", linewidth=0.8)
    ax.set(xlabel="x", ylabel="density")
    ax.legend()
    return Picture(
        fig, "Four bells around 0, each of area 1. The narrowest, of std 0.2, rises to 2, above a line at 1."
    )


def mixtures(x, named):
    """Mixtures and their bells side by side; named: title → bells, (K, N)."""
    fig, axes = plt.subplots(1, len(named))
    for ax, (name, parts) in zip(axes, named.items(), strict=True):
        ax.plot(x, parts.sum(axis=0), color="0.8", linestyle="-", linewidth=5, label="mixture")
        for k, part in enumerate(parts):
            ax.plot(x, part, color=f"C{k}", linestyle=("--", ":", "-.")[k], label=f"bell {k + 1}")
        ax.set(title=name, xlabel="x", ylabel="density")
    axes[0].legend(loc="upper left")
    return Picture(
        fig,
        "Two mixtures of three bells. Left the middle bell is the tallest. Right a thin bell towers over a wide one.",
    )


def table(x, means, parts, density):
    """A column of points, a row of means, and the table (N, K) in which they meet, with its sums."""
    rows = slice(9, 70, 6)  # 11 of the 75 points, or the cells would be too small to read
    cells = {"x": x[rows, None], "means": means[None], "bells": parts[rows], "density": density[rows, None]}
    titles = {
        "x": "x[:, None]: (N, 1)", "means": "means: (K,)", "bells": "weights * bells: (N, K)", "density": "sum: (N,)",
    }  # fmt: skip
    layout = {"width_ratios": [1, 3, 1], "height_ratios": [1.3, 13], "figsize": (8, 4.4)}
    fig, axes = plt.subplot_mosaic([[".", "means", "."], ["x", "bells", "density"]], **layout)
    for name, ax in axes.items():
        cmap, digits = ("Blues", ".3f") if name in ("bells", "density") else ("Greys", ".3g")
        ax.imshow(cells[name], cmap=cmap, vmin=0, vmax=2 * cells[name].max(), aspect="auto")
        for (i, k), value in np.ndenumerate(cells[name]):
            ax.text(k, i, f"{value:{digits}}" if value >= 5e-4 else "0", ha="center", va="center", fontsize=9)
        ax.set(title=titles[name], xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    return Picture(
        fig,
        "A column of x meets a row of means in a table: a row a point, a column a bell. "
        "Its rows add up to the density.",
    )


def bars(fine, mixture, areas):
    """A curve on 0 … 25 with the bars whose areas are added; areas: number of points → the sum."""
    fig, axes = plt.subplots(1, len(areas), sharey=True)
    for ax, (n_points, area) in zip(axes, areas.items(), strict=True):
        grid = np.arange(n_points) * 25 / n_points
        values = mixture.pdf(grid)
        ax.bar(grid, values, grid[1] - grid[0], color="C1", alpha=0.3, edgecolor="C1", label="bars")
        ax.plot(fine, mixture.pdf(fine), linewidth=1.2, label="the density")
        ax.plot(grid, values, ".", color="black")
        ax.set(title=f"{n_points} points: area {area:.2f}", xlabel="x", xlim=(11.5, 18.5))
    axes[0].set(ylabel="density")
    axes[0].legend()
    return Picture(
        fig,
        "A thin bell at 15, with bars. At 25 points one bar covers far more than the bell. At 75, much less.",
    )


def needle(fine, curve, x, density):
    """A curve with a needle, and the points that don't see it."""
    fig, ax = plt.subplots()
    ax.plot(fine, curve, linewidth=1.2, label="with a needle")
    ax.plot(x, density, ".", color="black", label="the 75 points")
    ax.set(xlabel="x", ylabel="density", xlim=(10, 20))
    ax.legend()
    return Picture(
        fig, "A needle rises to 2.2, ten times as high as the hump under it. The points beside it show nothing of it."
    )


def draws(fine, edges, shares):
    """Histograms of draws over the curve; shares: number of draws → the share of each bin."""
    fig, axes = plt.subplots(1, len(shares), sharey=True)
    for ax, (size, share) in zip(axes, shares.items(), strict=True):
        ax.stairs(share, edges, fill=True, color="C1", alpha=0.4, label="histogram")
        ax.plot(fine, CLASSIC.pdf(fine), color="C0", label="the density")
        ax.set(title=f"{size} draws", xlabel="x")
    axes[0].set(ylabel="density", ylim=(0, 0.29))
    axes[0].legend(fontsize=9, loc="upper left")
    return Picture(
        fig, "Three histograms over the curve: ragged for 100 draws, closer for 1000; for 10000 only steps are left."
    )
