"""What the points see of each component: one rule, from which "dead", "hidden", "spike", "wide", healthy and `success`
all follow."""

from typing import NamedTuple

import numpy as np

from ..loss import trapezoid_weights
from ..mixture import gaussian_pdf
from ..validation import Array, Bools
from .problem import Problem
from .tolerances import LIVE, MET, SEEN, SPIKE

__all__ = ["Sight", "sight"]


class Sight(NamedTuple):
    """Of each component (K,): seen, its area as the points find it; step, that of the grid where the points see it; and
    whether it is dead (its area is next to nothing, and without it the curve would be met as well), hidden (the points
    find next to nothing of its area), a spike (narrower than half a step), wide (wider than the grid: it stands for a
    background), or has its mean off the grid."""

    seen: Array
    step: Array
    dead: Bools
    hidden: Bools
    spike: Bools
    wide: Bools
    off: Bools


def sight(areas: Array, means: Array, stds: Array, problem: Problem) -> Sight:
    """What the points see of components with areas, means, stds (K,), in normalised coordinates."""
    u = problem.u
    gaps = np.diff(u, prepend=-np.inf, append=np.inf)
    with np.errstate(all="ignore"):  # an area that ran away; a component that no point sees has no step
        bells = areas * gaussian_pdf(u[:, None], means, stds)
        seen = trapezoid_weights(u) @ bells
        step = np.minimum(gaps[1:], gaps[:-1]) @ bells / np.add.reduce(bells)
        is_wide = stds >= u[-1] - u[0]
        total = np.add.reduce(seen[~is_wide]) or np.add.reduce(seen)  # a background is no measure of a component
        dead = areas <= LIVE * total
        if dead.any():
            rows = problem.background.taken_off(bells.T * problem.scale)
            dead &= np.einsum("ki,ki->k", rows, rows) <= MET
        off = (means < u[0]) | (means > u[-1])
        hidden, spike = ~(seen >= SEEN * areas), stds < SPIKE * step
        return Sight(seen, step, dead, *(~dead & each for each in (hidden, spike, is_wide, off)))
