"""What `fit`, `fit_once` and `fit_many` are asked, checked before anything runs."""

from typing import Any

import numpy as np

from ..mixture import Mixture
from ..validation import Array, check_integer, check_rng, check_vector
from .methods import check_method
from .moves import guessed
from .problem import Problem, make_problem
from .search import Settings

__all__ = ["is_shared", "prepare", "prepare_once", "try_what_all_share"]


def prepare(
    x: Any, density: Any, n_components: Any, *, method: Any = "LM", n_starts: Any = None, start: Any = None,
    rng: Any = None, callback: Any = None, options: Any = None, **about: Any,
) -> tuple[Problem, Settings]:  # fmt: skip
    """A search's problem and settings. about: see `make_problem`."""
    chosen, n_starts = check_method(method, options, callback), check_integer("n_starts", n_starts, none=True)
    generator, problem = check_rng(rng), make_problem(x, density, n_components, **about)
    return problem, Settings(chosen, generator, n_starts, options, callback, _guesses(start, problem))


def _guesses(start: Any, problem: Problem) -> tuple[Mixture, ...]:
    if not (start is None or isinstance(start, Mixture) or (isinstance(start, list | tuple) and start)):
        raise ValueError(f"`start` must be a Mixture, a list of them or None, got {start!r:.80}")
    guesses = (start,) if isinstance(start, Mixture) else tuple(start or ())
    for guess in guesses:
        if not isinstance(guess, Mixture) or guess.n_components != problem.n_components:
            rule = f"`start` must be a Mixture of {problem.n_components} components, or a list"
            raise ValueError(f"{rule}, got {guess!r:.80}")
        guessed(problem, guess)  # refused here, before anything runs
    return guesses


def prepare_once(x: Any, density: Any, start: Any, **about: Any) -> tuple[Problem, Array]:
    """A single run's problem and the free numbers that it starts from. about: see `make_problem`."""
    if isinstance(start, Mixture):
        problem = make_problem(x, density, start.n_components, **about)
        return problem, guessed(problem, start)
    theta = check_vector("start", start)
    if theta.size % 3:
        raise ValueError(f"`start` must be a Mixture or a theta of 3K numbers, got {theta.size} numbers")
    problem = make_problem(x, density, theta.size // 3, **about)
    return problem, problem.affine.phi(problem.from_user(theta))


def try_what_all_share(x: Any, n_components: Any, about: dict[str, Any]) -> None:
    """Raise at once for what is wrong whatever the curve: it is tried on a made one."""
    K = check_integer("n_components", n_components)
    has_one_grid = is_shared(x)
    grid = x if has_one_grid else np.linspace(0.0, 1.0, 3 * K + 8)
    shared = {name: value for name, value in about.items() if has_one_grid or np.ndim(value) == 0}
    n = len(np.asarray(grid))
    prepare(grid, 1 + np.exp(-(((np.arange(n) - n / 2) / (n / 8)) ** 2)), K, **shared)


def is_shared(values: Any) -> bool:
    """Whether it is a number, or one array for all curves."""
    dimensions = getattr(values, "ndim", None)  # a DataFrame's rows are not what it iterates over
    if dimensions is None:
        dimensions = 1 + np.ndim(next(iter(values), 0)) if np.iterable(values) else 0
    return bool(dimensions < 2)
