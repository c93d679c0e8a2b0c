"""Dicts, sets, options and texts: what is known while reading. Reading must give what Python gives."""

import enum
import functools
import itertools
import logging
import math
import numbers
import operator
import statistics
import warnings
from collections import abc
from functools import reduce

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


# -- builtins, math, NumPy --------------------------------------------------------------------------------------------

LEVELS = (0.0, 11.0, 20.0)
VALUES = np.array([288.15, 216.65, 216.65])


@case((2.675,), (-7.25,), (0.5,))
def rounding(x):
    return round(x) + round(x, 2) * 3 + round(x, 1) + round(10 * x, -1) + round(x, ndigits=None) + np.round(x, 1) + round(7, 2) + round(2.5)


@case((2.7,), (-2.7,))
def integer_parts(x):
    q, r = divmod(x, 2)
    fraction, whole = math.modf(x)
    return int(x) + math.trunc(x) + q + 3 * r + fraction + 7 * whole + divmod(17, 5)[1] + int("12") + int() + float("2.5")


@case((1.2,))
def known_bits(x):
    n = (1 << 3) | 5
    return x * (n >> 1) + (n & 6) + (n ^ 3) + ~n + abs(-3) + x ** abs(-2) + (7 // 2) % 2


@case((1.2, 0.7))
def several(x, y):
    pair = [x, y]
    best = max(x, y, 0.5) + min(pair) + max((v * v for v in pair), default=0) + max([], default=x) + min({"a": x, "b": y}.values())
    return best + sum(pair, start=y) + sum([v for v in pair], 2) + sum(v * w for v, w in zip(pair, (2, 3))) + pow(x, 2)


@case((1.2, 0.7), (0.7, 1.2), (-1.0, 3.0))
def sorting(x, y):
    a, b, c = sorted([x, y, 1.0])
    d, e = sorted((x, y), reverse=True)
    names = sorted(["b", "a"])
    return a + 2 * b + 3 * c + 5 * d + 7 * e + (names[0] == "a") + statistics.median([x, y, 0.9, 0.1]) + statistics.mean((x, y))


@case((1.2, 0.7))
def functional(x, y):
    total = functools.reduce(lambda a, b: a * b, [x, y, 2]) + reduce(operator.add, (x, y), 10)
    pairs = sum(a * b for a, b in itertools.combinations([x, y, 3], 2))
    runs = list(itertools.accumulate([x, y, 2]))
    kept = list(filter(lambda n: n % 2, range(5))) + list(filter(None, [0, 1]))
    first = next(n for n in range(9) if n * n > 10) + next((n for n in () if n), 5)
    both = [a - b for a, b in itertools.product((x, y), repeat=1) if False] if False else [*itertools.chain((x,), [y])]
    return total + pairs + runs[-1] * runs[1] + sum(kept) * x + first + sum(both) + sum(map(math.exp, (x, y)))


@case((1.0, 1.0 + 1e-10), (1.0, 1.1), (2.0, 2.0), (1e-9, 0.0))
def closeness(x, y):
    near = 3 if math.isclose(x, y) else 5
    if math.isclose(x, y, rel_tol=0.2, abs_tol=1e-8):
        near += 10
    if np.isclose(x, y):
        near += 20
    return near * x + (1 if np.isclose(x, y, rtol=0.5, atol=0.0) else 2)


@case((1.2, 0.7))
def scaled(x, y):
    return math.ldexp(x, 3) + math.ldexp(y, -1) + math.dist((x, y), (1, 2)) + math.log(x, 2) + math.fsum([x, y])


@case((-3.0,), (0.0,), (4.0,), (11.0,), (15.0,), (20.0,), (25.0,))
def table(h):
    return np.interp(h, LEVELS, VALUES) + np.interp(h, [0, 1, 5, 12, 30], [1, 4, 2, 8, 3], left=7, right=-1) + np.interp(h, [2], [3])


@case((-0.5,), (0.5,), (1.5,))
def choices(x):
    a = np.select([x < 0, x < 1], [x**2, 3 * x], default=7)
    b = np.piecewise(x, [x < 0, x >= 0.4], [lambda v: -v, lambda v: v * v, 5])
    c = np.piecewise(x, [x > 0, x > 1], [1.0, 2.0])
    return a + 10 * b + 100 * c + np.where(x > 1, x, 2 * x) + np.heaviside(x, 0.5) + (2 if np.any([x > 1, x < 0]) else 3) + np.all(x > 0)


@case((1.2, 0.7))
def vectors(x, y):
    a, b = np.array([x, y, 1.0]), np.asarray([y, 2.0, x], dtype=float)
    m = np.array([[x, 1.0], [y, 2.0]])
    small = np.array([x, y])
    cross = np.cross(a, b)
    products = np.dot(a, b) + np.inner(a, b) + a @ b + (m @ small)[0] + (m @ m)[1, 0] + (small @ m)[1] + np.outer(small, a)[1, 2]
    extremes = np.max(a) + np.min(b) + a.max() + b.min() + np.linalg.norm(a) + np.atleast_1d(x)[0] + np.ravel(m)[3] + m.flatten()[1]
    return products + extremes + cross[0] + 2 * cross[1] + 3 * cross[2] + np.polyval([x, 2, y], 3) + np.polyval((1, 2), x) + np.linspace(0, x, 3)[1]


@case((1.2,), (np.float64(1.2),))
def kinds(x):
    if isinstance(x, (int, float)) and not isinstance(x, bool) and isinstance(x, numbers.Real) and isinstance(x, numbers.Number | str):
        y = x
    elif isinstance(x, (np.ndarray, list, tuple, abc.Iterable, abc.Sequence)):
        y = x[0]
    if np.isscalar(x) and np.ndim(x) == 0 and np.size(x) == 1 and np.shape(x) == () and not hasattr(x, "shape_"):
        y *= 2
    if callable(math.sin) and not callable(x) and hasattr(math, "sin") and type(3) is int and isinstance((1, 2), tuple):
        y += x
    return float(y) * (1 if isinstance("a", str) and issubclass(int, numbers.Integral) else 2) + np.float64(x) + np.asarray(x) * 2


@case((1.2, 3), (1.2, 2.0))
def kind_of_an_integer(x, n):
    if isinstance(n, int):
        return sum(x for _ in range(n))
    return x * n if type(n) is float else 0


@case((0.5,), (1.5,), (-1.0,))
def combined_conditions(x):
    a = (x > 0) & (x < 1)
    b = (x > 1) | (x < 0) | False
    c = (x > 0) ^ (x < 1)
    return (1 if a else 2) * x + (10 if b else 20) + (100 if c else 200) + (x if a & True else 0)


# -- exceptions -------------------------------------------------------------------------------------------------------


@case((0.0,), (2.0,))
def division_guarded(x):
    y = 5.0
    try:
        y = 1 / x
    except ZeroDivisionError:
        pass
    return y


@case((0.0, 1.0), (2.0, 0.0), (2.0, 4.0))
def two_divisions(x, y):
    a = b = 1.0
    try:
        a = 1 / x
        b = a / y
    except ZeroDivisionError:
        b = 7.0
    else:
        b = b * 2
    finally:
        c = 3.0
    return a + b * c


@case((-1.0,), (0.0,), (4.0,), (0.5,))
def several_handlers(x):
    try:
        root = math.sqrt(x)
        value = math.log(root - 0.5) / x if False else math.asin(root - 0.5) / x
    except ZeroDivisionError:
        return 1.0
    except (ValueError, TypeError):
        return -x
    return value + root


@case((-1.0,), (0.0,), (4.0,))
def nested_attempts(x):
    try:
        try:
            y = 1 / x
        except ZeroDivisionError:
            y = 3.0
        z = math.sqrt(x) + y
    except Exception:
        z = -1.0 + 2 * x
    return z


@case((-1.0,), (4.0,), (0.25,))
def raised_and_caught(x):
    try:
        if x < 0:
            raise ValueError("negative")
        if x < 1:
            raise KeyError
        y = math.sqrt(x)
    except ValueError:
        y = 0.5 * x
    except KeyError:
        y = 7.0
    return y


class OwnError(ArithmeticError):
    pass


@case((-1.0,), (4.0,))
def own_exception_caught(x):
    try:
        check(x)
        return x
    except OwnError as error:
        print(error)
        return 2 * x


def check(x):
    if x < 0:
        raise OwnError(f"x = {x}")


@case((1.2,))
def nothing_raised(x):
    try:
        y = float(x) * 2
    except (TypeError, ValueError):
        y = [undefined]
    try:
        import math

        z = math.sin(x)
    except ImportError:
        z = None
    return y * z


@case((1.2,))
def raised_for_sure(x):
    table = {"a": 1.0}
    try:
        y = table["b"]
    except KeyError:
        y = 2.0
    try:
        n = len(x)
    except TypeError:
        n = 1
    try:
        z = [x, 2][5] + undefined
    except (IndexError, LookupError):
        z = 9
    return x * y * n + z


@case((0.0,), (2.0,), (-3.0,))
def in_a_loop(x):
    total = 0.0
    for k in range(3):
        try:
            total += 1 / (x - k)
        except ZeroDivisionError:
            if k == 1:
                break
            continue
        total *= 2
    return total


@case((0.0,), (0.5,), (2.0,))
def through_a_helper(x):
    def inverse(v):
        return 1 / v

    try:
        return inverse(x) + inverse(x - 0.5)
    except ZeroDivisionError:
        return 42.0


@case((0.0,), (800.0,), (1.0,))
def overflow(x):
    try:
        return math.exp(x) + (x / 2) ** 120.5
    except OverflowError:
        return x


@case((-1.0,), (0.0,), (4.0,))
def numpy_never_raises(x):
    with np.errstate(all="ignore"):
        try:
            y = np.sqrt(abs(x)) + float(np.exp(x)) * np.hypot(x, 1)
        except Exception:
            y = 7.0
    return y


@case((1.2,))
def guards(x):
    if x > 100:
        raise ValueError(f"x = {x:.2f} is above {100}")
    if x > 99:
        raise ValueError("x = %s" % x)
    if x > 98:
        raise RuntimeError("x = {}".format(x), x) from None
    if x > 97:
        raise OwnError
    y = fail("x") if x > 96 else x
    return y if x < 200 else fail("large")


def fail(name):
    raise KeyError(name)


# -- texts ------------------------------------------------------------------------------------------------------------


@case((1.2,), (1.2, "SQUARE "), (1.2, "cube"))
def text_options(x, mode="a_b"):
    kind = mode.strip().lower()
    parts = mode.split("_")
    label = f"{kind!r:>10}|{len(parts):03d}" + "%s-%d" % (kind, 3) + "{0}".format(kind) + str(3) + repr(None)
    if kind.startswith("sq") or kind == "cube" and not mode.isupper():
        return x ** (2 if "sq" in kind else 3) + len(label)
    return x * len(parts) + (1 if label.endswith("3None") else 2) + "abc".index("c") + len(",".join(parts).replace("a", "xyz"))


@case((1.2,))
def messages(x):
    message = f"x = {x}"
    message += " and " + str(x)
    if x > 10:
        raise ValueError(message)
    return x


# -- assignment expressions ---------------------------------------------------------------------------------------------


@case((1.2,), (-1.2,))
def walrus_everywhere(x):
    if (y := x * x) > 1 and x > 0:
        y += 1
    powers = [last := y, last**2, (z := last + x) * z]
    squares = [w := v * x for v in (1, 2, 3)]
    return y + sum(powers) + w + z + sum(squares) + (u := 3) * u


# -- match --------------------------------------------------------------------------------------------------------------


class Kind(enum.Enum):
    LINEAR = 1
    SQUARE = 2


@case((1.2,), (1.2, "square"), (1.2, "cube"), (1.2, "other"), (1.2, Kind.SQUARE), (1.2, None), (1.2, Kind.LINEAR))
def match_options(x, mode="linear"):
    match mode:
        case "linear" | Kind.LINEAR:
            y = x
        case "square" | "quadratic":
            y = x**2
        case Kind.SQUARE:
            return 7 * x**2
        case None:
            return 0.5 * x
        case str() as name if name.startswith("c"):
            y = x**3 + len(name)
        case _:
            y = 11.0
    return y * 2


@case((0.0,), (1.0,), (2.0,), (3.0,), (-4.0,))
def match_numbers(x):
    match x:
        case 0:
            y = 5.0
        case 1 | 2:
            y = 3 * x
        case float(v) if v < 0:
            y = v * v
        case _:
            y = x + 1
    match (x, 2, 3, 4):
        case (_, 3, *_):
            y = 0
        case (a, 2, *rest):
            y += a * sum(rest)
    match {"a": x, "b": 2, "c": 3}:
        case {"z": _}:
            y = 0
        case {"a": a, "b": 2, **rest}:
            y += a * rest["c"]
    return y


@case((0.0,), (1.0,), (5.0,))
def match_returns(x):
    match x:
        case 0:
            return 3 * x
        case 1:
            pass
        case other if other > 4:
            return other**2
    return x + 10


# -- recursion ----------------------------------------------------------------------------------------------------------


@case((1.2,), (1.2, 13), (1.2, 0))
def power(x, n=5):
    if n == 0:
        return 1.0
    elif n % 2:
        return x * power(x, n - 1)
    return power(x * x, n // 2)


@case((0.3,))
def legendre_recursion(x):
    return legendre(6, x) + legendre(0, x)


def legendre(n, x):
    if n == 0:
        return 1.0
    if n == 1:
        return x
    return ((2 * n - 1) * x * legendre(n - 1, x) - (n - 1) * legendre(n - 2, x)) / n


@case((0.7,))
def continued_fraction(x, n=1):
    return n + x / continued_fraction(x, n + 1) if n < 80 else 1.0


@case((1.2, [1.0, 2.0, 3.0, 4.0]))
def horner_recursion(x, coefficients):
    if not coefficients:
        return 0.0
    first, *rest = coefficients
    return first + x * horner_recursion(x, rest)


@case((1.2,))
def mutual_recursion(x):
    def even(n):
        return 1.0 if n == 0 else x * odd(n - 1)

    def odd(n):
        return 0.5 if n == 0 else x + even(n - 1)

    return even(9)


# -- values that differ between paths -----------------------------------------------------------------------------------


@case((1.2,), (-1.2,), (3.0,))
def chosen_texts(x):
    mode = "pos" if x > 0 else "neg"
    kind = None
    if x > 2:
        kind = "large"
    if mode == "pos" and kind is None:
        return x**2
    factor = {"pos": 2.0, "neg": x}[mode]
    return factor * x if kind != "large" else 7 * x


@case((1.2,), (0.5,), (-1.2,))
def chosen_functions(x):
    if x > 0:
        if x > 1:
            f = math.sin
        else:
            f = math.cos
    else:
        k = x * 3
        f = lambda v: v * v + 1
    g = max if x > 1 else min
    return f(x) + g(x, 0.7)


@case((1.2, 0.5), (1.2, -0.5))
def chosen_none(x, y):
    root = None
    if y > 0:
        root = math.sqrt(y)
    if root is not None:
        return x * root
    values = [x] if x > y > 0 else [x, y]
    return sum(values) * len(values)


@case((1.2,), (-1.2,))
def odd_part(x):
    def odd(v):
        return -odd(-v) if v < 0 else v**2

    return odd(2 * x) + odd(-x)
