"""The formula of a graph with arrays: index expressions that hold for every size.

The result is written in several ways (everything in place, with the user's own names, with names for what is shared) and
the shortest is kept, as for scalars; see ``convert``. An array is the expression of its element at free indices: a SymPy
``Lambda`` over them. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine, Axes, Element, identity, sizes_in
from symdiff.graph.graph import Atom, Fold, Graph, Sum, walk
from symdiff.graph.structure import Size, Tensor
from symdiff.printing import notation
from symdiff.printing.atoms import Atoms, Guarded, integers_in
from symdiff.printing.combine import simplified
from symdiff.printing.convert import Formula, pack
from symdiff.printing.demand import Use, guaranteed, guards_of, is_about, mentioned, uses
from symdiff.printing.domain import plain_conditions
from symdiff.printing.elements import Elements, is_derived
from symdiff.printing.materialize import Materializer, letters
from symdiff.printing.polish import polished
from symdiff.printing.roll import rolled
from symdiff.printing.scope import Scope
from symdiff.printing.straighten import ArrayDefinition, StraightArrays, straighten_arrays
from symdiff.printing.symmetry import signs, with_whole_ranges
from symdiff.printing.worth import ArraySizes, cuts, own_names, whole_size

_LONGEST_IN_PLACE = 400  # nodes
_WORTH_A_NAME = 8  # operations of what the user named
_ENTRY = 4  # operations that an entry of a where-list counts as, besides its own
_GUARDED_ENTRY = 8  # that of one that counts only where guards hold: bounds of sums are read better
_OWN_ENTRY = -1  # that of a name of the user's, which helps to read
_MUCH = 10  # operations for which a name is kept that seemed not to be worth it: without it, terms may not be equal any more


@dataclass
class Way:
    """A formula written in one way, over ``atoms``."""

    atoms: Atoms
    elements: Elements
    exprs: list[Any]
    where: list[tuple[str, Any]]
    domain: list[Any]
    uses: Counter[str] = field(default_factory=Counter)
    places: defaultdict[str, list[Use]] = field(default_factory=lambda: defaultdict(list))

    def note(self, expr: Any, scope: Scope) -> None:
        """Note what an expression reads, and where."""
        self.count(expr)
        for name, use in uses(self.atoms, expr, scope):
            self.places[name].append(use)
        for element in self.atoms.integers(expr):
            self.places[element.array].append((element.index, Scope()))

    def count(self, expr: Any) -> None:
        """Count the names that an expression shows."""
        self.uses.update(_names(self.atoms, expr))
        numbers = (Element(entry.name, ()) for entry in self.atoms.reads(expr) if not entry.index)
        self.count_integers(each for each in numbers if self.elements.is_in_place(each.array))
        self.count_integers(self.atoms.integers(expr))

    def count_integers(self, integers: Iterable[Element]) -> None:
        """Count the names of integers from data, or those in what they are where they have none."""
        for element in integers:
            if self.elements.is_in_place(element.array):
                self.count(self.elements.value(element.array, Scope(), element.index))
            else:
                self.uses[element.array] += 1

    def entries(self) -> Iterator[Any]:
        """All expressions."""
        yield from self.exprs
        yield from (expr for _, expr in self.where)
        yield from self.domain

    def cost(self, own: frozenset[str]) -> int:
        """How long it is, in operations."""
        named = sum(_OWN_ENTRY if name in own else self._entry_cost(expr) for name, expr in self.where)
        return named + sum(map(self.atoms.cost, self.entries()))

    def _entry_cost(self, expr: Any) -> int:
        guarded = any(isinstance(entry, Guarded) for _, entry in self.atoms.inside(expr))
        return _GUARDED_ENTRY if guarded else _ENTRY

    def depth(self) -> int:
        """How deep sums are nested."""
        return max(map(self.atoms.height, self.entries()), default=0)


def has_arrays(graph: Graph) -> bool:
    """Whether a graph is more than operations on scalars."""
    if any(isinstance(param.structure, Tensor | Size) for param in graph.params):
        return True
    return any(isinstance(statement, Sum | Fold) or bool(getattr(statement, "axes", ())) for statement in walk(graph.body))


def formula(graph: Graph, derivative: bool | None = None) -> Formula:
    """Return the formula of a graph with arrays. ``derivative``: whether it is one; None: if its outputs look like one."""
    writer = Writer(graph)
    derived = any(map(writer.is_derived, writer.straight.outputs)) if derivative is None else derivative
    return Materialized(writer, writer.shortest(), Paper.of(graph)).formula(derived=derived)


class Writer:
    """Writes a graph in several ways.

    ``forced`` tells which definitions have a name whatever it is worth, ``never`` are those that have none, ``known``
    expressions that other pages have symbols for; ``indices`` are written beside what the graph says.
    """

    def __init__(
        self,
        graph: Graph,
        forced: Callable[[StraightArrays, frozenset[str]], frozenset[str]] | None = None,
        never: frozenset[str] = frozenset(),
        atoms: Atoms | None = None,
        known: Mapping[Any, Any] | None = None,
        indices: Iterable[Affine] = (),
    ) -> None:
        self.graph = graph
        self.atoms = atoms or Atoms()  # of all ways, so that nothing is simplified twice
        self.known = known or {}
        straight = straighten_arrays(graph)
        self.aliases = self._recognized(straight) if known else {}
        never |= self.aliases.keys()
        self.own = own_names(straight, graph.source) - never
        self.straight: StraightArrays = rolled(straight, self.own)
        self.never = never
        self.integers = list(integers_in(indices))
        self.forced = forced(self.straight, self.own) if forced else frozenset()
        self.forced |= self._counted() - never
        self.guards = guards_of(self.straight.definitions)
        self.kinds = {definition.name: definition.kind for definition in self.straight.definitions}
        leaves = list(graph.result.leaves())
        self.axes: list[Axes] = [leaf.axes if isinstance(leaf, Tensor) else () for leaf in leaves]

    def _counted(self) -> frozenset[str]:
        """The integers from data that have names: those that are more than an element of something."""
        definitions = {definition.name: definition for definition in self.straight.definitions}
        terms = [term for each in definitions.values() if isinstance(each, Sum | Fold) for term in each.terms]
        found = [*self.integers, *integers_in(part for term in terms for part in term.affines())]
        names = {element.array for element in found} & definitions.keys()
        return frozenset(name for name in names if not _is_element(definitions[name]))

    def _recognized(self, straight: StraightArrays) -> dict[str, Any]:
        """The symbols of definitions that another page has one for."""
        elements = Elements(straight.definitions, self.graph.input_axes, self.atoms, (), (), self.known)
        symbols = set(self.known.values())
        sizes = ArraySizes()
        found: dict[str, Any] = {}
        for definition in straight.definitions:
            small = sizes.add_any(definition) <= _LONGEST_IN_PLACE
            plain = small and definition.kind != "bool" and not elements.axes(definition.name)
            value = elements.value(definition.name, Scope(), ()) if plain else None
            if value in symbols:
                found[definition.name] = value
                sizes.cut(definition.name)
        return found

    def shortest(self) -> Way:
        """The shortest way, that without names if it is plain."""
        own = frozenset(name for name in self.own if self.kinds[name] != "bool")
        in_place = None
        if whole_size(self.straight) <= _LONGEST_IN_PLACE:
            in_place = self._settled(frozenset())
            plain = in_place.depth() <= 1 or not any(map(self.is_derived, self.straight.outputs))
            if in_place.cost(own) <= notation.SHORT and (plain or not own):
                return in_place
        shared = cuts(self.straight, self.kinds, own)
        choices = dict.fromkeys((own, shared | own, cuts(self.straight, self.kinds, frozenset())))
        bounded = [named for named in choices if whole_size(self.straight, named) <= _LONGEST_IN_PLACE * (len(named) + 1)]
        if not bounded and in_place is None:  # long whatever is named: a matrix of very many terms
            bounded = [min(choices, key=lambda named: whole_size(self.straight, named))]
        ways = [*([] if in_place is None else [in_place]), *map(self._settled, bounded)]
        return min(ways, key=lambda way: (way.cost(self.own), way.depth()))

    def is_derived(self, atom: Atom) -> bool:
        """Whether an output is not what the user wrote; a literal is not where anything of the graph is not."""
        definitions = {definition.name: definition for definition in self.straight.definitions}
        if isinstance(atom, str) and atom in definitions:
            return is_derived(definitions[atom]) or Elements(self.straight.definitions, {}, Atoms(), (), ()).derived[atom]
        return not any(param.role == "argument" and atom in param.leaves for param in self.graph.params)

    def _settled(self, named: frozenset[str]) -> Way:
        """The way with these names, but for those that turn out to need none."""
        found: list[Way] = []
        named = (named | self.forced) - self.never
        while True:
            way = self._written(named)
            if not any(self._is_left(name, way.uses[name]) for name, _ in way.where):
                found.insert(0, way)
            costs = {name: way.atoms.cost(expr) for name, expr in way.where}
            heights = {name: way.atoms.height(expr) for name, expr in way.where}
            kept = frozenset(name for name in costs if self._stays(name, way.uses[name], costs[name], heights[name]))
            if len(kept) == len(way.where):
                best = min((*found, way), key=lambda way: way.cost(self.own))
                return best if best.cost(self.own) + _MUCH < way.cost(self.own) else way
            named = kept

    def _stays(self, name: str, uses: int, cost: int, height: int) -> bool:
        if self._is_left(name, uses):
            return False
        if name in self.forced:
            return True
        if name in self.own:
            return height > 0 or cost >= _WORTH_A_NAME or (uses - 1) * cost > _ENTRY
        least = _ENTRY if height else _ENTRY + 1
        return (uses > 1 and (uses - 1) * cost >= least) or cost > 2 * notation.ENTRY

    def _is_left(self, name: str, uses: int) -> bool:
        """Whether a definition is nothing but a left-hand side."""
        return uses == 1 and name in self.straight.outputs and name not in self.forced

    def _written(self, named: frozenset[str]) -> Way:
        atoms = self.atoms
        inputs = {name: axes for name, axes in self.graph.input_axes.items() if name not in self.graph.sizes}
        whole = self.own | self.forced  # what other pages read: they know nothing of where it is 0
        elements = Elements(self.straight.definitions, inputs, atoms, named, whole, None, self.aliases)
        exprs = []
        for atom, axes in zip(self.straight.outputs, self.axes, strict=True):
            expr = elements.value(atom, Scope.of(axes), identity(len(axes)))
            ours = isinstance(atom, str) and elements.derived.get(atom, False) and self.kinds[atom] != "bool"
            exprs.append(polished(atoms, Scope.of(axes), simplified(atoms, expr)) if ours else expr)
        domain = [
            elements.value(name, Scope(), ()) if truth else sp.Not(elements.value(name, Scope(), ()))
            for name, truth in self.straight.restrictions
        ]
        way = Way(atoms, elements, exprs, [], plain_conditions(domain))
        way.count_integers(self.integers)
        for expr, axes in (*zip(way.exprs, self.axes, strict=True), *((test, ()) for test in way.domain)):
            way.note(expr, Scope.of(axes))
        for definition in reversed(self.straight.definitions):
            if definition.name in named and way.uses[definition.name]:
                self._define(way, definition.name)
        return self._with_whole_ranges(way)

    def _with_whole_ranges(self, way: Way) -> Way:
        """The way with sums over neighbouring ranges as one where the definitions that they read are symmetric."""
        if not any(way.atoms.has_totals(expr) for expr in way.entries()):
            return way
        axes = {name: way.elements.axes(name) for name, _ in way.where}
        found = signs(way.atoms, way.where, axes)
        ours = [isinstance(atom, str) and way.elements.derived.get(atom, False) for atom in self.straight.outputs]
        exprs = [
            with_whole_ranges(way.atoms, Scope.of(lengths), expr, found) if own else expr
            for expr, lengths, own in zip(way.exprs, self.axes, ours, strict=True)
        ]
        where = [
            (name, with_whole_ranges(way.atoms, Scope.of(axes[name]), expr, found) if way.elements.derived[name] else expr)
            for name, expr in way.where
        ]
        new = Way(way.atoms, way.elements, exprs, where, way.domain)
        for expr in new.entries():
            new.count(expr)
        new.count_integers(self.integers)
        return new

    def _define(self, way: Way, name: str) -> None:
        """Add a definition to the where-list, whose readers are there already: without the guards that they all guarantee."""
        axes = way.elements.axes(name)
        scope = Scope.of(axes).assuming(way.elements.guards(name))
        expr = way.elements.definition(name, scope, identity(len(axes)))
        candidates = [*mentioned(way.atoms, expr, len(axes)), *(guard for guard in self.guards if is_about(guard, len(axes)))]
        certain = guaranteed(candidates, way.places[name])
        if certain:
            scope = scope.assuming(certain)
            expr = way.elements.definition(name, scope, identity(len(axes)))
        if way.elements.derived[name]:
            expr = polished(way.atoms, scope, simplified(way.atoms, expr))
        way.where.insert(0, (name, expr))
        way.note(expr, scope)


def _is_element(definition: ArrayDefinition) -> bool:
    """Whether a definition only reads something elsewhere."""
    if not isinstance(definition, Sum) or len(definition.terms) != 1:
        return False
    (term,) = definition.terms
    return not (term.ranges or term.guards) and term.address is None and isinstance(term.atom, str)


def _names(atoms: Atoms, expr: Any) -> Iterator[str]:
    """The names that an expression shows, each as often as it does."""
    yield from (entry.name for entry in atoms.reads(expr))
    yield from (symbol.name for symbol in atoms.plain(expr))


@dataclass
class Paper:
    """What is common to all that is materialized for one formula.

    ``taken`` are names that nothing new may have, ``renamed`` the names that are shown for others, ``sequences`` those of
    arrays that recurrences define, ``running`` those of them that run along the iterations, ``leading`` the indices of
    values in a recurrence that come before their own. ``known`` are the symbols of what rules of recurrences say, by
    these expressions over ``atoms``, for loops of each length; ``mutable`` are arrays that a loop assigns to.
    """

    taken: set[str]
    renamed: dict[str, str] = field(default_factory=dict)
    sequences: set[str] = field(default_factory=set)
    running: dict[str, int] = field(default_factory=dict)
    leading: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    atoms: Atoms = field(default_factory=Atoms)
    known: dict[Any, dict[Any, Any]] = field(default_factory=dict)
    mutable: set[str] = field(default_factory=set)

    @staticmethod
    def of(graph: Graph) -> Paper:
        """The paper for a graph without loops."""
        sizes = sizes_in([length for axes in graph.input_axes.values() for length in axes])
        return Paper({*graph.inputs, *sizes})

    def name(self, names: Sequence[str], own: Collection[str], leading: tuple[Any, ...]) -> None:
        """Give definitions the names that they are shown by: t1, t2, ... but for the user's ``own``."""
        self.taken |= {name for name in names if name in own}
        numbers = (f"t{number}" for number in range(1, 2 * len(names) + len(self.taken) + 1))
        free = (name for name in numbers if name not in self.taken)
        new = {name: next(free) for name in names if name not in own}
        self.renamed |= new
        self.taken |= set(new.values())
        if leading:
            self.leading |= dict.fromkeys(names, leading)


class Materialized:
    """A way in SymPy's classes; ``leading`` are indices that its definitions have before their own."""

    def __init__(self, writer: Writer, way: Way, paper: Paper, leading: tuple[Any, ...] = ()) -> None:
        self.writer = writer
        self.way = way
        self.paper = paper
        paper.name([name for name, _ in way.where], writer.own, leading)
        self.materializer = Materializer(way.atoms, paper, way.elements)

    def formula(self, *, derived: bool) -> Formula:
        """The formula; ``derived``: it is that of a derivative."""
        writer = self.writer
        indices = [self.letters(len(axes), derived=derived) for axes in writer.axes]
        exprs = tuple(map(self.expr, self.way.exprs, indices, writer.axes))
        lambdas = tuple(sp.Lambda(own, expr) if own else expr for own, expr in zip(indices, exprs, strict=True))
        packed = pack(writer.graph.result, lambdas)
        return Formula(exprs, self.where(), packed, self.domain(), tuple(indices))

    def where(self) -> tuple[tuple[Any, Any], ...]:
        """The definitions."""
        return tuple(self._entry(name, expr) for name, expr in self.way.where)

    def domain(self) -> tuple[Any, ...]:
        """The conditions under which the formula holds."""
        return tuple(self.expr(test, (), ()) for test in self.way.domain)

    def letters(self, rank: int, *, derived: bool = False) -> tuple[Any, ...]:
        """Free indices."""
        source = letters(self.paper.taken, derived=derived)
        return tuple(next(source) for _ in range(rank))

    def expr(self, expr: Any, own: Sequence[Any], axes: Axes) -> Any:
        """An expression of the way at free indices."""
        return self.materializer.expr(expr, dict(enumerate(own)), axes)

    def _entry(self, name: str, expr: Any) -> tuple[Any, Any]:
        axes = self.way.elements.axes(name)
        own = self.letters(len(axes))
        right = self.expr(expr, own, axes)
        if not self.materializer.varies(right):
            self.paper.leading.pop(name, None)
        return self.materializer.element(name, own), right
