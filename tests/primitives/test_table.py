"""The table as a whole: spellings, laziness, facts of its rows, constants, the listing."""

from __future__ import annotations

import math
import operator
import subprocess
import sys

import numpy as np
import pytest
import scipy.special  # noqa: F401 -- so that its spellings resolve
from mpmath import mp

from symdiff.graph.build import Builder
from symdiff.graph.graph import Const
from symdiff.primitives import TABLE, resolve
from symdiff.primitives.constant import PI, TWO, Constant
from symdiff.primitives.listing import primitives_table
from symdiff.primitives.row import Primitive, literal
from tests.primitives.sampling import OPERATIONS, points

ABBREVIATIONS = [row for row in TABLE.values() if row.expansion is not None]
PROMISED = """
    add sub mul div neg pow powlog sqrt cbrt exp exp2 expm1 log log1p log2 log10 sin cos tan asin acos atan atan2 sinh cosh
    tanh asinh acosh atanh erf erfc gamma lgamma polygamma hypot abs sign max min maximum minimum fmax fmin tie floor ceil
    trunc rint floordiv mod fmod copysign sigmoid softplus logaddexp log1mexp sinc stop lt le gt ge eq ne and or not isnan
    isinf isfinite
"""


def test_every_promised_row_exists_under_its_own_name() -> None:
    assert set(PROMISED.split()) <= set(TABLE)
    assert all(TABLE[name].name == name for name in TABLE)


def test_no_two_rows_share_a_spelling() -> None:
    spellings = [spelling for row in TABLE.values() for spelling in row.spellings]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_spellings_resolve_to_the_row(row: Primitive) -> None:
    for spelling in row.spellings:
        module, _, name = spelling.rpartition(".")
        found = getattr(sys.modules[module], name, None)
        if found is None:  # only newer versions have it
            assert spelling in {"math.cbrt", "math.exp2", "scipy.special.softplus"} or module == "numpy"
            continue
        assert callable(found)
        assert resolve(found) is row


def test_callees_are_resolved_by_object() -> None:
    assert resolve(np.arcsin) is TABLE["asin"]
    assert resolve(math.sin) is resolve(np.sin) is TABLE["sin"]
    assert resolve(abs) is TABLE["abs"]
    assert resolve(operator.add) is TABLE["add"]
    assert resolve(print) is None
    assert resolve([]) is None
    assert resolve("math.sin") is None


def test_at_least_sixty_functions_of_numpy() -> None:
    names = {spelling for row in TABLE.values() for spelling in row.spellings if spelling.startswith("numpy.")}
    assert len({getattr(np, name.partition(".")[2], None) for name in names} - {None}) >= 60


def test_the_table_needs_neither_sympy_nor_numba() -> None:
    code = "import sys, symdiff.primitives; print([m for m in ('sympy', 'mpmath', 'numba', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 -- own code
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_rows_are_complete(row: Primitive) -> None:
    assert row.code
    assert row.sympy
    assert row.mpmath
    assert (row.numeric is None) == bool(row.scipy)
    assert row.kernel is None or not row.scipy
    assert (row.partials is None) == (row.result == "bool")
    assert row.operands == "bool" or len(row.sample) == row.arity
    assert all(f"{{{position}}}" in row.code for position in range(row.arity))
    if row.kernel is not None:
        assert row.kernel.__name__ == row.name
        assert row.support.startswith(f"def {row.name}(")
        assert row.code.startswith(f"{row.name}(")
    assert all(TABLE[name].kernel is not None or TABLE[name].scipy for name in row.needs)


@pytest.mark.parametrize("row", ABBREVIATIONS, ids=lambda row: row.name)
def test_abbreviations_are_what_their_functions_compute(row: Primitive) -> None:
    for spelling in row.spellings:
        module, _, name = spelling.rpartition(".")
        function = getattr(sys.modules[module], name)
        for point in points(row, 4):
            operands = [x > 0 for x in point] if row.operands == "bool" else list(map(np.float64, point))
            operands = [abs(int(x)) if i in row.literals else x for i, x in enumerate(operands[: row.arity])]
            found = float(row(*operands))
            assert found == pytest.approx(float(function(*operands)), rel=2e-14 if module == "scipy.special" else 1e-15)


def test_abbreviations_never_enter_a_graph() -> None:
    for row in ABBREVIATIONS:
        builder = Builder()
        row(*(builder.value(builder.input(f"x{position}", row.operands)) for position in range(row.arity)))
        assert all(let.op.expansion is None for let in builder.body)


def test_named_constants_stay_by_name_in_a_graph() -> None:
    builder = Builder()
    x = builder.value(builder.input("x"))
    half = x * (TABLE["sqrt"](PI) / 2)
    root, quotient, product = builder.body
    assert root.args == (Const(math.pi, "pi"),)
    assert quotient.args == (root.name, Const(2))
    assert product.args == ("x", quotient.name)
    assert half.atom == product.name


def test_named_constants_are_numbers_beside_numbers() -> None:
    scale = 2 / TABLE["sqrt"](PI)
    assert repr(scale) == "div(2, sqrt(pi))"
    assert isinstance(scale, Constant)
    assert float(scale) == 2 / math.sqrt(math.pi)
    assert np.float64(3) * scale == scale * np.float64(3) == 3 * float(scale)
    assert TABLE["add"](PI, np.float64(1)) == math.pi + 1
    with mp.workdps(50):
        assert mp.mpf(3) * scale == 3 * (2 / mp.sqrt(mp.pi))
        assert TABLE["sub"](-TABLE["log"](TWO), mp.mpf(1)) == -mp.log(2) - 1


def test_literals_are_known() -> None:
    builder = Builder()
    assert literal(3) == literal(builder.value(3)) == 3
    assert literal(2.5) == 2.5
    assert literal(builder.value(builder.input("x"))) is None
    assert literal(builder.value(Const(math.pi, "pi"))) is None
    assert literal(np.float64(3)) is None
    assert literal(mp.mpf(3)) is None


def test_the_listing_names_every_function_that_users_write() -> None:
    table = primitives_table()
    assert "| sin | `math.sin`, `np.sin` |  |  |" in table
    assert "`x + y`" in table
    assert "| max | `max` |  | a tie shares equally: 1/2 each |" in table
    for row in TABLE.values():
        for spelling in row.spellings:
            assert f"{spelling.rpartition('.')[2]}`" in table
    assert not any(f"| {name} |" in table for name in ("tie", "unit", "root", "powlog", "sincdiff"))
