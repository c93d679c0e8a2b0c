"""What vector instructions can do: sums over all but one element without a branch, and columns of a matrix made contiguous.

``for j in range(n): if j != i: s += f(i, j)`` is not vectorised; ``s += f(i, j) if j != i else 0.0`` is, if f is arithmetic.
Computing f also for j == i costs one element of n, and nothing is read outside of an array, and nothing raises there:
elements of arrays are NumPy's numbers, under plain Python too, and 1/0 is inf for them.

``x[j, 0], x[j, 1], x[j, 2]`` for all j are not loaded into vectors; rows of the transposed array are, and transposing it costs
one of the many loops that read it (DESIGN section 3, "pack"). Measured on pairs of 200 points: 130 us with a branch, 52 us in two
loops of packed columns around it, 30 us with a choice and packed columns; by hand 22 us.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from symdiff.codegen.definitions import Definitions, Index, Indexed
from symdiff.codegen.indices import Place
from symdiff.codegen.nests import Nest, works_in
from symdiff.codegen.rules import Rule, concluded
from symdiff.codegen.storage import Storage
from symdiff.codegen.works import Work
from symdiff.graph.affine import Affine, Symbol
from symdiff.graph.graph import Atom, Const, Let
from symdiff.graph.structure import Tensor
from symdiff.graph.terms import Guard
from symdiff.primitives import TABLE

_TOTAL = frozenset({"add", "sub", "mul", "neg"})  # arithmetic that never raises

Key = tuple[Atom | Affine, Index]


class Arithmetic:
    """Tells where elements are plain arithmetic on what is read. ``single`` are stored arrays that are but variables."""

    def __init__(self, storage: Storage, single: Iterable[str]) -> None:
        self.storage = storage
        self.definitions: Definitions = storage.definitions
        self.single = frozenset(single)
        self._inputs = {leaf: param.structure for param in self.definitions.graph.params for leaf in param.leaves}

    def is_plain(self, work: Work, place: Place) -> bool:
        """Whether the value of a work can be computed anywhere in a place, whatever its guards say, without raising."""
        if work.terms is None:
            keys: list[Key] = [(work.name, work.address)]
        elif any(term.guards for term in work.terms):
            return False
        else:
            keys = [(term.atom, term.index) for term in work.terms]
        found: dict[Key, bool | None] = {}  # whether it is one of NumPy's numbers; None where it is not known yet
        return all(self._walk(key, place, found) for key in keys)

    def _walk(self, key: Key, place: Place, found: dict[Key, bool | None]) -> bool:
        stack = [key]
        while stack:
            top = stack[-1]
            if found.get(top) is not None:
                stack.pop()
                continue
            parts = self._parts(top, place)
            if parts is None:
                return False
            missing = [part for part in parts if found.get(part) is None]
            if missing:
                stack += missing
                continue
            numpys = [bool(found[part]) for part in parts]
            if not self._is_safe(top, numpys):
                return False
            found[top] = any(numpys) if parts else self.is_numpy(top[0])
            stack.pop()
        return True

    def _parts(self, key: Key, place: Place) -> list[Key] | None:
        """What an element is computed from; None if it is no arithmetic, or if it may not exist."""
        atom, index = key
        if not isinstance(atom, str):
            return []
        axes = self.definitions.axes.get(atom, ())
        definition = self.definitions.known.get(atom)
        if atom in self.storage.lazy:
            return None
        if atom in self.storage.stored or definition is None or not axes:
            inside = (place.is_nonnegative(p) and place.is_nonnegative(n - 1 - p) for p, n in zip(index, axes, strict=False))
            return [] if all(inside) else None
        if isinstance(definition, Let):
            return [(arg, index) for arg in definition.args]
        if not isinstance(definition, Indexed) or (definition.op is not TABLE["add"] and len(definition.terms) > 1):
            return None
        places: dict[Symbol, Affine] = dict(enumerate(index))
        terms = [term.substitute(places) for term in definition.terms]
        guards = [guard for term in terms for guard in term.guards]
        if not all(map(place.always, guards)) or any(True for term in terms for p in term.affines() for _ in p.elements):
            return None
        return [(term.atom, term.index) for term in terms]

    def is_numpy(self, atom: Atom | Affine) -> bool:
        """Whether the elements of an array are numbers of NumPy, which never raise."""
        if not isinstance(atom, str) or not self.definitions.axes.get(atom) or atom in self.single:
            return False
        structure = self._inputs.get(atom)
        return not (isinstance(structure, Tensor) and structure.kind == "int")

    def _is_safe(self, key: Key, numpys: Sequence[bool]) -> bool:
        """Whether an operation never raises."""
        definition = self.definitions.known.get(str(key[0])) if isinstance(key[0], str) else None
        if not numpys or not isinstance(definition, Let):
            return True
        name, args = definition.op.name, definition.args
        if name == "div":
            return numpys[1] or (isinstance(args[1], Const) and bool(args[1].value))
        if name == "pow":
            return isinstance(args[1], Const) and isinstance(args[1].value, int) and (numpys[0] or args[1].value >= 0)
        return name in _TOTAL


def is_chosen(run: Sequence[Work], guards: Sequence[Guard], place: Place, arithmetic: Arithmetic) -> bool:
    """Whether works in a loop that add to variables compute what guards leave out, too, and choose it away."""
    if not place.loops or any(guard.test != "!=" or guard.modulus for guard in guards):
        return False
    return all(work.op is TABLE["add"] and arithmetic.is_plain(work, place) for work in run)


def innermost(nest: Nest, depth: int = 1) -> Iterator[tuple[Nest, int]]:
    """The loops that hold no others, with the number of loops around their bodies."""
    inside = [item for item in nest.items if isinstance(item, Nest)]
    if not inside:
        yield nest, depth
    for item in inside:
        yield from innermost(item, depth + 1)


def columns(nest: Nest, arithmetic: Arithmetic, rules: Sequence[Rule]) -> list[str]:
    """The matrices that loops inside a nest, which are plain arithmetic, read by ``[j, constant]`` with j innermost."""
    found: dict[str, None] = {}
    for loop, depth in innermost(nest):
        works = list(works_in(loop.items))
        if depth < 2 or not all(work.op is not None and loop.variable not in _variables(work.address) for work in works):
            continue
        place = _place_of(nest, loop)
        if place is None or not all(arithmetic.is_plain(work, concluded(place, rules)) for work in works):
            continue
        for work in works:
            for read in work.reads:
                if _is_column(read.index, loop.variable) and arithmetic.is_numpy(read.name):
                    found[read.name] = None
    return [name for name in found if name in arithmetic.definitions.graph.inputs]


def _variables(index: Index) -> set[int]:
    return {position for part in index for position in part.positions}


def _is_column(index: Index, variable: int) -> bool:
    return (
        len(index) == 2 and variable in index[0].positions and abs(index[0].coefficient(variable)) == 1 and index[1].is_constant
    )


def _place_of(nest: Nest, loop: Nest) -> Place | None:
    """The place inside a loop, seen from the outermost one."""
    pending: list[tuple[Nest, Place]] = [(nest, Place())]
    while pending:
        each, outer = pending.pop()
        inner = outer.inside(each.variable, each.range).where(each.guards)
        if each is loop:
            return inner
        pending += [(item, inner) for item in each.items if isinstance(item, Nest)]
    return None
