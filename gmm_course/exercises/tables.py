"""A chapter's exercises, read from the table beside its module; and what several tables need."""

import pickle
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from .exercise import Exercise

__all__ = ["drawn_bells", "remembered", "tables"]


def tables(names, **given):
    """The exercises in the `.txt` of a module's name, as a tuple. names: the module's `globals()`, which the table may
    use, with numpy's `r_`; given: further fields, by the exercise's name.

    Between lines of `----` stands an exercise: its answer, and below it lines of six kinds, which may go on indented.
    `✓ praise`; `✗ old → new`, a bug; `? input | input`, the arguments to try; `~ input`, more of them drawn by `rng`,
    one always and two in each variant; `old → new ⇒ sentence` and `expression ⇒ sentence`, mistakes.
    """
    made = []
    names = {"r_": np.r_} | names
    for text in Path(names["__file__"]).with_suffix(".txt").read_text(encoding="utf-8").split("\n----\n"):
        answer, table = text.split("\n\n✓ ")
        praise, *lines = re.sub(r"\n +", " ", table.rstrip()).split("\n")
        marked = {line[0]: line[2:] for line in lines if line[:2] in ("✗ ", "? ", "~ ")}
        mistakes = tuple((*_edit(edit), said) for edit, said in (li.split(" ⇒ ") for li in lines if " ⇒ " in li))
        fields = {"mistakes": mistakes, "names": names, "bug": _edit(marked["✗"]) if "✗" in marked else ()}
        if "?" in marked:
            fields["inputs"] = tuple(eval(f"({one},)", names) for one in marked["?"].split(" | "))
        if "~" in marked:
            fields["vary"] = eval(f"lambda rng: ({marked['~']},)", names)
            fields["inputs"] += (fields["vary"](np.random.default_rng(len(made))),)
        plain = Exercise(answer, praise, **fields)
        made.append(replace(plain, **given.get(plain.name, {})))
    return tuple(made)


def _edit(text):
    return tuple(part.strip() for part in text.split(" →"))


def drawn_bells(rng, K=3):
    """Weights, means and stds of bells well apart on 0 … 25, no two alike."""
    means = np.linspace(3, 22, K) + rng.uniform(-1, 1, K)
    return rng.dirichlet(np.full(K, 5.0)), means, np.exp(rng.uniform(-0.4, 0.9, K))


def remembered(function):
    """The function with a memory: a mistake that fits the same curve as the answer doesn't fit it again."""
    kept = {}

    def call(*args, **options):
        key = pickle.dumps((args, options))
        if key not in kept:
            kept[key] = function(*args, **options)
        return kept[key]

    return call
