"""Names in generated source: the user's where they are free, short temporaries elsewhere, always the same ones."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

MODULES = frozenset({"math", "np", "numba"})

_GENERIC = re.compile(r"t(_\d+)?")
_DERIVED = re.compile(r"(d\d*|)(.+?)(_bar(?:_\d+)?|_d[^\W\d]\w*)")
_RENUMBERED = re.compile(r"(.+?)(?:_\d+){2,}")
_NUMBERED = re.compile(r"(.+?)_(\d+)")


def is_generic(name: str) -> bool:
    """Whether a name was made up for an intermediate (``t``, ``t_3``): it says nothing, so it need not be kept."""
    return _GENERIC.fullmatch(name) is not None


def stem(name: str) -> tuple[str, int]:
    """A name without its number, and the number: ``y_3`` is ``("y", 3)``, ``y`` is ``("y", 0)``."""
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, 0)


def without_numbers(name: str) -> str:
    """A name that passes numbered again and again (``y_1_1_1``) without its numbers; any other name as it is."""
    match = _RENUMBERED.fullmatch(name)
    return match[1] if match else name


def derived_from(name: str) -> tuple[str, str, str] | None:
    """Where a name is that of a derivative, what stands before the variable, the variable, and what stands after it.

    ``dy_4_dx`` is ``("d", "y_4", "_dx")``, ``y_4_bar`` is ``("", "y_4", "_bar")``.
    """
    match = _DERIVED.fullmatch(name)
    if match is None or bool(match[1]) != (not match[3].startswith("_bar")):
        return None
    return match[1], match[2], match[3]


def identifiers(codes: Iterable[str]) -> frozenset[str]:
    """The names that pieces of source refer to (not attributes, not the holes ``{0}``)."""
    return frozenset(name for code in codes for name in re.findall(r"(?<![\w.{])[^\W\d]\w*", code))


def builtin_exception(name: str) -> bool:
    """Whether ``raise name(...)`` is a builtin exception: nothing else may be raised by generated code."""
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, Exception)


class Names:
    """The names in use in one scope; ``fresh`` gives the next free one."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken = set(reserved)
        self._next: dict[str, int] = {}

    def fresh(self, hint: str) -> str:
        """The hint, or the hint with the lowest free number."""
        name = hint
        base = stem(hint)[0] if hint in self._taken else hint
        while name in self._taken or keyword.iskeyword(name):
            self._next[base] = self._next.get(base, 0) + 1
            name = f"{base}_{self._next[base]}"
        self._taken.add(name)
        return name

    def release(self, name: str) -> None:
        """Give back a name that ``fresh`` gave last and that was not used."""
        self._taken.discard(name)
        base, number = stem(name)
        if number and self._next.get(base) == number:
            self._next[base] = number - 1

    def scope(self) -> Names:
        """A scope inside this one, in which all names of this one are taken."""
        inner = Names(self._taken)
        inner._next = dict(self._next)
        return inner

    def __contains__(self, name: str) -> bool:
        return name in self._taken
