"""Calling compiled code at the cost of a bare Numba dispatcher, with a way out for all but the plain case."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Mapping
from typing import Any


def fast_dispatcher(kernel: Any, slow: Callable[..., Any], defaults: Mapping[str, float] | None = None) -> Callable[..., Any]:
    """A function that costs what a bare Numba dispatcher costs, and leaves all but the plain case to ``slow``.

    Arguments that match the kernel's signature exactly (Python and NumPy float64, contiguous float64 arrays) run the
    compiled code. Any others (ints, bools, strings, lists, too few) go to ``slow``, whose result is returned: it
    converts or refuses. Keywords are understood in either case; ``slow`` gets them by position. Too many arguments,
    unknown keywords and empty lists or sets are refused by Numba before either runs.
    """
    try:
        front: Callable[..., Any] = _front_class()(kernel, slow, dict(defaults or {}))
    except (ImportError, AttributeError, TypeError):  # the parts of Numba that it rests on are not public
        return plain_dispatcher(kernel, slow)
    return front


def plain_dispatcher(kernel: Any, slow: Callable[..., Any]) -> Callable[..., Any]:
    """What ``fast_dispatcher`` falls back on if a version of Numba lacks what it needs: the same, in Python."""
    arity = len(inspect.signature(kernel.py_func).parameters)

    def call(*args: Any, **kwargs: Any) -> Any:
        if not kwargs and len(args) == arity and all(type(arg) is float for arg in args):
            return kernel(*args)
        return slow(*args, **kwargs)

    return call


def _typeconv_pointer(dispatcher: Any) -> Any:
    return dispatcher._tm.get_pointer()


class _Missing:
    """An argument that was not given."""


_MISSING = _Missing()


@functools.cache
def _front_class() -> type:
    """The class behind ``fast_dispatcher``: a dispatcher that wants exact matches and never compiles."""
    from numba import _dispatcher
    from numba.core.registry import CPUDispatcher

    class Front(CPUDispatcher):
        """A Numba dispatcher over the compiled code of another one."""

        def __init__(self, kernel: Any, slow: Callable[..., Any], defaults: dict[str, float]) -> None:
            super().__init__(kernel.py_func, targetoptions=dict(kernel.targetoptions))
            self._names = tuple(inspect.signature(kernel.py_func).parameters)
            values = tuple(float(defaults[name]) if name in defaults else _MISSING for name in self._names)
            can_fallback, has_stararg, exact_match_required = False, False, True
            _dispatcher.Dispatcher.__init__(
                self, _typeconv_pointer(self), len(self._names), self._fold_args, self._names, values,
                can_fallback, has_stararg, exact_match_required,
            )  # fmt: skip
            for overload in kernel.overloads.values():
                self.add_overload(overload)
            self._kernel = kernel  # keeps the compiled code alive
            self._slow: Callable[..., Any] = lambda *_args: self
            if self(*[_MISSING] * len(self._names)) is not self:
                raise TypeError("this Numba does not ask for what it cannot match")
            self._slow = slow

        def _make_finalizer(self) -> Callable[[], None]:
            """Called by Numba for what to do when this object dies: nothing, the compiled code is the kernel's."""
            return lambda: None

        def _compile_for_args(self, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
            """Called by Numba when no signature matches, for a function to call instead."""
            return self._leave

        def _leave(self, *args: Any) -> Any:
            given = tuple(itertools.takewhile(lambda arg: arg is not _MISSING, args))
            if len(given) == len(args):
                return self._slow(*args)
            rest = zip(self._names[len(given) :], args[len(given) :], strict=True)
            return self._slow(*given, **{name: value for name, value in rest if value is not _MISSING})

    return Front
