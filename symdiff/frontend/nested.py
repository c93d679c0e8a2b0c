"""Derivatives inside functions: calls of derivatives, and transforms of inner functions."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from symdiff.errors import SymdiffError, UnsupportedError
from symdiff.frontend import calls, cells
from symdiff.frontend.binding import bind, own_defaults
from symdiff.frontend.conditions import scalar
from symdiff.frontend.gaps import GapError, NeedsCallError, PoisonedError
from symdiff.frontend.lengths import affine_atom, equal, require
from symdiff.frontend.lookup import unwrap
from symdiff.frontend.loop_rows import depth_of
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.outside import wrap
from symdiff.frontend.places import Place
from symdiff.frontend.source import FunctionSource, from_function
from symdiff.frontend.tensors import as_numbers, holds_tensor, tensor_of
from symdiff.frontend.values import (
    ArrayValue,
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
from symdiff.frontend.whole import sizes_used
from symdiff.frontend.writes import check_unwritten
from symdiff.graph.affine import Affine, Symbol, sizes_in
from symdiff.graph.graph import Atom, Graph, Param, defined, free_names
from symdiff.graph.mapping import resized, resized_structure
from symdiff.graph.splice import apart, splice
from symdiff.graph.structure import SCALAR, Array, Items, Sparse, Structure, Tensor

NOWHERE: Mapping[str, Place] = {}


def call_derivative(reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value:
    """A call of a SymbolicFunction: its graph becomes part of this one."""
    if any(active is target for active in reader.active):
        raise GapError(
            node,
            f"{target.__name__} calls itself: the decorated name now means the derivative",
            "leave the function undecorated and write df = grad(f)",
        )
    bound = _bound(reader, target, args, keywords, node)
    whole = _is_of_arrays(reader, bound.values())
    if not whole:
        _require_numbers(reader, bound.values(), node)
    objects = {name: found for name, value in bound.items() if (found := _object(value)) and name not in target.differentiated}
    reading = _read(reader, target, bound, {name: found.value for name, found in objects.items()}, whole, node)
    _shape_seeds(reader, reading.graph, bound, node)
    sizes = _sizes(reader, reading.graph, bound, node)
    substitution: dict[str, Atom] = {str(size): affine_atom(reader, length) for size, length in sizes.items()}
    for param in reading.graph.params:
        if param.role == "captured":
            continue
        atoms = [_atom(reader, leaf) for leaf in leaves(bound[param.name])]
        substitution.update(zip(param.leaves, atoms, strict=True))
    substitution |= adopt(reader, reading, {name: found.place or Place(name, found.value) for name, found in objects.items()})
    if any(isinstance(part, Sparse) for part in _parts(reading.graph.result)):
        raise GapError(node, "a sparse matrix inside a function", "leave sparse=True out here", "not yet")
    return _put(reader, reading.graph, substitution, sizes)


def _put(reader: Reader, graph: Graph, names: Mapping[str, Atom], sizes: Mapping[Symbol, Affine]) -> Value:
    """The result of a graph, which becomes part of this one: its inputs and sizes are others here."""
    graph, counts = apart(reader.builder, graph)
    reader.counts |= set(map(str, counts.values()))
    outputs = splice(reader.builder, resized(graph.body, sizes), {**names, **counts}, graph.outputs)
    return from_leaves(resized_structure(graph.result, sizes), outputs)


def _bound(reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> dict[str, Value]:
    """The arguments of a call of a derivative, with defaults."""
    signature: inspect.Signature = target.__signature__
    try:
        bound: dict[str, Value] = dict(signature.bind(*args, **keywords).arguments)
    except TypeError as error:
        raise GapError(node, f"{target.__name__}: {error}", f"call it as {target.__name__}{signature}") from None
    for name, parameter in signature.parameters.items():
        if name not in bound and parameter.default is not parameter.empty and name not in target.optional:
            bound[name] = wrap(reader, parameter.default, name, None, node)
    return bound


def _read(reader: Reader, target: Any, bound: Mapping[str, Value], known: dict[str, Any], whole: bool, node: ast.AST) -> Any:
    """The reading of a derivative for arguments like those that it is called with."""
    structures: dict[str, Structure | None] = {}
    integers: dict[str, int] = {}
    for name, value in bound.items():
        structure = structure_of(value)
        if structure is None and name not in known:
            raise GapError(node, f"{name} is {describe(value)}", "pass numbers, tuples or arrays")
        if name not in known:
            structures[name] = structure
        if isinstance(value, Number) and isinstance(value.known, int) and name not in target.differentiated:
            integers[name] = value.known

    def read(asked: dict[str, Structure | None]) -> Any:
        return target.__symdiff_reading__(asked, known, integers, reader.active, solid=True)

    unknown = [name for name in structures if reader.is_undecided(bound[name])]
    if unknown:
        with suppress(SymdiffError):
            _learn(reader, read({**structures, **dict.fromkeys(unknown)}).assumed, bound, node)
    try:
        return read(structures)
    except (UnsupportedError, NeedsCallError):
        if whole:  # numbers one by one may do
            _require_numbers(reader, bound.values(), node)
        raise


def _learn(reader: Reader, assumed: Mapping[str, Structure], bound: Mapping[str, Value], node: ast.AST) -> None:
    """Before a call, what a derivative does with its arguments shows what those of this function are."""
    for name, structure in assumed.items():
        value = bound.get(name)
        if value is None or not reader.is_undecided(value):
            continue
        if isinstance(structure, Tensor):
            reader.assume_array(value, structure.rank)
        elif isinstance(structure, Array) and reader.assumed_name(value) is not None:
            reader.longer(value, structure.size, node)
        elif isinstance(structure, Array):
            reader.assume_array(value, 1)


def _parts(structure: Structure) -> Iterator[Structure]:
    """A structure and those inside it."""
    yield structure
    for item in structure.items if isinstance(structure, Items) else ():
        yield from _parts(item)


def _is_of_arrays(reader: Reader, values: Iterable[Value]) -> bool:
    """Whether a derivative is called with arrays of any size, outside of loops and branches that are taken element by element."""
    found = [leaf for value in values for leaf in leaves(value)]
    arrays = [leaf for leaf in found if isinstance(leaf, TensorValue)]
    numbers = [leaf for leaf in found if isinstance(leaf, Number) and leaf.affine is not None and not leaf.affine.is_constant]
    over = any(isinstance(leaf, Number) and reader.builder.axes_of(leaf.atom) for leaf in found)  # other ones in each iteration
    inside = over or any(depth_of(reader, array.atom) for array in arrays) or reader.builder.current.elementwise
    return bool(arrays) and not numbers and not inside


def _shape_seeds(reader: Reader, graph: Graph, bound: dict[str, Value], node: ast.AST) -> None:
    """Make arrays of tangents and cotangents that are given as so many numbers, where the argument is an array."""
    for param in graph.params:
        if param.role == "captured":
            continue
        value = bound[param.name]
        if isinstance(param.structure, Tensor) and isinstance(value, ArrayValue | ListValue | TupleValue):
            value = bound[param.name] = as_numbers(reader, tensor_of(reader, value, node))
        wanted, given = list(param.structure.leaves()), leaves(value)
        pairs = zip(wanted, given, strict=False)
        ranks = all(_rank(a) == _rank(b) for a, b in pairs if isinstance(a, Tensor))
        if len(wanted) != len(given) or not ranks:
            reason = f"{param.name} is {describe(value)}, which is of another shape than is needed here"
            raise GapError(node, reason, "give tangents the shape of the argument, cotangents that of the result")


def _rank(part: Structure | Value) -> int:
    """The number of axes of an array of any size; that of a number is 0."""
    return len(part.axes) if isinstance(part, Tensor | TensorValue) else 0


def _sizes(reader: Reader, graph: Graph, bound: Mapping[str, Value], node: ast.AST) -> dict[Symbol, Affine]:
    """What the sizes of another graph are here, which must be equal where it has one size for two arrays."""
    pairs: list[tuple[Affine, Affine]] = []
    for param in graph.params:
        if param.role != "captured":
            for part, value in zip(param.structure.leaves(), leaves(bound[param.name]), strict=True):
                if isinstance(part, Tensor) and isinstance(value, TensorValue):
                    pairs += zip(part.axes, value.axes, strict=True)
    sizes: dict[Symbol, Affine] = {}
    for inner, outer in pairs:
        if not inner.is_constant and inner == Affine.of(inner.symbols[0]):
            sizes.setdefault(inner.symbols[0], outer)
    for inner, outer in pairs:
        equal(reader, inner.substitute(sizes), outer, node)
        require(reader, outer, "ValueError", "an array that is too short", node)
    return sizes


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
    whole = _is_of_arrays(reader, bound.values())
    if not whole:
        _require_numbers(reader, bound.values(), node)
    params: list[Param] = []
    fresh: dict[str, Value] = {}
    for name, value in bound.items():
        structure = structure_of(value)
        if structure is None:
            fresh[name] = value
            continue
        parts = zip(structure.leaf_names(name), structure.leaves(), strict=True)
        names = tuple(builder.fresh(leaf, "float", part.axes if isinstance(part, Tensor) else ()) for leaf, part in parts)
        params.append(Param(name, structure, names))
        fresh[name] = reader.packed(structure, list(names))
        given = zip(names, leaves(value), strict=True)
        reader.stands_for.update({leaf: item.atom for leaf, item in given if isinstance(item, Number)})
    with cells.sealed(reader, node), builder.block() as body:
        result = calls.inline(reader, inner.source, (), fresh, {}, inner.frame if inner.frame.variables else None, node)
    structure = structure_of(result)
    if isinstance(result, Poison):
        raise PoisonedError
    if structure is None:
        raise GapError(node, f"{inner.source.name} returns {describe(result)}", "return a number")
    with builder.block(body):
        outputs = tuple(_atom(reader, leaf) for leaf in leaves(result))
    graph = Graph(inner.source.name, tuple(params), tuple(body), outputs, structure)
    free = _free(graph)
    arrays = [TensorValue(name, axes) for name in free if (axes := builder.axes_of(name))]
    if not whole or not _is_of_arrays(reader, [*bound.values(), *arrays]):
        _require_numbers(reader, arrays, node)
        _require_numbers(reader, [Number(name, affine=Affine.of(name)) for name in free if name in reader.sizes.names], node)
    captured = dict.fromkeys(name for name in (*free, *sizes_used(graph)) if builder.kinds[name] == "float")
    params += [
        Param(name, Tensor(builder.axes[name]) if name in builder.axes else SCALAR, (name,), "captured") for name in captured
    ]
    graph = replace(graph, params=tuple(params))
    if reader.differentiate is None or any(builder.kinds[name] == "bool" for name in free):
        raise GapError(node, "a derivative of a function that reads a condition from outside", "pass it in", "not yet")
    derived = reader.differentiate(function.transform, graph)
    values = {
        leaf: _atom(reader, item)
        for param in params
        if param.role == "argument"
        for leaf, item in zip(param.leaves, leaves(bound[param.name]), strict=True)
    }
    return _put(reader, derived, values, {})


def _free(graph: Graph) -> list[str]:
    """What a graph reads that is neither a parameter of it nor defined in it."""
    own = {leaf for param in graph.params for leaf in param.leaves} | {
        name for statement in graph.body for name in defined(statement)
    }
    names = [*free_names(graph.body), *(atom for atom in graph.outputs if isinstance(atom, str))]
    return [name for name in dict.fromkeys(names) if name not in own]


def _atom(reader: Reader, leaf: Value) -> Atom:
    if isinstance(leaf, TensorValue):
        return as_numbers(reader, leaf).atom
    return scalar(reader, leaf, ast.Pass()).atom
