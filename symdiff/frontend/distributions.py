"""The methods of ``scipy.stats.norm``: densities and probabilities by the rows of the table for the error function."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symdiff.frontend.conditions import scalar
from symdiff.frontend.expressions import arithmetic
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.merge import choose
from symdiff.frontend.source import from_function
from symdiff.frontend.tensors import holds_array
from symdiff.frontend.values import ArrayValue, Known, Number, Value, VectorParam, number
from symdiff.graph.graph import Const

# With z = (x - loc)/scale, DLMF 7.1 and 7.2. The second item tells what scale does to the result.
Standard = Callable[[Callable[..., Number], Number], Number]
ROOT = number(math.sqrt(2 * math.pi))
HALF_LOG = number(math.log(2 * math.pi) / 2)


def _half_square(do: Callable[..., Number], z: Number) -> Number:
    return do("neg", do("div", do("mul", z, z), number(2.0)))


FUNCTIONS: dict[str, Standard] = {
    "pdf": lambda do, z: do("div", do("exp", _half_square(do, z)), ROOT),
    "logpdf": lambda do, z: do("sub", _half_square(do, z), HALF_LOG),
    "cdf": lambda do, z: do("ndtr", z),
    "logcdf": lambda do, z: do("log_ndtr", z),
    "sf": lambda do, z: do("ndtr", do("neg", z)),
    "logsf": lambda do, z: do("log_ndtr", do("neg", z)),
}
QUANTILES: dict[str, Standard] = {
    "ppf": lambda do, q: do("ndtri", q),
    "isf": lambda do, q: do("neg", do("ndtri", q)),
}


def is_normal(owner: Any, name: str) -> bool:
    """True for a method of ``scipy.stats.norm`` that is known here."""
    stats = sys.modules.get("scipy.stats")
    return stats is not None and owner is getattr(stats, "norm", None) and name in FUNCTIONS | QUANTILES


def normal(reader: Reader, name: str, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST) -> Value:
    """``norm.pdf(x, loc=0, scale=1)`` and its kin. A scale that is not positive gives NaN, as in SciPy."""
    given = dict(keywords)
    defaults = (("loc", number(0.0)), ("scale", number(1.0)))
    rest = [given.pop(key, default) if len(args) <= place else args[place] for place, (key, default) in enumerate(defaults, 1)]
    plain(list(args), given, 1, 3, f"norm.{name}", node)
    if any(holds_array(each) or isinstance(each, ArrayValue | VectorParam) for each in (args[0], *rest)):
        return _elementwise(reader, name, [args[0], *rest], node)
    x, loc, scale = (scalar(reader, value, node) for value in (args[0], *rest))

    def do(op: str, *values: Number) -> Number:
        if len(values) == 2 and op in ("add", "sub", "mul", "div"):
            return arithmetic(reader, op, *values, node)
        return scalar(reader, reader.apply(op, *values), node)

    if loc.known == 0 and scale.known == 1:
        return (FUNCTIONS | QUANTILES)[name](do, x)
    if scale.known is not None and not scale.known > 0:
        raise GapError(node, f"a normal distribution with scale {scale.known}", "use a positive scale")
    with reader.builder.block() as body:
        if name in QUANTILES:
            result = do("add", loc, do("mul", scale, QUANTILES[name](do, x)))
        else:
            result = FUNCTIONS[name](do, do("div", do("sub", x, loc), scale))
            if name == "pdf":
                result = do("div", result, scale)
            elif name == "logpdf":
                result = do("sub", result, do("log", scale))
    if scale.known is not None:
        reader.builder.splice(body)
        return result
    positive = reader.apply("gt", scale, number(0.0))
    with reader.builder.block() as outside:  # NaN in its derivatives, too
        nowhere = do("mul", Number(Const(math.nan)), do("add", do("add", x, loc), scale))
    return choose(reader, positive.atom, (body, result), (outside, nowhere), node, name)


def _elementwise(reader: Reader, name: str, args: Sequence[Value], node: ast.AST) -> Value:
    """The same of arrays, element by element (``scipy_definitions``)."""
    from symdiff.frontend import calls, scipy_definitions

    x, loc, scale = args
    source = from_function(scipy_definitions.normal_quantile if name in QUANTILES else scipy_definitions.normal)
    loc, scale = (
        Known(None) if getattr(each, "known", None) == plain_one else each for each, plain_one in ((loc, 0), (scale, 1))
    )
    return calls.inline(reader, source, [Known(name), x, loc, scale], {}, {}, None, node)


def known_method(
    reader: Reader, function: Value, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
) -> Value | None:
    """The result of a method that is known here, called with its object as first argument; None for any other."""
    owner = args[0].value if args and isinstance(args[0], Known) else None
    name = getattr(function.value, "__name__", "") if isinstance(function, Known) else ""
    return normal(reader, name, args[1:], keywords, node) if is_normal(owner, name) else None
