"""Seasonal exponential smoothing (Holt and Winters) of the airline passengers: a ring of twelve seasons, written in place."""

import numpy as np
from scipy.optimize import minimize

from symdiff import grad, hessian, value_and_grad

# Thousands of passengers a month, 1949 to 1960 (G. E. P. Box and G. M. Jenkins, Time Series Analysis, 1970, series G).
passengers = np.array([
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
    145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
    196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,
    315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,
    360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
], dtype=float)  # fmt: skip


def squared_errors(p, x, start, seasons):
    """The sum of squares of what is not foreseen one step ahead (P. R. Winters, Management Science 6, 1960)."""
    alpha, beta, gamma = p
    level, trend = start
    season, total = seasons.copy(), 0.0
    m = len(season)
    for t in range(m, len(x)):
        factor = season[t % m]
        total += (x[t] - (level + trend) * factor) ** 2
        before = level
        level = alpha * x[t] / factor + (1 - alpha) * (level + trend)
        trend = beta * (level - before) + (1 - beta) * trend
        season[t % m] = gamma * x[t] / level + (1 - gamma) * factor
    return total


def first_guess(x, m):
    """Level, trend and seasons of the first two years, by moving averages, as R's ``HoltWinters`` begins."""
    weights = np.r_[0.5, np.ones(m - 1), 0.5] / m
    smooth = np.convolve(x[: 2 * m], weights, "valid")
    ratios = x[m // 2 : m // 2 + m] / smooth
    seasons = np.roll(ratios, m // 2)
    slope, level = np.polyfit(np.arange(1, m + 1), smooth, 1)
    return np.array([level, slope]), seasons / np.mean(seasons)


start, seasons = first_guess(passengers, 12)
arguments = passengers, start, seasons
both = value_and_grad(squared_errors)
found = minimize(both, np.array([0.3, 0.1, 0.1]), args=arguments, jac=True, method="L-BFGS-B", bounds=[(0, 1)] * 3)
print("alpha {:.4f}, beta {:.4f}, gamma {:.4f}".format(*found.x))
assert np.allclose(found.x, [0.2755925, 0.03269295, 0.8707292], atol=5e-4)  # R: HoltWinters(AirPassengers, seasonal = "mult")

steepness = np.linalg.eigvalsh(hessian(squared_errors)(found.x, *arguments))
print("curvatures at the minimum:", *np.round(steepness))
assert steepness[0] > 0

slope = grad(squared_errors, argnums=1)(found.x, *arguments)  # by the passengers of each month
print(f"the errors are most sensitive to month {np.argmax(np.abs(slope)) + 1}")
print(grad(squared_errors).at(found.x, *arguments).source)
