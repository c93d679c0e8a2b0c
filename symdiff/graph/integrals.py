"""Integrals over one variable as rows: what is integrated is a graph of its own, so its derivative is one, too.

I = integral of f(t, p) for t from a to b has, by Leibniz, dI/db = f(b, p), dI/da = -f(a, p), and dI/dp is the integral of
df/dp: another such row. So every sweep and every order follows from these partials, as for any function of the table.

The last one holds where f is continuous in t (or jumps where p does not move the jump). Where a comparison or a function
with jumps sees both t and p, it does not (the integral of ``1 if t < p else 0`` from 0 to 1 is p): that partial is UNKNOWN.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symdiff.errors import UnsupportedError
from symdiff.graph.build import Value
from symdiff.graph.dead import dead_code
from symdiff.graph.evaluate import Double, HighPrecision
from symdiff.graph.graph import Atom, Const, Graph, If, Let, Loop, Statement, defined, free_names, operands, walk_all
from symdiff.graph.loops import without_raises
from symdiff.graph.show import show
from symdiff.graph.splice import splice
from symdiff.primitives.quadrature import quad
from symdiff.primitives.row import SPECIAL, UNKNOWN, Primitive

Derive = Callable[[Graph, str], Graph]  # the derivative of a graph by one of its parameters
NODES = 21  # at which the integrand is evaluated at least
INEXACT = 1e8  # the error of an integral in units of 2**-53: its tolerance


@dataclass(frozen=True, eq=False, repr=False)
class Integral(Primitive):
    """The integral of a graph over its first input; operands are both limits and its other inputs.

    ``tolerances`` are epsabs, epsrel and the limit of subdivisions. ``estimate``: not the integral, but the estimate of its
    error, which has no derivative.
    """

    integrand: Graph = None  # type: ignore[assignment]  # always given
    tolerances: tuple[float, float, int] = (1.49e-8, 1.49e-8, 50)
    estimate: bool = False
    why: Callable[[int], tuple[str, str] | None] = lambda position: None  # a partial is unknown, and what to do

    @property
    def title(self) -> str:
        """What messages call the row."""
        return "the error of an integral" if self.estimate else "an integral"

    def operand_name(self, position: int) -> str:
        """What the operand at a position is called."""
        return ("its lower limit", "its upper limit")[position] if position < 2 else self.integrand.inputs[position - 1]

    def refusal(self, position: int) -> tuple[str, str] | None:
        """Why a partial is unknown, and what to do."""
        return self.why(position)

    def double_precision(self, *operands: Any) -> Any:
        """Integrate in double precision, as generated code does."""
        machine = Double()

        def integrand(t: float, *given: float) -> Any:
            return machine.run(self.integrand, [t, *given])[0]

        return quad(integrand, operands[0], operands[1], tuple(operands[2:]), *self.tolerances)[self.estimate]

    def high_precision(self, *operands: Any) -> Any:
        """Integrate with mpmath."""
        from mpmath import mp

        machine = HighPrecision()
        return mp.quad(lambda t: machine.run(self.integrand, [t, *operands[2:]])[0], list(operands[:2]))


class Family:
    """The integral of a graph and of its derivatives: each is made once, whatever the order of differentiation."""

    def __init__(self, graph: Graph, tolerances: tuple[float, float, int], derive: Derive) -> None:
        self.derive, self.tolerances = derive, tolerances
        self.graphs: dict[tuple[int, ...], Graph] = {(): dead_code(graph)}
        self.names = graph.inputs
        self.refused: dict[tuple[int, ...], tuple[str, str]] = {}

    def graph(self, index: tuple[int, ...]) -> Graph | None:
        """The integrand, differentiated by these inputs (numbers in increasing order); None if that is not known."""
        if index in self.graphs or index in self.refused:
            return self.graphs.get(index)
        before, name = self.graph(index[:-1]), self.names[index[-1]]
        if before is None:
            self.refused[index] = self.refused[index[:-1]]
        elif moves_a_jump(before, name):
            reason = f"the derivative of an integral by {name}, which moves a jump of what is integrated"
            self.refused[index] = reason, "integrate up to the jump and on from it, as two integrals"
        else:
            try:
                self.graphs[index] = replace(dead_code(self.derive(before, name)), name=self.title(index))
            except UnsupportedError as error:
                self.refused[index] = error.gaps[0].reason, error.gaps[0].rewrite
        return self.graphs.get(index)

    def title(self, index: tuple[int, ...]) -> str:
        """What an integrand is called where it is not written out: ``df_dp``, ``d2f_dp_dq``."""
        order = str(len(index)) if len(index) > 1 else ""
        return f"d{order}{self.graphs[()].name}" + "".join(f"_d{self.names[number]}" for number in index)

    def row(self, index: tuple[int, ...] = (), estimate: bool = False) -> tuple[Integral, list[int]]:
        """The row of an integral, and the inputs of the first integrand that are operands of it."""
        graph = self.graphs[index]
        read = {*free_names(graph.body), *(atom for atom in graph.outputs if isinstance(atom, str))}
        used = [number for number, name in enumerate(self.names) if number and name in read]
        kept = (graph.params[0], *(graph.params[number] for number in used))
        graph = replace(graph, params=kept)
        content = f"{show(graph)} {self.tolerances} {estimate}"

        def partials(*operands: Any) -> tuple[Any, ...]:
            return self._partials(row, index, used, operands[:-1])

        row = Integral(
            "integral_" + hashlib.sha256(content.encode()).hexdigest()[:16],
            2 + len(used),
            (lambda *_: (UNKNOWN,) * (2 + len(used))) if estimate else partials,
            sympy=lambda sp, low, high, *_: sp.Integral(sp.Function("integrand")(sp.Symbol("t")), (sp.Symbol("t"), low, high)),
            weight=SPECIAL * NODES,
            error=INEXACT,
            absolute=INEXACT,
            integrand=graph,
            tolerances=self.tolerances,
            estimate=estimate,
            why=lambda position: self.refused.get(tuple(sorted((*index, used[position - 2]))) if position > 1 else ()),
        )
        return row, used

    def _partials(self, row: Integral, index: tuple[int, ...], used: list[int], operands: Sequence[Any]) -> tuple[Any, ...]:
        low, high, *given = operands
        found: list[Any] = [-_at(row.integrand, low, given), _at(row.integrand, high, given)]
        for number in used:
            further = tuple(sorted((*index, number)))
            graph = self.graph(further)
            if graph is None:
                found.append(UNKNOWN)
            elif graph.outputs in ((Const(0),), (Const(0.0),)):
                found.append(0)
            else:
                derived, inputs = self.row(further)
                found.append(derived(low, high, *(given[used.index(each)] for each in inputs)))
        return tuple(found)


def _at(graph: Graph, point: Any, given: Sequence[Any]) -> Any:
    """The integrand at a limit: of a graph that is being built, or a number."""
    handles = [each for each in (point, *given) if isinstance(each, Value)]
    if not handles:
        precise = any(hasattr(each, "_mpf_") for each in (point, *given))
        return (HighPrecision() if precise else Double()).run(graph, [point, *given])[0]
    builder = handles[0].builder
    atoms = [builder.atom(each) for each in (point, *given)]
    if isinstance(atoms[0], Const):  # nothing depends on it
        return 0
    names: dict[str, Atom] = dict(zip(graph.inputs, atoms, strict=True))
    return builder.value(splice(builder, without_raises(graph.body), names, graph.outputs)[0])


# -- jumps --------------------------------------------------------------------------------------------------------

_JUMPING = frozenset({"lt", "le", "gt", "ge", "signbit", "copysign"})  # eq and ne differ at points only


def moves_a_jump(graph: Graph, name: str) -> bool:
    """Whether an input moves a jump of an integrand along its first input, as far as its operations tell."""
    together = frozenset({graph.inputs[0], name})
    seen: dict[str, frozenset[str]] = {each: frozenset({each}) for each in graph.inputs}
    needed = _needed(graph.body, {atom for atom in graph.outputs if isinstance(atom, str)})
    return any(_jumps(statement, seen, together) for statement in needed)


def _needed(block: Sequence[Statement], live: set[str]) -> list[Statement]:
    """The statements that outputs depend on; how a solver finds what solves an equation is none of them."""
    kept: list[Statement] = []
    for statement in reversed(block):
        if live.isdisjoint(defined(statement)):
            continue
        kept.append(statement)
        live.update(_read(statement))
    return kept[::-1]


def _read(statement: Statement) -> Iterator[str]:
    """The names that a statement reads, in its bodies, too."""
    if isinstance(statement, Loop) and statement.implicit:
        return (atom for _, atom in statement.captured if isinstance(atom, str))
    found: Iterable[Atom] = free_names((statement,)) if isinstance(statement, If) else operands(statement)
    return (atom for atom in found if isinstance(atom, str))


def _jumps(statement: Statement, seen: dict[str, frozenset[str]], together: frozenset[str]) -> bool:
    """Whether a statement jumps where it sees all of some inputs; notes what it sees."""
    sees = frozenset().union(*(seen.get(name, frozenset()) for name in _read(statement)))
    if isinstance(statement, If):
        for inner in (*statement.then, *statement.orelse):
            if _jumps(inner, seen, together):
                return True
        ends = [atom for out in statement.outs for atom in (out.then, out.orelse) if isinstance(atom, str)]
        sees = sees.union(*(seen.get(name, frozenset()) for name in ends))
    seen.update(dict.fromkeys(defined(statement), sees))
    if not together <= sees:
        return False
    if isinstance(statement, Let):
        return _is_jump(statement)
    if isinstance(statement, Loop):
        inside = walk_all(statement.step.body)
        return statement.test is not None or any(isinstance(each, Let) and _is_jump(each) for each in inside)
    return False


def _is_jump(let: Let) -> bool:
    return let.op.name in _JUMPING or "jump" in let.op.kink


def integrals(graph: Graph) -> list[Integral]:
    """The rows of a graph that are integrals, in the order of their first use; not those inside of integrands."""
    found = (node.op for node in walk_all(graph.body) if isinstance(node, Let) and isinstance(node.op, Integral))
    return list({row.name: row for row in found}.values())


__all__ = ["Family", "Integral", "integrals", "moves_a_jump"]
