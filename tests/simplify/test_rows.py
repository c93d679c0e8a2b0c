"""Every row of the rewrite tables: an identity, that is found, that ends, and that is an improvement."""

import itertools

import mpmath
import pytest

from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.simplify import simplify
from symdiff.simplify.algebra import LOGIC
from symdiff.simplify.rebuild import rewrite
from symdiff.simplify.rewrite import Rules
from tests.simplify.rows import NUMERIC, ROWS, build, canonical, commutative_operations, points

DIGITS = 50


def name(row):
    return row.name


def test_names_are_unique():
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", NUMERIC, ids=name)
def test_both_sides_are_equal(row):
    with mpmath.workdps(DIGITS + 30):
        for point in points(row):
            operands = [x if isinstance(x, int) else mpmath.mpf(x) for x in point]
            before, after = mpmath.mpf(row.pattern(*operands)), mpmath.mpf(row.replacement(*operands))
            assert abs(before - after) <= mpmath.mpf(10) ** -DIGITS * abs(before), point


@pytest.mark.parametrize("row", LOGIC, ids=name)
def test_logic(row):
    for truth in (True, False):
        assert row.pattern(truth) == row.replacement(truth)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_pattern_is_found_in_every_order(row):
    wanted = dead_code(rewrite(build(row, row.replacement), Rules(())))
    for flips in itertools.product([False, True], repeat=commutative_operations(row)):
        before = build(row, row.pattern, flips)
        after = dead_code(rewrite(before, Rules([row])))
        check(after) if row not in LOGIC else None
        assert canonical(after) != canonical(before), "not found"
        again = dead_code(rewrite(wanted, Rules([row])))  # a general row applies to its own pieces
        assert canonical(after) == canonical(again)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_all_rows_together_come_to_an_end(row):
    for side in (row.pattern, row.replacement):
        once = simplify(build(row, side))
        assert canonical(simplify(once)) == canonical(once)
