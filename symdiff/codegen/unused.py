"""Dead code in the code of a function: elements that were asked for and then not needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from symdiff.codegen.code import For, Put, Turn, While
from symdiff.codegen.split import Code, atoms, names_of
from symdiff.graph.graph import Atom, If


def used(body: Sequence[Code], returns: Iterable[Atom]) -> tuple[Code, ...]:
    """The body without operations, loads and branches whose results nobody reads. Raises and stores stay."""
    return tuple(_used(body, {atom for atom in returns if isinstance(atom, str)}))


def _used(body: Sequence[Code], live: set[str]) -> list[Code]:
    kept: list[Code] = []
    for statement in reversed(body):
        if isinstance(statement, If):
            outs = tuple(out for out in statement.outs if out.name in live)
            live.update(atom for out in outs for atom in (out.then, out.orelse) if isinstance(atom, str))
            then, orelse = (tuple(_used(side, live)) for side in (statement.then, statement.orelse))
            if not (outs or then or orelse):
                continue
            statement = replace(statement, then=then, orelse=orelse, outs=outs)  # type: ignore[arg-type]
            live.update(atom for atom in [statement.condition] if isinstance(atom, str))
        elif isinstance(statement, For | While):
            # What an iteration hands to the next is all live: the variables of sequential loops.
            live.update(name for inside in statement.body if isinstance(inside, Turn) for name in inside.names)
            statement = replace(statement, body=tuple(_used(statement.body, live)))
        elif names_of(statement) and not live.intersection(names_of(statement)):
            continue
        else:
            live.update(atom for atom in atoms(statement) if isinstance(atom, str))
            if isinstance(statement, Put):
                live.add(statement.name)
        kept.append(statement)
    return kept[::-1]
