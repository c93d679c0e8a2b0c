"""Guards where loops can use them: of elements that are 0 outside of a triangle, a band or a slice, sums add only the others.

Differentiation tells by masks which elements a sum never reached: ``if j > i: ... else 0``, taken element by element, with a
condition that is about indices alone. Here (graph -> graph, before anything is scheduled)

- such a branch becomes a read that is guarded: an array is a definition, of elements that nobody reads nothing is computed;
- a sum gets the guards outside of which its terms are 0 (they become bounds of its loops);
- two sums over the halves of all pairs become one where that is possible (``parity``).

An element that is 0 times what nobody should have computed is 0: inf or NaN there do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from symdiff.codegen.indices import Place
from symdiff.codegen.names import is_generic, without_numbers
from symdiff.codegen.parity import Parity, merged
from symdiff.graph.affine import ZERO, Affine, Axes, Symbol, identity
from symdiff.graph.bounds import pruned
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import (
    UNDEFINED,
    Atom,
    Block,
    Const,
    Fold,
    Graph,
    If,
    Let,
    Loop,
    Out,
    Statement,
    Sum,
    defined,
    operands,
    walk,
)
from symdiff.graph.loops import axes_of, rewired
from symdiff.graph.mapping import renamed
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE

Guards = tuple[Guard, ...]
Key = tuple[str, Guards]  # an array, and what is known to hold where it is read

NOTHING = (Const(0), Const(0.0), UNDEFINED)


def unmasked(graph: Graph, in_order: Iterable[str] = ()) -> tuple[Graph, frozenset[str]]:
    """The graph with guards in place of masks, and the names that must not be computed where nobody reads them.

    The sums ``in_order`` are added up as they are written.
    """
    masks = _Masks(graph, frozenset(in_order))
    made = dead_code(replace(graph, body=masks.block(graph.body)))
    alive = {name for node in walk(made.body) for name in defined(node)}
    names: dict[str, Atom] = {copy: name for copy, name in masks.copied.items() if copy in alive and name not in alive}
    partial = {str(names.get(name, name)) for name in masks.partial}
    return replace(made, body=_renamed(made.body, names)), frozenset(partial)


def is_pointwise(statement: object) -> bool:
    """Whether an array is nothing but another one, read at other indices where guards hold."""
    if not isinstance(statement, Sum) or len(statement.terms) != 1:
        return False
    (term,) = statement.terms
    return not term.ranges and term.address is None


class _Masks:
    def __init__(self, graph: Graph, in_order: frozenset[str]) -> None:
        self.in_order = in_order
        self.partial: set[str] = set()  # what is defined where a mask holds only
        self.copied: dict[str, str] = {}  # the first copy of each array, and what it is a copy of
        self.made: dict[str, Statement] = {}
        self.axes: dict[str, Axes] = dict(graph.input_axes)
        self.masks: dict[str, Guards] = {}
        self.supports: dict[str, Guards] = {}
        self.places: dict[str, int] = {}
        self.parity = Parity(self.made, self.axes)
        self._taken = {*graph.inputs, *graph.sizes, *(name for node in walk(graph.body) for name in defined(node))}
        self._with_copy: set[str] = set()
        self._copies: dict[Key, Atom] = {}
        self._out: list[Statement] = []

    def block(self, block: Block) -> Block:
        """The statements of a block; copies that it makes are its own."""
        outer, self._out = self._out, []
        copies, self._copies = self._copies, dict(self._copies)
        for statement in block:
            self._statement(statement)
        result, self._out, self._copies = tuple(self._out), outer, copies
        return result

    def _statement(self, statement: Statement) -> None:
        if isinstance(statement, If) and statement.axes:
            self._branch(statement)
        elif isinstance(statement, If):
            then, orelse = self.block(statement.then), self.block(statement.orelse)
            self._add(replace(statement, then=then, orelse=orelse))
        elif isinstance(statement, Sum):
            self._sum(statement)
        else:
            self._add(statement)

    def _add(self, statement: Statement) -> None:
        self._out.append(statement)
        for node in walk((statement,)):
            for name, axes in axes_of(node).items():
                self.made[name] = node
                self.places[name] = len(self.places)
                self.axes[name] = axes
        self._learn(statement)

    # masks and supports

    def _learn(self, statement: Statement) -> None:
        """Where a name is true, or is not 0."""
        if isinstance(statement, Let) and statement.axes:
            if statement.op.name in ("and", "not"):
                self._learn_condition(statement)
                return
            found = self._support(statement)
            if found:
                self.supports[statement.name] = found
        elif isinstance(statement, Sum) and is_pointwise(statement):
            (term,) = statement.terms
            if statement.kind == "bool":
                inner = self.masks.get(term.atom, ()) if isinstance(term.atom, str) else ()
                if term.atom == Const(True) or inner:
                    self._know(self.masks, statement.name, (*term.guards, *_moved(inner, term.index)))
            else:
                self._know(self.supports, statement.name, (*term.guards, *_moved(self._of(term.atom), term.index)))

    def _learn_condition(self, let: Let) -> None:
        parts = [self.masks.get(str(arg), ()) for arg in let.args]
        if let.op.name == "and" and all(parts):
            self._know(self.masks, let.name, tuple(guard for part in parts for guard in part))
        elif let.op.name == "not" and len(parts[0]) == 1:
            self._know(self.masks, let.name, (parts[0][0].negated(),))

    @staticmethod
    def _know(known: dict[str, Guards], name: str, guards: Guards) -> None:
        if guards and not any(True for guard in guards for _ in guard.affine.elements):
            known[name] = tuple(dict.fromkeys(guards))

    def _of(self, atom: Atom | Affine) -> Guards:
        return self.supports.get(atom, ()) if isinstance(atom, str) else ()

    def _support(self, let: Let) -> Guards:
        parts = [self._of(arg) for arg in let.args]
        if let.op.name == "mul":
            return (*parts[0], *parts[1])
        if let.op.name in ("neg", "div"):
            return parts[0]
        if let.op.name in ("add", "sub") and set(parts[0]) == set(parts[1]):
            return parts[0]
        return ()

    def _branch(self, branch: If) -> None:
        """A branch on a mask: its side as statements of the block, its results as guarded reads."""
        guards, rest = self._mask_in(branch.condition)
        body, values = branch.then, [out.then for out in branch.outs]
        others, zeros = branch.orelse, [out.orelse for out in branch.outs]
        if rest is None and all(value in NOTHING for value in values) and len(guards) == 1:
            guards = (guards[0].negated(),)
            body, values, others, zeros = others, zeros, body, values
        if not guards or others or any(zero not in NOTHING for zero in zeros) or any(out.kind == "bool" for out in branch.outs):
            self._add(branch)
            return
        if rest is not None:
            outs = tuple(replace(out, name=self._fresh(out.name), orelse=Const(0)) for out in branch.outs)
            self._add(replace(branch, condition=rest, outs=outs))
            values = [out.name for out in outs]
            self.partial.update(out.name for out in outs)
        else:
            for statement in body:
                self._statement(statement)
                self.partial.update(defined(statement))
        for out, value in zip(branch.outs, values, strict=True):
            index = identity(len(out.axes)) if isinstance(value, str) else ()
            self._sum(Sum(out.name, out.axes, (Term(value, index, (), guards),), branch.origin))

    def _mask_in(self, condition: Atom) -> tuple[Guards, Atom | None]:
        """The guards that a condition consists of, and the other condition that must hold, too."""
        made = self.made.get(condition) if isinstance(condition, str) else None
        if condition in self.masks:
            return self.masks[str(condition)], None
        if isinstance(made, Let) and made.op.name == "and":
            for mask, rest in (made.args, made.args[::-1]):
                if mask in self.masks:
                    return self.masks[str(mask)], rest
        return (), None

    # sums

    def _sum(self, statement: Sum) -> None:
        if statement.kind == "float" and not is_pointwise(statement):
            axes = statement.axes
            terms = [made for term in statement.terms if (made := self._narrowed(term, axes)) is not None]
            if statement.name not in self.in_order:
                terms = [self._times(count, term, axes) for term, count in merged(terms, axes, self.parity, self._bare)]
            statement = replace(statement, terms=tuple(terms))
        self._add(statement)

    def _narrowed(self, term: Term, axes: Axes) -> Term | None:
        """A term that adds where it is not 0, to what it reads there."""
        if not (term.ranges or term.address is not None) or not isinstance(term.atom, str):
            return term
        term = replace(term, guards=(*term.guards, *_moved(self._of(term.atom), term.index)))
        if term.address is None:
            kept = pruned(term, axes)
            if kept is None:
                return None
            term = kept
        else:
            term = _pruned_scatter(term)
        return term

    def _bare(self, term: Term) -> Term:
        """A term over what its atom is where its guards hold."""
        facts = _seen_from(term.guards, term.index)
        return replace(term, atom=self._core(str(term.atom), facts)) if facts else term

    def _times(self, count: int, term: Term, axes: Axes) -> Term:
        """A term that stands for several equal ones."""
        if count == 1:
            return term
        assert isinstance(term.atom, str)  # noqa: S101 (what has an index has a name)
        whole = term.atom, self.axes[term.atom]
        if term.address is None:
            whole = self._fresh(term.atom), axes
            self._add(Sum(whole[0], axes, (term,)))
        name = self._fresh(term.atom)
        self._add(Let(name, TABLE["mul"], (Const(count), whole[0]), None, whole[1]))
        if term.address is None:
            return Term(name, identity(len(axes)))
        if term.atom in self.partial:
            self.partial.add(name)
        return replace(term, atom=name)

    # what is read where guards hold

    def _core(self, name: str, facts: Guards) -> Atom:
        """The array, made of what is read without the guards that these facts imply."""
        order: dict[Key, None] = {}
        stack: list[Key] = [(name, facts)]
        while stack:
            key = stack.pop()
            if key not in order and key not in self._copies:
                order[key] = None
                stack += self._inside(key)
        for key in sorted(order, key=lambda item: self.places.get(item[0], -1)):
            if key not in self._copies:
                self._copy(key)
        return self._copies[name, facts]

    def _inside(self, key: Key) -> Iterator[Key]:
        """The arrays that the elements of an array are made of, with what is known there."""
        name, facts = key
        made = self.made.get(name)
        if isinstance(made, Let) and made.axes:
            yield from ((arg, facts) for arg in made.args if isinstance(arg, str))
        elif isinstance(made, If) and made.axes:
            own = {name for node in walk((made,)) for name in defined(node)}
            reads = {atom for node in walk((made,)) for atom in operands(node) if isinstance(atom, str)}
            yield from ((atom, facts) for atom in sorted(reads - own))
        elif isinstance(made, Sum) and is_pointwise(made):
            (term,) = made.terms
            if isinstance(term.atom, str) and self.axes.get(term.atom):
                yield term.atom, _seen_from((*facts, *term.guards), term.index)

    def _copy(self, key: Key) -> None:
        name, facts = key
        made = self.made.get(name)
        self._copies[key] = name
        if isinstance(made, Let) and made.axes:
            args = tuple(self._copied(arg, facts) for arg in made.args)
            if args != made.args:
                self._new(key, replace(made, args=args))
        elif isinstance(made, If) and made.axes:
            self._copy_branch(made, facts)
        elif isinstance(made, Sum) and is_pointwise(made):
            (term,) = made.terms
            atom = term.atom
            place = _place(made.axes).where(facts)
            if isinstance(atom, str) and self.axes.get(atom):
                atom = self._copies[atom, _seen_from((*facts, *term.guards), term.index)]
            kept = tuple(guard for guard in term.guards if not place.always(guard))
            new = replace(term if isinstance(atom, Affine) else _over(term, atom), guards=kept)
            whole = isinstance(atom, str) and new == Term(atom, identity(len(made.axes))) and self.axes.get(atom) == made.axes
            if not isinstance(atom, Affine) and (whole or (isinstance(atom, Const) and not kept)):
                self._copies[key] = atom
            elif new != term:
                self._new(key, replace(made, terms=(new,)))

    def _copied(self, atom: Atom, facts: Guards) -> Atom:
        return self._copies.get((atom, facts), atom) if isinstance(atom, str) else atom

    def _new(self, key: Key, statement: Let | Sum) -> None:
        """A statement with a name of its own in place of the one that it is made from."""
        fresh = self._fresh(key[0])
        self.partial.add(fresh)
        self._copies[key] = fresh
        self._add(replace(statement, name=fresh))

    def _copy_branch(self, branch: If, facts: Guards) -> None:
        """A whole branch with names of its own, if anything in it changes; its outs stand for those of the branch."""
        own = [name for node in walk((branch,)) for name in defined(node)]
        reads = {atom for node in walk((branch,)) for atom in operands(node) if isinstance(atom, str)} - set(own)
        changed = {name: self._copied(name, facts) for name in sorted(reads)}
        if all(name == atom for name, atom in changed.items()):
            self._copies.update(((out.name, facts), out.name) for out in branch.outs)
            return
        names: dict[str, Atom] = {**changed, **{name: self._fresh(name) for name in own}}
        self.partial.update(str(names[name]) for name in own)
        (copy,) = _renamed((branch,), names)
        self._copies.update(((out.name, facts), names[out.name]) for out in branch.outs)
        self._add(copy)

    def _fresh(self, name: str) -> str:
        base, number = "t" if is_generic(name) else without_numbers(name), 1
        while f"{base}_{number}" in self._taken:
            number += 1
        fresh = f"{base}_{number}"
        self._taken.add(fresh)
        if name in self.made and name not in self._with_copy:
            self._with_copy.add(name)
            self.copied[fresh] = name
        return fresh


def _renamed(block: Block, names: Mapping[str, Atom]) -> Block:
    """The statements over other names."""

    def of(atom: Atom) -> Atom:
        return names.get(atom, atom) if isinstance(atom, str) else atom

    def moved(statement: Statement) -> Statement:
        if isinstance(statement, Let):
            return replace(statement, name=str(of(statement.name)), args=tuple(map(of, statement.args)))
        if isinstance(statement, Sum | Fold):
            return replace(renamed(statement, of), name=str(of(statement.name)))
        if isinstance(statement, Loop):
            return rewired(statement, of)
        if not isinstance(statement, If):
            return statement
        outs = tuple(Out(str(of(out.name)), of(out.then), of(out.orelse), out.kind, out.axes) for out in statement.outs)
        then, orelse = _renamed(statement.then, names), _renamed(statement.orelse, names)
        return replace(statement, condition=of(statement.condition), then=then, orelse=orelse, outs=outs)

    return tuple(map(moved, block)) if names else block


def _over(term: Term, atom: Atom) -> Term:
    """The term over another array."""
    return term.renamed(lambda _: atom)


def _place(axes: Axes) -> Place:
    """All elements of an array."""
    place = Place()
    for position, length in enumerate(axes):
        place = place.inside(position, Range(ZERO, length))
    return place


def _moved(guards: Sequence[Guard], index: Sequence[Affine]) -> Guards:
    """Guards of an array where it is read at an index."""
    if not guards or any(True for part in index for _ in part.elements):
        return ()
    places: dict[Symbol, Affine] = dict(enumerate(index))
    return tuple(replace(guard, affine=guard.affine.substitute(places)) for guard in guards)


def _seen_from(guards: Iterable[Guard], index: Sequence[Affine]) -> Guards:
    """What guards say of the indices of the array that is read: those guards that are about these indices alone."""
    places: dict[Symbol, Affine] = {}
    for axis, part in enumerate(index):
        if len(part.terms) == 1 and isinstance(part.terms[0][0], int) and part.terms[0][1] == 1:
            places.setdefault(part.terms[0][0], Affine.of(axis) - part.const)
    seen = [
        replace(guard, affine=guard.affine.substitute(places))
        for guard in guards
        if guard.affine.positions <= places.keys() and not any(True for _ in guard.affine.elements)
    ]
    return tuple(dict.fromkeys(guard for guard in seen if guard.affine.positions))


def _pruned_scatter(term: Term) -> Term:
    """A scattered term without guards that always hold; its ranges come behind the axes of its array."""
    place = Place()
    rank = len(term.address or ())
    for number, each in enumerate(term.ranges):
        place = place.inside(rank + number, each)
    kept = [guard for guard in dict.fromkeys(term.guards) if not place.always(guard)]
    return replace(term, guards=tuple(kept))
