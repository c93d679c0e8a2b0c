"""Names on paper: those of a graph with loops, whose steps have names of their own, are made one set of names.

Every name has one meaning on all of the paper. A sequence may be shown by a name that something of another rank has, too:
``q[0] = q`` is how a textbook starts a recurrence from an argument.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from symdiff.graph.affine import Affine, Element
from symdiff.graph.graph import Atom, Block, Fold, Graph, If, Let, Loop, Out, Raise, Statement, Sum, defined, walk
from symdiff.graph.loops import rewired, with_outs
from symdiff.graph.terms import Guard, Range, Term

_COUNTERS: tuple[str, ...] = ("k", "j", "l", "i", "t")
_LONGEST_COUNTER = 3  # letters of a counter that is no name of the user's


class Names:
    """The names that are taken, and what is shown for those that were made."""

    def __init__(self, graph: Graph) -> None:
        self.words = set(re.findall(r"\w+", graph.source))
        self.shown: dict[str, str] = {}
        self.sequences: dict[str, int] = {}  # of what runs along the iterations of a loop: the number of its indices
        self._taken = {*graph.inputs, *graph.sizes, *(name for node in walk(graph.body) for name in defined(node))}
        self._inputs = frozenset(graph.inputs)
        self._ranks: dict[str, set[int]] = {name: {len(axes)} for name, axes in graph.input_axes.items()}
        for size in graph.sizes:
            self._ranks.setdefault(size, set()).add(0)
        self._reserved: set[str] = set(graph.sizes)
        self._counters: set[str] = set()

    @property
    def on_paper(self) -> set[str]:
        """The names that no index may have."""
        return {*self._ranks, *self._reserved}

    def fresh(self, hint: str) -> str:
        """A name for a definition: the hint, or the hint with a number."""
        name, number = hint, 0
        while name in self._taken:
            number += 1
            name = f"{hint}_{number}"
        self._taken.add(name)
        return name

    def sequence(self, hint: str, rank: int) -> str:
        """A name for an array with this number of indices, which is shown as the user called it if nothing else is."""
        short = self._short(hint)
        hints = [short, hint] if short in self.words or hint not in self.words else [hint, short]
        candidates = [*hints, *(f"{hints[0]}_{number}" for number in range(1, len(self._taken) + 2))]
        shown = next(each for each in candidates if each not in self._reserved and rank not in self._ranks.get(each, ()))
        self._ranks.setdefault(shown, set()).add(rank)
        name = self.fresh(shown)
        self.shown[name] = shown
        return name

    def _short(self, hint: str) -> str:
        """``x_1`` as x, ``x_1_bar`` as x_bar, ``dx_1_dp`` as dx_dp; ``x_1`` stays if it is an element of an argument x."""
        found = re.fullmatch(r"(d\d*)?(\w+?)(_\d+)(_bar|_dot|_tape|_d\w+)?", hint)
        if found is None or (found[2] + found[3]) in self._inputs:
            return hint
        return f"{found[1] or ''}{found[2]}{found[4] or ''}"

    def counter(self, hint: str, around: Collection[str]) -> str:
        """A name for the counter of a loop, other than those of the loops around; loops side by side may share one."""
        user = hint in self.words and not hint.startswith("_")
        plain = user or ("_" not in hint and len(hint) <= _LONGEST_COUNTER)
        hints: list[str] = [*([hint] if plain else ()), *_COUNTERS]
        for name in hints:
            if name in self._counters and name not in around:
                return name
            if self._is_free(name):
                break
        found = self._integer(hints)
        self._counters.add(found)
        return found

    def count(self) -> str:
        """A name for the number of iterations of a loop."""
        return self._integer(["N"])

    def _is_free(self, name: str) -> bool:
        return name not in self._ranks and name not in self._taken

    def _integer(self, hints: list[str]) -> str:
        candidates = [*hints, *(f"{hints[-1]}_{number}" for number in range(1, len(self._taken) + 2))]
        name = next(each for each in candidates if self._is_free(each))
        self._ranks[name] = {0}
        self._reserved.add(name)
        self._taken.add(name)
        return name


def renamed_affine(part: Affine, names: Mapping[str, Atom], sizes: Mapping[str, Affine]) -> Affine:
    """An index expression with its sizes, and the arrays of integers that it reads, renamed."""
    result = Affine(part.const)
    for symbol, factor in part.terms:
        if isinstance(symbol, Element):
            array = names.get(symbol.array, symbol.array)
            index = tuple(renamed_affine(inner, names, sizes) for inner in symbol.index)
            symbol = Element(array if isinstance(array, str) else symbol.array, index)
            result += Affine.of(symbol) * factor
        elif isinstance(symbol, str):
            result += sizes.get(symbol, Affine.of(symbol)) * factor
        else:
            result += Affine.of(symbol) * factor
    return result


def renamed_block(
    block: Iterable[Statement], names: Mapping[str, Atom], sizes: Mapping[str, Affine], made: Mapping[str, Atom] | None = None
) -> Block:
    """Statements that read by other names, and define by those in ``made`` (by the same ones, if that is None).

    The steps of loops have names of their own, which stay.
    """
    renaming = _Renaming(names, sizes, names if made is None else made)
    return tuple(map(renaming.statement, block))


class _Renaming:
    def __init__(self, names: Mapping[str, Atom], sizes: Mapping[str, Affine], made: Mapping[str, Atom]) -> None:
        self.names = names
        self.sizes = sizes
        self.made = made

    def atom(self, atom: Atom) -> Atom:
        return self.names.get(atom, atom) if isinstance(atom, str) else atom

    def name(self, name: str) -> str:
        found = self.made.get(name, name)
        return found if isinstance(found, str) else name

    def affine(self, part: Affine) -> Affine:
        return renamed_affine(part, self.names, self.sizes)

    def axes(self, axes: Iterable[Affine]) -> tuple[Affine, ...]:
        return tuple(map(self.affine, axes))

    def statement(self, statement: Statement) -> Statement:
        if isinstance(statement, Let):
            args = tuple(map(self.atom, statement.args))
            return replace(statement, name=self.name(statement.name), args=args, axes=self.axes(statement.axes))
        if isinstance(statement, Sum):
            terms = tuple(map(self.term, statement.terms))
            return replace(statement, name=self.name(statement.name), axes=self.axes(statement.axes), terms=terms)
        if isinstance(statement, Fold):
            term = self.term(statement.term)
            return replace(statement, name=self.name(statement.name), axes=self.axes(statement.axes), term=term)
        if isinstance(statement, If):
            return self._branch(statement)
        if isinstance(statement, Raise):
            return replace(statement, lengths=self.axes(statement.lengths))
        return self._loop(statement)

    def term(self, term: Term) -> Term:
        number = isinstance(term.atom, str) and term.atom in self.sizes and not term.index
        moved = Term(
            self.affine(Affine.of(term.atom)) if number and isinstance(term.atom, str) else term.atom,
            self.axes(term.index),
            tuple(Range(self.affine(each.low), self.affine(each.high)) for each in term.ranges),
            tuple(Guard(self.affine(each.affine), each.test, each.modulus) for each in term.guards),
            None if term.address is None else self.axes(term.address),
        )
        if isinstance(moved.atom, Affine):
            return replace(moved, atom=moved.atom if number else self.affine(moved.atom))
        return moved.renamed(self.atom)

    def _branch(self, branch: If) -> If:
        then, orelse = (tuple(map(self.statement, block)) for block in (branch.then, branch.orelse))
        outs = tuple(
            Out(self.name(out.name), self.atom(out.then), self.atom(out.orelse), out.kind, self.axes(out.axes))
            for out in branch.outs
        )
        return replace(
            branch, condition=self.atom(branch.condition), then=then, orelse=orelse, outs=outs, axes=self.axes(branch.axes)
        )

    def _loop(self, loop: Loop) -> Loop:
        found = with_outs(rewired(loop, self.atom), {name: self.name(name) for name in loop.outs})
        return replace(
            found,
            trip=None if loop.trip is None else self.affine(loop.trip),
            count=self.name(loop.count) if loop.count else "",
            carried=tuple(replace(each, axes=self.axes(each.axes)) for each in found.carried),
            buffers=tuple(replace(each, axes=self.axes(each.axes)) for each in found.buffers),
            collected=tuple(replace(each, axes=self.axes(each.axes)) for each in found.collected),
        )
