"""Builtins, itertools and functools on containers whose length is known while reading."""

from __future__ import annotations

import ast
import functools
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from symdiff.frontend import changes, containers, dicts
from symdiff.frontend.conditions import as_number, conjunction, disjunction, scalar, truth_of
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.loop_values import SeriesValue
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import Condition, Known, ListValue, Number, TensorValue, TupleValue, Value, number
from symdiff.graph.affine import Affine, sizes_in

MAX_SORTED = 8  # numbers that depend on the arguments: a network of n*(n - 1)/2 min and max


def _range(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 3, "range", node)
    found = [value.integer if isinstance(value, Number) else None for value in args]
    if any(part is not None and not part.is_constant for part in found):
        return _symbolic_range(reader, args, node)
    bounds = [reader.integer(value, node, "a range bound") for value in args]
    if len(bounds) == 3 and bounds[2] == 0:
        raise GapError(node, "a range with step 0", "use another step")
    return Known(range(*bounds))


def _symbolic_range(reader: Reader, args: Args, node: ast.AST) -> Value:
    """A range whose bounds depend on lengths of arrays, or on loops around it."""
    from symdiff.frontend import loop_headers
    from symdiff.frontend.array_loops import range_of
    from symdiff.frontend.lengths import extent

    bounds = [extent(reader, value, node, "a range bound", data=True) for value in args]
    start, stop = (Affine(), bounds[0]) if len(bounds) == 1 else bounds[:2]
    step = bounds[2] if len(bounds) == 3 else Affine(1)
    data = any(True for bound in bounds for _ in bound.elements)
    moving = step != Affine(1) and bool(start.positions or stop.positions)
    if data or moving or not step.is_constant or step.const == 0:
        return loop_headers.stepping(reader, start, stop, step, node)
    return range_of(reader, start, stop, step.const, node)


def _zip(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    strict = keywords.pop("strict", Known(False))
    plain(args, keywords, 0, 10**6, "zip", node)
    from symdiff.frontend import loop_headers

    series = loop_headers.zipped(reader, args, node)
    if series is not None:
        return series
    columns = [containers.elements(reader, value, node) for value in args]
    if isinstance(strict, Known) and strict.value and len({len(column) for column in columns}) > 1:
        raise GapError(node, "zip(strict=True) of different lengths", "make the lengths equal")

    def again(sources: Sequence[Value]) -> Iterator[Value]:
        found = [containers.elements(reader, value, node) for value in sources]
        return (TupleValue(items) for items in zip(*found, strict=False))

    rows = (TupleValue(items) for items in zip(*columns, strict=False))
    return changes.iterator(reader, rows, *args, again=again)


def _enumerate(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    start = keywords.pop("start", args[1] if len(args) == 2 else number(0))
    plain(args, keywords, 1, 2, "enumerate", node)
    first = reader.integer(start, node, "the start of enumerate")
    from symdiff.frontend import array_loops, loop_headers

    series = loop_headers.enumerated(reader, args[0], first, node) or array_loops.enumerated(reader, args[0], first, node)
    if series is not None:
        return series

    def pairs(sources: Sequence[Value]) -> Iterator[Value]:
        items = containers.elements(reader, sources[0], node)
        return (TupleValue((number(first + k), item)) for k, item in enumerate(items))

    return changes.iterator(reader, pairs(args), args[0], again=pairs)


def _reversed(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    from symdiff.frontend import array_loops, loop_headers

    plain(args, keywords, 1, 1, "reversed", node)
    series = loop_headers.backwards(reader, args[0]) or array_loops.backwards(reader, args[0], node)
    if series is not None:
        return series

    def backwards(sources: Sequence[Value]) -> Iterator[Value]:
        return reversed(containers.elements(reader, sources[0], node))

    return changes.iterator(reader, backwards(args), args[0], again=backwards)


def _map(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    from symdiff.frontend.calls import call

    plain(args, keywords, 2, 10**6, "map", node)
    columns = [containers.elements(reader, value, node) for value in args[1:]]
    items = (call(reader, args[0], items, {}, node, "t") for items in zip(*columns, strict=False))
    return changes.iterator(reader, items, lazy=True)


def _filter(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``filter(f, items)`` where f decides by what is known while reading."""
    plain(args, keywords, 2, 2, "filter", node)
    kept = [item for item in containers.elements(reader, args[1], node) if _known_truth(reader, args[0], item, node)]
    return changes.iterator(reader, kept, lazy=True)


def _known_truth(reader: Reader, function: Value, item: Value, node: ast.AST) -> bool:
    from symdiff.frontend.calls import call

    test = item if isinstance(function, Known) and function.value is None else call(reader, function, [item], {}, node, "t")
    truth = truth_of(reader, test, node)
    if isinstance(truth, Condition):
        raise GapError(node, "a filter that depends on the arguments", "add up `value if condition else 0`", "not yet")
    return bool(truth.value)


def _next(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``next(v for v in items if test)``, of a generator expression that stands in the call."""
    plain(args, keywords, 1, 2, "next", node)
    if not isinstance(node, ast.Call) or not isinstance(node.args[0], ast.GeneratorExp):
        raise GapError(node, "next of an iterator that goes on afterwards", "loop over it, or index a list", "not yet")
    items = containers.elements(reader, args[0], node)
    if not items and len(args) == 1:
        raise GapError(node, "next of nothing", "give a default")
    return items[0] if items else args[1]


def _reduce(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``functools.reduce(f, items, start)``."""
    from symdiff.frontend.calls import call

    plain(args, keywords, 2, 3, "reduce", node)
    items = [*args[2:], *containers.elements(reader, args[1], node)]
    if not items:
        raise GapError(node, "reduce of nothing", "give a start value")
    return functools.reduce(lambda a, b: call(reader, args[0], [a, b], {}, node, "t"), items)


def ordered(reader: Reader, items: Iterable[Value], node: ast.AST) -> list[Value]:
    """Values from the smallest to the largest: known ones as Python sorts them, others by a network of min and max."""
    values = list(items)
    keys = [dicts.key_of(value) for value in values]
    if None not in keys:
        plain_keys = [key[0] for key in keys if key is not None]
        if not all(isinstance(key, int | float | str) for key in plain_keys):
            raise GapError(node, "sorted of other things than numbers and texts", "use numbers or texts")
        try:
            return [values[k] for k in sorted(range(len(values)), key=plain_keys.__getitem__)]
        except TypeError as error:
            raise GapError(node, str(error), "sort values of one kind") from None
    if len(values) > MAX_SORTED:
        raise GapError(
            node, f"sorting {len(values)} numbers that depend on the arguments", f"sort at most {MAX_SORTED}", "not yet"
        )
    sorted_: list[Number] = [scalar(reader, value, node) for value in values]
    for last in range(len(sorted_) - 1, 0, -1):
        for k in range(last):
            pair = sorted_[k], sorted_[k + 1]
            sorted_[k], sorted_[k + 1] = (as_number(reader, reader.apply(name, *pair)) for name in ("min", "max"))
    return list(sorted_)


def _sorted(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``sorted(items, reverse=False)``."""
    backwards = truth_of(reader, keywords.pop("reverse", Known(False)), node)
    plain(args, keywords, 1, 1, "sorted", node)
    if isinstance(backwards, Condition):
        raise GapError(node, "an order that depends on the arguments", "use a literal for reverse")
    items = ordered(reader, containers.elements(reader, args[0], node), node)
    return ListValue(tuple(items[::-1] if backwards.value else items))


def _itertool(function: Callable[..., Any], containers_first: int, integers: int, most: int) -> Form:
    """A function of itertools that only arranges elements: run on the values themselves."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, min(containers_first, 1), most, function.__name__, node)
        columns = [containers.elements(reader, value, node) for value in args[:containers_first]]
        numbers = [reader.integer(value, node, f"an argument of {function.__name__}") for value in args[containers_first:]]
        if len(numbers) > integers:
            raise GapError(node, f"{function.__name__} with {len(args)} arguments", "give fewer")
        items = []
        for item in function(*columns, *numbers):
            items.append(TupleValue(item) if isinstance(item, tuple) else item)
            if len(items) > containers.MAX_RANGE:
                raise GapError(node, "a sequence that long", f"use at most {containers.MAX_RANGE} elements", "not yet")
        return changes.iterator(reader, items, *args)

    return form


def _accumulate(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``itertools.accumulate(items, function)``."""
    from symdiff.frontend.calls import call

    plain(args, keywords, 1, 2, "accumulate", node)
    function = args[1] if len(args) == 2 else Known(operator.add)
    items = containers.elements(reader, args[0], node)
    return changes.iterator(
        reader, itertools.accumulate(items, lambda a, b: call(reader, function, [a, b], {}, node, "t")), lazy=True
    )


def _tuple(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 0, 1, "tuple", node)
    return TupleValue(containers.elements(reader, args[0], node) if args else ())


def _list(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 0, 1, "list", node)
    if args and isinstance(args[0], SeriesValue | TensorValue) and (listed := _of_any_length(reader, args[0], node)) is not None:
        return listed
    return ListValue(containers.elements(reader, args[0], node) if args else ())


def _of_any_length(reader: Reader, value: Value, node: ast.AST) -> Value | None:
    """A new list of the elements of a vector whose length is counted when the code runs; None for others."""
    from symdiff.frontend import grown
    from symdiff.frontend.tensors import tensor_of

    array = tensor_of(reader, value, node)
    if len(array.axes) != 1 or reader.counts.isdisjoint(sizes_in(array.axes)):
        return None
    return grown.made(array, False)


def _set(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 0, 1, "set", node)
    return dicts.set_of(reader, containers.elements(reader, args[0], node) if args else (), node)


def _truths(reader: Reader, args: Args, keywords: Keywords, node: ast.AST, name: str) -> list[Value]:
    plain(args, keywords, 1, 1, name, node)
    return [truth_of(reader, item, node) for item in containers.elements(reader, args[0], node)]


def _any(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    return disjunction(reader, _truths(reader, args, keywords, node, "any"))


def _all(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    return conjunction(reader, _truths(reader, args, keywords, node, "all"))


SEQUENCES: dict[str, Form] = {
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "map": _map,
    "tuple": _tuple,
    "list": _list,
    "dict": dicts.dict_of,
    "set": _set,
    "frozenset": _set,
    "filter": _filter,
    "next": _next,
    "sorted": _sorted,
    "any": _any,
    "all": _all,
}

TOOLS: dict[Callable[..., Any], Form] = {
    functools.reduce: _reduce,
    itertools.accumulate: _accumulate,
    itertools.product: _itertool(itertools.product, 10, 0, 10),
    itertools.chain: _itertool(itertools.chain, 1000, 0, 1000),
    itertools.pairwise: _itertool(itertools.pairwise, 1, 0, 1),
    itertools.combinations: _itertool(itertools.combinations, 1, 1, 2),
    itertools.combinations_with_replacement: _itertool(itertools.combinations_with_replacement, 1, 1, 2),
    itertools.permutations: _itertool(itertools.permutations, 1, 1, 2),
    itertools.islice: _itertool(itertools.islice, 1, 3, 4),
}
