"""When a search has found enough to be trusted, and which of its runs is the answer: always by `Run.value`."""

from .methods import Method
from .noise import as_rough
from .run import CONVERGED, Run
from .tolerances import MET
from .uncertainty import faint

__all__ = ["FEW_COMPONENTS", "FINDS", "SAME", "is_confirmed", "is_perfect", "tally"]

SAME = 1e-3  # relative difference up to which two losses count as the same
ROUNDING = 1e-12  # relative losses up to this differ by rounding alone
FINDS = 5  # independent starts that must have found the lowest loss
FAILED = 20  # relocations that must have failed to better the lowest loss, unless only noise is left
FEW_COMPONENTS = 3  # up to which noise that is left confirms a minimum that is found often; more have many minima
WORTH = 4  # relocations that count for one independent find, where only noise is left
NEARLY_MET = 1e-6  # a relative loss that few instruments allow: unless noise explains it, it must outlive more


def is_perfect(run: Run, method: Method) -> bool:
    """Whether a run leaves nothing to look for."""
    return run.fun <= method.perfect and run.is_healthy


def is_confirmed(runs: list[Run]) -> bool:
    """Whether the lowest value may be trusted.

    More than noise is left: `FAILED` relocations have failed to better it, and as many again for each component past
    the third; three times as many where fewer than `FINDS` starts have found it; 14 times `FAILED` where so little is
    left, of a curve that isn't as rough itself, that another minimum may well leave nothing.

    Noise alone is left: `FINDS` starts have found it, `WORTH` relocations counting for one; of more than
    `FEW_COMPONENTS`, `FAILED` relocations for each component past the third have failed; and `FAILED` in any case
    where χ² refutes the fit or noise may make a component, since another, fainter or half hidden, may be missed.
    """
    if len(runs) < FINDS:
        return False
    best = min(runs, key=lambda run: run.value)
    if not best.converged and best.status != CONVERGED:  # one that ended in lock-step is finished later
        return False
    finds, failed = tally(runs)
    more = max(best.problem.n_components - FEW_COMPONENTS, 0)
    enough = FAILED * (1 if best.leaves_noise else 1 + more) * (1 if finds >= FINDS else 3)
    has_noise = best.fun > NEARLY_MET or (best.fun > MET and as_rough(best.residuals, best.problem.target))
    if failed >= (enough if has_noise else max(enough, 14 * FAILED)):
        return True
    if finds + failed // WORTH < FINDS or failed < FAILED * more:
        return False
    if failed < FAILED and (best.is_refuted or faint(best)[0].any()):
        return False
    return has_noise and not best.sight.dead.any() and best.is_healthy and best.leaves_noise


def tally(runs: list[Run]) -> tuple[int, int]:
    """How many starts found the lowest value (relocated ones lean on it and don't count), and how many relocations were
    tried since it was first found."""
    values = [run.value for run in runs]
    bar = min(values) * (1 + SAME) + ROUNDING
    found = [value <= bar for value in values]
    is_relocated = [run.kind == "relocated" for run in runs]
    finds = sum(here and not moved for here, moved in zip(found, is_relocated, strict=True))
    return finds, sum(is_relocated[found.index(True) + 1 :])
