"""Input validation of a curve: which of its points count, in increasing order, and how much each weighs."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..loss import trapezoid_weights
from ..validation import Array, Bools, Ints, check_number, check_vector, turn

__all__ = ["Points", "checked_points"]


@dataclass(frozen=True, eq=False)
class Points:
    """The points that count. x increases; root_g: √ of the weights; background: its kind, or columns (N, B)."""

    x: Array
    density: Array
    sigma: Array | None
    root_g: Array
    background: str | Array
    grid_rule: bool  # the weights are those of a quadrature rule, which says nothing of noise

    @property
    def step(self) -> float:
        """The smallest distance of neighbours."""
        return float(np.diff(self.x).min())

    def averaged(self, size: int) -> "Points":
        """Weighted means of so many neighbours each, with the weight of all of them."""
        g, first = self.root_g**2, np.arange(0, self.x.size, size)
        total = np.add.reduceat(g, first)
        arrays = {name: getattr(self, name) for name in ("x", "density", "background")}
        means: dict[str, Any] = {
            name: (np.add.reduceat((each.T * g).T, first).T / total).T
            for name, each in arrays.items()
            if isinstance(each, np.ndarray)
        }
        root = np.sqrt(total)
        sigma = None if self.sigma is None else self.sigma.min() / root
        return replace(self, **means, sigma=sigma, root_g=root / root.max())


def checked_points(
    x: ArrayLike, density: ArrayLike, sigma: Any, background: Any, nan_policy: str, grid_weights: Any
) -> Points:
    """Masked points, points of infinite sigma and, with "omit", NaN are left out; a falling grid is turned round."""
    _check_choices(sigma, nan_policy, grid_weights)
    is_named = isinstance(background, str) and background in ("constant", "linear")
    given = {"x": x, "density": density, "sigma": sigma, "background": None if is_named else background}
    columns = _checked_columns(given)
    kept = _kept(given, columns, nan_policy)
    columns = {name: values[kept] for name, values in columns.items()}
    _check_values(columns, np.flatnonzero(kept))
    if columns["x"][-1] < columns["x"][0]:
        columns = {name: values[::-1] for name, values in columns.items()}
    x, spread = columns["x"], columns.get("sigma")
    root_g = np.ones(x.size) if spread is None else spread.min() / spread
    if grid_weights is not None:
        root_g = np.sqrt(trapezoid_weights(x / (x[-1] - x[0])))
    kind = background if is_named else columns.get("background", np.empty((x.size, 0)))
    return Points(x, columns["density"], spread, root_g, kind, grid_weights is not None)


def _check_choices(sigma: Any, nan_policy: str, grid_weights: Any) -> None:
    if nan_policy not in ("raise", "omit"):
        raise ValueError(f"`nan_policy` must be 'raise' or 'omit', got {nan_policy!r}")
    if grid_weights is not None and not (isinstance(grid_weights, str) and grid_weights == "trapezoid"):
        got = repr(grid_weights) if isinstance(grid_weights, str) else f"a {type(grid_weights).__name__}"
        raise ValueError(f"`grid_weights` must be None or 'trapezoid', got {got}: noise goes in by `sigma`")
    if grid_weights is not None and sigma is not None:
        raise ValueError("`sigma` weighs each point by its noise and must be None with `grid_weights`, got both")


def _checked_columns(given: dict[str, Any]) -> dict[str, Array]:
    """What was given, as arrays with an entry a point; one number for `sigma` goes for all of them."""
    columns = {name: check_vector(name, given[name], finite=False) for name in ("x", "density")}
    n = columns["x"].size
    if (sigma := given["sigma"]) is not None:
        is_number = np.ndim(sigma) == 0
        columns["sigma"] = (
            np.full(n, check_number("sigma", sigma)) if is_number else check_vector("sigma", sigma, finite=False)
        )
    if given["background"] is not None:
        columns["background"] = _columns(given["background"])
    for name, values in columns.items():
        if len(values) != n:
            raise ValueError(f"`{name}` must have one entry for each x, got {len(values)} for {n}")
    return columns


def _kept(given: dict[str, Any], columns: dict[str, Array], nan_policy: str) -> Bools:
    """Which points count. given: what the user gave of the columns."""
    n = len(columns["x"])
    kept = columns.get("sigma", np.zeros(n)) != np.inf
    if kept.sum() < min(n, 2):
        raise ValueError(f"`sigma` must be finite at 2 points or more, got infinity at {n - kept.sum()} of {n}")
    for name, values in columns.items():
        if nan_policy == "omit" or isinstance(given[name], np.ma.MaskedArray):
            missing = np.isnan(values) if nan_policy == "omit" else np.ma.getmaskarray(given[name])
            kept &= ~missing.reshape(n, -1).any(axis=1)
    return kept


def _columns(background: Any) -> Array:
    if isinstance(background, str):
        raise ValueError(f"`background` must be None, 'constant', 'linear' or columns (N, B), got {background!r}")
    try:
        if np.iscomplexobj(background):  # NumPy would drop the imaginary parts
            raise TypeError
        columns: Array = np.ma.filled(np.ma.array(background, dtype=float), np.nan)
    except (TypeError, ValueError):
        raise TypeError(f"`background` must hold real numbers, got a {type(background).__name__}") from None
    if columns.ndim != 2 or columns.shape[1] == 0:
        raise ValueError(f"`background` must have the shape (N, B), a column for each term, got {columns.shape}")
    return columns


def _check_values(columns: dict[str, Array], index: Ints) -> None:
    """In the caller's order; index: the caller's own of each point that is left."""
    for name, values in columns.items():
        if not np.isfinite(values).all():
            i, *column = np.argwhere(~np.isfinite(values))[0].tolist()
            hint = "; `nan_policy='omit'` leaves such points out" if np.isnan(values).any() else ""
            place = f"{index[i]}, column {column[0]}" if column else index[i]
            raise ValueError(f"`{name}` must be finite, got {values[i, *column]} at index {place}{hint}")
    x, sigma = columns["x"], columns.get("sigma", np.ones(1))
    if x.size < 2:
        raise ValueError(f"`x` must have at least 2 points that count, got {x.size}")
    if i := turn(x):
        mean, order = "take the mean density where x repeats", "`numpy.argsort(x)` tells the order"
        helps = mean if x[i] == x[i - 1] else order
        raise ValueError(f"`x` must rise or fall strictly, got {x[i]} at index {index[i]} after {x[i - 1]}; {helps}")
    with np.errstate(over="ignore"):
        if not isfinite(x[-1] - x[0]):
            raise ValueError(f"`x` must span a finite range, got {x[0]:.6g} … {x[-1]:.6g}")
    if sigma.min() <= 0:
        i = int(np.flatnonzero(sigma <= 0)[0])
        helps = "for counts take the root of smoothed ones, or of a first fit's curve; infinity leaves a point out"
        raise ValueError(f"`sigma` must be positive, got {sigma[i]} at index {index[i]}; {helps}")
