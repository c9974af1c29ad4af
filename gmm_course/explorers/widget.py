"""The one frame of all explorers: question, presets, New problem, Reveal the truth, Reset, Show as code, and words.

An explorer gives it panels, controls, presets and a function from values to a `View`. Python keeps the values and
says what is shown of them; the page draws it, holds the handles and moves the controls.
"""

import tomllib
from dataclasses import dataclass, field, replace
from importlib.resources import files

import anywidget
import numpy as np
import traitlets

from gmm_helpers import relative_loss

from .as_code import source
from .inputs import parts, plain, read
from .javascript import module, packed, style
from .marks import Panel, curve, room, still, text
from .state import State, random_mixture
from .view import by_hand
from .words import scored, squares, table, typeset
from .work import Work

__all__ = ["Explorer", "Preset"]

PROBLEMS = 20  # new problems, from seeds 1, 2, …
UNTOLD = "# Reveal the truth first: its numbers would stand here."
FRAME = {"preset": None, "problem": 0, "answer": None, "moved": False, "revealed": False, "code": False}


TABLE = tomllib.loads((files(__package__) / "explorers.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Preset:
    """A state worth looking at, and what to predict before looking, as explorers.toml has it."""

    values: dict = field(default_factory=dict)
    question: str = ""
    answers: list = field(default_factory=list)
    right: int | None = None
    because: str = ""
    open: bool = False
    stays: bool = False
    withheld: str = ""
    asked: dict = field(default_factory=dict)
    then: str = ""
    hides: list | None = None


class Explorer(anywidget.AnyWidget):
    """A question, a picture that follows the hand, and a sentence that tells it.

    name: of the function that makes it, and of its part of explorers.toml, which has its panels, controls and presets;
    show: state → `View`; given: values in place of the first preset's; new: rng → values of a random problem; judge:
    state → the number of the right answer where the table has none, None while it is still to be worked out; work: a
    button's words → a function that, called with the state, yields its progress from 0 to 1 slice by slice; take: what
    to do with the name and the content of a file.

    A control named "guess" holds bells to set by hand: it stands in for "truth" in a new problem until it is revealed.
    """

    _esm = packed(module(), style())
    spec = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, name, show, given, *, new=None, judge=None, work=None, take=None):
        self.name, self.show, self.judge, self.take, self.work = name, show, judge, take, Work(work or {}, self)
        table = TABLE[name]
        self.controls = table["controls"]
        self.hidden = table.get("hidden", {})
        self.panels = {key: Panel(**panel) for key, panel in table["panels"].items()}
        first = {key: control["value"] for key, control in self.controls.items()} | table.get("values", {})
        self.initial = {key: read(value) for key, value in first.items()}
        self.presets = {key: self._preset(**entry) for key, entry in table["presets"].items()}
        blank, new = self.presets.pop("New problem"), new or (lambda rng: {"truth": random_mixture(rng)})
        rngs = map(np.random.default_rng, range(1, PROBLEMS + 1))
        self.problems = [replace(blank, values=blank.values | new(rng)) for rng in rngs]
        self._serial, self._error, self._fault, self.busy = 0, "", "", None
        problem = given.get("problem", 0)
        preset = given.get("preset", None if problem else next(iter(self.presets)))
        self.state = State(self._start(preset, problem) | {"moved": bool(set(given) - set(FRAME))})
        self.state.update(**{key: value if key in FRAME else read(value) for key, value in given.items()})
        self.jobs = list(work or {})
        columns = table.get("columns", [list(self.controls)])
        spec = {
            "name": name.replace("_", " "),
            "panels": {key: vars(panel) for key, panel in self.panels.items()},
            "controls": self.controls
            | {"work": {"kind": "work", "jobs": self.jobs, "moves": table.get("moves", False)}},
            "presets": list(self.presets),
            "problems": PROBLEMS,
            "columns": columns if "work" in columns[-1] or not work else [*columns[:-1], [*columns[-1], "work"]],
        }
        super().__init__(spec=spec, view=self._seen())  # whole from its first message on: a page may come at any time
        self.on_msg(lambda _widget, message, buffers: self.hear(message, buffers))

    def _preset(self, **entry):
        own = {key: entry.pop(key) for key in vars(Preset()) if key in entry}
        own["asked"] = {key: plain(read(value)) for key, value in own.get("asked", {}).items()}
        return Preset({key: read(value) for key, value in entry.items()}, **own)

    def _of(self, preset, problem):
        """The preset of that name or the problem of that number; where there is neither, one without a question."""
        if problem:
            return self.problems[problem - 1]
        if preset is not None and preset not in self.presets:
            raise ValueError(f"`preset` must be one of {', '.join(self.presets)}, got {preset!r}")
        return self.presets.get(preset, Preset())

    def _start(self, preset, problem):
        """All values at the start of a preset or a problem."""
        return self.initial | FRAME | self._of(preset, problem).values | {"preset": preset, "problem": problem}

    def _asked(self, of):
        """What a question asks for, as pairs of a path and what is to stand there: where it is not so to begin with."""
        first = parts({key: plain((self.initial | of.values)[key]) for key in of.asked})
        return [[list(path), to] for path, to in parts(of.asked).items() if first.get(path) != to]

    # What moves it

    def hear(self, message, buffers=()):
        """A page's message: values that a hand has moved, a press of a button, or a file."""
        self._serial = max(self._serial, message["serial"])
        values, now = message.get("values", {}), self.state.values
        again = "columns" in values and now["x"].size and values["columns"] != now["columns"]
        self._error, self._fault = "", "example" if "file" in message else "columns" if again else ""
        try:
            if "file" in message:
                self.take(message["file"], bytes(buffers[0]))
            elif "choose" in message:
                self.choose(**message["choose"])
            elif again:
                self.take(columns=values["columns"])
            else:
                self._move(values, message.get("work"), message.get("calm", False))
        except Exception as error:  # a callback's exception shows nowhere else
            self.tell(error)

    def _move(self, values, work, calm):
        moved = {key: read(value) for key, value in values.items() if key in self.controls}
        self.update(**moved | {key: values[key] for key in FRAME if key in values})
        is_guess = set(values) == {"answer"} and values["answer"] is not None
        if is_guess and not work and self.view["answers"]:
            of = self._of(self.state.values["preset"], self.state.values["problem"])
            work = of.then or (self.jobs[0] if self.view["right"] is None else None)  # the answer asks for long work
        if work:
            self.work.start(work, calm)
            self.refresh()

    def update(self, *, fresh=False, **values):
        """Put some values elsewhere and show that. fresh: forget the last fit and what long work has found."""
        self.work.halt()
        if fresh:
            self.state.forget()
        self.state.update(**values)
        self.refresh()

    def choose(self, preset=None, problem=0):
        """Begin a preset, by its name, or the problem of that number, or the first preset; code shown stays so."""
        preset = preset if preset or problem else next(iter(self.presets))
        self.update(fresh=True, **self._start(preset, problem) | {"code": self.state.values["code"]})

    # What it shows

    def refresh(self):
        """Say the present values as a picture and in words."""
        self.view = self._seen()

    def _seen(self):
        v, shown, guesses = self.state.values, self.show(self.state), "guess" in self.controls
        of, sides = self._of(v["preset"], v["problem"]), {"true": shown.truth}
        covered, away = guesses and self.state.covered, set(shown.away)
        if covered:
            shown = self._guessing(shown)
        elif guesses and v["problem"]:
            shown, sides = self._solved(shown), {"true": v["truth"], "yours": v["guess"]}
        if guesses:
            away.add("truth" if covered else "guess")
        self.shown, self.sentence = shown, typeset(shown.sentence)
        if shown.fitted and len(sides) == 1:  # three mixtures are too wide for a column
            sides[shown.marks["curve"].label if "curve" in shown.marks else ""] = shown.fitted
        panels = {key: replace(panel, **shown.limits.get(key, {})) for key, panel in self.panels.items()}
        self.limits = {key: room(key, panel, shown.marks) for key, panel in panels.items()}
        return {
            "serial": self._serial,
            "values": {key: plain(value) for key, value in v.items() if key in self.controls or key in FRAME},
            "marks": [mark.data(name) for name, mark in self._timed(shown.marks, of).items()],
            "limits": {key: shown.limits.get(key, {}) | {"x": x, "y": y} for key, (x, y) in self.limits.items()},
            **{key: getattr(of, key) for key in ("question", "answers", "because", "withheld")},
            "asked": self._asked(of),
            "stays": bool(shown.holds) if of.stays else None,
            "handles": [handle | {"when": ""} if of.open else handle for handle in shown.handles],
            "sentence": self.sentence,
            "status": typeset(shown.status),
            "table": table(**sides) if v["revealed"] and shown.truth else "",
            "error": self._error,
            "fault": self._fault,
            "away": sorted(away),
            "known": sides["true"] is not None,
            "code": (UNTOLD if covered else self.source()) if v["code"] else "",
            "right": self.judge(self.state) if of.answers and of.right is None else of.right,
            "busy": self.busy,
            "live": shown.live,
            "fit": plain(shown.fitted) if shown.live and shown.fitted else None,
            "found": shown.found,
        }

    def _timed(self, marks, of):
        """The marks with their times: what would answer the question waits for a guess, and words keep its place."""
        timed = {name: mark for name, mark in marks.items() if not mark.when or self.state.values[mark.when]}
        hidden = self.hidden if of.hides is None else {words: self.hidden[words] for words in of.hides}
        for words, names in hidden.items() if of.answers and not of.open else ():
            late = {name: mark for name, mark in marks.items() if name.startswith(tuple(names))}
            timed |= {name: replace(mark, when="looked") for name, mark in late.items()}
            if late:
                at = next(iter(late.values())).panel
                bare = all(mark.when for mark in timed.values() if mark.panel == at)
                timed[words] = text(at, [], [], f"{words}: after your guess", when="covered", color="soft", fill=bare)
        return timed

    def _guessing(self, shown):
        """The view of a problem: the dots, and bells to set on them by hand."""
        given, guess = shown.marks["given"], self.state.values["guess"]
        over = squares(relative_loss(given.y, guess.pdf(given.x)))
        said = f"Your bells leave {over} over. Drag them until they meet the points; then reveal."
        return by_hand("guess", guess, given.x, given.y, said, left="left" in shown.marks)

    def _solved(self, shown):
        """The view of a problem whose truth is revealed: beside it the bells that the hand has set, and their score."""
        v, x = self.state.values, shown.marks["curve"].x
        looks = {"color": "ink", "width": 1.6, "dash": (6, 3), "label": "your bells"}
        marks = shown.marks | {"yours": curve("curve", x, v["guess"], **looks)}
        said = scored(v["guess"], v["truth"], shown.marks["given"].x, shown.fitted)
        return replace(shown, marks=marks, sentence=said)

    def tell(self, error):
        """Say an exception, beside the control at fault if there is one; the last good picture stays."""
        self._error = str(error) if self._fault else f"{type(error).__name__}: {error}"
        self.view = self.view | {"error": self._error, "fault": self._fault, "serial": self._serial, "busy": self.busy}

    def source(self):
        """Python that computes what is shown, and a call that brings this explorer back in its present state."""
        v = self.state.values
        given = {key: value for key, value in v.items() if key not in ("code", "answer", "moved")}
        start = self._start(v["preset"], v["problem"]) | FRAME | {"preset": next(iter(self.presets))}
        return source(self.name, given, start, self.shown.code)

    # What stays where no kernel runs

    def picture(self):
        """The present picture as PNG, base64."""
        marks = {key: mark for key, mark in self.shown.marks.items() if not mark.when or self.state.values[mark.when]}
        return still(self.panels, self.limits, marks)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data |= {"text/plain": f"{self.name}(): {self.sentence}", "image/png": self.picture()}
        return bundle
