"""A result without elements depends on nothing: its adjoints are 0, also where a slope inside is infinite or NaN.

A sweep back from no cotangents finds sums over nothing, which are 0; times such a slope they would be NaN. So the sweep is
one side of a branch, unless no slope can be infinite, or all adjoints have as few elements::

    if len(w) > 0: a_bar = ...
    else: a_bar = 0
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.calculus.activity import useful, varied, varied_by_loop
from symdiff.calculus.tame import is_total
from symdiff.graph.bounds import is_certain
from symdiff.graph.graph import Block, Fold, Graph, Let, Loop, walk
from symdiff.graph.structure import Tensor
from symdiff.graph.terms import Guard


def has_elements(graph: Graph, wrt: Sequence[str]) -> tuple[Guard, ...]:
    """What must hold for the sweep to find anything: that the axes of the result have elements. None, if it need not be asked."""
    shapes = {leaf.axes if isinstance(leaf, Tensor) else () for leaf in graph.result.leaves()}
    if len(shapes) != 1:  # one of several arrays may have elements where the others have none
        return ()
    inputs = graph.input_axes
    asked = [length for length in shapes.pop() if not is_certain(length - 1) and any(length not in inputs[name] for name in wrt)]
    if not asked or _is_tame(graph.body, varied(graph, wrt), useful(graph)):
        return ()
    return tuple(Guard(length - 1) for length in asked)


def _is_tame(block: Block, active: set[str], reaching: set[str]) -> bool:
    """Whether no operation between the inputs and the result has a pole, or an edge of its domain."""
    for statement in walk(block):
        if isinstance(statement, Loop) and not reaching.isdisjoint(statement.outs):
            inside = varied(statement.step, tuple(varied_by_loop(statement, active)[1]))
            if statement.implicit or not _is_tame(statement.step.body, inside, useful(statement.step)):
                return False
        elif isinstance(statement, Fold | Let) and statement.name in active & reaching and not _is_defined(statement):
            return False
    return True


def _is_defined(statement: Fold | Let) -> bool:
    """Whether the slope of a statement is finite for all real operands."""
    return isinstance(statement, Let) and is_total(statement)
