"""Which signs a value can have, from how it is made: what decides between equal operands of a maximum for good."""

from __future__ import annotations

from enum import Flag, auto

from symdiff.graph.build import Builder
from symdiff.graph.graph import UNDEFINED, Atom, Const, Let

DEPTH = 20  # operations that are looked through

NONNEGATIVE = {
    "abs", "sqrt", "exp", "exp2", "cosh", "sech", "logcosh", "hypot", "semicircle", "sigmoid", "softplus", "expratio", "share",
    "shareslope", "erfc", "acos", "acosh",
}  # fmt: skip
ODD = {"cbrt", "log1p", "expm1", "sinh", "asinh", "tanh", "atanh", "asin", "atan", "erf", "stop"}  # as their operand
GREATER, LESS = {"max", "maximum", "fmax"}, {"min", "minimum", "fmin"}


class Sign(Flag):
    """The signs that a value can have. Of a run-time value: it is NaN, or has one of these."""

    BELOW = auto()
    ZERO = auto()
    ABOVE = auto()

    @property
    def mirrored(self) -> Sign:
        """Those of the negative."""
        found = self & Sign.ZERO
        found |= Sign.ABOVE if Sign.BELOW in self else found
        return found | (Sign.BELOW if Sign.ABOVE in self else found)


ANY, NOTHING = Sign.BELOW | Sign.ZERO | Sign.ABOVE, Sign(0)
AT_LEAST, AT_MOST = Sign.ABOVE | Sign.ZERO, Sign.BELOW | Sign.ZERO


def extreme(builder: Builder, let: Let) -> int | None:
    """The operand of a maximum or minimum that is it whatever the values are: of ``max(x**2, 0)`` the first. None if none is."""
    if let.op.name not in GREATER | LESS:
        return None
    signs = Signs(builder)
    first, second = map(signs, let.args)
    if first == second:
        return None
    if let.op.name in LESS:
        first, second = first.mirrored, second.mirrored
    if first in AT_LEAST and second in AT_MOST:
        return 0
    return 1 if second in AT_LEAST and first in AT_MOST else None


class Signs:
    """Looks at how values are made."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.known: dict[str, Sign] = {}

    def __call__(self, atom: Atom, depth: int = DEPTH) -> Sign:
        """The signs that an atom can have."""
        if isinstance(atom, Const):
            return _of_number(atom.value)
        if atom not in self.known:
            self.known[atom] = self._made(atom, depth - 1) if depth else ANY
        return self.known[atom]

    def _made(self, name: str, depth: int) -> Sign:
        builder = self.builder
        if name in builder.definitions:
            return self._let(builder.definitions[name], depth)
        if name in builder.sums:
            found = Sign.ZERO
            for term in builder.sums[name].terms:
                found = _added(found, self(term.atom, depth) if isinstance(term.atom, str | Const) else ANY)
            return found | Sign.ZERO
        if name in builder.outs:
            out = builder.outs[name]
            sides = [self(side, depth) for side in (out.then, out.orelse) if side != UNDEFINED]
            return sides[0] | sides[-1] if sides else ANY
        return ANY

    def _let(self, let: Let, depth: int) -> Sign:
        name = let.op.name
        if let.kind != "float":
            return ANY
        if name in NONNEGATIVE or (name == "mul" and let.args[0] == let.args[1]):
            return AT_LEAST
        first, second = self(let.args[0], depth), self(let.args[-1], depth)
        if name in ODD:
            return first
        if name == "neg":
            return first.mirrored
        if name in ("add", "sub"):
            return _added(first, second if name == "add" else second.mirrored)
        if name == "mul" or (name == "div" and (first == Sign.ZERO or Sign.ZERO not in second)):  # 1/0 has the sign of the 0
            return _multiplied(first, second)
        if name == "pow":
            return AT_LEAST if first in AT_LEAST or _is_even(let.args[1]) else ANY
        if name in GREATER | LESS:  # what is handed on beside a NaN is the other one, whatever it is
            return first | second
        return ANY


def _of_number(value: float) -> Sign:
    if isinstance(value, bool) or value != value:
        return ANY
    return Sign.ZERO if value == 0 else Sign.ABOVE if value > 0 else Sign.BELOW


def _added(first: Sign, second: Sign) -> Sign:
    both = first | second
    return ANY if Sign.BELOW in both and Sign.ABOVE in both else both


def _multiplied(first: Sign, second: Sign) -> Sign:
    """The signs of a product or quotient; a small one may be 0."""
    if Sign.ZERO in (first, second):
        return Sign.ZERO
    same = (first & second) | (first.mirrored & second.mirrored)
    found = Sign.ABOVE if same & ~Sign.ZERO else NOTHING
    other = (first & second.mirrored) | (first.mirrored & second)
    return found | (Sign.BELOW if other & ~Sign.ZERO else NOTHING) | Sign.ZERO


def _is_even(exponent: Atom) -> bool:
    return isinstance(exponent, Const) and not exponent.symbol and exponent.value % 2 == 0
