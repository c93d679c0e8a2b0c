"""Well-formedness: what every pass may rely on and must preserve. Run after each pass by the tests."""

from __future__ import annotations

from symdiff.errors import InternalError
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Graph, If, Let, defined
from symdiff.primitives.row import Kind


def check(graph: Graph) -> Graph:
    """Return the graph unchanged, or raise InternalError naming the statement that breaks a rule.

    The rules: a name is defined once in the whole graph and before it is read, and is read only in its own block and
    the blocks inside it; operands have the kind and number that the row states; no abbreviation is left; a condition is
    a condition; an out has one kind; outputs are numbers and as many as the result's structure holds.
    """
    kinds: dict[str, Kind] = {}
    for name in graph.inputs:
        _define(kinds, name, "float")
    _check_block(graph.body, kinds, set(graph.inputs))
    visible = set(graph.inputs) | {name for statement in graph.body for name in defined(statement)}
    for atom in graph.outputs:
        if isinstance(atom, str) and atom not in visible:
            raise InternalError(f"output {atom} is not defined at the end of {graph.name}")
        if (kinds[atom] if isinstance(atom, str) else atom.kind) != "float":
            raise InternalError(f"output {atom} is not a number")
        if atom == UNDEFINED:
            raise InternalError("an output is undefined")
    if len(graph.outputs) != graph.result.size:
        raise InternalError(f"{len(graph.outputs)} outputs for a result of {graph.result.size} scalars")
    return graph


def _define(kinds: dict[str, Kind], name: str, kind: Kind) -> None:
    if not name.isidentifier():
        raise InternalError(f"{name!r} is not a name")
    if name in kinds:
        raise InternalError(f"{name} is defined twice")
    kinds[name] = kind


def _check_block(block: Block, kinds: dict[str, Kind], visible: set[str]) -> set[str]:
    """Check a block, and return the names that are visible at its end."""
    visible = set(visible)
    for statement in block:
        if isinstance(statement, Let):
            _check_let(statement, kinds, visible)
        elif isinstance(statement, If):
            _check_if(statement, kinds, visible)
        visible.update(defined(statement))
    return visible


def _check_let(let: Let, kinds: dict[str, Kind], visible: set[str]) -> None:
    where = f"{let.name} = {let.op.name}(...)"
    if let.op.expansion is not None:
        raise InternalError(f"{where}: an abbreviation was not expanded")
    if len(let.args) != let.op.arity:
        raise InternalError(f"{where}: {len(let.args)} operands for {let.op.arity}")
    for arg in let.args:
        _check_read(arg, let.op.operands, where, kinds, visible)
    _define(kinds, let.name, let.kind)


def _check_if(branch: If, kinds: dict[str, Kind], visible: set[str]) -> None:
    _check_read(branch.condition, "bool", "if", kinds, visible)
    then, orelse = _check_block(branch.then, kinds, visible), _check_block(branch.orelse, kinds, visible)
    for out in branch.outs:
        _check_read(out.then, out.kind, f"out {out.name}", kinds, then)
        _check_read(out.orelse, out.kind, f"out {out.name}", kinds, orelse)
        _define(kinds, out.name, out.kind)


def _check_read(atom: Atom, wanted: Kind, where: str, kinds: dict[str, Kind], visible: set[str]) -> None:
    if isinstance(atom, Const):
        if atom.kind != wanted and atom != UNDEFINED:
            raise InternalError(f"{where}: literal {atom!r} where a {wanted} is wanted")
    elif atom not in visible:
        raise InternalError(f"{where}: {atom} is read but not defined there")
    elif kinds[atom] != wanted:
        raise InternalError(f"{where}: {atom} is a {kinds[atom]}, not a {wanted}")
