"""Two names of one list or dict: a change in place is seen under both."""

import pytest

from symdiff import UnsupportedError, check_grads, grad, read


def updated(x):
    table = {"a": x}
    other = table
    other |= {"b": x * x}
    return sum(table.values())


def repeated(x):
    items = [x, 1.0]
    other = items
    other *= 2
    return sum(items) * len(items)


def inner_list(x):
    table = {"l": [x]}
    other = table["l"]
    table["l"] += [x * x]
    table["l"] *= 2
    return sum(other)


def element(x):
    rows = [[x]]
    first = rows[0]
    rows[0] += [x**3]
    return sum(first)


@pytest.mark.parametrize("function", [updated, repeated, inner_list, element])
def test_a_change_in_place_is_seen_under_every_name(function):
    assert read(function)(0.7) == pytest.approx(function(0.7), rel=1e-15)
    check_grads(function, 0.7)


def test_a_set_changed_in_place_is_refused():
    def f(x):
        members = {1}
        other = members
        other |= {2}
        return x * len(members)

    with pytest.raises(UnsupportedError, match="a set changed in place"):
        grad(f)
