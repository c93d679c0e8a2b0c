"""What becomes of a published function: supported, refused with a reason, or wrong."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff import SymbolicFunction, hessian, jvp, read, value_and_grad
from symdiff.codegen import python_function
from symdiff.errors import InternalError, SymdiffError, UnsupportedError
from symdiff.specialization import Specialization
from tests.published.calls import Call
from tests.published.reference import OUTSIDE, Estimate, derivatives

FACTORS = (1.0, 1.023, 0.969)  # the documented point, and points beside it
SECOND = 2  # arguments of the second derivative: a Hessian by eight would be long code
AGREE = (1e-12, 1e-9, 1e-6)  # relative difference of value, first and second derivative that is allowed for rounding
DOUBTFUL = (1.0, 1e-6, 1e-3)  # a reference with a larger relative error of its own is not counted

Point = Mapping[str, Any]


@dataclass
class Outcome:
    """The verdict on one call.

    ``status``: "supported", "refused" (``reason`` is what symdiff says), "wrong", "failed" (an exception that is not
    symdiff's refusal) or "unchecked" (no precise reference). ``errors``: the largest relative difference of value, first
    and second derivative from a precise reference; ``compared`` counts these numbers, ``doubtful`` those
    whose reference is not precise.
    """

    call: Call
    status: str = "supported"
    reason: str = ""
    errors: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    compared: list[int] = field(default_factory=lambda: [0, 0, 0])
    doubtful: list[int] = field(default_factory=lambda: [0, 0, 0])

    def check(self, order: int, found: np.ndarray, wanted: Estimate, point: Point) -> None:
        """Compare the numbers of one derivative with the reference. Raises WrongError."""
        if found.shape != wanted.value.shape:
            raise WrongError(f"derivative {order} has {found.size} numbers, not {wanted.value.size}")
        size, difference = np.abs(wanted.value), np.abs(found - wanted.value)
        agrees = difference <= 10 * wanted.error + AGREE[order] * size  # NaN does not agree
        precise = (wanted.error <= DOUBTFUL[order] * np.fmax(size, np.abs(found))) | ((found == 0) & agrees)
        if not agrees[precise].all():
            raise WrongError(f"derivative {order} at {dict(point)} is {found}, not {wanted.value} (+- {wanted.error})")
        told = precise & (found != 0)
        self.errors[order] = max([self.errors[order], *(difference[told] / size[told])])
        self.compared[order] += int(precise.sum())
        self.doubtful[order] += int((~precise).sum())


class WrongError(Exception):
    """The result of symdiff differs from the reference."""


def outcome(call: Call, compiled: bool = True) -> Outcome:
    """Differentiate the function of a call and compare value, first and second derivatives at points around it.

    With ``compiled=False`` the generated source runs as plain Python: much faster for functions that are called so rarely.
    """
    result = Outcome(call)
    value = call.run(call.bound)
    transformed = Scalar if not isinstance(value, Mapping) and np.ndim(value) == 0 else Several
    try:
        _compare(result, transformed, (lambda function: function) if compiled else Plain)
    except UnsupportedError as error:
        gap = error.gaps[0]
        result.status, result.reason = "refused", f"{gap.reason}: {gap.place.text.strip()}"
    except WrongError as error:
        result.status, result.reason = "wrong", str(error)
    except InternalError as error:
        result.status, result.reason = "failed", str(error).splitlines()[0]
    except SymdiffError as error:
        result.status, result.reason = "refused", str(error).splitlines()[0]
    except Exception as error:  # noqa: BLE001 - any other exception is a fault of symdiff, listed with the rest
        result.status, result.reason = "failed", f"{type(error).__name__}: {error}"
    if result.status == "supported" and not all(result.compared):
        result.status, result.reason = "unchecked", "no reference is precise enough"
    return result


def _compare(result: Outcome, transformed: type[Scalar | Several], run: Run) -> None:
    call = result.call
    names = tuple(name for name, item in call.bound.items() if any(True for _ in leaves(item)))
    first, second = transformed(call.function, names, run), transformed(call.function, names[:SECOND], run)
    for factor in FACTORS:
        point = {name: scaled(item, factor) for name, item in call.bound.items()}
        if factor == 1.0:
            value = first.value(point)  # refused here, if at all
        try:
            wanted = flat(call.run(point))
        except OUTSIDE:
            continue
        value = value if factor == 1.0 else first.value(point)
        result.check(0, value, Estimate(wanted, 0 * wanted), point)
        for tangent in tangents(point, first.names):
            result.check(1, first.first(point, tangent), _along(call, point, tangent)[0], point)
        for tangent in tangents(point, second.names):
            result.check(2, second.second(point, tangent), _along(call, point, tangent)[1], point)


def _along(call: Call, point: Point, tangent: Point) -> tuple[Estimate, Estimate]:
    """The derivatives of the function along a line."""
    return derivatives(lambda t: flat(call.run({**point, **{name: moved(point[name], t, tangent[name]) for name in tangent}})))


class Plain:
    """A derivative whose generated source runs under CPython."""

    def __init__(self, function: SymbolicFunction) -> None:
        self.function = function
        self.loaded: dict[Specialization, Callable[..., Any]] = {}

    def __call__(self, **arguments: Any) -> Any:
        """The derivative."""
        made = self.function.at(**arguments)
        bound = inspect.signature(self.function).bind(**arguments)
        bound.apply_defaults()
        if made not in self.loaded:
            self.loaded[made] = python_function(made.source)
        result = self.loaded[made](*made.arguments(bound.arguments))
        return result if made.unpack is None else made.unpack(result)


Run = Callable[[SymbolicFunction], Callable[..., Any]]


class Scalar:
    """Derivatives of a function that returns one number, as a user would ask for them: gradient and Hessian."""

    def __init__(self, function: Callable[..., Any], names: tuple[str, ...], run: Run) -> None:
        self.names = names
        self.both, self.hessian = run(value_and_grad(function, argnums=names)), run(hessian(function, argnums=names))

    def value(self, point: Point) -> np.ndarray:
        """The value."""
        return flat(self.both(**point)[0])

    def first(self, point: Point, tangent: Point) -> np.ndarray:
        """The derivative along a tangent."""
        return np.array([flat(self.both(**point)[1]) @ flat(list(tangent.values()))])

    def second(self, point: Point, tangent: Point) -> np.ndarray:
        """The second derivative along a tangent."""
        sides = [flat(item) for item in tangent.values()]
        blocks = self.hessian(**point)
        rows = (u @ np.reshape(blocks[i][j], (u.size, v.size)) @ v for i, u in enumerate(sides) for j, v in enumerate(sides))
        return np.array([sum(rows)])


class Several:
    """Derivatives of a function that returns several numbers: products with tangents."""

    def __init__(self, function: Callable[..., Any], names: tuple[str, ...], run: Run) -> None:
        self.names = names
        once = jvp(function, argnums=names)
        self.read, self.jvp, self.twice = run(read(function)), run(once), run(jvp(once, argnums=names))

    def value(self, point: Point) -> np.ndarray:
        """The value."""
        return flat(self.read(**point))

    def first(self, point: Point, tangent: Point) -> np.ndarray:
        """The derivative along a tangent."""
        return flat(self.jvp(**point, tangent=tuple(tangent.values())))

    def second(self, point: Point, tangent: Point) -> np.ndarray:
        """The second derivative along a tangent."""
        sides = tuple(tangent.values())
        return flat(self.twice(**point, tangent=sides, tangent2=sides))


# -- arguments and results, which may be containers ----------------------------------------------------------------


def leaves(value: Any) -> Iterator[float]:
    """The floats of an argument: what is differentiated."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from leaves(item)


def scaled(value: Any, factor: float) -> Any:
    """The argument with its floats multiplied."""
    if isinstance(value, tuple | list):
        return type(value)(scaled(item, factor) for item in value)
    return value * factor if isinstance(value, float) else value


def moved(value: Any, step: float, tangent: Any) -> Any:
    """The argument ``value + step*tangent``."""
    if isinstance(value, tuple | list):
        return type(value)(moved(*pair) for pair in zip(value, [step] * len(value), tangent, strict=True))
    return value + step * tangent


def tangents(point: Point, names: tuple[str, ...]) -> Iterator[Point]:
    """Directions: each float by itself, in units of its own size, and all together."""
    sizes = [abs(leaf) or 1.0 for name in names for leaf in leaves(point[name])]
    units = np.diag(sizes)
    for row in units if len(sizes) == 1 else [*units, np.array(sizes)]:
        numbers = iter(row.tolist())
        yield {name: _filled(point[name], numbers) for name in names}


def _filled(value: Any, numbers: Iterator[float]) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(_filled(item, numbers) for item in value)
    return next(numbers)


def flat(value: Any) -> np.ndarray:
    """The numbers of a result."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return np.concatenate([flat(item) for item in value])
    return np.ravel(np.asarray(value, dtype=float))
