"""Curves as instruments write them, against the truth they were made from: one table a question, one seed a curve.

The seeds from 10,000 on were kept out of all tuning. Truths are rows (height, mean, std).
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from problems import IMPERFECT, imperfect_target
from scipy.optimize import curve_fit, least_squares, linear_sum_assignment
from tables import seeded, timed

from gmm_helpers import equal, fit, select_components

HERE = Path(__file__).parents[1]
VERSION_1 = "9be28f3"  # the commit of version 1.0.0
ROOT_2PI = np.sqrt(2 * np.pi)
UNIT = np.linspace(0, 1, 200)


def bells(x, truth):
    """Σ height · exp(−½((x − mean)/std)²), (N,)."""
    h, m, s = np.reshape(truth, (-1, 3)).T
    return np.exp(-0.5 * ((x[:, None] - m) / s) ** 2) @ h


def random_truth(rng, K, narrowest=0.015, widest=0.15, gap=0.0):
    """(K, 3) on 0 … 1, sorted by mean, neighbours at least `gap` stds apart."""
    while True:
        h, m = rng.uniform(0.2, 1, K), np.sort(rng.uniform(0.1, 0.9, K))
        s = np.exp(rng.uniform(np.log(narrowest), np.log(widest), K))
        if (np.diff(m) >= gap * np.maximum(s[1:], s[:-1])).all():
            return np.column_stack([h, m, s])


def numbers(truth):
    """Areas, means, stds, (3, K), by mean."""
    h, m, s = np.array(sorted(np.reshape(truth, (-1, 3)).tolist(), key=lambda bell: bell[1])).T
    return np.array([h * s * ROOT_2PI, m, s])


def fitted(result):
    """The same of a fit."""
    return np.array([result.areas, result.mixture.means, result.mixture.stds])[:, result.mixture.means.argsort()]


def errors(result):
    e = result.standard_errors()
    return np.array([e.areas, e.means, e.stds])[:, result.mixture.means.argsort()]


def off(result, truth):
    """The largest error of an area or a std, relative, or of a mean, in stds."""
    right = numbers(truth)
    return (abs(fitted(result) - right) / right[[0, 2, 2]]).max()


def told(result, word):
    return any(word in sentence for sentence in result.diagnosis)


def long_search(x, y, K, rng, truth=None, starts=40):
    """The lowest relative loss at which SciPy's least squares ends, from the truth and from random starts, with no bell
    between the points, beside them or behind all of them."""
    span, step, best = x[-1] - x[0], np.diff(x).max(), np.inf
    begin = [] if truth is None else [numbers(truth)]
    for _ in range(starts):
        stds = span * np.exp(rng.uniform(np.log(0.005), np.log(0.3), K))
        begin.append([np.full(K, np.trapezoid(abs(y), x) / K), rng.choice(x, K), stds])

    def rows(theta):
        a, m, s = theta.reshape(3, -1)
        z = (x[:, None] - m) * np.exp(-s)
        return z, np.exp(np.minimum(a - s, 50) - 0.5 * z * z) / ROOT_2PI

    def jacobian(theta):
        z, f = rows(theta)
        return np.hstack([f, f * z * np.exp(-theta[2 * K :]), f * (z * z - 1)])

    for areas, means, stds in begin:
        theta = np.concatenate([np.log(areas), means, np.log(stds)])
        with np.errstate(all="ignore"):
            try:
                end = least_squares(lambda t: rows(t)[1].sum(1) - y, theta, jacobian, method="lm", max_nfev=300)
            except ValueError:  # it ran away
                continue
            m, s = end.x[K : 2 * K], np.exp(end.x[2 * K :])
        beside = np.maximum(x[0] - m, m - x[-1])
        if step / 2 < s.min() and s.max() < 10 * span and (beside < 3 * s).all():
            best = min(best, 2 * end.cost / (y @ y))
    return best


# One curve, by its seed: what is asked of it, and the answer


def area_off(seed, area):
    rng = np.random.default_rng([1, seed])
    truth = random_truth(rng, int(rng.integers(1, 4)))
    y = bells(UNIT, truth) * area / numbers(truth)[0].sum()
    result = fit(UNIT, y + rng.choice([0, 0.01]) * y.max() * rng.normal(size=200), len(truth), rng=seed)
    named = bool(result.diagnosis) and "`mass=None`" in result.diagnosis[0]
    return {"success off the target": result.success and result.loss > 1e-8, "named": named or result.loss <= 1e-8}


def counts(seed, truth, weighed):
    x = np.linspace(0, 100, 2000)
    y = np.random.default_rng([2, seed]).poisson(bells(x, truth)).astype(float)
    sigma = np.sqrt(np.maximum(y, 1)) if weighed else None
    right, few = (fit(x, y, K, mass=None, sigma=sigma, rng=seed) for K in (len(truth), len(truth) - 1))
    return {"right K: told": told(right, "component"), "one too few: told": told(few, "component"), "ok": right.success}


def background(seed, kind, level):
    rng = np.random.default_rng([3, seed])
    truth = random_truth(rng, int(rng.integers(1, 4)), 0.02, 0.08, gap=2.5)
    y = bells(UNIT, truth)
    noise, tilt = 0.01 * y.max() * rng.normal(size=200), rng.uniform(-1, 1) if kind == "linear" else 0
    y = y + level * y.max() * (1 + tilt * UNIT)
    result, noisy = (fit(UNIT, c, len(truth), mass=None, background=kind, rng=seed) for c in (y, y + noise))
    within = abs(fitted(noisy) - numbers(truth)) < 3 * errors(noisy)
    exact = result.success and not result.diagnosis and off(result, truth) < 1e-6
    return {"exact: right": exact, "1 % noise: within 3 errors": within, "noisy: success": noisy.success}


def lines(seed, K):
    x, rng = np.arange(2400.0), np.random.default_rng([4, K, seed])
    truth = random_truth(rng, K, 3 / 2400, 6 / 2400, gap=3) * [0.67, 2400, 2400]
    y = bells(x, truth) + 0.015 * rng.normal(size=2400)
    result, seconds = timed(fit, x, y, K, mass=None, rng=seed)
    return {"right": result.success and (abs(fitted(result)[1] - truth[:, 1]) < truth[:, 2]).all(), "s": seconds}


def faint(seed, height):
    x = np.arange(500.0)
    y = bells(x, [(height, 250, 10)]) + np.random.default_rng([5, seed]).normal(size=500)
    result = fit(x, y, 1, mass=None, rng=seed)
    return {"within one std": abs(result.mixture.means[0] - 250) < 10, "success": result.success}


def coverage(seed, make, profile=False):
    """Of 95 % intervals: areas, means and stds of all bells."""
    x = np.linspace(0, 30, 150)
    truth, y, options = make(x, np.random.default_rng([6, seed]))
    result, right = fit(x, y, len(truth), mass=None, rng=seed, **options), numbers(truth)
    if profile:
        named = [(name, k) for name in ("areas", "means", "stds") for k in range(len(truth))]
        low, high = np.reshape([result.interval(*each) for each in named], (3, -1, 2)).transpose(2, 0, 1)
    else:
        low, high = fitted(result) - 1.96 * errors(result), fitted(result) + 1.96 * errors(result)
    held = dict(zip(("areas", "means", "stds"), (low <= right) & (right <= high), strict=True))
    return held | {"unbounded": ~np.isfinite(low) | ~np.isfinite(high) | (low == 0)}


def noisy(x, rng, truth, **options):
    return truth, bells(x, truth) + 0.1 * rng.normal(size=150), options


def counted(x, rng, truth=((1000, 10, 2), (200, 18, 3))):
    y = rng.poisson(bells(x, truth)).astype(float)
    return truth, y, {"sigma": np.sqrt(np.maximum(np.convolve(y, np.full(5, 0.2), "same"), 1))}


def lifted(x, rng, truth=((5, 10, 2), (3, 19, 3))):
    return truth, 4 + 0.1 * x + bells(x, truth) + 0.1 * rng.normal(size=150), {"background": "linear"}


def apart(x, rng, K):
    return noisy(x, rng, random_truth(rng, K, 0.03, 0.08, gap=3) * [5, 30, 30])


def exact(seed, low, high):
    truth = random_truth(np.random.default_rng([7, seed]), low + seed % (high + 1 - low))
    result = fit(UNIT, bells(UNIT, truth), len(truth), mass=None, rng=seed)
    wrong = result.success and off(result, truth) > 0.01
    return {"success": result.success, "1 % off": wrong, "and nothing said": wrong and not result.diagnosis}


def best(seed, one_bell):
    rng = np.random.default_rng([8, seed])
    truth = random_truth(rng, 2 + seed % 5)
    y = bells(UNIT, truth)
    if one_bell:
        return beside_search(UNIT, y, 1, seed, rng)
    y = y + rng.choice([0.01, 0.05]) * y.max() * rng.normal(size=200)
    return beside_search(UNIT, y, len(truth), seed, rng, truth)


def misshapen(seed, kind):
    target = imperfect_target(kind, 2 + seed % 4, seed)
    return beside_search(target.x, target.density, target.n_components, seed, np.random.default_rng([12, seed]))


def beside_search(x, y, K, seed, rng, truth=None):
    result, lowest = fit(x, y, K, mass=None, rng=seed), long_search(x, y, K, rng, truth)
    above = result.success and result.loss > 1.01 * lowest + 1e-9
    return {"success": result.success, "and 1 % above the best": above, "'0 of'": " 0 of" in f" {result.message}"}


def spectrum(kind, rng, N=424, noise=0.25):
    """Of PHSpectra's own protocol (caverac/phspectra, `train_synthetic.py`): y (N,), truth (K, 3)."""
    K = {"separated": rng.integers(2, 4), "blended": rng.integers(2, 4), "crowded": rng.integers(4, 6)}.get(kind, 1)
    low, high, thin, wide = {"bright": (1.75, 5, 3, 10), "faint": (2, 6, 3, 10), "narrow": (1, 5, 1, 2.5),
                             "broad": (0.5, 3, 10, 20), "separated": (0.5, 4, 2, 8), "blended": (0.5, 4, 3, 8),
                             "crowded": (0.3, 3, 2, 6)}[kind]  # fmt: skip
    truth = []
    for _ in range(K):
        h, m, s = rng.uniform(low, high), rng.uniform(10, N - 10), rng.uniform(thin, wide)
        while kind == "separated" and any(abs(m - o[1]) <= 4 * max(s, o[2]) for o in truth):
            m = rng.uniform(10, N - 10)
        if kind == "blended" and truth:
            m = truth[-1][1] + rng.choice([-1, 1]) * rng.uniform(1.5, 3) * max(s, truth[-1][2])
        truth.append((np.clip(noise * h, 0.3, 0.8) if kind == "faint" else h, np.clip(m, 10, N - 10), s))
    return bells(np.arange(N), truth) + noise * rng.normal(size=N), np.array(truth)


def matches(truth, found):
    """Pairs by position that count (Lindner et al. 2015): height to a factor of 10, mean to 1 std, std to .3 … 2.5."""
    here, there = linear_sum_assignment(abs(truth[:, 1, None] - found[:, 1]))
    ratio, near = found[there] / truth[here], abs(found[there, 1] - truth[here, 1]) < truth[here, 2]
    return int(np.sum((ratio[:, 0] > 0) & (ratio[:, 0] < 10) & near & (ratio[:, 2] > 0.3) & (ratio[:, 2] < 2.5)))


def spectra(seed, kinds):
    """F1 = 2 · right / (true + found) over all spectra, and milliseconds."""
    from phspectra import fit_gaussians

    def ours(y):
        result = select_components(np.arange(424.0), y, most=8, rng=0).result
        return [] if result is None else np.transpose([result.heights, result.mixture.means, result.mixture.stds])

    def theirs(y, beta):
        return [(c.amplitude, c.mean, c.stddev) for c in fit_gaussians(y, beta=beta)]

    answers, kind = {}, kinds[seed % len(kinds)]
    y, truth = spectrum(kind, np.random.default_rng([9, len(kind), seed]))
    ways = {"ours": ours, "theirs": partial(theirs, beta=3.5), "theirs, β 2.8": partial(theirs, beta=2.8)}
    for name, way in ways.items():
        found, seconds = timed(way, y)
        right = matches(truth, np.reshape(found, (-1, 3)))
        answers[f"F1 {name}"] = np.repeat([True, False], [2 * right, len(truth) + len(found) - 2 * right])
        answers[f"ms {name}"] = 1e3 * seconds
    return answers


def nothing(seed, N):
    y = np.random.default_rng([10, N, seed]).normal(size=N)
    selection, seconds = timed(select_components, np.arange(N) + 0.0, y, most=4, rng=0)
    return {"a bell claimed": selection.result is not None, "ms": 1e3 * seconds}


def speed(options):
    """Noisy curves (200 points, K = 3, 1 % noise): now, version 1.0.0, and one `curve_fit` that starts at the truth"""
    curves, direct, lowest = zip(*options.map(measured, options.seeds(200)), strict=True)
    yield "", "median ms", "of one `curve_fit`", "mean ms", "`fit_many`, mean ms", "as a long search"
    yield "`curve_fit` from the truth", np.median(direct), 1, np.mean(direct), "", ""
    with tempfile.TemporaryDirectory() as folder:
        old = ["git", "-C", str(HERE), "archive", VERSION_1, "gmm_helpers"]
        tree = subprocess.run(old, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=tree, check=True)
        np.save(f"{folder}/curves.npy", [UNIT, *curves])
        for name, path in {"version 1.0.0": folder, "now": str(HERE)}.items():
            command = [sys.executable, f"{HERE}/benchmarks/time_fits.py", f"{folder}/curves.npy"]
            done = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, check=True)
            spent, losses, many = json.loads(done.stdout)
            same = sum(0 < loss <= 1.001 * best for loss, best in zip(losses, lowest, strict=True))
            ms = np.median(spent)
            yield name, ms, ms / np.median(direct), np.mean(spent), many, f"{same} of {len(curves)}"


def measured(seed):
    """A curve for `speed`, the milliseconds of one `curve_fit` from its truth, and the lowest loss of a long search."""
    rng = np.random.default_rng([11, seed])
    truth = random_truth(rng, 3, gap=1.5)
    y = bells(UNIT, truth)
    y = y + 0.01 * y.max() * rng.normal(size=200)
    direct = 1e3 * timed(curve_fit, lambda x, *t: bells(x, t), UNIT, y, truth.ravel())[1]
    return y, direct, long_search(UNIT, y, 3, rng, truth, starts=10)


PEAKS = {"100, 50": [(100, 40, 1), (50, 45, 1.2)], "1000, 300, 200": [(1000, 30, 2), (300, 38, 3), (200, 70, 5)]}
KINDS = ("bright", "faint", "narrow", "broad", "separated", "blended", "crowded")
PAIRS = {f"{d} stds apart, profile": [(5, 14, 2), (4, 14 + 2 * d, 2)] for d in (1, 1.5, 2, 3)}
TIED = partial(noisy, truth=[(5, 11, 2), (3, 17, 2)], ties=[equal("stds")])
BY_ERRORS = {"Poisson": counted, "background": lifted, "ties": TIED}
BY_ERRORS |= {f"K = {K}": partial(apart, K=K) for K in (2, 3, 4)}
TABLES = {
    "areas": seeded("Is an area that is not the mass a success, and is it named?", 5, {
        f"{area:g}": partial(area_off, area=area) for area in (0.3, 0.7, 1.5, 7, 50, 272, 5e3, 5e5)}),
    "counts": seeded("Poisson counts: is one bell too few told, and is the right number blamed?", 200, {
        f"{name}{', sigma' * weighed}": partial(counts, truth=truth, weighed=weighed)
        for name, truth in PEAKS.items() for weighed in (False, True)}),
    "backgrounds": seeded("Backgrounds, in heights of the highest bell", 20, {
        f"{kind} {level:.3g}": partial(background, kind=kind, level=level)
        for kind in ("constant", "linear") for level in (-1 / 3, 0.1, 1, 30, 1000)}),
    "lines": seeded("Line spectra of 2,400 points", 20, {f"K = {K}": partial(lines, K=K) for K in (6, 9, 12, 15)}),
    "faint": seeded("One faint bell on 500 points", 100, {
        f"{height} σ": partial(faint, height=height) for height in (2, 3, 4, 5)}),
    "coverage": seeded("How many of the 95 % intervals hold the truth? Pairs by profile, the others by errors", 1000,
        {name: partial(coverage, make=partial(noisy, truth=pair), profile=True) for name, pair in PAIRS.items()}
        | {name: partial(coverage, make=make) for name, make in BY_ERRORS.items()}),
    "nothing": seeded("Pure noise: does `select_components` claim a bell?", 500, {
        f"{N} points": partial(nothing, N=N) for N in (100, 400)}),
    "twelve": seeded("Exact mixtures of one to twelve bells: is an answer that is 1 % off a success?", 100, {
        f"K = {low} … {low + 2}": partial(exact, low=low, high=low + 2) for low in (1, 4, 7, 10)}),
    "best": seeded("Curves that no mixture meets: is `success` within 1 % of the lowest loss of a long search?", 350, {
        "K = 1 on several bells": partial(best, one_bell=True), "noisy": partial(best, one_bell=False)}
        | {kind: partial(misshapen, kind=kind) for kind in IMPERFECT[2:]}),
    "speed": speed,
    "spectra": seeded("PHSpectra's own protocol: F1 and milliseconds of `select_components` and of PHSpectra", 350, {
        "all": partial(spectra, kinds=KINDS)} | {kind: partial(spectra, kinds=[kind]) for kind in KINDS}),
}  # fmt: skip
