"""A place on the axis, in words."""

from math import ceil, isfinite, log10

__all__ = ["format_place"]


def format_place(value: float, unit: float, least: int = 6) -> str:
    """A place to a hundredth of a unit, as of a component's std, and to 6 digits at least: far from 0, as a date in
    seconds is, 6 digits alone would tell none from the next."""
    is_known = isfinite(value) and isfinite(unit) and value and unit
    digits = ceil(log10(abs(value)) - log10(abs(unit))) + 3 if is_known else 0
    return f"{value:.{min(max(digits, least), 15)}g}"
