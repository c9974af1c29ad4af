"""Chapter 6: when to stop looking, and which of many walks is the answer."""

from itertools import dropwhile, islice

from ..mixture import Mixture
from ..parameters import unpack
from .derivatives import residuals_and_jacobian
from .diagnosis import is_healthy, is_white
from .run import CONVERGED, MET

__all__ = ["FINDS", "PERFECT", "is_confirmed", "is_perfect", "n_finds", "ranked"]

PERFECT = 1e-12  # the relative loss at which nothing is left to look for,
PERFECT_OTHERWISE = 1e-10  # and for BFGS and the others, whose gradients end there
SAME = 1e-3  # relative difference up to which two losses count as the same
FINDS = 5  # independent starts that must have found the best,
OUTLIVED = 20  # and relocations that must have failed to better it
NEARLY_MET = 1e-6  # a relative loss that only an exact curve allows, or one as smooth: it must outlive more
NEARLY = 1.1  # a fit without spikes may be this much worse, and is still preferred to one with


def is_perfect(run):
    """Whether a walk leaves nothing to look for."""
    return run.fun <= (PERFECT if run.method.upper() == "LM" else PERFECT_OTHERWISE)


def is_confirmed(runs, problem):
    """Whether the lowest loss may be trusted: enough independent starts have found it and it has outlived enough
    relocations. Fewer, where only noise is left; many more, where starts rarely find it, or where so little is left,
    and no noise, that another valley may well leave nothing."""
    if len(runs) < FINDS:
        return False
    best = min(runs, key=lambda run: run.fun)
    if not best.converged and best.status != CONVERGED:  # a quick walk that ended is flattened later, by `_polish`
        return False
    if best.theta.size == 3:  # one bell has nowhere to go
        return n_finds(runs) >= FINDS
    outlived = _outlived(runs)
    if n_finds(runs) < FINDS:
        return outlived >= 3 * OUTLIVED
    if outlived >= OUTLIVED // 2 and _leaves_noise(best, problem):
        return True
    return outlived >= (OUTLIVED if best.fun > NEARLY_MET else 3 * OUTLIVED)


def n_finds(runs):
    """How many starts found the lowest loss; relocated ones lean on it and don't count."""
    bar = _bar(runs)
    return sum(run.fun <= bar and run.kind != "relocated" for run in runs)


def ranked(runs, problem):
    """Best first. A fit with a spike that the points can't see ranks behind a healthy one of nearly the same loss."""
    runs = sorted(runs, key=lambda run: run.fun)
    if runs[0].fun > MET:
        near = [run for run in runs if run.fun <= NEARLY * runs[0].fun]
        healthy = [run for run in near if is_healthy(Mixture(*unpack(run.theta)), problem.u)]
        if healthy:
            runs.remove(healthy[0])
            runs.insert(0, healthy[0])
    return runs


def _leaves_noise(run, problem):
    """Whether what a walk leaves over looks like noise alone."""
    return is_white(residuals_and_jacobian(run.theta, problem)[0][: problem.u.size])


def _outlived(runs):
    """How many relocations were tried since the lowest loss was first found."""
    bar = _bar(runs)
    since = dropwhile(lambda run: run.fun > bar, runs)
    return sum(run.kind == "relocated" for run in islice(since, 1, None))


def _bar(runs):
    """Up to where a loss counts as the lowest."""
    return min(run.fun for run in runs) * (1 + SAME) + PERFECT
