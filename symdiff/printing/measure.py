"""How long an expression is: nodes of its tree, and operations as they are printed.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from typing import Any

import sympy as sp


def size(expr: Any) -> int:
    """Return the number of nodes of an expression tree."""
    return sum(1 for _ in sp.preorder_traversal(expr))


def operations(expr: Any) -> int:
    """Return the number of operations that the printed expression shows (a quotient is one, and so is a sign)."""
    count = 0
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, sp.Mul):
            own, parts = _product(node)
        elif isinstance(node, sp.Pow):
            own, parts = 1, (node.base,) if node.exp.is_Rational else node.args
            own += bool(node.exp.is_Rational and node.exp < 0 and node.exp != -1)  # the line of the fraction
        elif isinstance(node, sp.Rational):
            own, parts = int(node.q != 1), ()
        elif isinstance(node, sp.Add | sp.And | sp.Or):
            own, parts = len(node.args) - 1 - _minus_signs(node), node.args
        else:
            own, parts = int(bool(node.args)), node.args
        count += own
        stack += parts
    return count


def _minus_signs(node: Any) -> int:
    """How many signs of terms a sum saves: ``a - b`` has no operation but the difference, ``-a - b`` a sign more."""
    if not isinstance(node, sp.Add):
        return 0
    saved, negative = 0, 0
    for term in node.args:
        coefficient, rest = term.as_coeff_Mul()
        if coefficient.is_Rational and coefficient.p < 0:
            negative += 1
            saved += term.is_Mul and not (coefficient == -1 and rest.is_Add)  # its parentheses count as much
    return saved - (negative == len(node.args))


def _product(node: Any) -> tuple[int, tuple[Any, ...]]:
    """Return the operations of a product itself, written as one quotient, and its factors above and below the line."""
    coefficient, factors = node.as_coeff_mul()
    below = [factor for factor in factors if factor.is_Pow and factor.exp.is_Rational and factor.exp.is_negative]
    above = len(factors) - len(below)
    lines = len(below)
    sign = 0
    if coefficient.is_Rational:
        sign = int(coefficient.p < 0)
        above += abs(coefficient.p) != 1
        lines += coefficient.q != 1
    elif coefficient != 1:
        above += 1
    parts = tuple(1 / factor if factor in below else factor for factor in factors)
    nested = sum(2 for part in parts if below and part.is_Add and any(map(has_line, part.args)))
    nested += any(factor.is_Add for factor in factors) and bool(below)  # parentheses before a line
    return sign + max(above - 1, 0) + lines + nested, parts


def has_line(term: Any) -> bool:
    """Whether a term is a fraction with a denominator that is no number; one inside another counts extra."""
    return any(factor.is_Pow and factor.exp.is_Rational and factor.exp.p < 0 for factor in sp.Mul.make_args(term))
