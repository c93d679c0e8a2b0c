"""Scalar code for elements of arrays, written into the loops and branches around it (``levels``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from symdiff.codegen.code import Load, Plain, Put, is_zero
from symdiff.codegen.definitions import Choice, Index, Indexed, Read
from symdiff.codegen.indices import Place, Spelling
from symdiff.codegen.levels import Key, Levels
from symdiff.codegen.names import is_generic
from symdiff.codegen.nests import attached
from symdiff.codegen.rules import concluded
from symdiff.codegen.storage import Storage
from symdiff.errors import InternalError
from symdiff.graph.affine import Affine, Element, Symbol, sizes_in, substituted
from symdiff.graph.build import Body
from symdiff.graph.graph import UNDEFINED, Atom, Const, Let
from symdiff.graph.structure import Size, Structure, Tensor
from symdiff.graph.terms import Guard, Term
from symdiff.primitives import TABLE


class Elements(Levels):
    """Writes the code of elements. ``scalars`` is what the scalars of the graph are here."""

    def __init__(self, storage: Storage, spelling: Spelling, letters: Sequence[str], taken: Iterable[str]) -> None:
        super().__init__(spelling, letters, taken)
        self.storage = storage
        self.arrays = storage.definitions
        self.dropped: Mapping[str, frozenset[int]] = {}  # the axes that stored arrays do not have
        self.packed: Mapping[str, str] = {}  # the transposed copies of matrices that are read by columns
        self.scalars: dict[str, Atom] = {}
        self.spelling.integer = self._integer
        self._inputs = _structures(storage)
        for name, structure in self._inputs.items():
            if not isinstance(structure, Size) and (not isinstance(structure, Tensor) or not structure.axes):
                self.scalars[name] = name
                self.kinds[name] = "float"

    @contextmanager
    def within(self, storage: Storage, scalars: dict[str, Atom]) -> Iterator[None]:
        """Write the code of another graph, that of a step."""
        saved = self.storage, self.arrays, self.scalars, self._inputs, self.dropped
        self.storage, self.arrays, self.scalars, self._inputs = storage, storage.definitions, scalars, _structures(storage)
        try:
            yield
        finally:
            self.storage, self.arrays, self.scalars, self._inputs, self.dropped = saved

    def _integer(self, element: Element) -> str:
        """The text of an integer from data."""
        if self.is_integer(element.array):
            return f"{self.spelling.names[element.array]}[{self.spelling.index(element.index)}]"
        key = element.array, element.index
        known = next((found for scope in reversed(self._scopes) if (found := scope.integers.get(key))), None)
        if known is None:
            atom = self.scalar(element.array) if not element.index else self.element(*key)
            level = max(self._floor, self._levels.get(atom, 0) if isinstance(atom, str) else 0)
            known = self.integer_name(element.array)
            self._scopes[level].integers[key] = known
            with self._at(level):
                is_integer = atom in self._bare
                self.emit(Plain((f"{known} = {{0}}" if is_integer else f"{known} = int({{0}})",), (self._bare.get(atom, atom),)))
        return known

    def is_integer(self, array: str) -> bool:
        """Whether it is an argument that is an array of integers."""
        structure = self._inputs.get(array)
        return isinstance(structure, Tensor) and structure.kind == "int"

    def scalar(self, atom: Atom) -> Atom:
        """What a scalar of the graph is here."""
        if isinstance(atom, Const):
            return atom
        if atom in self.scalars:
            return self.scalars[atom]
        if atom in self.arrays.graph.sizes and atom not in self.arrays.known:
            return self.number(Affine.of(atom))
        return self.element(atom, ())

    def element(self, atom: Atom | Affine, index: Index) -> Atom:
        """The atom of an element; what it is made of is written where it must stand."""
        if isinstance(atom, Affine):
            return self.number(atom)
        if isinstance(atom, Const):
            return atom
        waiting: list[Key] = [(atom, index)]
        while waiting:
            key = waiting[-1]
            if self._available(key) is not None:
                waiting.pop()
                continue
            missing = [part for part in self._needs(key) if self._available(part) is None]
            if missing:
                waiting += reversed(missing)
                continue
            made = self._computed(*key)
            self.know(*key, made, self._valid_from(*key, made))
            waiting.pop()
        found = self._available((atom, index))
        if found is None:
            raise InternalError(f"no element of {atom}")
        return found

    def _available(self, key: Key) -> Atom | None:
        if not self.arrays.axes[key[0]] and key[0] in self.scalars:
            return self.scalars[key[0]]
        return self._known(*key)

    def _needs(self, key: Key) -> list[Key]:
        """The elements that the element is computed from in any case, here: to be there first, so that nothing nests."""
        name, index = key
        definition = self.arrays.known.get(name)
        if name in self.storage.stored or name in self.storage.lazy or definition is None:
            return []
        places: dict[Symbol, Affine] = dict(enumerate(index))
        if isinstance(definition, Let):
            return [(arg, index) for arg in definition.args if isinstance(arg, str)]
        if isinstance(definition, Indexed) and not any(term.guards for term in definition.terms):
            reads = ((term.atom, term.index) for term in definition.terms)
            return [(atom, substituted(at, places)) for atom, at in reads if isinstance(atom, str) and self.arrays.axes.get(atom)]
        return []

    def _valid_from(self, name: str, index: Index, atom: Atom) -> int:
        """The outermost level at which an element is an atom that may have been there before."""
        level = self.level_of_atom(atom)
        if level == self.level or name in self.storage.stored:
            return level
        return min(max(level, self._home(name, index)), self.level)

    def _is_array(self, atom: Atom | Affine) -> bool:
        return isinstance(atom, str) and bool(self.arrays.axes.get(atom))

    def _computed(self, name: str, index: Index) -> Atom:
        if name in self.storage.stored or name not in self.arrays.known:
            return self._read_if_there(name, index)
        return self.defined(name, index)

    def _read_if_there(self, name: str, index: Index) -> Atom:
        """An element of an array that is stored; where nothing says that an array is long enough for x[0], 0 if it is not.

        Such a read is what is left of a loop that makes no iterations then. Those at places that change are checked before.
        """
        symbols = {symbol for part in index for symbol in part.symbols}
        plain = not symbols or symbols <= {
            each for axes in self.arrays.graph.input_axes.values() for part in axes for each in part.symbols
        }
        doubtful = self.doubtful(name, index) if plain and not self.dropped.get(name) else []
        if not doubtful:
            return self._load(name, index)
        with self.side(doubtful) as body:
            found = self._load(name, index)
        empty = Const(0.0) if self.arrays.kinds[name] == "float" else Const(0)
        return self.choose(self.condition(doubtful), body, (), [(name, found, empty)], self.origin)[0]

    # definitions

    def defined(self, name: str, index: Index) -> Atom:
        """The element of an array as its definition has it, whether it is stored or not."""
        definition = self.arrays.known[name]
        if isinstance(definition, Let):
            args = [self.element(arg, index) if self._is_array(arg) else self.scalar(arg) for arg in definition.args]
            if definition.op.code == "{0}":
                return args[0]
            return self.apply(definition.op, *args, hint=name, origin=definition.origin)
        if isinstance(definition, Choice):
            with self._at(self._home(name, index)):
                return self._chosen(definition, index)
        if name in self.storage.lazy:
            return self._reduced(definition, index)
        places: dict[Symbol, Affine] = dict(enumerate(index))
        terms = [term.substitute(places) for term in definition.terms]
        if any(term.guards for term in terms):
            with self._at(self._home(name, index)):
                return self.combined(definition, terms)
        return self.combined(definition, terms)

    def combined(self, definition: Indexed, terms: Sequence[Term]) -> Atom:
        """The terms of a sum or fold, which are about variables, combined."""
        total: Atom | None = None
        start = 0
        while start < len(terms):
            guards = terms[start].guards
            end = start + 1
            while end < len(terms) and terms[end].guards == guards:
                end += 1
            part = self._where(guards, definition, terms[start:end])
            if part is not None and not (definition.op is TABLE["add"] and is_zero(part)):
                total = part if total is None else self.apply(definition.op, total, part, origin=definition.origin)
            start = end
        return definition.empty if total is None else total

    def _where(self, guards: Sequence[Guard], definition: Indexed, terms: Sequence[Term]) -> Atom | None:
        """Terms where guards hold, elsewhere nothing; None if they never hold."""
        guards = list(map(self._told, guards))
        if any(self.place.never(guard) for guard in guards):
            return None
        kept = [guard for guard in dict.fromkeys(guards) if not self.place.always(guard)]

        def value() -> Atom:
            parts = [self._read(term) for term in terms]
            total = parts[0]
            for part in parts[1:]:
                total = self.apply(definition.op, total, part, origin=definition.origin)
            return total

        if not kept:
            return value()
        if definition.kind == "bool" and [term.atom for term in terms] == [Const(True)]:
            return self.condition(kept)
        with self.side(kept) as body:
            found = value()
        hint = "t" if is_generic(definition.name) else definition.name
        return self.choose(self.condition(kept), body, (), [(hint, found, definition.empty)], definition.origin)[0]

    def _reduced(self, definition: Indexed, index: Index) -> Atom:
        """An element of a sum or fold, computed by loops here."""
        hint = "t" if is_generic(definition.name) else definition.name
        variable = self.variable(self.fresh(hint, definition.kind), definition.kind)
        self.emit(Put(variable, None, definition.empty, None, definition.origin))
        for term in definition.terms:
            places: dict[Symbol, Affine] = dict(enumerate(index))
            variables: list[int] = []
            for number in range(len(term.ranges)):
                variables.append(self.variable_of_loop())
                places[len(index) + number] = Affine.of(variables[-1])
            self._reduce(definition, term.substitute(places), variables, variable)
        return variable

    def _reduce(self, definition: Indexed, term: Term, variables: Sequence[int], target: str) -> None:
        if variables:
            first, *rest = variables
            inside = attached(term.guards, first, rest)
            others = tuple(guard for guard in term.guards if guard not in inside)
            each, *ranges = term.ranges
            with self.loop(first, each, inside):
                self._reduce(definition, replace(term, ranges=tuple(ranges), guards=others), rest, target)
            return
        guards = [guard for guard in dict.fromkeys(term.guards) if not self.place.always(guard)]
        with self.side(guards) if guards else nullcontext(self.current) as body:
            self.emit(Put(target, None, self._read(term), definition.op, definition.origin))
        if guards:
            self.choose(self.condition(guards), body, (), [], definition.origin)

    def _read(self, term: Term) -> Atom:
        if isinstance(term.atom, Affine) or self._is_array(term.atom):
            return self.element(term.atom, term.index)
        return self.scalar(term.atom)

    def _chosen(self, definition: Choice, index: Index) -> Atom:
        branch = definition.branch
        condition = self.element(branch.condition, index)
        decided = self._decided(condition)
        if decided is not None:
            return self._handed_on(definition.out.then if decided else definition.out.orelse, definition.out.name, index)

        outs = [out for out in branch.outs if out is definition.out or self._comes_along(out.name, definition.out.name, index)]

        def side(holds: bool) -> tuple[Body, list[Atom]]:
            with self.side(decided={condition: holds}) as body:
                return body, [self._handed_on(out.then if holds else out.orelse, out.name, index) for out in outs]

        (then, first), (orelse, second) = side(True), side(False)
        names = [out.name for out in outs]
        hints = ["t" if is_generic(name) else name for name in names]
        atoms = self.choose(condition, then, orelse, list(zip(hints, first, second, strict=True)), branch.origin)
        for name, atom in zip(names, atoms, strict=True):
            if name not in self.storage.stored:
                self.know(name, index, atom)
        return atoms[names.index(definition.out.name)]

    def _comes_along(self, name: str, wanted: str, index: Index) -> bool:
        """Whether another out of the branch can be had with the one that is wanted: what it reads is here, too."""
        there = set(self._reads(wanted, index))

        def is_here(read: Read) -> bool:
            inside = self._is_inside(read.name, read.index, self.place.where(read.guards))
            return read in there or (read.name in self._inputs and inside)

        return all(map(is_here, self._reads(name, index)))

    def _reads(self, name: str, index: Index) -> tuple[Read, ...]:
        """What an element is computed from, whether it is stored or not."""
        if name not in self.storage.stored:
            return self.storage.reads(name, index)
        places: dict[Symbol, Affine] = dict(enumerate(index))
        return tuple(read.at(places) for read in self.storage.within(name))

    def _handed_on(self, atom: Atom, name: str, index: Index) -> Atom:
        if atom == UNDEFINED:
            return Const(False) if self.arrays.kinds[name] == "bool" else Const(0.0)
        return self.element(atom, index)

    def _decided(self, condition: Atom) -> bool | None:
        if isinstance(condition, Const):
            return bool(condition.value)
        said = self._said.get(condition, ())
        if said and all(map(self.place.always, said)):
            return True
        if any(map(self.place.never, said)):
            return False
        return next((scope.decided[condition] for scope in self._scopes if condition in scope.decided), None)

    def condition(self, guards: Sequence[Guard]) -> str:
        """Guards as a condition. What is computed is read only where the guards before it say that it is there."""
        late = [guard for guard in guards if not self._is_readable(guard)]
        early = [guard for guard in guards if guard not in late]
        if not early or not late:
            return self._asked(guards)
        with self.side(early) as body:
            inner = self.condition(late)
        return str(self.choose(self._asked(early), body, (), [("t", inner, Const(False))], self.origin)[0])

    def _asked(self, guards: Sequence[Guard]) -> str:
        """Guards that can be asked for together. What a number says of a condition is asked of the condition itself."""
        truths = {guard: truth for guard in guards if (truth := self._truth(guard)) is not None}
        said = {guard for truth in truths.values() for guard in self._saying(truth)}
        plain = [guard for guard in guards if guard not in truths and guard not in said]
        found = [super().condition(plain)] if plain else []
        for truth in truths.values():
            found = [str(self.apply(TABLE["and"], *found, truth)) if found else str(truth)]
        return found[0]

    def _truth(self, guard: Guard) -> Atom | None:
        """The condition that a guard asks for by a number, which is 1 where it holds and else 0."""
        element = next(guard.affine.elements, None)
        if element is None or guard != Guard(Affine.of(element) - 1) or not element.index or self.is_integer(element.array):
            return None
        return self._truths.get(self.element(element.array, element.index))

    def _told(self, guard: Guard) -> Guard:
        """A guard with the integers that are literals here: whether an iteration comes to one side of a branch, on that side."""
        for element in guard.affine.elements:
            if not element.index or self.is_integer(element.array) or not self._exists(element):
                continue
            atom = self.element(element.array, element.index)
            if isinstance(atom, Const):
                rest = guard.affine - Affine.of(element) * guard.affine.coefficient(element)
                guard = replace(guard, affine=rest + int(atom.value) * guard.affine.coefficient(element))
        return guard

    def _is_readable(self, guard: Guard) -> bool:
        """Whether the elements that a guard reads certainly exist here."""
        return all(map(self._exists, guard.affine.elements))

    def _exists(self, element: Element) -> bool:
        """Whether an integer can be read before a condition; those of arguments are read in the condition itself.

        An index from data is checked only where the guards before it hold.
        """
        inner = [each for part in element.index for each in part.elements]
        if self.is_integer(element.array):
            return all(map(self._exists, inner))
        return not inner and self._is_inside(element.array, element.index, self.place)

    # where it stands

    def _home(self, name: str, index: Index) -> int:
        """The outermost level at which all that an element reads is certainly there."""
        reads = self._reads(name, index)
        guards = [guard.affine for term in getattr(self.arrays.known.get(name), "terms", ()) for guard in term.guards]
        levels = [*(self._level_of_name(read.name) for read in reads), *(self._levels.get(size, 0) for size in sizes_in(guards))]
        level = max(self._floor, self._level_of(index), *levels)
        while level < self.level:
            place = self._scopes[level].place
            if all(self._is_inside(read.name, read.index, place.where(read.guards)) for read in reads):
                break
            level += 1
        return level

    def _level_of_name(self, name: str) -> int:
        """The level from which on an array or scalar of the graph is there."""
        atom = self.scalars.get(name, name)
        return self._levels.get(atom, 0) if isinstance(atom, str) else 0

    def _load(self, name: str, index: Index) -> Atom:
        """An element of an array that is stored, read as far out as it is certainly there."""
        level = max(self._floor, self._level_of(index), self._levels.get(name, 0))
        while level < self.level and not self._is_inside(name, index, self._scopes[level].place):
            level += 1
        kind = self.arrays.kinds[name]
        structure = self._inputs.get(name)
        cast = isinstance(structure, Tensor) and structure.kind == "int"
        short = self.spelling.short(index)
        stem = "t" if is_generic(name) else name
        hint = f"{stem}_{short}" if short else stem
        made = self.fresh(hint, kind)
        kept = [part for axis, part in enumerate(index) if axis not in self.dropped.get(name, ())]
        if name in self.packed and self._is_innermost(index[0]) and index[1].is_constant:
            name, kept = self.packed[name], kept[::-1]
        self._write(Load(made, name, self.spelling.index(kept), hint, self.origin, cast), level)
        return made

    def _is_innermost(self, part: Affine) -> bool:
        """Whether an index expression runs with the innermost loop."""
        loops = self.place.loops
        return bool(loops) and loops[-1][0] in part.positions

    def doubtful(self, name: str, index: Index) -> list[Guard]:
        """The guards under which an element exists, those apart that hold here in any case."""
        place = concluded(self.place, self.rules)
        plain = [(part, length) for part, length in zip(index, self.arrays.axes[name], strict=True) if not any(part.elements)]
        guards = (Guard(part) for part, length in plain for part in (part, length - 1 - part))
        return [guard for guard in guards if not place.always(guard)]

    def _is_inside(self, name: str, index: Index, place: Place) -> bool:
        """Whether an element certainly exists, wherever that place is reached."""
        for part, length in zip(index, self.arrays.axes.get(name, ()), strict=False):
            for element in part.elements:  # which was checked before the loops
                if not self._is_inside(element.array, element.index, place):
                    return False
            if any(True for _ in part.elements):
                continue
            if not (place.is_nonnegative(part) and place.is_nonnegative(length - 1 - part)):
                return False
        return True


def _structures(storage: Storage) -> dict[str, Structure]:
    """What the inputs of a graph are."""
    return {leaf: param.structure for param in storage.definitions.graph.params for leaf in param.leaves}
