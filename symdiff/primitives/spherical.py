"""Spherical Bessel functions of literal integer order (DLMF 10.47, 10.51).

The derivative is a sum of neighbours in order without a quotient by the argument: right at 0 and below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.errors import DomainError
from symdiff.primitives import bessel_kernels as kernels
from symdiff.primitives.named import named
from symdiff.primitives.row import SPECIAL, Primitive, order


def _row(letter: str, sample: tuple[float, float], kernel: Callable[..., Any], error: float, absolute: float = 0) -> Primitive:
    name = f"spherical_{letter}n"

    def partials(n: Any, z: Any, f: Any) -> tuple[int, Any]:
        row, k = _BY_LETTER[letter], order(n)
        if k < 0:
            raise DomainError(f"{name} of the negative order {k}")
        slope = row(1, z)
        if k > 0:  # (2n + 1)*f[n]' = n*f[n - 1] -+ (n + 1)*f[n + 1] (10.51.2, 10.51.5); so it is for n = 0
            low, high = k * row(k - 1, z), (k + 1) * row(k + 1, z)
            slope = (high + low if letter in "ik" else high - low) / (2 * k + 1)
        return 0, slope if letter == "i" else -slope

    return Primitive(
        name, 2, partials, code=f"{name}({{0}}, {{1}})", kernel=kernel, literals=(0,), weight=SPECIAL, sympy=named(name),
        mpmath=lambda mp, n, z: _value(mp, letter, n, z), numeric=kernel, spellings=(f"scipy.special.{name}",),
        sample=((0, 3), sample), domain="z > 0" if letter == "k" else "z != 0" if letter == "y" else "real",
        error=error, absolute=absolute,
    )  # fmt: skip


def _value(mp: Any, letter: str, n: int, z: Any) -> Any:
    """DLMF 10.47.3 to 10.47.9; the parity of the functions for z < 0 is that of 10.47.14 and 10.47.16."""
    if z == 0:
        return mp.mpf(n == 0) if letter in "ji" else mp.nan
    if z < 0 and letter != "k":
        return (-1) ** (n + (letter == "y")) * _value(mp, letter, n, -z)
    return mp.sqrt(mp.pi / (2 * z)) * getattr(mp, f"bessel{letter}")(n + mp.mpf(1) / 2, z)


_ANY, _POSITIVE = (-6.0, 6.0), (0.3, 6.0)
_BY_LETTER = {
    "j": _row("j", _ANY, kernels.spherical_jn, 16, 16),
    "y": _row("y", _POSITIVE, kernels.spherical_yn, 32, 32),
    "i": _row("i", _ANY, kernels.spherical_in, 16),
    "k": _row("k", _POSITIVE, kernels.spherical_kn, 16),
}
ROWS: tuple[Primitive, ...] = tuple(_BY_LETTER.values())
