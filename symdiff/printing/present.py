"""The shortest way to write a polynomial: as a sum, over one denominator, multiplied out, collected or in factors.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp
from sympy.polys.domains import ZZ
from sympy.polys.rings import ring

from symdiff.printing import polynomial as poly
from symdiff.printing.algebra import Algebra
from symdiff.printing.identities import reduced, with_tanh, with_whole_angles
from symdiff.printing.measure import operations
from symdiff.printing.polynomial import Monomial, Polynomial, TooLargeError
from symdiff.printing.terms import product

_MOST_TERMS = 40  # of a sum that is written in several ways
_MOST_FACTORED = 30  # terms of a sum that is factored
_LARGEST_DEGREE = 24
_MOST_GENERATORS = 6


def shortest(algebra: Algebra, found: Polynomial) -> Any:
    """Return the form with the fewest operations; among equals the one nearest to how it was written."""
    candidates: list[Any] = []
    if len(found) <= _MOST_TERMS:
        for variant in _variants(algebra, found):
            if not variant:
                return sp.Integer(0)
            candidates += _forms(algebra, variant)
    return min([*candidates, algebra.written(found)], key=operations)


def _variants(algebra: Algebra, found: Polynomial) -> Iterator[Polynomial]:
    """Return equal polynomials: by identities, over one denominator, with sums multiplied out."""
    for rule in (lambda _, same: same, with_tanh, with_whole_angles):
        try:
            base = rule(algebra, found)
            if base is None:
                continue
            below = poly.common(base)
            inner = reduced(algebra, poly.shifted(base, poly.raised(below, -1)))
            yield poly.shifted(inner, below)
            yield poly.shifted(reduced(algebra, algebra.expanded(inner)), below)
        except TooLargeError:
            continue


def _forms(algebra: Algebra, found: Polynomial) -> Iterator[Any]:
    """Return ways to write a polynomial: its common factors before a sum that is plain, collected or in factors."""
    whole = _collected(algebra, found, algebra.natural)
    if whole is not None:
        yield whole
    number, monomial, inner = _taken_out(algebra, found)
    before = product(algebra.number(number), algebra.monomial(monomial))
    kinds = (algebra.kernels, algebra.natural, algebra.kernels | algebra.sums.keys())
    insides = [algebra.written(inner), _factored(algebra, inner), *(_collected(algebra, inner, kind) for kind in kinds)]
    for inside in insides:
        if inside is not None:
            yield product(before, inside)
            if inside.is_Add:
                yield product(-before, sp.Add(*(product(sp.Integer(-1), term) for term in inside.args)))


def _taken_out(algebra: Algebra, found: Polynomial) -> tuple[Fraction, Monomial, Polynomial]:
    """Take numbers and factors out that all terms have in common."""
    monomial = _common(algebra, found)
    number = poly.content(found)
    if algebra.decimals:  # a decimal stays where it was written, unless all terms have it
        sizes = {abs(coefficient) for coefficient in found.values()}
        number = sizes.pop() if len(sizes) == 1 else Fraction(1)
    if all(coefficient < 0 for coefficient in found.values()):
        number = -number
    return number, monomial, poly.shifted(poly.scaled(found, 1 / number), poly.raised(monomial, -1))


def _common(algebra: Algebra, found: Polynomial) -> Monomial:
    """Return the factors that all terms have in common, denominators included; ``exp(-x)`` is none, nor is ``1/sqrt(2)``."""
    shared = dict(poly.common(found))
    for generator in shared.keys() & (algebra.natural | algebra.numbers):
        exponents = poly.exponents_of(found, generator)
        if max(exponents) > 0 > min(exponents) or 0 in exponents:
            del shared[generator]
        else:
            shared[generator] = min(exponents, key=abs)
    return tuple(sorted(shared.items()))


def _collected(algebra: Algebra, found: Polynomial, generators: set[int]) -> Any | None:
    """``x**2*cos(x) + 2*x*sin(x) - cos(x)`` as ``(x**2 - 1)*cos(x) + 2*x*sin(x)``."""
    groups = poly.grouped(found, generators)
    if not 1 < len(groups) < len(found):
        return None
    return sp.Add(*(product(_shortest_sum(algebra, coefficient), algebra.monomial(part)) for part, coefficient in groups.items()))


def _shortest_sum(algebra: Algebra, found: Polynomial) -> Any:
    number, monomial, inner = _taken_out(algebra, found)
    before = product(algebra.number(number), algebra.monomial(monomial))
    insides = [algebra.written(inner), _factored(algebra, inner)]
    candidates = [product(before, inside) for inside in insides if inside is not None]
    return min([*candidates, algebra.written(found)], key=operations)


# factors


def _factored(algebra: Algebra, found: Polynomial) -> Any | None:
    """Return the factors of a sum over the integers, or None where there are none or the sum is long."""
    generators = sorted(poly.generators_of(found))
    if not 2 < len(found) <= _MOST_FACTORED or not generators or len(generators) > _MOST_GENERATORS:
        return None
    if algebra.decimals and any(coefficient.denominator > 1 for coefficient in found.values()):
        return None
    below = math.lcm(*(coefficient.denominator for coefficient in found.values()))
    integral = _Integral(generators, found)
    element = integral.element(poly.scaled(found, below))
    if element is None:
        return None
    known = [integral.element(inner) for inner in algebra.sums.values() if poly.generators_of(inner) <= set(generators)]
    factors = _factors(element, [divisor for divisor in known if divisor is not None and len(divisor) > 1])
    if len(factors) == 1 and factors[0][1] == 1:
        return None
    written = [sp.Pow(algebra.written(integral.polynomial(factor)), power) for factor, power in factors]
    return reduce(product, written, algebra.number(Fraction(1, below)))


class _Integral:
    """A ring of integer polynomials, in which fractional exponents of a polynomial are whole."""

    def __init__(self, generators: Sequence[int], found: Polynomial) -> None:
        self._generators = generators
        self._steps = [
            math.lcm(*(exponent.denominator for exponent in poly.exponents_of(found, generator))) for generator in generators
        ]
        self._ring = ring([f"x{generator}" for generator in generators], ZZ)[0]

    def element(self, found: Polynomial) -> Any | None:
        """Return a polynomial as element; None if an exponent is negative, broken or large, or a coefficient broken."""
        terms: dict[tuple[int, ...], int] = {}
        for monomial, coefficient in found.items():
            own = dict(monomial)
            exponents = [own.get(generator, 0) * step for generator, step in zip(self._generators, self._steps, strict=True)]
            if any(e.denominator > 1 or not 0 <= e <= _LARGEST_DEGREE for e in exponents) or coefficient.denominator > 1:
                return None
            terms[tuple(map(int, exponents))] = int(coefficient)
        return self._ring.from_dict(terms)

    def polynomial(self, element: Any) -> Polynomial:
        """Return an element as polynomial."""
        return {
            tuple((g, Fraction(e, s)) for g, e, s in zip(self._generators, term, self._steps, strict=True) if e): Fraction(int(c))
            for term, c in element.terms()
        }


def _factors(element: Any, known: Sequence[Any]) -> list[tuple[Any, int]]:
    """Return factors with their powers; the known ones (denominators, mostly) as they are."""
    result = []
    for divisor in known:
        power = 0
        while len(element) > 1 and not element.rem(divisor):
            element, power = element.exquo(divisor), power + 1
        if power:
            result.append((divisor, power))
    number, factors = element.factor_list()
    return [*result, *_joined(factors), *([(element.ring(number), 1)] if number != 1 else ())]


def _joined(factors: Sequence[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """Multiply factors again whose product is no longer than they are: ``(x - 1)*(x + 1)`` is ``x**2 - 1``."""
    result: list[tuple[Any, int]] = []
    for factor, power in factors:
        for position, (other, same) in enumerate(result):
            joint = factor * other
            if power == same and len(factor) > 1 and len(joint) <= min(len(factor), len(other)):
                result[position] = joint, power
                break
        else:
            result.append((factor, power))
    return result
