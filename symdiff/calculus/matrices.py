"""Derivatives of functions of whole matrices: ``graph.whole``.

Each is that of an expression in index notation that has the same derivative at the point, where the result X and the inverse
Z of the matrix A are held fixed: of ``solve(A, b)`` it is ``Z @ (b - A @ X)``, because dX = Z (db - dA X). A sweep differentiates
it as it differentiates anything else. X and Z are results of statements that the next sweep differentiates again: it is exact
to every order. (Giles, "An extended collection of matrix derivative results", 2008.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.calculus.activity import mark_useful, mark_varied
from symdiff.calculus.sweep import Sweep, derived
from symdiff.graph.affine import Affine, Axes
from symdiff.graph.build import Body, Builder
from symdiff.graph.graph import Atom, Const, Loop
from symdiff.graph.terms import Guard, Range, Term, view
from symdiff.graph.whole import ROWS, call, matrices_of, result_of
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.calculus.entries import Columns
    from symdiff.calculus.forward import Forward
    from symdiff.calculus.reverse import Ledger, Reverse


def tangents(sweep: Forward, loop: Loop) -> None:
    """Add the tangents of a result to a sweep forward."""
    sweep.builder.append(loop)
    out, _ = result_of(loop)
    given = [atom for atom, _ in matrices_of(loop)]
    if not ROWS[loop.solver].smooth or out not in sweep.useful:
        return
    if not any(isinstance(atom, str) and sweep.tangents.get(atom) for atom in given):
        return
    sweep.builder.origin = derived(loop.origin, "tangent")
    body, same = _same_derivative(sweep, loop)
    mark_useful(tuple(body), sweep.useful, [same])
    sweep.block(tuple(body))
    sweep.tangents[out] = dict(sweep.tangents.get(same, {}))


def entries(columns: Columns, loop: Loop) -> None:
    """Add the entries of the Jacobian of a result."""
    columns.builder.append(loop)
    out, _ = result_of(loop)
    given = [atom for atom, _ in matrices_of(loop)]
    if not ROWS[loop.solver].smooth or out not in columns.useful or not any(atom in columns.entries for atom in given):
        return
    columns.builder.origin = derived(loop.origin, "tangent")
    body, same = _same_derivative(columns, loop)
    mark_useful(tuple(body), columns.useful, [same])
    columns.block(tuple(body))
    if same in columns.entries:
        columns.entries[out] = columns.entries[same]


def adjoints(sweep: Reverse, loop: Loop, ledger: Ledger) -> None:
    """Post the adjoint of a result to the matrices that it is computed from."""
    out, axes = result_of(loop)
    bars = sweep.take(ledger, out)
    if not bars or not ROWS[loop.solver].smooth:
        return
    body, same = _same_derivative(sweep, loop)
    for statement in body:
        sweep.builder.append(statement)
    sweep.active -= {out}  # all that reads it is behind us: from here on it is held fixed
    mark_varied(tuple(body), sweep.active)
    for seed, bar in bars.items():
        ledger.post(same, seed, view(bar, len(axes)) if isinstance(bar, str) else Term(bar))
    sweep.block(tuple(body), ledger)


def _same_derivative(sweep: Sweep, loop: Loop) -> tuple[Body, str]:
    """Statements in index notation whose result has the same derivative at the point, and its name."""
    builder = sweep.builder
    (matrix, axes), *others = matrices_of(loop)
    out, own = result_of(loop)
    size = axes[0]
    inverse = out
    if loop.solver != "inv":
        inverted = out if loop.solver == "cholesky" else matrix
        inverse = call(builder, "inv", [(inverted, axes)], axes, f"inv_{inverted}")
    with builder.block() as body, builder.unshared():
        write = Writer(builder, size)
        if loop.solver in ("solve", "inv"):
            right = others[0][0] if others else None
            found = write.product(matrix, out, own)
            rest = write.apply("neg", found) if right is None else write.apply("sub", right, found, own)
            made = write.product(inverse, rest, own)
        elif loop.solver == "cholesky":
            inner = write.product(inverse, write.symmetric(matrix), axes)
            made = write.product(out, write.lower(write.product(inner, inverse, axes, turned=True)), axes)
        else:
            made = write.trace(inverse, matrix)
            made = write.apply("mul", made, out) if loop.solver == "det" else made
    return body, str(made)


class Writer:
    """Products of square matrices of one size, and of these with vectors, as statements."""

    def __init__(self, builder: Builder, size: Affine) -> None:
        self.builder = builder
        self.size = size

    def apply(self, op: str, first: Atom, second: Atom | None = None, axes: Axes = ()) -> Atom:
        """One operation, element by element."""
        args = [first] if second is None else [first, second]
        if axes:
            args = [self.whole(arg, axes) for arg in args]
        return self.builder.apply(TABLE[op], *args)

    def whole(self, atom: Atom, axes: Axes) -> Atom:
        """An array, or a literal in place of one that is full of it."""
        return self.builder.spread(atom, axes)

    def product(self, left: Atom, right: Atom, axes: Axes, turned: bool = False) -> Atom:
        """``left @ right``, or with the transposed one: a matrix or a vector with these axes."""
        columns = axes[1:]
        both = (self.size, self.size, *columns)  # i, j, c
        i, j, c = Affine.of(0), Affine.of(1), [Affine.of(2)] * len(columns)
        first = self._read(left, (i, j), both)
        second = self._read(right, (*c, j) if turned else (j, *c), both)
        made = self.builder.apply(TABLE["mul"], first, second)
        inner = Affine.of(len(axes))
        index = (i, inner, *[Affine.of(1)] * len(columns))
        return self._sum(made, index, (Range(Affine(), self.size),), axes)

    def trace(self, left: Atom, right: Atom) -> Atom:
        """The trace of the product."""
        both = (self.size, self.size)
        i, j = Affine.of(0), Affine.of(1)
        made = self.builder.apply(TABLE["mul"], self._read(left, (j, i), both), self._read(right, (i, j), both))
        return self._sum(made, (i, j), (Range(Affine(), self.size),) * 2, ())

    def symmetric(self, matrix: Atom) -> Atom:
        """The symmetric matrix of which only the lower triangle is read."""
        i, j = Affine.of(0), Affine.of(1)
        return self._terms([self._term(matrix, (i, j), Guard(i - j)), self._term(matrix, (j, i), Guard(j - i - 1))])

    def lower(self, matrix: Atom) -> Atom:
        """The lower triangle, with half of the diagonal."""
        i, j = Affine.of(0), Affine.of(1)
        diagonal = self._terms([self._term(matrix, (i, j), Guard(i - j, "=="))])
        below = self._terms([self._term(matrix, (i, j), Guard(i - j - 1))])
        both = (self.size, self.size)
        return self.apply("add", below, self.apply("mul", diagonal, Const(0.5), both), both)

    def _term(self, atom: Atom, index: Sequence[Affine], guard: Guard) -> Term:
        return Term(atom, tuple(index) if isinstance(atom, str) else (), (), (guard,))

    def _terms(self, terms: Sequence[Term]) -> Atom:
        return self.builder.sum(terms, (self.size, self.size))

    def _read(self, atom: Atom, index: Sequence[Affine], axes: Axes) -> Atom:
        return self.builder.sum([Term(atom, tuple(index) if isinstance(atom, str) else ())], axes)

    def _sum(self, atom: Atom, index: Sequence[Affine], ranges: tuple[Range, ...], axes: Axes) -> Atom:
        return self.builder.sum([Term(atom, tuple(index) if isinstance(atom, str) else (), ranges)], axes)
