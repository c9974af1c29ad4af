"""Chapter 8: a density out of what people have: samples, a histogram, a table in a file; and data to try."""

import io
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import ArrayLike

from .mixture import SQRT_2PI
from .validation import Array, check_number, check_vector

__all__ = ["bandwidth", "density_from_histogram", "density_from_samples", "read_density"]


def density_from_histogram(counts: ArrayLike, edges: ArrayLike) -> tuple[Array, Array]:
    """Bin centres and the density in each bin, counts / (Σ counts · bin width).

    counts: (B,), ≥ 0; edges: (B + 1,), increasing, as `numpy.histogram` returns them. Returns x (B,) and density
    (B,), of area 1 by bins. A bin of width d adds about d²/12 to each variance (Sheppard).
    """
    counts, edges = check_vector("counts", counts), check_vector("edges", edges)
    if edges.size != counts.size + 1:
        raise ValueError(f"`edges` must be one more than `counts`, got {edges.size} for {counts.size}")
    widths = np.diff(edges)
    if widths.min() <= 0:
        raise ValueError(f"`edges` must increase strictly, got a bin of width {widths.min():.6g}")
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError(f"`counts` must be ≥ 0 and not all zero, got minimum {counts.min():.6g}")
    return (edges[1:] + edges[:-1]) / 2, counts / counts.sum() / widths


def density_from_samples(
    samples: ArrayLike, x: ArrayLike | None = None, *, bandwidth: float | None = None
) -> tuple[Array, Array]:
    """A Gaussian kernel estimate, Σₛ N(x; samplesₛ, bandwidth²) / S, on x or on 200 points that hold all of it.

    samples: (S,); x: (N,), or None; bandwidth: in the unit of x, or None for Scott's. Returns x and density, (N,).
    The kernel widens every bell, std → √(std² + bandwidth²): `Mixture.narrowed` takes that off again.
    """
    samples = check_vector("samples", samples)
    h = _scott(samples) if bandwidth is None else check_number("bandwidth", bandwidth)
    x = np.linspace(samples.min() - 3 * h, samples.max() + 3 * h, 200) if x is None else check_vector("x", x)
    density = np.zeros(x.size)
    for part in np.array_split(samples, -(-samples.size * x.size // 1_000_000)):  # keeps the table small
        density += np.exp(-0.5 * ((x[:, None] - part) / h) ** 2).sum(axis=1)
    return x, density / (samples.size * h * SQRT_2PI)


def bandwidth(samples: ArrayLike) -> float:
    """Scott's rule for a Gaussian kernel, std(samples)·S^(−1/5), in the unit of the samples (Scott 1992)."""
    return _scott(check_vector("samples", samples))


def _scott(samples):
    if samples.size < 2 or samples.std() == 0:
        raise ValueError(f"`samples` must hold at least two different values, got {samples.size} and no spread")
    return float(samples.std(ddof=1) * samples.size**-0.2)


def read_density(source: str | PathLike[str] | IO[Any] | bytes) -> tuple[Array, Array]:
    """x and density from a text file of two columns: x, and the curve on it.

    source: a path, an open file, or the file's bytes. Columns stand apart by commas, semicolons, tabs or blanks;
    where commas don't part them, a decimal comma is read as well. Skipped are empty lines, what follows a `#`, and
    headers: lines above the first numbers that hold no number at all. Returns two arrays (N,), as `fit` takes them.

    Nothing is left out or put in order: `ValueError` quotes the first line, with its number, that isn't two finite
    numbers or whose x doesn't increase.
    """
    rows: list[list[float]] = []
    for number, line in enumerate(io.StringIO(_text(source), newline=None), start=1):
        line = line.partition("#")[0].strip()
        row = [_float(field) for field in _fields(line)]
        is_header = not rows and all(value is None for value in row)
        if line and not is_header:
            rows.append(_checked(row, rows, f"got {line[:60]!r} in line {number}"))
    if len(rows) < 2:
        raise ValueError(f"`source` must hold at least 2 lines of numbers, got {len(rows)}")
    x, density = np.array(rows).T
    return x, density


def _text(source):
    """The text of a path, an open file, or bytes. Bytes that are no UTF-8 can only stand in a header's words."""
    if isinstance(source, str | PathLike):
        source = Path(source).read_bytes()
    elif hasattr(source, "read"):
        source = source.read()
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    if not isinstance(source, bytes | bytearray | memoryview):
        raise TypeError(f"`source` must be a path, an open file, or bytes, got {type(source).__name__}")
    return bytes(source).decode("utf-8-sig", errors="replace")


def _fields(line):
    separator = next((s for s in ";\t," if s in line), None)  # None: blanks, however many
    return [field.strip(' "') for field in line.split(separator)]


def _float(field):
    """A number with a decimal point or comma; None for anything else."""
    try:
        return float(field.replace(",", "."))
    except ValueError:
        return None


def _checked(row, rows, met):
    """The row, if it may follow the rows so far; `met` quotes its line."""
    if len(row) != 2 or None in row:
        raise ValueError(f"`source` must hold two numbers a line, x and density, {met}")
    if not np.isfinite(row).all():
        raise ValueError(f"`source` must hold finite numbers, {met}")
    if rows and row[0] <= rows[-1][0]:
        raise ValueError(f"`source` must have an x that increases strictly, {met} after an x of {rows[-1][0]:.6g}")
    return row
