"""Recursions whose depth the data tell: one call on every path, directly returned or not."""

X, XA = {"x": ""}, {"x": "", "a": ""}
PROGRAMS = {
    "Newton, returned directly": (
        XA,
        """
    def root(x, a):
        return x if abs(x*x - a) < 1e-13 else root(0.5*(x + a/x), a)
    return root(2.0 + 0.1*x, 2.0 + a)
""",
    ),
    "two parameters that change places": (
        XA,
        """
    def agm(a, b):
        if abs(a - b) < 1e-14:
            return a
        return agm((a + b)/2, np.sqrt(a*b))
    return agm(1.5 + x*x, 2.0 + np.sin(a))
""",
    ),
    "statements before the test, and behind the call": (
        XA,
        """
    def climb(x, a):
        y = x/2 + 0.1*np.sin(a*x)
        if y < 0.05:
            return a*y
        z = climb(y, a)
        w = z*y
        if w > 0.01:
            return np.sin(w) + z
        return z - w
    return climb(2.0 + np.cos(x), a)
""",
    ),
    "halves and squares": (
        X,
        """
    def exponential(x):
        if abs(x) < 1e-2:
            return 1 + x + x*x/2 + x**3/6 + x**4/24
        h = exponential(x/2)
        return h*h
    return exponential(x)
""",
    ),
    "two calls, one on each path": (
        {"c": "n", "x": "", "a": ""},
        """
    def f(x, y, n):
        if n == 0:
            return y
        elif n % 2:
            return x*f(x, y, n=n - 1)
        return f(x*y, np.cos(y), n//2) + y
    return f(1.0 + 0.1*x, a, 3*len(c)) + np.sum(c)
""",
    ),
    "calls in branches of branches": (
        XA,
        """
    def g(x, s):
        if x < 0.05:
            return s
        if x > 1:
            if s > 0.2:
                return g(x/3, s*x) - s
            return np.sin(g(x/2, s + x))
        y = g(0.7*x, 0.9*s)
        return y*x + s
    return g(3.0 + x, a)
""",
    ),
    "Horner": (
        {"c": "n", "x": ""},
        """
    def horner(c, x, i=0):
        return 0.0 if i == len(c) else c[i] + x*horner(c, x, i + 1)
    return horner(c, x)
""",
    ),
    "Clenshaw": (
        {"c": "n", "x": ""},
        """
    def down(k):
        if k >= len(c):
            return 0.0, 0.0
        b1, b2 = down(k + 1)
        return c[k] + 2*x*b1 - b2, b1
    b0, b1 = down(0)
    return b0 - x*b1
""",
    ),
    "a continued fraction from the far end": (
        {"c": "n", "x": ""},
        """
    def fraction(i):
        if i < 0:
            return 1.0 + x*x
        return 2 + np.sin(c[i])*x/fraction(i - 1)
    return fraction(len(c) - 1)
""",
    ),
    "arrays go down": (
        {"x": "n", "a": ""},
        """
    def relax(u, t):
        if t > 1:
            return np.sum(u**3)
        return relax(u + 0.1*np.sin(u)*a, t*1.7) + np.sum(u)
    return relax(x, 0.2 + 0.01*a)
""",
    ),
}
