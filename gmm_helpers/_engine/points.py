"""Input validation of a curve: which of its points count, in increasing order, and how much each weighs."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..loss import trapezoid_weights
from ..validation import Array, Bools, check_number, check_vector

__all__ = ["Points", "checked_points"]


@dataclass(frozen=True, eq=False)
class Points:
    """The points that count. x increases; root_g: √ of the weights; background: its kind, or columns (N, B)."""

    x: Array
    density: Array
    sigma: Array | None
    least_sigma: float  # of a point of weight 1
    root_g: Array
    background: str | Array | None

    def taken(self, kept: Any) -> "Points":
        """Some of the points."""
        background = self.background if isinstance(self.background, str | None) else self.background[kept]
        sigma = None if self.sigma is None else self.sigma[kept]
        parts = {"x": self.x[kept], "density": self.density[kept], "root_g": self.root_g[kept]}
        return replace(self, sigma=sigma, background=background, **parts)


def checked_points(
    x: ArrayLike,
    density: ArrayLike,
    sigma: ArrayLike | None,
    background: str | ArrayLike | None,
    nan_policy: str,
    grid_weights: Any,
) -> Points:
    """Masked points, points of infinite sigma and, with "omit", NaN are left out; a falling grid is turned round."""
    if nan_policy not in ("raise", "omit"):
        raise ValueError(f"`nan_policy` must be 'raise' or 'omit', got {nan_policy!r}")
    if grid_weights is not None and not (isinstance(grid_weights, str) and grid_weights == "trapezoid"):
        raise ValueError(
            f"`grid_weights` must be None or 'trapezoid', got {_short(grid_weights)}: noise goes in by `sigma`"
        )
    if grid_weights is not None and sigma is not None:
        raise ValueError("`sigma` weighs each point by its noise and must be None with `grid_weights`, got both")
    columns = _columns(background)
    given = {"x": x, "density": density} | ({"sigma": sigma} if np.ndim(sigma) else {})  # type: ignore[arg-type]
    vectors = {name: check_vector(name, values, finite=False) for name, values in given.items()}
    _check_lengths(vectors, columns)
    kept = _kept(given, vectors, nan_policy == "omit")
    turned = slice(None, None, -1) if vectors["x"][kept][-1:] < vectors["x"][kept][:1] else slice(None)
    vectors = {name: values[kept][turned] for name, values in vectors.items()}
    _check_values(vectors)
    spread = _check_sigma(sigma, vectors)
    if columns is not None and not isinstance(columns, str):
        columns = columns[kept][turned]
        if not np.isfinite(columns).all():
            raise ValueError("`background` must be finite where the density counts, got NaN or infinity")
    least = 1.0 if spread is None else float(spread.min())
    root_g = np.ones(vectors["x"].size) if spread is None else least / spread
    if grid_weights is not None:
        root_g = np.sqrt(trapezoid_weights(vectors["x"] / (vectors["x"][-1] - vectors["x"][0])))
    return Points(vectors["x"], vectors["density"], spread, least, root_g, columns)


def _columns(background: Any) -> str | Array | None:
    if background is None or isinstance(background, str):
        if background not in (None, "constant", "linear"):
            raise ValueError(f"`background` must be None, 'constant', 'linear' or columns (N, B), got {background!r}")
        return background
    try:
        columns = np.asarray(background, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"`background` must hold real numbers, got a {type(background).__name__}") from None
    if columns.ndim != 2 or columns.shape[1] == 0:
        raise ValueError(f"`background` must have the shape (N, B), a column for each term, got {columns.shape}")
    return columns


def _check_lengths(vectors: dict[str, Array], columns: Any) -> None:
    n = vectors["x"].size
    if vectors["density"].size != n:
        raise ValueError(f"`x` and `density` must have the same length, got {n} and {vectors['density'].size}")
    for name, size in {"sigma": vectors.get("sigma", vectors["x"]).size, "background": len(columns)
                       if isinstance(columns, np.ndarray) else n}.items():  # fmt: skip
        if size != n:
            raise ValueError(f"`{name}` must have one entry for each x, got {size} for {n}")


def _kept(given: dict[str, Any], vectors: dict[str, Array], omit: bool) -> Bools:
    """Which points count, (N,) of bool."""
    kept = np.ones(vectors["x"].size, dtype=bool)
    for name, values in given.items():
        kept &= ~np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else True
        kept &= ~np.isnan(vectors[name]) if omit else True
    if "sigma" in vectors:
        kept &= vectors["sigma"] != np.inf
    if not kept.any():
        raise ValueError(f"`x` must have at least 2 points that count, got none of {kept.size}")
    return kept


def _check_values(vectors: dict[str, Array]) -> None:
    for name, values in vectors.items():
        if not np.isfinite(values).all():
            hint = "; `nan_policy='omit'` leaves such points out" if np.isnan(values).any() else ""
            i = int(np.flatnonzero(~np.isfinite(values))[0])
            raise ValueError(f"`{name}` must be finite, got {values[i]} at index {i}{hint}")
    x = vectors["x"]
    if x.size < 2:
        raise ValueError(f"`x` must have at least 2 points, got {x.size}")
    with np.errstate(over="ignore"):
        steps = x[1:] - x[:-1]
        if steps.min() <= 0:
            i = int(np.flatnonzero(steps <= 0)[0])
            raise ValueError(f"`x` must increase strictly, got {x[i]:.6g} followed by {x[i + 1]:.6g} at index {i + 1}")
        if not isfinite(x[-1] - x[0]):
            raise ValueError(f"`x` must span a finite range, got {x[0]:.6g} … {x[-1]:.6g}")


def _check_sigma(sigma: Any, vectors: dict[str, Array]) -> Array | None:
    """One standard deviation for each point that counts."""
    if sigma is None:
        return None
    values = vectors.get("sigma")
    if values is None:
        values = np.full(vectors["x"].size, check_number("sigma", sigma))
    if values.min() <= 0:
        raise ValueError(f"`sigma` must be positive, got minimum {values.min():.6g}")
    return values


def _short(value: Any) -> str:
    return repr(value) if isinstance(value, str) else f"a {type(value).__name__}"
