"""Functions with a rule of their own: how a call is read, and how their partials are."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.frontend import containers
from symdiff.frontend.gaps import GapError
from symdiff.frontend.nested import adopt
from symdiff.frontend.places import Place
from symdiff.frontend.source import FunctionSource
from symdiff.frontend.tensors import elementwise
from symdiff.frontend.values import (
    ArrayValue,
    Known,
    ListValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph.graph import UNDEFINED
from symdiff.primitives.own import home

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


def call_own(reader: Reader, rule: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST, hint: str) -> Value:
    """A call of a function with a rule: one let; what its partials capture becomes captured here."""
    from symdiff.frontend.conditions import as_number, scalar

    values = _bound(rule, args, keywords, node)
    version = rule.version()
    root, step = home(rule.function)
    reader.guard(Place(f"the rule of {rule.name}", root, path=(step,)), rule)
    captured = [Number(atom) for atom in adopt(reader, version).values()]

    def apply(*operands: Number) -> Number:
        return as_number(reader, reader.apply(version.row, *operands, *captured, hint=hint))

    if any(isinstance(value, ArrayValue | TensorValue | VectorParam | TupleValue | ListValue) for value in values):
        lists = any(isinstance(value, TupleValue | ListValue) for value in values)
        if not rule.elementwise or (lists and not hasattr(rule.function, "nin")):  # ufuncs take lists for arrays
            reason = f"{rule.name} of {'a tuple or list' if lists else 'an array'}: it is a function of numbers"
            raise GapError(node, reason, "call it for each element", certain=True)
        if any(isinstance(value, TensorValue) for value in values):
            return elementwise(reader, version.row, [*values, *captured], node, hint)
        return containers.broadcast(reader, apply, *values, node)
    return apply(*(scalar(reader, value, node) for value in values))


def _bound(rule: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> list[Value]:
    """The operands of a call, in order."""
    names: tuple[str, ...] = rule.operands
    signature: inspect.Signature | None = rule.signature
    if signature is None:
        bound = dict(zip(names, args, strict=False)) if len(args) == len(names) and not keywords else None
    else:
        try:
            bound = dict(signature.bind(*args, **keywords).arguments)
        except TypeError as error:
            raise GapError(node, f"{rule.name}: {error}", f"call it as {rule.name}{signature}") from None
    if bound is None:
        raise GapError(node, f"{rule.name} takes {len(names)} plain arguments", f"write {rule.name}({', '.join(names)})")
    others = [name for name in bound if name not in names]
    if others:
        raise GapError(
            node,
            f"{rule.name} with {others[0]}: its rule is for {', '.join(names)} and the defaults of the others",
            f"leave {others[0]} out, or declare a rule for it too",
        )
    values: list[Value] = []
    for name in names:
        value = bound.get(name)
        if value is None:
            default = signature.parameters[name].default if signature is not None else None
            if isinstance(default, bool) or not isinstance(default, int | float):
                raise GapError(node, f"{rule.name}: the default of {name} is no number", f"give {name} in the call")
            value = number(default)
        if isinstance(value, Known) and not isinstance(value.value, bool):
            raise GapError(node, f"{name} of {rule.name} is {describe(value)}", "pass a number")
        values.append(value)
    return values


def unknown_for_none(result: Value) -> Value:
    """The partials that a function returned: None stands for one that is not known."""
    if isinstance(result, Known) and result.value is None:
        return Number(UNDEFINED)
    if isinstance(result, TupleValue):
        return TupleValue(tuple(map(unknown_for_none, result.items)))
    return ListValue(tuple(map(unknown_for_none, result.items))) if isinstance(result, ListValue) else result


def formula_source(text: str, parameters: Sequence[str], names: Mapping[str, Any]) -> FunctionSource:
    """A formula as a function of these parameters. Raises SyntaxError if it is no expression of Python."""
    tree = ast.parse(text.strip(), "<formula>", mode="eval")
    node = ast.parse(f"lambda {', '.join(parameters)}: 0", "<formula>", mode="eval").body
    assert isinstance(node, ast.Lambda)  # noqa: S101 - the text above
    node.body = tree.body
    return FunctionSource(text, node, "<formula>", tuple(text.strip().splitlines()), None, dict(names))
