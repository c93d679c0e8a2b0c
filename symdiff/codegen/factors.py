"""Powers of two in products and sums are gathered into one factor. That is exact: only the exponent of a float changes.

The rule of a square gives ``2*x*y_bar`` wherever one stands, so sums of squares multiply by 2 once for each term, and chains of
squares once for each link. Of operations that are only read by the next one, ``c*x * y`` is c times ``x*y``, and ``c*x + c*y`` is
c times ``x + y``; where such a tree ends, its factors are one, which goes into a literal of the tree if it has one. What several
products with the same factor have in common takes that factor for all of them.

What the user wrote keeps its operations: factors come out of derivatives only.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from symdiff.graph.graph import Atom, Block, Const, Graph, If, Let, Loop, Statement, Sum, operands, walk
from symdiff.graph.literals import MAX_EXACT
from symdiff.graph.loops import axes_of, names_in, sizes_of, with_changed_step
from symdiff.primitives import TABLE

MAX_EXPONENT = 10  # of a factor, gathered or not: far from overflow
SMALL = 1e-200  # literals between this and its inverse may take a factor


def gathered(graph: Graph, partial: Collection[str] = ()) -> tuple[Graph, frozenset[str]]:
    """The same values with fewer multiplications by powers of two.

    Of the names in ``partial`` only the elements are computed that are read; so of those that come in their place.
    """
    found = set(partial)

    def inside(statement: Statement) -> Statement:
        if isinstance(statement, Loop):
            return with_changed_step(statement, within)
        if isinstance(statement, If):
            return replace(statement, then=tuple(map(inside, statement.then)), orelse=tuple(map(inside, statement.orelse)))
        return statement

    def within(step: Graph) -> Graph:
        made, more = gathered(step, found)
        found.update(more)
        return made

    graph = replace(graph, body=tuple(map(inside, graph.body)))
    for change in (_shared, _gathered):
        level = _Level(graph)
        graph = level.changed(change)
        found.update(name for name, like in level.made.items() if like in found)
    return graph, frozenset(found)


class _Level:
    """A graph whose blocks are changed one by one. Every name that is still read stands for the value that it had."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.names = names_in(graph) | set(graph.sizes)
        self.uses = Counter(atom for atom in graph.outputs if isinstance(atom, str))
        for statement in walk(graph.body):
            self.uses.update(atom for atom in (*operands(statement), *sizes_of(statement)) if isinstance(atom, str))
        self.axes = dict(graph.input_axes)
        for statement in walk(graph.body):
            self.axes |= axes_of(statement)
        self.made: dict[str, str] = {}  # new names, by what they were made for
        self.number = 0

    def fresh(self, like: str) -> str:
        """A name that nothing has, for what is computed in the place of something."""
        name = "t"
        while name in self.names:
            self.number += 1
            name = f"t_{self.number}"
        self.names.add(name)
        self.made[name] = like
        return name

    def changed(self, change: Callable[[_Level, Block], Block]) -> Graph:
        """The graph with each of its blocks changed."""
        return replace(self.graph, body=self._block(self.graph.body, change))

    def _block(self, block: Block, change: Callable[[_Level, Block], Block]) -> Block:
        inside: list[Statement] = []
        for statement in block:
            if isinstance(statement, If):
                then, orelse = self._block(statement.then, change), self._block(statement.orelse, change)
                statement = replace(statement, then=then, orelse=orelse)
            inside.append(statement)
        return change(self, tuple(inside))


# What a let multiplies by.


def _split(let: Let) -> tuple[float, str] | None:
    """The literal and the other operand of a product with a literal."""
    for literal, other in (let.args, let.args[::-1]) if let.op.name == "mul" else ():
        if isinstance(literal, Const) and isinstance(other, str) and not literal.symbol and literal.kind == "float":
            return (literal.value, other) if SMALL < abs(literal.value) < 1 / SMALL else None
    return None


def _factor(let: Let) -> float | None:
    """The power of two that a let multiplies by, or its negative."""
    found = _split(let)
    if found is None:
        return -1 if let.op.name == "neg" and isinstance(let.args[0], str) else None
    return found[0] if _is_power(found[0]) else None


def _is_power(value: float) -> bool:
    mantissa, exponent = math.frexp(value)
    return abs(mantissa) == 0.5 and abs(exponent) <= MAX_EXPONENT


def _times(name: str, factor: float, operand: Atom, like: Let) -> Let:
    """A product with a factor that is no longer inside."""
    if factor == -1:
        return replace(like, name=name, op=TABLE["neg"], args=(operand,))
    literal = Const(int(factor) if factor == int(factor) and abs(factor) < MAX_EXACT else factor)
    return replace(like, name=name, op=TABLE["mul"], args=(literal, operand))


def _is_derived(let: Let) -> bool:
    return let.origin is None or let.origin.role != "primal"


# What products have in common.


def _shared(level: _Level, block: Block) -> Block:
    """The statements with ``2*x * r`` and ``2*y * r`` as ``x * s`` and ``y * s`` where ``s = 2*r``; r may be spread."""
    lets = {statement.name: statement for statement in block if isinstance(statement, Let)}
    spread = {statement.name: statement for statement in block if isinstance(statement, Sum) and _is_spread(level, statement)}
    groups: defaultdict[tuple[float, str], dict[str, str]] = defaultdict(dict)
    for let in lets.values():
        for own, other in (let.args, let.args[::-1]) if let.op.name == "mul" and _is_derived(let) else ():
            source = lets.get(own) if isinstance(own, str) and own != other else None
            if source is not None and isinstance(other, str) and level.uses[source.name] == 1 and (factor := _factor(source)):
                groups[factor, other][let.name] = source.name
    made: dict[str, list[Let | Sum]] = {}
    for (factor, common), products in groups.items():
        products = {name: taken for name, taken in products.items() if name not in made}
        if len(products) < (1 if common in spread else 2) or factor == -1:
            continue
        scaled = _scaled(level, factor, common, lets[next(iter(products))], spread.get(common))
        for name, taken in products.items():
            made[taken] = []
            made[name] = [replace(lets[name], args=(_operand(lets[taken]), scaled[-1].name))]
        if common in spread and level.uses[common] == len(products):
            made[common] = []
        made[next(iter(products))][:0] = scaled
    return tuple(each for node in block for each in made.get(getattr(node, "name", ""), [node]))


def _is_spread(level: _Level, statement: Sum) -> bool:
    """Whether the elements of a sum are those of one array, most of them several times."""
    if len(statement.terms) != 1 or statement.kind != "float":
        return False
    (term,) = statement.terms
    if not isinstance(term.atom, str) or term.ranges or term.address is not None:
        return False
    return len(level.axes.get(term.atom, ())) < len(statement.axes)


def _scaled(level: _Level, factor: float, common: str, like: Let, spread: Sum | None) -> list[Let | Sum]:
    """What products have in common, times a factor; of something spread, what is spread times the factor."""
    if spread is None:
        return [_times(level.fresh(common), factor, common, like)]
    (term,) = spread.terms
    atom = str(term.atom)
    scaled = replace(_times(level.fresh(atom), factor, atom, like), axes=level.axes.get(atom, ()))
    return [scaled, replace(spread, name=level.fresh(common), terms=(replace(term, atom=scaled.name),))]


def _operand(let: Let) -> Atom:
    """What a let multiplies by its factor."""
    found = _split(let)
    return let.args[0] if found is None else found[1]


# Trees.


@dataclass(frozen=True)
class _Tree:
    """What a let is a multiple of, and how many operations with literals that takes."""

    factor: float = 1
    count: int = 0
    sink: bool = False  # another literal inside may take the factor
    parts: tuple[str, ...] = ()  # the operands that are trees themselves


def _gathered(level: _Level, block: Block) -> Block:
    """The statements with the factors of each tree as one, where that saves operations."""
    return _Gathering(level, block).block()


class _Gathering:
    def __init__(self, level: _Level, block: Block) -> None:
        self.level = level
        self.statements = block
        self.lets = {statement.name: statement for statement in block if isinstance(statement, Let)}
        self.trees: dict[str, _Tree] = {}
        for let in self.lets.values():
            tree = self._tree(let)
            if tree is not None and _is_power(tree.factor):
                self.trees[let.name] = tree
        self.ends: dict[str, float] = {}  # the factor that is left at the end of a tree
        self.scales: dict[str, float] = {}  # what a literal inside of a member of a tree takes
        self.names: dict[str, str] = {}  # of what is left of a member without its factor
        self.left: dict[Atom, Atom] = {}

    def _tree(self, let: Let) -> _Tree | None:
        """What a let is a multiple of, if that is told by its operation."""
        factor, split = _factor(let), _split(let)
        if factor is not None:
            inner = self._of(_operand(let)) if _is_derived(let) else _Tree()
            return _Tree(factor * inner.factor, inner.count + 1, inner.sink, inner.parts)
        if not _is_derived(let) or let.op.name not in ("mul", "div", "add", "sub"):
            return None
        if split is not None:
            inner = self._of(split[1])
            return replace(inner, sink=True)
        first, second = map(self._of, let.args)
        count, parts = first.count + second.count, (*first.parts, *second.parts)
        if let.op.name in ("add", "sub"):
            is_common = first.factor != 1 != second.factor and abs(first.factor) == abs(second.factor)
            return _Tree(first.factor, count, False, parts) if is_common else None
        if let.op.name == "mul":
            return _Tree(first.factor * second.factor, count, first.sink or second.sink, parts)
        return _Tree(first.factor / second.factor, count, first.sink, parts)

    def _of(self, atom: Atom) -> _Tree:
        """The tree of an operand that nothing else reads, as a part of what reads it."""
        tree = self.trees.get(atom) if isinstance(atom, str) and self.level.uses[atom] == 1 else None
        return _Tree() if tree is None else replace(tree, parts=(str(atom),))

    def block(self) -> Block:
        """The statements of the block."""
        consumed = {part for tree in self.trees.values() for part in tree.parts}
        for name in reversed(self.trees):
            if name not in consumed and self._is_worth_it(name):
                tree = self.trees[name]
                self.ends[name] = 1 if tree.sink else tree.factor
                self.scales[name] = tree.factor if tree.sink else 1
                self.names[name] = name if self.ends[name] == 1 else self.level.fresh(name)
            if name in self.names:
                self._hand_down(name)
        result: list[Statement] = []
        for statement in self.statements:
            is_member = isinstance(statement, Let) and statement.name in self.names
            result += self._rest(statement) if isinstance(statement, Let) and is_member else [statement]
        return tuple(result)

    def _is_worth_it(self, name: str) -> bool:
        """Whether a tree takes fewer operations with its factors as one, and something is left of it."""
        tree = self.trees[name]
        if tree.sink or tree.factor != 1:
            return tree.count > (0 if tree.sink else 1)
        while _factor(self.lets[name]) is not None:
            if not self.trees[name].parts:
                return False
            (name,) = self.trees[name].parts
        return tree.count > 0

    def _hand_down(self, name: str) -> None:
        """Make the parts of a member members, and let the first that can take what a literal has to take."""
        let, scale = self.lets[name], self.scales[name]
        passes = _factor(let) is not None  # what is left of it is what is left of its operand
        if _split(let) is not None and not passes:
            scale = 1
        for part in self.trees[name].parts:
            inner = self.trees[part]
            self.scales[part] = scale if inner.sink else 1
            scale = 1 if inner.sink else scale
            same = inner.factor == self.scales[part]
            self.names[part] = self.names[name] if passes else part if same else self.level.fresh(part)

    def _rest(self, let: Let) -> list[Statement]:
        """What is left of a member without its factor, and at the end of a tree that times the factor."""
        name, split, parts = self.names[let.name], _split(let), self.trees[let.name].parts
        left = {arg: self.left[arg] if arg in parts else arg for arg in let.args}
        made: list[Statement] = []
        self.left[let.name] = name
        if _factor(let) is not None:
            self.left[let.name] = left[_operand(let)]
        elif split is not None:
            made.append(_times(name, split[0] * self.scales[let.name], left[split[1]], let))
        else:
            factors = {self.trees[part].factor for part in parts}
            is_sum = let.op.name in ("add", "sub")
            op = TABLE["sub" if let.op.name == "add" else "add"] if is_sum and len(factors) == 2 else let.op
            made.append(replace(let, name=name, op=op, args=tuple(left[arg] for arg in let.args)))
        if self.ends.get(let.name, 1) != 1:
            made.append(_times(let.name, self.ends[let.name], self.left[let.name], let))
        return made
