"""One run of an optimiser, from one start to where it ends: Levenberg–Marquardt, BFGS or any method of SciPy."""

import inspect
from collections.abc import Callable
from math import isfinite
from typing import Any

import numpy as np
from scipy.optimize import OptimizeResult, leastsq, minimize

from ..validation import Array
from .derivatives import Evaluation, evaluate
from .methods import LM_DEFAULTS, Method
from .problem import Problem
from .run import CONVERGED, LIMIT, NAN, PRECISION, STOPPED, Run
from .tolerances import ZERO

__all__ = ["minimise"]

Ended = tuple[Array, int, int]  # where, status, nfev
Accept = Callable[..., None]


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
    memory = _Memory(problem)
    path = [phi]
    tell = _teller(callback, problem, memory)
    step = _levenberg_marquardt if method.by_rows else _scipy

    def accept(phi: Array, *_: Any) -> None:  # trust-constr hands over its state as well
        path.append(phi.copy())
        tell(path)

    def ended(phi: Array, status: int, nfev: int) -> Run:
        return _finished(phi, memory, method, status, nfev, path, kind)

    with np.errstate(all="ignore"):  # a far-off trial may overflow; it is judged by its loss alone
        try:
            return ended(*step(phi, memory, method, options or {}, accept))
        except StopIteration:
            return ended(path[-1], STOPPED, len(path))
        except KeyboardInterrupt as interrupt:
            interrupt.run = ended(path[-1], STOPPED, len(path))  # type: ignore[attr-defined]
            raise


class _Memory:
    """The last evaluation: an optimiser asks for the value and for the slope one after the other."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self._asked, self._answer = problem, b"", Evaluation(np.empty(0), np.empty((0, 0)))

    def __call__(self, phi: Array) -> Evaluation:
        if (asked := phi.tobytes()) != self._asked:
            self._asked, self._answer = asked, evaluate(phi, self.problem)
        return self._answer


def _levenberg_marquardt(
    phi: Array, memory: _Memory, _method: Method, options: dict[str, Any], accept: Accept
) -> Ended:
    """MINPACK's lmder, by the thin `leastsq`: `least_squares` takes half a millisecond to call. It asks for a Jacobian
    only where it stands, so there an iteration is told."""
    start = phi.tobytes()

    def residuals(phi: Array) -> Array:
        r = memory(phi).residuals
        return r if r @ r > ZERO else np.zeros_like(r)

    def jacobian(phi: Array) -> Array:
        if phi.tobytes() != start:
            accept(phi)
        return memory(phi).J

    settings = LM_DEFAULTS | {"maxfev": 100 * phi.size} | options
    phi, _, info, _, ier = leastsq(residuals, phi, Dfun=jacobian, col_deriv=True, full_output=True, **settings)
    return phi, {5: LIMIT, 6: PRECISION, 7: PRECISION, 8: PRECISION}.get(ier, CONVERGED), info["nfev"]


def _scipy(phi: Array, memory: _Memory, method: Method, options: dict[str, Any], accept: Accept) -> Ended:
    """`scipy.optimize.minimize`; its status, where it means the same, is ours."""
    given: dict[str, Any] = {"jac": lambda phi: memory(phi).gradient} if method.takes_gradient else {}
    if method.takes_hessian:
        given["hess"] = lambda phi: memory(phi).hessian
    options = method.defaults | options
    if isinstance(options.get("hess_inv0"), str):
        options = options | {"hess_inv0": _gauss_newton_inverse(memory(phi).hessian)}
    result = minimize(
        lambda phi: float(memory(phi).fun), phi, method=method.name, options=options, callback=accept, **given
    )
    if result.success:
        return result.x, CONVERGED, result.nfev
    known = method.has_scipy_status or result.status == STOPPED
    return result.x, result.status if known else LIMIT, result.nfev


def _gauss_newton_inverse(H: Array) -> Array:
    """(2·JᵀJ + a ridge)⁻¹: a first guess of BFGS's inverse Hessian."""
    H = np.linalg.inv(H + (1e-3 * np.trace(H) / len(H) + 1e-12) * np.eye(len(H)))
    return (H + H.T) / 2  # SciPy wants it symmetric to the last bit


def _teller(callback: Callable[..., Any] | None, problem: Problem, memory: _Memory) -> Callable[[list[Array]], Any]:
    """What an accepted point is told to: the user's callback, by SciPy's convention, or nobody."""
    if callback is None:
        return lambda _path: None
    by_name = list(inspect.signature(callback).parameters) == ["intermediate_result"]

    def tell(path: list[Array]) -> None:
        here, theta = memory(path[-1]), problem.to_user(problem.affine.theta(path[-1]))
        slope = float(abs(here.gradient).max())
        state = OptimizeResult(x=theta, fun=float(here.fun), grad_norm=slope, nit=len(path) - 1)
        callback(intermediate_result=state) if by_name else callback(theta)

    return tell


def _finished(phi: Array, memory: _Memory, method: Method, status: int, nfev: int, path: list[Array], kind: str) -> Run:
    """The run's end, measured where it stands."""
    if phi.tobytes() != path[-1].tobytes():
        path.append(phi)
    problem, here = memory.problem, memory(phi)
    fun, grad_norm = float(here.fun), float(abs(here.gradient).max(initial=0.0))
    curve = here.residuals[: problem.u.size]
    if not (isfinite(fun) and isfinite(grad_norm)):
        status = NAN
    loss = fun if problem.prior is None else float(curve @ curve)
    return Run(problem, phi, fun, loss, grad_norm, status, nfev, method.name, np.array(path), len(path) - 1, kind)
