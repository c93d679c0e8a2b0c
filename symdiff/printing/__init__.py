"""Formulas: what a graph says, as SymPy expressions, as text and as LaTeX. SymPy is loaded by the first call only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.errors import SymdiffError
from symdiff.graph.graph import Graph, Loop, walk, walk_all
from symdiff.graph.implicit import is_implicit
from symdiff.graph.whole import is_call
from symdiff.printing.heading import Heading

if TYPE_CHECKING:
    from symdiff.printing.convert import Formula


def formula(graph: Graph, derivative: bool | None = None) -> Formula:
    """Return the SymPy expressions of a graph (``exprs``, ``where``, ``packed``, ``domain``, ``indices``).

    ``derivative``: whether it is one, for then the free indices of arrays are k, l, ...; None: if it looks like one.
    """
    from symdiff.printing import convert, indexed, matrices, recurrence, solutions

    if any(map(is_implicit, walk_all(graph.body))):
        return solutions.formula(graph, lambda paper: formula(paper, derivative))
    graph = solutions.without_errors(graph)
    if any(isinstance(statement, Loop) and any(map(is_call, walk_all(statement.step.body))) for statement in walk(graph.body)):
        text = "the formula of a function of whole matrices inside a loop is not written yet; the source shows it"
        raise SymdiffError(f"{graph.name}: {text}")
    if any(map(is_call, walk(graph.body))):
        return matrices.formula(graph, lambda paper: formula(paper, derivative))
    if has_loops(graph):
        return recurrence.formula(graph, derivative)
    return indexed.formula(graph, derivative) if indexed.has_arrays(graph) else convert.formula(graph)


def has_loops(graph: Graph) -> bool:
    """Whether a graph has loops, which are printed as recurrences."""
    return any(isinstance(statement, Loop) for statement in walk(graph.body))


def as_text(graph: Graph, heading: Heading, found: Formula | None = None) -> str:
    """Return the formula as text: ``f'(x) = x*(x*cos(x) + 2*sin(x))``. ``found``: if it is there already."""
    from symdiff.printing import indexed, indexed_text, text

    write = indexed_text.as_text if has_loops(graph) or indexed.has_arrays(graph) else text.as_text
    return write(graph, heading, found or formula(graph, heading.kind != "value"))


def as_latex(graph: Graph, heading: Heading, found: Formula | None = None) -> str:
    """Return the formula as LaTeX for display mode, without dollars."""
    from symdiff.printing import indexed, indexed_latex, latex

    write = indexed_latex.as_latex if has_loops(graph) or indexed.has_arrays(graph) else latex.as_latex
    return write(graph, heading, found or formula(graph, heading.kind != "value"))


__all__ = ["Heading", "as_latex", "as_text", "formula"]
