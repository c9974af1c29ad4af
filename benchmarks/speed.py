"""Tables of `compare.py`: one value and gradient, and how a fit's time grows with points, components and starts."""

import time

import numpy as np
from autograd import value_and_grad as autograd_of

from gmm_helpers import CLASSIC, Mixture, fit, l2_loss, pack
from gmm_helpers._engine.derivatives import loss_and_gradient, value_and_grad
from gmm_helpers._engine.problem import make_problem

__all__ = ["gradient_table", "scaling_table"]

START = Mixture([1 / 3] * 3, [4, 12, 21], [1.5] * 3)


def gradient_table(quick, _first):
    """Autograd beside plain numpy, and beside the exponentials that nobody can spare."""
    yield "| N (K = 3) | plain autograd, µs | the package's, through autograd | fused numpy | bare exponentials |"
    yield "|---|---|---|---|---|"
    for N, calls in ((75, 100), (1000, 30), (100_000, 1)):
        x = np.linspace(0, 25, N)
        problem = make_problem(x, CLASSIC.pdf(x), 3)
        theta, user_theta = problem.from_user(pack(START)), pack(START)
        exponents = -0.5 * ((problem.u - theta[3:6, None]) * np.exp(-theta[6:, None])) ** 2
        room, density = np.empty_like(exponents), CLASSIC.pdf(x)
        plain = autograd_of(l2_loss)
        ways = [
            lambda plain=plain, theta=user_theta, x=x, density=density: plain(theta, x, density),
            lambda theta=theta, problem=problem: value_and_grad(theta, problem),
            lambda theta=theta, problem=problem: loss_and_gradient(theta, problem),
            lambda exponents=exponents, room=room: np.exp(exponents, out=room),
        ]
        times = in_turns(ways, calls, 9 if quick else 41)
        shown = " | ".join(f"{1e6 * seconds:.3g}" for seconds in times)
        yield f"| {N:,} | {shown} |"
        yield (
            f"| | × {times[0] / times[2]:.3g} of fused | × {times[1] / times[2]:.2f} of fused "
            f"| × {times[2] / times[3]:.2f} of bare | × {times[1] / times[3]:.2f}: through autograd of bare |"
        )


def in_turns(ways, calls, repeats):
    """Median seconds of a call of each, repeats taking turns."""
    times = np.empty((repeats, len(ways)))
    for row in times:
        for i, way in enumerate(ways):
            clock = time.process_time()
            for _ in range(calls):
                way()
            row[i] = (time.process_time() - clock) / calls
    return np.median(times, axis=0)


def scaling_table(quick, _first):
    """Milliseconds of one call of `fit`, by points, by components, by starts."""
    repeats = 3 if quick else 7
    yield "| points (classic, K = 3) | LM, exact, ms | LM, 1 % noise | BFGS, exact | BFGS, 1 % noise |"
    yield "|---|---|---|---|---|"
    for N in (75, 1000, 10_000, 100_000) if quick else (75, 1000, 10_000, 100_000, 1_000_000):
        x = np.linspace(0, 25, N)
        y = CLASSIC.pdf(x)
        noisy = y + 0.01 * y.max() * np.random.default_rng(0).normal(size=N)
        calls = [(x, data, 3, {"method": m}) for m in ("LM", "BFGS") for data in (y, noisy)]
        yield f"| {N:,} | {row(calls, repeats if N < 1e5 else 1)} |"
    yield ""
    yield "| components (20 points each) | LM, exact, ms | LM, 1 % noise | BFGS, exact |"
    yield "|---|---|---|---|"
    for K in (1, 3, 10) if quick else (1, 2, 3, 5, 10, 20, 30):
        x, y = row_of_bells(K)
        noisy = y + 0.01 * y.max() * np.random.default_rng(0).normal(size=x.size)
        calls = [(x, y, K, {"method": "LM"}), (x, noisy, K, {"method": "LM"}), (x, y, K, {"method": "BFGS"})]
        yield f"| {K} | {row(calls, 1)} |"
    yield ""
    yield "| starts (classic, 1 % noise, `n_starts`) | LM, ms | BFGS |"
    yield "|---|---|---|"
    x = np.linspace(0, 25, 75)
    y = CLASSIC.pdf(x) + 0.002 * np.random.default_rng(0).normal(size=75)
    for n in (1, 10) if quick else (1, 10, 100, 1000):
        calls = [(x, y, 3, {"method": m, "n_starts": n}) for m in ("LM", "BFGS")]
        yield f"| {n:,} | {row(calls, repeats if n < 100 else 1)} |"


def row_of_bells(K):
    """x and density of K bells in a row, each with its own width and weight, which overlap."""
    k = np.arange(K)
    truth = Mixture((2 + k % 3) / (2 + k % 3).sum(), 10.0 * k, 2.5 + k % 2)
    x = np.linspace(-10, 10.0 * K, 20 * K + 5)
    return x, truth.pdf(x)


def row(calls, repeats):
    """Cells of a table: milliseconds of each call of `fit`."""
    ways = [lambda x=x, y=y, K=K, options=options: fit(x, y, K, rng=0, **options).mixture for x, y, K, options in calls]
    return " | ".join(f"{1e3 * seconds:.3g}" for seconds in in_turns(ways, 1, repeats))
