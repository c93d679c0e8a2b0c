"""What derivatives are called: after the user's own names, ``z_bar``, ``z_dot``, ``dz_dx``, ``d2z_dx2``."""

from __future__ import annotations

import re

_TEMPORARY = re.compile(r"t(_\d+)?")


def kept_name(name: str) -> str:
    """The name of a value that a branch hands on for its derivative."""
    return "t" if _TEMPORARY.fullmatch(name) else name


def adjoint_name(name: str, is_input: bool = False) -> str:
    """The name of an adjoint; that of a temporary is a temporary."""
    return "t" if _TEMPORARY.fullmatch(name) and not is_input else f"{name}_bar"


def tape_name(name: str) -> str:
    """The name of what a loop keeps of a value for its adjoint."""
    return "tape" if _TEMPORARY.fullmatch(name) else f"{name}_tape"


def tangent_name(name: str, label: str) -> str:
    """The name of a tangent; ``label`` is the input that is differentiated in, or "" along a direction.

    >>> tangent_name("z", "x"), tangent_name("dz_dx", "x"), tangent_name("z", ""), tangent_name("t_3", "x")
    ('dz_dx', 'd2z_dx2', 'z_dot', 't')
    """
    if _TEMPORARY.fullmatch(name):
        return "t"
    if not label:
        return f"{name}_dot"
    again = re.fullmatch(rf"d(\d*)(\D\w*)_d{re.escape(label)}\1", name)
    if again is None:
        return f"d{name}_d{label}"
    order = int(again[1] or 1) + 1
    return f"d{order}{again[2]}_d{label}{order}"
