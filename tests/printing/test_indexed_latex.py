"""Functions of arrays as a textbook writes them, and their derivatives, as LaTeX.

Rosenbrock's gradient is a sum of guarded terms, not cases: each term stands once, and it holds for n = 0 and n = 1 too.
Functions that give an array are followed by their adjoint product, the others by their gradient.
"""

# ruff: noqa: E501

import pytest

from symdiff.printing import as_latex
from tests.printing.array_graphs import BY_NAME, transposed

LATEX = {
    "least_squares": (
        r"f(A, x, b) = \sum_{i=0}^{m - 1} \left(\sum_{j=0}^{n - 1} A_{i,j} x_{j} - b_{i}\right)^{2}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial A_{k,l}} &= 2 x_{l} \left(z_{k} - b_{k}\right) \\
\frac{\partial f}{\partial x_{k}} &= 2 \sum_{i=0}^{m - 1} A_{i,k} \left(z_{i} - b_{i}\right) \\
\frac{\partial f}{\partial b_{k}} &= 2 \left(b_{k} - z_{k}\right) \\
\text{where } z_{i} &= \sum_{j=0}^{n - 1} A_{i,j} x_{j}
\end{aligned}
""",
    ),
    "least_squares_power": (
        r"f(A, x, b) = \sum_{i=0}^{m - 1} \left(\sum_{j=0}^{n - 1} A_{i,j} x_{j} - b_{i}\right)^{2}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial A_{k,l}} &= 2 r_{k} x_{l} \\
\frac{\partial f}{\partial x_{k}} &= 2 \sum_{i=0}^{m - 1} A_{i,k} r_{i} \\
\frac{\partial f}{\partial b_{k}} &= - 2 r_{k} \\
\text{where } r_{i} &= \sum_{j=0}^{n - 1} A_{i,j} x_{j} - b_{i}
\end{aligned}
""",
    ),
    "ridge": (
        r"f(A, x, b, c) = c \sum_{i=0}^{n - 1} x_{i}^{2} + \sum_{i=0}^{m - 1} \left(\sum_{j=0}^{n - 1} A_{i,j} x_{j} - b_{i}\right)^{2}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial A_{k,l}} &= 2 r_{k} x_{l} \\
\frac{\partial f}{\partial x_{k}} &= 2 \left(c x_{k} + \sum_{i=0}^{m - 1} A_{i,k} r_{i}\right) \\
\frac{\partial f}{\partial b_{k}} &= - 2 r_{k} \\
\frac{\partial f}{\partial c} &= \sum_{i=0}^{n - 1} x_{i}^{2} \\
\text{where } r_{i} &= \sum_{j=0}^{n - 1} A_{i,j} x_{j} - b_{i}
\end{aligned}
""",
    ),
    "rosenbrock": (
        r"f(x) = \sum_{i=0}^{n - 2} \left(\left(1 - x_{i}\right)^{2} + 100 \left(x_{i+1} - x_{i}^{2}\right)^{2}\right) \qquad \text{with } x \in \mathbb{R}^{n}",
        r"\frac{\partial f}{\partial x_{k}} = \begin{cases} 200 \left(x_{k} - x_{k-1}^{2}\right) & \text{for}\: k \geq 1 \\0 & \text{otherwise} \end{cases} + \begin{cases} 400 x_{k} \left(x_{k}^{2} - x_{k+1}\right) + 2 \left(x_{k} - 1\right) & \text{for}\: k \leq n - 2 \\0 & \text{otherwise} \end{cases} \qquad \text{with } x \in \mathbb{R}^{n}",
    ),
    "pairs": (
        r"f(x, a) = \sum_{0 \leq i < j \leq n - 1} a \left(x_{i} - x_{j}\right)^{3}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial x_{k}} &= 3 a \left(\sum_{i=k + 1}^{n - 1} \left(x_{k} - x_{i}\right)^{2} - \sum_{i=0}^{k - 1} \left(x_{i} - x_{k}\right)^{2}\right) \\
\frac{\partial f}{\partial a} &= \sum_{0 \leq i < j \leq n - 1} \left(x_{i} - x_{j}\right)^{3}
\end{aligned}
""",
    ),
    "log_sum_exp": (
        r"f(z) = \max_{0 \leq i \leq n - 1} \left(z_{i}\right) + \log{\left(\sum_{i=0}^{n - 1} e^{z_{i} - \max_{0 \leq j \leq n - 1} \left(z_{j}\right)} \right)}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial z_{k}} &= \frac{e^{z_{k} - \mathrm{top}}}{s} \\
\text{where } \mathrm{top} &= \max_{0 \leq i \leq n - 1} \left(z_{i}\right) \\
s &= \sum_{i=0}^{n - 1} e^{z_{i} - \mathrm{top}}
\end{aligned}
""",
    ),
    "logistic": (
        r"""
\begin{aligned}
f(X, y, w) &= \sum_{i=0}^{m - 1} \left(\log{\left(e^{z_{i}} + 1 \right)} - y_{i} z_{i}\right) \\
\text{where } z_{i} &= \sum_{j=0}^{n - 1} X_{i,j} w_{j}
\end{aligned}
""",
        r"""
\begin{aligned}
\frac{\partial f}{\partial w_{k}} &= \sum_{i=0}^{m - 1} X_{i,k} \left(\frac{1}{1 + e^{- z_{i}}} - y_{i}\right) \\
\text{where } z_{i} &= \sum_{j=0}^{n - 1} X_{i,j} w_{j}
\end{aligned}
""",
    ),
    "trace_exp": (
        r"f(S) = \sum_{i=0}^{n - 1} e^{S_{i,i}}",
        r"\frac{\partial f}{\partial S_{k,l}} = \begin{cases} e^{S_{k,k}} & \text{for}\: k = l \\0 & \text{otherwise} \end{cases}",
    ),
    "product": (
        r"f(x) = \prod_{i=0}^{n - 1} \left(x_{i}\right)",
        r"\frac{\partial f}{\partial x_{k}} = \prod_{\substack{i=0 \\ i \neq k}}^{n - 1} \left(x_{i}\right)",
    ),
    "maximum": (
        r"f(x) = \max_{0 \leq i \leq n - 1} \left(x_{i}\right)",
        r"\frac{\partial f}{\partial x_{k}} = \begin{cases} \frac{1}{\sum_{\substack{i=0 \\ x_{i} = \max_{0 \leq j \leq n - 1} \left(x_{j}\right)}}^{n - 1} 1} & \text{for}\: x_{k} = \max_{0 \leq i \leq n - 1} \left(x_{i}\right) \\0 & \text{otherwise} \end{cases}",
    ),
    "rows": (
        r"f(A) = \sum_{i=0}^{m - 1} \left(\prod_{j=0}^{n - 1} \left(A_{i,j}\right)\right) e^{\max_{0 \leq j \leq n - 1} \left(A_{i,j}\right)}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial A_{k,l}} &= \left(\prod_{\substack{i=0 \\ i \neq l}}^{n - 1} \left(A_{k,i}\right)\right) e^{M_{k}} + \begin{cases} \frac{P_{k} e^{M_{k}}}{\sum_{\substack{i=0 \\ A_{k,i} = M_{k}}}^{n - 1} 1} & \text{for}\: A_{k,l} = M_{k} \\0 & \text{otherwise} \end{cases} \\
\text{where } M_{i} &= \max_{0 \leq j \leq n - 1} \left(A_{i,j}\right) \\
P_{i} &= \prod_{j=0}^{n - 1} \left(A_{i,j}\right)
\end{aligned}
""",
    ),
    "relu": (
        r"f(x) = \sum_{\substack{i=0 \\ x_{i} > 0}}^{n - 1} \sqrt{x_{i}}",
        r"\frac{\partial f}{\partial x_{k}} = \begin{cases} \frac{1}{2 \sqrt{x_{k}}} & \text{for}\: x_{k} > 0 \\0 & \text{otherwise} \end{cases}",
    ),
    "huber": (
        r"f(x, d) = \sum_{i=0}^{n - 1} \left(\begin{cases} \frac{x_{i}^{2}}{2} & \text{for}\: \left|{x_{i}}\right| \leq d \\d \left(\left|{x_{i}}\right| - \frac{d}{2}\right) & \text{otherwise} \end{cases}\right)",
        r"""
\begin{aligned}
\frac{\partial f}{\partial x_{k}} &= \begin{cases} x_{k} & \text{for}\: \left|{x_{k}}\right| \leq d \\d \operatorname{sign}{\left(x_{k} \right)} & \text{otherwise} \end{cases} \\
\frac{\partial f}{\partial d} &= \sum_{\substack{i=0 \\ \left|{x_{i}}\right| > d}}^{n - 1} \left(\left|{x_{i}}\right| - d\right)
\end{aligned}
""",
    ),
    "norm": (
        r"f(x) = \sqrt{\sum_{i=0}^{n - 1} x_{i}^{2}}",
        r"\frac{\partial f}{\partial x_{k}} = \frac{x_{k}}{\sqrt{\sum_{i=0}^{n - 1} x_{i}^{2}}}",
    ),
    "mean": (
        r"f(x) = \frac{\sum_{i=0}^{n - 1} \left(x_{i}\right)}{n}",
        r"\frac{\partial f}{\partial x_{k}} = \frac{1}{n} \qquad \text{with } x \in \mathbb{R}^{n}",
    ),
    "variance": (
        r"f(x) = \frac{\sum_{i=0}^{n - 1} \left(x_{i} - \frac{\sum_{j=0}^{n - 1} \left(x_{j}\right)}{n}\right)^{2}}{n}",
        r"\frac{\partial f}{\partial x_{k}} = \frac{2 \left(n x_{k} - \sum_{i=0}^{n - 1} \left(x_{i}\right)\right)}{n^{2}}",
    ),
    "polynomial": (
        r"f(c, x) = \sum_{i=0}^{n - 1} c_{i} x^{i}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial c_{k}} &= x^{k} \\
\frac{\partial f}{\partial x} &= \sum_{i=0}^{n - 1} i c_{i} x^{i - 1}
\end{aligned}
""",
    ),
    "odd": (
        r"f(x, y) = \sum_{i=0}^{h - 1} \sin{\left(x_{2i+1}^{2} \right)} \qquad \text{with } y \in \mathbb{R}^{h}",
        r"\frac{\partial f}{\partial x_{k}} = \begin{cases} 2 x_{k} \cos{\left(x_{k}^{2} \right)} & \text{for}\: k \bmod 2 = 1 \\0 & \text{otherwise} \end{cases}",
    ),
    "laplacian": (
        r"f(u) = \sum_{i=0}^{n - 3} \left(u_{i+2} - 2 u_{i+1} + u_{i}\right)^{2} \qquad \text{with } u \in \mathbb{R}^{n}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial u_{k}} &= \begin{cases} - 2 {t_{1}}_{k-1} & \text{for}\: 1 \leq k \leq n - 2 \\0 & \text{otherwise} \end{cases} + \begin{cases} {t_{1}}_{k-2} & \text{for}\: k \geq 2 \\0 & \text{otherwise} \end{cases} + \begin{cases} {t_{1}}_{k} & \text{for}\: k \leq n - 3 \\0 & \text{otherwise} \end{cases} \\
\text{where } {t_{1}}_{i} &= 2 \left(u_{i+2} - 2 u_{i+1} + u_{i}\right) \\
& \text{with } u \in \mathbb{R}^{n}
\end{aligned}
""",
    ),
    "write": (
        r"f(x)_{i} = \begin{cases} x_{i+1} \sin{\left(x_{i} \right)} & \text{for}\: 1 \leq i \leq n - 2 \\x_{i} & \text{otherwise} \end{cases} \qquad \text{with } x \in \mathbb{R}^{n}",
        r"\left(\mathrm{ct} \cdot J(x)\right)_{k} = \begin{cases} \mathrm{ct}_{k} & \text{for}\: k = 0 \vee k = n - 1 \\0 & \text{otherwise} \end{cases} + \begin{cases} \mathrm{ct}_{k-1} \sin{\left(x_{k-1} \right)} & \text{for}\: k \geq 2 \\0 & \text{otherwise} \end{cases} + \begin{cases} \mathrm{ct}_{k} x_{k+1} \cos{\left(x_{k} \right)} & \text{for}\: 1 \leq k \leq n - 2 \\0 & \text{otherwise} \end{cases} \qquad \text{with } x \in \mathbb{R}^{n}",
    ),
    "write_loss": (
        r"f(x) = \sum_{i=0}^{n - 1} \left(\begin{cases} x_{i+1}^{2} \sin^{2}{\left(x_{i} \right)} & \text{for}\: 1 \leq i \leq n - 2 \\x_{i}^{2} & \text{otherwise} \end{cases}\right)",
        r"\frac{\partial f}{\partial x_{k}} = \begin{cases} 2 x_{k} & \text{for}\: k = 0 \vee k = n - 1 \\0 & \text{otherwise} \end{cases} + \begin{cases} 2 x_{k} \sin^{2}{\left(x_{k-1} \right)} & \text{for}\: k \geq 2 \\0 & \text{otherwise} \end{cases} + \begin{cases} 2 x_{k+1}^{2} \sin{\left(x_{k} \right)} \cos{\left(x_{k} \right)} & \text{for}\: 1 \leq k \leq n - 2 \\0 & \text{otherwise} \end{cases} \qquad \text{with } x \in \mathbb{R}^{n}",
    ),
    "gather": (
        r"f(x, \mathrm{idx}) = \sum_{i=0}^{m - 1} x_{\mathrm{idx}_{i}}^{3}",
        r"\frac{\partial f}{\partial x_{k}} = 3 \sum_{\substack{i=0 \\ \mathrm{idx}_{i} = k}}^{m - 1} x_{\mathrm{idx}_{i}}^{2}",
    ),
    "scatter": (
        r"f(x, w, \mathrm{idx}) = \sum_{i=0}^{n - 1} x_{i} \left(\sum_{\substack{j=0 \\ \mathrm{idx}_{j} = i}}^{m - 1} \left(w_{j}\right)\right)^{2}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial x_{k}} &= \left(\sum_{\substack{i=0 \\ \mathrm{idx}_{i} = k}}^{m - 1} \left(w_{i}\right)\right)^{2} \\
\frac{\partial f}{\partial w_{k}} &= 2 x_{\mathrm{idx}_{k}} \sum_{\substack{i=0 \\ \mathrm{idx}_{i} = \mathrm{idx}_{k}}}^{m - 1} \left(w_{i}\right)
\end{aligned}
""",
    ),
    "convolution": (
        r"f(x, y) = \sum_{i=0}^{m + n - 2} \left(\sum_{\substack{j=0 \\ i - n < j \leq i}}^{m - 1} x_{i-j} y_{j}\right)^{2} \qquad \text{with } x \in \mathbb{R}^{n}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial x_{k}} &= \sum_{i=0}^{m - 1} y_{i} {t_{1}}_{i+k} \\
\frac{\partial f}{\partial y_{k}} &= \sum_{i=0}^{n - 1} x_{i} {t_{1}}_{i+k} \\
\text{where } {t_{1}}_{i} &= 2 \sum_{\substack{j=0 \\ i - n < j \leq i}}^{m - 1} x_{i-j} y_{j}
\end{aligned}
""",
    ),
    "matrix_product": (
        r"f(A, B)_{i,j} = \sum_{k=0}^{h - 1} A_{i,k} B_{k,j}",
        r"""
\begin{aligned}
{\left(\mathrm{ct} \cdot J(A, B)\right)_{A}}_{k,l} &= \sum_{i=0}^{n - 1} B_{l,i} \mathrm{ct}_{k,i} \\
{\left(\mathrm{ct} \cdot J(A, B)\right)_{B}}_{k,l} &= \sum_{i=0}^{m - 1} A_{i,k} \mathrm{ct}_{i,l}
\end{aligned}
""",
    ),
    "softmax": (
        r"f(z)_{i} = \frac{e^{z_{i}}}{\sum_{j=0}^{n - 1} e^{z_{j}}}",
        r"""
\begin{aligned}
\left(\mathrm{ct} \cdot J(z)\right)_{k} &= \left(\frac{\mathrm{ct}_{k}}{s} - \frac{\sum_{i=0}^{n - 1} \mathrm{ct}_{i} e^{z_{i}}}{s^{2}}\right) e^{z_{k}} \\
\text{where } s &= \sum_{i=0}^{n - 1} e^{z_{i}}
\end{aligned}
""",
    ),
    "cumulative": (
        r"f(x)_{i} = \sum_{j=0}^{i} \left(x_{j}\right)",
        r"\left(\mathrm{ct} \cdot J(x)\right)_{k} = \sum_{i=k}^{n - 1} \left(\mathrm{ct}_{i}\right) \qquad \text{with } x \in \mathbb{R}^{n}",
    ),
    "outer": (
        r"f(x, y)_{i,j} = x_{i} y_{j}",
        r"""
\begin{aligned}
{\left(\mathrm{ct} \cdot J(x, y)\right)_{x}}_{k} &= \sum_{i=0}^{m - 1} \mathrm{ct}_{k,i} y_{i} \\
{\left(\mathrm{ct} \cdot J(x, y)\right)_{y}}_{k} &= \sum_{i=0}^{n - 1} \mathrm{ct}_{i,k} x_{i}
\end{aligned}
""",
    ),
    "transpose": (
        r"f(A)_{i,j} = A_{j,i}",
        r"\left(\mathrm{ct} \cdot J(A)\right)_{k,l} = \mathrm{ct}_{l,k}",
    ),
    "any_all": (
        r"f(x) = \begin{cases} \sum_{i=0}^{n - 1} \left(x_{i}\right) & \text{for}\: \bigvee_{i=0}^{n - 1} \left(x_{i} > 1\right) \wedge \bigwedge_{i=0}^{n - 1} \left(x_{i} < 5\right) \\0 & \text{for}\: \bigwedge_{i=0}^{n - 1} \left(x_{i} < 5\right) \\\sum_{i=0}^{n - 1} x_{i}^{2} & \text{otherwise} \end{cases}",
        r"\frac{\partial f}{\partial x_{k}} = \begin{cases} 1 & \text{for}\: \bigvee_{i=0}^{n - 1} \left(x_{i} > 1\right) \wedge \bigwedge_{i=0}^{n - 1} \left(x_{i} < 5\right) \\2 x_{k} & \text{for}\: \neg \bigwedge_{i=0}^{n - 1} \left(x_{i} < 5\right) \\0 & \text{otherwise} \end{cases}",
    ),
    "guard": (
        r"f(x) = \log{\left(\sum_{i=0}^{n - 1} \left(x_{i}\right) \right)} \qquad \text{for } \sum_{i=0}^{n - 1} \left(x_{i}\right) > 0",
        r"\frac{\partial f}{\partial x_{k}} = \frac{1}{\sum_{i=0}^{n - 1} \left(x_{i}\right)} \qquad \text{for } \sum_{i=0}^{n - 1} \left(x_{i}\right) > 0",
    ),
    "energy": (
        r"f(x) = \sum_{0 \leq i < j \leq n - 1} \frac{1}{\sum_{k=0}^{m - 1} \left(x_{i,k} - x_{j,k}\right)^{2} + 1}",
        r"""
\begin{aligned}
\frac{\partial f}{\partial x_{k,l}} &= 2 \left(\sum_{i=0}^{k - 1} \frac{x_{i,l} - x_{k,l}}{\left({r_{2}}_{i,k} + 1\right)^{2}} + \sum_{i=k + 1}^{n - 1} \frac{x_{i,l} - x_{k,l}}{\left({r_{2}}_{k,i} + 1\right)^{2}}\right) \\
\text{where } {r_{2}}_{i,j} &= \sum_{k=0}^{m - 1} \left(x_{i,k} - x_{j,k}\right)^{2} \\
& \text{with } x \in \mathbb{R}^{n \times m}
\end{aligned}
""",
    ),
}


@pytest.mark.parametrize("name", LATEX)
def test_latex(name):
    function = BY_NAME[name]
    graph = function.graph()
    kind = "vjp" if function.result else "gradient"
    derived = transposed(graph, function.variables) if function.result else function.gradient()
    value, derivative = (expected.strip("\n") for expected in LATEX[name])
    assert as_latex(graph, function.heading()) == value
    assert as_latex(derived, function.heading(kind)) == derivative
