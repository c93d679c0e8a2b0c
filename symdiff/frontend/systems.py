"""Systems of equations while reading: the unknowns of ``fsolve`` and ``root``, the components and the Jacobian of the function.

A few unknowns are numbers, so that formulas have a name for each. More of them, or as many as an argument tells, are one array
of the graph, whatever its length.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend import calls
from symdiff.frontend.conditions import as_number, scalar
from symdiff.frontend.containers import elements, to_array
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.lengths import equal
from symdiff.frontend.loop_graph import closed
from symdiff.frontend.loop_values import Counting
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensors import as_numbers, tensor_of
from symdiff.frontend.unknowns import unknown_of, unknowns_of
from symdiff.frontend.values import (
    ArrayValue,
    Known,
    ListValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph import notes
from symdiff.graph.affine import Affine, Axes
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Block, Carried, Collected, Const, Graph, Let, Loop, Param, free_names
from symdiff.graph.loops import step_graph
from symdiff.graph.splice import splice
from symdiff.graph.structure import SCALAR, Array, Structure, Tensor
from symdiff.primitives import TABLE

# Unknowns that are numbers, whose Jacobian is inverted by minors. A gradient of 6 compiles in 8 s and takes 4 us, as an array
# 9 s and 14 us; of 8 it is 169 kB of source and four times the time to compile, against 27 kB and the same as before.
FEW = 6
Several = ArrayValue | TensorValue | ListValue | TupleValue | VectorParam
Unknowns = Number | ArrayValue | TensorValue  # of one equation, of a few, of many


def start(reader: Reader, value: Value, name: str, node: ast.AST) -> ArrayValue | TensorValue:
    """The numbers that a system of equations is solved from."""
    if isinstance(value, TensorValue):
        found = as_numbers(reader, tensor_of(reader, value, node))
        if len(found.axes) != 1:
            raise GapError(node, f"{name} from {describe(found)}", "make it a vector: x0.ravel()", "not yet", certain=True)
        if not found.axes[0].is_constant or found.axes[0].const > FEW:
            return found
    numbers = _as_array([_as_float(as_number(reader, scalar(reader, each, node))) for each in _flat(reader, value, node)])
    if not numbers.items:
        raise GapError(node, f"{name} with 0 unknowns", "solve for 1 unknown or more", certain=True)
    return numbers if len(numbers.items) <= FEW else as_numbers(reader, tensor_of(reader, numbers, node))


def _as_float(value: Number) -> Number:
    """A number to start from: an integer is one of floats, which are not rounded."""
    return number(float(value.known)) if isinstance(value.known, int) else Number(value.atom, value.known)


def check(reader: Reader, function: Value, x: Unknowns, given: Value, node: ast.AST) -> None:
    """Refuse at the user's line what is no system of as many equations as unknowns."""
    with reader.builder.block() as body:
        unknowns = _fresh(reader, x, ["t"] * len(_atoms(x)))
        found = components(reader, function, unknowns, given, node)
    _check_read(tuple(body), unknowns, found, node)


def _check_read(body: Block, unknowns: Unknowns, residuals: Unknowns, node: ast.AST) -> None:
    """Refuse equations that an unknown is no part of."""
    read = (*free_names(body), *_atoms(residuals))
    if not all(name in read for name in _atoms(unknowns)):
        raise GapError(node, "an equation that its unknown is no part of", "use the first parameter of the function")


def _as_array(values: Sequence[Number]) -> ArrayValue:
    return ArrayValue((len(values),), tuple(values))


def _atoms(x: Unknowns) -> list[Atom]:
    """The numbers of unknowns, or the one array."""
    return [each.atom for each in (x.items if isinstance(x, ArrayValue) else (x,))]


def _axes(x: Unknowns) -> Axes:
    return x.axes if isinstance(x, TensorValue) else ()


def _like(x: Unknowns, atoms: Sequence[Atom]) -> Unknowns:
    """The same unknowns with other numbers."""
    if isinstance(x, ArrayValue):
        return _as_array(list(map(Number, atoms)))
    return TensorValue(atoms[0], x.axes) if isinstance(x, TensorValue) else Number(atoms[0])


def _fresh(reader: Reader, x: Unknowns, hints: Sequence[str]) -> Unknowns:
    """Unknowns under new names."""
    return _like(x, [reader.builder.fresh(hint, axes=_axes(x)) for hint in hints])


def components(reader: Reader, function: Value, x: Unknowns, given: Value, node: ast.AST) -> Unknowns:
    """The components of a function: as many as there are unknowns."""
    value = calls.call(reader, function, [x, *elements(reader, given, node)], {}, node, "t")
    if isinstance(x, Number):
        return scalar(reader, value, node)
    if isinstance(x, TensorValue):
        many = as_numbers(reader, tensor_of(reader, value, node))
        if len(many.axes) != 1:
            raise GapError(node, f"a system of equations that is {describe(many)}", "return a vector: np.ravel(...)", "not yet")
        _check_count(x.axes[0], many.axes[0], node)
        return TensorValue(many.atom, (equal(reader, x.axes[0], many.axes[0], node),))
    found = [scalar(reader, each, node) for each in (_flat(reader, value, node) if isinstance(value, Several) else (value,))]
    _check_count(Affine(len(x.items)), Affine(len(found)), node)
    return _as_array(found)


def _check_count(unknowns: Affine, equations: Affine, node: ast.AST) -> None:
    if unknowns.is_constant and equations.is_constant and unknowns != equations:
        reason = f"a system of {equations} equations for {unknowns} unknowns"
        raise GapError(node, reason, "return as many components as there are unknowns", certain=True)


def _flat(reader: Reader, value: Value, node: ast.AST) -> list[Value]:
    """The numbers inside of lists and arrays, row by row."""
    if not isinstance(value, Several):
        return [value]
    return [leaf for item in elements(reader, value, node) for leaf in _flat(reader, item, node)]


# -- what the algorithm calls -------------------------------------------------------------------------------------


def few(reader: Reader, x: Value, node: ast.AST) -> Value:
    """Whether unknowns are numbers."""
    return Known(isinstance(x, ArrayValue))


def values(reader: Reader, function: Value, x: Value, given: Value, node: ast.AST) -> Value:
    """The components of a function at a point."""
    return components(reader, function, _point(reader, x, node), given, node)


def _point(reader: Reader, x: Value, node: ast.AST) -> Unknowns:
    if isinstance(x, TensorValue):
        return as_numbers(reader, tensor_of(reader, x, node))
    return _as_array([scalar(reader, each, node) for each in elements(reader, x, node)])


def slopes(reader: Reader, function: Value, fprime: Value, x: Value, given: Value, node: ast.AST) -> Value:
    """The Jacobian: what ``fprime`` returns, or the derivative of the function itself."""
    point = _point(reader, x, node)
    if isinstance(fprime, Known) and fprime.value is None:
        return _jacobian(reader, function, point, given, node)
    value = calls.call(reader, fprime, [point, *elements(reader, given, node)], {}, node, "t")
    advice = "return a row for each equation, of as many numbers as there are unknowns"
    if isinstance(point, TensorValue):
        matrix = as_numbers(reader, tensor_of(reader, value, node))
        if len(matrix.axes) != 2:
            raise GapError(node, f"a Jacobian that is {describe(matrix)}", advice, certain=True)
        (length,) = point.axes
        rows, columns = (equal(reader, length, each, node) for each in matrix.axes)
        return TensorValue(matrix.atom, (rows, columns))
    found = [scalar(reader, each, node) for each in _flat(reader, value, node)]
    count = len(_atoms(point))
    if len(found) != count * count:
        raise GapError(node, f"a Jacobian of {len(found)} numbers for {count} unknowns", advice, certain=True)
    return ArrayValue((count, count), tuple(found))


def _jacobian(reader: Reader, function: Value, point: Unknowns, given: Value, node: ast.AST) -> Value:
    """The exact Jacobian of a vector function."""
    builder = reader.builder
    with builder.block() as body:
        unknowns = _fresh(reader, point, ["t"] * len(_atoms(point)))
        residuals = components(reader, function, unknowns, given, node)
    names = tuple(map(str, _atoms(unknowns)))
    axes = _axes(point)
    whole: Structure = Tensor(axes) if axes else Array((len(names),))
    read = dict.fromkeys(name for name in free_names(tuple(body)) if name not in names)
    front, outside = _as_numbers(reader, list(read))
    more = (Param(name, Tensor(own) if (own := builder.axes_of(name)) else SCALAR, (name,), "captured") for name in outside)
    params = (Param("x", whole, names), *more)
    graph = Graph("residuals", params, (*front, *body), tuple(_atoms(residuals)), whole)
    assert reader.differentiate is not None  # noqa: S101 - every reading has it
    with notes.recording():  # which nobody asked for
        derived = reader.differentiate(("jacobian", "x"), graph)
    found = splice(builder, derived.body, dict(zip(names, _atoms(point), strict=True)), derived.outputs)
    shape = (len(names), len(names))
    if not isinstance(derived.result, Tensor):
        return ArrayValue(shape, tuple(map(Number, found)))
    lengths = axes * 2 or tuple(map(Affine, shape))
    matrix = TensorValue(builder.spread(found[0], lengths), lengths)
    return matrix if axes else to_array(reader, matrix, node)


def _as_numbers(reader: Reader, names: Sequence[str]) -> tuple[list[Let], list[str]]:
    """What stands for names from outside in a graph of its own: numbers for conditions, and how these are read of them."""
    builder = reader.builder
    front: list[Let] = []
    given: list[str] = []
    for name in names:
        number: Atom = name
        if builder.kind(name) == "bool":
            axes = builder.axes_of(name)
            number = builder.branch(name, (), (), [(name, Const(1), Const(0))])[0]
            front.append(Let(name, TABLE["ne"], (number, builder.spread(Const(0), axes)), axes=axes))
        given.append(str(number))
    return front, given


def solution(reader: Reader, function: Value, root: Value, given: Value, node: ast.AST) -> Value:
    """The root, as the solution of the equations that the function says: its residuals are read once more, as a step."""
    builder = reader.builder
    if reader.loops or builder.current.elementwise:
        gap = GapError(node, "a solver inside of a loop over an array", "write a plain loop", "not yet")
        raise not_as_arrays(reader, gap)
    guess = _point(reader, root, node) if isinstance(root, Several) else scalar(reader, root, node)
    hints = unknowns_of(function, len(guess.items)) if isinstance(guess, ArrayValue) else [unknown_of(function)]
    axes = _axes(guess)
    found, unknowns = (_fresh(reader, guess, hints) for _ in range(2))
    outs, params = (list(map(str, _atoms(each))) for each in (found, unknowns))
    counter = builder.fresh("k")
    body = Body()
    with builder.block(body):
        reader.counters[counter] = Counting(Affine(1), body, True)
        residuals = components(reader, function, unknowns, given, node)
    del reader.counters[counter]
    _check_read(tuple(body), unknowns, residuals, node)
    outputs: list[tuple[Atom, Axes]] = [(atom, axes) for atom in (*params, *_atoms(residuals))]
    loop = Loop(
        step_graph("residual", (), tuple(body), outputs),
        counter,
        Affine(1),
        tuple(Carried(param, atom, out, axes) for param, atom, out in zip(params, _atoms(guess), outs, strict=True)),
        collected=tuple(Collected(builder.fresh("residual", axes=(Affine(1), *axes)), axes) for _ in params),
        origin=builder.origin,
        implicit=True,
    )
    builder.append(closed(builder, loop, outputs, body))
    return found
