"""Well-formedness: what every pass may rely on and must preserve. Run after each pass by the tests."""

from __future__ import annotations

from symdiff.errors import InternalError
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Graph, If, Let
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
    _check_block(graph.body, kinds, {name: True for name in graph.inputs})
    visible = {name for name in graph.inputs} | {name for statement in graph.body for name in _names(statement)}
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


def _names(statement: object) -> tuple[str, ...]:
    if isinstance(statement, Let):
        return (statement.name,)
    return tuple(out.name for out in statement.outs) if isinstance(statement, If) else ()


def _define(kinds: dict[str, Kind], name: str, kind: Kind) -> None:
    if not name.isidentifier():
        raise InternalError(f"{name!r} is not a name")
    if name in kinds:
        raise InternalError(f"{name} is defined twice")
    kinds[name] = kind


def _check_block(block: Block, kinds: dict[str, Kind], visible: dict[str, bool]) -> dict[str, bool]:
    visible = dict(visible)

    def read(atom: Atom, wanted: Kind, where: str) -> None:
        if isinstance(atom, Const):
            if atom.kind != wanted and atom != UNDEFINED:
                raise InternalError(f"{where}: literal {atom!r} where a {wanted} is wanted")
        elif atom not in visible:
            raise InternalError(f"{where}: {atom} is read but not defined there")
        elif kinds[atom] != wanted:
            raise InternalError(f"{where}: {atom} is a {kinds[atom]}, not a {wanted}")

    for statement in block:
        if isinstance(statement, Let):
            where = f"{statement.name} = {statement.op.name}(...)"
            if statement.op.expansion is not None:
                raise InternalError(f"{where}: an abbreviation was not expanded")
            if len(statement.args) != statement.op.arity:
                raise InternalError(f"{where}: {len(statement.args)} operands for {statement.op.arity}")
            for arg in statement.args:
                read(arg, statement.op.operands, where)
            _define(kinds, statement.name, statement.kind)
        elif isinstance(statement, If):
            read(statement.condition, "bool", "if")
            inside = _check_block(statement.then, kinds, visible), _check_block(statement.orelse, kinds, visible)
            for out in statement.outs:
                for atom, names in zip((out.then, out.orelse), inside, strict=True):
                    if isinstance(atom, str) and (atom not in names or kinds[atom] != out.kind):
                        raise InternalError(f"out {out.name}: {atom} is not a {out.kind} defined in that branch")
                _define(kinds, out.name, out.kind)
        visible.update(dict.fromkeys(_names(statement), True))
    return visible
