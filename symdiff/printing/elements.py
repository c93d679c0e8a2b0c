"""What the definitions of a graph say of one element: expressions over the symbols of ``atoms``.

A definition without a name of its own is written in the place where it is read, at the indices that it is read at.
Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine, Axes, Symbol, identity
from symdiff.graph.arrays import EMPTY
from symdiff.graph.graph import Atom, Const, Fold, Let, Sum
from symdiff.graph.terms import Guard, Term
from symdiff.printing import notation
from symdiff.printing.atoms import Atoms, Guarded, Guards, Holds, Read, Total, guards_at, indices_in, size_symbol
from symdiff.printing.cases import Facts, choose, choose_condition, piecewise
from symdiff.printing.convert import by_cases
from symdiff.printing.parts import Parts, all_of, collapsed, condition, mapped, restricted, times, total, whole
from symdiff.printing.scope import Scope, negated
from symdiff.printing.sharing import has_conditions
from symdiff.printing.straighten import ArrayDefinition, Choice, reads
from symdiff.printing.terms import number, product, replaced, written
from symdiff.printing.totals import Closing, Reading, reading


def is_derived(definition: ArrayDefinition) -> bool:
    """Whether an operation stems from differentiation; what has no origin is taken to."""
    return not isinstance(definition, Choice) and (definition.origin is None or definition.origin.role != "primal")


class Elements:
    """Expressions of elements. ``named`` are the definitions that are read by their names.

    ``own`` are those of them that say themselves where they are 0.
    ``known`` are expressions that have been written elsewhere, by the symbols that they are called by; ``aliases``
    definitions of which it is certain that they are one of these.
    """

    def __init__(
        self,
        definitions: Sequence[ArrayDefinition],
        inputs: Mapping[str, Axes],
        atoms: Atoms,
        named: Collection[str],
        own: Collection[str],
        known: Mapping[Any, Any] | None = None,
        aliases: Mapping[str, Any] | None = None,
    ) -> None:
        self.atoms = atoms
        self._known = known or {}
        self._aliases = aliases or {}
        self.derived: dict[str, bool] = {}  # what is not what the user wrote himself
        self._inputs = inputs
        self._named = named
        self._whole = own
        self._guards: dict[str, Guards] = {}
        self._definitions = {definition.name: definition for definition in definitions}
        self._axes = dict(inputs)
        self._memo: dict[tuple[Any, ...], Any] = {}
        for definition in definitions:
            names = [atom for atom in reads(definition) if isinstance(atom, str)]
            self.derived[definition.name] = is_derived(definition) or any(self.derived.get(name, False) for name in names)
            axes = () if isinstance(definition, Choice) else definition.axes
            self._axes[definition.name] = axes or _axes_of_choice(definition, self._axes)
        for definition in definitions:  # in their order, so that none waits for many others
            if definition.name in named:
                self.guards(definition.name)

    def axes(self, atom: Atom) -> Axes:
        """The axes of an input or definition."""
        return self._axes.get(atom, ()) if isinstance(atom, str) else ()

    def definition(self, name: str, scope: Scope, index: Sequence[Affine]) -> Any:
        """The right-hand side of a definition at these indices, as one expression."""
        found = self._defined(self._definitions[name], tuple(index), scope)
        if isinstance(found, dict):
            given = self.guards(name)  # they are up to the readers
            found = total((tuple(guard for guard in own if guard not in given), expr) for own, expr in found.items())
        return collapsed(self.atoms, scope, found) if isinstance(found, dict) else found

    def guards(self, name: str) -> Guards:
        """Where a definition is other than 0, if one condition says that: it goes to those who read it by its name."""
        if name not in self._guards:
            axes = self.axes(name)
            own = name in self._whole or self._definitions[name].kind == "bool"
            found = {} if own else self._defined(self._definitions[name], identity(len(axes)), Scope.of(axes))
            self._guards[name] = next(iter(found)) if len(found) == 1 else ()
        return self._guards[name]

    def is_in_place(self, name: str) -> bool:
        """Whether something is written out where it is read: a definition without a name."""
        return name in self._definitions and name not in self._named

    def value(self, atom: Atom, scope: Scope, index: Sequence[Affine]) -> Any:
        """An atom at these indices, as one expression."""
        found = self._read(atom, tuple(index), scope)
        return collapsed(self.atoms, scope, found) if isinstance(found, dict) else found

    # parts for a number, an expression for a truth value

    def _read(self, atom: Atom, index: tuple[Affine, ...], scope: Scope) -> Any:
        if isinstance(atom, Const):
            literal = number(atom)
            return literal if atom.kind == "bool" else whole(literal)
        if atom in self._aliases:
            return whole(self._aliases[atom])
        index = index[: len(self.axes(atom))]
        definition = self._definitions.get(atom)
        if definition is None or atom in self._named:
            guards = self.guards(atom) if definition else ()
            places: dict[Symbol, Affine] = dict(enumerate(index))
            return restricted(scope, whole(self._symbol(atom, index)), guards_at(guards, places))
        inside = scope.about(indices_in(index)).assuming(
            guard
            for place, length in zip(index, self.axes(atom), strict=True)
            for guard in (Guard(place), Guard(length - 1 - place))
        )
        key = atom, index, inside
        if key not in self._memo:
            self._memo[key] = self._recognized(self._defined(definition, index, inside))
        return self._memo[key]

    def _recognized(self, found: Any) -> Any:
        """A value, or the symbol of one that has been written elsewhere."""
        if isinstance(found, dict) and len(found) == 1 and () in found and found[()] in self._known:
            return whole(self._known[found[()]])
        return found

    def _symbol(self, name: str, index: tuple[Affine, ...]) -> Any:
        if index:
            return self.atoms.symbol(Read(name, index))
        known = name in self._inputs or name in self._definitions
        return sp.Symbol(name, real=True) if known else size_symbol(name)

    def _defined(self, definition: ArrayDefinition, index: tuple[Affine, ...], scope: Scope) -> Any:
        if isinstance(definition, Let):
            return self._let(definition, index, scope)
        if isinstance(definition, Choice):
            return self._choice(definition, index, scope)
        if isinstance(definition, Fold):
            return self._fold(definition, index, scope)
        if definition.kind == "bool":
            return self._view(definition, index, scope)
        return self._sum(definition, index, scope)

    # lets

    def _let(self, let: Let, index: tuple[Affine, ...], scope: Scope) -> Any:
        operands = [self._read(arg, index, scope) for arg in let.args]
        if all(isinstance(operand, dict) for operand in operands):
            linear = self._linear(let, operands, scope)
            if linear is not None:
                return linear
        exprs = [collapsed(self.atoms, scope, part) if isinstance(part, dict) else part for part in operands]
        found = self._operation(let, exprs)
        return found if let.kind == "bool" else whole(found)

    def _linear(self, let: Let, operands: list[Parts], scope: Scope) -> Parts | None:
        """An operation that goes through the parts of its operands."""
        if not any(guards for operand in operands for guards in operand):
            return None
        name = let.op.name
        if name == "neg":
            return mapped(operands[0], lambda x: product(sp.Integer(-1), x))
        if name in ("add", "sub"):
            second = operands[1] if name == "add" else mapped(operands[1], lambda x: product(sp.Integer(-1), x))
            return total([*operands[0].items(), *second.items()])
        if name == "mul":
            return times(scope, *operands)
        if name == "div" and list(operands[1]) == [()]:
            return times(scope, operands[0], mapped(operands[1], lambda x: 1 / x))
        return None

    def _operation(self, let: Let, operands: list[Any]) -> Any:
        forms = notation.OF_PARTIALS.get(let.op.name, ()) if self._is_of_a_partial(let) else ()
        for form in forms:
            found = form(sp, *operands)
            if found is not None:
                return found
        if not has_conditions(let) or not any(operand.has(sp.Piecewise) for operand in operands):
            return written(let.op, operands)
        found = by_cases(let, operands)
        if found is None:
            masked = [self.atoms.symbol(Guarded(operand, ())) if operand.has(sp.Piecewise) else operand for operand in operands]
            found = written(let.op, masked)
        return found

    def _is_of_a_partial(self, let: Let) -> bool:
        """Whether neither an operation nor the values it is applied to are the user's."""
        names = [atom for atom in let.args if isinstance(atom, str)]
        return is_derived(let) and all(name in self._definitions and is_derived(self._definitions[name]) for name in names)

    # choices

    def _choice(self, choice: Choice, index: tuple[Affine, ...], scope: Scope) -> Any:
        test = self.value(choice.condition, scope, index)
        guards = self._guards_of(test)
        if choice.kind != "bool" and guards:
            found = self._guarded_choice(choice, guards, index, scope)
            if found is not None:
                return found
        then, orelse = (self.value(side, scope, index) for side in (choice.then, choice.orelse))
        orelse = self._where_false(test, orelse)
        if choice.kind == "bool":
            return choose_condition(test, then, orelse)
        if then == 0 and self.derived[choice.name]:  # what counts comes first
            test, then, orelse = sp.Not(test), orelse, then
        return whole(orelse if self._is_quotient(test, then, orelse) else choose(test, then, orelse))

    def _where_false(self, test: Any, cases: Any) -> Any:
        """Cases where a condition does not hold: then it does not hold for all indices."""
        if not isinstance(cases, sp.Piecewise):
            return cases
        facts = Facts().assuming(test, False)
        free = self.atoms.free(test)
        for symbol in set().union(*(when.free_symbols for _, when in cases.args)):
            entry = self.atoms.entries.get(symbol)
            if isinstance(entry, Total) and entry.kind == "and" and not entry.guards:
                instances = (self.atoms.substitute(entry.body, {entry.index: Affine.of(place)}) for place in free)
                if test in instances:
                    facts = facts.assuming(symbol, False)
        return piecewise([(value, facts.reduce(when)) for value, when in cases.args])

    def _guards_of(self, test: Any) -> Guards:
        """The guards that a condition consists of; none if it says anything else."""
        inner = test.args[0] if isinstance(test, sp.Not) else test
        entry = self.atoms.entries.get(inner)
        if not isinstance(entry, Holds) or (inner is not test and len(entry.guards) > 1):
            return ()
        return entry.guards if inner is test else (negated(entry.guards[0]),)

    def _guarded_choice(self, choice: Choice, guards: Guards, index: tuple[Affine, ...], scope: Scope) -> Parts | None:
        """A choice by indices whose other side is 0."""
        sides = [(choice.then, choice.orelse, guards)]
        sides += [(choice.orelse, choice.then, (negated(guards[0]),))] if len(guards) == 1 else []
        for side, other, own in sides:
            if not self._read(other, index, scope):
                inside = scope.assuming(own)
                return restricted(scope, self._read(side, index, inside), own)
        return None

    def _is_quotient(self, test: Any, then: Any, orelse: Any) -> bool:
        """Whether a choice is the product of all factors but one: ``P/a[j]`` where it is not 0, else the others multiplied."""
        others = self.atoms.entries.get(orelse)
        if not isinstance(others, Total) or not isinstance(test, sp.Ne) or test.args[1] != 0:
            return False
        whole_product = self._product_of(test.args[0])
        if whole_product is None:
            return False
        left_out = [guard for guard in others.guards if guard not in whole_product.guards]
        same = others.kind == whole_product.kind == "mul" and others.body == whole_product.body
        if not same or others.range != whole_product.range or len(left_out) != 1 or left_out[0].test != "!=":
            return False
        affine, place = left_out[0].affine, others.index
        if abs(affine.coefficient(place)) != 1 or left_out[0].modulus:
            return False
        factor = self.atoms.substitute(others.body, {place: Affine.of(place) - affine * affine.coefficient(place)})
        divided = {symbol: entry.body for symbol, entry in self.atoms.inside(then) if isinstance(entry, Guarded)}
        return bool(replaced(then, divided) == test.args[0] / factor)  # where a guard does not hold, nobody divides

    def _product_of(self, symbol: Any) -> Total | None:
        """The product that a symbol is, or is the name of."""
        entry = self.atoms.entries.get(symbol)
        name, index = (entry.name, entry.index) if isinstance(entry, Read) else (getattr(symbol, "name", ""), ())
        definition = self._definitions.get(name)
        if isinstance(definition, Fold):
            (found,) = self._fold(definition, index, Scope()).values()
            entry = self.atoms.entries.get(found)
        return entry if isinstance(entry, Total) else None

    # sums and folds

    def _view(self, statement: Sum, index: tuple[Affine, ...], scope: Scope) -> Any:
        (term,) = statement.terms
        found = reading(self.atoms, term, index)
        guards = scope.pruned(found.guards)
        if guards is None:
            return sp.false
        return all_of(self.atoms, guards, self.value(_atom(term), scope.assuming(guards), found.index))

    def _sum(self, statement: Sum, index: tuple[Affine, ...], scope: Scope) -> Parts:
        closing = Closing(self.atoms, "add", derived=self.derived[statement.name])
        return total(pair for term in statement.terms for pair in self._term(term, index, scope, closing).items())

    def _term(self, term: Term, index: tuple[Affine, ...], scope: Scope, closing: Closing) -> Parts:
        found = reading(self.atoms, term, index)
        scopes = _scopes(scope, found)
        parts: Parts = restricted(scopes[-1], self._body(term, found, scopes[-1]), found.guards)
        for (place, interval), around in zip(reversed(found.ranges), reversed(scopes[:-1]), strict=True):
            parts = closing.sums(parts, place, interval, around)
        return parts

    def _body(self, term: Term, found: Reading, scope: Scope) -> Parts:
        if found.number is not None:
            return whole(self.atoms.number(found.number))
        parts: Parts = self._read(_atom(term), found.index, scope.assuming(found.guards))
        return parts

    def _fold(self, statement: Fold, index: tuple[Affine, ...], scope: Scope) -> Any:
        kind = statement.op.name
        found = reading(self.atoms, statement.term, index)
        scopes = _scopes(scope, found)
        if found.number is not None:
            expr = self.atoms.number(found.number)
        else:
            expr = self.value(_atom(statement.term), scopes[-1].assuming(found.guards), found.index)
        closing = Closing(self.atoms, kind, derived=self.derived[statement.name])
        guards = list(found.guards)
        for (place, interval), around in zip(reversed(found.ranges), reversed(scopes[:-1]), strict=True):
            own = tuple(guard for guard in guards if place in guard.affine.positions)
            guards = [guard for guard in guards if guard not in own]
            expr = closing.fold(expr, place, interval, own, around.assuming(guards))
        outer = scope.pruned(guards)
        empty = number(EMPTY[kind])
        if statement.kind == "bool":
            test = sp.false if outer is None else condition(self.atoms, outer)
            return choose_condition(test, expr, empty) if test != sp.true else expr
        if outer is None:
            return whole(empty)
        return whole(choose(condition(self.atoms, outer), expr, empty) if outer else expr)


def _scopes(scope: Scope, found: Reading) -> list[Scope]:
    """The scopes around each range of a term, and inside of all."""
    made = [scope]
    for place, interval in found.ranges:
        made.append(made[-1].within(place, interval))
    return made


def _atom(term: Term) -> Atom:
    return term.atom if isinstance(term.atom, str | Const) else Const(0)


def _axes_of_choice(definition: ArrayDefinition, axes: Mapping[str, Axes]) -> Axes:
    found = (axes.get(atom, ()) for atom in reads(definition) if isinstance(atom, str))
    return max(found, key=len, default=()) if isinstance(definition, Choice) else ()
