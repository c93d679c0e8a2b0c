"""Expressions with holes: what the two sides of a rewrite are. Made by calling the row's lambda once on its holes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.graph.build import Operators
from symdiff.graph.graph import Atom, Const, Let
from symdiff.primitives.constant import Constant
from symdiff.primitives.row import Primitive


class Template(Operators):
    """A side of a rewrite, or a part of it. Rows of the table and Python's operators apply to it."""

    def __symdiff_apply__(self, op: Primitive, operands: Sequence[Any]) -> Any:
        """Apply a row to operands of which at least one is a template; abbreviations are expanded."""
        if op.expansion is not None:
            return op.expansion(*operands)
        return Operation(op, tuple(map(lift, operands)))


@dataclass(frozen=True)
class Hole(Template):
    """Operand number ``index`` of the row's lambdas: stands for any atom."""

    index: int


@dataclass(frozen=True)
class Literal(Template):
    """A number or truth value."""

    const: Const


@dataclass(frozen=True)
class Operation(Template):
    """One row of the table applied to templates."""

    op: Primitive
    operands: tuple[Template, ...]


@dataclass(frozen=True)
class Computed(Template):
    """A literal that is computed from the literals in some holes while rewriting. See ``computed``."""

    function: Callable[..., Any]
    operands: tuple[Template, ...]


def computed(function: Callable[..., Any], *literals: Any) -> Any:
    """``function(*literals)``, also where the literals are known only when the rewrite is applied: new exponents."""
    if any(isinstance(literal, Template) for literal in literals):
        return Computed(function, tuple(map(lift, literals)))
    return function(*literals)


def lift(operand: Any) -> Template:
    """A template, or a number or named constant as a template."""
    if isinstance(operand, Constant):
        return operand.fold(lambda value, symbol: Literal(Const(value, symbol)), lambda op, *args: Operation(op, args))
    return operand if isinstance(operand, Template) else Literal(Const(operand))


def arity(side: Callable[..., Any]) -> int:
    """How many holes a side has."""
    return len(inspect.signature(side).parameters)


def template(side: Callable[..., Any], holes: int) -> Template:
    """The template that a lambda makes of so many holes."""
    return lift(side(*map(Hole, range(holes))))


# Taking a graph apart.


def number(atom: Atom, definitions: Mapping[str, Let]) -> float | None:
    """The number that an atom is: a literal without a name, or a quotient of two such (1/2 is kept as a let)."""
    if isinstance(atom, Const):
        return None if atom.symbol or isinstance(atom.value, bool) else atom.value
    let = definitions.get(atom)
    if let is None or let.op.name != "div":
        return None
    above, below = let.args
    if isinstance(above, str) or isinstance(below, str):
        return None
    numerator, denominator = number(above, definitions), number(below, definitions)
    return None if numerator is None or not denominator else numerator / denominator


Holes = tuple[Atom | None, ...]


def orders(op: Primitive, args: tuple[Atom, ...]) -> Sequence[tuple[Atom, ...]]:
    """The orders in which operands may stand: as given, and exchanged if the row is commutative."""
    return (args, args[::-1]) if op.commutative else (args,)


def matches(wanted: Sequence[Template], args: Sequence[Atom], holes: Holes, definitions: Mapping[str, Let]) -> Iterator[Holes]:
    """Every way to fill the holes so that the templates are the atoms; inside, commutative operands in either order."""
    if not wanted:
        yield holes
        return
    for filled in _match(wanted[0], args[0], holes, definitions):
        yield from matches(wanted[1:], args[1:], filled, definitions)


def _match(part: Template, atom: Atom, holes: Holes, definitions: Mapping[str, Let]) -> Iterator[Holes]:
    if isinstance(part, Hole):
        before = holes[part.index]
        if before is None:
            yield (*holes[: part.index], atom, *holes[part.index + 1 :])
        elif before == atom:
            yield holes
    elif isinstance(part, Literal):
        wanted = part.const.value
        if atom == part.const if isinstance(wanted, bool) else number(atom, definitions) == wanted:
            yield holes
    elif isinstance(part, Operation) and isinstance(atom, str):
        let = definitions.get(atom)
        if let is not None and let.op is part.op:
            for order in orders(let.op, let.args):
                yield from matches(part.operands, order, holes, definitions)


# Putting one together.


@dataclass(frozen=True)
class Step:
    """One operation of a replacement: a row, or a function of literals, applied to earlier results by their number."""

    action: Primitive | Callable[..., Any]
    args: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """A replacement as steps: the numbered results begin with the holes and the literals; one of them is the answer."""

    literals: tuple[Const, ...]
    steps: tuple[Step, ...]
    answer: int


def plan(whole: Template, holes: int) -> Plan:
    """The steps that make a replacement, equal parts once."""
    literals: list[Const] = []
    parts: list[Operation | Computed] = []
    _collect(whole, literals, parts)
    numbers: dict[Template, int] = {Hole(index): index for index in range(holes)}
    for place, part in enumerate([*map(Literal, literals), *parts]):
        numbers[part] = holes + place
    steps = [
        Step(part.op if isinstance(part, Operation) else part.function, tuple(numbers[item] for item in part.operands))
        for part in parts
    ]
    return Plan(tuple(literals), tuple(steps), numbers[whole])


def _collect(part: Template, literals: list[Const], parts: list[Operation | Computed]) -> None:
    if isinstance(part, Literal) and part.const not in literals:
        literals.append(part.const)
    elif isinstance(part, Operation | Computed) and part not in parts:
        for operand in part.operands:
            _collect(operand, literals, parts)
        parts.append(part)
