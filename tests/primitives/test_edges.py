"""Derivatives of special functions where their formulas in books have 0/0: at 0, at 1 and -1, at equal operands."""

from __future__ import annotations

import dataclasses
import math

import pytest
from mpmath import mp

from symdiff.calculus import derivative
from symdiff.errors import DomainError, UnsupportedError
from symdiff.graph.build import Builder
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Const, Graph, Param
from symdiff.primitives import TABLE
from symdiff.simplify import simplify
from tests.primitives.test_partials import check_partials


def slope(name: str, operands: tuple[float | None, ...], x: float, order: int) -> float:
    """The derivative of this order of a row in the operand that is None, at x; the others are literals."""
    builder = Builder()
    values = [builder.value(builder.input("x") if item is None else Const(item)) for item in operands]
    value = builder.atom(TABLE[name](*values))
    graph = Graph(name, (Param("x"),), builder.body, (value,))
    return float(evaluate(derivative(graph, ["x"] * order, simplify), [x])[0])


# The expected numbers are coefficients of power series (DLMF 10.2.2, 10.25.2, 19.5.1, 19.5.2, 18.6.1).
EDGES = [
    ("j0", (None,), 0.0, [1, 0, -1 / 2, 0, 3 / 8]),
    ("j1", (None,), 0.0, [0, 1 / 2, 0, -3 / 8]),
    ("jv", (0, None), 0.0, [1, 0, -1 / 2, 0, 3 / 8]),
    ("jv", (1, None), 0.0, [0, 1 / 2, 0, -3 / 8]),
    ("jv", (2, None), 0.0, [0, 0, 1 / 4, 0]),
    ("jv", (-1, None), 0.0, [0, -1 / 2, 0, 3 / 8]),
    ("jv", (0.5, None), 0.0, [0, math.inf]),
    ("jv", (1.5, None), 0.0, [0, 0]),
    ("i0", (None,), 0.0, [1, 0, 1 / 2, 0, 3 / 8]),
    ("i1", (None,), 0.0, [0, 1 / 2, 0, 3 / 8]),
    ("iv", (3, None), 0.0, [0, 0, 0, 1 / 8]),
    ("k0", (None,), 0.0, [math.inf, -math.inf, math.inf]),
    ("ellipk", (None,), 0.0, [math.pi / 2, math.pi / 8, 9 * math.pi / 64, 75 * math.pi / 256]),
    ("ellipe", (None,), 0.0, [math.pi / 2, -math.pi / 8, -3 * math.pi / 64, -15 * math.pi / 256]),
    ("ellipk", (None,), 1.0, [math.inf, math.inf, math.inf]),
    ("ellipe", (None,), 1.0, [1, -math.inf]),
    ("ellipkm1", (None,), 1.0, [math.pi / 2, -math.pi / 8, 9 * math.pi / 64]),
    ("ellipkinc", (0.0, None), 0.0, [0, 0, 0]),
    ("ellipeinc", (None, 0.0), 0.0, [0, 1, 0]),
    ("agm", (1.0, None), 1.0, [1, 1 / 2, -1 / 8]),
    ("elliprf", (1.0, 1.0, None), 1.0, [1, -1 / 6, 3 / 20]),
    ("elliprd", (1.0, 1.0, None), 1.0, [1, -9 / 10]),
    ("hyp1f1", (1.5, 2.5, None), 0.0, [1, 3 / 5, 3 / 7]),
    ("hyp2f1", (1.0, 2.0, 3.0, None), 0.0, [1, 2 / 3, 1]),
    ("hyp2f1", (0.0, 2.0, 3.0, None), 0.3, [1, 0]),
    ("eval_legendre", (4, None), 1.0, [1, 10, 45, 105, 105, 0]),
    ("eval_legendre", (4, None), -1.0, [1, -10, 45, -105, 105, 0]),
    ("eval_legendre", (1, None), 0.3, [0.3, 1, 0]),
    ("eval_chebyt", (5, None), 1.0, [1, 25, 200, 840, 1920, 1920, 0]),
    ("eval_chebyt", (5, None), -1.0, [-1, 25, -200]),
    ("eval_chebyu", (3, None), 1.0, [4, 20, 48, 48, 0]),
    ("eval_chebyu", (0, None), 1.0, [1, 0]),
    ("eval_gegenbauer", (2, 0.5, None), 1.0, [1, 3, 3, 0]),
    ("eval_jacobi", (2, 0.0, 0.0, None), -1.0, [1, -3, 3, 0]),
    ("eval_hermite", (3, None), 0.0, [0, -12, 0, 48, 0]),
    ("eval_hermitenorm", (3, None), 0.0, [0, -3, 0, 6, 0]),
    ("eval_laguerre", (3, None), 0.0, [1, -3, 3, -1, 0]),
    ("eval_genlaguerre", (2, 1.0, None), 0.0, [3, -3, 1, 0]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "operands", "x", "wanted"), EDGES)
def test_every_order_is_right_at_the_edge(name: str, operands: tuple[float | None, ...], x: float, wanted: list[float]) -> None:
    for order, value in enumerate(wanted):
        assert slope(name, operands, x, order) == pytest.approx(value, rel=1e-13, abs=1e-15), order


PARITY = {"j0": 1, "j1": -1, "i0": 1, "i1": -1}


@pytest.mark.parametrize("name", PARITY)
def test_integer_orders_at_negative_arguments(name: str) -> None:
    for order in range(4):
        sign = PARITY[name] * (-1) ** order
        assert slope(name, (None,), -1.7, order) == pytest.approx(sign * slope(name, (None,), 1.7, order), rel=1e-14)
        general, n = name[0] + "v", int(name[1])
        assert slope(general, (n, None), -1.7, order) == pytest.approx(slope(name, (None,), -1.7, order), rel=1e-13)


@pytest.mark.parametrize("m", [-1e6, -3.0, -1e-9, 0.0, 1e-300, 1e-9, 1e-3, 0.5, 0.999, 1 - 1e-9, 1 - 2**-52])
@pytest.mark.parametrize("order", [1, 2])
def test_elliptic_integrals_over_the_whole_range_of_the_parameter(m: float, order: int) -> None:
    """Against the hypergeometric series in high precision (DLMF 19.5.1 and 19.5.2, 15.5.2)."""
    with mp.workdps(60):
        for name, a in (("ellipk", mp.mpf(1) / 2), ("ellipe", -mp.mpf(1) / 2)):
            b, scale = mp.mpf(1) / 2, mp.pi / 2
            for _ in range(order):
                scale *= a * b / (b + mp.mpf(1) / 2)
                a, b = a + 1, b + 1
            wanted = scale * mp.hyp2f1(a, b, order + 1, mp.mpf(m))
            assert abs(slope(name, (None,), m, order) / wanted - 1) < 1e-14 * (1 if m > -10 else 10), name


@pytest.mark.parametrize("m", [-3.0, -1e-9, 0.0, 1e-12, 0.5, 0.99])
@pytest.mark.parametrize("phi", [1e-6, 0.3, 1.5707963267948966, 2.0, 7.0, -4.5])
def test_incomplete_integrals_over_the_whole_range(phi: float, m: float) -> None:
    """Against the integrals themselves."""
    with mp.workdps(50):
        ends = [0, *(mp.sign(phi) * k * mp.pi / 2 for k in range(1, int(2 * abs(phi) / math.pi) + 1)), phi]
        for order, factor in ((1, mp.mpf(1) / 2), (2, mp.mpf(3) / 4)):
            wanted = factor * mp.quad(
                lambda t, n=order: mp.sin(t) ** (2 * n) / (1 - m * mp.sin(t) ** 2) ** (n + mp.mpf(1) / 2), ends
            )
            assert abs(slope("ellipkinc", (phi, None), m, order) / wanted - 1) < 1e-13


@pytest.mark.parametrize("name", ["ellipsn", "ellipcn", "ellipdn", "ellipam"])
def test_jacobi_functions_where_they_are_circular(name: str) -> None:
    """At m = 0: DLMF 22.11.1 to 22.11.3 in first order."""
    u = 0.7
    shift = -(u - math.sin(u) * math.cos(u)) / 4
    wanted = {
        "ellipsn": shift * math.cos(u), "ellipcn": -shift * math.sin(u), "ellipdn": -(math.sin(u) ** 2) / 2, "ellipam": shift,
    }  # fmt: skip
    assert slope(name, (u, None), 0.0, 1) == pytest.approx(wanted[name], rel=1e-13)


@pytest.mark.parametrize(("name", "position", "arity"), [("jv", 0, 2), ("kve", 0, 2), ("hyp2f1", 2, 4), ("eval_jacobi", 1, 4)])
def test_parameters_are_refused_by_name(name: str, position: int, arity: int) -> None:
    operands = tuple(None if i == position else 2 if i == 0 else 0.5 for i in range(arity))
    with pytest.raises(UnsupportedError, match=f"derivative of {name} in its argument {position + 1}"):
        slope(name, operands, 0.5, 1)


def test_a_negative_degree_is_refused() -> None:
    with pytest.raises(DomainError, match="degree -2"):
        slope("eval_legendre", (-2, None), 0.5, 1)


@pytest.mark.parametrize("name", ["jv", "kve", "ellipk", "ellipkinc", "ellipdn", "agm", "hyp1f1", "eval_jacobi", "carlson"])
def test_a_wrong_rule_is_caught(name: str) -> None:
    row = TABLE[name]

    def wrong(*operands: object) -> tuple[object, ...]:
        return tuple(p * 1.001 if hasattr(p, "_mpf_") else p for p in row.partials(*operands))

    with pytest.raises(AssertionError):
        check_partials(dataclasses.replace(row, partials=wrong), 2)
