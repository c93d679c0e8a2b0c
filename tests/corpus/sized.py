"""A row of the corpus of functions of arrays: the same function for every size."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])
Maker = Callable[[int, np.random.Generator], tuple[Any, ...]]


@dataclass(frozen=True, eq=False)
class SizedProgram:
    """A plain function, what makes its arguments for a size, and the sizes for which NumPy itself computes it.

    The arguments lie away from kinks. ``wrt`` names the arguments to differentiate by.
    """

    name: str
    function: Callable[..., Any]
    make: Maker
    wrt: tuple[str, ...]
    sizes: tuple[int, ...]

    def __repr__(self) -> str:
        return self.name

    @property
    def names(self) -> list[str]:
        """The names of all arguments."""
        return list(inspect.signature(self.function).parameters)

    @property
    def argnums(self) -> str | tuple[str, ...]:
        """What is differentiated by, as the transforms take it."""
        return self.wrt[0] if len(self.wrt) == 1 else self.wrt

    @property
    def is_scalar(self) -> bool:
        """Whether the function returns one number."""
        value = self.function(*self.point(self.sizes[-1]))
        return not isinstance(value, tuple | list) and np.ndim(value) == 0

    def point(self, size: int) -> tuple[Any, ...]:
        """Arguments of this size, always the same ones."""
        return self.make(size, np.random.default_rng(size + 105))


class SizedCorpus(list[SizedProgram]):
    """The programs of one module, in the order of their definition."""

    def add(self, make: Maker, wrt: str = "", sizes: tuple[int, ...] = (0, 1, 2, 3, 10)) -> Callable[[Function], Function]:
        """Make the decorator that adds a function. Without ``wrt`` it is differentiated by all arguments but integers."""

        def adding(function: Function) -> Function:
            names = list(inspect.signature(function).parameters)
            point = make(sizes[-1], np.random.default_rng(0))
            real = [name for name, value in zip(names, point, strict=True) if not isinstance(value, int)]
            self.append(SizedProgram(function.__name__, function, make, tuple(wrt.split() or real), sizes))
            return function

        return adding
