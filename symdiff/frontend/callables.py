"""From anything that can be called to the function that is read: methods, partials, callable objects, compiled functions."""

from __future__ import annotations

import ast
import functools
import inspect
import types
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.errors import ArgumentError, SourceError, Verdict
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lookup import has_mark, has_plain_hash, home, is_vectorized, method, name_of, own_attributes, unwrap
from symdiff.frontend.places import Place
from symdiff.frontend.source import FunctionSource, from_function
from symdiff.primitives import TABLE, Primitive
from symdiff.primitives import resolve as row_of
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
    row = row_of_callee(function)
    if row is not None and row.operands == "float":
        name, operands = function.__name__, [row.operand_name(k) or f"x{k}" for k in range(row.arity)]
        return source_of_calls(name, operands, f"{name}({', '.join(operands)})", {name: function})
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


def source_of_calls(name: str, parameters: Sequence[str], expression: str, names: Mapping[str, Any]) -> FunctionSource:
    """A function written here: ``def name(parameters): return expression``, whose free names mean ``names``."""
    text = f"def {name}({', '.join(parameters)}): return {expression}"
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)  # noqa: S101 - the text above
    return FunctionSource(name, node, f"<{name}>", (text,), None, dict(names))


def with_positions(source: FunctionSource, function: Any, count: int) -> FunctionSource:
    """A function that takes ``*xs``, with the first ``count`` of them as parameters: ``xs_0``, ``xs_1``, and ``*xs`` behind.

    It calls ``function``, or for a text (None) the source itself. Raises SourceError for a function that also takes
    ``**options``, whose names are not known.
    """
    rest = next(p for p in source.signature.parameters.values() if p.kind is p.VAR_POSITIONAL)
    taken = set(source.signature.parameters)
    stem = rest.name if taken.isdisjoint(f"{rest.name}_{k}" for k in range(count)) else f"{rest.name}_item"
    new = [rest.replace(name=f"{stem}_{k}", kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for k in range(count)]
    before, behind = [], []
    for parameter in source.signature.parameters.values():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            before.append(parameter.replace(default=parameter.empty, kind=parameter.POSITIONAL_OR_KEYWORD))
        elif parameter.kind is parameter.KEYWORD_ONLY:
            behind.append(parameter)
        elif parameter.kind is parameter.VAR_KEYWORD:
            raise SourceError(
                f"{source.name} takes *{rest.name} and **{parameter.name}: give the name of an argument; a wrapper made with "
                "functools.wraps has the arguments of its function"
            )
    positional = [parameter.name for parameter in (*before, *new)]
    keywords = [parameter.name for parameter in behind]
    call = ", ".join([*positional, f"*{rest.name}", *(f"{name}={name}" for name in keywords)])
    callee = f"{source.name}_of" if source.name in taken else source.name
    names = {callee: source if function is None else function}
    made = source_of_calls(source.name, [*positional, f"*{rest.name}", *keywords], f"{callee}({call})", names)
    return replace(made, declared=inspect.Signature([*before, *new, rest, *behind]), doc=source.doc)


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
    optional = frozenset(parameter.name for parameter in declared if parameter.default is not parameter.empty)
    return replace(source, declared=signature, optional=optional)


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
    optional = source.optional - {*keywords, *given}
    return replace(source, bound={**source.bound, **given}, declared=inspect.Signature(parameters), optional=optional)


def row_of_callee(target: Any) -> Primitive | None:
    """The row of the table that a function is."""
    if isinstance(target, types.FunctionType) and "__symdiff_row__" in vars(target):
        return TABLE[vars(target)["__symdiff_row__"]]
    return row_of(target) if has_plain_hash(target) else None


def check_callee(target: Any, node: ast.AST) -> None:
    """Refuse what can never be called here, whatever its arguments are."""
    from symdiff.frontend import integrators, solvers
    from symdiff.frontend.arrays import forms
    from symdiff.frontend.tensor_forms import has_form

    if solvers.is_solver(target) or integrators.algorithm(target) is not None:
        return
    if isinstance(target, FunctionSource) or any(has_mark(target, name) for name in _OURS) or declared(target) is not None:
        return
    if (has_plain_hash(target) and (target in forms() or has_form(target))) or row_of_callee(target) is not None:
        return
    name, module = name_of(target), home(target)
    if type(target).__name__ == "ufunc":  # which does not say where it is from
        raise GapError(node, f"{name} is not in the table of primitives", _advice("numpy"), "not yet", certain=True)
    if isinstance(target, type):
        raise GapError(node, f"the class {name}", "compute with numbers, tuples and lists", "not yet", certain=True)
    library = module.split(".")[0] in ("numpy", "scipy", "math", "builtins")
    plain = isinstance(unwrap(target), types.FunctionType) or type(target) in (types.MethodType, functools.partial)
    if not library and (plain or method(target, "__call__") is not None):
        return
    verdict: Verdict = "never" if name in _NEVER else "not yet"
    if name in _SOLVERS and module.split(".")[0] == "scipy":
        raise GapError(node, f"the solver {name}", _SOLVERS[name], "not yet", certain=True)
    reason = f"{module}.{name} is not in the table of primitives".lstrip(".")
    raise GapError(node, reason, _advice(module), verdict, certain=True)


_SOLVERS = {
    **dict.fromkeys(("brenth", "toms748"), "use brentq"),
    "solve_bvp": "solve for the initial values that are missing, with newton or brentq around solve_ivp",
    **dict.fromkeys(("quad_vec", "tplquad", "nquad"), "write a quadrature rule as a sum over its nodes, or quad inside of quad"),
    **dict.fromkeys(("minimize", "minimize_scalar"), "solve for the point where the gradient is 0, with newton or brentq"),
}  # what to do instead
_NEVER = {"eval", "exec", "compile", "open", "input", "__import__", "globals", "locals", "vars", "setattr", "id"}
_OURS = ("__symdiff_reading__", "__symdiff_transform__")


def _advice(module: str) -> str:
    return (
        "use a function that the README lists"
        if module.split(".")[0] in ("numpy", "math", "scipy")
        else "write it as a plain function"
    )
