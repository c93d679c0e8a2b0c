"""Put the body of one graph into the builder of another, under other names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from symdiff.graph.affine import Affine, Symbol
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Const, Fold, Graph, If, Let, Loop, Statement, Sum, walk
from symdiff.graph.loops import rewired, with_outs
from symdiff.graph.mapping import renamed, resized, resized_structure


def splice(
    builder: Builder, body: Iterable[Statement], substitution: Mapping[str, Atom], outputs: Iterable[Atom] = ()
) -> list[Atom]:
    """Add every statement with its operands renamed by ``substitution``; return the atoms that the outputs became.

    Names that are not substituted keep their meaning; names defined in the body are made fresh.
    """
    names: dict[str, Atom] = dict(substitution)
    _splice(builder, body, names)
    return [_atom(names, atom) for atom in outputs]


def apart(builder: Builder, graph: Graph) -> tuple[Graph, dict[str, Atom]]:
    """The graph whose loops count their iterations by names that the builder does not have, and what these were before.

    They are sizes, and so may be what the lengths of arrays are called where the graph is put. Where they are read as numbers,
    ``splice`` renames them.
    """
    counts = [statement.count for statement in walk(graph.body) if isinstance(statement, Loop) and statement.count]
    names: dict[str, Atom] = {count: builder.fresh(count) for count in counts}
    sizes: dict[Symbol, Affine] = {count: Affine.of(str(name)) for count, name in names.items()}
    return replace(graph, body=resized(graph.body, sizes), result=resized_structure(graph.result, sizes)), names


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
        elif isinstance(statement, Loop):
            _loop(builder, statement, names)
        else:
            builder.append(statement)


def _loop(builder: Builder, loop: Loop, names: dict[str, Atom]) -> None:
    """Add a loop; the names inside of its step are its own."""
    fresh = {name: builder.fresh(name, "float", axes) for name, axes in loop.outs.items() if name != loop.count}
    made = rewired(loop, lambda atom: _atom(names, atom))
    builder.append(with_outs(made, fresh))
    names.update(fresh)


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
    for out, atom in zip(statement.outs, atoms, strict=True):  # an array of literals on both sides was made a scalar
        names[out.name] = builder.spread(atom, out.axes) if out.axes else atom
