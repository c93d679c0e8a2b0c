"""The views of a derivative, shared by the derivative itself and by one that is bound to an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symdiff.explain import Explanation
    from symdiff.graph.graph import Graph
    from symdiff.specialization import Specialization


class Views:
    """Formula, source, graph and report of the version that ``_shown`` chooses."""

    __slots__ = ()

    @property
    def _shown(self) -> Specialization:
        raise NotImplementedError

    def explain(self) -> Explanation:
        """Tell how the version that the views show was made, and what to know about it: ``print(df.explain())``.

        Modes with counted operations, skipped statements, kinks, captured values, guards, accuracy, rules: see Explanation.

        >>> from symdiff import grad
        >>> print(grad(lambda x: abs(x - 1) * x).explain())
        Gradient of f with respect to x
          version     x a number
          mode        reverse: the fewest operations (reverse 5, forward 5)
          operations  3 of the function, 5 of this (weighted)
          assumed     x is a number, until a call shows it
          kinks       line 1: print(grad(lambda x: abs(x - 1) * x).explain())  -- abs: 0 at 0
          compiled    not yet
        """
        return self._shown.explain()

    def sparsity(self) -> Any:
        """Where the values of a sparse Jacobian or Hessian can be other than 0, for every size: ``print(df.sparsity())``.

        Returns a Sparsity, or a tuple of them for several arguments. Raises ShapeError if the result is no sparse matrix.

        >>> import numpy as np
        >>> from symdiff import hessian
        >>> def rosenbrock(x): return np.sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)
        >>> print(hessian(rosenbrock, sparse=True).sparsity())
        n by n: tridiagonal: |i - j| <= 1
        """
        return self._shown.sparsity()

    @property
    def graph(self) -> Graph:
        """The graph of lets."""
        return self._shown.graph

    @property
    def formula(self) -> Any:
        """The result as SymPy: an Expr, a tuple of them for several arguments, a matrix for rank 2, an array above.

        What it is written with is in ``where``: shared values, and the recurrences of loops.
        """
        return self._shown.formula

    @property
    def where(self) -> list[tuple[Any, Any]]:
        """Definitions (symbol, expression) of t1, t2, ... in a formula that is too big to be written as one expression.

        A loop has no formula: ``formula`` reads the last elements of its sequences, ``x[n]``, and an entry of this list is
        (names of the sequences, Recurrence), which has ``starts``, ``rules`` (``equations``: as SymPy's Eq) and the counter
        with its bounds and what ends it; ``print`` shows it.
        """
        return self._shown.where

    def latex(self) -> str:
        """The formula as LaTeX, without dollars."""
        return self._shown.latex()

    @property
    def source(self) -> str:
        """Stand-alone Python source; its last definition is the derivative, with captured values as keywords."""
        return self._shown.source

    def __str__(self) -> str:
        return str(self._shown)

    def _repr_latex_(self) -> str:
        return self._shown._repr_latex_()
