"""Calls: rows of the table, Python's and NumPy's own functions, derivatives, and the user's functions, which are inlined."""

from __future__ import annotations

import ast
import functools
import logging
import math
import time
import types
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.errors import SourceError
from symdiff.frontend import boxes, computed, container_methods, containers, recursion
from symdiff.frontend.binding import bind, own_defaults
from symdiff.frontend.callables import check_callee, check_vectorized, row_of_callee
from symdiff.frontend.cells import present, presently
from symdiff.frontend.gaps import EndedError, GapError, PoisonedError
from symdiff.frontend.lookup import has_mark, has_plain_hash, home, is_vectorized, method, unwrap
from symdiff.frontend.loop_values import GrowingList, GrownList
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.numpy_arguments import check_types, usual
from symdiff.frontend.outside import wrap
from symdiff.frontend.places import Place
from symdiff.frontend.scopes import names_assigned
from symdiff.frontend.source import FunctionSource, from_function
from symdiff.frontend.tensors import elementwise, holds_array
from symdiff.frontend.values import (
    NONE,
    POISON,
    ArrayValue,
    Bound,
    Choice,
    Condition,
    Conflict,
    Container,
    DictValue,
    FunctionValue,
    Known,
    ListValue,
    MaskedValue,
    Method,
    Number,
    Poison,
    TensorValue,
    Transformed,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
    whole,
)
from symdiff.graph.graph import Const, Origin
from symdiff.primitives import Primitive
from symdiff.primitives.own import declared


def is_skipped(reader: Reader, node: ast.Call, frame: Frame) -> bool:
    """True for a statement that only reports: ``print(...)``, ``logging.info(...)``."""
    if isinstance(node.func, ast.Name):
        return _is_report(_object(reader, node.func, frame))
    if not isinstance(node.func, ast.Attribute):
        return False
    root: ast.expr = node.func.value
    while isinstance(root, ast.Attribute | ast.Call):
        root = root.func if isinstance(root, ast.Call) else root.value
    owner = _object(reader, root, frame)
    if node.func.attr in _REPORTS and isinstance(node.func.value, ast.Attribute) and owner is None:
        owner = _logger(reader.read(node.func.value, frame))
    return _is_logging(owner) or (owner is warnings and _is_report(getattr(warnings, node.func.attr, None)))


_REPORTS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def _logger(value: Value) -> Any:
    """``self.logger``: the object, if it is one that only reports."""
    return value.value if isinstance(value, Known) and _is_logging(value.value) else None


def _is_report(function: Any) -> bool:
    """True for functions that only report: what they do is no part of the result."""
    return function is not None and function in (print, warnings.warn, warnings.simplefilter, warnings.filterwarnings)


def _object(reader: Reader, node: ast.expr, frame: Frame) -> Any:
    """The Python object that a plain name means, without noting gaps; None if it is no known object."""
    if not isinstance(node, ast.Name) or (node.id in frame.local_names and node.id not in frame.variables):
        return None
    value = frame.variables[node.id] if node.id in frame.variables else reader.name(frame, node.id, node)
    known = value.value if isinstance(value, Known) else None
    plain = types.BuiltinFunctionType | types.FunctionType | types.ModuleType
    return known if isinstance(known, plain) or _is_logging(known) else None


def _is_logging(value: Any) -> bool:
    return value is logging or type(value).__module__ == "logging"


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
            value = reader.read(keyword.value, frame)
            poisoned |= isinstance(value, Poison)
            keywords |= _from_dict(value, keywords, keyword.value) if not isinstance(value, Poison) else {}
            continue
        keywords[keyword.arg] = reader.read(keyword.value, frame)
        poisoned |= isinstance(keywords[keyword.arg], Poison)
    if poisoned:
        if isinstance(function, Known):
            check_callee(function.value, node)
        raise PoisonedError
    for value in (*positional, *keywords.values()):
        if isinstance(value, Conflict):
            raise GapError(node, value.reason, "give the variable one kind of value on every path")
    if isinstance(function, Method):
        return _call_method(reader, function, positional, keywords, frame, node)
    if isinstance(function, Known) and function.value is super:
        from symdiff.frontend.objects import super_of

        return super_of(reader, positional, frame, node)
    return call(reader, function, positional, keywords, node, hint)


def _from_dict(value: Value, present: Mapping[str, Value], node: ast.expr) -> dict[str, Value]:
    """``**options``: keyword arguments from a dict with known keys."""
    if not isinstance(value, DictValue) or not all(isinstance(key, str) for key in value.keys):
        raise GapError(node, f"keyword arguments from {describe(value)}", "give a dict with names as keys")
    twice = [key for key in value.keys if key in present]
    if twice:
        raise GapError(node, f"two values for the keyword {twice[0]}", "give one")
    return dict(value.entries)


def _callee(reader: Reader, node: ast.expr, frame: Frame) -> Value:
    """What is called: a function, or a method of a container, which exists only to be called."""
    if isinstance(node, ast.Attribute):
        from symdiff.frontend import objects

        owner = reader.read(node.value, frame)
        record = isinstance(owner, TupleValue) and owner.record is not None
        text = isinstance(owner, Known) and isinstance(owner.value, str)
        plain = Container | TensorValue | MaskedValue | GrowingList | GrownList | VectorParam | Number | Condition | Poison
        if text or (isinstance(owner, plain) and not record):
            return owner if isinstance(owner, Poison) else Method(owner, node.attr, node)
        try:
            return objects.read(reader, owner, node, frame)
        except GapError as error:
            reader.record(frame, error)
        except PoisonedError:
            pass
        return POISON
    return reader.read(node, frame)


def _call_method(
    reader: Reader, found: Method, args: Sequence[Value], keywords: Mapping[str, Value], frame: Frame, node: ast.Call
) -> Value:
    from symdiff.frontend import assumptions, masks, tensor_forms
    from symdiff.frontend.arrays import METHODS

    found = replace(found, owner=present(reader, found.owner, node))
    if not keywords:
        value = container_methods.method(reader, found.owner, found.name, args, frame, node)
        if value is not None:
            return value
    if found.name in tensor_forms.METHODS and isinstance(found.owner, Number | VectorParam | Condition):
        assumptions.assume_method(reader, found.owner, found.name, args, keywords)
    if isinstance(found.owner, TensorValue):
        form = tensor_forms.method_of(reader, found.owner, found.name)
        if form is not None:
            return form(reader, [found.owner, *args], dict(keywords), node)
    if isinstance(found.owner, MaskedValue) and found.name in masks.METHODS:
        return masks.METHODS[found.name](reader, [found.owner, *args], dict(keywords), node)
    form = METHODS.get(found.name)
    if isinstance(found.owner, ArrayValue) and found.name in tensor_forms.METHODS:
        form = tensor_forms.first_of(form, tensor_forms.METHODS[found.name])
    if form is not None and isinstance(found.owner, ArrayValue | VectorParam):
        return form(reader, [found.owner, *args], dict(keywords), node)
    raise GapError(node, f"the method .{found.name} of {describe(found.owner)}", "use operators and functions", "not yet")


def call(
    reader: Reader, function: Value, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST, hint: str
) -> Value:
    """Call a value."""
    from symdiff.frontend import distributions, nested

    if isinstance(function, FunctionValue):
        return inline(reader, function.source, args, keywords, function.defaults, function.frame, node)
    if isinstance(function, Transformed):
        return nested.differentiated(reader, function, args, keywords, node)
    if isinstance(function, Bound):
        given = {**function.keywords, **keywords}
        found = distributions.known_method(reader, function.function, [*function.args, *args], given, node)
        if found is not None:
            return found
        return call(reader, function.function, [*function.args, *args], given, node, hint)
    if isinstance(function, Choice):
        from symdiff.frontend.conditions import split

        return split(reader, function, lambda side: call(reader, side, args, keywords, node, hint), node, hint)
    if not isinstance(function, Known):
        raise GapError(node, f"a call of {describe(function)}", "call a function")
    return _call_known(reader, function, args, keywords, node, hint)


_CLOCKS = (time.time, time.perf_counter, time.monotonic, time.process_time)  # what wrappers that measure call


def _call_known(
    reader: Reader, function: Known, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST, hint: str
) -> Value:
    """Call a Python object: what symdiff has a way of its own for, or a function that is read."""
    from symdiff.frontend import answers, integrators, nested, own, solvers

    target = function.value
    if target is logging.getLogger:
        return Known(logging)  # stands for any logger: its methods only report
    if isinstance(target, FunctionSource):
        return inline(reader, target, args, keywords, own_defaults(reader, target, node), None, node)
    for solve in (solvers.solve, integrators.solve):
        solved = solve(reader, target, args, keywords, node)
        if solved is not None:
            return solved
    rule = declared(target)
    if rule is not None:
        return own.call_own(reader, rule, args, keywords, node, hint)
    if target is functools.partial and args:
        return Bound(args[0], tuple(args[1:]), keywords)
    if type(target) is types.BuiltinFunctionType and target in _CLOCKS and not args:
        leaf = reader.builder.fresh("time")
        reader.opaque[leaf] = node, reader.frames[-1]
        return Number(leaf)
    result = _over_choices(reader, target, args, keywords, node, hint)
    if result is not None:
        return answers.answered(reader, target, args, "dtype" in keywords, result, node)
    if has_mark(target, "__symdiff_reading__"):
        return nested.call_derivative(reader, target, args, keywords, node)
    if has_mark(target, "__symdiff_transform__"):
        return nested.transform(reader, target, args, keywords, node)
    return _call_python(reader, function, args, keywords, node)


def _over_choices(
    reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST, hint: str
) -> Value | None:
    """A function of the library; where an argument is one of two values, on each of them."""
    from symdiff.frontend.arrays import forms

    place = next((k for k, value in enumerate(args) if isinstance(value, Choice)), None)
    known = (has_plain_hash(target) and target in forms()) or row_of_callee(target) is not None
    if place is None or not known:
        return _call_library(reader, target, args, keywords, node, hint)
    from symdiff.frontend.conditions import split

    def use(side: Value) -> Value:
        given = [*args[:place], side, *args[place + 1 :]]
        result = _over_choices(reader, target, given, keywords, node, hint)
        assert result is not None  # noqa: S101 - it is known
        return result

    chosen = args[place]
    assert isinstance(chosen, Choice)  # noqa: S101 - it was found as one
    return split(reader, chosen, use, node, hint)


def _call_library(
    reader: Reader, target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST, hint: str
) -> Value | None:
    """A form or a row of the table; None for anything else."""
    from symdiff.frontend import tensor_forms
    from symdiff.frontend.arrays import forms

    form = forms().get(target) if has_plain_hash(target) else None
    row = row_of_callee(target)
    if has_plain_hash(target):
        check_types(target, args, node)
        args, keywords = usual(target, args, keywords, node)
        form = tensor_forms.form_of(reader, target, form, row is not None, list(args), dict(keywords), node)
    if target is math.pow and reader.attempts:
        raise GapError(node, "math.pow inside try", "write x**y", "not yet")
    with reader.quietly("numpy" in (type(target).__module__, home(target).split(".")[0])):
        if form is not None:
            return boxes.answered(target, args, form(reader, list(args), dict(keywords), node))
        return None if row is None else apply_row(reader, row, args, keywords, node, hint)


def _call_python(reader: Reader, function: Known, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value:
    """A user's function or callable object: its source is read and inlined."""
    from symdiff.frontend import distributions

    target, place = function.value, function.place
    known = type(target) is types.MethodType and distributions.is_normal(target.__self__, target.__name__)
    if not known:
        check_callee(target, node)
    if type(target) in (types.MethodType, functools.partial):
        return call(reader, wrap(reader, target, "f", place or Place("f", target), node), args, keywords, node, "t")
    plain = unwrap(target)
    if not isinstance(plain, types.FunctionType):
        found = method(target, "__call__")
        if place is not None:
            reader.guard(place.then("type").then("attribute", "__call__"), found)
        return call(reader, Bound(Known(found), (function,)), args, keywords, node, "t")
    try:
        check_vectorized(target)
        source = from_function(plain)
    except SourceError as error:
        raise GapError(node, str(error), "define the function in a file") from None
    # Reloading tools give a function other code.
    reader.guard(Place(source.name, plain).then("attribute", "__code__"), plain.__code__)
    defaults = own_defaults(reader, source, node)
    if is_vectorized(target) and not keywords and any(isinstance(value, Container | VectorParam) for value in args):
        return _elementwise(reader, source, args, defaults, node)
    return inline(reader, source, args, keywords, defaults, None, node)


def _elementwise(
    reader: Reader, source: FunctionSource, args: Sequence[Value], defaults: Mapping[str, Value], node: ast.AST
) -> Value:
    """A function of numbers that is applied to the elements of arrays."""
    from symdiff.frontend.conditions import scalar

    def apply(*items: Value) -> Number:
        return scalar(reader, inline(reader, source, items, {}, defaults, None, node), node)

    return containers.broadcast(reader, apply, *args, node)


def apply_row(
    reader: Reader, row: Primitive, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST, hint: str
) -> Value:
    """A row of the table, elementwise on arrays."""
    if keywords:
        raise GapError(node, f"{row.name} with keyword {next(iter(keywords))}", "call it with plain arguments", "not yet")
    if len(args) != row.arity:
        raise GapError(node, f"{row.name} takes {row.arity} arguments, {len(args)} given", f"give {row.arity}")
    if row.scipy:  # a derivative of it may be refused: this is the place to show
        origin = reader.builder.origin or Origin(0, "")
        reader.builder.origin = replace(origin, place=reader.frames[-1].source.place(node))
        try:
            return _apply_row(reader, row, args, node, hint)
        finally:
            reader.builder.origin = origin
    return _apply_row(reader, row, args, node, hint)


def _apply_row(reader: Reader, row: Primitive, args: Sequence[Value], node: ast.AST, hint: str) -> Value:
    from symdiff.frontend.conditions import as_number, elementwise_truth, scalar

    logic = "bool" in (row.operands, row.result)
    listed = logic and any(isinstance(value, ArrayValue | TupleValue | ListValue | VectorParam) for value in args)
    if listed or any(map(holds_array, args)):
        return elementwise(reader, row, args, node, hint)
    if row.operands == "bool":
        truths = [elementwise_truth(reader, value, node) for value in args]
        atoms = [Condition(Const(bool(truth.value))) if isinstance(truth, Known) else truth for truth in truths]
        return reader.apply(row, *atoms, hint=hint)
    if any(isinstance(value, ArrayValue | VectorParam | TupleValue | ListValue) for value in args):
        return containers.broadcast(
            reader, lambda *items: computed.exact(row.name, items) or as_number(reader, reader.apply(row, *items)), *args, node
        )
    operands = [scalar(reader, value, node) for value in args]
    for position in row.literals:
        operands[position] = number(reader.integer(operands[position], node, f"argument {position + 1} of {row.name}"))
    plain = computed.exact(row.name, operands)
    if plain is not None:
        return plain
    found = reader.apply(row, *operands, hint=hint)
    if isinstance(found, Number) and found.known is None and computed.are_whole(row.name, operands):
        computed.note(reader, found.atom, row.name, operands)
        found = whole(found)
    return found


# -- inlining -----------------------------------------------------------------------------------------------------


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
    bound = bind(source, args, keywords, defaults, node)
    state = recursion.enter(reader, source, list(bound.values()), node)
    source = recursion.as_read(reader, source, bound)
    frame = Frame(source, names_assigned(source.node), {}, outer, bool(reader.frames), state=state)
    frame.variables.update(bound)
    return run_function(reader, frame, node)


def run_function(reader: Reader, frame: Frame, node: ast.AST) -> Value:
    """The result of a function whose parameters are bound in the frame."""
    from symdiff.frontend.control import raise_without_result, run

    source = frame.source
    reader.frames.append(frame)
    origin = reader.builder.origin
    try:
        if isinstance(source.node, ast.Lambda):
            return reader.read(source.node.body, frame, "result")
        completion = run(reader, source.node.body, frame)
        if completion.raises:
            if reader.gaps or reader.unreachable:
                return NONE
            raise EndedError
        if "return" not in completion.flags:
            return NONE
        if not completion.always:
            raise_without_result(reader, completion, frame)
        return presently(reader, frame.returned, node) if frame.returned is not None else NONE
    finally:
        reader.frames.pop()
        reader.builder.origin = origin
