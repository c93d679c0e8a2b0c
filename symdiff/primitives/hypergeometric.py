"""Hypergeometric functions in their argument (DLMF 13.3, 15.5, 16.3); the parameters have no closed-form derivatives."""

from __future__ import annotations

from typing import Any

from symdiff.primitives.row import SPECIAL, UNKNOWN, Primitive

_PARAMETER = (0.3, 3.0)


def _hyper(sp: Any, above: tuple[Any, ...], below: tuple[Any, ...], z: Any) -> Any:
    return sp.hyper(above, below, z)


hyp0f1: Primitive = Primitive(
    "hyp0f1", 2, lambda v, z, f: (UNKNOWN, hyp0f1(v + 1, z) / v), code="hyp0f1({0}, {1})", scipy="__pyx_fuse_1hyp0f1",
    sympy=lambda sp, v, z: _hyper(sp, (), (v,), z), mpmath="hyp0f1", spellings=("scipy.special.hyp0f1",),
    sample=(_PARAMETER, (-3.0, 3.0)), weight=SPECIAL, domain="no integer v <= 0", error=256, absolute=64,
)  # fmt: skip
hyp1f1: Primitive = Primitive(
    "hyp1f1", 3, lambda a, b, z, f: (UNKNOWN, UNKNOWN, a / b * hyp1f1(a + 1, b + 1, z)), code="hyp1f1({0}, {1}, {2})",
    scipy="__pyx_fuse_1hyp1f1", sympy=lambda sp, a, b, z: _hyper(sp, (a,), (b,), z), mpmath="hyp1f1",
    spellings=("scipy.special.hyp1f1",), sample=(_PARAMETER, _PARAMETER, (-3.0, 3.0)), weight=SPECIAL,
    domain="no integer b <= 0", error=256, absolute=64,
)  # fmt: skip
hyp2f1: Primitive = Primitive(
    "hyp2f1", 4, lambda a, b, c, z, f: (UNKNOWN, UNKNOWN, UNKNOWN, a * b / c * hyp2f1(a + 1, b + 1, c + 1, z)),
    code="hyp2f1({0}, {1}, {2}, {3})", scipy="__pyx_fuse_1hyp2f1", mpmath="hyp2f1",
    sympy=lambda sp, a, b, c, z: _hyper(sp, (a, b), (c,), z), spellings=("scipy.special.hyp2f1",),
    sample=(_PARAMETER, _PARAMETER, _PARAMETER, (-0.8, 0.8)), weight=SPECIAL, domain="z < 1, no integer c <= 0",
    error=512, absolute=64,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (hyp0f1, hyp1f1, hyp2f1)
