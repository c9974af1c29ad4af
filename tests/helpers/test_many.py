"""Many curves: the same answers as one by one, wherever they are fitted, and what fails stays in its place."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_workers import dask_cluster, processes

from gmm_helpers import CLASSIC, FitResult, Mixture, classic, fit, fit_many

X, DENSITY = classic()
CURVES = np.array([Mixture(CLASSIC.weights, CLASSIC.means + shift, CLASSIC.stds).pdf(X) for shift in range(-3, 4)])
CURVES += 1e-3 * np.random.default_rng(0).normal(size=CURVES.shape)
BROKEN = [CURVES[0], np.full(75, np.nan), CURVES[1], CURVES[2][:-1], 0 * CURVES[3], CURVES[4]]


def numbers(results):
    """All that was found, to the last bit, or the words of what went wrong."""
    return [r.x.tolist() if isinstance(r, FitResult) else (type(r), str(r)) for r in results]


def test_each_curve_gets_the_fit_it_would_get_alone():
    seeds = np.random.default_rng(5).integers(2**63, size=len(CURVES))
    alone = [fit(X, y, 2, rng=seed, mass=None, n_starts=3) for y, seed in zip(CURVES, seeds, strict=True)]
    assert numbers(fit_many(X, CURVES, 2, rng=5, mass=None, n_starts=3)) == numbers(alone)


def test_what_fails_stays_in_its_place():
    results = fit_many(X, BROKEN, 3, rng=0, n_starts=2)
    assert [isinstance(r, FitResult) for r in results] == [True, False, True, False, False, True]
    assert str(results[1]) == "`density` must be finite, got nan at index 0; `nan_policy='omit'` leaves such points out"
    assert str(results[3]) == "`density` must have one entry for each x, got 74 for 75"
    assert results[1].__traceback__ is None  # or it would keep every frame alive


@pytest.mark.parametrize("place", [processes, pytest.param(dask_cluster, marks=pytest.mark.slow)])
def test_the_answers_are_the_same_wherever_they_are_found(place):
    here = numbers(fit_many(X, BROKEN * 8, 3, rng=1, n_starts=2))
    with place() as workers:
        assert numbers(fit_many(X, BROKEN * 8, 3, rng=1, n_starts=2, workers=workers)) == here


@pytest.mark.slow
def test_processes_by_number():
    assert numbers(fit_many(X, BROKEN, 3, rng=1, n_starts=2, workers=2)) == numbers(
        fit_many(X, BROKEN, 3, rng=1, n_starts=2)
    )


def test_few_curves_are_enough_for_many_workers_and_many_travel_together():
    sizes = []

    def recorder(function, chunks):
        sizes.extend(len(chunk) for chunk in chunks)
        return map(function, chunks)

    fit_many(X, [DENSITY] * 20, 3, workers=recorder)
    assert sizes == [2] * 10
    sizes.clear()
    fit_many(X, [[0.0] * 75] * 1010, 3, workers=recorder)
    assert sizes == [25] * 40 + [10]


def test_each_curve_may_have_its_own_grid():
    grids = [X, X + 3]
    first, second = fit_many(grids, [DENSITY, DENSITY], 3, rng=0)
    np.testing.assert_allclose(second.mixture.means, first.mixture.means + 3, atol=1e-9)


@pytest.mark.parametrize("kind", [np.array, list, np.ma.array])
def test_each_curve_may_have_its_own_sigma(kind):
    sigmas = kind([1e-3 + 1e-4 * X, np.where(X > 20, np.inf, 2e-3)])
    seeds = np.random.default_rng(0).integers(2**63, size=2)
    alone = [fit(X, y, 3, sigma=s, rng=i, n_starts=2) for y, s, i in zip(CURVES[:2], sigmas, seeds, strict=True)]
    assert numbers(fit_many(X, CURVES[:2], 3, sigma=sigmas, rng=0, n_starts=2)) == numbers(alone)


def test_a_sigma_that_is_wrong_for_one_curve_spoils_that_one_alone():
    first, second = fit_many(X, CURVES[:2], 3, sigma=[0 * X, 0.1 + X], rng=0, n_starts=1)
    assert str(first).startswith("`sigma` must be positive, got 0.0 at index 0")
    assert isinstance(second, FitResult)


def test_progress_counts_curves(capsys):
    fit_many(X, [DENSITY] * 20, 3, rng=0, progress=True)  # in chunks of two
    assert "20/20" in capsys.readouterr().err


def test_an_interrupt_keeps_what_was_found():
    def interrupted(function, chunks):
        yield function(chunks[0])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        fit_many(X, CURVES, 3, rng=0, workers=interrupted, n_starts=1)
    assert numbers(caught.value.result) == numbers(fit_many(X, CURVES, 3, rng=0, n_starts=1)[:1])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"densities": []}, ValueError, "`densities` must be a list of curves, got none"),
        ({"densities": DENSITY}, ValueError, "`densities` must be a list of curves, got numbers"),
        ({"x": [X]}, ValueError, "`x` must be one for all curves, or one for each, got 1 for 2"),
        ({"n_components": 0}, ValueError, "`n_components` must be a whole number, at least 1, got 0"),
        ({"workers": "all"}, TypeError, "`workers` must be a whole number, at least 1, got 'all'"),
        ({"method": "Newton"}, ValueError, "`method` must be one of"),
        ({"options": {"tol": 1}}, ValueError, "`options` of LM are ftol, xtol, gtol and maxfev, got 'tol'"),
        ({"n_start": 3}, TypeError, "unexpected keyword argument 'n_start'"),
        ({"x": np.zeros(75)}, ValueError, "`x` must rise or fall strictly"),
        ({"mass": -1}, ValueError, "`mass` must"),
        ({"prior": 3}, TypeError, "`prior` must"),
        ({"n_starts": 0}, ValueError, "`n_starts` must"),
        ({"densities": CURVES.T}, ValueError, "`densities` must have one entry for each x, got 7 for 75"),
        ({"x": [X, X[1:]], "densities": [X[2:], X]}, ValueError, "`densities` must have one entry .*, got 73 for 75"),
        ({"sigma": np.ones((3, 75))}, ValueError, "`sigma` must be one for all curves, or one for each, got 3 for 2"),
        ({"sigma": np.ones((2, 74))}, ValueError, "`sigma` must have one entry for each x, got 74 for 75"),
        ({"sigma": 0 * X}, ValueError, "`sigma` must be positive, got 0.0 at index 0"),
        ({"sigma": -0.1}, ValueError, "`sigma` must"),
        ({"background": "cubic"}, ValueError, "`background` must"),
        ({"nan_policy": "drop"}, ValueError, "`nan_policy` must"),
        ({"ties": ["equal"]}, TypeError, "`ties` must"),
        ({"grid_weights": "simpson"}, ValueError, "`grid_weights` must"),
        ({"rng": -1}, ValueError, "`rng` must be None, a whole number ≥ 0"),
    ],
)
def test_what_is_wrong_with_all_curves_is_said_at_once(arguments, error, message):
    with pytest.raises(error, match=message):
        fit_many(**{"x": X, "densities": CURVES[:2], "n_components": 3} | arguments)


def test_a_result_weighs_little():
    for result in fit_many(X, CURVES[:3], 3, rng=0):
        assert len(pickle.dumps(result)) < 30_000


DEADLY = """
import os
import numpy as np
from gmm_helpers import CLASSIC, fit_many

home = os.environ.setdefault("HOME_PROCESS", str(os.getpid()))

def deadly(weights, means, stds):
    if str(os.getpid()) != home and float(np.max(getattr(means, "_value", means))) > 100:
        os._exit(1)
    return 1e-9 * stds**2

if __name__ == "__main__":
    x = np.linspace(0, 25, 100)
    grids = [x] * 5 + [x + 200] + [x] * 4
    try:
        results = fit_many(grids, [CLASSIC.pdf(x)] * 10, 3, rng=0, workers=2, prior=deadly)
    except Exception as error:
        print("told:", error)
    else:
        print("kept:", sum(hasattr(result, "mixture") for result in results))
        print("told:", next(result for result in results if isinstance(result, Exception)))
"""


@pytest.mark.slow
def test_a_process_that_dies_is_told_of_and_does_not_hang(tmp_path):
    (tmp_path / "deadly.py").write_text(DEADLY)
    done = subprocess.run([sys.executable, "deadly.py"], cwd=tmp_path, capture_output=True, text=True, timeout=100,
                          env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])})  # fmt: skip
    assert "told: " in done.stdout, done.stderr
