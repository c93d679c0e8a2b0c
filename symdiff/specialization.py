"""One graph of a derivative with its three views: formula, source, compiled code."""

from __future__ import annotations

import copy
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff import codegen, printing
from symdiff.arguments import Call, check_sizes, compiled_argument, is_real, is_single, is_size, leaves_of, taken_apart
from symdiff.errors import ArgumentError, NameUnboundError, ShapeError, TapeError
from symdiff.explain import Explanation, explain
from symdiff.frontend import Present, Reading
from symdiff.frontend.present import arrays_in as tensors_in
from symdiff.graph.graph import Graph, Param, Raise, walk_all
from symdiff.graph.structure import SCALAR, Items, Size, Structure, Tensor
from symdiff.outputs import arrays_in, filled, given, is_direct, stacked, to_single
from symdiff.printing import Heading
from symdiff.sparse import Pattern, Patterns, matrices_in, sparse_in, sparsity

if TYPE_CHECKING:
    from symdiff.function import SymbolicFunction
    from symdiff.printing.convert import Formula


MAX_FROZEN = 10_000  # numbers of arrays from outside that a compiled caller holds as constants


class Specialization:
    """A derivative for arguments of one structure. ``SymbolicFunction.at`` returns it; its views need no call.

    ``graph``, ``formula``, ``where``, ``latex()``, ``source``; ``str()`` is the formula with its left-hand side.
    """

    def __init__(
        self, reading: Reading, name: str, title: str, heading: Heading, known: Mapping[str, Any], owner: SymbolicFunction
    ) -> None:
        self.reading = reading
        self.name = name
        self.title = title
        self.heading = heading
        self.owner = owner  # the function that it is a version of
        self.known = known  # the arguments that belong to the specialisation, as they were when it was made
        self._lock = threading.RLock()
        self._shortcut: Callable[..., Any] | None = None
        self._into: Any = None
        self._source: tuple[tuple[Param, ...], str] | None = None  # for these defaults
        self._loops: dict[tuple[bool, ...], Any] = {}
        self._callees: dict[tuple[Any, ...], Any] = {}  # kept, because compiled callers refer to them weakly
        self._origin: Specialization | None = None  # the version whose code this one shares

    @property
    def graph(self) -> Graph:
        """The graph of lets."""
        return self.reading.graph

    @property
    def request(self) -> tuple[dict[str, Structure | None], Mapping[str, Any]]:
        """What the version was read for: the structures of its arguments, None where no call has shown it, and known values."""
        arguments = [param for param in self.graph.params if param.role == "argument"]
        assumed = self.reading.assumed
        return {param.name: None if param.name in assumed else param.structure for param in arguments}, self.known

    @property
    def present(self) -> Present:
        """What the version supposed of the call that it was read for."""
        return Present(supposed=self.reading.supposed)

    @cached_property
    def paper(self) -> Graph:
        """The graph that formulas show: of a sparse matrix, the derivative as an array."""
        return self.owner.dense(self) if self.is_sparse else self.graph

    @cached_property
    def is_sparse(self) -> bool:
        """True if the result is, or holds, sparse matrices."""
        return any(True for _ in sparse_in(self.graph.result))

    @cached_property
    def _patterns(self) -> Patterns:
        return Patterns(self.graph)

    def sparsity(self) -> Any:
        """Where the values of the sparse matrix stand, in words (see ``SymbolicFunction.sparsity``)."""
        found = tuple(map(sparsity, matrices_in(self.graph.result)))
        if not found:
            raise ShapeError(f"{self.name} is no sparse matrix; ask for one with jacobian(f, sparse=True)")
        return found[0] if len(found) == 1 else found

    @cached_property
    def _formula(self) -> Formula:
        return printing.formula(self.paper, self.heading.kind != "value")

    @property
    def formula(self) -> Any:
        """The result as SymPy: an Expr, a tuple of them, a matrix, an array (see ``where`` if it is big)."""
        return self._formula.packed

    @property
    def where(self) -> list[tuple[Any, Any]]:
        """Definitions of the symbols t1, t2, ... of a formula that is too big to be written as one expression."""
        return list(self._formula.where)

    def latex(self) -> str:
        """The formula as LaTeX, without dollars."""
        return printing.as_latex(self.paper, self.heading, self._formula)

    def __str__(self) -> str:
        return printing.as_text(self.paper, self.heading, self._formula)

    def explain(self) -> Explanation:
        """Tell how this version was made, and what to know about it (see ``SymbolicFunction.explain``)."""
        return explain(self.owner, self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    @property
    def source(self) -> str:
        """Stand-alone Python source; its last definition is the derivative. Captured values default to what they are now."""
        present = {leaf: value for leaf, value in self.captured(self.known).items() if isinstance(value, int | float)}
        params = tuple(replace(param, default=present.get(param.name, param.default)) for param in self.compiled_graph.params)
        if self._source is None or self._source[0] != params:
            self._source = params, codegen.emit(replace(self.graph, params=params), name=self.name, title=self.title)
        return self._source[1]

    @property
    def into(self) -> Any:
        """The compiled derivative that takes an array for each array of its result, and puts that there."""
        if self._origin is not None:
            return self._origin.into
        with self._lock:
            if self._into is None:
                source = codegen.emit(self.compiled_graph, name=self.name, title=self.title, into=True)
                self._into = codegen.compile_source(source, self.name, codegen.functions(self.graph))
                self._shortcut = None
            return self._into

    def showing(self, known: Mapping[str, Any]) -> Specialization:
        """The same version, showing the values that it has for these known arguments: another object of the class."""
        if not any(place.argument for place, _ in self.reading.captures):
            return self
        other = copy.copy(self)
        other.known, other._origin = {**self.known, **known}, self._origin or self
        return other

    @property
    def kernel(self) -> Any:
        """The compiled derivative (a Numba dispatcher with a fixed signature)."""
        if self._origin is not None:
            return self._origin.kernel
        with self._lock:
            return self._kernel

    @cached_property
    def _kernel(self) -> Any:
        return codegen.compile_source(self.source, self.name, codegen.functions(self.graph))

    @property
    def callee(self) -> Any:
        """What compiled code of the user calls: the compiled derivative, its captured values frozen at what they are now."""
        source = self.source
        kernel = self.kernel
        arrays = {leaf: value for leaf, value in self.captured().items() if leaf in self._outside}
        total = sum(value.size for value in arrays.values())
        if total > MAX_FROZEN:
            names = " and ".join(arrays)
            text = f"{self.name} reads {names} from outside: {total} numbers, too many to be frozen into a compiled function"
            raise ShapeError(f"{text} that calls it; pass {names} as {'arguments' if len(arrays) > 1 else 'an argument'}")
        frozen = {leaf: compiled_argument(value, self._outside[leaf], leaf).copy() for leaf, value in arrays.items()}
        key = (source, *((leaf, value.shape, value.tobytes()) for leaf, value in frozen.items()))
        with self._lock:
            if key not in self._callees:
                self._callees[key] = codegen.with_defaults(kernel, source, frozen)
            return self._callees[key]

    def _elementwise(self, spread: tuple[bool, ...]) -> Any:
        with self._lock:
            if spread not in self._loops:
                self._loops[spread] = codegen.elementwise(self._kernel, spread)
            return self._loops[spread]

    @cached_property
    def params(self) -> tuple[Param, ...]:
        """The parameters in the order of the compiled code."""
        return codegen.parameters(self.compiled_graph)

    @cached_property
    def compiled_graph(self) -> Graph:
        """The graph as it is compiled: the arrays of a container are parameters of their own."""
        return replace(self.graph, params=taken_apart(self.graph.params))

    def holds(self, arguments: Mapping[str, Any] | None = None) -> bool:
        """True while the outside values that shaped the graph are still what they were, for a call with these arguments."""
        arguments = self.known if arguments is None else arguments
        try:
            found = ((leaf, place.get(arguments)) for place, leaf in self.reading.captures if leaf not in self._outside)
            fits = (is_size(value) if leaf in self.sizes else is_real(value) for leaf, value in found)
            return all(guard.holds(arguments) for guard in self.reading.guards) and all(fits)
        except NameUnboundError:
            return False

    def is_for(self, arguments: Mapping[str, Any]) -> bool:
        """True if the integers are those that are built in, and what is supposed of the others holds."""
        reading = self.reading
        if not reading.supposed.is_any and not reading.integers:
            return True
        if any(arguments.get(name, self.known[name]) != self.known[name] for name in reading.integers):
            return False
        outside = {leaf: place for place, leaf in self.reading.captures if leaf in self.sizes}
        values: dict[str, Any] = {leaf: place.get(arguments) for leaf, place in outside.items()}
        values |= {param.leaves[0]: arguments.get(param.name) for param in self.graph.params if param.leaves[0] in self.sizes}
        arrays = tensors_in(self.graph.params, arguments)
        arrays |= {leaf: place.get(arguments) for place, leaf in reading.captures if leaf in self._outside}
        integers = {name: value for name, value in values.items() if is_size(value)}
        return reading.supposed.holds(self.graph.input_axes, arrays, integers)

    @cached_property
    def own_exceptions(self) -> Mapping[tuple[str, str], type[Exception]]:
        """The user's exception classes by the builtin class and the text that compiled code raises in their place."""
        found = (statement for statement in walk_all(self.graph.body) if isinstance(statement, Raise))
        raises = [statement for statement in found if statement.own is not None]
        return {(statement.exception, statement.message): statement.own for statement in raises}

    @contextmanager
    def _raising_own(self) -> Iterator[None]:
        """Raise the user's own exception classes. Their constructors are not run: an exception has its text alone."""
        try:
            yield
        except Exception as error:
            own = self.own_exceptions.get((type(error).__name__, str(error.args[0]) if error.args else ""))
            if own is None and isinstance(error, MemoryError) and self.keeps_tapes:
                raise self._shortage() from error
            if own is None:
                raise
            raise own.__new__(own, *error.args) from None

    def _shortage(self) -> TapeError:
        """What to raise where memory is short and loops keep what an adjoint needs."""
        return TapeError(f"{self.name}: {codegen.tape_advice(self.graph)}")

    @cached_property
    def keeps_tapes(self) -> bool:
        """Whether loops keep what an adjoint needs of their iterations."""
        return codegen.keeps_tapes(self.graph)

    @property
    def is_plain(self) -> bool:
        """True if calls with floats need no preparation at all: numbers in, and nothing read from outside."""
        plain = not self.keeps_tapes and all(param.structure == SCALAR and param.role == "argument" for param in self.params)
        return plain and bool(self.params) and not self.reading.guards and self.unpack is None

    @cached_property
    def has_arrays(self) -> bool:
        """True if an argument is an array of any size, or holds one."""
        return any(isinstance(leaf, Tensor) for param in self.params for leaf in param.structure.leaves())

    @cached_property
    def unpack(self) -> Callable[[Any], Any] | None:
        """What turns the result of compiled code into Python's containers, or None."""
        return codegen.unpacker(self.graph.result)

    @cached_property
    def _outside(self) -> Mapping[str, Tensor]:
        """The arrays of any size that are read from outside, by the names of their inputs."""
        params = [param for param in self.graph.params if param.role == "captured"]
        return {param.name: param.structure for param in params if isinstance(param.structure, Tensor)}

    @cached_property
    def sizes(self) -> frozenset[str]:
        """The inputs that are integers: sizes."""
        return frozenset(param.leaves[0] for param in self.graph.params if isinstance(param.structure, Size))

    def captured(self, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The present values of the numbers and arrays read from outside, by their inputs, for a call with these arguments."""
        arguments = self.known if arguments is None else arguments
        found = {leaf: place.get(arguments) for place, leaf in self.reading.captures}
        numbers = {
            leaf: int(value) if leaf in self.sizes else float(value) for leaf, value in found.items() if leaf not in self._outside
        }
        return {leaf: numbers.get(leaf, value) for leaf, value in found.items()}

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The arguments of the compiled code, in the order of ``params``."""
        return self._prepared(values)[0]

    def _prepared(self, values: Mapping[str, Any]) -> tuple[list[Any], list[Pattern]]:
        """The arguments of the compiled code, and the patterns of sparse matrices."""
        values = {**values, **self.captured(values)}
        found: list[Pattern] = []
        if self.has_arrays:
            given = [param for param in self.graph.params if param.role != "captured" and param.name in values]
            values |= leaves_of(given, values)
            check_sizes([param for param in self.params if param.role != "pattern"], values)
        if self.is_sparse:
            found = self._patterns.of(values)
            values |= self._patterns.arguments(found)
        return [compiled_argument(values[param.name], param.structure, param.name) for param in self.params], found

    def shortcut(
        self, slow: Callable[..., Any], parameters: Mapping[str, inspect.Parameter], optional: frozenset[str]
    ) -> Callable[..., Any]:
        """A function for calls like the one before: floats and arrays of the same shapes.

        Anything else, and any change of an outside value that shaped the graph, goes to ``slow``.
        """
        with self._lock:
            if self._shortcut is None:
                self._shortcut = self._make_shortcut(slow, parameters, optional)
            return self._shortcut

    def _make_shortcut(
        self, slow: Callable[..., Any], parameters: Mapping[str, inspect.Parameter], optional: frozenset[str]
    ) -> Callable[..., Any]:
        arguments = {param.name: param for param in self.params if param.role not in ("captured", "pattern")}
        if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters.values()):
            return slow
        if self.own_exceptions or (self.is_sparse and self._patterns.depend_on_data):
            return slow  # which raises the user's own classes, and finds where values stand
        if any(isinstance(param.structure, Items) for param in self.params):
            return slow  # tuples and lists must be converted in any case
        if [name for name in parameters if name in arguments] != list(arguments):
            return slow
        positional = all(p.default is p.empty and p.kind is not p.KEYWORD_ONLY for p in parameters.values())
        takes_out = "out" not in parameters and not self.is_sparse
        outs = sum(1 for _ in arrays_in(self.graph.result)) if takes_out else 0
        matrices = any(isinstance(p.structure, Tensor) and p.structure.rank == 2 for p in self.params)  # as np.matrix is
        if positional and list(arguments) == list(parameters) and self.is_plain and not outs and not matrices:
            return codegen.fast_dispatcher(self.kernel, slow)
        shapes = [codegen.argument_shape(arguments[name].structure) if name in arguments else None for name in parameters]
        absent = frozenset(name for name in optional if name not in arguments and name not in self.known)
        errors = (ValueError, IndexError) if self.reading.supposed.natural else (ValueError,)  # then another version may do
        front = codegen.Front(parameters, shapes, optional, absent, mismatch=errors if self.has_arrays else None)
        front.shortage = self._shortage if self.keeps_tapes else None
        front.outs, front.into, front.sizes = outs, (self._origin or self)._into, self.sizes
        named = {name: name for name in parameters}
        for name in self.reading.integers:
            front.conditions.append(f"{front.bind(type)}({name}) is {front.bind(int)} and {name} == {self.known[name]}")
        front.conditions += [f"{name} >= 0" for name in parameters if name in self.sizes]
        for guard in self.reading.guards:
            front.conditions.append(guard.text(named, front.bind))
        places = {leaf: place for place, leaf in self.reading.captures}
        for param in self.params:
            if param.role == "captured":
                front.capture(places[param.name].text(named, front.bind), param.structure)
        if self.is_sparse:
            front.around = lambda run: self._patterns.runner(self.params, run, self.unpack)
        return front.function(self.kernel, slow, None if self.is_sparse else self.unpack)

    def call(self, call: Call, out: Any = None) -> Any:
        """Evaluate with prepared arguments; ``out``: arrays for the arrays of the result (see ``outputs``)."""
        arguments, found = self._prepared(call.values)
        if out is not None:
            return self._call_into(call, arguments, out)
        with self._raising_own():
            result = self.kernel(*arguments)
        if self.unpack is not None:
            result = self.unpack(result)
        if found:
            result = self._patterns.assembled(result, found)
        return to_single(result) if is_single(call.values.values()) else result

    def _call_into(self, call: Call, arguments: list[Any], out: Any) -> Any:
        if self.is_sparse:
            raise ArgumentError(f"{self.name} returns a sparse matrix, which out= cannot take")
        single = is_single(call.values.values())
        arrays = given(out, self.graph.result, self.name, np.float32 if single else np.float64)
        compiled, shown = (list(arrays_in(each)) for each in (codegen.packed(self.graph.result), self.graph.result))
        if compiled == shown and is_direct(arrays, shown):
            try:
                with self._raising_own():
                    result = self.into(*arguments, *arrays)
                return result if self.unpack is None else self.unpack(result)
            except ValueError:  # shapes that do not fit, or memory that is shared, which is told or copied below
                pass
        return filled(self.call(call), self.graph.result, arrays)

    def broadcast(self, call: Call, names: frozenset[str]) -> Any:
        """Evaluate over arrays given for the scalar arguments ``names``, with NumPy's broadcasting."""
        kernel = self.kernel
        given = {**call.values, **self.captured(call.values)}
        values: list[Any] = []
        for param in self.params:
            if param.name in names and param.role != "captured":
                values.append(np.asarray(call.values[param.name], dtype=None if param.name in self.sizes else np.float64))
            else:
                values.append(compiled_argument(given[param.name], param.structure, param.name))
        arrays = [call.values[name] for name in names]
        if self.graph.result.is_scalar and all(param.structure == SCALAR for param in self.params):
            shape = np.broadcast_shapes(*map(np.shape, values))
            spread = tuple(np.ndim(value) > 0 for value in values)
            flat = [_vector(value, shape) if np.ndim(value) else float(value) for value in values]
            result = np.empty(shape)
            loop = self._elementwise(spread)
            with self._raising_own():
                loop(*flat, result.reshape(-1))
        else:
            result = self._loop(kernel, values, names)
        return to_single(result) if is_single(arrays) else result

    def _loop(self, kernel: Any, values: list[Any], names: frozenset[str]) -> Any:
        """Call the kernel for each element, and stack each number of its result."""
        spread = [k for k, param in enumerate(self.params) if param.name in names]
        grids = np.broadcast_arrays(*(values[k] for k in spread))
        shape = grids[0].shape
        rows = []
        for index in np.ndindex(shape):
            for k, grid in zip(spread, grids, strict=True):
                values[k] = compiled_argument(grid[index], self.params[k].structure, self.params[k].name)
            with self._raising_own():
                result = kernel(*values)
            rows.append(list(_leaves(self.unpack(result) if self.unpack else result)))
        columns = np.array(rows, dtype=np.float64).reshape(*shape, self.graph.result.size)
        return stacked(self.graph.result, columns)


def _vector(array: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """The elements of an array that is broadcast to a shape, one after the other, in memory that compiled code takes."""
    if array.shape != shape:
        array = np.broadcast_to(array, shape).copy()
    return np.require(array, np.float64, ["C", "ALIGNED", "W"]).reshape(-1)


def _leaves(value: Any) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [float(leaf) for leaf in np.ravel(value)]
