"""Instant checks: `check("1.1", bell)` tries the learner's answer and says in one sentence how it stands.

An exercise knows the right answer, a few random inputs, and the usual wrong answers, each with its sentence: a
wrong answer is recognised by what it returns, not by how it is written. So any right answer passes.
"""

from importlib import import_module

from .exercise import OPEN, Exercise, Mistake, Verdict

__all__ = ["OPEN", "Exercise", "Mistake", "Verdict", "check", "exercise"]


def check(number, answer, *, seed=None):
    """Judge an answer. number: such as "1.1"; answer: a function or a value, as the exercise asks; seed: of a variant.

    Returns a `Verdict`, which shows itself in the notebook. Never raises for a wrong answer.
    """
    return exercise(number).variant(seed).judge(answer)


def exercise(number):
    """The `Exercise` of that number. `ValueError` if there is none."""
    chapter = str(number).split(".")[0]
    try:
        exercises = import_module(f".chapter_{int(chapter):02d}", __package__).EXERCISES
        return next(e for e in exercises if e.number == number)
    except (ImportError, ValueError, StopIteration):
        raise ValueError(f"`number` must be that of an exercise, such as '1.1', got {number!r}") from None
