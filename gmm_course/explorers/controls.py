"""Controls: a slider beside a number box, and an editor of mixtures that can hold no illegal state.

Each has a `value` trait, a `widget` to show, and `parts`, the widgets in it that a hand moves.
"""

import ipywidgets
import numpy as np
import traitlets

from gmm_helpers import Mixture
from gmm_helpers.plotting import LINES

__all__ = ["Choice", "MixtureEditor", "Number", "Numbers", "Switch", "share", "subscript"]

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(letter, k):
    """subscript("μ", 0) is μ₁: Unicode, for LaTeX in a widget's label stays blank on Colab."""
    return letter + str(k + 1).translate(SUBSCRIPTS)


class Number(traitlets.HasTraits):
    """A number: a slider to drag, and a box to type in, which also gives the number its name.

    `log=True` moves the slider evenly in the logarithm, twenty steps a power of ten. A value between two steps, or
    beyond the ends, that a preset sets is kept; the slider stands at the nearest step. The slider counts steps, in
    whole numbers: a `FloatSlider` rounds what it is told to show, and sends that back as if a hand had moved it.
    """

    value = traitlets.Float()

    def __init__(self, label, value, low, high, step=0.01, *, name=None, log=False, whole=False, label_width="30px"):
        self.low, self.high, self.log, self.whole = low, high, log, whole
        self._step = 0.05 if log else step
        steps = round((self._place(high) - self._place(low)) / self._step)
        look = {"description": label, "readout": False, "continuous_update": True}
        look |= {"layout": {"flex": "1 1 auto", "width": "auto", "min_width": "90px"}}
        self.slider = ipywidgets.IntSlider(0, 0, steps, **look)
        self.slider.style.description_width = label_width
        self.box = ipywidgets.FloatText(description=name or label, step=None if log else step, layout={"width": "84px"})
        self.widget = ipywidgets.HBox([self.slider, self.box])
        self.widget.add_class("gmm-number")
        self.parts = [self.slider]
        super().__init__(value=self._nearest(value))
        self._show()
        self.slider.observe(self._slid, "value")
        self.box.observe(self._typed, "value")
        self.observe(self._show, "value")

    def _place(self, value):
        return np.log10(value) if self.log else value

    def _nearest(self, value):
        value = float(min(max(value, self.low), self.high))
        return float(round(value)) if self.whole else value

    def _slid(self, change):
        place = self._place(self.low) + change["new"] * self._step
        self.value = self._nearest(float(f"{10**place:.3g}" if self.log else f"{place:.10g}"))

    def _typed(self, change):
        if np.isfinite(change["new"]):
            self.value = self._nearest(change["new"])
        self._show()  # what can't be is put right at once, before the eyes

    @traitlets.validate("value")
    def _finite(self, proposal):
        if not np.isfinite(proposal["value"]):
            raise traitlets.TraitError(f"a number must be finite, got {proposal['value']}")
        return proposal["value"]

    def _show(self, _change=None):
        """Both parts show the value; neither answers back while it is set."""
        inside = min(max(self.value, self.low), self.high)
        position = round((self._place(inside) - self._place(self.low)) / self._step)
        _quietly(self.slider, self._slid, min(position, self.slider.max))
        _quietly(self.box, self._typed, float(f"{self.value:.5g}"))


def _quietly(widget, callback, value):
    if widget.value == value:
        return
    widget.unobserve(callback, "value")
    try:
        widget.value = value
    finally:
        widget.observe(callback, "value")


class Numbers(traitlets.HasTraits):
    """Several numbers in blocks, seen as one array: `value` changes once for each move."""

    value = traitlets.Instance(np.ndarray)

    def __init__(self, numbers, headings=None):
        """numbers: a list of `Number`; headings: a dict of index → what stands above that number (HTML)."""
        self.numbers = list(numbers)
        rows = []
        for i, number in enumerate(self.numbers):
            if headings and i in headings:
                rows.append(heading(headings[i]))
            rows.append(number.widget)
            number.observe(self._moved, "value")
        self.widget = ipywidgets.VBox(rows)
        self.parts = [part for number in self.numbers for part in number.parts]
        self._busy = False
        super().__init__(value=self._read())
        self.observe(self._show, "value")

    def _read(self):
        return np.array([number.value for number in self.numbers])

    def _moved(self, _change):
        if not self._busy:
            self.value = self._read()

    def _show(self, change):
        self._busy = True
        try:
            for number, value in zip(self.numbers, change["new"], strict=True):
                number.value = float(value)
        finally:
            self._busy = False


class MixtureEditor(traitlets.HasTraits):
    """A mixture of K bells: a slider and a box for each weight, mean and std, one block a bell.

    The weights share what is left: raise one, and the others shrink in proportion, so that the sum is always 1.
    `value` is a `Mixture`, always legal; it changes once for each move. Another K rebuilds the rows; beyond three
    bells they are shown one at a time.
    """

    value = traitlets.Instance(Mixture)

    def __init__(self, value, *, means=(0, 25), stds=(0.05, 8), letters=("w", "μ", "σ")):
        self.widget = ipywidgets.VBox()
        self._ends, self._letters, self._busy = ((0, 1), means, stds), letters, False
        super().__init__(value=value)
        self._build(value.n_components)
        self._show()
        self.observe(self._show, "value")

    def _build(self, K):
        names, steps = ("weight", "mean", "std"), (0.01, 0.05, 0.05)
        self.rows = []
        blocks = []
        for k in range(K):
            row = [
                Number(subscript(letter, k), low, low, high, step, name=f"{name} of bell {k + 1}")
                for letter, name, (low, high), step in zip(self._letters, names, self._ends, steps, strict=True)
            ]
            for which, number in enumerate(row):
                number.observe(lambda change, k=k, which=which: self._moved(k, which, change["new"]), "value")
            self.rows.append(row)
            blocks.append([heading(f"{swatch(k)} bell {k + 1}"), *(number.widget for number in row)])
        self.rows[0][0].slider.disabled = self.rows[0][0].box.disabled = K == 1
        self.widget.children = (
            [widget for block in blocks for widget in block] if K <= 3 else self._one_at_a_time(blocks)
        )

    def _one_at_a_time(self, blocks):
        """A chooser, and the rows of the bell it names."""
        pages = ipywidgets.VBox(blocks[0])
        names = {f"{k + 1} of {len(blocks)}": k for k in range(len(blocks))}
        self.chooser = ipywidgets.Dropdown(options=names, description="bell", layout={"width": "auto"})
        self.chooser.style.description_width = "84px"
        self.chooser.observe(lambda change: setattr(pages, "children", blocks[change["new"]]), "value")
        return [self.chooser, pages]

    @property
    def parts(self):
        return [number.slider for row in self.rows for number in row if not number.slider.disabled]

    def _moved(self, k, which, value):
        if self._busy:
            return
        arrays = [np.array(a) for a in (self.value.weights, self.value.means, self.value.stds)]
        if which == 0:
            arrays[0] = share(arrays[0], k, value)
        else:
            arrays[which][k] = value
        self.value = Mixture(*arrays)

    def _show(self, _change=None):
        mixture = self.value
        if mixture.n_components != len(self.rows):
            self._build(mixture.n_components)
        self._busy = True
        try:
            for k, row in enumerate(self.rows):
                for number, array in zip(row, (mixture.weights, mixture.means, mixture.stds), strict=True):
                    number.value = float(array[k])
        finally:
            self._busy = False


def share(weights, k, value):
    """Weights with the k-th put at `value` and the others, in their old proportion, sharing what is left."""
    if weights.size == 1:
        return np.ones(1)
    rest = np.delete(weights, k)
    rest = rest / rest.sum() if rest.sum() > 0 else np.full(rest.size, 1 / rest.size)
    shared = np.insert(rest * (1 - value), k, value)
    return shared / shared.sum()


class Choice(traitlets.HasTraits):
    """One of several options, in a drop-down list. options: a list, or a dict of words → value."""

    value = traitlets.Any()

    def __init__(self, label, options, value=None):
        self.widget = ipywidgets.Dropdown(options=options, description=label, layout={"width": "auto"})
        self.widget.style.description_width = "84px"
        if value is not None:
            self.widget.value = value
        self.parts = [self.widget]
        super().__init__(value=self.widget.value)
        traitlets.link((self.widget, "value"), (self, "value"))


class Switch(traitlets.HasTraits):
    """On or off: a check box with its words beside it."""

    value = traitlets.Bool()

    def __init__(self, label, value=False):
        self.widget = ipywidgets.Checkbox(value=value, description=label, indent=False, layout={"width": "auto"})
        self.parts = [self.widget]
        super().__init__(value=value)
        traitlets.link((self.widget, "value"), (self, "value"))


def heading(html):
    """A line of text above a block of controls."""
    widget = ipywidgets.HTML(html)
    widget.add_class("gmm-heading")
    return widget


def swatch(k):
    """A short sample of the k-th bell's line, as inline SVG."""
    looks = LINES[k % len(LINES)]
    dash = " ".join(f"{2 * length:g}" for length in looks["linestyle"][1])
    path = f'<path d="M0 5H34" stroke="{looks["color"]}" stroke-width="2" stroke-dasharray="{dash}"/>'
    return f'<svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">{path}</svg>'
