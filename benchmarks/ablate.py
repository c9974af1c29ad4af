"""What each device of the search buys: it is switched off in turn, on fresh exact, noisy and misshapen curves.

    uv run python benchmarks/ablate.py [--count 60] [--first 10000]

"Best" is the lowest loss that any row found; "short of it" counts curves more than 0.1 % above.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import argparse
from contextlib import ExitStack
from unittest.mock import patch

from bench import show, timed
from problems import imperfect_target, random_exact

from gmm_helpers import curvature_start, fit, prominence_start

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


def ablate(count, first):
    """Solved exact curves of `count`; imperfect ones short of the best; evaluations and seconds of all"""
    kinds = ("noise 1 %", "noise 5 %", "gamma", "histogram")
    exact = [random_exact(seed) for seed in range(first, first + count)]
    rough = [imperfect_target(kinds[i % 4], 2 + i % 4, first + i) for i in range(count)]
    rows = {}
    for device, places in WITHOUT.items():
        with ExitStack() as stack:
            for name, value in places.items():
                stack.enter_context(patch(ENGINE + name, value))
            rows[device] = [
                timed(fit, target.x, target.density, target.n_components, mass=target.mass, rng=first)
                for target in exact + rough
            ]
    best = [min(rows[device][count + i][0].loss for device in rows) for i in range(count)]
    yield "without", "exact solved", "short of the best", "evaluations", "seconds"
    for device, runs in rows.items():
        solved = sum(result.loss <= 1e-8 for result, _ in runs[:count])
        short = sum(result.loss > 1.001 * least for (result, _), least in zip(runs[count:], best, strict=True))
        yield device, solved, short, sum(result.nfev for result, _ in runs), sum(spent for _, spent in runs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--first", type=int, default=10_000)
    given = parser.parse_args()
    show(ablate(given.count, given.first))
