"""Sparse Jacobians and Hessians: where their values stand, in words and as SciPy's CSR arrays.

The pattern is exact and known before any number: it follows from index expressions and sizes alone (and from the arrays
of integers that a function indexes with). It is computed once for each set of sizes and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symdiff.computed_patterns import Computed
from symdiff.graph.affine import Affine, Axes, Element, Quotient, sizes_in
from symdiff.graph.graph import Graph, Param
from symdiff.graph.structure import EntryPlace, FixedSparse, Items, Sparse, Structure, Tensor
from symdiff.graph.terms import Guard

Indices = np.ndarray[Any, Any]
MAX_SHOWN = 20  # places that are listed
LETTERS = "ijklmnpqrstuv"


@dataclass(frozen=True)
class Kept:
    """Which of many values are kept: a long run of neighbours, and what stands before and behind it."""

    before: Indices
    first: int
    last: int  # behind the run
    behind: Indices

    @classmethod
    def where(cls, holds: Indices) -> Kept:
        """Those for which a flag is set."""
        kept = np.flatnonzero(holds)
        breaks = np.flatnonzero(np.diff(kept) != 1) + 1
        starts, ends = np.array([0, *breaks]), np.array([*breaks, len(kept)])
        longest = np.argmax(ends - starts)
        start, end = int(starts[longest]), int(ends[longest])
        if 2 * (end - start) < len(kept) or not len(kept):
            return cls(kept, 0, 0, kept[:0])
        return cls(kept[:start].copy(), int(kept[start]), int(kept[end - 1]) + 1, kept[end:].copy())

    def of(self, values: Indices) -> Indices:
        """The values that are kept, side by side: what stands outside of the run is moved next to it."""
        if self.first == self.last:
            return values[self.before]
        start, end = self.first - len(self.before), self.last + len(self.behind)
        if len(self.before):
            values[start : self.first] = values[self.before]
        if len(self.behind):
            values[self.last : end] = values[self.behind]
        return values[start:end]


@dataclass(frozen=True)
class Pattern:
    """Where the values of a sparse matrix stand for given sizes: CSR without values, and each entry's positions in it."""

    shape: tuple[int, int]
    pointers: Indices  # of the rows
    columns: Indices
    positions: tuple[Indices, ...]  # by entry: where its values are added
    kept: Kept | None = None  # of the values that compiled code returns those that the matrix has; None: all

    @cached_property
    def _template(self) -> Any:
        """A SciPy CSR array of the pattern, which SciPy has checked and whose indices it has made as small as they may be.

        Memory for several matrices is asked for and given back at once: from then on the C library keeps as much, where it
        would return that of every matrix to the system, and asking for it anew took 3 ms for 10**5 rows.
        """
        from scipy.sparse import csr_array

        made = csr_array((np.zeros(len(self.columns)), self.columns, self.pointers), shape=self.shape)
        made.has_canonical_format = True  # sorted, and nothing twice: or SciPy would look for itself
        made.data = np.zeros(0)
        total = sum(array.nbytes for array in (self.columns, made.indices, made.indptr))
        np.empty(4 * total, np.uint8)  # given back at once
        return made

    def matrix(self, values: Indices) -> Any:
        """The SciPy CSR array with these values. It shares no memory with any other: users change matrices in place."""
        values = values.reshape(-1) if self.kept is None else self.kept.of(values.reshape(-1))
        template = self._template
        made = object.__new__(type(template))
        made.__dict__.update(template.__dict__)
        made.data, made.indices, made.indptr = values, template.indices.copy(), template.indptr.copy()
        return made


def pattern(structure: Sparse, sizes: Mapping[str, int], arrays: Mapping[str, Indices]) -> Pattern:
    """The pattern for given sizes; ``arrays`` are those of integers that the entries index with.

    Raises IndexError where they hold an index that is out of range.
    """
    rows, columns = (tuple(max(length.value(sizes), 0) for length in axes) for axes in (structure.rows, structure.columns))
    if structure.slots:
        return _side_by_side(structure, rows, columns, sizes)
    keys, masks = [], []
    for place in structure.places:
        row, column, inside = _coordinates(place, rows, columns, sizes, arrays)
        keys.append(row * math.prod(columns) + column)
        masks.append(inside)
    chosen = [key[mask] for key, mask in zip(keys, masks, strict=True)]
    found, order = np.unique(np.concatenate(chosen) if chosen else np.empty(0, np.int64), return_inverse=True)
    starts = np.cumsum([0, *(len(part) for part in chosen)])
    positions = []
    for mask, start in zip(masks, starts[:-1], strict=True):
        position = np.zeros(mask.shape, np.int64)
        position[mask] = order[start : start + np.count_nonzero(mask)]
        positions.append(position if position.ndim else position.reshape(1))
    shape = math.prod(rows), math.prod(columns)
    row, column = np.divmod(found, max(shape[1], 1))
    pointers = np.zeros(shape[0] + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=shape[0]), out=pointers[1:])
    return Pattern(shape, pointers, column, tuple(positions))


def _side_by_side(structure: Sparse, rows: Sequence[int], columns: Sequence[int], sizes: Mapping[str, int]) -> Pattern:
    """The pattern of a matrix whose values stand side by side in each row; some rows lack some."""
    count, width = math.prod(rows), max(structure.slots) + 1
    small = max(count * width, math.prod(columns)) <= np.iinfo(np.int32).max
    column, there = np.zeros((*rows, width), np.int32 if small else np.int64), np.zeros((*rows, width), bool)
    for slot, place in zip(structure.slots, structure.places, strict=True):
        _, column[..., slot], inside = _coordinates(place, rows, columns, sizes, {})
        there[..., slot] |= inside
    pointers = np.zeros(count + 1, column.dtype)
    np.cumsum(there.reshape(count, width).sum(axis=1), out=pointers[1:])
    kept = None if there.all() else Kept.where(there)
    return Pattern((count, math.prod(columns)), pointers, column[there], (), kept)


def _coordinates(
    place: EntryPlace, rows: Sequence[int], columns: Sequence[int], sizes: Mapping[str, int], arrays: Mapping[str, Indices]
) -> tuple[Indices, Indices, Indices]:
    """The row and the column of each value of an entry, flat, and whether it is there at all."""
    shape = tuple(max(length.value(sizes), 0) for length in place.axes)
    grid = list(np.indices(shape, sparse=True)) if shape else []

    def value(part: Affine) -> Indices:
        total = np.full((1,) * len(shape), part.const, np.int64)
        for symbol, factor in part.terms:
            if isinstance(symbol, Element):
                total = total + factor * _read(arrays[symbol.array], [value(index) for index in symbol.index])
            elif isinstance(symbol, Quotient):
                total = total + factor * (symbol.part.value(sizes) // symbol.divisor)
            else:
                total = total + factor * (grid[symbol] if isinstance(symbol, int) else sizes[symbol])
        return total

    inside = np.ones(shape, bool)
    for guard in place.term.guards:
        if all(size in sizes for size in sizes_in([guard.affine])):  # else it may hold: only a loop tells the size
            inside &= _holds(guard, value(guard.affine))
    for part, length in (*zip(place.row, rows, strict=True), *zip(place.term.address, columns, strict=True)):
        told = sorted({element.array for element in part.elements})
        if told and bool(np.any(inside & ((value(part) < 0) | (value(part) >= length)))):
            raise IndexError(f"an index is out of range: see {' and '.join(told)}")
    row = _flat([value(part) for part in place.row], rows, shape)
    column = _flat([value(part) for part in place.term.address], columns, shape)
    return row, column, inside


def _read(array: Indices, index: Sequence[Indices]) -> Indices:
    """Elements of an array of integers; any number where there is none, which is where the entry is not there either."""
    places = tuple(np.clip(part, 0, length - 1) for part, length in zip(index, array.shape, strict=False))
    return array[places] if array.size else np.zeros((), np.int64)


def _holds(guard: Guard, value: Indices) -> Indices:
    holds: Indices = value >= 0
    if guard.test == ">=":
        return holds
    divided: Indices = (value % guard.modulus if guard.modulus else value) == 0
    return divided if guard.test == "==" else ~divided


def _flat(parts: Sequence[Indices], lengths: Sequence[int], shape: tuple[int, ...]) -> Indices:
    """The number of an element in row-major order."""
    total = np.zeros((1,) * len(shape), np.int64)
    for part, length in zip(parts, lengths, strict=True):
        total = total * length + part
    flat: Indices = np.broadcast_to(total, shape)
    return flat


MAX_KEPT = 8  # patterns of so many different sizes


class Patterns:
    """The patterns of all sparse matrices in the result of one graph, kept for the sizes of the latest calls."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.structures = list(sparse_in(graph.result))
        self.sizes = graph.sizes
        self.orders = {length: name for name, (length, *_) in self._order_axes().items()}
        self._kept: dict[tuple[int, ...], list[Pattern]] = {}
        self._computed = Computed(graph, self.structures)

    @property
    def depend_on_data(self) -> bool:
        """Whether patterns depend on arrays of integers, or on lengths that are counted, not on the sizes of arguments alone."""
        return self._computed.depends_on_data

    def _order_axes(self) -> dict[str, Axes]:
        patterns = [param for param in self.graph.params if param.role == "pattern"]
        return {param.name: param.structure.axes for param in patterns if isinstance(param.structure, Tensor)}

    def of(self, arrays: Mapping[str, Any]) -> list[Pattern]:
        """The patterns for a call with these array arguments, by name."""
        told = {size: place for size, place in self.sizes.items() if place[0] in arrays}
        sizes = {size: int(arrays[name] if axis < 0 else np.shape(arrays[name])[axis]) for size, (name, axis) in told.items()}
        if self.depend_on_data:
            indices, counts = self._computed.of(arrays)
            return [pattern(structure, sizes | counts, {**arrays, **indices}) for structure in self.structures]
        key = tuple(sizes.values())
        if key not in self._kept:
            while len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = [pattern(structure, sizes, arrays) for structure in self.structures]
        return self._kept[key]

    def arguments(self, found: Sequence[Pattern]) -> dict[str, Indices]:
        """What the parameters of the role "pattern" get."""
        values: dict[str, Indices] = {}
        for structure, each in zip(self.structures, found, strict=True):
            if structure.slots:
                continue
            values[self.orders[Affine.of(structure.count)]] = each.columns
            values |= {place.name: position for place, position in zip(structure.places, each.positions, strict=True)}
        return values

    def runner(self, params: Sequence[Param], run: Callable[..., Any], unpack: Callable[[Any], Any] | None) -> Callable[..., Any]:
        """A function of the arguments and captured values that runs compiled code and gives matrices.

        ``params`` are those of the compiled code, and ``run`` calls it; a bare object is its word for arguments that it does
        not take, and is handed on. Patterns that depend on data are found elsewhere.
        """
        given = [param.name for param in params if param.role != "pattern"]
        places = {name: number for number, name in enumerate(given)}
        lengths = [(places[name], axis) for name, axis in self.sizes.values() if name in places]
        before = sum(param.role not in ("captured", "pattern") for param in params)
        kept: dict[tuple[int, ...], tuple[list[Pattern], list[Indices]]] = {}

        def call(*args: Any) -> Any:
            key = tuple([args[place] if axis < 0 else args[place].shape[axis] for place, axis in lengths])
            latest = kept.get(key)
            if latest is None:
                found = self.of(dict(zip(given, args, strict=True)))
                values = self.arguments(found)
                latest = found, [values[param.name] for param in params if param.role == "pattern"]
                kept.clear()
                kept[key] = latest
            patterns, positions = latest
            value = run(*args[:before], *positions, *args[before:])
            if type(value) is object:
                return value
            return self.assembled(value if unpack is None else unpack(value), patterns)

        return call

    def assembled(self, value: Any, found: Sequence[Pattern]) -> Any:
        """The result of compiled code with a matrix for each vector of stored values."""
        return _assembled(self.graph.result, value, iter(found))


def _assembled(structure: Structure, value: Any, found: Iterator[Pattern]) -> Any:
    if isinstance(structure, Sparse):
        return next(found).matrix(value)
    if isinstance(structure, Items):
        return structure.filled([_assembled(item, part, found) for item, part in zip(structure.items, value, strict=True)])
    return value


def matrices_in(structure: Structure) -> Iterator[Sparse | FixedSparse]:
    """The sparse matrices of a result, in order, those of fixed shape, too."""
    if isinstance(structure, Sparse | FixedSparse):
        yield structure
    for item in structure.items if isinstance(structure, Items) else ():
        yield from matrices_in(item)


def sparse_in(structure: Structure) -> Iterator[Sparse]:
    """The sparse matrices of a result whose shape is that of arrays of any size, in order."""
    if isinstance(structure, Sparse):
        yield structure
    for item in structure.items if isinstance(structure, Items) else ():
        yield from sparse_in(item)


# -- in words -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sparsity:
    """Where the values of a sparse matrix can be other than 0, for every size. ``str()`` says it in words.

    ``entries`` are the places as text; ``offsets`` the diagonals of a banded matrix, else None.
    """

    shape: str
    entries: tuple[str, ...]
    offsets: tuple[int, ...] | None

    def __str__(self) -> str:
        return f"{self.shape}: {self._words}"

    @property
    def _words(self) -> str:
        if self.offsets is None:
            shown = self.entries[:MAX_SHOWN]
            more = (f"... ({len(self.entries)} in all)",) if len(self.entries) > len(shown) else ()
            return "; ".join((*shown, *more)) or "nothing"
        if not self.offsets:
            return "nothing"
        width = max(map(abs, self.offsets))
        full = self.offsets == tuple(range(-width, width + 1))
        if self.offsets == (0,):
            return "diagonal: i == j"
        if full:
            name = {1: "tridiagonal", 2: "pentadiagonal"}.get(width, "banded")
            return f"{name}: |i - j| <= {width}"
        return f"banded: j - i in {{{', '.join(map(str, self.offsets))}}}"


def sparsity(structure: Sparse | FixedSparse) -> Sparsity:
    """The pattern of a sparse matrix in words."""
    if isinstance(structure, FixedSparse):
        return _fixed(structure)
    shape = f"{_product(structure.rows)} by {_product(structure.columns)}"
    offsets = {_offset(place) for place in structure.places}
    banded = None if None in offsets or len(structure.rows) != 1 or len(structure.columns) != 1 else offsets
    entries = tuple(dict.fromkeys(_entry(place, structure) for place in structure.places))
    return Sparsity(shape, entries, None if banded is None else tuple(sorted(offset for offset in banded if offset is not None)))


def _fixed(structure: FixedSparse) -> Sparsity:
    """The pattern of a matrix of fixed shape: whole diagonals, everything, or each place."""
    (rows, columns), places = structure.dimensions, structure.positions
    shape = f"{rows} by {columns}"
    if len(places) == rows * columns:
        return Sparsity(shape, ("all i, j",) if places else (), None)
    offsets = {column - row for row, column in places}
    full = sum(0 <= row + offset < columns for offset in offsets for row in range(rows))
    return Sparsity(shape, tuple(map(str, places)), tuple(sorted(offsets)) if full == len(places) else None)


def _offset(place: EntryPlace) -> int | None:
    """How far right of the diagonal an entry stands, if it stands on one diagonal."""
    if len(place.row) != 1 or len(place.term.address) != 1 or place.term.ranges:
        return None
    apart = place.term.address[0] - place.row[0]
    return apart.const if apart.is_constant else None


def _letters(structure: Sparse) -> list[str]:
    sizes = sizes_in([*structure.rows, *structure.columns])
    return [letter for letter in LETTERS if letter not in sizes]


def _entry(place: EntryPlace, structure: Sparse) -> str:
    """One entry: ``column j: j == i + 1 where i <= n - 2``."""
    letters = _letters(structure)
    rank = len(structure.rows)
    own = letters[:rank]
    outer = letters[rank : rank + len(structure.columns)]
    inner = letters[rank + len(structure.columns) :]
    shown = {position: own[position] for position in range(len(place.axes) - len(place.term.ranges))}
    conditions = []
    for number in range(len(place.term.ranges)):
        position = len(shown)
        letter = next((outer[k] for k, part in enumerate(place.term.address) if part == Affine.of(position)), inner[number])
        shown[position] = letter
    for name, part in zip(outer, place.term.address, strict=True):
        text = _text(part, shown)
        if text != name:
            conditions.append(f"{name} == {text}")
    conditions += [f"{name} == {_text(part, shown)}" for name, part in zip(own, place.row, strict=True) if not part.terms]
    conditions += [_guard(guard, shown) for guard in place.term.guards]
    return ", ".join(conditions) if conditions else f"all {', '.join(outer)}"


def _guard(guard: Guard, shown: Mapping[int, str]) -> str:
    plus = Affine(max(guard.affine.const, 0), tuple(item for item in guard.affine.terms if item[1] > 0))
    minus = plus - guard.affine
    if guard.modulus:
        return f"{_text(guard.affine, shown)} {guard.test} 0 mod {guard.modulus}"
    return f"{_text(plus, shown)} {guard.test} {_text(minus, shown)}"


def _text(part: Affine, shown: Mapping[int, str]) -> str:
    text = str(part)
    for position, letter in sorted(shown.items(), reverse=True):
        text = text.replace(f"#{position}", letter)
    return text


def _product(axes: Axes) -> str:
    single = len(axes) == 1
    return "*".join(str(length) if single or length.is_simple else f"({length})" for length in axes) or "1"


__all__ = ["Pattern", "Patterns", "Sparsity", "matrices_in", "pattern", "sparse_in", "sparsity"]
