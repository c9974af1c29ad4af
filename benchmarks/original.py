"""The script that everybody starts from: the baseline of every comparison in this project.

It takes the steps of Moritz Boos's post "Probability density fitting of a Mixture of Gaussians via autograd"
(2020-01-17), written afresh: a loop over grid points and components, a nested list of parameters, a grid that is
a number of points or the points themselves, `functools.partial`, `flatten_func`, `grad`, and BFGS with the default
tolerance. Nothing of it is improved on purpose; the course is about how to. `vectorised` is the same walk on the
course's loss, which is quick enough to be taken from hundreds of starts.

    uv run python benchmarks/original.py [SEED]
"""

import sys
from functools import partial

import autograd.numpy as np
from autograd import grad, value_and_grad
from autograd.misc.flatten import flatten_func
from scipy.optimize import minimize

from gmm_helpers import l2_loss

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
    """One run of the script. Returns SciPy's result and the parameters (weights, means, stds), in order of mean."""
    true_params = [np.array(MEANS), np.log(STDS), np.log(WEIGHTS)]
    target = mixture(true_params, GRID)
    rng = np.random.RandomState(seed)
    start = [rng.randint(0, 25, 3).astype(float), np.zeros(3), np.full(3, 5.0)]
    objective, unflatten, flat_start = flatten_func(partial(loss_func, target, grid=GRID), start)
    with np.errstate(all="ignore"):
        result = minimize(objective, flat_start, jac=grad(objective), method="BFGS")
    means, log_stds, logits = unflatten(result.x)
    weights = np.exp(logits - logits.max())
    order = np.argsort(means)
    return result, [a[order] for a in (weights / weights.sum(), means, np.exp(log_stds))]


def vectorised(theta, x, density, gtol=1e-5):
    """The same walk on the vectorised loss, from θ = (logits, means, log stds). Returns SciPy's result."""
    walk = partial(minimize, value_and_grad(l2_loss), jac=True, method="BFGS", options={"gtol": gtol})
    with np.errstate(all="ignore"):  # a far-off trial may overflow
        return walk(theta, args=(x, density))


def largest_error(weights, means, stds):
    """Largest parameter error, bells in order of mean; inf for a walk that ended in NaN."""
    gap = np.max(np.abs(np.array([weights, means, stds])[:, np.argsort(means)] - np.array([WEIGHTS, MEANS, STDS])))
    return float(gap) if np.isfinite(gap) else np.inf


if __name__ == "__main__":
    result, recovered = run(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(f"success={result.success} ({result.message}), loss {result.fun:.2e}, {result.nit} iterations")
    for name, true, found in zip(("weights", "means", "stds"), (WEIGHTS, MEANS, STDS), recovered, strict=True):
        print(f"  {name:8} true {np.array(true)}  recovered {np.round(found, 4)}")
