"""How things are written on paper, as data: textbook forms of rows, names of constants and letters, size bounds.

Importing this module does not import SymPy: a row of ``DISPLAY`` gets the ``sympy`` namespace when it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Sizes are numbers of nodes of expression trees. They bound what is built, so that nothing explodes or hangs.
INLINE = 250  # all outputs together, with everything inlined; above it shared lets become a where-list
INLINE_CASES = 1000  # the same where there are branches, whose cases mostly decide each other
SMALL = 100  # a formula that has become so small needs no where-list
SHORT = 15  # operations of a formula in which no name of the user's is kept
ENTRY = 80  # one expression when there is a where-list
TINY = 4  # a shared value up to this size is repeated rather than named
WORTH = 12  # nodes that naming a value without a name of its own must save
ENTRIES_TIDIED = 60  # where-lists up to this length are simplified entry by entry
ARMS = 8  # cases that are pulled to the front of a formula
LARGEST = 64  # integers up to which rows that grow are computed exactly

SHOWN_FIRST = 40  # entries of a long list that are displayed
SHOWN_LAST = 10

WIDTH = 100  # columns

# Rows whose values soon have thousands of digits: on integers they are computed as decimals.
GROWING = frozenset({"pow", "powlog", "exp2", "gamma"})

# Textbook forms, for rows whose exact SymPy expression is not what a textbook prints, or that SymPy would rewrite
# (relations are kept as the user wrote them). Each is equal to the row wherever the row is defined.
Form = Callable[..., Any]


def _relation(name: str, mirrored: str) -> Form:
    def form(sp: Any, x: Any, y: Any) -> Any:
        if x.is_number and not y.is_number:  # 0 < x is x > 0
            return getattr(sp, mirrored)(y, x, evaluate=False)
        if isinstance(x, sp.Max | sp.Min) and y.is_number and any(arg.is_number for arg in x.args) and name not in ("Eq", "Ne"):
            parts = [form(sp, arg, y) for arg in x.args]  # max(x, -1) < 1 is x < 1
            return (sp.And if isinstance(x, sp.Max) == (name in ("Lt", "Le")) else sp.Or)(*parts)
        return getattr(sp, name)(x, y, evaluate=x == y or bool(x.is_number and y.is_number))

    return form


def _extremum(name: str) -> Form:
    def form(sp: Any, x: Any, y: Any) -> Any:
        return x if x == y else getattr(sp, name)(x, y, evaluate=bool(x.is_number and y.is_number))

    return form


def _tie(sp: Any, x: Any, y: Any) -> Any:
    greater, less = DISPLAY["gt"](sp, x, y), DISPLAY["lt"](sp, x, y)
    return sp.Piecewise((1, greater), (0, less), (sp.Rational(1, 2), True))


DISPLAY: dict[str, Form] = {
    "lt": _relation("Lt", "Gt"),
    "le": _relation("Le", "Ge"),
    "gt": _relation("Gt", "Lt"),
    "ge": _relation("Ge", "Le"),
    "eq": _relation("Eq", "Eq"),
    "ne": _relation("Ne", "Ne"),
    "and": lambda sp, a, b: sp.And(a, b),
    "or": lambda sp, a, b: sp.Or(a, b),
    "not": lambda sp, a: sp.Not(a),
    "max": _extremum("Max"),
    "min": _extremum("Min"),
    "maximum": _extremum("Max"),
    "minimum": _extremum("Min"),
    "fmax": _extremum("Max"),
    "fmin": _extremum("Min"),
    "hypot": lambda sp, x, y: sp.sqrt(x**2 + y**2),
    "log1p": lambda sp, x: sp.log(1 + x),
    "expm1": lambda sp, x: sp.exp(x) - 1,
    "softplus": lambda sp, x: sp.log(1 + sp.exp(x)),
    "sigmoid": lambda sp, x: 1 / (1 + sp.exp(-x)),
    "erfc": lambda sp, x: 1 + sp.erf(-x) if x.could_extract_minus_sign() else sp.erfc(x),
    "logaddexp": lambda sp, x, y: sp.log(sp.exp(x) + sp.exp(y)),
    "log1mexp": lambda sp, x: sp.log(1 - sp.exp(x)),
    "tie": _tie,
    "unit": lambda _, x, f: x / f,
    "powlog": lambda sp, x, y, n: x**y * sp.log(x) ** n,
    "stop": lambda _, x: x,
}

# Textbook forms of what only partial derivatives bring in (an operation on operands that the user did not write):
# they are accurate in floating point rather than short. Each returns None where it does not apply.


def _difference_of_squares(_: Any, a: Any, b: Any) -> Any:
    """``(1 - x)*(1 + x)``, as in asin', to ``1 - x**2``."""
    if not (a.is_Add and b.is_Add and len(a.args) == len(b.args) == 2):
        return None
    total, difference = (a + b).expand(), (a - b).expand()
    return None if total.is_Add or difference.is_Add else (total / 2) ** 2 - (difference / 2) ** 2


def _product_of_roots(sp: Any, a: Any, b: Any) -> Any:
    """``sqrt(x - 1)*sqrt(x + 1)``, as in acosh', to ``sqrt(x**2 - 1)``."""
    if not (a.is_Pow and b.is_Pow and a.exp == b.exp == sp.Rational(1, 2)):
        return None
    product = _difference_of_squares(sp, a.base, b.base)
    return None if product is None else sp.sqrt(product)


def _hyperbolic(sp: Any, a: Any, b: Any) -> Any:
    """``cosh(x)*cosh(x)`` and ``sinh(x)*cosh(x)``, as in tanh' and tanh'', in terms of ``tanh(x)``."""
    if a.args != b.args or not all(isinstance(side, sp.sinh | sp.cosh) for side in (a, b)):
        return None
    tanh = sp.tanh(*a.args)
    return tanh ** sum(isinstance(side, sp.sinh) for side in (a, b)) / (1 - tanh**2)


OF_PARTIALS: dict[str, tuple[Form, ...]] = {"mul": (_difference_of_squares, _product_of_roots, _hyperbolic)}

# Const.symbol to the attribute of the sympy namespace; tau is 2*pi on paper.
CONSTANTS = {
    "pi": "pi",
    "e": "E",
    "inf": "oo",
    "euler_gamma": "EulerGamma",
    "nan": "nan",
    "undefined": "nan",
}

GREEK_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
GREEK = {name: f"\\{name}" for name in GREEK_LETTERS.split()}
ACCENTS = {"bar": "\\bar", "dot": "\\dot", "hat": "\\hat", "tilde": "\\tilde"}

CELLS = 36  # entries of a matrix that is typeset as a matrix
CELL_WIDTH = 300  # characters of LaTeX in one entry of it
