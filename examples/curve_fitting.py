"""Curve fitting: problems of the NIST Statistical Reference Datasets with exact Jacobians, against the certified values.

https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml: nonlinear least squares whose parameters are certified to 11 digits.
"""

import numpy as np
from scipy.optimize import curve_fit

from symdiff import jacobian


def misra1a(x, a, b):
    """Adsorption of gas."""
    return a * (1 - np.exp(-b * x))


def thurber(x, a, b, c, d, e, f, g):
    """Mobility of electrons in a semiconductor, a quotient of cubics."""
    return (a + b * x + c * x**2 + d * x**3) / (1 + e * x + f * x**2 + g * x**3)


def mgh09(x, a, b, c, d):
    """A problem of Kowalik and Osborne."""
    return a * (x**2 + x * b) / (x**2 + x * c + d)


def rat43(x, a, b, c, d):
    """Sigmoidal growth of onions."""
    return a / (1 + np.exp(b - c * x)) ** (1 / d)


DATA = {
    misra1a: (
        "77.6 114.9 141.1 190.8 239.9 289.0 332.8 378.4 434.8 477.3 536.8 593.1 689.1 760.0",
        "10.07 14.73 17.94 23.93 29.61 35.18 40.02 44.82 50.76 55.05 61.01 66.40 75.47 81.78",
    ),
    thurber: (
        (
            "-3.067 -2.981 -2.921 -2.912 -2.840 -2.797 -2.702 -2.699 -2.633 -2.481 -2.363 -2.322 -1.501 -1.460 -1.274 -1.212 "
            "-1.100 -1.046 -0.915 -0.714 -0.566 -0.545 -0.400 -0.309 -0.109 -0.103 0.010 0.119 0.377 0.790 0.963 1.006 1.115 "
            "1.572 1.841 2.047 2.200"
        ),
        (
            "80.574 84.248 87.264 87.195 89.076 89.608 89.868 90.101 92.405 95.854 100.696 101.060 401.672 390.724 567.534 "
            "635.316 733.054 759.087 894.206 990.785 1090.109 1080.914 1122.643 1178.351 1260.531 1273.514 1288.339 1327.543 "
            "1353.863 1414.509 1425.208 1421.384 1442.962 1464.350 1468.705 1447.894 1457.628"
        ),
    ),
    mgh09: (
        "4 2 1 0.5 0.25 0.167 0.125 0.1 0.0833 0.0714 0.0625",
        "0.1957 0.1947 0.1735 0.16 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246",
    ),
    rat43: (
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
        "16.08 33.83 65.80 97.20 191.55 326.20 386.87 520.53 590.03 651.92 724.93 699.56 689.96 637.56 717.41",
    ),
}
STARTS = {
    misra1a: [250, 0.0005],
    thurber: [1300, 1500, 500, 75, 1, 0.4, 0.05],
    mgh09: [0.25, 0.39, 0.415, 0.39],
    rat43: [700, 5, 0.75, 1.3],
}
CERTIFIED = {
    misra1a: [238.94212918, 5.5015643181e-04],
    thurber: [1288.1396800, 1491.0792535, 583.23836877, 75.416644291, 0.96629502864, 0.39797285797, 0.049727297349],
    mgh09: [0.19280693458, 0.19128232873, 0.12305650693, 0.13606233068],
    rat43: [699.64151270, 5.2771253025, 0.75962938329, 1.2792483859],
}

print(f"{'problem':10}{'observations':>13}{'parameters':>11}{'calls':>7}  digits of the certified values")
for model, texts in DATA.items():
    x, y = (np.array(text.split(), float) for text in texts)
    start, certified = STARTS[model], CERTIFIED[model]
    count = len(start)
    derivatives = jacobian(model, argnums=tuple(range(1, count + 1)))

    def jac(x, *parameters, derivatives=derivatives):
        """curve_fit wants one column for each parameter."""
        return np.column_stack(derivatives(x, *parameters))

    found, _, info, *_ = curve_fit(model, x, y, start, jac=jac, full_output=True, xtol=1e-15, ftol=1e-15, maxfev=10000)
    digits = -np.log10(np.max(np.abs(found / certified - 1)))
    print(f"{model.__name__:10}{len(x):13}{count:11}{info['nfev']:7}  {digits:.1f}")
    assert digits > 6
