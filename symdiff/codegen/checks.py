"""Indices that come from data are checked before the loops that use them; all others are in range by construction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

from symdiff.codegen.code import Plain
from symdiff.codegen.definitions import Definitions, Indexed
from symdiff.codegen.elements import Elements
from symdiff.codegen.given import length_code
from symdiff.codegen.printer import COMPARE, Text
from symdiff.graph.affine import ZERO, Affine, Axes, Symbol, substituted
from symdiff.graph.graph import Origin, Raise, Statement, defined, free_names
from symdiff.graph.terms import Guard, Range, Term


def write_checks(elements: Elements, definitions: Definitions, name: str) -> None:
    """Check every index from data that a sum or fold reads or writes by: one IndexError before any element is touched.

    As in NumPy, an index is wrong wherever the sum is made, even if nothing reads that element of the sum.
    """
    definition = definitions.known[name]
    if not isinstance(definition, Indexed):
        return
    for term in definition.terms:
        for array, part, length in dict.fromkeys(_accesses(definitions, definition, term)):
            where = f"an index of {array}" if array in definitions.graph.inputs else "an index"
            told = {element.array for element in part.elements}
            source = sorted(set().union(*(_inputs_of(definitions, each) for each in told))) or _bounds_from(term)
            message = f"{where} is out of range" + (f": see {' and '.join(source)}" if source else "")
            if definition.origin is not None and definition.origin.text:
                message += f" (line {definition.origin.line})"  # as in the comments of the source
            _write(elements, definition, term, part, length, message)


def _inputs_of(definitions: Definitions, name: str) -> set[str]:
    """The arrays of integers that indices are computed from, for messages; the indices themselves if there are none."""
    graph = definitions.graph
    whole = {leaf for param in graph.params for leaf in param.leaves if getattr(param.structure, "kind", "") == "int"}
    if name in whole or not whole:
        return {name}
    made = {each: node for node in graph.body for each in defined(node)}
    seen, waiting = set[str](), [name]
    while waiting:
        node = made.get(waiting.pop())
        read = set(free_names((node,))) if node is not None else set()
        waiting += sorted(read - seen)
        seen |= read
    return (seen & whole) or {name}


def _accesses(definitions: Definitions, definition: Indexed, term: Term) -> Iterator[tuple[str, Affine, Affine]]:
    """The arrays, indices and lengths of the axes where only data tell that an index is in range."""
    accesses: list[tuple[str, Sequence[Affine], Axes]] = []
    if isinstance(term.atom, str):
        accesses.append((term.atom, term.index, definitions.axes.get(term.atom, ())))  # none: a size, read as a number
    if term.address is not None:
        accesses.append((definition.name, term.address, definition.axes))
    pending = list(term.affines())
    while pending:
        for element in pending.pop().elements:
            accesses.append((element.array, element.index, definitions.axes[element.array]))
            pending += element.index
    loose = _loose(definition, term)
    for array, index, axes in accesses:
        for part, length in zip(index, axes, strict=True):
            if any(True for _ in part.elements) or part.positions & loose:
                yield array, part, length


def _loose(definition: Indexed, term: Term) -> set[int]:
    """The positions of ranges whose bounds come from data, directly or not."""
    rank = len(definition.axes)
    found: set[int] = set()
    for number, each in enumerate(term.ranges):
        bounds = (each.low, each.high)
        if any(True for part in bounds for _ in part.elements) or any(part.positions & found for part in bounds):
            found.add(rank + number)
    return found


def _bounds_from(term: Term) -> list[str]:
    parts = (part for each in term.ranges for part in (each.low, each.high))
    return sorted({element.array for part in parts for element in part.elements})


def _write(elements: Elements, definition: Indexed, term: Term, part: Affine, length: Affine, message: str) -> None:
    """Loops over the indices that the expression depends on, and the check inside; nothing if the guards say it already."""
    if {Guard(part), Guard(length - 1 - part)} <= set(term.guards):
        return
    rank = len(definition.axes)
    ranges = {rank + number: each for number, each in enumerate(term.ranges)}
    if term.address is None:
        ranges |= {axis: Range(ZERO, long) for axis, long in enumerate(definition.axes)}
    needed = set(part.positions).union(*(guard.affine.positions for guard in term.guards))
    for position in sorted(ranges, reverse=True):
        if position in needed:
            needed |= ranges[position].low.positions | ranges[position].high.positions
    canonical: dict[Symbol, Affine] = {position: Affine.of(place) for place, position in enumerate(sorted(needed))}
    spaces = tuple(substituted((ranges[p].low, ranges[p].high), canonical) for p in sorted(needed))
    kept = tuple(replace(guard, affine=guard.affine.substitute(canonical)) for guard in term.guards)
    if elements.is_checked((spaces, kept, part.substitute(canonical), length)):
        return
    places: dict[Symbol, Affine] = {}
    with ExitStack() as stack:
        for position in sorted(needed):
            low, high = substituted((ranges[position].low, ranges[position].high), places)
            variable = elements.variable_of_loop()
            places[position] = Affine.of(variable)
            stack.enter_context(elements.loop(variable, Range(low, high), ()))
        guards = [replace(guard, affine=guard.affine.substitute(places)) for guard in term.guards]
        raising = [Raise("IndexError", message, definition.origin)]
        _checked(elements, definition.origin, guards, part.substitute(places), length, raising)


def _checked(
    elements: Elements, origin: Origin | None, guards: Sequence[Guard], part: Affine, length: Affine, raising: list[Raise]
) -> None:
    """Raise where guards hold and an index is out of range. What is computed is read only where the guards before it hold."""
    guards = [*guards, *_readable(elements, part)]
    late = [guard for guard in guards if _reads_computed(elements, guard.affine)]
    first = [guard for guard in guards if guard not in late]
    if first and (late or _reads_computed(elements, part)):
        with elements.side(first) as body:
            _checked(elements, origin, late, part, length, raising)
        elements.choose(elements.condition(first), body, (), [], origin)
    elif late and _reads_computed(elements, part):
        with elements.side(late) as body:
            _checked(elements, origin, (), part, length, raising)
        elements.choose(elements.condition(late), body, (), [], origin)
    else:
        inside = _outside(elements, part, length).code
        elements.choose(elements.condition_of(_with(elements, guards, inside)), raising, (), [], origin)


def _readable(elements: Elements, part: Affine) -> Iterator[Guard]:
    """That the integers which tell an index are there: ``idx[0]`` is left of a loop that may make no iteration."""
    for each in part.elements:
        if not any(index.positions for index in each.index):
            yield from elements.doubtful(each.array, each.index)


def _reads_computed(elements: Elements, part: Affine) -> bool:
    """Whether an integer is made of elements of an array that is computed, which are variables before they are read."""
    return any(each.index and not elements.is_integer(each.array) for each in part.elements)


def write_raise(elements: Elements, statement: Statement) -> None:
    """Raise an error, which tells the lengths that it is about."""
    if not isinstance(statement, Raise) or not statement.lengths:
        elements.append(statement)
        return
    message = statement.told(lambda length: f"{{{{{length_code(elements.spelling, length)}}}}}")  # in double braces: no hole
    elements.emit(Plain((f'raise {statement.exception}(f"{message}")',), (), statement.origin))


def _outside(elements: Elements, part: Affine, length: Affine) -> Text:
    text = elements.spelling.affine(part).code
    return Text(f"not 0 <= {text} < {elements.spelling.affine(length).code}", COMPARE)


def _with(elements: Elements, guards: Sequence[Guard], inside: str) -> Text:
    if not guards:
        return Text(inside, COMPARE)
    return Text(f"{elements.spelling.guards(guards).code} and {inside}", COMPARE)
