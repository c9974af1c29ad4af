"""Chapter 2: from the free vector that an optimiser moves to a mixture that is always valid, and back.

The glossary of the whole package (N points, K components):

====================  ======  =====================================================================
x                     (N,)    the grid, increasing, in the user's unit
density               (N,)    the curve to be fitted, in 1/unit of x
weights, means, stds  (K,)    a mixture; weights are ≥ 0 and sum to 1, stds are > 0
logits                (K,)    free; weights = softmax(logits); only their differences count
log_stds              (K,)    free; stds = exp(log_stds)
theta                 (3K,)   free; [logits | means | log_stds], what an optimiser moves
====================  ======  =====================================================================

Words: a *component* in code is a *bell* in prose; an optimiser takes *steps* from a *start* to the end of a *run*; a
*search* is many runs. Seen, hidden, dead, spike, wide: what the points find of a component (`_engine/seen.py`).
"""

import autograd.numpy as np

from .mixture import Mixture
from .validation import Array

__all__ = ["pack", "softmax", "unpack"]


def softmax(logits: Array) -> Array:
    """exp(logitsₖ) / Σⱼ exp(logitsⱼ): K free numbers become K positive numbers that sum to 1.

    The maximum is taken off first, which changes nothing (only differences count) and keeps exp from
    overflowing. logits: (K,). Returns (K,). Traceable by autograd.

    Examples
    --------
    >>> softmax(np.array([0.0, 0.0, np.log(2)]))
    array([0.25, 0.25, 0.5 ])
    """
    exps = np.exp(logits - np.max(logits))
    return exps / exps.sum()


def unpack(theta: Array) -> tuple[Array, Array, Array]:
    """weights, means, stds of the free vector theta = [logits | means | log_stds].

    theta: (3K,). Returns three arrays (K,), in the unit in which theta is. Traceable by autograd.

    Examples
    --------
    >>> weights, means, stds = unpack(np.array([7.0, 7, 4, 8, 0, 0]))
    >>> weights, means, stds
    (array([0.5, 0.5]), array([4., 8.]), array([1., 1.]))
    """
    K = len(theta) // 3
    return softmax(theta[:K]), theta[K : 2 * K], np.exp(theta[2 * K :])


def pack(mixture: Mixture) -> Array:
    """The free vector of a mixture, [log weights | means | log stds]: `unpack(pack(m))` gives m back.

    A weight of zero becomes the logit −inf, from which no gradient leads back. Returns (3K,).

    Examples
    --------
    >>> pack(Mixture([1], [4], [1]))
    array([0., 4., 0.])
    """
    if not isinstance(mixture, Mixture):
        raise TypeError(f"`mixture` must be a Mixture, got {type(mixture).__name__}")
    with np.errstate(divide="ignore"):
        logits = np.log(mixture.weights)
    return np.concatenate([logits, mixture.means, np.log(mixture.stds)])
