"""What each device of the search buys: it is switched off in turn, on fresh exact, noisy and misshapen curves."""

from contextlib import ExitStack
from functools import partial
from unittest.mock import patch

from problems import imperfect_target, random_exact
from tables import timed

from gmm_helpers import curvature_start, prominence_start

ENGINE = "gmm_helpers._engine."
WITHOUT = {  # device: what takes its place
    "all devices": {},
    "prominent starts": {"search.prominence_start": curvature_start},
    "k-means++ starts": {"search.kmeans_start": lambda u, curve, K, *_, **__: prominence_start(u, curve, K)},
    "cutting runs short": {"search.SHORT": 1000},
    "picking the component that is missed least": {"moves.LEAST": 0.0},
    "split": {"moves.SPLIT": 0.0},
    "set on the misfit": {"moves.TO_MISFIT": 0.0},
    "matched filter": {"moves.TO_MATCH": 0.0},
    "continued runs": {"search._continued": lambda *_: []},
    "noise ends it": {"run.is_noise": lambda *_: False},
    "MINPACK first": {"search.SMALL": 0},
}
ROUGH = ("noise 1 %", "noise 5 %", "gamma", "histogram")


def ablate(options):
    """Without each device: exact curves solved; imperfect ones more than 0.1 % above the lowest loss of all rows"""
    seeds = options.seeds(60)
    rows = dict(zip(WITHOUT, options.map(partial(fits, seeds=seeds), WITHOUT), strict=True))
    exact, rough = slice(len(seeds)), slice(len(seeds), None)
    best = [min(losses) for losses in zip(*(row[0][rough] for row in rows.values()), strict=True)]
    yield "without", "exact solved", "short of the best", "evaluations", "seconds"
    for device, (losses, evaluations, seconds) in rows.items():
        solved = sum(loss <= 1e-8 for loss in losses[exact])
        short = sum(loss > 1.001 * least for loss, least in zip(losses[rough], best, strict=True))
        yield device, solved, short, sum(evaluations), sum(seconds)


def fits(device, seeds):
    """Losses, evaluations and seconds without a device: of an exact curve for each seed, then of a rough one."""
    targets = [random_exact(seed) for seed in seeds]
    targets += [imperfect_target(ROUGH[i % 4], 2 + i % 4, seed) for i, seed in enumerate(seeds)]
    with ExitStack() as stack:
        for name, value in WITHOUT[device].items():
            stack.enter_context(patch(ENGINE + name, value))
        calls = [timed(target.fit, rng=seeds[0]) for target in targets]
    return list(zip(*((result.loss, result.nfev, spent) for result, spent in calls), strict=True))
