"""Starts that the search makes of its best run so far, and any mixture as free numbers."""

from dataclasses import replace
from itertools import combinations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.sparse.csgraph import connected_components

from ..mixture import Mixture
from ..validation import Array, Ints
from .derivatives import curve_rows
from .problem import Problem
from .run import Run

__all__ = ["as_phi", "guessed", "jittered", "relocated", "with_one_less", "with_one_more"]

FAR = 1e6  # stds of the curve, beyond which a mean to start from is a mistake, not the end of another fit
DEAD = 1e-12  # an area, or a std in units of the curve's spread, below which a component is none
TO_MISFIT, TO_MATCH, SPLIT = 0.4, 0.25, 0.35  # how often a component is set down in each of three ways
JITTER = 0.2  # a maximum stands where it stands
EXCHANGE = 0.3  # how often, where there are groups of tied components
LEAST = 0.8  # how often the component that is missed least is the one picked up
RIDGE = 1e-9  # of a matrix of cosines: two components may be one

Bells = tuple[Array, Array, Array]  # areas, means, stds, which the moves change in place


def as_phi(problem: Problem, mixture: Mixture) -> Array:
    """The free numbers of a mixture in normalised coordinates."""
    return _phi(problem, mixture.weights, mixture.means, mixture.stds)


def guessed(problem: Problem, mixture: Mixture) -> Array:
    """The free numbers of a mixture in the unit of x, from which a gradient leads on."""
    if mixture.weights.min() == 0:
        raise ValueError("`start` must have weights above 0 (no gradient leads back from there), got a weight of 0")
    means, stds = (mixture.means - problem.center) / problem.spread, mixture.stds / problem.spread
    if not abs(means).max() < FAR:
        far = mixture.means[abs(means).argmax()]
        raise ValueError(f"`start` must have means within {FAR:g} stds of the curve, got a mean of {far:.6g}")
    return _phi(problem, mixture.weights, means, stds)


def jittered(mixture: Mixture, rng: np.random.Generator) -> Mixture:
    """The same mixture with every number shaken by about a fifth of its own size."""
    by = rng.normal(scale=JITTER, size=(3, mixture.n_components))
    weights, stds = mixture.weights * np.exp(by[0]), mixture.stds * np.exp(by[2])
    return Mixture(weights / weights.sum(), mixture.means + mixture.stds * by[1], stds)


def relocated(run: Run, n: int, rng: np.random.Generator) -> list[Array]:
    """Free numbers, n times, of a fit with one component picked up, most often the one that is missed least, and set
    down anew: where the misfit is, where a component would explain most of it, or as half of another. So does
    split-and-merge EM (Ueda et al. 2000). Or two groups of components that ties bind change places."""
    problem, K, pairs = run.problem, run.problem.n_components, _exchangeable(run.problem)
    misfit, least = run.residuals, _least_missed(run)
    moved = []
    for _ in range(n):
        if pairs and rng.random() < EXCHANGE:
            moved.append(_exchanged(run, *pairs[rng.integers(len(pairs))]))
            continue
        areas, means, stds = (each[run.order] for each in run.components)  # runs that end alike are moved alike
        bells, k = (areas + DEAD, means, stds), least if rng.random() < LEAST else int(rng.integers(K))
        others = np.delete(np.arange(K), k)
        chance = rng.uniform(0, TO_MISFIT + TO_MATCH + (SPLIT if others.size else 0))
        if chance < TO_MISFIT:
            _to_misfit(bells, k, others, misfit, problem, rng)
        elif chance < TO_MISFIT + TO_MATCH:
            _to_match(bells, k, misfit, problem, rng)
        else:
            _split(bells, k, int(rng.choice(others)), rng)
        moved.append(_phi(problem, *bells))
    return moved


def _exchangeable(problem: Problem) -> list[tuple[Ints, Ints]]:
    """Pairs of groups of one size, each of components that ties of means or areas bind: a run may have a group where
    another belongs, which no component alone can mend."""
    K = problem.n_components
    bound = np.zeros((K, K))
    for tie in problem.ties:
        for coefficients, _ in (tie.rows or ()) if tie.kind != "stds" else ():
            bound[np.ix_(list(coefficients), list(coefficients))] = 1
    if not bound.any():
        return []
    n, labels = connected_components(bound)
    groups = [np.flatnonzero(labels == label) for label in range(n)]
    return [(one, other) for one, other in combinations(groups, 2) if one.size == other.size]


def _exchanged(run: Run, here: Ints, there: Ints) -> Array:
    """Free numbers of a fit in which two groups of components have changed places."""
    theta = run.theta.reshape(3, -1)
    theta[:, [*here, *there]] = theta[:, [*there, *here]]
    return run.problem.affine.nearest(theta.ravel())


def _least_missed(run: Run) -> int:
    """The component, by mean, without which the others, once refitted, would miss the curve least: in first order they
    miss 1/[(J·Jᵀ)⁻¹]ₖₖ, with J the derivatives by free log areas, means and log stds (optimal brain surgeon, Hassibi &
    Stork 1993)."""
    problem = run.problem
    free = replace(problem, areas=replace(problem.areas, free=True))
    with np.errstate(all="ignore"):  # an area that ran away
        J = problem.background.taken_off(np.nan_to_num(curve_rows(run.theta, free)[1:]))
        size = np.linalg.norm(J, axis=1)
        J /= np.where(size > 1e-150, size, np.inf)[:, None]  # the square of a smaller one is 0
        missed = size**2 / np.diag(np.linalg.inv(J @ J.T + RIDGE * np.eye(len(J))))
    return int(np.argmin(missed[: problem.n_components][run.order]))


def with_one_more(run: Run) -> tuple[Array, Problem]:
    """Free numbers of a fit with one more component, set where it explains most of the misfit; and their problem."""
    problem = run.problem.with_components(run.problem.n_components + 1)
    areas, means, stds = run.components
    bells = np.append(areas, areas.min() + DEAD), np.append(means, 0.0), np.append(stds, 1.0)
    _to_match(bells, means.size, run.residuals, problem, None)
    return _phi(problem, *bells), problem


def with_one_less(run: Run, problem: Problem, k: int) -> Array:
    """Free numbers of a fit without its component k; problem: that of one component less."""
    return _phi(problem, *(np.delete(each, k) for each in run.components))


def _to_misfit(bells: Bells, k: int, others: Ints, misfit: Array, problem: Problem, rng: np.random.Generator) -> None:
    """Put component k on a grid point drawn by the squared misfit, with half the area of the nearest other."""
    areas, means, stds = bells
    size = abs(misfit) / (abs(misfit).max() or 1.0)  # the squares of small ones would be 0
    means[k] = rng.choice(problem.u, p=size**2 / (size @ size) if size.any() else None)
    if not others.size:
        stds[k] *= np.exp(rng.uniform(-3, 0))
        return
    near = others[np.argmin(abs(means[others] - means[k]) / stds[others])]
    stds[k] = stds[near] * rng.uniform(0.2, 1)
    areas[[k, near]] = areas[near] / 2


def _to_match(bells: Bells, k: int, misfit: Array, problem: Problem, rng: np.random.Generator | None) -> None:
    """Make component k one that explains much of what is missing (with no rng: most), found by filters of doubling
    width.

    A Gaussian filter g of width w (in grid steps) over what is missing, d, each point by its weight, gives Σ d·g; the
    component that fits best there takes w·(Σ d·g)² off the squared misfit, up to a factor.
    """
    areas, means, stds = bells
    widths = 0.75 * 2.0 ** np.arange(max(int(np.log2(misfit.size / 4)), 1))
    filtered = np.array([gaussian_filter1d(-misfit, width, mode="constant") for width in widths])
    gain = np.maximum(filtered, 0) ** 2 * widths[:, None]
    if gain.max() == 0:
        return
    chance = (gain / gain.max()).ravel() ** 2
    which = int(chance.argmax()) if rng is None else int(rng.choice(gain.size, p=chance / chance.sum()))
    w, i = divmod(which, misfit.size)
    means[k] = problem.u[i]
    stds[k] = widths[w] * np.gradient(problem.u)[i]
    areas[k] = 2 * np.sqrt(np.pi) * stds[k] * filtered[w, i] / problem.scale[i]


def _split(bells: Bells, k: int, other: int, rng: np.random.Generator) -> None:
    """Split another component in two, of which component k becomes one."""
    areas, means, stds = bells
    shift = stds[other] * rng.uniform(0.3, 1.2)
    means[k], means[other] = means[other] + shift, means[other] - shift
    stds[[k, other]] = stds[other] * rng.uniform(0.4, 1, 2)
    areas[[k, other]] = areas[other] / 2


def _phi(problem: Problem, areas: Array, means: Array, stds: Array) -> Array:
    """Free numbers of areas, means, stds in normalised coordinates."""
    logits = np.log(np.maximum(areas, DEAD * areas.max()))
    return problem.affine.phi(np.concatenate([logits, means, np.log(np.maximum(stds, DEAD))]))
