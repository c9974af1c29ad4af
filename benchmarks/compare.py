"""`fit` beside the script that everybody starts from, and beside what a user would pick instead: markdown tables.

    uv run --group peers python benchmarks/compare.py [--quick] [--seeds 10000] [--only classic exact …]

One process and one thread; competitors take turns, so that whatever slows the machine slows all of them. Seconds are
the process's own. "Solved" is a relative loss Σ(f − y)²/Σy² under 1e-8. TTS99 is the mean time of a run ×
ln 0.01/ln(1 − p), with p the chance that a run solves: the time to be 99 % sure of the answer by restarting.
The package was tuned on seeds under 10,000; problems reported are drawn from seeds of 10,000 on.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy: threads on tiny arrays make timings a lottery
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import sys
import time
from itertools import count, product

import numpy as np
import original
import speed
from autograd import value_and_grad
from peers import PEERS, attempt
from problems import FAMILIES, IMPERFECT, classic_target, imperfect, marron_wand_targets, random_exact
from scipy.optimize import minimize

from gmm_helpers import CLASSIC, Mixture, classic, fit, fit_once, l2_loss, unpack

SOLVED = 1e-8
BETWEEN = 1e-6  # between the points a fit that meets them may be off by this much
OURS = ("LM", "BFGS")
NAMES = ("weights", "means", "stds")


def timed(call):
    """What a call returns, and its seconds."""
    clock = time.process_time()
    value = call()
    return value, time.process_time() - clock


def tts99(seconds, solved):
    """TTS99 from the seconds of n runs and whether each solved. Where none did, p counts as 1/(n + 1): a bound."""
    p = np.mean(solved) or 1 / (len(solved) + 1)
    return float(np.mean(seconds)) * (1.0 if p >= 0.99 else max(np.log(0.01) / np.log1p(-p), 1.0))


def our_fit(target, method, rng):
    """One call of `fit` whose result is read."""
    result = fit(target.x, target.density, target.n_components, mass=target.mass, method=method, rng=rng)
    return (result, result.mixture, result.success, result.diagnosis)[0]


def ms(seconds):
    return f"{1e3 * seconds:.3g}"


# The classic problem, beside the original


def classic_table(quick, _first):
    """The original, its vectorised self, and one call of `fit`."""
    X, density = classic()
    target, walks = classic_target(), 60 if quick else 300
    script, seconds = [], {name: [] for name in ("naked", *OURS)}
    errors, evaluations = {name: [] for name in seconds}, []
    for seed in range(walks):
        if seed % (walks if quick else 50) == 0:  # seconds each; they take turns as well
            (result, *_), spent = timed(lambda seed=seed: original.run(seed))
            script.append(spent / result.nfev)
        (error, nfev), spent = timed(lambda seed=seed: naked(X, density, seed))
        seconds["naked"].append(spent)
        errors["naked"].append(error)
        evaluations.append(nfev)
        for method, again in product(OURS, range(10)):  # ten calls a turn: as warm as a walk that lasts
            result, spent = timed(lambda method=method, rng=(seed, again): our_fit(target, method, rng))
            seconds[method].append(spent)
            errors[method].append(largest_error(*(getattr(result.mixture, name) for name in NAMES)))
    seconds["script"] = np.median(script) * np.array(evaluations)
    errors["script"] = errors["naked"]
    yield "| what | one run, ms | times faster | chance within 1e-2 | TTS99, ms | times faster | median error |"
    yield "|---|---|---|---|---|---|---|"
    titles = {"script": "the original", "naked": "the same, vectorised", "BFGS": "`fit`, BFGS", "LM": "`fit`, LM"}
    base = None
    for name, title in titles.items():
        near = np.array(errors[name]) < 1e-2
        one, whole = np.median(seconds[name]), tts99(seconds[name], near)
        base = base or (one, whole)
        yield (
            f"| {title} | {ms(one)} | {base[0] / one:,.0f} | {near.mean():.3f} | {ms(whole)} | {base[1] / whole:,.0f} "
            f"| {np.median(errors[name]):.1e} |"
        )
    yield ""
    yield f"The original: seconds of an evaluation in {len(script)} of its runs × the evaluations that {walks} of its"
    yield "starts take; chance and error from the vectorised walk, which is the same but for rounding."


def naked(x, density, seed):
    """The original's walk on the vectorised loss: largest error and evaluations."""
    means = np.random.RandomState(seed).randint(0, 25, 3).astype(float)
    start = np.concatenate([np.full(3, 5.0), means, np.zeros(3)])
    with np.errstate(all="ignore"):
        result = minimize(value_and_grad(l2_loss), start, args=(x, density), jac=True, method="BFGS")
        return largest_error(*unpack(result.x)), result.nfev


def largest_error(weights, means, stds):
    """Largest parameter error on the classic, bells in order of mean; inf for NaN."""
    order = np.argsort(means)
    gaps = [abs(a[order] - getattr(CLASSIC, name)).max() for a, name in zip((weights, means, stds), NAMES, strict=True)]
    return float(np.nan_to_num(max(gaps), nan=np.inf))


# Exactly representable problems


def exact_table(quick, first):
    """Both engines on every set: solved, the longest call, wrong answers that claim success."""
    n_random = 30 if quick else 200
    sets = {"classic": [classic_target()], "Marron–Wand 1–15": marron_wand_targets()}
    fresh = [random_exact(first + i) for i in range(n_random)]
    sets |= {f"random, {family}": [t for t in fresh if f", {family}," in t.name] for family in FAMILIES}
    rows, notes = {}, []
    for (name, targets), method in product(sets.items(), OURS):
        calls = [(t, *timed(lambda t=t, m=method, i=i: our_fit(t, m, first + i))) for i, t in enumerate(targets)]
        rows[name, method] = calls
        notes += [note(t, method, result, spent) for t, result, spent in calls if result.loss >= SOLVED or spent > 1]
    yield "| problems | engine | solved | median ms | longest s | wrong, yet `success` |"
    yield "|---|---|---|---|---|---|"
    for (name, method), calls in rows.items():
        solved = [result.loss < SOLVED for _, result, _ in calls]
        wrong = sum(result.success for _, result, _ in calls if result.loss >= SOLVED)
        spent = [spent for *_, spent in calls]
        shown = f"{sum(solved)} of {len(calls)} | {ms(np.median(spent))} | {max(spent):.2f} | {wrong}"
        yield f"| {name} | {method} | {shown} |"
    yield ""
    yield from notes or ["Every call under a second, every problem solved."]


def note(target, method, result, spent):
    """A line about a call that missed, or that took long."""
    return f"- {target.name}, {method}: loss {result.loss:.1e}, success={result.success}, {spent:.2f} s"


def wrong_table(quick, first):
    """How often `success` is claimed for a wrong answer, on exact targets; each is named."""
    yield "| engine | calls | solved | wrong, yet `success` | right at the points, wrong between them, yet `success` |"
    yield "|---|---|---|---|---|"
    notes = []
    for method, calls in zip(OURS, (100, 30) if quick else (2000, 500), strict=True):
        solved = wrong = between = 0
        for seed in range(first + 1000, first + 1000 + calls):
            target = random_exact(seed)
            result, spent = timed(lambda target=target, method=method, seed=seed: our_fit(target, method, seed))
            solved += result.loss < SOLVED
            gap = target.loss_between_points(result.mixture, result.mass)
            if result.success and (result.loss >= SOLVED or gap >= BETWEEN):
                wrong, between = wrong + (result.loss >= SOLVED), between + (result.loss < SOLVED)
                notes.append(
                    f"{note(target, method, result, spent)}, {len(result.runs)} runs, between points {gap:.1e}"
                )
        yield f"| {method} | {calls} | {solved} | {wrong} | {between} |"
    yield ""
    yield from notes


# Peers


def peers_table(quick, first):
    """Every peer on the same exact problems, in turns, a second each."""
    targets = [classic_target(), *marron_wand_targets()] + [random_exact(first + 5000 + i) for i in range(30)]
    targets = targets[:: 8 if quick else 1]
    runs = [compete(target, i, 0.2 if quick else 1.0, 5 if quick else 25) for i, target in enumerate(targets)]
    fresh = [run for run, target in zip(runs, targets, strict=True) if target.name.startswith("random")]
    yield (
        f"{len(targets)} problems: the classic, Marron–Wand, {len(fresh)} random ones. Ratios on the random ones, the "
        "peer's TTS99 over that of `fit` by LM."
    )
    yield ""
    yield "| what a user would pick | solved | chance a run | median TTS99, ms | ratio | 90 % | kept: ratio | 90 % |"
    yield "|---|---|---|---|---|---|---|---|"
    for peer in PEERS:
        solved = sum(any(run[peer][1]) for run in runs)
        chance = np.mean([np.mean(run[peer][1]) for run in runs])
        typical = np.median([tts99(*run[peer]) for run in runs])
        ratios = [[cost(run[peer]) / tts99(*run["`fit`, LM"]) for run in fresh] for cost in (lambda r: tts99(*r), kept)]
        shown = " | ".join(f"{np.quantile(r, q):,.3g}" for r in ratios for q in (0.5, 0.9))
        yield f"| {peer} | {solved} of {len(runs)} | {chance:.2f} | {ms(typical)} | {shown} |"
    yield ""
    yield "A run of a peer starts from its guess, the first as it is, the others with every number shaken; a run of"
    yield "`fit` is a call. Where no run solved, p counts as 1/(runs + 1), in the peer's favour. *Kept*: a guess that"
    yield "solves as it is counts as certain, which only somebody who knows the answer can know."


def compete(target, i, seconds, most):
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
            found, spent = timed(lambda peer=peer, turn=turn: attempt(peer, target, rngs[peer], turn == 0))
            runs[peer][0].append(spent)
            runs[peer][1].append(target.relative_loss(*found) < SOLVED)


def kept(run):
    """The time that a user needs who keeps a first guess that solves, and else shakes it until 99 % sure."""
    (first, *seconds), (lucky, *solved) = run
    return first if lucky or not seconds else first + tts99(seconds, solved)


# Curves that no mixture meets


def imperfect_table(quick, first):
    """Default calls beside the best that anybody finds in much longer."""
    yield "| curve | targets | no spike | LM within 0.2 % | BFGS within 0.2 % | LM, median ms | longest s | worst |"
    yield "|---|---|---|---|---|---|---|---|"
    notes, everything = [], []
    for kind in IMPERFECT:
        targets = [imperfect(kind, K, first) for K in ((2, 4) if quick else range(2, 6))]
        known = [best_known(target, quick) for target in targets]
        clear = [
            loss if not has_spike(mixture, t.x) else None for t, (loss, mixture) in zip(targets, known, strict=True)
        ]
        tried = {
            method: [excess(t, loss, method, s) for t, loss in zip(targets, clear, strict=True) for s in range(calls)]
            for method, calls in zip(OURS, (1, 1) if quick else (5, 3), strict=True)
        }
        spent = [spent for *_, spent in tried["LM"]]
        over = {method: [over for _, over, _ in tried[method] if over is not None] for method in OURS}
        near = [f"{sum(o <= 0.002 for o in over[method])} of {len(over[method])}" for method in OURS]
        spikeless = sum(loss is not None for loss in clear)
        worst = max((0.0, *over["LM"], *over["BFGS"]))
        cells = [kind, len(targets), spikeless, *near, ms(np.median(spent)), f"{max(spent):.2f}", f"+{worst:.2%}"]
        yield f"| {' | '.join(map(str, cells))} |"
        everything += spent
        notes += [f"- {m}, {what}: +{o:.2%}" for m in OURS for what, o, _ in tried[m] if o is not None and o > 0.002]
    yield f"| all | | | | | {ms(np.median(everything))} | {max(everything):.2f} | |"
    yield ""
    yield "The best known is the lowest of 300 LM starts from each of two seeds, 50 BFGS starts, and every peer's end"
    yield "(negative areas made tiny) polished by LM. A spike is a bell of weight narrower than half a grid step."
    yield ""
    yield from notes


def best_known(target, quick):
    """The lowest loss that much work finds, and its mixture."""
    x, density, K = target.x, target.density, target.n_components
    searches = [("LM", 60 if quick else 300, 0), ("BFGS", 10 if quick else 50, 2)] + [("LM", 300, 1)] * (not quick)
    ends = [
        run for m, n, seed in searches for run in fit(x, density, K, method=m, n_starts=n, rng=[9, seed]).runs
    ] + list(polished_peers(target, 1 if quick else 3))
    best = min(ends, key=lambda run: run.loss)
    return best.loss, best.mixture


def polished_peers(target, turns):
    """`fit_once` from where each peer ended."""
    rng = np.random.default_rng(5)
    for peer, turn in product([name for name in PEERS if not name.startswith("`fit`")], range(turns)):
        areas, means, stds = attempt(peer, target, rng, turn == 0)
        if np.isfinite([*areas, *means, *stds]).all() and (stds != 0).all() and areas.max() > 0:
            areas = np.maximum(areas, 1e-6 * areas.max())
            start = Mixture(areas / areas.sum(), means, abs(stds))
            yield fit_once(target.x, target.density, start, method="LM")


def has_spike(mixture, x):
    """Whether a bell of weight is narrower than half the grid's step where it sits."""
    step = np.diff(x)[np.clip(np.searchsorted(x, mixture.means) - 1, 0, x.size - 2)]
    return bool(((mixture.weights > 1e-4) & (mixture.stds < step / 2)).any())


def excess(target, best, method, seed):
    """A default call: its name, what it leaves over the best known as a share of it (None where there is no best;
    a loss of 1e-12 is nothing), and its seconds."""
    result, spent = timed(lambda: our_fit(target, method, seed))
    weights = result.mixture.weights
    assert weights.min() >= 0
    assert abs(weights.sum() - 1) < 1e-9
    over = None if best is None else max(result.loss - best - 1e-12, 0) / best
    return f"{target.name}, rng={seed}, success={result.success}", over, spent


# All of it

TABLES = {
    "classic": ("One run on the classic problem", classic_table),
    "exact": ("Exactly representable problems, `fit` with its defaults", exact_table),
    "peers": ("Peers on exactly representable problems", peers_table),
    "imperfect": ("Curves that no mixture meets", imperfect_table),
    "wrong": ("Success claimed for a wrong answer, fresh exact targets", wrong_table),
    "gradient": ("One value and gradient", speed.gradient_table),
    "scaling": ("Scaling", speed.scaling_table),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a little of everything")
    parser.add_argument("--seeds", type=int, default=10_000, help="the first seed of the random problems")
    parser.add_argument("--only", nargs="+", choices=TABLES, default=list(TABLES), metavar="TABLE")
    given = parser.parse_args()
    attempt("lmfit composite, find_peaks guess", classic_target(), np.random.default_rng(0), True)  # imports, once
    attempt("sklearn on 10,000 draws", classic_target(), np.random.default_rng(0), True)
    for name in given.only:
        title, table = TABLES[name]
        print(f"\n## {title}\n", flush=True)
        clock = time.perf_counter()
        for line in table(given.quick, given.seeds):
            print(line, flush=True)
        print(f"{name}: {time.perf_counter() - clock:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
