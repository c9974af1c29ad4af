"""What is wrong with a fit, in plain sentences. The numbers behind each rule stand beside it."""

from itertools import combinations

import numpy as np

__all__ = ["diagnose", "is_healthy", "is_seen", "is_white"]

LIVE = 1e-4  # a component of less weight than this says nothing about the curve
SEEN = 0.01  # share of its weight that the points must find under a component
FEW = 40  # points, under which a test for noise has no power
TWINS = 1e-3  # relative difference in mean and std below which two components are one


def is_seen(mixture, x):
    """Whether the points x (N,) see every component that carries weight: its area summed over the grid is at
    least 1 % of its weight, and its std is under ten grid lengths."""
    live = mixture.weights > LIVE
    if (mixture.stds[live] >= 10 * (x[-1] - x[0])).any():
        return False
    doubtful = live & (_off(mixture, x) | (mixture.stds < _local_step(mixture, x) / 2))  # others can't be missed
    return not doubtful.any() or bool((_seen_share(mixture, x)[doubtful] >= SEEN).all())


def is_healthy(mixture, x):
    """Whether moreover no component that carries weight is narrower than half the grid's step where it sits."""
    live = mixture.weights > LIVE
    return is_seen(mixture, x) and bool((mixture.stds >= _local_step(mixture, x) / 2)[live].all())


def is_white(residuals):
    """Whether residuals (N,) look like independent noise: |lag-1 autocorrelation| < 2/√N. Under 40 points: False,
    for there such a test has no power."""
    r = residuals - residuals.mean()
    r = r / (abs(r).max() or 1.0)  # so that no unit overflows
    return r.size >= FEW and abs(r[1:] @ r[:-1]) < 2 / np.sqrt(r.size) * (r @ r)


def diagnose(result):
    """Sentences about a `FitResult`: a tuple, empty when all is well."""
    problem, mixture = result._problem, result.mixture
    rules = (_exploded, _off_grid, _narrow, _dead, _twins)
    live = mixture.weights > LIVE
    sentences = [sentence for rule in rules for sentence in rule(mixture, problem.x, live)]
    return (*sentences, *_misfit(result), *_rounding(result))


def _exploded(mixture, x, live):
    for k in (live & (mixture.stds >= 10 * (x[-1] - x[0]))).nonzero()[0]:
        yield f"{_name(mixture, k)} exploded: its std is {mixture.stds[k]:.3g}, over ten grid lengths"


def _off_grid(mixture, x, live):
    for k in (live & _off(mixture, x)).nonzero()[0]:
        yield f"{_name(mixture, k)} has its mean off the grid ({x[0]:.6g} … {x[-1]:.6g})"


def _narrow(mixture, x, live):
    step = _local_step(mixture, x)
    for k in (live & (mixture.stds < step / 2)).nonzero()[0]:
        if _seen_share(mixture, x)[k] < SEEN and x[0] <= mixture.means[k] <= x[-1]:
            yield f"{_name(mixture, k)} hides between grid points: none sees its weight of {mixture.weights[k]:.3g}"
        else:
            yield f"{_name(mixture, k)} is a spike: its std {mixture.stds[k]:.3g} is under half a step of {step[k]:.3g}"


def _dead(mixture, _x, live):
    for k in (~live).nonzero()[0]:
        yield f"{_name(mixture, k)} is dead: its weight is {mixture.weights[k]:.1e}; fewer components may do"


def _twins(mixture, _x, live):
    means, stds = mixture.means.tolist(), mixture.stds.tolist()
    for i, j in combinations(live.nonzero()[0].tolist(), 2):
        near = TWINS * (stds[i] + stds[j])
        if abs(means[i] - means[j]) < near and abs(stds[i] - stds[j]) < near:
            yield f"{_name(mixture, i)} and {_name(mixture, j)} are twins: one component would do"


def _misfit(result):
    problem = result._problem
    if result.loss <= 1e-8:
        return
    ratio = problem.area / result.mass
    if not problem.free_mass and not 0.5 < ratio < 1.2:
        yield f"the curve's area is {problem.area:.4g}, not {result.mass:.4g}: pass `mass=None`"
    elif not is_white(result.pdf(problem.x) - problem.density) and result.loss > 1e-3:
        kind = " that is no noise" if problem.x.size >= FEW else ""
        cure = "one more component" if result.is_confirmed else "another start, or one more component,"
        yield f"a relative loss of {result.loss:.2g} is left{kind}: {cure} may mend it"


def _rounding(result):
    if result.status == 2 and result._run.converged:
        yield f"the walk ended by loss of precision at a gradient norm of {result.grad_norm:.1e}: harmless"


def _name(mixture, k):
    return f"component {k + 1} (mean {mixture.means[k]:.6g})"


def _off(mixture, x):
    """Which components have their mean off the grid, (K,)."""
    return (mixture.means < x[0]) | (mixture.means > x[-1])


def _local_step(mixture, x):
    """The grid's step where each component sits, (K,)."""
    i = x[1:-1].searchsorted(mixture.means)
    return x[i + 1] - x[i]


def _seen_share(mixture, x):
    """Share of each component's area that the points find, by the trapezoidal rule, (K,)."""
    return np.trapezoid(mixture.component_pdfs(x), x, axis=0) / np.maximum(mixture.weights, 1e-300)
