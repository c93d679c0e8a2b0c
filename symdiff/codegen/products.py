"""Products of matrices: ``C[i, j] = sum over k of A[i, k]*B[k, j]`` is ``np.dot(A, B)``, which is BLAS; also of transposed ones.

Measured (Numba 0.68): a call of ``np.dot`` costs 0.05 us more than loops for matrices of 2 x 2, and from 8 x 8 on it is
faster, 3 times at 64; it takes no longer to compile. So it is used whatever the sizes are. Its operands and its result are
stored. Matrices with an axis of a few elements only, known before any call, stay loops.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symdiff.codegen.indices import is_short
from symdiff.graph.affine import ZERO, Affine, Axes, identity
from symdiff.graph.graph import Atom, Block, Graph, If, Let, Loop, Statement, Sum, defined, walk
from symdiff.graph.structure import Tensor
from symdiff.graph.terms import Range, Term


@dataclass(frozen=True)
class Product:
    """``np.dot(left, right)``, with operands that are transposed first or not."""

    left: str
    right: str
    is_left_transposed: bool = False
    is_right_transposed: bool = False


class Products:
    """Finds the products of matrices in a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._taken = {*graph.inputs, *graph.sizes}
        self._matrices: dict[str, Axes] = {}
        self._made: dict[str, Statement] = {}
        for param in graph.params:
            for leaf, structure in zip(param.leaves, param.structure.leaves(), strict=True):
                if isinstance(structure, Tensor) and len(structure.axes) == 2 and structure.kind != "int":
                    self._matrices[leaf] = structure.axes
        for statement in walk(graph.body):
            if isinstance(statement, If):
                self._matrices.update((o.name, o.axes) for o in statement.outs if o.kind == "float" and len(o.axes) == 2)
            elif isinstance(statement, Loop):
                self._matrices.update((name, axes) for name, axes in statement.outs.items() if len(axes) == 2)
            elif getattr(statement, "kind", "bool") == "float" and len(getattr(statement, "axes", ())) == 2:
                self._matrices.update((name, statement.axes) for name in defined(statement))  # type: ignore[union-attr]
            self._made.update(dict.fromkeys(defined(statement), statement))
            self._taken.update(defined(statement))

    def of(self, statement: Statement) -> Product | None:
        """The product that a sum is, or None."""
        if not isinstance(statement, Sum) or len(statement.terms) != 1 or statement.kind != "float":
            return None
        return self._product(statement.terms[0], statement.axes)

    def all(self) -> dict[str, Product]:
        """All sums that are products, by name."""
        return {node.name: product for node in walk(self.graph.body) if isinstance(node, Sum) and (product := self.of(node))}

    def apart(self) -> Graph:
        """The graph with each product as a sum of its own, where something else was added to it."""
        return replace(self.graph, body=self._block(self.graph.body))

    def _block(self, block: Block) -> Block:
        result: list[Statement] = []
        for statement in block:
            if isinstance(statement, If) and not statement.axes:
                result.append(replace(statement, then=self._block(statement.then), orelse=self._block(statement.orelse)))
            elif isinstance(statement, Sum) and len(statement.terms) > 1 and statement.kind == "float":
                result += self._split(statement)
            else:
                result.append(statement)
        return tuple(result)

    def _split(self, statement: Sum) -> list[Statement]:
        before: list[Statement] = []
        terms: list[Term] = []
        for term in statement.terms:
            if self._product(term, statement.axes) is not None:
                name = self._fresh(statement.name)
                before.append(Sum(name, statement.axes, (term,), statement.origin))
                term = Term(name, identity(2))
            terms.append(term)
        return [*before, replace(statement, terms=tuple(terms))]

    def _fresh(self, name: str) -> str:
        number = 1
        while f"{name}_{number}" in self._taken:
            number += 1
        self._taken.add(f"{name}_{number}")
        return f"{name}_{number}"

    # one term

    def _product(self, term: Term, axes: Axes) -> Product | None:
        if len(axes) != 2 or len(term.ranges) != 1 or term.guards or term.address is not None:
            return None
        (each,) = term.ranges
        lengths = (*axes, each.high)
        if each != Range(ZERO, each.high) or any(map(is_short, lengths)):
            return None
        made = self._made.get(term.atom) if isinstance(term.atom, str) else None
        places = _positions(term.index)
        if not isinstance(made, Let) or made.op.name != "mul" or places is None or sorted(places) != [0, 1, 2]:
            return None
        views = [view for arg in made.args if (view := self._view(arg, places, lengths)) is not None]
        found = {frozenset(at): (name, at) for name, at in views}
        rows, columns = found.get(frozenset((0, 2))), found.get(frozenset((1, 2)))
        if rows is None or columns is None:
            return None
        return Product(rows[0], columns[0], rows[1] == (2, 0), columns[1] == (1, 2))

    def _view(self, atom: Atom, places: tuple[int, ...], lengths: tuple[Affine, ...]) -> tuple[str, tuple[int, ...]] | None:
        """The whole matrix that an operand spreads, and the positions in the sum that its two indices are."""
        made = self._made.get(atom) if isinstance(atom, str) else None
        if not isinstance(made, Sum) or len(made.terms) != 1 or made.kind != "float":
            return None
        (term,) = made.terms
        index = _positions(term.index)
        if term.ranges or term.guards or term.address is not None or index is None or term.atom not in self._matrices:
            return None
        at = tuple(places[position] for position in index)
        if self._matrices[str(term.atom)] != tuple(lengths[position] for position in at):
            return None
        return str(term.atom), at


def _positions(index: tuple[Affine, ...]) -> tuple[int, ...] | None:
    """The positions that an index consists of, if it is nothing but different positions."""
    found = [part.terms[0][0] for part in index if len(part.terms) == 1 and part.is_simple]
    positions = tuple(symbol for symbol in found if isinstance(symbol, int))
    return positions if len(set(positions)) == len(index) else None
