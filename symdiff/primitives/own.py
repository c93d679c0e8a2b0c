"""Rows for functions of the user's that symdiff does not look into: what ``symdiff.rule`` declares."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symdiff.errors import DomainError
from symdiff.primitives.row import Primitive

RULE = "__symdiff_rule__"  # the attribute of a function that holds its rule

_DECLARED: dict[Any, Any] = {}  # the rules of functions that take no attributes: builtins, ufuncs, bound methods


@dataclass(frozen=True, eq=False, repr=False)
class Own(Primitive):
    """A row whose value is a call of ``function`` and whose partials are the rule that the user gave.

    Its first ``count`` operands are those of the function. The others are captured numbers that only the partials read:
    so a derivative keeps them as parameters.
    """

    function: Callable[..., Any] | None = None
    count: int = 0
    named: tuple[str, ...] = ()  # what the operands are called
    spelled: str = ""  # what the function is called on paper and in generated code
    text: str = ""  # a definition of the function that reads nothing from outside, or ""
    reason: str = ""  # why there is no such text
    latex: str = ""  # the name in LaTeX, or "" for that of the name
    points: Callable[[], tuple[tuple[tuple[float, ...], float], ...]] = lambda: ()  # where it was checked, with values
    precise: Callable[[], bool] = lambda: False  # whether the function computes with mpmath's numbers at their precision

    @property
    def title(self) -> str:
        """What messages call the row."""
        return self.spelled

    def operand_name(self, position: int) -> str:
        """What the operand at a position is called."""
        return self.named[position] if position < self.count else "a captured number"

    def high_precision(self, *operands: Any) -> Any:
        """Call the function with mpmath's numbers. Raises DomainError if it computes with fewer digits than they have."""
        if not self.precise():
            raise DomainError(f"{self.spelled} computes in double precision only")
        return super().high_precision(*operands)


def declare(function: Callable[..., Any], rule: Any) -> None:
    """Make a rule the one of a function; an earlier one is replaced."""
    try:
        setattr(function, RULE, rule)
    except AttributeError:
        _DECLARED[function] = rule


def withdraw(function: Callable[..., Any], before: Any) -> None:
    """Take back what ``declare`` did: ``before`` is the rule that there was, or None."""
    if before is not None:
        declare(function, before)
    elif _DECLARED.pop(function, None) is None:
        delattr(function, RULE)


def declared(callee: Any) -> Any:
    """The rule that was declared for this very function, or None.

    ``functools.wraps`` copies attributes to a wrapper, which is another function: its rule it is not.
    """
    try:
        rule = object.__getattribute__(callee, "__dict__").get(RULE)  # no attribute look-up of the user's is run
    except AttributeError:  # it has no attributes of its own
        rule = None
    if rule is not None and rule.function is callee:
        return rule
    plain = isinstance(type(callee).__hash__, types.WrapperDescriptorType)  # no hash of the user's own is run
    return _DECLARED.get(callee) if _DECLARED and plain else None


def home(function: Callable[..., Any]) -> tuple[Any, tuple[str, Any]]:
    """Where the rule of a function is found: an object, and the attribute or the item of it."""
    if declared(function) is getattr(function, RULE, None):
        return function, ("attribute", RULE)
    return _DECLARED, ("item", function)
