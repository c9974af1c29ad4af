"""What the logits say of the areas: shares of a given mass (softmax), or the areas themselves (`mass=None`)."""

from dataclasses import dataclass
from math import log

import numpy as np

from ..validation import Array

__all__ = ["Areas"]


@dataclass(frozen=True)
class Areas:
    """unit: the given mass, or, with `free`, the area in which free areas are counted."""

    unit: float
    free: bool

    @property
    def log_unit(self) -> float:
        """What a logit changes by on the way to the user's units: nothing where only differences count."""
        return log(self.unit) if self.free else 0.0

    def of(self, logits: Array) -> Array:
        """Areas in `unit`s, of logits that are kept within REACH; the last axis but one counts components."""
        exps = np.exp(logits)
        return exps if self.free else exps / np.add.reduce(exps, -2, keepdims=True)

    def slopes(self, bells: Array, areas: Array, fitted: Array) -> Array:
        """d fitted/d logits (…, K, N): bₖ, and for softmax bₖ − areaₖ·f."""
        return bells if self.free else bells - areas * fitted[..., None, :]

    def gauge(self, n_components: int) -> Array:
        """Equations (0 or 1, 3K) that pin what the curve doesn't feel: softmax's common shift of the logits."""
        shift = np.repeat([1.0, 0.0, 0.0], n_components) / n_components
        return np.empty((0, shift.size)) if self.free else shift[None]
