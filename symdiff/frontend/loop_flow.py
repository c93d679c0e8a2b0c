"""What a loop does with its variables: which it adds to, which it only uses inside, which arrays it writes to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_FORBIDDEN = {
    ast.Return: "with a return in it",
    ast.Break: "with a break in it",
    ast.While: "with a while in it",
    ast.Raise: "with a raise in it",
    ast.Try: "with a try in it",
    ast.With: "with a with in it",
    ast.Delete: "with a del in it",
    ast.NamedExpr: "with an assignment inside of an expression",
    ast.FunctionDef: "with a function in it",
    ast.Match: "with a match in it",
}
_ADDING = (ast.Add, ast.Sub)


@dataclass
class Plan:
    """What becomes of the variables of a loop; ``reason`` tells why it is no array, at ``node``."""

    node: ast.AST
    reason: str = ""
    accumulated: dict[str, type[ast.operator]] = field(default_factory=dict)
    arrays: list[str] = field(default_factory=list)
    temporary: list[str] = field(default_factory=list)


def plan_of(loop: ast.For) -> Plan:
    """The plan of a loop, by its text alone."""
    plan = Plan(loop)
    if loop.orelse:
        plan.reason = "with an else"
        return plan
    for node in _own(loop.body):
        reason = _FORBIDDEN.get(type(node))
        if reason is not None:
            plan.node, plan.reason = node, reason
            return plan
    stored = _stored(loop)
    plan.arrays = list(dict.fromkeys(_written(loop.body)))
    carried = _live(loop.body, set()) & (stored - _names(loop.target))
    for name in sorted(stored):
        if name not in carried:
            plan.temporary.append(name)
            continue
        op = _accumulation(loop.body, name)
        if op is None:
            plan.reason = f"that hands {name} from one iteration to the next"
            return plan
        plan.accumulated[name] = op
    for inner in _own(loop.body):
        if isinstance(inner, ast.Attribute | ast.Starred) and isinstance(inner.ctx, ast.Store):
            plan.node, plan.reason = inner, "that changes an object"
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == "at":
            plan.node, plan.reason = inner, "that adds at indices"
    return plan


def _own(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Every node of a body, without those of functions defined in it."""
    for statement in body:
        stack: list[ast.AST] = [statement]
        while stack:
            node = stack.pop()
            yield node
            if not isinstance(node, ast.Lambda):
                stack.extend(ast.iter_child_nodes(node))


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _stored(loop: ast.For) -> set[str]:
    """The variables that a loop binds, those of comprehensions not among them."""
    inside = {name for node in _own(loop.body) if isinstance(node, _COMPREHENSIONS) for name in _targets(node)}
    names = {node.id for node in _own(loop.body) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    plain = {
        name
        for node in _own(loop.body)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For)
        for name in _bound(node)
    }
    return (names - inside) | plain | _names(loop.target)


_COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)


def _targets(node: ast.AST) -> set[str]:
    return {name for generator in getattr(node, "generators", ()) for name in _names(generator.target)}


def _bound(node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {
        inner.id
        for target in targets
        for inner in ast.walk(target)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }


def _written(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The names of the arrays to whose elements a body writes."""
    for node in _own(body):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            owner = node.value
            while isinstance(owner, ast.Subscript):
                owner = owner.value
            if isinstance(owner, ast.Name):
                yield owner.id


def _reads(node: ast.AST | None, known: set[str]) -> set[str]:
    """The variables that an expression may read, but for those that are certainly bound before."""
    if node is None:
        return set()
    names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}
    inside = {name for inner in ast.walk(node) if isinstance(inner, _COMPREHENSIONS) for name in _targets(inner)}
    return names - known - inside


def _live(body: Sequence[ast.stmt], known: set[str]) -> set[str]:
    """The variables that a body may read before it binds them; ``known`` grows by those that it binds in any case."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.If):
            found |= _reads(statement.test, known)
            sides = [set(known), set(known)]
            found |= _live(statement.body, sides[0]) | _live(statement.orelse, sides[1])
            known |= sides[0] & sides[1]
        elif isinstance(statement, ast.For):
            found |= _reads(statement.iter, known)
            found |= _live(statement.body, known | _names(statement.target))
        elif isinstance(statement, ast.AugAssign):
            found |= _reads(statement.value, known) | _reads_of_target(statement.target, known)
            if isinstance(statement.target, ast.Name):
                found |= {statement.target.id} - known
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            found |= _reads(statement.value, known)
            for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                found |= _reads_of_target(target, known)
            known |= _bound(statement)
        else:
            found |= _reads(statement, known)
    return found


def _reads_of_target(target: ast.expr, known: set[str]) -> set[str]:
    """What a target reads: its indices, and the array that is written, which is accounted for elsewhere."""
    if not isinstance(target, ast.Subscript):
        return set().union(*(_reads_of_target(inner, known) for inner in getattr(target, "elts", ())))
    return _reads(target.slice, known)


def _accumulation(body: Sequence[ast.stmt], name: str) -> type[ast.operator] | None:
    """The operation by which a body changes a variable, if it does nothing else with it: + (and -), or *."""
    ops: set[type[ast.operator]] = set()
    uses = 0
    for node in _own(body):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            if name in _names(node.value):
                return None
            ops.add(type(node.op))
            uses += 1
        elif isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            value = node.value
            if len(node.targets) != 1 or not isinstance(value, ast.BinOp):
                return None
            left, right = _is_name(value.left, name), _is_name(value.right, name)
            if left == right or (right and isinstance(value.op, ast.Sub)) or name in _names(value.right if left else value.left):
                return None
            ops.add(type(value.op))
            uses += 2
    occurrences = sum(isinstance(node, ast.Name) and node.id == name for node in _own(body))
    if occurrences != uses or not ops:
        return None
    if ops <= set(_ADDING):
        return ast.Add
    return ast.Mult if ops == {ast.Mult} else None


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
