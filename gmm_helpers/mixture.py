"""Chapter 1: the Gaussian bell, the mixture of bells, and the object that holds one.

The two functions are written in `autograd.numpy`, so that the course can differentiate through them.
`Mixture` is plain data: checked once when it is made, then never changed.
"""

import math
from dataclasses import dataclass
from typing import Any, Self

import autograd.numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from .validation import Array, Rng, check_integer, check_number, check_rng, check_vector

__all__ = ["Mixture", "gaussian_pdf", "mixture_pdf"]

SQRT_2PI = math.sqrt(2 * math.pi)
FWHM = 2 * math.sqrt(2 * math.log(2))  # full width at half maximum, in stds


def gaussian_pdf(x: Array | float, mean: Array | float, std: Array | float) -> Array:
    """Density of one Gaussian bell, exp(−((x − mean)/std)²/2) / (std·√(2π)).

    The arguments broadcast. The result has the unit 1/x and its maximum 1/(std·√(2π)) may exceed 1.
    Traceable by autograd; nothing is checked here (`Mixture` checks).

    Examples
    --------
    >>> gaussian_pdf(np.array([0.0, 0.2]), 0.0, 0.2).round(4)
    array([1.9947, 1.2099])
    """
    z = (x - mean) / std
    return np.exp(-0.5 * z * z) / (std * SQRT_2PI)


def mixture_pdf(x: Array | float, weights: Array, means: Array, stds: Array) -> Array:
    """Density of a mixture, Σₖ weightsₖ · N(x; meansₖ, stdsₖ²).

    x: (N,), or a number; weights, means, stds: (K,). Returns the shape of x, in the unit 1/x.
    Traceable by autograd; nothing is checked here (`Mixture` checks).

    Examples
    --------
    >>> mixture_pdf(np.zeros(1), np.array([0.5, 0.5]), np.array([-1.0, 1.0]), np.array([1.0, 1.0])).round(4)
    array([0.242])
    """
    bells = gaussian_pdf(np.expand_dims(x, -1), means, stds)  # (N, 1) against (K,) gives (N, K)
    return np.dot(bells, weights)


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of K Gaussian bells: weights that sum to 1, means, and positive stds, each (K,).

    The arrays are read-only copies in the order given; `sorted()` orders the bells by mean.
    Raises `ValueError` or `TypeError`, with the argument's name, for anything that is no mixture.

    >>> Mixture([0.5, 0.5], [-1, 1], [1, 1]).std()
    1.4142135623730951
    """

    weights: Array
    means: Array
    stds: Array
    _names = ("weights", "means", "stds")

    def __init__(self, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> None:
        for name, values in zip(self._names, (weights, means, stds), strict=True):
            object.__setattr__(self, name, check_vector(name, values))
        if not self.weights.size == self.means.size == self.stds.size:
            sizes = {name: getattr(self, name).size for name in self._names}
            raise ValueError(f"`weights`, `means` and `stds` must have the same length, got {sizes}")
        if self.weights.min() < 0:
            raise ValueError(f"`weights` must not be negative, got minimum {self.weights.min():.6g}")
        if abs(self.weights.sum() - 1) > 1e-8:
            raise ValueError(f"`weights` must sum to 1, got {self.weights.sum():.10g}")
        if self.stds.min() <= 0:
            raise ValueError(f"`stds` must be positive, got minimum {self.stds.min():.6g}")

    def __reduce__(self) -> tuple[Any, ...]:
        return Mixture, (self.weights, self.means, self.stds)  # or copies could be written to

    @property
    def n_components(self) -> int:
        """Number of bells, K.

        Examples
        --------
        >>> Mixture([0.3, 0.7], [4, 8], [1, 2]).n_components
        2
        """
        return self.weights.size

    def pdf(self, x: ArrayLike) -> Array:
        """Density at x, Σₖ weightsₖ·N(x; meansₖ, stdsₖ²); the shape of x, in the unit 1/x.

        Examples
        --------
        >>> Mixture([1], [0], [0.2]).pdf([-0.2, 0, 0.2]).round(3)
        array([1.21 , 1.995, 1.21 ])
        """
        return mixture_pdf(np.asarray(x, dtype=float), self.weights, self.means, self.stds)

    def component_pdfs(self, x: ArrayLike) -> Array:
        """Each bell's share of the density at x, weightsₖ·N(x; meansₖ, stdsₖ²): (N, K), rows add to `pdf(x)`.

        Examples
        --------
        >>> Mixture([0.3, 0.7], [4, 8], [1, 2]).component_pdfs([4, 8]).round(3)
        array([[0.12 , 0.019],
               [0.   , 0.14 ]])
        """
        points = np.asarray(x, dtype=float)[..., None]
        return self.weights * gaussian_pdf(points, self.means, self.stds)

    def cdf(self, x: ArrayLike) -> Array:
        """Probability of a value below x, Σₖ weightsₖ·Φ((x − meansₖ)/stdsₖ); the shape of x.

        Examples
        --------
        >>> Mixture([0.5, 0.5], [-1, 1], [1, 1]).cdf([0, 9])
        array([0.5, 1. ])
        """
        points = np.asarray(x, dtype=float)[..., None]
        return ndtr((points - self.means) / self.stds) @ self.weights

    def mean(self) -> float:
        """Mean of the whole mixture, Σₖ weightsₖ·meansₖ, in the unit of x.

        Examples
        --------
        >>> Mixture([0.25, 0.75], [4, 8], [1, 2]).mean()
        7.0
        """
        return float(self.weights @ self.means)

    def std(self) -> float:
        """Standard deviation of the whole mixture, √(Σₖ weightsₖ·(stdsₖ² + (meansₖ − mean)²)), in the unit of x.

        Examples
        --------
        >>> Mixture([0.5, 0.5], [-1, 1], [1, 1]).std()
        1.4142135623730951
        """
        return float(np.sqrt(self.weights @ (self.stds**2 + (self.means - self.mean()) ** 2)))

    def sample(self, size: int, *, rng: Rng = None) -> Array:
        """`size` independent draws: choose a bell by its weight, then a value from that bell.

        rng: seed or generator, as `numpy.random.default_rng` takes it. Returns (size,), in the unit of x.

        Examples
        --------
        >>> Mixture([0.5, 0.5], [-100, 100], [1, 1]).sample(5, rng=0).shape
        (5,)
        """
        size, generator = check_integer("size", size), check_rng(rng)
        bell = generator.choice(self.n_components, size=size, p=self.weights / self.weights.sum())
        return generator.normal(self.means[bell], self.stds[bell])

    def sorted(self) -> "Mixture":
        """The same mixture with its bells in order of mean (equal means: of std, then of weight).

        Examples
        --------
        >>> Mixture([0.3, 0.7], [8, 4], [1, 2]).sorted().means
        array([4., 8.])
        """
        order = np.lexsort((self.weights, self.stds, self.means))
        return Mixture(self.weights[order], self.means[order], self.stds[order])

    def narrowed(self, bandwidth: float) -> "Mixture":
        """The mixture before smoothing: `bandwidth`² taken off each variance.

        A Gaussian kernel of width h turns std σ into √(σ² + h²); this undoes it. A bell no wider than h
        can't have come out of that smoothing: `ValueError` names it.

        Examples
        --------
        >>> Mixture([1], [0], [5]).narrowed(3).stds
        array([4.])
        """
        bandwidth = check_number("bandwidth", bandwidth, zero=True)
        if (too_narrow := np.flatnonzero(self.stds <= bandwidth)).size:
            k = too_narrow[0]
            raise ValueError(
                f"`bandwidth` must be smaller than every std, got {bandwidth:.6g} "
                f"for the component at {self.means[k]:.6g} with std {self.stds[k]:.6g}"
            )
        return Mixture(self.weights, self.means, np.sqrt(self.stds**2 - bandwidth**2))

    def to_dict(self) -> dict[str, list[float]]:
        """weights, means and stds as plain lists, for JSON: `from_dict` brings back the same bits.

        Examples
        --------
        >>> Mixture([1], [0], [2]).to_dict()
        {'weights': [1.0], 'means': [0.0], 'stds': [2.0]}
        """
        return {name: getattr(self, name).tolist() for name in self._names}

    @classmethod
    def from_dict(cls, data: dict[str, ArrayLike]) -> Self:
        """The mixture that `to_dict` wrote. `ValueError` names a key that is missing or unknown.

        Examples
        --------
        >>> Mixture.from_dict({'weights': [1.0], 'means': [0.0], 'stds': [2.0]}).stds
        array([2.])
        """
        if not isinstance(data, dict):
            raise TypeError(f"`data` must be a dict of weights, means and stds, got {type(data).__name__}")
        if missing := [name for name in cls._names if name not in data]:
            raise ValueError(f"`data` must hold weights, means and stds, got no {missing[0]!r}")
        if unknown := [name for name in data if name not in cls._names]:
            raise ValueError(f"`data` must hold weights, means and stds alone, got {unknown[0]!r} as well")
        return cls(**data)

    def to_scipy(self) -> Any:
        """The same mixture as a `scipy.stats.Mixture` of `Normal`s: quantiles, moments, entropy and more.

        Raises
        ------
        ImportError
            By SciPy before 1.15, which has no mixtures.

        Examples
        --------
        >>> float(Mixture([0.5, 0.5], [-1, 1], [1, 1]).to_scipy().mean())
        0.0
        """
        from scipy import stats

        if not hasattr(stats, "Mixture"):
            raise ImportError("`to_scipy` needs SciPy 1.15 or newer: `scipy.stats` has no `Mixture` here")
        bells = [stats.Normal(mu=mean, sigma=std) for mean, std in zip(self.means, self.stds, strict=True)]
        return stats.Mixture(bells, weights=self.weights / self.weights.sum())

    def to_sklearn(self) -> Any:
        """The same mixture as a fitted `sklearn.mixture.GaussianMixture` of one feature: it predicts, scores, samples.

        Its labels count our bells, its data are (S, 1). Every weight must be above 0, for it works with logarithms.
        With `warm_start=True` its own `fit` goes on from here. Needs scikit-learn.

        Examples
        --------
        >>> Mixture([0.5, 0.5], [-1, 1], [1, 1]).to_sklearn().predict([[-3], [3]])
        array([0, 1])
        """
        from sklearn.mixture import GaussianMixture

        if self.weights.min() == 0:
            raise ValueError("`weights` must be above 0 for scikit-learn, got a weight of 0")
        model = GaussianMixture(self.n_components)
        model.weights_, model.means_ = self.weights / self.weights.sum(), self.means[:, None].copy()
        std = self.stds[:, None, None]
        model.covariances_, model.precisions_, model.precisions_cholesky_ = std**2, 1 / std**2, 1 / std
        model.converged_, model.n_iter_, model.n_features_in_ = True, 0, 1
        model.lower_bound_, model.lower_bounds_ = -np.inf, []  # the likelihood of no samples: none were fitted
        return model

    def __repr__(self) -> str:
        rows = (f"{name}={np.array2string(getattr(self, name), separator=', ', precision=6)}" for name in self._names)
        return f"Mixture({', '.join(rows)})"

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope='col'>{title}</th>" for title in ("bell", "weight", "mean", "std"))
        bells = zip(self.weights, self.means, self.stds, strict=True)
        rows = "".join(
            f"<tr><th scope='row'>{k}</th><td>{w:.4f}</td><td>{m:.6g}</td><td>{s:.6g}</td></tr>"
            for k, (w, m, s) in enumerate(bells, start=1)
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
