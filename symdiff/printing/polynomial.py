"""Sparse sums of monomials over numbered generators, with rational coefficients and exponents; all arithmetic is exact.

A monomial is a tuple of (generator, exponent), sorted, without exponents 0; a polynomial a dictionary from monomials to
coefficients, without coefficients 0. Exponents may be negative and fractions. What a generator is, is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from fractions import Fraction

Monomial = tuple[tuple[int, Fraction], ...]
Polynomial = dict[Monomial, Fraction]

ONE: Monomial = ()


class TooLargeError(Exception):
    """A polynomial would have more terms than its bound, or the work on it more steps; or it would be divided by 0."""


def constant(number: Fraction | int) -> Polynomial:
    """Return a number as polynomial."""
    return {ONE: Fraction(number)} if number else {}


def single(generator: int, exponent: Fraction | int = 1) -> Polynomial:
    """Return a power of a generator."""
    return {((generator, Fraction(exponent)),): Fraction(1)}


def added(parts: Iterable[Polynomial]) -> Polynomial:
    """Return a sum."""
    total: Polynomial = {}
    for part in parts:
        for monomial, coefficient in part.items():
            number = total.get(monomial, 0) + coefficient
            if number:
                total[monomial] = number
            else:
                total.pop(monomial, None)
    return total


def frozen(polynomial: Polynomial) -> frozenset[tuple[Monomial, Fraction]]:
    """Return a polynomial as key of a dictionary."""
    return frozenset(polynomial.items())


def scaled(polynomial: Polynomial, number: Fraction | int) -> Polynomial:
    """Return a multiple."""
    return {monomial: coefficient * number for monomial, coefficient in polynomial.items()} if number else {}


def merged(a: Monomial, b: Monomial) -> Monomial:
    """Return a product of monomials."""
    if not a or not b:
        return a or b
    exponents = dict(a)
    for generator, exponent in b:
        total = exponents.get(generator, 0) + exponent
        if total:
            exponents[generator] = total
        else:
            del exponents[generator]
    return tuple(sorted(exponents.items()))


def shifted(polynomial: Polynomial, monomial: Monomial) -> Polynomial:
    """Return a polynomial times a monomial."""
    return {merged(own, monomial): coefficient for own, coefficient in polynomial.items()}


def raised(monomial: Monomial, exponent: Fraction | int) -> Monomial:
    """Return a power of a monomial."""
    return tuple((generator, own * exponent) for generator, own in monomial) if exponent else ONE


def product_of(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return a product, multiplied out."""
    if len(a) > len(b):
        a, b = b, a
    return added(scaled(shifted(b, monomial), coefficient) for monomial, coefficient in a.items())


def without(monomial: Monomial, generators: Collection[int]) -> Monomial:
    """Return a monomial without some generators."""
    return tuple(pair for pair in monomial if pair[0] not in generators)


def exponents_of(polynomial: Polynomial, generator: int) -> list[Fraction]:
    """Return the exponents of a generator, term by term."""
    return [dict(monomial).get(generator, Fraction(0)) for monomial in polynomial]


def generators_of(polynomial: Iterable[Monomial]) -> set[int]:
    """Return the generators that occur."""
    return {generator for monomial in polynomial for generator, _ in monomial}


def common(polynomial: Polynomial) -> Monomial:
    """Return the largest monomial that divides every term: the least exponents."""
    least: dict[int, Fraction] | None = None
    for monomial in polynomial:
        own = dict(monomial)
        if least is None:
            least = own
            continue
        least = {
            generator: lowest
            for generator in least.keys() | own.keys()
            if (lowest := min(least.get(generator, Fraction(0)), own.get(generator, Fraction(0))))
        }
    return tuple(sorted((least or {}).items()))


def content(polynomial: Polynomial) -> Fraction:
    """Return the greatest common divisor of the coefficients."""
    below = math.lcm(*(number.denominator for number in polynomial.values()))
    return Fraction(math.gcd(*(int(number * below) for number in polynomial.values())), below)


def grouped(polynomial: Polynomial, generators: Collection[int]) -> dict[Monomial, Polynomial]:
    """Group terms by the part of each that is made of the given generators: part to its coefficient."""
    groups: dict[Monomial, Polynomial] = {}
    for monomial, coefficient in polynomial.items():
        inside = tuple(pair for pair in monomial if pair[0] in generators)
        groups.setdefault(inside, {})[without(monomial, generators)] = coefficient
    return groups
