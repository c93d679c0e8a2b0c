"""What the use of an argument shows before any call: what is reduced, sliced or multiplied as a matrix is an array."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from symdiff.frontend.library import Args, Keywords
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import Known, ListValue, Number, TensorValue, TupleValue, Value

VECTORS = (
    "sum mean var std prod max amax min amin cumsum average diff roll zeros_like ones_like empty_like full_like diag flip "
    "flatten ravel sort argsort median argmax argmin dot inner vdot outer append trapezoid trapz "
    "nonzero flatnonzero argwhere count_nonzero delete bincount"
)
MATRICES = "trace tril triu transpose swapaxes diagonal"


def _ranks() -> dict[Any, int]:
    """The functions that show what their first argument is, with its rank."""
    return _found("scipy.special" in sys.modules)


@cache
def _found(special_is_loaded: bool) -> dict[Any, int]:
    import numpy as np

    found = {getattr(np, name): 1 for name in VECTORS.split() if hasattr(np, name)}
    found |= {getattr(np, name): 2 for name in MATRICES.split()}
    if special_is_loaded:
        special = sys.modules["scipy.special"]
        found |= {special.logsumexp: 1, special.softmax: 1, special.log_softmax: 1}
    found |= {function.reduce: 1 for function in (np.add, np.multiply, np.maximum, np.minimum)}
    found |= {getattr(np.linalg, name): 2 for name in ("inv", "det", "slogdet", "cholesky", "matrix_power")}
    return found | {np.linalg.norm: 1, builtins.len: 1, enumerate: 1, reversed: 1, np.size: 1, np.shape: 1}


@cache
def _several() -> dict[Any, tuple[int, ...]]:
    """The functions that show what several arguments are, with their ranks; 0: any."""
    import numpy as np

    return {np.linalg.solve: (2, 1), np.interp: (0, 1, 1), np.compress: (1, 1), np.extract: (1, 1)}


def assume(reader: Reader, target: Any, args: Args, keywords: Keywords) -> None:
    """Start reading again if a function shows that an argument of which no call has told anything is an array."""
    import numpy as np

    if not args or all(structure is not None for structure in reader.structures.values()):
        return
    if target is np.matmul and len(args) == 2:
        assume_product(reader, *args)
    elif target in _several():
        for value, rank in zip(args, _several()[target], strict=False):
            _assume_of_rank(reader, value, rank)
    elif target is zip or (target is np.where and len(args) == 1):
        for value in args:
            reader.assume_array(value, 1)
    elif target is np.einsum:
        _assume_indices(reader, args)
    elif target in (np.concatenate, np.vstack, np.column_stack, np.stack) and isinstance(args[0], TupleValue | ListValue):
        for item in args[0].items:
            reader.assume_array(item, 1)
    elif target in _ranks():
        rank = max(_ranks()[target], _rank_of(args, keywords))
        both = target in (np.dot, np.inner, np.vdot, np.outer)
        hints = _product_ranks(reader.source.node) if target is np.dot else {}
        for value in args[: 2 if both else 1]:
            reader.assume_array(value, rank, hints)


def _assume_of_rank(reader: Reader, value: Value, rank: int) -> None:
    if rank:
        reader.assume_array(value, rank)


def assume_method(reader: Reader, owner: Value, name: str, args: Sequence[Value], keywords: Mapping[str, Value]) -> None:
    """``x.sum(axis=1)``, ``x.copy()``: an array; ``x.astype(float)`` is a method of NumPy's numbers, too."""
    if name == "astype" and isinstance(owner, Number):
        return
    rank = max(2 if name in MATRICES.split() else 1, _rank_of([owner, *args], dict(keywords)))
    reader.assume_array(owner, rank)


def assume_product(reader: Reader, left: Value, right: Value) -> None:
    """``a @ b``: a matrix and a vector; ``a @ a``, and ``a`` beside an array from outside: vectors; other products show more."""
    same = isinstance(left, Number) and isinstance(right, Number) and left.atom == right.atom
    hints = _product_ranks(reader.source.node)
    outside = {found.leaf for found in reader.outside.values()}
    known = isinstance(right, TensorValue) and (len(right.axes) > 1 or right.atom in outside)
    reader.assume_array(left, 1 if same or known else 2, hints)
    reader.assume_array(right, 1, hints)


@lru_cache(maxsize=64)
def _product_ranks(function: ast.AST) -> dict[str, int]:
    """The ranks that the products of a function show, by name: ``w @ S @ w`` has a matrix between vectors.

    What stands between others, or is transposed behind another, is a matrix; what stands last a vector, here and where it
    stands first; what only stands first a matrix, but in ``np.dot(a, b)`` a vector.
    """
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    between: dict[str, int] = {}
    for node in ast.walk(function):
        operands = _operands(node)
        for place, operand in enumerate(operands):
            name, transposed = _name_of(operand)
            if not name:
                continue
            if 0 < place < len(operands) - 1 or (place and transposed):
                between[name] = 2
            elif place:
                last[name] = 1
            else:
                first[name] = 1 if len(operands) == 2 and isinstance(node, ast.Call) else 2
    return {**first, **last, **between}


def _operands(node: ast.AST) -> list[ast.expr]:
    """The operands of a chain of products, none if there is no product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        pair = [node.left, node.right]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dot":
        pair = [node.func.value, *node.args][-2:]
    else:
        return []
    return [operand for side in pair for operand in (_operands(side) or [side])]


def _name_of(operand: ast.expr) -> tuple[str, bool]:
    """The name of an operand, perhaps times a literal, and whether it is transposed; "" if it is no name."""
    if isinstance(operand, ast.BinOp) and isinstance(operand.left, ast.Constant):
        operand = operand.right
    transposed = isinstance(operand, ast.Attribute) and operand.attr == "T"
    inner = operand.value if isinstance(operand, ast.Attribute) and transposed else operand
    return (inner.id, transposed) if isinstance(inner, ast.Name) else ("", False)


def _rank_of(args: Args, keywords: Keywords) -> int:
    """The rank that an axis shows."""
    axis = keywords.get("axis", args[1] if len(args) > 1 else Known(None))
    items = axis.items if isinstance(axis, TupleValue) else (axis,)
    known = [item.known for item in items if isinstance(item, Number) and isinstance(item.known, int)]
    return max((item + 1 if item >= 0 else -item for item in known), default=1)


def _assume_indices(reader: Reader, args: Args) -> None:
    text = args[0].value if isinstance(args[0], Known) else None
    if isinstance(text, str):
        for value, letters in zip(args[1:], text.partition("->")[0].replace(" ", "").split(","), strict=False):
            reader.assume_array(value, len(letters))
