"""A background that is linear in its coefficients: constant, linear, any columns, or none at all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..validation import Array

__all__ = ["Background", "make_background"]

ROUNDS, BELOW = 30, 0.01  # of asymmetric least squares; the weight of a point above the line


@dataclass(frozen=True, eq=False)
class Background:
    """columns: (N, B), unweighted; Q, R: of the weighted columns; units: (B, B), own coefficients to the user's."""

    kind: str | Array
    x: Array
    columns: Array
    Q: Array
    R: Array
    units: Array

    @property
    def n_columns(self) -> int:
        """B; 0 without a background."""
        return self.columns.shape[1]

    def taken_off(self, rows: Array) -> Array:
        """Weighted rows (…, N), projected off the weighted columns."""
        return rows - rows @ self.Q @ np.swapaxes(self.Q, -1, -2) if self.n_columns else rows

    def coefficients(self, left: Array) -> Array:
        """Those (B,), in the user's units, that fit weighted values (N,) best."""
        with np.errstate(over="ignore"):  # a slope in units of 1e±200
            return self.units @ np.linalg.solve(self.R, self.Q.T @ left)

    def at(self, x: ArrayLike, coefficients: Array) -> Array:
        """Σ coefficient · column at x; columns given by number are interpolated between the points."""
        x = np.asarray(x, dtype=float)
        if isinstance(self.kind, str):
            return np.polynomial.polynomial.polyval(x, coefficients)
        return np.interp(x, self.x, self.kind @ coefficients)

    def rough(self, density: Array) -> Array:
        """The background (N,) beneath a curve, for starts to take off: asymmetric least squares (Eilers 2003), in
        which a point above the line weighs a hundredth of one below."""
        weights, line = np.ones(density.size), np.zeros(density.size)
        for _ in range(ROUNDS if self.n_columns else 0):
            root = np.sqrt(weights)[:, None]
            line = self.columns @ np.linalg.lstsq(self.columns * root, density * root[:, 0])[0]
            before, weights = weights, np.where(density > line, BELOW, 1.0)
            if (weights == before).all():
                break
        return line


def make_background(kind: str | Array, x: Array, root_g: Array) -> Background:
    """kind: "constant", "linear", or columns (N, B), of which there may be none; root_g: (N,), √ of the weights."""
    if isinstance(kind, str):
        center, half = (x[0] + x[-1]) / 2, (x[-1] - x[0]) / 2
        n = 1 if kind == "constant" else 2
        columns = np.column_stack([np.ones(x.size), (x - center) / half])[:, :n]
        units = np.array([[1.0, -center / half], [0.0, 1 / half]])[:n, :n]
    else:
        size = abs(kind).max(axis=0)  # of any unit
        if (size == 0).any():
            raise ValueError("`background` must have no column of zeros alone, got one")
        columns, units = kind / size, np.diag(1 / size)
    Q, R = np.linalg.qr(columns * root_g[:, None])
    own = abs(np.diag(R))
    if (own < 1e-10 * own.max(initial=0.0)).any():
        n = columns.shape[1]
        raise ValueError(f"`background` must have independent columns, got {n} that depend on one another")
    return Background(kind, x, columns, Q, R, units)
