"""The Python function in front of compiled code that needs preparation: lengths checked, outside values read."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.codegen.dispatch import fast_dispatcher
from symdiff.codegen.packing import argument_shape
from symdiff.graph.structure import Size, Structure, Tensor

_LOST = (LookupError, AttributeError, TypeError, ValueError)  # reading a place that is no longer there
_NUMBERS = frozenset({int, np.float64, np.float32, np.int64, np.int32})
_INTEGERS = frozenset({int, np.int64, np.int32})
_MISSING = object()  # an argument that was not given


def _number(value: Any) -> float | None:
    """A captured number as a float, or None if it is none (any more)."""
    return float(value) if type(value) in _NUMBERS else None


def _size(value: Any) -> int | None:
    """A captured integer that is a size, or None if it is none (any more)."""
    return int(value) if type(value) in _INTEGERS and value >= 0 else None


def _floats(value: Any) -> np.ndarray[Any, Any] | None:
    """A captured array of floats as compiled code takes it, or None if it is none (any more)."""
    return _prepared(value, np.float64, "biuf")


def _integers(value: Any) -> np.ndarray[Any, Any] | None:
    """A captured array of integers as compiled code takes it, or None."""
    return _prepared(value, np.int64, "iu")


def _prepared(value: Any, wanted: Any, kinds: str) -> np.ndarray[Any, Any] | None:
    if type(value) is not np.ndarray or value.dtype.kind not in kinds:
        return None
    if value.dtype == wanted and value.flags.carray:
        return value
    return np.require(value, wanted, ["C", "ALIGNED", "W"])


class Front:
    """A function with the user's parameters that runs a kernel if the arguments are what it was made for.

    ``shapes`` tells for every parameter what the kernel takes: () a float, otherwise an array of that shape, in which None
    is any length; None is an argument that the kernel does not take; those in ``absent`` must not be given, and those in
    ``optional`` have no default. ``mismatch`` is what the kernel raises for lengths that do not fit together.
    ``conditions`` are expressions that must be true, in this order; ``captures``
    are expressions for outside numbers that the kernel takes behind the arguments. Both may use the parameters' names and
    those that ``bind`` gives to objects. Whatever does not fit goes to the slow way. The function is written as text,
    because a loop over arguments would cost more than the compiled code::

        def call(p=missing, x=missing, y=2.0, *rest, **others):
            if not rest and not others:
                try:
                    fits = type(p) is _v0 and (type(_k0 := p.k) is float or (_k0 := number(_k0)) is not None)
                except lost:
                    fits = False
                if fits:
                    result = kernel(x, y, _k0)
                    if result is not mismatch:
                        return unpack(result)
            return leave((p, x, y), rest, {}, others)
    """

    def __init__(
        self,
        parameters: Mapping[str, inspect.Parameter],
        shapes: Sequence[tuple[int | None, ...] | None],
        optional: frozenset[str] = frozenset(),
        absent: frozenset[str] = frozenset(),
        mismatch: type[Exception] | None = None,
    ) -> None:
        self.parameters = parameters
        self.optional, self.absent = optional, absent
        self.mismatch = mismatch
        self.outs = 0  # the arrays in the result: with any, there is a keyword out for arrays to put them into
        self.into: Any = None  # the kernel that does that; None: the slow way does
        self.around: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None  # what is put between: prepares the rest
        self.shapes = dict(zip(parameters, shapes, strict=True))
        self.sizes: frozenset[str] = frozenset()  # the parameters that are integers
        self.conditions: list[str] = []
        self.captures: list[tuple[str, Structure]] = []
        self._names: dict[str, Any] = {}
        self._bound: dict[int, str] = {}
        self._prefix = "_"
        while any(name.startswith(self._prefix) for name in parameters):
            self._prefix += "_"

    def capture(self, text: str, structure: Structure) -> None:
        """Pass an outside value to the kernel, behind what was added before: a number, or an array of any size."""
        self.captures.append((text, structure))

    def bind(self, value: Any) -> str:
        """A name for an object in the text."""
        if id(value) not in self._bound:
            name = self._bound[id(value)] = f"{self._prefix}v{len(self._bound)}"
            self._names[name] = value
        return self._bound[id(value)]

    def function(self, kernel: Any, slow: Callable[..., Any], unpack: Callable[[Any], Any] | None) -> Callable[..., Any]:
        """Write the function and make it."""
        mismatch = object()
        compiled = fast_dispatcher(kernel, lambda *_: mismatch)
        run = self.bind(compiled if self.around is None else self.around(compiled))
        numbers = [f"{self._prefix}k{k}" for k in range(len(self.captures))]
        given = [name for name, shape in self.shapes.items() if shape is not None]
        result, rest, others = f"{self._prefix}result", f"{self._prefix}rest", f"{self._prefix}others"
        fits, run_it = f"{self._prefix}fits", f"{run}({', '.join([*given, *numbers])})"
        positional, only = self._kinds()
        leave, keywords = self.bind(_leave(slow, positional)), ", ".join(f"{name!r}: {name}" for name in only)
        lines = [
            f"def call({self._signature(rest, others)}):",
            f"    if not {rest} and not {others}:",
            "        try:",
            f"            {fits} = {' and '.join(self._tests(numbers)) or 'True'}",
            f"        except {self.bind(_LOST)}:",
            f"            {fits} = False",
            f"        if {fits}:",
            *self._run(f"{result} = {self._choice(run_it, [*given, *numbers], mismatch)}", f"{result} = {self.bind(mismatch)}"),
            f"            if {result} is not {self.bind(mismatch)}:",
            f"                return {result if unpack is None else f'{self.bind(unpack)}({result})'}",
            f"    return {leave}(({', '.join([*positional, ''])}), {rest}, {{{keywords}}}, {self._unread(others)})",
        ]
        exec(compile("\n".join(lines), "<symdiff wrapper>", "exec"), self._names)  # noqa: S102 - the text above
        call: Callable[..., Any] = self._names.pop("call")
        return call

    def _run(self, code: str, otherwise: str) -> list[str]:
        """The call of the kernel; what says that lengths do not fit is said again, and better, by the slow way."""
        if self.mismatch is None and not self.outs:
            return [f"            {code}"]
        kind = self.bind(self.mismatch or ValueError)
        return ["            try:", f"                {code}", f"            except {kind}:", f"                {otherwise}"]

    def _choice(self, run: str, arguments: Sequence[str], mismatch: object) -> str:
        """The call of the kernel, or of the one that puts its results into what is given as out."""
        if not self.outs:
            return run
        other = self.bind(mismatch)
        if self.into is not None:
            into = self.bind(fast_dispatcher(self.into, lambda *_: mismatch))
            if self.outs == 1:
                other = f"{into}({', '.join([*arguments, 'out'])})"
            else:
                kind, length = self.bind(type), self.bind(len)
                fits = f"{kind}(out) is {self.bind(tuple)} and {length}(out) == {self.outs}"
                other = f"({into}({', '.join([*arguments, '*out'])}) if {fits} else {other})"
        return f"{run} if out is None else {other}"

    def _unread(self, others: str) -> str:
        """The keywords that the slow way gets."""
        return f"{others} if out is None else {{**{others}, 'out': out}}" if self.outs else others

    def _tests(self, numbers: Sequence[str]) -> list[str]:
        arrays = [(name, shape) for name, shape in self.shapes.items() if shape]
        unread = [name for name, shape in self.shapes.items() if shape is None]
        kind = self.bind(type)  # by names of our own: a parameter may be called type
        tests = [f"{kind}({name}) is {self.bind(np.ndarray)} and {_fits(name, shape)}" for name, shape in arrays]
        tests += [f"{name} is {'' if name in self.absent else 'not '}{self.bind(_MISSING)}" for name in unread]
        tests += self.conditions
        for name, (text, structure) in zip(numbers, self.captures, strict=True):
            if isinstance(structure, Tensor):
                prepared = _integers if structure.kind == "int" else _floats
                fits = _fits(name, argument_shape(structure))
                tests.append(f"({name} := {self.bind(prepared)}({text})) is not None and {fits}")
                continue
            if isinstance(structure, Size):
                tests.append(f"({name} := {self.bind(_size)}({text})) is not None")
                continue
            tests.append(
                f"({kind}({name} := {text}) is {self.bind(float)} or ({name} := {self.bind(_number)}({name})) is not None)"
            )
        return tests

    def _kinds(self) -> tuple[list[str], list[str]]:
        """The parameters that may be given by position, and those that may not."""
        only = [name for name, parameter in self.parameters.items() if parameter.kind is parameter.KEYWORD_ONLY]
        return [name for name in self.parameters if name not in only], only

    def _signature(self, rest: str, others: str) -> str:
        positional, only = self._kinds()
        written = [f"{name}={self._default(name)}" for name in positional]
        last = [k for k, name in enumerate(positional) if self.parameters[name].kind is inspect.Parameter.POSITIONAL_ONLY]
        if last:
            written.insert(last[-1] + 1, "/")
        keywords = [f"{name}={self._default(name)}" for name in only] + (["out=None"] if self.outs else [])
        return ", ".join([*written, f"*{rest}", *keywords, f"**{others}"])

    def _default(self, name: str) -> str:
        default = self.parameters[name].default
        if default is inspect.Parameter.empty or name in self.optional:
            return self.bind(_MISSING)
        number = _number(default) if self.shapes[name] == () and name not in self.sizes else None
        return self.bind(default if number is None else number)


def _fits(name: str, shape: tuple[int | None, ...]) -> str:
    """The test of a shape. That lengths fit together is tested by the kernel; item and layout are by its signature."""
    if None not in shape:
        return f"{name}.shape == {shape!r}"
    known = [f"{name}.shape[{axis}] == {length}" for axis, length in enumerate(shape) if length is not None]
    return " and ".join([f"{name}.ndim == {len(shape)}", *known])


def _leave(slow: Callable[..., Any], names: Sequence[str]) -> Callable[..., Any]:
    """The way out: a call of ``slow`` as the user wrote it; what came by keyword behind a gap goes on by keyword."""

    def leave(given: tuple[Any, ...], rest: tuple[Any, ...], only: dict[str, Any], others: dict[str, Any]) -> Any:
        first = list(itertools.takewhile(lambda value: value is not _MISSING, given))
        named = dict(zip(names[len(first) :], given[len(first) :], strict=True)) | only
        return slow(*first, *rest, **{name: value for name, value in named.items() if value is not _MISSING}, **others)

    return leave
