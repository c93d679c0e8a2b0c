"""A graph as text, one statement a line: for people who debug symdiff, and for tests."""

from __future__ import annotations

from symdiff.graph.affine import Affine, Axes
from symdiff.graph.graph import Atom, Block, Fold, Graph, If, Let, Loop, Statement, Sum
from symdiff.graph.structure import Tensor
from symdiff.graph.terms import Guard, Term


def show(graph: Graph) -> str:
    """The graph in one notation that shows everything: ``z = mul(x, y)``."""
    params = ", ".join(
        f"{param.name}{_axes(param.structure.axes)}"
        if isinstance(param.structure, Tensor)
        else param.name
        if param.structure.is_scalar
        else f"{param.name}({', '.join(param.leaves)})"
        for param in graph.params
    )
    lines = [f"graph {graph.name}({params})", *_block(graph.body, "    ")]
    lines.append("    return " + ", ".join(map(_atom, graph.outputs)))
    return "\n".join(lines)


def _block(block: Block, indent: str) -> list[str]:
    return [line for statement in block for line in _statement(statement, indent)]


def _statement(statement: Statement, indent: str) -> list[str]:
    if isinstance(statement, Let):
        return [f"{indent}{statement.name}{_axes(statement.axes)} = {statement.op.name}({', '.join(map(_atom, statement.args))})"]
    if isinstance(statement, Sum | Fold):
        op = f"{statement.op.name} of " if isinstance(statement, Fold) else ""
        terms = " + ".join(_term(term, len(statement.axes)) for term in statement.terms)
        return [f"{indent}{statement.name}{_axes(statement.axes)} = {op}{terms}"]
    if isinstance(statement, If):
        inner = indent + "    "
        return [
            f"{indent}if {_atom(statement.condition)}:",
            *_block(statement.then, inner),
            *(f"{inner}{out.name} := {_atom(out.then)}" for out in statement.outs),
            f"{indent}else:",
            *_block(statement.orelse, inner),
            *(f"{inner}{out.name} := {_atom(out.orelse)}" for out in statement.outs),
        ]
    if isinstance(statement, Loop):
        return _loop(statement, indent)
    return [f"{indent}raise {statement.exception}({statement.told()!r})"]


def _loop(loop: Loop, indent: str) -> list[str]:
    inner = indent + "    "
    bound = "" if loop.trip is None else f" in 0..{loop.trip}{' backward' if loop.backward else ''}"
    test = "" if loop.test is None else f" while {_atom(loop.test)}"
    count = f" ({loop.count} times)" if loop.count else ""
    kept, collected, stored, going = loop.outputs()
    lines = [f"{indent}loop {loop.counter}{bound}{test}{count}:"]
    lines += [f"{inner}{name} <- {_atom(atom)}" for name, atom in loop.captured if name != atom]
    lines += [f"{inner}{each.param}{_axes(each.axes)} from {_atom(each.init)}" for each in loop.handed]
    lines += _block(loop.step.body, inner)
    lines += [f"{inner}{each.out} := {_atom(atom)}" for each, atom in zip(loop.carried, kept, strict=True)]
    lines += [f"{inner}{each.out}[{loop.counter}] := {_atom(atom)}" for each, atom in zip(loop.collected, collected, strict=True)]
    for (buffer, store), atom in zip(loop.stores, stored, strict=True):
        lines.append(f"{inner}{buffer.out}{_axes(store.index)} {'+=' if store.adds else ':='} {_atom(atom)}")
    return [*lines, *([] if going is None else [f"{inner}while {_atom(going)}"])]


def _atom(atom: Atom | Affine) -> str:
    return atom if isinstance(atom, str) else f"({atom})" if isinstance(atom, Affine) else repr(atom)


def _axes(axes: Axes) -> str:
    return f"[{', '.join(map(str, axes))}]" if axes else ""


def _term(term: Term, rank: int) -> str:
    """``x[#0 + 1]{#1 in 0..n; #1 - #0 >= 0}``, a scatter ``x[#0] -> [#0 + 1]{...}``."""
    ranges = [f"#{rank + number} in {each.low}..{each.high}" for number, each in enumerate(term.ranges)]
    conditions = [*ranges, *map(_guard, term.guards)]
    address = "" if term.address is None else f" -> [{', '.join(map(str, term.address))}]"
    return f"{_atom(term.atom)}{_axes(term.index)}{address}{'{' + '; '.join(conditions) + '}' if conditions else ''}"


def _guard(guard: Guard) -> str:
    return f"{guard.affine} {guard.test} 0{f' mod {guard.modulus}' if guard.modulus else ''}"
