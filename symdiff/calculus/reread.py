"""What a loop backward reads of arrays that the loop forward has settled (``graph.settled``): the finished ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symdiff.graph.graph import Atom, Block, Fold, If, Let, Loop, Raise, Statement, Sum
from symdiff.graph.loops import rewired
from symdiff.graph.mapping import renamed
from symdiff.graph.structure import Items


def reread(block: Iterable[Statement], names: dict[str, str]) -> Block:
    """The statements of a step over finished arrays, to which nothing is written; loops inside read what they would have written.

    ``names`` are those of the finished arrays by what iterations hand on; what loops of the block make of that is added.
    """

    def rename(atom: Atom) -> Atom:
        return names.get(atom, atom) if isinstance(atom, str) else atom

    made: list[Statement] = []
    for statement in block:
        if isinstance(statement, Let):
            made.append(replace(statement, args=tuple(map(rename, statement.args))))
        elif isinstance(statement, Sum | Fold):
            made.append(renamed(statement, rename))
        elif isinstance(statement, If):
            then, orelse = reread(statement.then, names), reread(statement.orelse, names)
            outs = tuple(replace(out, then=rename(out.then), orelse=rename(out.orelse)) for out in statement.outs)
            made.append(replace(statement, condition=rename(statement.condition), then=then, orelse=orelse, outs=outs))
        elif isinstance(statement, Loop):
            made.append(_loop(statement, names))
        else:
            assert isinstance(statement, Raise)  # noqa: S101 (there is nothing else)
            made.append(statement)
    return tuple(made)


def _loop(loop: Loop, names: dict[str, str]) -> Loop:
    """The loop that captures finished arrays where it handed them on."""
    handed = [(each.param, each.init) for each in loop.handed if each.settled]
    known = {param: names[atom] for param, atom in handed if isinstance(atom, str) and atom in names}
    names.update({each.out: known[each.param] for each in loop.handed if each.param in known})
    made = rewired(loop, lambda atom: names.get(atom, atom) if isinstance(atom, str) else atom)
    if not known:
        return made
    keeps = [each.param not in known for each in loop.carried] + [True] * len(loop.collected)
    keeps += [buffer.param not in known for buffer, _ in loop.stores] + [True] * (loop.test is not None)
    pairs = zip(loop.step.outputs, loop.step.result.leaves(), strict=True)
    chosen = [pair for pair, keep in zip(pairs, keeps, strict=True) if keep]
    step = replace(
        loop.step,
        body=reread(loop.step.body, {name: name for name in known}),
        outputs=tuple(atom for atom, _ in chosen),
        result=Items("tuple", tuple(leaf for _, leaf in chosen)),
    )
    return replace(
        made,
        step=step,
        carried=tuple(each for each in made.carried if each.param not in known),
        buffers=tuple(each for each in made.buffers if each.param not in known),
        captured=(*made.captured, *known.items()),
    )
