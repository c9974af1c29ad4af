"""Two outputs side by side: `difference` is None where they agree, or tells in words what is other."""

import re

import numpy as np

from gmm_helpers import Mixture

__all__ = ["difference", "floats", "numbers_in", "seeded", "short"]

TRIPLE = ("weights", "means", "stds")


def difference(got, wanted, rtol=1e-9, atol=1e-12):
    """None if `got` is as `wanted`, to these tolerances; or in words the kind, the shape, or the entry furthest off."""
    try:
        w = _parts(wanted, wanted)
    except Exception:  # a text, or what else only a mistake returns
        if type(got) is type(wanted) and (got == wanted or not isinstance(wanted, str)):
            return None
        return f"it should be {short(wanted)}, yours is {short(got)}"
    try:
        g = _parts(got, wanted)
    except Exception:
        return f"{_kind(wanted)} is asked for; yours is {short(got)}"
    for name in w:
        if g[name].shape != w[name].shape and not w[name].ndim:
            return f"a number is asked for, yours has the shape {g[name].shape}"
        if g[name].shape != w[name].shape:
            return f"{(name and f'`{name}`') or 'it'} should have the shape {w[name].shape}, yours has {g[name].shape}"
    apart = {name: ~np.isclose(g[name], w[name], rtol=rtol, atol=atol, equal_nan=True) for name in w}
    if not any(a.any() for a in apart.values()):
        return None
    if isinstance(wanted, Mixture):
        one, other = (np.array(list(v.values()))[:, np.argsort(v["means"])] for v in (g, w))
        if np.allclose(one, other, rtol=rtol, atol=atol):
            order, yours = short(wanted.means), short(got.means)
            return f"the right bells in another order: their means should come as {order}, yours as {yours}"
    name = next(name for name, a in apart.items() if a.any())
    with np.errstate(all="ignore"):
        gap = np.atleast_1d(np.where(apart[name], np.nan_to_num(abs(g[name] - w[name]), nan=np.inf), -1.0))
    index = tuple(int(at) for at in np.unravel_index(gap.argmax(), gap.shape))
    one, other = (_digits(*(np.atleast_1d(v[name])[index] for v in pair)) for pair in ((w, g), (g, w)))
    if np.asarray(wanted if not name else 0.0).dtype == bool:
        one, other = bool(float(one)), bool(float(other))
    entry = f"entry {list(index)}" if w[name].ndim else "it"
    if name:
        entry = f"the {name[:-1]} of bell {index[0] + 1}"
    return f"{entry} should be {one}, yours is {other}"


def floats(value):
    """Numbers as an array of floats, complex ones that are real too; of others, `TypeError` or `ValueError`."""
    array = np.asarray(value)
    if array.dtype.kind not in "biufc" or (np.iscomplexobj(array) and array.imag.any()):
        raise TypeError("no real numbers")
    return array.real.astype(float)


def numbers_in(value):
    """Numbers as an array of floats, of a set as well; those in a text as a person reads them: "bells 1 and 3"."""
    if isinstance(value, str):
        return floats([float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", value)])
    return floats(list(value) if isinstance(value, set) else value)


def seeded(first, again, other):
    """A sentence if a generator of the same seed gave other numbers, or one of another seed the same."""
    if not np.allclose(first, again, rtol=1e-6):
        return "two generators of one seed gave two answers: draw from the `rng` that you are given, from no other."
    if np.shape(first) == np.shape(other) and np.allclose(first, other, rtol=1e-9):
        return "two generators of two seeds gave one answer: use the `rng` that you are given, don't make one."
    return None


def _parts(value, like):
    """{name: array} of a mixture or a triple of arrays; {"": array} of any other numbers."""
    if isinstance(like, Mixture):
        if not isinstance(value, Mixture):
            raise TypeError("no mixture")
        return {name: getattr(value, name) for name in TRIPLE}
    if isinstance(like, tuple) and len(like) == 3:
        if not hasattr(value, "__len__") or len(value) != 3:
            raise TypeError("no triple")
        return dict(zip(TRIPLE, map(floats, value), strict=True))
    return {"": floats(value)}


def _kind(wanted):
    if isinstance(wanted, Mixture):
        return "a `Mixture`"
    if isinstance(wanted, tuple):
        return "a triple, weights, means and stds," if len(wanted) == 3 else f"a tuple of {len(wanted)} arrays"
    return "an array of numbers" if np.ndim(wanted) else "a number"


def _digits(a, b):
    """a with four digits, or with as many as tell it from b."""
    return next((f"{a:.{d}g}" for d in range(4, 15) if f"{a:.{d}g}" != f"{b:.{d}g}"), repr(float(a)))


def short(value):
    """A value in few characters."""
    if value is None:
        return "nothing (is a `return` missing there?)"
    if isinstance(value, bool):
        return str(value)
    if callable(value):
        return "a function"
    if isinstance(value, Mixture):
        return f"a mixture of {value.n_components}"
    try:
        array = floats(value)
    except Exception:
        if len(repr(value)) < 60:
            return f"`{value!r}`"
        if isinstance(value, list | tuple):
            return f"a {type(value).__name__} of {len(value)}"
        return f"something of the type {type(value).__name__}{f' of {value.dtype}s' if hasattr(value, 'dtype') else ''}"
    if array.ndim == 0:
        return f"{array:.6g}"
    if array.size > 6:
        return f"an array of shape {array.shape}"
    return np.array2string(array, precision=4).replace("\n", ",")
