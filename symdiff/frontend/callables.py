"""From anything that can be called to the function that is read: methods, partials, callable objects, compiled functions."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from symdiff.errors import ArgumentError, SourceError
from symdiff.frontend.lookup import is_vectorized, method, own_attributes, unwrap
from symdiff.frontend.places import Place
from symdiff.frontend.source import FunctionSource, from_function
from symdiff.primitives.own import declared


def from_callable(function: Any) -> FunctionSource:
    """The source of what is called, with what it binds. Raises SourceError.

    >>> import functools
    >>> def scaled(k, x): return k*x
    >>> from_callable(functools.partial(scaled, 2.0)).signature
    <Signature (x)>
    """
    check_vectorized(function)
    if declared(function) is not None:
        return from_function(function)
    function = unwrap(function)
    if isinstance(function, types.FunctionType):
        return passing_on(from_function(function), function)
    if type(function) is types.MethodType:
        return _bind(from_callable(function.__func__), [Place("self", function).then("attribute", "__self__")], {})
    if type(function) is functools.partial:
        arguments = Place("args", function).then("attribute", "args")
        given = [arguments.then("item", position) for position in range(len(function.args))]
        return _bind(from_callable(function.func), given, function.keywords)
    call = method(function, "__call__")
    if call is None:
        return from_function(function)  # which refuses it
    source = _bind(from_callable(call), [Place("self", function)], {})
    outer = own_attributes(function).get("__wrapped__")
    if outer is not None:
        source = replace(source, declared=None)
        source = passing_on(source, function)
    return replace(source, name=type(function).__name__)


def check_vectorized(function: Any) -> None:
    """Refuse ``np.vectorize`` with options that change what it calls."""
    if is_vectorized(function) and getattr(function, "signature", None) is not None and hasattr(function, "pyfunc"):
        raise SourceError("np.vectorize with a signature is not read; write the loop out")


def passing_on(source: FunctionSource, function: Any) -> FunctionSource:
    """A wrapper made by ``functools.wraps`` that takes ``*args`` or ``**kwargs`` has the parameters of what it wraps."""
    arguments = source.node.args
    if "__wrapped__" not in own_attributes(function) or not (arguments.vararg or arguments.kwarg):
        return source
    declared = list(inspect.signature(function).parameters.values())
    own = list(source.own_signature.parameters.values())
    first = [parameter for parameter in own if parameter.name in source.bound]
    names = {parameter.name for parameter in declared}
    if any(parameter.name in names for parameter in first):
        raise SourceError(f"{source.name} passes on a parameter that has the name of one of its own")
    signature = inspect.Signature([*(p.replace(kind=p.POSITIONAL_ONLY) for p in first), *declared])
    return replace(source, declared=signature)


def _bind(source: FunctionSource, places: list[Place], keywords: Mapping[str, Any]) -> FunctionSource:
    """The source with its first parameters given, and other values as defaults of later ones, as ``partial`` does."""
    free = list(source.signature.parameters.values())
    positional = [p for p in free if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(places) > len(positional):
        raise ArgumentError(f"{source.name} takes {len(positional)} arguments, {len(places)} are given")
    given = {p.name: replace(place, name=p.name) for p, place in zip(positional, places, strict=False)}
    parameters: list[inspect.Parameter] = []
    behind = False  # parameters after one that is given by keyword can only be given by keyword
    for parameter in source.parameters.values():
        changed = parameter
        if parameter.name in keywords:
            changed = parameter.replace(default=keywords[parameter.name])
            behind = True
        if behind and changed.kind is changed.POSITIONAL_OR_KEYWORD:
            changed = changed.replace(kind=changed.KEYWORD_ONLY)
        parameters.append(changed)
    unknown = [name for name in keywords if name not in source.signature.parameters]
    if unknown:
        raise ArgumentError(f"{source.name} has no parameter {unknown[0]}")
    return replace(source, bound={**source.bound, **given}, declared=inspect.Signature(parameters))
