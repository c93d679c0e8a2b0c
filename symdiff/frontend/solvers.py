"""SciPy's solvers: their algorithms are read (``frontend.algorithms``), and the derivative is that of the solution."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from symdiff.frontend import algorithms, calls, quadratures, systems
from symdiff.frontend.binding import own_defaults
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lower import Reader
from symdiff.frontend.source import from_function
from symdiff.frontend.values import Known, Number, TupleValue, Value

_NAMES = ("newton", "brentq", "brenth", "bisect", "ridder", "root_scalar", "fixed_point", "fsolve", "root")
_SYSTEMS = ("fsolve", "root")
_KNOWN: dict[str, Callable[..., Any]] = {name: getattr(algorithms, name) for name in _NAMES}
_OPTIONS: dict[str, tuple[Any, ...]] = {  # what options may be, where that is known while reading
    "full_output": (False,),
    "disp": (True,),
    "method": (None, "newton", "secant", "halley", "brentq", "brenth", "bisect", "ridder", "del2", "iteration"),
    "options": (None,),
    "callback": (None,),
    "col_deriv": (False,),
    "band": (None,),
    "epsfcn": (None,),
    "diag": (None,),
}
_METHODS = ("hybr",)  # of ``root``
_STARTS = ("x0", "x1", "a", "b")
_PLAIN_ARGS = ("newton", "fixed_point")  # where ``args`` must be a tuple; elsewhere one value needs none


class RootResults(NamedTuple):
    """What is read of the result of ``root_scalar``."""

    root: float


class OptimizeResult(NamedTuple):
    """What is read of the result of ``root``."""

    x: Any
    success: bool


def is_solver(target: Any) -> bool:
    """Whether a function is a solver, or ``quad``, that is read."""
    return algorithm(target) is not None or quadratures.is_quad(target)


def algorithm(target: Any) -> Callable[..., Any] | None:
    """The algorithm of a solver of ``scipy.optimize``."""
    name = getattr(target, "__name__", None) if type(target).__name__ == "function" else None
    found = _KNOWN.get(name) if isinstance(name, str) else None
    return found if found is not None and getattr(sys.modules.get("scipy.optimize"), str(name), None) is target else None


def solve(reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value | None:
    """A call of a solver, or of what its algorithm ends with; None for other functions."""
    if isinstance(target, types.FunctionType) and target in _RULES:
        return _RULES[target](reader, *args, node)
    if quadratures.is_quad(target):
        return quadratures.integral(reader, args, keywords, node)
    found = algorithm(target)
    if found is None:
        return None
    name, source = target.__name__, from_function(found)
    names = list(source.signature.parameters)
    options = {**dict(zip(names, args, strict=False)), **keywords}
    _check_options(name, names, options, node)
    if name in _SYSTEMS and "x0" in options:
        options["x0"] = start = systems.start(reader, options["x0"], name, node)
        function, given = options.get(names[0]), options.get("args", TupleValue(()))
        if function is not None:
            systems.check(reader, function, start, _as_tuple(given), node)
    for each in _STARTS:
        if name not in _SYSTEMS and isinstance(options.get(each), systems.Several):
            advice = "use fsolve or root for a system, or call it for each of them, in a loop"
            raise GapError(node, f"{name} from several numbers ({each})", advice, "not yet", certain=True)
    if "args" in options and name not in _PLAIN_ARGS:
        options["args"] = _as_tuple(options["args"])
    result = calls.inline(reader, source, args[len(names) :], options, own_defaults(reader, source, node), None, node)
    if name == "root":
        return TupleValue((result, Known(True)), Known(OptimizeResult))
    return TupleValue((result,), Known(RootResults)) if name == "root_scalar" else result


def _as_tuple(given: Value) -> Value:
    """What SciPy makes of ``args``."""
    return given if isinstance(given, TupleValue) else TupleValue((given,))


def _check_options(name: str, names: Sequence[str], options: Mapping[str, Value], node: ast.AST) -> None:
    """Refuse what SciPy's function has and its algorithm here has not."""
    allowed = {**_OPTIONS, "method": _METHODS} if name == "root" else _OPTIONS
    for each, wanted in allowed.items():
        value = options.get(each, Known(wanted[0]))
        if isinstance(value, Number) and value.known is not None:  # 0 for False
            value = Known(value.known)
        if each in names and not (isinstance(value, Known) and value.value in wanted):
            raise GapError(node, f"{name} with {each}", _advice(each, wanted), "not yet", certain=True)
    jac = options.get("jac")
    if isinstance(jac, Known) and jac.value is False:
        raise GapError(node, f"{name} with jac=False", "leave jac out", certain=True)
    if isinstance(jac, Known) and jac.value is True:
        raise GapError(node, f"{name} with jac=True", "leave jac out: it is derived", "not yet", certain=True)


def _advice(name: str, wanted: Sequence[Any]) -> str:
    if len(wanted) == 1:
        return f"leave {name} as {wanted[0]}"
    return f"use one of the methods {', '.join(str(each) for each in wanted if each)}"


_RULES: dict[Any, Callable[..., Value]] = {
    algorithms.solution: systems.solution,
    algorithms.values: systems.values,
    algorithms.slopes: systems.slopes,
    algorithms.few: systems.few,
}
