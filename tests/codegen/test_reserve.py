"""Tapes that do not fit in memory: an error before the loop runs that names checkpoint."""

import math

import numpy as np
import pytest

from symdiff import SymdiffError, TapeError, grad
from symdiff.codegen import python_function
from symdiff.codegen.reserve import memory, size

TERA = 10**12


def march(q, p, h, steps):
    for _ in range(steps):
        q = q + h * p
        p = p - h * math.sin(q)
    return q


def halved(x, y):
    while x > 1:
        x = x / (1 + y * x / (x + 1))
    return x


def heat(u, c, steps):
    for _ in range(steps):
        u = u + c * u**2
    return np.sum(u)


def test_compiled_code_asks_before_the_loop():
    df = grad(march, argnums=("q", "p"))
    wanted = "gradient_march: what the loops keep of each iteration does not fit in memory: use checkpoint=True"
    for _ in range(2):  # the second call takes the shortcut
        with pytest.raises(TapeError, match=wanted) as caught:
            df(1.0, 0.0, 0.1, TERA)
        assert isinstance(caught.value, SymdiffError)
        assert isinstance(caught.value, MemoryError)
    assert df(1.0, 0.0, 0.1, 0) == (1.0, 0.0)


def test_the_source_asks_before_the_loop():
    run = python_function(grad(march, argnums=("q", "p")).source)
    with pytest.raises(MemoryError, match="use checkpoint=True"):
        run(1.0, 0.0, 0.1, TERA)
    run = python_function(grad(heat, argnums=("u", "c")).at(np.ones(2), 0.1, 2).source)
    with pytest.raises(MemoryError, match="use checkpoint=True"):
        run(np.ones(1000), 0.1, TERA // 1000)


def test_a_tape_that_doubles_asks_whenever_it_does():
    run = python_function(grad(halved, argnums=("x", "y")).source)
    expected = run(1e9, 0.01)
    run.__globals__["MEMORY"] = 24 * 400
    assert run(10.0, 0.1)
    with pytest.raises(MemoryError, match="use checkpoint=True"):
        run(1e9, 0.01)
    run.__globals__["MEMORY"] = 24 * 4000
    assert run(1e9, 0.01) == expected


def test_checkpoints_do_not_fit_either():
    run = python_function(grad(heat, argnums=("u", "c"), checkpoint=True).at(np.ones(2), 0.1, 2).source)
    run.__globals__["MEMORY"] = 8 * 3 * 10
    run(np.ones(3), -0.1, 100)
    with pytest.raises(MemoryError, match="in spite of checkpoint=True"):
        run(np.ones(3), -0.1, 121)


def test_nothing_is_asked_where_nothing_is_kept():
    assert "MemoryError" not in grad(march).source  # forward: one derivative


def test_sizes():
    assert size([("n",), ("n",), ("n", "max(m - 1, 0)")]) == "16.0*n + 8.0*n*max(m - 1, 0)"
    assert size([("n + 1",)]) == "8.0*(n + 1)"
    assert not size([("100", "3")])
    assert size([("10000000000",)]) == "8.0*10000000000"
    assert memory() >= 0
