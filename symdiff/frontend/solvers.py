"""SciPy's solvers: their algorithms are read (``frontend.algorithms``), and the derivative is that of the solution."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from symdiff.frontend import algorithms, calls, quadratures
from symdiff.frontend.binding import own_defaults
from symdiff.frontend.conditions import as_number, scalar
from symdiff.frontend.containers import elements
from symdiff.frontend.gaps import GapError, SequentialError
from symdiff.frontend.loop_graph import closed
from symdiff.frontend.loop_values import Counting
from symdiff.frontend.lower import Reader
from symdiff.frontend.source import from_function
from symdiff.frontend.unknowns import unknown_of, unknowns_of
from symdiff.frontend.values import (
    ArrayValue,
    Known,
    ListValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
)
from symdiff.graph.affine import Affine, Axes
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Block, Carried, Collected, Graph, Loop, Param, free_names
from symdiff.graph.loops import step_graph
from symdiff.graph.splice import splice
from symdiff.graph.structure import SCALAR, Array, Tensor

_NAMES = ("newton", "brentq", "bisect", "ridder", "root_scalar", "fixed_point", "fsolve", "root")
_SYSTEMS = ("fsolve", "root")
MAX_UNKNOWNS = 6  # of a system: its Jacobian is inverted by minors
_KNOWN: dict[str, Callable[..., Any]] = {name: getattr(algorithms, name) for name in _NAMES}
_OPTIONS: dict[str, tuple[Any, ...]] = {  # what options may be, where that is known while reading
    "full_output": (False,),
    "disp": (True,),
    "method": (None, "newton", "secant", "halley", "brentq", "bisect", "ridder", "del2", "iteration"),
    "options": (None,),
    "callback": (None,),
    "col_deriv": (False,),
    "band": (None,),
    "epsfcn": (None,),
    "diag": (None,),
}
_METHODS = ("hybr",)  # of ``root``
_STARTS = ("x0", "x1", "a", "b")
Several = ArrayValue | TensorValue | ListValue | TupleValue | VectorParam
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
        options["x0"] = start = _start(reader, options["x0"], name, node)
        function, given = options.get(names[0]), options.get("args", TupleValue(()))
        if function is not None:
            _check_system(reader, function, len(start.items), _as_tuple(given), node)
    for each in _STARTS:
        if name not in _SYSTEMS and isinstance(options.get(each), Several):
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


# -- systems ------------------------------------------------------------------------------------------------------


def _start(reader: Reader, value: Value, name: str, node: ast.AST) -> ListValue:
    """The numbers that a system of equations is solved from, as a list."""
    items: Sequence[Value] = (value,)
    if isinstance(value, Several):
        items = elements(reader, value, node)
    if not 0 < len(items) <= MAX_UNKNOWNS:
        reason = f"{name} with {len(items)} unknowns"
        raise GapError(node, reason, f"solve for 1 to {MAX_UNKNOWNS} unknowns at a time", "not yet", certain=True)
    return ListValue(tuple(as_number(reader, scalar(reader, each, node)) for each in items))


def _check_system(reader: Reader, function: Value, count: int, given: Value, node: ast.AST) -> None:
    """Refuse at the user's line what is no system of as many equations as unknowns."""
    builder = reader.builder
    names = [builder.fresh("t") for _ in range(count)]
    with builder.block() as body:
        found = _components(reader, function, [Number(name) for name in names], given, node)
    _check_read(tuple(body), names, [each.atom for each in found], node)


def _check_read(body: Block, names: Sequence[str], residuals: Sequence[Atom], node: ast.AST) -> None:
    """Refuse equations that an unknown is no part of."""
    read = (*free_names(body), *residuals)
    if not all(name in read for name in names):
        raise GapError(node, "an equation that its unknown is no part of", "use the first parameter of the function")


def _as_array(values: Sequence[Number]) -> ArrayValue:
    return ArrayValue((len(values),), tuple(values))


def _numbers(reader: Reader, value: Value, node: ast.AST) -> list[Number]:
    """The numbers of a list."""
    return [scalar(reader, each, node) for each in elements(reader, value, node)]


def _values(reader: Reader, function: Value, x: Value, given: Value, node: ast.AST) -> Value:
    """The components of a vector function at a list of numbers."""
    point = _numbers(reader, x, node)
    return ListValue(tuple(_components(reader, function, point, given, node)))


def _components(reader: Reader, function: Value, point: Sequence[Number], given: Value, node: ast.AST) -> list[Number]:
    value = calls.call(reader, function, [_as_array(point), *elements(reader, given, node)], {}, node, "t")
    found = [scalar(reader, each, node) for each in (_flat(reader, value, node) if isinstance(value, Several) else (value,))]
    if len(found) != len(point):
        reason = f"a system of {len(found)} equations for {len(point)} unknowns"
        raise GapError(node, reason, "return as many components as there are unknowns", certain=True)
    return found


def _flat(reader: Reader, value: Value, node: ast.AST) -> list[Value]:
    """The numbers inside of lists and arrays, row by row."""
    if not isinstance(value, Several):
        return [value]
    return [leaf for item in elements(reader, value, node) for leaf in _flat(reader, item, node)]


def _slopes(reader: Reader, function: Value, fprime: Value, x: Value, given: Value, node: ast.AST) -> Value:
    """The rows of a Jacobian: what ``fprime`` returns, or the derivative of the function itself."""
    point = _numbers(reader, x, node)
    count = len(point)
    if not (isinstance(fprime, Known) and fprime.value is None):
        value = calls.call(reader, fprime, [_as_array(point), *elements(reader, given, node)], {}, node, "t")
        found = [scalar(reader, each, node) for each in _flat(reader, value, node)]
        if len(found) != count * count:
            reason = f"a Jacobian of {len(found)} numbers for {count} unknowns"
            raise GapError(node, reason, "return a row for each equation, of as many numbers as there are unknowns", certain=True)
    else:
        found = [Number(atom) for atom in _jacobian(reader, function, point, given, node)]
    return ListValue(tuple(ListValue(tuple(found[count * row : count * (row + 1)])) for row in range(count)))


def _jacobian(reader: Reader, function: Value, point: Sequence[Number], given: Value, node: ast.AST) -> list[Atom]:
    """The exact Jacobian of a vector function, row by row."""
    builder = reader.builder
    names = tuple(builder.fresh("t") for _ in point)
    with builder.block() as body:
        atoms = [each.atom for each in _components(reader, function, [Number(name) for name in names], given, node)]
    whole = Array((len(point),))
    graph = Graph("residuals", (Param("x", whole, names),), tuple(body), tuple(atoms), whole)
    read = dict.fromkeys(name for name in free_names(graph.body) if name not in names)
    if reader.differentiate is None or any(builder.kind(name) == "bool" for name in read):
        raise GapError(node, "a system that reads a condition from outside", "give fprime", "not yet")
    more = tuple(Param(name, Tensor(axes) if (axes := builder.axes_of(name)) else SCALAR, (name,), "captured") for name in read)
    derived = reader.differentiate(("jacobian", "x"), replace(graph, params=(*graph.params, *more)))
    return splice(builder, derived.body, dict(zip(names, (each.atom for each in point), strict=True)), derived.outputs)


def _solution(reader: Reader, function: Value, root: Value, given: Value, node: ast.AST) -> Value:
    """The root, as the solution of the equations that the function says: its residuals are read once more, as a step."""
    builder = reader.builder
    if reader.loops or builder.current.elementwise:
        gap = GapError(node, "a solver inside of a loop over an array", "write a plain loop", "not yet")
        raise SequentialError(gap) if reader.trying else gap
    several = isinstance(root, ListValue)
    guesses = _numbers(reader, root, node) if several else [scalar(reader, root, node)]
    hints = unknowns_of(function, len(guesses)) if several else [unknown_of(function)]
    outs = [builder.fresh(hint) for hint in hints]
    params = [builder.fresh(hint) for hint in hints]
    counter = builder.fresh("k")
    body = Body()
    with builder.block(body):
        reader.counters[counter] = Counting(Affine(1), body, True)
        unknowns = [Number(param) for param in params]
        if several:
            residuals = [each.atom for each in _components(reader, function, unknowns, given, node)]
        else:
            value = calls.call(reader, function, [*unknowns, *elements(reader, given, node)], {}, node, "t")
            residuals = [scalar(reader, value, node).atom]
    del reader.counters[counter]
    _check_read(tuple(body), params, residuals, node)
    outputs: list[tuple[Atom, Axes]] = [(atom, ()) for atom in (*params, *residuals)]
    loop = Loop(
        step_graph("residual", (), tuple(body), outputs),
        counter,
        Affine(1),
        tuple(Carried(param, guess.atom, out) for param, guess, out in zip(params, guesses, outs, strict=True)),
        collected=tuple(Collected(builder.fresh("residual", axes=(Affine(1),))) for _ in residuals),
        origin=builder.origin,
        implicit=True,
    )
    builder.append(closed(builder, loop, outputs, body))
    return _as_array([Number(out) for out in outs]) if several else Number(outs[0])


_RULES: dict[Any, Callable[..., Value]] = {
    algorithms.solution: _solution,
    algorithms.values: _values,
    algorithms.slopes: _slopes,
}
