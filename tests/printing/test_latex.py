import pytest

from symdiff.graph.graph import Const, Param
from symdiff.graph.structure import SCALAR, Array, Items
from symdiff.primitives import TABLE
from symdiff.printing import Heading, as_latex
from symdiff.printing.latex import function_latex, name_latex

sin = TABLE["sin"]

NAMES = [
    ("x", "x"),
    ("sigma", "\\sigma"),
    ("\N{GREEK SMALL LETTER SIGMA}", "\\sigma"),
    ("Theta", "\\Theta"),
    ("lambda_", "\\lambda"),
    ("p_0", "p_{0}"),
    ("a_0_1", "a_{0,1}"),
    ("x1", "x_{1}"),
    ("mu0", "\\mu_{0}"),
    ("x_bar", "\\bar{x}"),
    ("x_hat_0", "\\hat{x}_{0}"),
    ("r_max", "r_{\\mathrm{max}}"),
    ("price", "\\mathrm{price}"),
    ("kabs", "\\mathrm{kabs}"),
]


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_names(name, expected):
    assert name_latex(name) == expected


def test_names_of_functions():
    assert function_latex("loss") == "\\operatorname{loss}"
    assert function_latex("f") == "f"


HEADINGS = [
    (Heading("f", ("x",), "derivative", (("x", 1),)), "f'(x)"),
    (Heading("f", ("x",), "derivative", (("x", 4),)), "f^{(4)}(x)"),
    (Heading("f", ("x", "y"), "derivative", (("x", 2), ("y", 1))), "\\frac{\\partial^{3} f}{\\partial x^{2}\\,\\partial y}"),
    (Heading("loss", ("x", "sigma"), "value"), "\\operatorname{loss}(x, \\sigma)"),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "expected"), HEADINGS, ids=[row[1] for row in HEADINGS])
def test_left_hand_sides(make, heading, expected):
    assert as_latex(make("x", lambda b, x: 2 * (x + 2)), heading) == f"{expected} = 2 \\left(x + 2\\right)"


def test_gradient_and_hessian_of_a_vector(make):
    params = (Param("p", Array((2,))),)
    gradient = make(["p_0", "p_1"], lambda b, p, q: [2 * p, q], Array((2,)), params)
    hessian = make(["p_0", "p_1"], lambda b, p, q: [2, p, p, q], Array((2, 2)), params)
    assert as_latex(gradient, Heading("f", ("p",), "gradient", (("p", 1),))) == (
        "\\nabla f(p) = \\begin{bmatrix}2 p_{0} \\\\ p_{1}\\end{bmatrix}"
    )
    assert as_latex(hessian, Heading("f", ("p",), "hessian", (("p", 1),))) == (
        "H(p) = \\begin{bmatrix}2 & p_{0} \\\\ p_{0} & p_{1}\\end{bmatrix}"
    )


def test_several_equations_are_aligned(make):
    graph = make("xy", lambda b, x, y: [y, x], Items("tuple", (SCALAR, SCALAR)))
    assert as_latex(graph, Heading("f", ("x", "y"), "gradient", (("x", 1), ("y", 1)))) == (
        "\\begin{aligned}\n"
        "\\frac{\\partial f}{\\partial x} &= y \\\\\n"
        "\\frac{\\partial f}{\\partial y} &= x\n"
        "\\end{aligned}"
    )  # fmt: skip


def test_branches_are_cases(make):
    def rule(b, x):
        condition = TABLE["and"](TABLE["gt"](x, 0), TABLE["le"](x, 1)).atom
        with b.block() as then:
            first = sin(x).atom
        return b.value(b.branch(condition, then, (), [("y", first, Const(0.25))])[0])

    assert as_latex(make("x", rule), Heading("f", ("x",))) == (
        "f(x) = \\begin{cases} \\sin{\\left(x \\right)} & \\text{for}\\: 0 < x \\leq 1 \\\\"
        "\\frac{1}{4} & \\text{otherwise} \\end{cases}"
    )


def test_decimals(make):
    graph = make("x", lambda b, x: x * 1.5e-7 + 0.1)
    assert as_latex(graph, Heading("f", ("x",))) == "f(x) = 1.5 \\cdot 10^{-7} x + 0.1"


def test_where_list(make):
    def rule(b, x):
        for _ in range(8):
            x = sin(x) * x + 1 / (1 + x**2)
        return x

    lines = as_latex(make("x", rule), Heading("f", ("x",))).split("\n")
    assert lines[0] == "\\begin{aligned}"
    assert lines[2].startswith("\\text{where } t_{1} &= x \\sin{\\left(x \\right)}")
