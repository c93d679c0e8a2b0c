"""Simplification for display: cheap safe candidates, each within its own size; the shortest one wins.

The mathematics never changes, nothing here feeds the code, and factors that the user wrote stay factors: products are
never multiplied out, only sums whose terms cancel. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import sympy as sp

from symdiff.printing import notation
from symdiff.printing.cases import hoist, piecewise
from symdiff.printing.collect import collected
from symdiff.printing.measure import has_line, operations, size
from symdiff.printing.terms import product, rebuilt, replaced

Rule = Callable[[Any], Any]


def tidy(expr: Any) -> Any:
    """Return the shortest form found, ties to the form that was given; each case of a Piecewise for itself."""
    if not expr.has(sp.Piecewise):
        return _best(expr)
    if not isinstance(expr, sp.Piecewise) or _nested(expr):
        flat = hoist(expr, notation.ARMS)
        if flat is not None and operations(flat) <= 2 * operations(expr) + 4:
            expr = flat
    if isinstance(expr, sp.Piecewise):
        return piecewise([(tidy(value), condition) for value, condition in expr.args])
    masks = {node: sp.Dummy(real=True) for node in outermost_cases(expr)}
    return replaced(_best(replaced(expr, masks)), {dummy: tidy(node) for node, dummy in masks.items()})


def _nested(cases: Any) -> bool:
    return any(value.has(sp.Piecewise) for value, _ in cases.args)


def outermost_cases(expr: Any) -> list[Any]:
    """Return the cases in an expression that are not inside of others."""
    found = []
    traversal = sp.preorder_traversal(expr)
    for node in traversal:
        if isinstance(node, sp.Piecewise):
            found.append(node)
            traversal.skip()
    return found


def _best(expr: Any) -> Any:
    """Return the shorter of what the rules make of an expression and of what algebra makes of it."""
    best = _shorter_way(expr)
    return best if best is expr else _bottom_up(best, sp.Mul, _polished)


def _polished(node: Any) -> Any:
    """``x*(-y - 1)`` as ``-x*(y + 1)``, and ``-(2*x + 4*y)`` as ``-2*(x + 2*y)``."""
    factors = list(node.args)
    for index, factor in enumerate(factors):
        if factor.is_Add and all(map(is_negative, factor.args)):
            factors[index] = sp.Add(*(-term for term in factor.args))
            return _polished(reduce(product, factors, sp.Integer(-1)))
    if len(factors) == 2 and factors[0] == -1 and factors[1].is_Add:
        return _with_contents(node)
    return node


def _shorter_way(expr: Any) -> Any:
    ruled = _shortest(expr)
    found = collected([ruled], {}, {}) if size(ruled) <= _LARGEST_COLLECTED else None
    if found is None:
        return ruled
    candidate = _shortest(found[0])
    margin = 1 if _sums_in(candidate) >= _sums_in(ruled) else 2  # factors that the user wrote stay factors
    return candidate if operations(candidate) + margin <= operations(ruled) else ruled


def _sums_in(expr: Any) -> int:
    """How many factors of a product are sums."""
    factors = [factor.as_base_exp() for factor in sp.Mul.make_args(expr)]
    return sum(1 for base, exponent in factors if base.is_Add and exponent.is_positive)


def _shortest(expr: Any) -> Any:
    """Apply the rules as long as one makes it shorter; decimals are opaque meanwhile (algebra would round them)."""
    decimals = {number: sp.Dummy(real=True) for number in expr.atoms(sp.Float)}
    if decimals:
        return replaced(_shortest(replaced(expr, decimals)), {dummy: number for number, dummy in decimals.items()})
    factors = _factors(expr)
    best, count, nodes = expr, operations(expr), size(expr)
    improved = True
    while improved:
        improved = False
        for limit, rule in RULES:
            if nodes > limit:
                continue
            candidate = rule(best)
            if candidate != best and operations(candidate) < count:
                best, count, nodes = candidate, operations(candidate), size(candidate)
                improved = True
    if best is expr:
        return expr
    return _bottom_up(_bottom_up(best, sp.Add, lambda node: _restored(node, factors)), sp.Mul, _with_contents)


def _factors(expr: Any) -> set[Any]:
    """The sums that stand in an expression with a number before them."""
    found = set()
    for node in sp.preorder_traversal(expr):
        if node.is_Mul and len(node.args) == 2 and node.args[0].is_Rational and node.args[1].is_Add:
            found |= {node.args[1], -node.args[1]}
    return found


def _with_contents(node: Any) -> Any:
    """``k*(2*x - 2*y)`` as ``2*k*(x - y)``."""
    parts = [factor.primitive() if factor.is_Add else (sp.Integer(1), factor) for factor in node.args]
    return node if all(content == 1 for content, _ in parts) else reduce(product, (part for pair in parts for part in pair))


def _restored(node: Any, factors: set[Any]) -> Any:
    """A sum as the multiple that it was before SymPy multiplied it out."""
    content, rest = node.primitive()
    return product(content, rest) if content != 1 and rest in factors else node


# rules: each returns an equal expression; whether it is shorter is judged above


def common_factors(expr: Any) -> Any:
    """``2*x*sin(x) + x**2*cos(x)`` to ``x*(x*cos(x) + 2*sin(x))``."""
    fractional = {node for node in expr.atoms(sp.Pow) if node.base.is_Symbol and node.exp.is_Rational and node.exp.q > 2}
    return expr if len(fractional) > 1 else _bottom_up(sp.factor_terms(expr), sp.Mul, _flat)


def _flat(node: Any) -> Any:
    """Write a product of products, which SymPy leaves behind now and then, as one."""
    if not any(factor.is_Mul for factor in node.args):
        return node
    return reduce(product, (part for factor in node.args for part in sp.Mul.make_args(factor)))


def merge_sums(expr: Any) -> Any:
    """Multiply out inside sums, where terms then cancel: ``3*(x + 1) + 2*(x + 2)`` to ``5*x + 7``."""
    return _bottom_up(_bottom_up(expr, sp.Add, _merged), sp.Mul, _turned)


def powers(expr: Any) -> Any:
    """``x*x**(y - 1)`` to ``x**y``."""
    return sp.powsimp(expr, combine="exp")


def hyperbolic(expr: Any) -> Any:
    """``sinh(u)*cosh(u)*(1 - tanh(u)**2)`` to ``tanh(u)``."""
    return _bottom_up(expr, sp.Mul, _with_tanh)


def _with_tanh(node: Any) -> Any:
    for factor in node.args:
        if isinstance(factor, sp.sinh) and (other := sp.cosh(*factor.args)) in node.args:
            tanh = sp.tanh(*factor.args)
            if any(item.as_base_exp()[0] == 1 - tanh**2 for item in node.args):
                return node / (factor * other) * tanh / (1 - tanh**2)
    return node


def pythagoras(expr: Any) -> Any:
    """``a*sin(u)**2 + a*cos(u)**2`` to ``a``, and ``a*cosh(u)**2 - a*sinh(u)**2`` to ``a``."""
    return _bottom_up(expr, sp.Add, _pythagorean)


def one_fraction(expr: Any) -> Any:
    """Bring sums to one denominator, their numerators multiplied out where that is shorter."""
    inner = _bottom_up(expr, sp.Add, lambda node: _shorter(node, _fraction(node)))
    return _shorter(inner, _fraction(inner))


def _shorter(node: Any, candidate: Any) -> Any:
    return candidate if operations(candidate) < operations(node) else node


def _worth_a_fraction(expr: Any) -> bool:
    """Whether there are fractions inside fractions or denominators that are sums; ``1/x + 1/x**2`` stays."""
    for node in sp.preorder_traversal(expr):
        if node.is_Pow and node.exp.is_negative and not node.base.is_Symbol:
            return True
        if node.is_Mul and has_line(node) and any(factor.is_Add and any(map(has_line, factor.args)) for factor in node.args):
            return True
    return False


def _fraction(expr: Any) -> Any:
    if size(expr) > _LARGEST_FRACTION or not _worth_a_fraction(expr):
        return expr
    above, below = sp.together(expr).as_numer_denom()
    return product(merge_sums(above), 1 / below)


def absolute_powers(expr: Any) -> Any:
    """``sign(u)**2`` beside a power of ``u`` to 1 (which is 0 or infinite where ``u`` is 0), ``sign(u)/abs(u)`` to ``1/u``."""
    return _bottom_up(expr, sp.Mul, _without_signs)


def _without_signs(node: Any) -> Any:
    powers = [factor.as_base_exp() for factor in node.args]
    for position, (base, exponent) in enumerate(powers):
        if not isinstance(base, sp.sign) or not exponent.is_Integer:
            continue
        inner = base.args[0]
        others = node.args[:position] + node.args[position + 1 :]
        for other in others:
            beside, power = other.as_base_exp()
            if beside == sp.Abs(inner) and exponent % 2 and power.is_Integer and power % 2:
                rest = [factor for factor in others if factor is not other]
                return reduce(product, [*rest, inner**power, base ** (exponent - 1)])
            if beside in (sp.Abs(inner), inner) and exponent not in (0, 1):
                return reduce(product, [*others, base ** (exponent % 2)])
    return node


RULES: tuple[tuple[int, Rule], ...] = (
    (250, merge_sums),
    (250, absolute_powers),
    (120, powers),
    (120, pythagoras),
    (250, hyperbolic),
    (250, one_fraction),
    (250, common_factors),
)

_LARGEST_COLLECTED = 1000
_MOST_TERMS = 40
_LARGEST_FRACTION = 120


def _merged(node: Any) -> Any:
    """Return the sum multiplied out, if that has fewer operations."""
    terms = [_terms_of(term) for term in node.args]
    if max(terms) == 1 or sum(terms) > _MOST_TERMS:
        return node
    expanded = sp.Add(
        *(
            sp.expand_power_base(sp.expand(term, **_PRODUCTS)) if count > 1 else term
            for term, count in zip(node.args, terms, strict=True)
        )
    )
    return _shorter(node, expanded)


def _turned(node: Any) -> Any:
    """``-(x - y)*z`` as ``(y - x)*z``, and ``(-x - y)*z`` as ``-(x + y)*z``."""
    coefficient, factors = node.as_coeff_mul()
    negative = coefficient.is_Rational and coefficient.p < 0
    for index, factor in enumerate(factors):
        if not factor.is_Add:
            continue
        turned = sp.Add(*(-term for term in factor.args))
        candidate = reduce(product, [*factors[:index], turned, *factors[index + 1 :]], -coefficient)
        if all(map(is_negative, factor.args)):  # as long, but a sum around it takes the sign in
            return candidate
        if negative:
            return _shorter(node, candidate)
    return node


_PRODUCTS = {"deep": False, "log": False, "power_base": False, "power_exp": False, "basic": False}


def _terms_of(term: Any) -> int:
    """How many terms a term has when it is multiplied out; 1 if there is nothing to multiply out."""
    count = 1
    for factor in sp.Mul.make_args(term):
        base, exponent = factor.as_base_exp()
        if base.is_Add and exponent.is_Integer and exponent > 0:
            count *= min(len(base.args), _MOST_TERMS + 1) ** min(int(exponent), 8)
    return count


_PAIRS = ((sp.sin, sp.cos, 1), (sp.cosh, sp.sinh, -1))  # f(u)**2 + sign*g(u)**2 == 1


def _pythagorean(node: Any) -> Any:
    terms = list(node.args)
    for term in node.args:
        for f, g, sign in _PAIRS:
            for square in (factor for factor in sp.Mul.make_args(term) if factor.is_Pow and factor.exp == 2):
                partner = sign * term.xreplace({square: g(*square.base.args) ** 2}) if isinstance(square.base, f) else None
                if partner in terms and term in terms:
                    terms.remove(term)
                    terms.remove(partner)
                    terms.append(term / square)
    return node if len(terms) == len(node.args) else sp.Add(*terms)


def _bottom_up(expr: Any, kind: Any, rule: Rule) -> Any:
    """Apply a rule to every node of a kind, inner ones first; only what changes is rebuilt."""
    changed: dict[Any, Any] = {}
    for node in sp.postorder_traversal(expr):
        if node in changed or not node.args:
            continue
        new = node
        if any(arg in changed and changed[arg] is not arg for arg in node.args):
            new = rebuilt(node, [changed.get(arg, arg) for arg in node.args])
        if isinstance(new, kind):
            new = rule(new)
        changed[node] = new
    return changed.get(expr, expr)


class Root(sp.Function):  # type: ignore[misc]
    """A square root that is printed as one: SymPy would split ``sqrt(2*pi)``."""


class CubeRoot(sp.Function):  # type: ignore[misc]
    """The real cube root, which for SymPy is ``sign(x)*abs(x)**(1/3)``."""


def roots(product: Any) -> Any:
    """``sqrt(2)*x/(2*sqrt(pi))``, which SymPy makes of it, as ``x/sqrt(2*pi)`` again, and real cube roots. For printing."""
    for factor in product.args:
        if isinstance(factor, sp.sign) and (cube := sp.Abs(factor.args[0]) ** sp.Rational(1, 3)) in product.args:
            rest = [other for other in product.args if other not in (factor, cube)]
            return roots(sp.Mul(*rest, CubeRoot(factor.args[0])))
    half = sp.Rational(1, 2)
    numbers = [factor for factor in product.args if factor.is_Pow and factor.exp == half and factor.base.is_Integer]
    circles = [factor for factor in product.args if factor.is_Pow and factor.base == sp.pi and abs(factor.exp) == half]
    coefficient, rest = product.as_coeff_mul()
    if not coefficient.is_Rational:  # a float in front: its digits are the user's and stay
        return product
    if len(numbers) == 1 and not circles and coefficient.q % numbers[0].base == 0:  # sqrt(2)*x/2 is x/sqrt(2)
        rest = [factor for factor in rest if factor is not numbers[0]]
        return sp.Mul(coefficient * numbers[0].base, *rest, 1 / Root(numbers[0].base))
    if len(numbers) != 1 or len(circles) != 1:
        return product
    radicand, exponent = numbers[0].base, circles[0].exp
    if exponent < 0:
        if coefficient.q % radicand:
            return product
        coefficient *= radicand
    others = [factor for factor in rest if factor not in (numbers[0], circles[0])]
    return sp.Mul(coefficient, *others, Root(radicand * sp.pi) ** (2 * exponent))


def positive_first(terms: list[Any]) -> list[Any]:
    """Terms of a sum so that it does not begin with a minus where that can be helped."""
    if not is_negative(terms[0]):
        return terms
    first = next((index for index, term in enumerate(terms) if not is_negative(term)), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


def is_negative(term: Any) -> bool:
    """Whether a term begins with a minus."""
    coefficient = term.as_coeff_Mul()[0]
    return bool(coefficient.is_Number and coefficient.is_extended_negative)
