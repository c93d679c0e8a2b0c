"""Integrals in generated code: ``quad(integrand, 0.0, x, (a, b), 1.49e-08, 1.49e-08, 50)[0]``.

Each integrand is a function of the module, written like any other; ``quad`` and what it calls stand in it once, whatever the
number of integrals (``primitives.quadrature``).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from symdiff.codegen.names import Names
from symdiff.graph.graph import Graph, Let
from symdiff.graph.integrals import Integral, integrals
from symdiff.graph.mapping import map_lets
from symdiff.primitives import quadrature

_PARTS = (
    quadrature.quad_integrand,
    quadrature.quad_rule,
    quadrature.quad_extrapolated,
    quadrature.quad_worst,
    quadrature.quad_bisected,
    quadrature.quad,
)
NAMES = frozenset(part.__name__ for part in _PARTS)


@dataclass(frozen=True)
class Linked:
    """A graph whose integrals call functions of the module, and the modules that these are taken from."""

    graph: Graph
    modules: tuple[Any, ...] = ()
    names: frozenset[str] = frozenset()


def link(graph: Graph, reserved: Iterable[str], write: Callable[[Graph, str, frozenset[str]], Any]) -> Linked:
    """Write the integrands of a graph as functions (``write`` makes a module of one), under names that nothing else has."""
    rows = integrals(graph)
    if not rows:
        return Linked(graph)
    before = frozenset(reserved)
    taken = {*before, *NAMES}
    made: dict[str, Integral] = {}
    modules: list[Any] = []
    for row in rows:
        name = Names(taken).fresh("integrand")
        module = write(row.integrand, name, frozenset(taken))
        modules.append(module)
        taken |= {name, *module.made}
        given = "".join(f"{{{place}}}, " for place in range(2, row.arity))
        options = ", ".join(map(repr, row.tolerances))
        made[row.name] = replace(row, code=f"quad({name}, {{0}}, {{1}}, ({given.rstrip()}), {options})[{int(row.estimate)}]")

    def linked(let: Let) -> Let:
        return replace(let, op=made[let.op.name]) if isinstance(let.op, Integral) else let

    return Linked(map_lets(graph, linked), tuple(modules), frozenset(taken) - before)


@cache
def support() -> tuple[str, ...]:
    """The definitions of ``quad`` and of what it calls, without annotations that need imports."""
    return tuple(_plain(inspect.getsource(part)) for part in _PARTS)


def _plain(text: str) -> str:
    """A definition without annotations that are texts, and on one line where it fits."""
    text = re.sub(r'(: |\s*-> )"[^"\n]*"(?=[,:)]|\n)', "", text).replace("  # fmt: skip", "").strip()
    return re.sub(r"^def (\w+)\(\n\s+(.*)\n\):", r"def \1(\2):", text)
