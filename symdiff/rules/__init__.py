"""``rule``: derivatives of functions that symdiff does not look into, given by the user and checked.

A function is called when its rule is declared, and only then: the partials are compared with differences of it,
extrapolated, with an estimate of their error (``differences``). Names that are bound later postpone this to the first use.
Partials are differentiated themselves for higher orders. Generated code holds the function's definition where that is
possible, calls a function of Numba's directly, and calls any other back (``codegen.own``).
"""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Sequence
from typing import Any

from symdiff.errors import ArgumentError, NameUnboundError
from symdiff.primitives import resolve
from symdiff.primitives.own import declare, declared, withdraw
from symdiff.rules.forms import Interval, name_of, require_free_names
from symdiff.rules.reading import Rule


def rule(
    f: Callable[..., Any] | None = None,
    partials: Any = None,
    *,
    sample: Sequence[Interval] | None = None,
    tolerance: float = 1e-8,
    name: str = "",
    latex: str = "",
) -> Any:
    """Give a function its partial derivatives, for symdiff not to look into it.

    Args:
        f: a function of one or more real numbers with a real result. Without it, ``@rule(partials=...)`` is a decorator.
        partials: a sequence with one partial for each operand, or a mapping by the operands' names, or one function that
            returns all of them (a tuple; a bare number for one operand). A partial is a function of the operands and, if
            it has a further parameter, of the result, and is read like any function; or a formula as text, which may use
            ``math``'s names, those of the operands and ``result``, and is never executed; or None: not known, so that
            differentiating by that operand is refused. Further parameters of f keep their defaults.
        sample: one interval ``(low, high)`` for each operand: where the rule is checked. Without it, some points between
            -40 and 40, most between 0 and 3, are tried, and those used at which f is finite.
        tolerance: relative difference up to which a partial counts as right. Raise it for a function that is itself an
            approximation (a table, a solver that stops early).
        name: what formulas call f, if not by its name.
        latex: what LaTeX calls it.

    Returns:
        f itself. Every transform uses the rule from then on; an earlier rule of f is replaced.

    Raises:
        RuleError: a partial is not the derivative (expected and given value are shown), has the wrong number of
            parameters or results, or cannot be checked because f is nowhere smooth enough for differences.
        UnsupportedError: a partial cannot be read (file, line, caret, rewrite).
        ArgumentError, DomainError: no function, no partials, no interval.

    Kepler's equation E - e*sin(E) = M by the implicit function theorem:

    >>> import math
    >>> from symdiff import grad, rule
    >>> @rule(partials=("1/(1 - e*cos(result))", "sin(result)/(1 - e*cos(result))"), sample=[(0, 6), (0, 0.9)])
    ... def anomaly(M, e):
    ...     E = M
    ...     for _ in range(60):
    ...         E -= (E - e*math.sin(E) - M)/(1 - e*math.cos(E))
    ...     return E
    >>> print(grad(anomaly))
    ∂anomaly/∂M = 1/(1 - e*cos(anomaly(M, e)))
    """
    if f is not None:
        return _declared(f, partials, sample, tolerance, name, latex)
    if partials is None:
        raise ArgumentError("rule needs partials: @rule(partials=lambda x: ...) or rule(f, partials)")
    return lambda function: _declared(function, partials, sample, tolerance, name, latex)


def _declared(f: Any, partials: Any, sample: Sequence[Interval] | None, tolerance: float, name: str, latex: str) -> Any:
    """The function f, with its rule declared."""
    if partials is None:
        raise ArgumentError(
            f"rule needs the partials of {name_of(f)}: rule({name_of(f)}, partials), or @rule(partials=...) above its definition"
        )
    _require_function(f)
    made = Rule(f, partials, sample, tolerance, name, latex)
    before = declared(f)
    declare(f, made)  # first, because a partial may call the function itself
    try:
        require_free_names(made.given)
        with contextlib.suppress(NameUnboundError):  # names that are bound later: checked when it is first used
            made.version()
    except BaseException:
        withdraw(f, before)
        raise
    return f


def _require_function(f: Any) -> None:
    if not callable(f) or isinstance(f, type):
        raise ArgumentError(f"rule needs a function, not {f!r} ({type(f).__name__})")
    if hasattr(f, "__symdiff_reading__"):
        raise ArgumentError(f"{f.__name__} is a derivative of symdiff's already; a rule is for a plain function")
    if isinstance(f, types.MethodType):
        raise ArgumentError(f"{f.__qualname__} is a method of one object; give the rule to a function that calls it")
    row = resolve(f)
    if row is not None or hasattr(f, "__symdiff_transform__"):
        raise ArgumentError(f"{name_of(f)} is known to symdiff already; a rule is for other functions")


__all__ = ["Rule", "rule"]
