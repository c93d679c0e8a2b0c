"""From plain Python to a graph: ``read_function`` is the whole of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from symdiff.errors import ArgumentError, Gap, MissingAttributeError, NameUnboundError, SymdiffError, UnsupportedError
from symdiff.frontend import (
    blocks,  # noqa: F401 - registers its rules
    calls,
    comprehensions,  # noqa: F401 - registers its rules
    exceptions,  # noqa: F401 - registers its rules
    loops,  # noqa: F401 - registers its rules
    matching,  # noqa: F401 - registers its rules
    recursion,
    tensors,
    whole,
    writes,
)
from symdiff.frontend.annotations import Array, annotated, check_annotated
from symdiff.frontend.binding import bind
from symdiff.frontend.callables import from_callable, with_positions
from symdiff.frontend.gaps import EndedError, GapError, NeedsCallError, RestartError
from symdiff.frontend.lower import Differentiate, Frame, Reader
from symdiff.frontend.own import unknown_for_none
from symdiff.frontend.places import Guard, OutsideArray, Place
from symdiff.frontend.present import Present, Supposed
from symdiff.frontend.resolve import MAX_CAPTURED
from symdiff.frontend.scopes import names_assigned
from symdiff.frontend.sizes import extended, has_tensors, ranks_of
from symdiff.frontend.source import FunctionSource, from_function, from_text
from symdiff.frontend.values import POISON, DictValue, Known, Poison, TupleValue, Value, describe, leaves, number, structure_of
from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Atom, Graph, Param, free_names
from symdiff.graph.structure import SCALAR, SIZE, Size, Structure, Tensor
from symdiff.graph.terms import Guard as IndexGuard

MAX_READINGS = 1000  # each reading lengthens an assumed vector or specialises an integer


@dataclass(frozen=True, eq=False)
class Reading:
    """A graph and what it was built under."""

    graph: Graph
    captures: tuple[tuple[Place, str], ...]  # places outside, and the inputs that hold their values
    guards: tuple[Guard, ...]
    assumed: Mapping[str, Structure]  # arguments whose structure no call has shown
    integers: tuple[str, ...] = ()  # integer arguments that were needed as structure: their values are built in
    sized: tuple[str, ...] = ()  # integer arguments that are sizes
    supposed: Supposed = field(default_factory=Supposed)  # what is so in this version: where not, another one is made
    fixed: tuple[str, ...] = ()  # arrays whose shapes were needed: they are built in


Exact = Callable[[str], Structure | None]


def read_function(
    source: FunctionSource,
    structures: Mapping[str, Structure | None],
    known: Mapping[str, Any],
    integers: Mapping[str, int] | None = None,
    differentiate: Differentiate | None = None,
    active: tuple[Any, ...] = (),
    adapt: Callable[[Value], Value] = lambda result: result,
    real: frozenset[str] = frozenset(),
    exact: Exact | None = None,
    solid: bool = False,
    present: Present | None = None,
) -> Reading:
    """Read a function for arguments packed in this way.

    ``structures``: parameter name to Structure, or None where nothing is known yet; ``known``: parameters whose value
    belongs to the specialisation; ``integers``: the values of integer arguments that may become known if the function
    needs them as structure (a range bound); ``real``: arguments that are numbers or vectors in any call; ``adapt`` may
    change what the function returns; ``exact`` gives the structure of an argument with its lengths, for arrays that are
    read element by element (None: no call has shown it, or it is too large for that); ``solid``: so are all arrays from
    outside; ``present``: the call that it is read for.

    Raises UnsupportedError with every gap, NameUnboundError, NeedsCallError.
    """
    sized: dict[tuple[Any, ...], tuple[Place, str] | None]
    sized = {("argument", name): None for name, structure in structures.items() if isinstance(structure, Size)}
    start = Start(dict(structures), dict(known), dict(integers or {}), sized=sized)
    options = Options(differentiate, active, adapt, real, exact or (lambda name: None), solid, present or Present())
    try:
        reading = _settled(source, start, options)
    except UnsupportedError as error:
        again = Start(dict(structures), dict(known), dict(integers or {}))
        again.outside, again.sized = start.outside, start.sized
        return _with_integers(source, again, options, error, bool(start.ranks), start.suspect)
    names = whole.only_elements(reading.graph)
    fixed = start.with_fixed(names, options.exact) if names else None
    try:
        return reading if fixed is None else _settled(source, fixed, options)
    except UnsupportedError:  # arrays beside them are not read element by element
        return reading


def _with_integers(
    source: FunctionSource, start: Start, options: Options, error: UnsupportedError, guessed: bool, suspect: bool
) -> Reading:
    """What is not read with integers as sizes: with their values built in, else otherwise."""
    counted = None if any(gap.certain for gap in error.gaps) else start.with_integers()
    if counted is None:
        return _otherwise(source, start, options, error, guessed, suspect)
    again = replace(counted, known=dict(counted.known), integers=dict(counted.integers), used=list(counted.used))
    try:
        return _settled(source, counted, options)
    except UnsupportedError as other:
        return _otherwise(source, again, options, other, guessed, suspect)


def _otherwise(
    source: FunctionSource, start: Start, options: Options, error: UnsupportedError, guessed: bool, suspect: bool
) -> Reading:
    """What is not read as it was assumed: with every length known, or, before a call, with vectors or matrices as arguments.

    Raises the error. Where the ranks of arrays were ``guessed`` only those gaps stand that are there for every rank;
    NeedsCallError if there are none.
    """
    fixed = _all_fixed(start, options)
    if fixed is not None:
        try:
            return _settled(source, fixed, options)
        except UnsupportedError:
            raise error from None  # what is said of arrays of any size holds for those of these lengths, too
        except NeedsCallError:
            if not guessed and not suspect:
                raise
    if not guessed and not suspect:
        raise error
    unknown = [
        name for name, structure in start.structures.items() if structure is None and ("argument", name) not in start.sized
    ]
    gaps = error.gaps
    numbers: list[dict[str, int]] = [{}] if all(gap.verdict == "never" for gap in gaps) else []
    for ranks in (*numbers, *ranks_of(unknown)):
        begin = replace(start, known=dict(start.known), integers=dict(start.integers), ranks=dict(ranks), plain=not ranks)
        try:
            return _settled(source, replace(begin, specialised=set(), lengths={}, sizes={}, built={}, used=[], fixed=[]), options)
        except UnsupportedError as other:
            gaps = tuple(gap for gap in gaps if gap in other.gaps) if ranks else gaps
        except NeedsCallError:
            gaps = () if ranks else gaps
    if not guessed:
        raise error
    if gaps:
        raise UnsupportedError(source.name, gaps) from None
    raise NeedsCallError(f"the ranks of {', '.join(unknown)} are not known before a call: call it, or use .at(...)") from error


@dataclass
class Start:
    """What a reading begins with: what is known of the arguments, and what earlier readings found out."""

    structures: dict[str, Structure | None]
    known: dict[str, Any]
    integers: dict[str, int]
    used: list[str] = field(default_factory=list)  # integer arguments that were needed as structure
    fixed: list[str] = field(default_factory=list)  # arrays whose lengths were needed
    specialised: set[tuple[Any, ...]] = field(default_factory=set)
    lengths: dict[str, int] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, Affine] = field(default_factory=dict)
    built: dict[str, int] = field(default_factory=dict)  # sizes whose values in the present call were needed
    supposed: dict[IndexGuard, None] = field(default_factory=dict)  # what readings before supposed: their versions are for that
    outside: dict[tuple[Any, ...], OutsideArray] = field(default_factory=dict)  # arrays that were met outside
    solid: frozenset[tuple[Any, ...]] = frozenset()  # those whose lengths were needed
    sequential: frozenset[tuple[Any, ...]] = frozenset()  # loops that are no sums, recursions that are loops
    unrolled: frozenset[tuple[Any, ...]] = frozenset()  # recursions that were refused as loops
    plain: bool = False  # what no call has told are numbers, also where an array is more usual
    suspect: bool = False  # something was refused of a number that an array may do
    sized: dict[tuple[Any, ...], tuple[Place, str] | None] = field(default_factory=dict)  # integers that are used as sizes

    def learn(self, restart: RestartError, exact: Exact) -> None:
        """Take in what a reading found out before it stopped."""
        self.lengths.update(restart.lengths)
        self.ranks.update(restart.ranks)
        self.sizes = extended(self.sizes, restart.sizes)
        for name in restart.fixed:
            self.structures[name] = exact(name)
            self.fixed.append(name)
        self.outside |= restart.outside
        self.sequential |= frozenset(restart.sequential)
        self._make_solid(restart.solid)
        self.built |= restart.built
        self.sizes = extended(self.sizes, {size: Affine(count) for size, count in restart.built.items()})
        if restart.fixed or restart.solid:
            self.sizes, self.built = {}, {}
        self.sized |= restart.sized
        for key in restart.sized:
            self.ranks.pop(key[1], None)
        for key in restart.specialise:
            self._specialise(key)

    def _specialise(self, key: tuple[Any, ...]) -> None:
        """Build an integer in."""
        if key[0] == "argument":
            self.known[key[1]] = self.integers.pop(key[1])
            self.used.append(key[1])
        self.specialised.add(key)
        self.sized.pop(key, None)

    def with_integers(self) -> Start | None:
        """The same with the integers known that are sizes; None if there are none, or no call has told them."""
        keys = list(self.sized)
        if not keys or any(key[0] == "argument" and key[1] not in self.integers for key in keys):
            return None
        made = replace(
            self,
            known=dict(self.known),
            integers=dict(self.integers),
            used=list(self.used),
            specialised=set(self.specialised),
            sized=dict(self.sized),
        )
        for key in keys:
            made._specialise(key)
        return made

    def _make_solid(self, keys: Iterable[tuple[Any, ...]]) -> None:
        self.solid |= frozenset(keys)
        self.outside = {key: found for key, found in self.outside.items() if key not in self.solid}

    def with_fixed(self, names: Iterable[str], exact: Exact) -> Start | None:
        """The same with the lengths of these arrays known; None if no call has shown them, or they are too large.

        Arrays from outside are meant by the names of their inputs.
        """
        solid = {found.leaf: key for key, found in self.outside.items() if found.leaf in names}
        if any(self.outside[key].count > MAX_CAPTURED for key in solid.values()):
            return None
        names = [name for name in names if name not in solid]
        if any(exact(name) is None for name in names):
            return None
        made = replace(self, sizes={}, built={}, fixed=[*self.fixed, *names], outside=dict(self.outside))
        made._make_solid(solid.values())
        made.structures = {**self.structures, **{name: exact(name) for name in names}}
        return made


@dataclass(frozen=True)
class Options:
    """What a reading is asked for (see ``read_function``)."""

    differentiate: Differentiate | None
    active: tuple[Any, ...]
    adapt: Callable[[Value], Value]
    real: frozenset[str]
    exact: Exact
    solid: bool = False
    present: Present = field(default_factory=Present)


def _all_fixed(start: Start, options: Options) -> Start | None:
    """The arguments with every array as so many numbers, for what is not read with symbolic lengths yet; None if impossible."""
    names = [name for name, structure in start.structures.items() if structure is not None and has_tensors(structure)]
    names += [found.leaf for found in start.outside.values()]
    return start.with_fixed(names, options.exact) if names else None


def _settled(source: FunctionSource, start: Start, options: Options) -> Reading:
    """Read as often as it takes until nothing new is found out."""
    unknown = [name for name, axes in annotated(source).items() if axes is None]
    refused: UnsupportedError | None = None  # of a recursion as a loop: then it is unrolled, if it can be
    for _ in range(MAX_READINGS):
        reader = Reader(
            source,
            start.structures,
            start.known,
            frozenset(start.specialised),
            start.lengths,
            start.integers,
            options.differentiate,
        )
        reader.active, reader.real = options.active, options.real
        reader.ranks, reader.plain, reader.solved, reader.exact = start.ranks, start.plain, start.sizes, options.exact
        reader.sequential, reader.unrolled = start.sequential - start.unrolled, start.unrolled
        reader.sized, reader.call = start.sized, options.present
        reader.outside, reader.solid = start.outside, None if options.solid else start.solid
        try:
            with recursion.room():
                reading = _read_once(reader, options.adapt)
                vague = [name for name in unknown if reading.assumed.get(name) == SCALAR]
                if vague:  # annotated as arrays, and used as numbers are
                    raise RestartError(ranks=dict.fromkeys(vague, 1))
                sized = tuple(key[1] for key in start.sized if key[0] == "argument")
                fixed = tuple(dict.fromkeys(start.fixed))
                guards = tuple(dict.fromkeys((*start.supposed, *reading.supposed.guards)))
                supposed = replace(reading.supposed, guards=guards, built=tuple(start.built.items()))
                return replace(reading, integers=tuple(start.used), sized=sized, fixed=fixed, supposed=supposed)
        except RecursionError:
            place = source.place(source.node)
            gap = Gap("an expression or a branch nested too deeply", "split it into several statements", place, "not yet")
            raise UnsupportedError(source.name, (gap,)) from None
        except UnsupportedError as error:
            refused = refused or error
            as_loops = recursion.among(reader.sequential)
            if not as_loops:
                start.suspect |= reader.suspect
                raise refused from None
            start.unrolled |= as_loops
        except RestartError as restart:
            start.learn(restart, options.exact)
            start.supposed |= reader.supposed
    raise SymdiffError(f"{source.name} was read {MAX_READINGS} times without coming to an end")


def _read_once(reader: Reader, adapt: Callable[[Value], Value]) -> Reading:
    source = reader.source
    frame = Frame(source, names_assigned(source.node))
    for parameter in source.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL and parameter.name not in reader.structures:
            raise NeedsCallError(f"the number of arguments *{parameter.name} of {source.name} is not known before a call")
        if parameter.kind is parameter.VAR_KEYWORD and parameter.name not in reader.known:
            raise NeedsCallError(f"the keywords **{parameter.name} of {source.name} are not known before a call")
    try:
        result = adapt(_result(reader, frame))
    except EndedError:  # it raises for every argument, and so does its derivative
        result = number(math.nan)
    structure = structure_of(result)
    outputs: tuple[Atom, ...] = ()
    if isinstance(result, Poison) or reader.gaps or reader.unbound or reader.missing or reader.needs:
        pass
    elif structure is None:
        what = "nothing" if isinstance(result, Known) and result.value is None else describe(result)
        series = type(result).__name__ in ("SeriesValue", "GrownList")
        rewrite = "return np.array(...) of it" if series else "return a number, tuple, list or array"
        reader.record(frame, GapError(source.node, f"{source.name} returns {what}", rewrite))
    else:
        outputs = tuple(tensors.output(reader, leaf, source.node) for leaf in leaves(result))
    if reader.gaps:
        raise UnsupportedError(source.name, tuple(reader.gaps))
    if reader.unbound:
        raise NameUnboundError("; ".join(dict.fromkeys(reader.unbound)))
    if reader.missing:
        raise MissingAttributeError("; ".join(dict.fromkeys(reader.missing)))
    if reader.needs:
        raise NeedsCallError(reader.needs[0])
    if structure is None:
        raise ArgumentError(f"{source.name} could not be read")
    graph = dead_code(Graph(source.name, tuple(reader.params), reader.builder.body, outputs, structure, source.text))
    captures = _used(reader, graph)
    params = [_captured(reader, place, leaf) for place, leaf in captures]
    graph = whole.with_kinds(replace(graph, params=(*reader.params, *params)))
    check(graph, unknown=adapt is unknown_for_none)  # what nothing defines has no derivative
    assumed = {param.name: param.structure for param in reader.params if reader.structures.get(param.name) is None}
    equal = frozenset(reader.sized_leaves).intersection(sizes_in(tuple(reader.solved.values())))
    supposed = [*reader.supposed, *(IndexGuard(Affine.of(leaf) - 1, "!=") for leaf in sorted(equal))]  # an axis of 1 broadcasts
    found = Supposed(tuple(supposed), (), tuple(reader.natural.items()), frozenset(reader.signed))
    return Reading(graph, captures, tuple(reader.guards.values()), assumed, supposed=found)


def _captured(reader: Reader, place: Place, leaf: str) -> Param:
    """What is read from outside as a parameter: an array of any size, or a number with its present value."""
    found = reader.outside.get(place.key)
    if leaf in reader.sized_leaves:
        return Param(leaf, SIZE, (leaf,), "captured", int(place.get(reader.known)))
    if found is None:
        return Param(leaf, SCALAR, (leaf,), "captured", float(place.get(reader.known)))
    return Param(leaf, Tensor(reader.sizes.axes[leaf], found.structure.kind), (leaf,), "captured")


def _used(reader: Reader, graph: Graph) -> tuple[tuple[Place, str], ...]:
    """The captured numbers on which the result depends. Raises UnsupportedError if the function changes one of them."""
    names = {*free_names(graph.body), *graph.outputs}
    arrays = {found.leaf: reader.sizes.axes[found.leaf] for found in reader.outside.values()}
    if arrays or reader.sized_leaves:  # whose lengths may be all that is used of them
        sizes = {*names, *whole.sizes_used(graph)}
        names |= sizes.intersection(reader.sized_leaves)
        names |= {leaf for leaf, axes in arrays.items() if sizes.intersection(sizes_in(axes))}
    captures = tuple((place, leaf) for place, leaf in reader.captures.values() if leaf in names)
    for leaf, (node, frame) in reader.opaque.items():
        if leaf in names:
            reader.record(frame, GapError(node, "the time, which is another one at every call", "pass it as an argument"))
    writes.check_written(reader, [place for place, _ in captures] + [guard.place for guard in reader.guards.values()])
    if reader.gaps:
        raise UnsupportedError(reader.source.name, tuple(reader.gaps))
    return captures


def _result(reader: Reader, frame: Frame) -> Value:
    """Declare the arguments, numbers first (their names are the user's), and read the function."""
    source = reader.source
    fixed = {*reader.known, *source.bound}
    given = [name for name in source.parameters if name not in source.optional or name in {*fixed, *reader.structures}]
    try:
        ordered = sorted(given, key=lambda name: name in fixed)
        reader.declare(ordered)
        found = {name: reader.argument(name) for name in ordered}
        frame.variables.update(_bound(reader, {name: found[name] for name in given}))
    except GapError as error:
        reader.record(frame, error)
        return POISON
    frame.source = recursion.as_read(reader, source, frame.variables)
    frame.local_names = names_assigned(frame.source.node)
    try:
        return calls.run_function(reader, frame, source.node)
    except GapError as error:  # what is returned cannot be told
        reader.record(frame, error)
        return POISON


def _bound(reader: Reader, values: dict[str, Value]) -> dict[str, Value]:
    """The variables of the definition for the parameters of a call, which differ where a wrapper takes *args."""
    source = reader.source
    if list(source.own_signature.parameters) == list(values):
        return values
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    behind = False  # what follows an argument that was left out is passed by keyword
    for name, parameter in source.parameters.items():
        if name not in values:
            behind = True
            continue
        value = values[name]
        if parameter.kind is parameter.KEYWORD_ONLY or (behind and parameter.kind is parameter.POSITIONAL_OR_KEYWORD):
            keywords[name] = value
        elif parameter.kind is parameter.VAR_KEYWORD:
            keywords |= value.entries if isinstance(value, DictValue) else {}
        elif parameter.kind is parameter.VAR_POSITIONAL:
            positional += value.items if isinstance(value, TupleValue) else ()
        else:
            positional.append(value)
    return bind(source, positional, keywords, {}, source.node)


__all__ = [
    "Array",
    "Exact",
    "FunctionSource",
    "Guard",
    "NeedsCallError",
    "Place",
    "Present",
    "Reading",
    "check_annotated",
    "from_callable",
    "from_function",
    "from_text",
    "read_function",
    "with_positions",
]
