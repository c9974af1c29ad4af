"""The one frame of all explorers: question, presets, New problem, Reveal the truth, Reset, Show as code, and words.

An explorer gives it panels, controls, presets and a function from values to a `View`. Python keeps the values and
says what is shown of them; the page draws it, holds the handles and moves the controls.
"""

import re
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import anywidget
import numpy as np
import traitlets

from gmm_helpers import Mixture

from .as_code import source
from .inputs import plain
from .marks import still
from .state import State
from .words import table, typeset
from .work import Work

__all__ = ["Explorer", "Preset", "View"]

PARTS = ("dom", "solver", "picture", "handles", "controls", "page")
PROBLEMS = 20  # new problems, from seeds 1, 2, …
FRAME = {"preset": None, "problem": 0, "answer": None, "revealed": False, "code": False}
HIDDEN = "Drag bells of your own until they meet the dots; then reveal."


def module(*parts):
    """A page's ES module, from all parts of explorers or from some: a widget's module has nothing to import from."""
    code = "\n".join((files(__package__) / f"{part}.js").read_text() for part in parts or PARTS)
    return re.sub(r"^\s*(//.*\n)?", "", code, flags=re.MULTILINE)  # it is saved with every explorer


@dataclass(frozen=True)
class Preset:
    """A state worth looking at, and what to predict before looking.

    answers: two to four, among which `right` is the number of the right one, or a function of the explorer's state.
    """

    question: str
    values: dict = field(default_factory=dict)
    answers: tuple = ()
    right: Any = None


@dataclass(frozen=True, eq=False)
class View:
    """What an explorer shows of its values: the marks that move, the sentence that tells the picture, the numbers.

    limits: panel → (x, y) where they differ from the panel's; handles: what can be held on the picture, as
    handles.js knows them; truth, fitted: the mixtures that a table sets side by side once the truth is revealed;
    away: controls, or "work", that don't count now; live: how the page goes on alone; waiting: whether the answer to
    the preset's question is still to be worked out; found: HTML beside the control of a file.
    """

    marks: dict
    sentence: str
    status: str = ""
    limits: dict = field(default_factory=dict)
    handles: tuple = ()
    truth: Mixture | None = None
    fitted: Mixture | None = None
    away: tuple = ()
    live: dict | None = None
    waiting: bool = False
    found: str = ""


class Explorer(anywidget.AnyWidget):
    """A question, a picture that follows the hand, and a sentence that tells it.

    name: of the function that makes it, for *Show as code*; show: state → `View`; panels: name → `Panel`; controls:
    name of a value → its control; presets: name → `Preset`, the first being the state at the start; defaults: name →
    value for values without a control; new: rng → the `Preset` of a random problem; code: values → lines that compute
    the picture without a widget; hidden: the controls that hold the truth, put away in a new problem until it is
    revealed; guess: the control that is there instead; work: a dict of a button's words → a function that, called
    with the state, yields its progress from 0 to 1 slice by slice; given: values in place of the first preset's.
    """

    _esm = module()
    _css = (files(__package__) / "page.css").read_text()
    spec = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(
        self, name, show, panels, controls, presets, *, defaults=None, new=None, code=None, hidden=(), guess=None,
        work=None, given=None, columns=None, height=400,
    ):  # fmt: skip
        self.name, self.show, self.panels, self.controls, self.presets = name, show, panels, controls, presets
        self._code, self._hidden, self._guess, self.height = code, hidden, guess, height
        self.problems = [new(np.random.default_rng(seed)) for seed in range(1, PROBLEMS + 1)] if new else []
        start = {key: control.value for key, control in controls.items()} | (defaults or {})
        first = next(iter(presets))
        self.initial, self._serial, self._error, self.busy = start, 0, "", None
        self.state = State(start | FRAME | presets[first].values | {"preset": first})
        self.state.update(**self._given(given or {}))
        self.work = Work(work or {}, self)
        spec = {
            "panels": {key: vars(panel) for key, panel in panels.items()},
            "controls": {key: control.data() for key, control in controls.items()},
            "presets": {key: self._question(preset) for key, preset in presets.items()},
            "problems": [self._question(problem) for problem in self.problems],
            "initial": {key: plain(value) for key, value in start.items()},
            "columns": columns or [list(controls)],
            "hidden": HIDDEN if guess else "",
            "work": list(work or {}),
            "height": height,
        }
        super().__init__(spec=spec)
        self.on_msg(lambda _widget, message, buffers: self.hear(message, buffers))
        self.refresh()

    def _given(self, given):
        """The values at the start: those of the preset or problem that is asked for, with those given in place."""
        preset = given.get("preset")
        if preset is not None and preset not in self.presets:
            raise ValueError(f"`preset` must be one of {', '.join(self.presets)}, got {preset!r}")
        looked = {"answer": -1} if set(given) - {"preset"} else {}
        if "preset" not in given and not given.get("problem"):
            return looked | given
        of = self._of(preset, given.get("problem", 0))
        return self.initial | (of.values if of else {}) | {"preset": None} | looked | given

    @staticmethod
    def _question(preset):
        values = {key: plain(value) for key, value in preset.values.items()}
        return {"question": preset.question, "values": values, "answers": list(preset.answers)}

    # What moves it

    def hear(self, message, buffers=()):
        """A page's message: values that a hand has moved, a press of a button, or a file."""
        self._serial = max(self._serial, message["serial"])
        if "stop" in message:
            self.work.halt()
            self.refresh()
        elif "file" in message:
            (take,) = (control.take for control in self.controls.values() if hasattr(control, "take"))
            self.guarded(lambda: take(message["file"], bytes(buffers[0])))
        else:
            self.guarded(lambda: self._act(message))

    def _act(self, message):
        if "values" in message:
            self._move(message["values"], message["began"])
        if "work" in message:
            self.work.start(message["work"])
            self.refresh()

    def _move(self, values, began=False):
        read = {key: self.controls[key].read(value) for key, value in values.items() if key in self.controls}
        default = {key: values[key] for key in FRAME if key in values}
        if began:  # the values without a control come with the preset or the problem
            of = self._of(values["preset"], values["problem"])
            default = self.initial | (of.values if of else {}) | default
        self.update(**default | read, fresh=began)

    def _of(self, preset, problem):
        return self.problems[problem - 1] if problem else self.presets.get(preset)

    def update(self, *, fresh=False, **values):
        """Put some values elsewhere and show that. fresh: forget the last fit and the results of long work."""
        self.work.halt()
        if fresh:
            self.state.forget()
        self.state.update(**values)
        self.refresh()

    def choose(self, preset=None, problem=0):
        """Begin a preset, by its name, or the problem of that number, or neither."""
        of = self._of(preset, problem)
        self.update(
            **self.initial | FRAME | (of.values if of else {}) | {"preset": preset, "problem": problem}, fresh=True
        )

    # What it shows

    def refresh(self):
        """Say the present values as a picture and in words."""
        shown, v = self.show(self.state), self.state.values
        self.shown = shown
        of = self._of(v["preset"], v["problem"])
        right = of.right if of else None
        if callable(right):
            right = None if shown.waiting else int(right(self.state))
        covered = bool(self._hidden) and self.state.covered
        away = {*shown.away, *(self._hidden if covered else (self._guess,) if self._guess else ())}
        self.limits = {key: shown.limits.get(key) or (panel.x, panel.y) for key, panel in self.panels.items()}
        self.sentence = typeset(shown.sentence)
        self.view = {
            "serial": self._serial,
            "values": {key: plain(value) for key, value in v.items() if key in self.controls or key in FRAME},
            "marks": [mark.data(name) for name, mark in shown.marks.items()],
            "limits": {
                key: {"x": list(map(float, x)), "y": list(map(float, y))} for key, (x, y) in self.limits.items()
            },
            "handles": list(shown.handles),
            "sentence": self.sentence,
            "status": typeset(shown.status),
            "table": table(shown.truth, shown.fitted) if v["revealed"] and shown.truth else "",
            "error": self._error,
            "away": sorted(away),
            "code": self.source() if v["code"] else "",
            "right": right,
            "waiting": shown.waiting,
            "busy": self.busy,
            "live": shown.live,
            "fit": plain(shown.fitted) | {"loss": 1.0} if shown.live and shown.fitted else None,
            "found": shown.found,
        }

    def guarded(self, action):
        """What every message runs in: its exception goes to the error line, and the last good picture stays."""
        self._error = ""
        try:
            action()
        except Exception as error:  # a callback's exception shows nowhere else
            self.tell(error)

    def tell(self, error):
        """Put an exception into the error line."""
        self._error = f"{type(error).__name__}: {error}"
        self.view = self.view | {"error": self._error, "serial": self._serial, "busy": self.busy}

    def source(self):
        """Python that computes what is shown, and a call that brings this explorer back in its present state."""
        v = self.state.values
        given = {key: value for key, value in v.items() if key not in ("code", "answer")}
        of = self._of(v["preset"], v["problem"])
        start = self.initial | FRAME | (of.values if of else {}) | {"preset": next(iter(self.presets))}
        return source(self.name, given, start, self._code(v) if self._code else None)

    # What stays where no kernel runs

    def picture(self):
        """The present picture as PNG, base64."""
        marks = {key: mark for key, mark in self.shown.marks.items() if not mark.when or self.state.values[mark.when]}
        return still(self.panels, self.limits, marks, self.height)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data |= {"text/plain": f"{self.name}(): {self.sentence}", "image/png": self.picture()}
        return bundle
