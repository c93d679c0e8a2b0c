"""SymPy expressions as polynomials: what is equal up to algebra becomes the same, whatever its size was on the way.

Generators are symbols, functions of something, powers of e and powers with a symbolic exponent (``exp(c*m)`` is a
generator for the monomial ``m``, to the power ``c``), and sums that stand under a power or a quotient: those stay sums, as
the user wrote them, until a numerator is multiplied out. Everything is bounded: see ``Algebra``.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from symdiff.printing import decimals
from symdiff.printing import polynomial as poly
from symdiff.printing.exponents import Exponents
from symdiff.printing.identities import reduced
from symdiff.printing.measure import operations, size
from symdiff.printing.polynomial import ONE, Monomial, Polynomial, TooLargeError
from symdiff.printing.terms import product, rebuilt, replaced

_WORK = 30_000  # products of terms in one formula
_TERMS = 200  # terms of one polynomial
_LARGEST_GENERATOR = 300  # nodes
_LARGEST_EXPONENT = 1000  # that is computed with
_LARGEST_POWER = 12  # of a sum that is multiplied out


class Algebra:
    """The generators of one formula. A conversion that would be too long raises ``TooLargeError``.

    ``values`` are expressions for symbols: they are put in place wherever the symbol occurs. ``named`` are those for
    symbols that stay: they are looked into only to see that two exponents are equal. ``shortest`` writes arguments.
    """

    def __init__(
        self, values: Mapping[Any, Any], named: Mapping[Any, Any], shortest: Callable[[Algebra, Polynomial], Any]
    ) -> None:
        self.shown: list[Any] = []  # the SymPy expression of each generator
        self.sums: dict[int, Polynomial] = {}  # what is under the power: sums, and products under a root
        self.powers: dict[int, tuple[int | None, Monomial]] = {}  # base (None is e) and exponent
        self.numbers: set[int] = set()  # pi, sqrt(2), ...
        self.kernels: set[int] = set()  # functions and powers: what terms are collected by
        self.decimals = False
        self.natural: set[int] = set()  # those with base e
        self._exponents = Exponents()
        self._values = values
        self._named = named
        self._shortest = shortest
        self._found: dict[Any, int] = {}
        self._cache: dict[tuple[Any, bool], Polynomial] = {}
        self._work = _WORK
        self._deep = 0

    # from SymPy

    def prepare(self, exprs: Iterable[Any]) -> None:
        """Make generators of the sums that stand under powers, so that they are the same wherever they stand."""
        wholes = [*self._values.values(), *exprs]
        for expr in wholes:
            self._prepare(expr, lambda node: not node.free_symbols & self._values.keys())
        for symbol, expr in self._values.items():  # in their order, so that none is converted inside another
            self._prepare(expr)
            self.polynomial(symbol)
        for expr in exprs:
            self._prepare(expr)

    def _prepare(self, expr: Any, holds: Callable[[Any], bool] = lambda _: True) -> None:
        for node in sp.postorder_traversal(expr):
            if node.is_Pow and node.base.is_Add and node.exp.is_Rational and holds(node):
                self.polynomial(node)

    def polynomial(self, expr: Any) -> Polynomial:
        """Return an expression as polynomial."""
        key = expr, bool(self._deep)
        if key not in self._cache:
            self._cache[key] = self._converted(expr)
        return self._cache[key]

    def _converted(self, expr: Any) -> Polynomial:
        if expr.is_Rational:
            return poly.constant(Fraction(expr.p, expr.q))
        if expr.is_Float:
            return self._decimal(expr)
        if expr.is_Add:
            return self.bounded(poly.added(map(self.polynomial, expr.args)))
        if expr.is_Mul:
            result = poly.constant(1)
            for factor in expr.args:
                result = self.times(result, self._factor(factor))
            return result
        if expr.is_Pow:
            return self._power(expr)
        if isinstance(expr, sp.exp):
            return self._exponential(expr.args[0])
        if expr is sp.E:
            return self._exponential(sp.Integer(1))
        if expr in self._values:
            return self.polynomial(self._values[expr])
        if self._deep and expr in self._named:
            return self.polynomial(self._named[expr])
        return self._kernel(expr)

    def _decimal(self, number: Any) -> Polynomial:
        if not 0 < abs(float(number)) < float("inf"):  # beyond the range of doubles
            return self._opaque(number)
        self.decimals = True
        return poly.constant(decimals.fraction(number))

    def _factor(self, factor: Any) -> Polynomial:
        """Return a factor; a sum that is a generator (but for a number) stays one."""
        found = self.polynomial(factor)
        if len(found) < 2 or not factor.is_Add:
            return found
        known = self._known(found)
        return found if known is None else poly.scaled(poly.single(known[1]), known[0])

    def _kernel(self, expr: Any) -> Polynomial:
        """Return a function as generator; equal arguments give the same one."""
        if not expr.args or isinstance(expr, sp.Piecewise | sp.logic.boolalg.Boolean):
            return self._opaque(expr)
        if isinstance(expr, sp.tanh):
            return self.times(self.polynomial(sp.sinh(*expr.args)), self._inverse(self.polynomial(sp.cosh(*expr.args))))
        if expr.free_symbols & self._values.keys():
            expr = rebuilt(expr, [self._in_place(arg) for arg in expr.args])
            if not isinstance(expr, sp.Function | sp.Max | sp.Min):
                return self.polynomial(expr)
        return poly.single(self.function(expr))

    def function(self, expr: Any) -> int:
        """Return the generator of a function; that of an equal argument, if there is one."""
        key = (expr.func, *(poly.frozen(self._looked_into(arg)) for arg in expr.args))
        if key not in self._found:
            self._found[key] = self._new(expr, kernel=True)
        return self._found[key]

    def _in_place(self, expr: Any) -> Any:
        """Return an expression with the values in place: as they came or collected, whatever is shorter."""
        if not expr.free_symbols & self._values.keys():
            return expr
        inside = {symbol: self._in_place(self._values[symbol]) for symbol in expr.free_symbols if symbol in self._values}
        as_it_came = replaced(expr, inside)
        if size(as_it_came) > _LARGEST_GENERATOR:
            raise TooLargeError
        return min(as_it_came, self._shortest(self, self.polynomial(expr)), key=operations)

    def _opaque(self, expr: Any) -> Polynomial:
        if expr not in self._found:
            self._found[expr] = self._new(expr)
        return poly.single(self._found[expr])

    def _new(self, expr: Any, *, kernel: bool = False) -> int:
        if expr is not None and size(expr) > _LARGEST_GENERATOR:
            raise TooLargeError
        self.shown.append(expr)
        number = len(self.shown) - 1
        if kernel:
            self.kernels.add(number)
        if expr is not None and expr.is_number:
            self.numbers.add(number)
        return number

    def _looked_into(self, expr: Any) -> Polynomial:
        """Return an expression with the names in it replaced and everything multiplied out, if that is short."""
        self._deep += 1
        try:
            return self.expanded(self.polynomial(expr))
        except TooLargeError:
            if self._work < 0:
                raise
        finally:
            self._deep -= 1
        return self.polynomial(expr)

    # powers

    def _power(self, expr: Any) -> Polynomial:
        base, exponent = expr.args
        if base.is_Float or (base.is_number and base.is_negative) or (exponent.is_number and abs(exponent) > _LARGEST_EXPONENT):
            return self._opaque(expr)
        if not exponent.is_Rational and not exponent.is_Float:
            return self._symbolic_power(base, exponent)
        if base.is_Integer:
            return self._normal(poly.single(self._generator(base), Fraction(exponent.p, exponent.q)))
        inner = self.polynomial(base)
        power = self.polynomial(exponent)
        if not inner or power.keys() != {ONE}:
            return self._opaque(expr)
        number = power[ONE]
        if number.denominator == 1:
            return self.integer_power(inner, int(number))
        generator = self.plain(inner)
        return self._normal(poly.single(self._root(inner, base) if generator is None else generator, number))

    def integer_power(self, inner: Polynomial, exponent: int) -> Polynomial:
        """Return a power; of a sum as power of a generator, the numbers and quotients in it before it."""
        if len(inner) == 1:
            ((monomial, coefficient),) = inner.items()
            return self._normal({poly.raised(monomial, exponent): coefficient**exponent})
        number, monomial, generator = self._sum(inner)
        if not number and exponent < 0:
            raise TooLargeError  # 0 by an identity: no polynomial divides by it, so that it is written as it came
        if not number:
            return {}
        if generator is None:
            return self._normal({poly.raised(monomial, exponent): number**exponent})
        whole = poly.merged(poly.raised(monomial, exponent), ((generator, Fraction(exponent)),))
        return self._normal({whole: number**exponent})

    def _inverse(self, inner: Polynomial) -> Polynomial:
        return self.integer_power(inner, -1)

    def _sum(self, inner: Polynomial) -> tuple[Fraction, Monomial, int | None]:
        """Write a sum as number (0 if identities say so), monomial with negative exponents, and generator (None: it is 1)."""
        below = tuple(
            (generator, exponent) for generator, exponent in poly.common(inner) if exponent < 0 or generator in self.powers
        )
        inner = reduced(self, poly.shifted(inner, poly.raised(below, -1)))
        if not inner:
            return Fraction(0), ONE, None
        if len(inner) == 1:
            ((monomial, coefficient),) = inner.items()
            return coefficient, poly.merged(monomial, below), None
        known = self._known(inner)
        if known is None:
            number = Fraction(1) if self.decimals else poly.content(inner)
            inner = poly.scaled(inner, 1 / number)
            known = number, self._new_sum(inner)
        return known[0], below, known[1]

    def _known(self, inner: Polynomial) -> tuple[Fraction, int] | None:
        """Return number and generator if a sum is the multiple of one that is a generator."""
        number = Fraction(1) if self.decimals else poly.content(inner)
        for factor in (Fraction(1), Fraction(-1), number, -number):
            generator = self._found.get(poly.frozen(poly.scaled(inner, 1 / factor)))
            if generator is not None:
                return factor, generator
        return None

    def _new_sum(self, inner: Polynomial, shown: Any = None) -> int:
        generator = self._found[poly.frozen(inner)] = self._new(self.written(inner) if shown is None else shown)
        self.sums[generator] = inner
        return generator

    def _root(self, inner: Polynomial, base: Any) -> int:
        """Return the generator of what stands under a root (or another power that is no integer), unchanged."""
        found = self._found.get(poly.frozen(inner))
        if found is None:
            found = self._new_sum(inner, None if base.free_symbols & self._values.keys() else base)
        return found

    def plain(self, inner: Polynomial) -> int | None:
        """Return the generator that a polynomial is, or None."""
        if len(inner) != 1:
            return None
        ((monomial, coefficient),) = inner.items()
        if coefficient != 1 or len(monomial) != 1 or monomial[0][1] != 1 or monomial[0][0] in self.powers:
            return None
        return monomial[0][0]

    def _generator(self, base: Any) -> int:
        (monomial,) = self._opaque(base)
        return monomial[0][0]

    def _symbolic_power(self, base: Any, exponent: Any) -> Polynomial:
        if base.is_Integer:
            generator: int | None = self._generator(base)
        else:
            inner = self.polynomial(base)
            generator = self.plain(inner)
            generator = self._root(inner, base) if generator is None else generator
        return self._normal({self._with_exponents(generator, self.expanded(self.polynomial(exponent))): Fraction(1)})

    def _with_exponents(self, base: int | None, exponents: Polynomial) -> Monomial:
        result = ONE
        for monomial, number in exponents.items():
            if monomial == ONE and base is not None:
                result = poly.merged(result, ((base, number),))
                continue
            key = ("power", base, monomial)
            if key not in self._found:
                self._found[key] = self._new(None, kernel=True)
                self.powers[self._found[key]] = base, monomial
                if base is None:
                    self.natural.add(self._found[key])
            result = poly.merged(result, ((self._found[key], number),))
        return result

    def _exponential(self, argument: Any) -> Polynomial:
        """``exp(c*m + log(v))`` is the generator for ``m`` to the power ``c``, times ``v``."""
        exponents = self._looked_into(argument)
        before = poly.constant(1)
        rest: Polynomial = {}
        for monomial, number in exponents.items():
            if len(monomial) == 1 and monomial[0][1] == 1 and isinstance(self.shown[monomial[0][0]], sp.log):
                (inside,) = self.shown[monomial[0][0]].args
                before = self.times(before, self.polynomial(sp.Pow(inside, sp.Rational(number.numerator, number.denominator))))
            else:
                rest[monomial] = number
        self._exponents.remember(rest, before, lambda: self._in_place(argument))
        return self.times(before, {self._with_exponents(None, rest): Fraction(1)})

    # arithmetic

    def times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        """Return a product, multiplied out but for generators that are sums."""
        self._work -= len(a) * len(b)
        if self._work < 0 or len(a) * len(b) > _TERMS * 10:
            raise TooLargeError
        return self.bounded(self._normal(poly.product_of(a, b)))

    def bounded(self, found: Polynomial) -> Polynomial:
        """Return a polynomial unless it is too long, or too much work has been done."""
        self._work -= len(found)
        if len(found) > _TERMS or self._work < 0:
            raise TooLargeError
        return found

    def _normal(self, found: Polynomial) -> Polynomial:
        """Write integer powers of integers as numbers, and integer powers of products as products."""
        if not any(self._is_reducible(*pair) for monomial in found for pair in monomial):
            return found
        parts = []
        for monomial, coefficient in found.items():
            part: Polynomial = {tuple(pair for pair in monomial if not self._is_reducible(*pair)): coefficient}
            for generator, exponent in monomial:
                if self._is_reducible(generator, exponent):
                    part = poly.product_of(part, self._reduced_power(generator, exponent))
            parts.append(part)
        return self._normal(poly.added(parts))

    def _is_reducible(self, generator: int, exponent: Fraction) -> bool:
        shown = self.shown[generator]
        if shown is not None and shown.is_Integer:
            return not 0 < exponent < 1
        return generator in self.sums and len(self.sums[generator]) == 1 and exponent.denominator == 1

    def _reduced_power(self, generator: int, exponent: Fraction) -> Polynomial:
        shown = self.shown[generator]
        if shown.is_Integer:
            whole = exponent.numerator // exponent.denominator
            rest = exponent - whole
            return {((generator, rest),) if rest else ONE: Fraction(int(shown)) ** whole}
        ((monomial, coefficient),) = self.sums[generator].items()
        return {poly.raised(monomial, exponent): coefficient ** int(exponent)}

    def expanded(self, found: Polynomial) -> Polynomial:
        """Multiply out what is left of sums: their powers with positive integer exponents."""
        while True:
            sums = {generator for generator in poly.generators_of(found) if len(self.sums.get(generator, ())) > 1}
            for generator in sorted(sums):
                if any(exponent >= 1 for exponent in poly.exponents_of(found, generator)):
                    found = self._with_sum_expanded(found, generator)
                    break
            else:
                return found

    def _with_sum_expanded(self, found: Polynomial, generator: int) -> Polynomial:
        parts = []
        for monomial, coefficient in found.items():
            exponent = dict(monomial).get(generator, Fraction(0))
            whole = max(exponent.numerator // exponent.denominator, 0)
            if whole > _LARGEST_POWER:
                raise TooLargeError
            part = {poly.merged(monomial, ((generator, Fraction(-whole)),)) if whole else monomial: coefficient}
            for _ in range(whole):
                part = self.times(part, self.sums[generator])
            parts.append(part)
        return self.bounded(poly.added(parts))

    # to SymPy

    def number(self, value: Fraction) -> Any:
        """Return a number on paper: a fraction, or a decimal where there are decimals and the fraction is not simple."""
        return decimals.on_paper(value) if self.decimals else sp.Rational(value.numerator, value.denominator)

    def written(self, found: Polynomial) -> Any:
        """Return a polynomial as SymPy expression, term by term."""
        return sp.Add(*(product(self.number(coefficient), self.monomial(monomial)) for monomial, coefficient in found.items()))

    def monomial(self, monomial: Monomial) -> Any:
        """Return a product of powers of generators as SymPy expression."""
        natural = {self.powers[generator][1]: exponent for generator, exponent in monomial if generator in self.natural}
        exponent, factor = self._exponent(natural)
        exponents: dict[int, Polynomial] = {}
        for generator, number in poly.merged(poly.without(monomial, self.natural), factor):
            base, power = self.powers.get(generator, (generator, ONE))
            if base is not None:
                exponents[base] = poly.added([exponents.get(base, {}), {power: number}])
        powers = (sp.Pow(self.shown[base], self.written(power)) for base, power in exponents.items())
        return sp.Mul(*powers, *([sp.exp(exponent)] if natural else ()))

    def _exponent(self, found: Polynomial) -> tuple[Any, Monomial]:
        """Return an exponent of e in the shortest way in which exponents were written, and what that way has too little."""
        known, times, rest = self._exponents.nearest(found)
        if known is None:
            return self.written(found), ONE
        return product(self.number(times), known.written) + self.written(rest), poly.raised(known.factor, -times)
