"""What a graph uses of its arrays: some elements only, or all of them; as numbers, or as indices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symdiff.graph.affine import sizes_in
from symdiff.graph.graph import Fold, Graph, If, Let, Raise, Statement, Sum, operands, walk
from symdiff.graph.loops import indices_of
from symdiff.graph.structure import Size, Tensor
from symdiff.graph.terms import Term, arrays_in


def only_elements(graph: Graph) -> tuple[str, ...]:
    """The arguments that are arrays, but of which only elements at literal indices are read.

    Such an argument is better read as so many numbers: formulas are in p_0 and p_1.
    """
    arrays = {param.leaves[0]: param for param in graph.params if isinstance(param.structure, Tensor)}
    if not arrays:
        return ()
    all_of = {atom for atom in graph.outputs if isinstance(atom, str)}
    read: set[str] = set()
    given = {param.leaves[0] for param in graph.params if isinstance(param.structure, Size)}
    for statement in _computing(graph):
        for name, is_whole in _reads(statement, given):
            (all_of if is_whole else read).add(name)
    shared: dict[str, int] = {}
    for axes in graph.input_axes.values():
        for size in sizes_in(axes):
            shared[size] = shared.get(size, 0) + 1
    found = []
    for leaf, param in arrays.items():
        sizes = sizes_in(graph.input_axes[leaf])
        if leaf in read and leaf not in all_of and not any(size in all_of or shared[size] > 1 for size in sizes):
            found.append(param.name)
    return tuple(found)


def _computing(graph: Graph) -> Iterator[Statement]:
    """The statements that compute something: not those that only check a length before they raise."""
    checks = {
        statement.condition
        for statement in graph.body
        if isinstance(statement, If) and not statement.outs and all(isinstance(inner, Raise) for inner in statement.then)
    }
    for statement in walk(graph.body):
        if not (isinstance(statement, Let | Sum) and statement.name in checks):
            yield statement


def _reads(statement: Statement, given: set[str]) -> Iterator[tuple[str, bool]]:
    """The names that a statement reads, and whether as a whole: not at a literal index. ``given``: arguments that are sizes."""
    if not isinstance(statement, Sum | Fold):
        yield from ((atom, True) for atom in operands(statement) if isinstance(atom, str))
        return
    for term in statement.terms:
        literal = not any(part.positions or any(part.elements) or given.intersection(part.symbols) for part in term.index)
        if isinstance(term.atom, str):
            yield term.atom, not (literal and term.index)
        yield from ((name, True) for name in arrays_in(term.affines()))
        yield from ((size, True) for size in _sizes(statement, term, literal))


def _sizes(statement: Sum | Fold, term: Term, literal: bool) -> tuple[str, ...]:
    """The sizes that a term depends on; those of a literal index, counted from the end, do not count."""
    parts = [part for part in term.affines() if not (literal and part in term.index)]
    return sizes_in([*statement.axes, *parts])


def sizes_used(graph: Graph) -> set[str]:
    """The sizes that occur anywhere: in lengths, bounds, guards and indices, of arguments, too."""
    packed = [leaf.axes for leaf in graph.result.leaves() if isinstance(leaf, Tensor)]
    found = {size for axes in (*graph.input_axes.values(), *packed) for size in sizes_in(axes)}
    for statement in walk(graph.body):
        terms = statement.terms if isinstance(statement, Sum | Fold) else ()
        found.update(sizes_in([*getattr(statement, "axes", ()), *(part for term in terms for part in term.affines())]))
    return found


def with_kinds(graph: Graph) -> Graph:
    """The graph with those arrays of integers as integers that are used as indices; the others are numbers."""
    used = indices_of(graph.body)

    def settled(structure: Tensor, leaf: str) -> Tensor:
        return replace(structure, kind="int" if leaf in used else "float")

    params = tuple(
        replace(param, structure=settled(param.structure, param.leaves[0])) if isinstance(param.structure, Tensor) else param
        for param in graph.params
    )
    return replace(graph, params=params)
