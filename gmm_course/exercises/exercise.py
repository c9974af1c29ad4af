"""One exercise, its usual mistakes, and the verdict on an answer."""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape

import numpy as np

__all__ = ["OPEN", "Exercise", "Mistake", "Verdict", "close", "drawn_bells", "drawn_inputs"]

OPEN = "replace the `...` above by your answer, run that cell, then this one."


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and a sentence about it. `state`: "right", "wrong" or "open" (not begun)."""

    state: str
    sentence: str

    @property
    def ok(self):
        """Whether the answer is right."""
        return self.state == "right"

    def __repr__(self):
        return f"{ {'right': 'Well done', 'wrong': 'Not yet', 'open': 'Your turn'}[self.state] }: {self.sentence}"

    def _repr_html_(self):
        mark, colour = {"right": ("✓", "#00694d"), "wrong": ("✗", "#a03b00"), "open": ("…", "#555")}[self.state]
        return (
            f"<p class='gmm-verdict' style='border-left: 4px solid {colour}; padding-left: .6em; margin: 0'>"
            f"<b style='color: {colour}'>{mark}</b> {_with_code(escape(repr(self)))}</p>"
        )


def _with_code(text):
    """`…` as code, as in the rest of the notebook."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


@dataclass(frozen=True)
class Mistake:
    """A usual wrong answer (a function or a value, as the exercise asks) and what to say to who gives it."""

    answer: object
    sentence: str


@dataclass(frozen=True)
class Exercise:
    """A question with a right answer that can be tried out.

    right: the answer, a function or a value. inputs: tuples of arguments to try a function on (at least three).
    mistakes: the usual wrong answers. praise: what a right answer is told. same(got, wanted): whether two outputs
    agree, if nine digits are not the measure. others: right answers in another style, for the tests.
    property_check: where there is more than one right answer, a function of the answer that returns None (right),
    `OPEN` (not begun) or a sentence; `right` is then one example. vary: from a generator, a dictionary of what is other
    in a variant: more `inputs`, or another `right`, and `told`, what its task then says in place of what.
    """

    number: str
    right: object
    inputs: tuple = ()
    mistakes: tuple = ()
    praise: str = "that is it."
    same: Callable | None = None
    others: tuple = ()
    property_check: Callable | None = None
    vary: Callable | None = None
    told: dict = field(default_factory=dict)

    def variant(self, seed):
        """The same exercise in other numbers, always the same ones for a seed; itself, where it has none."""
        if self.vary is None or seed is None:
            return self
        changed = self.vary(np.random.default_rng([seed, *self.number.encode()]))
        return replace(self, **{**changed, "inputs": self.inputs + tuple(changed.get("inputs", ()))})

    def judge(self, answer):
        """The `Verdict` on an answer. Never raises for a wrong one."""
        if answer is None or answer is Ellipsis:
            return Verdict("open", OPEN)
        if callable(self.right) and not callable(answer):
            return Verdict("wrong", f"a function is asked for, as the first line has it; this is {_short(answer)}.")
        if self.property_check is None:
            return self._compare(answer)
        try:
            sentence = self.property_check(answer)
        except Exception as error:
            return Verdict("wrong", _stopped(error))
        if sentence is OPEN:
            return Verdict("open", OPEN)
        return Verdict("wrong", sentence) if sentence else Verdict("right", self.praise)

    def _compare(self, answer):
        got, wanted = self._outputs(answer), self._outputs(self.right)
        if all(output is None or output is Ellipsis for output in got):
            return Verdict("open", OPEN)
        if self._agree(got, wanted):
            return Verdict("right", self.praise)
        for mistake in self.mistakes:
            if self._agree(got, self._outputs(mistake.answer)):
                return Verdict("wrong", mistake.sentence)
        for output in got:
            if isinstance(output, Exception):
                return Verdict("wrong", _stopped(output))
        return Verdict("wrong", _first_difference(self.inputs, got, wanted, self.same or close))

    def _outputs(self, answer):
        """What a function returns, or raises, on each input; a value stands for itself."""
        return [_output(answer, arguments) for arguments in self.inputs] if callable(answer) else [answer]

    def _agree(self, got, wanted):
        same = self.same or close
        return len(got) == len(wanted) and all(same(g, w) for g, w in zip(got, wanted, strict=True))


def drawn_inputs(draw, times=2):
    """A `vary` that adds `times` inputs, each a tuple drawn by `draw(rng)`."""
    return lambda rng: {"inputs": tuple(draw(rng) for _ in range(times))}


def drawn_bells(rng, K=3):
    """Weights, means and stds of bells well apart on 0 … 25, no two alike."""
    means = np.linspace(3, 22, K) + rng.uniform(-1, 1, K)
    return rng.dirichlet(np.full(K, 5.0)), means, np.exp(rng.uniform(-0.4, 0.9, K))


def _output(function, arguments):
    """What the function returns or raises; changing an argument in place counts as raising `ChangedInput`."""
    given = copy.deepcopy(arguments)
    try:
        with np.errstate(all="ignore"):
            output = function(*given)
    except Exception as error:
        return error
    unspoilt = all(close(g, a) for g, a in zip(given, arguments, strict=True) if isinstance(a, np.ndarray))
    return output if unspoilt else ChangedInput("it changes its argument in place; return a new array")


def _stopped(error):
    if isinstance(error, ChangedInput):
        return f"{error}."
    return f"your answer stopped with {type(error).__name__}: {error}"


class ChangedInput(Exception):
    """Stands for the output of a function that writes into its argument."""


def close(a, b):
    """Equal shape and equal to nine digits; tuples and lists part by part; errors of the same kind."""
    if isinstance(b, Exception):
        return type(a) is type(b)
    if isinstance(b, tuple | list):
        sized = hasattr(a, "__len__") and not isinstance(a, str)
        return sized and len(a) == len(b) and all(close(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(b, str | bool) or b is None:
        return type(a) is type(b) and a == b
    try:
        a, b = _floats(a), _floats(b)
    except (TypeError, ValueError):
        return False
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)


def _floats(value):
    """Numbers as floats; complex ones that are real, as newer numpys' `eig` returns them, too."""
    array = np.asarray(value)
    if np.iscomplexobj(array):
        if array.imag.any():
            raise TypeError("complex numbers are no answer here")
        array = array.real
    return array.astype(float)


def _first_difference(inputs, got, wanted, same):
    for arguments, g, w in zip(inputs or [()], got, wanted, strict=False):
        if not same(g, w):
            return _difference(", ".join(_short(a) for a in arguments), g, w)
    return "that is not it."


def _difference(told, g, w):
    """What is other in one output: its kind, its shape, or the first entry that differs."""
    try:
        g, w = _floats(g), _floats(w)
    except (TypeError, ValueError):
        return f"that is no answer of the kind that is asked for, but {_short(g)}."
    if g.shape != w.shape:
        return f"the result should have the shape {w.shape}, yours has {g.shape}."
    apart = np.argwhere(~np.isclose(g, w, rtol=1e-9, atol=1e-12, equal_nan=True))
    if not told or not apart.size:
        return "that is not it."
    i = tuple(apart[0].tolist())
    digits = next((d for d in range(4, 12) if f"{g[i]:.{d}g}" != f"{w[i]:.{d}g}"), 12)
    entry = f"entry {list(i)}" if i else "it"
    return f"for {told} {entry} should be {w[i]:.{digits}g}, yours is {g[i]:.{digits}g}."


def _short(value):
    """A value in few characters."""
    if callable(value):
        return "that function"
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"an array of shape {value.shape}"
    try:
        return np.array2string(_floats(value), precision=4)
    except (TypeError, ValueError):
        return f"`{value!r}`" if len(repr(value)) < 60 else f"something of the type {type(value).__name__}"
