"""What is asked of the sweeps: gradients, Jacobians, Hessians, products. Each is a Graph with flat outputs.

A derivative is found by one or two sweeps with unit seeds. Where several compositions give it, the one with the fewest
counted operations is taken, and ``Choice`` tells which that was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from symdiff.calculus.counted import matched
from symdiff.calculus.forward import tangent
from symdiff.calculus.nothing import has_elements
from symdiff.calculus.reverse import adjoint
from symdiff.calculus.sweep import ONE, flat
from symdiff.errors import InternalError
from symdiff.graph import notes
from symdiff.graph.cost import cost
from symdiff.graph.graph import Atom, Graph, Param, walk

Tidy = Callable[[Graph], Graph]
Mode = Literal["forward", "reverse"]
Entry = tuple[int, int]  # an element of a Jacobian: number of the output, number of the input

# Candidates are built and counted while statements x seeds stay below this. Above it the mode with fewer seeds is taken
# unseen: a sweep adds work in proportion to its directions (forward: inputs) or seeds (reverse: outputs).
MAX_TRIAL = 200_000


@dataclass(frozen=True)
class Choice:
    """Which composition of sweeps was taken, and the counted operations of those tried (none: taken by estimate)."""

    mode: str
    operations: Mapping[str, int]


@dataclass(frozen=True)
class Derived:
    """A derivative and how it was found."""

    graph: Graph
    choice: Choice


def identity(graph: Graph) -> Graph:
    """The graph itself: the default of ``tidy``, the simplification that a caller supplies to run after each sweep."""
    return graph


def derivative(graph: Graph, wrt: Sequence[str], tidy: Tidy = identity) -> Graph:
    """The mixed partial of every output: ``("x", "x", "y")`` differentiates twice in x, then once in y."""
    for name in wrt:
        sweep = tangent(graph, [name], [{name: ONE}], labels=[name])
        graph = tidy(sweep.finish([sweep.tangent(atom, 0) for atom in graph.outputs], graph.result))
    return graph


def gradient(graph: Graph, wrt: Sequence[str], keep_value: bool = False, tidy: Tidy = identity) -> Derived:
    """The gradient of a scalar-valued graph, after its value if that is kept."""
    _scalar_valued(graph)
    # One direction forward gives the partial in one scalar; in an array it would give the sum of its partials.
    single = len(wrt) == 1 and not graph.input_axes.get(wrt[0])
    modes: tuple[Mode, ...] = ("reverse", "forward") if single else ("reverse",)
    entries = [(0, column) for column in range(len(wrt))]
    return _cheapest({mode: partial(_entries, graph, wrt, mode, entries, keep_value, tidy) for mode in modes}, _size(graph))


def jacobian(graph: Graph, wrt: Sequence[str], tidy: Tidy = identity) -> Derived:
    """The partial of each output in each of ``wrt``, row by row."""
    entries = _all_entries(graph, wrt)
    return _cheapest(
        {mode: partial(_entries, graph, wrt, mode, entries, False, tidy) for mode in _modes(graph, wrt)},
        _size(graph) * (len(wrt) + len(graph.outputs)),
    )


def hessian(graph: Graph, wrt: Sequence[str], tidy: Tidy = identity) -> Derived:
    """The second partials of each output in each pair of ``wrt``; each pair is computed once and appears twice."""
    inner, other = _modes(graph, wrt)
    orders: list[tuple[Mode, Mode]] = [("forward", inner), ("reverse", inner), ("forward", other), ("reverse", other)]
    return _cheapest(
        {f"{outer} over {first}": partial(_second, graph, wrt, outer, first, tidy) for outer, first in orders},
        _size(graph) * 2 * len(wrt) * (len(wrt) + len(graph.outputs)),
    )


def jvp(graph: Graph, wrt: Sequence[str], seeds: Sequence[Param], tidy: Tidy = identity) -> Graph:
    """The Jacobian times a tangent: ``seeds`` are the parameters of the tangent, one leaf per name of ``wrt``."""
    leaves = _leaves(seeds, len(wrt))
    sweep = tangent(graph, wrt, [dict(zip(wrt, leaves, strict=True))], seeds=seeds)
    return tidy(sweep.finish([sweep.tangent(atom, 0) for atom in sweep.graph.outputs], graph.result))


def vjp(graph: Graph, wrt: Sequence[str], seeds: Sequence[Param], tidy: Tidy = identity) -> Graph:
    """A cotangent times the Jacobian: ``seeds`` are the parameters of the cotangent, one leaf per output."""
    _leaves(seeds, len(graph.outputs))
    graph, cotangents = matched(graph, seeds)
    sweep = adjoint(graph, wrt, [dict(enumerate(cotangents))], guards=has_elements(graph, wrt))
    return tidy(sweep.finish([sweep.adjoint(name, 0) for name in wrt]))


def hvp(graph: Graph, wrt: Sequence[str], seeds: Sequence[Param], tidy: Tidy = identity) -> Graph:
    """The Hessian of a scalar-valued graph times a tangent, without the Hessian: forward over reverse."""
    return jvp(gradient(graph, wrt, tidy=tidy).graph, wrt, seeds, tidy)


def _entries(graph: Graph, wrt: Sequence[str], mode: Mode, entries: Sequence[Entry], keep_value: bool, tidy: Tidy) -> Graph:
    """Some elements of the Jacobian by one sweep, after the value if that is kept."""
    values: tuple[Atom, ...] = graph.outputs if keep_value else ()
    if mode == "forward":
        if any(map(graph.input_axes.get, wrt)):
            raise InternalError("a unit direction for an array")
        ahead = tangent(graph, wrt, [{name: ONE} for name in wrt], labels=wrt)
        return tidy(ahead.finish([*values, *(ahead.tangent(graph.outputs[row], column) for row, column in entries)]))
    back = adjoint(graph, wrt, [{row: ONE} for row in range(len(graph.outputs))])
    return tidy(back.finish([*values, *(back.adjoint(wrt[column], row) for row, column in entries)]))


def _second(graph: Graph, wrt: Sequence[str], outer: Mode, inner: Mode, tidy: Tidy) -> Graph:
    """All second partials by two sweeps; row ``o*n + i`` of the first Jacobian is output o in input i."""
    count, rows = len(wrt), range(len(graph.outputs))
    first = _entries(graph, wrt, inner, _all_entries(graph, wrt), False, tidy)
    half = [(row * count + i, j) for row in rows for i in range(count) for j in range(i + 1)]
    second = _entries(first, wrt, outer, half, False, tidy)
    found = dict(zip(half, second.outputs, strict=True))
    pairs = [(row * count + max(i, j), min(i, j)) for row in rows for i in range(count) for j in range(count)]
    return flat(second, [found[pair] for pair in pairs])


def _all_entries(graph: Graph, wrt: Sequence[str]) -> list[Entry]:
    return [(row, column) for row in range(len(graph.outputs)) for column in range(len(wrt))]


def _modes(graph: Graph, wrt: Sequence[str]) -> tuple[Mode, Mode]:
    """Both modes, the one that needs fewer seeds first (forward on a tie: it keeps nothing)."""
    return ("forward", "reverse") if len(wrt) <= len(graph.outputs) else ("reverse", "forward")


def _cheapest(candidates: Mapping[str, Callable[[], Graph]], size: int) -> Derived:
    """The candidate with the fewest operations, the first on a tie; the first unseen if trying is too much work."""
    names = list(candidates)
    if len(names) == 1 or size > MAX_TRIAL:
        return Derived(candidates[names[0]](), Choice(names[0], {}))
    graphs: dict[str, Graph] = {}
    kept: dict[str, list[notes.Note]] = {}
    for name, build in candidates.items():
        with notes.recording() as kept[name]:
            graphs[name] = build()
    operations = {name: cost(graph) for name, graph in graphs.items()}
    best = min(names, key=operations.__getitem__)
    notes.keep(kept[best])
    return Derived(graphs[best], Choice(best, operations))


def _size(graph: Graph) -> int:
    return sum(1 for _ in walk(graph.body))


def _leaves(seeds: Sequence[Param], wanted: int) -> list[str]:
    leaves = [leaf for seed in seeds for leaf in seed.leaves]
    if len(leaves) != wanted or any(seed.role != "seed" for seed in seeds):
        raise InternalError(f"{len(leaves)} seeds given for {wanted} scalars")
    return leaves


def _scalar_valued(graph: Graph) -> None:
    if len(graph.outputs) != 1:
        raise InternalError(f"{graph.name} has {len(graph.outputs)} outputs: its gradient is a Jacobian")
