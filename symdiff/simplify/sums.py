"""Simpler sums and folds: fewer statements, ranges, terms and guards for the same elements.

- a read of a read is one read: ``b[i] = a[i + 1]; c[i] = b[2*i]`` gives ``c[i] = a[2*i + 1]``
- guards that always hold go, and so do terms whose guards never do
- a range of one element is no range
- what does not depend on a range is multiplied by its length (0 times inf or NaN is NaN, where a sum over nothing was 0)
- equal terms are one term, of twice the atom
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from symdiff.graph.affine import Affine, Axes, Symbol
from symdiff.graph.bounds import Bounds, is_certain, pruned, renumbered
from symdiff.graph.build import Builder
from symdiff.graph.deltas import without_deltas
from symdiff.graph.graph import Atom, Const, Fold, Sum
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE


def simplified(builder: Builder, statement: Sum | Fold) -> Atom:
    """The atom of a sum or fold, in a simpler form if there is one."""
    rank = len(statement.axes)
    if isinstance(statement, Fold):
        return builder.indexed(replace(statement, term=_read_through(builder, statement.term, guarded=False)))
    terms = []
    for term in statement.terms:
        kept = pruned(without_deltas(_read_through(builder, term, guarded=True), rank), statement.axes)
        terms += [kept] if kept is not None else []
    if not terms and statement.kind == "bool":
        return Const(False)
    if statement.kind == "float":
        terms, factors = _factored(builder, _merged(builder, terms), statement.axes)
        if factors:
            return _scaled(builder, replace(statement, terms=tuple(terms)), factors)
    return builder.indexed(replace(statement, terms=tuple(terms)))


def _read_through(builder: Builder, term: Term, guarded: bool) -> Term:
    """The term over what its atom reads, if that is a sum of one term which only reads; of a fold, wherever it is read.

    A sum is 0 where its guard does not hold, so the guard may move into a sum, but not into a fold.
    """
    while isinstance(term.atom, str) and (inner := builder.sums.get(term.atom)) is not None:
        read = inner.terms[0]
        if len(inner.terms) > 1 or read.ranges or read.address is not None or (read.guards and not guarded):
            break
        if read.guards and not isinstance(read.atom, str) and inner.kind == "bool":
            break
        places: dict[Symbol, Affine] = dict(enumerate(term.index))
        read = read.substitute(places)
        term = replace(term, atom=read.atom, index=read.index, guards=(*term.guards, *read.guards))
    return term


def _merged(builder: Builder, terms: Sequence[Term]) -> list[Term]:
    """Equal terms without ranges as one, of a multiple of the atom."""
    if len(terms) == len(set(terms)) or len(set(terms)) == 1:
        return list(terms)
    merged: list[Term] = []
    for term, count in Counter(terms).items():
        if count > 1 and isinstance(term.atom, str) and not term.ranges:
            merged.append(replace(term, atom=builder.apply(TABLE["mul"], Const(count), term.atom)))
        else:
            merged += [term] * count
    return merged


def _factored(builder: Builder, terms: list[Term], axes: Axes) -> tuple[list[Term], list[Affine]]:
    """The terms of a sum over fewer ranges, and what that is to be multiplied by: lengths, and the number of equal terms."""
    factors: list[Affine] = []
    if len(terms) > 1 and len(set(terms)) == 1:
        factors.append(Affine(len(terms)))
        terms = terms[:1]
    if len(terms) != 1 or terms[0].address is not None:
        return terms, factors
    (term,) = terms
    rank = len(axes)
    for position in reversed(range(rank, rank + len(term.ranges))):
        each = term.ranges[position - rank]
        length = each.high - each.low
        if is_certain(length) and not any(position in part.positions for part in term.affines()):
            fewer = renumbered(term, [position], rank)
            if _is_inside(builder, fewer, axes):
                factors.append(length)
                term = fewer
    return [term], factors


def _is_inside(builder: Builder, term: Term, axes: Axes) -> bool:
    """Whether a term certainly reads elements that exist, also where a range that it had is empty."""
    bounds, lengths = Bounds.of(axes, term.ranges), builder.axes.get(term.atom, ()) if isinstance(term.atom, str) else ()
    return all(
        bounds.is_nonnegative(part) and bounds.is_nonnegative(length - 1 - part)
        for part, length in zip(term.index, lengths, strict=True)
    )


def _scaled(builder: Builder, statement: Sum, factors: Sequence[Affine]) -> Atom:
    """A sum times numbers."""
    whole = builder.sum(statement.terms, statement.axes, hint="t", origin=statement.origin)
    for number, factor in enumerate(factors, 1):
        hint = statement.name if number == len(factors) else "t"
        whole = builder.apply(TABLE["mul"], _number(builder, factor), whole, hint=hint, origin=statement.origin)
    return builder.spread(whole, statement.axes) if statement.axes else whole


def _number(builder: Builder, length: Affine) -> Atom:
    """A length as an operand: a literal, a size, or the value of an expression in sizes."""
    if length.is_constant:
        return Const(length.const)
    (name, factor), *others = length.terms
    if factor == 1 and not others and not length.const and isinstance(name, str):
        return name
    return builder.sum([Term(length)], (), hint="t")
