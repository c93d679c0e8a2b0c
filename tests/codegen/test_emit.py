"""The generated module: golden files, names, packing, what stays a statement."""

import re

import numpy as np
import pytest

from symdiff.codegen import compile_source, emit, packed, parameters, python_function, unpacker, with_defaults
from symdiff.codegen.emit import version
from symdiff.errors import InternalError
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.graph import Const, Graph, Origin, Param
from symdiff.graph.structure import SCALAR, Array, Items
from symdiff.primitives import TABLE

from .graphs import agree, choose, graph, source

sin, log, sign, gamma = (TABLE[name] for name in ("sin", "log", "sign", "polygamma"))


def chain_rule():
    """d/dx of z = x*y + sin(x); return k*z**2, as the reverse sweep writes it."""
    builder = Builder()
    x, y, k = (builder.value(builder.input(name)) for name in "xyk")

    def let(op, *args, hint="t"):
        return builder.value(builder.apply(TABLE[op], *map(builder.atom, args), hint=hint))

    builder.origin = Origin(2, "z = x*y + math.sin(x)")
    z = let("add", let("mul", x, y), let("sin", x), hint="z")
    builder.origin = Origin(3, "return k*z**2", "adjoint")
    z_bar = let("mul", let("mul", k, 2), z, hint="z_bar")
    builder.origin = Origin(2, "z = x*y + math.sin(x)", "adjoint")
    x_bar = let("mul", z_bar, let("add", y, let("cos", x)), hint="x_bar")
    captured = Param("k", role="captured", default=3)
    return check(Graph("f", (Param("x"), Param("y"), captured), builder.body, (x_bar.atom,)))


def branches():
    """A guard, an elif chain, and a value kept for a second branch on the same condition."""

    def rule(builder, x):
        def refuse():
            builder.error("ValueError", "x is 'negative'")

        builder.origin = Origin(2, "if x < 0: raise ValueError(\"x is 'negative'\")")
        choose(builder, TABLE["lt"](x, 0), refuse, lambda: None)
        builder.origin = Origin(3, "y = ...")
        low, middle = TABLE["lt"](x, 1), TABLE["lt"](x, 2)
        s = choose(builder, low, lambda: sin(x), lambda: None, "s")
        y = choose(builder, low, lambda: s * x, lambda: choose(builder, middle, lambda: log(x) + 1, lambda: x**3), "y")
        builder.origin = Origin(4, "return y", "adjoint")
        return y, choose(builder, low, lambda: s + 1, lambda: 0.5)

    return graph("x", rule, Items("tuple", (SCALAR, SCALAR)))


def arrays():
    """A vector argument, a matrix argument and a value with an array."""
    params = (Param("p", Array((3,))), Param("a", Array((2, 2))))

    def rule(builder, p0, p1, p2, a00, a01, a10, a11):
        return p0 * p0 + p1, p0 * a00, a01 + p2, sign(a10), 0, 0, 0, 0, 0

    return graph("", rule, Items("list", (SCALAR, Array((2, 4)))), params)


@pytest.mark.parametrize("make", [chain_rule, branches, arrays], ids=lambda make: make.__name__)
def test_golden(make, golden):
    text = emit(make(), name="df_dx", title=f"Derivative of f, {make.__name__.replace('_', ' ')}.")
    golden(f"source/{make.__name__}.py", text.replace(f"symdiff {version()}", "symdiff VERSION"))


@pytest.mark.parametrize(
    ("make", "points"),
    [
        (chain_rule, [(0.3, 1.5, 2.0)]),
        (branches, [(0.5,), (1.5,), (2.5,)]),
        (arrays, [(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_golden_graphs_compute_what_the_interpreter_computes(make, points):
    agree(make(), points)


def test_the_source_is_the_same_every_time():
    assert source(branches()) == source(branches())


def test_captured_values_are_keywords_with_defaults():
    kernel = compile_source(source(chain_rule()), "df")
    full, plain = with_defaults(kernel, source(chain_rule())), python_function(source(chain_rule()))
    assert kernel(0.5, 2.0, 3.0) == full(0.5, 2.0) == full(0.5, y=2) == plain(0.5, 2.0)
    assert full(0.5, 2.0, k=4.0) == plain(0.5, 2.0, 4.0) != full(0.5, 2.0)


def test_seeds_come_before_captured_values():
    params = (Param("x"), Param("k", role="captured", default=2.0), Param("v", role="seed"))
    made = graph("", lambda b, x, k, v: x * k - v, params=params)
    assert [param.name for param in parameters(made)] == ["x", "v", "k"]
    assert python_function(source(made))(3.0, 1.0) == 5.0


def test_a_captured_value_without_default_is_an_error_of_ours():
    with pytest.raises(InternalError, match="captured"):
        source(graph("", lambda b, x: x, params=(Param("x", role="captured"),)))


@pytest.mark.parametrize("name", ["math", "np", "numba", "max", "df", "polygamma", "_df", "t", "work", "out"])
def test_a_parameter_may_have_any_name(name):
    made = graph([name, "y"], lambda b, x, y: [sin(TABLE["max"](x, y)), gamma(2, y), x * y], Array((3,)))
    function = python_function(source(made))
    assert list(function(**{name: 0.5, "y": 2.0})) == list(function(0.5, 2.0))
    agree(made, [(0.5, 2.0)], compiled=name in {"math", "df"})


def test_variables_give_way_to_what_the_code_needs():
    def rule(builder, x, y):
        made = x
        for name in ["math", "np", "max", "df", "numba", "x", "class", "polygamma", "ValueError"]:
            made = builder.value(builder.apply(TABLE["add"], made.atom, y.atom, hint=name if name != "class" else "c"))
            made = TABLE["max"](sin(made), made)
        return gamma(1, made), made

    agree(graph("xy", rule, Array((2,))), [(0.5, 2.0)])


def test_a_variable_named_like_a_vector_argument():
    params = (Param("p", Array((2,))),)
    made = graph("", lambda b, p0, p1: b.value(b.apply(TABLE["mul"], p0.atom, p1.atom, hint="p")) + p1, params=params)
    agree(made, [(2.0, 3.0)])


def test_association_is_kept():
    made = graph("xyz", lambda b, x, y, z: x + (y + z) - (z - (x - y)))
    assert "return x + (y + z) - (z - (x - y))" in source(made)


def test_names_of_the_user_stay_and_temporaries_go():
    def rule(builder, x):
        speed = builder.value(builder.apply(TABLE["mul"], x.atom, x.atom, hint="speed"))
        return sin(speed + 1) * 2

    text = source(graph("x", rule))
    assert "    speed = x*x\n    return math.sin(speed + 1)*2\n" in text


def test_a_comparison_kept_for_later_is_repeated():
    """The adjoint of an elif chain is an elif chain, though its inner condition is computed in one branch only."""

    def rule(builder, x):
        low, inner = TABLE["lt"](x, 0), []

        def middle():
            inner.append(TABLE["lt"](x, 1))
            return inner[0]

        kept = choose(builder, low, lambda: None, middle, "c")
        long = sum((sin(x * k) / (x - 7 - k) for k in range(5)), x)
        inside = lambda: choose(builder, kept, lambda: long * 2 + sin(long), lambda: long * 3)  # noqa: E731
        return choose(builder, low, lambda: sin(long) * 5, inside, "y")

    made = graph("x", rule)
    assert " = x < 1" not in source(made)
    assert "if x < 1" in source(made)
    agree(made, [(-1.0,), (0.5,), (2.0,)], compiled=False)


def test_names_that_passes_numbered_again_and_again():
    def rule(builder, x):
        for name in ("y", "y_1_1", "y_1_1_1", "y_1_1_1_bar"):
            x = builder.value(builder.apply(TABLE["mul"], x.atom, x.atom, hint=name))
        return sin(x) * x

    text = source(graph("x", rule))
    assert re.findall(r"(\w+) = x|(\w+) = y", text) == [("y", ""), ("", "y_1"), ("", "y_2"), ("", "y_2_bar")]


def test_lines_are_bounded():
    def rule(builder, *values):
        total = values[0]
        for i in range(200):
            total = total * sin(values[i % 5] + total) + values[(i + 1) % 5]
        return total

    text = source(graph(["velocity", "temperature", "acceleration", "y", "z"], rule))
    assert max(map(len, text.splitlines())) <= 104


def test_constant_results_are_floats():
    made = graph("x", lambda b, x: [2, 0, 2**60], Items("tuple", (SCALAR,) * 3))
    result = python_function(source(made))(1.0)
    assert result == (2.0, 0.0, 2.0**60)
    assert all(type(value) is float for value in result)


def test_an_operation_on_integer_literals_does_not_overflow():
    made = graph("x", lambda b, x: x + b.value(b.apply(TABLE["pow"], Const(2), Const(100))))
    agree(made, [(1.0,)])


@pytest.mark.parametrize(
    ("structure", "compiled"),
    [
        (SCALAR, SCALAR),
        (Array((2, 3)), Array((2, 3))),
        (Items("list", (SCALAR, SCALAR)), Items("tuple", (SCALAR, SCALAR))),
        (Items("tuple", (SCALAR,) * 17), Array((17,))),
        (Items("list", (Items("tuple", (SCALAR,) * 6),) * 3), Array((3, 6))),
        (Items("tuple", (SCALAR, Array((50,)))), Items("tuple", (SCALAR, Array((50,))))),
        (Items("tuple", (SCALAR, Items("list", (SCALAR,) * 20))), Items("tuple", (SCALAR, Array((20,))))),
        (Items("tuple", (Items("list", (SCALAR,) * 9), Items("list", (SCALAR,) * 8))), Array((17,))),
        (Items("tuple", ()), Array((0,))),
    ],
)
def test_packing(structure, compiled):
    assert packed(structure) == compiled
    size = structure.size
    made = graph("x", lambda b, x: [x * (i + 2) for i in range(size)], structure)
    unpack = unpacker(structure)
    result = python_function(source(made))(1.0)
    want = structure.pack([float(i + 2) for i in range(size)])
    np.testing.assert_equal(unpack(result) if unpack else result, want)


def test_packing_compiles():
    """One tuple of everything: nested tuples, arrays of one and two dimensions, tuples of one."""
    inner = (SCALAR, Items("list", (SCALAR,)), Array((2, 2)), Items("tuple", (Array((1,)), SCALAR)))
    made = graph("x", lambda b, x: [x * (i + 2) for i in range(8)], Items("tuple", inner))
    agree(made, [(1.5,)])


def test_the_length_of_an_array_argument_is_checked():
    made = graph("", lambda b, *a: a[0] * a[3], params=(Param("p", Array((2, 2))),))
    for run in (python_function(source(made)), compile_source(source(made), "df")):
        with pytest.raises(ValueError, match=re.escape("p must have shape (2, 2)")):
            run(np.ones((2, 3)))


def test_text_of_strangers_stays_a_comment():
    builder = Builder()
    builder.input("x")
    builder.origin = Origin(1, 'y = x\n    import os\r\x0c"""; os')
    atom = builder.apply(TABLE["sin"], "x", hint="y")
    made = Graph("f", (Param("x"),), builder.body, (atom,))
    text = emit(made, name="f", title='a """ title \\')
    assert '# line 1: y = x import os """; os' in text
    assert python_function(text)(0.0) == 0.0


def test_only_builtin_exceptions_are_raised():
    def rule(builder, x):
        builder.error("os.system", "ls")
        return x

    with pytest.raises(InternalError, match="not a builtin exception"):
        source(graph("x", rule))


def test_what_follows_a_raise_is_not_written():
    def rule(builder, x):
        builder.error("ValueError", "never")
        return sin(x)

    function = python_function(source(graph("x", rule)))
    with pytest.raises(ValueError, match="never"):
        function(1.0)


def test_a_name_that_is_none_is_an_error_of_ours():
    with pytest.raises(InternalError, match="<lambda>"):
        source(graph("x", lambda b, x: x), "<lambda>")
