"""How scalars are packed into arguments and results: a scalar, a tuple, list or dict, an array of fixed shape."""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from symdiff.graph.affine import Affine, Axes


class Structure(ABC):
    """How one argument or result is packed. ``size`` is the number of scalars inside."""

    @property
    @abstractmethod
    def size(self) -> int:
        """The number of scalars inside."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...] | None:
        """The shape as an array, or None for a structure that is no rectangular array."""

    @abstractmethod
    def indices(self) -> Iterator[tuple[Any, ...]]:
        """The index path of each scalar, in row-major order: ``()`` for a scalar, ``(0,), (1,)`` for a pair."""

    @abstractmethod
    def pack(self, leaves: Sequence[Any]) -> Any:
        """Build the Python value (float, tuple, list, dict or array) from its scalars in row-major order."""

    @property
    def is_scalar(self) -> bool:
        """True for one number."""
        return isinstance(self, Scalar)

    def leaves(self) -> Iterator[Structure]:
        """The structure of each leaf, in row-major order: a scalar, or an array of symbolic size."""
        yield from (SCALAR for _ in range(self.size))

    def leaf_names(self, name: str) -> tuple[str, ...]:
        """``x`` for a scalar; ``p_0``, ``p_1`` for a vector; ``a_0_1`` for a matrix."""
        return tuple("_".join([name, *map(str, path)]) for path in self.indices())


@dataclass(frozen=True)
class Scalar(Structure):
    """One real number."""

    @property
    def size(self) -> int:
        """The number of scalars inside."""
        return 1

    def indices(self) -> Iterator[tuple[int, ...]]:
        """The index path of each scalar, in row-major order."""
        yield ()

    def pack(self, leaves: Sequence[Any]) -> Any:
        """Build the Python value from its scalars in row-major order."""
        return leaves[0]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape as an array, or None."""
        return ()


SCALAR = Scalar()


@dataclass(frozen=True)
class Size(Scalar):
    """One integer that is at least 0: an argument that tells the length of an array or of a loop."""

    def leaves(self) -> Iterator[Structure]:
        """Its only leaf: itself."""
        yield self


SIZE = Size()


@dataclass(frozen=True)
class Items(Structure):
    """A tuple, a list or a dict of structures; ``keys`` are those of the dict, in its order."""

    container: Literal["tuple", "list", "dict"]
    items: tuple[Structure, ...]
    keys: tuple[Any, ...] = ()

    @property
    def size(self) -> int:
        """The number of scalars inside."""
        return sum(item.size for item in self.items)

    def leaves(self) -> Iterator[Structure]:
        """The structure of each leaf, in row-major order."""
        for item in self.items:
            yield from item.leaves()

    def indices(self) -> Iterator[tuple[Any, ...]]:
        """The index path of each scalar, in row-major order."""
        for position, item in enumerate(self.items):
            for path in item.indices():
                yield (self.keys[position] if self.keys else position, *path)

    def pack(self, leaves: Sequence[Any]) -> Any:
        """Build the Python value from its scalars in row-major order."""
        values, start = [], 0
        for item in self.items:
            values.append(item.pack(leaves[start : start + item.size]))
            start += item.size
        return self.filled(values)

    def filled(self, values: list[Any]) -> Any:
        """The container with these items."""
        if self.container == "dict":
            return dict(zip(self.keys, values, strict=True))
        return tuple(values) if self.container == "tuple" else values

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape as an array, or None."""
        if self.container == "dict":
            return None
        shapes = {item.shape for item in self.items}
        if len(shapes) > 1 or None in shapes:
            return None
        inner = shapes.pop() if shapes else ()
        return (len(self.items), *(inner or ()))


@dataclass(frozen=True)
class Array(Structure):
    """A NumPy array of fixed shape, of floats, or (``whole``) of integers."""

    dimensions: tuple[int, ...]
    whole: bool = False

    @property
    def size(self) -> int:
        """The number of scalars inside."""
        return math.prod(self.dimensions)

    def indices(self) -> Iterator[tuple[int, ...]]:
        """The index path of each scalar, in row-major order."""
        yield from itertools.product(*map(range, self.dimensions))

    def pack(self, leaves: Sequence[Any]) -> Any:
        """Build the Python value from its scalars in row-major order."""
        import numpy as np

        return np.array(leaves, dtype=np.float64).reshape(self.dimensions)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape as an array, or None."""
        return self.dimensions


@dataclass(frozen=True)
class Tensor(Structure):
    """A NumPy array of any size: its ``axes`` are lengths in symbols, so one graph serves every size of the same rank.

    It has one leaf, the array itself. An axis that is known to have length 1 broadcasts.
    """

    axes: Axes
    kind: Literal["float", "int", "bool"] = "float"

    @property
    def size(self) -> int:
        """One leaf: the array is one value of the graph."""
        return 1

    def leaves(self) -> Iterator[Structure]:
        """Its only leaf: itself."""
        yield self

    def indices(self) -> Iterator[tuple[int, ...]]:
        """The index path of its leaf."""
        yield ()

    def pack(self, leaves: Sequence[Any]) -> Any:
        """The array itself."""
        return leaves[0]

    @property
    def shape(self) -> None:
        """None: the lengths are no numbers."""
        return None

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.axes)


@dataclass(frozen=True)
class Sparse(Structure):
    """A sparse matrix (CSR): its only leaf are the values that are stored; where they stand is known before any number.

    ``rows`` and ``columns`` are the axes of the result and of the argument, in row-major order. ``places`` tells where the
    values of each entry go: the name of the parameter that holds their positions, and the entry. ``count`` is the size
    that their number is called.

    Where all entries of a row stand side by side at constant distances (a band, a stencil), no positions are needed: the values
    are an array over ``rows`` and one axis more, with one element for each column that a row may have. ``slots`` tells which of
    them each place adds to; elements without a column are 0.
    """

    rows: Axes
    columns: Axes
    places: tuple[EntryPlace, ...]
    count: str = ""
    slots: tuple[int, ...] = ()

    @property
    def stored(self) -> Tensor:
        """The values as compiled code returns them."""
        if self.slots:
            return Tensor((*self.rows, Affine(max(self.slots) + 1)))
        return Tensor((Affine.of(self.count),))

    @property
    def size(self) -> int:
        """One leaf: the stored values."""
        return 1

    def leaves(self) -> Iterator[Structure]:
        """The array of stored values."""
        yield self.stored

    def indices(self) -> Iterator[tuple[int, ...]]:
        """The index path of its leaf."""
        yield ()

    def pack(self, leaves: Sequence[Any]) -> Any:
        """The stored values; ``symdiff.sparse`` makes the matrix of them."""
        return leaves[0]

    @property
    def shape(self) -> None:
        """None: the lengths are no numbers."""
        return None


@dataclass(frozen=True)
class FixedSparse(Structure):
    """A sparse matrix of fixed shape: its leaves are the elements that can be other than 0, row by row, at ``positions``."""

    dimensions: tuple[int, int]
    positions: tuple[tuple[int, int], ...]

    @property
    def size(self) -> int:
        """The number of stored values."""
        return len(self.positions)

    def indices(self) -> Iterator[tuple[int, ...]]:
        """The row and column of each stored value."""
        yield from self.positions

    def pack(self, leaves: Sequence[Any]) -> Any:
        """The SciPy CSR array."""
        import numpy as np
        from scipy.sparse import csr_array

        rows, columns = np.array(self.positions, dtype=np.int64).reshape(-1, 2).T
        return csr_array((np.array(leaves, dtype=np.float64), (rows, columns)), shape=self.dimensions)

    @property
    def shape(self) -> None:
        """None: it is no dense array."""
        return None


@dataclass(frozen=True)
class EntryPlace:
    """Where an entry of a Jacobian stands: ``row`` and ``term.address`` (its column) over ``axes`` and the term's ranges."""

    name: str
    axes: Axes
    row: tuple[Affine, ...]
    term: Any  # graph.terms.Term; its own positions are ``axes``


def tensor(name: str, rank: int) -> Tensor:
    """An array of symbolic size whose sizes are called after it, for tests and by default."""
    return Tensor(tuple(Affine.of(f"{name}_{axis}") for axis in range(rank)))
