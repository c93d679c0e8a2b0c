"""The reader: an abstract interpreter over the syntax tree that builds the graph of a function.

Every Python value is known or symbolic (``values``). Rules for expressions and statements are registered by node type;
a node without a rule is behind the fence. A refused expression evaluates to POISON, so that one reading finds every gap.
"""

from __future__ import annotations

import ast
import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from symdiff.errors import Gap, NameUnboundError
from symdiff.frontend import algorithms, resolve
from symdiff.frontend.cells import present
from symdiff.frontend.fence import refusal
from symdiff.frontend.gaps import GapError, PoisonedError, RestartError
from symdiff.frontend.loop_values import Counting, LoopAxis, Stored
from symdiff.frontend.outside import wrap
from symdiff.frontend.parameters import Arguments
from symdiff.frontend.places import Guard, Place
from symdiff.frontend.source import FunctionSource
from symdiff.frontend.values import (
    POISON,
    Condition,
    Conflict,
    Known,
    LeftOver,
    Maybe,
    Number,
    Poison,
    Value,
    describe,
)
from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.build import Body, Builder
from symdiff.graph.graph import Atom, Const, Graph, Let, Origin, Statement
from symdiff.graph.structure import Structure
from symdiff.graph.terms import Guard as IndexGuard
from symdiff.primitives import TABLE
from symdiff.primitives.own import Own
from symdiff.primitives.row import ARITHMETIC, Primitive

if TYPE_CHECKING:
    from symdiff.frontend.exceptions import Attempt

MAX_LETS = 20_000  # of one graph: beyond it, compiling takes minutes
MAX_STEPS = 200_000  # expressions and statements read, unrolled ones each time
MAX_NESTING = 60  # branches inside branches: Python itself allows 100 levels of indentation


def negated_guard(guard: IndexGuard) -> IndexGuard:
    """Where a guard does not hold."""
    if guard.test == ">=":
        return IndexGuard(-guard.affine - 1)
    return dataclasses.replace(guard, test="!=" if guard.test == "==" else "==")


@dataclass(eq=False)
class Frame:
    """The variables of one function that is being read."""

    source: FunctionSource
    local_names: frozenset[str]  # assigned somewhere in the function: Python's local variables
    variables: dict[str, Value] = field(default_factory=dict)
    outer: Frame | None = None  # the frame that an inner function closes over
    inlined: bool = False
    comprehension: bool = False
    state: tuple[Any, ...] | None = None  # what was known of the arguments when it was called
    returned: Value | None = None


Differentiate = Callable[[Any, Graph], Graph]
Rule = Callable[["Reader", Any, Frame, str], Value]
EXPRESSIONS: dict[type[ast.AST], Rule] = {}
R = TypeVar("R", bound=Rule)


def reads(*nodes: type[ast.AST]) -> Callable[[R], R]:
    """Register the rule that reads an expression node."""

    def register(rule: R) -> R:
        EXPRESSIONS.update(dict.fromkeys(nodes, rule))
        return rule

    return register


class Reader(Arguments):
    """Reads one function, with the functions it calls inlined, into a Builder.

    ``structures`` tells how each argument is packed (None: not known before a call; a scalar unless its use shows a
    vector); ``known`` holds arguments that are the same in every call of this specialisation; ``specialised`` the
    integers outside that an earlier reading needed as structure; ``lengths`` what earlier readings assumed;
    ``integers`` the arguments that a call gave as integers and that are not differentiated. ``differentiate`` applies a
    transform of symdiff to the graph of an inner function.
    """

    def __init__(
        self,
        source: FunctionSource,
        structures: Mapping[str, Structure | None],
        known: Mapping[str, Any],
        specialised: frozenset[tuple[Any, ...]] = frozenset(),
        lengths: Mapping[str, int] | None = None,
        integers: Mapping[str, int] | None = None,
        differentiate: Differentiate | None = None,
    ) -> None:
        super().__init__()
        self.source, self.structures, self.known = source, structures, known
        self.specialised = specialised
        self.lengths = dict(lengths or {})
        self.builder = Builder()
        self.gaps: list[Gap] = []
        self.unbound: list[str] = []
        self.missing: list[str] = []  # attributes that objects do not have (yet)
        self.needs: list[str] = []  # what only a call can tell
        self.real: frozenset[str] = frozenset()  # arguments that are numbers or vectors in any call
        self.opaque: dict[str, tuple[ast.AST, Frame]] = {}  # numbers that the result must not depend on: the time
        self.pure = 0  # properties that are being read
        self.writes: dict[tuple[Any, str], Any] = {}  # attributes that were changed, by the place of the object and the name
        self.written: list[tuple[str, ast.AST, Frame]] = []  # every change of an attribute
        self.depths: dict[str, int] = {}  # how many loops the definitions of rows depend on
        self.row_node: ast.AST | None = None  # where a row was read last
        self.loops: list[LoopAxis] = []  # those that are being read as axes, the outermost first
        self.trying = 0  # loops that are read as sums on trial
        self.counters: dict[str, Counting] = {}  # loops of the graph that are being read, the outermost first
        self.comparisons: dict[Atom, IndexGuard] = {}  # what conditions in loops of the graph say of integers
        self.stores: dict[Atom, Stored] = {}  # versions of arrays that differ from others in one element
        self.sequential: frozenset[tuple[Any, ...]] = frozenset()  # loops that are no sums, recursions that are loops
        self.counts: set[str] = set()  # sizes that loops tell
        self.unrolled: frozenset[tuple[Any, ...]] = frozenset()  # recursions that were refused as loops
        self.domain: list[IndexGuard] = []  # what the conditions around say of their positions
        self.index_guards: dict[str, tuple[IndexGuard, ...]] = {}  # what conditions say of positions
        self.checked: dict[Affine, Body] = {}  # what is at least 0 from there on: a branch around it raises otherwise
        self.provisional: set[Affine] = set()  # of that, what is checked only if the loops around it do something
        self.plain = False  # whether arguments that no call has told are numbers, also where arrays are more usual
        self.listed: set[int] = set()  # the lengths of arrays that are made of single numbers
        self.captures: dict[tuple[Any, ...], tuple[Place, str]] = {}
        self.guards: dict[tuple[Any, ...], Guard] = {}
        self.integer_values = dict(integers or {})
        self.differentiate = differentiate
        self.steps = 0
        self.exhausted = False
        self.active: tuple[Any, ...] = ()  # the derivatives that are being built: a call of one is a recursion
        self.facts: list[tuple[Atom, bool]] = []  # conditions that are decided on the path that is being read
        self.foreign: set[object] = set()  # identities of lists and arrays that belong to the caller
        self.cells: dict[object, Value] = {}  # the present states of arrays that were changed or viewed, on this path
        self.originals: dict[object, Value] = {}  # their states before any change
        self.changes: Counter[object] = Counter()  # of lists and dicts, by identity
        self.attempts: list[Attempt] = []  # the bodies of try that are being read, the outermost first
        self.handled: list[tuple[type[Exception], str]] = []  # the exceptions whose handlers are being read
        self.quiet = False  # inside a function of NumPy, which gives NaN where math raises
        self.silent: set[str] = set()  # the lets that come from such functions
        self.guarded: set[tuple[str, type[Exception]]] = set()  # lets that raise no more: a try around them handles it
        self.consumed: set[int] = set()  # iterators that were looped over, by id
        self.iterators: list[Value] = []  # keeps them alive, so that no id passes to another
        self.frames: list[Frame] = []  # of the functions that are being read, the outermost first
        self.solving: list[tuple[Frame, ast.expr]] = []  # calls of solvers whose algorithms are being read, and where they are

    # gaps

    def record(self, frame: Frame, error: GapError) -> None:
        """Note a gap; the same place is noted once (an unrolled loop meets it many times)."""
        if self.unreachable:
            return
        attempt = self.attempts[-1] if self.attempts else None
        inside = attempt is not None and self.builder.depth == attempt.depth
        if attempt is not None and inside and error.raises is not None and issubclass(error.raises, attempt.kinds):
            attempt.caught = (error.raises, error.reason)
            return
        if frame.source.file in algorithms.STEPPING and self.solving:
            frame, error.node = self.solving[-1]
        place = frame.source.place(error.node)
        gap = Gap(error.reason, error.rewrite, place, error.verdict, error.certain, error.raises)
        if gap not in self.gaps:
            self.gaps.append(gap)

    @property
    def unreachable(self) -> bool:
        """True after an exception that is raised in any case, up to its handler."""
        return bool(self.attempts) and self.attempts[-1].caught is not None

    @staticmethod
    def refuse(node: ast.AST, at: ast.AST | None = None) -> GapError:
        """The gap of a node behind the fence (an operator has no place of its own: it is shown ``at`` its expression)."""
        row = refusal(node)
        return GapError(at or node, row.reason, row.rewrite, row.verdict, certain=True)

    # expressions

    def read(self, node: ast.expr, frame: Frame, hint: str = "t") -> Value:
        """Evaluate an expression; POISON if it, or anything in it, is refused. ``hint`` names the let of the result."""
        try:
            rule = EXPRESSIONS.get(type(node))
            if rule is None:
                raise self.refuse(node)
            self.step(node)
            value = rule(self, node, frame, hint)
            if isinstance(value, Conflict):
                raise GapError(node, value.reason, "leave it out, or pass what is needed as an argument")
            return present(self, value, node)
        except GapError as error:
            self.record(frame, error)
        except PoisonedError:
            pass
        return POISON

    def step(self, node: ast.AST) -> None:
        """Count the work of reading: a function (a stranger's text, too) ends it in bounded time."""
        self.steps += 1
        if self.steps > MAX_STEPS or len(self.builder.kinds) > MAX_LETS:
            self.exhausted = True
            raise GapError(node, f"more than {MAX_LETS} operations after unrolling", "use fewer or shorter loops", "not yet")

    def operands(self, nodes: Sequence[ast.expr], frame: Frame) -> list[Value]:
        """Evaluate several expressions, all of them, before the first refusal stops the expression around them."""
        values = [self.read(node, frame) for node in nodes]
        for node, value in zip(nodes, values, strict=True):
            if isinstance(value, Poison):
                raise PoisonedError
            if isinstance(value, Conflict):
                raise GapError(node, value.reason, "give the variable one kind of value on every path")
        return [present(self, value, node) for value, node in zip(values, nodes, strict=True)]

    def operand(self, node: ast.expr, frame: Frame) -> Value:
        """Evaluate one expression that must not be poisoned."""
        return self.operands([node], frame)[0]

    def apply(self, op: str | Primitive, *values: Number | Condition, hint: str = "t") -> Number | Condition:
        """Apply a row of the table to scalars. The result is a Condition for rows that give truth values."""
        row = TABLE[op] if isinstance(op, str) else op
        atom = self.operation(row, [value.atom for value in values], hint)
        if self.builder.kind(atom) == "bool":
            return Condition(atom)
        known = atom.value if isinstance(atom, Const) else self.fold(row, values)
        kept = row.name in ("abs", "neg", "max", "min")
        return Number(atom, known, whole=kept and all(isinstance(value, Number) and value.is_whole for value in values))

    def operation(self, row: Primitive, atoms: Sequence[Atom], hint: str = "t", whole: bool = False) -> Atom:
        """Apply a row of the table to atoms, element by element to arrays of the same axes.

        Inside of loops that are read as axes, an array stands for one number of each iteration, but for ``whole`` arrays.
        """
        if whole and self.builder.current.elementwise:
            with self.builder.outside():  # NaN where it is not needed, as NumPy's arrays are computed
                return self.operation(row, atoms, hint, whole)
        count = len(self.builder.kinds)
        if self.loops and not whole:
            atoms = self.over_loops(atoms)
        atom = self.builder.apply(row, *atoms, hint=hint)
        if self.quiet:
            self.silent.update(itertools.islice(reversed(self.builder.kinds), len(self.builder.kinds) - count))
        elif isinstance(atom, str):
            self.silent.discard(atom)
        return atom

    def over_loops(self, atoms: Sequence[Atom]) -> Sequence[Atom]:
        """The operands of an operation inside of loops that are read as axes, over as many loops as any of them."""
        from symdiff.frontend.array_loops import common

        return common(self, atoms)

    def over_loops_of(self, condition: Atom, atom: Atom) -> Atom:
        """What a branch that is taken element by element hands on, over the loops of its condition."""
        from symdiff.frontend.array_loops import lifted

        return lifted(self, atom, len(self.builder.axes_of(condition)))

    def over_all_loops(self, condition: Condition) -> Condition:
        """A condition inside of loops that are read as axes, over all of them: its branch is taken element by element."""
        if not self.loops:
            return condition
        from symdiff.frontend.array_loops import lifted

        over = lifted(self, condition.atom, len(self.loops))
        if not self.builder.axes_of(over):  # the same in all iterations: a branch of its own, but inside of such a one
            if not self.builder.current.elementwise:
                return condition
            over = self.builder.spread(over, tuple(loop.length for loop in self.loops))
        found = dataclasses.replace(condition, atom=over)
        if condition.guards and isinstance(found.atom, str):
            self.index_guards[found.atom] = condition.guards
        return found

    def guards_of(self, atom: Atom, holds: bool) -> list[IndexGuard]:
        """What a condition says of the positions of loops, where it holds or does not."""
        guards = self.index_guards.get(atom, ()) if isinstance(atom, str) else ()
        if holds:
            return list(guards)
        return [negated_guard(guards[0])] if len(guards) == 1 else []

    @contextmanager
    def block(self, condition: Atom | None, body: Body | None = None) -> Iterator[Body]:
        """One side of a branch: of scalars, or, if the condition has axes, element by element."""
        elementwise = condition is not None and bool(self.builder.axes_of(condition))
        with self.builder.block(body, elementwise) as made:
            yield made

    @contextmanager
    def quietly(self, quiet: bool) -> Iterator[None]:
        """Read something that (if ``quiet``) gives NaN where Python's own operations raise."""
        before = self.quiet
        self.quiet = before or quiet
        try:
            yield
        finally:
            self.quiet = before

    @staticmethod
    def fold(row: Primitive, values: Sequence[Number | Condition]) -> float | None:
        """The value of an operation on numbers that are the same in every call (the graph keeps it unevaluated)."""
        known = [value.known if isinstance(value, Number) else None for value in values]
        if not (row.numeric or row.scipy) or row.expansion is not None or any(item is None for item in known):
            return None
        if isinstance(row, Own):  # reading runs nothing of the user's
            return None
        import numpy as np

        try:
            with np.errstate(all="ignore"):
                return float(row(*(np.float64(item) for item in known)))
        except OverflowError:
            return None

    @staticmethod
    def is_cheap(statement: Statement) -> bool:
        """True for a let that may as well be computed when it is not needed: arithmetic, comparisons, logic."""
        return isinstance(statement, Let) and statement.op.weight <= ARITHMETIC

    # what must be known while reading

    def integer(self, value: Value, node: ast.AST, what: str) -> int:
        """The value of an integer needed as structure (an index, a range bound).

        Integers from outside and integer arguments are read as sizes then; where that is not enough, they specialise:
        reading starts again with their present values.
        """
        if isinstance(value, Known) and isinstance(value.value, int):  # a bool, or a member of an IntEnum
            return int(value.value)
        if isinstance(value, Number):
            if isinstance(value.known, int):
                return value.known
            if value.affine is not None and not value.affine.is_constant:
                reason = f"{what} that depends on the length of an array"
                self.fix(sizes_in([value.affine]), node, reason, "use a literal integer here")
            self.need_integer(value)
            self.build_in_product(value)
        shown = f"the number {value.known!r}" if isinstance(value, Number) and value.known is not None else describe(value)
        if isinstance(value, Number) and value.known is None:
            self.check_integer(value, node, what)
            rewrite = "make it an integer: int(...)" if self.counters or what == "a range bound" else "use a literal integer here"
            raise GapError(node, f"{what} that depends on the arguments", rewrite, "not yet")
        raise GapError(node, f"{what} must be an integer, not {shown}", "use a literal integer here")

    # names

    @staticmethod
    def scopes(frame: Frame | None) -> Iterator[Frame]:
        """A frame and those that it closes over, from the inside out."""
        while frame is not None:
            yield frame
            frame = frame.outer

    def name(self, frame: Frame, name: str, node: ast.expr) -> Value:
        """The value of a variable: local, of an enclosing function, or from outside."""
        from symdiff.frontend.signs import settled

        scope: Frame | None = frame
        while scope is not None:
            if name in scope.variables:
                value = scope.variables[name]
                if isinstance(value, Maybe) and (value.defined, True) in self.facts:
                    return value.value
                if isinstance(value, Maybe):
                    return self.bound(name, value)
                value = settled(self, value)
                if isinstance(value, LeftOver):
                    raise RestartError(sequential=[value.place])
                if isinstance(value, Conflict):
                    raise GapError(node, f"{name}: {value.reason}", "give the variable one kind of value on every path")
                return present(self, value, node)
            if name in scope.local_names:
                raise GapError(node, f"variable {name} has no value here", f"assign {name} on every path before it is read")
            if scope.outer is None:
                break
            scope = scope.outer
        assert scope is not None  # noqa: S101 - the loop ends at the outermost frame
        try:
            value, place = resolve.look_up(scope.source, name)
        except NameUnboundError as error:
            if not self.unreachable:
                self.unbound.append(str(error))
            return POISON
        return wrap(self, value, name, place, node)

    def bound(self, name: str, value: Maybe) -> Value:
        """A variable that some paths leave unbound: on these, reading it raises, as in Python."""
        with self.builder.block() as unbound:
            text = f"cannot access local variable {name!r} where it is not associated with a value"
            self.builder.error("UnboundLocalError", text)
        self.builder.branch(value.defined, (), unbound, [])
        return value.value

    def is_taken(self, name: str) -> bool:
        """True if something else in the graph is called so already."""
        return name in self.builder.kinds or name in self.source.parameters

    def guard(self, place: Place, value: Any) -> None:
        """Note an outside value that shapes the graph; our own algorithms stay what they are."""
        if algorithms.is_own(place.root):
            return
        self.guards.setdefault(place.key, Guard(place, value))

    def origin(self, frame: Frame, node: ast.stmt | ast.expr) -> Origin:
        """The origin of what a statement adds to the graph: its line, counted from the function's first."""
        solver = bool(self.solving) and frame.source.file in algorithms.STEPPING
        if solver:
            frame, node = self.solving[-1]
        text = frame.source.line(node.lineno).strip()
        if frame.inlined:
            text = f"{text}  (in {frame.source.name})"
        return Origin(node.lineno - frame.source.node.lineno + 1, text, solver=solver)
