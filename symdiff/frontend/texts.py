"""Texts while reading: f-strings, formatting and methods of strings, by a whitelist of pure operations on known values.

A text with a value of the call in it is a TextValue: good for messages, and shown there with ``{expression}`` for the value.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any

from symdiff.frontend import dicts
from symdiff.frontend.gaps import EndedError, GapError, NeedsCallError, PoisonedError
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.values import Known, ListValue, Poison, TextValue, TupleValue, Value, number

MAX_TEXT = 10_000  # characters of a text made while reading

METHODS = frozenset((
    "lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "casefold", "swapcase", "startswith", "endswith",
    "split", "rsplit", "splitlines", "join", "replace", "find", "rfind", "index", "rindex", "count", "isdigit", "isalpha",
    "isalnum", "isnumeric", "isdecimal", "isspace", "isupper", "islower", "isidentifier", "zfill", "ljust", "rjust", "center",
    "partition", "rpartition", "removeprefix", "removesuffix", "format",
))  # fmt: skip


_CONVERSIONS: dict[int, Callable[[Any], str]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}


def shown(value: Value) -> tuple[Any] | None:
    """The object that a text shows, in a tuple of one; None if it depends on the arguments."""
    found = dicts.key_of(value)
    if found is not None and not isinstance(found[0], str | int | float | bool | tuple | None):
        return None
    return found


def _format(value: Any, spec: str, node: ast.AST) -> str:
    if re.search(r"\d{4}", spec):
        raise GapError(node, "a text that long", f"use a width below {MAX_TEXT // 10}")
    try:
        return format(value, spec)
    except (ValueError, TypeError) as error:
        raise GapError(node, str(error), "use another format") from None


@reads(ast.JoinedStr)
def read_f_string(reader: Reader, node: ast.JoinedStr, frame: Frame, hint: str) -> Value:
    """``f"{name}: {x:.3f}"``: known values are filled in."""
    parts: list[str] = []
    complete = True
    for part in node.values:
        if not isinstance(part, ast.FormattedValue):
            parts.append(str(part.value) if isinstance(part, ast.Constant) else ast.unparse(part))
            continue
        spec = reader.operand(part.format_spec, frame) if part.format_spec is not None else Known("")
        found = shown(reader.operand(part.value, frame))
        if found is None or not isinstance(spec, Known):
            complete = False
            parts.append(ast.unparse(ast.JoinedStr([part]))[2:-1])
            continue
        convert = _CONVERSIONS.get(part.conversion)
        parts.append(_format(found[0] if convert is None else convert(found[0]), spec.value, part))
    return _text("".join(parts), complete, node)


def _text(text: str, complete: bool, node: ast.AST) -> Value:
    if len(text) > MAX_TEXT:
        raise GapError(node, "a text that long", f"use at most {MAX_TEXT} characters")
    return Known(text) if complete else TextValue(text)


def joined(left: Value, right: Value, node: ast.AST) -> Value | None:
    """``+`` of two texts, ``text % values``'s sibling; None if one is no text."""
    texts = [value.value for value in (left, right) if isinstance(value, TextValue | Known) and isinstance(value.value, str)]
    if len(texts) < 2:
        return None
    return _text(texts[0] + texts[1], isinstance(left, Known) and isinstance(right, Known), node)


def percent(left: Value, right: Value, node: ast.AST) -> Value | None:
    """``text % values``; None if the left operand is no text."""
    if not isinstance(left, TextValue | Known) or not isinstance(left.value, str):
        return None
    values = shown(right)
    if values is None or isinstance(left, TextValue):
        return TextValue(left.value)
    if re.search(r"%[^a-zA-Z%]*(\d{4}|\*)", left.value):
        raise GapError(node, "a text that long", f"use a width below {MAX_TEXT // 10}")
    try:
        return _text(left.value % values[0], True, node)
    except (ValueError, TypeError) as error:
        raise GapError(node, str(error), "use another format") from None


def method(text: str, name: str, args: Sequence[Value], node: ast.AST) -> Value | None:
    """A method of a text that is known; None if it is not read."""
    if name not in METHODS:
        return None
    found = [shown(_listed(value)) for value in args]
    if None in found:
        if name == "format":
            return TextValue(text)
        raise GapError(node, f".{name} with values that depend on the arguments", "use fixed texts")
    values = [pair[0] for pair in found if pair is not None]
    wide = name == "format" and re.search(r"\d{4}", text)
    if wide or any(isinstance(value, int) and abs(value) > MAX_TEXT for value in values):
        raise GapError(node, "a text that long", f"use at most {MAX_TEXT} characters")
    try:
        result = getattr(text, name)(*values)
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise GapError(node, str(error), "use other arguments", raises=type(error)) from None
    return _value(result, node)


def _listed(value: Value) -> Value:
    return TupleValue(value.items) if isinstance(value, ListValue) else value


def _value(result: Any, node: ast.AST) -> Value:
    if isinstance(result, list):
        return ListValue(tuple(_value(item, node) for item in result))
    if isinstance(result, tuple):
        return TupleValue(tuple(_value(item, node) for item in result))
    if isinstance(result, str):
        return _text(result, True, node)
    return Known(result) if isinstance(result, bool) else number(result)


def _str(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``str(x)``; of a value of the call, a text for messages."""
    plain(args, keywords, 0, 1, "str", node)
    found = shown(args[0]) if args else ("",)
    if found is None:
        return TextValue(f"{{{ast.unparse(node.args[0])}}}" if isinstance(node, ast.Call) else "{}")
    return _text(str(found[0]), True, node)


def _repr(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "repr", node)
    found = shown(args[0])
    return _str(reader, args, keywords, node) if found is None else _text(repr(found[0]), True, node)


def _format_of(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 2, "format", node)
    found, spec = shown(args[0]), args[1] if len(args) == 2 else Known("")
    if found is None or not isinstance(spec, Known):
        return _str(reader, args[:1], keywords, node)
    return Known(_format(found[0], str(spec.value), node))


def known_text(reader: Reader, node: ast.expr, frame: Frame) -> str:
    """The text of a message: what is known is filled in, and what is not read is shown as ``{expression}``."""
    gaps, unbound, variables, cells = len(reader.gaps), len(reader.unbound), dict(frame.variables), dict(reader.cells)
    value: Value | None = None
    with reader.builder.block():
        try:
            value = reader.read(node, frame)
        except (EndedError, NeedsCallError, GapError, PoisonedError):
            value = None
    del reader.gaps[gaps:], reader.unbound[unbound:]
    frame.variables, reader.cells = variables, cells
    if isinstance(value, TextValue):
        return value.value
    found = shown(value) if value is not None and not isinstance(value, Poison) else None
    return str(found[0]) if found is not None else f"{{{ast.unparse(node)}}}"


TEXTS: dict[str, Form] = {"str": _str, "repr": _repr, "format": _format_of}
