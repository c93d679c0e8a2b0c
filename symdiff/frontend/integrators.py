"""SciPy's solvers of initial value problems: their algorithms are read (``frontend.algorithms``)."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from symdiff.frontend import calls
from symdiff.frontend.algorithms import initial_values, runge_kutta
from symdiff.frontend.binding import own_defaults
from symdiff.frontend.conditions import plain_number, scalar
from symdiff.frontend.containers import elements, subscript, to_array
from symdiff.frontend.expressions import binary
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import equal
from symdiff.frontend.loop_values import SeriesValue, Trajectory
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.source import from_function
from symdiff.frontend.tensors import as_numbers, holds_array, spread_to, tensor_of
from symdiff.frontend.values import (
    NONE,
    ArrayValue,
    Condition,
    Known,
    ListValue,
    Number,
    Poison,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph.affine import ONE
from symdiff.primitives import TABLE

_KNOWN: dict[str, Callable[..., Any]] = {"solve_ivp": initial_values.solve_ivp, "odeint": initial_values.odeint}
_METHODS = ("RK45", "RK23", "DOP853")
_PARAMETERS = ("fun", "t_span", "y0", "method", "t_eval", "dense_output", "events", "vectorized", "args")  # in SciPy's order
_OPTIONS = ("rtol", "atol", "max_step", "first_step")
_ODEINT = (
    *("func", "y0", "t", "args", "Dfun", "col_deriv", "full_output", "ml", "mu", "rtol", "atol", "tcrit", "h0", "hmax", "hmin"),
    *("ixpr", "mxstep", "mxhnil", "mxordn", "mxords", "printmessg", "tfirst"),
)
_LSODA = 1.49012e-8  # both tolerances, if none is given


class OdeResult(NamedTuple):
    """What is read of the result of ``solve_ivp``."""

    t: Any
    y: Any
    success: bool
    status: int
    message: str
    sol: None = None
    t_events: None = None
    y_events: None = None


def algorithm(target: Any) -> Callable[..., Any] | None:
    """The algorithm of a solver of ``scipy.integrate``."""
    name = getattr(target, "__name__", None) if type(target).__name__ == "function" else None
    found = _KNOWN.get(name) if isinstance(name, str) else None
    return found if found is not None and getattr(sys.modules.get("scipy.integrate"), str(name), None) is target else None


def solve(reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value | None:
    """A call of a solver, or of what its algorithm reads with a rule of its own; None for other functions."""
    if target is runge_kutta.slope:
        function, t, y, given = args
        return _slope(reader, function, t, y, given, node)
    found = algorithm(target)
    if found is None:
        return None
    if target.__name__ == "odeint":
        return _run(reader, found, _odeint_options(reader, _named("odeint", _ODEINT, (), args, keywords, node), node), node)
    options = _solve_ivp_options(reader, _named("solve_ivp", _PARAMETERS, _OPTIONS, args, keywords, node), node)
    result = _run(reader, found, options, node)
    if not isinstance(result, TupleValue):
        return result  # something in it was refused
    t, y = result.items
    if "t_eval" not in options:
        t, y = Trajectory(t), Trajectory(y)
    done = (Known(True), number(0), Known("The solver successfully reached the end of the integration interval."))
    return TupleValue((t, y, *done, NONE, NONE, NONE), Known(OdeResult))


def _run(reader: Reader, algorithm: Callable[..., Any], options: Mapping[str, Value], node: ast.AST) -> Value:
    """What an algorithm gives: it is read, and what it adds to the graph comes from the line of the call."""
    source = from_function(algorithm)
    assert isinstance(node, ast.expr)  # noqa: S101 - a call
    reader.solving.append((reader.frames[-1], node))
    try:
        return calls.inline(reader, source, (), options, own_defaults(reader, source, node), None, node)
    finally:
        reader.solving.pop()


def _named(
    name: str, names: Sequence[str], more: Sequence[str], args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
) -> dict[str, Value]:
    """The arguments of a solver by their names."""
    if len(args) > len(names):
        raise GapError(node, f"{name} with {len(args)} arguments", "give options by their names", raises=TypeError)
    given = dict(zip(names, args, strict=False))
    for key, value in keywords.items():
        if key in given:
            raise GapError(node, f"{name} got two values for {key}", "give one", raises=TypeError)
        if key not in (*names, *more):
            raise GapError(node, f"{name} with {key}", f"use {', '.join((*names, *more))} only", "not yet", certain=True)
        given[key] = value
    return given


def _solve_ivp_options(reader: Reader, given: dict[str, Value], node: ast.AST) -> dict[str, Value]:
    """The arguments of ``solve_ivp`` for its algorithm."""
    for key in ("fun", "t_span", "y0"):
        if key not in given:
            raise GapError(node, f"solve_ivp without {key}", f"give {key}", raises=TypeError)
    refused = {
        "events": "integrate to a time that is known, or find the time with newton or brentq",
        "dense_output": "give the times that are needed as t_eval",
        "vectorized": "write fun for one state",
    }
    for key, rewrite in refused.items():
        value = given.pop(key, NONE)
        if not (isinstance(value, Known) and value.value in (None, False)):
            raise GapError(node, f"solve_ivp with {key}", rewrite, "not yet", certain=True)
    method = given.get("method", Known("RK45"))
    if not (isinstance(method, Known) and method.value in _METHODS):
        shown = method.value if isinstance(method, Known) else "a method that the data choose"
        stiff = "explicit methods are read, RK45, RK23 and DOP853; write the steps of an implicit one as a loop"
        raise GapError(node, f"solve_ivp by {shown}", stiff, "not yet", certain=True)
    options = {key: value for key, value in given.items() if not (isinstance(value, Known) and value.value is None)}
    options["args"] = _arguments(options.get("args", TupleValue(())), node)
    options["y0"] = _state(reader, given["y0"], node)
    if "t_eval" in options:
        options["t_eval"] = _vector(reader, options["t_eval"], "t_eval", node)
    ends = elements(reader, given["t_span"], node)
    if len(ends) != 2:
        raise GapError(node, f"t_span of {len(ends)} numbers", "give the start and the end", raises=ValueError)
    options["t_span"] = TupleValue(tuple(scalar(reader, end, node) for end in ends))
    options["moves"] = _moves(options["t_span"])
    if isinstance(step := options.get("max_step"), Number) and step.known == math.inf:
        del options["max_step"]
    return options | _tolerances(reader, options.get("rtol", number(1e-3)), options.get("atol", number(1e-6)), node)


def _odeint_options(reader: Reader, given: dict[str, Value], node: ast.AST) -> dict[str, Value]:
    """The arguments of ``odeint`` for its algorithm; a Jacobian (``Dfun``) is not needed."""
    for key in ("func", "y0", "t"):
        if key not in given:
            raise GapError(node, f"odeint without {key}", f"give {key}", raises=TypeError)
    for key in ("full_output", "tcrit", "hmin"):
        value = given.get(key, NONE)
        if not ((isinstance(value, Known) and not value.value) or (isinstance(value, Number) and value.known == 0)):
            raise GapError(node, f"odeint with {key}", f"leave {key} out", "not yet", certain=True)
    tfirst = given.get("tfirst", Known(False))
    if isinstance(tfirst, Number) and tfirst.known is not None:
        tfirst = Known(bool(tfirst.known))
    y0, args = plain_number(given["y0"]), given.get("args", TupleValue(()))
    t = _vector(reader, given["t"], "t", node)
    options = {
        "func": given["func"],
        "y0": _state(reader, TupleValue((y0,)) if isinstance(y0, Number) else y0, node),
        "t": t,
        "args": args if isinstance(args, TupleValue) else TupleValue((args,)),
        "tfirst": tfirst,
        "moves": _moves(t),
    }
    for key in ("h0", "hmax"):
        value = given.get(key, NONE)
        options[key] = NONE if isinstance(value, Number) and value.known == 0 else value
    given = {key: value for key, value in given.items() if value is not NONE}
    return options | _tolerances(reader, given.get("rtol", number(_LSODA)), given.get("atol", number(_LSODA)), node)


def _moves(times: Value) -> Known:
    """Whether times may depend on something, so that there may be derivatives by them."""
    items = times.items if isinstance(times, ArrayValue | TupleValue) else (NONE,)
    return Known(not all(isinstance(item, Number) and item.known is not None for item in items))


def _tolerances(reader: Reader, rtol: Value, atol: Value, node: ast.AST) -> dict[str, Value]:
    """The tolerances, numbers or arrays; the relative one is not below SciPy's least."""
    least = 2.220446049250313e-14
    several = ArrayValue | TensorValue | ListValue | TupleValue | VectorParam
    rtol, atol = (_vector(reader, each, "tolerances", node) if isinstance(each, several) else each for each in (rtol, atol))
    if not (isinstance(rtol, Number) and rtol.known is not None and rtol.known >= least):
        rtol = calls.apply_row(reader, TABLE["maximum"], [rtol, number(least)], {}, node, "rtol")
    return {"rtol": rtol, "atol": atol}


def _arguments(value: Value, node: ast.AST) -> TupleValue:
    """Further arguments of the right-hand side."""
    if isinstance(value, TupleValue):
        return value
    if isinstance(value, ListValue | ArrayValue):
        return TupleValue(tuple(value.items))
    raise GapError(node, f"args that are {describe(value)}", "give a tuple, as args=(a,)", raises=TypeError)


def _state(reader: Reader, value: Value, node: ast.AST) -> Value:
    """The initial state, in floats."""
    return binary(reader, ast.Mult, _vector(reader, value, "an initial state", node), number(1.0), node)


def _vector(reader: Reader, value: Value, what: str, node: ast.AST) -> Value:
    """An array with one axis."""
    reader.assume_array(value, 1)
    if not isinstance(value, ArrayValue | TensorValue | ListValue | TupleValue | VectorParam | SeriesValue):
        raise GapError(node, f"{what} that is {describe(value)}", "give a list or an array, as [y]", raises=ValueError)
    found = _array(reader, value, node)
    if len(found.axes if isinstance(found, TensorValue) else found.shape) != 1:
        raise GapError(node, f"{what} with several axes", "use ravel", raises=ValueError)
    return found


def _array(reader: Reader, value: Value, node: ast.AST) -> ArrayValue | TensorValue:
    """A value as an array: of so many numbers, or of any size."""
    if holds_array(value):
        return as_numbers(reader, tensor_of(reader, value, node))
    return to_array(reader, value, node)


def _slope(reader: Reader, function: Value, t: Value, y: Value, given: Value, node: ast.AST) -> Value:
    """``fun(t, y, *args)``, as an array of the shape of y."""
    value = plain_number(calls.call(reader, function, [t, y, *elements(reader, given, node)], {}, node, "f"))
    if isinstance(value, Poison):
        return value
    if isinstance(value, Known) and value.value is None:
        raise GapError(node, "a right-hand side that returns None", "return the derivatives of all components")
    if isinstance(value, Number | Condition) or (isinstance(value, Known) and isinstance(value.value, bool)):
        value = ArrayValue((1,), (scalar(reader, value, node),))
    found = _array(reader, value, node)
    if isinstance(y, ArrayValue):
        found = to_array(reader, found, node)
        if found.shape == (1,):
            found = ArrayValue(y.shape, found.items * len(y.items))
        if found.shape != y.shape:
            reason = f"a right-hand side of shape {found.shape} for a state of {len(y.items)} components"
            raise GapError(node, reason, "return one derivative for each component", raises=ValueError)
        return found
    assert isinstance(y, TensorValue)  # noqa: S101 - a state is an array
    array = tensor_of(reader, found, node)
    if len(array.axes) != 1:
        reason = f"a right-hand side that is {describe(array)}"
        raise GapError(node, reason, "return one derivative for each component", raises=ValueError)
    if array.axes[0] != ONE:
        equal(reader, y.axes[0], array.axes[0], node)
    return TensorValue(spread_to(reader, array, y.axes), y.axes)


def at_end(reader: Reader, owner: Trajectory, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``y[:, -1]``, ``y[i, -1]``, ``y[i][-1]`` and ``t[-1]``."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    last = owner.last
    axes = 0 if isinstance(last, Number) else 1
    position = None if isinstance(parts[-1], ast.Slice) else reader.operand(parts[-1], frame)
    if len(parts) == axes + 1 and isinstance(position, Number) and position.known == -1:
        return subscript(reader, last, parts[0], frame, node) if axes else last
    if len(parts) == 1 and axes and isinstance(position, Number):
        return Trajectory(subscript(reader, last, parts[0], frame, node))
    reason = f"{ast.unparse(node)}: the number of steps of solve_ivp is not known"
    raise GapError(
        node, reason, "give the times as t_eval; without it only the end is read, as y[:, -1]", "not yet", certain=True
    )
