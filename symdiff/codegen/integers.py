"""Integers in scalar code: index expressions as numbers, what is computed of them, and what comparisons of them say.

``float(i)`` stands where a number is needed, ``i % 2`` stays an integer, and ``i >= 2`` is left out where loops and branches
around tell that it holds.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping

from symdiff.codegen.indices import Place, Spelling
from symdiff.codegen.printer import ATOM, MAX_EXACT, Text, literal, operation
from symdiff.graph.affine import Affine
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Const, Origin
from symdiff.graph.terms import Guard
from symdiff.primitives import TABLE, Primitive

MAX_FACTOR = 2**31  # of an index expression: what it gives fits into 64 bits
_MIXED = frozenset({"add", "sub", "mul", "div"})  # operations in which an integer beside a float need not be made one
_LINEAR = frozenset({"add", "sub", "mul"})
_QUOTIENTS = frozenset({"mod", "floordiv"})  # that integers have, too
_COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
_TRUTHS = ((Const(1), Const(0)), (Const(0), Const(1)))


class Integers(Builder):
    """The part of ``Levels`` that knows which numbers are integers."""

    def __init__(self, spelling: Spelling, taken: Iterable[str]) -> None:
        super().__init__(taken)
        self.spelling = spelling
        self.texts: dict[str, Text] = {}
        self._levels: dict[str, int] = {}  # of atoms, of arrays, and of sizes that loops make
        self._bare: dict[Atom, str] = {}  # integers: the float, and the integer itself
        self._numbers: dict[tuple[Affine, str], str] = {}
        self._quotients: dict[tuple[Primitive, tuple[Atom, ...], int], str] = {}
        self._parts: dict[Atom, Affine] = {}  # the index expressions that integers are
        self._said: dict[Atom, tuple[Guard, ...]] = {}  # what conditions say
        self._truths: dict[Atom, str] = {}  # numbers that are 1 where a condition holds, and else 0

    @abstractmethod
    def level_of_atom(self, atom: Atom) -> int:
        """The level from which on an atom is there."""

    @abstractmethod
    def _level_of(self, parts: Iterable[Affine]) -> int: ...

    @abstractmethod
    def _place_of(self, args: Iterable[Atom]) -> tuple[int, Place]: ...

    @abstractmethod
    def _implied(self, decided: Mapping[Atom, bool]) -> Iterator[tuple[Atom, bool]]: ...

    # numbers

    def number(self, part: Affine) -> Atom:
        """An index expression as a number."""
        if part.is_constant:
            return Const(part.const)
        text = self.spelling.affine(part)
        key = part, text.code if of_data([part]) else ""
        if key not in self._numbers:
            name = self._numbers[key] = self._as_number(text, self._level_of([part]))
            self._parts[self._bare[name]] = part
        return self._numbers[key]

    def _as_number(self, text: Text, level: int) -> str:
        """An integer as a number."""
        name, bare = self.fresh("number"), self.fresh("number")
        self.texts[name], self.texts[bare] = Text(f"float({text.code})", ATOM), text
        self._levels[name] = self._levels[bare] = level
        self._bare[name] = bare
        return name

    # operations

    def _as_integers(self, op: Primitive, args: tuple[Atom, ...]) -> tuple[Atom, ...]:
        """The operands, integers beside floats as they are, and those that are compared with one another."""
        integers = [arg in self._bare for arg in args]
        mixed = any(integers) and op.name in _MIXED and not all(integers) and not any(isinstance(arg, Const) for arg in args)
        compared = op.name in _COMPARISONS and all(isinstance(arg, Const) or arg in self._bare for arg in args)
        return tuple(self._bare.get(arg, arg) for arg in args) if mixed or compared else args

    def _of_integers(self, op: Primitive, args: tuple[Atom, ...], hint: str, origin: Origin | None) -> Atom | None:
        """What an operation makes of integers, and of conditions that are certain; None for others."""
        known = next((arg for arg in args if isinstance(arg, Const)), None) if op.name in ("and", "or") else None
        if known is not None:
            return args[1 - args.index(known)] if known.value is (op.name == "and") else known
        if op.name in _LINEAR and (part := self._linear(op, args)) is not None:
            return self.number(part)
        if op.name in _QUOTIENTS:
            return self._quotient(op, args)
        return self._compared(op, args, hint, origin) if op.name in _COMPARISONS else None

    def _compared(self, op: Primitive, args: tuple[Atom, ...], hint: str, origin: Origin | None) -> Atom | None:
        """A comparison of index expressions, and what it says: that may be certain where it stands."""
        first, second = map(self._part_of, args)
        if first is None or second is None:
            return None
        guard, (_, place) = _guard_of(op.name, first, second), self._place_of(args)
        if place.always(guard) or place.never(guard):
            return Const(place.always(guard))
        found = super().apply(op, *args, hint=hint, origin=origin)
        self._said[found] = (guard,)
        return found

    def _quotient(self, op: Primitive, args: tuple[Atom, ...]) -> Atom | None:
        """``i % 2`` and ``i // n``: integers, too, where the divisor certainly is above 0."""
        dividend, divisor = args
        part = self._part_of(divisor)
        level, place = self._place_of(args)
        if dividend not in self._bare or part is None or part.const > MAX_EXACT or not place.is_nonnegative(part - 1):
            return None
        key = op, args, level
        if key not in self._quotients:
            below = literal(divisor) if isinstance(divisor, Const) else self.texts[self._bare[divisor]]
            self._quotients[key] = self._as_number(operation(op, [self.texts[self._bare[dividend]], below]), level)
        return self._quotients[key]

    def _linear(self, op: Primitive, args: tuple[Atom, ...]) -> Affine | None:
        """What integers make together as an index expression; None for others."""
        first, second = map(self._part_of, args)
        if first is None or second is None or (op.name == "mul" and not (first.is_constant or second.is_constant)):
            return None
        if op.name == "mul":
            made = second * first.const if first.is_constant else first * second.const
        else:
            made = first + second if op.name == "add" else first - second
        return made if all(abs(number) <= MAX_FACTOR for number in (made.const, *dict(made.terms).values())) else None

    def _part_of(self, atom: Atom) -> Affine | None:
        """The index expression that a number is; None for others, and for integers from data."""
        if isinstance(atom, Const):
            is_integer = isinstance(atom.value, int) and not isinstance(atom.value, bool)
            return Affine(int(atom.value)) if is_integer else None
        part = self._parts.get(self._bare.get(atom, atom))
        return None if part is None or of_data([part]) else part

    # conditions

    def _tell_truth(self, number: str, condition: Atom, first: Atom, second: Atom) -> None:
        """Note what a number that a branch hands on says of its condition, if it is 1 and 0."""
        truth: Atom = Const(True)
        if (first, second) in _TRUTHS:
            truth = condition if first == Const(1) else self.apply(TABLE["not"], condition)
        elif second == Const(0) and isinstance(made := self._truths.get(first), str) and made in self.definitions:
            inner = self.definitions[made]  # on the side where the condition holds, of integers alone: it can be asked before
            if inner.op.name in _COMPARISONS and all(isinstance(arg, Const) or arg in self._bare.values() for arg in inner.args):
                truth = self.apply(TABLE["and"], condition, self.apply(inner.op, *inner.args))
        if isinstance(truth, str):
            self._truths[number] = truth

    def _saying(self, condition: Atom) -> Iterator[Guard]:
        """The guards that hold where a condition does."""
        for each, holds in self._implied({condition: True}):
            yield from self._said.get(each, ()) if holds else ()


def _guard_of(name: str, first: Affine, second: Affine) -> Guard:
    """What a comparison says."""
    if name in ("eq", "ne"):
        return Guard(first - second, "==" if name == "eq" else "!=")
    difference = first - second if name in ("gt", "ge") else second - first
    return Guard(difference - (name in ("lt", "gt")))


def of_data(parts: Iterable[Affine]) -> bool:
    """Whether index expressions contain integers from data, which are variables of their scopes."""
    return any(True for part in parts for _ in part.elements)
