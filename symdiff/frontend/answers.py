"""What functions of NumPy answer that is no number of Python's: its own truth values, and arrays of them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symdiff.frontend.conditions import are_truths, plain_number, truth_of
from symdiff.frontend.lookup import home
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensors import as_truths, tensor_of
from symdiff.frontend.values import ArrayValue, Condition, Known, Number, TensorValue, Value

# Functions that give truth values for truth values, and how many of their arguments are these; others say so themselves.
KEEPING = {
    builtins.max: 1, builtins.min: 1, np.max: 1, np.min: 1, np.abs: 1, np.sort: 1, np.tril: 1, np.triu: 1, np.roll: 1,
    np.outer: 2, np.kron: 2, np.repeat: 1, np.tile: 1, np.pad: 1, np.ravel: 1, np.atleast_1d: 1, np.atleast_2d: 1,
    np.ones_like: 1, np.zeros_like: 1, np.copy: 1, np.flip: 1, np.squeeze: 1, np.reshape: 1, np.transpose: 1,
}  # fmt: skip


def answered(reader: Reader, target: Any, args: Sequence[Value], typed: bool, result: Value, node: ast.AST) -> Value:
    """The result of a function of the library; ``typed``: the call names a dtype. A truth value of NumPy's is marked as one.

    Forms that compute with 0 and 1 where NumPy does with truth values are put right.
    """
    count = 0 if typed else KEEPING.get(target, 0)
    if target in (builtins.max, builtins.min) and len(args) > 1:  # of numbers beside each other
        count = 0
    if count and len(args) >= count and all(map(are_truths, args[:count])) and not are_truths(result):
        result = plain_number(result)
        if isinstance(result, TensorValue | ArrayValue):
            return as_truths(reader, tensor_of(reader, result, node))
        if isinstance(result, Number):
            result = truth_of(reader, result, node)
    numpy = type(target).__name__ == "ufunc" or home(target).split(".")[0] == "numpy"
    if isinstance(result, Condition) and numpy:
        return Condition(result.atom, numpy=True)
    return replace(result, numpy=True) if isinstance(result, Known) and isinstance(result.value, bool) and numpy else result
