"""Ties: linear equations in [log areas | means | log stds] that a fit holds exactly.

`fit(…, ties=[equal("stds"), fixed("means", 0, 486.1), ratio("areas", 0, 1, 2.98), apart("means", 0, 1, 3.6)])`. With
ties, the components of a result keep the numbers that the ties give them. Bounds are no equations: lmfit has those.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

import numpy as np

from .validation import Array, check_finite, check_number, is_whole

__all__ = ["Tie", "apart", "equal", "fixed", "ratio"]

KINDS = ("areas", "means", "stds")


@dataclass(frozen=True)
class Tie:
    """One equation a row: Σ coefficient · parameter = value, in the user's units (areas and stds by their logs).

    Examples
    --------
    >>> coefficients, values = apart("means", 0, 1, 3.6).equations(2)
    >>> coefficients, values
    (array([[ 0.,  0., -1.,  1.,  0.,  0.]]), array([3.6]))
    """

    kind: str
    rows: tuple[tuple[dict[int, float], float], ...] | None  # None: all components are equal

    @property
    def sets_a_value(self) -> bool:
        """Whether it fixes a parameter, rather than relating some."""
        return self.rows is not None and any(len(coefficients) == 1 for coefficients, _ in self.rows)

    def equations(self, n_components: int) -> tuple[Array, Array]:
        """Coefficients (m, 3K) and values (m,)."""
        rows = self.rows
        if rows is None:
            rows = tuple(({k: 1.0, k + 1: -1.0}, 0.0) for k in range(n_components - 1))
        C, values = np.zeros((len(rows), 3 * n_components)), np.array([value for _, value in rows])
        for i, (coefficients, _) in enumerate(rows):
            for k, coefficient in coefficients.items():
                if k >= n_components:
                    raise ValueError(f"`ties` must name components 0 … {n_components - 1}, got {k}")
                C[i, KINDS.index(self.kind) * n_components + k] = coefficient
        return C, values


def equal(kind: str, *components: int) -> Tie:
    """The same area, mean or std for the components named, or for all.

    Parameters
    ----------
    kind : "areas", "means" or "stds"
    *components : int
        Two or more, counted from 0; none means all.

    Examples
    --------
    >>> from gmm_helpers import Mixture, fit
    >>> x = np.linspace(0, 10, 100)
    >>> fit(x, Mixture([0.5, 0.5], [3, 7], [1, 1]).pdf(x), 2, ties=[equal("stds")], rng=0).mixture.stds
    array([1., 1.])
    """
    if len(components) == 1:
        raise ValueError(f"`components` must be two or more, or none for all, got {components[0]!r} alone")
    ks = [_component(k) for k in components]
    rows = tuple((_difference(i, j), 0.0) for i, j in pairwise(ks))
    return Tie(_kind(kind), rows if ks else None)


def fixed(kind: str, component: int, value: float) -> Tie:
    """The area, mean or std of a component held at a value, in the user's units; an area needs `mass=None`.

    Examples
    --------
    >>> fixed("means", 0, 486.1)
    Tie(kind='means', rows=(({0: 1.0}, 486.1),))
    """
    value = check_finite("value", value) if _kind(kind) == "means" else log(check_number("value", value))
    return Tie(kind, (({_component(component): 1.0}, value),))


def ratio(kind: str, component: int, other: int, value: float) -> Tie:
    """area (or std) of `component` = value · that of `other`.

    Examples
    --------
    >>> ratio("areas", 0, 1, 1).rows
    (({0: 1.0, 1: -1.0}, 0.0),)
    """
    if _kind(kind) == "means":
        raise ValueError("`kind` of a ratio must be 'areas' or 'stds', got 'means': `apart` ties a distance")
    return Tie(kind, ((_difference(component, other), log(check_number("value", value))),))


def apart(kind: str, component: int, other: int, distance: float) -> Tie:
    """mean of `other` − mean of `component` = distance, in the unit of x.

    Examples
    --------
    >>> apart("means", 0, 1, 3.6)
    Tie(kind='means', rows=(({1: 1.0, 0: -1.0}, 3.6),))
    """
    if _kind(kind) != "means":
        raise ValueError(f"`kind` of a distance must be 'means', got {kind!r}: `ratio` ties areas and stds")
    return Tie(kind, ((_difference(other, component), check_finite("distance", distance)),))


def _kind(kind: Any) -> str:
    if kind not in KINDS:
        raise ValueError(f"`kind` must be 'areas', 'means' or 'stds', got {kind!r}")
    return str(kind)


def _component(k: Any) -> int:
    if not is_whole(k) or k < 0:
        raise ValueError(f"a component of a tie must be a whole number, at least 0, got {k!r}")
    return int(k)


def _difference(i: Any, j: Any) -> dict[int, float]:
    if (i := _component(i)) == (j := _component(j)):
        raise ValueError(f"a tie must name two different components, got {i} twice")
    return {i: 1.0, j: -1.0}
