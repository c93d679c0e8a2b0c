"""NumPy functions of small arrays of fixed shape: sums, products, choices, construction."""

from __future__ import annotations

import ast
import builtins
import functools
import math
import sys
from dataclasses import replace
from functools import cache
from typing import Any

from symdiff.frontend import containers, tensor_products
from symdiff.frontend.array_writes import copy_of, view_of
from symdiff.frontend.assumptions import assume_product
from symdiff.frontend.cells import sharing
from symdiff.frontend.conditions import are_truths, conjunction, disjunction, elementwise_truth, scalar, truth_of
from symdiff.frontend.distributions import FUNCTIONS, QUANTILES
from symdiff.frontend.expressions import arithmetic, binary
from symdiff.frontend.filling import MAKING, check_float, is_float_kind
from symdiff.frontend.gaps import GapError
from symdiff.frontend.kinds import KINDS, NUMPY_KINDS
from symdiff.frontend.library import MAX_DECIMALS, PYTHON, Args, Form, Keywords, float_of, plain, sum_of
from symdiff.frontend.lower import Reader
from symdiff.frontend.mathematics import MATH, STATISTICS, hypot_of, product_of
from symdiff.frontend.merge import choose
from symdiff.frontend.scipy_orders import ORDERS
from symdiff.frontend.scipy_special import SCIPY
from symdiff.frontend.sequences import SEQUENCES, TOOLS
from symdiff.frontend.tables import TABLES
from symdiff.frontend.tensors import MAX_ITEMS, holds_array, tensor_of
from symdiff.frontend.texts import TEXTS
from symdiff.frontend.values import ArrayValue, Condition, Known, ListValue, Number, TensorValue, TupleValue, Value, number
from symdiff.primitives import TABLE


def _array(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.array(items)``: a new array; dtype float is the only one."""
    found = _as_array(reader, args, keywords, node)
    return found if isinstance(found, TensorValue | Condition | Known) else copy_of(containers.to_array(reader, found, node))


def _as_array(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.asarray(items)``: an array as it is."""
    dtype = keywords.pop("dtype", args[1] if len(args) == 2 else None)
    plain(args, keywords, 1, 2, "array", node)
    check_float(dtype, node)
    if not is_float_kind(dtype) and isinstance(args[0], TupleValue | ListValue | Condition | Known) and are_truths(args[0]):
        found = args[0]
        return replace(found, numpy=True) if isinstance(found, Condition | Known) else tensor_of(reader, found, node)
    return containers.to_array(reader, args[0], node)


def _contiguous(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.ascontiguousarray(items)``: the array itself, but of a view it may be a copy."""
    found = _as_array(reader, args, keywords, node)
    return sharing(found, found) if isinstance(found, ArrayValue) and found.window is not None else found


def vector(reader: Reader, value: Value, node: ast.AST) -> ArrayValue:
    """An operand of a reduction as an array; an argument of which no call has shown what it is waits for a call."""
    reader.assume_array(value, 1)
    return containers.to_array(reader, value, node)


def _total(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.sum(a)`` over all elements; of a vector also with its only axis."""
    if keywords.keys() == {"axis"} and len(vector(reader, args[0], node).shape) == 1:
        axis = keywords.pop("axis")
        if not isinstance(axis, Known) and reader.integer(axis, node, "an axis") not in (0, -1):
            raise GapError(node, "an axis that a vector does not have", "use axis 0")
    plain(args, keywords, 1, 1, "sum", node)
    return sum_of(reader, [TupleValue(vector(reader, args[0], node).items)], {}, node)


def _all_product(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "prod", node)
    return product_of(reader, [vector(reader, args[0], node)], {}, node)


def _mean(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.mean(a)`` over all elements."""
    total = scalar(reader, _total(reader, args, keywords, node), node)
    count = len(vector(reader, args[0], node).items)
    return arithmetic(reader, "div", total, number(count), node)


def _dot(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.dot(a, b)`` of numbers, vectors and matrices."""
    plain(args, keywords, 2, 2, "dot", node)
    if any(isinstance(value, Number) and reader.assumed_name(value) is None for value in args):
        left, right = (_no_list(reader, value, node) for value in args)
        return binary(reader, ast.Mult, left, right, node)
    return matmul(reader, args[0], args[1], node)


def _no_list(reader: Reader, value: Value, node: ast.AST) -> Value:
    """A list as the array that NumPy makes of it."""
    return vector(reader, value, node) if isinstance(value, TupleValue | ListValue) else value


def _matmul(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.matmul(a, b)``, which is not for numbers."""
    plain(args, keywords, 2, 2, "matmul", node)
    if any(isinstance(value, Number) and reader.assumed_name(value) is None for value in args):
        raise GapError(node, "a matrix product with a number", "use *", raises=ValueError)
    return matmul(reader, args[0], args[1], node)


def matmul(reader: Reader, left: Value, right: Value, node: ast.AST) -> Value:
    """The matrix product of vectors and matrices: sums of products, in order."""
    assume_product(reader, left, right)
    if holds_array(left) or holds_array(right) or (are_truths(left) and are_truths(right)):
        return tensor_products.matmul(reader, left, right, node)
    a, b = vector(reader, left, node), vector(reader, right, node)
    if not (1 <= len(a.shape) <= 2 and 1 <= len(b.shape) <= 2):
        raise GapError(node, f"the product of arrays of shapes {a.shape} and {b.shape}", "use vectors and matrices", "not yet")
    rows, inner = (1, *a.shape)[-2:]
    other, columns = b.shape if len(b.shape) == 2 else (*b.shape, 1)
    if inner != other:
        raise GapError(node, f"the product of arrays of shapes {a.shape} and {b.shape}", "make the inner lengths equal")
    items = []
    for i in range(rows):
        for j in range(columns):
            pairs = zip(a.items[i * inner : (i + 1) * inner], b.items[j::columns], strict=True)
            products = tuple(arithmetic(reader, "mul", x, y, node) for x, y in pairs)
            items.append(scalar(reader, sum_of(reader, [TupleValue(products)], {}, node), node))
    shape = (*a.shape[:-1], *b.shape[1:])
    return ArrayValue(shape, tuple(items)) if shape else items[0]


def _inner(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.inner(a, b)``, ``np.vdot(a, b)`` of two vectors."""
    plain(args, keywords, 2, 2, "inner", node)
    a, b = (vector(reader, value, node) for value in args)
    if len(a.shape) != 1 or len(b.shape) != 1:
        raise GapError(node, "np.inner of matrices", "use np.dot", "not yet")
    return matmul(reader, args[0], args[1], node)


def _outer(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.outer(a, b)``."""
    plain(args, keywords, 2, 2, "outer", node)
    a, b = (vector(reader, value, node).items for value in args)
    return ArrayValue((len(a), len(b)), tuple(arithmetic(reader, "mul", x, y, node) for x in a for y in b))


def _cross(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.cross(a, b)`` of two vectors of length 3."""
    plain(args, keywords, 2, 2, "cross", node)
    a, b = (vector(reader, value, node) for value in args)
    if a.shape != (3,) or b.shape != (3,):
        raise GapError(node, f"np.cross of shapes {a.shape} and {b.shape}", "use vectors of length 3", "not yet")
    items = []
    for j, k in ((1, 2), (2, 0), (0, 1)):
        first, second = (arithmetic(reader, "mul", a.items[p], b.items[q], node) for p, q in ((j, k), (k, j)))
        items.append(arithmetic(reader, "sub", first, second, node))
    return ArrayValue((3,), tuple(items))


def _extreme(name: str) -> Form:
    """``np.max(a)`` over all elements, or min; NaN of any element, as NumPy has it."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 1, 1, name, node)
        items = vector(reader, args[0], node).items
        if not items:
            raise GapError(node, f"np.{name} of nothing", "give at least one value")
        return functools.reduce(lambda a, b: scalar(reader, _elementwise(reader, f"{name}imum", [a, b], node), node), items)

    return form


def _truths(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> list[Value]:
    """The operands of ``np.any`` and ``np.all``: a list of conditions or numbers, or a single one."""
    plain(args, keywords, 1, 1, "any or all", node)
    single = isinstance(args[0], Condition | Number) or (isinstance(args[0], Known) and isinstance(args[0].value, bool))
    items = [args[0]] if single else containers.elements(reader, args[0], node)
    return [elementwise_truth(reader, item, node) for item in items]


def _any(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    return disjunction(reader, _truths(reader, args, keywords, node))


def _all(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    return conjunction(reader, _truths(reader, args, keywords, node))


def _at_least_1d(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.atleast_1d(x)``."""
    plain(args, keywords, 1, 1, "atleast_1d", node)
    array = containers.to_array(reader, args[0], node)
    return array if array.shape else sharing(ArrayValue((1,), array.items), array)


def _flat(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.ravel(a)``."""
    plain(args, keywords, 1, 1, "ravel", node)
    array = vector(reader, args[0], node)
    return _shaped(reader, array, (len(array.items),))


def _shaped(reader: Reader, array: ArrayValue, shape: tuple[int, ...]) -> ArrayValue:
    """An array in another shape: a view, but of a view it may be a copy."""
    found = view_of(reader, array, shape, range(len(array.items)))
    return found if array.window is None else sharing(found, found)


def _flattened(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``a.flatten()``: a copy."""
    plain(args, keywords, 1, 1, "flatten", node)
    return copy_of(containers.to_array(reader, _flat(reader, args, keywords, node), node))


def _reshape(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``a.reshape(2, -1)``, ``np.reshape(a, (2, -1))`` of known lengths."""
    given = args[1].items if len(args) == 2 and isinstance(args[1], TupleValue | ListValue) else args[1:]
    plain(args[:1], keywords, 1, 1, "reshape", node)
    array = vector(reader, args[0], node)
    lengths = [reader.integer(item, node, "a length") for item in given]
    rest = math.prod(length for length in lengths if length != -1)
    shape = tuple(len(array.items) // max(rest, 1) if length == -1 else length for length in lengths)
    if lengths.count(-1) > 1 or min(shape, default=0) < 0 or math.prod(shape) != len(array.items):
        raise GapError(node, f"an array of shape {array.shape} in the shape {tuple(lengths)}", "make them fit", raises=ValueError)
    return _shaped(reader, array, shape)


def _item(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``a.item()`` of an array with one element."""
    plain(args, keywords, 1, 1, "item", node)
    items = vector(reader, args[0], node).items
    if len(items) != 1:
        raise GapError(node, f".item() of {len(items)} elements", "index the array")
    return items[0]


def _as_float(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``a.astype(float)``."""
    kind = keywords.pop("dtype", args[1] if len(args) == 2 else None)
    plain(args, keywords, 1, 2, "astype", node)
    check_float(kind, node)
    return copy_of(containers.to_array(reader, args[0], node))


def _linspace(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.linspace(a, b, n, endpoint=True)``: a + k*step, and b itself at the end."""
    count = keywords.pop("num", args[2] if len(args) > 2 else number(50))
    closed = truth_of(reader, keywords.pop("endpoint", args[3] if len(args) > 3 else Known(True)), node)
    plain(args, keywords, 2, 4, "linspace", node)
    n = reader.integer(count, node, "the number of points")
    if not 0 <= n <= containers.MAX_RANGE:
        raise GapError(node, f"linspace with {n} points", f"use up to {containers.MAX_RANGE}", "not yet")
    if n > MAX_ITEMS:
        from symdiff.frontend.tensor_making import MAKING as OF_ANY_SIZE

        return OF_ANY_SIZE["linspace"](reader, [*args[:2], number(n)], {"endpoint": closed}, node)
    a, b = (scalar(reader, value, node) for value in args[:2])
    if n < 2:
        return ArrayValue((n,), (a,) * n)
    last = 1 if isinstance(closed, Known) and closed.value else 0
    step = arithmetic(reader, "div", arithmetic(reader, "sub", b, a, node), number(n - last), node)
    steps = (arithmetic(reader, "mul", number(k), step, node) for k in range(1, n - last))
    return ArrayValue((n,), (a, *(arithmetic(reader, "add", a, along, node) for along in steps), *[b][:last]))


def _norm(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.linalg.norm(v)`` of a vector."""
    plain(args, keywords, 1, 1, "norm", node)
    items = vector(reader, args[0], node)
    if len(items.shape) != 1:
        raise GapError(node, "the norm of a matrix", "write the sum out", "not yet")
    return hypot_of(reader, list(items.items), {}, node)


def _where(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.where(c, a, b)``: a choice; both sides are values already, only the chosen one counts."""
    plain(args, keywords, 3, 3, "where", node)
    truth = elementwise_truth(reader, args[0], node)
    args[1:] = [_no_list(reader, value, node) for value in args[1:]]
    if any(isinstance(value, ArrayValue) for value in args[1:]):  # a number stands for an array of it, as in NumPy
        args[1:] = [containers.broadcast(reader, lambda *pair, k=k: pair[k], *args[1:], node) for k in (0, 1)]
    if isinstance(truth, Known):
        chosen = args[1] if truth.value else args[2]
        return copy_of(chosen) if isinstance(chosen, ArrayValue) else chosen

    def side(value: Value) -> Value:
        return value if isinstance(value, ArrayValue | Condition) else scalar(reader, value, node)

    return choose(reader, truth.atom, ((), side(args[1])), ((), side(args[2])), node, "t")


def _clip(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.clip(x, lo, hi)``; a bound may be None."""
    low = keywords.pop("a_min", keywords.pop("min", None))
    high = keywords.pop("a_max", keywords.pop("max", None))
    plain(args, keywords, 1, 3, "clip", node)
    low = args[1] if len(args) > 1 else low
    high = args[2] if len(args) > 2 else high
    value: Value = args[0]
    for name, bound in (("maximum", low), ("minimum", high)):
        if bound is not None and not (isinstance(bound, Known) and bound.value is None):
            value = _elementwise(reader, name, [value, bound], node)
    return value


def _elementwise(reader: Reader, name: str, args: Args, node: ast.AST) -> Value:
    from symdiff.frontend.calls import apply_row

    return apply_row(reader, TABLE[name], args, {}, node, "t")


def _np_round(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.round(a, decimals=0)`` with NumPy's own formula, which at ties differs from Python's round."""
    decimals = keywords.pop("decimals", args[1] if len(args) == 2 else number(0))
    plain(args, keywords, 1, 2, "round", node)
    count = reader.integer(decimals, node, "the number of decimals")
    if abs(count) > MAX_DECIMALS:
        raise GapError(node, f"round to {count} decimals", f"use at most {MAX_DECIMALS}")
    scale, (there, back) = number(10.0 ** abs(count)), (ast.Mult, ast.Div) if count > 0 else (ast.Div, ast.Mult)
    scaled = binary(reader, there, args[0], scale, node) if count else args[0]
    whole = _elementwise(reader, "rint", [scaled], node)
    return binary(reader, back, whole, scale, node) if count else whole


def _is_close(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.isclose(a, b, rtol=1e-5, atol=1e-8)`` of scalars, with NumPy's formula, which is not symmetric."""
    tolerances = [keywords.pop(name, number(default)) for name, default in (("rtol", 1e-5), ("atol", 1e-8))]
    plain(args, keywords, 2, 2, "isclose", node)
    a, b, relative, absolute = (scalar(reader, value, node) for value in (*args, *tolerances))
    size = scalar(reader, _elementwise(reader, "abs", [b], node), node)
    allowed = arithmetic(reader, "add", absolute, arithmetic(reader, "mul", relative, size, node), node)
    distance = scalar(reader, _elementwise(reader, "abs", [arithmetic(reader, "sub", a, b, node)], node), node)
    near = conjunction(reader, [reader.apply("le", distance, allowed), reader.apply("isfinite", b)])
    return disjunction(reader, [reader.apply("eq", a, b), near])


NUMPY: dict[str, Form] = {
    "array": _array,
    "asarray": _as_array,
    "asanyarray": _as_array,
    "ascontiguousarray": _contiguous,
    "atleast_1d": _at_least_1d,
    "ravel": _flat,
    "reshape": _reshape,
    "linspace": _linspace,
    "max": _extreme("max"),
    "amax": _extreme("max"),
    "min": _extreme("min"),
    "amin": _extreme("min"),
    "any": _any,
    "all": _all,
    "inner": _inner,
    "vdot": _inner,
    "outer": _outer,
    "cross": _cross,
    "matmul": _matmul,
    "sum": _total,
    "prod": _all_product,
    "mean": _mean,
    "dot": _dot,
    "where": _where,
    "clip": _clip,
    "round": _np_round,
    "around": _np_round,
    "float64": float_of,
    "isclose": _is_close,
    "allclose": _is_close,  # of scalars it is the same
    **MAKING,
    **NUMPY_KINDS,
    **TABLES,
}


METHODS: dict[str, Form] = {
    "sum": _total,
    "prod": _all_product,
    "mean": _mean,
    "dot": _dot,
    "clip": _clip,
    "round": _np_round,
    "max": _extreme("max"),
    "min": _extreme("min"),
    "any": _any,
    "all": _all,
    "ravel": _flat,
    "flatten": _flattened,
    "reshape": _reshape,
    "item": _item,
    "astype": _as_float,
}


def _physical_constant(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``scipy.constants.value("Boltzmann constant")``."""
    plain(args, keywords, 1, 1, "value", node)
    name = args[0].value if isinstance(args[0], Known) else None
    constants = sys.modules["scipy.constants"].physical_constants
    if name not in constants:
        raise GapError(node, f"the physical constant {name!r}", "use a name that scipy.constants knows")
    return number(float(constants[name][0]))


def forms() -> dict[Any, Form]:
    """Every form by the object that is called (made on first use, because it needs NumPy)."""
    return _forms(tuple(name for name in ("scipy.special", "scipy.constants") if name in sys.modules))


@cache
def _forms(scipy: tuple[str, ...]) -> dict[Any, Form]:
    import statistics

    import numpy as np

    found: dict[Any, Form] = {getattr(builtins, name): form for name, form in (PYTHON | SEQUENCES | KINDS | TEXTS).items()}
    found |= TOOLS
    for module, named in ((math, MATH), (np, NUMPY), (statistics, STATISTICS)):
        found |= {getattr(module, name): form for name, form in named.items() if hasattr(module, name)}
    found[np.linalg.norm] = _norm
    if "scipy.constants" in scipy:
        found[sys.modules["scipy.constants"].value] = _physical_constant
    if "scipy.special" in scipy:
        special = sys.modules["scipy.special"]
        found |= {getattr(special, name): form for name, form in (ORDERS | SCIPY).items() if hasattr(special, name)}
    return found


def supported() -> list[str]:
    """What users write for these functions, for the README."""
    listed = [*PYTHON, *SEQUENCES, *KINDS, *TEXTS, *(f"math.{name}" for name in MATH), *(f"np.{name}" for name in NUMPY)]
    tools = [f"{tool.__module__.lstrip('_')}.{tool.__name__}" for tool in TOOLS]
    others = [*(f"statistics.{name}" for name in STATISTICS), *(f"special.{name}" for name in ORDERS | SCIPY)]
    normal = [f"stats.norm.{name}" for name in (*FUNCTIONS, *QUANTILES)]
    return sorted([*listed, *tools, *others, *normal, "np.linalg.norm"])
