"""Integers that are arguments or come from outside: numbers at first, sizes where a length is needed, else known.

An integer that is used as a length, a bound or an index becomes a size: reading starts again with an expression in sizes for
it, and one version serves all its values. What needs more (an axis, a loop that is unrolled) builds its value in.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from symdiff.errors import ArgumentError
from symdiff.frontend.gaps import NeedsCallError, RestartError
from symdiff.frontend.values import MaskedValue, Number, TensorValue, Value
from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.graph import Atom, Const, Param, operands
from symdiff.graph.structure import SCALAR, Structure
from symdiff.graph.terms import Guard

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader
    from symdiff.frontend.places import Place
    from symdiff.frontend.source import FunctionSource
    from symdiff.graph.build import Builder

Key = tuple[Any, ...]  # what specialises an integer: ("argument", name), or the key of a place outside

MAX_SIZE = 2**63 - 1  # what compiled code can count
_COUNTS = ("a range bound", "a length", "an index", "a slice bound", "the number of points")  # for which Python takes no float
_INTEGER = frozenset({"add", "sub", "mul", "neg", "floordiv", "mod"})  # that make integers of integers


class Integers:
    """The part of a reader that knows which numbers are integers."""

    source: FunctionSource
    structures: Mapping[str, Structure | None]
    known: Mapping[str, Any]
    builder: Builder
    real: frozenset[str]
    params: list[Param]
    solid: frozenset[Key] | None
    captures: dict[Key, tuple[Place, str]]
    integer_values: dict[str, int]  # the arguments that a call gave as integers, and that are not differentiated

    def __init__(self) -> None:
        self.integers: dict[str, Key] = {}  # leaves that hold integers, by the key that specialises them
        self.sized: Mapping[Key, tuple[Place, str] | None] = {}  # those that are sizes
        self.sized_leaves: dict[str, Key] = {}  # their inputs
        self.choices: dict[Atom, MaskedValue] = {}  # what masks choose, by the arrays that it is one after the other
        self.totals: dict[str, Atom] = {}  # sizes that are how often a mask holds, as numbers
        self.places: dict[Atom, tuple[TensorValue, int]] = {}  # the positions on an axis where a mask holds
        self.distinct: set[Atom] = set()  # arrays of integers of which no two are equal
        self.bounded: dict[str, Affine | None] = {}  # integers that are at least 0, and less than this, if that is told
        self.supposed: dict[Guard, None] = {}  # what is so in this version, and another one is made for where it is not

    @property
    def integer_arguments(self) -> frozenset[str]:
        """The arguments that a call gave as integers, and that are not differentiated."""
        return frozenset(self.integer_values)

    def need_integer(self, value: Value) -> None:
        """Something needs to know an integer: read again with what it is computed from as sizes, or as known numbers."""
        atom = getattr(value, "atom", None)
        if not isinstance(value, Number | TensorValue) or getattr(value, "known", None) is not None or atom is None:
            return
        ancestors = [leaf for leaf in self.ancestors(atom) if leaf in cast("Reader", self).inputs]
        exact = all(self.builder.definitions[name].op.name in _INTEGER for name in self.lets_of(atom))
        sources = {leaf: self.integer_key(leaf, exact) for leaf in ancestors}
        if not sources or None in sources.values():
            return
        keys = [key for key in sources.values() if key is not None]
        fresh = {key: self.captures.get(key) for leaf, key in zip(sources, keys, strict=True) if leaf not in self.sized_leaves}
        if fresh and all(map(self.may_be_size, fresh)):
            raise RestartError(sized=fresh)
        self.require_known(keys)
        raise RestartError(specialise=keys)

    def integer_key(self, leaf: str, exact: bool) -> Key | None:
        """What specialises an input that is an integer.

        ``exact``: or may be one, an argument of which no call has told anything: what is computed from it is no integer else.
        """
        if leaf in self.integers:
            return self.integers[leaf]
        param = next((param for param in self.params if leaf in param.leaves), None)
        if param is None or self.structures.get(param.name) is not None or param.name in self.real or param.name in self.known:
            return None
        return ("argument", param.name) if exact and param.leaves == (leaf,) else None

    def may_be_size(self, key: Key) -> bool:
        """Whether an integer may be read as a size: no negative one, and none of a derivative inside another function."""
        if self.solid is None:
            return False
        return 0 <= (self.present(key) or 0) <= MAX_SIZE

    def require_several(self, lengths: Iterable[Affine]) -> None:
        """Lengths that others must be equal to: an integer that is 1 now is built in, because an axis of length 1 broadcasts."""
        keys = [self.sized_leaves[size] for size in sizes_in(tuple(lengths)) if size in self.sized_leaves]
        found = [key for key in keys if self.present(key) == 1]
        if found:
            raise RestartError(specialise=found)

    def present(self, key: Key) -> int | None:
        """What an integer is in the call that is read for; None if there is none."""
        if key[0] == "argument":
            return self.integer_values.get(key[1])
        value: int = self.captures[key][0].get(self.known)
        return value

    def check_integer(self, value: Number, node: ast.AST, what: str) -> None:
        """Tell the caller of a float where an integer is needed, if the value is an argument that is not differentiated."""
        name = next((param.name for param in self.params if param.leaves == (value.atom,)), None)
        if what in _COUNTS and name is not None and self.structures.get(name) == SCALAR and name not in self.real:
            where = f"{self.source.file}, line {getattr(node, 'lineno', 0)}"
            raise ArgumentError(f"argument {name} is no integer, but {what} must be one ({where})")

    def require_known(self, keys: Iterable[Key]) -> None:
        """Raise NeedsCallError if no call has told what these integers are."""
        unknown = [key[1] for key in keys if key[0] == "argument" and key[1] not in self.integer_values]
        if unknown:
            advice = "call the derivative, or use .at(...) with example arguments"
            raise NeedsCallError(f"the integer {' and '.join(unknown)} is not known before a call: {advice}")

    def suppose(self, guard: Guard) -> None:
        """Read what is so for the integers that a call gives. For others, another version is made."""
        self.supposed[guard] = None

    def is_nonnegative(self, part: Affine) -> bool | None:
        """Whether an expression in integers is at least 0 in the present call, which is supposed from there on.

        None if it depends on lengths of arrays, too. Before a call what is only taken away is taken to be negative.
        """
        keys = [self.sized_leaves.get(str(symbol)) for symbol in part.symbols]
        if not keys or None in keys:
            return None
        values = {symbol: self.present(key) for symbol, key in zip(part.symbols, keys, strict=True) if key is not None}
        if None in values.values():
            holds = any(factor > 0 for _, factor in part.terms)
        else:
            holds = part.value({symbol: value or 0 for symbol, value in values.items()}) >= 0
        self.suppose(Guard(part if holds else -part - 1))
        return holds

    # where they come from

    def integer_sources(self, value: Number) -> list[Key]:
        """The keys of the integers from outside or arguments that a number is computed from; empty if of others, too."""
        if value.known is not None:
            return []
        ancestors = self.ancestors(value.atom)
        sources = [key for leaf in ancestors if (key := self.integers.get(leaf))]
        return sources if len(sources) == sum(leaf in cast("Reader", self).inputs for leaf in ancestors) else []

    def lets_of(self, atom: Atom) -> list[str]:
        """The operations on scalars that an atom is computed by."""
        return [name for name in self._traced(atom) if name in self.builder.definitions]

    def ancestors(self, atom: Atom) -> list[str]:
        """The inputs that an atom depends on, by what decides between the sides of a branch, too (and what is not traced)."""
        inner = self.builder.definitions, self.builder.sums, self.builder.branches
        return [name for name in self._traced(atom) if not any(name in each for each in inner)]

    def _traced(self, atom: Atom) -> list[str]:
        """Every name that an atom depends on, itself included; products and outs of loops are not traced."""
        seen: dict[str, None] = {}
        stack = [atom]
        while stack:
            name = stack.pop()
            if isinstance(name, Const) or name in seen:
                continue
            seen[name] = None
            let, indexed = self.builder.definitions.get(name), self.builder.sums.get(name)
            if let is not None:
                stack.extend(let.args)
            elif indexed is not None:
                stack.extend(operands(indexed))
                stack.extend(size for term in indexed.terms for size in sizes_in(list(term.affines())))
            elif name in self.builder.branches:
                out = self.builder.outs[name]
                stack += [self.builder.branches[name].condition, out.then, out.orelse]
        return list(seen)
