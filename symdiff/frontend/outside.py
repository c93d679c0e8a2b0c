"""Python objects found outside the function, as values: numbers become captured parameters, the rest is known."""

from __future__ import annotations

import ast
import enum
import functools
import types
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from symdiff.frontend import resolve
from symdiff.frontend.gaps import GapError, RestartError
from symdiff.frontend.lookup import has_mark, is_function, is_python, is_vectorized, member, unwrap
from symdiff.frontend.places import OutsideArray, Place, array_form
from symdiff.frontend.values import (
    ArrayValue,
    Bound,
    Conflict,
    DictValue,
    Known,
    ListValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    number,
)
from symdiff.graph.affine import ONE, Affine
from symdiff.graph.structure import Array, Tensor, tensor
from symdiff.primitives.own import declared

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


def wrap(reader: Reader, value: Any, name: str, place: Place | None, node: ast.AST, owner: Any = None) -> Value:
    """The abstract value of a Python object found outside the function."""
    import numpy as np

    if is_python(type(value), "__getattribute__"):
        return _object(reader, value, place, node)
    named = resolve.constant(name, value, owner)
    if named is not None:
        if place is not None and not resolve.is_imported_constant(name, value, place):
            reader.guard(place, value)
        return Number(named, float(named.value))
    if isinstance(value, bool | np.bool_ | bytes | enum.Enum) or value is None or type(value) is str:
        return fixed(reader, value, place)
    if isinstance(value, int | float | np.integer | np.floating):
        return captured_number(reader, value, place, node)
    if type(value) in (tuple, list):
        return captured_items(reader, value, name, place, node)
    if type(value) in (dict, OrderedDict, defaultdict, types.MappingProxyType):
        return captured_dict(reader, value, name, place, node)
    if type(value) in (set, frozenset):
        return captured_set(reader, value, place)
    if type(value) is np.ndarray:
        return captured_array(reader, value, place, node)
    if isinstance(value, complex):
        raise GapError(node, f"{name} is complex", "split it into real and imaginary part")
    return _object(reader, value, place, node)


def _object(reader: Reader, value: Any, place: Place | None, node: ast.AST) -> Value:
    """A function, class, module, or an object of the user's: known, as long as it (or its class) is the same."""
    if declared(value) is not None:
        return fixed(reader, value, place)
    if type(value) is types.MethodType or has_mark(value, "__symdiff_bound__"):
        return _method(reader, value, place, node)
    if type(value) is functools.partial:
        return _partial(reader, value, place, node)
    if is_function(value) or is_vectorized(value) or issubclass(type(value), _FIXED) or type(value).__module__ == "numpy":
        return Known(value) if resolve.is_settled(value, place) else fixed(reader, value, place)
    if place is not None:
        reader.guard(place.then("type"), type(value))
    known = Known(value, place)
    fields = member(type(value), "_fields")
    if type(fields) is tuple and issubclass(type(value), tuple):
        places = [place and place.then("item", k, name, f"{place.name}_{name}") for k, name in enumerate(fields)]
        items = (wrap(reader, item, name, inner, node) for name, item, inner in zip(fields, tuple(value), places, strict=True))
        return TupleValue(tuple(items), known)
    return known


_FIXED = (type, types.ModuleType, types.BuiltinFunctionType, types.GenericAlias)


def _method(reader: Reader, value: Any, place: Place | None, node: ast.AST) -> Value:
    """A method with its object."""
    if place is None:
        place = Place("f", value)
    reader.guard(place.then("type"), type(value))
    inner = wrap(reader, value.__func__, "f", place.then("attribute", "__func__"), node)
    return Bound(inner, (wrap(reader, value.__self__, "self", place.then("attribute", "__self__", "self"), node),))


def _partial(reader: Reader, value: functools.partial[Any], place: Place | None, node: ast.AST) -> Value:
    """A ``functools.partial``: its numbers are parameters, called as the function calls them."""
    place = place or Place("f", value)
    reader.guard(place.then("type"), type(value))
    inner = wrap(reader, value.func, "f", place.then("attribute", "func"), node)
    reader.guard(place.then("attribute", "args").then("length"), len(value.args))
    reader.guard(place.then("attribute", "keywords").then("keys"), tuple(value.keywords))
    code = getattr(unwrap(value.func), "__code__", None)
    known = code.co_varnames[: code.co_argcount] if isinstance(code, types.CodeType) else ()
    names = [known[k] if k < len(known) else f"{place.name}_{k}" for k in range(len(value.args))]
    args = place.then("attribute", "args")
    numbered = enumerate(zip(names, value.args, strict=True))
    items = [wrap(reader, item, name, args.then("item", k, name), node) for k, (name, item) in numbered]
    keywords = place.then("attribute", "keywords")
    given = {name: wrap(reader, item, name, keywords.then("item", name, name), node) for name, item in value.keywords.items()}
    return Bound(inner, tuple(items), given)


def fixed(reader: Reader, value: Any, place: Place | None) -> Known:
    """A known value that shapes the graph: guarded, so that a later change is noticed."""
    if place is not None:
        reader.guard(place, value)
    return Known(value, place)


def captured_number(reader: Reader, value: Any, place: Place | None, node: ast.AST) -> Number:
    """A number from outside: a parameter of the graph, unless an earlier reading needed it as structure."""
    whole = _is_integer(value)
    if place is None:
        return number(int(value) if whole else float(value))
    if whole and place.key in reader.specialised:
        fixed(reader, value, place)
        return number(int(value))
    if place.key in reader.sized:
        leaf = reader.captures[place.key][1]
        reader.integers[leaf] = place.key
        return Number(leaf, affine=Affine.of(leaf))
    if place.key not in reader.captures:
        try:
            float(value)
        except OverflowError:
            raise GapError(node, f"{place.name} is too large for a float", "use a smaller number") from None
        leaf = reader.builder.fresh(_called(reader, place))
        reader.captures[place.key] = (place, leaf)
        if whole:
            reader.integers[leaf] = place.key
    return Number(reader.captures[place.key][1])


def _called(reader: Reader, place: Place) -> str:
    """What a captured number is called: k for self.k, or self_k if the function uses k for something else."""
    names = [name for name in (place.name, place.owner) if name.isidentifier()]
    free = [name for name in names if not reader.is_taken(name)]
    return (free or names or ["k"])[0]


def _item(reader: Reader, value: Any, name: str, place: Place | None, node: ast.AST) -> Value:
    """An element of a container; what cannot be read is refused only where it is used."""
    try:
        return wrap(reader, value, name, place, node)
    except GapError as error:
        return Conflict(error.reason)


def _element(place: Place, position: int) -> Place:
    return place.then("item", position, f"{place.name}_{position}", f"{place.owner}_{position}" if place.owner else "")


def captured_items(reader: Reader, value: Any, name: str, place: Place | None, node: ast.AST) -> Value:
    """A tuple or list from outside: its length and kinds are known, its numbers are parameters."""
    if len(value) > resolve.MAX_CAPTURED:
        raise GapError(node, f"{name} has {len(value)} elements", "pass it as an argument", "not yet")
    items = tuple(
        _item(reader, inner, f"{name}_{position}", place and _element(place, position), node)
        for position, inner in enumerate(value)
    )
    if place is not None:
        reader.guard(place.then("type"), type(value))
        reader.guard(place.then("length"), len(value))
    if isinstance(value, tuple):
        return TupleValue(items)
    made = ListValue(items)
    reader.foreign.add(made.identity)
    return made


def captured_dict(reader: Reader, value: Mapping[Any, Any], name: str, place: Place | None, node: ast.AST) -> DictValue:
    """A dict from outside: its keys are known, its numbers are parameters."""
    if len(value) > resolve.MAX_CAPTURED:
        raise GapError(node, f"{name} has {len(value)} entries", "pass what is needed as an argument", "not yet")
    keys = tuple(value)
    if place is not None:
        reader.guard(place.then("type"), type(value))
        reader.guard(place.then("keys"), keys)
    items = tuple(
        _item(reader, inner, f"{name}_{key}", place and place.then("item", key, f"{name}_{key}"), node)
        for key, inner in value.items()
    )
    made = DictValue(keys, items)
    reader.foreign.add(made.identity)
    return made


def captured_set(reader: Reader, value: Any, place: Place | None) -> Known:
    """A set from outside: its members are known."""
    if place is not None:
        reader.guard(place.then("members"), frozenset(value))
    return Known(frozenset(value))


def captured_array(reader: Reader, value: Any, place: Place | None, node: ast.AST) -> Value:
    """A NumPy array from outside: a parameter of any size, or, where its shape is needed, so many numbers."""
    truths = value.dtype.kind == "b" and bool(value.ndim) and place is not None and not reader.is_solid(place.key)
    if place is None or not (truths or value.dtype.kind in "iuf"):
        raise GapError(node, f"an array of {value.dtype}", "use an array of floats")
    if value.ndim and not reader.is_solid(place.key):
        return _whole_array(reader, value, place)
    if value.size > resolve.MAX_CAPTURED:
        reason = f"an array of {value.size} elements from outside, of which the length is needed"
        raise GapError(node, reason, "pass a smaller one as an argument", "not yet")
    reader.guard(place.then("type"), type(value))
    reader.guard(place.then("shape"), value.shape)
    if not value.shape:
        return captured_number(reader, value[()], place.then("item", ()), node)
    items = []
    for path in Array(value.shape).indices():
        name = "_".join([place.name, *map(str, path)])
        items.append(captured_number(reader, value[path], place.then("item", path, name), node))
    made = ArrayValue(value.shape, tuple(items))
    reader.foreign.add(made.identity)
    return made


def _whole_array(reader: Reader, value: Any, place: Place) -> Value:
    """An array of any size from outside. It is declared beside the arguments, so reading starts again when it is first met."""
    if place.key not in reader.outside:
        free = tensor(place.name, value.ndim)
        axes = tuple(ONE if length == 1 else axis for length, axis in zip(value.shape, free.axes, strict=True))
        structure = Tensor(axes, "int" if value.dtype.kind in "iu" else "float")
        leaf = reader.builder.fresh(_called(reader, place))
        found = OutsideArray(place, leaf, structure, value.size)
        raise RestartError(outside={place.key: found})
    reader.guard(place.then("form"), array_form(value))
    found = reader.outside[place.key]
    numbers = reader.packed(Tensor(reader.sizes.axes[found.leaf], found.structure.kind), [found.leaf])
    if value.dtype.kind != "b" or not isinstance(numbers, TensorValue):
        return numbers
    from symdiff.frontend.tensors import as_truths

    truths = as_truths(reader, numbers)  # which are passed as 0 and 1
    reader.foreign.add(truths.identity)
    return truths


def _is_integer(value: Any) -> bool:
    import numpy as np

    return isinstance(value, int | np.integer)
