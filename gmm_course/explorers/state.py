"""What an explorer knows: its values, in plain Python. No front end needed."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from gmm_helpers import Mixture, fit, fit_once

from .as_code import literal

__all__ = ["State", "alive", "follow", "key", "largest_error", "matched", "noisy", "places", "random_mixture"]

FOLLOWED = 1e-8  # the relative loss at which the last answer, moved on, still meets the curve
UNCOVERING = ("revealed", "preset", "problem", "answer", "code", "guess")
FEW, FEWER = 6, 3  # starts tried when it doesn't, and in the dearer cases: a hand on a slider waits for them
CHEAP, SHORT, LONG = {"maxfev": 120}, {"maxfev": 30}, {"maxfev": 80}  # evaluations: exact, dearer, dearer and first


class State:
    """Named values of an explorer, the last fit (from which the next one starts), and the result of long work.

    `values` is a dict that is replaced, never edited.
    """

    def __init__(self, defaults):
        self.values = dict(defaults)
        self.forget()

    @property
    def covered(self):
        """Whether this is a problem to solve, whose truth is not yet revealed."""
        return self.values["problem"] > 0 and not self.values["revealed"]

    def update(self, **changes):
        """Replace some values; a name that the explorer doesn't know is a `TypeError`."""
        if unknown := set(changes) - set(self.values):
            raise TypeError(f"no value is called {sorted(unknown)[0]!r}: choose from {', '.join(self.values)}")
        changes = {name: _like(self.values[name], value) for name, value in changes.items()}
        self.values = {**self.values, **changes}

    def kept(self, key, make):
        """`make()`, or what it returned the last time if the key is still the same: revealing refits nothing."""
        if self._kept is None or self._kept[0] != key:
            self._kept = key, make()
        return self._kept[1]

    def forget(self):
        """Forget the last fit and the results of long work."""
        self.last = self.result = self._kept = None


def _like(default, value):
    """A list given for an array becomes one; everything else is taken as it is."""
    return np.array(value, dtype=float) if isinstance(default, np.ndarray) else value


def key(values, *besides):
    """What a result depends on: all values but those that only uncover it, and those named."""
    return repr({k: literal(v) for k, v in values.items() if k not in (*UNCOVERING, *besides)})


def follow(x, density, n_components, last=None, *, prior=None, exact=True):
    """Fit by Levenberg–Marquardt from the last answer; where that doesn't meet the curve, from other starts as well.

    last: a `FitResult` or None; exact: whether the density has no noise and can be met. Returns the better
    `FitResult`. An exact density takes about a millisecond. With noise or a prior a walk is cut short during a drag:
    the next move takes it further.
    """
    exact = exact and prior is None
    if last is None or last.mixture.n_components != n_components or last.mixture.weights.min() <= 0:
        return _fresh(x, density, n_components, prior, exact)
    warm = fit_once(x, density, last.mixture, method="LM", prior=prior, options=CHEAP if exact else SHORT)
    if warm.loss <= FOLLOWED and not exact:
        return warm
    met = warm.loss <= FOLLOWED and not warm.diagnosis
    if met and warm.success:
        return warm
    few, options = (FEW if exact and not met else 1), (CHEAP if exact else SHORT)
    other = fit(x, density, n_components, n_starts=few, rng=0, prior=prior, options=options)
    return other if other.fun <= warm.fun else warm


def _fresh(x, density, n_components, prior, exact):
    """A fit with no answer to start from: the whole search where the curve can be met, else a few starts."""
    if exact:
        return fit(x, density, n_components, rng=0)
    return fit(x, density, n_components, n_starts=FEWER, rng=0, prior=prior, options=LONG)


def places(mixture, truth):
    """For each bell the number of the true bell that it is nearest to; those left over take the next numbers. (K,)"""
    cost = abs(mixture.means[:, None] - truth.means) + abs(np.log(mixture.stds[:, None] / truth.stds))
    rows, columns = linear_sum_assignment(np.minimum(cost, 1e6) + abs(mixture.weights[:, None] - truth.weights))
    found = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    rest = iter(range(truth.n_components, truth.n_components + mixture.n_components))
    return [found[k] if k in found else next(rest) for k in range(mixture.n_components)]


def matched(mixture, truth):
    """The bells of `mixture` in the order of the true ones they are nearest to; None if their numbers differ."""
    if mixture.n_components != truth.n_components:
        return None
    gaps = [(mixture.means[:, None] - truth.means), np.log(mixture.stds[:, None] / truth.stds)]
    gaps.append(mixture.weights[:, None] - truth.weights)
    cost = sum(np.minimum(abs(gap), 1e6) for gap in gaps)
    order = linear_sum_assignment(cost.T)[1]
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


def noisy(density, values):
    """The density with the seeded noise that the values ask for: `noise` per cent of its peak, from `seed`."""
    noise = np.random.default_rng(int(values["seed"])).normal(size=density.size)
    return density + values["noise"] / 100 * density.max() * noise if values["noise"] else density


def alive(mixture):
    """The mixture as a start, in which no weight is 0: its logit would be −inf."""
    weights = np.maximum(mixture.weights, 1e-9)
    return Mixture(weights / weights.sum(), mixture.means, mixture.stds)
