"""The formula of a graph with loops: the recurrences that they are, in SymPy's classes.

``.formula`` reads the last elements of sequences, ``q[n]``, and the where-list holds what they are: a Recurrence among the
definitions. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine
from symdiff.graph.graph import Atom, Block, Fold, Graph, Let, Statement, Sum
from symdiff.graph.structure import Tensor
from symdiff.printing.atoms import Read, size_symbol
from symdiff.printing.convert import Formula, pack
from symdiff.printing.indexed import Materialized, Paper, Writer
from symdiff.printing.names import Names, renamed_block
from symdiff.printing.scope import Scope
from symdiff.printing.straighten import ArrayDefinition, StraightArrays, reads
from symdiff.printing.systems import Rule, Sheet, Start, System
from symdiff.printing.unloop import parameter_of, unlooped
from symdiff.printing.worth import ArraySizes

_SMALL = 14  # nodes of a value from outside of a loop that is written in it
_TINY = 4  # the same of one that the user gave a name
_MOST_ENDS = 3  # elements that a loop leaves as they were, written one by one


@dataclass(frozen=True)
class Equation:
    """``left = right``. ``adds``: += instead; ``test``: where on the left's own indices; ``initially``: before the loop."""

    left: Any
    right: Any
    adds: bool = False
    test: Any = sp.true
    initially: bool = False


@dataclass(frozen=True)
class Recurrence:
    """A loop as the recurrence that it is: an entry of ``.where``, whose other half names the sequences.

    ``starts`` are the first elements, ``rules`` the equations of one iteration in an order in which they can be computed
    (recurrences of loops inside among them). The counter is an integer from ``first`` to ``last``, or back if ``backward``;
    ``last`` is None where only the test ends the loop. ``test``: what must hold for an iteration to be made ("before") or to
    be followed by another one ("after"); ``enters``: what must hold for the first one, if neither says that. ``count`` is
    the symbol of the number of iterations, where formulas need it. ``assigns``: the rules are assignments in this order,
    because elements are written more than once or read before they are written. ``domain``: what else must hold.
    """

    counter: Any
    first: Any
    last: Any
    backward: bool
    starts: tuple[Equation, ...]
    rules: tuple[Equation | Recurrence, ...]
    test: Any = None
    when: str = ""
    enters: Any = sp.true
    count: Any = None
    assigns: bool = False
    domain: tuple[Any, ...] = ()

    @property
    def equations(self) -> tuple[Any, ...]:
        """The rules as SymPy's Eq, those of loops inside left out."""
        return tuple(sp.Eq(rule.left, rule.right, evaluate=False) for rule in self.rules if isinstance(rule, Equation))

    def expressions(self) -> Iterator[Any]:
        """All right-hand sides, bounds and conditions."""
        for each in (*self.starts, *self.rules):
            if isinstance(each, Recurrence):
                yield from each.expressions()
            else:
                yield from (*(each.left.args[1:] if isinstance(each.left, sp.Indexed) else ()), each.right, each.test)
        others = (self.first, self.last, self.test, self.enters, *self.domain)
        yield from (other for other in others if other is not None)

    def __str__(self) -> str:
        from symdiff.printing.indexed_text import IndexedPrinter
        from symdiff.printing.recurrence_text import recurrence_text

        return recurrence_text(IndexedPrinter(), self)


def formula(graph: Graph, derivative: bool | None = None) -> Formula:
    """Return the formula of a graph with loops; see ``indexed.formula``."""
    names = Names(graph)
    sheet = unlooped(graph, names)
    paper = Paper(names.on_paper, dict(names.shown), set(names.shown), dict(names.sequences))
    page = Page(sheet, paper)
    outputs = page.writer.straight.outputs[: sheet.own]
    derived = any(map(page.writer.is_derived, outputs)) if derivative is None else derivative
    axes = [leaf.axes if isinstance(leaf, Tensor) else () for leaf in graph.result.leaves()]
    indices = [page.made.letters(len(own), derived=derived) for own in axes]
    exprs = tuple(page.output(place, own) for place, own in enumerate(indices))
    lambdas = tuple(sp.Lambda(own, expr) if own else expr for own, expr in zip(indices, exprs, strict=True))
    where = page.entries()
    domain = tuple(dict.fromkeys((*page.made.domain(), *page.needs())))
    return Formula(exprs, where, pack(graph.result, lambdas), domain, tuple(indices))


class Page:
    """A sheet that is written. ``leading``: the counters around; ``before``: definitions from outside that are put in place."""

    def __init__(
        self,
        sheet: Sheet,
        paper: Paper,
        leading: tuple[Any, ...] = (),
        before: Block = (),
        system: System | None = None,
    ) -> None:
        self.sheet = sheet
        self.paper = paper
        never = frozenset(name for node in before for name in _names(node))
        graph = replace(sheet.graph, body=(*before, *sheet.graph.body))
        self.integers = frozenset().union(*(system.integers for system in sheet.systems))
        known = {} if system is None else paper.known.get(_length(system), {})
        indices = [part for each in sheet.systems for start in each.starts for part in start.index]
        indices += [] if system is None else [part for rule in system.rules for part in rule.index]
        self.writer = Writer(graph, self._forced, never, paper.atoms, dict(known), indices)
        self.way = self.writer.shortest()
        self.made = Materialized(self.writer, self.way, paper, leading)
        self.where = self.made.where()
        self.before = before
        self.leading = leading

    def _forced(self, straight: StraightArrays, own: frozenset[str]) -> frozenset[str]:
        """The values that loops read and that are too long to be written in them."""
        wanted = {
            straight.outputs[self.sheet.own + place]: name for system in self.sheet.systems for name, place in system.captured
        }
        sizes = ArraySizes()
        found: set[str] = set()
        plain: dict[str, bool] = {}
        for definition in straight.definitions:
            name = definition.name
            size = sizes.add_any(definition)
            inner = [atom for atom in reads(definition) if isinstance(atom, str)]
            plain[name] = _is_plain(definition) and all(plain.get(other, True) for other in inner)
            small = plain[name] and size <= (_TINY if name in own else _SMALL)
            if name in wanted and (not small or wanted[name] in self.integers):
                found.add(name)
                sizes.cut(name)
                plain[name] = True
        return frozenset(found)

    def output(self, place: int, own: Sequence[Any]) -> Any:
        """An output at free indices."""
        return self.made.expr(self.way.exprs[place], own, self.writer.axes[place])

    def root(self, place: int, own: Sequence[Any]) -> Any:
        """What a system reads."""
        return self.output(self.sheet.own + place, own)

    def needs(self) -> list[Any]:
        """What lengths must be for the last elements to be there that are read."""
        found = (
            sp.Ge(self.made.materializer.affine(system.needs, {}), 0, evaluate=False)
            for system in self.sheet.systems
            if system.needs is not None and any(self.way.uses[name] for name in system.defines if name in self.paper.running)
        )
        return [_bound(test) for test in dict.fromkeys(found)]

    # where-lists with recurrences

    def entries(self) -> tuple[tuple[Any, Any], ...]:
        """The where-list: a recurrence stands before the first definition that reads it."""
        plain = list(self.where)
        places = [len(plain)] * len(self.sheet.systems)
        last = len(plain)
        for number in reversed(range(len(self.sheet.systems))):
            system = self.sheet.systems[number]
            bases = {self._base(name) for name in system.defines if name}
            count = size_symbol(system.count) if system.count else None
            reading = (
                place
                for place, (_, expr) in enumerate(plain)
                if count in expr.free_symbols or bases & set(map(_base, expr.atoms(sp.Indexed)))
            )
            last = places[number] = min(next(reading, last), last)
        found: list[tuple[Any, Any]] = []
        systems = [self._recurrence(system) for system in self.sheet.systems]
        for place in range(len(plain) + 1):
            found += [entry for entry, own in zip(systems, places, strict=True) if own == place]
            found += plain[place : place + 1]
        return tuple(found)

    def _base(self, name: str) -> tuple[str, int]:
        rank = len(self.writer.graph.input_axes[name]) if name in self.writer.graph.inputs else 0
        return self.paper.renamed.get(name, name), rank

    def _recurrence(self, system: System) -> tuple[Any, Any]:
        """The sequences of a system, and what they are."""
        counter = size_symbol(system.counter)
        page = self._inner(system, (counter,))
        affine = page.made.materializer.affine
        starts = tuple(equation for start in system.starts for equation in self._start(start))
        rules = [
            (rule.name in self.paper.running, page.rule(rule, place)) for place, rule in enumerate(system.rules) if rule.name
        ]
        sequences, stores = ([rule for own, rule in rules if own is runs] for runs in (True, False))
        inner = [Equation(*entry) if not isinstance(entry[1], Recurrence) else entry[1] for entry in page.entries()]
        found = Recurrence(
            counter,
            affine(system.first, {}),
            None if system.last is None else affine(system.last, {}),
            system.backward,
            starts,
            (*_in_order([*inner, *sequences], _advanced(system, page)), *stores),
            count=size_symbol(system.count) if system.count else None,
            assigns=system.assigns,
            domain=tuple(page.made.domain()),
        )
        if system.test is not None:
            going = page.output(page.sheet.own - 1, ())
            found = _with_test(found, self.root(system.test, ()), going)
        if not self.leading:  # the sequences of loops inside are those of one iteration
            page.remember(system)
        names = [self.paper.renamed.get(name, name) for name in system.defines if name]
        return sp.Tuple(*(sp.Symbol(name) for name in names)), found

    def remember(self, system: System) -> None:
        """Know what the rules of one iteration, which is this page, say: others may compute the same again."""
        atoms, known = self.way.atoms, self.paper.known.setdefault(_length(system), {})
        if system.assigns:
            self.paper.mutable |= {rule.name for rule in system.rules if rule.name not in self.paper.running}
        elements = self.way.elements
        names = [name for name, _ in self.way.where if not elements.axes(name)]
        found = [(elements.definition(name, Scope(), ()), sp.Symbol(name, real=True)) for name in names]
        for rule, atom in zip(system.rules, self.writer.straight.outputs, strict=False):
            if rule.name in self.paper.running and not rule.axes:
                found.append((elements.value(atom, Scope(), ()), atoms.symbol(Read(rule.name, rule.index))))
        for expr, symbol in found:
            read = {each.name for each in atoms.reads(expr)}
            if expr.args and self.paper.mutable.isdisjoint(read) and not read.isdisjoint(self.paper.running):
                known.setdefault(expr, symbol)

    def _inner(self, system: System, leading: tuple[Any, ...]) -> Page:
        """The page of one iteration."""
        straight = self.writer.straight
        definitions = {definition.name: definition for definition in straight.definitions}
        values: dict[str, Atom] = {}
        before: dict[str, Statement] = {node.name: node for node in self.before if isinstance(node, Let | Sum | Fold)}
        for name, place in system.captured:
            value = straight.outputs[self.sheet.own + place]
            if name != value:
                values[name] = value
            if isinstance(value, str):
                before |= _closure(value, definitions, self.writer.forced)
        sheet = system.step
        graph = sheet.graph
        if values:
            body = renamed_block(graph.body, values, {}, {})
            outputs = tuple(values.get(atom, atom) if isinstance(atom, str) else atom for atom in graph.outputs)
            sheet = replace(sheet, graph=replace(graph, body=body, outputs=outputs))
        params = {param.name for param in sheet.graph.params}
        axes = {name: self.way.elements.axes(name) for name in (*self.writer.graph.inputs, *definitions)}
        more = tuple(parameter_of(name, axes[name]) for name in axes if name not in params and name not in before)
        kept = tuple(param for param in sheet.graph.params if param.name not in before)
        sheet = replace(sheet, graph=replace(sheet.graph, params=(*kept, *more)))
        order = [node for node in (*self.before, *definitions.values()) if getattr(node, "name", None) in before]
        inside = tuple(dict.fromkeys(node for node in order if isinstance(node, Let | Sum | Fold)))
        return Page(sheet, self.paper, leading, inside, system)

    def _start(self, start: Start) -> Iterator[Equation]:
        own = self.made.letters(len(start.axes))
        right = self.root(start.root, own)
        affine = self.made.materializer.affine
        left = self.made.materializer.element(start.name, [*(affine(part, {}) for part in start.index), *own])
        if start.guard is None:
            yield Equation(left, right, initially=start.initially)
            return
        axis = next(iter(start.guard.affine.positions))
        for end in _ends(start, axis):
            values = {own[axis]: affine(end, {})}
            yield Equation(left.xreplace(values), right.xreplace(values))
        if not list(_ends(start, axis)):
            test = self.made.materializer.condition((start.guard,), dict(enumerate(own)))
            yield Equation(left, right, test=test)

    def rule(self, rule: Rule, place: int) -> Equation:
        """A rule of one iteration, which is this page."""
        own = self.made.letters(len(rule.axes))
        index = [self.made.materializer.affine(part, {}) for part in rule.index]
        return Equation(self.made.materializer.element(rule.name, [*index, *own]), self.output(place, own), rule.adds)


def _length(system: System) -> Any:
    """What is the same for loops whose iterations can be told by one counter."""
    return system.counter, system.first, system.length


def _ends(start: Start, axis: int) -> Iterator[Affine]:
    """The elements at an end of an axis where the guard of a start holds, if these are a few."""
    assert start.guard is not None  # noqa: S101
    part = start.guard.affine
    if part.coefficient(axis) < 0:  # first - 1 - index >= 0
        first = part + Affine.of(axis) + 1
        if first.is_constant and first.const <= _MOST_ENDS:
            yield from map(Affine, range(first.const))
        return
    end = Affine.of(axis) - part
    many = start.axes[axis] - end
    if many.is_constant and many.const <= _MOST_ENDS:
        yield from (end + number for number in range(many.const))


def _names(node: Statement) -> tuple[str, ...]:
    return (node.name,) if isinstance(node, Let | Sum | Fold) else ()


def _is_plain(definition: ArrayDefinition) -> bool:
    """Whether a definition may be written where it is read: no sums, no cases."""
    if isinstance(definition, Sum):
        return all(not term.ranges and term.address is None and not term.guards for term in definition.terms)
    return isinstance(definition, Let) and definition.kind != "bool"


def _closure(name: str, definitions: dict[str, ArrayDefinition], forced: frozenset[str]) -> dict[str, Statement]:
    """What a value is made of, down to what has a name."""
    found: dict[str, Statement] = {}
    pending = [name]
    while pending:
        each = definitions.get(pending.pop())
        if each is None or each.name in forced or each.name in found or not isinstance(each, Let | Sum | Fold):
            continue
        found[each.name] = each
        pending += [atom for atom in reads(each) if isinstance(atom, str)]
    return found


# tests


def _with_test(found: Recurrence, enters: Any, going: Any) -> Recurrence:
    """The recurrence with what ends it, written as ``while`` says it if that is possible."""
    before = going.xreplace({found.counter: found.counter - 1})
    first = {start.left: start.right for start in found.starts}
    begun = before.xreplace({found.counter: sp.Integer(0)})
    known = enters in (sp.true, sp.false)
    if not known and not found.backward and _plain(begun.xreplace(first)) == _plain(enters):
        return replace(found, test=before, when="before")
    return replace(found, test=going, when="after", enters=enters)


def _plain(test: Any) -> Any:
    """A condition with its relations in one direction."""
    if isinstance(test, sp.And | sp.Or | sp.Not):
        return test.func(*map(_plain, test.args))
    if isinstance(test, sp.Gt | sp.Ge):
        return (sp.Lt if isinstance(test, sp.Gt) else sp.Le)(test.rhs, test.lhs)
    return test


def negated(test: Any) -> Any:
    """A condition turned round: that of ``until``."""
    if isinstance(test, sp.And | sp.Or):
        return (sp.Or if isinstance(test, sp.And) else sp.And)(*map(negated, test.args))
    if isinstance(test, sp.Not):
        return test.args[0]
    return test.negated if test.is_Relational else sp.Not(test, evaluate=False)


def _bound(test: Any) -> Any:
    """``n - 1 >= 0`` as ``n >= 1``."""
    number, rest = test.lhs.as_coeff_Add()
    return sp.Ge(rest, -number, evaluate=False)


# order


def _base(element: Any) -> tuple[str, int]:
    return str(element.base.label), len(element.indices)


Key = tuple[Any, ...]


def _advanced(system: System, page: Page) -> Callable[[Any], Key]:
    """What an element is to the order of rules: of a sequence, only the element at the end of the iteration is one."""
    ends = {
        page._base(rule.name): page.made.materializer.affine(rule.index[0], {})
        for rule in system.rules
        if rule.name in page.paper.running
    }

    def key(element: Any) -> Key:
        if element.is_Symbol:  # of a value that is the same in every iteration
            return element.name, 0
        base = _base(element)
        end = ends.get(base)
        return base if end is None else (*base, element.indices[0] == end)

    return key


def _in_order(items: Sequence[Equation | Recurrence], key: Callable[[Any], Key]) -> Iterator[Equation | Recurrence]:
    """Rules in an order in which they can be computed, otherwise as they came."""
    made = [{key(element) for element in _left(item)} for item in items]
    read = [
        {key(element) for expr in _right(item) for element in expr.atoms(sp.Indexed, sp.Symbol)} - own
        for item, own in zip(items, made, strict=True)
    ]
    open_ = list(range(len(items)))
    while open_:
        pending = [set().union(*(made[other] for other in open_ if other != place)) for place in open_]
        ready = [place for place, others in zip(open_, pending, strict=True) if not _needs(read[place], others)]
        place = ready[0] if ready else open_[0]
        open_.remove(place)
        yield items[place]


def _needs(read: set[Key], others: set[Key]) -> bool:
    return not read.isdisjoint(other for other in others if len(other) == 2 or other[2])


def _left(item: Equation | Recurrence) -> Iterator[Any]:
    if isinstance(item, Recurrence):
        for rule in item.rules:
            yield from _left(rule)
    else:
        yield item.left


def _right(item: Equation | Recurrence) -> Iterator[Any]:
    if isinstance(item, Recurrence):
        yield from item.expressions()
    else:
        yield item.right
