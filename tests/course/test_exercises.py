"""Every exercise: its right answers pass, its usual mistakes are named, an answer not begun is told so."""

import copy
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from gmm_course.exercises import Exercise, Mistake, check, exercise

PACKAGE = Path(__file__).parents[2] / "gmm_course" / "exercises"
NUMBERS = [
    e.number
    for path in sorted(PACKAGE.glob("chapter_*.py"))
    for e in import_module(f"gmm_course.exercises.{path.stem}").EXERCISES
]


@pytest.mark.parametrize("number", NUMBERS)
def test_right_answers_pass(number):
    e = exercise(number)
    for right in (e.right, *e.others):
        assert e.judge(copy.deepcopy(right) if not callable(right) else right).ok, e.judge(right)


@pytest.mark.parametrize("number", NUMBERS)
def test_each_mistake_is_named(number):
    e = exercise(number)
    for mistake in e.mistakes:
        verdict = e.judge(mistake.answer)
        assert verdict.state == "wrong"
        assert verdict.sentence == mistake.sentence


@pytest.mark.parametrize("number", NUMBERS)
def test_an_answer_not_begun_is_told_so_kindly(number):
    e = exercise(number)
    assert e.judge(...).state == "open"
    assert e.judge(None).state == "open"
    if callable(e.right):
        assert e.judge(lambda *_args, **_kwargs: ...).state == "open"


DOUBLE = Exercise(
    "0.0",
    right=lambda x: 2 * x,
    inputs=tuple((np.array([a, a + 1.0]),) for a in (1.0, 2.0, 5.0)),
    mistakes=(Mistake(lambda x: x**2, "squared is not doubled."),),
)


def test_a_wrong_answer_is_never_praised():
    for wrong in (lambda x: x**2, lambda x: x, lambda x: x[:1], lambda _x: "two", lambda _x: 1 / 0, lambda _x: np.nan):
        assert DOUBLE.judge(wrong).state == "wrong"
    assert DOUBLE.judge(lambda x: x**2).sentence == "squared is not doubled."
    assert "ZeroDivisionError" in DOUBLE.judge(lambda _x: 1 / 0).sentence
    assert "shape (2,)" in DOUBLE.judge(lambda x: x[:1]).sentence


def test_what_differs_is_shown_with_the_digits_that_differ():
    sentence = DOUBLE.judge(lambda x: 2 * x + np.array([0, 1e-6])).sentence
    assert "entry [1] should be 4, yours is 4.000001." in sentence


def test_a_real_answer_in_complex_clothes_is_right_and_a_complex_one_is_not():
    assert DOUBLE.judge(lambda x: 2 * x + 0j).ok
    assert DOUBLE.judge(lambda x: 2 * x + 1j).state == "wrong"


def test_ragged_and_sizeless_answers_are_wrong_and_no_error():
    pair = Exercise("0.0", right=lambda x: (x, x[:1]), inputs=DOUBLE.inputs)
    for wrong in (lambda x: (x, x), lambda x: (x, x[:0], x), lambda _x: 3.0, lambda _x: "ab", lambda _x: iter("ab")):
        assert pair.judge(wrong).state == "wrong"
    assert DOUBLE.judge(lambda x: [x, x[:1]]).state == "wrong"


def test_a_value_in_place_of_a_function_is_told_so():
    for value in ("two", np.array([2.0, 4.0]), [[2], [3, 4]], {"a": 1}):
        verdict = DOUBLE.judge(value)
        assert verdict.state == "wrong"
        assert "a function is asked for" in verdict.sentence


def test_an_answer_that_spoils_its_input_is_told_so():
    def doubled_in_place(x):
        x *= 2
        return x

    assert "in place" in DOUBLE.judge(doubled_in_place).sentence


def test_the_number_of_an_exercise_must_exist():
    for number in ("99.1", "one", "", None):
        with pytest.raises(ValueError, match="`number` must be that of an exercise"):
            check(number, None)
