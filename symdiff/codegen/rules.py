"""What is known of sizes behind a raise: after ``if n > 0 and m < 3: raise``, m >= 3 in every loop over n.

With that, ``x[i, 2]`` certainly exists in the loop, so that it may be read outside of the loops inside it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from symdiff.codegen.indices import Place
from symdiff.graph.affine import Affine
from symdiff.graph.graph import Atom, Const, If, Let, Raise, Statement, Sum
from symdiff.graph.terms import Guard


@dataclass(frozen=True)
class Rule:
    """Where the premises hold, so does the conclusion."""

    premises: tuple[Guard, ...]
    conclusion: Guard


def rules_of(statement: Statement, sizes: Container[str], scalars: Mapping[str, Statement]) -> list[Rule]:
    """What holds after a statement. ``scalars`` are the statements that define scalars, by name."""
    if not isinstance(statement, If) or statement.orelse or len(statement.then) != 1 or not isinstance(statement.then[0], Raise):
        return []
    tests = list(dict.fromkeys(_tests(statement.condition, sizes, scalars)))
    known = [test for test in tests if test is not None]
    if len(known) < len(tests):
        return []
    return [Rule(tuple(other for other in known if other is not test), test.negated()) for test in known]


def concluded(place: Place, rules: Iterable[Rule]) -> Place:
    """The place with what rules say about it."""
    found = [rule.conclusion for rule in rules if all(map(place.always, rule.premises))]
    return place.where(found) if found else place


def _tests(condition: Atom, sizes: Container[str], scalars: Mapping[str, Statement]) -> list[Guard | None]:
    """What a condition says, as guards that all must hold; None for what is not about sizes."""
    made = scalars.get(condition) if isinstance(condition, str) else None
    if not isinstance(made, Let):
        return [None]
    if made.op.name == "and":
        return [test for arg in made.args for test in _tests(arg, sizes, scalars)]
    if made.op.name not in ("lt", "le", "gt", "ge", "eq"):
        return [None]
    left, right = (_number(arg, sizes, scalars) for arg in made.args)
    if left is None or right is None:
        return [None]
    if made.op.name == "eq":
        return [Guard(left - right, "==")]
    if made.op.name in ("gt", "ge"):
        left, right = right, left
    return [Guard(right - left - (made.op.name in ("lt", "gt")))]


def _number(atom: Atom, sizes: Container[str], scalars: Mapping[str, Statement]) -> Affine | None:
    """A scalar as an expression in sizes."""
    if isinstance(atom, Const):
        return Affine(atom.value) if isinstance(atom.value, int) and not isinstance(atom.value, bool) else None
    made = scalars.get(atom)
    if isinstance(made, Sum) and len(made.terms) == 1 and isinstance(made.terms[0].atom, Affine) and not made.terms[0].ranges:
        return made.terms[0].atom if not made.terms[0].guards else None
    return Affine.of(atom) if made is None and atom in sizes else None
