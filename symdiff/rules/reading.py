"""A rule as it is read: its partials as a graph, its row of the table."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial as bind
from typing import Any

import numpy as np

from symdiff.errors import RuleError
from symdiff.frontend import FunctionSource, Guard, Place, read_function
from symdiff.frontend.callables import source_of_calls
from symdiff.frontend.own import unknown_for_none
from symdiff.frontend.selfcontained import definition
from symdiff.graph.build import Value
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import UNDEFINED, Graph
from symdiff.graph.mapping import without_origins
from symdiff.graph.splice import apart, splice
from symdiff.graph.structure import SCALAR, Structure
from symdiff.primitives.own import Own
from symdiff.primitives.row import SPECIAL, UNKNOWN
from symdiff.rules import check
from symdiff.rules.forms import RESULT, Interval, free_name, intervals, name_of, operands_of, require_one_each, signature_of

_LOCK = threading.RLock()
_NUMBERS = itertools.count(1)

Captures = tuple[tuple[Place, str], ...]
_READING: dict[Rule, Captures] = {}  # the rules whose partials are being read, and what these capture


@dataclass(frozen=True, eq=False)
class Version:
    """A rule as it was read: the row, and what its partials were read under."""

    row: Own
    graph: Graph  # operands, result and captured numbers in; one partial per operand out
    captures: Captures  # and the inputs of the graph that hold them
    guards: tuple[Guard, ...]


class Rule:
    """The rule of one function. ``version()`` is its row of the table, as its partials mean now."""

    def __init__(
        self,
        function: Callable[..., Any],
        partials: Any,
        sample: Sequence[Interval] | None,
        tolerance: float,
        name: str,
        latex: str,
    ) -> None:
        self.function = function
        self.name = name or name_of(function)
        self.latex = latex
        self.signature = signature_of(function)
        self.operands, self.given = operands_of(self, partials)
        self.sample = intervals(self, sample)
        self.tolerance = float(tolerance)
        self.elementwise = False
        self.checked = False  # False while the names that it reads are not bound yet
        self.text, self.reason = definition(function, len(self.operands))
        self.points: tuple[tuple[tuple[float, ...], float], ...] = ()  # where it was checked, and the values there
        self._precise: bool | None = None
        self._rows: dict[tuple[Any, ...], Own] = {}
        self._version: Version | None = None

    # reading

    @property
    def source(self) -> FunctionSource:
        """The function as symdiff reads it: a call of itself."""
        call = f"{self.spelled}({', '.join(self.operands)})"
        return source_of_calls(self.spelled, self.operands, call, {self.spelled: self.function})

    @property
    def spelled(self) -> str:
        """The name as an identifier."""
        return self.name if self.name.isidentifier() else "f"

    def version(self) -> Version:
        """The rule as its partials mean now: read again when a captured value that shapes them has changed.

        Raises RuleError for a wrong rule (where it could not be checked before), UnsupportedError for partials that
        cannot be read, NameUnboundError while they refer to names that are not bound.
        """
        with _LOCK:
            if self in _READING:  # a partial calls the function itself, perhaps through other rules
                captures = _READING[self]
                return Version(self._row(captures), _EMPTY, captures, ())
            version = self._version
            if version is None or not all(guard.holds({}) for guard in version.guards):
                if version is not None:  # outside values have changed: another rule, perhaps with other zeros
                    self._rows, self.checked = {}, False
                version = self._read()
                if not _READING:
                    self._version = version
            if not self.checked and not _READING:
                check.check(self)
                self.checked = True
            return version

    def _read(self) -> Version:
        """Read the partials; again as long as a recursion brings further captured numbers."""
        captures: Captures = ()
        while True:
            _READING[self] = captures
            try:
                source, structures = self._source_of_partials()
                reading = read_function(source, structures, {}, adapt=unknown_for_none, solid=True)
            finally:
                del _READING[self]
            if _keys(reading.captures) == _keys(captures):
                break
            captures = reading.captures
        require_one_each(self, reading.graph.result)
        return Version(self._row(reading.captures), reading.graph, reading.captures, reading.guards)

    def _source_of_partials(self) -> tuple[FunctionSource, dict[str, Structure | None]]:
        """One function of operands and result that calls everything given, so that work is shared."""
        names: dict[str, Any] = {}
        parameters = (*self.operands, RESULT)
        calls = []
        for item in self.given.items:
            if item is None:
                calls.append("None")
                continue
            name = free_name(f"partial_{len(names) + 1}", parameters)
            names[name] = item.source or item.function
            calls.append(f"{name}({', '.join(parameters[: len(self.operands) + item.takes_result])})")
        expression = f"({', '.join(calls)},)" if self.given.separate else calls[0]
        source = source_of_calls(self.spelled, parameters, expression, names)
        return source, dict.fromkeys(parameters, SCALAR)

    def _row(self, captures: Captures) -> Own:
        """The row for these captured numbers: always the same one, so that equal calls are shared."""
        key = _keys(captures)
        if key not in self._rows:
            self._rows[key] = self._new_row(key)
        return self._rows[key]

    def _new_row(self, key: tuple[Any, ...]) -> Own:
        count = len(self.operands)
        number = next(_NUMBERS)  # names of rows are unique; this one no other function can have

        def symbolic(sp: Any, *operands: Any) -> Any:
            return sp.Function(self.name, real=True, rule_number=number, latex=self.latex)(*operands[:count])

        return Own(
            name=f"{self.name}@{number}",
            arity=count + len(key),
            partials=bind(_partials, self, key),
            code=f"{self.spelled}({', '.join(f'{{{k}}}' for k in range(count))})",
            sympy=symbolic,
            mpmath=lambda _, *operands: self.function(*operands[:count]),
            numeric=lambda *operands: np.float64(self.value(*operands[:count])),
            sample=tuple(self.sample or ()),
            weight=SPECIAL,
            # The two forms of the function, interpreted and compiled, may round differently inside.
            error=64.0,
            conditioning=64.0,
            function=self.function,
            count=count,
            named=self.operands,
            spelled=self.spelled,
            text=self.text,
            reason=self.reason,
            latex=self.latex,
            points=lambda: self.points,
            precise=self.is_precise,
        )

    # numbers

    def value(self, *operands: float) -> float:
        """Call the function with floats. Its exceptions are the caller's; a result that is no real number is refused."""
        result = self.function(*map(float, operands))
        if not _is_real(result):
            shown = repr(result)
            what = f"{shown[:60]}{'...' * (len(shown) > 60)} ({type(result).__name__})"
            raise RuleError(f"{self.name} must return a real number, not {what}")
        return float(result)

    def partials_at(self, *operands: float) -> tuple[float | None, ...]:
        """The partials that the rule gives at a point, None for an unknown one."""
        version = self.version() if self.checked else self._version or self.version()
        slopes = _evaluated(version.graph, [*operands, self.value(*operands)], version.captures)
        return tuple(None if slope is UNKNOWN else float(slope) for slope in slopes)

    def is_precise(self) -> bool:
        """Whether the function computes with mpmath's numbers to their precision; found out when first asked."""
        if self._precise is None:
            self._precise = check.is_precise(self)
        return self._precise

    def __getstate__(self) -> dict[str, Any]:
        """Everything but what reading made."""
        return self.__dict__ | {"_rows": {}, "_version": None}


def _is_real(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "iuf"
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _keys(captures: Captures) -> tuple[Any, ...]:
    return tuple(place.key for place, _ in captures)


_EMPTY = Graph("", (), (), ())


def _partials(rule: Rule, key: tuple[Any, ...], *values: Any) -> tuple[Any, ...]:
    """The partials of a row: on graph handles they become lets, on numbers they are computed."""
    version = rule.version()
    if _keys(version.captures) != key:
        raise RuleError(f"what the rule of {rule.name} reads from outside changed while it was used")
    *operands, result = values
    count = len(rule.operands)
    inputs = [*operands[:count], result, *operands[count:]]
    handle = next((value for value in values if isinstance(value, Value)), None)
    if handle is None:
        return (*_evaluated(version.graph, inputs, ()), *(UNKNOWN,) * len(key))
    builder = handle.builder
    graph, counts = apart(builder, without_origins(version.graph))
    substitution = dict(zip(graph.inputs, map(builder.atom, inputs), strict=True))
    atoms = splice(builder, graph.body, substitution | counts, graph.outputs)
    return (*(UNKNOWN if atom == UNDEFINED else builder.value(atom) for atom in atoms), *(UNKNOWN,) * len(key))


def _evaluated(graph: Graph, inputs: Sequence[Any], captures: Captures) -> list[Any]:
    """The partials as numbers: mpmath's if an input is one, else floats."""
    values = [*inputs, *(float(place.get({})) for place, _ in captures)]
    precise = any(hasattr(value, "_mpf_") for value in values)
    slopes = evaluate(graph, values, "mpmath" if precise else "double")
    return [UNKNOWN if atom == UNDEFINED else slope for atom, slope in zip(graph.outputs, slopes, strict=True)]
