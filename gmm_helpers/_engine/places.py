"""A place on the axis, in words."""

from math import ceil, isfinite, log10

__all__ = ["told"]


def told(value: float, unit: float, least: int = 6) -> str:
    """A place to a thousandth of a unit, as of a component's std, and to 6 digits at least: far from 0, as a date in
    seconds is, 6 digits alone would tell none from the next."""
    ratio = abs(value / unit) if unit else 0.0
    digits = ceil(log10(ratio)) + 3 if ratio > 0 and isfinite(ratio) else 0
    return f"{value:.{min(max(digits, least), 15)}g}"
