"""The Python function in front of compiled code that needs preparation: lengths checked, outside values read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.codegen.compile import fast_dispatcher

Getter = Callable[[], Any]
_NUMBERS = frozenset({float, int, np.float64})


def wrapper(
    kernel: Any,
    slow: Callable[..., Any],
    shapes: Sequence[tuple[int, ...]],
    guards: Sequence[tuple[Getter, Any]],
    captures: Sequence[Getter],
    unpack: Callable[[Any], Any] | None,
) -> Callable[..., Any]:
    """A function of ``len(shapes)`` positional arguments that runs ``kernel`` if they are floats and arrays of these shapes.

    ``guards`` are outside values that must be the objects they were, ``captures`` outside numbers that the kernel takes
    behind the arguments. Whatever does not fit goes to ``slow``. The function is written as text, because a loop over
    arguments would cost more than the compiled code::

        def call(*args, **kwargs):
            if len(args) == 2 and not kwargs:
                a0, a1 = args
                if type(a1) is ndarray and a1.shape == (3,) and get0() is value0 and type(k0 := read0()) in numbers:
                    return kernel(a0, a1, float(k0))
            return slow(*args, **kwargs)
    """
    count = len(shapes)
    names = [f"a{k}" for k in range(count)]
    tests = [f"type(a{k}) is ndarray and a{k}.shape == {shape!r}" for k, shape in enumerate(shapes) if shape]
    tests += [f"get{k}() is value{k}" for k in range(len(guards))]
    tests += [f"type(k{k} := read{k}()) in numbers" for k in range(len(captures))]
    inputs = ", ".join([*names, *(f"float(k{k})" for k in range(len(captures)))])
    result = f"kernel({inputs})" if unpack is None else f"unpack(kernel({inputs}))"
    unpacking = [f"        {', '.join(names)}, = args"] if names else []
    lines = [
        "def call(*args, **kwargs):",
        f"    if len(args) == {count} and not kwargs:",
        *unpacking,
        f"        if {' and '.join(tests) or 'True'}:",
        f"            return {result}",
        "    return slow(*args, **kwargs)",
    ]
    namespace: dict[str, Any] = {"ndarray": np.ndarray, "slow": slow, "unpack": unpack, "numbers": _NUMBERS}
    # The dispatcher hands over what is no float64 together with the captured values, which slow reads by itself.
    # What comes back from there is finished, so only results of the kernel may be unpacked.
    namespace["kernel"] = fast_dispatcher(kernel, lambda *args: _Finished(slow(*args[:count])))
    if unpack is not None:
        namespace["unpack"] = lambda value: value.result if type(value) is _Finished else unpack(value)
    else:
        lines[-2] = f"            result = {result}\n            return result.result if type(result) is Finished else result"
        namespace["Finished"] = _Finished
    namespace |= {f"get{k}": get for k, (get, _) in enumerate(guards)}
    namespace |= {f"value{k}": value for k, (_, value) in enumerate(guards)}
    namespace |= {f"read{k}": get for k, get in enumerate(captures)}
    exec(compile("\n".join(lines), "<symdiff wrapper>", "exec"), namespace)  # noqa: S102 - the text above
    call: Callable[..., Any] = namespace["call"]
    return call


class _Finished:
    """A result of ``slow``, which is unpacked already."""

    __slots__ = ("result",)

    def __init__(self, result: Any) -> None:
        self.result = result
