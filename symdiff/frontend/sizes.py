"""The lengths of arrays that are arguments: what they are called, and which of them are equal.

Every axis has a size of its own at first. Where two arrays are combined that must have equal lengths, the reading starts
again with one size in place of the other, so that the graph says it by using one name for both.
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from symdiff.graph.affine import Affine, Axes, sizes_in, substituted
from symdiff.graph.structure import Structure, Tensor

LETTERS = ("n", "m", "k", "l", "p", "q", "r", "s")
MIXED = 3  # arguments of unknown rank of which any may be vectors and the others matrices


def ranks_of(names: Sequence[str]) -> Iterator[dict[str, int]]:
    """The ranks that arguments may have of which no call has told anything: vectors, matrices, some of both."""
    uniform = [dict.fromkeys(names, rank) for rank in (1, 2)]
    yield from uniform
    if len(names) <= MIXED:
        mixed = (dict(zip(names, ranks, strict=True)) for ranks in itertools.product((1, 2), repeat=len(names)))
        yield from (each for each in mixed if each not in uniform)
    else:  # one of them is unlike the others
        yield from ({**each, name: 3 - each[name]} for each in uniform for name in names)


def axis_symbol(leaf: str, axis: int) -> str:
    """The size of one axis before it has a name; no identifier, so that it is no name of the user's."""
    return f"{leaf}.{axis}"


def separate(structure: Tensor, leaf: str) -> Axes:
    """The axes of an array, each with a size of its own, but for those whose length is known."""
    return tuple(
        length if length.is_constant else Affine.of(axis_symbol(leaf, axis)) for axis, length in enumerate(structure.axes)
    )


def extended(solved: Mapping[str, Affine], more: Mapping[str, Affine]) -> dict[str, Affine]:
    """Equations ``size = expression`` with further ones put in, so that no size that is solved for is left anywhere."""
    result = dict(solved)
    for symbol, value in more.items():
        value = value.substitute(result)  # type: ignore[arg-type]
        result = {name: found.substitute({symbol: value}) for name, found in result.items()}
        result[symbol] = value
    return result


class Sizes:
    """The sizes of the arguments of one reading. ``solved``: what earlier readings found to be equal.

    ``given`` are integers that are sizes themselves, under their own names; ``annotated`` the names that annotations give.
    """

    def __init__(
        self,
        arrays: Mapping[str, Axes],
        solved: Mapping[str, Affine],
        node: ast.AST,
        taken: Iterable[str],
        given: Iterable[str] = (),
        annotated: Mapping[str, str] | None = None,
    ) -> None:
        self._given = frozenset(given)
        self._separate = {leaf: substituted(axes, solved) for leaf, axes in arrays.items()}  # type: ignore[arg-type]
        preferred = {symbol: name for symbol, name in _preferred(node, self._separate).items() if symbol not in self._given}
        taken = {*taken, *_names_in(node)}
        for symbol, name in (annotated or {}).items():
            if symbol not in solved and name not in taken and name not in preferred.values():
                preferred[symbol] = name
        self._names = _named(self._separate, preferred, taken, self._given)
        self._symbols = {name: symbol for symbol, name in self._names.items()}
        renamed = {symbol: Affine.of(name) for symbol, name in self._names.items()}
        self.axes: dict[str, Axes] = {leaf: substituted(axes, renamed) for leaf, axes in self._separate.items()}  # type: ignore[arg-type]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all sizes."""
        return tuple(self._symbols)

    def arrays_of(self, sizes: Iterable[str]) -> list[str]:
        """The arrays that have one of these sizes."""
        wanted = set(sizes)
        return [leaf for leaf, axes in self.axes.items() if wanted.intersection(sizes_in(axes))]

    def symbol(self, name: str) -> str:
        """The separate size behind a name: ``A.1`` for the columns of A."""
        return self._symbols[name]

    def solution(self, difference: Affine) -> dict[str, Affine] | None:
        """An equation, in separate sizes, that makes a difference of two lengths 0; None if there is none.

        The latest size is solved for: the first argument keeps its own. Every other size must still be the length of an axis.
        """
        common = math.gcd(difference.const, *(factor for _, factor in difference.terms))  # 2*n == 2*m
        difference = Affine(difference.const // common, tuple((symbol, factor // common) for symbol, factor in difference.terms))
        order = {name: number for number, name in enumerate(self._symbols)}
        symbols = [symbol for symbol in difference.symbols if isinstance(symbol, str) and symbol in order]
        back = {name: Affine.of(symbol) for name, symbol in self._symbols.items()}
        for name in sorted(symbols, key=order.__getitem__, reverse=True):
            factor = difference.coefficient(name)
            if abs(factor) != 1:
                continue
            value = (difference - Affine.of(name) * factor) * -factor
            equation = {self._symbols[name]: value.substitute(back)}  # type: ignore[arg-type]
            if name not in sizes_in([value]) and self._is_told(equation):
                return equation
        return None

    def _is_told(self, equation: Mapping[str, Affine]) -> bool:
        """Whether each size that is left is the length of some axis, so that a call tells it."""
        left = [length for axes in self._separate.values() for length in substituted(axes, equation)]  # type: ignore[arg-type]
        bare: set[Any] = set(self._given)
        bare |= {symbol for length in left for symbol in length.symbols if length == Affine.of(symbol)}
        return bare.issuperset(sizes_in(left))


def tensors_in(structure: Structure, leaves: Iterable[str]) -> Iterator[tuple[str, Tensor]]:
    """The arrays of any size among the leaves of an argument, by name."""
    for leaf, inner in zip(leaves, structure.leaves(), strict=True):
        if isinstance(inner, Tensor):
            yield leaf, inner


def has_tensors(structure: Structure) -> bool:
    """True if an argument is an array of any size, or holds one."""
    return any(isinstance(leaf, Tensor) for leaf in structure.leaves())


def _named(
    arrays: Mapping[str, Axes], preferred: Mapping[str, str], taken: set[str], given: frozenset[str] = frozenset()
) -> dict[str, str]:
    """A name for each size: the user's own, else n for a vector, m and n for the rows and columns of a matrix, and so on."""
    names: dict[str, str] = dict(preferred)
    used = taken | set(preferred.values())

    def free() -> Iterator[str]:
        numbered = (f"n_{count}" for count in itertools.count(1))
        return (name for name in itertools.chain(LETTERS, numbered) if name not in used)

    for axes in arrays.values():
        fresh = [symbol for symbol in sizes_in(axes) if symbol not in names and symbol not in given]
        found = list(itertools.islice(free(), len(fresh)))
        if found == ["n", "m"]:
            found = ["m", "n"]
        names.update(zip(fresh, found, strict=True))
        used.update(found)
    order = sizes_in([length for axes in arrays.values() for length in axes])
    return {symbol: names[symbol] for symbol in order if symbol not in given}


@lru_cache(maxsize=256)  # a function is read again and again
def _names_in(node: ast.AST) -> frozenset[str]:
    """Every name in a function: a size must not be called like a variable, here or outside."""
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _preferred(node: ast.AST, arrays: Mapping[str, Axes]) -> dict[str, str]:
    """The names that the user gives to sizes: ``n = len(x)``, ``n = x.size``, ``m, n = A.shape``; each bound only once."""
    found: dict[str, str] = {}
    for target, leaf, axis in _named_lengths(node):
        axes = arrays.get(leaf, ())
        length = axes[axis] if axis < len(axes) else Affine()
        symbol = next((symbol for symbol in length.symbols if length == Affine.of(symbol)), None)
        if isinstance(symbol, str):
            found.setdefault(symbol, target)
    return found


@lru_cache(maxsize=256)
def _named_lengths(node: ast.AST) -> tuple[tuple[str, str, int], ...]:
    """The variables of a function that are lengths and nothing else, with the array and the axis of each."""
    nodes = list(ast.walk(node))
    bound = [inner.id for inner in nodes if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)]
    parameters = {inner.arg for inner in nodes if isinstance(inner, ast.arg)}
    assignments = [inner for inner in nodes if isinstance(inner, ast.Assign) and len(inner.targets) == 1]
    found = [length for each in assignments for length in _lengths(each.targets[0], each.value)]
    return tuple(length for length in found if bound.count(length[0]) == 1 and length[0] not in parameters)


def _lengths(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str, int]]:
    """Names that an assignment gives to lengths, with the array and the axis of each."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Attribute) and value.attr == "shape":
        if isinstance(value.value, ast.Name):
            for axis, inner in enumerate(target.elts):
                if isinstance(inner, ast.Name):
                    yield inner.id, value.value.id, axis
        return
    if not isinstance(target, ast.Name):
        return
    owner, axis = value, 0
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "len" and len(value.args) == 1:
        owner = value.args[0]
    elif isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant) and isinstance(value.slice.value, int):
        axis = value.slice.value
        shape = value.value
        owner = shape.value if isinstance(shape, ast.Attribute) and shape.attr == "shape" else value
    if isinstance(owner, ast.Name) and owner is not value and axis >= 0:
        yield target.id, owner.id, axis
