"""What the arrays of a graph are at an index: operations, terms or branches, with short ranges written out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symdiff.codegen.indices import SHORT, is_short
from symdiff.codegen.products import Products
from symdiff.graph.affine import Affine, Axes, Symbol, identity, substituted
from symdiff.graph.arrays import EMPTY
from symdiff.graph.bounds import renumbered
from symdiff.graph.cost import weight
from symdiff.graph.graph import (
    Atom,
    Block,
    Const,
    Fold,
    Graph,
    If,
    Let,
    Loop,
    Origin,
    Out,
    Statement,
    Sum,
    defined,
    operands,
    walk,
)
from symdiff.graph.loops import indices_of, sizes_of
from symdiff.graph.structure import Size, Tensor
from symdiff.graph.terms import Guard, Term, arrays_in
from symdiff.primitives import TABLE, Primitive
from symdiff.primitives.row import Kind

MOST = 16  # a short range is written out, but never more than so many elements together

Index = tuple[Affine, ...]


@dataclass(frozen=True)
class Indexed:
    """A sum or fold: its terms, combined by ``op``, with short ranges written out as terms of their own."""

    name: str
    axes: Axes
    op: Primitive
    terms: tuple[Term, ...]
    kind: Kind
    empty: Const
    origin: Origin | None

    @property
    def is_gather(self) -> bool:
        """Whether every element is a sum of its own, nothing scattered."""
        return all(term.address is None for term in self.terms)

    @property
    def is_of_data(self) -> bool:
        """Whether an index of it comes from data, so that it must be checked."""
        return any(True for term in self.terms for part in term.affines() for _ in part.elements)

    @property
    def is_pointwise(self) -> bool:
        """Whether an element is a few reads: nothing is summed over and nothing scattered."""
        return all(not term.ranges and term.address is None for term in self.terms)


@dataclass(frozen=True)
class Choice:
    """An out of a branch that is taken element by element."""

    branch: If
    out: Out


Definition = Let | Indexed | Choice


@dataclass(frozen=True)
class Read:
    """An element that is read where the guards hold."""

    name: str
    index: Index = ()
    guards: tuple[Guard, ...] = ()

    def at(self, replacements: dict[Symbol, Affine], guards: tuple[Guard, ...] = ()) -> Read:
        """The same read with its indices replaced, under more guards."""
        moved = tuple(replace(guard, affine=guard.affine.substitute(replacements)) for guard in self.guards)
        return Read(self.name, substituted(self.index, replacements), tuple(dict.fromkeys((*guards, *moved))))


class Definitions:
    """The names of a graph: their axes and kinds, and for arrays that are no inputs what they are at an index."""

    def __init__(self, graph: Graph, partial: frozenset[str] = frozenset(), added_to: frozenset[str] = frozenset()) -> None:
        self.graph = graph
        self.partial = partial  # what exists where it is read only
        self.added_to = added_to  # arrays that are there: their sums are added to what they hold (``in_place``)
        self.products = Products(graph).all()
        self.axes: dict[str, Axes] = dict(graph.input_axes)
        self._inputs = frozenset(graph.inputs)
        self.kinds: dict[str, Kind] = dict.fromkeys(self.axes, "float")
        self.known: dict[str, Definition] = {}
        self.handed_on: set[str] = set()  # arrays that a branch with a scalar condition hands on, or a loop
        self.counts: set[str] = set()  # sizes that a loop makes
        self.conditional: set[str] = set()  # what exists on one side of a branch that is taken element by element
        self.indices = indices_of(graph.body)
        for statement in walk(graph.body):
            self._define(statement)

    def _define(self, statement: Statement) -> None:
        if isinstance(statement, Let):
            self._add(statement.name, statement.axes, statement.kind)
            if statement.axes:
                self.known[statement.name] = statement
        elif isinstance(statement, Sum | Fold):
            self._add(statement.name, statement.axes, statement.kind)
            self.known[statement.name] = indexed(statement)
        elif isinstance(statement, If):
            if statement.axes:
                self.conditional.update(n for body in (statement.then, statement.orelse) for s in body for n in defined(s))
            for out in statement.outs:
                self._add(out.name, out.axes, out.kind)
                if statement.axes:
                    self.known[out.name] = Choice(statement, out)
                elif out.axes:
                    self.handed_on.add(out.name)
        elif isinstance(statement, Loop):
            for name, axes in statement.outs.items():
                self._add(name, axes, "float")
                if axes:
                    self.handed_on.add(name)
            self.counts.update(filter(None, [statement.count]))

    def _add(self, name: str, axes: Axes, kind: Kind) -> None:
        self.axes[name], self.kinds[name] = axes, kind

    def certain(self, name: str) -> str:
        """What reads of a name wait for, if its indices come from data: that they have been checked. Else ""."""
        definition = self.known.get(name)
        return f"indices of {name}" if isinstance(definition, Indexed) and definition.is_of_data else ""

    def waits(self, name: str) -> Iterator[str]:
        """What must be known before an array, beside what it reads: numbers of iterations, and integers from data."""
        definition = self.known.get(name)
        if isinstance(definition, Indexed):
            yield from dict.fromkeys(size for size in sizes_of(definition) if size in self.counts)
            yield from dict.fromkeys(
                array
                for array in arrays_in(part for term in definition.terms for part in term.affines())
                if array not in self._inputs
            )

    def is_inlinable(self, name: str) -> bool:
        """Whether an element can be computed where it is read."""
        definition = self.known.get(name)
        return definition is not None and (not isinstance(definition, Indexed) or definition.is_pointwise)

    def operands(self, name: str) -> Iterator[tuple[Atom, Index, tuple[Guard, ...], int]]:
        """What an element at the identity index is made of: atoms, their indices, the guards, the number of the term."""
        definition = self.known[name]
        own = identity(len(self.axes[name]))
        if isinstance(definition, Let):
            yield from ((atom, own, (), 0) for atom in definition.args)
        elif isinstance(definition, Choice):
            out = definition.out
            yield from ((atom, own, (), 0) for atom in (definition.branch.condition, out.then, out.orelse))
        else:
            for number, term in enumerate(definition.terms):
                if not isinstance(term.atom, Affine):
                    yield term.atom, term.index, term.guards, number

    def operand_uses(self) -> Iterator[tuple[str, bool]]:
        """The names that are read, and whether only where a branch that is taken element by element needs them."""
        for statement in walk(self.graph.body):
            if isinstance(statement, If) and statement.axes:
                yield from ((str(atom), False) for atom in [statement.condition])
                yield from ((str(atom), True) for out in statement.outs for atom in (out.then, out.orelse))
            else:
                certain = not (isinstance(statement, Let) and statement.name in self.conditional)
                yield from ((atom, not certain) for atom in operands(statement) if isinstance(atom, str))
        yield from ((str(atom), False) for atom in self.graph.outputs)

    def depth(self, name: str) -> int:
        """The loops that an array takes: its axes, and the ranges of a term, those apart that are written out."""
        definition = self.known[name]
        ranges = [len(term.ranges) for term in definition.terms] if isinstance(definition, Indexed) else []
        return len(axes_positions(self.axes[name])) + max(ranges, default=0)

    def is_ragged(self, name: str) -> bool:
        """Whether the terms of an array stand under different guards."""
        definition = self.known[name]
        return isinstance(definition, Indexed) and len({term.guards for term in definition.terms}) > 1

    def cost(self, name: str) -> int:
        """The weight of the operations of an element that are its own."""
        definition = self.known[name]
        if isinstance(definition, Let):
            return 0 if definition.op.code == "{0}" else weight(definition)
        if isinstance(definition, Choice):
            return 1
        return sum(1 + bool(term.guards) for term in definition.terms) - 1


def uses_of(graph: Graph) -> Counter[str]:
    """How often each name of a graph is read, in whatever way."""
    found: Counter[str] = Counter(atom for atom in graph.outputs if isinstance(atom, str))
    for statement in walk(graph.body):
        found.update(atom for atom in operands(statement) if isinstance(atom, str))
    return found


def indexed(statement: Sum | Fold) -> Indexed:
    """A sum or fold with its short ranges written out."""
    rank = len(statement.axes)
    terms = tuple(made for term in statement.terms for made in written_out(term, rank))
    if isinstance(statement, Fold):
        op, empty = statement.op, EMPTY[statement.op.name]
    else:
        op, empty = TABLE["add"], Const(False) if statement.kind == "bool" else Const(0)
    return Indexed(statement.name, statement.axes, op, terms, statement.kind, empty, statement.origin)


def written_out(term: Term, rank: int) -> list[Term]:
    """A term without the ranges that are short and known: one term for each of their elements."""
    short: dict[int, range] = {}
    count = 1
    for number, each in enumerate(term.ranges):
        length = each.high - each.low
        if each.low.is_constant and length.is_constant and length.const <= SHORT and count * length.const <= MOST:
            count *= length.const
            short[rank + number] = range(each.low.const, each.high.const)
    if not short:
        return [term]
    made = []
    for values in itertools.product(*short.values()):
        places: dict[Symbol, Affine] = {place: Affine(value) for place, value in zip(short, values, strict=True)}
        made.append(_decided(renumbered(term.substitute(places), list(short), rank)))
    return [term for term in made if term is not None]


def _decided(term: Term) -> Term | None:
    """A term without the guards that its literal indices decide; None if one of them never holds."""
    if any(guard.affine.is_constant and not guard.holds(guard.affine.const) for guard in term.guards):
        return None
    return replace(term, guards=tuple(guard for guard in term.guards if not guard.affine.is_constant))


def finished(block: Block) -> Iterator[Statement]:
    """Every statement of a block and of the bodies inside it, a branch after its bodies: in the order of their results."""
    stack: list[tuple[Iterator[Statement], If | None]] = [(iter(block), None)]
    while stack:
        statements, branch = stack[-1]
        statement = next(statements, None)
        if statement is None:
            stack.pop()
            if branch is not None:
                yield branch
        elif isinstance(statement, If):
            stack.append((iter((*statement.then, *statement.orelse)), statement))
        else:
            yield statement


def axes_positions(axes: Axes) -> Sequence[int]:
    """The positions of the axes that are not written out."""
    return [position for position, length in enumerate(axes) if not is_short(length)]


def has_arrays(graph: Graph) -> bool:
    """Whether a graph needs a schedule."""
    if any(isinstance(param.structure, Tensor | Size) for param in graph.params):
        return True
    if any(isinstance(leaf, Tensor) for leaf in graph.result.leaves()):
        return True
    return any(isinstance(node, Sum | Fold | Loop) or getattr(node, "axes", ()) for node in walk(graph.body))
