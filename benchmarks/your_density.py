"""Do twenty seeds agree on real data? Galaxies (a kernel curve) by 2 … 8 bells, Old Faithful (bins of 5) by 1 … 4.

    uv run python benchmarks/your_density.py [--seeds 20] [--only galaxies]

Default options. Asked of each row: every seed ends at the same loss to 0.1 %, or all under 1e-6; weights are valid.
Seconds are the process's own.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import argparse
import time

import numpy as np

from gmm_helpers import density_from_histogram, density_from_samples, fit, galaxies, old_faithful


def cases():
    """name → (x, density, numbers of bells)."""
    counts, edges = np.histogram(old_faithful()[1], np.arange(40, 101, 5))
    return {
        "galaxies": (*density_from_samples(galaxies()), range(2, 9)),
        "Old Faithful": (*density_from_histogram(counts, edges), range(1, 5)),
    }


def agree(losses):
    """Whether all losses are the same to 0.1 %, or both ends lie under 1e-6."""
    return max(losses) <= 1.001 * min(losses) or max(losses) < 1e-6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--only", default="", help="the beginning of a name")
    given = parser.parse_args()
    print("| data | K | lowest loss | highest | agree | success | valid | median ms | longest ms | others, by seed |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, (x, density, numbers) in cases().items():
        for K in numbers if name.startswith(given.only) else ():
            results, seconds = [], []
            for seed in range(given.seeds):
                clock = time.process_time()
                results.append(fit(x, density, K, rng=seed))
                seconds.append(time.process_time() - clock)
            losses = [result.loss for result in results]
            valid = all(r.mixture.weights.min() >= 0 and abs(r.mixture.weights.sum() - 1) < 1e-12 for r in results)
            others = {seed: f"{loss:.2g}" for seed, loss in enumerate(losses) if not agree([loss, min(losses)])}
            print(
                f"| {name} | {K} | {min(losses):.3g} | {max(losses):.3g} | {'yes' if agree(losses) else 'NO'} "
                f"| {sum(r.success for r in results)} of {len(results)} | {'yes' if valid else 'NO'} "
                f"| {1e3 * np.median(seconds):.0f} | {1e3 * max(seconds):.0f} | {others or ''} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
