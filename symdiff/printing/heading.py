"""What a formula is the formula of, and the left-hand sides that say so: ``f'(x)``, ``∂f/∂x``, ``∇f(p)``, ``H(p)``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from symdiff.graph.graph import Graph
from symdiff.graph.structure import SCALAR, Items, Structure

Kind = Literal[
    "value", "derivative", "gradient", "jacobian", "hessian", "jvp", "vjp", "hvp", "value_and_grad"
]  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A function and what was done to it.

    ``parameters`` are the user's own (no captured values, no seeds). ``variables`` are those differentiated by, with
    their orders: ``(("x", 2), ("y", 1))`` is one mixed derivative for the kind "derivative", two results for others.
    """

    function: str
    parameters: tuple[str, ...]
    kind: Kind = "value"
    variables: tuple[tuple[str, int], ...] = ()

    @property
    def name(self) -> str:
        """The name of the function on paper; one without a name (a lambda) is called f."""
        return self.function if self.function.isidentifier() else "f"

    def then(self, kind: Kind, variables: tuple[tuple[str, int], ...]) -> Heading:
        """Return the heading after one more transform: a gradient of a gradient is a second derivative, and so on."""
        if self.kind == "value":
            return replace(self, kind=kind, variables=variables)
        single = len(self.variables) == 1 and len(variables) == 1
        scalar = self.kind == "derivative" or (self.kind in ("gradient", "jacobian") and single)
        if scalar and (kind == "derivative" or (kind == "gradient" and len(variables) == 1)):
            return replace(self, kind="derivative", variables=_merged(self.variables + variables))
        if self.kind == "gradient" and kind == "jacobian" and variables == self.variables:
            return replace(self, kind="hessian")
        return Heading(f"{self.kind}_{self.name}", self.parameters, kind, variables)


def _merged(variables: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    orders: dict[str, int] = {}
    for name, order in variables:
        orders[name] = orders.get(name, 0) + order
    return tuple((name, order) for name, order in orders.items() if order)


@dataclass(frozen=True)
class Label:
    """A left-hand side, still without notation.

    ``form`` is "call" (f(x)), "prime" (f'(x)), "partial", "nabla", "J", "H", or a product of those with a seed.
    """

    form: Literal["call", "prime", "partial", "nabla", "J", "H"]
    variables: tuple[tuple[str, int], ...] = ()
    before: tuple[str, ...] = ()  # cotangents multiplied from the left
    after: tuple[str, ...] = ()  # tangents multiplied from the right
    component: str = ""  # the variable whose part of the product this is, if there are several

    @property
    def order(self) -> int:
        """The number of differentiations."""
        return sum(order for _, order in self.variables)


@dataclass(frozen=True)
class Line:
    """One equation: the label, and the part of the result that stands on the right."""

    label: Label
    structure: Structure
    start: int


def equations(heading: Heading, graph: Graph) -> list[Line]:
    """Return the equations that a graph states, one for each result that has a left-hand side of its own."""
    lines = list(_equations(heading, graph, heading.kind, graph.result, 0))
    covered = sum(line.structure.size for line in lines)
    return lines if covered == graph.result.size else [Line(Label("call"), graph.result, 0)]


def _equations(heading: Heading, graph: Graph, kind: Kind, result: Structure, start: int) -> Iterator[Line]:
    names = heading.variables
    if kind == "value":
        yield Line(Label("call"), result, start)
    elif kind == "derivative":
        yield Line(_derivative(heading, names), result, start)
    elif kind == "value_and_grad":
        yield Line(Label("call"), SCALAR, start)
        gradient = result.items[-1] if isinstance(result, Items) else result
        yield from _equations(heading, graph, "gradient", gradient, start + 1)
    elif kind == "jvp":
        yield Line(Label("J", after=_seeds(graph)), result, start)
    else:
        for variable, part, offset in _parts(names, result, start):
            if kind == "hessian":
                for other, block, at in _parts(names, part, offset):
                    yield Line(_second(heading, graph, variable[0], other[0]), block, at)
            elif kind in ("vjp", "hvp"):
                component = variable[0] if len(names) > 1 else ""
                before = _seeds(graph) if kind == "vjp" else ()
                after = _seeds(graph) if kind == "hvp" else ()
                form: Literal["J", "H"] = "J" if kind == "vjp" else "H"
                yield Line(Label(form, before=before, after=after, component=component), part, offset)
            else:
                yield Line(_first(heading, graph, kind, variable[0]), part, offset)


def _parts(names: tuple[tuple[str, int], ...], result: Structure, start: int) -> Iterator[tuple[tuple[str, int], Structure, int]]:
    """Return the part of a result for each variable: all of it if there is one, else the items of a tuple."""
    if len(names) == 1:
        single = isinstance(result, Items) and result.container == "tuple" and len(result.items) == 1
        yield names[0], result.items[0] if single and isinstance(result, Items) else result, start
    elif isinstance(result, Items) and len(result.items) == len(names):
        for name, item in zip(names, result.items, strict=True):
            yield name, item, start
            start += item.size


def _seeds(graph: Graph) -> tuple[str, ...]:
    return tuple(param.name for param in graph.params if param.role == "seed")


def _is_scalar(graph: Graph, name: str) -> bool:
    return all(param.structure.is_scalar for param in graph.params if param.name == name)


def _derivative(heading: Heading, variables: tuple[tuple[str, int], ...]) -> Label:
    variables = _merged(variables)
    if not variables:
        return Label("call")
    return Label("prime" if len(heading.parameters) == 1 else "partial", variables)


def _first(heading: Heading, graph: Graph, kind: Kind, name: str) -> Label:
    if _is_scalar(graph, name):
        return _derivative(heading, ((name, 1),))
    if kind == "gradient":
        return Label("nabla", ((name, 1),))
    return Label("J" if len(heading.parameters) == 1 else "partial", ((name, 1),))


def _second(heading: Heading, graph: Graph, name: str, other: str) -> Label:
    if len(heading.parameters) == 1 and not _is_scalar(graph, name):
        return Label("H")
    return _derivative(heading, _merged(((name, 1), (other, 1))))
