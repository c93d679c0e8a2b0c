"""A graph as text, one statement a line: for people who debug symdiff, and for tests."""

from __future__ import annotations

from symdiff.graph.graph import Atom, Block, Graph, If, Let, Statement


def show(graph: Graph) -> str:
    """The graph in one notation that shows everything: ``z = mul(x, y)``."""
    params = ", ".join(
        param.name if param.structure.is_scalar else f"{param.name}({', '.join(param.leaves)})" for param in graph.params
    )
    lines = [f"graph {graph.name}({params})", *_block(graph.body, "    ")]
    lines.append("    return " + ", ".join(map(_atom, graph.outputs)))
    return "\n".join(lines)


def _block(block: Block, indent: str) -> list[str]:
    return [line for statement in block for line in _statement(statement, indent)]


def _statement(statement: Statement, indent: str) -> list[str]:
    if isinstance(statement, Let):
        return [f"{indent}{statement.name} = {statement.op.name}({', '.join(map(_atom, statement.args))})"]
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
    return [f"{indent}raise {statement.exception}({statement.message!r})"]


def _atom(atom: Atom) -> str:
    return atom if isinstance(atom, str) else repr(atom)
