"""SymPy functions for what SymPy has not: they print under their name, and evaluate by the row's mpmath definition."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any


def named(name: str, latex: str = "", shown: str = "") -> Callable[..., Any]:
    """The field ``sympy`` of the row of this name; ``latex`` is how LaTeX writes the function, without its arguments.

    ``shown`` is how text writes it, where that is not the name of the row.

    Example: ``Primitive("erfcx", ..., sympy=named("erfcx"))`` prints as erfcx(x).
    """
    return lambda sp, *operands: _function(sp, name, latex, shown or name)(*operands)


@cache
def _function(sp: Any, name: str, latex: str, shown: str) -> Any:
    from symdiff.primitives import TABLE

    def to_latex(self: Any, printer: Any, exp: str | None = None) -> str:
        written = latex or f"\\operatorname{{{shown}}}".replace("_", r"\_")
        power = "" if exp is None else f"^{{{exp}}}"
        operands = ", ".join(map(printer.doprint, self.args))
        return rf"{{{written}}}{power}\left({operands}\right)" if power else rf"{written}\left({operands}\right)"

    body = {
        "_eval_mpmath": lambda self: (TABLE[name].high_precision, self.args),
        "_eval_is_extended_real": lambda self: True,
        "_latex": to_latex,
    }
    return type(shown, (sp.Function,), body)
