"""The fence: what Python offers and symdiff does not read, each with the reason, the rewrite, and whether it may come."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from symdiff.errors import Verdict


@dataclass(frozen=True)
class Refusal:
    """A row of the fence."""

    reason: str
    rewrite: str
    verdict: Verdict = "never"


FENCE: dict[type[ast.AST], Refusal] = {
    # statements
    ast.TryStar: Refusal("except*", "test the condition with if before the operation"),
    ast.AsyncWith: Refusal("async with", "write a plain function"),
    ast.AsyncFor: Refusal("async for", "write a plain function"),
    ast.AsyncFunctionDef: Refusal("an async function", "write a plain function"),
    ast.Await: Refusal("await", "write a plain function"),
    ast.ClassDef: Refusal("a class defined inside the function", "define it outside"),
    ast.Global: Refusal("a write to a global variable", "return the value instead"),
    ast.Nonlocal: Refusal("a write to a variable of an outer function", "return the value instead"),
    # expressions
    ast.Yield: Refusal("a generator (yield)", "collect the values in a list and return it"),
    ast.YieldFrom: Refusal("a generator (yield from)", "collect the values in a list and return it"),
    # operators
    ast.BitAnd: Refusal("the bitwise operator &", "use `and` for conditions"),
    ast.BitOr: Refusal("the bitwise operator |", "use `or` for conditions"),
    ast.BitXor: Refusal("the bitwise operator ^ (in Python it is no power)", "write x**n for a power"),
    ast.LShift: Refusal("the bitwise operator <<", "write x * 2**n"),
    ast.RShift: Refusal("the bitwise operator >>", "write x // 2**n"),
    ast.Invert: Refusal("the bitwise operator ~", "use `not` for conditions"),
}  # fmt: skip


def refusal(node: ast.AST) -> Refusal:
    """The row for a node that has no rule of reading."""
    found = FENCE.get(type(node))
    return found or Refusal(f"{type(node).__name__} syntax", "write it with arithmetic, if and for")
