"""The methods of `fit` and `fit_once`, one row each: what it takes, how it is cut short, and what it costs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .tolerances import PERFECT, PERFECT_WITHOUT_ROWS

__all__ = ["LM_DEFAULTS", "METHODS", "Method", "check_method"]

LM_DEFAULTS = {"ftol": 1e-15, "xtol": 1e-11, "gtol": 0.0}


@dataclass(frozen=True)
class Method:
    """by_rows: it works on the residuals and their Jacobian; limit: the option that ends a run; per_limit: evaluations
    that one of its units costs; first: options for a start of the search; call_cost: of an evaluation, in seconds."""

    name: str
    by_rows: bool = False
    takes_gradient: bool = True
    takes_hessian: bool = False
    has_scipy_status: bool = False  # SciPy's status 1 is a limit, its 2 precision loss
    limit: str = "maxiter"
    per_limit: float = 1.0
    defaults: dict[str, Any] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    perfect: float = PERFECT_WITHOUT_ROWS
    call_cost: float = 1e-4


_FLAT = {"gtol": 1e-9}
_BARE: dict[str, Any] = {"takes_gradient": False}
_NEWTON: dict[str, Any] = {"takes_hessian": True, "defaults": _FLAT}
_ALL = (
    Method("LM", by_rows=True, limit="maxfev", perfect=PERFECT, call_cost=4e-5),
    Method("BFGS", has_scipy_status=True, defaults=_FLAT, first={"gtol": 3e-9, "hess_inv0": "gauss-newton"}),
    Method("CG", has_scipy_status=True, per_limit=3, defaults=_FLAT),
    Method("Newton-CG", has_scipy_status=True, per_limit=10),
    Method("L-BFGS-B"), Method("TNC", limit="maxfun"), Method("SLSQP"), Method("trust-constr"),
    Method("dogleg", **_NEWTON), Method("trust-exact", **_NEWTON),
    Method("trust-krylov", **_NEWTON), Method("trust-ncg", **_NEWTON),
    Method("Nelder-Mead", limit="maxfev", **_BARE), Method("Powell", limit="maxfev", **_BARE),
    Method("COBYLA", **_BARE), Method("COBYQA", limit="maxfev", call_cost=2e-3, **_BARE),
)  # fmt: skip
METHODS = {method.name.lower(): method for method in _ALL}


def check_method(method: Any, options: Any, callback: Callable[..., Any] | None) -> Method:
    """The row of a method; `ValueError` or `TypeError` for a method, options or a callback that no run takes."""
    known = METHODS.get(method.lower()) if isinstance(method, str) else None
    if known is None:
        names = ", ".join(sorted((each.name for each in _ALL), key=str.lower))
        raise ValueError(f"`method` must be one of {names}, got {method!r}")
    if options is not None and not isinstance(options, dict):
        raise TypeError(f"`options` must be a dict or None, got {type(options).__name__}")
    if known.by_rows and options:
        _check_lm(options)
    hess = (options or {}).get("hess_inv0")
    if isinstance(hess, str) and hess != "gauss-newton":
        raise ValueError(f"`options` must have hess_inv0 as a matrix, None or 'gauss-newton', got {hess!r}")
    if callback is not None and not callable(callback):
        raise TypeError(f"`callback` must be callable, got {type(callback).__name__}")
    return known


def _check_lm(options: dict[str, Any]) -> None:
    for name, value in options.items():
        if name not in {*LM_DEFAULTS, "maxfev"}:
            raise ValueError(f"`options` of LM are ftol, xtol, gtol and maxfev, got {name!r}")
        kind, least, rule = (int, 1, "a whole number") if name == "maxfev" else (int | float, 0, "a number")
        if not isinstance(value, kind) or isinstance(value, bool) or not value >= least:
            raise ValueError(f"`options` must have {name} as {rule}, at least {least}, got {value!r}")
