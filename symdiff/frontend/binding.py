"""Arguments to parameters, as Python binds them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence

from symdiff.frontend import algorithm_files
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lower import Reader
from symdiff.frontend.outside import wrap
from symdiff.frontend.places import Place
from symdiff.frontend.source import FunctionSource
from symdiff.frontend.values import DictValue, TupleValue, Value


def own_defaults(reader: Reader, source: FunctionSource, node: ast.AST) -> dict[str, Value]:
    """The default values of a function's parameters, which Python evaluated at its definition."""
    defaults: dict[str, Value] = {}
    for parameter in source.own_signature.parameters.values():
        if parameter.default is not inspect.Parameter.empty:
            value = parameter.default
            numeric = isinstance(value, int | float) and not isinstance(value, bool)
            settled = numeric or source.file in algorithm_files.OURS
            place = None if settled else Place(parameter.name, value)
            defaults[parameter.name] = wrap(reader, value, parameter.name, place, node)
    return defaults


def bind(
    source: FunctionSource,
    args: Sequence[Value],
    keywords: Mapping[str, Value],
    defaults: Mapping[str, Value],
    node: ast.AST,
) -> dict[str, Value]:
    """Arguments to parameters, as Python binds them."""
    arguments = source.node.args
    names = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args)]
    bound: dict[str, Value] = dict(zip(names, args, strict=False))
    if arguments.vararg is not None:
        bound[arguments.vararg.arg] = TupleValue(tuple(args[len(names) :]))
    elif len(args) > len(names):
        raise GapError(node, f"{source.name} takes {len(names)} arguments, {len(args)} given", f"give {len(names)}")
    allowed = {arg.arg for arg in (*arguments.args, *arguments.kwonlyargs)}
    if arguments.kwarg is not None:
        rest = {name: value for name, value in keywords.items() if name not in allowed}
        bound[arguments.kwarg.arg] = DictValue(tuple(rest), tuple(rest.values()))
        keywords = {name: value for name, value in keywords.items() if name in allowed}
    for name, value in keywords.items():
        if name not in allowed:
            raise GapError(node, f"{source.name} has no parameter {name}", f"use one of {', '.join(sorted(allowed))}")
        if name in bound:
            raise GapError(node, f"{source.name} got two values for {name}", "give one")
        bound[name] = value
    for name in (*names, *(arg.arg for arg in arguments.kwonlyargs)):
        if name not in bound:
            if name not in defaults:
                raise GapError(node, f"{source.name} is called without {name}", f"give a value for {name}")
            bound[name] = defaults[name]
    return bound
