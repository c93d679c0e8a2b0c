"""Building graphs: the builder (names, hash-consing, blocks) and the handles that rules are written with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

from symdiff.errors import InternalError
from symdiff.graph.affine import Axes, sizes_in
from symdiff.graph.graph import UNDEFINED, Atom, Const, Fold, If, Let, Loop, Origin, Out, Raise, Statement, Sum
from symdiff.graph.literals import MAX_EXACT, fold
from symdiff.graph.terms import Term, spread, view
from symdiff.primitives import TABLE
from symdiff.primitives.constant import Constant
from symdiff.primitives.row import Kind, Primitive

Key = tuple[Any, ...]
Pair = tuple[str, Atom, Atom]  # hint for the name, value in the then-branch, value in the else-branch


class Body(list[Statement]):
    """The statements of a block that is being built, and the right-hand sides that can be shared inside it.

    ``elementwise``: it is one side of a branch that is taken element by element, so it holds lets of those axes only.
    """

    def __init__(self, elementwise: bool = False) -> None:
        super().__init__()
        self.shared: dict[Key, str] = {}
        self.elementwise = elementwise


class Builder:
    """Collects statements. Equal right-hand sides in scope are one let, so common subexpressions never arise.

    ``taken`` are names that must not be given to anything (inputs, and whatever the generated code needs).
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.kinds: dict[str, Kind] = {}
        self.axes: dict[str, Axes] = {}  # of arrays; a name that is not here is a scalar
        self.definitions: dict[str, Let] = {}
        self.sums: dict[str, Sum] = {}
        self.folds: dict[str, Fold] = {}
        self.outs: dict[str, Out] = {}
        self.branches: dict[str, If] = {}  # by the names of their outs
        self.calls: dict[Key, tuple[str, Body]] = {}  # of functions of whole matrices: their results, and where they stand
        self.origin: Origin | None = None
        self._taken: set[str] = set(taken)
        self._counters: dict[str, int] = {}
        top = Body()
        self._blocks: list[Body] = [top]
        self._shared: list[dict[Key, str]] = [top.shared]

    # names

    def input(self, name: str, kind: Kind = "float", axes: Axes = ()) -> str:
        """Declare an input of the graph under its own name."""
        if name in self.kinds:
            raise InternalError(f"two inputs are called {name}")
        self._taken.add(name)
        self._declare(name, kind, axes)
        return name

    def inputs(self, found: Mapping[str, Axes]) -> None:
        """Declare the inputs of a graph (``graph.input_axes``), and its sizes, which can be read as numbers."""
        for name, axes in found.items():
            self.input(name, axes=axes)
        for size in sizes_in([length for axes in found.values() for length in axes]):
            if size not in self.kinds:
                self.input(size)

    def declare(self, statement: Statement) -> None:
        """Know the kinds and axes of what a statement defines, without adding it."""
        if isinstance(statement, Let | Sum | Fold):
            self._declare(statement.name, statement.kind, statement.axes)
        elif isinstance(statement, If):
            for out in statement.outs:
                self._declare(out.name, out.kind, out.axes)
        elif isinstance(statement, Loop):
            for name, axes in statement.outs.items():
                self._declare(name, "float", axes)

    def _declare(self, name: str, kind: Kind, axes: Axes) -> None:
        self.kinds[name] = kind
        if axes:
            self.axes[name] = axes

    def fresh(self, hint: str, kind: Kind = "float", axes: Axes = ()) -> str:
        """A name not used so far: the hint itself, or the hint with the next free number."""
        name = hint
        while name in self._taken:
            self._counters[hint] = self._counters.get(hint, 0) + 1
            name = f"{hint}_{self._counters[hint]}"
        self._taken.add(name)
        self._declare(name, kind, axes)
        return name

    def kind(self, atom: Atom) -> Kind:
        """The kind of value an atom is."""
        return self.kinds[atom] if isinstance(atom, str) else atom.kind

    def axes_of(self, *atoms: Atom) -> Axes:
        """The axes of an operation on these atoms: those of the arrays among them, which must be the same."""
        found = dict.fromkeys(axes for atom in atoms if isinstance(atom, str) and (axes := self.axes.get(atom)))
        if len(found) > 1:
            raise InternalError(f"arrays of different axes in one operation: {', '.join(map(str, atoms))}")
        return next(iter(found), ())

    # statements

    def apply(self, op: Primitive, *args: Atom, hint: str = "t", origin: Origin | None = None) -> Atom:
        """The atom that holds ``op(*args)``: an earlier let with the same right-hand side, or a new one.

        Literal operands are folded where the result is the very number that the code would compute.
        """
        if op.expansion is not None:
            expand: Callable[..., Any] = op.expansion
            return self.atom(expand(*(Value(self, arg) for arg in args)))
        args = self._operands(op, args)
        found = self._found(op, args)
        return self._make(op, args, hint, origin) if found is None else found

    def spread(self, atom: Atom, axes: Axes) -> Atom:
        """A scalar as an array that is full of it; what has axes already, and a literal, stays as it is."""
        if isinstance(atom, Const) or atom in self.axes:
            return atom
        return self.sum([spread(atom)], axes, hint=atom, kind=self.kind(atom))

    def sum(
        self, terms: Sequence[Term], axes: Axes, *, hint: str = "t", kind: Kind = "float", origin: Origin | None = None
    ) -> Atom:
        """The atom of a sum: an earlier one that is equal, or a new one, which stands outside of elementwise branches.

        A sum that is one literal for every element is that literal, one that is another array is that array.
        """
        terms = [self._plain(term) for term in terms if term.atom not in (Const(0), Const(0.0))]
        if not terms:
            return Const(0)
        if len(terms) == 1 and not terms[0].ranges and not terms[0].guards and terms[0].address is None:
            atom = terms[0].atom
            if isinstance(atom, Const) or (terms[0] == view(str(atom), len(axes)) and self.axes.get(str(atom), ()) == axes):
                return atom if isinstance(atom, Const) else str(atom)
        return self._indexed(lambda name: Sum(name, axes, tuple(terms), origin or self.origin, kind), hint, kind, axes)

    def fold(self, op: Primitive, term: Term, axes: Axes, *, hint: str = "t", origin: Origin | None = None) -> Atom:
        """The atom of a fold: an earlier one that is equal, or a new one."""
        plain = self._plain(term)
        return self._indexed(lambda name: Fold(name, axes, op, plain, origin or self.origin), hint, op.result, axes)

    def _plain(self, term: Term) -> Term:
        """The term without an index for a scalar that stands for an array full of it."""
        is_scalar = isinstance(term.atom, str) and term.atom not in self.axes
        return replace(term, index=()) if term.index and is_scalar else term

    def indexed(self, statement: Sum | Fold) -> Atom:
        """The atom of a sum or fold that is given as a statement: its name is a hint."""
        if isinstance(statement, Fold):
            return self.fold(statement.op, statement.term, statement.axes, hint=statement.name, origin=statement.origin)
        sum_of = statement.terms, statement.axes
        return self.sum(*sum_of, hint=statement.name, kind=statement.kind, origin=statement.origin)

    def _indexed(self, make: Callable[[str], Sum | Fold], hint: str, kind: Kind, axes: Axes) -> str:
        wanted = indexed_key(make(""))
        place = self._place()
        found = next((scope[wanted] for scope in reversed(self._shared[: place + 1]) if wanted in scope), None)
        if found is not None:
            return found
        statement = make(self.fresh(hint, kind, axes))
        self._blocks[place].append(statement)
        self._shared[place][wanted] = statement.name
        self._remember(statement)
        return statement.name

    def append(self, statement: Statement) -> None:
        """Add a finished statement; a let becomes available for sharing in this block and the blocks inside it.

        A scalar (of literals: nothing else is a scalar there) stands outside of elementwise branches.
        """
        self._blocks[self._place(statement)].append(statement)
        if isinstance(statement, Let | Sum | Fold):
            self.share(statement)
        elif isinstance(statement, If):
            self.outs.update((out.name, out) for out in statement.outs)
            self.branches.update((out.name, statement) for out in statement.outs)
        elif isinstance(statement, Loop):
            self._taken.update(statement.outs)
            self.declare(statement)

    def _place(self, statement: Statement | None = None) -> int:
        """The block that a statement belongs to, by number: sums, scalar lets and branches stand outside of elementwise ones."""
        stays = isinstance(statement, Raise) or (isinstance(statement, If | Let) and statement.axes)
        if stays or not self._blocks[-1].elementwise:
            return len(self._blocks) - 1
        return max(number for number, block in enumerate(self._blocks) if not block.elementwise)

    def share(self, statement: Let | Sum | Fold) -> None:
        """Make a statement that stands elsewhere available for sharing in the present block."""
        self._remember(statement)
        wanted = key(statement.op, statement.args) if isinstance(statement, Let) else indexed_key(statement)
        self._shared[self._place(statement)].setdefault(wanted, statement.name)

    def _remember(self, statement: Let | Sum | Fold) -> None:
        if isinstance(statement, Let):
            self.definitions[statement.name] = statement
        elif isinstance(statement, Sum):
            self.sums[statement.name] = statement
        else:
            self.folds[statement.name] = statement

    @contextmanager
    def block(self, body: Body | None = None, elementwise: bool = False) -> Iterator[Body]:
        """Collect the statements of a body: ``with builder.block() as body: ...``; a given body is continued."""
        body = Body(elementwise) if body is None else body
        self._blocks.append(body)
        self._shared.append(body.shared)
        try:
            yield body
        finally:
            self._blocks.pop()
            self._shared.pop()

    @contextmanager
    def outside(self) -> Iterator[list[Body]]:
        """Build outside of the elementwise branches that are being built: gives the bodies of the blocks that are left."""
        blocks, shared = self._blocks, self._shared
        count = next((number for number, block in enumerate(blocks) if block.elementwise), len(blocks))
        self._blocks, self._shared = blocks[:count], shared[:count]
        try:
            yield self._blocks
        finally:
            self._blocks, self._shared = blocks, shared

    @contextmanager
    def outermost(self) -> Iterator[None]:
        """Build in front of everything that is being built: of inputs alone."""
        with self.above(self._blocks[1]) if len(self._blocks) > 1 else nullcontext():
            yield

    @contextmanager
    def above(self, body: Body) -> Iterator[None]:
        """Build in front of a block that is being built, in the block around it."""
        blocks, shared = self._blocks, self._shared
        count = next(number for number, block in enumerate(blocks) if block is body)
        self._blocks, self._shared = blocks[:count], shared[:count]
        try:
            yield
        finally:
            self._blocks, self._shared = blocks, shared

    @contextmanager
    def unshared(self) -> Iterator[None]:
        """What is built shares nothing with what was there before, though the names are all known."""
        shared = self._shared
        self._shared = [{} for _ in shared]
        try:
            yield
        finally:
            self._shared = shared

    @property
    def blocks(self) -> Sequence[Body]:
        """The blocks that are being built, the outermost first."""
        return self._blocks

    @property
    def current(self) -> Body:
        """The block that is being built."""
        return self._blocks[-1]

    def is_open(self, body: Body) -> bool:
        """True for the block that is being built and those around it: what they define can be read."""
        return any(block is body for block in self._blocks)

    @property
    def depth(self) -> int:
        """The number of blocks that are being built, one inside the other."""
        return len(self._blocks)

    def splice(self, body: Iterable[Statement]) -> None:
        """Add the statements of a finished body to the present block: they are executed in any case."""
        for statement in body:
            self.append(statement)

    def branch(
        self,
        condition: Atom,
        then: Sequence[Statement],
        orelse: Sequence[Statement],
        pairs: Sequence[Pair],
        origin: Origin | None = None,
    ) -> list[Atom]:
        """Add an If and return the atoms of its outs, one per pair; a pair of equal atoms needs no out."""
        axes = self.axes_of(condition)
        outs: list[Out] = []
        atoms: list[Atom] = []
        made: dict[tuple[Atom, Atom], str] = {}
        for hint, first, second in pairs:
            if first == second:
                atoms.append(first)
                continue
            if axes:
                first, second = self.spread(first, axes), self.spread(second, axes)
            if (first, second) not in made:
                kind = self.kind(second if first == UNDEFINED else first)
                handed = axes or self.axes_of(first, second)
                made[first, second] = self.fresh(hint, kind, handed)
                outs.append(Out(made[first, second], first, second, kind, handed))
            atoms.append(made[first, second])
        if outs or then or orelse:
            self.append(If(condition, tuple(then), tuple(orelse), tuple(outs), origin or self.origin, axes))
        return atoms

    def error(self, exception: str, message: str, own: Any = None, *, solving: bool = False) -> None:
        """Add ``raise exception(message)``, in place of the user's class ``own``; ``solving``: because a solver failed."""
        self.append(Raise(exception, message, self.origin, own, solving))

    @property
    def body(self) -> tuple[Statement, ...]:
        """The statements of the block that is being built."""
        return tuple(self._blocks[-1])

    # handles

    def value(self, atom: Atom | float) -> Value:
        """A handle on an atom, for rules written with Python operators."""
        return Value(self, atom if isinstance(atom, str | Const) else Const(atom))

    def atom(self, value: Any) -> Atom:
        """The atom behind a handle, an atom or a Python number."""
        if isinstance(value, Value):
            return value.atom
        if isinstance(value, str | Const):
            return value
        if isinstance(value, Constant):
            return value.fold(Const, self.apply)
        return Const(value)

    # inside

    def _found(self, op: Primitive, args: tuple[Atom, ...]) -> Atom | None:
        """The literal or the earlier let that ``op(*args)`` is, or None."""
        folded = fold(op, args)
        if folded is not None:
            return folded
        wanted = key(op, args)
        return next((scope[wanted] for scope in reversed(self._shared) if wanted in scope), None)

    def _make(self, op: Primitive, args: tuple[Atom, ...], hint: str, origin: Origin | None) -> str:
        """A new let for ``op(*args)``."""
        axes = self.axes_of(*args)
        name = self.fresh(hint, op.result, axes)
        self.append(Let(name, op, args, origin or self.origin, axes))
        return name

    def _operands(self, op: Primitive, args: Iterable[Atom]) -> tuple[Atom, ...]:
        """The operands as the row takes them; scalars beside arrays are spread."""
        found = tuple(self._operand(op, arg) for arg in args)
        axes = self.axes_of(*found)
        return tuple(self.spread(arg, axes) for arg in found) if axes else found

    def _operand(self, op: Primitive, atom: Atom) -> Atom:
        """Convert a condition used as a number (True is 1), and an integer that no float holds exactly."""
        if op.operands == "float" and self.kind(atom) == "bool":
            if isinstance(atom, Const):
                return Const(int(atom.value))
            return self.branch(atom, (), (), [("t", Const(1), Const(0))])[0]
        if isinstance(atom, Const) and isinstance(atom.value, int) and abs(atom.value) > MAX_EXACT:
            return Const(float(atom.value))
        return atom


def key(op: Primitive, args: Sequence[Atom]) -> Key:
    """What two lets with the same right-hand side have in common."""
    keys = [arg if isinstance(arg, str) else arg.key for arg in args]
    if op.commutative:
        keys.sort(key=lambda item: (isinstance(item, tuple), item))
    return (op.name, *keys)


def indexed_key(statement: Sum | Fold) -> Key:
    """What two sums or folds with the same right-hand side have in common."""
    return (statement.op.name if isinstance(statement, Fold) else "sum", statement.axes, statement.terms, statement.kind)


class Operators:
    """Python's arithmetic as rows of the table, for classes that answer ``__symdiff_apply__``."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return TABLE["add"](self, other)

    def __radd__(self, other: Any) -> Any:
        return TABLE["add"](other, self)

    def __sub__(self, other: Any) -> Any:
        return TABLE["sub"](self, other)

    def __rsub__(self, other: Any) -> Any:
        return TABLE["sub"](other, self)

    def __mul__(self, other: Any) -> Any:
        return TABLE["mul"](self, other)

    def __rmul__(self, other: Any) -> Any:
        return TABLE["mul"](other, self)

    def __truediv__(self, other: Any) -> Any:
        return TABLE["div"](self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return TABLE["div"](other, self)

    def __pow__(self, other: Any) -> Any:
        return TABLE["pow"](self, other)

    def __rpow__(self, other: Any) -> Any:
        return TABLE["pow"](other, self)

    def __neg__(self) -> Any:
        return TABLE["neg"](self)


class Value(Operators):
    """A handle on an atom of a builder: arithmetic on it adds lets. Rules (partials, rewrites) are written with it."""

    __slots__ = ("atom", "builder")

    def __init__(self, builder: Builder, atom: Atom) -> None:
        self.builder = builder
        self.atom = atom

    @property
    def literal(self) -> int | float | None:
        """The number that the value is known to be, or None (``symdiff.primitives.row.literal``)."""
        nameless = isinstance(self.atom, Const) and not self.atom.symbol and self.atom.kind == "float"
        return self.atom.value if nameless and isinstance(self.atom, Const) else None

    def __symdiff_apply__(self, op: Primitive, operands: Sequence[Any]) -> Value:
        """Apply a row of the table to operands of which at least one is a handle."""
        builder = self.builder
        return Value(builder, builder.apply(op, *map(builder.atom, operands)))

    def __repr__(self) -> str:
        return f"Value({self.atom!r})"
