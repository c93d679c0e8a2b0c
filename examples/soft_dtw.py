"""Soft dynamic time warping, a table filled by two loops (M. Cuturi and M. Blondel, ICML 2017), and a barycentre by gradients."""

import numpy as np

from symdiff import grad, value_and_grad


def soft_dtw(x, y, gamma):
    """The soft minimum over all alignments of the sum of squared differences."""
    rows, columns = len(x), len(y)
    table = np.full((rows + 1, columns + 1), 1e10)
    table[0, 0] = 0.0
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            up, left, both = table[i - 1, j], table[i, j - 1], table[i - 1, j - 1]
            least = min(up, left, both)
            soft = np.exp((least - up) / gamma) + np.exp((least - left) / gamma) + np.exp((least - both) / gamma)
            table[i, j] = (x[i - 1] - y[j - 1]) ** 2 + least - gamma * np.log(soft)
    return table[rows, columns]


t = np.linspace(0, 1, 40)
x, y = np.sin(2 * np.pi * t), np.sin(2 * np.pi * t**1.5)
value, slope = value_and_grad(soft_dtw)(x, y, 0.1)
print(f"soft-DTW {value:.6f}; the largest slope {np.max(np.abs(slope)):.4f}")
step = 1e-6
for i in (0, 13, 39):
    e = np.zeros(len(x))
    e[i] = step
    assert np.isclose(slope[i], (soft_dtw(x + e, y, 0.1) - soft_dtw(x - e, y, 0.1)) / (2 * step), rtol=1e-6, atol=1e-8)

# A barycentre: gradient steps from the mean of two series towards both.
z = (x + y) / 2
both = grad(lambda z, x, y: soft_dtw(z, x, 0.1) + soft_dtw(z, y, 0.1))
before = soft_dtw(z, x, 0.1) + soft_dtw(z, y, 0.1)
for _ in range(30):
    z = z - 0.02 * both(z, x, y)
after = soft_dtw(z, x, 0.1) + soft_dtw(z, y, 0.1)
print(f"barycentre: {before:.4f} -> {after:.4f}")
assert after < before
