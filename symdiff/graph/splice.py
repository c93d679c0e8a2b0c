"""Put the body of one graph into the builder of another, under other names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Const, Fold, If, Let, Statement, Sum
from symdiff.graph.mapping import renamed


def splice(
    builder: Builder, body: Iterable[Statement], substitution: Mapping[str, Atom], outputs: Iterable[Atom] = ()
) -> list[Atom]:
    """Add every statement with its operands renamed by ``substitution``; return the atoms that the outputs became.

    Names that are not substituted keep their meaning; names defined in the body are made fresh.
    """
    names: dict[str, Atom] = dict(substitution)
    _splice(builder, body, names)
    return [_atom(names, atom) for atom in outputs]


def _atom(names: Mapping[str, Atom], atom: Atom) -> Atom:
    return names.get(atom, atom) if isinstance(atom, str) else atom


def _splice(builder: Builder, body: Iterable[Statement], names: dict[str, Atom]) -> None:
    for statement in body:
        if isinstance(statement, Let):
            args = (_atom(names, arg) for arg in statement.args)
            atom = builder.apply(statement.op, *args, hint=statement.name, origin=statement.origin)
            names[statement.name] = builder.spread(atom, statement.axes) if statement.axes else atom
        elif isinstance(statement, Sum | Fold):
            names[statement.name] = builder.indexed(renamed(statement, lambda atom: _atom(names, atom)))
        elif isinstance(statement, If):
            _branch(builder, statement, names)
        else:
            builder.append(statement)


def _branch(builder: Builder, statement: If, names: dict[str, Atom]) -> None:
    """Add a branch; of one that has been decided, the side that is taken."""
    condition = _atom(names, statement.condition)
    if isinstance(condition, Const):
        _splice(builder, statement.then if condition.value else statement.orelse, names)
        names.update({out.name: _atom(names, out.then if condition.value else out.orelse) for out in statement.outs})
        return
    with builder.block(elementwise=bool(statement.axes)) as then:
        _splice(builder, statement.then, names)
    with builder.block(elementwise=bool(statement.axes)) as orelse:
        _splice(builder, statement.orelse, names)
    pairs = [(out.name, _atom(names, out.then), _atom(names, out.orelse)) for out in statement.outs]
    atoms = builder.branch(condition, then, orelse, pairs, statement.origin)
    for out, atom in zip(statement.outs, atoms, strict=True):
        names[out.name] = builder.spread(atom, out.axes) if out.axes else atom
