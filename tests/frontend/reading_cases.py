"""Small functions, each with arguments: reading them must give what Python gives. One idea each."""

import math
import math as m
from math import log as ln
from math import sin as s

import numpy as np
import numpy.linalg

K = 2.5
N = 3
COEFFS = [1.0, -2.0, 0.5]
MATRIX = np.array([[1.0, 2.0], [3.0, 4.0]])
FLAG = True
MODE = "square"
LIMITS = (0.0, 10.0)
pi = math.pi


def helper(x, power=2, *, scale=1.0):
    return scale * x**power


def outer_helper(x):
    def inner(y):
        return y * x

    return inner(x) + K


def rebinding(x):
    x = x + 1
    x = x * x
    return x - 1


def augmented(x):
    y = x
    y += 2
    y *= x
    y -= 1
    y /= 3
    y **= 2
    y //= 2
    y %= 5
    return y


def unpacking(x, y):
    a, b = y, x
    (c, d), e = (a, b), 3
    first, *rest = [a, b, c, d, e]
    *most, last = rest
    return first + 2 * rest[1] + last * most[0]


def swap(x, y):
    x, y = y, x
    return x - 2 * y


def chained_assignment(x):
    a = b = x * 2
    return a * b


def early_returns(x):
    if x < 0:
        return -x
    if x < 1:
        return x * x
    if x > 5:
        y = 3
        return x * y
    return x**3


def nested_returns(x, y):
    if x > 0:
        if y > 0:
            return x * y
        z = x - y
    else:
        z = y
        if y > 3:
            return 7 * x
    return z * 2


def deep_returns(x, y):
    t = 0
    if x > 0:
        if y > 1:
            if x > y:
                return 1 * x
            t = t + x
        else:
            t = 5
        t = t * 2 + y
    elif y < 0:
        return y**2
    if t > 4:
        return t
    return t + x


def elif_chain(x):
    if x < 1:
        y = x
    elif x < 2:
        y = x**2
    elif x < 3:
        y = x**3
    else:
        y = 1 / x
    return y + x


def conditional_expression(x):
    return (x if x > 1 else -x) * (2 if x < 5 else 3)


def chained_comparison(x):
    return x * 2 if 0 < x < 2 <= K else x * 3


def logic(x, y):
    if x > 0 and y > 0 or x < -5 and not y > 2:
        return x + y
    return x - y


def short_circuit(x):
    if x > 0 and math.log(x) > 0.5:
        return x
    return -x


def short_circuit_or(x):
    if x <= 0 or math.sqrt(x) > 1.2:
        return 2 * x
    return x * x


def or_value(x):
    y = x or 3.0
    return y * 2


def and_value(x):
    return (x and x + 1) * 2


def not_number(x):
    return 1.5 if not x else x


def bool_arithmetic(x):
    return (x > 1) * x + (x < 3) + True


def for_range(x):
    total = 0
    for i in range(1, 8, 3):
        total += x**i / (i + 1)
    return total


def for_reversed(x):
    y = 0
    for c in reversed(COEFFS):
        y = y * x + c
    return y


def for_zip_enumerate(x):
    y = 0
    for k, (a, b) in enumerate(zip(COEFFS, (1, 2, 3)), start=1):
        y += k * a * x**b
    return y


def for_else(x):
    for i in range(4):
        if x < i:
            y = x * i
            break
    else:
        y = -x
    return y


def for_continue(x):
    y = 0
    for i in range(5):
        if i == 2:
            continue
        if x > i:
            continue
        y += i * x
    return y


def for_return(x):
    for i in range(6):
        if x < i:
            return x * i
    return x


def for_break_nested(x):
    y = 0
    for i in range(3):
        for j in range(3):
            if x * j > i + 1:
                break
            y += x * j
        else:
            y += 100
    return y


def while_known(x):
    n = 0
    while n < 4:
        x = x * 1.1 + n
        n += 1
    return x


def while_break(x):
    n = 0
    while True:
        n += 1
        x = math.sin(x) + x
        if n >= 3:
            break
    return x


def comprehension(x):
    return sum([x**i for i in range(4) if i != 2]) + sum(i * x for i in range(3))


def nested_comprehension(x):
    rows = [[x * i + j for j in range(3)] for i in range(2)]
    return sum(sum(row) for row in rows) + rows[1][2]


def comprehension_scope(x):
    i = 10
    y = [i * x for i in range(3)]
    return y[2] + i


def helper_calls(x):
    return helper(x) + helper(x, 3) + helper(x, power=1, scale=K) + outer_helper(x)


def captured(x):
    return K * x**N + COEFFS[1] * x + MATRIX[1, 0] - LIMITS[1] * pi


def captured_range(x):
    y = 0
    for _ in range(N):
        y = y * x + K
    return y


def captured_mode(x):
    return x**2 if MODE == "square" and FLAG else x


def closures(x):
    def add(y):
        return x + y

    def twice(f, v):
        return f(f(v))

    return twice(add, 1.0) * twice(lambda v: v * x, 2)


def late_binding(x):
    a = 1

    def f():
        return a * x

    a = 5
    return f()


def lambda_default(x):
    fs = [lambda v, i=i: v * i for i in range(3)]
    return sum(f(x) for f in fs)


def two_lambdas(x):
    f, g = (lambda v: v + 1), (lambda v: v * 2)
    return f(g(x)) - g(f(x)) / 3


def shadowing(x):
    sum = 2 * x
    math = 3
    return sum * math


def spellings(x):
    return s(x) + m.cos(x) + np.tan(x) + ln(x) + numpy.exp(x) + abs(-x) + np.linalg.norm([x, 2.0])


def extremes(x, y):
    return max(x, y, 1) - min([x, y]) + max(3, 2) * min(x, 10)


def documented(x: float) -> float:
    """A docstring."""
    y: float = x * 2
    z: float
    assert x > -100, "too small"
    print("value", x)
    pass
    return y


def guard(x):
    if x < -50:
        raise ValueError("x must not be below -50")
    return x * x


def guard_else(x):
    if x > -50:
        y = x * 3
    else:
        raise ValueError
    return y + 1


def guard_middle(x, y):
    if x > 0:
        if y < -50:
            raise ArithmeticError("y")
        z = y
    else:
        z = x
    return z * x


def list_building(x):
    items = []
    for i in range(3):
        items.append(x * i)
    items += [5]
    items[0] = x
    copy = list(items)
    copy[1] = 0
    return sum(items) + copy[1] + len(items) + items[-1]


def list_in_branch(x):
    items = [1, 2]
    if x > 0:
        items.append(x)
    else:
        items.append(-x)
    return items[2] * 2


def multiplied_lists(x):
    a = [0] * 3 + [x]
    t = (x,) + (1, 2)
    return a[3] + t[0] * t[-1] + len(a)


def integers(x):
    n = 7 // 2 + 7 % 4 - (-7) // 2 + 2**5 + divmod(7, 2)[1]
    return x * n + x / 3 + 10**3


def int_functions(x):
    return int(3.7) * x + float(2) + round(2.6) * x + int(x) + round(x) + bool(1)


def constants(x):
    return math.pi * x + math.e + np.pi - math.inf if x < -1e9 else x * math.tau


def tuple_result(x, y):
    return x * y, (x + y, [x - y])


def array_result(x, y):
    return np.array([[x, y], [x * y, 1]])


def array_arithmetic(x, y):
    v = np.array([x, y, 2.0])
    w = 2 * v[1:] + v[:-1] ** 2 - 1
    return np.sum(w * w) + v.sum() + np.dot(v, v) + v.shape[0] + v.size + (-v)[0]


def vector_unpacked(p):
    a, b, c = p
    return a * b + c


def vector_indexed(p):
    return p[0] * p[1] - p[2] ** 2


def vector_negative(p):
    return p[-1] * p[0]


def vector_loop(p):
    t = 0
    for v in p:
        t += v * v
    return t + len(p)


def vector_slice(p):
    return sum(100.0 * (p[1:] - p[:-1] ** 2.0) ** 2.0 + (1 - p[:-1]) ** 2.0)


def vector_pairs(p):
    return sum(a * b for a, b in zip(p[:-1], p[1:]))


def unused(x, y):
    return 3 * x


def same_twice(x, y):
    return np.hypot(x, x) + math.atan2(y, y + 1)


def star_call(x, y):
    args = (x, y)
    return helper(*args[:1]) + max(*args)


def star_args(x, y):
    def total(*values):
        return sum(values)

    return total(x, y, 3)


def where_(x):
    return np.where(x > 0, np.sqrt(abs(x)), -x)


def clip_(x):
    return np.clip(x, -1, 2) + np.clip(x, None, 0.5)


def walrus(x):
    return (y := x + 1) * y


def in_tuple(x):
    return x * 2 if x in (1.0, 2.0) else x


def none_default(x, y=None):
    if y is None:
        y = 2.0
    return x * y


def is_instance(x):
    return x * 2 if isinstance(x, (int, float)) else x


def any_all(x):
    return x if any(x > i for i in range(3)) and all([x < 10, x > -10]) else -x


def keyword_names(lambda_, class_):
    return lambda_ * class_


def generated_names(t, t_1, x_bar, result, math_):
    t = t * t_1 + x_bar
    return t * result + math_


def log_base(x):
    return math.log(x, 2) + math.log(x, K) + np.log2(x) + math.log10(x)


def power_forms(x):
    return x**2 + 2**x + x**0.5 + x**-1 + pow(x, 3) + math.pow(x, 1.5) + np.power(x, 2) + x**N


def big_integers(x):
    return x * 2**60 + 10**20 - 9007199254740993


def hypot_many(x, y):
    return math.hypot(x, y, 3) + math.dist([x, y], (1, 2)) + math.prod([x, y, 2]) + math.fsum([x, y])


def known_integers(x):
    series = sum(x**k / math.factorial(k) for k in range(5)) + math.comb(5, 2) * x
    for i in range(math.floor(3.7)):
        series += i
    return series + math.gcd(12, 18) + math.ceil(2.1)


def string_options(x):
    kind = "log" + "1p"
    return math.log1p(x) if kind == "log1p" else x


def dead_code(x):
    return x
    y = undefined_name


def pairs(*names):
    return [(name, args) for name, args in names]


def arange_of_floats(x):
    t = np.arange(0.0, 1.0, 0.1)
    return np.sum(np.sin(x * t) * np.arange(10.0)) + np.sum(np.arange(2.5, 0, -0.5)) + len(np.arange(3.0, 1.0))


CASES = pairs(
    (rebinding, (1.5,)), (augmented, (4.3,)), (unpacking, (1.5, 2.5)), (swap, (1.0, 2.0)), (chained_assignment, (3.0,)),
    *[(early_returns, (v,)) for v in (-1.0, 0.5, 3.0, 7.0)],
    *[(nested_returns, v) for v in ((1.0, 2.0), (1.0, -2.0), (-1.0, 2.0), (-1.0, 4.0))],
    *[(deep_returns, v) for v in ((3.0, 2.0), (1.5, 2.0), (2.0, 0.5), (-1.0, -2.0), (-1.0, 2.0), (0.1, 0.2))],
    *[(elif_chain, (v,)) for v in (0.5, 1.5, 2.5, 3.5)],
    *[(conditional_expression, (v,)) for v in (-2.0, 3.0, 6.0)],
    *[(chained_comparison, (v,)) for v in (-1.0, 1.0, 3.0)],
    *[(logic, v) for v in ((1.0, 1.0), (-6.0, 1.0), (-6.0, 3.0), (1.0, -1.0))],
    *[(short_circuit, (v,)) for v in (-1.0, 1.2, 3.0)], *[(short_circuit_or, (v,)) for v in (-1.0, 1.2, 3.0)],
    *[(or_value, (v,)) for v in (0.0, 2.0)], *[(and_value, (v,)) for v in (0.0, 2.0)], *[(not_number, (v,)) for v in (0.0, 2.0)],
    *[(bool_arithmetic, (v,)) for v in (0.5, 2.0, 4.0)],
    (for_range, (1.3,)), (for_reversed, (1.3,)), (for_zip_enumerate, (1.3,)),
    *[(f, (v,)) for f in (for_else, for_continue, for_return, for_break_nested) for v in (-1.0, 0.5, 1.5, 2.5, 3.5, 9.0)],
    (while_known, (0.3,)), (while_break, (0.3,)), (comprehension, (1.2,)), (nested_comprehension, (1.2,)),
    (comprehension_scope, (1.2,)), (helper_calls, (1.2,)), (captured, (1.2,)), (captured_range, (1.2,)), (captured_mode, (1.2,)),
    (closures, (1.2,)), (late_binding, (1.2,)), (lambda_default, (1.2,)), (two_lambdas, (1.2,)), (shadowing, (1.2,)),
    (spellings, (1.2,)), (extremes, (1.2, 0.7)), (documented, (1.2,)), (guard, (1.2,)), (guard_else, (1.2,)),
    *[(guard_middle, v) for v in ((1.0, 2.0), (-1.0, 2.0))], (list_building, (1.2,)),
    *[(list_in_branch, (v,)) for v in (-1.0, 2.0)], (multiplied_lists, (1.2,)), (integers, (1.2,)), (int_functions, (1.2,)),
    (constants, (1.2,)), (tuple_result, (1.2, 0.4)), (array_result, (1.2, 0.4)), (array_arithmetic, (1.2, 0.4)),
    *[(vector_unpacked, (kind([1.2, 0.4, 3.0]),)) for kind in (list, tuple, np.array)],
    *[(f, (kind([1.2, 0.4, 3.0]),)) for f in (vector_indexed, vector_negative, vector_loop, vector_pairs) for kind in (list, np.array)],
    (vector_slice, (np.array([1.3, 0.7, 0.8]),)), (unused, (1.2, 3.0)), (same_twice, (1.2, 3.0)), (star_call, (1.2, 3.0)),
    (star_args, (1.2, 3.0)), *[(where_, (v,)) for v in (-1.0, 2.0)], *[(clip_, (v,)) for v in (-3.0, 0.1, 5.0)],
    (walrus, (1.2,)), *[(in_tuple, (v,)) for v in (1.0, 1.5)], (none_default, (1.2,)), (none_default, (1.2, 3.0)),
    (is_instance, (1.2,)), *[(any_all, (v,)) for v in (-3.0, 1.5, 20.0)], (keyword_names, (1.2, 0.7)),
    (generated_names, (1.2, 0.7, 0.3, 0.2, 0.1)), (log_base, (1.2,)), (power_forms, (1.2,)), (big_integers, (1.2,)),
    (hypot_many, (1.2, 0.7)), (string_options, (1.2,)), (known_integers, (1.2,)), (dead_code, (1.2,)),
    (arange_of_floats, (1.2,)),
)  # fmt: skip
