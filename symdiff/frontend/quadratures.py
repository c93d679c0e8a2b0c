"""``scipy.integrate.quad`` in a function: its integrand is read as a graph of its own, and the integral is a row with it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdiff.frontend import calls
from symdiff.frontend.conditions import as_number, scalar
from symdiff.frontend.containers import elements
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.unknowns import source_of, unknown_of
from symdiff.frontend.values import Known, Number, TupleValue, Value
from symdiff.frontend.whole import sizes_used
from symdiff.graph.affine import identity, sizes_in
from symdiff.graph.build import Builder
from symdiff.graph.graph import (
    Atom,
    Block,
    Graph,
    If,
    Let,
    Loop,
    Origin,
    Param,
    Raise,
    Statement,
    Sum,
    defined,
    free_names,
    operands,
    walk_all,
)
from symdiff.graph.integrals import Family
from symdiff.graph.splice import splice

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader

_NAMES = ("func", "a", "b", "args", "full_output", "epsabs", "epsrel", "limit", "points", "weight")
_ADVICE = {
    "full_output": "leave it out",
    "points": "integrate from point to point, and add",
    "weight": "write the weight into the integrand",
}


def is_quad(target: Any) -> bool:
    """Whether a function is ``scipy.integrate.quad``."""
    return target is not None and target is getattr(sys.modules.get("scipy.integrate"), "quad", None)


def integral(reader: Reader, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value:
    """``quad(func, a, b, args=(), ...)``: the integral and the estimate of its error."""
    given = {**dict(zip(_NAMES, args, strict=False)), **keywords}
    _check(given, len(args), node)
    if reader.attempts:
        raise GapError(node, "an integral inside try", "call quad outside of try", "not yet", certain=True)
    tolerances = _tolerances(given, node)
    limits = [as_number(reader, scalar(reader, given[name], node)) for name in ("a", "b")]
    family, captured = _family(reader, given, tolerances, node)
    origin = reader.builder.origin or Origin(0, "")
    reader.builder.origin = replace(origin, place=reader.frames[-1].source.place(node))
    found: list[Value] = []
    for estimate in (False, True):
        row, used = family.row((), estimate)
        given_here = [*limits, *(captured[number - 1] for number in used)]
        found.append(reader.apply(row, *given_here, hint="error" if estimate else "integral"))
    reader.builder.origin = origin
    return TupleValue(tuple(found))


def _check(given: Mapping[str, Value], count: int, node: ast.AST) -> None:
    missing = [name for name in ("func", "a", "b") if name not in given]
    if missing:
        raise GapError(node, f"quad is called without {missing[0]}", f"give a value for {missing[0]}")
    others = [name for name in given if name not in _NAMES]
    if others or count > len(_NAMES):
        name = others[0] if others else "so many arguments"
        raise GapError(node, f"quad with {name}", "leave it out", "not yet", certain=True)
    for name, advice in _ADVICE.items():
        value = given.get(name, Known(None))
        off = (isinstance(value, Known) and not value.value) or (isinstance(value, Number) and value.known == 0)
        if not off:
            raise GapError(node, f"quad with {name}", advice, "not yet", certain=True)


def _tolerances(given: Mapping[str, Value], node: ast.AST) -> tuple[float, float, int]:
    found: list[float] = []
    for name, default in (("epsabs", 1.49e-8), ("epsrel", 1.49e-8), ("limit", 50)):
        value = given.get(name, Number("", default))
        if not isinstance(value, Number) or value.known is None:
            raise GapError(node, f"quad with {name} that is no literal", f"write {name} as a number", "not yet", certain=True)
        found.append(value.known)
    if found[0] <= 0 and found[1] < 5e-29:
        raise GapError(node, "quad with tolerances of 0", "give epsabs or epsrel", certain=True)
    if found[2] < 1:
        raise GapError(node, f"quad with limit={found[2]}", "give at least 1", certain=True)
    return float(found[0]), float(found[1]), int(found[2])


def _family(
    reader: Reader, given: Mapping[str, Value], tolerances: tuple[float, float, int], node: ast.AST
) -> tuple[Family, list[Number]]:
    """The integrand, read with a variable of its own, and what it reads from outside."""
    builder, function = reader.builder, given["func"]
    more = given.get("args", TupleValue(()))
    more = more if isinstance(more, TupleValue) else TupleValue((more,))
    variable = builder.fresh(unknown_of(function, "t"))
    with builder.block() as body:
        value = calls.call(reader, function, [Number(variable), *elements(reader, more, node)], {}, node, "t")
        atom = scalar(reader, value, node).atom
    source = source_of(function)
    name = source.name if source is not None else "integrand"
    made, atom = _of_one(reader, tuple(body), variable, atom, node) if reader.loops else (tuple(body), atom)
    plain = Graph(name, (Param(variable, leaves=(variable,)),), made, (atom,))
    outside = [each for each in dict.fromkeys((*free_names(plain.body), *_outputs(plain))) if each != variable]
    outside = [each for each in outside if each not in _inside(plain)]
    if any(builder.axes_of(each) for each in outside) and not reader.loops:
        reason, advice = "an integrand that reads an array of any size", "pass numbers, or write the integral as a sum"
        raise GapError(node, reason, advice, "not yet", certain=True)
    if _sizes(plain) & set(outside) or any(builder.kind(each) == "bool" for each in outside):
        raise GapError(node, "an integrand with a loop or condition from outside", "use literals in it", "not yet", certain=True)
    assert reader.differentiate is not None  # noqa: S101 - every reading has it
    differentiate = reader.differentiate
    graph = replace(plain, params=(*plain.params, *(Param(each, leaves=(each,)) for each in outside)))
    graph = _named(graph, unknown_of(function, "t"))
    family = Family(graph, tolerances, lambda inner, by: differentiate(("derivative", by), inner))
    return family, [Number(each) for each in outside]


def _of_one(reader: Reader, body: Block, variable: str, atom: Atom, node: ast.AST) -> tuple[Block, Atom]:
    """The integrand of one iteration of a loop over an array, of which it was read for all iterations at once.

    What does not depend on the variable is computed outside of the integral.
    """
    names: dict[str, Atom] = {variable: variable}
    made: list[Statement] = []
    for statement in body:
        reads = {*map(str, operands(statement))}
        if names.keys().isdisjoint(reads) and not isinstance(statement, If | Loop | Raise):
            reader.builder.append(statement)
        elif isinstance(statement, Let):
            args = tuple(names.get(str(arg), arg) for arg in statement.args)
            made.append(replace(statement, args=args, axes=()))
            names[statement.name] = statement.name
        elif isinstance(statement, Sum) and _spreads(statement) is not None:
            names[statement.name] = names[str(_spreads(statement))]
        else:
            gap = GapError(node, "an integral inside of a loop over an array", "write a plain loop that appends", "not yet")
            raise not_as_arrays(reader, gap)
    return tuple(made), names.get(str(atom), atom)


def _spreads(statement: Sum) -> Atom | None:
    """The value that is the same for all elements of an array, or at the same index; None for other sums."""
    (term, *others) = statement.terms
    plain = not (others or term.ranges or term.guards or term.address) and isinstance(term.atom, str)
    return term.atom if plain and term.index == identity(len(term.index)) and isinstance(term.atom, str) else None


def _named(graph: Graph, variable: str) -> Graph:
    """The graph whose first parameter is called as the user's function calls it, if nothing outside is."""
    old, *others = graph.inputs
    if variable in others:
        return graph
    builder = Builder()
    builder.inputs(dict.fromkeys((variable, *others), ()))
    outputs = splice(builder, graph.body, {old: variable}, graph.outputs)
    params = (Param(variable, leaves=(variable,)), *graph.params[1:])
    return replace(graph, params=params, body=builder.body, outputs=tuple(outputs))


def _sizes(graph: Graph) -> set[str]:
    """The sizes that a graph depends on, in its loops, too."""
    found = sizes_used(graph)
    for statement in walk_all(graph.body):
        if isinstance(statement, Loop):
            roles = {param.name: param.role for param in statement.step.params}
            found |= {str(atom) for name, atom in statement.captured if roles[name] == "size"}
            found |= set(sizes_in([statement.trip])) if statement.trip is not None else set()
    return found


def _outputs(graph: Graph) -> tuple[str, ...]:
    return tuple(atom for atom in graph.outputs if isinstance(atom, str))


def _inside(graph: Graph) -> set[str]:
    return {name for statement in graph.body for name in defined(statement)}
