"""Answers that a check must judge rightly: right ones in other styles, wrong ones that are plausible.

Each line is an expression in the arguments of the exercise, as a student could have written its function; for an
exercise that asks for a value it is the value. `mutants` makes more wrong ones, by machine, from the answer itself.
"""
# ruff: noqa: E501

import ast
import copy
from dataclasses import replace
from functools import partial

import numpy as np
import scipy.special
import scipy.stats

import gmm_helpers

RIGHT = {
    "letters": """
        "bdacb"
        "B, D, A, C, B"
        ("b", "d", "a", "c", "b")
        "1b 2d 3a 4c 5b"
        ["b)", "d)", "a)", "c)", "b)"]
        "(b) (d) (a) (c) (b)"
        np.array(["B", "D", "A", "C", "B"])
        "b. d. a. c. b."
        """,
    "heights": """
        weights / stds / np.sqrt(2 * np.pi)
        [w / s / (2 * np.pi) ** 0.5 for w, s in zip(weights, stds)]
        weights / np.sqrt(2 * np.pi * stds**2)
        weights * stds**-1.0 * (2 * np.pi) ** -0.5
        np.diag(gmm_helpers.Mixture(weights, 0 * stds, stds).component_pdfs(0 * stds))
        weights * gmm_helpers.gaussian_pdf(0.0, 0.0, stds)
        np.exp(np.log(weights) - np.log(stds) - 0.5 * np.log(2 * np.pi))
        """,
    "my_means": """
        np.array([14.0, 15.0, 16.0])
        (15, 15, 15)
        [5, 5, 20]
        [0, 1, 2]
        (3.0, 3.0, 15.0)
        [10, 10, 20]
        [15, 15, 4]
        np.array([1, 1, 1])
        "1, 2, 3"
        """,
    "refit": """
        (lambda m: Mixture(m.weights[::-1], m.means[::-1], m.stds[::-1]))(refit(edges))
        fit((edges[1:] + edges[:-1]) / 2, np.histogram(eruptions, edges, density=True)[0], 2).mixture
        fit(*density_from_histogram(np.histogram(eruptions, edges)[0], edges), 2).mixture
        fit((edges[1:] + edges[:-1]) / 2, np.histogram(eruptions, edges, density=True)[0], 2, rng=5).mixture.sorted()
        fit(edges[:-1] + np.diff(edges) / 2, np.histogram(eruptions, edges)[0] / 272 / np.diff(edges), 2).mixture
        """,
    "curve_of": """
        gmm_helpers.mixture_pdf(x, weights, means, stds)
        gmm_helpers.Mixture(weights, means, stds).pdf(x)
        sum(w * gmm_helpers.gaussian_pdf(x, m, s) for w, m, s in zip(weights, means, stds))
        [sum(w * gmm_helpers.gaussian_pdf(t, m, s) for w, m, s in zip(weights, means, stds)) for t in x]
        np.sum(weights / stds * np.exp(-((x[:, None] - means) ** 2) / (2 * stds**2)), axis=1) / np.sqrt(2 * np.pi)
        """,
    "true_axis": """
        np.arange(n_points)[index] * (stop - start) / n_points + start
        np.linspace(start, stop, n_points, endpoint=False)[index]
        np.arange(start, stop, (stop - start) / n_points)[index]
        start + (stop - start) * (index / n_points)
        start * (1 - index / n_points) + stop * index / n_points
        """,
    "bell": """
        [(2 * np.pi * std**2) ** -0.5 * np.exp(-(((t - mean) / std) ** 2) / 2) for t in x]
        np.power(2 * np.pi * std * std, -0.5) * np.exp(-np.square(x - mean) / (2 * std * std))
        np.exp(-((x - mean) ** 2) / (2 * std**2)) / np.sqrt(2 * np.pi * std**2)
        np.exp(-((x - mean) ** 2) / (2 * std**2) - np.log(std)) / (2 * np.pi) ** 0.5
        np.e ** (-0.5 * ((x - mean) / std) ** 2) / std / np.sqrt(2 * np.pi)
        """,
    "shares_of": """
        (p := weights * gaussian_pdf(x[:, None], means, stds)) / p.sum(1)[:, None]
        (p := weights * stats.norm.pdf(x.reshape(-1, 1), means, stds)) / np.sum(p, axis=-1, keepdims=True)
        [[w * gaussian_pdf(t, m, s) / (gaussian_pdf(t, means, stds) @ weights) for w, m, s in zip(weights, means, stds)] for t in x]
        ((p := (weights * gaussian_pdf(x[:, None], means, stds)).T) / p.sum(axis=0)).T
        Mixture(weights, means, stds).component_pdfs(x) / Mixture(weights, means, stds).pdf(x)[:, None]
        scipy.special.softmax(np.log(weights / stds) - 0.5 * ((x[:, None] - means) / stds) ** 2, axis=1)
        """,
    "points_needed": """
        26.2 / std
        int(np.ceil(26 / std))
        int(50 / (1.9 * std)) + 1
        np.array(26.0 / std)
        next(n for n in range(2, 1000) if worst_area(std, n) < 0.01)
        round(26.5 / std)
        50 / (1.9 * std)
        27 / std
        """,
    "sample": """
        (b := rng.choice(len(weights), size, p=weights)) is None or means[b] + stds[b] * rng.standard_normal(size)
        [rng.normal(means[k], stds[k]) for k in rng.choice(len(weights), size, p=weights)]
        np.array([rng.normal(means[k], stds[k]) for k in [rng.choice(3, p=weights) for _ in range(size)]])
        rng.permutation(np.concatenate([rng.normal(m, s, n) for m, s, n in zip(means, stds, rng.multinomial(size, weights))]))
        rng.normal(means[(k := np.searchsorted(np.cumsum(weights), rng.random(size)))], stds[k])
        Mixture(weights, means, stds).sample(size, rng=rng)
        rng.normal(means, stds, (size, 3))[np.arange(size), rng.choice(3, size, p=weights)]
        stats.norm.rvs(means[(k := rng.choice(3, size, p=weights))], stds[k], random_state=rng)
        np.sort(sample(size, weights, means, stds, rng))
        np.concatenate([rng.normal(m, s, n) for m, s, n in zip(means, stds, rng.multinomial(size, weights))])
        """,
    "area_of": """
        (x[1] - x[0]) * density.sum()
        np.sum(density * np.gradient(x))
        np.diff(x).mean() * np.sum(density)
        sum(density) * (x[-1] - x[0]) / (x.size - 1)
        density.mean() * len(x) * (x[2] - x[1])
        """,
    "stds_from": """
        np.e**free
        [np.exp(v) for v in free]
        2 ** (free / np.log(2))
        np.exp(free / 2) ** 2
        1 / np.exp(-free)
        np.exp(free / 4) ** 4
        """,
    "unmoved": """
        1
        (1,)
        {1}
        np.array([1])
        [1.0]
        np.int64(1)
        np.array(1)
        (np.int32(1),)
        "1"
        "bell 1"
        """,
    "my_softmax": """
        [1 / np.sum(np.exp(np.minimum(logits - one, 700))) for one in logits]
        softmax(logits)
        (e := np.exp(logits - logits.max())) / e.sum()
        np.array([1 / np.exp(logits - one).sum() for one in logits])
        np.exp(logits - logits.max() - np.log(np.sum(np.exp(logits - logits.max()))))
        np.exp(logits - scipy.special.logsumexp(logits))
        scipy.special.softmax(logits)
        """,
    "my_unpack": """
        unpack(theta)
        tuple(f(part) for f, part in zip((softmax, lambda m: m, np.exp), np.split(theta, 3)))
        list(unpack(theta))
        (softmax(theta[: len(theta) // 3]), theta[len(theta) // 3 : -(len(theta) // 3)], np.exp(theta[-(len(theta) // 3) :]))
        (softmax((t := np.reshape(theta, (3, -1)))[0]), t[1], np.exp(t[2]))
        (1 / np.sum(np.exp((p := np.split(theta, 3))[0] - p[0][:, None]), axis=1), p[1], np.exp(p[2]))
        """,
    "pin": """
        np.delete(theta - np.repeat([theta[len(theta) // 3 - 1], 0, 0], len(theta) // 3), len(theta) // 3 - 1)
        np.append(theta[: len(theta) // 3 - 1] - theta[len(theta) // 3 - 1], theta[len(theta) // 3 :])
        np.hstack([theta[: (K := len(theta) // 3)][:-1] - theta[K - 1], theta[K:]])
        [*(theta[: (K := len(theta) // 3) - 1] - theta[K - 1]), *theta[K:]]
        np.concatenate([(p := np.split(theta, 3))[0][:-1] - p[0][-1], p[1], p[2]])
        """,
    "theta_of": """
        gmm_helpers.pack(gmm_helpers.Mixture(weights, means, stds))
        np.concatenate([np.log(weights / weights[-1]), means, np.log(stds)])
        np.hstack([np.log(weights) + 7, means, np.log(stds)])
        np.array([*np.log(weights), *means, *np.log(stds)])
        np.append(np.log(weights), np.append(means, np.log(stds)))
        [*(np.log(weights) - np.mean(np.log(weights))), *means, *np.log(stds)]
        """,
    "relative": """
        (density - ours) @ (density - ours) / (density @ density)
        (np.linalg.norm(ours - density) / np.linalg.norm(density)) ** 2
        relative_loss(density, ours)
        np.mean((density - ours) ** 2) / np.mean(density**2)
        sum((d - o) ** 2 for d, o in zip(density, ours)) / sum(d * d for d in density)
        1 + (ours @ ours - 2 * density @ ours) / (density @ density)
        """,
    "best_share": """
        np.linalg.lstsq((a - b)[:, None], target - b, rcond=None)[0][0]
        (target - b) @ (a - b) / ((a - b) @ (a - b))
        -np.sum((b - target) * (a - b)) / np.sum((b - a) ** 2)
        np.dot(target - b, a - b) / np.linalg.norm(a - b) ** 2
        np.mean((target - b) * (a - b)) / np.mean((a - b) ** 2)
        1 - np.sum((target - a) * (b - a)) / np.sum((a - b) ** 2)
        """,
    "smallest_std": """
        2.4
        np.float64(2.4)
        [2.4]
        np.array(2.4)
        (2.4,)
        "2.4"
        "std = 2.4"
        12 / 5
        np.round(2.4000001, 1)
        """,
    "kl": """
        np.sum(scipy.special.rel_entr(density, ours)) * dx
        dx * density[density > 0] @ np.log(density[density > 0] / ours[density > 0])
        gmm_helpers.kl_divergence(density, ours, dx)
        sum(d * np.log(d / o) for d, o in zip(density, ours) if d > 0) * dx
        np.nansum(density * np.log(density / ours)) * dx
        np.sum(density * np.log(np.where(density > 0, density, 1) / ours)) * dx
        np.sum(scipy.special.xlogy(density, density) - scipy.special.xlogy(density, ours)) * dx
        """,
    "exact_l2": """
        gmm_helpers.exact_l2_distance(a, b)
        np.sqrt((w := np.append(a.weights, -b.weights)) @ gaussian_pdf((m := np.append(a.means, b.means))[:, None], m, np.hypot((s := np.append(a.stds, b.stds))[:, None], s)) @ w)
        np.sqrt(sum(v * w * gaussian_pdf(m, n, np.hypot(s, t)) for v, m, s in zip([*a.weights, *-b.weights], [*a.means, *b.means], [*a.stds, *b.stds]) for w, n, t in zip([*a.weights, *-b.weights], [*a.means, *b.means], [*a.stds, *b.stds])))
        """,
    "weighted_loss": """
        (dx := np.gradient(x)) @ (density - ours) ** 2 / (dx @ density**2)
        np.average((density - ours) ** 2, weights=np.gradient(x)) / np.average(density**2, weights=np.gradient(x))
        relative_loss(np.sqrt(np.gradient(x)) * density, np.sqrt(np.gradient(x)) * ours)
        sum(d * (y - f) ** 2 for d, y, f in zip(np.gradient(x), density, ours)) / sum(np.gradient(x) * density**2)
        """,
    "central": """
        [(f(theta + h * e) - f(theta - h * e)) / h / 2 for e in np.eye(theta.size)]
        np.array([(f(theta + e) - f(theta - e)) / 2 for e in np.diag(np.full(len(theta), h))]) / h
        np.fromiter(((f(theta + e) - f(theta - e)) / (2 * h) for e in h * np.identity(len(theta))), float)
        [(f(np.where(np.arange(theta.size) == k, theta + h, theta)) - f(np.where(np.arange(theta.size) == k, theta - h, theta))) / (2 * h) for k in range(theta.size)]
        """,
    "one_bell_gradient": """
        [np.sum(2 * (gaussian_pdf(x, mean, np.exp(log_std)) - density) * gaussian_pdf(x, mean, np.exp(log_std)) * (x - mean)) / np.exp(2 * log_std), np.sum(2 * (gaussian_pdf(x, mean, np.exp(log_std)) - density) * gaussian_pdf(x, mean, np.exp(log_std)) * (((x - mean) / np.exp(log_std)) ** 2 - 1))]
        2 * np.array([(z := (x - mean) / (s := np.exp(log_std))) / s, z**2 - 1]) @ (((f := gaussian_pdf(x, mean, s)) - density) * f)
        -2 * np.array([((y := density) - (f := gaussian_pdf(x, mean, np.exp(log_std)))) @ (f * (x - mean) * np.exp(-2 * log_std)), (y - f) @ (f * ((x - mean) ** 2 * np.exp(-2 * log_std) - 1))])
        """,
    "softmax_vjp": """
        (np.diag(weights) - np.outer(weights, weights)) @ slopes
        weights * (slopes - weights @ slopes)
        weights * slopes - weights * np.dot(weights, slopes)
        slopes @ (np.diag(weights) - np.outer(weights, weights))
        [w * (c - weights @ slopes) for w, c in zip(weights, slopes)]
        [sum(w * ((j == k) - weights[k]) * c for j, (w, c) in enumerate(zip(weights, slopes))) for k in range(len(weights))]
        """,
    "parted": """
        twins + np.array([0, 0, 0, -0.5, 0.5, 0, 0, 0, 0])
        twins + np.array([0, 0, 0, 0.3, -0.2, 0, 0, 0, 0])
        twins + np.array([0, 0, 0, 0.01, 0, 0, 0, 0, 0])
        twins + 0.1 * escape()
        list(twins - 0.4 * escape())
        twins + 0.7 * escape()
        twins + np.array([0, 0, 0, -0.9, 0.9, 0, 0, 0, 0])
        twins + np.array([0, 0, 0, 0.1, 0.4, 0, 0, 0, 0])
        [0, 0, 0, 11.5, 12.5, 20, 0.01, -0.01, 0]
        twins - 1.2 * escape()
        twins + np.array([0, 0, 0, 0, 1.0, 0, 0, 0, 0])
        """,
    "slopes_by_means": """
        grad(l2_loss)(theta, x, density)[len(theta) // 3 : 2 * len(theta) // 3]
        [2 * np.sum((mixture_pdf(x, *unpack(theta)) - density) * w * gaussian_pdf(x, m, s) * (x - m)) / s**2 for w, m, s in zip(*unpack(theta))]
        -2 * (density - mixture_pdf(x, *(u := unpack(theta)))) @ (gaussian_pdf(x[:, None], *u[1:]) * (x[:, None] - u[1])) * u[0] / u[2] ** 2
        """,
    "largest_step": """
        2 / max(np.linalg.eigvalsh(hessian))
        2 / np.linalg.norm(hessian, 2)
        2 / np.linalg.eigvals(hessian).real.max()
        2 / np.linalg.eigh(hessian)[0].max()
        2 / np.linalg.svd(hessian)[1][0]
        2 * np.linalg.eigvalsh(np.linalg.inv(hessian))[0]
        """,
    "bfgs_update": """
        B.copy() if s @ c <= 0 else B + (s @ c + c @ B @ c) / (s @ c) ** 2 * np.outer(s, s) - (np.outer(B @ c, s) + np.outer(s, B @ c)) / (s @ c)
        (V := np.eye(len(s)) - np.outer(s, c) / (s @ c)) @ B @ V.T + np.outer(s, s) / (s @ c) if s @ c > 0 else B
        B if not np.dot(s, c) > 0 else (np.eye(len(s)) - np.outer(s, c) / (s @ c)) @ B @ (np.eye(len(s)) - np.outer(c, s) / (s @ c)) + np.outer(s, s) / (s @ c)
        bfgs_update(B, s, c) + 0.0
        """,
    "lm_step": """
        -np.linalg.inv(J.T @ J + damping * np.identity(J.shape[1])) @ (J.T @ r)
        np.linalg.lstsq(np.vstack([J, np.sqrt(damping) * np.eye(J.shape[1])]), -np.append(r, np.zeros(J.shape[1])), rcond=None)[0]
        -J.T @ np.linalg.solve(J @ J.T + damping * np.eye(len(r)), r)
        -((s := np.linalg.svd(J, full_matrices=False))[2].T * s[1] / (s[1] ** 2 + damping)) @ s[0].T @ r
        np.linalg.solve(2 * J.T @ J + 2 * damping * np.eye(J.shape[1]), -2 * J.T @ r)
        """,
    "verdict": """
        "not converged" if np.isnan(result.grad_norm) or result.grad_norm > 1e-6 else ("solved" if result.fun / (density @ density) < 0.01 else "wrong end")
        ("solved" if result.fun < 0.01 * (density**2).sum() else "wrong end") if result.grad_norm <= 1e-6 else "not converged"
        ["not converged", "wrong end", "solved"][int(result.grad_norm <= 1e-6) * (1 + int(result.fun < np.sum(density**2) / 100))]
        str(np.where(result.grad_norm <= 1e-6, np.where(100 * result.fun < density @ density, "solved", "wrong end"), "not converged"))
        "solved" if result["grad_norm"] <= 1e-6 and result["fun"] < 0.01 * sum(density**2) else ("wrong end" if result["grad_norm"] <= 1e-6 else "not converged")
        "not converged" if not (np.isfinite(result.fun) and result.grad_norm <= 1e-6) else ("wrong end", "solved")[bool(result.fun < np.linalg.norm(density) ** 2 / 100)]
        (lambda ok, good: "not converged" if not ok else ("solved" if good else "wrong end"))(result.grad_norm <= 1e-6, result.fun / np.sum(density**2) < 0.01)
        next(v for v, ok in (("solved", result.grad_norm <= 1e-6 and result.fun < 0.01 * np.sum(density**2)), ("wrong end", result.grad_norm <= 1e-6), ("not converged", True)) if ok)
        """,
    "path_of": """
        np.array(list(__import__("itertools").accumulate(range(n), lambda t, _: t - step * gradient(t), initial=start)))
        list(__import__("itertools").accumulate(range(n), lambda t, _: t - step * gradient(t), initial=start.copy()))
        np.stack([__import__("functools").reduce(lambda t, _: t - step * gradient(t), range(k), start) for k in range(n + 1)])
        """,
    "restarts_needed": """
        1 if p == 1 else next(R for R in range(1, 5000) if (1 - p) ** R <= (1 - sure) * (1 + 1e-9))
        1 if p >= 1 else int(-(np.log(1 - sure) / np.log(1 - p) - 1e-9) // -1) if False else max(1, int(np.ceil(np.round(np.log(1 - sure) / np.log(1 - p), 9))))
        1 if p == 1 else __import__("math").ceil(np.log1p(-sure) / np.log1p(-p) - 1e-10)
        1 if p == 1 else float(np.ceil(np.log(1 - sure) / np.log(1 - p) - 1e-8))
        int(np.ceil(np.log(1 - sure) / np.log(max(1 - p, 1e-300)) - 1e-9))
        """,
    "first_escape": """
        next(gap for gap in sorted(gaps) if error(twin_walk(gap, gtol=1e-9).x) < 0.01)
        min(gap for gap in gaps if error(twin_walk(gap, gtol=1e-9).x) < 0.01)
        sorted(gaps)[[error(twin_walk(gap, gtol=1e-9).x) < 0.01 for gap in sorted(gaps)].index(True)]
        next(gap for gap in np.sort(gaps) if twin_walk(gap, gtol=1e-9).fun < 1e-9)
        """,
    "bells": """
        bells_from_bends(x[1:-1], (2 * np.diff(np.diff(density) / np.diff(x)) / (x[2:] - x[:-2])))[:3]
        list(bells_from_bends(x[1:-1], np.gradient(np.gradient(density, x), x)[1:-1])[:3])
        bells_from_bends(x[1:-1], __import__("scipy.interpolate", fromlist=["x"]).CubicSpline(x, density)(x[1:-1], 2))[:3]
        np.array(bells_from_bends(x[1:-1], np.diff(np.diff(density) / np.diff(x)) / np.diff((x[1:] + x[:-1]) / 2))[:3])
        bells_from_bends((x[1:-1]), (density[2:] * (x[1:-1] - x[:-2]) + density[:-2] * (x[2:] - x[1:-1]) - density[1:-1] * (x[2:] - x[:-2])) * 2 / ((x[2:] - x[1:-1]) * (x[1:-1] - x[:-2]) * (x[2:] - x[:-2])))[:3]
        [part.tolist() for part in bells_from_bends(x[1:-1], 1e3 * np.diff(np.diff(density) / np.diff(x)) / np.gradient(x)[1:-1])[:3]]
        bells_from_bends((t := np.linspace(x[0], x[-1], 3000))[1:-1], np.diff(__import__("scipy.interpolate", fromlist=["x"]).CubicSpline(x, density)(t), 2) / (t[1] - t[0]) ** 2)[:3]
        bells_from_bends(x[1:-1], np.array([2 * np.polyfit(x[i - 1 : i + 2] - x[i], density[i - 1 : i + 2], 2)[0] for i in range(1, x.size - 1)]))[:3]
        """,
    "align": """
        Mixture(mixture.weights[(o := np.argsort(mixture.means)[np.argsort(np.argsort(truth.means))])], mixture.means[o], mixture.stds[o])
        (lambda o: Mixture(mixture.weights[o], mixture.means[o], mixture.stds[o]))(__import__("scipy.optimize", fromlist=["x"]).linear_sum_assignment((truth.means[:, None] - mixture.means) ** 2)[1])
        Mixture(*np.array([mixture.weights, mixture.means, mixture.stds])[:, np.argsort(mixture.means)[np.argsort(np.argsort(truth.means))]])
        """,
    "best_walk": """
        ends[np.argmin(np.where(np.isnan(losses), np.inf, losses))]
        min((loss, k) for k, loss in enumerate(losses) if loss == loss)[1] * 0 + ends[min((loss, k) for k, loss in enumerate(losses) if loss == loss)[1]]
        ends[~np.isnan(losses)][np.argmin(losses[~np.isnan(losses)])]
        ends[np.argsort(losses)[0]]
        ends[list(losses).index(np.nanmin(losses))]
        ends[np.nanargmin(np.nan_to_num(losses, nan=np.inf))]
        ends[min(range(len(losses)), key=lambda k: (losses[k] != losses[k], losses[k]))]
        """,
    "live": """
        [bool(max(mixture.component_pdfs(x)[:, k]) >= share * mixture.pdf(x).max()) for k in range(mixture.n_components)]
        mixture.component_pdfs(x).max(axis=0) / mixture.pdf(x).max() >= share
        np.max(mixture.component_pdfs(x), axis=0) >= share * np.max(mixture.pdf(x))
        np.any(mixture.component_pdfs(x) >= share * mixture.pdf(x).max(), axis=0)
        1 * (mixture.component_pdfs(x).max(0) >= share * mixture.component_pdfs(x).sum(1).max())
        """,
    "prior_residuals": """
        np.sqrt(lam) * (np.log(stds) - np.log(center))
        np.log(stds / center) * lam**0.5
        np.array([np.sqrt(lam) * np.log(s / center) for s in stds])
        np.sqrt(lam) * np.log(center / stds)
        np.sqrt(lam * np.log(stds / center) ** 2)
        gmm_helpers.log_std_prior(center, lam)(np.ones(len(stds)), 0 * stds, stds)
        """,
    "price_slope": """
        np.polyfit(np.log10([v for v in lams if v > 0]), np.log10([largest_error(v) for v in lams if v > 0]), 1)[0]
        __import__("numpy").polynomial.Polynomial.fit(np.log([v for v in lams if v]), np.log([largest_error(v) for v in lams if v]), 1).convert().coef[1]
        np.linalg.lstsq(np.array([[np.log(v), 1] for v in lams if v]), np.log([largest_error(v) for v in lams if v]), rcond=None)[0][0]
        (lambda v: np.cov(v)[0, 1] / np.var(v[0], ddof=1))(np.log([[k, largest_error(k)] for k in lams if k]).T)
        """,
    "held_out_loss": """
        relative_loss(density[1::2], gmm_helpers.fit(x[::2], density[::2], K, rng=1, prior=log_std_prior(2, lam)).mixture.pdf(x[1::2]))
        float(np.sum((fit(x[::2], density[::2], K, rng=0, prior=log_std_prior(2, lam)).pdf(x[1::2]) - density[1::2]) ** 2) / np.sum(density[1::2] ** 2))
        relative_loss(density[np.arange(x.size) % 2 == 1], fit(x[np.arange(x.size) % 2 == 0], density[np.arange(x.size) % 2 == 0], K, rng=0, prior=log_std_prior(2, lam)).pdf(x[np.arange(x.size) % 2 == 1]))
        """,
    "prior_strength": """
        gmm_helpers.strength(noise, width, density)
        (noise / width / np.linalg.norm(density)) ** 2
        noise**2 / width**2 / (density @ density)
        (noise / width) ** 2 / sum(density**2)
        np.exp(2 * np.log(noise / width) - np.log(np.sum(density**2)))
        """,
    "all_residuals": """
        np.concatenate([(density - ours) / np.linalg.norm(density), np.sqrt(lam) * np.log(center / stds)])
        np.append((ours - density) / np.sqrt(density @ density), lam**0.5 * (np.log(stds) - np.log(center)))
        [*((ours - density) / np.linalg.norm(density)), *(np.sqrt(lam) * np.log(stds / center))]
        np.hstack([(ours - density) * np.sum(density**2) ** -0.5, np.sqrt(lam) * np.log(stds / center)])
        np.concatenate([np.sqrt(lam) * np.log(stds / center), (ours - density) / np.linalg.norm(density)])
        np.append(np.sqrt(lam) * (np.log(center) - np.log(stds)), (density - ours) / np.sqrt(np.sum(density**2)))
        """,
    "unsmooth": """
        [float(np.sqrt(s * s - h * h)) if s > h else float("nan") for s in std]
        np.where(std > h, np.sqrt(np.maximum(std**2 - h**2, 0)), np.nan)
        np.sqrt(np.where(std <= h, np.nan, (std - h) * (std + h)))
        np.array([np.sqrt(s**2 - h**2) if s > h else np.nan for s in std])
        std * np.sqrt(np.where(h < std, 1 - (h / std) ** 2, np.nan))
        """,
    "em_step": """
        (lambda part: (lambda w, m: Mixture(w / w.sum(), m, np.sqrt((part * x[:, None] ** 2).sum(0) / w - m**2)))(part.sum(0), (part * x[:, None]).sum(0) / part.sum(0)))((density * np.gradient(x) / mixture.pdf(x))[:, None] * mixture.component_pdfs(x))
        (lambda part: Mixture(part.sum(0) / part.sum(), (m := x @ part / part.sum(0)), np.sqrt(np.sum(part * (x[:, None] - m) ** 2, 0) / part.sum(0))))((density * (np.append(np.diff(x), 0) + np.insert(np.diff(x), 0, 0)) / 2 / mixture.pdf(x))[:, None] * mixture.component_pdfs(x))
        (lambda part: Mixture(part.sum(0) / part.sum(), np.average(np.tile(x, (part.shape[1], 1)).T, 0, part), [np.sqrt(np.cov(x, aweights=p, ddof=0)) for p in part.T]))((density * np.gradient(x) / mixture.pdf(x))[:, None] * mixture.component_pdfs(x))
        """,
    "offset_cost": """
        [fit(energy, counts + v * max(counts), 3, mass=None, rng=1).mass / free.mass - 1 for v in offsets]
        np.array([(fit(energy, counts + v * counts.max(), 3, mass=None, rng=0).mass - free.mass) / free.mass for v in offsets])
        np.array([fit(energy, counts + v * counts.max(), 3, mass=None).mass for v in offsets]) / free.mass - 1
        """,
    "bic": """
        loss * sum((density / noise) ** 2) + np.log(len(density)) * (3 * K if free_mass else 3 * K - 1)
        loss * np.linalg.norm(density / noise) ** 2 + (3 * K - (not free_mass)) * np.log(np.size(density))
        loss * (density @ density) / noise**2 + (3 * K - 1 + free_mass) * np.log(density.shape[0])
        loss * np.sum(density**2 / noise**2) + (2 * K + (K if free_mass else K - 1)) * np.log(density.size)
        """,
    "bootstrap_stds": """
        np.array([width(rng.choice(samples, samples.size), fit(*density_from_samples(samples), K, rng=0).mixture) for _ in range(n)])
        [list(width(samples[rng.integers(0, samples.size, samples.size)], fit(*density_from_samples(samples), K, rng=0).mixture)) for _ in range(n)]
        np.array([gmm_helpers.fit(*density_from_samples(again), K, rng=0).mixture.narrowed(bandwidth(again)).stds for again in [rng.choice(samples, samples.size) for _ in range(n)]])
        np.array([width(again, fit(*density_from_samples(samples), K, rng=0).mixture) for again in rng.choice(samples, (n, samples.size))])
        np.array([width(rng.choice(samples, samples.size), fit(*density_from_samples(samples), K, rng=0).mixture, density_from_samples(samples)[0]) for _ in range(n)])
        np.array([width(np.repeat(samples, rng.multinomial(samples.size, np.full(samples.size, 1 / samples.size))), fit(*density_from_samples(samples), K, rng=0).mixture) for _ in range(n)])
        np.vstack([width(samples[rng.choice(len(samples), len(samples), replace=True)], fit(*density_from_samples(samples), K, rng=3).mixture) for _ in range(n)])
        np.sqrt([fit_once(*density_from_samples(a), fit(*density_from_samples(samples), K, rng=0).mixture, method="LM").mixture.stds ** 2 - bandwidth(a) ** 2 for a in [rng.choice(samples, samples.size) for _ in range(n)]])
        """,
    "defend": """
        defend(x, density, noise)
        (fit(x, density, 4, mass=None, rng=0), [K for K in (2, 3, 4, 5, 6) if fit(x, density, K, mass=None, rng=0).loss * np.sum(density**2) / noise**2 < x.size - 3 * K + 2 * np.sqrt(2 * (x.size - 3 * K))])
        [(fits := {K: fit(x, density, K, mass=None, rng=0) for K in (2, 3, 4, 5)})[min(fits, key=lambda K: bic_of(fits[K], density, noise))], [K for K in fits if bic_of(fits[K], density, noise) < min(bic_of(f, density, noise) for f in fits.values()) + 12]]
        [(fits := {K: fit(x, density, K, mass=None, rng=0) for K in (2, 3, 4, 5)})[min(fits, key=lambda K: bic_of(fits[K], density, noise, 2))], [K for K in fits if bic_of(fits[K], density, noise, 2) < min(bic_of(f, density, noise, 2) for f in fits.values()) + 2]]
        [(fits := {K: fit(x, density, K, mass=None, rng=1) for K in (1, 2, 3, 4, 5, 6)})[min(fits, key=lambda K: bic_of(fits[K], density, noise, 2))], [K for K in fits if bic_of(fits[K], density, noise, 2) < min(bic_of(f, density, noise, 2) for f in fits.values()) + 6]]
        (lambda r, Ks: (r, tuple(Ks)))(*defend(x, density, noise))
        (lambda r, Ks: (r, np.array(Ks)))(*defend(x, density, noise))
        (lambda r, Ks: (r, range(Ks[0], 9)))(*defend(x, density, noise))
        (lambda r, Ks: (r, {float(K) for K in Ks}))(*defend(x, density, noise))
        (lambda r, Ks: (r, sorted({*Ks, 5, 6})))(*defend(x, density, noise))
        """,
    "resampled_means": """
        rng.choice(samples, (n, samples.size)).mean(axis=1)
        [np.mean(samples[rng.integers(0, len(samples), len(samples))]) for _ in range(n)]
        rng.multinomial(samples.size, np.full(samples.size, 1 / samples.size), n) @ samples / samples.size
        np.array([sum(rng.choice(samples) for _ in samples) / len(samples) for _ in range(n)])
        np.mean(rng.choice(samples, size=(n, len(samples)), replace=True), 1)
        np.random.Generator.choice(rng, samples, (n, samples.size)).sum(1) / samples.size
        list(map(np.mean, (rng.choice(samples, samples.size) for _ in range(n))))
        samples[(rng.random((n, samples.size)) * samples.size).astype(int)].mean(axis=-1)
        """,
    "own_units": """
        (lambda w: (lambda c: (lambda s: ((x - c) / s, s * density))(np.sqrt(w @ (x - c) ** 2)))(w @ x))((w := gmm_helpers.trapezoid_weights(x) * density) / w.sum())
        """,
    "heights_of": """
        np.histogram((edges[1:] + edges[:-1]) / 2, edges, weights=counts, density=True)[0]
        gmm_helpers.density_from_histogram(counts, edges)[1]
        [c / sum(counts) / (b - a) for c, a, b in zip(counts, edges, edges[1:])]
        """,
    "line_of": """
        (areas / (stds * np.sqrt(2 * np.pi)), 2.355 * stds)
        ([0.39894 * a / s for a, s in zip(areas, stds)], [2.3548 * s for s in stds])
        (scipy.stats.norm.pdf(0) * areas / stds, np.sqrt(8 * np.log(2)) * stds)
        np.array([areas / np.sqrt(2 * np.pi * stds**2), stds * 2.3548200450309493])
        """,
    "area_above": """
        np.sum(np.diff(x) * (counts[1:] + counts[:-1]) / 2) - zero * (x[-1] - x[0])
        gmm_helpers.trapezoid_weights(x) @ (counts - zero)
        np.sum((counts - zero) * np.gradient(x))
        """,
}

WRONG = {
    "letters": """
        "ccccc"
        ["b", "c", "c", "c"]
        "accca"
        "bdac"
        "bdacbb"
        "bdacc"
        12345
        ["b", "d", "a", "c", "x"]
        "BDACD"
        "bcdcb"
        "aaaaa"
        ["b) d)", "a)", "c)"]
        """,
    "heights": """
        weights / np.sqrt(2 * np.pi * stds)
        weights / (stds * np.sqrt(2) * np.pi)
        weights[0] / (stds * np.sqrt(2 * np.pi))
        weights / (stds * 2.5)
        """,
    "my_means": """
        [2, 4, 8]
        [8, 4, 2]
        [5, 15]
        "1, 2"
        [20, 5, 15]
        [4, 12, 21]
        [np.nan, 1, 2]
        [[1, 2, 3]]
        [5, 15, 20]
        np.zeros(9)
        7
        [20, 15.5, 5]
        """,
    "refit": """
        fit(*density_from_histogram(np.histogram(eruptions[:100], edges)[0], edges), 2).mixture
        (m := refit(edges)).weights, m.means, m.stds
        refit(edges).means
        fit(*density_from_histogram(np.histogram(eruptions, edges)[0], edges), 2, rng=0).loss
        """,
    "points_needed": """
        75
        50 * std
        50 / std
        25 / (2 * std)
        [26 / std]
        26 / np.sqrt(std)
        26 / std**2
        100
        26 * std
        -26 / std
        np.nan
        50 / (2.5 * std)
        24 / std
        26 / std + 40
        """,
    "sample": """
        rng.normal(means, stds, (size, 3)) @ weights
        rng.normal(means[(k := rng.integers(3, size=size))], stds[k])
        rng.normal(means[(k := rng.choice(3, p=weights))], stds[k], size)
        sample(size, weights, means, stds, np.random.default_rng(0))
        sample(size, weights, means, stds, np.random.default_rng())
        np.random.normal(means[(k := np.random.choice(3, size, p=weights))], stds[k])
        rng.normal(means[(k := rng.choice(3, size, p=weights))], np.sqrt(stds[k]))
        rng.normal(means[(k := rng.choice(3, size, p=weights))], 0.9 * stds[k])
        sample(size, weights, means, stds, rng) + 0.1
        np.concatenate([rng.normal(m, s, round(w * size)) for w, m, s in zip(weights, means, stds)])[:size]
        rng.permutation(np.repeat(means, np.round(weights * size).astype(int))[:size] + rng.normal(size=size))
        rng.uniform(means[(k := rng.choice(3, size, p=weights))] - 1.7 * stds[k], means[k] + 1.7 * stds[k])
        sample(10_000, weights, means, stds, rng)
        rng.normal(means @ weights, 31, size)
        sample(size, weights, means, stds, rng)[:, None]
        rng.normal(np.repeat(means[None], size, axis=0), stds).mean(axis=1)
        np.sum([w * rng.normal(m, s, size) for w, m, s in zip(weights, means, stds)], axis=0)
        rng.normal(0, stds[rng.choice(3, size, p=weights)])
        rng.choice(means, size, p=weights)
        np.repeat(rng.choice(means, size // 100 + 1, p=weights), 100)[:size] + rng.normal(size=size)
        rng.choice((t := np.linspace(-10, 110, 2000)), size, p=(p := Mixture(weights, means, stds).pdf(t)) / p.sum())
        """,
    "stds_from": """
        np.exp(np.abs(free))
        1 + free + free**2 / 2
        np.exp(free)[::-1]
        np.exp(np.clip(free, -3, 3))
        np.exp(np.maximum(free, -50))
        np.maximum(np.exp(free), 1e-12)
        np.expm1(free) + 1
        np.abs(free)
        10.0**free
        1 + free
        np.exp(2 * free)
        """,
    "unmoved": """
        [1, 2]
        [3]
        []
        [0]
        "the first"
        True
        [1.7]
        [2]
        [1, 2, 3]
        [True, False, False]
        [-1]
        {2, 3}
        [[1], [2]]
        [np.nan]
        """,
    "my_softmax": """
        (e := np.exp(logits.astype(np.longdouble))) / e.sum()
        (e := np.exp(np.clip(logits, -700, 700))) / e.sum()
        np.exp(logits) / (1 + np.exp(logits))
        (e := np.exp(logits - logits[0])) / e.sum()
        np.eye(len(logits))[np.argmax(logits)]
        (e := np.exp(logits - logits[-1])) / e.sum()
        (e := np.exp(logits - np.median(logits))) / e.sum()
        softmax(np.clip(logits, -500, 500))
        (e := np.exp(np.maximum(logits - logits.max(), -30))) / e.sum()
        """,
    "my_unpack": """
        (softmax(theta[:3]), theta[3:6], np.exp(theta[6:]))
        (softmax(theta[: len(theta) // 3]), theta[len(theta) // 3 : 2 * len(theta) // 3], theta[2 * len(theta) // 3 :] ** 2)
        unpack(__import__("numpy").array([float(t) for t in theta]))
        (softmax(theta[: len(theta) // 3]), theta[len(theta) // 3 : 2 * len(theta) // 3], np.maximum(np.exp(theta[2 * len(theta) // 3 :]), 1e-12))
        """,
    "smallest_std": """
        2.0
        "wide"
        0.5
        3.0
        2.3
        2.5
        2.41
        [2.4, 2.5]
        0
        1e9
        -2.4
        np.nan
        """,
    "best_share": """
        np.sum(target - b) / np.sum(a - b)
        np.median((target - b) / (a - b))
        (target[40] - b[40]) / (a[40] - b[40])
        max(0.0, best_share(target, a, b))
        abs(best_share(target, a, b))
        min(1.0, best_share(target, a, b))
        np.sum((target - b) * (a - b)) / (np.sum((a - b) ** 2) + 1e-12)
        np.polyfit(a - b, target - b, 1)[0]
        2 * best_share(target, a, b)
        """,
    "exact_l2": """
        np.sqrt(np.sum((a.pdf(t := np.linspace(-100, 150, 20001)) - b.pdf(t)) ** 2) * (t[1] - t[0]))
        np.sqrt(abs(np.sum((a.pdf(t := np.linspace(-5, 30, 141)) - b.pdf(t)) ** 2) * 0.25))
        """,
    "central": """
        [(f(theta + h * e) - f(theta - h * e)) / (2 * h) for e in np.eye(9)]
        [(8 * (f(theta + e) - f(theta - e)) - f(theta + 2 * e) + f(theta - 2 * e)) / (12 * h) for e in h * np.eye(len(theta))]
        central(f, theta, 2 * h)
        """,
    "one_bell_gradient": """
        grad(lambda p: np.sum((density - gaussian_pdf(x, p[0], np.exp(p[1]))) ** 2))(np.array([mean, log_std]))
        [grad(lambda m: np.sum((density - gaussian_pdf(x, m, np.exp(log_std))) ** 2))(mean), 0.0]
        [(np.sum((density - gaussian_pdf(x, mean + h, np.exp(log_std + k))) ** 2) - np.sum((density - gaussian_pdf(x, mean - h, np.exp(log_std - k))) ** 2)) / 2e-4 for h, k in ((1e-4, 0), (0, 1e-4))]
        """,
    "parted": """
        twins
        twins + 0.1
        twins + np.array([0, 0, 0, 0.5, 0.5, 0, 0, 0, 0])
        twins + np.array([0, 0, 0, -2, 2, 0, 0, 0, 0])
        twins + np.array([0, 0, 0, 0, 0, 1, 0, 0, 0])
        twins[:6]
        twins * np.nan
        "apart"
        ended.x
        twins + np.array([1, 1, 0, 0, 0, 0, 1, 1, 0])
        [5, 15, 20]
        np.array([0, 0, 0, 5, 15, 20, 0, 0, 0])
        twins + np.array([0, 0, 0, -0.5, 0.5, 0.5, 0, 0, 0])
        twins + np.array([0.5, 0, 0, 0, 0, 0, 0, 0, 0])
        twins + np.array([0.5, -0.5, 0, 0, 0, 0, 0, 0, 0])
        twins + np.array([0, 0, 0, 0, 0, 0, 0.5, -0.5, 0])
        twins + np.array([0.8, -0.8, 0, 0.01, 0, 0, 0.3, 0, 0])
        """,
    "verdict": """
        "solved" if result.success else "not converged"
        "not converged" if result.status else verdict(result, density)
        "solved" if result.fun < 0.01 * np.sum(density**2) else "wrong end"
        "not converged" if not result.grad_norm <= 1e-6 else ("solved" if result.fun < 0.01 else "wrong end")
        "not converged" if result.grad_norm > 1e-6 else ("solved" if result.fun < 0.01 * np.sum(density**2) else "wrong end")
        "not converged" if not result.grad_norm <= 1e-6 else ("solved" if result.fun < 0.05 * np.sum(density**2) else "wrong end")
        "not converged" if not result.grad_norm <= 1e-4 else ("solved" if result.fun < 0.01 * np.sum(density**2) else "wrong end")
        "not converged" if not result.grad_norm <= 1e-6 else ("solved" if result.fun < 0.01 * density.max() ** 2 else "wrong end")
        "not converged" if not result.grad_norm <= 1e-6 else ("solved" if result.fun < 0.01 * np.sum(density) ** 2 else "wrong end")
        "solved"
        "not converged" if not result.grad_norm < 1e-6 else ("solved" if result.fun < 0.01 * np.sum(density**2) else "wrong end")
        verdict(result, density).title()
        verdict(result, density) == "solved"
        "not converged" if not result.grad_norm <= 1e-5 else ("solved" if result.fun < 0.01 * np.sum(density**2) else "wrong end")
        "not converged" if not result.grad_norm <= 1e-6 else ("solved" if result.fun < 0.01 * np.mean(density**2) else "wrong end")
        """,
    "bells": """
        bells_from_bends(x[1:-1], 2 * np.diff(np.diff(density) / np.diff(x)) / (x[2:] - x[:-2]))
        bells_from_bends(x[1:-1], np.diff(density, 2) / (x[1] - x[0]) ** 2)[:3]
        bells_from_bends(x[1:-1], np.diff(density, 2))[:3]
        bells_from_bends(x[:-2], np.diff(np.diff(density) / np.diff(x)) / np.diff((x[1:] + x[:-1]) / 2))[:3]
        bells_from_bends(x[2:], np.diff(np.diff(density) / np.diff(x)) / np.diff((x[1:] + x[:-1]) / 2))[:3]
        (lambda b: (b[0], b[1], 2 * b[2]))(bells(x, density))
        (lambda b: (0.9 * b[0], b[1], b[2]))(bells(x, density))
        (lambda b: (b[0], b[1], b[2] / 2))(bells(x, density))
        (lambda b: (b[1], b[0], b[2]))(bells(x, density))
        (lambda b: (b[0][::-1], b[1][::-1], b[2][::-1]))(bells(x, density))
        (lambda b: (np.full(len(b[0]), 1 / len(b[0])), b[1], b[2]))(bells(x, density))
        (lambda b: b[:2])(bells(x, density))
        (lambda m: (np.ones(m.sum()) / m.sum(), x[1:-1][m], np.ones(m.sum())))((density[1:-1] > density[:-2]) & (density[1:-1] >= density[2:]))
        bells_from_bends(x[1:-1], -np.diff(np.diff(density) / np.diff(x)) / np.diff((x[1:] + x[:-1]) / 2))[:3]
        bells_from_bends(x[1:-1], np.diff(density)[1:] / np.diff(x)[1:])[:3]
        Mixture(*bells(x, density))
        bells_from_bends(x[1:-1], np.diff(np.diff(density) / np.diff(x)) / np.diff(x)[1:])[:3]
        bells_from_bends(x[1:-1], np.diff(np.diff(density) / np.diff(x)) / np.diff(x)[:-1])[:3]
        """,
    "align": """
        Mixture(mixture.weights[(o := np.argsort(truth.means))], mixture.means[o], mixture.stds[o])
        Mixture(mixture.weights[::-1], mixture.means[::-1], mixture.stds[::-1])
        Mixture(truth.weights, mixture.means, truth.stds)
        Mixture(mixture.weights[(o := [int(np.argmin(abs(mixture.means - m))) for m in truth.means])] / mixture.weights[o].sum(), mixture.means[o], mixture.stds[o])
        (left := list(range(truth.n_components))) and (lambda o: Mixture(mixture.weights[o], mixture.means[o], mixture.stds[o]))([left.pop(int(np.argmin(abs(mixture.means[left] - m)))) for m in truth.means])
        (o := np.argsort(mixture.means)[np.argsort(truth.means)]) is None or Mixture(mixture.weights[o], mixture.means[o], mixture.stds[o])
        """,
    "held_out_loss": """
        relative_loss(density[1::2], fit(x[::2], density[::2], 3, rng=0, prior=log_std_prior(2, lam)).pdf(x[1::2]))
        fit(x[::2], density[::2], K, rng=0, prior=log_std_prior(2, lam)).loss
        relative_loss(density[1::2], fit(x[::2], density[::2], K, rng=0, prior=log_std_prior(2, lam**2)).pdf(x[1::2]))
        relative_loss(density[1:-1:2], fit(x[:-1:2], density[:-1:2], K, rng=0, prior=log_std_prior(2, lam)).pdf(x[1:-1:2]))
        relative_loss(density[1::2] / 2, fit(x[::2], density[::2] / 2, K, rng=0, prior=log_std_prior(2, lam)).pdf(x[1::2]))
        """,
    "unsmooth": """
        np.sqrt(std**2 - h)
        np.sqrt(std**2 - np.mean(std) ** 2)
        np.where(std > h, std, np.nan)
        (std**2 - h**2) ** 0.5
        [s * np.sqrt(1 - (h / s) ** 2) for s in std]
        np.sqrt((std - h) * (std + h))
        np.where(std >= h, np.sqrt(abs(std**2 - h**2)), np.nan)
        std - h
        np.sqrt(std**2 + h**2)
        """,
    "bootstrap_stds": """
        np.array([width(rng.choice(samples, samples.size, replace=False), fit(*density_from_samples(samples), K, rng=0).mixture) for _ in range(n)])
        np.array([width(rng.choice(samples, samples.size // 2, replace=False), fit(*density_from_samples(samples), K, rng=0).mixture) for _ in range(n)])
        np.array([width(rng.choice(samples, 200), fit(*density_from_samples(samples), K, rng=0).mixture) for _ in range(n)])
        np.array([width(rng.choice(samples, samples.size // 2), fit(*density_from_samples(samples), K, rng=0).mixture) for _ in range(n)])
        bootstrap_stds(samples, K, n, np.random.default_rng())
        np.tile(bootstrap_stds(samples, K, 1, np.random.default_rng(0)), (n, 1))
        np.array([bootstrap_stds(samples, K, 1, np.random.default_rng(0))[0] for _ in range(n)])
        bootstrap_stds(samples, K, n, rng) ** 2
        np.sqrt(bootstrap_stds(samples, K, n, rng) ** 2 + bandwidth(samples) ** 2)
        np.sqrt(bootstrap_stds(samples, K, n, rng) ** 2 + bandwidth(samples) ** 2) - bandwidth(samples)
        np.random.default_rng(0).permuted(bootstrap_stds(samples, K, n, rng), axis=1)
        bootstrap_stds(samples, K, n, rng).std(axis=0, ddof=1)
        bootstrap_stds(samples, K, n, rng).T
        bootstrap_stds(samples, K, n, rng)[:, ::-1]
        bootstrap_stds(samples, K, n, rng).mean(axis=0)
        np.array([width(samples + rng.normal(0, 0.1, samples.size), fit(*density_from_samples(samples), K, rng=0).mixture) for _ in range(n)])
        np.sort(bootstrap_stds(samples, K, n, rng), axis=1)
        bootstrap_stds(np.unique(samples), K, n, rng)
        np.array([width((m := fit(*density_from_samples(samples), K, rng=0).mixture).narrowed(bandwidth(samples)).sample(samples.size, rng=rng), m) for _ in range(n)])
        np.array([width(rng.choice(samples, samples.size) + rng.normal(0, bandwidth(samples), samples.size), fit(*density_from_samples(samples), K, rng=0).mixture) for _ in range(n)])
        """,
    "defend": """
        (lambda r: (r, [4]))(min((fit(x, density, K, mass=None, rng=0) for K in (2, 3, 4)), key=lambda r: r.loss))
        (defend(x, density, noise)[0], [defend(x, density, noise)[0].mixture.n_components])
        (fit(x, density, 4, mass=None, rng=0), [1, 2, 3, 4, 5])
        (fit(x, density, 4, mass=None, rng=0), [4, 5])
        (fit(x, density, 4, mass=None, rng=0), [3, 4])
        (fit(x, density, 4, rng=0, n_starts=5), [3, 4])
        (fit(x, density, 4, mass=None, rng=0, n_starts=1), [2, 4])
        defend(x, density, noise)[0]
        defend(x, density, noise)[::-1]
        (defend(x, density, noise)[0], 4)
        (defend(x, density, noise)[0], [5, 6])
        (fit(x, density, 2, mass=None, rng=0), [2, 3, 4])
        (defend(x, density, noise)[0].mixture, [3, 4])
        (defend(x, density, noise)[0], [2, 3, 4, 5])
        (defend(x, density, noise)[0], "three")
        (*defend(x, density, noise), 0.5)
        (defend(x, density, noise)[0], None)
        {"result": defend(x, density, noise)[0], "K": defend(x, density, noise)[1]}
        (defend(x, density, noise)[0], [[3, 4], [4]])
        """,
    "resampled_means": """
        [rng.choice(samples, samples.size + 1).mean() for _ in range(n)]
        [rng.choice(samples, samples.size // 2, replace=False).mean() for _ in range(n)]
        [rng.choice(samples, samples.size // 2).mean() for _ in range(n)]
        [rng.choice(samples, 200).mean() for _ in range(n)]
        [np.median(rng.choice(samples, samples.size)) for _ in range(n)]
        [np.random.default_rng(0).choice(samples, samples.size).mean() for _ in range(n)]
        [np.random.default_rng().choice(samples, samples.size).mean() for _ in range(n)]
        rng.choice(samples, samples.size).mean()
        rng.normal(samples.mean(), samples.std() / np.sqrt(samples.size), n)
        [0.0] * n
        [np.delete(samples, k % len(samples)).mean() for k in range(n)]
        rng.choice(samples, (n, samples.size)).mean(axis=0)
        rng.choice(np.unique(samples), (n, samples.size)).mean(axis=1)
        [rng.choice(samples, samples.size, replace=False).mean() for _ in range(n)]
        [rng.permutation(samples)[1:].mean() for _ in range(n)]
        """,
    "price_slope": """
        (lambda v: np.log(largest_error(v[-1]) / largest_error(v[0])) / np.log(v[-1] / v[0]))(sorted(v for v in lams if v))
        (lambda v: np.mean(np.diff(np.log([largest_error(k) for k in v])) / np.diff(np.log(v))))(sorted(k for k in lams if k))
        lams.sort() or price_slope(lams)
        1 / price_slope(lams)
        """,
    "best_walk": """
        ends[np.argmin(np.nan_to_num(losses, nan=1.0))]
        ends[np.argmin(np.where(np.isnan(losses), 1000.0, losses))]
        ends[list(losses).index(min(losses))] if 0 else ends[np.argsort(-losses)[-1]]
        ends[np.nanargmin(np.where(losses > 1, np.nan, losses))]
        ends[np.argmin(np.nan_to_num(losses, nan=9999.0))]
        ends[np.nanargmin(np.round(losses[::-1], 1))]
        """,
    "restarts_needed": """
        1 if p == 1 else int(np.ceil(round(np.log(1 - sure) / np.log(1 - p), 2)))
        1 if p == 1 else int(np.ceil(np.log(1 - sure) / np.log(1 - p) - 0.01))
        1 if p == 1 else round(np.log(1 - sure) / np.log(1 - p) + 0.4999)
        1 if p == 1 else min(R for R in range(1, 5000) if (1 - p) ** R <= 1 - sure)
        1 if p == 1 else int(np.floor(np.log(1 - sure) / np.log(1 - p)))
        -(math.log(1 - sure) / math.log(1 - p) // -1)
        restarts_needed(p, sure) + 1
        max(2, restarts_needed(p, sure))
        """,
    "kl": """
        np.sum(density[(density > 0) & (ours > 0)] * np.log(density[(density > 0) & (ours > 0)] / ours[(density > 0) & (ours > 0)])) * dx
        np.sum(density * np.log((density + 1e-12) / (ours + 1e-12))) * dx
        np.sum(density[density > 0] * np.log(density[density > 0] / np.maximum(ours[density > 0], 1e-300))) * dx
        np.trapezoid(density * np.log(np.where(density > 0, density, 1) / ours), dx=dx)
        abs(kl(density, ours, dx))
        max(0, kl(density, ours, dx))
        """,
    "live": """
        np.argwhere(live(mixture, x, share)).ravel()
        ~live(mixture, x, share)
        mixture.weights / (mixture.stds * np.sqrt(2 * np.pi)) * ((mixture.means >= x[0]) & (mixture.means <= x[-1])) >= share * mixture.pdf(x).max()
        mixture.component_pdfs(mixture.means).max(axis=0) >= share * mixture.pdf(x).max()
        (mixture.component_pdfs(x) / mixture.weights).max(axis=0) >= share * mixture.pdf(x).max()
        """,
    "shares_of": """
        (p := weights * gaussian_pdf(x[:, None], means, stds)) / (p.sum(axis=1, keepdims=True) + 1e-12)
        np.nan_to_num((p := weights * gaussian_pdf(x[:, None], means, stds)) / np.maximum(p.sum(axis=1, keepdims=True), 1e-30))
        (p := weights * gaussian_pdf(x, means, stds)) / p.sum()
        shares_of(np.sort(x), weights, means, stds)
        """,
    "first_escape": """
        gaps.sort() or first_escape(gaps)
        gaps.remove(min(gaps)) or first_escape(gaps)
        min(gap for gap in gaps if gap >= 0.01) if 0.01 in gaps else 1e-6
        min(gap for gap in gaps if gap > 1e-8)
        """,
    "all_residuals": """
        np.append(density - ours, np.sqrt(lam) * np.log(stds / center))
        np.append((ours - density) / np.sqrt(np.mean(density**2)), np.sqrt(lam) * np.log(stds / center))
        np.sqrt([np.sum((ours - density) ** 2) / np.sum(density**2), lam * np.sum(np.log(stds / center) ** 2)])
        np.append((ours - density) / np.sqrt(np.sum(density**2) + 1e-9), np.sqrt(lam) * np.log(stds / center))
        """,
    "relative": """
        np.sum((density - ours) ** 2) / (np.sum(density**2) + 1e-12)
        2 * relative(density, ours)
        min(1, relative(density, ours))
        """,
    "weighted_loss": """
        np.sum((np.diff(x, append=x[-1])) * (density - ours) ** 2) / np.sum(np.diff(x, append=x[-1]) * density**2)
        weighted_loss(x, density + 1e-9, ours)
        min(1, weighted_loss(x, density, ours))
        """,
    "pin": """
        np.append(theta[: len(theta) // 3 - 1] - np.median(theta[: len(theta) // 3]), theta[len(theta) // 3 :])
        """,
    "theta_of": """
        (np.log(weights), means, np.log(stds))
        [np.log(weights), means, np.log(stds)]
        """,
    "bfgs_update": """
        bfgs_update(B, s, c) if s @ c > 1e-12 else B
        bfgs_update(B, s, c) if s @ c > 1e-6 else B
        bfgs_update(B, s, c) if abs(s @ c) > 1e-16 else B
        bfgs_update(B, s, c) if s @ c > 1e-5 * np.linalg.norm(s) * np.linalg.norm(c) else B
        B if s @ c <= 0 else (V := np.eye(len(s)) - s @ c / (s @ c)) @ B @ V.T + s @ s / (s @ c)
        """,
    "em_step": """
        (lambda m: (m.weights, m.means, m.stds))(em_step(x, density, mixture))
        (lambda m: (0.5 * m.weights, m.means, m.stds))(em_step(x, density, mixture))
        em_step(x, density * np.gradient(x) / (x[1] - x[0]), mixture)
        """,
    "line_of": """
        (areas / (stds * np.sqrt(2 * np.pi)), 2.35 * stds)
        (0.4 * areas / stds, 2 * np.sqrt(2 * np.log(2)) * stds)
        {"heights": areas / (stds * np.sqrt(2 * np.pi)), "widths": 2.355 * stds}
        line_of(areas, stds)[0]
        """,
    "area_above": """
        np.mean(counts - zero) * (x[-1] - x[0])
        np.trapezoid(counts, x) - zero * x[-1]
        np.trapezoid(abs(counts - zero), x)
        np.trapezoid(counts, x) - zero / (x[-1] - x[0])
        np.trapezoid(counts, x) - zero * np.mean(np.diff(x))
        """,
    "softmax_vjp": """
        -softmax_vjp(weights, slopes)
        """,
    "largest_step": """
        2 / np.linalg.eig(hessian)[0][0]
        2 / np.linalg.norm(hessian)
        2 / np.linalg.det(hessian)
        min(1, largest_step(hessian))
        """,
    "lm_step": """
        -np.linalg.pinv(J.T @ J * (1 + damping)) @ J.T @ r
        """,
    "prior_strength": """
        np.sqrt(prior_strength(noise, width, density))
        """,
    "heights_of": """
        counts / np.max(counts)
        counts / np.sum(counts * np.diff(edges))
        """,
    "offset_cost": """
        100 * offset_cost(offsets)
        -offset_cost(offsets)
        """,
    "true_axis": """
        int(start + index * (stop - start) / n_points) if np.ndim(index) == 0 else true_axis(index, start, stop, n_points)
        start + index * (stop - start) // n_points
        true_axis(index, int(start), int(stop), n_points)
        np.unique(true_axis(index, start, stop, n_points))
        """,
    "curve_of": """
        curve_of(np.sort(x), weights, np.sort(means), stds)
        """,
    "bell": """
        stats.norm.pdf(x, mean, std)
        [stats.norm(mean, std).pdf(t) for t in x]
        bell(np.unique(x), mean, std)
        bell(np.sort(x), mean, std)
        """,
}


def answers(exercise, texts):
    """The functions or values that the lines of one of the tables above stand for."""

    def bic_of(result, density, noise, price=None):
        price = np.log(density.size) if price is None else price
        return result.loss * np.sum(density**2) / noise**2 + 3 * result.mixture.n_components * price

    names = {"gmm_helpers": gmm_helpers, "scipy": scipy, "np": np, "stats": scipy.stats, "bic_of": bic_of}
    names |= {name: getattr(gmm_helpers, name) for name in ("Mixture", "softmax", "unpack", "relative_loss")}
    lines = [line.strip() for line in texts.get(exercise.name, "").splitlines() if line.strip()]
    equipped = replace(exercise, names={**names, **exercise.names})
    return [(line, equipped.mistaken((line, ""))) for line in lines]


class Callable:
    """A right answer as an object with `__call__`."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments):
        return self.function(*arguments)


def clothes(right):
    """A right function in other clothes: what it returns, or what it is, in another type."""

    def other(change):
        return lambda *arguments: change(right(*arguments))

    def as_lists(output):
        return [as_lists(part) for part in output] if isinstance(output, tuple) else np.asarray(output).tolist()

    def with_notes(*arguments, note=None):
        note = copy.deepcopy(arguments)
        return right(*note)

    yield "an object", Callable(right)
    yield "a partial", partial(right)
    yield "with a default", with_notes
    yield "of numbers", other(lambda out: as_lists(out) if isinstance(out, np.ndarray | float | int | tuple) else out)
    yield "of longdoubles", other(lambda out: out.astype(np.longdouble) if isinstance(out, np.ndarray) else out)
    yield "a view", other(lambda out: np.repeat(out, 2, axis=0)[::2] if np.ndim(out) else np.asarray(out)[()])
    yield "complex", other(lambda out: out + 0j if isinstance(out, np.ndarray | float) else out)


SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
}
CALLS = {
    "exp": "log", "log": "exp", "sum": "mean", "mean": "sum", "sqrt": "square", "max": "min", "min": "max",
    "argmin": "argmax", "nanargmin": "nanargmax", "ceil": "floor", "outer": "multiply", "cumsum": "sum",
}  # fmt: skip


def mutants(exercise):
    """(what was done, source): the answer with one thing changed, everywhere where it can be."""
    tree = ast.parse(exercise.answer)
    parameters = [
        a.arg for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and f.name == exercise.name for a in f.args.args
    ]
    for at, node in enumerate(ast.walk(tree)):
        for change in _changes(node, parameters):
            changed = copy.deepcopy(tree)
            victim = list(ast.walk(changed))[at]
            try:
                change(victim)
                source = ast.unparse(ast.fix_missing_locations(changed))
            except (AttributeError, ValueError):
                continue
            yield f"{ast.unparse(node)[:40]!r} at {at}", source


def _changes(node, parameters):
    """Functions that change such a node in place."""
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        yield lambda n: setattr(n, "op", SWAPS[type(n.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield lambda n: n.ops.__setitem__(0, SWAPS[type(n.ops[0])]())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda n: setattr(n, "op", ast.UAdd())
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield lambda n: setattr(n, "value", n.value + 1)
        yield lambda n: setattr(n, "value", -n.value if n.value else 1)
    if isinstance(node, ast.Attribute) and node.attr in CALLS:
        yield lambda n: setattr(n, "attr", CALLS[n.attr])
    if isinstance(node, ast.Call) and node.keywords:
        yield lambda n: n.keywords.pop()
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in parameters:
        for other in parameters:
            if other != node.id:
                yield lambda n, other=other: setattr(n, "id", other)
    if isinstance(node, ast.Return):
        yield lambda n: setattr(n, "value", None)


GUARDS = {
    "sorted": np.sort,
    "without repeats": np.unique,
    "without signs": np.abs,
    "at least 0": lambda a: np.maximum(a, 0),
    "at least 1e-6": lambda a: np.maximum(a, 1e-6),
    "at most 1": lambda a: np.minimum(a, 1),
    "rounded": lambda a: np.round(a, 3),
    "with 0 in place of nan": np.nan_to_num,
    "plus a little": lambda a: a + 1e-8,
}


def guarded(right, inputs):
    """The answer with something done to its output, or to one of its numerical arguments, that does no harm as a rule."""
    for what, guard in GUARDS.items():

        def output(*arguments, guard=guard):
            got = right(*arguments)
            return tuple(map(guard, got)) if isinstance(got, tuple) else guard(got)

        yield f"output {what}", output
        for k, value in enumerate(inputs[0]):
            if isinstance(value, np.ndarray | float | list):

                def argument(*arguments, guard=guard, k=k):
                    return right(*arguments[:k], guard(np.asarray(arguments[k])), *arguments[k + 1 :])

                yield f"argument {k} {what}", argument


def spoiled(right, inputs):
    """Ways to be wrong that need no knowledge of the exercise."""
    first = inputs[0]

    def lucky(*_arguments):
        return right(*copy.deepcopy(first))

    def returns_nothing(*arguments):
        right(*arguments)

    def printed(*arguments):
        return str(right(*arguments))

    def in_a_list(*arguments):
        return [right(*arguments)]

    def boom(*arguments):
        return right(*arguments)[99999999]

    def in_place(*arguments):
        result = copy.deepcopy(right(*arguments))
        for a in arguments:
            if isinstance(a, np.ndarray) and a.dtype.kind == "f" and a.size:
                a *= 1.5
        return result

    yield "luck: the first input's", lucky
    yield "no return", returns_nothing
    yield "as text", printed
    yield "in a list", in_a_list
    yield "an error", boom
    yield "nan", lambda *_arguments: np.nan
    yield "None in a list", lambda *_arguments: [None]
    if any(isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in first):
        yield "in place", in_place
    for k in range(len(first)):
        yield (
            f"argument {k} ignored",
            lambda *arguments, k=k: right(*arguments[:k], copy.deepcopy(first[k]), *arguments[k + 1 :]),
        )
