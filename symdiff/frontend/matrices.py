"""``np.linalg.solve``, ``inv``, ``det``, ``slogdet``, ``cholesky``: functions of whole matrices (``graph.whole``)."""

from __future__ import annotations

import ast

from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.lengths import equal
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensors import as_numbers, tensor_of
from symdiff.frontend.values import Number, TensorValue, TupleValue, Value, describe
from symdiff.graph.affine import Axes
from symdiff.graph.whole import call


def _square(reader: Reader, value: Value, name: str, node: ast.AST) -> TensorValue:
    """A square matrix."""
    if reader.loops or reader.builder.current.elementwise:
        raise not_as_arrays(reader, GapError(node, f"np.linalg.{name} in a loop over an array", "write a plain loop", "not yet"))
    found = as_numbers(reader, tensor_of(reader, value, node))
    if len(found.axes) < 2:
        reader.assume_rank(found, 2)
    if len(found.axes) != 2:
        raise GapError(node, f"np.linalg.{name} of {describe(found)}", "give a square matrix", "not yet")
    length = equal(reader, found.axes[0], found.axes[1], node)
    return TensorValue(found.atom, (length, length))


def _called(reader: Reader, name: str, matrices: list[TensorValue], axes: Axes) -> str:
    hint = {"solve": "solution", "cholesky": "L"}.get(name) or f"{name}_{matrices[0].atom}"
    return call(reader.builder, name, [(matrix.atom, matrix.axes) for matrix in matrices], axes, hint)


def _of_matrix(name: str) -> Form:
    """``inv`` and ``cholesky``: a matrix of the same size."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 1, 1, name, node)
        matrix = _square(reader, args[0], name, node)
        return TensorValue(_called(reader, name, [matrix], matrix.axes), matrix.axes)

    return form


def _det(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "det", node)
    return Number(_called(reader, "det", [_square(reader, args[0], "det", node)], ()))


def _slogdet(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """The sign and the logarithm of the absolute value of the determinant."""
    plain(args, keywords, 1, 1, "slogdet", node)
    matrix = _square(reader, args[0], "slogdet", node)
    return TupleValue(tuple(Number(_called(reader, name, [matrix], ())) for name in ("signdet", "logdet")))


def _solve(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``solve(A, b)`` with a vector or a matrix on the right."""
    plain(args, keywords, 2, 2, "solve", node)
    matrix = _square(reader, args[0], "solve", node)
    right = as_numbers(reader, tensor_of(reader, args[1], node))
    if len(right.axes) > 2:
        raise GapError(node, f"a right-hand side that is {describe(right)}", "give a vector or a matrix", "not yet")
    length = equal(reader, matrix.axes[0], right.axes[0], node)
    matrix, right = TensorValue(matrix.atom, (length, length)), TensorValue(right.atom, (length, *right.axes[1:]))
    return TensorValue(_called(reader, "solve", [matrix, right], right.axes), right.axes)


MATRICES: dict[str, Form] = {
    "solve": _solve,
    "inv": _of_matrix("inv"),
    "det": _det,
    "slogdet": _slogdet,
    "cholesky": _of_matrix("cholesky"),
}
