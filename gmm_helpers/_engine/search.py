"""The search: run after run from starts of many kinds, until `confirmation` says that it is enough."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from ..mixture import Mixture
from ..starts import curvature_start, kmeans_start, prominence_start
from ..validation import Array
from .confirmation import FEW_COMPONENTS, FINDS, SAME, is_confirmed, is_perfect, tally
from .lockstep import Start, run_in_lockstep
from .methods import Method
from .minimise import minimise
from .moves import as_phi, guessed, jittered, relocated
from .noise import bends_to_and_fro
from .problem import Problem
from .run import LIMIT, Run, Search
from .tolerances import ZERO
from .workers import one_thread

__all__ = ["Settings", "drive", "run_each", "search", "summary"]

MANY_POINTS = 4096  # beyond this the search runs on means of neighbours, and its best is finished on all points
ROUND = 7  # starts
SHORT = 10  # evaluations in which runs that lead anywhere show it; 8 more a component past the third, if more is left
BEHIND, FAR_BEHIND = 2, 10  # times the best loss up to which a run that was cut short may win: under noise, without
BUDGET = 1.8  # seconds of runs, as estimated from evaluations, so that it is the same on every machine
MOST_RUNS = 600
LAST = 10  # evaluations that the best run may take after the budget
NOISY = {"ftol": 1e-12}  # where noise is left, a minimum is as sharp as it gets: below, LM creeps along valleys
SMALL = 1500  # points × components up to which MINPACK takes less time for one run than lock-step

Searching = Generator[list[Start], list[Run], Search]


@dataclass(frozen=True, eq=False)
class Settings:
    """How a search runs: by which method, from how many starts (None: until it is enough), and from which first."""

    method: Method
    rng: np.random.Generator
    n_starts: int | None = None
    options: dict[str, Any] | None = None
    callback: Callable[..., Any] | None = None
    first: tuple[Mixture, ...] = ()  # the user's own starts, in the user's units

    @property
    def in_lockstep(self) -> bool:
        """Whether runs go together: Levenberg–Marquardt as we set it, and nobody listens."""
        return self.method.by_rows and self.callback is None and not self.options


def search(problem: Problem, settings: Settings, runs: list[Run]) -> Searching:
    """Yield lists of starts, be sent a run for each, and return the `Search`. runs: an empty list, filled on the way.

    A round is drawn before it runs and judged when all of it has run. So the outcome depends on `rng` alone, however
    the runs are spread over workers.
    """
    coarse = problem.coarser(MANY_POINTS)
    price = _seconds_per_evaluation(coarse, settings)
    spent = 0.0
    for starts in _rounds(coarse, settings, runs, price):
        before_round, answers = spent, (yield starts)
        for start, run in zip(starts, answers, strict=True):
            spent += run.nfev * price
            if run.problem is not start.problem:  # a copy, from another process
                run = replace(run, problem=start.problem)
            if (before := start.continues) is not None:
                runs.remove(before)
                run = replace(run, nfev=before.nfev + run.nfev, path=np.vstack([before.path, run.path[1:]]))
            runs.append(run)
        if _is_over(runs, settings, 2 * spent - before_round):  # the next round may take as long as this one
            found = _finished(problem, coarse, settings, runs, BUDGET - spent)
            is_named = bool(settings.first) and problem.affine.shuffles and problem.prior is None
            return _named(found, problem, settings.first[0]) if is_named else found
    raise AssertionError("rounds have no end of their own")


def summary(runs: list[Run], *, confirmed: bool = False) -> Search:
    """The runs of a search, best first."""
    best, *others = sorted(runs, key=lambda run: run.value)
    short = (replace(run, path=run.path[[0, -1]]) for run in others)  # or many results don't fit into memory
    return Search(confirmed, *tally(runs), sum(run.nfev for run in others), (best, *short))


def drive(searches: list[Searching], run_all: Callable[[list[Start]], Iterable[Run]]) -> Iterator[tuple[int, Any]]:
    """Take several searches to their ends; whatever they ask for runs together. Yields (i, `Search` or exception)."""
    pending: dict[int, list[Start]] = {}
    answers: dict[int, Any] = dict.fromkeys(range(len(searches)))
    while answers:
        for i, answer in answers.items():
            try:
                pending[i] = searches[i].send(answer)
            except StopIteration as stop:
                yield i, stop.value
            except Exception as reason:
                yield i, reason
        runs = iter(run_all([start for starts in pending.values() for start in starts]) if pending else ())
        answers = {i: list(islice(runs, len(starts))) for i, starts in pending.items()}
        pending = {}


@one_thread
def run_each(starts: list[Start], settings: Settings) -> list[Run]:
    """A run for each start: in lock-step where that is possible, else one after the other."""
    together = [i for i, start in enumerate(starts) if settings.in_lockstep and not start.alone]
    runs = dict(zip(together, run_in_lockstep([starts[i] for i in together]), strict=True))
    return [runs[i] if i in runs else _alone(start, settings) for i, start in enumerate(starts)]


def _alone(start: Start, settings: Settings, own: dict[str, Any] | None = None) -> Run:
    """One run by the method's own optimiser, no further than its limit unless the user set one. own: options where the
    user set none, else those of a start."""
    method = settings.method
    options = settings.options or (method.first if own is None else own)
    options = {method.limit: max(int(start.limit / method.per_limit), 1)} | options
    run = minimise(start.phi, start.problem, method, options, settings.callback, start.kind)
    return replace(run, finished=bool(settings.options) or (method.by_rows and run.status != LIMIT))


def _is_over(runs: list[Run], settings: Settings, after_next: float) -> bool:
    """Whether enough is known, or one more round would take the search past its limits. after_next: seconds."""
    if settings.n_starts is not None:
        return len(runs) == settings.n_starts
    over = len(runs) >= MOST_RUNS + len(settings.first) or after_next > BUDGET
    return over or any(is_perfect(run, settings.method) for run in runs) or is_confirmed(runs)


def _rounds(problem: Problem, settings: Settings, runs: list[Run], price: float) -> Iterator[list[Start]]:
    """Lists of starts: the user's, then one read off a curve without noise, then rounds of independent ones and, once
    those have been seen, of relocations of the best."""
    rng, K = settings.rng, problem.n_components
    affordable = max(int(BUDGET / 5 / price), 20)

    def short() -> int:
        lowest = min(runs, key=lambda run: run.value, default=None)
        room = SHORT if lowest is not None and lowest.leaves_noise else SHORT + 8 * max(K - FEW_COMPONENTS, 0)
        return min(room if settings.method.by_rows else 3 * room, affordable)

    def left() -> int | None:
        return None if settings.n_starts is None else settings.n_starts - len(runs)

    def starts(some: Iterable[tuple[str, Array]], alone: bool = False) -> list[Start]:
        limit = short()
        return [Start(problem, phi, kind, limit, alone=alone) for kind, phi in some]

    if settings.first:
        yield starts([("given", guessed(problem, guess)) for guess in settings.first], alone=True)[: left()]
    about = problem.u, problem.curve, K
    read = [("curvature", as_phi(problem, curvature_start(*about)))]
    if not bends_to_and_fro(problem.target):  # the first run may leave nothing
        yield starts(read, alone=problem.u.size * K <= SMALL)
        read = []
    prominent = prominence_start(*about)
    independent = partial(_independent, problem, rng, prominent)
    read.append(("prominence", as_phi(problem, prominent)))
    yield starts([*read, *independent(0, ROUND - 2)])[: left()]
    while True:
        lowest = min(runs, key=lambda run: run.value)
        n = 1 if tally(runs)[0] >= FINDS else ROUND // 2  # found often enough: most starts now try to better it
        moved = [("relocated", phi) for phi in relocated(lowest, ROUND - n, rng)]
        cut = _continued(runs, lowest, short(), affordable)
        yield [*cut, *starts([*independent(len(runs), n), *moved])][: left()]


def _independent(
    problem: Problem, rng: np.random.Generator, prominent: Mixture, first: int, n: int
) -> list[tuple[str, Array]]:
    """n starts that look at the curve alone, of two kinds in turn: jittered maxima, and k-means++."""
    u, curve, K = problem.u, problem.curve, problem.n_components
    starts = []
    for i in range(first, first + n):
        if i % 2:
            flattened = np.maximum(curve, 0) ** rng.uniform(0.3, 1)  # or small components are never drawn
            kind, mixture = "k-means++", kmeans_start(u, flattened, K, rng, rounds=int(rng.integers(1, 6)))
        else:
            kind, mixture = "prominent", jittered(prominent, rng)
        starts.append((kind, as_phi(problem, mixture)))
    return starts


def _continued(runs: list[Run], best: Run, short: int, affordable: int) -> list[Start]:
    """Runs cut short by their limit that may still win go on, with four times the room if that can be afforded. On a
    curve without noise the winner may be far behind when it is cut: its valley is long, and ends at no loss at all."""
    bar = (BEHIND if best.leaves_noise else FAR_BEHIND) * best.fun
    cut = [run for run in runs if run.status == LIMIT and run.fun <= bar and run.nfev < 40 * short]
    cut.sort(key=lambda run: run.fun)
    return [Start(run.problem, run.phi, run.kind, min(4 * short, affordable), continues=run) for run in cut[:2]]


def _finished(problem: Problem, coarse: Problem, settings: Settings, runs: list[Run], left: float) -> Search:
    """The end of a search: the best run is taken to the method's own tolerances, on all points. left: seconds."""
    found = summary(runs, confirmed=is_confirmed(runs))
    best, *others = found.runs
    phi, room = best.phi, 4 * (40 + 15 * problem.n_components)
    if coarse is not problem:
        phi = problem.affine.phi(problem.from_user(coarse.to_user(best.theta)))
    elif best.finished or not best.is_usable or best.fun <= ZERO:
        return found
    room = min(room, max(int(left / _seconds_per_evaluation(problem, settings, alone=True)), LAST))
    own = NOISY if settings.method.by_rows and best.leaves_noise else {}
    end = _alone(Start(problem, phi, best.kind, room), settings, own)
    if coarse is not problem:
        found = replace(found, runs=(end, *others), other_nfev=found.other_nfev + best.nfev)
        return _on_all_points(found, settings, room)
    path = np.vstack([best.path, end.path[1:]])
    is_better = end.fun <= best.fun  # NaN is not
    end = replace(end, path=path, nit=best.nit + end.nit, nfev=best.nfev + end.nfev) if is_better else best
    return replace(found, runs=(end, *others))


def _on_all_points(found: Search, settings: Settings, room: int) -> Search:
    """The same search where means of neighbours may have hidden a narrow line: the user's starts run on all points,
    and, as long as more than noise is left, relocations until `FINDS` have failed. room: evaluations of a start."""
    best = end = found.runs[0]
    price = _seconds_per_evaluation(best.problem, settings, alone=True)
    starts = [("given", guessed(best.problem, guess), room) for guess in settings.first]
    most, failed, nfev = FINDS if settings.n_starts is None and end.is_usable else 0, 0, 0
    while starts or ((best is not end or not best.leaves_noise) and failed < most and nfev * price < BUDGET):
        kind, phi, limit = starts.pop() if starts else ("relocated", relocated(best, 1, settings.rng)[0], 4 * SHORT)
        run = _alone(Start(best.problem, phi, kind, limit), settings)
        failed, nfev = failed + (kind == "relocated"), nfev + run.nfev
        if run.value < (1 - SAME) * best.value:
            best, failed = run, 0
    found = replace(found, other_nfev=found.other_nfev + nfev + end.nfev - best.nfev)
    if best is end:
        return found
    runs, finds = (best, *found.runs[1:]), int(best.kind == "given")
    return replace(found, runs=runs, confirmed=failed >= FINDS, finds=finds, failed=failed)


def _named(found: Search, problem: Problem, guess: Mixture) -> Search:
    """The same, of whose best run groups of components that the ties don't tell apart stand as in a first guess."""
    best, *others = found.runs
    orders = problem.affine.allowed(best.theta)
    (_, means, log_stds), stds = best.theta.reshape(3, -1), guess.stds / problem.spread
    gaps = (means[orders] - (guess.means - problem.center) / problem.spread) / stds, log_stds[orders] - np.log(stds)
    nearest = orders[np.argmin(np.sum(np.square(gaps), axis=(0, 2)))]
    return replace(found, runs=(replace(best, named=nearest), *others))


def _seconds_per_evaluation(problem: Problem, settings: Settings, *, alone: bool = False) -> float:
    """About what one evaluation takes on a laptop: the calls; the exponentials; the products of derivatives and the
    equations of 3K unknowns; a prior, which is asked run by run, or its tape if it isn't the package's own."""
    K, together = problem.n_components, settings.in_lockstep and not alone
    calls, product, solving = (1.5e-5, 8e-10, 2e-8) if together else (settings.method.call_cost, 3e-9, 0.0)
    price = calls + problem.u.size * K * (1.2e-8 + product * K) + solving * K**3
    if problem.prior is None:
        return price
    return price + (5e-5 if getattr(problem.user_prior, "affine", False) else 2e-3)
