"""Lengths of arrays, indices and other integers while reading: what is certain of them, and what the code must check."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from symdiff.frontend.gaps import GapError, RestartError, not_as_arrays
from symdiff.frontend.loop_rows import marked, positions_of
from symdiff.frontend.loop_values import Counting
from symdiff.frontend.lower import Reader
from symdiff.frontend.signs import integer_facts
from symdiff.frontend.values import Number, Value, number
from symdiff.graph import bounds
from symdiff.graph.affine import ONE, Affine, Element, is_derived, sizes_in
from symdiff.graph.graph import Atom, Const, defined
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE


def length_of(reader: Reader, length: Affine) -> Number:
    """A length as a number of the graph, which knows what it is in sizes."""
    if length.is_constant:
        return number(max(length.const, 0))
    symbol = length.symbols[0]
    how_often = reader.totals.get(str(symbol)) if length == Affine.of(symbol) else None
    return Number(affine_atom(reader, length) if how_often is None else how_often, affine=length)


def length_told(reader: Reader, length: Affine, node: ast.AST) -> Number:
    """What ``len`` gives: that of ``x[1:]`` is n - 1 for n = 1, 2, ..., and 0 for n = 0, in versions of their own."""
    if is_certain(reader, length) or reader.supposes(length) is None:
        return length_of(reader, length)
    return length_of(reader, settled(reader, length, "an array", node))


def at_least_none(length: Affine) -> Affine:
    """A length as it is compared with others: one that is known and below 0 is 0."""
    return Affine(max(length.const, 0)) if length.is_constant else length


def affine_atom(reader: Reader, part: Affine) -> Atom:
    """The value of an expression in sizes as a number of the graph."""
    if part.is_constant:
        return Const(part.const)
    symbol = part.symbols[0]
    if part == Affine.of(symbol) and (isinstance(symbol, str) or (isinstance(symbol, Element) and not symbol.index)):
        return symbol if isinstance(symbol, str) else symbol.array
    return reader.builder.sum([Term(part)], ())


def counted(reader: Reader, axes: Sequence[Affine], what: str, node: ast.AST) -> Number:
    """The number of elements of an array with these axes. A length such as n - 1 must not be that of n = 0."""
    from symdiff.frontend.conditions import as_number

    total: Number = number(1)
    for length in axes:
        if length != ONE:
            count = length_of(reader, settled(reader, length, f"{what} of an array", node))
            total = count if total.known == 1 else as_number(reader, reader.apply("mul", total, count))
    return total


def extent(reader: Reader, value: Value, node: ast.AST, what: str, data: bool = False, sized: bool = False) -> Affine:
    """An integer that is known while reading or computed from lengths, as an expression in sizes; or (``data``) from data.

    ``sized``: one from data is a size of its own, which is counted when the code runs; below 0 there is none.
    """
    if sized and isinstance(value, Number) and (part := value.integer) is not None and any(part.elements):
        return size_of(reader, part, node, what)
    if isinstance(value, Number) and value.affine is not None:
        if not data and any(isinstance(element, Element) and not element.index for element in value.affine.elements):
            raise GapError(node, f"{what} that only the data tell", "use a length of an array, or a literal", "not yet")
        return value.affine
    if data and isinstance(value, Number) and value.integer is not None and not reader.builder.axes_of(value.atom):
        return value.integer
    if isinstance(value, Number) and value.affine is None:
        reader.build_in_product(value)
    return Affine(reader.integer(value, node, what))


def sees(reader: Reader, name: str) -> bool:
    """Whether the block that is being built, or one around it, defines a name."""
    return any(name in defined(statement) for block in reader.builder.blocks for statement in block)


def kept(reader: Reader, wanted: tuple[Any, ...]) -> str | None:
    """The name that was kept under a key, in the block that is being built or one around it."""
    return next((block.shared[wanted] for block in reversed(reader.builder.blocks) if wanted in block.shared), None)


def keep(reader: Reader, wanted: tuple[Any, ...], name: str) -> None:
    """Keep a name for what may ask for the same again in this block, or in one inside it."""
    reader.builder.current.shared[wanted] = name


def size_of(reader: Reader, part: Affine, node: ast.AST, what: str) -> Affine:
    """An integer from data as a size."""
    from symdiff.frontend import grown

    atom, builder = affine_atom(reader, part), reader.builder
    count = next((size for size, found in reader.totals.items() if found == atom and sees(reader, size)), None)
    if count is None:
        if reader.loops or builder.current.elementwise:
            gap = GapError(node, f"{what} that the data tell, in a loop over an array", "write a plain loop", "not yet")
            raise not_as_arrays(reader, gap)
        count = kept(reader, ("size", atom)) or grown.size_of(reader, atom)
        keep(reader, ("size", atom), count)
    return Affine.of(count)


def is_certain(reader: Reader, part: Affine, in_loops: bool = True) -> bool:
    """Whether an expression in sizes is at least 0 in any case: sizes are, and what was checked before.

    ``in_loops``: in the iterations of the loops that are being read, if there are any.
    """
    known = [checked for checked, body in reader.checked.items() if reader.builder.is_open(body)]
    if not in_loops:
        known = [checked for checked in known if checked not in reader.provisional]
    known += integer_facts(reader)
    while True:
        if bounds.is_certain(part) or any(bounds.is_certain(part - checked) for checked in known):
            return True
        found = counted_out(reader, part)
        least = _bounded_out(reader, part) if found is None else found[0]
        if least == part:
            return False
        part = least


def counted_out(reader: Reader, part: Affine) -> tuple[Affine, Counting] | None:
    """What an expression is at least, through all iterations of the innermost loop whose counter occurs in it, and that loop."""
    for counter, loop in reversed(reader.counters.items()):
        factor = part.coefficient(counter)
        if factor and (factor > 0 or loop.trip is not None):
            last = loop.trip - 1 if loop.trip is not None else Affine()
            return part.substitute({counter: Affine() if factor > 0 else last}), loop
    return None


def _bounded_out(reader: Reader, part: Affine) -> Affine:
    """What an expression is at least, whatever the computed integers in it are of which bounds are known: ``t % m``."""
    for element in part.elements:
        factor, bound = part.coefficient(element), reader.bounded.get(element.array)
        if factor > 0 and element.array in reader.bounded:
            part -= Affine.of(element) * factor
        elif factor < 0 and bound is not None:
            part += (bound - 1 - Affine.of(element)) * factor
    return part


def is_at_least_none(reader: Reader, part: Affine, message: str, node: ast.AST) -> bool:
    """Whether an expression in sizes is at least 0 in the present call; what is no length of an argument must be."""
    if part.is_constant:
        return part.const >= 0
    holds = is_certain(reader, part) or reader.supposes(part)
    if holds is False:
        require(reader, -part - 1, "ValueError", f"this is for {part - part.const} < {-part.const} only", node)
        return False
    require(reader, part, "ValueError", message, node)
    return True


def differ(reader: Reader, first: Affine, second: Affine, node: ast.AST) -> bool:
    """Whether two lengths of arguments are different ones in this version: what is read where they are equal makes them one."""
    if min(len(first.symbols), len(second.symbols)) == 0:
        return False
    order = reader.supposed_order(first - second)
    if order:
        greater, less = (first, second) if order > 0 else (second, first)
        require(reader, greater - less - 1, "ValueError", f"this is for {greater} > {less} only", node)
    return order != 0


def settled(reader: Reader, length: Affine, what: str, node: ast.AST) -> Affine:
    """A length as a number: one such as n - 1 is that only for n = 1, 2, ..., and 0 for n = 0."""
    return length if is_at_least_none(reader, length, f"{what} that is too short", node) else Affine()


def require(
    reader: Reader, part: Affine, exception: str, message: str, node: ast.AST, unless_empty: Affine | None = None
) -> None:
    """An expression in sizes must be at least 0: the derivative raises where it is not, as the function does.

    ``unless_empty``: but not where this length is 0.
    """
    if is_certain(reader, part):
        return
    if marked([part]):  # of a row: checked once, before the loop
        from symdiff.frontend.loop_writes import require_in_loops

        require_in_loops(reader, positions_of(part), message, node)
        return
    if part.is_constant and unless_empty is None:
        raised = {"IndexError": IndexError, "ValueError": ValueError}[exception]
        raise GapError(node, message, "use a longer array", raises=raised)
    if reader.builder.current.elementwise:
        # Checked before the loop: that the branch is never taken where it does not hold is not relied on.
        with reader.builder.outside():
            require(reader, part, exception, message, node)
        return
    if unless_empty is None and _before_loop(reader, part, exception, message, node):
        return
    place = reader.frames[-1].source.place(node)
    builder = reader.builder
    condition = _is_negative(reader, part)
    for length in dict.fromkeys(_longest(reader, loop.length) for loop in reader.loops):  # one that does nothing raises nothing
        if length is not None and not length.positions and not is_certain(reader, length - 1, in_loops=False):
            condition = builder.apply(TABLE["and"], _is_negative(reader, -length), condition)
    if unless_empty is not None:
        condition = builder.apply(TABLE["and"], _is_negative(reader, -unless_empty), condition)
    with builder.block() as body:
        # The folder would make one function two, with code of their own, in two checkouts.
        builder.error(exception, f"{message} ({PurePath(place.file).name}, line {place.line})")
    builder.branch(condition, body, (), [])
    if unless_empty is None:
        reader.checked[part] = builder.current
        (reader.provisional.add if reader.loops else reader.provisional.discard)(part)


def _before_loop(reader: Reader, part: Affine, exception: str, message: str, node: ast.AST) -> bool:
    """Check what depends on a counter once, before the loop: the first or the last iteration decides."""
    found = counted_out(reader, part)
    if found is None or not found[1].whole or reader.builder.current is not found[1].body:
        return False
    least, loop = found
    if loop.trip is None or any(part.elements):
        return False
    counter = next(name for name, each in reader.counters.items() if each is loop)
    if any(each.length.coefficient(counter) for each in reader.loops):  # those that do nothing in some iterations
        return False
    with reader.builder.above(loop.body):
        require(reader, least, exception, message, node, unless_empty=loop.trip)
    reader.checked[part] = reader.builder.current
    return True


def _longest(reader: Reader, length: Affine) -> Affine | None:
    """A length of a loop, before the loops around it whose counters tell it: the greatest. None if nothing tells that."""
    while any(length.coefficient(name) and not reader.builder.is_open(loop.body) for name, loop in reader.counters.items()):
        found = counted_out(reader, -length)
        if found is None:
            return None
        length = -found[0]
    return length


def _is_negative(reader: Reader, part: Affine) -> Atom:
    """Whether an expression in sizes is less than 0, with the sizes on one side and the number on the other."""
    below = reader.builder.apply
    if all(factor < 0 for _, factor in part.terms):
        return below(TABLE["lt"], Const(part.const), affine_atom(reader, part.const - part))
    return below(TABLE["lt"], affine_atom(reader, part - part.const), Const(-part.const))


def equal(reader: Reader, first: Affine, second: Affine, node: ast.AST) -> Affine:
    """Two lengths that must be equal: where they are not by their form, reading starts again with one size for both."""
    if first == second:
        return first
    reason = f"arrays of the lengths {first} and {second} in one operation"
    if (first - second).is_constant:
        raise GapError(node, reason, "make the lengths equal", raises=ValueError)
    told = reader.counts.isdisjoint(sizes_in([first - second]))  # by arguments, not by what a loop does
    solution = reader.sizes.solution(first - second) if told else None
    if not told or (solution is None and is_derived(first - second)):
        # Checked in every call: half of n, rounded up, and half of n.
        for part in (first - second, second - first):
            require(reader, part, "ValueError", reason, node)
        return first
    known = [value.const for value in (solution or {}).values() if value.is_constant]
    if solution is None or any(length < 2 or length in reader.listed for length in known):
        reader.fix(sizes_in([first, second]), node, reason, "make the lengths equal")
    reader.require_several(solution.values())
    raise RestartError(sizes=solution)
