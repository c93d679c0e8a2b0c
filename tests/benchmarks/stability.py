"""``python -m tests.benchmarks.stability [part of a name ...]`` prints the errors of the cases of ``tests.stability``.

Beside ours those of JAX, PyTorch and SymPy, each with the same text and its own functions, in double precision. The value
is the one that comes with the gradient; ``read(f)`` and the others compute what is written.
"""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import math
import platform
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tests.benchmarks.table import show
from tests.jets import taylor
from tests.stability import CASES, Case, written
from tests.ulp import Score

Triple = tuple[float, float, float]
Engine = Callable[[Case], list[Triple]]


def with_symdiff(case: Case) -> list[Triple]:
    """Value and gradient, and second derivative, compiled."""
    from symdiff import derivative, value_and_grad

    both, second = value_and_grad(source=case.source), derivative(source=case.source, order=2)
    return [(*both(x, *o.values()), second(x, *o.values())) for x, o in case.inputs()]


def _columns(case: Case) -> tuple[Any, list[Any]]:
    """All inputs as arrays."""
    inputs = case.inputs()
    return np.array([x for x, _ in inputs]), [np.array([o[name] for _, o in inputs]) for name in case.others]


def _by_branch(case: Case) -> bool:
    """Whether the text has an ``if``, which a whole array cannot take."""
    return any(isinstance(node, ast.IfExp) for node in ast.walk(ast.parse(case.source)))


def with_jax(case: Case) -> list[Triple]:
    """jax.grad, and again; not compiled, so that ``if`` works."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    special = jax.scipy.special
    names = types.SimpleNamespace(sqrt=jnp.sqrt, pi=math.pi, erf=special.erf, erfc=special.erfc, lgamma=special.gammaln)
    f = written(case.source)({"np": jnp, "math": names})
    number = jnp.float64
    orders = (f, jax.grad(f), jax.grad(jax.grad(f)))
    if _by_branch(case):
        return [tuple(float(g(number(x), *map(number, o.values()))) for g in orders) for x, o in case.inputs()]  # type: ignore[misc]
    x, others = _columns(case)
    found = [np.asarray(jax.vmap(g)(x, *others)) for g in orders]
    return list(zip(*(column.tolist() for column in found), strict=True))


def with_torch(case: Case) -> list[Triple]:
    """torch.autograd.grad, and again, in eager mode."""
    import torch

    def number(x: Any) -> Any:
        return torch.as_tensor(x, dtype=torch.float64)

    def lift(function: Any) -> Any:
        return lambda *args: function(*map(number, args))

    names = {name: lift(getattr(torch, name)) for name in (
        "sqrt", "exp", "log", "log1p", "sin", "cos", "tanh", "cosh", "abs", "maximum", "logaddexp", "sinc", "arccos", "arcsin",
        "arctan2", "erf", "erfc", "lgamma",
    )}  # fmt: skip
    library = types.SimpleNamespace(**names, where=lambda c, x, y: torch.where(c, number(x), number(y)), pi=math.pi)
    f = written(case.source)({"np": library, "math": library})

    def orders(x: Any, others: Sequence[Any]) -> list[Any]:
        x = number(x).requires_grad_()
        found = [number(f(x, *map(number, others)))]
        for _ in range(2):
            below = found[-1]
            slope = torch.autograd.grad(below.sum(), x, create_graph=True, allow_unused=True)[0] if below.requires_grad else None
            found.append(torch.zeros_like(x) if slope is None else slope)
        return [part.expand(x.shape).tolist() for part in found]

    if _by_branch(case):
        return [tuple(orders(x, list(o.values()))) for x, o in case.inputs()]  # type: ignore[misc]
    return list(zip(*orders(*_columns(case)), strict=True))


class _ForSymPy(ast.NodeTransformer):
    """A symbol is neither equal to a number nor greater: branches become what SymPy has for them."""

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        self.generic_visit(node)
        return _call("where", node.test, node.body, node.orelse)

    def visit_Compare(self, node: ast.Compare) -> Any:
        if isinstance(node.ops[0], ast.Eq):
            return _call("equal", node.left, node.comparators[0])
        return node


def _call(name: str, *args: ast.expr) -> ast.expr:
    """The call np.name(*args)."""
    return ast.parse(f"np.{name}({', '.join(map(ast.unparse, args))})", mode="eval").body


def with_sympy(case: Case) -> list[Triple]:
    """diff, and lambdify for NumPy and SciPy with common subexpressions; NaN everywhere if that is no code that runs."""
    import sympy as sp
    from sympy.codegen.cfunctions import log1p

    names = {name: getattr(sp, name) for name in ("sqrt", "exp", "log", "sin", "cos", "tanh", "cosh", "erf", "erfc", "pi")}
    library = types.SimpleNamespace(
        **names, log1p=log1p, abs=sp.Abs, maximum=sp.Max, arccos=sp.acos, arcsin=sp.asin, arctan2=sp.atan2, lgamma=sp.loggamma,
        equal=sp.Eq, sinc=lambda x: sp.sinc(sp.pi * x), logaddexp=lambda x, y: sp.log(sp.exp(x) + sp.exp(y)),
        where=lambda condition, x, y: sp.Piecewise((x, condition), (y, True)),
    )  # fmt: skip
    text = ast.unparse(_ForSymPy().visit(ast.parse(case.source)))
    symbols = sp.symbols(["x", *case.others], real=True)
    value = sp.sympify(written(text)({"np": library, "math": library})(*symbols))
    orders = [value, value.diff(symbols[0]), value.diff(symbols[0], 2)]
    found = [sp.lambdify(symbols, order, modules=["scipy", "numpy"], cse=True) for order in orders]
    return [tuple(_number(g, x, o) for g in found) for x, o in case.inputs()]  # type: ignore[misc]


def _number(function: Any, x: float, others: Mapping[str, float]) -> float:
    """One result of generated code; NumPy's scalars, so that 1/0 is inf."""
    try:
        return float(np.real(function(np.float64(x), *map(np.float64, others.values()))))
    except NameError:  # DiracDelta
        return math.nan


ENGINES: dict[str, Engine] = {"symdiff": with_symdiff, "jax": with_jax, "torch": with_torch, "sympy": with_sympy}


def scores(case: Case, engine: Engine, truths: Sequence[Any]) -> list[Score] | str:
    """The errors of value and two derivatives; or why there are none."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = engine(case)
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way, and the table says how
        return type(error).__name__
    made = [Score(), Score(), Score()]
    for result, truth, place in zip(results, truths, case.inputs(), strict=True):
        for score, number, exact in zip(made, result, truth, strict=True):
            score.add(number, exact, place)
    return made


def _cells(found: list[Score] | str) -> list[Any]:
    if isinstance(found, str):
        return [found, "", "", ""]
    return [*(_short(score.worst) for score in found), sum(score.spurious for score in found)]


def _short(error: float) -> str:
    return f"{error:.1f}" if error < 100 else f"{error:.0e}".replace("e+0", "e").replace("e+", "e")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only cases with this in their name")
    parts = parser.parse_args().names
    cases = [case for case in CASES if not parts or any(part in case.name for part in parts)]
    installed = {name: engine for name, engine in ENGINES.items() if _version(name)}
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {_version(name)}" for name in ("numpy", *installed)))
    rows, totals = [], {name: _Total() for name in installed}
    for case in cases:
        make = written(case.source)
        truths = [taylor(make, x, others, case.digits) for x, others in case.inputs()]
        row: list[Any] = [case.name]
        for name, engine in installed.items():
            found = scores(case, engine, truths)
            totals[name].add(found)
            row += _cells(found)
        rows.append(row)
    heads = ["largest error in ulp", *(head for name in installed for head in (name, "1st", "2nd", "NaN"))]
    show(f"{len(cases)} cases at {sum(len(case.inputs()) for case in cases)} points", heads, rows)
    heads = ["cases", *installed]
    rows = [
        [f"{order}: within {limit} ulp, no NaN", *(total.within[order, limit] for total in totals.values())]
        for order in ("value", "first", "second") for limit in LIMITS
    ]  # fmt: skip
    rows.append(["spurious NaN and inf", *(total.spurious for total in totals.values())])
    rows.append(["not computed", *(total.failed for total in totals.values())])
    show("Summary", heads, rows)


LIMITS = (4, 64, 4096)


class _Total:
    """How many cases an engine does well."""

    def __init__(self) -> None:
        self.within = {(order, limit): 0 for order in ("value", "first", "second") for limit in LIMITS}
        self.spurious = self.failed = 0

    def add(self, found: list[Score] | str) -> None:
        if isinstance(found, str):
            self.failed += 1
            return
        for order, score in zip(("value", "first", "second"), found, strict=True):
            self.spurious += score.spurious
            for limit in LIMITS:
                self.within[order, limit] += score.worst <= limit and not score.spurious


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
