"""Does any target make trouble? Ten thousand curves of any kind, random options, the default search.

    uv run python benchmarks/robustness.py [--seeds 0:10000] [--workers 2]

Warnings are errors. An offender is a call that raises or warns, a result with a NaN, or a call of over five
seconds; each is printed with its seed, `anything(seed)` in problems.py calls it up again. Seconds are a
process's own, so that a busy machine does no harm. About ten minutes for a thousand seeds on one core.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy; workers inherit it

import argparse
import time
import warnings
from collections import defaultdict
from multiprocessing import get_context

import numpy as np
from problems import anything
from scipy.optimize import OptimizeWarning

from gmm_helpers import fit

LONG = 5.0  # seconds


def trial(seed):
    """One call. Returns seed, kind, seconds, success, and what is wrong with it in words, or ""."""
    kind, x, density, K, options = anything(seed)
    clock = time.process_time()
    success, trouble = False, ""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = fit(x, density, K, rng=seed, **options)
            seconds = time.process_time() - clock
            success, trouble = result.success, complaint(result, x)
        except Exception as error:
            seconds = time.process_time() - clock
            trouble = f"{type(error).__name__}: {error}"
    if not trouble and seconds > LONG:
        trouble = f"{seconds:.1f} s"
    about = (
        f"N={x.size}, K={K}, {options['method']}, mass={options['mass']}, {'a' if 'prior' in options else 'no'} prior"
    )
    return seed, kind, seconds, success, trouble and f"{trouble} ({about})"


def complaint(result, x):
    """The first thing about a result that is no number, or ""; reading all of it is part of the trial."""
    mixture, history = result.mixture, result.history
    numbers = {
        "a mixture": [mixture.weights, mixture.means, mixture.stds, [result.mass]],
        "a loss": [[result.loss, result.fun, result.grad_norm], history.loss, history.grad_norm],
        "a curve": [result.pdf(x)],
        "a run": [[run.loss] for run in result.runs],
        "a start": [result.start.means, result.start.stds],
    }
    for name, arrays in numbers.items():
        if not all(np.isfinite(array).all() for array in arrays):
            return f"{name} holds a NaN or inf"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)  # says that the data can't tell: no trouble
        result.standard_errors()
    return "" if repr(result) and result._repr_html_() and isinstance(result.diagnosis, tuple) else "no words"


def table(trials):
    """Markdown: one row a kind of curve, and the whole."""
    by_kind = defaultdict(list)
    for trial in trials:
        by_kind[trial[1]].append(trial)
        by_kind["all"].append(trial)
    yield "| curve | calls | success | median ms | 99 % ms | longest s | (seed) | offenders |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind in sorted(by_kind, key=lambda kind: (kind == "all", kind)):
        rows = by_kind[kind]
        seconds = np.array([row[2] for row in rows])
        slowest, offenders = rows[int(np.argmax(seconds))], sum(bool(row[4]) for row in rows)
        yield (
            f"| {kind} | {len(rows)} | {np.mean([row[3] for row in rows]):.0%} | {1e3 * np.median(seconds):.1f} "
            f"| {1e3 * np.quantile(seconds, 0.99):.0f} | {slowest[2]:.2f} | {slowest[0]} | {offenders} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="0:10000", help="first:last, last not included")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    given = parser.parse_args()
    first, last = map(int, given.seeds.split(":"))
    trials = []
    with get_context("spawn").Pool(given.workers) as pool:
        for done in pool.imap_unordered(trial, range(first, last), chunksize=4):
            trials.append(done)
            if done[4]:
                print(f"- seed {done[0]}, {done[1]}: {done[4]}", flush=True)
            if len(trials) % 1000 == 0:
                print(f"  {len(trials)} calls", flush=True)
        pool.close()
        pool.join()
    print("", *table(trials), sep="\n")


if __name__ == "__main__":
    main()
