"""A prior as rows that join the residuals: for the package's own, which are affine in theta, a constant matrix."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import jacobian

from ..parameters import unpack
from ..validation import Array, PriorLike

__all__ = ["CompiledPrior", "Rows", "compile_prior"]

Rows = Callable[[Array], tuple[Array, Array]]  # of theta (3K,): residuals (R,) and their derivatives (R, 3K)


@dataclass(frozen=True, eq=False)
class CompiledPrior:
    """The `Rows` of a prior. shift, factor: of theta to the user's units; constant: residuals at theta = 0 and the
    Jacobian, where that is the same everywhere."""

    prior: PriorLike
    shift: Array
    factor: Array
    constant: tuple[Array, Array] | None = None

    def __call__(self, theta: Array) -> tuple[Array, Array]:
        if self.constant is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # autograd's, of a prior that says nothing of theta
                return self.residuals(theta), jacobian(self.residuals)(theta)
        return self.constant[0] + self.constant[1] @ theta, self.constant[1]

    def residuals(self, theta: Array) -> Any:
        """What the prior says of theta. Traceable by autograd."""
        return anp.ravel(self.prior(*unpack(theta * self.factor + self.shift)))


def compile_prior(prior: PriorLike, to_user: Callable[[Array], Array], theta: Array) -> CompiledPrior:
    """The rows of a prior on weights, means, stds in the user's units, tried at a theta (3K,)."""
    shift = to_user(np.zeros(theta.size))
    compiled = CompiledPrior(prior, shift, to_user(np.ones(theta.size)) - shift)
    try:
        with np.errstate(all="ignore"):
            values, slopes = (np.asarray(each, dtype=float) for each in compiled(theta))
    # what numpy and autograd raise
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise ValueError(
            f"`prior` must return residuals that autograd can trace (write it with autograd.numpy), got "
            f"{type(error).__name__}: {str(error)[:120]}"
        ) from error
    if slopes.shape != (values.size, theta.size):
        raise ValueError(f"`prior` must return an array of residuals, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"`prior` must return finite residuals, got {values[~np.isfinite(values)][0]}")
    constant = (values - slopes @ theta, slopes) if getattr(prior, "affine", False) else None
    return replace(compiled, constant=constant)
