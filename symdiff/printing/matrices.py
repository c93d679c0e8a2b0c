"""Functions of whole matrices on paper: ``Z[j, k]`` where ``Z = inv(A)``. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import sympy as sp

from symdiff.graph.affine import Axes
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Atom, Block, Const, Graph, If, Loop, Param, Statement
from symdiff.graph.loops import axes_of
from symdiff.graph.structure import SCALAR, Items, Structure, Tensor
from symdiff.graph.whole import ROWS, matrices_of, result_of
from symdiff.printing.convert import Formula


def formula(graph: Graph, write: Callable[[Graph], Formula]) -> Formula:
    """The formula of a graph with such functions, by the way in which graphs without them are written.

    Their results are symbols like arguments, and their matrices are further results of the graph, if they are computed.
    """
    calls: list[Loop] = []
    body = tuple(_without_calls(graph.body, calls))
    params = (*graph.params, *(Param(out, _structure(axes), (out,)) for out, axes in map(result_of, calls)))
    given = {name for param in params for leaf in param.leaves for name in (leaf,)}
    known = {name: axes for statement in body for name, axes in axes_of(statement).items()}
    matrices = dict.fromkeys(atom for loop in calls for atom, _ in matrices_of(loop) if atom in known and atom not in given)
    more: list[tuple[Atom, Axes]] = [(atom, known[str(atom)]) for atom in matrices]
    result = Items("tuple", (graph.result, *(_structure(axes) for _, axes in more)))
    outputs = (*graph.outputs, *(atom for atom, _ in more))
    found = write(dead_code(replace(graph, params=params, body=body, outputs=outputs, result=result)))
    count = len(graph.outputs)
    named = {_label(left) for left, _ in found.where}
    own = [
        (_element(str(atom), index), expr)
        for (atom, _), index, expr in zip(more, found.indices[count:], found.exprs[count:], strict=True)
        if atom not in named
    ]
    shown = [(sp.Symbol(result_of(loop)[0], real=True), _call(loop)) for loop in calls]
    packed = found.packed[0] if more or isinstance(found.packed, tuple) else found.packed
    return Formula(found.exprs[:count], (*found.where, *own, *shown), packed, found.domain, found.indices[:count])


def _without_calls(block: Block, calls: list[Loop]) -> Iterator[Statement]:
    for statement in block:
        if isinstance(statement, Loop) and statement.solver:
            calls.append(statement)
        elif isinstance(statement, If):
            then, orelse = (tuple(_without_calls(side, calls)) for side in (statement.then, statement.orelse))
            yield replace(statement, then=then, orelse=orelse)
        else:
            yield statement


def _structure(axes: Axes) -> Structure:
    return Tensor(axes) if axes else SCALAR


def _label(left: Any) -> str:
    return str(left.base.label) if isinstance(left, sp.Indexed) else str(left)


def _element(name: str, index: tuple[Any, ...]) -> Any:
    symbol = sp.Symbol(name, real=True)
    return sp.Indexed(sp.IndexedBase(symbol), *index) if index else symbol


def _call(loop: Loop) -> Any:
    """``inv(A)``: a function of symbols that stand for matrices."""
    atoms = (atom for atom, _ in matrices_of(loop))
    args = [sp.Float(atom.value) if isinstance(atom, Const) else sp.Symbol(atom, real=True) for atom in atoms]
    return sp.Function(ROWS[loop.solver].shown)(*args)
