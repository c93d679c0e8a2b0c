"""Conditions under which a function does not raise, as paper has them. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp
from sympy.core.relational import Relational


def plain_conditions(tests: Iterable[Any]) -> list[Any]:
    """The conditions, each once; those on lengths as bounds, the strongest ones.

    ``not (n > 0 and m < 2) and not (n > 0 and m < 3)`` is ``m >= 3``: that nothing is read when n = 0 goes without saying.
    """
    bounds: dict[Any, Any] = {}  # the least number that a difference of lengths must be
    found: list[Any] = []
    for test in (part for whole in tests for part in _conjuncts(whole)):
        bound = _bound(test)
        if bound is None:
            found.append(test)
        elif bound[0] in bounds:
            bounds[bound[0]] = max(bounds[bound[0]], bound[1])
        else:
            found.append(bound[0])
            bounds[bound[0]] = bound[1]
    written = [_written(each, bounds[each]) if each in bounds else each for each in dict.fromkeys(found)]
    return [test for test in written if test != sp.true]


def _conjuncts(test: Any) -> Iterator[Any]:
    """The parts that must all hold. In ``not (a and b)``, where a only says that there is something, ``not b`` is meant."""
    if isinstance(test, sp.And):
        for part in test.args:
            yield from _conjuncts(part)
    elif isinstance(test, sp.Or):
        parts = [part for part in test.args if not _is_empty(part)]
        yield from _conjuncts(parts[0]) if len(parts) == 1 else [test]
    elif isinstance(test, sp.Not):
        negated = _negated(test.args[0])
        yield from [test] if negated == test else _conjuncts(negated)
    else:
        yield test


def _negated(test: Any) -> Any:
    if isinstance(test, sp.And | sp.Or) and _is_about_lengths(test):
        return (sp.Or if isinstance(test, sp.And) else sp.And)(*map(_negated, test.args))
    if isinstance(test, Relational) and _is_about_lengths(test):
        return test.negated
    return sp.Not(test, evaluate=False)


def _is_about_lengths(test: Any) -> bool:
    return bool(test.free_symbols) and all(symbol.is_integer and symbol.is_nonnegative for symbol in test.free_symbols)


def _is_empty(test: Any) -> bool:
    """Whether a condition says that a length is 0, or 1, so that a loop (one over pairs) has nothing to do: ``n <= 0``."""
    bound = _bound(test.negated) if isinstance(test, Relational) else None
    return bound is not None and bound[1] in (1, 2) and bound[0].is_Symbol


def _bound(test: Any) -> tuple[Any, Any] | None:
    """A difference of lengths and the least number that it must be, if a condition says that."""
    if not isinstance(test, sp.Gt | sp.Ge | sp.Lt | sp.Le) or not _is_about_lengths(test):
        return None
    above, below = (test.lhs, test.rhs) if isinstance(test, sp.Gt | sp.Ge) else (test.rhs, test.lhs)
    number, difference = (above - below).as_coeff_Add()
    if not number.is_Integer or not difference.is_polynomial() or sp.Poly(difference).content() != 1:
        return None
    return difference, (1 if isinstance(test, sp.Gt | sp.Lt) else 0) - number


def _written(difference: Any, least: Any) -> Any:
    """``n - m >= 1`` as ``n >= m + 1``, ``-n >= -4`` as ``n <= 4``."""
    terms = sp.Add.make_args(difference)
    above = sp.Add(*(term for term in terms if not term.could_extract_minus_sign()))
    if above == 0:
        return sp.Le(-difference, -least, evaluate=False)
    if above.is_nonnegative and above is difference and least <= 0:
        return sp.true
    return sp.Ge(above, sp.Add(above, -difference, least), evaluate=False)
