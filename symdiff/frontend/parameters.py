"""The arguments of the function that is read: their scalars and arrays, and what is assumed before a call shows them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

from symdiff.errors import ShapeError
from symdiff.frontend.annotations import annotated, equal_axes, integers, names_of
from symdiff.frontend.gaps import GapError, NeedsCallError, PoisonedError, RestartError, SequentialError
from symdiff.frontend.integers import Integers
from symdiff.frontend.outside import wrap
from symdiff.frontend.places import OutsideArray, Place
from symdiff.frontend.present import Present, arrays_in, is_below, sizes_of, told
from symdiff.frontend.resolve import MAX_CAPTURED
from symdiff.frontend.sizes import Sizes, extended, separate, tensors_in
from symdiff.frontend.values import (
    ArrayValue,
    Condition,
    ListValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph.affine import Affine, Axes, identity, sizes_in
from symdiff.graph.affine import Element as IntegerElement
from symdiff.graph.graph import Atom, Param
from symdiff.graph.structure import SCALAR, SIZE, Array, Items, Size, Structure, Tensor, tensor
from symdiff.graph.terms import Guard

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


class Arguments(Integers):
    """The part of a reader that knows the arguments.

    Before a call (their structures are None) they are scalars, unless an earlier reading saw that they are indexed
    (``lengths``: vectors of that many numbers) or used as a whole (``ranks``: arrays of any size).
    """

    foreign: set[object]

    def __init__(self) -> None:
        super().__init__()
        self.lengths: dict[str, int] = {}
        self.ranks: dict[str, int] = {}
        self.solved: dict[str, Affine] = {}  # sizes that earlier readings found to be equal to others
        self.exact: Callable[[str], Structure | None] = lambda name: None
        self.sizes = Sizes({}, {}, ast.Pass(), ())
        self.params: list[Param] = []
        self.stands_for: dict[str, Atom] = {}  # inputs of functions that are differentiated inside, by what they are given
        self.suspect = False  # something was refused of a number that an array may do
        self.outside: dict[tuple[Any, ...], OutsideArray] = {}  # arrays from outside that earlier readings met
        self.solid: frozenset[tuple[Any, ...]] | None = frozenset()  # those whose shapes are needed; None: all
        self.given: dict[int, tuple[str, Value]] = {}  # arguments as they are packed, by identity
        self.call = Present()
        self.natural: dict[Affine, Axes] = {}  # indices from arrays that are supposed not to be below 0
        self.signed: set[Affine] = set()  # those that may be

    # what they are

    @property
    def inputs(self) -> set[str]:
        """The names of all inputs so far, arguments and what is read from outside."""
        return {leaf for param in self.params for leaf in param.leaves} | {leaf for _, leaf in self.captures.values()}

    @property
    def arguments(self) -> set[str]:
        """The names of the arguments that are numbers."""
        return {param.name for param in self.params}

    def declare(self, names: Iterable[str]) -> None:
        """Declare the arguments of these names as inputs of the graph: their scalars, their arrays and the sizes of those."""
        self.captures.update({key: (found.place, found.leaf) for key, found in self.outside.items()})
        told = annotated(self.source)
        for name in names:
            if name in self.source.bound or name in self.known:
                continue
            structure = self.structures.get(name)
            if ("argument", name) in self.sized:
                structure = SIZE
            elif structure is None and told.get(name):
                structure = self._annotated(name, told[name] or ())
            elif structure is None and name in self.ranks:
                structure = tensor(name, self.ranks[name])
            elif structure is None:
                structure = Array((self.lengths[name],)) if name in self.lengths else SCALAR
            self.params.append(Param(name, structure, self.leaf_names(name, structure)))
        arrays = {
            leaf: separate(inner, leaf) for param in self.params for leaf, inner in tensors_in(param.structure, param.leaves)
        }
        arrays |= {found.leaf: separate(found.structure, found.leaf) for found in self.outside.values()}
        outside = {key: found for key, found in self.sized.items() if found is not None}
        self.captures.update(outside)
        whole = {param.leaves[0]: ("argument", param.name) for param in self.params if isinstance(param.structure, Size)}
        self.sized_leaves = {**whole, **{leaf: key for key, (_, leaf) in outside.items()}}
        taken = {*self.source.parameters, *arrays, *(leaf for param in self.params for leaf in param.leaves)}
        free = {(param.name, k): str(axis.symbols[0]) for param in self.params for k, axis in _free(param, arrays)}
        self.solved = extended(equal_axes(told, free), self.solved)
        self.sizes = Sizes(arrays, self.solved, self.source.node, taken, self.sized_leaves, dict(names_of(told, free)))
        self.params = [replaced(param, self.sizes.axes) for param in self.params]
        self.builder.inputs(dict.fromkeys(self.sized_leaves, ()))
        for param in self.params:
            leaves = [leaf for leaf in param.leaves if leaf not in self.sized_leaves]
            self.builder.inputs({leaf: self.sizes.axes.get(leaf, ()) for leaf in leaves})
        self.builder.inputs({found.leaf: self.sizes.axes[found.leaf] for found in self.outside.values()})

    def _annotated(self, name: str, axes: tuple[str | int, ...]) -> Structure:
        """An argument whose annotation tells its axes: a vector of so many numbers, unless it is used as a whole, or an array."""
        if len(axes) == 1 and isinstance(axes[0], int) and name not in self.ranks:
            return Array((max(axes[0], self.lengths.get(name, 0)),))
        return tensor(name, len(axes))

    def is_solid(self, key: tuple[Any, ...]) -> bool:
        """True for an array from outside that is read as so many numbers."""
        return self.solid is None or key in self.solid

    def argument(self, name: str) -> Value:
        """What an argument of the function is while reading."""
        reader = cast("Reader", self)
        if name in self.source.bound:
            return wrap(reader, self.source.bound[name].get({}), name, self.source.bound[name], self.source.node)
        if name in self.known:
            return self.known_argument(name, self.known[name])
        param = next(param for param in self.params if param.name == name)
        structure = param.structure
        if name in self.integer_arguments or isinstance(structure, Size):
            self.integers[param.leaves[0]] = ("argument", name)
        if isinstance(structure, Size):
            return Number(param.leaves[0], affine=Affine.of(param.leaves[0]))
        if self.structures.get(name) is None and isinstance(structure, Array):
            return VectorParam(name, tuple(Number(leaf) for leaf in param.leaves))
        value = self.packed(structure, list(param.leaves))
        self.given[id(value)] = (name, value)
        return value

    def check_length(self, value: Value, count: int, needed: str, node: ast.AST, error: type[ShapeError] = ShapeError) -> None:
        """Tell the caller that an argument is too short or too long, if the value is an argument."""
        if id(value) in self.given:
            name = self.given[id(value)][0]
            line = getattr(node, "lineno", 0)
            raise error(f"argument {name} has {count} elements, but {needed} ({self.source.file}, line {line})")

    def known_argument(self, name: str, value: Any) -> Value:
        """An argument that is the same in every call of this specialisation."""
        if type(value) in (int, float):
            return number(value)
        return wrap(cast("Reader", self), value, name, Place(name, argument=name), self.source.node)

    def leaf_names(self, name: str, structure: Structure) -> tuple[str, ...]:
        """Names for the scalars of an argument that no other argument has."""
        others = {other for other in self.source.parameters if other != name} | self.inputs
        return tuple(leaf if leaf not in others else f"{leaf}_" for leaf in structure.leaf_names(name))

    def packed(self, structure: Structure, names: list[str]) -> Value:
        """The value whose scalars and arrays are the named inputs."""
        if structure.is_scalar:
            return Number(names[0])
        if isinstance(structure, Items):
            start, items = 0, []
            for inner in structure.items:
                items.append(self.packed(inner, names[start : start + inner.size]))
                start += inner.size
            if structure.container == "tuple":
                return TupleValue(tuple(items))
            made = ListValue(tuple(items))
            self.foreign.add(made.identity)
            return made
        if isinstance(structure, Tensor):
            whole = structure.kind == "int"
            index = Affine.of(IntegerElement(names[0], identity(structure.rank))) if whole else None
            array = TensorValue(names[0], structure.axes, "int" if whole else "float", index)
            if structure.kind == "bool":  # passed as 0 and 1
                from symdiff.frontend.tensors import as_truths

                array = as_truths(self, array)  # type: ignore[arg-type]
            self.foreign.add(array.identity)
            return array
        of_integers = isinstance(structure, Array) and structure.whole
        numbers = ArrayValue(structure.shape or (), tuple(Number(name, whole=of_integers) for name in names))
        self.foreign.add(numbers.identity)
        return numbers

    # what the present call shows

    def _shown(self) -> tuple[dict[str, int], dict[str, Any]]:
        """The sizes and the arrays of the call that is read for."""
        arrays = arrays_in(self.params, self.call.values)
        if self.call.values:
            arrays |= {found.leaf: found.place.get(self.known) for found in self.outside.values()}
        keys = ((leaf, self.present(key)) for leaf, key in self.sized_leaves.items())
        return sizes_of(self.sizes.axes, arrays) | {leaf: value for leaf, value in keys if value is not None}, arrays

    def supposes(self, part: Affine) -> bool | None:
        """Whether an expression in sizes is at least 0 in the present call, which is supposed from there on.

        Before a call, it is. None if it depends on more than sizes of the arguments.
        """
        if not self._is_told(part):
            return None
        value = told(part, self._shown()[0])
        part = self._by_arguments(part)
        below = Guard(-part - 1)
        holds = below not in self.call.supposed.guards if value is None else value >= 0
        self.suppose(Guard(part) if holds else below)
        return holds

    def supposed_order(self, difference: Affine) -> int:
        """The sign of the difference of two lengths in the present call, which is supposed from there on; 0 before a call.

        0 without any supposition if it is no difference of lengths of arguments that may be equal.
        """
        if not self._is_told(difference) or self.sizes.solution(difference) is None:
            return 0
        value = told(difference, self._shown()[0])
        part = self._by_arguments(difference)
        guards = {sign: Guard(part * sign - 1) for sign in (1, -1)} | {0: Guard(part, "==")}
        if value is None:
            order = next((sign for sign in (1, -1) if guards[sign] in self.call.supposed.guards), 0)
        else:
            order = (value > 0) - (value < 0)
        self.suppose(guards[order])
        return order

    def _is_told(self, part: Affine) -> bool:
        """Whether an expression is one in sizes of the arguments."""
        if part.positions or not part.symbols or any(True for _ in part.elements):
            return False
        return {*self.sizes.names, *self.sized_leaves}.issuperset(sizes_in([part]))

    def _by_arguments(self, part: Affine) -> Affine:
        """An expression in sizes by what suppositions call them."""
        return part.substitute({name: Affine.of(self.sizes.symbol(name)) for name in self.sizes.names})

    def build_in(self, lengths: Iterable[Affine]) -> None:
        """Read again with these lengths as they are in the present call, if they are those of arguments and it tells them.

        Raises RestartError; NeedsCallError if no call has told what the arguments are.
        """
        shown = self._shown()[0]
        sizes = [name for name in sizes_in(tuple(lengths)) if name in self.sizes.names]
        if any(name in shown for name in sizes):
            raise RestartError(built={self.sizes.symbol(name): shown[name] for name in sizes if name in shown})
        arrays = set(self.sizes.arrays_of(sizes))
        names = [param.name for param in self.params if arrays & set(param.leaves) and self.structures.get(param.name) is None]
        if names:
            advice = "call the derivative, or use .at(...) with example arguments"
            raise NeedsCallError(f"the length of {' and '.join(names)} is not known before a call: {advice}")

    def build_in_product(self, value: Number) -> None:
        """Read again with the lengths known of which a number is a product, ``A.size``: it is no expression in sizes."""
        names = self.ancestors(value.atom) if value.known is None else []
        if names and all(name in self.sizes.names for name in names):
            self.build_in(map(Affine.of, names))

    def supposes_none_below(self, part: Affine, axes: Axes) -> bool:
        """Whether indices from arrays are at least 0 everywhere on these axes, which is supposed from there on."""
        sizes, arrays = self._shown()
        if part in self.call.supposed.signed or is_below(part, axes, sizes, arrays):
            self.signed.add(part)
            return False
        self.natural[part] = axes
        return True

    # what is assumed

    def longer(self, value: Value, length: int, node: ast.AST) -> None:
        """Use of an argument as a vector of at least this length: start again if it was assumed to be less."""
        name = self.assumed_name(value)
        if name is not None and length > self.lengths.get(name, 0):
            raise RestartError(lengths={name: length})
        if name is None:
            raise GapError(node, f"{describe(value)} is used as a vector", "pass a tuple, list or array")

    def assumed_name(self, value: Value) -> str | None:
        """The argument that a value is, if its structure is only assumed, and no array of any size."""
        if isinstance(value, VectorParam):
            return value.name
        if isinstance(value, Number) and isinstance(value.atom, str):
            name = value.atom
            if name in self.arguments and self.structures.get(name) is None and name not in self.known:
                return name
        return None

    def check_index(self, value: Value) -> None:
        """Note that only a call can tell what an index is: one number, or an array of them."""
        reader = cast("Reader", self)
        name = self.assumed_name(value)
        known = {*reader.real, *self.integer_arguments, *self.sized_leaves, *integers(self.source)}
        if name is not None and name not in known:
            reader.needs.append(f"the index {name} is not known before a call: call it, or use .at(...)")
            raise PoisonedError

    def is_assumed(self, value: Value) -> bool:
        """True for an element of an argument of which no call has shown what it is."""
        names = {leaf for param in self.params if self.structures.get(param.name) is None for leaf in param.leaves}
        return isinstance(value, Number | TensorValue) and value.atom in names

    def check_truths(self, value: Value) -> None:
        """Only a call can tell whether an argument is an array of truth values, for which ``~`` and ``&`` are."""
        if self.is_assumed(value):
            what = f"whether {value.atom} is an array of truth values"  # type: ignore[union-attr]
            raise NeedsCallError(
                f"{what} is not known before a call: call the derivative, or use .at(...) with example arguments"
            )

    def assume_array(self, value: Value, rank: int, hints: Mapping[str, int] | None = None) -> None:
        """Use of what may be a number of an argument as an array: start again with such arguments as arrays of any size.

        ``hints`` are the ranks of arguments of which more is known than that of this use.
        """
        hints = hints or {}
        if isinstance(value, VectorParam):
            raise RestartError(ranks={value.name: hints.get(value.name, rank)})
        if not isinstance(value, Number | Condition) or getattr(value, "known", None) is not None:
            return
        found = self._undecided(value)
        if found and not cast("Reader", self).plain:
            raise RestartError(ranks={name: hints.get(name, rank) for name in found})

    def _undecided(self, value: Number | Condition) -> list[str]:
        """The arguments that a value is computed from, and that are numbers only because no call has told."""
        scalars = {param.leaves[0]: param.name for param in self.params if param.structure.is_scalar}
        leaves: dict[str, None] = {}
        waiting = [value.atom]
        while waiting:
            more = self.ancestors(waiting.pop())
            leaves |= dict.fromkeys(more)
            waiting += [self.stands_for[leaf] for leaf in more if leaf in self.stands_for]
        found = [scalars[leaf] for leaf in leaves if leaf in scalars]
        known = {*self.integer_arguments, *(key[1] for key in self.sized if key[0] == "argument")}
        return [name for name in found if self.structures.get(name) is None and name not in known]

    def is_undecided(self, value: Value) -> bool:
        """Whether a value may be an array in a call, while it is taken to be a number, or a few, before any."""
        return isinstance(value, VectorParam) or (
            isinstance(value, Number) and value.known is None and bool(self._undecided(value))
        )

    def assume_rank(self, value: TensorValue, rank: int) -> None:
        """Use of an argument, of which no call has told anything, as an array with more axes than were assumed."""
        name = next((param.name for param in self.params if value.atom in param.leaves), None)
        if name in self.ranks and self.structures.get(name) is None:
            raise RestartError(ranks={name: rank})

    # arrays whose lengths must be known

    def fix(self, sizes: Iterable[str], node: ast.AST, reason: str, rewrite: str) -> NoReturn:
        """Something needs to know these sizes: read again with the arrays that have them as so many numbers each.

        Raises RestartError; NeedsCallError if no call has shown the lengths; GapError if the arrays are too large for it.
        """
        if cast("Reader", self).trying:  # to read a loop as sums: it is none
            raise SequentialError(GapError(node, reason, rewrite, "not yet"))
        sizes = tuple(sizes)
        keys = [self.sized_leaves[size] for size in sizes if size in self.sized_leaves]
        if keys:
            self.require_known(keys)
            raise RestartError(specialise=keys)
        arrays = set(self.sizes.arrays_of(sizes))
        names = [param.name for param in self.params if arrays & set(param.leaves)]
        outside = {key: found for key, found in self.outside.items() if found.leaf in arrays}
        small = all(found.count <= MAX_CAPTURED for found in outside.values())
        if (names or outside) and small and all(self.exact(name) is not None for name in names):
            raise RestartError(fixed=names, solid=outside)
        if any(self.structures.get(name) is None for name in names):
            advice = "call the derivative, or use .at(...) with example arguments"
            raise NeedsCallError(f"the length of {' and '.join(names)} is not known before a call: {advice}")
        raise GapError(node, reason, rewrite, "not yet")


def _free(param: Param, arrays: Mapping[str, tuple[Affine, ...]]) -> list[tuple[int, Affine]]:
    """The axes of an argument that is an array, by number, those of a known length not among them."""
    axes = arrays.get(param.leaves[0], ()) if isinstance(param.structure, Tensor) else ()
    return [(number, axis) for number, axis in enumerate(axes) if not axis.is_constant]


def replaced(param: Param, axes: Mapping[str, tuple[Affine, ...]]) -> Param:
    """A parameter with the axes of its arrays under their final names."""
    leaves = iter(param.leaves)

    def renamed(structure: Structure) -> Structure:
        if isinstance(structure, Items):
            return Items(structure.container, tuple(map(renamed, structure.items)), structure.keys)
        names = [next(leaves) for _ in range(structure.size)]
        return Tensor(axes[names[0]], structure.kind) if isinstance(structure, Tensor) else structure

    return Param(param.name, renamed(param.structure), param.leaves, param.role, param.default)
