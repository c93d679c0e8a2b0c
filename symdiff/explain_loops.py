"""What ``explain`` says of loops: how many iterations, what they carry and keep, and whose derivative it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from symdiff.graph.graph import Atom, Block, Graph, Loop, Origin, walk

EXECUTED = (
    "how many iterations are made depends on the data: the derivative is that of the iterations executed, and each order is less "
    "accurate; if they solve an equation F(x, a) = 0, its implicit derivative dx/da = -(dF/da)/(dF/dx) is exact"
)
STEPS = (
    "the derivative is that of the steps that the solver makes, whose sizes are held constant: its error is of the order of the "
    "tolerances"
)
_TAPE = re.compile(r"(_\d+)?_tape(_\d+)?$")


def loops(
    primal: Graph, derivative: Graph, dependent: Collection[str], mark: Callable[[Block, set[str]], None]
) -> Iterator[tuple[Origin | None, str]]:
    """Remarks on the loops of a function, each with the place that it belongs to.

    ``dependent``: the names that depend on what is differentiated by; ``mark`` adds to such names what depends on them.
    """
    kept = dict(_kept(derivative.body))
    for loop, names in inner_loops(primal.body, set(dependent), mark):
        parts = [_count(loop), _carried(loop)]
        own = kept.get(_line(loop))
        parts += [own] if own else []
        yield loop.origin, "; ".join(part for part in parts if part)
        going = loop.outputs()[3]
        if going is not None and going in names:
            yield loop.origin, STEPS if loop.origin is not None and loop.origin.solver else EXECUTED


def inner_loops(block: Block, dependent: set[str], mark: Callable[[Block, set[str]], None]) -> Iterator[tuple[Loop, set[str]]]:
    """The loops of a block and of their steps, each with the names of its step that depend on what is differentiated by."""
    for statement in walk(block):
        if isinstance(statement, Loop) and not statement.solver and not _only_counts(statement):
            names = _inside(statement, dependent, mark)
            yield statement, names
            yield from inner_loops(statement.step.body, names, mark)


def _only_counts(loop: Loop) -> bool:
    """Whether a loop does nothing: it makes an integer from data a size."""
    return not (loop.handed or loop.collected or loop.step.body)


def _inside(loop: Loop, dependent: set[str], mark: Callable[[Block, set[str]], None]) -> set[str]:
    """The names in a step that depend on something, from one iteration to the next."""
    names = {name for name, atom in loop.captured if atom in dependent}
    names |= {each.param for each in loop.handed if each.init in dependent}
    kept, _, stored, _ = loop.outputs()
    results: list[tuple[str, Atom]] = [(each.param, atom) for each, atom in zip(loop.carried, kept, strict=True)]
    results += [(buffer.param, atom) for (buffer, _), atom in zip(loop.stores, stored, strict=True)]
    while True:
        mark(loop.step.body, names)
        new = {param for param, atom in results if atom in names} - names
        if not new:
            return names
        names |= new


def _count(loop: Loop) -> str:
    most = "" if loop.trip is None else f"{loop.trip} iteration{'' if str(loop.trip) == '1' else 's'}"
    if loop.test is None:
        return f"a loop of {most}"
    if loop.trip is None:
        return "a loop of as many iterations as its condition wants"
    return f"a loop of at most {most}"


def _carried(loop: Loop) -> str:
    found = []
    carried = _plain(each.param for each in loop.carried)
    if carried:
        found.append(f"carries {_and(carried)}")
    buffers = _plain(each.param for each in loop.buffers)
    if buffers:
        found.append(f"writes elements of {_and(buffers)}")
    return " and ".join(found)


def _kept(block: Block) -> Iterator[tuple[int, str]]:
    """What the loops of a derivative keep of every iteration, by the line that they come from."""
    for statement in walk(block):
        if not isinstance(statement, Loop):
            continue
        if statement.collected and not statement.backward:
            names = [each.out for each in statement.collected]
            own = _plain(name for name in names if _TAPE.search(name))
            others = len(names) - sum(1 for name in names if _TAPE.search(name))
            shown = [*own, *([f"{others} more value{'s' if others > 1 else ''}"] if others else [])]
            if not own and others:
                shown = [f"{others} value{'s' if others > 1 else ''}"]
            yield _line(statement), f"its derivative keeps {_and(shown)} of every iteration"
        elif statement.backward:
            continue
        yield from _kept(statement.step.body)


def _line(loop: Loop) -> int:
    return loop.origin.line if loop.origin else 0


def _plain(names: Iterable[str]) -> list[str]:
    """Names as the user wrote them, each once."""
    return list(dict.fromkeys(re.sub(r"(_\d+)+$", "", _TAPE.sub("", name)) for name in names))


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
