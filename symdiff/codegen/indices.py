"""Index expressions in loops: what is certain about them there, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symdiff.codegen.printer import AND, COMPARE, MINUS, SUM, Text
from symdiff.graph.affine import Affine, Element, Quotient, Symbol, is_size
from symdiff.graph.bounds import Bounds
from symdiff.graph.terms import Guard, Range

LETTERS = "ijklpqrstuvw"
SHORT = 4  # a range or axis of at most so many elements, known before any call, is written out


def is_short(length: Affine) -> bool:
    """Whether an axis is so short, for every call, that its elements are written out."""
    return length.is_constant and length.const <= SHORT


@dataclass(frozen=True)
class Place:
    """A place inside loops: the variables of the loops with their ranges, outermost first, and guards that hold there."""

    loops: tuple[tuple[int, Range], ...] = ()
    facts: tuple[Guard, ...] = ()

    def inside(self, variable: int, each: Range) -> Place:
        """The place inside one more loop."""
        return replace(self, loops=(*self.loops, (variable, each)))

    def where(self, guards: Iterable[Guard]) -> Place:
        """The place where guards hold."""
        return replace(self, facts=tuple(dict.fromkeys((*self.facts, *guards))))

    def is_nonnegative(self, part: Affine) -> bool:
        """True only if an index expression is at least 0 here, for all sizes."""
        numbers: dict[Symbol, Affine] = {variable: Affine.of(k) for k, (variable, _) in enumerate(self.loops)}
        if not part.positions <= numbers.keys():
            return False
        intervals = tuple(Range(each.low.substitute(numbers), each.high.substitute(numbers)) for _, each in self.loops)
        bounds = Bounds(intervals)
        part = part.substitute(numbers)
        if bounds.is_nonnegative(part):
            return True
        known = (
            fact.affine.substitute(numbers)
            for fact in self.facts
            if fact.test == ">=" and fact.affine.positions <= numbers.keys()
        )
        return any(bounds.is_nonnegative(part - fact) or _follows(part, fact, bounds) for fact in known)

    def always(self, guard: Guard) -> bool:
        """True only if a guard holds here."""
        if guard in self.facts:
            return True
        part = guard.affine
        if part.is_constant:
            return guard.holds(part.const)
        if guard.modulus:
            return False
        if guard.test == ">=":
            return self.is_nonnegative(part)
        return guard.test == "!=" and (self.is_nonnegative(part - 1) or self.is_nonnegative(-part - 1))

    def never(self, guard: Guard) -> bool:
        """True only if a guard does not hold anywhere here."""
        part = guard.affine
        if part.is_constant:
            return not guard.holds(part.const)
        if guard.modulus:
            return False
        if guard.test == ">=":
            return self.is_nonnegative(-part - 1)
        return guard.test == "==" and (self.is_nonnegative(part - 1) or self.is_nonnegative(-part - 1))

    def strictest(self, parts: Sequence[Affine], sign: int) -> list[Affine]:
        """Of several lower bounds (sign 1) or upper bounds (sign -1) those that no other one makes needless."""
        kept: list[Affine] = []
        for part in dict.fromkeys(parts):
            if any(self.is_nonnegative((other - part) * sign) for other in kept):
                continue
            kept = [other for other in kept if not self.is_nonnegative((part - other) * sign)]
            kept.append(part)
        return kept


def _follows(part: Affine, fact: Affine, bounds: Bounds) -> bool:
    """Whether an integer is at least 0 because a fact says that of a multiple: n >= 1 if 2*n - 1 - i >= 0."""
    symbol, factor = part.terms[0] if part.terms else ("", 1)
    times, rest = divmod(fact.coefficient(symbol), factor)
    return times > 1 and not rest and bounds.is_nonnegative(part * times + (times - 1) - fact)


@dataclass
class Spelling:
    """How variables, sizes and arrays of integers are written."""

    names: Mapping[str, str]  # of sizes and inputs
    letters: dict[int, str] = field(default_factory=dict)
    integer: Callable[[Element], str] | None = None  # the text of an integer from data

    def affine(self, part: Affine) -> Text:
        """An index expression: what is added first, then what is taken away, the number last."""
        code = ""
        ordered = sorted(part.terms, key=lambda item: item[1] < 0)
        for symbol, factor in ordered:
            size = abs(factor)
            text = self._symbol(symbol)
            if isinstance(symbol, Quotient) and (size != 1 or (factor < 0 and not code)):
                text = f"({text})"
            text = text if size == 1 else f"{size}*{text}"
            code += (" - " if factor < 0 else " + ") + text if code else ("-" if factor < 0 else "") + text
        if part.const or not code:
            code += f" {'-' if part.const < 0 else '+'} {abs(part.const)}" if code else str(part.const)
        plain = " " not in code and "*" not in code
        return Text(code, (MINUS if code.startswith("-") else 100) if plain else SUM)

    def _symbol(self, symbol: Symbol) -> str:
        if isinstance(symbol, Element) and self.integer is not None:
            return self.integer(symbol)
        if isinstance(symbol, Element):
            return f"{self.names[symbol.array]}[{self.index(symbol.index)}]"
        if isinstance(symbol, Quotient):
            inner = self.affine(symbol.part).code
            return f"{inner if symbol.part.is_simple else f'({inner})'}//{symbol.divisor}"
        return self.letters[symbol] if isinstance(symbol, int) else self.names[symbol]

    def index(self, parts: Iterable[Affine]) -> str:
        """The indices of an element."""
        return ", ".join(self.parts(parts))

    def parts(self, parts: Iterable[Affine]) -> list[str]:
        """Several index expressions."""
        return [self.affine(part).code for part in parts]

    def guards(self, guards: Sequence[Guard]) -> Text:
        """A condition on indices: what elements are read for comes behind what says that they are there."""
        texts = [self._guard(guard) for guard in sorted(guards, key=lambda guard: _nesting(guard.affine))]
        return texts[0] if len(texts) == 1 else Text(" and ".join(text.code for text in texts), AND)

    def _guard(self, guard: Guard) -> Text:
        """``i < n - 1``: indices on the left, sizes and numbers on the right."""
        part = guard.affine
        if guard.modulus:
            return Text(f"({self.affine(part).code}) % {guard.modulus} {guard.test} 0", COMPARE)
        positive = Affine.make(0, {s: f for s, f in part.terms if not is_size(s) and f > 0})
        negative = Affine.make(0, {s: -f for s, f in part.terms if not is_size(s) and f < 0})
        rest = part - positive + negative
        if guard.test != ">=":
            left, right = (positive, negative - rest) if positive.terms else (negative, rest)
            return self._relation(left, guard.test, right)
        if not positive.terms and not negative.terms:
            larger = Affine.make(0, {s: f for s, f in part.terms if f > 0})
            return self._relation(larger, ">=", larger - part) if larger.terms else self._relation(part, ">=", Affine())
        if not positive.terms:
            return self._less(negative, rest)
        if negative.terms and part.const < 0:
            return self._relation(positive, ">", negative - rest - 1)
        return self._relation(positive, ">=", negative - rest)

    def _less(self, left: Affine, right: Affine) -> Text:
        strict = right.const < 0 or not right.terms
        return self._relation(left, "<", right + 1) if strict else self._relation(left, "<=", right)

    def _relation(self, left: Affine, sign: str, right: Affine) -> Text:
        return Text(f"{self.affine(left).code} {sign} {self.affine(right).code}", COMPARE)

    def bounds(self, lows: Sequence[Affine], highs: Sequence[Affine]) -> str:
        """The arguments of ``range``."""
        low = self._several("max", lows)
        high = self._several("min", highs)
        return high if low == "0" else f"{low}, {high}"

    def _several(self, function: str, parts: Sequence[Affine]) -> str:
        codes = [self.affine(part).code for part in parts]
        return codes[0] if len(codes) == 1 else f"{function}({', '.join(codes)})"

    def short(self, parts: Iterable[Affine]) -> str:
        """Indices as a part of a name: ``i``, ``ij``, ``ip1``; "" where they are too long for one."""
        codes = [self.affine(part).code.replace(" + ", "p").replace(" - ", "m") for part in parts]
        joined = "".join(codes)
        return joined if joined.isidentifier() or joined.isalnum() else ""


def _nesting(part: Affine) -> int:
    """How deep elements are nested in the indices of elements; 0 if there are none."""
    return max((1 + max(map(_nesting, element.index), default=0) for element in part.elements), default=0)
