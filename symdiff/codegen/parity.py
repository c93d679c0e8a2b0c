"""Terms of sums that are equal, though they are written with their indices the other way round.

The energy of all pairs i < j brings two sums into the derivative by ``x[k]``: over j > k, where k was the first of the pair, and
over j < k, where it was the second. ``d[i, j] = x[i] - x[j]`` changes only its sign when i and j change places, exactly so in
floating point, and so do its products with what does not change. Hence both sums are one over all j != k: twice the additions of
a loop over i < j that adds to both, but a loop that adds in registers and that vector instructions can do (DESIGN section 3).

Exact: ``a - b`` is ``-(b - a)``, sums and products of two may be turned round, and signs pass through products and numerators,
apart from the sign of a zero. Signs do not pass through denominators, where that of a zero would tell.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from symdiff.graph.affine import Affine, Axes, Symbol
from symdiff.graph.bounds import Bounds, follows
from symdiff.graph.graph import Atom, Const, Fold, If, Let, Statement, Sum
from symdiff.graph.terms import Guard, Term

_ZEROS = (Const(0), Const(0.0))
_EVEN = frozenset({"abs", "cos", "cosh", "sech", "hypot"})
_ODD = frozenset({"sin", "tan", "sinh", "tanh", "atan", "asinh", "erf"})
MOST = 4000  # elements that are compared in one graph: beyond, every array is equal to itself alone

Index = tuple[Affine, ...]
Signed = tuple[int, int]  # 1 or -1, and the number of what is equal apart from the sign
Wanted = tuple[Atom | Affine, Index]


@dataclass
class Parity:
    """Numbers for elements: equal numbers mean equal values, whatever the indices. ``made`` is what defines each array."""

    made: Mapping[str, Statement]
    axes: Mapping[str, Axes]

    def __post_init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._known: dict[Wanted, Signed] = {}

    def of(self, atom: Atom | Affine, index: Index) -> Signed:
        """The sign and the number of an element."""
        stack: list[Wanted] = [(atom, index)]
        while stack:
            wanted = stack[-1]
            if wanted in self._known:
                stack.pop()
                continue
            missing = [part for part in self._parts(*wanted) if part not in self._known]
            if missing and len(self._known) < MOST:
                stack += missing
                continue
            self._known[wanted] = self._leaf(*wanted) if missing else self._made(*wanted)
            stack.pop()
        return self._known[atom, index]

    def _number(self, key: object) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _leaf(self, atom: Atom | Affine, index: Index) -> Signed:
        return 1, self._number((atom, index))

    def _parts(self, atom: Atom | Affine, index: Index) -> list[Wanted]:
        """The elements that an element is made of."""
        made = self.made.get(atom) if isinstance(atom, str) else None
        if isinstance(made, Let):
            return [(arg, index if self._is_array(arg) else ()) for arg in made.args]
        if isinstance(made, Sum | Fold) and self._is_plain(made):
            return [(term.atom, term.index) for term in self._terms(made, index)]
        if isinstance(made, If) and made.axes:
            out = next(out for out in made.outs if out.name == atom)
            return [(part, index if self._is_array(part) else ()) for part in (made.condition, out.then, out.orelse)]
        return []

    def _is_array(self, atom: Atom) -> bool:
        return isinstance(atom, str) and bool(self.axes.get(atom))

    def _is_plain(self, made: Sum | Fold) -> bool:
        return all(term.address is None and not any(True for a in term.affines() for _ in a.elements) for term in made.terms)

    def _terms(self, made: Sum | Fold, index: Index) -> list[Term]:
        """The terms of an element; their ranges get positions that tell how deep they are, and nothing else."""
        inner = max((position for part in index for position in part.positions), default=0) + 1
        found = []
        for term in made.terms:
            places: dict[Symbol, Affine] = dict(enumerate(index))
            rank = len(index)
            places |= {rank + number: Affine.of(max(inner, 1000) + number) for number in range(len(term.ranges))}
            found.append(term.substitute(places))
        return found

    def _made(self, atom: Atom | Affine, index: Index) -> Signed:
        made = self.made.get(atom) if isinstance(atom, str) else None
        if not self._parts(atom, index) or made is None:
            return self._leaf(atom, index)
        parts = [self._known[part] for part in self._parts(atom, index)]
        if isinstance(made, Let):
            return self._of_let(made, parts)
        if isinstance(made, If):
            return self._of_choice(made, atom, parts)
        assert isinstance(made, Sum | Fold)  # noqa: S101 (nothing else has parts)
        return self._of_terms(made, self._terms(made, index), parts)

    def _whole(self, part: Signed) -> int:
        """The number of an element with its sign."""
        sign, number = part
        return number if sign > 0 else self._number(("neg", number))

    def _of_let(self, let: Let, parts: Sequence[Signed]) -> Signed:
        name = let.op.name
        if name == "neg":
            return -parts[0][0], parts[0][1]
        if name == "mul":
            (s, a), (t, b) = parts
            return s * t, self._number(("mul", *sorted((a, b))))
        if name == "div":
            return parts[0][0], self._number(("div", parts[0][1], self._whole(parts[1])))
        if name in ("add", "sub"):
            (s, a), (t, b) = parts[0], (parts[1][0] if name == "add" else -parts[1][0], parts[1][1])
            return self._sum([(s, a), (t, b)])
        if name == "pow" and isinstance(let.args[1], Const) and isinstance(let.args[1].value, int):
            sign = parts[0][0] if let.args[1].value % 2 and let.args[1].value > 0 else 1
            is_even = let.args[1].value % 2 == 0
            base = parts[0][1] if is_even or sign == parts[0][0] else self._whole(parts[0])
            return sign, self._number(("pow", base, parts[1][1]))
        if name in _EVEN:
            return 1, self._number((name, *sorted(number for _, number in parts)))
        if name in _ODD:
            return parts[0][0], self._number((name, parts[0][1]))
        whole = list(map(self._whole, parts))
        return 1, self._number((name, *(sorted(whole) if let.op.commutative else whole)))

    def _of_choice(self, made: If, atom: Atom | Affine, parts: Sequence[Signed]) -> Signed:
        """An element of a branch: it has the sign that both sides have, or the only one that is not 0."""
        out = next(out for out in made.outs if out.name == atom)
        condition, (s, then), (t, orelse) = self._whole(parts[0]), parts[1], parts[2]
        if out.then in _ZEROS:
            return t, self._number(("if", condition, then, orelse))
        if out.orelse in _ZEROS or s == t:
            return s, self._number(("if", condition, then, orelse))
        return 1, self._number(("if", condition, self._whole(parts[1]), self._whole(parts[2])))

    def _sum(self, parts: list[Signed]) -> Signed:
        """A sum of two: its sign is that of the first one in order."""
        parts.sort(key=lambda part: part[1])
        sign = parts[0][0]
        return sign, self._number(("add", *((s * sign, a) for s, a in parts)))

    def _of_terms(self, made: Sum | Fold, terms: Sequence[Term], parts: Sequence[Signed]) -> Signed:
        if len(terms) == 1 and not terms[0].ranges and not terms[0].guards:
            return parts[0]
        spaces = [(term.ranges, frozenset(map(_turned, term.guards))) for term in terms]
        if isinstance(made, Fold):
            return 1, self._number((made.op.name, spaces[0], self._whole(parts[0])))
        if made.kind == "bool" or len({sign for sign, _ in parts}) != 1:
            return 1, self._number(("sum", made.kind, tuple(zip(spaces, map(self._whole, parts), strict=True))))
        numbers = tuple(zip(spaces, (number for _, number in parts), strict=True))
        return parts[0][0], self._number(("sum", numbers))


def _turned(guard: Guard) -> Guard:
    """A guard; i - j == 0 and j - i == 0 are one."""
    if guard.test == ">=" or guard.modulus:
        return guard
    other = replace(guard, affine=-guard.affine)
    return min(guard, other, key=lambda each: str(each.affine))


def merged(terms: Sequence[Term], axes: Axes, parity: Parity, bare: Callable[[Term], Term]) -> list[tuple[Term, int]]:
    """The terms of a sum over these axes, with those that are equal by parity as one, and how often each is to be added.

    ``bare`` is a term over what its guards need not be said of.
    """
    kept: list[tuple[Term, int]] = []
    for term in terms:
        for number, (other, count) in enumerate(kept):
            both = _together(other, count, term, axes, parity, bare)
            if both is not None:
                kept[number] = both
                break
        else:
            kept.append((term, 1))
    return kept


def _together(
    first: Term, count: int, second: Term, axes: Axes, parity: Parity, bare: Callable[[Term], Term]
) -> tuple[Term, int] | None:
    """One term for both, or None: the same elements at the same places, twice or where one of two guards holds."""
    if not first.ranges or len(first.ranges) != len(second.ranges) or not (first.index and second.index):
        return None
    for renamed in _renamings(second, len(axes)):
        if renamed.ranges != first.ranges or renamed.address != first.address:
            continue
        same = set(first.guards) == set(renamed.guards)
        guards = first.guards if same else _either(first.guards, renamed.guards)
        if guards is None or (count > 1 and not same):
            continue
        one, other = (first, renamed) if same else (bare(first), bare(renamed))
        if parity.of(one.atom, one.index) == parity.of(other.atom, other.index):
            either = sorted((one, other), key=lambda term: [sorted(part.positions) for part in term.index])  # own indices first
            found = [replace(term, guards=guards) for term in either]
            kept = found[0] if same else next((term for term in found if _is_there(term, axes, parity)), None)
            if kept is not None:
                return kept, count + same
    return None


def _is_there(term: Term, axes: Axes, parity: Parity) -> bool:
    """Whether what a term reads is there wherever its guards hold, and not only where those of the other term did."""
    bounds = Bounds.of(axes, term.ranges)
    if term.address is not None:
        bounds = replace(bounds, idle=len(axes))
    ends = [
        end for part, length in zip(term.index, parity.axes[str(term.atom)], strict=True) for end in (part, length - 1 - part)
    ]
    return all(bounds.always(Guard(end)) or follows(Guard(end), term.guards) for end in ends)


def _renamings(term: Term, rank: int) -> list[Term]:
    """The same term with its ranges in other orders, where they are independent of each other."""
    numbers = range(len(term.ranges))
    if len(term.ranges) > 3 or any(p >= rank for each in term.ranges for p in each.low.positions | each.high.positions):
        return [term]
    found = []
    for order in itertools.permutations(numbers):
        places: dict[Symbol, Affine] = {rank + old: Affine.of(rank + new) for new, old in enumerate(order)}
        moved = term.substitute(places)
        found.append(replace(moved, ranges=tuple(moved.ranges[old] for old in order)))
    return found


def _either(first: Sequence[Guard], second: Sequence[Guard]) -> tuple[Guard, ...] | None:
    """The guards of what holds where one of two sets of guards does: i < j in one, j < i in the other."""
    a, b = set(first), set(second)
    common = a & b
    rest = sorted(a - common, key=str), sorted(b - common, key=str)
    if len(rest[0]) != 1 or len(rest[1]) != 1:
        return None
    (one,), (other,) = rest
    both = one.affine + other.affine
    if one.test != ">=" or other.test != ">=" or both not in (Affine(-1), Affine(-2)):
        return None
    hole = () if both == Affine(-1) else (_turned(Guard(one.affine + 1, "!=")),)
    return (*(guard for guard in first if guard in common), *hole)


__all__ = ["Parity", "merged"]
