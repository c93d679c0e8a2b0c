"""Calls: rows of the table, Python's and NumPy's own functions, derivatives, and the user's functions, which are inlined."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.errors import SourceError
from symdiff.frontend import containers, resolve
from symdiff.frontend.lower import (
    MAX_DEPTH,
    Frame,
    GapError,
    PoisonedError,
    Reader,
    names_assigned,
    reads,
)
from symdiff.frontend.source import FunctionSource, from_function
from symdiff.frontend.values import (
    NONE,
    POISON,
    ArrayValue,
    Condition,
    Conflict,
    FunctionValue,
    Known,
    ListValue,
    Method,
    Number,
    Poison,
    Transformed,
    TupleValue,
    Value,
    VectorParam,
    describe,
    from_leaves,
    leaves,
    structure_of,
)
from symdiff.graph.graph import Const, Graph, Param, defined, free_names
from symdiff.graph.splice import splice
from symdiff.graph.structure import SCALAR
from symdiff.primitives import TABLE, Primitive
from symdiff.primitives import resolve as row_of

def is_skipped(reader: Reader, node: ast.Call, frame: Frame) -> bool:
    """True for a statement that only reports: ``print(...)``, ``logging.info(...)``."""
    if isinstance(node.func, ast.Name):
        return _object(reader, node.func, frame) is print
    return isinstance(node.func, ast.Attribute) and _is_logging(_object(reader, node.func.value, frame))


def _object(reader: Reader, node: ast.expr, frame: Frame) -> Any:
    """The Python object that a plain name means, without noting gaps; None if it is no known object."""
    if not isinstance(node, ast.Name) or node.id in frame.local_names:
        return None
    value = reader.name(frame, node.id, node)
    known = value.value if isinstance(value, Known) else None
    return known if isinstance(known, types.BuiltinFunctionType | types.ModuleType) or _is_logging(known) else None


def _is_logging(value: Any) -> bool:
    return getattr(value, "__name__", "") == "logging" or type(value).__module__ == "logging"


@reads(ast.Call)
def read_call(reader: Reader, node: ast.Call, frame: Frame, hint: str) -> Value:
    """``f(a, *b, key=c)``."""
    function = _callee(reader, node.func, frame)
    positional: list[Value] = []
    poisoned = isinstance(function, Poison)
    for argument in node.args:
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        value = reader.read(inner, frame)
        poisoned |= isinstance(value, Poison)
        if isinstance(argument, ast.Starred) and not isinstance(value, Poison):
            positional.extend(containers.elements(reader, value, inner))
        else:
            positional.append(value)
    keywords: dict[str, Value] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise GapError(keyword.value, "keyword arguments from a dict (**)", "write the keywords out", "not yet")
        keywords[keyword.arg] = reader.read(keyword.value, frame)
        poisoned |= isinstance(keywords[keyword.arg], Poison)
    if poisoned:
        raise PoisonedError
    for value in (*positional, *keywords.values()):
        if isinstance(value, Conflict):
            raise GapError(node, value.reason, "give the variable one kind of value on every path")
    if isinstance(function, Method):
        return _call_method(reader, function, positional, keywords, frame, node)
    return call(reader, function, positional, keywords, node, hint)


def _callee(reader: Reader, node: ast.expr, frame: Frame) -> Value:
    """What is called: a function, or a method of a container, which exists only to be called."""
    if isinstance(node, ast.Attribute):
        owner = reader.read(node.value, frame)
        if isinstance(owner, TupleValue | ListValue | ArrayValue | VectorParam | Number | Poison):
            return owner if isinstance(owner, Poison) else Method(owner, node.attr, node)
    return reader.read(node, frame)


def _call_method(
    reader: Reader, found: Method, args: Sequence[Value], keywords: Mapping[str, Value], frame: Frame, node: ast.Call
) -> Value:
    from symdiff.frontend.library import METHODS

    if not keywords:
        value = containers.method(reader, found.owner, found.name, args, frame, node)
        if value is not None:
            return value
    form = METHODS.get(found.name)
    if form is not None and isinstance(found.owner, ArrayValue | VectorParam):
        return form(reader, [found.owner, *args], dict(keywords), node)
    raise GapError(node, f"the method .{found.name} of {describe(found.owner)}", "use operators and functions", "not yet")


def call(
    reader: Reader, function: Value, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST, hint: str
) -> Value:
    """Call a value."""
    from symdiff.frontend.library import FORMS

    if isinstance(function, FunctionValue):
        return inline(reader, function.source, args, keywords, function.defaults, function.frame, node)
    if isinstance(function, Transformed):
        return _differentiated(reader, function, args, keywords, node)
    if not isinstance(function, Known):
        raise GapError(node, f"a call of {describe(function)}", "call a function")
    target = function.value
    if isinstance(target, FunctionSource):
        return inline(reader, target, args, keywords, _own_defaults(reader, target, node), None, node)
    form = FORMS().get(target) if getattr(type(target), "__hash__", None) else None
    if form is not None:
        return form(reader, list(args), dict(keywords), node)
    row = TABLE.get(getattr(target, "__symdiff_row__", "")) or row_of(target)
    if row is not None:
        return apply_row(reader, row, args, keywords, node, hint)
    if hasattr(target, "__symdiff_reading__"):
        return _call_derivative(reader, target, args, keywords, node)
    if hasattr(target, "__symdiff_transform__"):
        return _transform(reader, target, args, keywords, node)
    return _call_python(reader, target, args, keywords, node)


def _call_python(
    reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
) -> Value:
    """A user's function: its source is read and inlined."""
    name = getattr(target, "__qualname__", repr(target))
    module = getattr(target, "__module__", "") or ""
    if isinstance(target, type):
        raise GapError(node, f"the class {name}", "compute with numbers, tuples and lists", "not yet")
    target = getattr(target, "__wrapped__", target) if type(target).__name__ == "_lru_cache_wrapper" else target
    if not isinstance(target, types.FunctionType) and not hasattr(target, "py_func"):
        raise GapError(node, f"{module}.{name} is not in the table of primitives".lstrip("."), _advice(module), "not yet")
    if module.split(".")[0] in ("numpy", "scipy"):
        raise GapError(node, f"{module}.{name} is not in the table of primitives", _advice(module), "not yet")
    try:
        source = from_function(target)
    except SourceError as error:
        raise GapError(node, str(error), "define the function in a file") from None
    return inline(reader, source, args, keywords, _own_defaults(reader, source, node), None, node)


def _advice(module: str) -> str:
    return "use a function that the README lists" if module.split(".")[0] in ("numpy", "math", "scipy") else "write it as a plain function"


def apply_row(
    reader: Reader, row: Primitive, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST, hint: str
) -> Value:
    """A row of the table, elementwise on arrays."""
    from symdiff.frontend.expressions import as_number, scalar, truth_of

    if keywords:
        raise GapError(node, f"{row.name} with keyword {next(iter(keywords))}", "call it with plain arguments", "not yet")
    if len(args) != row.arity:
        raise GapError(node, f"{row.name} takes {row.arity} arguments, {len(args)} given", f"give {row.arity}")
    if row.operands == "bool":
        truths = [truth_of(reader, value, node) for value in args]
        atoms = [Condition(Const(bool(truth.value))) if isinstance(truth, Known) else truth for truth in truths]
        return reader.apply(row, *atoms, hint=hint)
    if any(isinstance(value, ArrayValue | VectorParam | TupleValue | ListValue) for value in args):
        return containers.broadcast(reader, lambda *items: as_number(reader, reader.apply(row, *items)), *args, node)
    return reader.apply(row, *(scalar(reader, value, node) for value in args), hint=hint)


# -- inlining -----------------------------------------------------------------------------------------------------


def _own_defaults(reader: Reader, source: FunctionSource, node: ast.AST) -> dict[str, Value]:
    defaults: dict[str, Value] = {}
    for parameter in source.signature.parameters.values():
        if parameter.default is not inspect.Parameter.empty:
            value = parameter.default
            capture = resolve.Capture(
                parameter.name, ("default", id(source.function), parameter.name), lambda value=value: value
            )
            numeric = isinstance(value, int | float) and not isinstance(value, bool)
            defaults[parameter.name] = reader.wrap(value, parameter.name, None if numeric else capture, node)
    return defaults


def inline(
    reader: Reader,
    source: FunctionSource,
    args: Sequence[Value],
    keywords: Mapping[str, Value],
    defaults: Mapping[str, Value],
    outer: Frame | None,
    node: ast.AST,
) -> Value:
    """The result of a function on these arguments: its statements become part of the graph."""
    from symdiff.frontend.control import run

    if len(reader.frames) >= MAX_DEPTH:
        raise GapError(node, f"calls nested more than {MAX_DEPTH} deep (recursion?)", "write it as a loop", "not yet")
    frame = Frame(source, names_assigned(source.node), {}, outer, bool(reader.frames))
    frame.variables.update(bind(source, args, keywords, defaults, node))
    reader.frames.append(frame)
    origin = reader.builder.origin
    try:
        if isinstance(source.node, ast.Lambda):
            return reader.read(source.node.body, frame, "result")
        completion = run(reader, source.node.body, frame)
        if completion.raises:
            return NONE
        if "return" not in completion.flags:
            return NONE
        if not completion.always:
            reader.record(
                frame,
                GapError(source.node, f"{source.name} returns nothing on some path", "end it with return or raise"),
            )
            return POISON
        return frame.returned if frame.returned is not None else NONE
    finally:
        reader.frames.pop()
        reader.builder.origin = origin


def bind(
    source: FunctionSource,
    args: Sequence[Value],
    keywords: Mapping[str, Value],
    defaults: Mapping[str, Value],
    node: ast.AST,
) -> dict[str, Value]:
    """Arguments to parameters, as Python binds them."""
    arguments = source.node.args
    if arguments.kwarg is not None:
        raise GapError(node, f"{source.name} takes **{arguments.kwarg.arg}", "name the keywords", "not yet")
    names = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args)]
    bound: dict[str, Value] = dict(zip(names, args, strict=False))
    if arguments.vararg is not None:
        bound[arguments.vararg.arg] = TupleValue(tuple(args[len(names) :]))
    elif len(args) > len(names):
        raise GapError(node, f"{source.name} takes {len(names)} arguments, {len(args)} given", f"give {len(names)}")
    allowed = {arg.arg for arg in (*arguments.args, *arguments.kwonlyargs)}
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


# -- derivatives inside functions ---------------------------------------------------------------------------------


def _call_derivative(
    reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
) -> Value:
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
        if name not in bound and parameter.default is not parameter.empty:
            bound[name] = reader.wrap(parameter.default, name, None, node)
    structures = {name: structure_of(value) for name, value in bound.items()}
    known = {name: value.value for name, value in bound.items() if isinstance(value, Known)}
    integers: dict[str, int] = {}
    for name, value in bound.items():
        if structures[name] is None and name not in known:
            raise GapError(node, f"{name} is {describe(value)}", "pass numbers, tuples or arrays")
        if isinstance(value, Number) and isinstance(value.known, int) and name not in target.differentiated:
            integers[name] = value.known
    reading = target.__symdiff_reading__(
        {name: structure for name, structure in structures.items() if name not in known}, known, integers, reader.active
    )
    substitution = {}
    for param in reading.graph.params:
        if param.role == "captured":
            continue
        atoms = [_atom(reader, leaf) for leaf in leaves(bound[param.name])]
        substitution.update(zip(param.leaves, atoms, strict=True))
    for capture, leaf in reading.captures:
        present = reader.captures.setdefault(capture.key, (capture, reader.builder.fresh(capture.name)))
        substitution[leaf] = present[1]
    for guard in reading.guards:
        reader.guards.setdefault(guard.capture.key, guard)
    outputs = splice(reader.builder, reading.graph.body, substitution, reading.graph.outputs)
    return from_leaves(reading.graph.result, outputs)


def _atom(reader: Reader, leaf: Value) -> Any:
    from symdiff.frontend.expressions import scalar

    return scalar(reader, leaf, ast.Pass()).atom


def _transform(
    reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
) -> Value:
    """``grad(h)`` inside a function: of a function from outside, or of an inner one."""
    if len(args) > 2 or not args:
        raise GapError(node, f"{target.__name__} takes a function", f"write {target.__name__}(f)")
    options = {name: _option(value, node) for name, value in keywords.items()}
    if len(args) == 2:
        options["argnums"] = _option(args[1], node)
    function = args[0]
    if isinstance(function, FunctionValue):
        return Transformed(target.__symdiff_transform__(function.source, **options), function)
    if isinstance(function, Known) and isinstance(function.value, FunctionSource):
        return Transformed(
            target.__symdiff_transform__(function.value, **options),
            FunctionValue(function.value, Frame(function.value, frozenset()), _own_defaults(reader, function.value, node)),
        )
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


def _differentiated(
    reader: Reader, function: Transformed, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
) -> Value:
    """The derivative of an inner function: read as a graph of its own, differentiated, and put in place.

    What the inner function reads of the outer one is held constant: it enters as further inputs.
    """
    builder = reader.builder
    inner = function.function
    bound = bind(inner.source, args, keywords, inner.defaults, node)
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
    with builder.block() as body:
        result = inline(reader, inner.source, (), fresh, {}, inner.frame if inner.frame.variables else None, node)
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
    params += [Param(name, SCALAR, (name,), "captured") for name in free if builder.kinds[name] == "float"]
    graph = Graph(inner.source.name, tuple(params), tuple(body), outputs, structure)
    if reader.differentiate is None or any(builder.kinds[name] == "bool" for name in free):
        raise GapError(node, "a derivative of a function that reads a condition from outside", "pass it in", "not yet")
    derived = reader.differentiate(function.transform, graph)
    values = {leaf: _atom(reader, item) for param in params if param.role == "argument" for leaf, item in zip(param.leaves, leaves(bound[param.name]), strict=True)}
    return from_leaves(derived.result, splice(builder, derived.body, values, derived.outputs))
