"""The graph: lets of one operation each, sums, structured branches, nothing else. Frozen; every pass is Graph -> Graph.

A function is a list of statements in single-assignment form::

    z = mul(x, y)            Let: of scalars, or element by element of arrays with the same axes
    s = sin(x)               Let
    y[i] = sum over j ...    Sum: everything that moves elements about (reads, slices, sums, writes), linear in them
    m[i] = max over j ...    Fold: the same with another operation
    if c: ... else: ...      If, which hands on named values (its outs); element by element if c is an array
    for k in 0..n-1: ...     Loop, whose iterations hand on values (its body is a graph of its own)
    raise ValueError("...")  Raise

There is no goto, so every sweep over a graph is local. An array is a definition for all indices, not storage; it is
named like a scalar, and its ``axes`` are its lengths, in sizes ("n"). A scalar is an array without axes. A literal may
stand for an array that is full of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from symdiff.graph.affine import Affine, Axes, sizes_in
from symdiff.graph.structure import SCALAR, Size, Structure, Tensor
from symdiff.graph.terms import Term, arrays_in
from symdiff.primitives.row import Kind, Primitive

if TYPE_CHECKING:
    import sympy

    from symdiff.errors import Place


@dataclass(frozen=True, eq=False)
class Const:
    """A literal. Two are equal only if they print the same: 1, 1.0 and True differ, and so do 0.0 and -0.0."""

    value: float | int | bool
    symbol: str = ""  # "pi", "e", "inf", "nan": a named constant, printed by its name

    @property
    def kind(self) -> Kind:
        """The kind of value that it is."""
        return "bool" if isinstance(self.value, bool) else "float"

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is compared by."""
        return (type(self.value).__name__, repr(self.value), self.symbol)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return self.symbol or repr(self.value)


# An operand: the name of an input, let or out; or a literal.
Atom = str | Const

# What an out is on a path that never reads it (a value of the other branch that is kept for the adjoint sweep).
UNDEFINED = Const(math.nan, "undefined")


@dataclass(frozen=True)
class Origin:
    """The line of the user's source that a statement comes from."""

    line: int
    text: str
    role: Literal["primal", "tangent", "adjoint"] = "primal"
    place: Place | None = field(default=None, compare=False)  # of the operation, where it may have to be shown
    solver: bool = field(default=False, compare=False)  # a step of the algorithm of a solver that the line calls


@dataclass(frozen=True)
class Let:
    """``name = op(*args)``: one row of the table applied to atoms, element by element if they have axes.

    All operands that are no literals have the axes of the let; a scalar among arrays is spread by a Sum of its own.
    """

    name: str
    op: Primitive
    args: tuple[Atom, ...]
    origin: Origin | None = None
    axes: Axes = ()

    @property
    def kind(self) -> Kind:
        """The kind of value that it is."""
        return self.op.result

    @property
    def expr(self) -> sympy.Basic:
        """The right-hand side as a SymPy expression of one operation over symbols."""
        import sympy

        def operand(atom: Atom) -> Any:
            if isinstance(atom, str):
                return sympy.Symbol(atom, real=True)
            if atom.symbol:
                return {"pi": sympy.pi, "e": sympy.E, "inf": sympy.oo}.get(atom.symbol, sympy.nan)
            if isinstance(atom.value, bool):
                return sympy.true if atom.value else sympy.false
            return sympy.Integer(atom.value) if isinstance(atom.value, int) else sympy.Float(atom.value, 17)

        return self.op.symbolic(*map(operand, self.args))


@dataclass(frozen=True)
class Sum:
    """``name[axes] = sum of the terms``, each over its ranges where its guards hold: linear in the arrays that it reads.

    Reading at other indices (slices, transposes, new axes), contracting, padding, writing and scattering are all sums.
    An element that no term reaches is 0. Truth values are moved about by sums of one term without ranges.
    """

    name: str
    axes: Axes
    terms: tuple[Term, ...]
    origin: Origin | None = None
    kind: Kind = "float"


@dataclass(frozen=True)
class Fold:
    """``name[axes] = op over the ranges of the term``: op is mul, maximum, minimum, and, or.

    A fold of nothing is 1, -inf, inf, true, false.
    """

    name: str
    axes: Axes
    op: Primitive
    term: Term
    origin: Origin | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The only term, as a sum has them."""
        return (self.term,)

    @property
    def kind(self) -> Kind:
        """The kind of value that it is."""
        return self.op.result


@dataclass(frozen=True)
class Out:
    """A value that a branch hands on: ``then`` where the condition holds, ``orelse`` elsewhere."""

    name: str
    then: Atom
    orelse: Atom
    kind: Kind = "float"
    axes: Axes = ()


@dataclass(frozen=True)
class If:
    """A branch with bodies of its own: what is used in one branch only is computed only there.

    If the condition has axes, the branch is taken element by element: then its bodies hold lets and branches of the same
    axes only, and so are its outs.
    """

    condition: Atom
    then: Block
    orelse: Block
    outs: tuple[Out, ...]
    origin: Origin | None = None
    axes: Axes = ()


@dataclass(frozen=True)
class Raise:
    """``raise exception(message)``: a builtin exception class by name; the only statement with an effect."""

    exception: str
    message: str
    origin: Origin | None = None
    own: Any = None  # the user's exception class, whose nearest builtin base ``exception`` is; None for a builtin class
    solving: bool = False  # a solver finds no solution, an index from data is out of range: no condition that a formula states
    lengths: Axes = ()  # told in the message for ``{}``: sizes that the condition before it reads, too

    def told(self, spelled: Callable[[Affine], object] = str) -> str:
        """The message, with its lengths as they are spelled."""
        return self.message.format(*map(spelled, self.lengths)) if self.lengths else self.message


@dataclass(frozen=True)
class Carried:
    """A value that each iteration of a loop hands to the next: a scalar, or a whole array.

    ``param`` is its name in the step, at the start of an iteration; ``out`` its name after the last one. ``settled``: what
    iterations read of an array is never written afterwards, so that it is what the array holds at the end (``graph.settled``).
    """

    param: str
    init: Atom
    out: str
    axes: Axes = ()
    settled: bool = False


@dataclass(frozen=True)
class Store:
    """``buffer[index] = value``, or ``+=``: at the end of an iteration, in the order of the stores.

    The index is in the names of the step (counter, sizes, integers from data); the value is an output of the step. If there
    are fewer indices than axes, it is a whole row: an array of the other axes.
    """

    index: tuple[Affine, ...]
    adds: bool = False


@dataclass(frozen=True)
class Buffer:
    """An array of which each iteration writes some elements; the step reads what it holds at the start of an iteration."""

    param: str
    init: Atom
    out: str
    axes: Axes
    stores: tuple[Store, ...]
    settled: bool = False  # see ``Carried``

    def row(self, store: Store) -> Axes:
        """The axes of the value of a store."""
        return self.axes[len(store.index) :]


@dataclass(frozen=True)
class Collected:
    """An array of what an output of the step was in each iteration: ``out[k, ...]``, k from 0 whatever the direction.

    ``tape``: it is kept for an adjoint, where the user asked for nothing.
    """

    out: str
    axes: Axes = ()  # of one value
    tape: bool = False


@dataclass(frozen=True)
class Loop:
    """A sequential loop. ``step`` is one iteration: a graph of its own, which reads nothing but its parameters.

    These are the counter (0, 1, ...; an integer, so that indices may depend on it, as on a size), what is carried, the
    buffers, and what is ``captured`` from outside: pairs of the name inside and the atom outside (arrays, scalars, sizes).
    Its outputs are the next values of what is carried, what is collected, the values of the stores of all buffers, and, if
    the loop has a ``test``, at last whether to go on. A loop makes at most ``trip`` iterations (None: as many as it likes)
    and ends when the test fails; ``test`` says whether the first one is made. ``count`` is the number of iterations
    made, an integer that can be a size. ``backward``: the counter runs from ``trip - 1`` down to 0.

    ``implicit``: what it hands on solves equations (``graph.implicit``). Its one iteration leaves what is carried as it is and
    collects the residuals, which are 0 there; so its derivative is the one of the solution of these equations.
    ``segments``: each iteration is a part of a loop already (``graph.segments``), so that it need not be cut again.
    """

    step: Graph
    counter: str
    trip: Affine | None
    carried: tuple[Carried, ...] = ()
    buffers: tuple[Buffer, ...] = ()
    collected: tuple[Collected, ...] = ()
    captured: tuple[tuple[str, Atom], ...] = ()
    test: Atom | None = None
    count: str = ""
    backward: bool = False
    origin: Origin | None = None
    implicit: bool = False
    segments: bool = False
    solver: str = ""  # a row of ``graph.whole``: a function of whole matrices, whose one result is what is carried

    @property
    def handed(self) -> tuple[Carried | Buffer, ...]:
        """What one iteration hands to the next."""
        return (*self.carried, *self.buffers)

    @property
    def outs(self) -> dict[str, Axes]:
        """The names that the loop defines, with their axes."""
        found = {each.out: each.axes for each in self.handed}
        found |= {each.out: (self.length, *each.axes) for each in self.collected}
        return found | ({self.count: ()} if self.count else {})

    @property
    def length(self) -> Affine:
        """The number of iterations, as the length of what is collected."""
        if self.count:
            return Affine.of(self.count)
        assert self.trip is not None  # noqa: S101 (a loop with neither collects nothing)
        return self.trip

    @property
    def stores(self) -> tuple[tuple[Buffer, Store], ...]:
        """All stores, in the order of the outputs of the step."""
        return tuple((buffer, store) for buffer in self.buffers for store in buffer.stores)

    def outputs(self) -> tuple[tuple[Atom, ...], tuple[Atom, ...], tuple[Atom, ...], Atom | None]:
        """The outputs of the step: of what is carried, of what is collected, of the stores, and of the test."""
        atoms = self.step.outputs
        first, second = len(self.carried), len(self.carried) + len(self.collected)
        third = second + len(self.stores)
        return atoms[:first], atoms[first:second], atoms[second:third], None if self.test is None else atoms[third]


Statement = Let | Sum | Fold | If | Loop | Raise
Block = tuple[Statement, ...]


@dataclass(frozen=True)
class Param:
    """A parameter of the function. ``leaves`` names its scalars in row-major order (``p_0``, ``p_1``; ``x`` for a scalar).

    ``role`` is "argument" for the user's own parameters, "captured" for a number that the function reads from its
    globals or closure (a keyword of the generated source, with ``default`` its present value), "seed" for a tangent or
    cotangent, "pattern" for integers that say where the values of a sparse matrix are stored, "step" for what the step of a
    loop reads, and "size" for the integers among those. A bool argument cannot be
    a Param: what selects a branch is known when the function is read.
    """

    name: str
    structure: Structure = SCALAR
    leaves: tuple[str, ...] = ()
    role: Literal["argument", "captured", "seed", "pattern", "step", "size"] = "argument"
    default: Any = None

    def __post_init__(self) -> None:
        if not self.leaves:
            object.__setattr__(self, "leaves", self.structure.leaf_names(self.name))


@dataclass(frozen=True)
class Graph:
    """A function: parameters, body, and the atoms of its result in row-major order (``result`` tells how they are packed).

    ``name`` is the user's name of the function; ``source`` its text, for comments and carets.
    """

    name: str
    params: tuple[Param, ...]
    body: Block
    outputs: tuple[Atom, ...]
    result: Structure = SCALAR
    source: str = field(default="", repr=False, compare=False)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of all inputs, in the order of the parameters: scalars, and arrays with symbolic axes."""
        return tuple(leaf for param in self.params for leaf in param.leaves)

    @property
    def input_axes(self) -> dict[str, Axes]:
        """The axes of each input; () for a scalar."""
        found: dict[str, Axes] = {}
        for param in self.params:
            found.update(dict.fromkeys(param.leaves, ()))
            parts = zip(param.leaves, param.structure.leaves(), strict=False)
            found.update({leaf: part.axes for leaf, part in parts if isinstance(part, Tensor)})
        return found

    @property
    def sizes(self) -> dict[str, tuple[str, int]]:
        """The name of each size, with the first input and its axis that tell it: an argument that is a size itself with -1."""
        found = {leaf: (leaf, -1) for param in self.params for leaf in param.leaves if isinstance(param.structure, Size)}
        for name, axes in self.input_axes.items():
            for axis, length in enumerate(axes):
                for symbol in length.symbols:
                    if isinstance(symbol, str) and length == Affine.of(symbol):
                        found.setdefault(symbol, (name, axis))
        return found

    def param(self, name: str) -> Param:
        """The parameter called ``name``."""
        return next(param for param in self.params if param.name == name)

    def __str__(self) -> str:
        from symdiff.graph.show import show

        return show(self)


def defined(statement: Statement) -> tuple[str, ...]:
    """The names that a statement defines in its own block (not those inside its bodies)."""
    if isinstance(statement, Let | Sum | Fold):
        return (statement.name,)
    if isinstance(statement, If):
        return tuple(out.name for out in statement.outs)
    if isinstance(statement, Loop):
        return tuple(statement.outs)
    return ()


def walk(block: Block) -> Iterator[Statement]:
    """Every statement of a block and of the bodies inside it, in order of execution; the step of a loop is not among them."""
    stack: list[Iterator[Statement]] = [iter(block)]
    while stack:
        statement = next(stack[-1], None)
        if statement is None:
            stack.pop()
            continue
        yield statement
        if isinstance(statement, If):
            stack.append(iter(statement.orelse))
            stack.append(iter(statement.then))


def operands(statement: Statement) -> Iterator[Atom]:
    """The atoms that a statement itself reads (for a branch: the condition and what its outs hand on)."""
    if isinstance(statement, Let):
        yield from statement.args
    elif isinstance(statement, Sum | Fold):
        yield from (atom for term in statement.terms for atom in term.reads())
    elif isinstance(statement, If):
        yield statement.condition
        for out in statement.outs:
            yield out.then
            yield out.orelse
    elif isinstance(statement, Loop):
        yield from (each.init for each in statement.handed)
        yield from (atom for _, atom in statement.captured)
        if statement.trip is not None:
            yield from (*sizes_in([statement.trip]), *arrays_in([statement.trip]))
        if statement.test is not None:
            yield statement.test


def walk_all(block: Block) -> Iterator[Statement]:
    """Every statement of a block, of the bodies inside it, and of the steps of its loops."""
    for statement in walk(block):
        yield statement
        if isinstance(statement, Loop):
            yield from walk_all(statement.step.body)


def free_names(block: Block) -> tuple[str, ...]:
    """The names read in a block but not defined in it, in order of first use."""
    inside = {name for statement in walk(block) for name in defined(statement)}
    names = (atom for statement in walk(block) for atom in operands(statement) if isinstance(atom, str))
    return tuple(dict.fromkeys(name for name in names if name not in inside))
