"""Dicts, sets, options and texts: what is known while reading. Reading must give what Python gives."""

import logging
import math
import warnings

import numpy as np

CASES = []


def case(*points):
    """A function with the arguments to try it at."""

    def add(function):
        CASES.extend((function, point) for point in points)
        return function

    return add


PARAMS = {"a": 2.0, "b": 3.0, "mode": "sin", "inner": {"c": 0.5, "list": [1.0, 4.0]}}
OPS = {"sin": math.sin, "square": lambda v: v * v}
TABLE = {1: 0.5, 2: 0.25, (1, 2): 4.0}
NAMES = {"linear", "log"}


# -- dicts ----------------------------------------------------------------------------------------------------------


@case((1.2,))
def dict_local(x):
    p = {"k": x, "m": 2}
    p["k"] += 1
    p["n"] = p["k"] * p["m"]
    del p["m"]
    return p["n"] * len(p)


@case((1.2,))
def dict_merged(x):
    p = {"k": x, "m": 2}
    q = {"a": 1, **p, "m": x * x} | {"z": 3}
    p["k"] = 100
    return sum(q.values()) + q["k"] * 7


@case((1.2,))
def dict_methods(x):
    p = dict(a=x, b=2)
    total = p.get("a") + p.get("c", 5) * x + p.pop("b") + p.pop("nothing", 3)
    p.update({"d": x**2})
    p.setdefault("d", 9)
    total += p.setdefault("e", 4 * x)
    return total + sum(p.values()) + len(p.copy())


@case((1.2,))
def dict_loops(x):
    total = 0
    p = {"a": x, "b": x**2, "c": 3}
    for key in p:
        total += p[key]
    for k, (key, value) in enumerate(p.items()):
        total += k * value if key != "b" else 1
    for key in p.keys():
        total *= 2 if key in p else 3
    return total


@case((1.2,))
def dict_comprehension(x):
    powers = {n: x**n for n in range(4) if n != 2}
    swapped = {value: key for key, value in {"a": 1, "b": 2}.items()}
    return sum(n * v for n, v in powers.items()) + len(swapped[1]) + (2 in powers)


@case((1.2,))
def dict_of_functions(x):
    return sum(f(x) for f in OPS.values()) + OPS["square"](x) * OPS[PARAMS["mode"]](x)


@case((1.2,))
def dict_captured(x):
    c = PARAMS["inner"]["c"]
    return PARAMS["a"] * x**2 + PARAMS["b"] * c + PARAMS["inner"]["list"][1] * x


@case((1.2,))
def dict_keys(x):
    return TABLE[1] * x + TABLE[2.0] + TABLE[True] + TABLE[1, 2] * x


@case((1.2,))
def dict_as_keywords(x):
    def g(u, a=1, *, b=2):
        return a * u + b

    options = {"a": 3, "b": x}
    return g(x, **options) + g(x, **{"a": 5}) + g(u=x, **{})


@case((1.2,), (-1.2,))
def dict_in_branch(x):
    p = {"a": x, "b": 1}
    if x > 0:
        p["a"] = x * 2
    else:
        p["b"] = 7
    return p["a"] * p["b"]


@case((1.2,), (-1.2,))
def dict_chosen(x):
    p = {"a": x} if x > 0 else {"a": -2 * x}
    p["b"] = 3 * p["a"]
    return sum(p.values())


@case((1.2,))
def dict_aliases(x):
    p = {"v": [x]}
    q = p
    q["v"].append(2 * x)
    q["w"] = 4
    return sum(p["v"]) + p["w"]


# -- sets -----------------------------------------------------------------------------------------------------------


@case((1.0,), (1.5,))
def set_membership(x):
    kind = "log"
    return (2 if kind in NAMES else 3) * x + (x in {1.0, 2.0}) + (x not in {1, 5}) + len({1, 1, 2})


# -- lists ----------------------------------------------------------------------------------------------------------


@case((1.2,))
def list_methods(x):
    items = [x, 2, 3]
    items.insert(1, x**2)
    last = items.pop()
    first = items.pop(0)
    items.reverse()
    items.extend((4, 5))
    return sum(k * v for k, v in enumerate(items)) + 10 * last + first


@case((1.2,))
def list_search(x):
    names = ("a", "b", "c", "b")
    return names.index("c") * x + names.count("b") + [1, 2].index(2)


@case((1.2,), (-1.2,))
def list_chosen(x):
    if x > 0:
        parts = [x]
    else:
        parts = [-x]
    parts.append(3 * x)
    return sum(parts)


# -- imports, del, with, what is skipped ----------------------------------------------------------------------------


@case((1.2,))
def imports_inside(x):
    import math as m
    import os.path
    from math import pi, sin as s

    import numpy.linalg

    from tests import frontend

    from . import reading_cases
    from .reading_cases import K, helper

    return m.exp(x) * s(pi * x) + numpy.linalg.norm([x, 2]) + K * helper(x) + frontend.reading_cases.N + reading_cases.N + 0 * len(os.path.sep)


@case((1.2,))
def deletions(x):
    a, b = x, 2 * x
    del a
    items = [x, b, 3]
    del items[1], b
    a = 5
    return sum(items) * a


@case((1.2,), (-1.2,))
def contexts(x):
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        y = x * 2
        if x < 0:
            return y
    return y + 1


@case((1.2,))
def reports(x):
    """Text."""
    log = [x]
    if x > 100:
        warnings.warn("large", stacklevel=2)
        print(f"x = {x:.3f}", "large", log[0], sep="")
    assert x > 0, f"x = {x}"
    assert isinstance(x, float), "no number"
    ...
    logging.getLogger(__name__).debug("x = %s", x)
    LOG.info("x = %s", x)
    own = logging.getLogger("own")
    own.warning("x = %s", x)
    return sum(log)


LOG = logging.getLogger(__name__)
