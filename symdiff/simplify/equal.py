"""What a loop hands on twice: values that start alike and of which each iteration makes the same.

Two sweeps forward along one direction, as a second derivative makes them, give such tangents. They are found by refining a
partition, as states of an automaton are (J. Hopcroft, *An n log n algorithm for minimizing states*, 1971): all that start alike
are taken as equal until an iteration makes different values of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.graph.graph import Atom, Buffer, Carried, Fold, If, Let, Loop, Statement, Sum, defined, walk_all
from symdiff.graph.structure import Items
from symdiff.graph.terms import arrays_in

DEEP = 3  # operations that are compared before anything is taken as equal

Outputs = Callable[[Mapping[str, str]], Sequence[Atom]]  # of an iteration, if these parameters are those


def equal_values(loop: Loop, outputs: Outputs) -> dict[str, str]:
    """The parameters of a step that are another one in every iteration, with that."""
    if loop.implicit:
        return {}
    home = {name: statement for statement in loop.step.body for name in defined(statement)}
    loops = [statement for statement in walk_all(loop.step.body) if isinstance(statement, Loop)]
    counts = set(arrays_in(inner.trip for inner in loops if inner.trip is not None))  # their names stay
    groups = _split([[each for each in loop.handed if each.param not in counts]], lambda each: _start(loop, each, home))
    while groups:
        same = {each.param: group[0].param for group in groups for each in group[1:]}
        refined = _refined(groups, _next(loop, outputs(same)))
        if refined == groups:
            return same
        groups = refined
    return {}


def _refined(groups: Iterable[Sequence[Any]], atoms: Mapping[str, Hashable]) -> list[list[Any]]:
    return _split(groups, lambda each: atoms[each.param])


def without(loop: Loop, params: Iterable[str]) -> tuple[Loop, dict[str, str]]:
    """The loop without what is carried under these parameters, and without lists of which each element is that of another one.

    Returns what the lists are, too.
    """
    _, collected, _, test = loop.outputs()
    dropped, lists = set(params), dict[Hashable, str]()
    keeps = [each.param not in dropped for each in loop.carried]
    outs: dict[str, str] = {}
    for each, atom in zip(loop.collected, collected, strict=True):
        first = lists.setdefault((atom, each.axes), each.out)
        keeps.append(first == each.out)
        if first != each.out:
            outs[each.out] = first
    if not dropped and not outs:
        return loop, outs
    keeps += [buffer.param not in dropped for buffer, _ in loop.stores] + [True] * (test is not None)
    pairs = zip(loop.step.outputs, loop.step.result.leaves(), strict=True)
    chosen = [pair for pair, keep in zip(pairs, keeps, strict=True) if keep]
    step = replace(
        loop.step,
        params=tuple(param for param in loop.step.params if param.name not in dropped),
        outputs=tuple(atom for atom, _ in chosen),
        result=Items("tuple", tuple(leaf for _, leaf in chosen)),
    )
    carried = tuple(each for each in loop.carried if each.param not in dropped)
    buffers = tuple(each for each in loop.buffers if each.param not in dropped)
    rows = tuple(each for each in loop.collected if each.out not in outs)
    return replace(loop, step=step, carried=carried, buffers=buffers, collected=rows), outs


def _next(loop: Loop, atoms: Sequence[Atom]) -> dict[str, Hashable]:
    """What an iteration makes of each parameter."""
    kept, _, stored, _ = replace(loop, step=replace(loop.step, outputs=tuple(atoms))).outputs()
    found: dict[str, Hashable] = {each.param: atom for each, atom in zip(loop.carried, kept, strict=True)}
    values = iter(stored)
    found.update({buffer.param: tuple(next(values) for _ in buffer.stores) for buffer in loop.buffers})
    return found


def _split(groups: Iterable[Sequence[Any]], key: Callable[[Any], Hashable]) -> list[list[Any]]:
    """The parts of groups that have a key in common; those of one member are left out."""
    found: list[list[Any]] = []
    for group in groups:
        parts: dict[Hashable, list[Any]] = {}
        for each in group:
            parts.setdefault(key(each), []).append(each)
        found += [part for part in parts.values() if len(part) > 1]
    return found


def _start(loop: Loop, each: Carried | Buffer, home: Mapping[str, Statement]) -> Hashable:
    """What two values have in common that may be equal: how they start, and the last operations of an iteration."""
    made = _next(loop, loop.step.outputs)[each.param]
    shape = tuple(_shape(atom, home, DEEP) for atom in (made if isinstance(made, tuple) else (made,)))
    stores = each.stores if isinstance(each, Buffer) else None
    return each.init, each.axes, each.settled, stores, shape


def _shape(atom: Hashable, home: Mapping[str, Statement], depth: int) -> Hashable:
    """The operations that an atom is computed by, down to a depth."""
    statement = home.get(atom) if isinstance(atom, str) else None
    if statement is None:
        return "" if isinstance(atom, str) else atom
    if isinstance(statement, Let):
        inside = sorted((repr(_shape(arg, home, depth - 1)) for arg in statement.args), key=str) if depth else []
        return statement.op.name, *inside
    if isinstance(statement, Sum | Fold):
        return type(statement).__name__, len(statement.terms), statement.axes
    return "if" if isinstance(statement, If) else "loop"
