"""One differentiation, as a pass from graph to graph: simplify, sweep, pack, simplify; and its names on paper."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symdiff import calculus
from symdiff.errors import ArgumentError, ShapeError, UnsupportedError
from symdiff.graph import notes
from symdiff.graph.affine import sizes_in
from symdiff.graph.bounded import limited
from symdiff.graph.graph import Atom, Graph, Origin, Param
from symdiff.graph.segments import segmented
from symdiff.graph.structure import SCALAR, Array, FixedSparse, Items, Structure, Tensor
from symdiff.printing import Heading
from symdiff.printing.heading import Kind
from symdiff.simplify import clean, simplify, without_shifts


@dataclass(frozen=True)
class Transform:
    """One differentiation: its kind, the arguments by name, and whether they were given as a tuple.

    ``orders`` belongs to the kind "derivative": how often with respect to each argument.
    """

    kind: Kind
    names: tuple[str, ...] = ()
    several: bool = False
    orders: tuple[int, ...] = ()
    seed: str = ""
    sparse: bool = False  # a Jacobian or Hessian as SciPy's CSR arrays
    max_steps: int = -1  # of loops that the data end; -1: as many as they like
    checkpoint: bool = False  # whether loops are cut into segments that are computed again
    spread: int = 0  # how many of the ``*args`` of the function are parameters of their own: those differentiated by

    # the pipeline

    def apply(self, graph: Graph) -> Graph:
        """Differentiate a graph: stop what its result does not depend on, simplify, sweep, pack, simplify."""
        graph = limited(graph, self.max_steps) if self.max_steps >= 0 else graph
        graph = segmented(graph) if self.checkpoint else graph
        if self.kind == "value":
            return clean(graph)
        graph = simplify(without_shifts(graph))
        params = [_differentiable(graph, name) for name in self.names]
        try:
            if self.kind in ("jacobian", "hessian") and (self.sparse or calculus.blocks.has_arrays(graph)):
                return self._of_arrays(graph, params)
            derived = self._sweep(graph, params)
        except UnsupportedError as error:  # a partial that is not known
            raise UnsupportedError(graph.name, error.gaps) from None
        return simplify(replace(derived, result=self._result(graph.result, params)))

    def check(self, graph: Graph) -> None:
        """Refuse before any call what can be seen without differentiating. Raises UnsupportedError."""
        orders = self.orders or (1,) * len(self.names)
        names = {name for name, order in zip(self.names, orders, strict=True) if order}
        leaves = [leaf for param in graph.params if param.name in names for leaf in param.leaves]
        calculus.require_known(graph, leaves)

    def _sweep(self, graph: Graph, params: Sequence[Param]) -> Graph:
        wrt = [leaf for param in params for leaf in param.leaves]
        if self.kind in ("gradient", "value_and_grad", "hvp"):
            _require_scalar(graph, self.kind)
        if self.kind in ("gradient", "value_and_grad"):
            return self._chosen(calculus.gradient(graph, wrt, keep_value=self.kind == "value_and_grad", tidy=simplify))
        if self.kind == "derivative":
            for param in params:
                _require_scalar_argument(graph, param)
            order = [leaf for leaf, times in zip(wrt, self.orders, strict=True) for _ in range(times)]
            self._note("forward", f"one sweep for each of {len(order)} differentiations" if len(order) > 1 else "one input")
            return calculus.derivative(graph, order, tidy=simplify)
        if self.kind == "jacobian":
            return self._blocks(graph, params, self._chosen(calculus.jacobian(graph, wrt, tidy=simplify)))
        if self.kind == "hessian":
            return self._blocks(graph, params, self._chosen(calculus.hessian(graph, wrt, tidy=simplify)))
        modes = {"jvp": "forward", "vjp": "reverse", "hvp": "forward over reverse"}
        self._note(modes[self.kind], "the product needs one sweep of each, whatever the number of inputs")
        product = {"jvp": calculus.jvp, "vjp": calculus.vjp, "hvp": calculus.hvp}[self.kind]
        return product(graph, wrt, [self._seed(graph, params)], tidy=simplify)

    def _of_arrays(self, graph: Graph, params: Sequence[Param]) -> Graph:
        """A Jacobian or Hessian of arrays, or a sparse one: one block for each argument, or each pair of them."""
        order = 1 if self.kind == "jacobian" else 2
        if self.sparse and order == 2:
            _require_scalar(graph, "a sparse hessian")
        elif self.sparse:
            _require_array(graph)
        if not self.sparse:
            derived = (calculus.blocks.jacobian if order == 1 else calculus.blocks.hessian)(graph, params, simplify)
        elif calculus.blocks.has_arrays(graph):
            derived = calculus.blocks.sparse(graph, params, order, simplify)
        else:
            derived = self._fixed_sparse(graph, params)
        self._note("forward" if order == 1 else "forward over reverse", "entries: only what is not zero is computed")
        blocks = derived.result.items if isinstance(derived.result, Items) else ()
        if order == 2:
            blocks = tuple(self._container(row.items) for row in blocks if isinstance(row, Items))
        derived = replace(derived, result=self._container(blocks))
        return derived if self.sparse else simplify(derived)  # patterns are told by what nothing else may need

    def _fixed_sparse(self, graph: Graph, params: Sequence[Param]) -> Graph:
        """A sparse Jacobian or Hessian of scalars: its elements that are not 0 in every call."""
        wrt = [leaf for param in params for leaf in param.leaves]
        dense = calculus.jacobian if self.kind == "jacobian" else calculus.hessian
        derived = dense(graph, wrt, tidy=simplify).graph
        count, single = len(wrt), self.kind == "jacobian"  # one row of matrices, or one for each argument
        found: list[list[FixedSparse]] = []
        outputs: list[Atom] = []
        starts = dict(
            zip([param.name for param in params], itertools.accumulate([0, *(len(p.leaves) for p in params)]), strict=False)
        )
        for row in params[:1] if single else params:
            lines = range(len(graph.outputs)) if single else [starts[row.name] + k for k in range(len(row.leaves))]
            found.append([])
            for column in params:
                places = [(i, j) for i in range(len(lines)) for j in range(len(column.leaves))]
                atoms = {(i, j): derived.outputs[lines[i] * count + starts[column.name] + j] for i, j in places}
                kept = tuple(place for place in places if not calculus.is_zero(atoms[place]))
                found[-1].append(FixedSparse((len(lines), len(column.leaves)), kept))
                outputs += [atoms[place] for place in kept]
        items = [Items("tuple", tuple(row)) for row in found]
        result = items[0] if single else Items("tuple", tuple(items))
        return simplify(replace(derived, outputs=tuple(outputs), result=result))

    def _chosen(self, derived: calculus.Derived) -> Graph:
        """The graph of a derivative, with a note on how it was found."""
        found = derived.choice
        if len(found.operations) > 1:
            counted = ", ".join(f"{mode} {count}" for mode, count in found.operations.items())
            self._note(found.mode, f"the fewest operations ({counted})", found.operations)
        elif self.kind in ("gradient", "value_and_grad"):
            self._note(found.mode, "one sweep back gives all partials of one result")
        else:
            self._note(found.mode, "the fewest sweeps; the graph is too large to try both ways")
        return derived.graph

    def _note(self, mode: str, reason: str, operations: Mapping[str, int] | None = None) -> None:
        notes.add("mode", mode, Origin(0, reason), operations)

    def _blocks(self, graph: Graph, params: Sequence[Param], derived: Graph) -> Graph:
        """Bring derivatives that are ordered output by output, then input by input, into the order of the result."""
        count = sum(len(param.leaves) for param in params)
        order = entries(graph, params, 1 if self.kind == "jacobian" else 2)
        flat = [functools.reduce(lambda number, index: number * count + index, path) for path in order]
        return replace(derived, outputs=tuple(derived.outputs[number] for number in flat))

    def _seed(self, graph: Graph, params: Sequence[Param]) -> Param:
        if self.kind == "vjp":
            return calculus.cotangent(graph, self.seed)
        return Param(self.seed, self._container([param.structure for param in params]), role="seed")

    # structures

    def _result(self, value: Structure, params: Sequence[Param]) -> Structure:
        inputs = [param.structure for param in params]
        if self.kind in ("gradient", "vjp", "hvp"):
            return self._container(inputs)
        if self.kind == "value_and_grad":
            return Items("tuple", (SCALAR, self._container(inputs)))
        if self.kind in ("derivative", "jvp"):
            return value
        if self.kind == "jacobian":
            return self._container([_product(value, item) for item in inputs])
        rows = [self._container([_product(_product(value, row), column) for column in inputs]) for row in inputs]
        return self._container(rows)

    def _container(self, items: Sequence[Structure]) -> Structure:
        return Items("tuple", tuple(items)) if self.several else items[0]

    # names

    def heading(self, before: Heading) -> Heading:
        """What the result is, on paper."""
        if self.kind == "value":
            return before
        orders = self.orders or (1,) * len(self.names)
        return before.then(self.kind, tuple(zip(self.names, orders, strict=True)))

    def identifier(self, function: str) -> str:
        """The name of the generated function: ``df_dx``, ``d3f_dx2_dy``, ``gradient_f``."""
        function = function.strip("_") or "f"
        if self.kind == "value":
            return function
        if self.kind == "derivative" or (self.kind == "gradient" and len(self.names) == 1):
            orders = self.orders or (1,)
            below = "_".join(
                f"d{name}{times if times > 1 else ''}" for name, times in zip(self.names, orders, strict=True) if times
            )
            total = sum(orders)
            return f"d{total if total > 1 else ''}{function}_{below}" if total else function
        return f"{self.kind}_{function}"

    def title(self, function: str) -> str:
        """The result in words."""
        if self.kind == "value":
            return f"The function {function} as it was read"
        by = ", ".join(self.names)
        if self.kind == "derivative":
            by = ", ".join(
                f"{name} ({times} times)" if times > 1 else name for name, times in zip(self.names, self.orders, strict=True)
            )
        what = {
            "gradient": "Gradient",
            "value_and_grad": "Value and gradient",
            "derivative": "Derivative",
            "jacobian": "Jacobian",
            "hessian": "Hessian",
            "jvp": "Jacobian times tangent",
            "vjp": "Cotangent times Jacobian",
            "hvp": "Hessian times tangent",
        }[self.kind]
        return f"{what} of {function} with respect to {by}"


def _product(outer: Structure, inner: Structure) -> Structure:
    """The structure of all derivatives of ``outer`` by ``inner``: shapes one behind the other."""
    if inner.shape is None:
        if isinstance(inner, Items):
            return replace(inner, items=tuple(_product(outer, item) for item in inner.items))
        raise ShapeError("an argument that is no vector")
    if outer.shape is None:
        if isinstance(outer, Items):
            return replace(outer, items=tuple(_product(item, inner) for item in outer.items))
        raise ShapeError("a result that is no vector")
    shape = outer.shape + inner.shape
    return Array(shape) if shape else SCALAR


def entries(graph: Graph, params: Sequence[Param], order: int) -> list[tuple[int, ...]]:
    """What each scalar of a Jacobian (order 1) or Hessian (order 2) is: the number of the output, then of the inputs."""
    numbers = iter(range(sum(len(param.leaves) for param in params)))
    columns = {param.name: [next(numbers) for _ in param.leaves] for param in params}
    found: list[tuple[int, ...]] = []
    for row in itertools.product(params, repeat=order):
        structure, block = graph.result, [(number,) for number in range(len(graph.outputs))]
        for param in row:
            block = _pairs(structure, block, param.structure, columns[param.name])  # type: ignore[assignment]
            structure = _product(structure, param.structure)
        found += block
    return found


def _pairs(outer: Structure, rows: Sequence[tuple[int, ...]], inner: Structure, columns: Sequence[int]) -> list[tuple[int, ...]]:
    """What ``_product`` does to structures, done to the numbers of their scalars: the order of the derivatives."""
    if inner.shape is None and isinstance(inner, Items):
        return [pair for item, part in _parts(inner, columns) for pair in _pairs(outer, rows, item, part)]
    if outer.shape is None and isinstance(outer, Items):
        return [pair for item, part in _parts(outer, rows) for pair in _pairs(item, part, inner, columns)]
    return [(*row, column) for row in rows for column in columns]


def _parts(structure: Items, leaves: Sequence[Any]) -> Iterator[tuple[Structure, Sequence[Any]]]:
    start = 0
    for item in structure.items:
        yield item, leaves[start : start + item.size]
        start += item.size


def _differentiable(graph: Graph, name: str) -> Param:
    for param in graph.params:
        if param.name == name and param.role == "argument":
            return param
    raise ArgumentError(f"argument {name} is no number in this call, so {graph.name} cannot be differentiated by it")


def _require_scalar(graph: Graph, kind: str) -> None:
    if not graph.result.is_scalar:
        what = _returned(graph.result)
        name = graph.name
        raise ShapeError(
            f"{'grad' if kind == 'gradient' else kind} needs a function that returns one number; {name} returns {what}. Use "
            f"jacobian({name}) for all derivatives, vjp({name}) for a weighted sum of them, derivative({name}) to go through "
            "an array element by element, or return the sum of the elements"
        )


def _returned(structure: Structure) -> str:
    """What a function returns that is not one number, in words."""
    if isinstance(structure, Tensor):
        return f"an array of {' by '.join(map(str, structure.axes))}"
    return f"{structure.size} numbers" if structure.shape is None else f"shape {structure.shape}"


def _require_array(graph: Graph) -> None:
    """A sparse Jacobian has rows, and their number must be known when it is found out where its values stand."""
    name, wanted = graph.name, "a sparse jacobian needs a function that returns an array"
    if graph.result.is_scalar:
        raise ShapeError(f"{wanted}; {name} returns one number. Use grad({name})")
    lengths = [length for leaf in graph.result.leaves() for length in getattr(leaf, "axes", ())]
    if not set(graph.sizes).issuperset(sizes_in(lengths)):
        raise ShapeError(f"{wanted} as long as a call tells; how long that of {name} is the data tell. Use jacobian({name})")


def _require_scalar_argument(graph: Graph, param: Param) -> None:
    if not param.structure.is_scalar:
        raise ShapeError(
            f"derivative differentiates by a scalar; {param.name} of {graph.name} is a vector of {param.structure.size}. "
            f"Use grad({graph.name}), jacobian({graph.name}) or hessian({graph.name})"
        )
