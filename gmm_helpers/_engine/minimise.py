"""One run of an optimiser, from one start to where it ends: Levenberg–Marquardt, BFGS or any method of SciPy."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import OptimizeResult, leastsq, minimize

from ..validation import Array
from .derivatives import Evaluation, evaluate
from .methods import LM_DEFAULTS, Method
from .problem import Problem
from .run import CONVERGED, LIMIT, NAN, PRECISION, STOPPED, Run, ended
from .tolerances import ZERO

__all__ = ["minimise"]

Told = Callable[[Array], None]
Ended = tuple[Array, int, int]  # where, status, nfev


def minimise(
    phi: Array,
    problem: Problem,
    method: Method,
    options: dict[str, Any] | None = None,
    callback: Callable[..., Any] | None = None,
    kind: str = "given",
) -> Run:
    """One run in normalised coordinates from free numbers phi. kind: of start.

    A `KeyboardInterrupt` leaves with the run so far as its `.run`.
    """
    memory, path = _Memory(problem), [phi]
    tell = _teller(callback, memory, path)
    step = _levenberg_marquardt if method.by_rows else _scipy

    def accepted(phi: Array, *_: Any) -> None:  # trust-constr hands over its state as well
        path.append(phi.copy())
        tell()

    def run(status: int, nfev: int) -> Run:
        here = memory(path[-1])
        while len(path) > 1 and not np.isfinite(path[-1]).all():  # as MINPACK may end; what came before can be shown
            path.pop()
        return ended(problem, here, status, nfev, method.name, path, kind)

    with np.errstate(all="ignore"):  # a far-off trial may overflow; it is judged by its loss alone
        try:
            phi, status, nfev = step(phi, memory, method, options or {}, accepted)
        except StopIteration:
            return run(STOPPED, len(path))
        except _NotFinite:
            return run(NAN, len(path))
        except KeyboardInterrupt as interrupt:
            interrupt.run = run(STOPPED, len(path))  # type: ignore[attr-defined]
            raise
        if phi.tobytes() != path[-1].tobytes():
            path.append(phi)
        return run(status, nfev)


class _NotFinite(Exception):
    """A Hessian has left the range of numbers."""


class _Memory:
    """The last evaluation: an optimiser asks for the value and for the slope one after the other."""

    _answer: Evaluation

    def __init__(self, problem: Problem) -> None:
        self.problem, self._at = problem, b""

    def __call__(self, phi: Array) -> Evaluation:
        if (at := phi.tobytes()) != self._at:
            self._at, self._answer = at, evaluate(phi, self.problem)
        return self._answer


def _levenberg_marquardt(phi: Array, memory: _Memory, _: Method, options: dict[str, Any], accepted: Told) -> Ended:
    """MINPACK's lmder, by the thin `leastsq`: `least_squares` takes half a millisecond to call. It asks for a Jacobian
    only where it stands, so there an iteration is told."""
    start = phi.tobytes()

    def residuals(phi: Array) -> Array:
        r = memory(phi).residuals
        return r if r @ r > ZERO else np.zeros_like(r)

    def jacobian(phi: Array) -> Array:
        if phi.tobytes() != start:
            accepted(phi)
        return memory(phi).J

    settings = LM_DEFAULTS | {"maxfev": 100 * phi.size} | options
    phi, _, info, _, ier = leastsq(residuals, phi, Dfun=jacobian, col_deriv=True, full_output=True, **settings)
    return phi, {5: LIMIT, 6: PRECISION, 7: PRECISION, 8: PRECISION}.get(ier, CONVERGED), info["nfev"]


def _scipy(phi: Array, memory: _Memory, method: Method, options: dict[str, Any], accepted: Told) -> Ended:
    """`scipy.optimize.minimize`; its status, where it means the same, is ours."""
    given: dict[str, Any] = {"jac": lambda phi: memory(phi).gradient} if method.takes_gradient else {}
    if method.takes_hessian:
        given["hess"] = partial(_finite_hessian, memory)
    options = method.defaults | options
    if isinstance(options.get("hess_inv0"), str):  # "gauss-newton": (2·JᵀJ + a ridge)⁻¹
        H = memory(phi).hessian
        H = np.linalg.inv(H + (1e-3 * np.trace(H) / len(H) + 1e-12) * np.eye(len(H)))
        options["hess_inv0"] = (H + H.T) / 2  # SciPy wants it symmetric to the last bit
    if options.get("hess_inv0") is not None and np.shape(options["hess_inv0"]) != (phi.size, phi.size):
        rule = f"`options` must have hess_inv0 of the shape {(phi.size, phi.size)}, that of the free numbers"
        raise ValueError(f"{rule}, got {np.shape(options['hess_inv0'])}")
    given |= {"method": method.name, "options": options, "callback": accepted}
    result = minimize(lambda phi: float(memory(phi).fun), phi, **given)
    if result.success:
        return result.x, CONVERGED, result.nfev
    known = method.has_scipy_status or result.status == STOPPED
    return result.x, result.status if known else LIMIT, result.nfev


def _finite_hessian(memory: _Memory, phi: Array) -> Array:
    """The Hessian; where it isn't finite, SciPy's factorisations would raise an error of their own."""
    if not np.isfinite(H := memory(phi).hessian).all():
        raise _NotFinite
    return H


def _teller(callback: Callable[..., Any] | None, memory: _Memory, path: list[Array]) -> Callable[[], Any]:
    """What an accepted point is told to: the user's callback, by SciPy's convention, or nobody."""
    if callback is None:
        return lambda: None
    by_name = list(inspect.signature(callback).parameters) == ["intermediate_result"]

    def tell() -> None:
        here, problem = memory(path[-1]), memory.problem
        theta, slope = problem.to_user(problem.affine.theta(path[-1])), float(abs(here.gradient).max())
        state = OptimizeResult(x=theta, fun=float(here.fun), grad_norm=slope, nit=len(path) - 1)
        callback(intermediate_result=state) if by_name else callback(theta)

    return tell
