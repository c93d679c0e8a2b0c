"""``explain``: what a derivative was made of and what to know about it, as data and as a report.

Nothing is kept for it: when it is asked for, the function is read and differentiated again with notes switched on.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff import codegen, simplify
from symdiff.explain_loops import inner_loops, loops
from symdiff.frontend import FunctionSource, Guard, Reading, read_function
from symdiff.graph import notes
from symdiff.graph.cost import NOMINAL, cost
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Atom, Block, Const, Fold, Graph, If, Let, Origin, Sum, defined, operands, walk, walk_all
from symdiff.graph.implicit import is_implicit
from symdiff.graph.structure import Array, Items, Size, Structure, Tensor
from symdiff.primitives.own import Own, declared
from symdiff.rules.reading import Rule
from symdiff.simplify.accuracy import ACCURACY
from symdiff.simplify.rewrite import Rewrite
from symdiff.simplify.template import Hole, Literal, Operation, Template, template

if TYPE_CHECKING:
    from symdiff.function import SymbolicFunction
    from symdiff.specialization import Specialization

INACCURATE = 16.0  # units of rounding from which on the error of a row is worth a remark


@dataclass(frozen=True)
class Remark:
    """A remark on a line of the user's function; lines count from the first of the function, as in the source."""

    line: int
    text: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" + (f"  -- {self.what}" if self.what else "")


@dataclass(frozen=True)
class Mode:
    """Which sweeps were taken. ``operations``: the weighted operations of those that were built and counted."""

    mode: str
    operations: Mapping[str, int]
    reason: str

    def __str__(self) -> str:
        return f"{self.mode}: {self.reason}"


@dataclass(frozen=True)
class RuleUse:
    """A function with a rule of its own: how compiled code calls it and how its rule was checked."""

    name: str
    operands: tuple[str, ...]
    way: str
    reason: str
    points: int
    tolerance: float

    def __str__(self) -> str:
        way = self.way + (f" ({self.reason})" if self.reason else "")
        return f"{self.name}({', '.join(self.operands)}): {way}; checked at {self.points} points to {self.tolerance:g}"


@dataclass(frozen=True)
class Explanation:
    """What ``explain()`` returns; ``print`` shows it as a report.

    ``modes``: how each differentiation was done; ``value_operations`` and ``operations``: weighted operations of the
    function and of this (+ - * are 1, / and sqrt 4, elementary functions 10, special functions 50; integer powers their
    multiplications), ``sizes`` the lengths of arrays by name, each counted as 100 there; ``skipped``: statements without
    effect on the result; ``loops``: how many iterations sequential loops make, what they carry, and what is kept of every
    iteration for the way back; ``kinks``: where the derivative is a convention, or that of the branch executed;
    ``versions``: what the derivative exists for, ``version`` the one explained; ``captured``: numbers from outside with
    their present values; ``guards``: other outside values that shaped it; ``assumed``: structures of arguments that no call
    has shown; ``integers``: arguments whose values are built in; ``rewritten``: operations that are computed in a more
    accurate form; ``accuracy``: functions with a larger error; ``rules``: functions with rules of their own; ``compiled``:
    whether there is machine code, and from where.
    """

    title: str
    version: str
    versions: tuple[str, ...]
    modes: tuple[Mode, ...]
    value_operations: int
    operations: int
    sizes: tuple[str, ...]
    skipped: tuple[Remark, ...]
    loops: tuple[Remark, ...]
    kinks: tuple[Remark, ...]
    captured: Mapping[str, Any]
    guards: tuple[str, ...]
    assumed: Mapping[str, str]
    integers: Mapping[str, int]
    rewritten: tuple[Remark, ...]
    accuracy: tuple[str, ...]
    rules: tuple[RuleUse, ...]
    compiled: str

    def __str__(self) -> str:
        sections: list[tuple[str, Iterable[object]]] = [
            ("version", [self.version or "no arguments"]),
            ("others", [version for version in self.versions if version != self.version]),
            ("mode", self.modes),
            ("operations", [f"{self.value_operations} of the function, {self.operations} of this ({self._counted})"]),
            ("captured", [f"{name} = {_outside(value)}, read at every call" for name, value in self.captured.items()]),
            ("guards", self.guards),
            ("assumed", [f"{name} is {what}, until a call shows it" for name, what in self.assumed.items()]),
            ("built in", [f"{name} = {value}" for name, value in self.integers.items()]),
            ("skipped", self.skipped),
            ("loops", self.loops),
            ("kinks", self.kinks),
            ("rewritten", self.rewritten),
            ("accuracy", self.accuracy),
            ("rules", self.rules),
            ("compiled", [self.compiled]),
        ]
        lines = [self.title]
        for name, items in sections:
            for position, item in enumerate(items):
                lines.append(f"  {name if position == 0 else '':<11} {item}")
        return "\n".join(lines)

    @property
    def _counted(self) -> str:
        """How operations are counted."""
        return f"weighted; {' and '.join(self.sizes)} as {NOMINAL}" if self.sizes else "weighted"


def explain(function: SymbolicFunction, made: Specialization) -> Explanation:
    """Explain one version of a derivative."""
    structures, known = made.request
    with notes.recording() as found:
        reading = function.__symdiff_reading__(structures, known, {}, present=made.present)
    source = innermost(function)
    read = read_function(source, structures, known, {}, function._apply_inner, (function,), present=made.present)
    primal = dead_code(read.graph)
    wrt = [leaf for param in primal.params if param.name in function.differentiated for leaf in param.leaves]
    graph, shown = reading.graph, without_solvers(primal)
    return Explanation(
        title=made.title,
        version=_version(made),
        versions=tuple(dict.fromkeys(map(_version, function.versions))),
        modes=tuple(Mode(note.what, note.numbers, note.text) for note in found if note.kind == "mode"),
        value_operations=cost(simplify.clean(primal)),
        operations=cost(graph),
        sizes=tuple(primal.sizes),
        skipped=_skipped(found),
        loops=tuple(sorted(dict.fromkeys(_loops(shown, without_solvers(graph), wrt)), key=lambda remark: remark.line)),
        kinks=_sorted(kinks(shown, wrt)),
        captured=_captured(reading, known),
        guards=_guards(reading),
        assumed={name: _shape(structure) for name, structure in reading.assumed.items()},
        integers={name: known[name] for name in made.reading.integers},
        rewritten=_rewritten(found, primal),
        accuracy=tuple(_accuracy(graph)),
        rules=tuple(_rules(primal, graph)),
        compiled=_compiled(made),
    )


def without_solvers(graph: Graph) -> Graph:
    """The graph in which the solutions of equations are given: kinks of what their solvers do on the way are none of it."""
    if not any(map(is_implicit, walk_all(graph.body))):
        return graph
    from symdiff.printing.solutions import on_paper

    return on_paper(graph)[0]


def innermost(function: SymbolicFunction) -> FunctionSource:
    """The user's function below all derivatives."""
    base = function._base
    return base if isinstance(base, FunctionSource) else innermost(base)


def _skipped(found: Iterable[notes.Note]) -> tuple[Remark, ...]:
    return _sorted(Remark(note.line, note.text, note.what) for note in found if note.kind == "skipped")


def _rewritten(found: Iterable[notes.Note], graph: Graph) -> tuple[Remark, ...]:
    """The rewrites for accuracy; those of plain algebra are not worth a word."""
    names = {rewrite.name: rewrite for rewrite in ACCURACY}
    return _sorted(
        _remark(note if note.text else None, graph, f"{note.what} is computed as {_written(names[note.what])}")
        for note in found
        if note.kind == "rewritten" and note.what in names
    )


def _written(rewrite: Rewrite) -> str:
    """The right side of a rewrite, with the names that its row gives the operands."""
    names = list(inspect.signature(rewrite.replacement).parameters)

    def text(part: Template) -> str:
        if isinstance(part, Hole):
            return names[part.index]
        if isinstance(part, Operation):
            shown = [text(operand) for operand in part.operands]
            if "(" in part.op.code:
                return f"{part.op.name}({', '.join(shown)})"
            grouped = [f"({item})" if " " in item else item for item in shown]
            return part.op.code.format(*grouped)
        return repr(part.const) if isinstance(part, Literal) else "n/2"

    return text(template(rewrite.replacement, len(names)))


def _remark(origin: Origin | notes.Note | None, graph: Graph, what: str) -> Remark:
    """A remark on the line of an origin; a lambda, whose expression has none, is one line."""
    if origin is not None and origin.text:
        return Remark(origin.line, origin.text, what)
    return Remark(1, graph.source.partition("\n")[0].strip(), what)


def _sorted(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Remarks in the order of lines, one for each line."""
    lines: dict[tuple[int, str], dict[str, None]] = {}
    for remark in remarks:
        lines.setdefault((remark.line, remark.text), {})[remark.what] = None
    merged = (Remark(line, text, "; ".join(whats)) for (line, text), whats in lines.items())
    return tuple(sorted(merged, key=lambda remark: remark.line))


# -- versions and outside values ----------------------------------------------------------------------------------


def _version(made: Specialization) -> str:
    """What a version is for, in words."""
    shown = [param for param in made.graph.params if param.role not in ("captured", "pattern")]
    arguments = [f"{param.name} {_shape(param.structure)}" for param in shown]
    return ", ".join(arguments + [f"{name} = {_short(value)}" for name, value in made.known.items()])


def _shape(structure: Structure) -> str:
    if structure.is_scalar:
        return "an integer" if isinstance(structure, Size) else "a number"
    if isinstance(structure, Tensor):
        return _of_any_size(structure)
    if isinstance(structure, Array):
        shape = structure.dimensions
        return f"a vector of {shape[0]}" if len(shape) == 1 else f"an array of shape {shape}"
    if not isinstance(structure, Items):
        return "a structure"
    whole = any(isinstance(leaf, Tensor) for leaf in structure.leaves())
    inner = f": {', '.join(map(_shape, structure.items))}" if whole else ""
    return f"a {structure.container} of {len(structure.items)}{inner}"


def _of_any_size(structure: Tensor) -> str:
    """An array, with its lengths by name."""
    lengths = " by ".join(map(str, structure.axes))
    names = {1: "a vector of", 2: "a matrix of"}
    words = names.get(structure.rank, f"an array of {structure.rank} axes,")
    return f"{words} {lengths}{' integers' if structure.kind == 'int' else ''}"


def _compiled(made: Specialization) -> str:
    kernel = vars(made).get("_kernel")
    if kernel is None:
        return "not yet"
    if codegen.functions(made.graph):
        return "in this process; not kept on disk, because it calls functions that are no part of the source"
    return "found on disk" if codegen.found_on_disk(kernel) else "in this process"


def _short(value: Any) -> str:
    shown = value.__qualname__ if callable(value) and hasattr(value, "__qualname__") else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _captured(reading: Reading, known: Mapping[str, Any]) -> dict[str, Any]:
    arrays = {param.name for param in reading.graph.params if isinstance(param.structure, Tensor)}
    found = {leaf: place.get(known) for place, leaf in reading.captures}
    return {leaf: value if leaf in arrays else float(value) for leaf, value in found.items()}


def _outside(value: Any) -> str:
    """A value from outside: a number, or the shape of an array."""
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)


def _guards(reading: Reading) -> tuple[str, ...]:
    """Outside values that shaped the graph, without what goes without saying: modules and functions under their own names.

    Rules are listed by themselves, arguments that are known values with the version.
    """
    shown = [
        f"{guard.place.name} {_guarded(guard)}"
        for guard in reading.guards
        if (guard.place.path or not guard.place.argument)
        and not isinstance(guard.value, types.ModuleType | Rule | np.ufunc)
        and getattr(guard.value, "__name__", None) != guard.place.name
    ]
    return tuple(dict.fromkeys(shown))


def _guarded(guard: Guard) -> str:
    """What must still hold of an outside value."""
    kind = guard.place.path[-1][0] if guard.place.path else ""
    if kind == "form":
        kind, *ones = guard.value
        single = "".join(f", the length 1 along axis {axis}" for axis, one in enumerate(ones) if one)
        return f"is an array of {kind} with {len(ones)} ax{'es' if len(ones) > 1 else 'is'}{single}"
    verbs = {"type": "is of the class", "length": "has the length", "shape": "has the shape", "keys": "has the keys"}
    return f"{verbs.get(kind, 'is')} {_short(guard.value)}"


# -- kinks --------------------------------------------------------------------------------------------------------


def _loops(primal: Graph, graph: Graph, wrt: list[str]) -> Iterator[Remark]:
    """What to know of the loops of the function and of its derivative."""
    dependent = set(wrt)
    _mark(primal.body, dependent)
    return (_remark(origin, primal, what) for origin, what in loops(primal, graph, dependent, _mark))


def kinks(graph: Graph, wrt: list[str]) -> Iterator[Remark]:
    """Where the derivative jumps, or is decided by a comparison."""
    dependent = set(wrt)
    _mark(graph.body, dependent)
    yield from _kinks(graph, dependent)
    for loop, names in inner_loops(graph.body, dependent, _mark):
        yield from _kinks(replace(loop.step, source=graph.source), names)


def _kinks(graph: Graph, dependent: set[str]) -> Iterator[Remark]:
    definitions = {node.name: node for node in walk(graph.body) if isinstance(node, Let | Sum)}
    for node in walk(graph.body):
        if node.origin is not None and node.origin.solver:
            continue  # of the control of a solver's steps, which is held constant
        if isinstance(node, Let) and _has_kink(node) and _any(node.args, dependent):
            yield _remark(node.origin, graph, f"{node.op.title}: {node.op.kink}")
        elif isinstance(node, Fold) and node.op.kink and _any(operands(node), dependent):
            yield _remark(node.origin, graph, f"the {node.op.title} of an array: elements that tie share equally")
        elif isinstance(node, If) and node.condition in dependent:
            for what in _deciding(node.condition, definitions, dependent):
                yield _remark(node.origin, graph, f"{what}, element by element" if node.axes else what)


def _has_kink(let: Let) -> bool:
    """Whether an operation has a kink; a power with a literal integer exponent has none."""
    exponent = let.args[-1]
    smooth = let.op.name == "pow" and isinstance(exponent, Const) and float(exponent.value).is_integer()
    return bool(let.op.kink) and not smooth


def _read_elsewhere(atom: Atom, definitions: Mapping[str, Let | Sum]) -> Atom:
    """The value of which another is a slice, a reversal or the like: it has the user's name."""
    made = definitions.get(atom) if isinstance(atom, str) else None
    while isinstance(made, Sum) and len(made.terms) == 1 and not made.terms[0].ranges and isinstance(made.terms[0].atom, str):
        atom = made.terms[0].atom
        made = definitions.get(atom)
    return atom


def _mark(block: Block, names: set[str]) -> None:
    """Add everything that depends on the names, smoothly or not."""
    for node in block:
        if isinstance(node, If):
            _mark(node.then, names)
            _mark(node.orelse, names)
            names.update(out.name for out in node.outs if _any((node.condition, out.then, out.orelse), names))
        elif _any(operands(node), names):
            names.update(defined(node))


def _any(atoms: Iterable[Atom], names: set[str]) -> bool:
    return any(isinstance(atom, str) and atom in names for atom in atoms)


def _deciding(condition: Atom, definitions: Mapping[str, Let | Sum], dependent: set[str]) -> list[str]:
    """What to know of a condition: an equality decides the value at single points."""
    let = definitions.get(condition) if isinstance(condition, str) else None
    if isinstance(let, Sum):  # a condition read at other indices
        return [what for atom in operands(let) if _any((atom,), dependent) for what in _deciding(atom, definitions, dependent)]
    if let is not None and let.op.name in ("and", "or", "not"):
        return [what for arg in let.args if _any((arg,), dependent) for what in _deciding(arg, definitions, dependent)]
    if let is not None and let.op.name in ("eq", "ne"):
        shown = (_read_elsewhere(atom, definitions) for atom in let.args)
        left, right = (atom if isinstance(atom, str) else repr(atom) for atom in shown)
        where = f"{left} == {right}"
        return [f"{where} decides the value: the derivative there is that of this branch, whatever the other one tends to"]
    return ["the derivative is that of the branch that is executed"]


# -- accuracy and rules -------------------------------------------------------------------------------------------


def _accuracy(graph: Graph) -> Iterator[str]:
    """The functions of a graph whose error is more than a few units of rounding."""
    rows = {node.op for node in walk_all(graph.body) if isinstance(node, Let) and not isinstance(node.op, Own)}
    for row in sorted(rows, key=lambda row: row.name):
        if row.error >= INACCURATE:
            yield f"{row.title} is accurate to about {row.error:g} units of rounding"


def _rules(*graphs: Graph) -> Iterator[RuleUse]:
    """The functions with rules that the function or its derivative calls."""
    for row in dict.fromkeys(row for graph in graphs for row in codegen.own_rows(graph)):
        link, rule = codegen.link_of(row), declared(row.function)
        yield RuleUse(row.title, row.named, link.way, link.reason, len(row.points()), rule.tolerance)
