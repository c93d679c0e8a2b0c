"""Graphs built by hand, in place of the front end and the calculus."""

from collections.abc import Callable, Sequence

import pytest

from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.graph import Graph, Origin, Param
from symdiff.graph.structure import SCALAR, Structure

PRIMAL = Origin(2, "return ...", "primal")


@pytest.fixture
def make() -> Callable[..., Graph]:
    """``make("xy", lambda b, x, y: x*y)``: the graph of a rule on handles (its operations are taken to be derived)."""

    def build(
        names: Sequence[str],
        rule: Callable[..., object],
        result: Structure = SCALAR,
        params: tuple[Param, ...] = (),
        *,
        written: bool = False,
    ) -> Graph:
        builder = Builder()
        builder.origin = PRIMAL if written else None
        inputs = [builder.value(builder.input(name)) for name in names]
        out = rule(builder, *inputs)
        outputs = tuple(map(builder.atom, out if isinstance(out, list | tuple) else [out]))
        return check(Graph("f", params or tuple(map(Param, names)), builder.body, outputs, result))

    return build
