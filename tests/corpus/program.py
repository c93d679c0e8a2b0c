"""A row of the corpus."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, eq=False)
class Program:
    """A plain function, points inside its domain, and what is expected of it.

    ``points`` lie inside ``domain`` and away from kinks, so that every derivative up to order 3 exists in their
    neighbourhood. ``wrt`` names the arguments to differentiate by (all of them, if it is empty). ``raises`` is a point
    at which the function itself raises, and so must everything made from it.
    """

    name: str
    function: Callable[..., Any]
    points: tuple[tuple[Any, ...], ...]
    domain: str
    wrt: tuple[str, ...]
    raises: tuple[Any, ...] | None

    def __repr__(self) -> str:
        return self.name

    @property
    def argnums(self) -> tuple[str, ...]:
        """The names of the arguments to differentiate by."""
        return self.wrt or tuple(inspect.signature(self.function).parameters)

    def call(self, function: Callable[..., Any], point: tuple[Any, ...], **extra: Any) -> Any:
        """Call ``function``, which has the parameters of the program, at a point."""
        parameters = inspect.signature(self.function).parameters.values()
        keywords = {p.name: x for p, x in zip(parameters, point, strict=False) if p.kind is p.KEYWORD_ONLY}
        return function(*point[: len(point) - len(keywords)], **keywords, **extra)


class Corpus(list[Program]):
    """The programs of one module, in the order of their definition."""

    def add(
        self,
        *points: tuple[Any, ...],
        domain: str = "all reals",
        wrt: str = "",
        raises: tuple[Any, ...] | None = None,
        name: str = "",
    ) -> Callable[[Function], Function]:
        """Make the decorator that adds a function, unchanged, with its points, as a row."""

        def adding(function: Function) -> Function:
            title = name or function.__name__.replace("<lambda>", "function")
            taken = {program.name for program in self}
            if title in taken:
                raise ValueError(f"two programs are called {title}")
            self.append(Program(title, function, points, domain, tuple(wrt.split()), raises))
            return function

        return adding
