"""Derivatives inside functions: calls of derivatives, and transforms of inner functions."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.frontend import calls, cells
from symdiff.frontend.binding import bind, own_defaults
from symdiff.frontend.conditions import scalar
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.lookup import unwrap
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.outside import wrap
from symdiff.frontend.places import Place
from symdiff.frontend.source import FunctionSource, from_function
from symdiff.frontend.tensors import holds_tensor
from symdiff.frontend.values import (
    Bound,
    FunctionValue,
    Known,
    ListValue,
    Number,
    Poison,
    TensorValue,
    Transformed,
    TupleValue,
    Value,
    describe,
    from_leaves,
    leaves,
    structure_of,
)
from symdiff.frontend.writes import check_unwritten
from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.graph import Atom, Graph, Param, defined, free_names
from symdiff.graph.splice import splice
from symdiff.graph.structure import SCALAR

NOWHERE: Mapping[str, Place] = {}


def call_derivative(reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value:
    """A call of a SymbolicFunction: its graph becomes part of this one."""
    if any(active is target for active in reader.active):
        raise GapError(
            node,
            f"{target.__name__} calls itself: the decorated name now means the derivative",
            "leave the function undecorated and write df = grad(f)",
        )
    signature: inspect.Signature = target.__signature__
    try:
        bound = dict(signature.bind(*args, **keywords).arguments)
    except TypeError as error:
        raise GapError(node, f"{target.__name__}: {error}", f"call it as {target.__name__}{signature}") from None
    for name, parameter in signature.parameters.items():
        if name not in bound and parameter.default is not parameter.empty and name not in target.optional:
            bound[name] = wrap(reader, parameter.default, name, None, node)
    _require_numbers(reader, bound.values(), node)
    objects = {name: found for name, value in bound.items() if (found := _object(value)) and name not in target.differentiated}
    structures = {name: structure_of(value) for name, value in bound.items()}
    known = {name: found.value for name, found in objects.items()}
    integers: dict[str, int] = {}
    for name, value in bound.items():
        if structures[name] is None and name not in known:
            raise GapError(node, f"{name} is {describe(value)}", "pass numbers, tuples or arrays")
        if isinstance(value, Number) and isinstance(value.known, int) and name not in target.differentiated:
            integers[name] = value.known
    reading = target.__symdiff_reading__(
        {name: structure for name, structure in structures.items() if name not in known},
        known,
        integers,
        reader.active,
        solid=True,
    )
    substitution: dict[str, Atom] = {}
    for param in reading.graph.params:
        if param.role == "captured":
            continue
        atoms = [_atom(reader, leaf) for leaf in leaves(bound[param.name])]
        substitution.update(zip(param.leaves, atoms, strict=True))
    substitution |= adopt(reader, reading, {name: found.place or Place(name, found.value) for name, found in objects.items()})
    outputs = splice(reader.builder, reading.graph.body, substitution, reading.graph.outputs)
    return from_leaves(reading.graph.result, outputs)


def _require_numbers(reader: Reader, values: Iterable[Value], node: ast.AST) -> None:
    """A derivative inside a function is one of numbers so far: arrays whose lengths are known are so many of them."""
    for value in values:
        leaf = value
        while isinstance(leaf, TupleValue | ListValue) and any(map(holds_tensor, leaf.items)):
            leaf = next(item for item in leaf.items if holds_tensor(item))
        sizes = sizes_in(leaf.axes) if isinstance(leaf, TensorValue) else ()
        if isinstance(leaf, Number) and leaf.affine is not None:
            sizes = sizes_in([leaf.affine])
        if isinstance(leaf, TensorValue) or sizes:
            reason = "a derivative inside a function, of arrays of any size"
            reader.fix(sizes, node, reason, "differentiate outside, or pass an array of few elements")


def _object(value: Value) -> Known | None:
    """The Python object that a value is, or that a named tuple was made from."""
    found = value.record if isinstance(value, TupleValue) else value
    return found if isinstance(found, Known) else None


def adopt(reader: Reader, reading: Any, outer: Mapping[str, Place] = NOWHERE) -> dict[str, Atom]:
    """Make what another reading found outside a part of this one; its inputs by the names that they have here.

    ``outer`` tells where its arguments come from.
    """
    names: dict[str, Atom] = {}
    places = [place for place, _ in reading.captures] + [guard.place for guard in reading.guards]
    check_unwritten(reader, places)
    for inner, leaf in reading.captures:
        place = inner.rooted(outer)
        if place.key not in reader.captures:
            reader.captures[place.key] = (place, reader.builder.fresh(leaf))
        names[leaf] = reader.captures[place.key][1]
    for guard in reading.guards:
        reader.guard(guard.place.rooted(outer), guard.value)
    return names


def transform(reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value:
    """``grad(h)`` inside a function: of a function from outside, or of an inner one."""
    if len(args) > 2 or not args:
        raise GapError(node, f"{target.__name__} takes a function", f"write {target.__name__}(f)")
    options = {name: _option(value, node) for name, value in keywords.items()}
    if len(args) == 2:
        options["argnums"] = _option(args[1], node)
    function: Value = args[0]
    given: tuple[Value, ...] = ()
    while isinstance(function, Bound) and not function.keywords:
        given = (*function.args, *given)
        function = function.function
    if isinstance(function, Known) and isinstance(function.value, FunctionSource):
        source = function.value
        function = FunctionValue(source, Frame(source, frozenset()), own_defaults(reader, source, node))
    elif given and isinstance(function, Known) and isinstance(unwrap(function.value), types.FunctionType):
        source = from_function(unwrap(function.value))
        function = FunctionValue(source, Frame(source, frozenset()), own_defaults(reader, source, node))
    if isinstance(function, FunctionValue):
        names = [arg.arg for arg in (*function.source.node.args.posonlyargs, *function.source.node.args.args)]
        bound = {name: Place(name) for name in names[: len(given)]}
        return Transformed(target.__symdiff_transform__(replace(function.source, bound=bound), **options), function, given)
    if isinstance(function, Known) and callable(function.value):
        return Known(target(function.value, **options))
    raise GapError(node, f"{target.__name__} of {describe(function)}", "give it a function")


def _option(value: Value, node: ast.AST) -> Any:
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Number) and isinstance(value.known, int):
        return value.known
    if isinstance(value, TupleValue):
        return tuple(_option(item, node) for item in value.items)
    raise GapError(node, "an option that depends on the arguments", "use a literal")


def differentiated(
    reader: Reader, function: Transformed, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
) -> Value:
    """The derivative of an inner function: read as a graph of its own, differentiated, and put in place.

    What the inner function reads of the outer one is held constant: it enters as further inputs.
    """
    builder = reader.builder
    inner = function.function
    bound = bind(inner.source, [*function.args, *args], keywords, inner.defaults, node)
    _require_numbers(reader, bound.values(), node)
    params: list[Param] = []
    fresh: dict[str, Value] = {}
    for name, value in bound.items():
        structure = structure_of(value)
        if structure is None:
            fresh[name] = value
            continue
        names = tuple(builder.fresh(leaf) for leaf in structure.leaf_names(name))
        params.append(Param(name, structure, names))
        fresh[name] = reader.packed(structure, list(names))
    with cells.sealed(reader, node), builder.block() as body:
        result = calls.inline(reader, inner.source, (), fresh, {}, inner.frame if inner.frame.variables else None, node)
    structure = structure_of(result)
    if isinstance(result, Poison):
        raise PoisonedError
    if structure is None:
        raise GapError(node, f"{inner.source.name} returns {describe(result)}", "return a number")
    with builder.block(body):
        outputs = tuple(_atom(reader, leaf) for leaf in leaves(result))
    own = {leaf for param in params for leaf in param.leaves}
    outside = dict.fromkeys([*free_names(tuple(body)), *(atom for atom in outputs if isinstance(atom, str))])
    inside = {name for statement in body for name in defined(statement)}
    free = [name for name in outside if name not in own and name not in inside]
    _require_numbers(reader, [TensorValue(name, axes) for name in free if (axes := builder.axes_of(name))], node)
    _require_numbers(reader, [Number(name, affine=Affine.of(name)) for name in free if name in reader.sizes.names], node)
    params += [Param(name, SCALAR, (name,), "captured") for name in free if builder.kinds[name] == "float"]
    graph = Graph(inner.source.name, tuple(params), tuple(body), outputs, structure)
    if reader.differentiate is None or any(builder.kinds[name] == "bool" for name in free):
        raise GapError(node, "a derivative of a function that reads a condition from outside", "pass it in", "not yet")
    derived = reader.differentiate(function.transform, graph)
    values = {
        leaf: _atom(reader, item)
        for param in params
        if param.role == "argument"
        for leaf, item in zip(param.leaves, leaves(bound[param.name]), strict=True)
    }
    return from_leaves(derived.result, splice(builder, derived.body, values, derived.outputs))


def _atom(reader: Reader, leaf: Value) -> Atom:
    return scalar(reader, leaf, ast.Pass()).atom
