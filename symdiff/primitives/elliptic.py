"""Elliptic integrals of Legendre and Carlson, Jacobi's elliptic functions, the arithmetic-geometric mean (DLMF 19, 22).

Derivatives in the parameter m are written with Carlson's symmetric integrals, of positive integrands: no difference
that cancels, no 0/0 at m = 0, and a family that is closed under differentiation (``carlson``, ``ellipdiff``).
"""

from __future__ import annotations

from typing import Any

from symdiff.primitives import elliptic_kernels as kernels
from symdiff.primitives.constant import PI
from symdiff.primitives.exponential import sqrt
from symdiff.primitives.named import named
from symdiff.primitives.row import SPECIAL, Primitive, order
from symdiff.primitives.trigonometric import sin

_PARAMETER = (-2.0, 0.9)
_ANGLE = (-4.0, 4.0)
_POSITIVE = (0.3, 4.0)
_UNIT = (0.05, 0.95)


# Carlson's integrals


def _carlson_partials(x: Any, y: Any, z: Any, p: Any, i: Any, j: Any, k: Any, n: Any, f: Any) -> tuple[Any, ...]:
    """Under the integral sign: each exponent becomes a factor, and one smaller."""
    i, j, k, n = map(order, (i, j, k, n))
    in_p = -n * carlson(x, y, z, p, i, j, k, n + 1) if n > 0 else 0
    return (
        -(i + 0.5) * carlson(x, y, z, p, i + 1, j, k, n),
        -(j + 0.5) * carlson(x, y, z, p, i, j + 1, k, n),
        -(k + 0.5) * carlson(x, y, z, p, i, j, k + 1, n),
        in_p, 0, 0, 0, 0,
    )  # fmt: skip


def _carlson_mp(mp: Any, x: Any, y: Any, z: Any, p: Any, i: int, j: int, k: int, n: int) -> Any:
    """The trapezoidal rule of the kernel at the present precision: its error is exp(-2*pi*width/step)."""
    if min(x, y, z, p) < 0 or (x == 0) + (y == 0) + (z == 0) > 1:
        return mp.nan
    scales, length, power = [base for base in (x, y, z, p) if base > 0], mp.prec * mp.log(2) + 10, i + j + k + n
    middle, spread = mp.sqrt(min(scales) * max(scales)), mp.log(max(scales) / min(scales)) / 2
    step = 5 * mp.atan2(mp.pi, spread) / (length + 10 * power)
    end = mp.exp(mp.asinh(spread / 2 + length))
    power_of_e, ratio, total = 1 / end, mp.exp(step), mp.zero
    while power_of_e < end:
        sinh2, cosh2 = power_of_e - 1 / power_of_e, power_of_e + 1 / power_of_e
        t = middle * mp.exp(sinh2)
        a, b, c = t + x, t + y, t + z
        total += t * cosh2 / (mp.sqrt(a * b * c) * a**i * b**j * c**k * (t + p) ** n)
        power_of_e *= ratio
    return step * total


def _carlson_sympy(sp: Any, *operands: Any) -> Any:
    x, y, z, _, i, j, k, n = operands
    t = sp.Dummy(positive=True)
    if (x, y, i, j, n) == (0, 1, 0, 0, 0):  # R_F(0, 1, z) is K(1 - z)
        return (2 * (-1) ** k / sp.rf(sp.Rational(1, 2), k) * sp.diff(sp.elliptic_k(1 - t), t, int(k))).subs(t, z)
    if (x, z, i, k, n) == (0, 1, 0, 1, 0):
        slope = sp.diff(2 * (sp.elliptic_k(1 - t) - sp.elliptic_e(1 - t)) / (1 - t), t, int(j))
        return ((-1) ** j / sp.rf(sp.Rational(1, 2), j) * slope).subs(t, y)
    return named("carlson")(sp, *operands)


def _elliprd_sympy(sp: Any, x: Any, y: Any, z: Any) -> Any:
    """R_D of complete integrals in Legendre's form (DLMF 19.25.1)."""
    if (x, y) == (0, 1) and z != 1:
        m = 1 - z
        return 3 * (sp.elliptic_e(m) - z * sp.elliptic_k(m)) / (m * z)
    if (x, z) == (0, 1) and y != 1:
        m = 1 - y
        return 3 * (sp.elliptic_k(m) - sp.elliptic_e(m)) / m
    return named("elliprd")(sp, x, y, z)


carlson: Primitive = Primitive(
    "carlson", 8, _carlson_partials, code="carlson({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7})", kernel=kernels.carlson,
    sympy=_carlson_sympy, mpmath=_carlson_mp, numeric=kernels.carlson, literals=(4, 5, 6, 7), weight=SPECIAL,
    sample=(*(_POSITIVE,) * 4, *((0, 1),) * 4), error=64, domain="positive operands",
)  # fmt: skip
elliprd: Primitive = Primitive(
    "elliprd", 3,
    lambda x, y, z, f: (
        -0.75 * carlson(x, y, z, 1, 1, 0, 1, 0), -0.75 * carlson(x, y, z, 1, 0, 1, 1, 0), -2.25 * carlson(x, y, z, 1, 0, 0, 2, 0)
    ),
    code="elliprd({0}, {1}, {2})", scipy="__pyx_fuse_1elliprd", sympy=_elliprd_sympy, mpmath="elliprd",
    spellings=("scipy.special.elliprd",), sample=(_POSITIVE,) * 3, weight=SPECIAL, domain="x, y >= 0, z > 0", error=16,
)  # fmt: skip
elliprf: Primitive = Primitive(
    "elliprf", 3, lambda x, y, z, f: (-elliprd(y, z, x) / 6, -elliprd(x, z, y) / 6, -elliprd(x, y, z) / 6),  # 19.18.1
    code="elliprf({0}, {1}, {2})", scipy="__pyx_fuse_1elliprf", sympy=named("elliprf"),
    mpmath="elliprf", spellings=("scipy.special.elliprf",), sample=(_POSITIVE,) * 3, weight=SPECIAL, domain="x, y, z >= 0",
    error=16,
)  # fmt: skip
elliprc: Primitive = Primitive(
    "elliprc", 2, lambda x, y, f: (-elliprd(y, y, x) / 6, -elliprd(x, y, y) / 3), code="elliprc({0}, {1})",  # R_F(x, y, y)
    scipy="__pyx_fuse_1elliprc", sympy=named("elliprc"), mpmath="elliprc",
    spellings=("scipy.special.elliprc",), sample=(_POSITIVE,) * 2, weight=SPECIAL, domain="x >= 0, y > 0", error=16,
)  # fmt: skip


def _elliprg_slope(x: Any, y: Any, z: Any) -> Any:
    """(R_F(x, y, z) - x*R_D(y, z, x)/3)/4, from t = (t + x) - x under the integral of DLMF 19.23.7."""
    return (elliprf(x, y, z) - x * elliprd(y, z, x) / 3) / 4


elliprg: Primitive = Primitive(
    "elliprg", 3, lambda x, y, z, f: (_elliprg_slope(x, y, z), _elliprg_slope(y, x, z), _elliprg_slope(z, x, y)),
    code="elliprg({0}, {1}, {2})", scipy="__pyx_fuse_1elliprg", sympy=named("elliprg"),
    mpmath="elliprg", spellings=("scipy.special.elliprg",), sample=(_POSITIVE,) * 3, weight=SPECIAL, domain="x, y, z >= 0",
    error=16,
)  # fmt: skip
elliprj: Primitive = Primitive(
    "elliprj", 4,
    lambda x, y, z, p, f: (
        -0.75 * carlson(x, y, z, p, 1, 0, 0, 1), -0.75 * carlson(x, y, z, p, 0, 1, 0, 1),
        -0.75 * carlson(x, y, z, p, 0, 0, 1, 1), -1.5 * carlson(x, y, z, p, 0, 0, 0, 2),
    ),
    code="elliprj({0}, {1}, {2}, {3})", scipy="__pyx_fuse_1elliprj", sympy=named("elliprj"),
    mpmath="elliprj", spellings=("scipy.special.elliprj",), sample=(_POSITIVE,) * 4, weight=SPECIAL,
    domain="x, y, z >= 0, p > 0", error=32,
)  # fmt: skip
agm: Primitive = Primitive(
    "agm", 2,
    lambda a, b, f: (
        f * f * (2 * a) / (3 * PI) * elliprd(0, b * b, a * a), f * f * (2 * b) / (3 * PI) * elliprd(0, a * a, b * b)
    ),  # 1/agm is R_F(0, a*a, b*b)*2/pi (19.8.5)
    code="agm({0}, {1})", scipy="agm", sympy=named("agm"), mpmath="agm", commutative=True,
    spellings=("scipy.special.agm",), sample=(_POSITIVE,) * 2, weight=SPECIAL, domain="x, y > 0", error=16,
)  # fmt: skip


# Legendre's integrals


def _reduced(phi: Any, m: Any) -> Any:
    return 1 - m * sin(phi) ** 2


def _ellipdiff_partials(phi: Any, m: Any, n: Any, kind: Any, f: Any) -> tuple[Any, ...]:
    n, kind = order(n), order(kind)
    square = _reduced(phi, m)
    power = square ** (n - 1) if n > 1 else 1
    integrand = sin(phi) ** (2 * n) / (power * sqrt(square))
    return (integrand if kind > 0 else integrand / square, (n - kind / 2) * ellipdiff(phi, m, n + 1, kind), 0, 0)


def _ellipdiff_mp(mp: Any, phi: Any, m: Any, n: int, kind: int) -> Any:
    ends = [mp.zero, *(sign * mp.pi / 2 * k for sign in (mp.sign(phi),) for k in range(1, int(abs(2 * phi / mp.pi)) + 1)), phi]
    return mp.quad(lambda t: mp.sin(t) ** (2 * n) * (1 - m * mp.sin(t) ** 2) ** (mp.mpf(kind) / 2 - n), ends)


def _ellipdiff_sympy(sp: Any, phi: Any, m: Any, n: Any, kind: Any) -> Any:
    """Derivative n in m by SymPy, without the factor that the powers bring down."""
    t = sp.Dummy(real=True)
    function = sp.elliptic_e if kind > 0 else sp.elliptic_f
    return (sp.diff(function(phi, t), t, int(n)) / sp.rf(-sp.Rational(int(kind), 2), int(n))).subs(t, m)


ellipdiff: Primitive = Primitive(
    "ellipdiff", 4, _ellipdiff_partials, code="ellipdiff({0}, {1}, {2}, {3})", kernel=kernels.ellipdiff,
    needs=("carlson", "elliprd"), sympy=_ellipdiff_sympy, mpmath=_ellipdiff_mp, numeric=kernels.ellipdiff, literals=(2, 3),
    sample=(_ANGLE, _PARAMETER, (1, 3), (1, 1)), weight=SPECIAL, domain="m < 1", error=64, conditioning=16,
)  # fmt: skip
ellipk: Primitive = Primitive(
    "ellipk", 1, lambda m, f: (elliprd(0, 1, 1 - m) / 6,), code="ellipk({0})", scipy="ellipk", sympy="elliptic_k",  # 19.25.1
    mpmath="ellipk", spellings=("scipy.special.ellipk",), sample=(_PARAMETER,), weight=SPECIAL, domain="m < 1", error=8,
    conditioning=4,
)  # fmt: skip
ellipkm1: Primitive = Primitive(
    "ellipkm1", 1, lambda p, f: (-elliprd(0, 1, p) / 6,), code="ellipkm1({0})", scipy="ellipkm1",
    sympy=lambda sp, p: sp.elliptic_k(1 - p), mpmath=lambda mp, p: mp.ellipk(1 - p), spellings=("scipy.special.ellipkm1",),
    sample=((0.1, 3.0),), weight=SPECIAL, domain="p > 0", error=8, conditioning=4,
)  # fmt: skip
ellipe: Primitive = Primitive(
    "ellipe", 1, lambda m, f: (-elliprd(0, 1 - m, 1) / 6,), code="ellipe({0})", scipy="ellipe", sympy="elliptic_e",
    mpmath="ellipe", spellings=("scipy.special.ellipe",), sample=(_PARAMETER,), weight=SPECIAL, domain="m <= 1", error=8,
    conditioning=4,
)  # fmt: skip
ellipkinc: Primitive = Primitive(
    "ellipkinc", 2, lambda phi, m, f: (1 / sqrt(_reduced(phi, m)), 0.5 * ellipdiff(phi, m, 1, -1)), code="ellipkinc({0}, {1})",
    scipy="ellipkinc", sympy="elliptic_f", mpmath="ellipf", spellings=("scipy.special.ellipkinc",),
    sample=(_ANGLE, _PARAMETER), weight=SPECIAL, domain="m <= 1", error=16, conditioning=4,
)  # fmt: skip
ellipeinc: Primitive = Primitive(
    "ellipeinc", 2, lambda phi, m, f: (sqrt(_reduced(phi, m)), -0.5 * ellipdiff(phi, m, 1, 1)), code="ellipeinc({0}, {1})",
    scipy="ellipeinc", sympy="elliptic_e", mpmath="ellipe", spellings=("scipy.special.ellipeinc",),
    sample=(_ANGLE, _PARAMETER), weight=SPECIAL, domain="m <= 1", error=16, conditioning=4,
)  # fmt: skip


# Jacobi's elliptic functions: sines and cosines of the amplitude, which is the inverse of F(phi, m)


def _amplitude_mp(mp: Any, u: Any, m: Any) -> Any:
    turns = mp.nint(u / (4 * mp.ellipk(m)))
    return 2 * mp.pi * turns + mp.atan2(mp.ellipfun("sn", u=u, m=m), mp.ellipfun("cn", u=u, m=m))


def _amplitude_slope(u: Any, m: Any) -> Any:
    """The derivative of the amplitude in m, from F(am(u, m), m) = u."""
    return -0.5 * ellipdn(u, m) * ellipdiff(ellipam(u, m), m, 1, -1)


def _ellipdn_partials(u: Any, m: Any, f: Any) -> tuple[Any, Any]:
    sine, cosine = ellipsn(u, m), ellipcn(u, m)
    return -m * sine * cosine, -(sine / f) * (sine / 2 + m * cosine * _amplitude_slope(u, m))


def _jacobi(letters: str, output: int, partials: Any, mpmath: Any) -> Primitive:
    return Primitive(
        f"ellip{letters}", 2, partials, code=f"ellip{letters}({{0}}, {{1}})", scipy=f"ellipj:{output}",
        sympy=named(f"ellip{letters}", shown=letters), mpmath=mpmath, sample=((-3.0, 3.0), _UNIT),
        weight=SPECIAL, domain="0 <= m <= 1", error=32, conditioning=32, absolute=32,
    )  # fmt: skip


ellipsn: Primitive = _jacobi(
    "sn", 0,
    lambda u, m, f: (ellipcn(u, m) * ellipdn(u, m), ellipcn(u, m) * _amplitude_slope(u, m)),
    lambda mp, u, m: mp.ellipfun("sn", u=u, m=m),
)  # fmt: skip
ellipcn: Primitive = _jacobi(
    "cn", 1,
    lambda u, m, f: (-ellipsn(u, m) * ellipdn(u, m), -ellipsn(u, m) * _amplitude_slope(u, m)),
    lambda mp, u, m: mp.ellipfun("cn", u=u, m=m),
)  # fmt: skip
ellipdn: Primitive = _jacobi("dn", 2, _ellipdn_partials, lambda mp, u, m: mp.ellipfun("dn", u=u, m=m))
ellipam: Primitive = _jacobi("am", 3, lambda u, m, f: (ellipdn(u, m), _amplitude_slope(u, m)), _amplitude_mp)

ROWS: tuple[Primitive, ...] = (
    ellipk, ellipkm1, ellipe, ellipkinc, ellipeinc, ellipsn, ellipcn, ellipdn, ellipam,
    elliprf, elliprd, elliprg, elliprc, elliprj, agm, carlson, ellipdiff,
)  # fmt: skip
