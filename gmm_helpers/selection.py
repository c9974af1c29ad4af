"""How many components? Every number up to `most`, what the data say of each, and which can't be excluded."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from .fit import fit
from .result import FitResult
from .validation import Rng, check_integer, check_rng

__all__ = ["Selection", "select_components"]

CONVENTION = 6.0  # ΔBIC, odds of e³ = 20 to 1 (Kass & Raftery 1995), up to which a number can't be excluded
MENTION = 2.0  # ΔBIC, odds of e = 2.7 to 1, up to which the smaller number is preferred
N_STARTS = 6
NUMBERS = 3  # of a component: a fit has no more numbers than points
UNHEALTHY = 50.0


@dataclass(frozen=True, eq=False)
class Selection:
    """What `select_components` found.

    results: K → `FitResult` (K = 0 has none); bic: K → `FitResult.bic`, and 50 more for a fit with a component that is
    dead, a spike, wider than the grid or seen by no point, which noise alone doesn't pay.

    Examples
    --------
    >>> from gmm_helpers import classic
    >>> select_components(*classic(), 4, rng=0).plausible
    (3,)
    """

    results: dict[int, FitResult]
    bic: dict[int, float]

    @property
    def plausible(self) -> tuple[int, ...]:
        """Every K whose BIC, by six starts, lies within 6 of the lowest and which χ², if `sigma` is known, doesn't
        refute (`FitResult.is_refuted`); none where χ² refutes all: then `sigma` is too small, or the curve no sum of
        bells. A longer search, `fit` with that K, may lower a BIC."""
        lowest = min(self.bic.values())
        near = (K for K in sorted(self.bic) if self.bic[K] < lowest + CONVENTION)
        return tuple(K for K in near if K not in self.results or not self.results[K].is_refuted)

    @property
    def n_components(self) -> int:
        """The smallest K whose BIC lies within 2 of the lowest (less is not worth more than a bare mention, Kass &
        Raftery 1995); 0 where nothing but noise, or the background, is seen."""
        return min(K for K, value in self.bic.items() if value <= min(self.bic.values()) + MENTION)

    @property
    def result(self) -> FitResult | None:
        """The fit of that K; None for no component."""
        return self.results.get(self.n_components)

    @property
    def chi2(self) -> dict[int, float]:
        """K → χ² of its fit; NaN where `sigma` isn't known."""
        return {K: result.chi2 for K, result in self.results.items()}

    @property
    def diagnosis(self) -> tuple[str, ...]:
        """Plain sentences about what looks wrong or fragile, those of `result` among them (of no component: those of
        one); empty when all is well."""
        largest, lowest = max(self.bic), min(self.bic.values())
        sentences = self.result.diagnosis if self.result else [f"of one: {each}" for each in self.results[1].diagnosis]
        if self.bic[largest] > lowest or self.results[largest].is_met or self.results[largest].dips:
            return tuple(sentences)
        helps = "raise `most`" if self.results[largest].dof >= NUMBERS else "more points may tell"
        at_most = f"the lowest BIC is that of {largest}, the largest number tried: {helps}"
        return f"{at_most}, unless the curve is no sum of Gaussians", *sentences

    def __repr__(self) -> str:
        rows = [f"  K={K}: BIC {value - min(self.bic.values()):+.1f}" for K, value in sorted(self.bic.items())]
        rows += [f"  diagnosis: {sentence}" for sentence in self.diagnosis]
        head = f"Selection: {self.n_components} components, plausible {self.plausible}"
        return "\n".join([head + (", but see the diagnosis" if self.diagnosis else ""), *rows])


def select_components(
    x: ArrayLike,
    density: ArrayLike,
    most: int = 10,
    *,
    sigma: ArrayLike | None = None,
    background: str | ArrayLike | None = None,
    mass: float | None = None,
    nan_policy: str = "raise",
    rng: Rng = None,
) -> Selection:
    """Fit every number of components from 0 up to `most` and compare them by the Bayesian criterion.

    BIC is χ² + p·log N, or with `sigma` unknown N·log(Σr²/N) + (p + 1)·log N (Schwarz 1978); p counts the free numbers.
    More components always lower χ²: it can refute too few, never too many, so each number has its price. It stops at
    the first number, of two or more, that is clearly worse. It rests on noise that is independent from point to point,
    and of one size unless `sigma` tells it: the more points a kernel or smoothing makes, the more components it finds.

    Parameters
    ----------
    x, density : (N,) array_like
        The grid and the curve on it.
    most : int, default 10
        The largest number of components.
    sigma, background, mass, nan_policy
        See `fit_once`; the mass is fitted unless given.
    rng : int or numpy.random.Generator, optional
        Seed or generator of the starts.

    Returns
    -------
    Selection
        `n_components`, `result`, `results`, `bic`, `plausible`, `diagnosis`.

    Raises
    ------
    ValueError, TypeError
        For an argument that breaks its rule; the sentence names the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from gmm_helpers import CLASSIC
    >>> x = np.linspace(0, 25, 200)
    >>> noisy = CLASSIC.pdf(x) + np.random.default_rng(0).normal(0, 0.002, 200)
    >>> select_components(x, noisy, 5, rng=0).n_components
    3
    """
    most = check_integer("most", most)
    generator = check_rng(rng)
    about: dict[str, Any] = {"sigma": sigma, "background": background, "mass": mass, "nan_policy": nan_policy}
    results: dict[int, FitResult] = {}
    bic: dict[int, float] = {}
    for K in range(1, most + 1):
        if K > 1 and results[K - 1].dof < NUMBERS:
            break
        start = results[K - 1].one_more() if K > 1 else None
        results[K] = fit(x, density, K, start=start, n_starts=N_STARTS, rng=generator, **about)
        bic[K] = _healthy_bic(results[K])
        if K == 1:
            bic[0] = results[1].bic_without
        if results[K].dips:
            break
        if K > 1 and bic[K] > min(bic.values()) + CONVENTION:  # one component may have missed a narrow line
            break
    selection = Selection(results, bic)
    if K := selection.n_components:  # looked for as long as `fit` does
        results[K] = fit(x, density, K, start=results[K].mixture, rng=generator, **about)
        bic[K] = _healthy_bic(results[K])
    return selection


def _healthy_bic(result: FitResult) -> float:
    """The criterion, dearer by 50 for a component that is dead, a spike, wider than the grid or seen by no point:
    noise alone doesn't pay that, a pedestal does, and then the fit's diagnosis names it."""
    return result.bic + (0.0 if result.is_healthy and not result.has_dead else UNHEALTHY)
