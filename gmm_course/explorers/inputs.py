"""What a hand can move, as data: a page makes sliders, boxes and lists of them. Each holds the value at the start."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gmm_helpers import PRESETS, Mixture, marron_wand

__all__ = ["COMPONENTS", "NOISE", "SEED", "Bells", "Choice", "File", "Number", "Numbers", "Switch", "like", "plain",
           "share", "strengths", "subscript"]  # fmt: skip


CURVES = PRESETS | {"Claw": marron_wand(10)}  # by the names that the table of presets uses


def subscript(letter, k):
    """subscript("μ", 0) is μ₁."""
    return letter + "₁₂₃₄₅₆₇₈₉"[k]


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
    kind: str = "number"


@dataclass(frozen=True)
class Numbers:
    """Several numbers in blocks, one array. headings: index → what stands above that number."""

    numbers: list
    headings: dict
    kind: str = "numbers"

    @property
    def value(self):
        return np.array([number.value for number in self.numbers], float)


@dataclass(frozen=True)
class Bells:
    """A mixture: a weight, a mean and a std for each bell; the weights share what is left, so that they sum to 1."""

    value: Mixture
    means: tuple = (0, 25)
    stds: tuple = (0.05, 8)
    kind: str = "mixture"


@dataclass(frozen=True)
class Choice:
    """One of several options: a list, or a dict of words → value; the first, or another to start with."""

    label: str
    options: Any
    first: Any = None
    kind: str = "choice"

    @property
    def values(self):
        return list(self.options.values() if isinstance(self.options, dict) else self.options)

    @property
    def value(self):
        return self.values[0] if self.first is None else self.first


@dataclass(frozen=True)
class Switch:
    """On or off."""

    label: str
    value: bool = False
    kind: str = "switch"


@dataclass(frozen=True)
class File:
    """A button that takes a file; `value` names what is on show, and below stands what was found in it."""

    label: str
    value: str
    take: Any
    kind: str = "file"


# What several explorers let a hand move
COMPONENTS = Number("K", 3, 1, 6, 1, "number of bells fitted", whole=True)
NOISE = Number("noise %", 0.0, 0, 10, 0.5, "noise in per cent of the peak")
SEED = Number("seed", 0, 0, 20, 1, "seed of the noise", whole=True)


def strengths(*powers):
    """A choice of the strength of a prior: none, or one of these powers of ten."""
    return Choice("prior λ", {"none": 0.0} | {f"1e{n}": 10.0**n for n in powers})


def plain(value):
    """A value, or a control, as JSON holds it; a dict as a list of pairs."""
    if isinstance(value, Mixture):
        return {"w": value.weights.tolist(), "m": value.means.tolist(), "s": value.stds.tolist()}
    if isinstance(value, dict):
        return list(map(list, value.items()))
    if isinstance(value, list):
        return list(map(plain, value))
    if hasattr(value, "kind"):
        return {key: plain(each) for key, each in vars(value).items() if key not in ("value", "take")}
    return value.tolist() if isinstance(value, np.ndarray) else value


def like(default, value):
    """A value that a page, the table of presets or a caller gives, in the kind of the default."""
    if isinstance(value, str) and isinstance(default, Mixture):
        return CURVES[value]
    if isinstance(value, dict):
        weights, means, stds = map(np.array, value.values())
        return Mixture(weights / weights.sum(), means, stds)
    return np.array(value, float) if isinstance(default, np.ndarray) else value


def share(weights, k, value):
    """Weights with the k-th put at `value` and the others, in their old proportion, sharing what is left."""
    if weights.size == 1:
        return np.ones(1)
    rest = np.delete(weights, k)
    rest = rest / rest.sum() if rest.sum() > 0 else np.full(rest.size, 1 / rest.size)
    shared = np.insert(rest * (1 - value), k, value)
    return shared / shared.sum()
