"""Which lengths a formula has to state. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from symdiff.graph.affine import sizes_in
from symdiff.graph.graph import Graph
from symdiff.printing.atoms import Atoms, size_symbol
from symdiff.printing.convert import Formula
from symdiff.printing.reductions import Reduction


def unclear(graph: Graph, found: Formula) -> list[tuple[str, tuple[Any, ...]]]:
    """The arguments whose lengths a reader has to be told: some name of a size is used, and no sum shows what it is.

    ``sum(x[i], i = 0..n-1)`` shows that n is the length of x.
    """
    exprs = [*found.exprs, *found.domain]
    for _, expr in found.where:
        exprs += expr.expressions() if hasattr(expr, "expressions") else [expr]
    sizes = sizes_in([length for axes in graph.input_axes.values() for length in axes])
    shown = {size for size in sizes if any(size_symbol(size) in expr.free_symbols for expr in exprs)}
    for expr in exprs:
        shown -= set(_explained(graph, expr))
    stated: list[tuple[str, tuple[Any, ...]]] = []
    for size, (name, axis) in graph.sizes.items():
        if axis >= 0 and size in shown and name not in (other for other, _ in stated):
            axes = graph.input_axes[name]
            stated.append((name, tuple(_number(length) for length in axes)))
            shown -= set(sizes_in(axes))
    return stated


def _number(length: Any) -> Any:
    return Atoms().number(length)


def _explained(graph: Graph, expr: Any) -> Iterator[str]:
    """The sizes that are the last index of a sum in which an argument is read at this index."""
    for node in sp.preorder_traversal(expr):
        if not isinstance(node, Reduction) or node.low != 0:
            continue
        for read in node.args[0].atoms(sp.Indexed):
            axes = graph.input_axes.get(str(read.base.label), ())
            for place, length in zip(read.indices, axes, strict=False):
                if place == node.index and _number(length) == node.high + 1:
                    yield from sizes_in([length])
