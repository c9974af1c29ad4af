"""A state as code: pasted into a cell, it computes what is shown and brings the explorer back as it stands."""

import json
import re
import tomllib
from importlib.resources import files

import numpy as np

import gmm_helpers
from gmm_helpers import Mixture

__all__ = ["literal", "source"]

PIECES = tomllib.loads((files(__package__) / "as_code.toml").read_text(encoding="utf-8"))


def source(name, values, initial, more):
    """Lines of Python: imports, what as_code.toml says of the explorer `name`, and a call of it with what has moved.

    more: names for as_code.toml besides the values, or in place of them.
    """
    words = {key: literal(value) for key, value in values.items()}
    moved = [key for key, word in words.items() if word != literal(initial[key])]
    said = [piece["lines"] for piece in PIECES[name] if _holds(piece.get("when", {}), values | more)]
    lines = "\n".join(each.removesuffix("\n") for each in said).format(**words | more).splitlines()
    own = [line for line in lines if line.startswith("from ")]
    body = "\n".join(line for line in lines if line not in own).strip()
    given = {key: key if re.search(rf"^{key} = .*{re.escape(words[key])}", body, re.M) else words[key] for key in moved}
    body += f"\n\n{name}({', '.join(f'{key}={word}' for key, word in given.items())})\n"
    names = ", ".join(each for each in gmm_helpers.__all__ if re.search(rf"(?<![.\w]){each}\b", body))
    imports = ["import numpy as np"] * ("np." in body) + own + [f"from gmm_helpers import {names}"]
    return "\n".join([*imports, f"from gmm_course.explorers import {name}", "", body])


def _holds(when, values):
    """Whether the values are as a piece asks for."""
    pairs = ((values[key], asked) for key, asked in when.items())
    return all(bool(value) == asked if isinstance(asked, bool) else value in asked for value, asked in pairs)


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
