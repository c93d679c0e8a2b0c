"""Special functions on paper: the names of SciPy in text, the signs of textbooks in LaTeX."""

import pytest
from scipy import special

from symdiff import derivative, read

CASES = [
    (derivative(lambda x: special.gammaln(x)), "digamma(x)", r"\psi\left(x\right)"),
    (derivative(lambda x: special.psi(x)), "polygamma(1, x)", r"\psi^{(1)}\left(x\right)"),
    (derivative(lambda x: special.psi(x) ** 3 / 3), "digamma(x)**2*polygamma(1, x)", r"\left(\psi\left(x\right)\right)^{2}"),
    (read(lambda x: special.exp1(x)), "exp1(x)", r"\operatorname{E}_{1}\left(x\right)"),
    (derivative(lambda x: special.expn(3, x)), "-expn(2, x)", r"- \operatorname{E}_{2}\left(x\right)"),
    (read(lambda x: special.betainc(2, 3, x)), "betainc(2, 3, x)", r"\left(2, 3\right)"),
    (read(lambda x: special.betaincc(2, 3, x)), "betaincc(2, 3, x)", r"\left(2, 3\right)"),
    (read(lambda x: special.ndtri(x)), "ndtri(x)", r"\Phi^{-1}\left(x\right)"),
    (derivative(lambda x: special.ndtr(x)), "exp(-x**2/2)/sqrt(2*pi)", r"\frac{e^{- \frac{x^{2}}{2}}}{\sqrt{2 \pi}}"),
    (derivative(lambda x: special.fresnel(x)[0]), "sin(pi*x**2/2)", r"\sin{\left(\frac{\pi x^{2}}{2} \right)}"),
]


@pytest.mark.parametrize(("made", "shown", "latex"), CASES, ids=[shown for _, shown, _ in CASES])
def test_names(made, shown, latex):
    assert str(made).endswith(f" = {shown}")
    assert latex in made.latex()
