"""The one frame of all explorers: question, presets, New problem, Reveal the truth, Reset, Show as code, and words.

An explorer gives it a figure, its controls, its presets and a function from values to a `View`.
"""

from dataclasses import dataclass, field
from html import escape

import numpy as np

from gmm_helpers import Mixture

from .as_code import literal, source
from .frame import Frame
from .long_work import LongWork
from .state import State
from .words import table, told, typeset

__all__ = ["Explorer", "Preset", "View", "literal", "told"]

WRAPPED = 100  # characters, from which on a narrow page may break a line of code


@dataclass(frozen=True)
class Preset:
    """A state worth looking at, and what to predict before looking."""

    question: str
    values: dict = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class View:
    """What an explorer shows of its values: the marks that move, the sentence that tells the picture, the numbers.

    truth, fitted: the mixtures that a table sets side by side once the truth is revealed.
    """

    marks: dict
    sentence: str
    status: str = ""
    truth: Mixture | None = None
    fitted: Mixture | None = None


class Explorer(Frame):
    """A question, a picture that follows the hand, and a sentence that tells it.

    name: of the function that makes it, for *Show as code*; show: state → `View`; figure: a `LiveFigure`;
    controls: name of a value → its control; defaults: name → value for values without a control;
    presets: name → `Preset`, the first being the state at the start; new: rng → values of a random problem;
    code: values → lines that compute the picture without a widget; hidden: the controls that hold the truth, veiled
    in a new problem until it is revealed; aside: values → names of the controls, or "work", that don't count now and
    are put away; work: a dict of a button's words → a function that, called with the state, yields its progress from
    0 to 1 slice by slice; given: values in place of the first preset's.
    """

    def __init__(
        self, name, show, figure, controls, presets, *, defaults=None, new=None, code=None, hidden=(),
        aside=lambda _values: (), work=None, given=None, columns=None,
    ):  # fmt: skip
        self.name, self.show, self.figure, self.controls, self.presets = name, show, figure, controls, presets
        self._new, self._code, self._hidden, self._aside = new, code, hidden, aside
        first = next(iter(presets))
        start = {key: control.value for key, control in controls.items()} | (defaults or {})
        self.state = State(start | {"revealed": False, "veiled": False})
        self.state.update(**presets[first].values)
        self.initial, self._origin = self.state.values, (first, presets[first].values)
        self.redraws, self.problems, self._syncing = 0, 0, False
        self.work = LongWork(work or {}, self)
        super().__init__(figure, controls, presets, self.work, fresh=new is not None, columns=columns)
        self._listen()
        self.state.update(**given or {})
        self.state.observe(self._changed, "values")
        self._changed()

    # What moves it

    def _listen(self):
        for key, control in self.controls.items():
            control.observe(lambda change, key=key: self._moved(key, change["new"]), "value")
        self.chooser.observe(lambda change: self.guarded(lambda: self._choose(change["new"])), "value")
        self.reveal.observe(lambda change: self._moved("revealed", change["new"]), "value")
        self.as_code.observe(lambda _change: self.guarded(self._show_code), "value")
        self.fresh.on_click(lambda _button: self.guarded(self._renew))
        self.reset.on_click(lambda _button: self.guarded(lambda: self.begin(*self._origin)))

    def _moved(self, key, value):
        if not self._syncing:
            self.work.halt()
            self.guarded(lambda: self.state.update(**{key: value}))

    def _choose(self, name):
        if name is not None and not self._syncing:
            self.begin(name, self.presets[name].values)

    def _renew(self):
        self.problems += 1
        self.begin(None, self._new(np.random.default_rng(self.problems)) | {"veiled": True})

    def begin(self, name, values):
        """Put everything where a preset, or a new problem (name None), has it."""
        self.work.halt()
        self._origin, before = (name, values), self.redraws
        self._syncing = True
        self.chooser.value = name
        self._syncing = False
        self.state.restore(**values)
        if self.redraws == before:  # the values were there already, but not the first result
            self._changed()

    def _changed(self, _change=None):
        """Put the controls where the values are, then draw: one picture for each change."""
        self._syncing = True
        try:
            for key, control in self.controls.items():
                control.value = self.state.values[key]
            self.reveal.value = self.state.values["revealed"]
        finally:
            self._syncing = False
        self.refresh()

    # What it shows

    def refresh(self):
        """Draw the picture and say it."""
        view = self.show(self.state)
        self.redraws += 1
        said = typeset(view.sentence)
        self.figure.draw(view.marks, said)
        self.sentence.value, self.status.value = escape(said, quote=False), typeset(view.status)
        revealed = self.state.values["revealed"]
        self.table.value = table(view.truth, view.fitted) if revealed and view.truth else ""
        name = self.chooser.value
        self.question.value = self.presets[name].question if name else "A new problem: which bells made this curve?"
        self._put_away()
        if self.as_code.value:
            self._show_code()

    def _put_away(self):
        """Of the controls, those that hold a covered truth, and those that don't count now."""
        covered = bool(self._hidden) and self.state.covered
        self.veil.layout.display = "" if covered else "none"
        away = {*self._aside(self.state.values), *(self._hidden if covered else ())}
        places = {key: [control.widget] for key, control in self.controls.items()} | {"work": self.work.widgets}
        for key, widgets in places.items():
            for widget in widgets:
                widget.layout.display = "none" if key in away else ""

    def guarded(self, action):
        """What every callback runs in: its exception goes to the error line, and the last good picture stays."""
        self.error.value = ""
        try:
            action()
        except Exception as error:  # a callback's exception shows nowhere else
            self.tell(error)

    def tell(self, error):
        """Put an exception into the error line."""
        self.error.value = escape(f"{type(error).__name__}: {error}")

    def _show_code(self):
        self.code.layout.display = "" if self.as_code.value else "none"
        if self.as_code.value:
            self.code.value = self.source()
            self.code.rows = sum(1 + len(line) // WRAPPED for line in self.code.value.split("\n"))

    def source(self):
        """Python that computes what is shown, and a call that brings this explorer back in its present state."""
        body = self._code(self.state.values) if self._code else None
        return source(self.name, self.state.values, self.initial, body)

    # What stays where no kernel runs

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if isinstance(bundle, dict):
            bundle["text/plain"] = f"{self.name}(): {self.sentence.value}"
            bundle["image/png"] = self.figure.png()
        return bundle
