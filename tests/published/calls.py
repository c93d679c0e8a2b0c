"""The calls that are tested: text ``function(arguments)`` under the module that defines the function."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Call:
    """A call from the documentation or the tests of a package.

    ``module`` is imported when the function is needed; ``text`` is the call. Differentiated are its floats (also those in
    lists and tuples); integers, strings and None are options. ``prepare`` is called once with the module.
    """

    module: str
    text: str
    prepare: Callable[[Any], None] | None = None

    def __str__(self) -> str:
        return f"{self.module}.{self.text}"

    @property
    def package(self) -> str:
        """The top-level package."""
        return self.module.split(".")[0]

    @property
    def is_installed(self) -> bool:
        """True if the package can be imported here."""
        return importlib.util.find_spec(self.package) is not None

    @property
    def _node(self) -> ast.Call:
        node = ast.parse(self.text, mode="eval").body
        assert isinstance(node, ast.Call)
        return node

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The function as the package defines it."""
        module = importlib.import_module(self.module)
        if self.prepare is not None:
            self.prepare(module)
        return _value(self._node.func, vars(module))  # type: ignore[no-any-return]

    @cached_property
    def bound(self) -> Mapping[str, Any]:
        """The arguments by name."""
        scope = vars(importlib.import_module(self.module))
        args = [_value(node, scope) for node in self._node.args]
        keywords = {keyword.arg: _value(keyword.value, scope) for keyword in self._node.keywords if keyword.arg}
        return self._signature.bind(*args, **keywords).arguments

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    def run(self, arguments: Mapping[str, Any]) -> Any:
        """Call the package's function. By position where that is possible: ufuncs take no keywords."""
        bound = inspect.BoundArguments(self._signature, OrderedDict(arguments))
        return self.function(*bound.args, **bound.kwargs)


def calls(module: str, text: str, prepare: Callable[[Any], None] | None = None) -> Iterator[Call]:
    """One Call for each line."""
    for line in text.strip().splitlines():
        yield Call(module, line.strip(), prepare)


def _value(node: ast.expr, scope: Mapping[str, Any]) -> Any:
    """Evaluate a name, attribute, call or literal of a call."""
    if isinstance(node, ast.Name):
        return scope[node.id]
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, scope), node.attr)
    if isinstance(node, ast.Call):
        keywords = {keyword.arg: _value(keyword.value, scope) for keyword in node.keywords if keyword.arg}
        return _value(node.func, scope)(*(_value(arg, scope) for arg in node.args), **keywords)
    return ast.literal_eval(node)
