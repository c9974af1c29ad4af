"""The one frame of all explorers as widgets: what there is, and where it stands. What it does is `explorer.py`'s."""

from importlib.resources import files

import ipywidgets

__all__ = ["Frame"]

STYLE = (files(__package__) / "explorer.css").read_text()
NOTE = "If the controls move and nothing follows, the kernel was restarted: run the cell above again."
VEIL = "The sliders are covered: they hold the answer. <i>Reveal the truth</i> brings them back."


class Frame(ipywidgets.VBox):
    """Presets and buttons above, the picture and its words on the left, the controls on the right, code below.

    figure: a `LiveFigure`; controls: name → control; presets: their names; work: a `LongWork`; fresh: whether there
    are new problems; columns: lists of controls' names, which stand beside each other, for one screen.
    """

    def __init__(self, figure, controls, presets, work, *, fresh=True, columns=None):
        self._buttons(list(presets))
        self._words()
        bar = [self.chooser, *([self.fresh] if fresh else []), self.reveal, self.reset, self.as_code]
        blocks = [[controls[name].widget for name in names] for names in columns or [list(controls)]]
        blocks[0].insert(0, self.veil)
        blocks[-1] += work.widgets
        words, below = [self.sentence, self.status], [self.code]
        (blocks[-1] if columns else words).append(self.table)
        (blocks[-1] if columns else below).append(self.note)
        picture = _named("picture", ipywidgets.VBox([figure.widget, *words, self.error]))
        sides = [_named("controls", ipywidgets.VBox(block)) for block in blocks]
        body = _named("body", ipywidgets.HBox([picture, *sides]))
        style = ipywidgets.HTML(f"<style>{STYLE}</style>")
        super().__init__([style, _named("bar", ipywidgets.HBox(bar)), self.question, body, *below])
        self.add_class("gmm-explorer")
        if columns:
            self.add_class("gmm-wide")

    def _buttons(self, presets):
        self.chooser = ipywidgets.ToggleButtons(options=presets, value=presets[0], layout={"width": "auto"})
        self.chooser.style.button_width = "auto"
        self.fresh = ipywidgets.Button(description="New problem", tooltip="a random one, the same for everyone")
        self.reveal = ipywidgets.ToggleButton(description="Reveal the truth")
        self.reset = ipywidgets.Button(description="Reset", tooltip="back to where this preset began")
        self.as_code = ipywidgets.ToggleButton(description="Show as code")

    def _words(self):
        self.question, self.sentence, self.status, self.table, self.error, self.note = (
            _named(name, ipywidgets.HTML()) for name in ("question", "sentence", "status", "table", "error", "note")
        )
        self.note.value = NOTE
        self.veil = ipywidgets.HTML(VEIL, layout={"display": "none"})
        self.code = ipywidgets.Textarea(description="code", layout={"width": "auto", "display": "none"})
        self.code.style.description_width = "44px"
        self.code.add_class("gmm-code")


def _named(name, widget):
    widget.add_class(f"gmm-{name}")
    return widget
