"""One run of an optimiser, from one start to where it ends: BFGS, Levenberg–Marquardt or any SciPy method."""

import inspect
from math import isfinite

import numpy as np
from scipy.optimize import OptimizeResult, leastsq, minimize

from .derivatives import (
    gauss_newton_hessian,
    loss_and_gradient,
    residuals_and_jacobian,
    summed,
    value_and_grad,
    within_reach,
)
from .run import CONVERGED, LIMIT, NAN, PRECISION, STOPPED, Run

__all__ = ["check_options", "minimise"]

ZERO = 1e-26  # a relative loss below this is rounding: called 0, or MINPACK goes on polishing noise
METHODS = (
    "BFGS", "CG", "COBYLA", "COBYQA", "dogleg", "L-BFGS-B", "LM", "Nelder-Mead", "Newton-CG", "Powell", "SLSQP",
    "TNC", "trust-constr", "trust-exact", "trust-krylov", "trust-ncg",
)  # fmt: skip
KNOWN = frozenset(method.lower() for method in METHODS)
WITHOUT_GRADIENT = ("cobyla", "cobyqa", "nelder-mead", "powell")
WITH_HESSIAN = ("dogleg", "trust-exact", "trust-krylov", "trust-ncg")
LM_DEFAULTS = {"ftol": 1e-15, "xtol": 1e-11, "gtol": 0.0}
WITH_GTOL = ("bfgs", "cg", *WITH_HESSIAN)
WITH_SCIPY_STATUS = ("bfgs", "cg", "newton-cg")  # their 1 is a limit, their 2 precision loss


def check_options(method, options, callback):
    """`ValueError` or `TypeError` for a method, options or a callback that no descent takes."""
    if not isinstance(method, str) or method.lower() not in KNOWN:
        raise ValueError(f"`method` must be one of {', '.join(METHODS)}, got {method!r}")
    if options is not None and not isinstance(options, dict):
        raise TypeError(f"`options` must be a dict or None, got {type(options).__name__}")
    if method.upper() == "LM" and (unknown := set(options or ()) - {*LM_DEFAULTS, "maxfev"}):
        raise ValueError(f"`options` of LM are ftol, xtol, gtol and maxfev, got {sorted(unknown)[0]!r}")
    if callback is not None and not callable(callback):
        raise TypeError(f"`callback` must be callable, got {type(callback).__name__}")


def minimise(theta, problem, method, options=None, callback=None, kind="given"):
    """One descent in normalised coordinates. theta: (3K,); kind: of start. Returns a `Run`.

    A `KeyboardInterrupt` leaves with the walk so far as its `.run`.
    """
    by_rows = method.upper() == "LM"
    walk = _levenberg_marquardt if by_rows else _minimize
    evaluate = _remembering(residuals_and_jacobian if by_rows else value_and_grad, problem)
    path = [theta]
    tell = _teller(callback, problem)

    def accept(theta, *_):  # trust-constr hands over its state as well
        path.append(theta.copy())
        tell(path)

    with np.errstate(all="ignore"):  # a far-off trial may overflow; it is judged by its loss alone
        try:
            theta, status, nfev = walk(theta, evaluate, problem, method, options or {}, accept)
        except StopIteration:
            theta, status, nfev = path[-1], STOPPED, len(path)
        except KeyboardInterrupt as interrupt:
            interrupt.run = _finished(path[-1], evaluate, problem, method, STOPPED, len(path), path, kind)
            raise
        return _finished(theta, evaluate, problem, method, status, nfev, path, kind)


def _remembering(function, problem):
    """function(theta, problem) as a function of theta that computes only where it wasn't asked a moment ago: an
    optimiser asks for the value and for the slope one after the other, and the end is measured where it stands."""
    asked, answer = None, None

    def remembered(theta):
        nonlocal asked, answer
        if (asking := theta.tobytes()) != asked:
            asked, answer = asking, function(theta, problem)
        return answer

    return remembered


def _levenberg_marquardt(theta, evaluate, _problem, _method, options, accept):
    """MINPACK's lmder. It asks for a Jacobian only where it stands, so there an iteration is told."""
    start = theta.tobytes()

    def residuals(theta):
        r = evaluate(theta)[0]
        return r if r @ r > ZERO else np.zeros_like(r)

    def jacobian(theta):
        if theta.tobytes() != start:
            accept(theta)
        return evaluate(theta)[1]

    settings = LM_DEFAULTS | {"maxfev": 100 * theta.size} | options
    theta, _, info, _, ier = leastsq(residuals, theta, Dfun=jacobian, col_deriv=True, full_output=True, **settings)
    return theta, {5: LIMIT, 6: PRECISION, 7: PRECISION, 8: PRECISION}.get(ier, CONVERGED), info["nfev"]


def _minimize(theta, evaluate, problem, method, options, accept):
    """`scipy.optimize.minimize` on autograd's value and gradient; SciPy's status, where it means the same, is ours."""
    method = method.lower()
    given = {} if method in WITHOUT_GRADIENT else {"jac": lambda theta: evaluate(theta)[1]}
    if method in WITH_HESSIAN:
        given["hess"] = lambda theta: _pinned_hessian(theta, problem)
    if method in WITH_GTOL:
        options = {"gtol": 1e-9} | options
    if method == "bfgs":
        options = {"hess_inv0": _start_metric(theta, problem)} | options
    result = minimize(lambda theta: evaluate(theta)[0], theta, method=method, options=options, callback=accept, **given)
    if result.success:
        return result.x, CONVERGED, result.nfev
    known = method in WITH_SCIPY_STATUS or result.status == STOPPED
    return result.x, result.status if known else LIMIT, result.nfev


def _pinned_hessian(theta, problem):
    """2·JᵀJ with softmax's flat direction pinned, as for LM: dogleg wants it positive definite."""
    H, K = gauss_newton_hessian(theta, problem), theta.size // 3
    H[:K, :K] += 0 if problem.free_mass else 2 / K**2
    return H


def _start_metric(theta, problem):
    """(2·JᵀJ + a ridge)⁻¹: a first guess of the inverse Hessian, which spares BFGS iterations."""
    H = gauss_newton_hessian(theta, problem)
    H = np.linalg.inv(H + (1e-3 * np.trace(H) / len(H) + 1e-12) * np.eye(len(H)))
    return (H + H.T) / 2  # SciPy wants it symmetric to the last bit


def _teller(callback, problem):
    """What an accepted point is told to: the user's callback, by SciPy's convention, or nobody."""
    if callback is None:
        return lambda _path: None
    by_name = list(inspect.signature(callback).parameters) == ["intermediate_result"]

    def tell(path):
        value, gradient = value_and_grad(path[-1], problem)
        x = problem.to_user(path[-1])
        state = OptimizeResult(x=x, fun=value, grad_norm=float(abs(gradient).max()), nit=len(path) - 1)
        callback(intermediate_result=state) if by_name else callback(x)

    return tell


def _finished(theta, evaluate, problem, method, status, nfev, path, kind):
    """The walk's end, measured where it stands."""
    if theta.tobytes() != path[-1].tobytes():
        path.append(theta)
    path = within_reach(np.array(path))  # exp(710) is no std
    theta = path[-1]
    value, slopes = evaluate(theta)
    fun, gradient = summed(value, slopes, problem) if method.upper() == "LM" else (value, slopes)
    loss = fun if problem.prior is None else loss_and_gradient(theta, problem)[0]
    grad_norm = float(abs(gradient).max())
    if not (isfinite(fun) and isfinite(grad_norm)):
        status = NAN
    return Run(theta, fun, loss, grad_norm, status, nfev, method, path, kind)
