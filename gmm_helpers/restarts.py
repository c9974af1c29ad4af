"""Chapter 6: the search. Walk after walk from starts of many kinds, until `stopping` says that it is enough."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from .checks import PriorLike, Rng, check_integer
from .descent import check_options, descend
from .gradient import loss_and_gradient
from .problem import make_problem
from .result import Descent, FitResult, Search
from .starts import as_theta, curvature_start, jittered, kmeans_start, relocated, scattered_start
from .stopping import FINDS, PERFECT, is_confirmed, is_perfect, n_finds, ranked
from .workers import Workers, mapper

__all__ = ["fit"]

MANY_POINTS = 4096  # beyond this the search runs on a thinned grid, and its best is polished on the whole
ROUND = 6  # starts, as many independent ones as relocations until the best was found often enough
BUDGET = 2.0  # of descents, in seconds as estimated from evaluations, so that it is the same on every machine
MOST_RUNS = 200
QUICK = {"LM": {"ftol": 1e-10}, "BFGS": {"gtol": 3e-9}}  # while valleys are compared; the best goes on


@dataclass(frozen=True, eq=False)
class Start:
    """Where a walk sets out, why there, and how many evaluations it may take."""

    kind: str
    theta: np.ndarray
    limit: int
    continues: Descent | None = None


def fit(
    x: ArrayLike,
    density: ArrayLike,
    n_components: int,
    *,
    method: str = "LM",
    n_starts: int | None = None,
    prior: PriorLike | None = None,
    mass: float | None = 1.0,
    grid_weights: ArrayLike | str | None = None,
    rng: Rng = None,
    workers: Workers = 1,
    callback: Callable[..., Any] | None = None,
    progress: bool = False,
    options: dict[str, Any] | None = None,
) -> FitResult:
    """Fit a mixture of K Gaussians to a density known at N grid points, from as many starts as that takes.

    x, density: (N,), the grid (increasing; even or not) and the curve on it; n_components: K. What is minimised is
    Σ (density − ours)² / Σ density².

    method: "LM" (MINPACK's Levenberg–Marquardt) or any that `fit_once` takes. n_starts: None lets the search
    end by itself; R runs exactly R. prior, mass, grid_weights, callback, options: see `fit_once`. rng: seed or
    generator of the starts; the answer depends on it, never on `workers`. workers: as in SciPy, a number of
    processes (−1: one a core) or a map-like callable such as a pool's `map`. progress: show a bar.

    The search tries the curvature start, then rounds of k-means++, jittered and scattered starts and of the best so
    far with one bell relocated. It ends when nothing is left over (relative loss ≤ 1e-12); or when five independent
    starts have found the lowest loss and twenty relocations have failed to better it (ten if the residual is white
    noise; sixty where starts rarely find it, or where less than 1e-6 is left and no noise); or when its budget is
    spent, which confirms nothing.

    Returns a `FitResult`; read its `success`, `message` and `diagnosis`. Raises `ValueError` or `TypeError` for
    bad arguments. On `KeyboardInterrupt` the best so far is the exception's `.result`.

    >>> from gmm_helpers import classic
    >>> fit(*classic(), 3, rng=0).mixture
    Mixture(weights=[0.3, 0.5, 0.2], means=[ 5., 15., 20.], stds=[2., 1., 2.])
    """
    problem = make_problem(x, density, n_components, mass=mass, grid_weights=grid_weights, prior=prior)
    check_options(method, options, callback)
    n_starts = check_integer("n_starts", n_starts, none=True)
    rng = np.random.default_rng(rng)
    coarse = problem.thinned(MANY_POINTS)
    price = _seconds_per_evaluation(coarse, n_components, method)
    quick = QUICK.get(method.upper()) if not options else None
    walk = partial(_walk, problem=coarse, method=method, options=quick or options or {}, callback=callback)
    runs: list[Descent] = []
    try:
        with mapper(workers) as run_all:
            steps = _search(coarse, n_components, n_starts, rng, runs, partial(run_all, walk), price)
            for _ in tqdm(steps, total=n_starts, unit="start") if progress else steps:
                pass
        confirmed, finds = is_confirmed(runs, coarse), n_finds(runs)
        runs = ranked(runs, coarse)
        if coarse is not problem:
            runs[0] = _polish_on_all_points(runs[0], problem, method, options, callback)
        elif quick and runs[0].is_finite and runs[0].fun > PERFECT:
            runs[0] = _polish(runs[0], problem, method, callback)
    except KeyboardInterrupt as interrupt:
        runs += [interrupt.run] if hasattr(interrupt, "run") else []
        if runs:
            best = ranked(runs, coarse)
            found = FitResult(problem, best[0], Search(False, n_finds(runs), tuple(best)))
            interrupt.result = found  # type: ignore[attr-defined]
        raise
    return FitResult(problem, runs[0], Search(confirmed, finds, tuple(runs)))


def _search(problem, n_components, n_starts, rng, runs, walk_all, price):
    """Append walks to `runs`, round by round, and yield after each, until the search may end.

    A round is drawn before it runs and looks only at earlier ones; its walks are judged in order, and those
    after the end are dropped. So the outcome hangs on `rng` alone, however the walks are spread over workers.
    """
    spent = 0.0
    for starts in _rounds(problem, n_components, rng, runs, price):
        for start, run in zip(starts, walk_all(starts), strict=True):
            spent += run.nfev * price
            if start.continues is not None:
                spent -= start.continues.nfev * price  # paid already
                runs.remove(start.continues)
            runs.append(run)
            yield
            if len(runs) == (n_starts or MOST_RUNS):
                return
            if n_starts is None and (is_perfect(run) or is_confirmed(runs, problem) or spent > BUDGET):
                return


def _rounds(problem, n_components, rng, runs, price):
    """Lists of starts: the curvature start alone, then rounds of independent ones and of relocations of the best."""
    u, curve = problem.u, problem.density * (problem.spread / problem.mass)
    affordable = max(int(BUDGET / 5 / price), 20)
    limit = min(_short(n_components), affordable)

    def start(kind, theta):
        return Start(kind, theta, limit)

    yield [start("curvature", as_theta(problem, *curvature_start(u, curve, n_components)))]
    while True:
        best = min(runs, key=lambda run: run.fun)
        independent = _independent(problem, u, curve, n_components, rng)
        rest = ROUND - len(independent)
        if n_finds(runs) >= FINDS:  # often enough: from now on most starts try to better it
            independent, rest = [independent[rng.integers(len(independent))]], ROUND - 1
        moved = [("relocated", relocated(best.theta, problem, rng)) for _ in range(rest) if n_components > 1]
        yield [*_continued(runs, best, limit, affordable), *(start(kind, theta) for kind, theta in independent + moved)]


def _independent(problem, u, curve, n_components, rng):
    """Three starts that look at the curve alone: (kind, theta)."""
    flattened = np.maximum(curve, 0) ** rng.uniform(0.3, 1)  # or small bells are never drawn
    clusters = kmeans_start(u, flattened, n_components, rng, rounds=int(rng.integers(1, 6)))
    shaken = jittered(kmeans_start(u, curve, n_components, rng), rng)
    scattered = scattered_start(u, curve, n_components, rng)
    kinds = {"k-means++": clusters, "jittered": shaken, "scattered": scattered}
    return [(kind, as_theta(problem, *bells)) for kind, bells in kinds.items()]


def _continued(runs, best, short, affordable):
    """Walks cut off by their limit that may still win go on, with four times the room if that can be afforded."""
    cut = [run for run in runs if run.status == 1 and run.fun <= 2 * best.fun and run.nfev < 40 * short]
    cut.sort(key=lambda run: run.fun)
    return [Start(run.kind, run.theta, min(4 * short, affordable), run) for run in cut[:2]]


def _short(n_components):
    """Evaluations in which most walks that lead anywhere arrive."""
    return 40 + 15 * n_components


def _walk(start, *, problem, method, options, callback):
    """One descent from a `Start`, no further than its limit unless the user set one."""
    limit, share = {"LM": ("maxfev", 1), "BFGS": ("maxiter", 3)}.get(method.upper(), (None, 0))  # BFGS's are cheaper
    if limit and limit not in options:
        options = options | {limit: share * start.limit}
    run = descend(start.theta, problem, method, options, callback, start.kind)
    if (before := start.continues) is None:
        return run
    return replace(run, nfev=before.nfev + run.nfev, path=np.concatenate([before.path, run.path[1:]]))


def _polish(run, problem, method, callback):
    """The best walk, ended early like all of a search, taken on to the method's own tolerances."""
    onward = Start(run.kind, run.theta, 4 * _short(run.theta.size // 3), run)
    return _walk(onward, problem=problem, method=method, options={}, callback=callback)


def _polish_on_all_points(run, problem, method, options, callback):
    """The best walk of a thinned grid, continued on the whole. MINPACK's QR of a million rows would take minutes;
    the same Gauss–Newton step from the sum JᵀJ, in SciPy's trust region, takes seconds."""
    if loss_and_gradient(run.theta, problem)[0] <= PERFECT and problem.prior is None:
        options = {"maxiter": 0}
    elif method.upper() == "LM":
        options = {"maxiter": 50}
    walk = "trust-exact" if method.upper() == "LM" else method
    return replace(descend(run.theta, problem, walk, options, callback, run.kind), method=run.method)


def _seconds_per_evaluation(problem, n_components, method):
    """About what one evaluation takes on a laptop: the calls, which cost autograd and `minimize` more than MINPACK; the
    exponentials and MINPACK's QR; and the tape of a prior, a long one if the prior isn't the package's own."""
    quick = method.upper() == "LM"
    price = (4e-5 if quick else 1e-4) + problem.u.size * n_components * (1.2e-8 + 3e-9 * n_components)
    if problem.prior is None:
        return price
    return price + (2e-3 if problem.affine_prior is None else 0.0 if quick else 1e-4)
