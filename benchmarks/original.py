"""The script that everybody starts from: the baseline of every comparison in this project.

It takes the steps of Moritz Boos's post "Probability density fitting of a Mixture of Gaussians via autograd"
(2020-01-17), written afresh: a loop over grid points and components, a nested list of parameters, a grid that is
a number of points or the points themselves, `functools.partial`, `flatten_func`, `grad`, and BFGS with the default
tolerance. Nothing here is improved on purpose; the course is about how to.

    uv run python benchmarks/original.py [SEED]
"""

import sys
import time
from functools import partial

import autograd.numpy as np
from autograd import grad
from autograd.misc.flatten import flatten_func
from scipy.optimize import minimize

WEIGHTS, MEANS, STDS = [0.3, 0.5, 0.2], [5.0, 15.0, 20.0], [2.0, 1.0, 2.0]
GRID = np.arange(0, 25, 25 / 75)  # "25 points" says the post's text, 75 takes its code


def gaussian(x, mean, log_std):
    """One bell at one point; autograd sees through this, but not through scipy.stats."""
    std = np.exp(log_std)
    return np.exp(-((x - mean) ** 2) / (2 * std**2)) / (std * np.sqrt(2 * np.pi))


def mixture(params, grid=25):
    """The density of a mixture, point by point, bell by bell. params: [means, log_stds, logits]."""
    if isinstance(grid, int):
        grid = np.arange(0, 25, 25 / grid)
    means, log_stds, logits = params
    exps = np.exp(logits)
    weights = exps / np.sum(exps)
    return np.array([sum(weights[k] * gaussian(x, means[k], log_stds[k]) for k in range(len(means))) for x in grid])


def loss_func(target, params, grid=25):
    """Sum of squared differences between the target and the mixture."""
    return np.sum((target - mixture(params, grid)) ** 2)


def run(seed):
    """One run of the script. Returns SciPy's result, the parameters (weights, means, stds), and the seconds."""
    true_params = [np.array(MEANS), np.log(STDS), np.log(WEIGHTS)]
    target = mixture(true_params, GRID)
    rng = np.random.RandomState(seed)
    start = [rng.randint(0, 25, 3).astype(float), np.zeros(3), np.full(3, 5.0)]
    objective, unflatten, flat_start = flatten_func(partial(loss_func, target, grid=GRID), start)
    clock = time.perf_counter()
    with np.errstate(all="ignore"):
        result = minimize(objective, flat_start, jac=grad(objective), method="BFGS")
    seconds = time.perf_counter() - clock
    means, log_stds, logits = unflatten(result.x)
    weights = np.exp(logits - logits.max())
    order = np.argsort(means)
    return result, [a[order] for a in (weights / weights.sum(), means, np.exp(log_stds))], seconds


def report(seed):
    """What the script has found, beside the truth, with its status."""
    result, recovered, seconds = run(seed)
    lines = [f"seed {seed}: success={result.success} ({result.message})"]
    for name, true, found in zip(("weights", "means", "stds"), (WEIGHTS, MEANS, STDS), recovered, strict=True):
        lines.append(f"  {name:8} true {np.array(true)}  recovered {np.round(found, 4)}")
    error = max(
        abs(np.array(true) - found).max() for true, found in zip((WEIGHTS, MEANS, STDS), recovered, strict=True)
    )
    lines.append(f"  loss {result.fun:.2e}, largest error {error:.1e}, {result.nit} iterations, {seconds:.1f} s")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
