"""An exercise as a table: its answer, inputs to try, the usual mistakes as edits of the answer; and the verdict."""

import copy
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import CodeType

import numpy as np

from .compare import difference, short
from .verdict import BUG, FORGOTTEN, IN_PLACE, OPEN, UNMENDED, Verdict

__all__ = ["Exercise"]


@dataclass(frozen=True)
class Exercise:
    """A question, and all that its check knows.

    answer: source, as the notebook's solution has it; its last statement defines a function, or a value.
    praise: what a right answer is told.
    inputs: tuples of arguments to try a function on.
    mistakes: (old, new, sentence), an edit of the answer, or (expression, sentence), what stands in the answer's place:
        it may use the arguments, and the answer by its name.
    bug: (old, new), an edit of the answer that the notebook hands out to be mended.
    rtol, atol: when two numbers agree. view: what is compared of an output, if not all; viewed: how to say so.
    judge: where there is more than one right answer, a function of the outputs (of the value, if none is tried) that
        returns None (right), a sentence, or a `Verdict`.
    also: a further test of an answer whose outputs are right: a function of it that returns None or a sentence.
    vary: from a generator, a tuple of inputs, two of which join the others in a variant; or a dictionary of fields that
        are other, among them `told`: what text and answer then say in place of what.
    names: what the source may use.
    """

    answer: str
    praise: str
    inputs: tuple = ()
    mistakes: tuple = ()
    bug: tuple = ()
    rtol: float = 1e-9
    atol: float = 1e-12
    view: Callable = field(default=lambda output: output)
    viewed: str = ""
    judge: Callable | None = None
    also: Callable = field(default=lambda _answer: None)
    vary: Callable | None = None
    told: Mapping = field(default_factory=dict)
    names: Mapping = field(default_factory=dict)

    @cached_property
    def name(self):
        """What the learner defines."""
        return re.findall(r"^(?:def )?(\w+)(?:\(| =)", self.answer, re.M)[-1]

    @property
    def asks_function(self):
        """Whether a function is asked for, or a value."""
        return f"def {self.name}(" in self.answer

    @cached_property
    def right(self):
        """The answer: a function or a value."""
        return self._made(self.answer)

    @cached_property
    def stub(self):
        """The function that a bug hunt hands out, or None."""
        return self._made(self.answer.replace(*self.bug)) if self.bug else None

    def mistaken(self, mistake):
        """The wrong answer that an entry of `mistakes` stands for."""
        if len(mistake) == 3:
            return self._made(self.answer.replace(*mistake[:2]))
        function = f"lambda {', '.join(inspect.signature(self.right).parameters)}: " if self.asks_function else ""
        return eval(f"{function}({mistake[0]})", {**self.names, self.name: self.right})

    def _made(self, source):
        space = dict(self.names)
        exec(source, space)
        return space[self.name]

    def variant(self, seed):
        """The same exercise in other numbers, always the same ones for a seed; itself, where it has none."""
        if self.vary is None or seed is None:
            return self
        rng = np.random.default_rng([seed, *self.name.encode()])
        changed = self.vary(rng)
        if isinstance(changed, tuple):
            return replace(self, inputs=(*self.inputs, changed, self.vary(rng)))
        answer = in_other_words(self.answer, changed.get("told", {}))
        return replace(self, answer=answer, **changed)

    def check(self, answer):
        """The `Verdict` on an answer. Never raises for a wrong one."""
        if answer is None or answer is Ellipsis:
            return Verdict("open", OPEN)
        if self.asks_function and not callable(answer):
            return Verdict("wrong", f"a function is asked for, as the first line has it; this is {short(answer)}.")
        if callable(answer) and not self.asks_function:
            return Verdict("wrong", "a value is asked for, and this is a function: call it.")
        got, spoilt = self.outputs(answer)
        if self.bug and self._is_that(got, self.stub):
            untouched = _written(answer) == _written(self.stub)
            return Verdict("open", BUG) if untouched else Verdict("wrong", UNMENDED)
        if all(output is None or output is Ellipsis for output in got):
            begun = got[0] is None and _written(answer)[:1] != _written(lambda: None)[:1]
            return Verdict("wrong", FORGOTTEN) if begun else Verdict("open", OPEN)
        verdict = self._verdict(got, spoilt)
        sentence = self.also(answer) if verdict.ok else None
        return Verdict("wrong", sentence) if sentence else verdict

    def _verdict(self, got, spoilt):
        failed = next((at for at, output in enumerate(got) if isinstance(output, Exception)), None)
        problem = self._fault(got) if failed is None else self._stopped(failed, got[failed])
        if isinstance(problem, Verdict) and not spoilt:
            return problem
        if problem is None or isinstance(problem, Verdict):
            return Verdict("wrong", IN_PLACE) if spoilt else Verdict("right", self.praise)
        for mistake in self.mistakes:
            if self._is_that(got, self.mistaken(mistake)):
                return Verdict("wrong", mistake[-1])
        return Verdict("wrong", IN_PLACE if spoilt else problem)

    def _fault(self, got):
        """None if these outputs are right, or a sentence."""
        if self.judge is not None:
            try:
                return self.judge(got if self.asks_function else got[0])
            except Exception:
                return f"that is no answer of the kind that is asked for, but {short(got[0])}."
        for at, (g, w) in enumerate(zip(got, self.outputs(self.right)[0], strict=True)):
            if said := self._other(g, w):
                return f"{self._called(at)}{self.viewed}{said}."
        return None

    def _stopped(self, at, error):
        return f"{self._called(at)}your answer stopped with {type(error).__name__}: {error}"

    def _called(self, at):
        """With which arguments, where they are short; else on which input."""
        if not self.inputs:
            return ""
        pairs = zip(inspect.signature(self.right).parameters, self.inputs[at], strict=True)
        told = [
            f"{name} = {short(a)}" for name, a in pairs if not short(a).startswith(("an array", "a function", "some"))
        ]
        return f"for {', '.join(told)}: " if told else f"on input {at + 1} of {len(self.inputs)}: "

    def _other(self, got, wanted):
        if isinstance(got, Exception) or isinstance(wanted, Exception):
            return None if type(got) is type(wanted) else "it stops with an error"
        return difference(self._seen(got), self._seen(wanted), self.rtol, self.atol)

    def _seen(self, output):
        try:
            return self.view(output)
        except Exception:  # of another kind than what is asked for
            return output

    def _is_that(self, got, wrong):
        """Whether these are the outputs of that wrong answer, a hundred times as closely as a right one must come."""
        closely = replace(self, rtol=max(self.rtol / 100, 1e-9), atol=max(self.atol / 100, 1e-12))
        return closely.agree(got, self.outputs(wrong)[0])

    def agree(self, got, wanted):
        """Whether two lists of outputs agree."""
        return all(self._other(g, w) is None for g, w in zip(got, wanted, strict=True))

    def outputs(self, answer):
        """What a function returns or raises on each input, a value itself; and whether an argument was changed."""
        if not callable(answer):
            return [answer], False
        outputs, spoilt = [], False
        for arguments in self.inputs:
            given = copy.deepcopy(arguments)
            try:
                with np.errstate(all="ignore"):
                    outputs.append(answer(*given))
            except Exception as error:
                outputs.append(error)
            pairs = zip(given, arguments, strict=True)
            spoilt |= any(_changed(g, a) for g, a in pairs)
        return outputs, spoilt


def in_other_words(text, told):
    """All replacements at once, so that none meets what another has put there."""
    return re.sub("|".join(map(re.escape, told)), lambda found: told[found[0]], text) if told else text


def _written(function):
    """How a function is written: bytecode, names and constants; of a builtin or an object with `__call__`, nothing."""

    def parts(code):
        return code.co_code, code.co_names, [parts(c) if isinstance(c, CodeType) else c for c in code.co_consts]

    return parts(function.__code__) if hasattr(function, "__code__") else ()


def _changed(given, before):
    """Whether an array, a list or a dictionary of numbers has become another."""
    if isinstance(before, dict):
        given, before = list(given.values()), list(before.values())
    return isinstance(before, np.ndarray | list) and difference(given, before) is not None
