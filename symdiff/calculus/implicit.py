"""Derivatives of the solutions of equations, by the implicit function theorem: F(x, p) = 0 gives dx = -(dF/dx)^-1 (dF/dp) dp.

The residuals F are put at the solution, where they are differentiated by what they read from outside with x held fixed, and
by x. What comes out is an expression of the solution, so the next sweep differentiates it again: it is exact to every order.
The iterations of the solver are never differentiated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symdiff.calculus.activity import mark_useful, mark_varied
from symdiff.calculus.sweep import ONE, Sweep, Term, derived, flat
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Const, Loop
from symdiff.graph.loops import without_raises
from symdiff.graph.splice import splice
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.calculus.entries import Columns
    from symdiff.calculus.forward import Forward
    from symdiff.calculus.reverse import Ledger, Reverse

Matrix = list[list[Atom]]


def tangents_of_solution(sweep: Forward, loop: Loop) -> None:
    """Add the tangents of a solution to a sweep forward."""
    sweep.builder.append(loop)
    given = [atom for _, atom in loop.captured if isinstance(atom, str)]
    numbers = sorted({number for atom in given for number in sweep.tangents.get(atom, ())})
    if not numbers or sweep.useful.isdisjoint(loop.outs):
        return
    sweep.builder.origin = origin = derived(loop.origin, "tangent")
    body, residuals = _at_solution(sweep, loop)
    mark_useful(tuple(body), sweep.useful, residuals)
    sweep.block(tuple(body))
    inverse = _negative_inverse(sweep, loop)
    for row, each in zip(inverse, loop.carried, strict=True):
        for number in numbers:
            vectors = [sweep.tangent(atom, number) for atom in residuals]
            terms = [Term(entry, vector, True, origin) for entry, vector in zip(row, vectors, strict=True)]
            made = sweep.total(terms, sweep.hint(each.out, number), common=True)
            sweep.tangents.setdefault(each.out, {})[number] = made


def adjoints_of_solution(sweep: Reverse, loop: Loop, ledger: Ledger) -> None:
    """Post the adjoint of a solution to what its residuals read."""
    bars = [sweep.take(ledger, each.out) for each in loop.carried]
    seeds = sorted({seed for bar in bars for seed in bar})
    if not seeds:
        return
    origin = sweep.builder.origin
    body, residuals = _at_solution(sweep, loop)
    for statement in body:
        sweep.builder.append(statement)
    inverse = _negative_inverse(sweep, loop)
    sweep.active -= set(loop.outs)  # all that reads the solution is behind us: from here on it is held fixed
    mark_varied(tuple(body), sweep.active)
    for column, residual in enumerate(residuals):
        for seed in seeds:
            for row, bar in zip(inverse, bars, strict=True):
                if seed in bar:
                    sweep.post(ledger, residual, seed, Term(row[column], bar[seed], len(seeds) == 1, origin))
    sweep.block(tuple(body), ledger)


def entries_of_solution(columns: Columns, loop: Loop) -> None:
    """Add the entries of the Jacobian of a solution."""
    columns.builder.append(loop)
    given = [atom for _, atom in loop.captured if isinstance(atom, str)]
    if columns.useful.isdisjoint(loop.outs) or not any(atom in columns.entries for atom in given):
        return
    columns.builder.origin = derived(loop.origin, "tangent")
    body, residuals = _at_solution(columns, loop)
    mark_useful(tuple(body), columns.useful, residuals)
    columns.block(tuple(body))
    inverse = _negative_inverse(columns, loop)
    for row, each in zip(inverse, loop.carried, strict=True):
        pairs = [(str(atom), entry) for atom, entry in zip(residuals, row, strict=True) if atom in columns.entries]
        columns.elementwise(each.out, pairs)


def _at_solution(sweep: Sweep, loop: Loop) -> tuple[Body, list[Atom]]:
    """The residuals as statements of their own where the solution is known; they share nothing with what stands around."""
    builder = sweep.builder
    residuals = loop.outputs()[1]
    with builder.block() as body, builder.unshared():
        found = splice(builder, without_raises(loop.step.body), _names(loop), residuals)
    return body, found


def _names(loop: Loop) -> dict[str, Atom]:
    """What the parameters of the step are at the solution."""
    return {**dict(loop.captured), **{each.param: each.out for each in loop.carried}}


def _negative_inverse(sweep: Sweep, loop: Loop) -> Matrix:
    """-(dF/dx)^-1 at the solution."""
    from symdiff.calculus.forward import Forward

    params = [each.param for each in loop.carried]
    step = replace(loop.step, body=without_raises(loop.step.body))
    inner = Forward(flat(step, loop.outputs()[1]), params, [{name: ONE} for name in params])
    entries = [inner.tangent(atom, number) for atom in inner.graph.outputs for number in range(len(params))]
    derivative = inner.finish(entries)
    builder = sweep.builder
    atoms = splice(builder, derivative.body, _names(loop), derivative.outputs)
    count = len(params)
    return _inverse(sweep, [atoms[count * row : count * (row + 1)] for row in range(count)])


def _inverse(sweep: Sweep, matrix: Matrix) -> Matrix:
    """The negative of the inverse of a small matrix, by its minors."""
    builder = sweep.builder
    count = len(matrix)
    whole = _determinant(sweep, matrix, range(count), range(count))
    inverse: Matrix = []
    for row in range(count):
        inverse.append([])
        for column in range(count):
            rest = [[k for k in range(count) if k != each] for each in (column, row)]
            minor = _determinant(sweep, matrix, *rest)
            signed = minor if (row + column) % 2 else builder.apply(TABLE["neg"], minor)
            inverse[-1].append(builder.apply(TABLE["div"], signed, whole))
    return inverse


def _determinant(sweep: Sweep, matrix: Matrix, rows: Sequence[int], columns: Sequence[int]) -> Atom:
    """The determinant of some rows and columns, by the first of the rows."""
    if not rows:
        return Const(1)
    builder = sweep.builder
    total: Atom | None = None
    for number, column in enumerate(columns):
        rest = _determinant(sweep, matrix, rows[1:], [each for each in columns if each != column])
        part = builder.apply(TABLE["mul"], matrix[rows[0]][column], rest)
        total = part if total is None else builder.apply(TABLE["sub" if number % 2 else "add"], total, part)
    return total if total is not None else Const(0)
