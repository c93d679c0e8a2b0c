"""Solutions of equations on paper: ``x`` where ``x**2 - a = 0``, and not the iterations that find it.

The solution is a symbol like an argument, its equation an entry of the where-list. Only what stands outside of loops is
written so: in a loop, what the solver does is shown. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symdiff.graph.affine import Axes
from symdiff.graph.build import Builder
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Graph, If, Loop, Out, Param, Raise, Statement, walk, walk_all
from symdiff.graph.implicit import explicit, is_implicit
from symdiff.graph.loops import names_in
from symdiff.graph.splice import splice
from symdiff.graph.structure import SCALAR, Items, Tensor
from symdiff.printing.convert import Formula


@dataclass(frozen=True)
class Solution:
    """The equation that a symbol solves: an entry of ``.where``, behind that symbol. Here ``residual`` is 0.

    ``unknowns``: the symbols that solve it together with other equations, that symbol among them.
    """

    residual: Any
    unknowns: tuple[Any, ...] = ()

    def expressions(self) -> Iterator[Any]:
        """The left-hand side of the equation."""
        yield self.residual

    @property
    def equation(self) -> Any:
        """The equation as SymPy's Eq."""
        return sp.Eq(self.residual, 0, evaluate=False)

    def __str__(self) -> str:
        return f"{self.residual} = 0"


def formula(graph: Graph, write: Callable[[Graph], Formula]) -> Formula:
    """The formula of a graph with solutions, by the way in which graphs without them are written."""
    paper, unknowns, systems = on_paper(graph)
    found = write(paper)
    count = len(graph.outputs)
    equations = tuple(
        (sp.Symbol(name, real=True), Solution(expr, tuple(sp.Symbol(each, real=True) for each in system)))
        for name, system, expr in zip(unknowns, systems, found.exprs[count:], strict=True)
    )
    return Formula(found.exprs[:count], (*equations, *found.where), found.packed[0], found.domain, found.indices[:count])


def on_paper(graph: Graph) -> tuple[Graph, list[str], list[tuple[str, ...]]]:
    """The graph in which solutions are parameters, with their equations as further results; and what they are called.

    For each of them also what all unknowns of its system are called, if there are several.
    """
    graph = dead_code(replace(graph, body=_unfounded(graph.body)))
    taken = Builder(taken=names_in(graph))
    taken.inputs(graph.input_axes)
    for statement in walk(graph.body):
        taken.declare(statement)
    page = _Page(taken)
    body, residuals = page.block(graph.body)
    structures = [Tensor(axes) if axes else SCALAR for axes in page.solutions.values()]
    params = (*graph.params, *(Param(name, each, (name,)) for name, each in zip(page.solutions, structures, strict=True)))
    result = Items("tuple", (graph.result, *structures))
    made = replace(graph, params=params, body=body, outputs=(*graph.outputs, *residuals), result=result)
    return dead_code(made), list(page.solutions), page.systems


class _Page:
    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.solutions: dict[str, Axes] = {}  # with the axes of their residuals, too
        self.systems: list[tuple[str, ...]] = []

    def block(self, block: Block) -> tuple[Block, list[Atom]]:
        """The block without its solutions and without what solvers raise; and the residuals."""
        residuals: list[Atom] = []
        made: list[Statement] = []
        for statement in block:
            if isinstance(statement, Loop) and is_implicit(statement):
                names = {**dict(statement.captured), **{each.param: each.out for each in statement.carried}}
                with self.builder.block() as inner:
                    residuals += splice(self.builder, statement.step.body, names, statement.outputs()[1])
                made += inner
                outs = tuple(each.out for each in statement.carried)
                self.solutions.update({each.out: each.axes for each in statement.carried})
                self.systems += [outs if len(outs) > 1 else ()] * len(outs)
            elif isinstance(statement, If) and not statement.axes:
                branch, found = self.branch(statement)
                made.append(branch)
                residuals += found
            elif isinstance(statement, Loop):
                step = explicit(statement.step)
                made.append(replace(statement, step=replace(step, body=_stated(step.body))))
            elif not (isinstance(statement, Raise) and statement.solving):
                made.append(statement)
        return tuple(made), residuals

    def branch(self, statement: If) -> tuple[If, list[Atom]]:
        """A branch that hands on the residuals of the solutions in it: a solution is of interest on its own path only."""
        then, first = self.block(statement.then)
        orelse, second = self.block(statement.orelse)
        outs = list(statement.outs)
        for atom, holds in [*((each, True) for each in first), *((each, False) for each in second)]:
            on_then, on_orelse = (atom, UNDEFINED) if holds else (UNDEFINED, atom)
            axes = self.builder.axes_of(atom)
            outs.append(Out(self.builder.fresh("residual", axes=axes), on_then, on_orelse, axes=axes))
        names: list[Atom] = [out.name for out in outs[len(statement.outs) :]]
        return replace(statement, then=then, orelse=orelse, outs=tuple(outs)), names


def _unfounded(block: Block) -> Block:
    """The block whose solutions are not what solvers found, so that nothing is left of these, and of what they raise."""
    made: list[Statement] = []
    for statement in _stated(block):
        if isinstance(statement, If):
            statement = replace(statement, then=_unfounded(statement.then), orelse=_unfounded(statement.orelse))
        elif isinstance(statement, Loop) and is_implicit(statement):
            statement = replace(statement, carried=tuple(replace(each, init=Const(0.0)) for each in statement.carried))
        made.append(statement)
    return tuple(made)


def without_errors(graph: Graph) -> Graph:
    """The graph without what is raised because something does not come to an end."""
    if not any(isinstance(statement, Raise) and statement.solving for statement in walk_all(graph.body)):
        return graph
    return dead_code(replace(graph, body=_stated(graph.body)))


def _stated(block: Block) -> Block:
    """The block without what solvers raise where they find nothing."""
    made: list[Any] = []
    for statement in block:
        if isinstance(statement, Raise) and statement.solving:
            continue
        if isinstance(statement, If):
            statement = replace(statement, then=_stated(statement.then), orelse=_stated(statement.orelse))
        elif isinstance(statement, Loop):
            statement = replace(statement, step=replace(statement.step, body=_stated(statement.step.body)))
        made.append(statement)
    return tuple(made)
