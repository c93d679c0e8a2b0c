"""Arrays of an iteration that are allocated once, before the loop; what is carried changes places with what was made.

``for k in range(n): t = np.empty(m); ...; u = t`` becomes ``t = np.empty(m)``, then ``for k in range(n): ...; u, t = t, u``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from symdiff.codegen.code import Allocate, For, Plain, Put, Turn
from symdiff.codegen.split import Code, steps
from symdiff.graph.affine import Axes
from symdiff.graph.graph import If

_NAME = re.compile(r"[^\W\d]\w*")


def allocated_once(body: Sequence[Code], counter: str, carried: Mapping[str, Axes]) -> tuple[list[Code], list[Code]]:
    """The allocations that can stand before a loop with this body, and the rest of the body.

    ``carried`` are the arrays that the last statement but few gives new values.
    """
    turn = next((node for node in reversed(body) if isinstance(node, Turn) and not node.hints), None)
    found = _free(body, counter)
    pairs = _pairs(body, turn, found, carried)
    found = {name: node for name, node in found.items() if turn is None or name in pairs or name not in turn.atoms}
    if not found:
        return [], list(body)
    before: list[Code] = [replace(node, fill=None) for node in found.values()]
    rest: list[Code] = []
    for node in body:
        if node is turn and turn is not None:
            rest.append(replace(turn, names=(*turn.names, *pairs), atoms=(*turn.atoms, *pairs.values())))
        elif not isinstance(node, Allocate) or node.name not in found:
            rest.append(node)
        elif node.fill is not None:
            rest.append(Put(node.name, ", ".join([":"] * len(node.lengths)), node.fill, None, node.origin))
    return before, rest


def _free(body: Sequence[Code], counter: str) -> dict[str, Allocate]:
    """The arrays that are made anew in each iteration, always with the same lengths, and that nothing else gets hold of."""
    changing = {counter}
    taken: Counter[object] = Counter()
    for node in steps(body):
        if isinstance(node, For):
            changing.add(node.index)
        elif isinstance(node, Plain):
            changing.update(_NAME.findall("\n".join(node.lines)))
            taken.update(node.atoms)
        elif isinstance(node, If):
            taken.update(atom for out in node.outs for atom in (out.then, out.orelse))
        elif isinstance(node, Turn) and node.hints:
            taken.update(node.atoms)
    counts = Counter(node.name for node in steps(body) if isinstance(node, Allocate))
    return {
        node.name: node
        for node in body
        if isinstance(node, Allocate)
        and node.lengths
        and not node.transposed
        and not taken[node.name]
        and counts[node.name] == 1
        and not changing.intersection(_NAME.findall(" ".join(node.lengths)))
    }


def _pairs(body: Sequence[Code], turn: Turn | None, found: Mapping[str, Allocate], carried: Mapping[str, Axes]) -> dict[str, str]:
    """The arrays that are given away at the end of an iteration, each with one that nobody needs any more, in its place.

    What a loop inside begins with is its own: it may still be what that loop ends with.
    """
    if turn is None:
        return {}
    inside = {atom for node in steps(body) if isinstance(node, Turn) and node.hints for atom in node.atoms}
    free = [name for name in turn.names if name in carried and name not in turn.atoms and name not in inside]
    pairs: dict[str, str] = {}
    for target, atom in zip(turn.names, turn.atoms, strict=True):
        other = next((name for name in free if carried[name] == carried.get(target)), None)
        if isinstance(atom, str) and atom in found and other is not None:
            free.remove(other)
            pairs[atom] = other
    return pairs
