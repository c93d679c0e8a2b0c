"""The stand-alone Python module of a graph: imports, support functions, the derivative as the last definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from symdiff.codegen import external, given, integrals, own, reserve
from symdiff.codegen.blocks import deciding
from symdiff.codegen.body import ANY_ORDER, Body, Slot
from symdiff.codegen.definitions import has_arrays
from symdiff.codegen.factors import gathered
from symdiff.codegen.indices import Spelling
from symdiff.codegen.invariant import moved_out
from symdiff.codegen.layout import WIDTH
from symdiff.codegen.masks import unmasked
from symdiff.codegen.names import MODULES, Names, identifiers
from symdiff.codegen.packing import argument_shape, argument_type, array_type, flat, numba_type, packed
from symdiff.codegen.printer import COMPARE, Text, literal
from symdiff.codegen.products import Products
from symdiff.codegen.schedule import schedule
from symdiff.codegen.sizes import Opening
from symdiff.codegen.split import Plan, Routine, Store, plan
from symdiff.errors import InternalError
from symdiff.graph.affine import Affine
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Atom, Const, Fold, Graph, If, Let, Param, Raise, walk_all
from symdiff.graph.implicit import explicit
from symdiff.graph.loops import names_in
from symdiff.graph.structure import Items, Size, Structure, Tensor
from symdiff.primitives import TABLE, Primitive

INDENT = "    "

PLUS = f"""@numba.njit(fastmath={{"reassoc"}})
def {ANY_ORDER}(a, b):
    # sums made with it may be added in any order, several terms at a time
    return a + b"""


def emit(graph: Graph, *, name: str, title: str, into: bool = False) -> str:
    """The source of a module whose last definition, ``name``, computes the graph; ``title`` opens its docstring.

    Its parameters are those of ``parameters(graph)``; it returns ``packed(graph.result)``. ``into``: behind them it takes an
    array for each array of the result, and puts that there. The same graph gives the same text, always.
    """
    if not name.isidentifier():
        raise InternalError(f"{name!r} cannot be the name of a function")
    return _Module(graph, name, title, into).source()


def functions(graph: Graph) -> dict[str, Callable[..., Any]]:
    """What the source of a graph calls and does not define: the functions with rules of their own, by their names there."""
    return _Module(graph, "f", "").own.objects if own.own_rows(graph) else {}


def parameters(graph: Graph) -> tuple[Param, ...]:
    """The parameters in the order of the generated function: captured values, which have defaults, come last."""
    return tuple(sorted(graph.params, key=lambda param: param.role == "captured"))


@cache
def version() -> str:
    """The version of symdiff that is installed."""
    from importlib import metadata

    return metadata.version("symdiff")


@dataclass(frozen=True)
class _ResultArray:
    name: str
    shape: tuple[int, ...]
    zeros: bool  # whether it starts as zeros, so that zero elements need no statement
    is_given: bool = False  # by the caller

    @property
    def allocation(self) -> str:
        if self.is_given:
            return f"{self.name}[{', '.join(':' * len(self.shape))}] = 0.0" if self.zeros else ""
        size = self.shape[0] if len(self.shape) == 1 else self.shape
        return f"{self.name} = np.{'zeros' if self.zeros else 'empty'}({size})"


class _Module:
    def __init__(self, graph: Graph, name: str, title: str, into: bool = False, above: frozenset[str] = frozenset()) -> None:
        self.into = into
        linked = integrals.link(explicit(graph), above | {name}, _integrand)
        graph, inner = linked.graph, linked.modules
        self.is_of_arrays = has_arrays(graph)
        self.partial: frozenset[str] = frozenset()
        if self.is_of_arrays:
            graph = moved_out(dead_code(graph))
            graph, self.partial = unmasked(graph, deciding(graph))
        graph, self.partial = gathered(graph, self.partial)
        graph = Products(graph).apart() if self.is_of_arrays else graph
        self.graph = graph
        self.title = title
        self.params = parameters(graph)
        self.bools = set(_bools(graph))
        rows = {node.op.name for node in walk_all(graph.body) if isinstance(node, Let | Fold)}
        self.rows = [row for row in TABLE.values() if row.name in rows]
        needed = _needed(self.rows)
        self.inner = inner
        self.support = tuple(row.support.strip() for row in needed if row.support)
        self.support = _once([*(text for each in inner for text in each.support), *self.support])
        self.support = _once([*self.support, *(integrals.support() if inner else ())])
        self.externals = _once([*(line for each in inner for line in each.externals), *external.definitions(needed)])
        reserved = MODULES | {"ValueError"} | set(map(_function_name, self.support)) | above | linked.names
        reserved |= external.NAMES if self.externals else set()
        reserved |= identifiers(row.code for row in self.rows)
        self.tapes = next((each for each in (graph, *(each.graph for each in inner)) if reserve.keeps_tapes(each)), None)
        reserved |= set() if self.tapes is None else reserve.NAMES
        reserved |= {node.exception for node in walk_all(graph.body) if isinstance(node, Raise)}
        self.own = own.link(graph, reserved)
        self.graph = graph = self.own.graph
        reserved |= self.own.names | ({ANY_ORDER} if self.is_of_arrays else set()) | ({given.OVERLAP} if into else set())
        used = names_in(graph)
        names = Names(reserved)
        self.name = names.fresh(name)
        spelled = {param.name: param.name for param in self.params}
        self.wrapped = any(default is not None for default in self._defaults()) or any(n in names for n in spelled)
        self.wrapped = self.wrapped and not into
        taken = Names(reserved | used | spelled.keys() | {self.name})
        self.kernel = taken.fresh(f"_{self.name}") if self.wrapped else self.name
        self.work = taken.fresh("work")
        self.arrays: list[_ResultArray] = []
        self.given: dict[int, given.Given] = {}  # the arrays of any size that the caller gives, by the number of the output
        self.texts: dict[str, Text] = {}
        self.any_order = False
        self.plan = Plan([], {}) if self.is_of_arrays else plan(graph.body, *self._outputs(graph.outputs, taken), self._inputs)
        self.parts = [taken.fresh(f"_{self.name.lstrip('_')}_{i + 1}") for i in range(len(self.plan.routines) - 1)]
        made = {self.name, self.kernel, self.work, *self.parts, *(array.name for array in self.arrays)}
        self.made = {self.name, self.kernel, *self.parts, *self.own.names, *linked.names}
        self.names = Names(reserved | made)
        self.spelled = {name: self.names.fresh(name) for name in spelled}
        if self.is_of_arrays:
            self._schedule({*reserved, *made})
        self.needs = self.plan.needs(self._inputs)

    @property
    def _inputs(self) -> frozenset[str]:
        return frozenset(self.graph.inputs)

    # the module

    def source(self) -> str:
        """The text of the module."""
        functions = [external.HELPER, "\n".join(self.externals)] if self.externals else []
        functions += [f'@numba.njit(error_model="numpy")\n{text}' for text in self.support]
        functions += [PLUS] if self.any_order or any(each.any_order for each in self.inner) else []
        functions += [given.HELPER] if self.into else []
        definitions = self.definitions()
        asks = self.tapes is not None and any(f" {reserve.RESERVE}(" in text for text in definitions)
        functions += [reserve.helper(self.tapes)] if asks and self.tapes is not None else []
        functions += definitions
        code = "\n".join(line for text in functions for line in text.splitlines() if not line.lstrip().startswith("#"))
        standard = ["import inspect"] if self.externals else []
        standard += ["import math"] if re.search(r"\bmath\.", code) else []
        standard += [reserve.IMPORT] if asks else []
        others = [*(external.IMPORTS if self.externals else ()), "import numba"]
        others += ["import numpy as np"] if re.search(r"\bnp\.", code) else []
        others += external.FROM_SCIPY if self.externals else []
        others += _once([*(line for each in self.inner for line in each.own.imports), *self.own.imports])
        blocks = ["\n".join([*standard, *([""] if standard else []), *others]), *functions]
        return self._docstring() + "\n\n" + "\n\n\n".join(blocks) + "\n"

    def definitions(self) -> list[str]:
        """The functions that the graph needs besides those that several graphs may share."""
        functions = [text for each in self.inner for text in each.definitions()]
        functions += self.own.functions
        functions += [self._routine(number) for number in range(len(self.plan.routines))]
        return [*functions, self._wrapper()] if self.wrapped else functions

    def _docstring(self) -> str:
        count = sum(isinstance(node, Let) for node in walk_all(self.graph.body))
        facts = f"{count} operation{'' if count == 1 else 's'}; generated by symdiff {version()}."
        title = "".join(char for char in self.title if char.isprintable()).replace("\\", "\\\\").replace('"', "'")
        title = title if title.endswith(".") else f"{title}."
        one_line = f'"""{title}  {facts}"""'
        return one_line if len(one_line) <= WIDTH else f'"""{title}\n\n{facts}\n"""'

    def _wrapper(self) -> str:
        """The derivative as users call it: with defaults, and with names that the body could not use."""
        defaults = self._defaults()
        params = ", ".join(
            param.name if default is None else f"{param.name}={default}"
            for param, default in zip(self.params, defaults, strict=True)
        )
        call = ", ".join(param.name for param in self.params)
        return f'@numba.njit(error_model="numpy")\ndef {self.name}({params}):\n    return {self.kernel}({call})'

    def _defaults(self) -> list[str | None]:
        """The default of each parameter; one that a parameter without default follows cannot be kept."""
        defaults: list[str | None] = []
        possible = True
        for param in reversed(self.params):
            possible = possible and param.default is not None
            is_array = isinstance(param.structure, Tensor)  # which has no default: it is always passed
            if param.role == "captured" and not is_array and not (possible and param.structure.is_scalar):
                raise InternalError(f"the captured value {param.name} is not a number with a default")
            possible = possible and param.structure.is_scalar
            default = int if isinstance(param.structure, Size) else float
            defaults.append(literal(Const(default(param.default))).code if possible else None)
        return defaults[::-1]

    # one function

    def _routine(self, number: int) -> str:
        routine = self.plan.routines[number]
        names = self.names.scope()
        is_main = routine is self.plan.main
        used, arrays = self.needs[number]
        params = [param for param in self.params if is_main or used.intersection(param.leaves)]
        opening = self._checks() if is_main else []
        if is_main and self.parts:
            opening += [f"{self.work} = np.empty({len(self.plan.slots)})", *filter(None, (a.allocation for a in self.arrays))]
        known, loads = self._known(routine, names)
        calls = {part: f"{self.parts[part]}({', '.join(self._part_arguments(part))})" for part in routine.calls}
        allocations = {} if self.parts else {i: array.allocation for i, array in enumerate(self.arrays) if array.allocation}
        slots = {name: self._slot(name) for name in self.plan.slots if name in routine.defines}
        body = Body(routine, names, known, slots, [array.name for array in self.arrays], calls, allocations)
        reached = body.write(1)
        if is_main:
            header = self._header(self.kernel, params, numba_type(packed(self.graph.result)), None, self._given())
            if reached:
                self._return(body, routine)
        else:
            header = self._header(self.parts[number], params, "void", arrays)
        arrays_in = [self.spelled[param.name] for param in self.params if argument_shape(param.structure)]
        checks: list[str] = []
        for array in self._given() if is_main else ():
            checks += array.checks(self.opening.spelling if self.is_of_arrays else Spelling({}), arrays_in)
            arrays_in.append(array.name)
        if self.is_of_arrays:
            opening += self.opening.lines("\n".join([*checks, *(line.code for line in body.lines)]))
        opening += checks
        lines = [INDENT + line for line in opening + loads] + [str(line) for line in body.lines]
        return "\n".join([*header, *(lines or [INDENT + "pass"])])

    def _header(
        self,
        name: str,
        params: Iterable[Param],
        result: str,
        arrays: Iterable[int] | None = None,
        results: Iterable[given.Given] = (),
    ) -> list[str]:
        types = [argument_type(param.structure) for param in params]
        names = [self.spelled[param.name] for param in params]
        if arrays is not None:
            types += ["float64[::1]", *(array_type(self.arrays[i].shape) for i in sorted(arrays))]
            names += [self.work, *(self.arrays[i].name for i in sorted(arrays))]
        types += [array_type(array.axes) for array in results]
        names += [array.name for array in results]
        signature = f"{result}({', '.join(types)})"
        return [f'@numba.njit("{signature}", error_model="numpy")', f"def {name}({', '.join(names)}):"]

    def _given(self) -> list[given.Given]:
        """The arrays that the caller gives, in the order of the result."""
        if not self.into:
            return []
        fixed, free = iter(self.arrays), iter(self.given.values())
        leaves = [leaf for leaf in flat(packed(self.graph.result)) if not leaf.is_scalar]
        found = []
        for leaf in leaves:
            if isinstance(leaf, Tensor):
                found.append(next(free))
            else:
                array = next(fixed)
                found.append(given.Given(array.name, tuple(map(Affine, array.shape))))
        return found

    def _part_arguments(self, part: int) -> list[str]:
        used, arrays = self.needs[part]
        params = [self.spelled[param.name] for param in self.params if used.intersection(param.leaves)]
        return [*params, self.work, *(self.arrays[i].name for i in sorted(arrays))]

    def _checks(self) -> list[str]:
        """Compiled code does not check bounds, so the lengths of arrays are checked once."""
        lines = []
        for param in self.params:
            shape, name = argument_shape(param.structure), self.spelled[param.name]
            if shape and not isinstance(param.structure, Tensor):
                wrong = " or ".join(f"{name}.shape[{axis}] != {length}" for axis, length in enumerate(shape))
                wanted = f"length {shape[0]}" if len(shape) == 1 else f"shape {shape}"
                lines += [f"if {wrong}:", f'{INDENT}raise ValueError("{param.name} must have {wanted}")']
        return lines

    def _slot(self, name: str) -> Slot:
        code = f"{self.work}[{self.plan.slots[name]}]"
        return Slot(code, Text(f"{code} != 0.0", COMPARE) if name in self.bools else Text(code))

    def _known(self, routine: Routine, names: Names) -> tuple[dict[str, Text], list[str]]:
        """The text of what a routine reads from its arguments, and the statements that load what it reads often."""
        known: dict[str, Text] = dict(self.texts)
        places: dict[str, Text] = {}
        for param in self.params:
            name, shape = self.spelled[param.name], argument_shape(param.structure)
            if not shape or isinstance(param.structure, Tensor):
                known[param.leaves[0]] = Text(name)
                continue
            paths = param.structure.indices() if param.structure.shape else ((i,) for i in range(param.structure.size))
            for leaf, path in zip(param.leaves, paths, strict=True):
                places[leaf] = Text(f"{name}[{', '.join(map(str, path))}]")
        inside = {name for part in self._called(routine) for name in self.plan.routines[part].defines}
        places.update((name, self._slot(name).value) for name in self.plan.slots if name not in routine.defines)
        loads: list[str] = []
        for name, place in places.items():
            known[name] = place
            if routine.reads[name] > 1 and name not in inside:
                variable = names.fresh(name)
                loads.append(f"{variable} = {place.code}")
                known[name] = Text(variable)
        return known, loads

    def _called(self, routine: Routine) -> Iterator[int]:
        """The parts that a routine calls, and those that they call."""
        stack = list(routine.calls)
        while stack:
            part = stack.pop()
            yield part
            stack += self.plan.routines[part].calls

    # the result

    def _schedule(self, taken: set[str]) -> None:
        """Plan a function with arrays: loops, in one routine."""
        inputs = {leaf: self.spelled[param.name] for param in self.params for leaf in param.leaves}
        written = inputs | {size: self.names.fresh(size) for size in self.graph.sizes if size not in inputs}
        if self.into:
            for number, leaf in enumerate(self.graph.result.leaves()):
                if isinstance(leaf, Tensor) and leaf.axes:
                    self.given[number] = given.Given(self.names.fresh("out"), leaf.axes)
        names = {number: array.name for number, array in self.given.items()}
        taken |= set(names.values())
        self.opening = Opening(self.graph, self.params, written)
        made = schedule(self.graph, written, taken | set(written.values()), self.partial, names)
        self.texts, self.any_order = dict(made.texts), made.any_order
        stores, returns = self._outputs(made.returns, self.names)
        self.plan = Plan([Routine((*made.body, *stores), returns)], {})
        self.names = Names(taken | set(written.values()) | set(made.letters) | {array.name for array in self.arrays})
        self.needs = self.plan.needs(self._inputs)

    def _outputs(self, atoms: Iterable[Atom], names: Names) -> tuple[list[Store], tuple[Atom, ...]]:
        """What is stored in arrays of fixed shape, and what is returned as it is."""
        outputs = iter(atoms)
        stores: list[Store] = []
        others: list[Atom] = []
        for leaf in flat(packed(self.graph.result)):
            if leaf.is_scalar or isinstance(leaf, Tensor):
                others.append(next(outputs))
                continue
            elements = [(path, next(outputs)) for path in leaf.indices()]
            zeros = 2 * sum(_is_zero(atom) for _, atom in elements) >= max(len(elements), 4)
            shape = leaf.shape
            assert shape is not None  # noqa: S101 (an Array has a shape)
            stores += [Store(len(self.arrays), path, atom) for path, atom in elements if not (zeros and _is_zero(atom))]
            self.arrays.append(_ResultArray(names.fresh("out"), shape, zeros, self.into))
        return stores, tuple(others)

    def _return(self, body: Body, routine: Routine) -> None:
        """The return statement: one line, or an item a line where that is too long."""
        result = packed(self.graph.result)
        stored = {store.array for store in routine.body if isinstance(store, Store)}
        if not self.parts:
            body.add(array.allocation for i, array in enumerate(self.arrays) if i not in stored and array.allocation)

        def build(texts: list[Text]) -> Text:
            parts = self._pieces(result, iter(texts), iter(self.arrays))
            return Text(parts[0] if len(parts) == 1 and not isinstance(result, Items) else ", ".join(parts))

        origin = body.origin_of(routine.returns)
        text = body.fit(1, 7, routine.returns, build)
        body.comment(1, origin)
        lone = isinstance(result, Items) and len(result.items) == 1
        body.add([f"return ({text.code},)" if lone else f"return {text.code}"])

    def _pieces(self, structure: Structure, texts: Iterator[Text], arrays: Iterator[_ResultArray]) -> list[str]:
        """The items of a result as source."""
        if not isinstance(structure, Items):
            return [next(texts).code if structure.is_scalar or isinstance(structure, Tensor) else next(arrays).name]
        pieces = []
        for item in structure.items:
            inner = self._pieces(item, texts, arrays)
            tail = "," if len(inner) == 1 else ""
            pieces.append(f"({', '.join(inner)}{tail})" if isinstance(item, Items) else inner[0])
        return pieces


def _integrand(graph: Graph, name: str, above: frozenset[str]) -> _Module:
    """The function of what is integrated, which uses none of the names of the module around it."""
    return _Module(graph, name, "", above=above)


def _bools(graph: Graph) -> Iterator[str]:
    """The names of all conditions."""
    for node in walk_all(graph.body):
        if isinstance(node, Let) and node.kind == "bool":
            yield node.name
        elif isinstance(node, If):
            yield from (out.name for out in node.outs if out.kind == "bool")


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _is_zero(atom: Atom) -> bool:
    return isinstance(atom, Const) and repr(atom.value) in {"0", "0.0"}


def _needed(rows: Iterable[Primitive]) -> tuple[Primitive, ...]:
    """The rows whose functions the code of some rows calls; each after those that it calls itself."""
    found: dict[str, Primitive] = {}

    def visit(row: Primitive) -> None:
        for name in row.needs:
            visit(TABLE[name])
        found.setdefault(row.name, row)

    for row in rows:
        visit(row)
    return tuple(found.values())


def _function_name(definition: str) -> str:
    return definition.removeprefix("def ").partition("(")[0].strip()


__all__ = ["emit", "functions", "parameters", "version"]
