"""What an explorer knows: its values, in plain Python. No front end needed."""

from itertools import islice

import numpy as np
from scipy.optimize import linear_sum_assignment

from gmm_helpers import Mixture, fit, fit_once, gaussian_pdf, unpack

from .as_code import literal

__all__ = ["MET", "State", "alive", "follow", "key", "largest_error", "matched", "noise", "places", "random_mixture",
           "slope"]  # fmt: skip

MET = 1e-8  # the relative loss at which a curve counts as met
UNCOVERING = ("revealed", "preset", "problem", "answer", "moved", "code", "guess")
FIRST, DEARER, FEW = 24, 12, 6  # starts: with no answer yet, the dearer cases; where the last one, moved on, won't do
FEW_BELLS = 3  # up to so many a fit to noise is a whole search
CHEAP, SHORT, LONG = {"maxfev": 120}, {"maxfev": 30}, {"maxfev": 80}  # evaluations: exact, dearer, dearer and first


class State:
    """Named values of an explorer, the last fit (from which the next one starts), and what long work has found.

    `values` is a dict that is replaced, never edited.
    """

    def __init__(self, values):
        self.values = dict(values)
        self.forget()

    @property
    def covered(self):
        """Whether this is a problem to solve, whose truth is not yet revealed."""
        return self.values["problem"] > 0 and not self.values["revealed"]

    def update(self, **changes):
        """Replace some values; a name that the explorer doesn't know is a `TypeError`."""
        if unknown := set(changes) - set(self.values):
            raise TypeError(f"no value is called {sorted(unknown)[0]!r}: choose from {', '.join(self.values)}")
        self.values = {**self.values, **changes}

    def kept(self, key, make):
        """`make()`, or what it returned the last time if the key is still the same: revealing refits nothing."""
        if self._kept is None or self._kept[0] != key:
            self._kept = key, make()
        return self._kept[1]

    def gather(self, results, n, *besides):
        """Long work: up to n results, one a slice. Yields how far it is; those that came so far are `found`.

        besides: names of values on which they don't depend.
        """
        found = []
        for result in islice(results, n):
            found.append(result)
            self.result = key(self.values, *besides), found, besides, n
            yield len(found) / n

    @property
    def found(self):
        """What long work has found for the present values: a list, empty before it has begun."""
        at, found, besides, _ = self.result
        return found if at == key(self.values, *besides) else []

    @property
    def finished(self):
        """What long work has found once it has come to its end."""
        return self.found if len(self.found) == self.result[-1] else []

    def forget(self):
        """Forget the last fit and what long work has found."""
        self.last = self._kept = None
        self.result = "", [], (), 0


def key(values, *besides):
    """What a result depends on: all values but those that only uncover it, and those named."""
    counting = {k: v for k, v in values.items() if k not in (*UNCOVERING, *besides)}
    return repr({k: v.tobytes() if isinstance(v, np.ndarray) else literal(v) for k, v in counting.items()})


def follow(x, density, n_components, last=None, *, prior=None, exact=True):
    """Fit by Levenberg–Marquardt from the last answer; where that doesn't meet the curve, from other starts as well.

    last: a `FitResult` or None; exact: whether the density has no noise and can be met. Returns the better
    `FitResult`. An exact density takes about a millisecond. With noise or a prior a walk of many bells is cut short
    during a drag: the next move takes it further.
    """
    exact = exact and prior is None
    fresh = last is None or last.mixture.n_components != n_components or last.mixture.weights.min() <= 0
    options = (None if fresh else CHEAP) if exact else (LONG if fresh else SHORT)
    if fresh:
        warm = fit(x, density, n_components, n_starts=1, rng=0, prior=prior, options=options)
    else:
        try:
            warm = fit_once(x, density, last.mixture, method="LM", prior=prior, options=options)
        except ValueError:  # the last answer lies too far off this curve to start from
            return follow(x, density, n_components, prior=prior, exact=exact)
    met = warm.loss <= MET and not warm.diagnosis
    if (warm.loss <= MET and not exact) or (met and warm.success):
        return warm
    few = (FIRST if exact else DEARER) if fresh else (1 if met else FEW)
    if not exact and n_components <= FEW_BELLS:
        few = options = None  # a whole search takes 15 ms, and the answer is the same whichever way the hand has come
    other = fit(x, density, n_components, n_starts=few, rng=0, prior=prior, options=options)
    return warm if warm.fun < other.fun else other  # never a walk that was lost: its objective is NaN


def slope(theta, x, density):
    """Σ (density − f)² of the mixture at theta (3K,), and its gradient (3K,): autograd's, in a tenth of the time."""
    weights, means, stds = unpack(theta)
    z = (x[:, None] - means) / stds
    bells = weights * gaussian_pdf(x[:, None], means, stds)
    f = bells.sum(axis=1)
    left = f - density
    by_logit = left @ bells - weights * (left @ f)
    return left @ left, 2 * np.concatenate([by_logit, left @ (bells * z / stds), left @ (bells * (z * z - 1))])


def _assignment(mixture, truth):
    """Pairs of a bell and the true bell that it is nearest to: two arrays of numbers."""
    gaps = mixture.means[:, None] - truth.means, np.log(mixture.stds[:, None] / truth.stds)
    gaps += (mixture.weights[:, None] - truth.weights,)
    return linear_sum_assignment(sum(np.minimum(abs(gap), 1e6) for gap in gaps))


def places(mixture, truth):
    """For each bell the number of the true bell that it is nearest to; those left over take the next numbers. (K,)"""
    found = dict(np.transpose(_assignment(mixture, truth)).tolist())
    rest = iter(range(truth.n_components, truth.n_components + mixture.n_components))
    return [found[k] if k in found else next(rest) for k in range(mixture.n_components)]


def matched(mixture, truth):
    """The bells of `mixture` in the order of the true ones they are nearest to; None if their numbers differ."""
    if mixture.n_components != truth.n_components:
        return None
    order = np.argsort(_assignment(mixture, truth)[1])
    return Mixture(mixture.weights[order], mixture.means[order], mixture.stds[order])


def largest_error(mixture, truth):
    """The largest difference in any weight, mean or std after matching the bells; None if their numbers differ."""
    if (ours := matched(mixture, truth)) is None:
        return None
    pairs = ((ours.weights, truth.weights), (ours.means, truth.means), (ours.stds, truth.stds))
    return float(max(abs(a - b).max() for a, b in pairs))


def random_mixture(rng, n_components=3, low=3.0, high=22.0):
    """A mixture to guess at: means at least 1.5 apart, no weight under 0.1, stds from 0.6 to 2.5, to two digits."""
    while True:
        means = np.sort(rng.uniform(low, high, n_components))
        weights = rng.dirichlet(np.full(n_components, 4.0))
        if weights.min() >= 0.1 and (np.diff(means) >= 1.5).all():
            break
    weights = np.round(weights, 2)
    weights[-1] = 1 - weights[:-1].sum()
    return Mixture(weights, np.round(means, 1), np.round(rng.uniform(0.6, 2.5, n_components), 1))


def noise(values, n):
    """The seeded noise that the values ask for, as shares of the curve's peak: (n,)."""
    return values["noise"] / 100 * np.random.default_rng(int(values["seed"])).normal(size=n)


def alive(mixture):
    """The mixture as a start, in which no weight is 0: its logit would be −inf."""
    weights = np.maximum(mixture.weights, 1e-9)
    return Mixture(weights / weights.sum(), mixture.means, mixture.stds)
