"""The search: run after run from starts of many kinds, until `stopping` says that it is enough."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from tqdm.auto import tqdm

from ..starts import curvature_start, kmeans_start, scattered_start
from .derivatives import loss_and_gradient
from .minimise import minimise
from .moves import as_theta, jittered, relocated
from .run import Run, Search
from .stopping import FINDS, PERFECT, is_confirmed, is_perfect, n_finds, ranked
from .workers import mapper

__all__ = ["search", "search_so_far"]

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
    continues: Run | None = None


def search(problem, n_components, *, method, n_starts, rng, workers, callback, progress, options, runs):
    """The best `Run` and how it was found, a `Search`. runs: an empty list, filled on the way."""
    coarse = problem.thinned(MANY_POINTS)
    price = _seconds_per_evaluation(coarse, n_components, method)
    quick = QUICK.get(method.upper()) if not options else None
    walk = partial(_walk, problem=coarse, method=method, options=quick or options or {}, callback=callback)
    with mapper(workers) as run_all:
        steps = _search(coarse, n_components, n_starts, rng, runs, partial(run_all, walk), price)
        for _ in tqdm(steps, total=n_starts, unit="start") if progress else steps:
            pass
    confirmed, finds = is_confirmed(runs, coarse), n_finds(runs)
    best, *others = ranked(runs, coarse)
    if coarse is not problem:
        best = _polish_on_all_points(best, problem, method, options, callback)
    elif quick and best.is_finite and best.fun > PERFECT:
        best = _polish(best, problem, method, callback)
    return best, Search(confirmed, finds, (best, *others))


def search_so_far(problem, runs):
    """The same of a search that was interrupted."""
    best = ranked(runs, problem.thinned(MANY_POINTS))
    return best[0], Search(False, n_finds(runs), tuple(best))


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
    run = minimise(start.theta, problem, method, options, callback, start.kind)
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
    return replace(minimise(run.theta, problem, walk, options, callback, run.kind), method=run.method)


def _seconds_per_evaluation(problem, n_components, method):
    """About what one evaluation takes on a laptop: the calls, which cost autograd and `minimize` more than MINPACK; the
    exponentials and MINPACK's QR; and the tape of a prior, a long one if the prior isn't the package's own."""
    quick = method.upper() == "LM"
    price = (4e-5 if quick else 1e-4) + problem.u.size * n_components * (1.2e-8 + 3e-9 * n_components)
    if problem.prior is None:
        return price
    return price + (2e-3 if problem.affine_prior is None else 0.0 if quick else 1e-4)
