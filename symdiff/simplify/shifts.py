"""A maximum that is only subtracted to keep exponentials small: the result does not depend on it, so it needs no derivative.

``m = max(z); w = exp(z - m); w / sum(w)`` is the same for every m. That is found by giving m a push and following it:

- what m is added to is shifted: ``z - m`` by -1 times the push
- the exponential of what is shifted is scaled, by the exponential of so many pushes; its logarithm is shifted again
- products and quotients of what is scaled are scaled by the sum and the difference; by 0 times the push: not at all.

Where nothing that is returned is moved, m is put into ``stop``: exact for derivatives of every order, with no case for
elements that share a maximum. Anything else that depends on m (a comparison with a number, a sum over elements with maxima of
their own) is unknown, and then m keeps its derivative. For a maximum along an axis there is one push for each of its elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from symdiff.graph.affine import Affine, Axes, Symbol, identity, substituted
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Fold, Graph, If, Let, Out, Statement, Sum, defined, walk
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE

EXTREMES = frozenset({"max", "min", "maximum", "minimum", "fmax", "fmin"})
COMPARED = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
MOST = 8  # maxima that are looked at

Row = tuple[Affine, ...]


@dataclass(frozen=True)
class Moved:
    """How a value moves: shifted by ``count`` pushes, or scaled by their exponential; ``row`` is the element that is pushed."""

    how: Literal["shift", "scale", "unknown"]
    count: Fraction = Fraction(0)
    row: Row = ()


UNKNOWN = Moved("unknown")


def without_shifts(graph: Graph) -> Graph:
    """The graph with ``stop`` around every maximum or minimum that its results do not depend on."""
    candidates = [
        (number, statement)
        for number, statement in enumerate(graph.body)
        if isinstance(statement, Fold | Let) and statement.op.name in EXTREMES
    ]
    for number, statement in candidates[-MOST:][::-1]:
        after = graph.body[number + 1 :]
        if _Push(statement.name, statement.axes).leaves(after, graph.outputs):
            graph = _stopped(graph, number, statement)
    return graph


def _stopped(graph: Graph, number: int, extreme: Fold | Let) -> Graph:
    """The maximum under a name of its own, and its old name for what has no derivative."""
    taken = {name for node in walk(graph.body) for name in defined(node)} | {*graph.inputs, *graph.sizes}
    name = next(name for k in range(len(taken) + 1) if (name := f"{extreme.name}_{k + 1}") not in taken)
    stop = Let(extreme.name, TABLE["stop"], (name,), extreme.origin, extreme.axes)
    return replace(graph, body=(*graph.body[:number], replace(extreme, name=name), stop, *graph.body[number + 1 :]))


class _Push:
    """Follows a push of one array or number through statements."""

    def __init__(self, name: str, axes: Axes) -> None:
        self.moved: dict[str, Moved] = {name: Moved("shift", Fraction(1), _kept(identity(len(axes)), axes))}
        self.axes: dict[str, Axes] = {name: axes}

    def leaves(self, block: Block, outputs: Iterable[Atom]) -> bool:
        """Whether the outputs stay where they are."""
        return self.block(block) and all(self.of(atom) is None for atom in outputs)

    def of(self, atom: Atom | Affine) -> Moved | None:
        """How a value moves; None: not at all."""
        return self.moved.get(atom) if isinstance(atom, str) else None

    def block(self, block: Block) -> bool:
        """Follow the push through statements; False where a condition or an index could depend on it."""
        return all(map(self.statement, block))

    def statement(self, statement: Statement) -> bool:
        if isinstance(statement, If):
            return self.branch(statement)
        if isinstance(statement, Let):
            self.keep(statement.name, statement.axes, _operation(statement, [self.of(arg) for arg in statement.args]))
        elif isinstance(statement, Sum):
            self.keep(statement.name, statement.axes, self.sum(statement.terms, statement.axes))
        elif isinstance(statement, Fold):
            found = self.read(statement.term, statement.axes)
            same = found is not None and found.how != "unknown" and statement.op.name in EXTREMES
            self.keep(statement.name, statement.axes, found if same or found is None else UNKNOWN)
        return True

    def keep(self, name: str, axes: Axes, found: Moved | None) -> None:
        if found is not None and (found.count or found.how == "unknown"):
            self.moved[name] = found
            self.axes[name] = axes

    def branch(self, branch: If) -> bool:
        if self.of(branch.condition) is not None or not (self.block(branch.then) and self.block(branch.orelse)):
            return False
        for out in branch.outs:
            self.keep(out.name, out.axes, self.handed(out))
        return True

    def handed(self, out: Out) -> Moved | None:
        sides = [self.of(atom) for atom in (out.then, out.orelse) if atom != UNDEFINED]
        return sides[0] if sides and all(side == sides[0] for side in sides) else UNKNOWN if any(sides) else None

    def sum(self, terms: Sequence[Term], axes: Axes) -> Moved | None:
        """A sum of what is scaled alike is scaled; what is shifted may only be read."""
        found = [self.read(term, axes) for term in terms]
        moving = [moved for moved in found if moved is not None]
        if not moving:
            return None
        first = moving[0]
        plain = len(terms) == 1 and not (terms[0].ranges or terms[0].guards)
        if first.how == "shift" and not plain:
            return UNKNOWN
        return first if all(moved == first for moved in found) else UNKNOWN

    def read(self, term: Term, axes: Axes) -> Moved | None:
        """How what a term reads moves, seen from the array that is made."""
        found = self.of(term.atom)
        if found is None or found.how == "unknown":
            return found
        if term.address is not None:
            return UNKNOWN
        places: dict[Symbol, Affine] = dict(enumerate(term.index))
        row = substituted(found.row, places)
        inside = all(position < len(axes) for part in row for position in part.positions)
        told = any(True for part in row for _ in part.elements)
        return replace(found, row=row) if inside and not told else UNKNOWN


def _kept(row: Row, axes: Axes) -> Row:
    """The indices along axes that are longer than 1: along others there is one element."""
    return tuple(part for part, length in zip(row, axes, strict=True) if length != Affine(1))


def _operation(let: Let, args: Sequence[Moved | None]) -> Moved | None:
    """How the result of an operation moves."""
    moving = [arg for arg in args if arg is not None]
    if not moving:
        return None
    if any(arg.how == "unknown" or arg.row != moving[0].row for arg in moving):
        return UNKNOWN
    name, row = let.op.name, moving[0].row
    alike = all(arg == moving[0] for arg in args)
    if name in EXTREMES and alike:
        return moving[0]
    if name in COMPARED and alike:
        return None
    shifts = [Fraction(0) if arg is None else arg.count for arg in args]
    if all(arg.how == "shift" for arg in moving):
        return _of_shifts(let, shifts, row)
    if all(arg.how == "scale" for arg in moving):
        return _of_scales(let, shifts, row, alike)
    return UNKNOWN


def _of_shifts(let: Let, counts: Sequence[Fraction], row: Row) -> Moved:
    name = let.op.name
    if name in ("add", "sub"):
        return Moved("shift", counts[0] + counts[1] if name == "add" else counts[0] - counts[1], row)
    if name == "neg":
        return Moved("shift", -counts[0], row)
    if name == "exp":
        return Moved("scale", counts[0], row)
    if name == "mul" and (factor := _number(let.args[0]) or _number(let.args[1])) is not None:
        return Moved("shift", factor * sum(counts), row)
    if name == "div" and (divisor := _number(let.args[1])):
        return Moved("shift", counts[0] / divisor, row)
    return UNKNOWN


def _of_scales(let: Let, counts: Sequence[Fraction], row: Row, alike: bool) -> Moved:
    name = let.op.name
    if name in ("add", "sub") and alike:
        return Moved("scale", counts[0], row)
    if name in ("neg", "abs"):
        return Moved("scale", counts[0], row)
    if name in ("mul", "div"):
        return Moved("scale", counts[0] + counts[1] if name == "mul" else counts[0] - counts[1], row)
    if name == "sqrt":
        return Moved("scale", counts[0] / 2, row)
    if name == "log":
        return Moved("shift", counts[0], row)
    if name == "pow" and (power := _number(let.args[1])) is not None:
        return Moved("scale", counts[0] * power, row)
    return UNKNOWN


def _number(atom: Atom) -> Fraction | None:
    """A literal as an exact number."""
    if not isinstance(atom, Const) or isinstance(atom.value, bool) or not abs(atom.value) < float("inf"):
        return None
    return Fraction(atom.value)


__all__ = ["without_shifts"]
