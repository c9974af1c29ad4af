"""A state as code: pasted into a cell, it computes what is shown and brings the explorer back as it stands."""

import re

import numpy as np

import gmm_helpers
from gmm_helpers import Mixture

__all__ = ["literal", "source"]


def source(name, values, initial, code, **more):
    """Lines of Python: imports, `code` with the values in it, and a call of the explorer `name` with what has moved."""
    words = {key: literal(value) for key, value in values.items()}
    moved = [f"{key}={word}" for key, word in words.items() if word != literal(initial[key])]
    body = f"{code.format(**words, **more)}\n\n{name}({', '.join(moved)})"
    names = [each for each in gmm_helpers.__all__ if _mentions(body, each)]
    lines = ["import numpy as np"] if _mentions(body, "np") else []
    lines += [f"from gmm_helpers import {', '.join(names)}"] if names else []
    return "\n".join([*lines, f"from gmm_course.explorers import {name}", "", body, ""])


def literal(value):
    """Python source of a value: a mixture, an array, a number or a string; numbers to fifteen digits."""
    if isinstance(value, Mixture):
        return f"Mixture({literal(value.weights)}, {literal(value.means)}, {literal(value.stds)})"
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(literal(float(v)) for v in value) + "]"
    return f"{value:.15g}" if isinstance(value, float) else repr(value)


def _mentions(code, name):
    return re.search(rf"(?<![.\w]){name}\b", code) is not None
