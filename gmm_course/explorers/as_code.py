"""A state as code: pasted into a cell, it computes what is shown and brings the explorer back as it stands."""

import json
import re

import numpy as np

import gmm_helpers
from gmm_helpers import Mixture

__all__ = ["literal", "source"]


def source(name, values, initial, code, more):
    """Lines of Python: imports, `code` with the values in it, and a call of the explorer `name` with what has moved.

    A line of `code` that ends in "  # if …" stands where that is true; more: words for names in it besides the values,
    or in place of them.
    """
    words = {key: literal(value) for key, value in values.items()}
    moved = [key for key, word in words.items() if word != literal(initial[key])]
    words |= more
    lines = [line.partition("  # if ") for line in code.splitlines()]
    lines = [line.format(**words) for line, _, when in lines if not when or eval(when.format(**words))]
    own = [line for line in lines if line.startswith("from ")]
    body = "\n".join(line for line in lines if line not in own).strip()
    said = {key: key if re.search(rf"^{key} = .*{re.escape(words[key])}", body, re.M) else words[key] for key in moved}
    body += f"\n\n{name}({', '.join(f'{key}={word}' for key, word in said.items())})\n"
    names = ", ".join(each for each in gmm_helpers.__all__ if re.search(rf"(?<![.\w]){each}\b", body))
    imports = ["import numpy as np"] * ("np." in body) + own + [f"from gmm_helpers import {names}"]
    return "\n".join([*imports, f"from gmm_course.explorers import {name}", "", body])


def literal(value):
    """Python source of a value: a mixture, an array, a number or a string; numbers to fifteen digits, or as thirds."""
    if isinstance(value, Mixture):
        return f"Mixture({literal(value.weights)}, {literal(value.means)}, {literal(value.stds)})"
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(literal(float(v)) for v in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, float):
        return repr(value)
    third = round(3 * value) if np.isfinite(value) else 0
    return f"{third} / 3" if third % 3 and third / 3 == value else f"{value:.15g}"
