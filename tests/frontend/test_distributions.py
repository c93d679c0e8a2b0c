"""Methods of scipy.stats.norm inside functions."""

import math

import mpmath as mp
import pytest
from scipy.stats import norm

from symdiff import UnsupportedError, grad, value_and_grad

N = norm.cdf
REFERENCES = {
    "pdf": mp.npdf,
    "logpdf": lambda x, m, s: mp.log(mp.npdf(x, m, s)),
    "cdf": mp.ncdf,
    "logcdf": lambda x, m, s: mp.log(mp.ncdf(x, m, s)),
    "sf": lambda x, m, s: mp.ncdf(-x, -m, s),
    "logsf": lambda x, m, s: mp.log(mp.ncdf(-x, -m, s)),
    "ppf": lambda q, m, s: m + s * mp.sqrt(2) * mp.erfinv(2 * q - 1),
    "isf": lambda q, m, s: m - s * mp.sqrt(2) * mp.erfinv(2 * q - 1),
}
CALLS = {
    "pdf": lambda x, m, s: norm.pdf(x, m, s),
    "logpdf": lambda x, m, s: norm.logpdf(x, loc=m, scale=s),
    "cdf": lambda x, m, s: norm.cdf(x, m, scale=s),
    "logcdf": lambda x, m, s: norm.logcdf(x, m, s),
    "sf": lambda x, m, s: norm.sf(x, m, s),
    "logsf": lambda x, m, s: norm.logsf(x, m, s),
    "ppf": lambda q, m, s: norm.ppf(q, m, s),
    "isf": lambda q, m, s: norm.isf(q, m, s),
}


@pytest.mark.parametrize("name", CALLS)
def test_methods_with_location_and_scale(name):
    point = (0.3, 0.1, 2.0)
    value, slopes = value_and_grad(CALLS[name], argnums=(0, 1, 2))(*point)
    with mp.workdps(40):
        assert value == pytest.approx(float(REFERENCES[name](*map(mp.mpf, point))), rel=1e-14)
        for k, slope in enumerate(slopes):
            order = tuple(int(k == j) for j in range(3))
            assert slope == pytest.approx(float(mp.diff(REFERENCES[name], point, order)), rel=1e-13)


def call(spot, strike, sigma):
    d1 = (math.log(spot / strike) + sigma**2 / 2) / sigma
    return spot * N(d1) - strike * norm.cdf(d1 - sigma)


def test_the_delta_of_a_call_is_one_probability():
    assert str(grad(call)) == "∂call/∂spot = ndtr((sigma**2 + 2*log(spot/strike))/(2*sigma))"
    assert grad(call)(100.0, 90.0, 0.2) == pytest.approx(norm.cdf((math.log(100 / 90) + 0.02) / 0.2), rel=1e-14)


def test_a_scale_that_is_not_positive():
    assert all(map(math.isnan, value_and_grad(CALLS["cdf"])(0.3, 0.1, -2.0)))
    with pytest.raises(UnsupportedError, match="scale -1"):
        grad(lambda x: norm.pdf(x, 0.0, -1.0))


def test_standard_tails_do_not_cancel():
    exact = float(mp.npdf(40) / mp.ncdf(-40))
    assert grad(lambda x: norm.logcdf(x))(-40.0) == pytest.approx(exact, rel=1e-14)
    assert value_and_grad(lambda x: norm.sf(x))(38.0)[0] == pytest.approx(norm.sf(38.0), rel=1e-13)
