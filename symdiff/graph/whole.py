"""Functions of whole arrays that are no index notation: a table of rows, as for scalars. Their calls are ``Loop``s with a name.

Each is one statement, which all passes treat like a loop whose results solve an equation: nothing looks into it. A row says how
NumPy computes it; ``calculus.matrices`` has its derivative, in index notation over itself and the inverse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.graph.affine import Affine, Axes
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Carried, Const, Loop, Origin, Statement
from symdiff.graph.loops import parameter, step_graph, with_sizes


@dataclass(frozen=True)
class Row:
    """One function. ``code`` has a hole for each matrix; ``smooth``: its derivative is not 0 everywhere."""

    name: str
    code: str
    shown: str  # on paper
    smooth: bool = True


ROWS = {
    row.name: row
    for row in (
        Row("solve", "np.linalg.solve({0}, {1})", "solve"),
        Row("inv", "np.linalg.inv({0})", "inv"),
        Row("det", "np.linalg.det({0})", "det"),
        Row("logdet", "np.linalg.slogdet({0})[1]", "logabsdet"),
        Row("signdet", "np.linalg.slogdet({0})[0]", "signdet", smooth=False),
        Row("cholesky", "np.linalg.cholesky({0})", "cholesky"),
        Row("argsort", 'np.argsort({0}, kind="mergesort").astype(np.float64)', "argsort", smooth=False),
        Row("argmax", "np.argmax({0})", "argmax", smooth=False),
        Row("argmin", "np.argmin({0})", "argmin", smooth=False),
        Row("interval", 'np.searchsorted({0}[1:-1], {1}, side="right").astype(np.float64)', "interval", smooth=False),
    )
}


def call(
    builder: Builder, name: str, matrices: Sequence[tuple[Atom, Axes]], axes: Axes, hint: str, origin: Origin | None = None
) -> str:
    """Add the call of a function of these matrices to a builder; the name of its result, which has these axes."""
    out, param, counter = (builder.fresh(each) for each in (hint, hint, "k"))
    inner = [builder.fresh("A") for _ in matrices]
    params = [parameter(counter, size=True), parameter(param, axes)]
    params += [parameter(each, own) for each, (_, own) in zip(inner, matrices, strict=True)]
    captured = tuple((each, atom) for each, (atom, _) in zip(inner, matrices, strict=True))
    step = step_graph(name, params, (), [(param, axes)])
    carried = (Carried(param, Const(0.0), out, axes),)
    loop = Loop(step, counter, Affine(1), carried, captured=captured, origin=origin or builder.origin, implicit=True, solver=name)
    builder.append(with_sizes(loop))
    return out


def is_call(statement: Statement) -> bool:
    """Whether a statement is the call of such a function."""
    return isinstance(statement, Loop) and bool(statement.solver)


def matrices_of(loop: Loop) -> list[tuple[Atom, Axes]]:
    """The matrices that a call is given, with their axes."""
    axes = loop.step.input_axes
    return [(atom, axes[name]) for name, atom in loop.captured if axes[name]]


def result_of(loop: Loop) -> tuple[str, Axes]:
    """The result of a call, with its axes."""
    return loop.carried[0].out, loop.carried[0].axes


def computed(loop: Loop, values: Sequence[Any]) -> Any:
    """What NumPy gives for these matrices, in double precision."""
    import numpy as np

    a = [np.array(value, dtype=np.float64) for value in values]
    linalg = np.linalg
    functions: dict[str, Any] = {
        "solve": lambda: linalg.solve(a[0], a[1]),
        "inv": lambda: linalg.inv(a[0]),
        "det": lambda: linalg.det(a[0]),
        "logdet": lambda: linalg.slogdet(a[0])[1],
        "signdet": lambda: linalg.slogdet(a[0])[0],
        "cholesky": lambda: linalg.cholesky(a[0]),
        "argsort": lambda: np.argsort(a[0], kind="stable"),
        "argmax": lambda: np.argmax(a[0]),
        "argmin": lambda: np.argmin(a[0]),
        "interval": lambda: np.searchsorted(a[0][1:-1], a[1], side="right"),
    }
    return functions[loop.solver]()


def computed_exactly(loop: Loop, values: Sequence[Any]) -> Any:
    """The same for mpmath's numbers, at its present precision."""
    import numpy as np
    from mpmath import mp

    if not ROWS[loop.solver].smooth and loop.solver != "signdet":  # integers, which other numbers of digits do not change
        return computed(loop, values)
    if not values[0].size:
        return computed(loop, values)
    first, shape = mp.matrix(values[0].tolist()), values[-1].shape
    functions: dict[str, Any] = {
        "solve": lambda: mp.inverse(first) * mp.matrix(values[1].tolist()),
        "inv": lambda: mp.inverse(first),
        "det": lambda: mp.det(first),
        "logdet": lambda: mp.log(abs(mp.det(first))),
        "signdet": lambda: mp.sign(mp.det(first)),
        "cholesky": lambda: mp.cholesky(first),
    }
    found = functions[loop.solver]()
    return np.array(list(found), dtype=object).reshape(shape) if isinstance(found, mp.matrix) else found
