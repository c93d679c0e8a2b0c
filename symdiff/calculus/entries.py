"""Jacobians of arrays as entries: ``J[i, a(i, q)] += c[i, q]``, over ranges q and where guards hold, for every size.

One sweep forward from ``d x[i] / d x[k] = delta(i, k)``. The delta is never formed: an entry says at which column it stands.
A constant offset is a band, a range that is kept is dense, and the pattern is known before any number. Where an index is
summed over that no column depends on, the sum is formed at once, so that a product of matrices stays one.

An entry is a ``Term`` whose own positions are the axes of the value that is differentiated, and whose address is the column.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from symdiff.calculus import matrices
from symdiff.calculus.activity import useful
from symdiff.calculus.folds import Expanded
from symdiff.calculus.implicit import entries_of_solution
from symdiff.calculus.local import Local
from symdiff.calculus.loop_entries import dense, loop_entries, unit
from symdiff.calculus.sweep import ONE, Sweep, derived
from symdiff.calculus.transpose import contracted
from symdiff.errors import InternalError
from symdiff.graph.affine import Affine, Axes, Element, identity
from symdiff.graph.bounds import Bounds, pruned, renumbered
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Block, Const, Fold, Graph, If, Let, Loop, Out, Sum, defined
from symdiff.graph.terms import Guard, Range, Term, arrays_in, full_ranges, read_from
from symdiff.primitives import TABLE

MANY = 5  # entries of a value, beyond which they are put together
MOST_TOLD = 32  # of those that only the data place, in any case: each of them may be the same as each one before
MATRIX = 2  # axes of what they are put into: arrays of more would be larger than what is asked for

Place = tuple[Atom, tuple[Affine, ...]]  # a result or an input, and where it stands in its array if it is a scalar of one
Entries = dict[int, tuple[Term, ...]]  # by the number of the input that is differentiated in


class Columns(Sweep):
    """The entries of the Jacobian of every value with respect to several inputs, scalars or arrays.

    ``start`` are the entries of the inputs, where they are others than the delta of each of ``wrt`` in itself; ``whole``:
    where entries become many, the Jacobian of a value is computed as an array, of which its zeros are elements.
    """

    def __init__(
        self, graph: Graph, wrt: Sequence[str], start: Mapping[str, Entries] | None = None, *, whole: bool = True
    ) -> None:
        super().__init__(graph, wrt, ())
        self.is_whole = whole
        self.local = Local(self)
        self.useful = useful(graph)
        self.entries: dict[str, Entries] = dict(start or {})
        for number, name in enumerate(self.wrt):
            if start is None:
                self.entries[name] = {number: (unit(self.builder.axes_of(name)),)}
        self.block(self.graph.body)

    def of(self, atom: Atom, number: int) -> tuple[Term, ...]:
        """The entries of a value in one input; none where it does not depend on it."""
        return self.entries.get(atom, {}).get(number, ()) if isinstance(atom, str) else ()

    # statements

    def block(self, block: Block) -> None:
        """Copy a block and find the entries of what it defines."""
        for statement in block:
            if isinstance(statement, If) and not statement.axes:
                self.branch(statement)
                continue
            if isinstance(statement, Loop):
                if statement.solver:
                    matrices.entries(self, statement)
                else:
                    (entries_of_solution if statement.implicit else loop_entries)(self, statement)
                continue
            self.builder.append(statement)
            names = [out.name for out in statement.outs] if isinstance(statement, If) else [getattr(statement, "name", "")]
            if self.useful.isdisjoint(names):
                continue
            self.builder.origin = derived(statement.origin, "tangent")
            if isinstance(statement, Let | If):
                for name, partials in self.local.partials(statement, self.entries).items():
                    self.elementwise(name, partials)
            elif isinstance(statement, Sum):
                self.sum(statement.name, statement.axes, statement.terms)
            elif isinstance(statement, Fold):
                self.fold(statement)

    def elementwise(self, name: str, partials: Iterable[tuple[str, Atom]]) -> None:
        """The entries of a value that is computed element by element: those of its operands times the partials."""
        axes = self.builder.axes_of(name)
        found: dict[int, list[Term]] = {}
        for operand, coefficient in partials:
            for number, terms in self.entries[operand].items():
                found.setdefault(number, []).extend(self.times(coefficient, term, axes) for term in terms)
        self.keep(name, axes, found)

    def sum(self, name: str, axes: Axes, terms: Iterable[Term]) -> None:
        """The entries of a sum: those of the arrays that it reads, at the indices at which it reads them."""
        found: dict[int, list[Term]] = {}
        for term in terms:
            for number, inner in (self.entries.get(term.atom, {}) if isinstance(term.atom, str) else {}).items():
                for entry in inner:
                    found.setdefault(number, []).append(self.summed(self.read(term, entry, axes), axes, number))
        self.keep(name, axes, found)

    def fold(self, statement: Fold) -> None:
        """The entries of a fold: those of its elements times their partials, added up."""
        operand = str(statement.term.atom)
        if operand not in self.entries:
            return
        expanded = Expanded(self, statement)
        read = self.builder.fresh("t", axes=expanded.axes)  # names for entries only: nothing is computed for them
        self.sum(read, expanded.axes, [expanded.term])
        product = self.builder.fresh("t", axes=expanded.axes)
        if read in self.entries:
            self.elementwise(product, [(read, expanded.partial)])
            self.sum(statement.name, statement.axes, [expanded.whole(product)])

    def branch(self, statement: If) -> None:
        """A branch of scalars' choosing: each side has entries of its own, which are 0 on the other side."""
        bodies: list[Body] = []
        handed: list[list[tuple[int, str, Term, Atom]]] = []
        for holds, block in ((True, statement.then), (False, statement.orelse)):
            with self.supports.side(statement.condition, holds) as body:
                self.block(block)
                handed.append([])
                for out in statement.outs:
                    atom = out.then if holds else out.orelse
                    for number in self.entries.get(atom, {}) if isinstance(atom, str) and out.name in self.useful else ():
                        for term in self.outside(atom, number, out.axes):
                            handed[-1].append((number, out.name, term, self.whole(term, out.axes)))
            bodies.append(body)
        outs: list[Out] = []
        found: dict[str, dict[int, list[Term]]] = {}
        for holds, side in zip((True, False), handed, strict=True):
            is_taken = self.taken(holds, [term for *_, term, _ in side], outs)
            for number, name, term, atom in side:
                axes = self.builder.axes_of(name)
                full = (*axes, *(each.high for each in term.ranges))
                then, orelse = (atom, Const(0)) if holds else (Const(0), atom)
                kept = self.builder.fresh("t", axes=full)
                outs.append(Out(kept, then, orelse, "float", full))
                made = replace(term, atom=kept, index=identity(len(full)))
                if is_told(term):
                    told = self.told_outside(made, bodies[0 if holds else 1], holds, outs)
                    made = replace(told, guards=(*is_taken, *told.guards))
                found.setdefault(name, {}).setdefault(number, []).append(made)
        self.builder.append(
            If(statement.condition, tuple(bodies[0]), tuple(bodies[1]), (*statement.outs, *outs), statement.origin)
        )
        for name, terms in found.items():
            self.keep(name, self.builder.axes_of(name), terms)

    def taken(self, holds: bool, terms: Iterable[Term], outs: list[Out]) -> tuple[Guard, ...]:
        """A guard that says that a side is taken, which hands that on: integers from data need be in range only there."""
        if not any(map(is_told, terms)):
            return ()
        one = (Affine(1),)
        flag = self.builder.fresh("taken", axes=one)
        outs.append(Out(flag, Const(int(holds)), Const(int(not holds)), "float", one))
        return (Guard(Affine.of(Element(flag, (Affine(),))) - 1),)

    def told_outside(self, entry: Term, body: Body, holds: bool, outs: list[Out]) -> Term:
        """An entry whose arrays of integers from data that a side makes are handed on by it."""
        inside = {name for statement in body for name in defined(statement)}
        names: dict[Atom, Atom] = {}
        for array in sorted(inside.intersection(arrays_in(entry.affines()))):
            axes = self.builder.axes_of(array)
            names[array] = self.builder.fresh(array, axes=axes)
            then, orelse = (array, Const(0)) if holds else (Const(0), array)
            outs.append(Out(str(names[array]), then, orelse, "float", axes))
        return read_from(entry, lambda atom: names.get(atom, atom))

    def outside(self, atom: Atom, number: int, axes: Axes) -> tuple[Term, ...]:
        """The entries of what a branch hands on. Integers from data that are known inside only are not told outside."""
        terms = self.of(atom, number)
        if not any(not element.index for term in terms for part in term.affines() for element in part.elements):
            return terms
        columns = self.builder.axes_of(self.wrt[number])
        made = self.array([(atom, ())], [(self.wrt[number], ())], (*axes, *columns))
        return (dense(made, axes, columns),)

    # entries

    def keep(self, name: str, axes: Axes, found: dict[int, list[Term]]) -> None:
        """Note the entries of a value; those at the same places are added."""
        made: Entries = {}
        for number, terms in found.items():
            places: dict[tuple[object, ...], list[Term]] = {}
            for term in terms:
                clean = pruned(term, axes)
                if clean is not None and clean.atom != Const(0):
                    places.setdefault((clean.ranges, clean.guards, clean.address), []).append(clean)
            merged = [self.added(same, axes) for same in places.values()]
            if merged:
                made[number] = tuple(merged)
        if made:
            self.entries[name] = made
            for number, entries in made.items():
                if (self.is_whole and len(entries) > MANY) or sum(map(is_told, entries)) > MOST_TOLD:
                    self.entries[name] = {**self.entries[name], number: self.as_array(name, axes, number)}

    def as_array(self, name: str, axes: Axes, number: int) -> tuple[Term, ...]:
        """The entries of a value as a matrix, from now on one entry: those of what reads it do not multiply any more."""
        columns = self.builder.axes_of(self.wrt[number])
        if len(axes) + len(columns) > MATRIX or not (axes or columns) or self.builder.current.elementwise:
            return self.of(name, number)
        made = self.array([(name, ())], [(self.wrt[number], ())], (*axes, *columns))
        return (dense(made, axes, columns),)

    def added(self, terms: Sequence[Term], axes: Axes) -> Term:
        """Entries at the same places as one."""
        if len(terms) == 1:
            return terms[0]
        total: Atom | None = None
        for term in terms:
            part = self.whole(term, axes)
            total = part if total is None else self.builder.apply(TABLE["add"], total, part)
        return self.over(terms[0], total or Const(0))

    def times(self, coefficient: Atom, term: Term, axes: Axes) -> Term:
        """An entry of an operand times the partial of the value in it. Where the partial is 0 by a branch, it is 0."""
        if coefficient == ONE:
            return term
        if term.atom == ONE:
            return self.over(term, coefficient)
        full = (*axes, *(each.high for each in term.ranges))
        own = identity(len(axes))
        wide = partial(self.widened, full=full, own=own)
        vector = self.whole(term, axes)
        where = self.supports.of(coefficient)
        if not where:
            return self.over(term, self.builder.apply(TABLE["mul"], wide(coefficient), vector))
        condition, holds = self.supports.test(where)
        condition = wide(condition)
        with self.builder.block(elementwise=bool(full)) as body:
            product = self.builder.apply(TABLE["mul"], wide(coefficient), vector)
        zero = Const(0)
        if holds:
            (made,) = self.builder.branch(condition, body, (), [("t", product, zero)])
        else:
            (made,) = self.builder.branch(condition, (), body, [("t", zero, product)])
        return self.over(term, made)

    def widened(self, atom: Atom, full: Axes, own: tuple[Affine, ...]) -> Atom:
        """An array of the axes of a value as one over the ranges of an entry, too."""
        if isinstance(atom, Const):
            return atom
        index = own if self.builder.axes_of(atom) else ()
        return self.builder.sum([Term(atom, index)], full, kind=self.builder.kind(atom))

    def whole(self, term: Term, axes: Axes) -> Atom:
        """The coefficients of an entry as an array over the axes of the value and the ranges, 0 where guards do not hold."""
        if not isinstance(term.atom, str):
            if isinstance(term.atom, Const):
                return term.atom
            raise InternalError("an entry that is the number of an index")
        full = (*axes, *(each.high for each in term.ranges))
        return self.builder.sum([Term(term.atom, term.index, (), term.guards)], full)

    def over(self, term: Term, atom: Atom) -> Term:
        """The entry with other coefficients: an array over axes and ranges, or the same number for all."""
        return replace(term, atom=atom, index=identity(len(self.builder.axes_of(atom))))

    def read(self, term: Term, entry: Term, axes: Axes) -> Term:
        """The entry of a sum that one of its terms makes of an entry of the array that it reads."""
        term = _gathered(term, axes)
        rank, first = len(axes), len(term.index)
        places: dict[int, Affine] = dict(enumerate(term.index))
        for number in range(len(entry.ranges)):
            places[first + number] = Affine.of(rank + len(term.ranges) + number)
        inner = entry.substitute(places)  # type: ignore[arg-type]
        ranges, guards = (*term.ranges, *inner.ranges), (*term.guards, *inner.guards)
        return _rectangular(replace(inner, ranges=ranges, guards=guards), axes)

    def summed(self, entry: Term, axes: Axes, number: int) -> Term:
        """The entry with every range added up that its column does not depend on."""
        rank = len(axes)
        entry = _solved(entry, axes)
        used = {position for part in entry.address or () for position in part.positions}
        inner = [position for position in range(rank, rank + len(entry.ranges)) if position not in used]
        if not inner:
            return entry
        kept = [position for position in range(rank, rank + len(entry.ranges)) if position in used]
        order = {position: rank + number for number, position in enumerate([*kept, *inner])}
        moved = entry.moved(lambda position: order.get(position, position))
        ranges = tuple(entry.ranges[position - rank] for position in [*kept, *inner])
        split = rank + len(kept)
        outer = tuple(guard for guard in moved.guards if all(position < split for position in guard.affine.positions))
        # A column that is in range wherever there is something to add need not be so where there is nothing.
        columns = self.builder.axes_of(self.wrt[number])
        pairs = list(zip(moved.address or (), columns, strict=True))
        outer += tuple(Guard(part) for place, length in pairs for part in (place, length - 1 - place))
        full = (*axes, *(each.high for each in ranges[: len(kept)]))
        term = Term(moved.atom, moved.index, ranges[len(kept) :], moved.guards)
        coefficients = self.builder.sum([term], full)
        return self.over(Term(ONE, (), ranges[: len(kept)], outer, moved.address), coefficients)

    def array(self, rows: Sequence[Place], columns: Sequence[Place], axes: Axes) -> Atom:
        """One array of derivatives over ``axes``: those of the results in ``rows``, then those of the inputs in ``columns``."""
        terms = []
        for (atom, at), (name, to) in itertools.product(rows, columns):
            own = self.builder.axes_of(atom)
            for entry in self.of(atom, self.wrt.index(str(name))):
                moved = entry.moved(lambda position: position + len(axes))
                place = (*(identity(len(own), len(axes)) if own else at), *(moved.address or to))
                terms.append(Term(moved.atom, moved.index, (*full_ranges(own), *moved.ranges), moved.guards, place))
        settled = [found for term in terms if (found := contracted(term, axes)) is not None]
        return self.builder.sum(settled, axes, hint="J") if axes else self.scalar(settled)

    def scalar(self, terms: Sequence[Term]) -> Atom:
        """A derivative of a scalar in a scalar: its only entry, or the sum of several."""
        plain = [replace(term, address=None) for term in terms]
        if (
            len(plain) == 1
            and not (plain[0].ranges or plain[0].guards or plain[0].index)
            and not isinstance(plain[0].atom, Affine)
        ):
            return plain[0].atom
        return self.builder.sum(plain, (), hint="J")


def is_told(term: Term) -> bool:
    """Whether only the data tell where an entry is."""
    return any(True for part in term.affines() for _ in part.elements)


def _gathered(term: Term, axes: Axes) -> Term:
    """A term at the own indices of its statement: what is added at an address is where the indices are that address."""
    if term.address is None:
        return term
    guards = tuple(Guard(part - own, "==") for part, own in zip(term.address, identity(len(axes)), strict=True))
    return replace(term, guards=(*term.guards, *guards), address=None)


def _solved(entry: Term, axes: Axes) -> Term:
    """The entry without ranges that an equation determines (``q == i``)."""
    rank = len(axes)
    for guard in entry.guards:
        if guard.test != "==" or guard.modulus:
            continue
        inside = {position for element in guard.affine.elements for part in element.index for position in part.positions}
        for symbol, factor in guard.affine.terms:
            if isinstance(symbol, int) and symbol >= rank and abs(factor) == 1 and symbol not in inside:
                solution = (Affine.of(symbol) * factor - guard.affine) * factor
                each = entry.ranges[symbol - rank]
                bounds = (Guard(solution - each.low), Guard(each.high - 1 - solution))
                others = tuple(other for other in entry.guards if other != guard)
                solved = replace(entry, guards=(*others, *bounds)).substitute({symbol: solution})
                return _solved(renumbered(solved, [symbol], rank), axes)
    return entry


def _rectangular(entry: Term, axes: Axes) -> Term:
    """The entry with every range from 0 to a size, and guards for what it had as bounds."""
    rank = len(axes)
    for number in range(len(entry.ranges)):
        each = entry.ranges[number]
        if each.low == Affine() and not each.high.positions:
            continue
        bounds = Bounds.of(axes, entry.ranges)
        low, high = bounds.least(each.low), bounds.least(-each.high)
        if low is None or high is None:
            raise InternalError("a range whose bounds depend on data")
        position = rank + number
        index = Affine.of(position)
        ends = (index - each.low, each.high - 1 - index)
        guards = tuple(Guard(end) for end in ends if end.positions - {position})
        ranges = tuple(Range(Affine(), -high - low) if place == number else other for place, other in enumerate(entry.ranges))
        entry = replace(entry, ranges=ranges, guards=(*entry.guards, *guards)).substitute({position: Affine.of(position) + low})
    return entry
