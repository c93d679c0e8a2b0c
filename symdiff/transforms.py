"""The public transforms. Each is: read the function, simplify, differentiate, simplify, and show or compile the result."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from symdiff.errors import ArgumentError, DomainError
from symdiff.frontend import FunctionSource, from_callable, from_text, with_positions
from symdiff.function import SymbolicFunction
from symdiff.methods import BoundDerivative
from symdiff.pipeline import Transform
from symdiff.printing.heading import Kind

Argnum = int | str
Argnums = Argnum | Sequence[Argnum]

SEEDS = {"jvp": "tangent", "vjp": "cotangent", "hvp": "tangent"}
MAX_ORDER = 100


# -- arguments of the transforms ----------------------------------------------------------------------------------


def _names(parameters: Sequence[str], variadic: str, argnums: Argnums, function: str) -> tuple[tuple[str, ...], bool]:
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
        if parameters[index] == variadic:
            raise DomainError(f"argnums {index} is one of *{variadic} of {function}; give the name, for all of them")
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
        return [p.name for p in base.signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    return _positional(base._base)


def _variadic(base: FunctionSource | SymbolicFunction) -> str:
    """The name behind ``*`` among the parameters, or ""."""
    if isinstance(base, SymbolicFunction):
        return _variadic(base._base)
    return next((p.name for p in base.signature.parameters.values() if p.kind is p.VAR_POSITIONAL), "")


def _make(
    kind: Kind, function: Any, argnums: Argnums, source: str | None, order: int | Sequence[int] = 1, **options: Any
) -> SymbolicFunction:
    """The common part of all transforms: a decorator without a function, else the derivative."""
    if function is None and source is None:

        def decorate(decorated: Any) -> SymbolicFunction:
            return _make(kind, decorated, argnums, None, order, **options)

        return cast("SymbolicFunction", decorate)
    if source is not None:
        if function is not None:
            raise ArgumentError("give a function or source=, not both")
        base: FunctionSource | SymbolicFunction = from_text(source)
    elif isinstance(function, SymbolicFunction):
        base = function
    elif isinstance(function, BoundDerivative):
        name, kind_of = function.__func__.__wrapped__.__name__, type(function.__self__).__name__
        raise ArgumentError(
            f"{name} of this object is a derivative; differentiate it in its class, and give the object in the call: "
            f'{_SPELLING[kind]}({kind_of}.{name}, argnums="...")'
        )
    elif isinstance(function, str):
        raise ArgumentError(f"to read text, write {_SPELLING[kind]}(source=...)")
    elif callable(function):
        base = from_callable(function)
    else:
        raise ArgumentError(f"{_SPELLING[kind]} needs a function, not {function!r} ({type(function).__name__})")
    count = _spread(base, argnums) if isinstance(base, FunctionSource) and kind != "value" else 0
    known = with_positions(base, function, count) if count and isinstance(base, FunctionSource) else base
    transform = replace(_transform(kind, known, argnums, order), spread=count, **_checked(options))
    return SymbolicFunction(base, transform, function)


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a transform, those that were given."""
    steps = options.get("max_steps")
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or steps < 0):
        raise ArgumentError(f"max_steps is the largest number of iterations, an integer, not {steps!r}")
    return {key: value for key, value in options.items() if value is not None}


def _spread(base: FunctionSource, argnums: Argnums) -> int:
    """How many of its ``*args`` a function must have as parameters of their own, for those that ``argnums`` asks for."""
    kinds = [p.kind for p in base.signature.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        return 0
    indices = [item for item in (argnums if isinstance(argnums, tuple | list) else (argnums,)) if type(item) is int]
    return max([0, *(index + 1 - kinds.index(inspect.Parameter.VAR_POSITIONAL) for index in indices)])


def _transform(
    kind: Kind, base: FunctionSource | SymbolicFunction, argnums: Argnums, order: int | Sequence[int] = 1
) -> Transform:
    if kind == "value":
        return Transform("value")
    name = base.name if isinstance(base, FunctionSource) else base.__name__
    parameters = _positional(base)
    if not parameters:
        raise DomainError(f"{name} has no arguments to differentiate by")
    names, several = _names(parameters, _variadic(base), argnums, name)
    unbound = isinstance(base, FunctionSource) and base.is_method and not base.bound
    if unbound and parameters[0] in names and not _is_named(argnums, parameters[0]):
        raise DomainError(
            f"argnums={argnums} is {parameters[0]}, for {name} is a method; give the name of an argument: "
            f'argnums="{[*parameters, "x"][1]}"'
        )
    orders = _orders(order, len(names)) if kind == "derivative" else ()
    seed = SEEDS.get(kind, "")
    if seed and isinstance(base, SymbolicFunction):
        taken = [key for key in base.__signature__.parameters if key.startswith(seed)]
        seed = f"{seed}{len(taken) + 1}" if taken else seed
    return Transform(kind, names, several, orders, seed)


def _is_named(argnums: Argnums, name: str) -> bool:
    return name == argnums or (isinstance(argnums, tuple | list) and name in argnums)


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


def grad(
    f: Function | None = None,
    argnums: Argnums = 0,
    *,
    source: str | None = None,
    max_steps: int | None = None,
    checkpoint: bool = False,
) -> SymbolicFunction:
    """Gradient of a scalar-valued function, by reverse accumulation.

    Args:
        f: a plain Python function; also used as ``@grad`` and ``@grad(argnums=...)``.
        argnums: the argument to differentiate by: index, name, or a tuple of those.
        source: text with the function, instead of ``f``; it is parsed, never executed.
        max_steps: a ``while`` loop that makes more iterations raises a RuntimeError; by default nothing bounds it.
        checkpoint: keep the state of loops at about the square root of their iterations only, and compute those between
            again on the way back: memory of that order, for one more run of the loop.

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
    return _make("gradient", f, argnums, source, max_steps=max_steps, checkpoint=checkpoint)


def value_and_grad(
    f: Function | None = None,
    argnums: Argnums = 0,
    *,
    source: str | None = None,
    max_steps: int | None = None,
    checkpoint: bool = False,
) -> SymbolicFunction:
    """Value and gradient of a scalar-valued function in one pass. Arguments and errors as for ``grad``.

    Returns:
        A SymbolicFunction whose result is ``(value, gradient)``.

    >>> from symdiff import value_and_grad
    >>> value_and_grad(lambda x, y: x*x*y, argnums=(0, 1))(2.0, 3.0)
    (12.0, (12.0, 4.0))
    """
    return _make("value_and_grad", f, argnums, source, max_steps=max_steps, checkpoint=checkpoint)


def derivative(
    f: Function | None = None,
    *,
    order: int | Sequence[int] = 1,
    argnums: Argnums = 0,
    source: str | None = None,
    max_steps: int | None = None,
) -> SymbolicFunction:
    """Derivative of any order in scalar arguments.

    Args:
        f: a function of scalars, with a result of any structure; also used as a decorator.
        order: how often to differentiate (0 is f itself); a tuple for several argnums.
        argnums: the scalar argument; a tuple gives a mixed derivative.
        source: text with the function, instead of ``f``.
        max_steps: as for ``grad``.

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
    return _make("derivative", f, argnums, source, order, max_steps=max_steps)


def jacobian(
    f: Function | None = None,
    argnums: Argnums = 0,
    *,
    sparse: bool = False,
    source: str | None = None,
    max_steps: int | None = None,
    checkpoint: bool = False,
) -> SymbolicFunction:
    """All first derivatives of a function, forward or reverse, whichever needs fewer operations.

    Arguments and errors as for ``grad``, but the result of f may be a scalar, vector or matrix. ``sparse``: the result is a
    SciPy CSR array whose pattern is exact and known before any number, in time and memory proportional to its values;
    higher ranks are flattened in row-major order. ``sparsity()`` tells the pattern in words.

    Returns:
        A SymbolicFunction whose result is an array of shape (shape of f) + (shape of the argument). A tuple or list of
        scalars counts as a vector; several argnums give a tuple of arrays.

    >>> from symdiff import jacobian
    >>> jacobian(lambda x: (x[0]**2 + 3*x[1], 2*x[0] + x[1]**2))([2.0, 3.0]).tolist()
    [[4.0, 3.0], [2.0, 6.0]]
    """
    return _make("jacobian", f, argnums, source, sparse=sparse, max_steps=max_steps, checkpoint=checkpoint)


def hessian(
    f: Function | None = None,
    argnums: Argnums = 0,
    *,
    sparse: bool = False,
    source: str | None = None,
    max_steps: int | None = None,
    checkpoint: bool = False,
) -> SymbolicFunction:
    """All second derivatives; each pair of arguments is computed once. Arguments and errors as for ``jacobian``.

    Returns:
        A SymbolicFunction whose result is an array of shape (shape of f) + (shape of the argument) twice; for several
        argnums a tuple of tuples, as in JAX.

    >>> from symdiff import hessian
    >>> hessian(lambda p: p[0]**2 * p[1])([1.0, 2.0]).tolist()
    [[4.0, 2.0], [2.0, 0.0]]
    """
    return _make("hessian", f, argnums, source, sparse=sparse, max_steps=max_steps, checkpoint=checkpoint)


def jvp(
    f: Function | None = None,
    argnums: Argnums = 0,
    *jax_style: Any,
    source: str | None = None,
    max_steps: int | None = None,
    checkpoint: bool = False,
) -> SymbolicFunction:
    """Jacobian times tangent, by one forward sweep: ``jvp(f)(*args, tangent=v)``. Errors as for ``jacobian``.

    ``v`` has the structure of the argument (a tuple of them for several argnums); the result has that of f.

    >>> from symdiff import jvp
    >>> jvp(lambda x: (x[0]*x[1], x[1]**2))([2.0, 3.0], tangent=[1.0, 0.0])
    (3.0, 0.0)
    """
    _require_keywords("jvp", jax_style)
    return _make("jvp", f, argnums, source, max_steps=max_steps, checkpoint=checkpoint)


def vjp(
    f: Function | None = None,
    argnums: Argnums = 0,
    *jax_style: Any,
    source: str | None = None,
    max_steps: int | None = None,
    checkpoint: bool = False,
) -> SymbolicFunction:
    """Cotangent times Jacobian, by one reverse sweep: ``vjp(f)(*args, cotangent=w)``. Errors as for ``jacobian``.

    ``w`` has the structure of f's result; the result has that of the argument (a tuple of them for several argnums). Where only
    the data tell how long f's result is, each call checks that ``w`` is as long, and raises a ValueError that names both lengths.

    >>> from symdiff import vjp
    >>> vjp(lambda x: (x[0]*x[1], x[1]**2))([2.0, 3.0], cotangent=(1.0, 1.0))
    [3.0, 8.0]
    """
    _require_keywords("vjp", jax_style)
    return _make("vjp", f, argnums, source, max_steps=max_steps, checkpoint=checkpoint)


def hvp(
    f: Function | None = None,
    argnums: Argnums = 0,
    *jax_style: Any,
    source: str | None = None,
    max_steps: int | None = None,
    checkpoint: bool = False,
) -> SymbolicFunction:
    """Hessian times tangent of a scalar-valued function: ``hvp(f)(*args, tangent=v)``. Errors as for ``grad``.

    Forward over reverse: a small multiple of the cost of f, whatever the number of arguments (Pearlmutter 1994).

    >>> from symdiff import hvp
    >>> hvp(lambda p: p[0]**2 * p[1])([1.0, 2.0], tangent=[1.0, 0.0])
    [4.0, 2.0]
    """
    _require_keywords("hvp", jax_style)
    return _make("hvp", f, argnums, source, max_steps=max_steps, checkpoint=checkpoint)


def read(f: Function | None = None, *, source: str | None = None, max_steps: int | None = None) -> SymbolicFunction:
    """The function itself as a SymbolicFunction (order 0): its formula, source, graph and compiled code.

    >>> from symdiff import read
    >>> print(read(lambda x: x**2 + 1))
    f(x) = x**2 + 1
    """
    return _make("value", f, 0, source, max_steps=max_steps)


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
