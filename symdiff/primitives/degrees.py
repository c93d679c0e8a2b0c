"""Functions of angles in degrees, and small elementary functions of scipy.special that keep their digits near 0."""

from __future__ import annotations

from symdiff.primitives.constant import PI
from symdiff.primitives.operators import powdiff, powlog
from symdiff.primitives.row import ELEMENTARY, Primitive
from symdiff.primitives.trigonometric import sin

_ANGLE = (-170.0, 170.0)

sindg: Primitive = Primitive(
    "sindg", 1, lambda x, f: (cosdg(x) * (PI / 180),), code="sindg({0})", scipy="sindg", error=4, conditioning=4,
    sympy=lambda sp, x: sp.sin(sp.pi * x / 180), mpmath=lambda mp, x: mp.sinpi(x / 180), spellings=("scipy.special.sindg",),
    sample=(_ANGLE,), weight=ELEMENTARY,
)  # fmt: skip
cosdg: Primitive = Primitive(
    "cosdg", 1, lambda x, f: (-(sindg(x) * (PI / 180)),), code="cosdg({0})", scipy="cosdg", error=4, conditioning=4,
    sympy=lambda sp, x: sp.cos(sp.pi * x / 180), mpmath=lambda mp, x: mp.cospi(x / 180), spellings=("scipy.special.cosdg",),
    sample=(_ANGLE,), weight=ELEMENTARY,
)  # fmt: skip
tandg: Primitive = Primitive(
    "tandg", 1, lambda x, f: ((1 + f * f) * (PI / 180),), code="tandg({0})", scipy="tandg", error=8, conditioning=8,
    sympy=lambda sp, x: sp.tan(sp.pi * x / 180), mpmath=lambda mp, x: mp.sinpi(x / 180) / mp.cospi(x / 180),
    spellings=("scipy.special.tandg",), sample=((-80.0, 80.0),), weight=ELEMENTARY,
)  # fmt: skip
cotdg: Primitive = Primitive(
    "cotdg", 1, lambda x, f: (-((1 + f * f) * (PI / 180)),), code="cotdg({0})", scipy="cotdg", error=8, conditioning=8,
    sympy=lambda sp, x: sp.cot(sp.pi * x / 180), mpmath=lambda mp, x: mp.cospi(x / 180) / mp.sinpi(x / 180),
    spellings=("scipy.special.cotdg",), sample=((10.0, 80.0),), weight=ELEMENTARY,
)  # fmt: skip
cosm1: Primitive = Primitive(
    "cosm1", 1, lambda x, f: (-sin(x),), code="cosm1({0})", scipy="cosm1", error=4, conditioning=4,
    sympy=lambda sp, x: sp.cos(x) - 1, mpmath=lambda mp, x: -2 * mp.sin(x / 2) ** 2, spellings=("scipy.special.cosm1",),
    sample=((-3.0, 3.0),), weight=ELEMENTARY,
)  # fmt: skip
powm1: Primitive = Primitive(
    "powm1", 2, lambda x, y, f: (powdiff(x, y, 1), powlog(x, y, 1)), code="powm1({0}, {1})", scipy="__pyx_fuse_0powm1", error=4,
    conditioning=4, sympy=lambda sp, x, y: x**y - 1, mpmath=lambda mp, x, y: mp.powm1(x, y), spellings=("scipy.special.powm1",),
    sample=((0.3, 4.0), (-3.0, 3.0)), domain="x > 0, or y an integer", weight=ELEMENTARY,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (sindg, cosdg, tandg, cotdg, cosm1, powm1)
