"""What is checked at the border, and how it is said: the argument in backticks, the rule, the value met."""

import reprlib
import sys
from collections.abc import Callable
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.signedinteger[Any]]
PriorLike = Callable[[Array, Array, Array], Array]  # of weights, means, stds: residuals
Rng = int | Generator | None  # what `numpy.random.default_rng` takes

__all__ = [
    "Array", "Bools", "Ints", "PriorLike", "Rng", "check_finite", "check_integer", "check_number", "check_rng",
    "check_vector", "is_whole", "turn",
]  # fmt: skip


def check_vector(name: str, values: Any, *, finite: bool = True) -> Array:
    """A read-only float copy of a non-empty one-dimensional sequence of real numbers, finite ones unless told; what is
    masked is NaN."""
    try:
        array = np.array(values)
        if array.dtype.kind == "O" and array.ndim:  # what pandas and friends hand over when numbers are missing
            array = array.astype(float)
        if array.dtype.kind not in "biuf":
            raise TypeError
        array = array.astype(float, copy=False)
        if isinstance(values, np.ma.MaskedArray):
            array[np.ma.getmaskarray(values)] = np.nan
    except (TypeError, ValueError, OverflowError):  # a whole number may be too large for a float
        many = hasattr(values, "__len__") and np.iterable(values) and not isinstance(values, str | bytes | dict)
        wrong = next((value for value in values if not isinstance(value, Real)), values) if many else values
        raise TypeError(f"`{name}` must hold real numbers, got {reprlib.repr(wrong)}") from None
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"`{name}` must be one-dimensional and not empty, got shape {array.shape}")
    if finite and not np.isfinite(array).all():
        i = int(np.flatnonzero(~np.isfinite(array))[0])
        raise ValueError(f"`{name}` must be finite, got {array[i]} at index {i}")
    array.flags.writeable = False
    return array


def turn(values: Array) -> int | None:
    """The first place where values neither rise nor fall as at the beginning; None if there is none."""
    rises, falls = values[1:] > values[:-1], values[1:] < values[:-1]
    turns = np.flatnonzero(~(rises if rises[:1].all() else falls))
    return int(turns[0]) + 1 if turns.size else None


def check_number(name: str, value: Any, *, zero: bool = False) -> float:
    """A finite number above 0, or also 0 itself, as a float."""
    real = _is_real(value)
    value = value.item() if isinstance(value, np.generic) else value  # a largest float is none of single precision
    if real and (value > 0 or (zero and value == 0)) and value <= sys.float_info.max:
        return float(value)
    rule = f"`{name}` must be a finite number{', at least 0' if zero else ' above 0'}, got {_met(value)}"
    raise (ValueError if real else TypeError)(rule)


def check_finite(name: str, value: Any) -> float:
    """A finite number, as a float."""
    if not _is_real(value) or not isfinite(value):
        raise ValueError(f"`{name}` must be a finite number, got {_met(value)}")
    return float(value)


def check_integer(name: str, value: Any, *, none: bool = False) -> Any:
    """A whole number of at least 1, or None where that is allowed."""
    if none and value is None:
        return None
    whole = is_whole(value)
    if whole and value >= 1:
        return int(value)
    rule = f"`{name}` must be a whole number, at least 1{', or None' if none else ''}, got {_met(value)}"
    raise (ValueError if whole else TypeError)(rule)


def is_whole(value: Any) -> bool:
    """Whether it is a whole number; True and False are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_real(value: Any) -> bool:
    return is_whole(value) or isinstance(value, float | np.floating)


def _met(value: Any) -> str:
    """The value met, a number of numpy's as it prints."""
    return reprlib.repr(value.item() if isinstance(value, np.generic) else value)


def check_rng(rng: Any) -> Generator:
    """A generator of random numbers from what `numpy.random.default_rng` takes."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise type(error)(f"`rng` must be None, a whole number ≥ 0 or a numpy Generator, got {rng!r:.80}") from None
