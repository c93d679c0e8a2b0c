"""Functions that call themselves once on every path, as loops: a statement of the same in plain Python, which is then read.

A loop goes down: it binds the parameters to what the next call gets, as long as there is one. Then comes what the last call
returns; and, unless each call returns what the next one does (a tail recursion), a loop back up, which computes the result
of each call from that of the next one::

    def f(x, n):                            while not n == 0:
        if n == 0:                              n = n - 1
            return 1.0              is      result = 1.0
        return x*f(x, n - 1)                for _ in range(calls):
                                                result = x*result

What a call computes before the next one is computed again on the way up, from parameters that the way down has kept.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection
from dataclasses import replace

from symdiff.frontend.call_paths import (
    Branch,
    Leaf,
    NotLinearError,
    Paths,
    Tree,
    calls_in,
    condition,
    has,
    leaves,
    mapped,
    restricted,
)
from symdiff.frontend.source import FunctionSource

MAX_CALLS = 1_000_000  # then it is said not to end, as Python does earlier
_OURS = ("RecursionError", "range", "reversed", "zip", "int")  # which must be Python's
_WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)


def as_loop(source: FunctionSource, call: ast.AST | None, whole: Collection[str]) -> FunctionSource | None:
    """The function as a loop; None if it cannot be one, or if it is not this call by which it calls itself.

    ``whole``: the parameters that are integers at first.
    """
    node = source.node
    if not isinstance(node, ast.FunctionDef) or (call is not None and not is_own(node, call)):
        return None
    try:
        body = _Writer(node, node.name, whole).body()
    except NotLinearError:
        return None
    made = copy.copy(node)
    made.body = [ast.fix_missing_locations(_located(statement, node)) for statement in body]
    return replace(source, node=made)


def is_own(node: ast.AST, call: ast.AST) -> bool:
    """Whether a call stands in a function, and calls it by its name."""
    called = call.func if isinstance(call, ast.Call) else None
    return (
        isinstance(node, ast.FunctionDef)
        and isinstance(called, ast.Name)
        and called.id == node.name
        and any(inner is call for inner in ast.walk(node))
    )


def _located(made: ast.stmt, node: ast.FunctionDef) -> ast.stmt:
    """A statement of our own, where the function stands; those of the user's inside of it stay where they are."""
    for inner in ast.walk(made):
        if isinstance(inner, ast.stmt | ast.expr) and not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
            inner.end_lineno, inner.end_col_offset = node.lineno, node.col_offset + 1
    return made


class _Writer:
    def __init__(self, node: ast.FunctionDef, name: str, whole: Collection[str]) -> None:
        self.node, self.name = node, name
        self.taken = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        self.params = _parameters(node)
        self.taken |= set(self.params)
        stored = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
        if {*stored, *self.params} & {name, *_OURS}:
            raise NotLinearError
        self.paths = Paths(name)
        self.tree = self.paths.tree(list(node.body))
        if not any(leaf.call is None for leaf in leaves(self.tree)):
            raise NotLinearError  # it never ends
        self.calls = [leaf.call for leaf in leaves(self.tree) if leaf.call is not None]
        self.given = [self._arguments(call) for call in self.calls]
        self.tail = all(_is_return_of(leaf) for leaf in leaves(self.tree) if leaf.call is not None)
        self.changing = [name for name in self.params if not self._is_kept(name)]
        self.whole = self._integers(whole)

    # the function

    def body(self) -> list[ast.stmt]:
        """The statements."""
        count, result = self._fresh("calls"), self._fresh("result")
        last = self._with_result(restricted(self.tree, calls=False), result)
        base = _kept(last[0] if len(last) == 1 else ast.If(ast.Constant(True), last, []))
        if self.tail:
            return [_assign(count, ast.Constant(0)), self._down(count, {}), base, _return(result)]
        up = self._up(result)
        read = {inner.id for statement in up for inner in ast.walk(statement) if isinstance(inner, ast.Name)}
        needed = [name for name in self.changing if name in read]
        steps = {name: step for name in needed if name in self.whole and (step := self._step(name)) is not None}
        lists = {name: self._fresh(f"{name}s") for name in needed if name not in steps}
        front: list[ast.stmt] = [
            ast.AugAssign(ast.Name(name, ast.Store()), ast.Sub(), ast.Constant(step)) for name, step in steps.items()
        ]
        front.extend(_assign(name, _called("int", _load(name))) for name in lists if name in self.whole)
        first: list[ast.stmt] = [_assign(each, ast.List([], ast.Load())) for each in lists.values()]
        back = ast.For(*self._header(count, lists), [*front, *up], [])
        return [*first, _assign(count, ast.Constant(0)), self._down(count, lists), base, _kept(back), _return(result)]

    def _down(self, count: str, lists: dict[str, str]) -> ast.stmt:
        """The loop that goes down."""
        message = ast.Constant("maximum recursion depth exceeded")
        limit = ast.Raise(_called("RecursionError", message), None)
        limit.unstated = True  # type: ignore[attr-defined]
        test = ast.Compare(_load(count), [ast.GtE()], [ast.Constant(MAX_CALLS)])
        head: list[ast.stmt] = [ast.If(test, [limit], [])]
        for name, each in lists.items():
            head.append(ast.Expr(ast.Call(ast.Attribute(_load(each), "append", ast.Load()), [_load(name)], [])))
        going = condition(self.tree)
        if going is not None:
            return ast.While(going, [*head, *self._next(self.tree, None), _changed(count, ast.Add(), 1)], [])
        return ast.While(ast.Constant(True), [*self._next(self.tree, head), _changed(count, ast.Add(), 1)], [])

    def _next(self, tree: Tree, head: list[ast.stmt] | None) -> list[ast.stmt]:
        """What binds the parameters to what the next call gets; with ``head`` before it, and what leaves the loop elsewhere."""
        if isinstance(tree, Leaf):
            if tree.call is None:
                return [] if head is None else [*tree.statements[:-1], ast.Break()]
            place = next(k for k, each in enumerate(tree.statements) if has(each, tree.call))
            return [*tree.statements[:place], *(head or []), *self._bound(tree.call)]
        sides = [self._next(side, head) for side in (tree.then, tree.orelse)]
        if head is None and not all(calls_in(side) for side in (tree.then, tree.orelse)):
            return [*tree.before, *sides[0], *sides[1]]  # one of them is empty
        return [*tree.before, ast.copy_location(ast.If(tree.node.test, sides[0] or [ast.Pass()], sides[1]), tree.node)]

    def _bound(self, call: ast.Call) -> list[ast.stmt]:
        values = self._arguments(call)
        if not self.changing:
            return []
        names, given = self.changing, [values[name] for name in self.changing]
        if len(names) == 1:
            return [ast.copy_location(_assign(names[0], given[0]), call)]
        targets = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
        return [ast.copy_location(ast.Assign([targets], ast.Tuple(given, ast.Load())), call)]

    def _up(self, result: str) -> list[ast.stmt]:
        """What computes the result of a call from that of the next one."""

        def changed(leaf: Leaf) -> Leaf:
            assert leaf.call is not None  # noqa: S101 - the others are left out
            return Leaf(tuple(_Replaced(leaf.call, result).visit(copy.deepcopy(each)) for each in _marked(leaf)))

        return self._with_result(mapped(restricted(self.tree, calls=True), changed), result)

    def _with_result(self, tree: Tree, result: str) -> list[ast.stmt]:
        """Statements that bind the result instead of returning it."""
        if isinstance(tree, Branch):
            sides = [self._with_result(side, result) for side in (tree.then, tree.orelse)]
            return [*tree.before, ast.copy_location(ast.If(tree.node.test, *sides), tree.node)]
        inner = self.paths.tree(list(tree.statements))
        if isinstance(inner, Branch):
            return self._with_result(inner, result)
        *others, last = inner.statements
        if isinstance(last, ast.Return):
            assert last.value is not None  # noqa: S101 - looked at before
            last = ast.copy_location(_assign(result, last.value), last)
        return [*others, last]

    def _header(self, count: str, lists: dict[str, str]) -> tuple[ast.expr, ast.expr]:
        """Target and iterable of the loop back up."""
        if not lists:
            return ast.Name(self._fresh("_"), ast.Store()), _called("range", _load(count))
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in lists]
        sources: list[ast.expr] = [_called("reversed", _load(each)) for each in lists.values()]
        if len(targets) == 1:
            return targets[0], sources[0]
        return ast.Tuple(targets, ast.Store()), _called("zip", *sources)

    def _fresh(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    # the parameters

    def _arguments(self, call: ast.Call) -> dict[str, ast.expr]:
        """What a call gives to each parameter."""
        if any(isinstance(each, ast.Starred) for each in call.args) or len(call.args) > len(self.params):
            raise NotLinearError
        found = dict(zip(self.params, call.args, strict=False))
        for keyword in call.keywords:
            if keyword.arg is None or keyword.arg in found:
                raise NotLinearError
            found[keyword.arg] = keyword.value
        defaults = _defaults(self.node)
        for name in self.params:
            if name not in found and isinstance(defaults.get(name), ast.Constant):
                found[name] = defaults[name]
        if set(found) != set(self.params):
            raise NotLinearError
        return found

    def _is_kept(self, name: str) -> bool:
        """Whether every call hands a parameter on as it is."""
        bound = any(
            isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store) for each in ast.walk(self.node)
        )
        return not bound and all(isinstance(each := given[name], ast.Name) and each.id == name for given in self.given)

    def _integers(self, whole: Collection[str]) -> set[str]:
        """The parameters that are integers in every call."""
        found = {name for name in self.params if name in whole}
        while True:
            kept = {name for name in found if all(_is_whole(given[name], found) for given in self.given)}
            if kept == found:
                return found
            found = kept

    def _step(self, name: str) -> int | None:
        """By what every call makes a parameter larger; None if by different numbers."""
        steps = {_step_of(given[name], name) for given in self.given}
        bound = any(
            isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store) for each in ast.walk(self.node)
        )
        return steps.pop() if len(steps) == 1 and not bound else None


class _Replaced(ast.NodeTransformer):
    """A statement with the result in place of a call."""

    def __init__(self, call: ast.Call, result: str) -> None:
        self.call, self.result = call, result

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if getattr(node, "is_next", False):
            return ast.copy_location(_load(self.result), node)
        return self.generic_visit(node)


def _marked(leaf: Leaf) -> tuple[ast.stmt, ...]:
    """The statements of a leaf, whose call can be found in copies of them."""
    leaf.call.is_next = True  # type: ignore[union-attr]
    return leaf.statements


# -- statements and expressions -----------------------------------------------------------------------------------


def _kept(made: ast.stmt) -> ast.stmt:
    """A statement that must change no array of before: what it computes is computed on the way down, too."""
    made.unchanging = True  # type: ignore[attr-defined]
    return made


def _is_return_of(leaf: Leaf) -> bool:
    return isinstance(leaf.statements[-1], ast.Return) and leaf.statements[-1].value is leaf.call


def _is_whole(value: ast.expr, names: Collection[str]) -> bool:
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, _WHOLE) and _is_whole(value.left, names) and _is_whole(value.right, names)
    if isinstance(value, ast.Constant):
        return type(value.value) is int
    return isinstance(value, ast.Name) and value.id in names


def _step_of(value: ast.expr, name: str) -> int | None:
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add | ast.Sub):
        return None
    left, right = value.left, value.right
    if not (isinstance(left, ast.Name) and left.id == name and isinstance(right, ast.Constant) and type(right.value) is int):
        return None
    return right.value if isinstance(value.op, ast.Add) else -right.value


def _parameters(node: ast.FunctionDef) -> list[str]:
    if node.args.vararg is not None or node.args.kwarg is not None:
        raise NotLinearError
    return [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]


def _defaults(node: ast.FunctionDef) -> dict[str, ast.expr]:
    plain = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    count = len(node.args.defaults)
    found = dict(zip(plain[len(plain) - count :], node.args.defaults, strict=True))
    rows = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return found | {arg.arg: value for arg, value in rows if value is not None}


def _load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _called(name: str, *args: ast.expr) -> ast.expr:
    return ast.Call(_load(name), list(args), [])


def _assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _changed(name: str, op: ast.operator, step: int) -> ast.stmt:
    return ast.AugAssign(ast.Name(name, ast.Store()), op, ast.Constant(step))


def _return(name: str) -> ast.stmt:
    return ast.Return(_load(name))
