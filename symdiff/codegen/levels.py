"""Blocks inside blocks: the function, its loops and its branches; each operation stands as far out as it can.

An operation stands in the outermost block in which all its operands are known, but never outside of the branch that asks for
it: what only one side needs is computed only there. Equal operations in sight are one (``graph.build``).
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from symdiff.codegen.code import For, Load
from symdiff.codegen.definitions import Index
from symdiff.codegen.indices import Place, Spelling
from symdiff.codegen.integers import Integers, of_data
from symdiff.codegen.names import is_generic, stem
from symdiff.codegen.printer import Text
from symdiff.codegen.rules import Rule, concluded
from symdiff.codegen.split import Code
from symdiff.errors import InternalError
from symdiff.graph.affine import ZERO, Affine, Axes, sizes_in
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Const, Let, Origin
from symdiff.graph.terms import Guard, Range
from symdiff.primitives import TABLE, Primitive
from symdiff.primitives.row import Kind

_ONES = (Const(1), Const(1.0))
_TWOS = frozenset(Const(value) for power in range(1, 5) for value in (2**power, 2.0**power))  # that multiply without rounding
_SUB, _MUL = TABLE["sub"], TABLE["mul"]

Key = tuple[str, Index]


@dataclass
class Scope:
    """A block that is being written: the loops and guards around it, and the elements that are known in it."""

    place: Place
    is_branch: bool = False
    elements: dict[Key, Atom] = field(default_factory=dict)
    decided: dict[Atom, bool] = field(default_factory=dict)  # conditions whose value is known here
    checked: set[object] = field(default_factory=set)  # checks of indices that were made
    integers: dict[Key, str] = field(default_factory=dict)  # what scalars and elements are as integers
    is_step: bool = False  # one iteration of a sequential loop


class Levels(Integers):
    """Writes scalar code into blocks. ``letters`` are for the variables of loops, ``texts`` is the text of made-up names."""

    def __init__(self, spelling: Spelling, letters: Sequence[str], taken: Iterable[str]) -> None:
        super().__init__(spelling, taken)
        self.letters = letters
        self._inner = itertools.count(1_000_000)  # variables of loops that are made here: those of works are far below
        self._scopes = [Scope(Place())]
        self.rules: list[Rule] = []  # what raises that came before tell of sizes
        self.fixed: list[str] = []  # names of integers, which are written as they are
        self.known_names: set[str] = set()  # of arrays, sums and sizes, in all graphs that are written here
        self._counters_left: list[str] = []  # of those, the counters of loops that are done
        self._guards: dict[tuple[tuple[Guard, ...], str], str] = {}

    # scopes

    def _letter(self, depth: int) -> str:
        """The name of the variable of a loop with so many loops around it."""
        if depth >= len(self.letters):
            raise InternalError(f"more than {len(self.letters)} loops in one another")
        return self.letters[depth]

    @contextmanager
    def loop(self, variable: int, each: Range, guards: Iterable[Guard]) -> Iterator[None]:
        """Write into the body of a loop over a range, narrowed by guards; then the loop itself."""
        outer = self.place
        letter = self.spelling.letters[variable] = self._letter(len(outer.loops))
        low: list[Affine] = []
        high: list[Affine] = []
        for guard in guards:
            factor = guard.affine.coefficient(variable)
            rest = guard.affine - Affine.of(variable) * factor
            (low if factor > 0 else high).append(-rest if factor > 0 else rest + 1)
        bounds = self.spelling.bounds(outer.strictest([*low, each.low], 1), outer.strictest([*high, each.high], -1))
        with self._inside(Scope(concluded(outer.inside(variable, each).where(guards), self.rules))) as body:
            yield
        self.emit(For(letter, bounds, tuple(body)))

    @contextmanager
    def ends(self, variable: int, length: Affine, first: int, last: int) -> Iterator[None]:
        """Write into the body of a loop over the ``first`` and the ``last`` elements of an axis, each of them once."""
        outer = self.place
        letter = self.spelling.letters[variable] = self._letter(len(outer.loops))
        number = self._letter(len(outer.loops) + 1)
        far = self.spelling.affine(length - first - last).code
        made = f"{number} + max({far}, 0)" if last else number
        made = f"{number} if {number} < {first} else {made}" if first and last else made
        each = Range(ZERO, length)
        with self._inside(Scope(concluded(outer.inside(variable, each), self.rules))) as body:
            yield
        self.emit(For(letter, f"min({self.spelling.affine(length).code}, {first + last})", tuple(body), number, made))

    def variable_of_loop(self) -> int:
        """A fresh variable for a loop."""
        return next(self._inner)

    def emit(self, code: Code) -> None:
        """Add a statement that graphs do not have to the present block."""
        self.current.append(code)  # type: ignore[arg-type]

    @contextmanager
    def side(self, facts: Iterable[Guard] = (), decided: Mapping[Atom, bool] | None = None) -> Iterator[Body]:
        """Write into one side of a branch."""
        scope = Scope(self._scopes[-1].place.where(facts), True, {}, dict(self._implied(decided or {})))
        with self._inside(scope) as body:
            yield body

    @contextmanager
    def step(self, facts: Iterable[Guard], raises: bool) -> Iterator[Body]:
        """Write one iteration of a sequential loop. If that may raise, nothing of it may come before it."""
        with self._inside(Scope(self._scopes[-1].place.where(facts), raises, is_step=True)) as body:
            yield body

    def stands(self, names: Iterable[str], scalars: Iterable[str] = ()) -> None:
        """From here on these names are those of something that the present block makes.

        Scalars are known by their variables; but an array of another block may have the name that one has in the graph.
        """
        scalars = frozenset(scalars)
        made = frozenset(names) | scalars
        self._levels.update({name: min(self._levels.get(name, self.level), self.level) for name in scalars})
        self._levels.update(dict.fromkeys(made - scalars, self.level))
        self._numbers = {key: name for key, name in self._numbers.items() if made.isdisjoint(sizes_in([key[0]]))}
        self._guards = {
            key: name for key, name in self._guards.items() if made.isdisjoint(sizes_in([guard.affine for guard in key[0]]))
        }

    def fresh(self, hint: str, kind: Kind = "float", axes: Axes = ()) -> str:
        """A name not used so far, but for what a loop makes and nobody reads."""
        name = super().fresh(hint, kind, axes)
        self._levels.pop(name, None)
        return name

    def integer_name(self, hint: str) -> str:
        """A name for an integer, which is written as it is."""
        self.fixed.append(self.fresh(hint))
        return self.fixed[-1]

    def named_apart(self, name: str, is_array: bool, own: Container[str]) -> str:
        """A name for what the step of a loop makes that nothing else is known by, nor another of its ``own`` names.

        Arrays are written by that name, too.
        """
        found, number = name, 0
        while found in self.known_names or (is_array and found in self._taken) or (found != name and found in own):
            number += 1
            found = f"{name}_{number}"
        self.known_names.add(found)
        if is_array:
            self._taken.add(found)
        return found

    def counter(self, hint: str) -> str:
        """A name for the counter of a loop: one of another loop, if that is done."""
        found = next((name for name in self._counters_left if stem(name)[0] == hint or name == hint), None)
        if found is None:
            return self.integer_name(hint)
        self._counters_left.remove(found)
        return found

    def done_with(self, counter: str) -> None:
        """A loop is done, so that another one may use its counter."""
        self._counters_left.append(counter)

    def _implied(self, decided: Mapping[Atom, bool]) -> Iterator[tuple[Atom, bool]]:
        """Conditions that are known, and those that they are made of."""
        stack = list(decided.items())
        while stack:
            condition, holds = stack.pop()
            yield condition, holds
            made = self.definitions.get(condition) if isinstance(condition, str) else None
            if made is not None and made.op.name == "not":
                stack.append((made.args[0], not holds))
            elif made is not None and made.op.name == ("and" if holds else "or"):
                stack += [(arg, holds) for arg in made.args]

    @contextmanager
    def _inside(self, scope: Scope) -> Iterator[Body]:
        with self.block() as body:
            self._scopes.append(scope)
            try:
                yield body
            finally:
                self._scopes.pop()

    @contextmanager
    def _at(self, level: int) -> Iterator[None]:
        """Write into a block further out."""
        saved = self._blocks, self._shared, self._scopes
        end = level + 1
        self._blocks, self._shared, self._scopes = self._blocks[:end], self._shared[:end], self._scopes[:end]
        try:
            yield
        finally:
            self._blocks, self._shared, self._scopes = saved

    @property
    def place(self) -> Place:
        """The loops and guards around what is being written."""
        return self._scopes[-1].place

    @property
    def level(self) -> int:
        """How many blocks are around what is being written."""
        return len(self._scopes) - 1

    @property
    def _floor(self) -> int:
        """The level of the innermost branch: nothing that it asks for may stand further out."""
        return max((level for level, scope in enumerate(self._scopes) if scope.is_branch), default=0)

    def _level_of(self, parts: Iterable[Affine]) -> int:
        """The outermost level at which all variables of index expressions are known."""
        parts = list(parts)
        positions = {position for part in parts for position in part.positions}
        least = max((self._levels.get(size, 0) for size in sizes_in(parts)), default=0)
        if any(True for part in parts for _ in part.elements):  # which are checked in the iteration that uses them
            least = max((level for level, scope in enumerate(self._scopes) if scope.is_step), default=0)
        for level in range(self.level, least, -1):
            loops = self._scopes[level].place.loops
            outer = self._scopes[level - 1].place.loops if level else ()
            if len(loops) > len(outer) and loops[-1][0] in positions:
                return level
        return least

    # operations

    def apply(self, op: Primitive, *args: Atom, hint: str = "t", origin: Origin | None = None) -> Atom:
        """The atom of an operation, as ``Builder`` makes it; integers beside floats are left as they are."""
        args = self._as_integers(op, args)
        found = self._of_integers(op, args, hint, origin)
        if found is not None:
            return found
        if op is _MUL and args[0] == args[1]:
            args = (self._turned(args[0]),) * 2
        elif op is _MUL and any(arg in _ONES for arg in args):
            return args[0] if args[1] in _ONES else args[1]
        elif op is _MUL:
            args = self._with_one_number(self._with_square(args))
        return super().apply(op, *args, hint=hint, origin=origin)

    def _with_square(self, args: tuple[Atom, ...]) -> tuple[Atom, ...]:
        """For ``2*x*x`` where ``x*x`` is here already: twice that, which is the same number."""
        for first, second in (args, args[::-1]):
            made = self.definitions.get(first) if isinstance(first, str) else None
            if made is None or made.op is not _MUL or made.args[1] != second or made.args[0] not in _TWOS:
                continue
            square = self._found(_MUL, (second, second))
            if square is not None:
                return made.args[0], square
        return args

    def _with_one_number(self, args: tuple[Atom, ...]) -> tuple[Atom, ...]:
        """For ``100*(2*x)``: 200*x, which is the same number, because a factor of 2 is exact."""
        for first, second in (args, args[::-1]):
            made = self.definitions.get(second) if isinstance(second, str) else None
            if made is None or made.op is not _MUL or not isinstance(first, Const):
                continue
            inner = made.args[0]
            if isinstance(inner, Const) and not isinstance(made.args[1], Const) and (first in _TWOS or inner in _TWOS):
                return Const(first.value * inner.value), made.args[1]
        return args

    def _turned(self, atom: Atom) -> Atom:
        """Of a difference that is squared, and of the same difference the other way round, the one that is here already."""
        made = self.definitions.get(atom) if isinstance(atom, str) else None
        if made is None or made.op is not _SUB:
            return atom
        other = self._found(_SUB, made.args[::-1])
        return other if isinstance(other, str) and self._found(_MUL, (other, other)) is not None else atom

    def _make(self, op: Primitive, args: tuple[Atom, ...], hint: str, origin: Origin | None) -> str:
        name = self.fresh("t" if is_generic(hint) else hint, op.result)
        level = max([self._floor, *(self._levels.get(arg, 0) for arg in args if isinstance(arg, str))])
        self._write(Let(name, op, args, origin or self.origin), level)
        return name

    def _write(self, statement: Let | Load, level: int) -> None:
        self._levels[statement.name] = level
        with self._at(level):
            if isinstance(statement, Let):
                self.append(statement)
            else:
                self._blocks[-1].append(statement)  # type: ignore[arg-type]

    def release(self, names: Iterable[str]) -> None:
        """Names that are free again, because what they were kept for is a variable."""
        for name in names:
            self._taken.discard(name)
            self._levels.pop(name, None)

    def variable(self, name: str, kind: str = "float") -> str:
        """Declare a variable that the present block assigns."""
        self.kinds[name] = "bool" if kind == "bool" else "float"
        self._levels[name] = self.level
        return name

    def choose(
        self,
        condition: Atom,
        then: Sequence[object],
        orelse: Sequence[object],
        pairs: Sequence[tuple[str, Atom, Atom]],
        origin: Origin | None,
    ) -> list[Atom]:
        """Add a branch of the present block."""
        atoms = self.branch(condition, then, orelse, pairs, origin)  # type: ignore[arg-type]
        for atom, (_, first, second) in zip(atoms, pairs, strict=True):
            if isinstance(atom, str):
                self._levels.setdefault(atom, self.level)
                self._tell_truth(atom, condition, first, second)
        return atoms

    def _place_of(self, args: Iterable[Atom]) -> tuple[int, Place]:
        """The level at which what is computed of these stands, and what is certain there."""
        level = max([self._floor, *map(self.level_of_atom, args)])
        return level, self._scopes[level].place

    # what is known

    def know(self, name: str, index: Index, atom: Atom, least: int | None = None) -> None:
        """From here on the element of an array is this atom: at the level of the atom, but not further out than ``least``.

        A literal, or what was there before, may be the element under the guards of this level alone.
        """
        level = max(self._floor, self.level if least is None else least, self.level_of_atom(atom))
        self._scopes[level].elements[name, index] = atom

    def level_of_atom(self, atom: Atom) -> int:
        """The level from which on an atom is there."""
        return self._levels.get(atom, 0) if isinstance(atom, str) else 0

    def _known(self, name: str, index: Index) -> Atom | None:
        return next((found for scope in reversed(self._scopes) if (found := scope.elements.get((name, index))) is not None), None)

    def condition(self, guards: Sequence[Guard]) -> str:
        """Guards as a condition."""
        text = self.spelling.guards(tuple(guards)) if of_data(guard.affine for guard in guards) else None
        key = tuple(guards), text.code if text else ""  # an integer from data is another variable in another scope
        if key not in self._guards:
            name = self._guards[key] = self.fresh("guard", "bool")
            self._said[name] = key[0]
            self.texts[name] = text or self.spelling.guards(key[0])
            self._levels[name] = self._level_of(guard.affine for guard in guards)
        return self._guards[key]

    def is_checked(self, check: object) -> bool:
        """Whether a check was made already; from now on it is."""
        if any(check in scope.checked for scope in self._scopes):
            return True
        self._scopes[-1].checked.add(check)
        return False

    def condition_of(self, text: Text) -> str:
        """A condition that is text, for the present block."""
        name = self.variable(self.fresh("guard", "bool"), "bool")
        self.texts[name] = text
        return name
