"""What a row of the table of primitives is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["float", "bool"]

# Weights of the size law (DESIGN section 1).
ARITHMETIC, DIVISION, ELEMENTARY, SPECIAL = 1, 4, 10, 50


@dataclass(frozen=True, eq=False)
class Primitive:
    """One function that symdiff knows: every fact about it, and its derivative, once.

    ``partials(*operands, result)`` gives one partial derivative per operand, written with Python operators and other
    rows. The same lambda runs on graph handles (to differentiate), on floats and on mpmath numbers (to test), so there
    is no second table. A partial that is the literal 0 means "does not depend on it, almost everywhere".

    ``expansion(*operands)`` is for a function that is an abbreviation (``np.square(x)`` is ``x*x``): it is expanded when
    it is read, and never enters a graph.

    Example: ``Primitive("tanh", partials=lambda x, f: (1/cosh(x)**2,), code="math.tanh({0})", numpy="tanh", ...)``
    """

    name: str
    arity: int
    partials: Callable[..., tuple[Any, ...]] | None = None
    expansion: Callable[..., Any] | None = None
    code: str = ""  # Python source with {0}, {1} for the operands; "" for an abbreviation
    precedence: int = 100  # of `code`, as in Python's grammar: 100 is a call
    support: str = ""  # definition that `code` needs when math has no such function (plain Python that Numba compiles)
    sympy: str | Callable[..., Any] = ""  # a name in the sympy namespace, or f(sympy, *operands)
    mpmath: str | Callable[..., Any] = ""  # a name in the mpmath context, or f(mp, *operands)
    numeric: Callable[..., Any] | None = None  # f(*float64): the reference in double precision; never raises, NaN as NumPy
    spellings: tuple[str, ...] = ()  # what users write: "math.sin", "numpy.sin", "builtins.abs"
    sample: tuple[tuple[float, float], ...] = ()  # where tests evaluate it, one interval per operand
    domain: str = "real"  # where it is defined, in words
    kink: str = ""  # the convention where the derivative jumps, in words
    result: Kind = "float"
    operands: Kind = "float"
    commutative: bool = False
    weight: int = ELEMENTARY
    tags: frozenset[str] = field(default_factory=frozenset)

    def __call__(self, *operands: Any) -> Any:
        """Apply the row to graph handles, mpmath numbers or floats (whichever the operands are)."""
        for operand in operands:
            apply = getattr(operand, "__symdiff_apply__", None)
            if apply is not None:
                return apply(self, operands)
        if self.expansion is not None:
            return self.expansion(*operands)
        if any(hasattr(operand, "_mpf_") or hasattr(operand, "_mpc_") for operand in operands):
            return self.high_precision(*operands)
        if self.numeric is None:
            raise TypeError(f"{self.name} has no numeric reference")
        return self.numeric(*operands)

    def high_precision(self, *operands: Any) -> Any:
        """Evaluate with mpmath at its present precision."""
        import mpmath

        if callable(self.mpmath):
            return self.mpmath(mpmath.mp, *operands)
        return getattr(mpmath.mp, self.mpmath)(*operands)

    def symbolic(self, *operands: Any) -> Any:
        """Apply to SymPy expressions, giving the SymPy expression of this one operation."""
        import sympy

        if callable(self.sympy):
            return self.sympy(sympy, *operands)
        return getattr(sympy, self.sympy)(*operands)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"
