"""Loops in the text of a function: ``for``, ``while``, and the variables that one iteration hands to the next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symdiff.codegen.code import For, Plain, Stop, Turn, While
from symdiff.codegen.printer import Text, negation
from symdiff.graph.graph import Atom

if TYPE_CHECKING:
    from symdiff.codegen.body import Body

SHORT = 12  # values that are not longer stand on one line
SEVERAL = 4  # so many of them


def write_sequence(body: Body, statement: For | While | Turn | Stop | Plain, depth: int) -> None:
    """Write a loop, or a statement that only sequential loops have."""
    if isinstance(statement, For):
        made = f"{statement.index} = {statement.made}" if statement.number else ""
        _loop(body, f"for {statement.number or statement.index} in range({statement.bounds}):", statement.body, depth, made)
    elif isinstance(statement, While):
        _while(body, statement, depth)
    elif isinstance(statement, Turn):
        _turn(body, statement, depth)
    elif isinstance(statement, Stop):
        _stop(body, body.fit(depth, 8, [statement.condition], lambda texts: texts[0]), depth)
    else:
        _plain(body, statement, depth)


def _loop(body: Body, head: str, inside: Sequence[Any], depth: int, made: str = "") -> None:
    body.settle_before(inside, depth)
    start = len(body.lines)
    body.line(depth, head)
    if made:
        body.line(depth + 1, made)
    first = len(body.lines)
    body.block(inside, depth + 1)
    if len(body.lines) == first:
        del body.lines[start:]


def _while(body: Body, loop: While, depth: int) -> None:
    """A loop with its condition at its head, unless that takes statements of its own."""
    body.settle_before(loop.body, depth)
    start = len(body.lines)
    number = next(k for k, statement in enumerate(loop.body) if isinstance(statement, Stop))
    body.block(loop.body[:number], depth + 1)
    condition = body.fit(depth + 1, 8, [loop.body[number].condition], lambda texts: texts[0])
    before = body.lines[start:]
    del body.lines[start:]
    body.line(depth, "while True:" if before else f"while {condition.code}:")
    if before:
        body.lines += before
        _stop(body, condition, depth + 1)
    body.block(loop.body[number + 1 :], depth + 1)


def _stop(body: Body, condition: Text, depth: int) -> None:
    body.line(depth, f"if {negation(condition).code}:")
    body.line(depth + 1, "break")


def _plain(body: Body, statement: Plain, depth: int) -> None:
    body.comment(depth, statement.origin)
    found: list[Text] = []

    def build(texts: list[Text]) -> Text:
        found[:] = texts
        return Text(statement.lines[-1].format(*(text.code for text in texts)))

    body.fit(depth, 4, statement.atoms, build)
    for line in statement.lines:
        code = line.format(*(text.code for text in found))
        body.line(depth, re.sub(r"\bint\(float\(([^()]*)\)\)", r"int(\1)", code))


def _turn(body: Body, turn: Turn, depth: int) -> None:
    """Assign all at once: one after the other where the order permits, else ``a, b = b, a + b``."""
    targets = body.variables(turn.names, turn.hints)
    pairs = [
        (target, atom) for target, name, atom in zip(targets, turn.names, turn.atoms, strict=True) if not body.is_same(name, atom)
    ]
    body.settle({target for target, _ in pairs}, [atom for _, atom in pairs], depth)
    if len(pairs) > 1 and _is_short([body.text_of(atom) for _, atom in pairs]):
        _together(body, pairs, depth, turn)
        return
    while pairs:
        texts = [body.text_of(atom) for _, atom in pairs]
        for number, (target, atom) in enumerate(pairs):
            others = texts[:number] + texts[number + 1 :]
            if not any(target in text.names for text in others):
                _together(body, [(target, atom)], depth, turn)
                del pairs[number]
                break
        else:
            _together(body, pairs, depth, turn)
            return


def hand_over(body: Body, pairs: list[tuple[str, Atom]], depth: int) -> None:
    """Assign what a side of a branch hands on: what reads a variable before that changes; together what changes places."""
    while pairs:
        texts = [body.text_of(atom) for _, atom in pairs]
        read = [set().union(*(text.names for text in (*texts[:k], *texts[k + 1 :]))) for k in range(len(pairs))]
        number = next((k for k, (target, _) in enumerate(pairs) if target not in read[k]), None)
        if number is None:
            targets, atoms = ", ".join(target for target, _ in pairs), [atom for _, atom in pairs]
            text = body.fit(depth, len(targets) + 3, atoms, lambda found: Text(", ".join(each.code for each in found)))
            body.line(depth, f"{targets} = {text.code}")
            return
        target, atom = pairs.pop(number)
        body.assign(depth, target, body.fit(depth, len(target) + 3, [atom], lambda found: found[0]))


def _is_short(texts: Sequence[Text]) -> bool:
    return len(texts) <= SEVERAL and all(len(text) <= SHORT for text in texts)


def _together(body: Body, pairs: Sequence[tuple[str, Atom]], depth: int, turn: Turn) -> None:
    targets = ", ".join(target for target, _ in pairs)
    atoms = [atom for _, atom in pairs]
    text = body.fit(depth, len(targets) + 3, atoms, lambda texts: Text(", ".join(text.code for text in texts)))
    if turn.hints:
        body.comment(depth, turn.origin)
    body.line(depth, f"{targets} = {text.code}")
