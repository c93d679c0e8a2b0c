"""SciPy's solvers: their algorithms are read (``frontend.algorithms``), and the derivative is that of the solution."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from symdiff.frontend import algorithms, calls
from symdiff.frontend.binding import own_defaults
from symdiff.frontend.conditions import scalar
from symdiff.frontend.containers import elements
from symdiff.frontend.gaps import GapError, SequentialError
from symdiff.frontend.lookup import unwrap
from symdiff.frontend.loop_graph import closed
from symdiff.frontend.loop_values import Counting
from symdiff.frontend.lower import Reader
from symdiff.frontend.source import from_function
from symdiff.frontend.values import (
    ArrayValue,
    FunctionValue,
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
from symdiff.graph.graph import Atom, Carried, Collected, Loop, free_names
from symdiff.graph.loops import step_graph

_NAMES = ("newton", "brentq", "bisect", "ridder", "root_scalar", "fixed_point")
_KNOWN: dict[str, Callable[..., Any]] = {name: getattr(algorithms, name) for name in _NAMES}
_OPTIONS: dict[str, tuple[Any, ...]] = {  # what options may be, where that is known while reading
    "full_output": (False,),
    "disp": (True,),
    "method": (None, "newton", "secant", "halley", "brentq", "bisect", "ridder", "del2", "iteration"),
    "options": (None,),
}
_STARTS = ("x0", "x1", "a", "b")
_PLAIN_ARGS = ("newton", "fixed_point")  # where ``args`` must be a tuple; elsewhere one value needs none


class RootResults(NamedTuple):
    """What is read of the result of ``root_scalar``."""

    root: float


def algorithm(target: Any) -> Callable[..., Any] | None:
    """The algorithm of a solver of ``scipy.optimize``."""
    name = getattr(target, "__name__", None) if type(target).__name__ == "function" else None
    found = _KNOWN.get(name) if isinstance(name, str) else None
    return found if found is not None and getattr(sys.modules.get("scipy.optimize"), str(name), None) is target else None


def solve(reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value | None:
    """A call of a solver, or of what its algorithm ends with; None for other functions."""
    if target is algorithms.solution:
        function, root, given = args
        return _solution(reader, function, root, given, node)
    found = algorithm(target)
    if found is None:
        return None
    source = from_function(found)
    names = list(source.signature.parameters)
    options = {**dict(zip(names, args, strict=False)), **keywords}
    for name, wanted in _OPTIONS.items():
        value = options.get(name, Known(wanted[0]))
        if name in names and not (isinstance(value, Known) and value.value in wanted):
            raise GapError(node, f"{target.__name__} with {name}", _advice(name, wanted), "not yet", certain=True)
    for name in _STARTS:
        if isinstance(options.get(name), ArrayValue | TensorValue | ListValue | TupleValue | VectorParam):
            reason = f"{target.__name__} from several numbers ({name})"
            raise GapError(node, reason, "call it for each of them, in a loop", "not yet", certain=True)
    more = options.get("args")
    if more is not None and not isinstance(more, TupleValue) and target.__name__ not in _PLAIN_ARGS:
        options["args"] = TupleValue((more,))
    result = calls.inline(reader, source, args[len(names) :], options, own_defaults(reader, source, node), None, node)
    return TupleValue((result,), Known(RootResults)) if target.__name__ == "root_scalar" else result


def _advice(name: str, wanted: Sequence[Any]) -> str:
    if len(wanted) == 1:
        return f"leave {name} as {wanted[0]}"
    return f"use one of the methods {', '.join(str(each) for each in wanted if each)}"


def _solution(reader: Reader, function: Value, root: Value, given: Value, node: ast.AST) -> Value:
    """The root, as the solution of the equation that the function says: its residual is read once more, as a step of its own."""
    builder = reader.builder
    if reader.loops or builder.current.elementwise:
        gap = GapError(node, "a solver inside of a loop over an array", "write a plain loop", "not yet")
        raise SequentialError(gap)
    guess = scalar(reader, root, node).atom
    hint = _unknown(function)
    out, param, counter = (builder.fresh(name) for name in (hint, hint, "k"))
    body = Body()
    with builder.block(body):
        reader.counters[counter] = Counting(Affine(1), body, True)
        value = calls.call(reader, function, [Number(param), *elements(reader, given, node)], {}, node, "t")
        residual = scalar(reader, value, node).atom
    del reader.counters[counter]
    if param not in (*free_names(tuple(body)), residual):
        raise GapError(node, "an equation that its unknown is no part of", "use the first parameter of the function")
    outputs: list[tuple[Atom, Axes]] = [(param, ()), (residual, ())]
    loop = Loop(
        step_graph("residual", (), tuple(body), outputs),
        counter,
        Affine(1),
        (Carried(param, guess, out),),
        collected=(Collected(builder.fresh("residual", axes=(Affine(1),))),),
        origin=builder.origin,
        implicit=True,
    )
    builder.append(closed(builder, loop, outputs, body))
    return Number(out)


def _unknown(function: Value) -> str:
    """What the unknown of an equation is called: the first parameter of its function."""
    source = function.source if isinstance(function, FunctionValue) else None
    if isinstance(function, Known) and isinstance(unwrap(function.value), types.FunctionType):
        source = from_function(unwrap(function.value))
    return next(iter(source.signature.parameters), "x") if source is not None else "x"
