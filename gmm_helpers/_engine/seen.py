"""What the points see of each component: one rule, from which "dead", "hidden", "spike", "wide", healthy and `success`
all follow."""

from typing import NamedTuple

import numpy as np

from ..loss import trapezoid_weights
from ..mixture import gaussian_pdf
from ..validation import Array, Bools
from .tolerances import LIVE, SEEN, SPIKE

__all__ = ["Sight", "sight"]


class Sight(NamedTuple):
    """Of each component (K,): seen, its area as the points find it; step, the grid's where it sits; and whether it is
    dead (its area is next to nothing), hidden (the points find next to nothing of its area), a spike (narrower than
    half a step), wide (wider than the grid: it stands for a background), or has its mean off the grid."""

    seen: Array
    step: Array
    dead: Bools
    hidden: Bools
    spike: Bools
    wide: Bools
    off: Bools


def sight(areas: Array, means: Array, stds: Array, x: Array) -> Sight:
    """What the points x (N,) see of components with areas, means, stds (K,), in the same unit."""
    with np.errstate(all="ignore"):  # an area that ran away
        seen = trapezoid_weights(x) @ (areas * gaussian_pdf(x[:, None], means, stds))
        is_wide = stds >= x[-1] - x[0]
        total = np.add.reduce(seen[~is_wide]) or np.add.reduce(seen)  # a background is no measure of a component
        dead = areas <= LIVE * total
        i = x[1:-1].searchsorted(means)
        step = x[i + 1] - x[i]
        off = (means < x[0]) | (means > x[-1])
        hidden, spike = ~(seen >= SEEN * areas), stds < SPIKE * step
        return Sight(seen, step, dead, *(~dead & each for each in (hidden, spike, is_wide, off)))
