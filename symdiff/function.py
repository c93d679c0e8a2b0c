"""What a transform returns: a callable that is the derivative, as formula, as source and as compiled code."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np

from symdiff import codegen, outputs
from symdiff.arguments import Call, bind, is_integer, is_known, is_size, sort_arguments
from symdiff.errors import ArgumentError, Gap, MissingAttributeError, NameUnboundError, ShapeError, SymdiffError, UnsupportedError
from symdiff.explain import innermost
from symdiff.frontend import Exact, FunctionSource, NeedsCallError, Reading, check_annotated, read_function, with_positions
from symdiff.graph.graph import Graph
from symdiff.graph.structure import Structure, Tensor
from symdiff.methods import BoundDerivative
from symdiff.printing import Heading
from symdiff.printing.heading import Kind
from symdiff.specialization import Specialization
from symdiff.views import Views

MAX_MADE = 256  # kinds of call that are remembered; a new function as argument makes a new one at every call
SEVERAL = 3  # an integer for which a version is made that serves an array of them
MAX_VERSIONS = 16  # versions kept of one kind of call, which differ in what they found outside


class Transform(Protocol):
    """What SymbolicFunction needs of a transform (see ``transforms.Transform``)."""

    @property
    def kind(self) -> Kind:
        """Which transform it is."""

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments differentiated by."""

    @property
    def seed(self) -> str:
        """The name of the tangent or cotangent, or ""."""

    @property
    def spread(self) -> int:
        """How many of ``*args`` are parameters of their own."""

    def check(self, graph: Graph) -> None:
        """Refuse before any call what can be seen without differentiating."""

    def apply(self, graph: Graph) -> Graph:
        """Differentiate a graph."""

    def heading(self, before: Heading) -> Heading:
        """Say what the result is, on paper."""

    def identifier(self, function: str) -> str:
        """Name the generated function."""

    def title(self, function: str) -> str:
        """Describe the result in words."""


class SymbolicFunction(Views):
    """A derivative of a function (or the function itself), read from its source.

    Call it like the function. ``formula``, ``where``, ``latex()``, ``source``, ``graph`` and ``print`` show the version
    made for the latest call; before any call, the version in which every argument is a scalar unless its use shows a
    vector; ``at(*args)`` the version for given arguments. ``__wrapped__`` is what was differentiated.

    Where the result is an array or holds arrays, ``out=`` takes arrays to put them into (a tuple, if there are several).

    It can be differentiated again, called inside functions that are differentiated, and called from ``numba.njit`` code.
    """

    __wrapped__: Any

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make a class for each object: Python looks ``__call__`` up on the class, and compiled code is called directly."""
        return object.__new__(type(cls.__name__, (cls,), {"__module__": cls.__module__, "__doc__": cls.__doc__}))

    def __init__(self, base: FunctionSource | SymbolicFunction, transform: Transform, wrapped: Any) -> None:
        self._given = base
        if isinstance(base, FunctionSource) and transform.spread:
            base = with_positions(base, wrapped, transform.spread)
        self._base = base
        self._transform = transform
        self._lock = threading.RLock()
        self._made: dict[tuple[Any, ...], list[Specialization]] = {}
        self._structural: dict[tuple[Any, ...], tuple[tuple[str, ...], ...]] = {}  # integers that are built in, shapes, sizes
        self._latest: Specialization | None = None
        self.__wrapped__ = wrapped
        self.__signature__ = _with_seed(base, transform)
        inner = base.name if isinstance(base, FunctionSource) else base.__name__
        self.__name__: str = transform.identifier(inner)
        self.__qualname__ = self.__name__
        self.__module__ = getattr(wrapped, "__module__", None) or "symdiff"
        self.__doc__ = _documentation(transform.title(inner), wrapped)
        self._set_call(self._call)
        self._check_source()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the user's source and the transform; see ``symdiff.pickling``."""
        from symdiff import pickling

        return pickling.reduce(self)

    def __copy__(self) -> Self:
        """The object itself, as for Python's functions."""
        return self

    def __deepcopy__(self, _memo: Any) -> Self:
        """The object itself, as for Python's functions: what they read from outside is shared."""
        return self

    # reading

    @property
    def differentiated(self) -> frozenset[str]:
        """The names of the arguments differentiated by, here and in what this is a derivative of."""
        own = frozenset(self._transform.names)
        return own if isinstance(self._base, FunctionSource) else own | self._base.differentiated

    @property
    def optional(self) -> frozenset[str]:
        """The arguments that a wrapper around the function is not given when a call leaves them out."""
        return self._base.optional - self.differentiated

    @property
    def _real(self) -> frozenset[str]:
        """The arguments that must be real numbers: those differentiated by, and seeds."""
        return self.differentiated | self._seeds

    @property
    def _seeds(self) -> frozenset[str]:
        own = frozenset({self._transform.seed} if self._transform.seed else ())
        return own if isinstance(self._base, FunctionSource) else own | self._base._seeds

    @property
    def heading(self) -> Heading:
        """What the formula is the formula of."""
        if isinstance(self._base, FunctionSource):
            parameters = tuple(self._base.signature.parameters)
            unbound = self._base.is_method and not self._base.bound
            return self._transform.heading(Heading(self._base.name, parameters[1:] if unbound else parameters))
        return self._transform.heading(self._base.heading)

    def __symdiff_reading__(
        self,
        structures: Mapping[str, Structure | None],
        known: Mapping[str, Any],
        integers: Mapping[str, int],
        active: tuple[Any, ...] = (),
        exact: Exact | None = None,
        solid: bool = False,
    ) -> Reading:
        """Read and differentiate for arguments of these structures; ``active`` are the derivatives being built already.

        ``exact`` gives the structure of an argument with the lengths of its arrays, where a call has shown them; ``solid``:
        arrays from outside are read as so many numbers each.
        """
        active = (*active, self)
        if isinstance(self._base, FunctionSource):
            real = frozenset().union(*(function.differentiated for function in active))
            apply = self._apply_inner
            inner = read_function(self._base, structures, known, integers, apply, active, real=real, exact=exact, solid=solid)
        else:
            own = {name: value for name, value in structures.items() if name != self._transform.seed}
            inner = self._base.__symdiff_reading__(own, known, integers, active, exact, solid)
        return replace(inner, graph=self._transform.apply(inner.graph))

    @staticmethod
    def _apply_inner(transform: Transform, graph: Graph) -> Graph:
        return transform.apply(graph)

    def _make(self, call: Call) -> Specialization:
        """The specialisation for a call: an existing one whose outside values still hold, or a new one."""
        own = {name: value for name, value in call.structures.items() if name != self._transform.seed}
        base = (tuple(own.items()), call.key[1])
        with self._lock:
            made = self._holding(self._key(base, call), call.values)
            if made is not None:
                return made
            check_annotated(innermost(self), call.values)
            try:
                reading = self.__symdiff_reading__(own, call.known, call.integers, exact=call.exact)
            except UnsupportedError as error:
                raise error.raised from None
            before = self._structural.get(base, ((), (), ()))
            found = reading.integers, reading.fixed, reading.sized
            self._structural[base] = tuple(tuple(dict.fromkeys([*a, *b])) for a, b in zip(before, found, strict=True))
            key = self._key(base, call)
            built_in = {name: call.integers[name] for name in reading.integers if name in call.integers}
            return self._keep(key, self._specialization(reading, {**call.known, **built_in}))

    def _key(self, base: tuple[Any, ...], call: Call) -> tuple[Any, ...]:
        """What a version is made for: the kind of call, the integers that are built in, and the shapes."""
        integers, fixed, sized = self._structural.get(base, ((), (), ()))
        sizes = {name: is_size(call.integers.get(name)) for name in sized}
        values = tuple((name, call.integers[name]) for name in integers if name in call.integers and not sizes.get(name))
        return (*base, tuple(sizes.items()), values, tuple(call.exact(name) for name in fixed))

    def _holding(self, key: tuple[Any, ...], arguments: Mapping[str, Any]) -> Specialization | None:
        """A version made earlier whose outside values are what they are now."""
        return next((made for made in self._made.get(key, ()) if made.holds(arguments) and made.is_for(arguments)), None)

    def _keep(self, key: tuple[Any, ...], made: Specialization) -> Specialization:
        versions = self._made.setdefault(key, [])
        versions.insert(0, made)
        del versions[MAX_VERSIONS:]
        while len(self._made) > MAX_MADE:
            del self._made[next(iter(self._made))]
        return made

    def _specialization(self, reading: Reading, known: Mapping[str, Any]) -> Specialization:
        inner = self._base.name if isinstance(self._base, FunctionSource) else self._base.__name__
        return Specialization(reading, self.__name__, self._transform.title(inner), self.heading, known, self)

    def _assumed(self, given: Mapping[str, Any] | None = None) -> Specialization:
        """The version before any call: scalars, and vectors where the use shows them; ``given`` are known arguments."""
        structures, known = self._guess(given or {})
        key = ("assumed",)
        with self._lock:
            made = self._holding(key, known)
            if made is None:
                integers = self._default_integers()
                reading = self._read_assumed(structures, known, integers)
                known |= {name: integers[name] for name in reading.integers}
                made = self._keep(key, self._specialization(reading, known))
            return made.showing(known)

    def _read_assumed(
        self, structures: Mapping[str, Structure | None], known: Mapping[str, Any], integers: Mapping[str, int]
    ) -> Reading:
        """Read before any call. What may only be refused because of what is assumed of the arguments says so."""
        advice = "call it, or use .at(...) with example arguments"
        try:
            return self.__symdiff_reading__(structures, known, integers)
        except UnsupportedError as error:
            unknown = [name for name, structure in structures.items() if structure is None and name not in self._real]
            named = [name for name in unknown if any(_mentions(gap, [name]) for gap in error.gaps)]
            if not named or any(gap.certain or not _mentions(gap, unknown) for gap in error.gaps):
                raise
            note = f"what {' and '.join(named)} may be is not known before a call: {advice}"
            raise UnsupportedError(error.function, error.gaps, note) from None
        except ShapeError as error:
            assumed = read_function(innermost(self), structures, known, integers, self._apply_inner, (self,)).assumed
            arrays = [name for name, structure in assumed.items() if isinstance(structure, Tensor)]
            if not arrays:
                raise
            raise NeedsCallError(f"the rank of {' and '.join(arrays)} is not known before a call: {advice}") from error

    def _guess(self, given: Mapping[str, Any]) -> tuple[dict[str, Structure | None], dict[str, Any]]:
        """What is known of the arguments before any call: nothing, but for defaults that are no numbers."""
        structures: dict[str, Structure | None] = {}
        known: dict[str, Any] = dict(given)
        for name, parameter in self._parameters().items():
            default = parameter.default
            if name in given or name in self.optional:
                continue
            if default is not inspect.Parameter.empty and is_known(default) and name not in self.differentiated:
                known[name] = default
            elif parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                structures[name] = None
        return structures, known

    def _default_integers(self) -> dict[str, int]:
        """Integers that the views may build in where the function needs one as structure: the defaults."""
        defaults = {name: parameter.default for name, parameter in self._parameters().items()}
        return {name: int(value) for name, value in defaults.items() if is_integer(value) and name not in self.differentiated}

    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        base = self._base
        return base.signature.parameters if isinstance(base, FunctionSource) else base._parameters()

    def _check_source(self) -> None:
        """Refuse at once what no call can make good; what depends on arguments or on names bound later waits."""
        if not isinstance(self._base, FunctionSource):
            return
        structures, known = self._guess({})
        if known:
            return  # options: the defaults may lead where no call goes
        try:
            reading = read_function(self._base, structures, known, {}, self._apply_inner, (self,), real=self.differentiated)
            self._transform.check(reading.graph)
        except (NeedsCallError, NameUnboundError, MissingAttributeError):
            return
        except UnsupportedError as error:
            undecided = [name for name in structures if name not in self.differentiated]
            if not undecided or any(gap.certain for gap in error.gaps):
                likely = tuple(gap for gap in error.gaps if gap.certain or not _mentions(gap, undecided))
                raise UnsupportedError(error.function, likely) from None

    # calling

    def _set_call(self, function: Callable[..., Any]) -> None:
        type(self).__call__ = staticmethod(function)  # type: ignore[method-assign]

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Evaluate the derivative. The first call with arguments of a new structure compiles."""
        return self._call(*args, **kwargs)

    def _call(self, /, *args: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", None) if self._takes_out else None
        values = bind(self.__signature__, self.__name__, args, kwargs, self.optional)
        spread = self._spread(values)
        if spread:
            result = self._broadcast(values, spread)
            return result if out is None else outputs.spread_into(result, out, self.__name__)
        call = sort_arguments(values, self._real)
        made = self._make(call)
        result = made.call(call, out)
        self._latest = made
        self._set_call(made.shortcut(self._call, self.__signature__.parameters, self.optional))
        return result

    @property
    def _takes_out(self) -> bool:
        """Whether ``out=`` is ours: not if the function has a parameter of that name, or takes any keyword."""
        parameters = self.__signature__.parameters
        return "out" not in parameters and not any(p.kind is p.VAR_KEYWORD for p in parameters.values())

    def _spread(self, values: Mapping[str, Any]) -> frozenset[str]:
        """The arguments that a derivative broadcasts over: used as scalars, given as arrays."""
        if self.heading.kind != "derivative" or self._transform.kind != "derivative":
            return frozenset()
        arrays = [name for name, value in values.items() if isinstance(value, np.ndarray | tuple | list) and np.ndim(value)]
        if not arrays:
            return frozenset()
        try:
            objects = {name: value for name, value in values.items() if name not in self._real and is_known(value)}
            assumed = self._assumed(objects).graph.params
        except SymdiffError:  # the structures of the call decide, and it reports what is wrong
            return frozenset()
        scalar = {param.name for param in assumed if param.structure.is_scalar and param.role == "argument"}
        return frozenset(arrays) & scalar

    def _broadcast(self, values: Mapping[str, Any], spread: frozenset[str]) -> Any:
        for name in spread:
            if np.asarray(values[name]).dtype.kind not in "iuf":
                raise ArgumentError(f"argument {name} is an array of {np.asarray(values[name]).dtype}; pass real numbers")
        integers = {name for name in spread if np.asarray(values[name]).dtype.kind in "iu"} - self._real
        if integers:
            integers &= self._assumed({name: value for name, value in values.items() if is_known(value)}).sizes
        one = {name: (SEVERAL if name in integers else 0.0) if name in spread else value for name, value in values.items()}
        call = sort_arguments(one, self._real)
        made = self._make(call)
        built_in = sorted(spread.intersection(made.reading.integers))
        if built_in:
            raise ArgumentError(f"{self.__name__} is made for each {built_in[0]} anew: call it for one at a time")
        self._latest = made
        return made.broadcast(Call(values, call.structures, call.known, call.integers), spread)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A derivative in the body of a class is a method: ``obj.slope(2.0)``."""
        if instance is None or isinstance(self.__wrapped__, staticmethod):
            return self
        return BoundDerivative(self, instance)

    def dense(self, made: Specialization) -> Graph:
        """The graph of a version as a derivative in arrays, where it is one in sparse matrices: for formulas."""
        transform = replace(self._transform, sparse=False)  # type: ignore[type-var]  # a dataclass, behind its protocol
        return SymbolicFunction(self._given, transform, self.__wrapped__).__symdiff_reading__(*made.request, {}).graph

    def at(self, /, *args: Any, **kwargs: Any) -> Specialization:
        """The version for arguments like these (only their structure and known values matter): its views."""
        call = sort_arguments(bind(self.__signature__, self.__name__, args, kwargs, self.optional), self._real)
        return self._make(call).showing(call.known)

    def compile(self, /, *args: Any, **kwargs: Any) -> SymbolicFunction:
        """Compile now instead of at the first call: for arguments like these, or for scalars."""
        made = self.at(*args, **kwargs) if args or kwargs else self._shown
        _ = made.kernel
        return self

    # views

    @property
    def versions(self) -> tuple[Specialization, ...]:
        """The versions that exist, those of the views and of calls."""
        return tuple(made for versions in self._made.values() for made in versions)

    @property
    def _shown(self) -> Specialization:
        return self._latest if self._latest is not None and self._latest.holds() else self._assumed()

    def for_object(self, instance: Any) -> Specialization:
        """The version before any call for an object whose method this is."""
        return self._assumed({next(iter(self._parameters())): instance})

    @property
    def assumed(self) -> dict[str, Structure]:
        """Which structure of arguments the views assume, where no call has shown it."""
        return dict(self._shown.reading.assumed)

    def __repr__(self) -> str:
        return f"<{self._transform.title(self._inner_name)[0].lower()}{self._transform.title(self._inner_name)[1:]}>"

    @property
    def _inner_name(self) -> str:
        return self._base.name if isinstance(self._base, FunctionSource) else self._base.__name__


def _mentions(gap: Gap, names: list[str]) -> bool:
    """True if a refused line reads an argument whose kind no call has shown: the gap may vanish in a call."""
    import re

    return any(re.search(rf"\b{re.escape(name)}\b", gap.place.text) for name in names)


def _with_seed(base: FunctionSource | SymbolicFunction, transform: Transform) -> inspect.Signature:
    """The signature of the derivative: that of the function, and the seed of a product as a keyword."""
    signature = base.signature if isinstance(base, FunctionSource) else base.__signature__
    parameters = list(signature.parameters.values())
    if transform.seed:
        parameters.append(inspect.Parameter(transform.seed, inspect.Parameter.KEYWORD_ONLY))
    return inspect.Signature([parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters])


def _documentation(title: str, wrapped: Any) -> str:
    own = getattr(wrapped, "__doc__", None)
    return f"{title}.\n\n{own}" if isinstance(own, str) else f"{title}."


def numba_init() -> None:
    """Let compiled functions of the user call a SymbolicFunction (Numba calls this through its entry point)."""
    codegen.register(SymbolicFunction, lambda function: function._shown.callee)
