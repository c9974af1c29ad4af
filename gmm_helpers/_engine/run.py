"""One run of an optimiser, and a search over many, in normalised coordinates."""

from dataclasses import dataclass

import numpy as np

__all__ = ["CONVERGED", "LIMIT", "NAN", "PRECISION", "STOPPED", "Run", "Search"]

CONVERGED, LIMIT, PRECISION, NAN, STOPPED = 0, 1, 2, 3, 99  # as `scipy.optimize.minimize` has them for BFGS
MET = 1e-8  # a relative loss at which the target counts as met
FLAT = 1e-6  # a gradient norm, in normalised coordinates, at which a point counts as stationary,
FLATTER = 1e-8  # and one at which even a walk that was cut short has arrived
FLOAT = 700.0  # of a log-std, or the log of an area: exp(±700) is about what a float holds


@dataclass(frozen=True, eq=False)
class Run:
    """One walk, in normalised coordinates: where it ended, how, and every point accepted on the way."""

    theta: np.ndarray
    fun: float  # relative loss + prior
    loss: float  # relative loss
    grad_norm: float
    status: int
    nfev: int
    method: str
    path: np.ndarray  # (iterations + 1, 3K)
    kind: str  # of start

    @property
    def is_finite(self):
        """Whether it stayed within numbers and nobody stopped it."""
        return self.status not in (NAN, STOPPED)

    @property
    def converged(self):
        """Whether it ended at a stationary point: a stop by rounding, or at a limit, on flat ground is one as well."""
        flat = {CONVERGED: FLAT, PRECISION: FLAT, LIMIT: FLATTER}
        return self.status in flat and self.grad_norm <= flat[self.status]


@dataclass(frozen=True, eq=False)
class Search:
    """How `fit` ended: whether the best was confirmed, by how many independent starts, out of how many runs."""

    confirmed: bool
    finds: int
    runs: tuple  # of Run, best first
