"""Programs whose loops append to lists: under conditions, several times an iteration, in loops inside of loops."""

VECTOR = {"x": "n"}
PROGRAMS = {
    "the sum of what is kept": (
        VECTOR,
        """
    out = []
    for v in x:
        if v > 0:
            out.append(np.sin(v))
    return sum(out) + len(out)
""",
    ),
    "neighbours among what is kept": (
        VECTOR,
        """
    out = []
    for v in x:
        if v > -0.4:
            out.append(v**2)
    y = np.array(out)
    return np.sum(y[1:]*y[:-1])
""",
    ),
    "two of each": (
        VECTOR,
        """
    out = [0.3]
    for v in x:
        out.append(np.sin(v))
        out.append(v**2*out[-1])
    y = np.array(out)
    return np.sum(y[1:]*y[:-1])*len(out)
""",
    ),
    "two lists": (
        VECTOR,
        """
    a, b = [], []
    for v in x:
        if v > 0:
            a.append(v)
        else:
            b.append(v*v)
    return sum(a)*sum(b) + len(a)
""",
    ),
    "one of two": (
        VECTOR,
        """
    out = []
    for v in x:
        if v > 0:
            out.append(v)
        else:
            out.append(v*v)
    return sum(out)*out[-1]
""",
    ),
    "the last one is read while the list grows": (
        VECTOR,
        """
    out = []
    for v in x:
        if not out or v > out[-1] - 0.3:
            out.append(np.sin(v)*len(out) + 0.1*v)
    return sum(out) + out[-1]
""",
    ),
    "the largest and the mean": (
        VECTOR,
        """
    out = []
    for v in x:
        if v > -0.5:
            out.append(v*v + 0.1*v)
    return max(out)*np.mean(out) + min(out)
""",
    ),
    "up to a break, some left out": (
        VECTOR,
        """
    out = []
    s = 0.5
    for k in range(len(x)):
        s = s*0.7 + np.sin(s*x[k])
        if k % 3 == 1:
            continue
        out.append(s)
        if s > 1.2:
            break
        out.append(s*x[k])
    total = 0.0
    for v in out:
        total = 0.5*total + v**2
    return total
""",
    ),
    "as long as the list is short": (
        {"x": "n", "a": ""},
        """
    out = []
    s = 0.3 + 0.1*a
    k = 0
    while len(out) < len(x):
        s = 3.1*s*(1 - s)
        k += 1
        if k % 2 == 0:
            out.append(s*a)
    return np.sum(np.array(out)*x)
""",
    ),
    "compared with data": (
        {"x": "n", "y": "n"},
        """
    out = []
    s = 0.5
    for k in range(2*len(x)):
        s = s + 0.1*np.sin(s)*x[k//2]
        if k % 2 == 1:
            out.append(s)
    return np.sum((np.array(out) - y)**2)
""",
    ),
    "pairs": (
        VECTOR,
        """
    d = []
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            d.append((x[i] - x[j])**2)
    return sum(d)*len(d) + np.sum(np.array(d)**2)
""",
    ),
    "some pairs": (
        VECTOR,
        """
    d = []
    for i in range(len(x)):
        d.append(x[i])
        for j in range(i):
            if x[j] < x[i]:
                d.append(x[i]*x[j])
    s = 0.0
    for v in d:
        s = 0.5*s + v*v
    return s
""",
    ),
    "a start, and a loop from the second on": (
        VECTOR,
        """
    y = 0.5
    ys = [y]
    for i in range(1, len(x)):
        y = 0.5*y + x[i]*x[i - 1]
        ys.append(y)
    ys = np.array(ys)
    return np.sum(ys**2) + ys[-1]
""",
    ),
    "loops in branches": (
        VECTOR,
        """
    out = []
    for i in range(len(x)):
        if x[i] > 0:
            for j in range(len(x)):
                out.append(x[i]*x[j])
    s = 0.0
    for v in out:
        s = np.sin(s) + v
    return s
""",
    ),
    "tuples": (
        VECTOR,
        """
    out = []
    for v in x:
        if v > -0.3:
            out.append((v, v*v))
    if not out:
        return 0.0
    a = np.array(out)
    return np.sum(a[:, 0]*a[:, 1])
""",
    ),
    "vectors": (
        VECTOR,
        """
    out = []
    for v in x:
        if v > 0:
            out.append(v*x)
    return np.sum(np.array(out)**2)
""",
    ),
    "one loop after the other": (
        VECTOR,
        """
    out = []
    for v in x:
        out.append(v)
    for v in x:
        if v > 0:
            out += [v*v, 0.5]
    out.append(x[0])
    y = np.array(out)
    return np.sum(y**3) + y[-1]
""",
    ),
    "few steps, whose number is known": (
        {"x": "n", "a": ""},
        """
    out = []
    for k in range(4):
        a = 0.8*a + 0.3*k
        if a > 0.5:
            out.append(a*a)
    return sum(out)/len(out) if out else a*np.sum(x)
""",
    ),
    "an array of as many": (
        VECTOR,
        """
    out = []
    for v in x:
        if v > 0.1:
            out.append(v**3)
    return np.sum(np.array(out))*np.array(out)[0]
""",
    ),
}
