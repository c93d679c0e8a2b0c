"""What a row of the table of primitives is."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np

from symdiff.errors import InternalError

Kind = Literal["float", "bool"]

# Weights of the size law (DESIGN section 1).
ARITHMETIC, DIVISION, ELEMENTARY, SPECIAL = 1, 4, 10, 50


@dataclass(frozen=True)
class Choice:
    """The derivative of a row whose value is one of its operands: a branch, so that only what is chosen has a part in it.

    ``condition(*operands, result)`` decides between two sides; a side is another choice or the partials themselves.
    """

    condition: Callable[..., Any]
    then: Decision
    orelse: Decision


Decision = Choice | tuple[Any, ...]


class Unknown:
    """The partial that nobody has in closed form: it is never a number, so nothing can take it for one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True, eq=False)
class Primitive:
    """One function that symdiff knows: every fact about it, and its derivative, once.

    ``partials(*operands, result)`` gives one partial derivative per operand, written with Python operators and other
    rows. The same lambda runs on graph handles (to differentiate), on floats and on mpmath numbers (to test), so there
    is no second table. A partial that is the literal 0 means "does not depend on it, almost everywhere"; one that is
    ``UNKNOWN`` is not known in closed form (of jv in its order): to need it is refused, for that operand alone.

    ``choice(*operands)`` is for a row that chooses among its operands: the same partials as a branch, which the sweeps
    follow instead (NaN and inf of what is not chosen must not reach the derivative by 0*inf).

    ``expansion(*operands)`` is for a function that is an abbreviation (``np.square(x)`` is ``x*x``): it is expanded
    when it is read, and never enters a graph.

    Example: ``Primitive("tanh", partials=lambda x, f: (1/cosh(x)**2,), code="math.tanh({0})", numpy="tanh", ...)``
    """

    name: str
    arity: int
    partials: Callable[..., tuple[Any, ...]] | None = None
    choice: Callable[..., Choice] | None = None
    expansion: Callable[..., Any] | None = None
    code: str = ""  # Python source with {0}, {1} for the operands; "" for an abbreviation
    precedence: int = 100  # of `code`, as in Python's grammar: 100 is a call
    kernel: Callable[..., Any] | None = None  # the function that `code` calls when math has none: see `support`
    scipy: str = ""  # the C function that `code` calls in compiled code: see `external`
    needs: tuple[str, ...] = ()  # rows whose kernels or C functions the kernel calls
    sympy: str | Callable[..., Any] = ""  # a name in the sympy namespace, or f(sympy, *operands)
    mpmath: str | Callable[..., Any] = ""  # a name in the mpmath context, or f(mp, *operands)
    numeric: Callable[..., Any] | None = None  # f(*float64): the reference, IEEE; never raises. None: SciPy's function
    spellings: tuple[str, ...] = ()  # what users write: "math.sin", "numpy.sin", "builtins.abs"
    sample: tuple[tuple[float, float], ...] = ()  # where tests evaluate it, one interval per operand
    domain: str = "real"  # where it is defined, in words
    kink: str = ""  # the convention where the derivative jumps, in words
    result: Kind = "float"
    operands: Kind = "float"
    commutative: bool = False
    weight: int = ELEMENTARY
    literals: tuple[int, ...] = ()  # positions of operands that are always integer literals (the order of polygamma)
    error: float = 1.0  # bound on the error of `code` in units of 2**-53: so many of the value, plus
    conditioning: float = 0.0  # so many of each operand times its partial, plus
    absolute: float = 0.0  # so many of 1 (these two for functions with roots)
    tags: frozenset[str] = field(default_factory=frozenset)

    @property
    def support(self) -> str:
        """The definition that `code` needs, as source: plain Python named like the row, which Numba compiles; or ""."""
        return "" if self.kernel is None else _source(self.kernel)

    @property
    def external(self) -> tuple[str, str, int | None]:
        """What ``scipy`` names: the function of scipy.special, its C function, and which of its results (None: it has one).

        ``scipy`` is a name in ``scipy.special.cython_special.__pyx_capi__``, with the prefix of its variant for floats
        where there is one: ``"__pyx_fuse_1jv"``. A C function that returns several numbers has the number of the one
        that is meant behind it: ``"__pyx_fuse_1sici:0"``.
        """
        name, _, output = self.scipy.partition(":")
        return re.sub(r"^__pyx_fuse_\d(_\d)?", "", name), name, int(output) if output else None

    @property
    def title(self) -> str:
        """What messages call the row."""
        return self.name

    def operand_name(self, position: int) -> str:
        """What the operand at a position is called by the rule of the row; "" where that does not name it."""
        rule = self.partials or self.expansion
        parameters = [] if rule is None else list(inspect.signature(rule).parameters.values())
        names = [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_POSITIONAL]
        return names[position] if position < len(names) else ""

    def refusal(self, position: int) -> tuple[str, str] | None:
        """Why the partial in an operand is ``UNKNOWN``, and what to write instead; None: nobody has it in closed form."""
        return None

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
        with np.errstate(all="ignore"):
            return self.double_precision(*operands)

    def double_precision(self, *operands: Any) -> Any:
        """Evaluate in double precision: the reference for compiled code, IEEE and without exceptions.

        NumPy's warnings are the caller's to silence (``np.errstate``), once for many operations.
        """
        numeric = self.numeric or _of_scipy(self)
        if self.operands == "bool":
            return numeric(*operands)
        return numeric(*(int(x) if i in self.literals else np.float64(x) for i, x in enumerate(operands)))

    def high_precision(self, *operands: Any) -> Any:
        """Evaluate with mpmath at its present precision: NaN outside the real domain and at poles."""
        from mpmath import mp

        if self.operands == "bool":
            return self.double_precision(*operands)
        operands = tuple(int(x) if i in self.literals else mp.mpf(x) for i, x in enumerate(operands))
        try:
            value = self.mpmath(mp, *operands) if callable(self.mpmath) else getattr(mp, self.mpmath)(*operands)
        except (ZeroDivisionError, ValueError):  # how mpmath reports a pole
            return mp.nan
        return mp.nan if hasattr(value, "_mpc_") else value

    def symbolic(self, *operands: Any) -> Any:
        """Apply to SymPy expressions, giving the SymPy expression of this one operation."""
        import sympy

        if callable(self.sympy):
            return self.sympy(sympy, *operands)
        return getattr(sympy, self.sympy)(*operands)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


@cache
def _of_scipy(row: Primitive) -> Callable[..., Any]:
    """The reference of a row that is a function of SciPy."""
    if not row.scipy:
        raise TypeError(f"{row.name} has no numeric reference")
    from scipy import special

    name, _, output = row.external
    function: Callable[..., Any] = getattr(special, name)
    return function if output is None else lambda *operands: function(*operands)[output]


@cache
def _source(kernel: Callable[..., Any]) -> str:
    return inspect.getsource(kernel)


def literal(operand: Any) -> int | float | None:
    """The number that an operand is known to be when a rule is applied, or None for a run-time value.

    Python's own numbers are literals; graph handles say so by their attribute ``literal``.
    """
    value = operand if type(operand) in (int, float) else getattr(operand, "literal", None)
    return value if type(value) in (int, float) else None


def order(operand: Any) -> int:
    """The integer literal that an operand must be (the order of polygamma)."""
    value = literal(operand)
    if not isinstance(value, int):
        raise InternalError(f"{operand!r} is not an integer literal")
    return value
