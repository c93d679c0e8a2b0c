"""Jacobians and Hessians of functions of arrays: for each argument one array, shapes one behind the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from symdiff.calculus.entries import Columns, Place
from symdiff.calculus.seeds import Tidy, gradient, identity
from symdiff.errors import ShapeError
from symdiff.graph.affine import Affine, Axes, Element, sizes_in
from symdiff.graph.affine import identity as identities
from symdiff.graph.bounds import pruned
from symdiff.graph.graph import Atom, Graph, Param
from symdiff.graph.structure import SCALAR, EntryPlace, Items, Sparse, Structure, Tensor
from symdiff.graph.terms import Guard, Term, arrays_in, full_ranges, part_from, read_from

Blocks = tuple[list[Structure], list[Atom]]  # the structure for each argument, and the atoms of all


def has_arrays(graph: Graph) -> bool:
    """Whether a graph has arrays of symbolic size among its arguments or results."""
    structures = [graph.result, *(param.structure for param in graph.params)]
    return any(isinstance(leaf, Tensor) for structure in structures for leaf in structure.leaves())


def jacobian(graph: Graph, params: Sequence[Param], tidy: Tidy = identity) -> Graph:
    """The derivative of the result in each of the arguments; ``result`` is a tuple with one item for each of them."""
    columns = Columns(graph, [leaf for param in params for leaf in param.leaves])
    blocks = [_block(columns, graph.result, graph.outputs, param.structure, param.leaves) for param in params]
    outputs = [atom for _, atoms in blocks for atom in atoms]
    return tidy(columns.finish(outputs, Items("tuple", tuple(structure for structure, _ in blocks))))


def hessian(graph: Graph, params: Sequence[Param], tidy: Tidy = identity) -> Graph:
    """The second derivatives of the result in each pair of arguments; ``result`` is a tuple of tuples."""
    if graph.result.is_scalar:
        first = gradient(graph, [leaf for param in params for leaf in param.leaves], tidy=tidy).graph
        first = replace(first, result=Items("tuple", tuple(param.structure for param in params)))
    else:
        first = jacobian(graph, params, tidy)
    columns = Columns(first, [leaf for param in params for leaf in param.leaves])
    outputs: list[Atom] = []
    rows: list[Structure] = []
    for structure, atoms in _parts(first.result, first.outputs):
        blocks = [_block(columns, structure, atoms, param.structure, param.leaves) for param in params]
        outputs += [atom for _, made in blocks for atom in made]
        rows.append(Items("tuple", tuple(made for made, _ in blocks)))
    return tidy(columns.finish(outputs, Items("tuple", tuple(rows))))


def sparse(graph: Graph, params: Sequence[Param], order: int = 1, tidy: Tidy = identity) -> Graph:
    """The first derivatives of an array in each argument, or the second ones of a scalar, as values of sparse matrices.

    Each entry adds its values to the vector of stored values at positions that a parameter holds: they depend on sizes only.
    Those of a band need no positions (``structure.Sparse``).

    ``result`` is a tuple with one matrix for each argument; for order 2 a tuple of those, one for each argument.
    """
    rows: list[tuple[Structure, Sequence[Atom]]] = [(graph.result, graph.outputs)]
    if order == 2:
        graph = gradient(graph, [leaf for param in params for leaf in param.leaves], tidy=tidy).graph
        graph = replace(graph, result=Items("tuple", tuple(param.structure for param in params)))
        rows = list(_parts(graph.result, graph.outputs))
    columns = Columns(graph, [leaf for param in params for leaf in param.leaves], whole=False)
    made = _Stored(columns)
    structures = [Items("tuple", tuple(made.block(outer, atoms, param) for param in params)) for outer, atoms in rows]
    result = Items("tuple", tuple(structures)) if order == 2 else structures[0]
    told = (part for each in _places_in(result) for part in (*each.term.affines(), *each.row))
    names = [name for name in dict.fromkeys(arrays_in(told)) if name not in graph.inputs]
    more = [Tensor(columns.builder.axes_of(name)) if columns.builder.axes_of(name) else SCALAR for name in names]
    finished = columns.finish([*made.outputs, *names], Items("tuple", (result, *more)))
    return _tidied(replace(finished, params=(*finished.params, *made.patterns)), names, tidy)


def _tidied(graph: Graph, names: Sequence[str], tidy: Tidy) -> Graph:
    """The graph made simpler, without its last outputs: integers by which patterns in the result are told, as they are then."""
    made = tidy(graph)
    count = len(made.outputs) - len(names)
    atoms: dict[Atom, Atom] = dict(zip(names, made.outputs[count:], strict=True))

    def structure(part: Structure) -> Structure:
        if isinstance(part, Items):
            return replace(part, items=tuple(map(structure, part.items)))
        return replace(part, places=tuple(map(place, part.places))) if isinstance(part, Sparse) else part

    def place(each: EntryPlace) -> EntryPlace:
        row = tuple(part_from(part, lambda atom: atoms.get(atom, atom)) for part in each.row)
        return replace(each, row=row, term=read_from(each.term, lambda atom: atoms.get(atom, atom)))

    result = made.result.items[0] if isinstance(made.result, Items) else made.result
    return replace(made, outputs=made.outputs[:count], result=structure(result))


def _places_in(structure: Structure) -> Iterator[EntryPlace]:
    if isinstance(structure, Sparse):
        yield from structure.places
    for item in structure.items if isinstance(structure, Items) else ():
        yield from _places_in(item)


class _Stored:
    """The vectors of stored values of several matrices, and the parameters that say where the values go."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.builder = columns.builder
        self.outputs: list[Atom] = []
        self.patterns: list[Param] = []

    def block(self, outer: Structure, atoms: Sequence[Atom], param: Param) -> Sparse:
        """The derivatives of one array in one argument."""
        builder = self.builder
        rows, columns = _needed(axes_of(outer)), _needed(axes_of(param.structure))
        places: list[EntryPlace] = []
        for (atom, at), (name, to) in itertools.product(_places(outer, atoms), _places(param.structure, param.leaves)):
            own = builder.axes_of(atom)
            for entry in self.columns.of(atom, self.columns.wrt.index(str(name))):
                inside = pruned(_on_axes(replace(entry, address=entry.address or to), columns), own)
                if inside is None:
                    continue
                entry = inside
                axes = (*own, *(each.high for each in entry.ranges))
                places.append(EntryPlace("", axes, identities(len(own)) if own else at, entry))
        slots = _slots(places)
        if slots:
            return self._side_by_side(Sparse(rows, columns, tuple(places), slots=slots))
        count = builder.fresh("count")
        self._pattern("columns", (Affine.of(count),))
        places = [replace(place, name=self._pattern("place", self._told(place.axes) or (Affine(1),))) for place in places]
        self.outputs.append(builder.sum([_stored(place) for place in places], (Affine.of(count),), hint="values"))
        return Sparse(rows, columns, tuple(places), count)

    def _side_by_side(self, matrix: Sparse) -> Sparse:
        """The values of a matrix whose rows are alike: what adds to one column is one array, and these stand side by side."""
        builder, rank = self.builder, len(matrix.rows)
        parts: dict[int, list[Term]] = {}
        for place, slot in zip(matrix.places, matrix.slots, strict=True):
            parts.setdefault(slot, []).append(replace(place.term, address=None))
        own, last = identities(rank), Affine.of(rank)
        terms = []
        for slot, part in sorted(parts.items()):
            value = builder.sum(part, matrix.rows)
            terms.append(Term(value, own, (), (Guard(last - slot, "=="),)))
        self.outputs.append(builder.sum(terms, matrix.stored.axes, hint="values"))
        return matrix

    def _told(self, axes: Axes) -> Axes:
        """Axes of an argument: a length that a loop counts has a size of its own in front of that."""
        known = self.columns.graph.sizes.keys()
        return tuple(length if known >= set(sizes_in([length])) else Affine.of(self.builder.fresh("length")) for length in axes)

    def _pattern(self, hint: str, axes: Axes) -> str:
        name = self.builder.fresh(hint, axes=axes)
        self.patterns.append(Param(name, Tensor(axes, "int"), (name,), "pattern"))
        return name


def _on_axes(entry: Term, columns: Axes) -> Term:
    """An entry where its column is one: x[3] of three elements is read in a branch that is not taken."""
    pairs = [(part, length) for part, length in zip(entry.address or (), columns, strict=True) if part.is_constant]
    guards = (Guard(part) for place, length in pairs for part in (place, length - 1 - place))
    return replace(entry, guards=tuple(dict.fromkeys((*entry.guards, *guards))))


def _stored(place: EntryPlace) -> Term:
    """An entry as a contribution to the vector of stored values."""
    term: Term = place.term
    moved = term.moved(lambda position: position + 1)
    index = identities(len(place.axes), 1) or (Affine(),)
    where = Affine.of(Element(place.name, index))
    own = len(place.axes) - len(moved.ranges)
    return replace(moved, ranges=(*full_ranges(place.axes[:own]), *moved.ranges), address=(where,))


def _slots(places: Sequence[EntryPlace]) -> tuple[int, ...]:
    """For each entry the number of its column in its row, if all rows are alike: columns at constant distances; else none."""
    offsets: list[tuple[int, ...]] = []
    for place in places:
        address, first = place.term.address, places[0].term.address
        told = any(True for part in (*place.term.affines(), *address) for _ in part.elements)
        if told or place.term.ranges or not place.axes or place.row != identities(len(place.axes)):
            return ()
        apart = [part - other for part, other in zip(address, first, strict=True)]
        if not all(part.is_constant for part in apart):
            return ()
        offsets.append(tuple(part.const for part in apart))
    order = sorted(set(offsets))
    return tuple(map(order.index, offsets))


def _needed(axes: Axes | None) -> Axes:
    if axes is None:
        raise ShapeError("a sparse Jacobian needs a result and arguments that are arrays")
    return axes


def _block(
    columns: Columns, outer: Structure, rows: Sequence[Atom], inner: Structure, leaves: Sequence[str]
) -> tuple[Structure, list[Atom]]:
    """All derivatives of one structure in another: an array, or the container of one with arrays in it."""
    out_axes, in_axes = axes_of(outer), axes_of(inner)
    if in_axes is None and isinstance(inner, Items):
        return _items(inner, leaves, lambda item, part: _block(columns, outer, rows, item, [str(atom) for atom in part]))
    if out_axes is None and isinstance(outer, Items):
        return _items(outer, rows, lambda item, part: _block(columns, item, part, inner, leaves))
    axes = (*(out_axes or ()), *(in_axes or ()))
    atom = columns.array(_places(outer, rows), _places(inner, leaves), axes)
    return Tensor(axes) if axes else SCALAR, [atom]


def _items(
    structure: Items, atoms: Sequence[Atom], make: Callable[[Structure, Sequence[Atom]], tuple[Structure, list[Atom]]]
) -> tuple[Structure, list[Atom]]:
    made = [make(item, part) for item, part in _parts(structure, atoms)]
    return replace(structure, items=tuple(item for item, _ in made)), [atom for _, part in made for atom in part]


def _parts(structure: Structure, atoms: Sequence[Atom]) -> Iterator[tuple[Structure, Sequence[Atom]]]:
    start = 0
    for item in structure.items if isinstance(structure, Items) else (structure,):
        yield item, atoms[start : start + item.size]
        start += item.size


def _places(structure: Structure, atoms: Sequence[Atom]) -> list[Place]:
    """Where each leaf stands in the array that its structure is."""
    return [(atom, tuple(Affine(place) for place in path)) for atom, path in zip(atoms, structure.indices(), strict=True)]


def axes_of(structure: Structure) -> Axes | None:
    """The axes of a structure as an array; None if it is no array."""
    if isinstance(structure, Tensor):
        return structure.axes
    shape = structure.shape
    return None if shape is None else tuple(Affine(length) for length in shape)
