"""What `fit` is measured by: each name a question, each answer a markdown table.

    uv run --group peers python benchmarks/bench.py original exact wrong [--quick] [--seed 10000] [--workers 1]
    uv run --all-groups python benchmarks/bench.py latency

One process and one thread; competitors take turns, so that whatever slows the machine slows all of them. Seconds are
the process's own. *Solved* is a relative loss Σ(f − y)²/Σy² under 1e-8. TTS99 is the mean time of a run ×
ln 0.01/ln(1 − p), with p the chance that a run solves: the time to be 99 % sure of the answer by restarting.
The package was tuned on seeds under 10,000; problems are drawn from `--seed` on.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: threads on tiny arrays make timings a lottery
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
import time
import warnings
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count, product
from multiprocessing import get_context
from runpy import run_module

import numpy as np
from autograd import value_and_grad
from original import run as run_original
from peers import PEERS, attempt
from problems import (
    FAMILIES,
    IMPERFECT,
    anything,
    classic_target,
    imperfect_target,
    marron_wand_targets,
    noisy,
    random_exact,
    row_of_bells,
)
from scipy.optimize import OptimizeWarning, minimize

from gmm_helpers import (
    CLASSIC,
    Mixture,
    classic,
    density_from_histogram,
    density_from_samples,
    fit,
    fit_many,
    fit_once,
    galaxies,
    l2_loss,
    log_std_prior,
    old_faithful,
    unpack,
)

SOLVED = 1e-8
BETWEEN = 1e-6  # between the points a fit that meets them may be off by this much
LONG = 5.0  # seconds that no call may take
METHODS = ("LM", "BFGS")
MODULES = ("latency", "real", "ablate", "promises")  # files of this folder, with options of their own


def main():
    if sys.argv[1:2] and sys.argv[1] in MODULES:
        run_module(sys.argv.pop(1), run_name="__main__")
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+", choices=TABLES, metavar="table", help=", ".join((*TABLES, *MODULES)))
    parser.add_argument("--quick", action="store_true", help="a little of everything")
    parser.add_argument("--seed", type=int, default=10_000, help="the first seed of the random problems")
    parser.add_argument("--workers", type=int, default=1, help="processes, for `robustness` alone")
    given = parser.parse_args()
    for name in given.tables:
        print(f"\n## {TABLES[name].__doc__}\n", flush=True)
        clock = time.perf_counter()
        show(TABLES[name](given))
        print(f"{name}: {time.perf_counter() - clock:.0f} s", file=sys.stderr)


def show(items):
    """Print tuples as rows of a markdown table, the first as its head, and strings as they are: they end a table."""
    head = True
    for item in items:
        if isinstance(item, str):
            print(item if head or not item else f"\n{item}", flush=True)
            head = True
            continue
        print(f"| {' | '.join(map(cell, item))} |", flush=True)
        if head:
            print("|---" * len(item) + "|")
        head = False


def cell(value):
    """Three digits of a number that was measured; all else as it is."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def timed(call, *arguments, **options):
    """What a call returns, and the seconds that this process spent on it."""
    clock = time.process_time()
    value = call(*arguments, **options)
    return value, time.process_time() - clock


def ours(target, method, rng):
    """One call of `fit` whose result is read."""
    result = fit(target.x, target.density, target.n_components, mass=target.mass, method=method, rng=rng)
    return (result, result.mixture, result.success, result.diagnosis)[0]


def tts99(seconds, solved):
    """TTS99 from the seconds of n runs and whether each solved. Where none did, p counts as 1/(n + 1): a bound."""
    p = np.mean(solved) or 1 / (len(solved) + 1)
    return float(np.mean(seconds)) * (1.0 if p >= 0.99 else max(np.log(0.01) / np.log1p(-p), 1.0))


def note(target, method, result, spent):
    """A line about a call that missed, or that took long."""
    return f"- {target.name}, {method}: loss {result.loss:.1e}, success={result.success}, {spent:.2f} s"


# The classic problem


def original(given):
    """One run on the classic problem: the script that everybody starts from, and one call"""
    x, density = classic()
    walks = 60 if given.quick else 300
    per_evaluation, evaluations = [], []
    seconds, errors = defaultdict(list), defaultdict(list)
    for seed in range(walks):
        if seed % (walks if given.quick else 50) == 0:  # seconds each
            (result, *_), spent = timed(run_original, seed)
            per_evaluation.append(spent / result.nfev)
        (found, nfev), spent = timed(vectorised, x, density, seed)
        evaluations.append(nfev)
        seconds["the same, vectorised"].append(spent)
        errors["the same, vectorised"].append(largest_error(*found))
        for method, again in product(METHODS, range(10)):  # ten calls a turn: as warm as a walk that lasts
            result, spent = timed(ours, classic_target(), method, (seed, again))
            found = result.mixture
            seconds[f"`fit`, {method}"].append(spent)
            errors[f"`fit`, {method}"].append(largest_error(found.weights, found.means, found.stds))
    seconds = {"the original": np.median(per_evaluation) * np.array(evaluations), **seconds}
    errors["the original"] = errors["the same, vectorised"]
    yield "what", "one run, ms", "times faster", "chance within 1e-2", "TTS99, ms", "times faster", "median error"
    once = [(np.median(s), tts99(s, np.array(errors[name]) < 1e-2)) for name, s in seconds.items()]
    for name, (one, whole) in zip(seconds, once, strict=True):
        near, error = np.mean(np.array(errors[name]) < 1e-2), f"{np.median(errors[name]):.1e}"
        yield name, 1e3 * one, once[0][0] / one, float(near), 1e3 * whole, once[0][1] / whole, error
    yield f"The original: seconds of an evaluation in {len(per_evaluation)} of its runs × the evaluations that {walks}"
    yield "of its starts take; chance and error from the vectorised walk, which is the same but for rounding."


def vectorised(x, density, seed):
    """The original's walk on the vectorised loss: weights, means, stds, and evaluations."""
    means = np.random.RandomState(seed).randint(0, 25, 3).astype(float)
    start = np.concatenate([np.full(3, 5.0), means, np.zeros(3)])
    with np.errstate(all="ignore"):
        result = minimize(value_and_grad(l2_loss), start, args=(x, density), jac=True, method="BFGS")
        return unpack(result.x), result.nfev


def largest_error(weights, means, stds):
    """Largest parameter error on the classic, bells in order of mean; inf for NaN."""
    found = np.array([weights, means, stds])[:, np.argsort(means)]
    return float(np.nan_to_num(np.abs(found - [CLASSIC.weights, CLASSIC.means, CLASSIC.stds]).max(), nan=np.inf))


# Curves that a mixture meets exactly


def exact(given):
    """Exactly representable problems, `fit` with its defaults"""
    fresh = [random_exact(given.seed + i) for i in range(30 if given.quick else 200)]
    sets = {"classic": [classic_target()], "Marron–Wand 1–15": marron_wand_targets()}
    sets |= {f"random, {family}": [t for t in fresh if f", {family}," in t.name] for family in FAMILIES}
    notes = []
    yield "problems", "method", "solved", "median ms", "longest s", "wrong, yet `success`"
    for (name, targets), method in product(sets.items(), METHODS):
        calls = [(t, *timed(ours, t, method, given.seed + i)) for i, t in enumerate(targets)]
        missed = [result for _, result, _ in calls if result.loss >= SOLVED]
        spent = [spent for *_, spent in calls]
        wrong = sum(result.success for result in missed)
        solved = f"{len(calls) - len(missed)} of {len(calls)}"
        yield name, method, solved, 1e3 * np.median(spent), max(spent), wrong
        notes += [note(t, method, r, s) for t, r, s in calls if r.loss >= SOLVED or s > 1]
    yield from notes or ["Every call under a second, every problem solved."]


def wrong(given):
    """Success claimed for a wrong answer, fresh exact targets"""
    notes = []
    yield "method", "calls", "solved", "wrong, yet `success`", "right at the points, wrong between them, yet `success`"
    for method, calls in zip(METHODS, (100, 30) if given.quick else (2000, 500), strict=True):
        solved = missed = between = 0
        for seed in range(given.seed + 1000, given.seed + 1000 + calls):
            target = random_exact(seed)
            result, spent = timed(ours, target, method, seed)
            gap = target.loss_between_points(result.mixture, result.mass)
            solved += result.loss < SOLVED
            if result.success and (result.loss >= SOLVED or gap >= BETWEEN):
                missed, between = missed + (result.loss >= SOLVED), between + (result.loss < SOLVED)
                notes.append(f"{note(target, method, result, spent)}, between points {gap:.1e}")
        yield method, calls, solved, missed, between
    yield from notes


def peers(given):
    """Peers on exactly representable problems"""
    for peer in PEERS:  # imports, once
        attempt(peer, classic_target(), np.random.default_rng(0), True)
    targets = [classic_target(), *marron_wand_targets(), *(random_exact(given.seed + 5000 + i) for i in range(30))]
    targets = targets[:: 8 if given.quick else 1]
    runs = [compete(target, i, 0.2 if given.quick else 1.0) for i, target in enumerate(targets)]
    fresh = [run for run, target in zip(runs, targets, strict=True) if target.name.startswith("random")]
    yield "what a user would pick", "solved", "chance a run", "median TTS99, ms", "ratio", "90 %", "kept: ratio", "90 %"
    for peer in PEERS:
        solved = f"{sum(any(run[peer][1]) for run in runs)} of {len(runs)}"
        chance = float(np.mean([np.mean(run[peer][1]) for run in runs]))
        ratios = [[cost(*run[peer]) / tts99(*run["`fit`, LM"]) for run in fresh] for cost in (tts99, kept)]
        typical = 1e3 * np.median([tts99(*run[peer]) for run in runs])
        yield peer, solved, chance, typical, *(float(np.quantile(r, q)) for r in ratios for q in (0.5, 0.9))
    yield f"Ratios on the {len(fresh)} random ones, the peer's TTS99 over that of `fit` by LM. A run of a peer starts"
    yield "from its guess, the first as it is, the others with every number shaken; a run of `fit` is a call. Where no"
    yield "run solved, p counts as 1/(runs + 1), in the peer's favour. *Kept*: a guess that solves as it is counts as"
    yield "certain, which only somebody who knows the answer can know."


def compete(target, i, seconds, most=25):
    """Seconds and solved of every peer's runs on one target: turn by turn, until each has spent its seconds,
    made its most, or solved ten of ten."""
    runs = {peer: ([], []) for peer in PEERS}
    rngs = {peer: np.random.default_rng([7, i]) for peer in PEERS}

    def goes_on(spent, solved):
        return sum(spent) < seconds and len(spent) < most and not (len(solved) >= 10 and all(solved))

    for turn in count():
        waiting = [peer for peer, run in runs.items() if goes_on(*run)]
        if not waiting:
            return runs
        for peer in waiting:
            found, spent = timed(attempt, peer, target, rngs[peer], turn == 0)
            runs[peer][0].append(spent)
            runs[peer][1].append(target.relative_loss(*found) < SOLVED)


def kept(seconds, solved):
    """The time that a user needs who keeps a first guess that solves, and else shakes it until 99 % sure."""
    return seconds[0] if solved[0] or len(seconds) == 1 else seconds[0] + tts99(seconds[1:], solved[1:])


# Curves that no mixture meets


def imperfect(given):
    """Curves that no mixture meets: default calls beside the best that anybody finds in much longer"""
    yield "curve", "targets", "no spike", "LM within 0.2 %", "BFGS within 0.2 %", "LM, median ms", "longest s", "worst"
    notes = []
    for kind in IMPERFECT:
        targets = [imperfect_target(kind, K, given.seed) for K in ((2, 4) if given.quick else range(2, 6))]
        best = [best_known(target, given.quick) for target in targets]
        over, spent = defaultdict(list), []
        for (target, known), method in product(zip(targets, best, strict=True), METHODS):
            for seed in range(1 if given.quick else {"LM": 5, "BFGS": 3}[method]):
                result, took = timed(ours, target, method, seed)
                spent += [took] * (method == "LM")
                if known is not None:
                    over[method].append(max(result.loss - known - 1e-12, 0) / known)  # a loss of 1e-12 is nothing
                    if over[method][-1] > 0.002:
                        notes.append(f"{note(target, method, result, took)}, rng={seed}: +{over[method][-1]:.2%}")
        near = [f"{sum(o <= 0.002 for o in over[method])} of {len(over[method])}" for method in METHODS]
        clear, worst = sum(known is not None for known in best), max((0.0, *over["LM"], *over["BFGS"]))
        yield kind, len(targets), clear, *near, 1e3 * np.median(spent), max(spent), f"+{worst:.2%}"
    yield "The best known is the lowest of 300 LM starts from each of two seeds, 50 BFGS starts, and every peer's end"
    yield "(negative areas made tiny) polished by LM. A spike is a bell of weight narrower than half a grid step; a"
    yield "curve whose best has one is left out."
    yield from notes


def best_known(target, quick):
    """The lowest loss that much work finds; None where it has a spike."""
    x, density, K = target.x, target.density, target.n_components
    searches = [("LM", 60, 0), ("BFGS", 10, 2)] if quick else [("LM", 300, 0), ("LM", 300, 1), ("BFGS", 50, 2)]
    ends = [run for m, n, seed in searches for run in fit(x, density, K, method=m, n_starts=n, rng=[9, seed]).runs]
    best = min([*ends, *polished_peers(target, 1 if quick else 3)], key=lambda run: run.loss)
    means, stds, weights = best.mixture.means, best.mixture.stds, best.mixture.weights
    step = np.diff(x)[np.clip(np.searchsorted(x, means) - 1, 0, x.size - 2)]
    return None if ((weights > 1e-4) & (stds < step / 2)).any() else best.loss


def polished_peers(target, turns):
    """`fit_once` from where each peer ended."""
    rng = np.random.default_rng(5)
    for peer, turn in product([name for name in PEERS if not name.startswith("`fit`")], range(turns)):
        areas, means, stds = attempt(peer, target, rng, turn == 0)
        if np.isfinite([areas, means, stds]).all() and np.all(stds) and np.max(areas) > 0:
            areas = np.maximum(areas, 1e-6 * np.max(areas))
            start = Mixture(areas / areas.sum(), means, abs(np.asarray(stds)))
            yield fit_once(target.x, target.density, start, method="LM")


def seeds(given):
    """Twenty seeds on real data, default options: do they agree to 0.1 %, or all under 1e-6?"""
    counts, edges = np.histogram(old_faithful()[1], np.arange(40, 101, 5))
    cases = {"galaxies": (density_from_samples(galaxies()), range(2, 9))}
    cases["Old Faithful"] = density_from_histogram(counts, edges), range(1, 5)
    yield "data", "K", "lowest loss", "highest", "agree", "success", "median ms", "longest ms"
    for name, (curve, numbers) in cases.items():
        for K in numbers:
            calls = [timed(fit, *curve, K, rng=seed) for seed in range(5 if given.quick else 20)]
            losses, spent = [result.loss for result, _ in calls], [1e3 * seconds for _, seconds in calls]
            agree = "yes" if max(losses) <= 1.001 * min(losses) or max(losses) < 1e-6 else "NO"
            happy = f"{sum(result.success for result, _ in calls)} of {len(calls)}"
            yield name, K, min(losses), max(losses), agree, happy, np.median(spent), max(spent)


# Anything at all


def robustness(given):
    """Ten thousand curves of any kind, random options: no exception, no warning, no NaN, no call over five seconds"""
    rows = defaultdict(list)
    with get_context("spawn").Pool(given.workers) as pool:
        seeds = range(given.seed, given.seed + (200 if given.quick else 10_000))
        for seed, kind, seconds, success, trouble in pool.imap_unordered(trial, seeds, chunksize=4):
            rows[kind].append((seconds, seed, success, bool(trouble)))
            if trouble:
                yield f"- `anything({seed})`, {kind}: {trouble}"
    rows = dict(sorted(rows.items())) | {"all": [call for calls in rows.values() for call in calls]}
    yield "curve", "calls", "success", "median ms", "99 % ms", "longest s", "(seed)", "offenders"
    for kind, calls in rows.items():
        seconds, seed, success, trouble = zip(*calls, strict=True)
        low, high = 1e3 * np.quantile(seconds, (0.5, 0.99))
        longest = seed[int(np.argmax(seconds))]
        yield kind, len(calls), f"{np.mean(success):.0%}", low, high, max(seconds), longest, sum(trouble)


def trial(seed):
    """One call: seed, kind, seconds, success, and what is wrong with it in words, or ""."""
    kind, x, density, K, options = anything(seed)
    clock, success = time.process_time(), False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = fit(x, density, K, rng=seed, **options)
            seconds = time.process_time() - clock
            success, trouble = result.success, complaint(result, x)
        except Exception as error:
            seconds, trouble = time.process_time() - clock, f"{type(error).__name__}: {error}"
    return seed, kind, seconds, success, trouble or (f"{seconds:.1f} s" if seconds > LONG else "")


def complaint(result, x):
    """What of a result is no number, or ""; reading all of it is part of the trial."""
    mixture, history = result.mixture, result.history
    numbers = [mixture.weights, mixture.means, mixture.stds, [result.mass, result.loss, result.fun, result.grad_norm]]
    numbers += [history.loss, history.grad_norm, result.pdf(x), [run.loss for run in result.runs]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)  # says that the data can't tell: no trouble
        result.standard_errors()
    words = repr(result), result._repr_html_(), *result.diagnosis
    return "" if np.isfinite(np.concatenate(numbers)).all() and all(words) else "holds a NaN, or no words"


# Time


def scaling(given):
    """Milliseconds of one call of `fit`, by points, by components, by starts; of `fit_once` with a prior"""
    ways = [("LM", 0.0), ("LM", 0.01), ("BFGS", 0.0), ("BFGS", 0.01)]
    heads = [f"{method}, {'exact' if noise == 0 else '1 % noise'}" for method, noise in ways]
    yield "points (classic, K = 3)", *heads
    for N in (75, 1000, 10_000) if given.quick else (75, 1000, 10_000, 100_000, 1_000_000):
        x = np.linspace(0, 25, N)
        yield N, *in_turns([partial(fit, x, noisy(CLASSIC.pdf(x), noise), 3, method=m, rng=0) for m, noise in ways], N)
    yield ""
    yield "components (20 points each)", *heads[:3]
    for K in (1, 3, 10) if given.quick else (1, 2, 3, 5, 10, 20, 30):
        x, y = row_of_bells(K)
        yield K, *in_turns([partial(fit, x, noisy(y, noise), K, method=m, rng=0) for m, noise in ways[:3]], 1e5)
    yield ""
    yield "starts (classic, 1 % noise, `n_starts`)", *METHODS
    x, y = classic()
    for n in (1, 10) if given.quick else (1, 10, 100, 1000):
        yield n, *in_turns([partial(fit, x, noisy(y, 0.01), 3, method=m, n_starts=n, rng=0) for m in METHODS], 1e3 * n)
    yield ""
    yield "`fit_once` (classic, from 4, 12, 21)", *METHODS
    start = Mixture([1 / 3] * 3, [4, 12, 21], [1.5] * 3)
    for name, prior in {"no prior": None, "a prior on stds": log_std_prior(2, 1e-6)}.items():
        yield name, *in_turns([partial(fit_once, x, y, start, method=m, prior=prior) for m in METHODS], 75)


def in_turns(ways, size):
    """Median milliseconds of each call; they take turns, the fewer the larger the task."""
    turns = [[timed(way)[1] for way in ways] for _ in range(7 if size < 1e5 else 1)]
    return [1e3 * float(seconds) for seconds in np.median(turns, axis=0)]


def many(given):
    """Curves a second by `fit_many`: 200 points, three bells; on one core, and by two processes"""
    x, n = np.linspace(0, 25, 200), 200 if given.quick else 1000
    rng, rows = np.random.default_rng(0), []
    while len(rows) < n:
        means, weights = np.sort(rng.uniform(3, 22, 3)), rng.dirichlet(np.full(3, 4.0))
        if np.diff(means).min() >= 1.5 and weights.min() >= 0.1:
            rows.append(Mixture(weights, means, rng.uniform(0.6, 2.5, 3)).pdf(x))
    yield "curves", "one core, a second", "two processes, a second", "same to the last bit", "success"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(abs, range(64)))  # wakes them up
        for name, noise, size in (("exact", 0.0, n), ("1 % noise", 0.01, n // 4)):
            densities = [noisy(row, noise, i) for i, row in enumerate(rows[:size])]
            alone, own = timed(fit_many, x, densities, 3, rng=0)
            clock = time.perf_counter()
            spread = fit_many(x, densities, 3, rng=0, workers=pool.map)
            wall = time.perf_counter() - clock
            same = all(a.x.tobytes() == b.x.tobytes() for a, b in zip(alone, spread, strict=True))
            happy = f"{np.mean([result.success for result in alone]):.1%}"
            yield f"{name}, {size}", size / own, size / wall, "yes" if same else "NO", happy


TABLES = {
    table.__name__: table for table in (original, exact, wrong, peers, imperfect, seeds, robustness, scaling, many)
}

if __name__ == "__main__":
    main()
