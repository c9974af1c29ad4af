"""The one frame of all explorers: question, presets, New problem, Reveal the truth, Reset, Show as code, and words.

An explorer gives it a figure, its controls, its presets and a function from values to a `Picture`.
"""

import asyncio
import re
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files

import ipywidgets
import numpy as np

import gmm_helpers

from ..mixture import Mixture
from .state import State, largest_error, matched

STYLE = (files(__package__) / "explorer.css").read_text()
__all__ = ["Explorer", "Picture", "Preset", "literal", "told"]

NOTE = "If the controls move and nothing follows, the kernel was restarted: run the cell above again."


@dataclass(frozen=True)
class Preset:
    """A state worth looking at, and what to predict before looking."""

    question: str
    values: dict = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Picture:
    """What an explorer shows of its values: the marks that move, the sentence that tells the picture, the numbers.

    truth, fitted: the mixtures that a table sets side by side once the truth is revealed.
    """

    marks: dict
    sentence: str
    status: str = ""
    truth: Mixture | None = None
    fitted: Mixture | None = None


class Explorer(ipywidgets.VBox):
    """A question, a picture that follows the hand, and a sentence that tells it.

    name: of the function that makes it, for *Show as code*; show: state → `Picture`; figure: a `LiveFigure`;
    controls: name of a value → its control; defaults: name → value for values without a control;
    presets: name → `Preset`, the first being the state at the start; new: rng → values of a random problem;
    code: values → lines that compute the picture without a widget; hidden: the controls that hold the truth, veiled
    in a new problem until it is revealed; work: a dict of a button's words → a function that, called with the
    state, yields its progress from 0 to 1 slice by slice; given: values in place of the first preset's.
    """

    def __init__(
        self, name, show, figure, controls, presets, *, defaults=None, new=None, code=None, hidden=(), work=None,
        given=None, columns=None,
    ):  # fmt: skip
        self.name, self.show, self.figure, self.controls, self.presets = name, show, figure, controls, presets
        self._new, self._code, self._hidden = new, code, hidden
        first = next(iter(presets.values()))
        start = (
            {key: control.value for key, control in controls.items()}
            | (defaults or {})
            | {"revealed": False, "veiled": False}
        )
        self.state = State(start | (defaults or {}))
        self.state.update(**first.values)
        self.initial = self.state.values
        self.redraws, self.problems, self.task, self._syncing = 0, 0, None, False
        self._build(work or {})
        super().__init__(self._rows(columns))
        self.add_class("gmm-explorer")
        if columns:
            self.add_class("gmm-wide")
        for key, control in controls.items():
            control.observe(lambda change, key=key: self._moved(key, change["new"]), "value")
        self.state.observe(self._changed, "values")
        self._origin = next(iter(presets)), first.values
        if given:
            self.state.update(**given)
        self._changed()

    # What it is made of

    def _build(self, work):
        names = list(self.presets)
        self.chooser = ipywidgets.ToggleButtons(options=names, value=names[0], layout={"width": "auto"})
        self.chooser.style.button_width = "auto"
        self.fresh = ipywidgets.Button(description="New problem", tooltip="a random one, the same for everyone")
        self.reveal = ipywidgets.ToggleButton(description="Reveal the truth")
        self.reset = ipywidgets.Button(description="Reset", tooltip="back to where this preset began")
        self.as_code = ipywidgets.ToggleButton(description="Show as code")
        self.question, self.sentence, self.status, self.table, self.error, self.note = (
            _words(kind) for kind in ("question", "sentence", "status", "table", "error", "note")
        )
        self.code = ipywidgets.Textarea(description="code", layout={"width": "auto", "display": "none"})
        self.code.style.description_width = "44px"
        self.code.add_class("gmm-code")
        self.note.value = NOTE
        self.veil = ipywidgets.HTML(
            "The sliders are covered: they hold the answer. <i>Reveal the truth</i> brings them back.",
            layout={"display": "none"},
        )
        self._build_work(work)
        self.chooser.observe(lambda change: self._guarded(lambda: self._choose(change["new"])), "value")
        self.reveal.observe(lambda change: self._moved("revealed", change["new"]), "value")
        self.as_code.observe(lambda _change: self._guarded(self._show_code), "value")
        self.fresh.on_click(lambda _button: self._guarded(self._renew))
        self.reset.on_click(lambda _button: self._guarded(lambda: self._begin(*self._origin)))

    def _build_work(self, work):
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "120px", "visibility": "hidden"})
        self.stop = ipywidgets.Button(description="Stop", disabled=True, tooltip="end, and keep what is found")
        self.stop.on_click(lambda _button: self.halt())
        self.runners = [ipywidgets.Button(description=words, button_style="primary") for words in work]
        for button, job in zip(self.runners, work.values(), strict=True):
            button.on_click(lambda _button, job=job: self._guarded(lambda: self.start(job)))

    def _rows(self, columns):
        extra = [self.fresh] if self._new else []
        bar = _box(ipywidgets.HBox, "bar", [self.chooser, *extra, self.reveal, self.reset, self.as_code])
        words = [self.sentence, self.status, self.error]
        (words if not columns else []).insert(2, self.table)
        body = [_box(ipywidgets.VBox, "picture", [self.figure.widget, *words])]
        blocks = [[self.controls[name].widget for name in names] for names in columns or [list(self.controls)]]
        blocks[0].insert(0, self.veil)
        blocks[-1] += [ipywidgets.HBox([*self.runners, self.stop, self.bar])] if self.runners else []
        blocks[-1] += [self.table, self.note] if columns else []
        body += [_box(ipywidgets.VBox, "controls", block) for block in blocks]
        style = ipywidgets.HTML(f"<style>{STYLE}</style>")
        below = [self.code] if columns else [self.code, self.note]
        return [style, bar, self.question, _box(ipywidgets.HBox, "body", body), *below]

    # What moves it

    def _moved(self, key, value):
        if not self._syncing:
            self.halt()
            self._guarded(lambda: self.state.update(**{key: value}))

    def _choose(self, name):
        if name is not None and not self._syncing:
            self._begin(name, self.presets[name].values)

    def _renew(self):
        self.problems += 1
        self._begin(None, self._new(np.random.default_rng(self.problems)) | {"veiled": True})

    def _begin(self, name, values):
        """Put everything where a preset, or a new problem (name None), has it."""
        self.halt()
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
        picture = self.show(self.state)
        self.redraws += 1
        said = minus(picture.sentence)
        self.figure.draw(picture.marks, said)
        self.sentence.value, self.status.value = escape(said, quote=False), minus(picture.status)
        revealed = self.state.values["revealed"]
        self.table.value = _table(picture.truth, picture.fitted) if revealed and picture.truth else ""
        name = self.chooser.value
        self.question.value = self.presets[name].question if name else "A new problem: which bells made this curve?"
        covered = bool(self._hidden) and self.state.covered
        self.veil.layout.display = "" if covered else "none"
        for key in self._hidden:
            self.controls[key].widget.layout.display = "none" if covered else ""
        if self.as_code.value:
            self._show_code()

    def _guarded(self, action):
        """What every callback runs in: its exception goes to the error line, and the last good picture stays."""
        try:
            action()
        except Exception as error:  # a callback's exception shows nowhere else
            self.error.value = escape(f"{type(error).__name__}: {error}")
        else:
            self.error.value = ""

    def _show_code(self):
        self.code.layout.display = "" if self.as_code.value else "none"
        if self.as_code.value:
            self.code.value = self.source()
            self.code.rows = self.code.value.count("\n") + 1

    def source(self):
        """Python that computes what is shown, and a call that brings this explorer back in its present state."""
        values = {k: v for k, v in self.state.values.items() if not _same_value(v, self.initial[k])}
        call = f"{self.name}({', '.join(f'{key}={literal(value)}' for key, value in values.items())})"
        body = f"{self._code(self.state.values)}\n\n{call}" if self._code else call
        names = ["np", *gmm_helpers.__all__]
        used = [name for name in names if re.search(rf"(?<![.\w]){name}\b", body)]
        lines = ["import numpy as np"] if "np" in used else []
        lines += [f"from gmm_helpers import {', '.join(used[lines != [] :])}"] if used[lines != [] :] else []
        return "\n".join([*lines, f"from gmm_helpers.widgets import {self.name}", "", body, ""])

    # Long work, slice by slice, so that Stop is heard

    def start(self, job):
        """Run a job: as a task where an event loop runs, else at once to its end."""
        self.halt()
        self._working(True)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._finish(job(self.state))
        else:
            self.task = loop.create_task(self._slices(job(self.state)))

    async def _slices(self, slices):
        try:
            drawn = self.redraws
            for self.bar.value in slices:
                if drawn == self.redraws:  # a slice that moved a value has been drawn
                    self.refresh()
                drawn = self.redraws
                await asyncio.sleep(0.001)
        except asyncio.CancelledError:
            pass
        except Exception as error:
            self.error.value = escape(f"{type(error).__name__}: {error}")
        finally:
            self._working(False)

    def _finish(self, slices):
        try:
            for self.bar.value in slices:
                pass
        finally:
            self._working(False)
        self.refresh()

    def halt(self):
        """End long work that is under way, and keep what it has found."""
        if self.task is not None and not self.task.done():
            self.task.cancel()
        self.task = None

    def _working(self, busy):
        self.bar.value = 0.0 if busy else self.bar.value
        self.bar.layout.visibility = "visible" if busy else "hidden"
        self.stop.disabled = not busy
        for button in self.runners:
            button.disabled = busy

    # What stays where no kernel runs

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if isinstance(bundle, dict):
            bundle["text/plain"] = f"{self.name}(): {self.sentence.value}"
            bundle["image/png"] = self.figure.png()
        return bundle


def _words(kind):
    widget = ipywidgets.HTML()
    widget.add_class(f"gmm-{kind}")
    return widget


def _box(kind, name, children):
    box = kind(children)
    box.add_class(f"gmm-{name}")
    return box


def _table(truth, fitted):
    """True and recovered parameters side by side, as an HTML table."""
    sides = {"true": truth}
    if fitted is not None:
        sides["recovered"] = matched(fitted, truth) or fitted
    groups = "".join(f"<th colspan='3' scope='colgroup'>{side}</th>" for side in sides)
    head = "".join(f"<th scope='col'>{letter}</th>" for letter in "wμσ" * len(sides))
    rows = "".join(
        f"<tr><th scope='row'>bell {k + 1}</th>{''.join(_cells(mixture, k) for mixture in sides.values())}</tr>"
        for k in range(max(mixture.n_components for mixture in sides.values()))
    )
    return f"<table><thead><tr><td></td>{groups}</tr><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(mixture, k):
    if k >= mixture.n_components:
        return "<td></td>" * 3
    return "".join(f"<td>{array[k]:.4g}</td>" for array in (mixture.weights, mixture.means, mixture.stds))


def _same(a, b):
    return a.keys() == b.keys() and all(_same_value(a[key], b[key]) for key in a)


def _same_value(a, b):
    if isinstance(a, Mixture) and isinstance(b, Mixture):
        return literal(a) == literal(b)
    return bool(np.array_equal(a, b))


def minus(text):
    """Numbers below zero with a minus sign, not a hyphen."""
    return re.sub(r"(?<!\w)-(?=\d)", "−", text)


def literal(value):
    """Python source of a value: a mixture, an array, a number or a string; numbers to ten digits."""
    if isinstance(value, Mixture):
        return f"Mixture({literal(value.weights)}, {literal(value.means)}, {literal(value.stds)})"
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(literal(float(v)) for v in value) + "]"
    return f"{value:.15g}" if isinstance(value, float) else repr(value)


def told(result, truth=None):
    """The status of a fit in one line of HTML: how it ended, iterations, loss, gradient norm, distance to the truth."""
    ended = {0: "converged", 1: "stopped at its limit", 2: "converged to rounding", 3: "left the range of numbers"}
    parts = [
        f"{result.method} {ended.get(result.status, 'stopped')}",
        f"{result.nit} iterations",
        f"relative loss {result.loss:.1e}",
        f"gradient norm {result.grad_norm:.0e}",
    ]
    if truth is not None:
        error = largest_error(result.mixture, truth)
        parts.append("another K than the truth's" if error is None else f"largest error {error:.1e}")
    return " · ".join(f"<span>{part}</span>" for part in parts)
