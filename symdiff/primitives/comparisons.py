"""Comparisons, logic and tests: rows whose result is a condition. They have no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.primitives.row import ARITHMETIC, Primitive

_PAIR = ((-3.0, 3.0), (-3.0, 3.0))


def _comparison(name: str, sign: str, relation: str, ufunc: Any, commutative: bool = False) -> Primitive:
    return Primitive(
        name, 2, code=f"{{0}} {sign} {{1}}", precedence=40, result="bool", weight=ARITHMETIC, commutative=commutative,
        sympy=relation, mpmath=lambda mp, x, y: bool(ufunc(x, y)), numeric=ufunc,
        spellings=(f"numpy.{ufunc.__name__}", f"operator.{name}"), sample=_PAIR,
    )  # fmt: skip


lt = _comparison("lt", "<", "Lt", np.less)
le = _comparison("le", "<=", "Le", np.less_equal)
gt = _comparison("gt", ">", "Gt", np.greater)
ge = _comparison("ge", ">=", "Ge", np.greater_equal)
eq = _comparison("eq", "==", "Eq", np.equal, commutative=True)
ne = _comparison("ne", "!=", "Ne", np.not_equal, commutative=True)

and_: Primitive = Primitive(
    "and", 2, code="{0} and {1}", precedence=20, operands="bool", result="bool", weight=ARITHMETIC, commutative=True,
    sympy="And", mpmath=lambda mp, x, y: x and y, numeric=lambda x, y: x and y, spellings=("numpy.logical_and",),
)  # fmt: skip
or_: Primitive = Primitive(
    "or", 2, code="{0} or {1}", precedence=10, operands="bool", result="bool", weight=ARITHMETIC, commutative=True,
    sympy="Or", mpmath=lambda mp, x, y: x or y, numeric=lambda x, y: x or y, spellings=("numpy.logical_or",),
)  # fmt: skip
not_: Primitive = Primitive(
    "not", 1, code="not {0}", precedence=30, operands="bool", result="bool", weight=ARITHMETIC,
    sympy="Not", mpmath=lambda mp, x: not x, numeric=lambda x: not x, spellings=("numpy.logical_not",),
)  # fmt: skip
isnan: Primitive = Primitive(
    "isnan", 1, code="math.isnan({0})", result="bool", weight=ARITHMETIC, sympy=lambda sp, x: sp.false,
    mpmath="isnan", numeric=np.isnan, spellings=("math.isnan", "numpy.isnan"), sample=((-3, 3),),
)  # fmt: skip
isinf: Primitive = Primitive(
    "isinf", 1, code="math.isinf({0})", result="bool", weight=ARITHMETIC, sympy=lambda sp, x: sp.Eq(sp.Abs(x), sp.oo),
    mpmath="isinf", numeric=np.isinf, spellings=("math.isinf", "numpy.isinf"), sample=((-3, 3),),
)  # fmt: skip
isfinite: Primitive = Primitive(
    "isfinite", 1, code="math.isfinite({0})", result="bool", weight=ARITHMETIC,
    sympy=lambda sp, x: sp.Lt(sp.Abs(x), sp.oo), mpmath="isfinite", numeric=np.isfinite,
    spellings=("math.isfinite", "numpy.isfinite"), sample=((-3, 3),),
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (lt, le, gt, ge, eq, ne, and_, or_, not_, isnan, isinf, isfinite)
