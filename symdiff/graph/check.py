"""Well-formedness: what every pass may rely on and must preserve. Run after each pass by the tests."""

from __future__ import annotations

from symdiff.errors import InternalError
from symdiff.graph.affine import Affine, Axes, sizes_in
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Fold, Graph, If, Let, Loop, Sum, defined
from symdiff.graph.structure import Tensor
from symdiff.graph.terms import Term
from symdiff.primitives.row import Kind


def check(graph: Graph, tests: int = 0, unknown: bool = False) -> Graph:
    """Return the graph unchanged, or raise InternalError naming the statement that breaks a rule.

    The rules: a name is defined once in the whole graph and before it is read, and is read only in its own block and
    the blocks inside it; operands have the kind and number that the row states, and the axes of their let; no abbreviation
    is left; a condition is a condition; an out has one kind; a term reads an array by as many indices as it has axes, which
    depend on the axes and ranges in sight; outputs are numbers and as many as the result's structure holds, but for the last
    ``tests``, which are truth values; an output is defined, but for the partials of a rule, of which some are ``unknown``;
    the step of a loop is such a graph, and takes and gives what the loop says.
    """
    names = _Names()
    sizes = sizes_in([length for axes in graph.input_axes.values() for length in axes])
    for name, axes in graph.input_axes.items():
        names.define(name, "float", axes)
    for size in sizes:
        if size not in graph.inputs:
            names.define(size, "float", ())
    visible = set(graph.inputs) | set(sizes)
    _check_block(graph.body, names, visible)
    visible |= {name for statement in graph.body for name in defined(statement)}
    for number, (atom, axes) in enumerate(zip(graph.outputs, _result_axes(graph), strict=True)):
        if isinstance(atom, str) and atom not in visible:
            raise InternalError(f"output {atom} is not defined at the end of {graph.name}")
        wanted = "bool" if number >= len(graph.outputs) - tests else "float"
        if names.kind(atom) != wanted:
            raise InternalError(f"output {atom} is {'not a number' if wanted == 'float' else 'no test'}")
        if atom == UNDEFINED and not unknown:
            raise InternalError("an output is undefined")
        if isinstance(atom, str) and names.axes[atom] != axes:
            raise InternalError(f"output {atom} has the axes {names.axes[atom]}, the result {axes}")
    return graph


def _result_axes(graph: Graph) -> list[Axes]:
    """The axes of each output."""
    if len(graph.outputs) != graph.result.size:
        raise InternalError(f"{len(graph.outputs)} outputs for a result of {graph.result.size} scalars")
    return [leaf.axes if isinstance(leaf, Tensor) else () for leaf in graph.result.leaves()]


class _Names:
    """The kind and the axes of every name defined so far."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.axes: dict[str, Axes] = {}
        self.counts: set[str] = set()  # of loops: they stay sizes where the loop stood in a branch

    def define(self, name: str, kind: Kind, axes: Axes) -> None:
        if not name.isidentifier():
            raise InternalError(f"{name!r} is not a name")
        if name in self.kinds:
            raise InternalError(f"{name} is defined twice")
        self.kinds[name], self.axes[name] = kind, axes

    def kind(self, atom: Atom) -> Kind:
        return self.kinds[atom] if isinstance(atom, str) else atom.kind


def _check_block(block: Block, names: _Names, visible: set[str], axes: Axes | None = None) -> set[str]:
    """Check a block, and return the names that are visible at its end. ``axes``: of the elementwise branch around it."""
    visible = set(visible)
    for statement in block:
        if axes is not None and getattr(statement, "axes", None) != axes:
            raise InternalError(f"{', '.join(defined(statement))}: not of the axes of the branch around it")
        if isinstance(statement, Let):
            _check_let(statement, names, visible)
        elif isinstance(statement, Sum | Fold):
            if axes is not None:
                raise InternalError(f"{statement.name}: a sum inside an elementwise branch")
            _check_terms(statement, names, visible)
        elif isinstance(statement, If):
            _check_if(statement, names, visible)
        elif isinstance(statement, Loop):
            _check_loop(statement, names, visible)
        visible.update(defined(statement))
    return visible


def _check_terms(statement: Sum | Fold, names: _Names, visible: set[str]) -> None:
    where = f"{statement.name} over {statement.axes}"
    if any(length.positions for length in statement.axes):
        raise InternalError(f"{where}: a length that depends on an index")
    wanted = statement.op.operands if isinstance(statement, Fold) else statement.kind
    if wanted == "bool" and isinstance(statement, Sum) and (len(statement.terms) != 1 or statement.terms[0].ranges):
        raise InternalError(f"{where}: truth values are not added")
    for term in statement.terms:
        _check_term(term, len(statement.axes), where, names, visible)
        if not isinstance(term.atom, Affine):
            _check_read(term.atom, wanted, where, names, visible, None)
    names.define(statement.name, statement.kind, statement.axes)


def _check_term(term: Term, rank: int, where: str, names: _Names, visible: set[str]) -> None:
    seen = set(range(rank)) if term.address is None else set()
    for number, each in enumerate(term.ranges):
        if not (each.low.positions | each.high.positions) <= seen:
            raise InternalError(f"{where}: the bounds of a range depend on an index that is not in sight")
        seen.add(rank + number)
    if not {position for part in term.affines() for position in part.positions} <= seen:
        raise InternalError(f"{where}: an index that is not in sight")
    if term.address is not None and len(term.address) != rank:
        raise InternalError(f"{where}: an address of {len(term.address)} indices")
    count = len(names.axes.get(term.atom, ())) if isinstance(term.atom, str) else 0
    if len(term.index) != count:
        raise InternalError(f"{where}: {term.atom} has {count} axes and is read by {len(term.index)} indices")
    for size in sizes_in(list(term.affines())):
        if size not in visible | names.counts:
            raise InternalError(f"{where}: the size {size} is not known")


def _check_let(let: Let, names: _Names, visible: set[str]) -> None:
    where = f"{let.name} = {let.op.name}(...)"
    if let.op.expansion is not None:
        raise InternalError(f"{where}: an abbreviation was not expanded")
    if len(let.args) != let.op.arity:
        raise InternalError(f"{where}: {len(let.args)} operands for {let.op.arity}")
    for arg in let.args:
        _check_read(arg, let.op.operands, where, names, visible, let.axes)
    names.define(let.name, let.kind, let.axes)


def _check_if(branch: If, names: _Names, visible: set[str]) -> None:
    _check_read(branch.condition, "bool", "if", names, visible, branch.axes)
    inside = branch.axes or None
    then, orelse = (_check_block(body, names, visible, inside) for body in (branch.then, branch.orelse))
    for out in branch.outs:
        if branch.axes and out.axes != branch.axes:
            raise InternalError(f"out {out.name} has not the axes of its branch")
        _check_read(out.then, out.kind, f"out {out.name}", names, then, out.axes)
        _check_read(out.orelse, out.kind, f"out {out.name}", names, orelse, out.axes)
        names.define(out.name, out.kind, out.axes)


def _check_loop(loop: Loop, names: _Names, visible: set[str]) -> None:
    where = f"loop over {loop.counter}"
    _check_bounds(loop, where, names, visible)
    step = check(loop.step, tests=int(loop.test is not None))
    inputs = step.input_axes
    for each in loop.handed:
        _check_read(each.init, "float", where, names, visible, each.axes)
        if inputs.get(each.param) != each.axes:
            raise InternalError(f"{where}: {each.param} is not what is carried")
    for name, atom in loop.captured:
        _check_read(atom, "float", where, names, visible, inputs.get(name))
    given = [loop.counter, *(each.param for each in loop.handed), *(name for name, _ in loop.captured)]
    if sorted(given) != sorted(inputs):
        raise InternalError(f"{where}: its step has other parameters than the loop gives")
    axes: list[Axes] = [*(each.axes for each in loop.carried), *(each.axes for each in loop.collected)]
    axes += [*(buffer.row(store) for buffer, store in loop.stores), *([] if loop.test is None else [()])]
    if _result_axes(step) != axes:
        raise InternalError(f"{where}: its step gives other values than the loop takes")
    if any(not 0 < len(store.index) <= len(buffer.axes) for buffer, store in loop.stores):
        raise InternalError(f"{where}: a store with too few or too many indices")
    for name, own in loop.outs.items():
        names.define(name, "float", own)
    names.counts |= {loop.count} - {""}


def _check_bounds(loop: Loop, where: str, names: _Names, visible: set[str]) -> None:
    if loop.trip is None and (loop.test is None or loop.backward):
        raise InternalError(f"{where}: it does not end")
    if loop.collected and not loop.count and (loop.trip is None or loop.test is not None):
        raise InternalError(f"{where}: nobody knows how much is collected")
    for size in sizes_in([] if loop.trip is None else [loop.trip]):
        if size not in visible | names.counts:
            raise InternalError(f"{where}: the size {size} is not known")
    if loop.test is not None:
        _check_read(loop.test, "bool", where, names, visible, ())


def _check_read(atom: Atom, wanted: Kind, where: str, names: _Names, visible: set[str], axes: Axes | None) -> None:
    if isinstance(atom, Const):
        if atom.kind != wanted and atom != UNDEFINED:
            raise InternalError(f"{where}: literal {atom!r} where a {wanted} is wanted")
    elif atom not in visible:
        raise InternalError(f"{where}: {atom} is read but not defined there")
    elif names.kinds[atom] != wanted:
        raise InternalError(f"{where}: {atom} is a {names.kinds[atom]}, not a {wanted}")
    elif axes is not None and names.axes[atom] != axes:
        raise InternalError(f"{where}: {atom} has the axes {names.axes[atom]}, not {axes}")
