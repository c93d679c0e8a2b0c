"""Rules for match: its cases are read as a chain of if and elif."""

from __future__ import annotations

import ast
from collections.abc import Callable

from symdiff.frontend import containers, dicts, kinds
from symdiff.frontend.comparisons import compare
from symdiff.frontend.conditions import conjunction, disjunction, either, truth_of
from symdiff.frontend.control import NEXT, STATEMENTS, Completion
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.values import DictValue, Known, ListValue, TupleValue, Value

Bindings = dict[str, Value]
Match = tuple[Value, Bindings]  # a truth value, and what the names in the pattern are where it holds

HOLDS, FAILS = Known(True), Known(False)
PLAIN_CLASSES = (bool, bytes, dict, float, frozenset, int, list, str, tuple)  # whose one positional pattern is the value itself


class Computed(ast.expr):
    """An expression whose value is computed by a function when it is read: the test of a case."""

    compute: Callable[[], Value]


class Bind(ast.stmt):
    """The statement that binds the names of a pattern, where it has matched."""

    names: Bindings


@reads(Computed)
def read_computed(reader: Reader, node: Computed, frame: Frame, hint: str) -> Value:
    """The test of a case."""
    return node.compute()


def run_bind(reader: Reader, node: Bind, frame: Frame) -> Completion:
    """The names of a pattern."""
    frame.variables.update(node.names)
    return NEXT


def as_branches(reader: Reader, node: ast.Match, frame: Frame) -> ast.If:
    """The chain of branches that a match is."""
    subject = reader.operand(node.subject, frame)
    orelse: list[ast.stmt] = []
    for case in reversed(node.cases):
        bind = ast.copy_location(Bind(), case.pattern)
        bind.names = {}
        test = ast.copy_location(Computed(), case.pattern)
        test.compute = _test(reader, case, subject, bind, frame)
        orelse = [ast.copy_location(ast.If(test, [bind, *case.body], orelse), case.pattern)]
    first = orelse[0]
    assert isinstance(first, ast.If)  # noqa: S101 - Python's grammar asks for at least one case
    return ast.copy_location(first, node)


def _test(reader: Reader, case: ast.match_case, subject: Value, bind: Bind, frame: Frame) -> Callable[[], Value]:
    def compute() -> Value:
        holds, names = matches(reader, case.pattern, subject, frame)
        bind.names = names
        guard = case.guard
        if guard is None:
            return holds
        before = frame.variables
        frame.variables = before | names
        try:
            return either(reader, holds, lambda: truth_of(reader, reader.operand(guard, frame), guard), lambda: FAILS, guard)
        finally:
            frame.variables = before

    return compute


def matches(reader: Reader, pattern: ast.pattern, subject: Value, frame: Frame) -> Match:
    """Whether a value matches a pattern, and what it binds."""
    if isinstance(pattern, ast.MatchValue):
        return compare(reader, ast.Eq(), subject, reader.operand(pattern.value, frame), pattern), {}
    if isinstance(pattern, ast.MatchSingleton):
        return compare(reader, ast.Is(), subject, Known(pattern.value), pattern), {}
    if isinstance(pattern, ast.MatchAs):
        holds, names = (HOLDS, {}) if pattern.pattern is None else matches(reader, pattern.pattern, subject, frame)
        return holds, names if pattern.name is None else {**names, pattern.name: subject}
    if isinstance(pattern, ast.MatchOr):
        return _alternatives(reader, pattern, subject, frame)
    if isinstance(pattern, ast.MatchSequence):
        return _sequence(reader, pattern, subject, frame)
    if isinstance(pattern, ast.MatchMapping):
        return _mapping(reader, pattern, subject, frame)
    if isinstance(pattern, ast.MatchClass):
        return _class(reader, pattern, subject, frame)
    raise reader.refuse(pattern)


def _alternatives(reader: Reader, pattern: ast.MatchOr, subject: Value, frame: Frame) -> Match:
    tests: list[Value] = []
    for inner in pattern.patterns:
        holds, names = matches(reader, inner, subject, frame)
        if isinstance(holds, Known) and holds.value and not tests:
            return holds, names
        if names and not isinstance(holds, Known):
            raise GapError(inner, "names in alternatives that the arguments decide", "write a case for each", "not yet")
        if not isinstance(holds, Known) or holds.value:
            tests.append(holds)
    return disjunction(reader, tests), {}


def _every(reader: Reader, parts: list[Match]) -> Match:
    names: Bindings = {}
    for _, inner in parts:
        names |= inner
    return conjunction(reader, [holds for holds, _ in parts]), names


def _sequence(reader: Reader, pattern: ast.MatchSequence, subject: Value, frame: Frame) -> Match:
    if reader.assumed_name(subject) is not None:
        containers.length(reader, subject, pattern)
    if not isinstance(subject, TupleValue | ListValue):
        return FAILS, {}
    items, patterns = subject.items, pattern.patterns
    stars = [k for k, inner in enumerate(patterns) if isinstance(inner, ast.MatchStar)]
    if len(items) < len(patterns) - len(stars) or (not stars and len(items) != len(patterns)):
        return FAILS, {}
    if not stars:
        return _every(reader, [matches(reader, inner, item, frame) for inner, item in zip(patterns, items, strict=True)])
    before, after = stars[0], len(patterns) - stars[0] - 1
    star = patterns[before]
    plain = [*patterns[:before], *patterns[before + 1 :]]
    ends = [*items[:before], *items[len(items) - after :]]
    holds, names = _every(reader, [matches(reader, inner, item, frame) for inner, item in zip(plain, ends, strict=True)])
    if isinstance(star, ast.MatchStar) and star.name is not None:
        names[star.name] = ListValue(items[before : len(items) - after])
    return holds, names


def _mapping(reader: Reader, pattern: ast.MatchMapping, subject: Value, frame: Frame) -> Match:
    if not isinstance(subject, DictValue):
        return FAILS, {}
    keys = [dicts.hashed(reader, reader.operand(key, frame), key) for key in pattern.keys]
    if not all(key in subject.entries for key in keys):
        return FAILS, {}
    pairs = zip(pattern.patterns, keys, strict=True)
    holds, names = _every(reader, [matches(reader, inner, subject.entries[key], frame) for inner, key in pairs])
    if pattern.rest is not None:
        rest = {key: value for key, value in subject.entries.items() if key not in keys}
        names[pattern.rest] = DictValue(tuple(rest), tuple(rest.values()))
    return holds, names


def _class(reader: Reader, pattern: ast.MatchClass, subject: Value, frame: Frame) -> Match:
    kind = reader.operand(pattern.cls, frame)
    if not isinstance(kind, Known) or kind.value not in PLAIN_CLASSES or pattern.kwd_patterns or len(pattern.patterns) > 1:
        raise GapError(pattern, "a pattern of this class", "use isinstance and attributes", "not yet")
    if not kinds.is_instance(reader, subject, kind.value, pattern):
        return FAILS, {}
    return matches(reader, pattern.patterns[0], subject, frame) if pattern.patterns else (HOLDS, {})


STATEMENTS[Bind] = run_bind  # type: ignore[assignment]
