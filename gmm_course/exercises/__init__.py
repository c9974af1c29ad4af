"""Instant checks: `check("1.1", bell)` tries the learner's answer and says in a sentence how it stands.

An exercise is a table, in a chapter's `.txt`: the right answer, inputs to try it on, and the usual mistakes, each an
edit of the answer with its sentence. What the table names, and judges of open questions, stand in the chapter's `.py`.
An answer is recognised by what it returns, not by how it is written.
"""

from functools import cache
from importlib import import_module

from .exercise import Exercise
from .verdict import OPEN, Verdict

__all__ = ["OPEN", "Exercise", "Verdict", "check", "exercise", "numbers"]

# The tables by topic, one a chapter, counted from 0; an exercise's number is its place. Chapter 0 begins with its
# pre-test, 0.0.
CHAPTERS = (
    "start", "data", "parameters", "misfit", "gradient", "descent", "least_squares", "restarts", "priors", "samples",
    "measured_curve", "how_sure",
)  # fmt: skip


def check(number, answer, *, seed=None):
    """Judge an answer. number: such as "1.1"; answer: a function or a value, as the exercise asks; seed: of a variant.

    Returns a `Verdict`, which shows itself in the notebook. Never raises for a wrong answer.
    """
    return exercise(number).variant(seed).check(answer)


def exercise(number):
    """The `Exercise` of that number. `ValueError` if there is none."""
    try:
        return _table(int(str(number).split(".")[0]))[number]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"`number` must be that of an exercise, such as '1.1', got {number!r}") from None


@cache
def _table(chapter):
    module = import_module(f".{dict(enumerate(CHAPTERS))[chapter]}", __package__)
    return {f"{chapter}.{place}": e for place, e in enumerate(module.EXERCISES, start=chapter > 0)}


def numbers():
    """Those of all exercises, in order."""
    return [number for chapter in range(len(CHAPTERS)) for number in _table(chapter)]
