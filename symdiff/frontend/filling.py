"""NumPy functions that make arrays: zeros, ones, full, zeros_like and its kin, arange, broadcast_arrays."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

from symdiff.frontend import containers
from symdiff.frontend.array_writes import is_whole
from symdiff.frontend.conditions import is_truth, scalar
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.numpy_arguments import is_float
from symdiff.frontend.values import ArrayValue, Condition, Known, Number, TupleValue, Value, number
from symdiff.graph.affine import Affine


def check_float(kind: Value | None, node: ast.AST) -> None:
    """Refuse a dtype that is not float64."""
    if kind is not None and not (isinstance(kind, Known) and (kind.value is None or is_float(kind.value))):
        raise GapError(node, "an array of another type than float64", "leave dtype out")


def is_float_kind(kind: Value | None) -> bool:
    """Whether a dtype is given, which ``check_float`` takes: then truth values are 0.0 and 1.0."""
    return isinstance(kind, Known) and kind.value is not None


def check_like(reader: Reader, name: str, like: ArrayValue, node: ast.AST) -> None:
    """Refuse an array like one of integers: what is written into it is rounded."""
    if like.items and all(is_whole(reader, item) for item in like.items):
        raise GapError(node, f"{name} of an array that is not of floats", "write dtype=float")


def filled_array(sizes: tuple[int, ...], value: Number, node: ast.AST) -> ArrayValue:
    """An array of known shape that is full of a number."""
    if min(sizes, default=0) < 0:
        raise GapError(node, "negative dimensions are not allowed", "use a length of 0 or more", raises=ValueError)
    if math.prod(sizes) > containers.MAX_RANGE:
        raise GapError(node, f"an array of shape {sizes}", "use a smaller one", "not yet")
    return ArrayValue(sizes, (value,) * math.prod(sizes))


def _filled(name: str, value: float | None) -> Form:
    """``np.zeros(shape)``, ``np.ones(shape)``, ``np.full(shape, value)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        dtype = keywords.pop("dtype", None)
        check_float(dtype, node)
        count = 1 if value is not None else 2
        plain(args, keywords, count, count, name, node)
        shape = args[0].items if isinstance(args[0], TupleValue) else (args[0],)
        sizes = tuple(reader.integer(size, node, "a length") for size in shape)
        if value is None and not is_float_kind(dtype) and (is_truth(args[1]) or isinstance(args[1], Condition)):
            from symdiff.frontend.tensor_making import filled

            return filled(reader, tuple(map(Affine, sizes)), args[-1], node)
        return filled_array(sizes, number(value) if value is not None else scalar(reader, args[1], node), node)

    return form


def _like(name: str, value: float | None) -> Form:
    """``np.zeros_like(a)``, ``np.ones_like(a)``, ``np.full_like(a, value)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        kind = keywords.pop("dtype", None)
        check_float(kind, node)
        count = 1 if value is not None else 2
        plain(args, keywords, count, count, name, node)
        like = containers.to_array(reader, args[0], node)
        if kind is None:
            check_like(reader, name, like, node)
        return filled_array(like.shape, number(value) if value is not None else scalar(reader, args[1], node), node)

    return form


def _arange(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.arange(start, stop, step)`` of integers; of literal floats, the numbers that NumPy gives."""
    check_float(keywords.pop("dtype", None), node)
    plain(args, keywords, 1, 3, "arange", node)
    known = [value.known for value in args if isinstance(value, Number) and value.known is not None]
    if len(known) == len(args) and any(isinstance(value, float) for value in known):
        numbers = _of_floats(*known, node=node)
    else:
        numbers = range(*(reader.integer(value, node, "a bound of arange") for value in args))
    if len(numbers) > containers.MAX_RANGE:
        raise GapError(node, f"an array of {len(numbers)} elements", "use a smaller one", "not yet")
    return ArrayValue((len(numbers),), tuple(map(number, numbers)))


def _of_floats(start: float, stop: float | None = None, step: float = 1, *, node: ast.AST) -> Sequence[float]:
    start, stop = (0, start) if stop is None else (start, stop)
    count = (stop - start) / step if step else math.inf
    if not count <= containers.MAX_RANGE:
        raise GapError(node, f"arange of {count} steps", "use np.linspace with a number of points", "not yet")
    import numpy as np

    found: list[float] = np.arange(start, stop, step, dtype=float).tolist()
    return found


def _broadcast_arrays(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.broadcast_arrays(a, b, ...)``: each repeated to the common shape."""
    plain(args, keywords, 1, 100, "broadcast_arrays", node)
    arrays = [containers.to_array(reader, value, node) for value in args]
    positions = range(len(arrays))

    def chosen(position: int) -> Value:
        return containers.broadcast(reader, lambda *items: items[position], *arrays, node)

    return TupleValue(tuple(map(chosen, positions)))


def _is_complex(answer: bool) -> Form:
    """``np.iscomplex(x)``, ``np.isreal(x)`` of real numbers."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 1, 1, "iscomplex", node)
        if not isinstance(args[0], Number | Condition):
            raise GapError(node, "iscomplex or isreal of an array", "leave the test out", "not yet")
        return Known(answer)

    return form


MAKING: dict[str, Form] = {
    "zeros": _filled("zeros", 0.0),
    "ones": _filled("ones", 1.0),
    "full": _filled("full", None),
    "zeros_like": _like("zeros_like", 0.0),
    "ones_like": _like("ones_like", 1.0),
    "full_like": _like("full_like", None),
    "arange": _arange,
    "broadcast_arrays": _broadcast_arrays,
    "iscomplex": _is_complex(False),
    "isreal": _is_complex(True),
}
