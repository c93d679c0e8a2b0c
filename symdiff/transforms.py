"""The public transforms. Each is: read the function, simplify, differentiate, simplify, and show or compile the result."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from symdiff import calculus
from symdiff.errors import ArgumentError, DomainError, ShapeError
from symdiff.frontend import FunctionSource, from_function, from_text
from symdiff.function import SymbolicFunction
from symdiff.graph.graph import Graph, Param
from symdiff.graph.structure import SCALAR, Array, Items, Structure
from symdiff.printing import Heading
from symdiff.printing.heading import Kind
from symdiff.simplify import simplify

Argnum = int | str
Argnums = Argnum | Sequence[Argnum]

SEEDS = {"jvp": "tangent", "vjp": "cotangent", "hvp": "tangent"}
MAX_ORDER = 100


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

    # the pipeline

    def apply(self, graph: Graph) -> Graph:
        """Differentiate a graph: simplify, sweep, pack, simplify."""
        graph = simplify(graph)
        if self.kind == "value":
            return graph
        params = [_differentiable(graph, name) for name in self.names]
        derived = self._sweep(graph, params)
        return simplify(replace(derived, result=self._result(graph.result, params)))

    def _sweep(self, graph: Graph, params: Sequence[Param]) -> Graph:
        wrt = [leaf for param in params for leaf in param.leaves]
        if self.kind in ("gradient", "value_and_grad", "hvp"):
            _require_scalar(graph, self.kind)
        if self.kind in ("gradient", "value_and_grad"):
            return calculus.gradient(graph, wrt, keep_value=self.kind == "value_and_grad", tidy=simplify).graph
        if self.kind == "derivative":
            for param in params:
                _require_scalar_argument(graph, param)
            order = [leaf for leaf, times in zip(wrt, self.orders, strict=True) for _ in range(times)]
            return calculus.derivative(graph, order, tidy=simplify)
        if self.kind == "jacobian":
            return self._blocks(graph, params, calculus.jacobian(graph, wrt, tidy=simplify).graph)
        if self.kind == "hessian":
            return self._blocks(graph, params, calculus.hessian(graph, wrt, tidy=simplify).graph)
        product = {"jvp": calculus.jvp, "vjp": calculus.vjp, "hvp": calculus.hvp}[self.kind]
        return product(graph, wrt, [self._seed(graph, params)], tidy=simplify)

    def _blocks(self, graph: Graph, params: Sequence[Param], derived: Graph) -> Graph:
        """Bring derivatives that are ordered output by output, then input by input, into the order of the result."""
        count = sum(len(param.leaves) for param in params)
        order = entries(graph, params, 1 if self.kind == "jacobian" else 2)
        flat = [functools.reduce(lambda number, index: number * count + index, path) for path in order]
        return replace(derived, outputs=tuple(derived.outputs[number] for number in flat))

    def _seed(self, graph: Graph, params: Sequence[Param]) -> Param:
        structure = graph.result if self.kind == "vjp" else self._container([param.structure for param in params])
        return Param(self.seed, structure, role="seed")

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
            return Items(inner.container, tuple(_product(outer, item) for item in inner.items))
        raise ShapeError("an argument that is no vector")
    if outer.shape is None:
        if isinstance(outer, Items):
            return Items(outer.container, tuple(_product(item, inner) for item in outer.items))
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
        shape = graph.result.shape
        what = f"{graph.result.size} numbers" if shape is None else f"shape {shape}"
        raise ShapeError(
            f"{kind} needs a function that returns one number; {graph.name} returns {what}. Use jacobian({graph.name}) for all "
            f"derivatives, vjp({graph.name}) for a weighted sum of them, or return the sum of the elements"
        )


def _require_scalar_argument(graph: Graph, param: Param) -> None:
    if not param.structure.is_scalar:
        raise ShapeError(
            f"derivative differentiates by a scalar; {param.name} of {graph.name} is a vector of {param.structure.size}. "
            f"Use grad({graph.name}), jacobian({graph.name}) or hessian({graph.name})"
        )


# -- arguments of the transforms ----------------------------------------------------------------------------------


def _names(parameters: Sequence[str], argnums: Argnums, function: str) -> tuple[tuple[str, ...], bool]:
    """Argument names for indices and names; the second result tells whether several were asked for."""
    several = isinstance(argnums, tuple | list)
    wanted: Sequence[Argnum] = argnums if isinstance(argnums, tuple | list) else (argnums,)
    if not wanted:
        raise DomainError("argnums is empty; name at least one argument")
    found = []
    for argnum in wanted:
        if isinstance(argnum, str):
            if argnum not in parameters:
                raise DomainError(f"{function} has no argument {argnum!r}; its arguments are {', '.join(parameters)}")
            found.append(argnum)
            continue
        if isinstance(argnum, bool) or not hasattr(argnum, "__index__"):
            raise ArgumentError(
                f"argnums must be an index, a name, or a tuple of those, not {argnum!r}; products are called as "
                "jvp(f)(*args, tangent=v), vjp(f)(*args, cotangent=w) and hvp(f)(*args, tangent=v)"
            )
        index = operator.index(argnum)
        if not -len(parameters) <= index < len(parameters):
            raise DomainError(f"argnums {index} is out of range: {function} has {len(parameters)} arguments")
        found.append(parameters[index])
    if len(set(found)) < len(found):
        raise DomainError(f"argnums names an argument twice: {', '.join(found)}")
    return tuple(found), several


def _require_keywords(name: str, jax_style: tuple[Any, ...]) -> None:
    if jax_style:
        raise ArgumentError(f"{name}(f, primals, ...) is JAX's call; here it is {name}(f)(*args, {SEEDS[name]}=v)")


def _orders(order: int | Sequence[int], count: int) -> tuple[int, ...]:
    orders: tuple[Any, ...] = tuple(order) if isinstance(order, tuple | list) else (order,) * count
    if len(orders) != count:
        raise DomainError(f"{len(orders)} orders for {count} arguments; give one order for each")
    for item in orders:
        if isinstance(item, bool) or not hasattr(item, "__index__"):
            raise ArgumentError(f"order must be an integer, not {item!r}")
        if not 0 <= operator.index(item) <= MAX_ORDER:
            raise DomainError(f"order must be between 0 and {MAX_ORDER}, not {item}")
    return tuple(map(operator.index, orders))


def _positional(base: FunctionSource | SymbolicFunction) -> list[str]:
    """The arguments that argnums may name: those of the function itself, without seeds."""
    if isinstance(base, FunctionSource):
        parameters = base.signature.parameters.values()
        return [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return _positional(base._base)


def _make(kind: Kind, function: Any, argnums: Argnums, source: str | None, order: int | Sequence[int] = 1) -> SymbolicFunction:
    """The common part of all transforms: a decorator without a function, else the derivative."""
    if function is None and source is None:

        def decorate(decorated: Any) -> SymbolicFunction:
            return _make(kind, decorated, argnums, None, order)

        return cast("SymbolicFunction", decorate)
    if source is not None:
        if function is not None:
            raise ArgumentError("give a function or source=, not both")
        base: FunctionSource | SymbolicFunction = from_text(source)
    elif isinstance(function, SymbolicFunction):
        base = function
    elif isinstance(function, str):
        raise ArgumentError(f"to read text, write {_SPELLING[kind]}(source=...)")
    elif callable(function):
        base = from_function(function)
    else:
        raise ArgumentError(f"{_SPELLING[kind]} needs a function, not {function!r} ({type(function).__name__})")
    transform = _transform(kind, base, argnums, order)
    return SymbolicFunction(base, transform, function)


def _transform(
    kind: Kind, base: FunctionSource | SymbolicFunction, argnums: Argnums, order: int | Sequence[int] = 1
) -> Transform:
    if kind == "value":
        return Transform("value")
    name = base.name if isinstance(base, FunctionSource) else base.__name__
    parameters = _positional(base)
    if not parameters:
        raise DomainError(f"{name} has no arguments to differentiate by")
    names, several = _names(parameters, argnums, name)
    orders = _orders(order, len(names)) if kind == "derivative" else ()
    seed = SEEDS.get(kind, "")
    if seed and isinstance(base, SymbolicFunction):
        taken = [key for key in base.__signature__.parameters if key.startswith(seed)]
        seed = f"{seed}{len(taken) + 1}" if taken else seed
    return Transform(kind, names, several, orders, seed)


_SPELLING = {
    "value": "read",
    "derivative": "derivative",
    "gradient": "grad",
    "value_and_grad": "value_and_grad",
    "jacobian": "jacobian",
    "hessian": "hessian",
    "jvp": "jvp",
    "vjp": "vjp",
    "hvp": "hvp",
}

Function = Callable[..., Any]


def grad(f: Function | None = None, argnums: Argnums = 0, *, source: str | None = None) -> SymbolicFunction:
    """Gradient of a scalar-valued function, by reverse accumulation.

    Args:
        f: a plain Python function; also used as ``@grad`` and ``@grad(argnums=...)``.
        argnums: the argument to differentiate by: index, name, or a tuple of those.
        source: text with the function, instead of ``f``; it is parsed, never executed.

    Returns:
        A SymbolicFunction with f's arguments. Its result has the container of the argument (float, tuple, list, array);
        for a tuple of argnums, a tuple of those.

    Raises:
        UnsupportedError: the function uses something that symdiff does not read (file, line, caret, rewrite).
        ShapeError: f does not return one number (when the derivative is shown or called).
        DomainError: no such argument.

    The method is the adjoint sweep of Griewank and Walther, Evaluating Derivatives (SIAM 2008), chapter 3.

    >>> from symdiff import grad
    >>> df = grad(lambda x: x**2)
    >>> print(df)
    f'(x) = 2*x
    >>> df(3.0)
    6.0
    """
    return _make("gradient", f, argnums, source)


def value_and_grad(f: Function | None = None, argnums: Argnums = 0, *, source: str | None = None) -> SymbolicFunction:
    """Value and gradient of a scalar-valued function in one pass. Arguments and errors as for ``grad``.

    Returns:
        A SymbolicFunction whose result is ``(value, gradient)``.

    >>> from symdiff import value_and_grad
    >>> value_and_grad(lambda x, y: x*x*y, argnums=(0, 1))(2.0, 3.0)
    (12.0, (12.0, 4.0))
    """
    return _make("value_and_grad", f, argnums, source)


def derivative(
    f: Function | None = None,
    *,
    order: int | Sequence[int] = 1,
    argnums: Argnums = 0,
    source: str | None = None,
) -> SymbolicFunction:
    """Derivative of any order in scalar arguments.

    Args:
        f: a function of scalars, with a result of any structure; also used as a decorator.
        order: how often to differentiate (0 is f itself); a tuple for several argnums.
        argnums: the scalar argument; a tuple gives a mixed derivative.
        source: text with the function, instead of ``f``.

    Returns:
        A SymbolicFunction with the structure of f's result. It broadcasts like a NumPy ufunc over every argument that f
        uses as a scalar; arguments that f indexes are passed whole.

    Raises:
        UnsupportedError, DomainError: as for ``grad``. ShapeError: the argument is a vector.

    >>> from symdiff import derivative
    >>> print(derivative(lambda x: x**5, order=3))
    f'''(x) = 60*x**2
    >>> derivative(lambda x, y: x**2 * y, argnums=("x", "y"), order=(1, 1))(3.0, 5.0)
    6.0
    """
    return _make("derivative", f, argnums, source, order)


def jacobian(f: Function | None = None, argnums: Argnums = 0, *, source: str | None = None) -> SymbolicFunction:
    """All first derivatives of a function, forward or reverse, whichever needs fewer operations.

    Arguments and errors as for ``grad``, but the result of f may be a scalar, vector or matrix.

    Returns:
        A SymbolicFunction whose result is an array of shape (shape of f) + (shape of the argument). A tuple or list of
        scalars counts as a vector; several argnums give a tuple of arrays.

    >>> from symdiff import jacobian
    >>> jacobian(lambda x: (x[0]**2 + 3*x[1], 2*x[0] + x[1]**2))([2.0, 3.0]).tolist()
    [[4.0, 3.0], [2.0, 6.0]]
    """
    return _make("jacobian", f, argnums, source)


def hessian(f: Function | None = None, argnums: Argnums = 0, *, source: str | None = None) -> SymbolicFunction:
    """All second derivatives; each pair of arguments is computed once. Arguments and errors as for ``jacobian``.

    Returns:
        A SymbolicFunction whose result is an array of shape (shape of f) + (shape of the argument) twice; for several
        argnums a tuple of tuples, as in JAX.

    >>> from symdiff import hessian
    >>> hessian(lambda p: p[0]**2 * p[1])([1.0, 2.0]).tolist()
    [[4.0, 2.0], [2.0, 0.0]]
    """
    return _make("hessian", f, argnums, source)


def jvp(f: Function | None = None, argnums: Argnums = 0, *jax_style: Any, source: str | None = None) -> SymbolicFunction:
    """Jacobian times tangent, by one forward sweep: ``jvp(f)(*args, tangent=v)``. Errors as for ``jacobian``.

    ``v`` has the structure of the argument (a tuple of them for several argnums); the result has that of f.

    >>> from symdiff import jvp
    >>> jvp(lambda x: (x[0]*x[1], x[1]**2))([2.0, 3.0], tangent=[1.0, 0.0])
    (3.0, 0.0)
    """
    _require_keywords("jvp", jax_style)
    return _make("jvp", f, argnums, source)


def vjp(f: Function | None = None, argnums: Argnums = 0, *jax_style: Any, source: str | None = None) -> SymbolicFunction:
    """Cotangent times Jacobian, by one reverse sweep: ``vjp(f)(*args, cotangent=w)``. Errors as for ``jacobian``.

    ``w`` has the structure of f's result; the result has that of the argument (a tuple of them for several argnums).

    >>> from symdiff import vjp
    >>> vjp(lambda x: (x[0]*x[1], x[1]**2))([2.0, 3.0], cotangent=(1.0, 1.0))
    [3.0, 8.0]
    """
    _require_keywords("vjp", jax_style)
    return _make("vjp", f, argnums, source)


def hvp(f: Function | None = None, argnums: Argnums = 0, *jax_style: Any, source: str | None = None) -> SymbolicFunction:
    """Hessian times tangent of a scalar-valued function: ``hvp(f)(*args, tangent=v)``. Errors as for ``grad``.

    Forward over reverse: a small multiple of the cost of f, whatever the number of arguments (Pearlmutter 1994).

    >>> from symdiff import hvp
    >>> hvp(lambda p: p[0]**2 * p[1])([1.0, 2.0], tangent=[1.0, 0.0])
    [4.0, 2.0]
    """
    _require_keywords("hvp", jax_style)
    return _make("hvp", f, argnums, source)


def read(f: Function | None = None, *, source: str | None = None) -> SymbolicFunction:
    """The function itself as a SymbolicFunction (order 0): its formula, source, graph and compiled code.

    >>> from symdiff import read
    >>> print(read(lambda x: x**2 + 1))
    f(x) = x**2 + 1
    """
    return _make("value", f, 0, source)


def stop_gradient(x: Any) -> Any:
    """Return x, with derivative 0: a factor that differentiation holds constant. Called as plain Python it returns x.

    >>> from symdiff import grad, stop_gradient
    >>> print(grad(lambda x: x * stop_gradient(x)))
    f'(x) = x
    """
    return x


def _register() -> None:
    """Tell the reader what the public names mean inside a function that is differentiated."""
    kinds: dict[Any, Kind] = {
        grad: "gradient",
        value_and_grad: "value_and_grad",
        derivative: "derivative",
        jacobian: "jacobian",
        hessian: "hessian",
        jvp: "jvp",
        vjp: "vjp",
        hvp: "hvp",
        read: "value",
    }
    for function, kind in kinds.items():

        def transform(base: FunctionSource, kind: Kind = kind, argnums: Argnums = 0, order: int = 1) -> Transform:
            return _transform(kind, base, argnums, order)

        function.__symdiff_transform__ = transform
    stop_gradient.__symdiff_row__ = "stop"  # type: ignore[attr-defined]


_register()
