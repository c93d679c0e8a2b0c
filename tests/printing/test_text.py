import pytest

from symdiff.graph.graph import Const, Param
from symdiff.graph.structure import SCALAR, Array, Items
from symdiff.primitives import TABLE
from symdiff.printing import Heading, as_text

sin, cos, exp, sqrt, log, tanh, cosh = (TABLE[name] for name in ("sin", "cos", "exp", "sqrt", "log", "tanh", "cosh"))
X1 = (("x", 1),)
PAIR = Items("tuple", (SCALAR, SCALAR))

# names, rule, expected right-hand side of f'(x) with the textbook's form
SCALARS = [
    ("x", lambda b, x: sin(x) * (2 * x) + x**2 * cos(x), "x*(x*cos(x) + 2*sin(x))"),
    ("x", lambda b, x: 2 * (x + 2), "2*(x + 2)"),
    ("x", lambda b, x: (x + 2) * 2.0, "2*(x + 2)"),
    ("x", lambda b, x: 1 / (2 * sqrt(x)), "1/(2*sqrt(x))"),
    ("x", lambda b, x: 1 / sqrt((1 - x) * (1 + x)), "1/sqrt(1 - x**2)"),
    ("x", lambda b, x: 1 / (cosh(x) * cosh(x)), "1 - tanh(x)**2"),
    ("x", lambda b, x: 1 / (1 + x**2) - x / (1 + x**2) * (1 / (1 + x**2)) * (2 * x), "(1 - x**2)/(x**2 + 1)**2"),
    ("x", lambda b, x: TABLE["sigmoid"](x), "1/(1 + exp(-x))"),
    ("x", lambda b, x: TABLE["softplus"](x), "log(exp(x) + 1)"),
    ("xy", lambda b, x, y: TABLE["hypot"](x, y), "sqrt(x**2 + y**2)"),
    ("xy", lambda b, x, y: TABLE["max"](x, y), "max(x, y)"),
    ("x", lambda b, x: TABLE["abs"](x - 1), "abs(x - 1)"),
    ("x", lambda b, x: 0.1 * x * 3, "0.3*x"),
    ("x", lambda b, x: 0.5 * x**2.0, "x**2/2"),
    ("x", lambda b, x: b.value(Const(1)) / 3 * x, "x/3"),
    ("x", lambda b, x: x * 6.02214076e23, "6.02214076e+23*x"),
    ("x", lambda b, x: x - (1 + x) * 0.001, "0.999*x - 0.001"),
    ("x", lambda b, x: exp(-(x**2) / 2) / sqrt(2 * b.value(Const(3.141592653589793, "pi"))), "exp(-x**2/2)/sqrt(2*pi)"),
    ("x", lambda b, x: 0.1 * sqrt(x * x / 2), "0.05*sqrt(2)*abs(x)"),
    ("x", lambda b, x: log(x**2), "log(x**2)"),
    ("x", lambda b, x: sqrt(x**2), "abs(x)"),
    ("x", lambda b, x: 3 * (x + 1) ** 2 * (x + 2) ** 2 + 2 * (x + 1) * (x + 2) ** 3, "(x + 1)*(x + 2)**2*(5*x + 7)"),
]  # fmt: skip


@pytest.mark.parametrize(("names", "rule", "expected"), SCALARS, ids=[row[2] for row in SCALARS])
def test_right_hand_sides(make, names, rule, expected):
    assert as_text(make(names, rule), Heading("f", ("x",), "derivative", X1)) == f"f'(x) = {expected}"


def test_what_the_user_wrote_stays(make):
    graph = make("x", lambda b, x: x**2 * sin(x) + x * (x - 1) * (x + 1), written=True)
    assert as_text(graph, Heading("f", ("x",))) == "f(x) = x**2*sin(x) + x*(x - 1)*(x + 1)"


LABELS = [
    (Heading("f", ("x",)), "f(x)"),
    (Heading("f", ("x",), "derivative", X1), "f'(x)"),
    (Heading("f", ("x",), "derivative", (("x", 3),)), "f'''(x)"),
    (Heading("f", ("x",), "derivative", (("x", 4),)), "f^(4)(x)"),
    (Heading("f", ("x",), "derivative", (("x", 0),)), "f(x)"),
    (Heading("f", ("x", "y"), "derivative", X1), "∂f/∂x"),
    (Heading("f", ("x", "y"), "derivative", (("x", 2), ("y", 1))), "∂³f/∂x²∂y"),
    (Heading("f", ("x",), "hessian", X1), "f''(x)"),
    (Heading("<lambda>", ("x",), "gradient", X1), "f'(x)"),
    (Heading("f", ("x",), "gradient", X1).then("gradient", X1), "f''(x)"),
    (Heading("f", ("x", "y"), "gradient", X1).then("gradient", (("y", 1),)), "∂²f/∂x∂y"),
    (Heading("f", ("x",), "vjp", X1).then("derivative", X1), "vjp_f'(x)"),
]


@pytest.mark.parametrize(("heading", "expected"), LABELS, ids=[row[1] for row in LABELS])
def test_left_hand_sides(make, heading, expected):
    assert as_text(make("x", lambda b, x: 2 * x), heading) == f"{expected} = 2*x"


def test_several_variables_are_several_lines(make):
    graph = make("xy", lambda b, x, y: [2 * x * y, x * x], PAIR)
    heading = Heading("f", ("x", "y"), "gradient", (("x", 1), ("y", 1)))
    assert as_text(graph, heading) == "∂f/∂x = 2*x*y\n∂f/∂y = x**2"


def test_value_and_gradient(make):
    graph = make("x", lambda b, x: [x * x, 2 * x], PAIR)
    assert as_text(graph, Heading("f", ("x",), "value_and_grad", X1)) == "f(x) = x**2\nf'(x) = 2*x"


VECTOR = (Param("p", Array((2,))),)


def test_gradient_in_a_vector(make):
    graph = make(["p_0", "p_1"], lambda b, p, q: [2 * p, sin(p * q)], Array((2,)), VECTOR)
    assert as_text(graph, Heading("f", ("p",), "gradient", (("p", 1),))) == "∇f(p) = [2*p_0, sin(p_0*p_1)]"
    assert as_text(graph, Heading("f", ("p", "w"), "gradient", (("p", 1),))).startswith("∇_p f(p, w) = [")


def test_jacobian_is_an_aligned_matrix(make):
    graph = make(["p_0", "p_1"], lambda b, p, q: [2 * p, 3, 2, 2 * q], Array((2, 2)), VECTOR)
    assert as_text(graph, Heading("f", ("p",), "jacobian", (("p", 1),))) == (
        "J(p) = [2*p_0,     3]\n"
        "       [    2, 2*p_1]"
    )  # fmt: skip
    assert as_text(graph, Heading("f", ("p",), "gradient", (("p", 1),)).then("jacobian", (("p", 1),))).startswith("H(p) = ")


def test_hessian_in_two_scalars(make):
    rows = Items("tuple", (PAIR, PAIR))
    graph = make("xy", lambda b, x, y: [2, y, y, sin(x)], rows)
    assert as_text(graph, Heading("f", ("x", "y"), "hessian", (("x", 1), ("y", 1)))) == (
        "∂²f/∂x² = 2\n∂²f/∂x∂y = y\n∂²f/∂y∂x = y\n∂²f/∂y² = sin(x)"
    )


def test_products_with_seeds(make):
    seed = Param("p_dot", Array((2,)), role="seed")
    graph = make(["p_0", "p_1", "p_dot_0", "p_dot_1"], lambda b, p, q, u, v: p * u, SCALAR, (*VECTOR, seed))
    assert as_text(graph, Heading("f", ("p",), "jvp", (("p", 1),))) == "J(p)·p_dot = p_0*p_dot_0"


def test_a_wide_matrix_is_listed_by_entry(make):
    wide = 9

    def rule(b, *p):
        return [sin(p[i] * p[j] + 1) if i <= j < i + 2 else 0 for i in range(wide) for j in range(wide)]

    params = (Param("p", Array((wide,))),)
    text = as_text(make(params[0].leaves, rule, Array((wide, wide)), params), Heading("f", ("p",), "jacobian", (("p", 1),)))
    lines = text.split("\n")
    assert lines[0] == "J(p)[0, 0] = sin(p_0**2 + 1)"
    assert lines[-1] == "all other entries of J(p) are 0"
    assert len(lines) == 2 * wide


def test_cases_of_a_branch(make):
    def rule(b, x):
        condition = TABLE["gt"](x, 0).atom
        with b.block() as then:
            first = (x * x).atom
        return b.value(b.branch(condition, then, (), [("y", first, Const(-1))])[0])

    assert as_text(make("x", rule), Heading("f", ("x",))) == "f(x) = x**2 if x > 0 else -1"


def test_conditions_read_as_python(make):
    def rule(b, x):
        inside = TABLE["and"](TABLE["lt"](x, 2), TABLE["ge"](x, 1))
        apart = TABLE["or"](inside, TABLE["eq"](x, 5))
        return [
            b.value(b.branch(inside.atom, (), (), [("y", Const(1), Const(2))])[0]),
            b.value(b.branch(apart.atom, (), (), [("y", Const(1), Const(2))])[0]),
        ]

    text = as_text(make("x", rule, PAIR), Heading("f", ("x",)))
    assert text == "f(x) = (1 if 1 <= x < 2 else 2, 1 if 1 <= x < 2 or x == 5 else 2)"
