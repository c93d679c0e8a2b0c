"""Arrays that an iteration adds to at indices from data: they stay where they are, for a copy would take as long as the array.

``X = P + (v[#1] at [idx[#1]])``, where P is what the loop carries, and X what it carries next, becomes ``P[idx[i]] += v[i]``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symdiff.graph.affine import identity
from symdiff.graph.graph import Graph, Loop, Sum
from symdiff.graph.loops import names_read
from symdiff.graph.renaming import Renamed
from symdiff.graph.terms import Term


def added_to(loop: Loop, step: Graph) -> tuple[Graph, frozenset[str]]:
    """The step in which such an array has one name, that of what the loop carries, with these names: sums without their start."""
    found: set[str] = set()
    outputs = Counter(step.outputs)
    for each, atom in zip(loop.carried, step.outputs, strict=False):
        if each.axes and isinstance(atom, str) and outputs[atom] == 1:
            made = _without_start(step, each.param, atom)
            if made is not None and each.param not in names_read(loop, made):
                params = tuple(param for param in made.params if param.name != each.param)
                step = Renamed({atom: each.param}).graph(replace(made, params=params))
                found.add(each.param)
    return step, frozenset(found)


def _without_start(step: Graph, param: str, name: str) -> Graph | None:
    """The step in which a sum does not start from a parameter; None unless it scatters the rest."""
    number = next((k for k, each in enumerate(step.body) if isinstance(each, Sum) and each.name == name), None)
    if number is None:
        return None
    made = step.body[number]
    assert isinstance(made, Sum)  # noqa: S101 (found as such)
    start = Term(param, identity(len(made.axes)))
    rest = tuple(term for term in made.terms if term != start)
    if len(rest) + 1 != len(made.terms) or all(term.address is None for term in rest):
        return None
    return replace(step, body=(*step.body[:number], replace(made, terms=rest), *step.body[number + 1 :]))
