"""Values as a page, a table or a caller gives them, and as Python keeps them."""

import numpy as np

from gmm_helpers import PRESETS, Mixture, marron_wand

__all__ = ["parts", "plain", "read", "share"]

# Mixtures by the names that explorers.toml uses
CURVES = PRESETS | {"Claw": marron_wand(10), "Even": Mixture([1 / 3, 1 / 3, 1 / 3], [5, 12.5, 20], [2, 2, 2])}


def read(value):
    """A value as Python keeps it: a mixture for its numbers or its name, an array for a list, else what it is."""
    if isinstance(value, dict):
        weights, means, stds = map(np.array, value.values())
        return Mixture(weights / weights.sum(), means, stds)
    if isinstance(value, list):
        return np.array(value, float)
    return CURVES.get(value, value) if isinstance(value, str) else value


def plain(value):
    """A value as JSON holds it."""
    if isinstance(value, Mixture):
        return {"w": value.weights.tolist(), "m": value.means.tolist(), "s": value.stds.tolist()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def parts(value, *path):
    """The numbers and words of a plain value, each by the path to it."""
    if not isinstance(value, dict | list):
        return {path: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return {own: each for key, part in items for own, each in parts(part, *path, key).items()}


def share(weights, k, value):
    """Weights with the k-th put at `value` and the others, in their old proportion, sharing what is left."""
    if weights.size == 1:
        return np.ones(1)
    rest = np.delete(weights, k)
    rest = rest / rest.sum() if rest.sum() > 0 else np.full(rest.size, 1 / rest.size)
    shared = np.insert(rest * (1 - value), k, value)
    return shared / shared.sum()
