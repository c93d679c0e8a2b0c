"""What users write for a rule: partials as functions, formulas, sequences or mappings of those; samples."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff.errors import ArgumentError, DomainError, NameUnboundError, RuleError
from symdiff.frontend import FunctionSource, read_function
from symdiff.frontend.own import formula_source, unknown_for_none
from symdiff.graph.structure import SCALAR, Items, Structure
from symdiff.primitives import resolve

if TYPE_CHECKING:
    from symdiff.rules.reading import Rule

Interval = tuple[float, float]
RESULT = "result"  # what formulas call the value of the function


@dataclass(frozen=True, eq=False)
class Item:
    """One thing given as partials: a function, or a formula as a function; perhaps with the result as last parameter."""

    function: Callable[..., Any] | None
    source: FunctionSource | None
    takes_result: bool
    text: str


@dataclass(frozen=True, eq=False)
class Given:
    """The partials as they were given: one item for each operand, or one item for all of them together."""

    items: tuple[Item | None, ...]
    separate: bool


def operands_of(rule: Rule, partials: Any) -> tuple[tuple[str, ...], Given]:
    """The names of the operands and what was given for them."""
    if isinstance(partials, Mapping):
        names = _named(rule, partials)
        return names, Given(tuple(_item(rule, partials[name], names) for name in names), True)
    if isinstance(partials, tuple | list):
        if not partials:
            raise ArgumentError(f"the rule of {rule.name} has no partials; give one for each operand")
        names = _first(rule, len(partials))
        return names, Given(tuple(_item(rule, partial, names) for partial in partials), True)
    if isinstance(partials, str):
        names = _first(rule, _required(rule))
        return names, Given((_item(rule, partials, names),), False)
    if callable(partials):
        names = _first(rule, _count_for(rule, partials))
        return names, Given((_item(rule, partials, names),), False)
    raise ArgumentError(
        f"partials of {rule.name} must be a function, a formula, a sequence or a mapping of those, not {partials!r}"
    )


def _parameters(rule: Rule) -> list[inspect.Parameter]:
    """The parameters by position of a function whose signature is known."""
    found = [] if rule.signature is None else list(rule.signature.parameters.values())
    for parameter in found:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise RuleError(f"{rule.name} takes {parameter}; a rule is for a fixed number of operands")
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty:
            raise RuleError(f"{rule.name} needs the keyword {parameter.name}; a rule is for operands by position")
    return [parameter for parameter in found if parameter.kind is not parameter.KEYWORD_ONLY]


def _required(rule: Rule) -> int:
    """How many operands the function needs."""
    if rule.signature is not None:
        return sum(parameter.default is parameter.empty for parameter in _parameters(rule))
    arity = getattr(rule.function, "nin", None)  # of a ufunc
    if not isinstance(arity, int):
        raise ArgumentError(f"{rule.name} does not tell its parameters; give its partials as a tuple, one for each operand")
    return arity


def _first(rule: Rule, count: int) -> tuple[str, ...]:
    """The names of the first operands of the function."""
    if rule.signature is None:
        arity = getattr(rule.function, "nin", count)
        if arity != count:
            raise RuleError(f"{rule.name} takes {arity} operands; partials are given for {count}")
        return ("x", "y", "z")[:count] if count <= 3 else tuple(f"x{k + 1}" for k in range(count))
    parameters, required = _parameters(rule), _required(rule)
    if not required <= count <= len(parameters):
        takes = str(required) if required == len(parameters) else f"{required} to {len(parameters)}"
        raise RuleError(f"{rule.name}{rule.signature} takes {takes} operands; partials are given for {count}")
    return tuple(parameter.name for parameter in parameters[:count])


def _named(rule: Rule, partials: Mapping[Any, Any]) -> tuple[str, ...]:
    """The operands of partials that are given by name."""
    if rule.signature is None:
        _first(rule, len(partials))
        return tuple(map(str, partials))
    known = [parameter.name for parameter in _parameters(rule)]
    wrong = [name for name in partials if name not in known]
    if wrong:
        raise RuleError(f"{rule.name} has no operand {wrong[0]!r}; its operands are {', '.join(known)}")
    names = _first(rule, max(len(partials), _required(rule)))
    missing = [name for name in names if name not in partials]
    if missing:
        raise RuleError(f"the rule of {rule.name} says nothing of {missing[0]}; give None for a partial that is not known")
    return names


def _count_for(rule: Rule, partials: Callable[..., Any]) -> int:
    """How many operands one function that gives all partials is for: its parameters without the result."""
    names, needed = _taken(partials)
    required = _required(rule)
    count = needed if names is None else len(names)
    if count is None:
        return required
    parameters = _parameters(rule) if rule.signature is not None else []
    known = count <= len(parameters) and names is not None and names[-1:] == (parameters[count - 1].name,)
    return count if count == required or known else count - 1


def _item(rule: Rule, partial: Any, names: tuple[str, ...]) -> Item | None:
    if partial is None:
        return None
    if isinstance(partial, str):
        try:
            source = formula_source(partial, (*names, RESULT), _formula_names(rule))
        except (SyntaxError, ValueError) as error:
            raise RuleError(f"the partial {partial!r} of {rule.name} is no formula: {error}") from None
        return Item(None, source, True, partial)
    if not callable(partial):
        raise ArgumentError(
            f"a partial of {rule.name} must be a function, a formula or None, not {partial!r} ({type(partial).__name__})"
        )
    taken, needed = _taken(partial)
    most = len(names) + 1 if taken is None else len(taken)
    least = len(names) if needed is None else needed
    for count in (len(names), len(names) + 1):
        if least <= count <= most:
            return Item(partial, None, count > len(names), name_of(partial))
    wanted = f"{', '.join(names)}, or {', '.join((*names, RESULT))}"
    raise RuleError(f"a partial of {rule.name} must take {wanted}; {name_of(partial)} takes {least}")


def _taken(function: Callable[..., Any]) -> tuple[tuple[str, ...] | None, int | None]:
    """The names of the parameters by position (None: any number), and how many must be given (None: not known)."""
    row = resolve(function)
    if row is not None:
        return tuple(f"x{k}" for k in range(row.arity)), row.arity
    signature = signature_of(function)
    if signature is None:
        return None, None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    named = [parameter for parameter in signature.parameters.values() if parameter.kind in kinds]
    least = sum(parameter.default is parameter.empty for parameter in named)
    variadic = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in signature.parameters.values())
    return None if variadic else tuple(parameter.name for parameter in named), least


def _formula_names(rule: Rule) -> dict[str, Any]:
    """What a formula may call: math's functions and constants, abs, min, max, round, and the function itself."""
    names: dict[str, Any] = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
    return names | {"abs": abs, "min": min, "max": max, "round": round, "math": math, "np": np, rule.spelled: rule.function}


def require_one_each(rule: Rule, structure: Structure) -> None:
    """The partials must be one number for each operand."""
    parts: tuple[Structure, ...] = (SCALAR,) if structure.is_scalar else ()
    if isinstance(structure, Items):
        parts = structure.items
    elif not structure.is_scalar and structure.shape is not None and len(structure.shape) == 1:
        parts = (SCALAR,) * structure.shape[0]
    wanted = len(rule.operands)
    if len(parts) == wanted and all(part.is_scalar for part in parts):
        return
    names = ", ".join(rule.operands)
    if len(parts) == wanted or not parts:
        nested = next((name for name, part in zip(rule.operands, parts, strict=False) if not part.is_scalar), "each operand")
        raise RuleError(f"the partial of {rule.name} by {nested} must be one number")
    raise RuleError(f"the rule of {rule.name} gives {len(parts)} partials for {wanted} operands ({names})")


def require_free_names(given: Given) -> None:
    """Names in a formula are those of its operands, of math and of the function: nothing is bound later."""
    for item in given.items:
        if item is None or item.source is None:
            continue
        parameters = item.source.signature.parameters
        try:
            read_function(item.source, dict.fromkeys(parameters, SCALAR), {}, adapt=unknown_for_none, solid=True)
        except NameUnboundError:
            wrong = [
                node.id for node in ast.walk(item.source.node) if isinstance(node, ast.Name) and node.id not in item.source.names
            ]
            unknown = ", ".join(dict.fromkeys(name for name in wrong if name not in parameters))
            raise NameUnboundError(
                f"the partial {item.text!r} reads {unknown}; it may use {', '.join(parameters)} and the functions of math"
            ) from None


def intervals(rule: Rule, sample: Any) -> tuple[Interval, ...] | None:
    """The sample: one interval for each operand."""
    if sample is None:
        return None
    pairs = [sample] if len(rule.operands) == 1 and np.shape(sample) == (2,) else list(sample)
    if len(pairs) != len(rule.operands) or any(np.shape(pair) != (2,) for pair in pairs):
        raise DomainError(f"sample of {rule.name} must be one interval (low, high) for each of {', '.join(rule.operands)}")
    intervals = tuple((float(low), float(high)) for low, high in pairs)
    for low, high in intervals:
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise DomainError(f"sample of {rule.name}: ({low}, {high}) is no interval")
    return intervals


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """The parameters of a function, or None if it does not tell."""
    if hasattr(function, "nin"):  # a ufunc: what NumPy says of its parameters depends on its version
        return None
    try:
        return inspect.signature(getattr(function, "py_func", function))
    except (ValueError, TypeError):  # a builtin that does not tell
        return None


def name_of(function: Any) -> str:
    """What a function is called."""
    name = getattr(function, "__name__", type(function).__name__)
    return "f" if name == "<lambda>" else str(name)


def free_name(name: str, taken: Sequence[str]) -> str:
    """A name that is not taken."""
    while name in taken:
        name += "_"
    return name
