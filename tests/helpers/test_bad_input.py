"""Whatever is no target, no option or no start is refused at the border, in one sentence that names it."""

import numpy as np
import pytest

from gmm_helpers import (
    CLASSIC,
    Mixture,
    apart,
    bandwidth,
    classic,
    density_from_histogram,
    density_from_samples,
    equal,
    fit,
    fit_once,
    fixed,
    kmeans_start,
    log_std_prior,
    mean_prior,
    strength,
    weight_prior,
)

X, DENSITY = classic()


def changed(values, index, value):
    values = values.copy()
    values[index] = value
    return values


TARGETS = {
    "lengths differ": (X, DENSITY[:-1], "`density` must have one entry for each x, got 74 for 75"),
    "two-dimensional x": (X[:, None], DENSITY, r"`x` must be one-dimensional and not empty, got shape \(75, 1\)"),
    "two-dimensional density": (X, DENSITY[None], "`density` must be one-dimensional and not empty"),
    "an area far beyond the mass": (
        X,
        1e160 * DENSITY,
        "`mass` must be within a factor of 1e100 of the area under `density`, 9.961e.159, got 1.0",
    ),
    "an area far below the mass": (X, 1e-180 * DENSITY, "`mass` must be within a factor of 1e100 of the area"),
    "empty": ([], [], r"`x` must be one-dimensional and not empty, got shape \(0,\)"),
    "a number for x": (3.0, DENSITY, r"`x` must be one-dimensional and not empty, got shape \(\)"),
    "None for x": (None, DENSITY, "`x` must hold real numbers, got None"),
    "text for density": (X, ["a"] * 75, "`density` must hold real numbers"),
    "ragged density": (X, [[1], [2, 3]], "`density` must hold real numbers"),
    "complex density": (X, DENSITY + 0j, "`density` must hold real numbers"),
    "dates for x": (np.arange(75).astype("datetime64[D]"), DENSITY, "`x` must hold real numbers"),
    "NaN in x": (changed(X, 4, np.nan), DENSITY, "`x` must be finite, got nan at index 4"),
    "NaN in density": (X, changed(DENSITY, 7, np.nan), "`density` must be finite, got nan at index 7"),
    "infinite density": (X, changed(DENSITY, 0, np.inf), "`density` must be finite, got inf at index 0"),
    "x turns": (
        changed(X, 3, 0.5),
        DENSITY,
        "`x` must rise or fall strictly, got 0.5 at index 3 after 0.66.*; `numpy.arg",
    ),
    "x repeats": (
        changed(X, 3, X[2]),
        DENSITY,
        "`x` must rise or fall strictly, got 0.66.* at index 3 after 0.66.*; take the mean",
    ),
    "x spans too much": (1.7e308 * np.linspace(-1, 1, 75), DENSITY, "`x` must span a finite range"),
    "whole numbers beyond a float": ([10**400, 10**401], [1, 2], r"`x` must hold real numbers, got \[1000"),
    "one point": ([1.0], [1.0], "`x` must have at least 2 points that count, got 1"),
    "all zero": (X, 0 * DENSITY, "`density` must be positive somewhere, got maximum 0"),
    "all negative": (X, -DENSITY, "`density` must be positive somewhere"),
    "masked altogether": (X, np.ma.masked_all(75), "`x` must have at least 2 points that count, got 0"),
    "area overflows": (1e200 * X, 1e200 * DENSITY, "the area under `density` must be below 1e300, got inf"),
}
ARGUMENTS = {
    "no components": ({"n_components": 0}, "`n_components` must be a whole number, at least 1, got 0"),
    "minus one component": ({"n_components": -1}, "`n_components` must be a whole number, at least 1, got -1"),
    "half a component": ({"n_components": 2.5}, "`n_components` must be a whole number, at least 1, got 2.5"),
    "True components": ({"n_components": True}, "`n_components` must be a whole number"),
    "too many components": ({"n_components": 26}, "points as there are free parameters, 77 for 26 components, got 75"),
    "unknown method": ({"method": "Newton"}, "`method` must be one of BFGS, .*, got 'Newton'"),
    "no method": ({"method": None}, "`method` must be one of"),
    "no starts": ({"n_starts": 0}, "`n_starts` must be a whole number, at least 1, or None, got 0"),
    "half a start": ({"n_starts": 1.5}, "`n_starts` must be a whole number"),
    "mass of zero": ({"mass": 0}, "`mass` must be a finite number above 0, got 0"),
    "negative mass": ({"mass": -2.0}, "`mass` must be a finite number above 0, got -2.0"),
    "infinite mass": ({"mass": np.inf}, "`mass` must be a finite number above 0, got inf"),
    "an extreme mass": (
        {"mass": 1e-320},
        "`mass` must be within a factor of 1e100 of the area under `density`, 0.9961, got 1e-320",
    ),
    "mass in words": ({"mass": "one"}, "`mass` must be a finite number above 0, got 'one'"),
    "unknown rule of weights": (
        {"grid_weights": "simpson"},
        "`grid_weights` must be None or 'trapezoid', got 'simpson'",
    ),
    "weights by number": ({"grid_weights": np.ones(75)}, "got a ndarray: noise goes in by `sigma`"),
    "both weights": ({"grid_weights": "trapezoid", "sigma": 1.0}, "must be None with `grid_weights`, got both"),
    "too few sigmas": ({"sigma": np.ones(74)}, "`sigma` must have one entry for each x, got 74 for 75"),
    "a negative sigma": (
        {"sigma": -np.ones(75)},
        "`sigma` must be positive, got -1.0 at index 0; for counts take the root",
    ),
    "a sigma of zero": ({"sigma": 0}, "`sigma` must be a finite number above 0, got 0"),
    "a sigma of numpy's zero": ({"sigma": np.float64(0)}, "`sigma` must be a finite number above 0, got 0.0"),
    "sigmas all infinite": (
        {"sigma": np.full(75, np.inf)},
        "`sigma` must be finite at 2 points or more, got infinity at 75 of 75",
    ),
    "one sigma that isn't infinite": (
        {"sigma": changed(np.full(75, np.inf), 5, 1)},
        "`sigma` must be finite at 2 points or more, got infinity at 74 of 75",
    ),
    "sigma in words": ({"sigma": "poisson"}, "`sigma` must be a finite number above 0, got 'poisson'"),
    "NaN in sigma": ({"sigma": np.full(75, np.nan)}, "`sigma` must be finite, got nan at index 0"),
    "unknown policy": ({"nan_policy": "propagate"}, "`nan_policy` must be 'raise' or 'omit', got 'propagate'"),
    "unknown background": ({"background": "cubic"}, "`background` must be None, 'constant', 'linear' or columns"),
    "a flat background": ({"background": np.ones(75)}, r"`background` must have the shape \(N, B\)"),
    "a number for a background": ({"background": 3.0}, r"`background` must have the shape \(N, B\), .* got \(\)"),
    "a background of NaN": (
        {"background": np.full((75, 1), np.nan)},
        "`background` must be finite, got nan at index 0, column 0",
    ),
    "a background in words": ({"background": ["a"] * 75}, "`background` must hold real numbers, got a list"),
    "a complex background": ({"background": np.ones((75, 1)) * 1j}, "`background` must hold real numbers"),
    "a short background": (
        {"background": np.ones((74, 1))},
        "`background` must have one entry for each x, got 74",
    ),
    "background of nothing": ({"background": np.zeros((75, 1))}, "must have no column of zeros alone"),
    "background twice": ({"background": np.ones((75, 2))}, "`background` must have independent columns, got 2"),
    "more columns than points": ({"background": np.random.default_rng(0).normal(size=(75, 80))}, "`density` must rise"),
    "background is all": (
        {"density": np.ones(75), "background": "constant"},
        "`density` must rise above its background somewhere",
    ),
    "ties in words": ({"ties": ["stds"]}, "`ties` must be a list of ties"),
    "ties that are one function": ({"ties": equal}, "`ties` must be a list of ties"),
    "a tie to nobody": ({"ties": [fixed("means", 3, 5)]}, "`ties` must name components 0 … 2, got 3"),
    "ties at odds": ({"ties": [fixed("means", 0, 5), fixed("means", 0, 6)]}, "`ties` must not contradict each other"),
    "distances at odds": (
        {"ties": [apart("means", 0, 1, 3), apart("means", 1, 0, 3)]},
        "`ties` must not contradict each other",
    ),
    "an area in a given mass": ({"ties": [fixed("areas", 0, 0.3)]}, "`ties` may fix an area with `mass=None` alone"),
    "a start of two": ({"start": Mixture([0.5, 0.5], [1, 2], [1, 1])}, "`start` must be a Mixture of 3 components"),
    "ties that fix everything": (
        {"n_components": 1, "ties": [fixed("means", 0, 15), fixed("stds", 0, 5)]},
        "`ties` must leave something free, got equations that fix every parameter",
    ),
    "a start that is a number": ({"start": 3}, "`start` must be a Mixture, a list of them or None, got 3"),
    "a start out of reach": ({"start": Mixture([0.5, 0.3, 0.2], [5, 15, 1e300], [1, 1, 1])}, "`start` must have means"),
    "prior is no function": ({"prior": 1e-3}, "`prior` must be a function of weights, means, stds, got float"),
    "callback is no function": ({"callback": "print"}, "`callback` must be callable, got str"),
    "options in a list": ({"options": ["gtol"]}, "`options` must be a dict or None, got list"),
    "options of an unknown kind": ({"options": {"ftol": "small"}}, "`options` must have ftol .*'small'"),
    "a metric of other size": ({"method": "BFGS", "options": {"hess_inv0": np.eye(9)}}, r"hess_inv0 .*\(8, 8\)"),
    "a metric of unknown name": ({"options": {"hess_inv0": "newton"}, "method": "BFGS"}, "hess_inv0 .*got 'newton'"),
    "unknown option of LM": ({"options": {"tol": 1}}, "`options` of LM are ftol, xtol, gtol and maxfev, got 'tol'"),
    "no workers": ({"workers": 0}, "`workers` must be a whole number, at least 1, got 0"),
    "half a worker": ({"workers": 1.5}, "`workers` must be a whole number, at least 1, got 1.5"),
    "workers by name": ({"workers": "all"}, "`workers` must be a whole number, at least 1, got 'all'"),
    "negative seed": ({"rng": -1}, "`rng` must be None, a whole number ≥ 0 or a numpy Generator, got -1"),
    "seed in words": ({"rng": "one"}, "`rng` must be None, a whole number ≥ 0 or a numpy Generator, got 'one'"),
    "no evaluations": ({"options": {"maxfev": 0}}, "`options` must have maxfev as a whole number, at least 1, got 0"),
    "a prior of NaN": ({"prior": lambda w, _m, _s: w * np.nan}, "`prior` must return finite residuals, got nan"),
    "a prior of words": ({"prior": lambda *_: "much"}, "`prior` must"),
    "a prior of nothing": ({"prior": lambda *_: None}, "`prior` must"),
    "a prior that divides by 0": ({"prior": lambda *_: 1 / 0}, "`prior` must"),
    "a prior of one argument": ({"prior": lambda weights: weights}, "`prior` must"),
    "a prior that autograd can't trace": ({"prior": lambda w, _m, _s: np.array(float(w[0]))}, "autograd can trace"),
}
STARTS = {
    "not a mixture": ("means", "`start` must hold real numbers, got 'means'"),
    "eight numbers": (np.ones(8), "`start` must be a Mixture or a theta of 3K numbers, got 8"),
    "a table": (np.ones((3, 3)), "`start` must be one-dimensional"),
    "NaN": (np.full(9, np.nan), "`start` must be finite, got nan at index 0"),
    "a dead bell": (Mixture([0, 1], [1, 2], [1, 1]), "`start` must have weights above 0 .*, got a weight of 0"),
}
HELPERS = {
    "negative counts": (lambda: density_from_histogram([1, -1], [0, 1, 2]), "`counts` must be ≥ 0 and not all zero"),
    "no counts": (lambda: density_from_histogram([0, 0], [0, 1, 2]), "`counts` must be ≥ 0 and not all zero"),
    "too few edges": (lambda: density_from_histogram([1, 1], [0, 1]), "`edges` must be one more than `counts`"),
    "edges that fall": (lambda: density_from_histogram([1, 1], [0, 2, 1]), "`edges` must increase strictly"),
    "one sample": (lambda: density_from_samples([1.0]), "`samples` must hold at least two different values"),
    "equal samples": (lambda: bandwidth([2.0, 2.0]), "`samples` must hold at least two different values"),
    "no bandwidth": (
        lambda: density_from_samples([1.0, 2.0], bandwidth=0),
        "`bandwidth` must be a finite number above 0",
    ),
    "centre of a log": (lambda: log_std_prior(-2, 1), "`center` must be a finite number above 0, got -2"),
    "negative strength": (lambda: weight_prior(-1), "`lam` must be a finite number, at least 0, got -1"),
    "no center": (lambda: mean_prior(np.nan, 1, 1), "`center` must be a finite number, got nan"),
    "no width": (lambda: mean_prior(0, 0, 1), "`width` must be a finite number above 0, got 0"),
    "no rounds": (lambda: kmeans_start(X, DENSITY, 3, None, rounds=0), "`rounds` must be a whole number, at least 1"),
    "no noise": (lambda: strength(0, 1, DENSITY), "`noise` must be a finite number above 0, got 0"),
}


LONG = {
    "texts": ["a"] * 10**6,
    "one long text": "a" * 10**6,
    "a text at the end": [0.5] * 10**6 + ["x"],
    "dates": np.arange(10**6).astype("datetime64[D]"),
    "complex numbers": np.ones(10**6, complex),
    "arrays of arrays": [np.ones((2, 10**5)), np.ones((3, 10**5))],
}


@pytest.mark.parametrize("values", LONG.values(), ids=LONG)
def test_a_message_quotes_the_first_wrong_value_not_the_data(values):
    for arguments in ((values, DENSITY), (X, values)):
        with pytest.raises(TypeError, match=r"must hold real numbers, got .{1,60}$"):
            fit(*arguments, 3)
    with pytest.raises(TypeError, match=r"`mass` must be a finite number above 0, got .{1,99}$"):
        fit(X, DENSITY, 3, mass=values)


@pytest.mark.parametrize(("x", "density", "message"), TARGETS.values(), ids=TARGETS)
def test_what_is_no_target(x, density, message):
    with pytest.raises((TypeError, ValueError), match=message):
        fit(x, density, 3)
    with pytest.raises((TypeError, ValueError), match=message):
        fit_once(x, density, CLASSIC)


@pytest.mark.parametrize(("arguments", "message"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_what_is_no_argument(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message) as caught:
        fit(**{"x": X, "density": DENSITY, "n_components": 3} | arguments)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(("start", "message"), STARTS.values(), ids=STARTS)
def test_what_is_no_start(start, message):
    with pytest.raises((TypeError, ValueError), match=message):
        fit_once(X, DENSITY, start)


@pytest.mark.parametrize(("call", "message"), HELPERS.values(), ids=HELPERS)
def test_what_no_helper_takes(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def test_the_input_stays_as_it_was():
    x, density = X.copy(), DENSITY.copy()
    fit(x, density, 3, rng=0)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(density, DENSITY)


@pytest.mark.parametrize("falls", [False, True])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", None, r"`x` must rise or fall strictly, got (\S+) at index 60 after \1; take the mean density"),
        ("density", np.inf, "`density` must be finite, got inf at index 60"),
        ("sigma", 0.0, "`sigma` must be positive, got 0.0 at index 60; .* root of smoothed ones, .* infinity leaves"),
        ("background", np.inf, "`background` must be finite, got inf at index 60, column 1"),
    ],
)
def test_a_refusal_tells_the_callers_own_index(falls, name, value, message):
    x = X[::-1] if falls else X
    given = {"x": x, "density": CLASSIC.pdf(x), "sigma": np.ones(75), "background": np.c_[np.ones(75), x]}
    given = {key: values.copy() for key, values in given.items()}
    given["density"][[3, 9]], given["sigma"][70] = np.nan, np.inf
    given[name].reshape(75, -1)[60, -1] = x[59] if value is None else value
    with pytest.raises(ValueError, match=message):
        fit(n_components=3, nan_policy="omit", **given)


@pytest.mark.parametrize("name", ["x", "density", "sigma", "background"])
@pytest.mark.parametrize("missing", ["masked", "NaN"])
def test_what_is_missing_anywhere_is_left_out(name, missing):
    given = {"x": X, "density": DENSITY + 3 + X, "sigma": np.ones(75), "background": np.c_[np.ones(75), X]}
    kept = {key: np.delete(values, [0, 30], axis=0) for key, values in given.items()}
    values = given[name].copy()
    values.reshape(75, -1)[[0, 30], -1] = 1e6 if missing == "masked" else np.nan
    given[name] = np.ma.masked_equal(values, 1e6) if missing == "masked" else values
    found = fit(n_components=3, n_starts=1, nan_policy="raise" if missing == "masked" else "omit", rng=0, **given)
    np.testing.assert_array_equal(found.x, fit(n_components=3, n_starts=1, rng=0, **kept).x)


def test_a_masked_value_is_no_sample():
    with pytest.raises(ValueError, match="`samples` must be finite, got nan at index 1"):
        density_from_samples(np.ma.array([1, 1000, 2, 3], mask=[0, 1, 0, 0]))


def test_what_noise_makes_is_allowed():
    noisy = DENSITY + 0.05 * DENSITY.max() * np.random.default_rng(0).normal(size=75)
    assert noisy.min() < 0
    assert np.isfinite(fit(X, noisy, 3, rng=0).loss)


def test_lists_integers_and_short_floats_are_numbers_too():
    for x, density in ((list(X), list(DENSITY)), (X.astype("f4"), DENSITY.astype("f4"))):
        np.testing.assert_allclose(fit(x, density, 3, rng=0).mixture.means, [5, 15, 20], atol=1e-4)
    assert fit([0, 1, 2, 3, 4], [0, 1, 2, 1, 0], 1, mass=None).mixture.means[0] == pytest.approx(2)
