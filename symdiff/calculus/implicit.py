"""Derivatives of the solutions of equations, by the implicit function theorem: F(x, p) = 0 gives dx = -(dF/dx)^-1 (dF/dp) dp.

The residuals F are put at the solution, where they are differentiated by what they read from outside with x held fixed, and
by x. What comes out is an expression of the solution, so the next sweep differentiates it again: it is exact to every order.
The iterations of the solver are never differentiated.

A few unknowns are scalars: their Jacobian is inverted by minors. An array of unknowns is one: there dx solves a linear system,
as does the adjoint, and a whole Jacobian reads the inverse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symdiff.calculus.activity import is_zero, mark_useful, mark_varied
from symdiff.calculus.matrices import Writer
from symdiff.calculus.sweep import ONE, Sweep, Term, derived, flat
from symdiff.graph.affine import Affine
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Const, Loop
from symdiff.graph.loops import without_raises
from symdiff.graph.splice import splice
from symdiff.graph.terms import Term as Part
from symdiff.graph.whole import call
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
    if loop.carried[0].axes:
        _tangents_of_array(sweep, loop, residuals[0], numbers)
        return
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
    if not any(bars):
        return
    body, residuals = _at_solution(sweep, loop)
    for statement in body:
        sweep.builder.append(statement)
    if loop.carried[0].axes:
        found = _adjoints_of_array(sweep, loop, residuals[0], bars[0])
    else:
        found = _adjoints_of_numbers(sweep, loop, residuals, bars)
    sweep.active -= set(loop.outs)  # all that reads the solution is behind us: from here on it is held fixed
    mark_varied(tuple(body), sweep.active)
    for residual, seed, term in found:
        sweep.post(ledger, residual, seed, term)
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
    if loop.carried[0].axes:
        _entries_of_array(columns, loop, residuals[0])
        return
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


def _adjoints_of_numbers(
    sweep: Reverse, loop: Loop, residuals: Sequence[Atom], bars: Sequence[Mapping[int, Atom]]
) -> list[tuple[Atom, int, Term]]:
    """The products of the inverse with the adjoints, for the residuals."""
    origin = sweep.builder.origin
    seeds = sorted({seed for bar in bars for seed in bar})
    inverse = _negative_inverse(sweep, loop)
    return [
        (residual, seed, Term(row[column], bar[seed], len(seeds) == 1, origin))
        for column, residual in enumerate(residuals)
        for seed in seeds
        for row, bar in zip(inverse, bars, strict=True)
        if seed in bar
    ]


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


# -- arrays of unknowns -------------------------------------------------------------------------------------------


def _tangents_of_array(sweep: Forward, loop: Loop, residual: Atom, numbers: Sequence[int]) -> None:
    """Along each direction, dx = -(dF/dx)^-1 dF."""
    jacobian = _jacobian(sweep, loop)
    for number in numbers:
        if not is_zero(vector := sweep.tangent(residual, number)):
            made = _negative_solution(sweep, loop, jacobian, vector, sweep.hint(loop.carried[0].out, number))
            sweep.tangents.setdefault(loop.carried[0].out, {})[number] = made


def _adjoints_of_array(sweep: Reverse, loop: Loop, residual: Atom, bars: Mapping[int, Atom]) -> list[tuple[Atom, int, Term]]:
    """F_bar = -(dF/dx)^-T x_bar."""
    origin = sweep.builder.origin
    jacobian = _jacobian(sweep, loop)
    index = (Affine.of(1), Affine.of(0)) if isinstance(jacobian, str) else ()
    across = sweep.builder.sum([Part(jacobian, index)], loop.carried[0].axes * 2)
    made = {seed: _negative_solution(sweep, loop, across, bar, "residual_bar") for seed, bar in bars.items()}
    return [(residual, seed, Term(ONE, atom, True, origin)) for seed, atom in made.items()]


def _entries_of_array(columns: Columns, loop: Loop, residual: Atom) -> None:
    """Those of -(dF/dx)^-1 F, where the inverse is held fixed."""
    builder, (each,) = columns.builder, loop.carried
    inverse = call(builder, "inv", [(_jacobian(columns, loop), each.axes * 2)], each.axes * 2, "inverse")
    with builder.block() as body, builder.unshared():
        product = Writer(builder, each.axes[0]).product(inverse, residual, each.axes)
        made = builder.apply(TABLE["neg"], product)
    mark_useful(tuple(body), columns.useful, [made])
    columns.block(tuple(body))
    if made in columns.entries:
        columns.entries[each.out] = columns.entries[str(made)]


def _jacobian(sweep: Sweep, loop: Loop) -> Atom:
    """dF/dx at the solution, as an array."""
    from symdiff.calculus.entries import Columns

    (each,), (residual,) = loop.carried, loop.outputs()[1]
    step = replace(loop.step, body=without_raises(loop.step.body))
    inner = Columns(flat(step, [residual]), [each.param])
    derivative = inner.finish([inner.array([(residual, ())], [(each.param, ())], each.axes * 2)])
    (found,) = splice(sweep.builder, derivative.body, _names(loop), derivative.outputs)
    return sweep.builder.spread(found, each.axes * 2)


def _negative_solution(sweep: Sweep, loop: Loop, matrix: Atom, vector: Atom, hint: str) -> Atom:
    """What solves a linear system, times -1."""
    axes = loop.carried[0].axes
    right = sweep.builder.spread(vector, axes)
    found = call(sweep.builder, "solve", [(matrix, axes * 2), (right, axes)], axes, "solution")
    return sweep.builder.apply(TABLE["neg"], found, hint=hint)


# -- a few unknowns -----------------------------------------------------------------------------------------------


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
