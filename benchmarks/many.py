"""A thousand curves by `fit_many`: curves a second on one core, and what two Dask workers gain.

    uv run python benchmarks/many.py [--curves 1000]

Curves are of 200 points, three bells each, exact or with noise of 1 % of the peak; default options, one BLAS thread.
The two take turns, three times over. Asked: 300 exact curves a second, 100 noisy ones; a gain of 1.4; results the
same to the last bit. On a busy machine two workers don't find two cores: read then the share of processor time.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy; workers inherit it

import argparse
import time

import numpy as np
from distributed import Client, LocalCluster

from gmm_helpers import Mixture, fit_many

X = np.linspace(0, 25, 200)


def curves(n, noise):
    """n densities (n, 200), each of three bells at least 1.5 apart, and noise in shares of its peak."""
    rng = np.random.default_rng(0)
    rows = []
    while len(rows) < n:
        means = np.sort(rng.uniform(3, 22, 3))
        weights, stds = rng.dirichlet(np.full(3, 4.0)), rng.uniform(0.6, 2.5, 3)
        if np.diff(means).min() >= 1.5 and weights.min() >= 0.1:
            rows.append(Mixture(weights, means, stds).pdf(X))
    rows = np.array(rows)
    return rows + noise * rows.max(axis=1, keepdims=True) * rng.normal(size=rows.shape)


def timed(densities, **options):
    """Results, seconds, and this process's own seconds."""
    clock, own = time.perf_counter(), time.process_time()
    results = fit_many(X, densities, 3, rng=0, **options)
    return results, time.perf_counter() - clock, time.process_time() - own


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--curves", type=int, default=1000)
    n = parser.parse_args().curves
    print("| curves | one core, a second | of its processor | two workers, a second | gain | same | success |")
    print("|---|---|---|---|---|---|---|")
    settings = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(**settings) as cluster, Client(cluster) as client:
        workers = client.get_executor().map
        fit_many(X, curves(64, 0.0), 3, rng=0, workers=workers)  # wakes them up
        for name, noise, size in (("exact", 0.0, n), ("noise 1 %", 0.01, n // 4)):
            densities = curves(size, noise)
            turns = [(timed(densities), timed(densities, workers=workers)) for _ in range(3)]
            alone, own, spread = (
                np.median(seconds) for seconds in zip(*((a[1], a[2], b[1]) for a, b in turns), strict=True)
            )
            same = all(p.x.tobytes() == q.x.tobytes() for a, b in turns for p, q in zip(a[0], b[0], strict=True))
            found = np.mean([result.success for result in turns[0][0][0]])
            print(
                f"| {name}, {size} | {size / alone:.0f} | {size / own:.0f} | {size / spread:.0f} "
                f"| {alone / spread:.2f} | {'yes' if same else 'NO'} | {found:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
