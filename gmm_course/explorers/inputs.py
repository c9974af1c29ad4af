"""What a hand can move, as data: a page makes sliders, boxes and lists of them. Each holds the value at the start."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gmm_helpers import Mixture

__all__ = ["Bells", "Choice", "File", "Number", "Numbers", "Switch", "plain", "share", "subscript"]

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(letter, k):
    """subscript("μ", 0) is μ₁."""
    return letter + str(k + 1).translate(SUBSCRIPTS)


@dataclass(frozen=True)
class Number:
    """A number: a slider and a box. log: the slider moves evenly in the logarithm, `step` of a power of ten a step."""

    label: str
    value: float
    low: float
    high: float
    step: float = 0.01
    name: str = ""
    log: bool = False
    whole: bool = False

    def data(self):
        """What the page needs to know."""
        return asdict(self) | {"kind": "number", "name": self.name or self.label}

    def read(self, value):
        """The value that a page sent, checked."""
        if not np.isfinite(value := float(value)):
            raise ValueError(f"a number must be finite, got {value}")
        return value


@dataclass(frozen=True)
class Numbers:
    """Several numbers in blocks, one array. headings: index → what stands above that number."""

    numbers: list
    headings: dict

    @property
    def value(self):
        return np.array([number.value for number in self.numbers], float)

    def data(self):
        """What the page needs to know."""
        headings = [self.headings.get(i, "") for i in range(len(self.numbers))]
        return {"kind": "numbers", "numbers": [number.data() for number in self.numbers], "headings": headings}

    def read(self, value):
        """The array that a page sent, checked."""
        return np.array([number.read(v) for number, v in zip(self.numbers, value, strict=True)])


@dataclass(frozen=True)
class Bells:
    """A mixture: a weight, a mean and a std for each bell; the weights share what is left, so that they sum to 1."""

    value: Mixture
    means: tuple = (0, 25)
    stds: tuple = (0.05, 8)

    def data(self):
        """What the page needs to know."""
        ends = {"w": (0, 1, 0.01), "m": (*self.means, 0.05), "s": (*self.stds, 0.05)}
        limits = {key: {"low": low, "high": high, "step": step} for key, (low, high, step) in ends.items()}
        return {"kind": "mixture", "limits": limits}

    def read(self, value):
        """The mixture that a page sent, checked."""
        weights = np.array(value["w"], float)
        return Mixture(weights / weights.sum(), value["m"], value["s"])


@dataclass(frozen=True)
class Choice:
    """One of several options: a list, or a dict of words → value."""

    label: str
    options: Any
    start: Any = None

    @property
    def values(self):
        return list(self.options.values()) if isinstance(self.options, dict) else list(self.options)

    @property
    def value(self):
        return self.values[0] if self.start is None else self.start

    def data(self):
        """What the page needs to know."""
        return {"kind": "choice", "label": self.label, "words": list(self.options), "options": self.values}

    def read(self, value):
        """The option that a page sent, checked."""
        return self.values[self.values.index(value)]


@dataclass(frozen=True)
class Switch:
    """On or off."""

    label: str
    value: bool = False

    def data(self):
        """What the page needs to know."""
        return {"kind": "switch", "label": self.label}

    read = staticmethod(bool)


@dataclass(frozen=True)
class File:
    """A button that takes a file; `value` names what is on show, and below stands what was found in it."""

    label: str
    value: str
    take: Any

    def data(self):
        """What the page needs to know."""
        return {"kind": "file", "label": self.label}

    read = staticmethod(str)


def plain(value):
    """A value as JSON holds it."""
    if isinstance(value, Mixture):
        return {"w": value.weights.tolist(), "m": value.means.tolist(), "s": value.stds.tolist()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def share(weights, k, value):
    """Weights with the k-th put at `value` and the others, in their old proportion, sharing what is left."""
    if weights.size == 1:
        return np.ones(1)
    rest = np.delete(weights, k)
    rest = rest / rest.sum() if rest.sum() > 0 else np.full(rest.size, 1 / rest.size)
    shared = np.insert(rest * (1 - value), k, value)
    return shared / shared.sum()
