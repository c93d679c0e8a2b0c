"""The Python function in front of compiled code that needs preparation: lengths checked, outside values read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.codegen.dispatch import fast_dispatcher

_NUMBERS = frozenset({float, int, np.float64, np.float32, np.int64, np.int32})
_LOST = (LookupError, AttributeError, TypeError, ValueError)  # reading a place that is no longer there


class Front:
    """A function of positional arguments that runs a kernel if they are what it was made for.

    ``shapes`` tells for every argument what the kernel takes: () a float, otherwise an array of that shape; None is an
    argument that the kernel does not take. ``conditions`` are expressions that must be true, in this order; ``captures``
    are expressions for outside numbers that the kernel takes behind the arguments. Both may use the names in
    ``arguments`` and those that ``bind`` gives to objects. Whatever does not fit goes to the slow way. The function is
    written as text, because a loop over arguments would cost more than the compiled code::

        def call(*args, **kwargs):
            if len(args) == 2 and not kwargs:
                a0, a1 = args
                try:
                    fits = type(a0) is v0 and a1.shape == (3,) and type(k0 := a0.k) in numbers
                except lost:
                    fits = False
                if fits:
                    result = kernel(a1, k0 if type(k0) is float else float(k0))
                    if result is not mismatch:
                        return unpack(result)
            return slow(*args, **kwargs)
    """

    def __init__(self, shapes: Sequence[tuple[int, ...] | None]) -> None:
        self.shapes = tuple(shapes)
        self.arguments = tuple(f"a{k}" for k in range(len(shapes)))
        self.conditions: list[str] = []
        self.captures: list[str] = []
        self._names: dict[str, Any] = {}
        self._bound: dict[int, str] = {}

    def bind(self, value: Any) -> str:
        """A name for an object in the text."""
        if id(value) not in self._bound:
            name = self._bound[id(value)] = f"v{len(self._bound)}"
            self._names[name] = value
        return self._bound[id(value)]

    def function(self, kernel: Any, slow: Callable[..., Any], unpack: Callable[[Any], Any] | None) -> Callable[..., Any]:
        """Write the function and make it."""
        inputs = [(a, shape) for a, shape in zip(self.arguments, self.shapes, strict=True) if shape is not None]
        tests = [f"type({a}) is ndarray and {a}.shape == {shape!r}" for a, shape in inputs if shape]
        tests += self.conditions
        tests += [f"type(k{k} := {text}) in numbers" for k, text in enumerate(self.captures)]
        given = [a for a, _ in inputs]
        given += [f"k{k} if type(k{k}) is float else float(k{k})" for k in range(len(self.captures))]
        unpacking = [f"        {', '.join(self.arguments)}, = args"] if self.arguments else []
        lines = [
            "def call(*args, **kwargs):",
            f"    if len(args) == {len(self.arguments)} and not kwargs:",
            *unpacking,
            "        try:",
            f"            fits = {' and '.join(tests) or 'True'}",
            "        except lost:",
            "            fits = False",
            "        if fits:",
            f"            result = kernel({', '.join(given)})",
            "            if result is not mismatch:",
            f"                return {'result' if unpack is None else 'unpack(result)'}",
            "    return slow(*args, **kwargs)",
        ]
        mismatch = object()
        namespace = self._names | {
            "ndarray": np.ndarray,
            "numbers": _NUMBERS,
            "lost": _LOST,
            "kernel": fast_dispatcher(kernel, lambda *_: mismatch),
            "mismatch": mismatch,
            "unpack": unpack,
            "slow": slow,
        }
        exec(compile("\n".join(lines), "<symdiff wrapper>", "exec"), namespace)  # noqa: S102 - the text above
        call: Callable[..., Any] = namespace["call"]
        return call
