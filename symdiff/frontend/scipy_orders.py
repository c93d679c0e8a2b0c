"""Functions of scipy.special that are more than a row: an integer order or branch, a derivative asked for, several results."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from symdiff.frontend import containers
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords
from symdiff.frontend.lower import Reader
from symdiff.frontend.scipy_special import several
from symdiff.frontend.values import Known, Number, Value, number
from symdiff.primitives import TABLE
from symdiff.primitives.bessel import prime

MAX_ORDER = 50  # of a derivative that is asked for by its order


def _bound(name: str, names: str, defaults: dict[str, Any], args: Args, keywords: Keywords, node: ast.AST) -> list[Value]:
    """The arguments of a function in the order of its parameters."""
    parameters = names.split()
    if len(args) > len(parameters):
        raise GapError(node, f"{name} with {len(args)} arguments", f"give {len(parameters)} at most", "not yet")
    given = dict(zip(parameters, args, strict=False))
    for key, value in keywords.items():
        if key not in parameters or key in given:
            raise GapError(node, f"{name} with keyword {key}", "call it with plain arguments", "not yet")
        given[key] = value
    missing = [key for key in parameters if key not in given and key not in defaults]
    if missing:
        raise GapError(node, f"{name} is called without {missing[0]}", f"give a value for {missing[0]}")
    return [given[key] if key in given else Known(defaults[key]) for key in parameters]


def _whole(reader: Reader, value: Value, node: ast.AST, what: str) -> int:
    return reader.integer(number(value.value) if isinstance(value, Known) and type(value.value) is int else value, node, what)


def _truth(value: Value, node: ast.AST, what: str) -> bool:
    if not (isinstance(value, Known) and isinstance(value.value, bool)):
        raise GapError(node, f"{what} that is not True or False", "write True or False")
    return value.value


def _each(reader: Reader, rule: Callable[..., Any], *values: Value, node: ast.AST) -> Value:
    """Apply a rule written for handles elementwise."""
    builder = reader.builder
    return containers.broadcast(
        reader, lambda *items: Number(builder.atom(rule(*(builder.value(item.atom) for item in items)))), *values, node
    )


def _prime(letter: str) -> Form:
    """``jvp(v, z, n=1)``: derivative n of a Bessel function."""
    name = f"{letter}vp"

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        v, z, n = _bound(name, "v z n", {"n": 1}, args, keywords, node)
        order = _whole(reader, n, node, f"the order of the derivative of {name}")
        if not 0 <= order <= MAX_ORDER:
            raise GapError(node, f"derivative {order} of a Bessel function", f"use 0 to {MAX_ORDER}")
        return _each(reader, lambda v, z: prime(letter, v, z, order), v, z, node=node)

    return form


def _integer_order(name: str, letter: str) -> Form:
    """``yn(n, x)`` and ``kn(n, x)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        n, x = _bound(name, "n x", {}, args, keywords, node)
        order = number(_whole(reader, n, node, f"the order of {name}"))
        return _each(reader, lambda v, z: prime(letter, v, z, 0), order, x, node=node)

    return form


def _spherical(name: str) -> Form:
    """``spherical_jn(n, z, derivative=False)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        n, z, derivative = _bound(name, "n z derivative", {"derivative": False}, args, keywords, node)
        order, row = _whole(reader, n, node, f"the order of {name}"), TABLE[name]
        if order < 0:
            raise GapError(node, f"{name} of a negative order", "use an order from 0 on")
        if _truth(derivative, node, "the argument derivative"):
            return _each(reader, lambda k, z: row.partials(k, z, row(k, z))[1], number(order), z, node=node)  # type: ignore[misc]
        return _each(reader, row, number(order), z, node=node)

    return form


def _lambertw(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``lambertw(z, k=0, tol=1e-8)`` of a real number, on its real branches; the result is real, ``.real`` or not."""
    z, k, _ = _bound("lambertw", "z k tol", {"k": 0, "tol": 1e-8}, args, keywords, node)
    branch = _whole(reader, k, node, "the branch of lambertw")
    if branch not in (0, -1):
        raise GapError(node, f"the complex branch {branch} of lambertw", "use the branch 0 or -1, which are real")
    return _each(reader, TABLE["lambertw"], z, number(branch), node=node)


def _zeta(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``zeta(x, q=None)``: Riemann's function, or Hurwitz's."""
    x, q = _bound("zeta", "x q", {"q": None}, args, keywords, node)
    if isinstance(q, Known) and q.value is None:
        return _each(reader, lambda x: TABLE["zetac"](x) + 1, x, node=node)
    return _each(reader, TABLE["hurwitz"], x, q, node=node)


ORDERS: dict[str, Form] = {
    **{f"{letter}vp": _prime(letter) for letter in "jyik"},
    "yn": _integer_order("yn", "y"),
    "kn": _integer_order("kn", "k"),
    **{f"spherical_{letter}n": _spherical(f"spherical_{letter}n") for letter in "jyik"},
    "airy": several("airy", "airyai", "airyaiprime", "airybi", "airybiprime"),
    "airye": several("airye", "airyaie", "airyaiprimee", "airybie", "airybiprimee"),
    "ellipj": several("ellipj", "ellipsn", "ellipcn", "ellipdn", "ellipam"),
    "lambertw": _lambertw,
    "zeta": _zeta,
}
