"""Every exercise: its table is the notebook's, its mistakes are named, and no adversary gets past its check."""

import ast
import contextlib
import re
from dataclasses import replace

import numpy as np
import pytest
from chapters import PATHS, read, role
from course import adversaries

from gmm_course.exercises import check, exercise, numbers
from gmm_course.exercises.exercise import Exercise
from gmm_course.exercises.verdict import BUG, FORGOTTEN, IN_PLACE, UNMENDED

NUMBERS = numbers()
CELLS = {(c.metadata["exercise"], role(c)): c.source for path in PATHS for c in read(path).cells if role(c)}
FUNCTIONS = [number for number in NUMBERS if exercise(number).asks_function]
OPEN_QUESTIONS = [number for number in NUMBERS if exercise(number).judge]
COMPARED = [number for number in FUNCTIONS if number not in OPEN_QUESTIONS]
FITTED = {"0.3", "3.3", "8.4", "10.1", "11.2", "11.3", "11.4"}  # they search or resample: a minute
each = pytest.mark.parametrize("number", NUMBERS)
attacked = pytest.mark.parametrize(
    "number", [pytest.param(number, marks=pytest.mark.slow if number in FITTED else ()) for number in NUMBERS]
)


# The tables ----------------------------------------------------------------------------------------------------------


@each
def test_the_answer_is_the_notebooks_and_takes_nobodys_name(number):
    e = exercise(number)
    mine = re.sub(rf"\b{e.name}\b", f"{e.name}_solution", e.answer)
    assert ast.dump(ast.parse(CELLS[number, "solution"])) == ast.dump(ast.parse(mine))
    assert re.search(rf"\b{e.name}\b", CELLS[number, "stub"])
    assert CELLS[number, "check"] == f'check("{number}", {e.name})'
    assert not re.search(rf"\b{e.name}\b", CELLS[number, "solution"])


@each
def test_its_hint_has_two_folds(number):
    nudge, step = re.findall(r"<details><summary>(.+?)</summary>", CELLS[number, "hint"])
    assert (nudge, step) == ("A nudge", "The step")
    assert CELLS[number, "hint"].count("</details>") == 2


@each
def test_its_own_answer_is_right_and_each_mistake_is_named(number):
    e = exercise(number)
    verdict = e.check(e.right)
    assert verdict.ok, verdict
    assert len(verdict.sentence) > 20
    assert "that is it" not in verdict.sentence
    for mistake in e.mistakes:
        if len(mistake) == 3:
            assert mistake[0] in e.answer
        verdict = e.check(e.mistaken(mistake))
        assert (verdict.state, verdict.sentence) == ("wrong", mistake[-1])


@each
def test_an_answer_not_begun_is_told_so_kindly(number):
    e = exercise(number)
    assert e.check(...).state == "open"
    assert e.check(None).state == "open"
    if e.asks_function:

        def begun(*_arguments): ...

        assert e.check(begun).state == "open"
        assert e.check(lambda *_arguments: ...).state == "open"


def test_each_chapter_hunts_one_bug_and_hands_it_out():
    hunts = [number for number in NUMBERS if exercise(number).bug]
    assert [number.split(".")[0] for number in hunts] == list(dict.fromkeys(n.split(".")[0] for n in NUMBERS))
    for number in hunts:
        e = exercise(number)
        assert e.bug[0] in e.answer
        assert CELLS[number, "stub"] == e.answer.replace(*e.bug)
        assert (e.check(e.stub).state, e.check(e.stub).sentence) == ("open", BUG)


def test_a_cell_that_was_changed_and_does_what_it_did_is_not_called_untouched():
    def copied(losses, ends):
        best = np.argsort(losses)[0] if 0 else np.argmin(losses)
        return ends[best]

    assert (exercise("7.5").check(copied).state, exercise("7.5").check(copied).sentence) == ("wrong", UNMENDED)


def test_they_come_in_the_notebooks_in_order():
    assert [number for number, part in CELLS if part == "check"] == NUMBERS


def test_there_are_enough():
    assert len(NUMBERS) == len(set(NUMBERS)) >= 42
    assert sum(len(exercise(number).mistakes) for number in NUMBERS) >= 240


# Adversaries ----------------------------------------------------------------------------------------------------


def _telling(e, verdict):
    """Whether a sentence names a value, an error or an idea that the table holds."""
    named = {mistake[-1] for mistake in e.mistakes} | {FORGOTTEN, IN_PLACE, UNMENDED}
    return verdict.sentence in named or re.search(r"\d|`|stopped with|asked for|should|'", verdict.sentence)


@attacked
def test_right_answers_in_other_styles_pass(number):
    e = exercise(number)
    right = adversaries.answers(e, adversaries.RIGHT)
    if e.asks_function and number not in OPEN_QUESTIONS:
        untraceable = {"of numbers", "a view"} if number == "2.4" else set()
        right += [(what, answer) for what, answer in adversaries.clothes(e.right) if what not in untraceable]
    assert len(right) >= 8
    refused = {what: e.check(answer) for what, answer in right if not e.check(answer).ok}
    assert not refused


@attacked
def test_wrong_answers_are_told_what_is_wrong(number):
    e = exercise(number)
    wrong = adversaries.answers(e, adversaries.WRONG) + [(m, e.mistaken(m)) for m in e.mistakes]
    if number in COMPARED:
        wrong += [(w, f) for w, f in adversaries.spoiled(e.right, e.inputs) if _differs(e, f, e.inputs)]
    assert len(wrong) >= 12
    for what, answer in wrong:
        verdict = e.check(answer)
        assert verdict.state == "wrong", (what, verdict)
        assert _telling(e, verdict), (what, verdict)


@pytest.mark.parametrize(
    "number", [pytest.param(number, marks=pytest.mark.slow if number in FITTED else ()) for number in COMPARED]
)
def test_no_mutant_of_the_answer_is_praised(number):
    """One thing changed in the source, everywhere; wrong is what differs on the inputs, or on others drawn afresh."""
    e, praised, dumb, wrong = exercise(number), {}, {}, 0
    fresh = tuple(inputs for seed in range(5) for inputs in e.variant(seed).inputs[len(e.inputs) :])
    for what, source in adversaries.mutants(e):
        space = dict(e.names)
        with np.errstate(all="ignore"), contextlib.suppress(Exception):
            exec(source, space)
            mutant = space[e.name]
            if not _differs(e, mutant, e.inputs + fresh):
                continue
            wrong += 1
            verdict = e.check(mutant)
            if verdict.ok:
                praised[what] = source
            elif not _telling(e, verdict) and verdict.state == "wrong":
                dumb[what] = verdict
    assert wrong >= 2
    assert not praised
    assert not dumb


@pytest.mark.parametrize("number", [number for number in COMPARED if number not in FITTED])
def test_no_guard_or_rounding_is_praised_where_it_can_be_felt(number):
    e = exercise(number)
    fresh = tuple(inputs for seed in range(4) for inputs in e.variant(seed).inputs[len(e.inputs) :])
    felt = [
        (w, f)
        for w, f in adversaries.guarded(e.right, e.inputs)
        if _differs(replace(e, atol=1e-9), f, e.inputs + fresh)
    ]
    assert felt
    assert not [what for what, answer in felt if e.check(answer).ok]


def _differs(e, answer, inputs):
    """Whether an answer is plainly another one: not by rounding, and not by what the exercise leaves open."""
    tried = Exercise(e.answer, "", names=e.names, inputs=inputs, view=e.view, rtol=max(1e-6, 2 * e.rtol), atol=e.atol)
    got, spoilt = tried.outputs(answer)
    return spoilt or not tried.agree(got, tried.outputs(e.right)[0])


# The check -----------------------------------------------------------------------------------------------------------

DOUBLE = Exercise(
    "def double(x):\n    return 2 * x",
    "doubled.",
    inputs=tuple((np.array([a, a + 1.0]),) for a in (1.0, 2.0, 5.0)),
    mistakes=(("x**2", "squared is not doubled."),),
)
SCALAR = Exercise("def half(x):\n    return x / 2", "halved.", inputs=((3.0,), (5.0,)))


def test_a_wrong_answer_is_never_praised():
    for wrong in (lambda x: x**2, lambda x: x, lambda x: x[:1], lambda _x: "two", lambda _x: 1 / 0, lambda _x: np.nan):
        assert DOUBLE.check(wrong).state == "wrong"
    assert DOUBLE.check(lambda x: x**2).sentence == "squared is not doubled."
    assert "for x = [1. 2.]: your answer stopped with ZeroDivisionError" in DOUBLE.check(lambda _x: 1 / 0).sentence
    assert "yours is a tuple of 3" in DOUBLE.check(lambda x: (x, x[:1], np.arange(30.0))).sentence
    assert "shape (2,)" in DOUBLE.check(lambda x: x[:1]).sentence


def test_what_differs_is_told_with_the_digits_that_differ():
    assert DOUBLE.check(lambda x: 2 * x + np.array([0, 1e-6])).sentence.endswith(
        "entry [1] should be 4, yours is 4.000001."
    )
    assert SCALAR.check(lambda x: -x / 2).sentence == "for x = 3: it should be 1.5, yours is -1.5."


def test_of_a_mixture_the_bell_that_differs_is_told_or_the_order():
    e = exercise("7.4")
    moved = e.check(lambda mixture, truth: type(truth)(truth.weights, e.right(mixture, truth).means + 1, truth.stds))
    assert re.search(r"the (weight|mean|std) of bell \d should be \S+, yours is \S+\.$", moved.sentence)
    turned = e.check(
        lambda mixture, truth: (m := e.right(mixture, truth)) and type(m)(m.weights[::-1], m.means[::-1], m.stds[::-1])
    )
    assert "the right bells in another order: their means should come as" in turned.sentence


def test_a_forgotten_return_is_told_and_so_is_one_path_without():
    def forgotten(x):
        2 * x

    def half_forgotten(x):
        if x[0] > 1:
            return 2 * x

    assert DOUBLE.check(forgotten).sentence == FORGOTTEN
    assert "is a `return` missing" in DOUBLE.check(half_forgotten).sentence


def test_a_real_answer_in_complex_clothes_is_right_and_a_complex_one_is_not():
    assert DOUBLE.check(lambda x: 2 * x + 0j).ok
    assert DOUBLE.check(lambda x: 2 * x + 1j).state == "wrong"


def test_ragged_and_sizeless_answers_are_wrong_and_no_error():
    for wrong in (lambda x: (x, x), lambda x: (x, x[:0], x), lambda _x: 3.0, lambda _x: "ab", lambda _x: iter("ab")):
        assert DOUBLE.check(wrong).state == "wrong"
    assert DOUBLE.check(lambda x: [x, x[:1]]).state == "wrong"


def test_a_value_in_place_of_a_function_is_told_so_and_the_other_way_round():
    for value in ("two", np.array([2.0, 4.0]), [[2], [3, 4]], {"a": 1}):
        assert "a function is asked for" in DOUBLE.check(value).sentence
    assert "call it" in exercise("0.2").check(lambda: [1, 2, 3]).sentence


def test_an_answer_that_spoils_its_input_is_told_so_though_it_is_right():
    def doubled_in_place(x):
        x *= 2
        return x

    assert DOUBLE.check(doubled_in_place).sentence == IN_PLACE


class Odd:
    """Whatever is asked of it, it raises something of its own."""

    def __getattr__(self, name):
        raise ZeroDivisionError(name)

    def __array__(self, *_given, **_more):
        raise KeyError("array")

    def __len__(self):
        raise OverflowError

    def __repr__(self):
        return "odd"


@each
def test_a_check_never_raises(number):
    e = exercise(number)
    for odd in (
        Odd(),
        "",
        b"ab",
        {},
        [None],
        [[1], [2, 3]],
        np.inf,
        [np.inf] * 3,
        (np.nan, [np.inf]),
        object(),
        10**400,
    ):
        given = (lambda *_arguments, odd=odd: odd) if e.asks_function else odd
        verdict = e.check(given)
        assert verdict.state == "wrong", (odd, verdict)
        assert len(verdict.sentence) > 20


def test_the_number_of_an_exercise_must_exist():
    for number in ("99.1", "one", "", None, "-1.1"):
        with pytest.raises(ValueError, match="`number` must be that of an exercise"):
            check(number, None)
