"""Python source of single operations: literals, operators and their precedence.

The text keeps the association of the graph: ``a + (b + c)`` has its parentheses, because in floating point they matter.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from symdiff.errors import InternalError
from symdiff.graph.graph import UNDEFINED, Const
from symdiff.primitives.row import Primitive

CHOICE, OR, AND, NOT, COMPARE, SUM, MODULO, PRODUCT, MINUS, POWER, ATOM = 5, 10, 20, 30, 40, 60, 68, 70, 75, 80, 100
ANY = 0

MAX_EXACT = 2**53


@dataclass(frozen=True)
class Text:
    """A piece of source and the precedence of its outermost operator."""

    code: str
    precedence: int = ATOM

    def within(self, threshold: int, right: bool = False) -> str:
        """The code, in parentheses where an operand must bind tighter or would put two signs side by side."""
        clash = right and self.code.startswith(("-", "+"))
        return f"({self.code})" if self.precedence < threshold or clash else self.code

    def __len__(self) -> int:
        return len(self.code)

    @property
    def names(self) -> set[str]:
        """The names that it mentions."""
        return set(re.findall(r"[^\W\d]\w*", self.code))


def literal(const: Const, as_float: bool = False) -> Text:
    """A literal operand; ``as_float`` where its type decides the type of a variable or result (``2.0``, not ``2``)."""
    if const == UNDEFINED:
        raise InternalError("an undefined value is read")
    value = const.value
    if isinstance(value, bool):
        return Text(str(value))
    if const.symbol and hasattr(math, const.symbol):
        return Text(f"math.{const.symbol}")
    if isinstance(value, float) and not math.isfinite(value):
        return Text("math.nan") if math.isnan(value) else Text("-math.inf", MINUS) if value < 0 else Text("math.inf")
    if isinstance(value, int) and (as_float or abs(value) > MAX_EXACT):
        value = float(value)
    code = repr(value)
    return Text(code, MINUS if code.startswith("-") else ATOM)


def operation(row: Primitive, operands: Sequence[Text]) -> Text:
    """The source of one operation on operands."""
    if row.code == "{0}":
        return operands[0]
    if row.name == "pow" and operands[1].code.startswith("-") and operands[1].code[1:].isdigit():
        # Numba raises ZeroDivisionError for 0.0**-3, whatever the error model.
        positive = operation(row, [operands[0], Text(operands[1].code[1:])]) if operands[1].code != "-1" else operands[0]
        return Text(f"1/{positive.within(PRODUCT, True)}", PRODUCT)
    template = _template(row.code)
    code = "".join(
        piece if isinstance(piece, str) else operands[piece.operand].within(piece.threshold, piece.right)
        for piece in template.pieces
    )
    if template.precedence == MINUS and operands[0].precedence == PRODUCT:
        return Text(code, PRODUCT)  # -a*b is (-a)*b: the same number
    return Text(code, template.precedence)


def repeated(row: Primitive) -> frozenset[int]:
    """The operands that stand more than once in the code of a row, and so should be names."""
    if row.code == "{0}":
        return frozenset()
    seen = [piece.operand for piece in _template(row.code).pieces if isinstance(piece, _Hole)]
    return frozenset(operand for operand in seen if seen.count(operand) > 1)


def choice(condition: Text, then: Text, orelse: Text) -> Text:
    """``then if condition else orelse``."""
    parts = (then.within(OR), condition.within(OR), orelse.within(CHOICE))
    return Text("{} if {} else {}".format(*parts), CHOICE)


def negation(condition: Text) -> Text:
    """``not condition``; a comparison is not turned round, because with a NaN both are false."""
    return Text(f"not {condition.within(COMPARE + 1)}", NOT)


@dataclass(frozen=True)
class _Hole:
    operand: int
    threshold: int
    right: bool


@dataclass(frozen=True)
class _Template:
    pieces: tuple[str | _Hole, ...]
    precedence: int


_BINARY: dict[type[ast.operator], int] = {
    ast.Add: SUM, ast.Sub: SUM, ast.Mult: PRODUCT, ast.Div: PRODUCT, ast.FloorDiv: MODULO, ast.Mod: MODULO,
    ast.Pow: POWER,
}  # fmt: skip


@cache
def _template(code: str) -> _Template:
    """Split the code of a row at its operands, with what each operand's place demands."""
    if not code:
        raise InternalError("an abbreviation has no code")
    tree = ast.parse(re.sub(r"\{(\d+)\}", r"_\1_", code), mode="eval").body
    places = sorted(
        (child.col_offset, threshold, right)
        for node in ast.walk(tree)
        for child, threshold, right in _children(node)
        if isinstance(child, ast.Name) and re.fullmatch(r"_\d+_", child.id)
    )
    pieces: list[str | _Hole] = []
    for position, piece in enumerate(re.split(r"\{(\d+)\}", code)):
        if position % 2:
            _, threshold, right = places[position // 2]
            pieces.append(_Hole(int(piece), threshold, right))
        elif piece:
            pieces.append(piece)
    return _Template(tuple(pieces), _precedence(tree))


def _precedence(node: ast.AST) -> int:
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)]
    if isinstance(node, ast.UnaryOp):
        return NOT if isinstance(node.op, ast.Not) else MINUS
    if isinstance(node, ast.BoolOp):
        return AND if isinstance(node.op, ast.And) else OR
    if isinstance(node, ast.Compare):
        return COMPARE
    return CHOICE if isinstance(node, ast.IfExp) else ATOM


def _children(node: ast.AST) -> list[tuple[ast.expr, int, bool]]:
    """The operands of a node with the precedence that each needs at least, and whether a sign may not start it."""
    own = _precedence(node)
    match node:
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return [(left, POWER + 1, False), (right, MINUS, False)]
        case ast.BinOp(left=left, op=ast.FloorDiv() | ast.Mod(), right=right):
            return [(left, PRODUCT + 1, False), (right, PRODUCT + 1, True)]
        case ast.BinOp(left=left, right=right):
            return [(left, own, False), (right, own + 1, True)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [(operand, COMPARE + 1, False)]
        case ast.UnaryOp(operand=operand):
            return [(operand, PRODUCT, True)]
        case ast.BoolOp(values=values):
            return [(value, own, False) for value in values]
        case ast.Compare(left=left, comparators=others):
            return [(value, COMPARE + 1, False) for value in (left, *others)]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [(test, OR, False), (body, OR, False), (orelse, CHOICE, False)]
        case ast.Call(args=args, keywords=keywords):
            return [(value, ANY, False) for value in (*args, *(keyword.value for keyword in keywords))]
    return [(child, ATOM, False) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
