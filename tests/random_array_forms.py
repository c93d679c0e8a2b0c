"""What random functions of arrays are made of, as patterns: ``<n>`` is a vector of length n, ``<mn>`` a matrix, ``<s>`` a number.

A type is a string with one letter for each axis: n and m are lengths of arguments, p is n - 1, 1 is 1; "" is a number,
which patterns call s. ``<n!>`` is one that can be indexed: a name, or in parentheses. ``<e>`` is a function of ``c`` alone.
"""

from __future__ import annotations

LETTERS = "nmp1"

# Arguments, their types, and how often a function has them. "idx" are integers below n, "h" are integers, as data.
ARGUMENTS = {
    "x": ("n", 1.0), "y": ("n", 0.4), "A": ("mn", 0.45), "a": ("", 0.45), "b": ("m", 0.4), "c": ("1", 0.15), "R": ("m1", 0.12),
    "idx": ("n", 0.3), "h": ("n", 0.15),
}  # fmt: skip

UNARY = (
    "np.sin({0})", "np.cos({0})", "np.tanh({0})", "np.exp(-({0})**2)", "np.sqrt(1 + ({0})**2)", "({0})**2", "0.3*({0})**3",
    "np.abs({0})", "-({0})", "np.arctan({0})", "np.log1p(({0})**2)", "np.square({0})", "np.clip({0}, -0.5, 0.9)", "{0}",
)  # fmt: skip
BINARY = (
    "({0} + {1})", "({0} - {1})", "{0}*{1}", "{0}/(2 + ({1})**2)", "np.maximum({0}, {1})", "np.minimum({0}, {1})",
    "np.hypot({0}, 1 + ({1})**2)", "np.where({0} > {1}, np.sin({0}), ({1})**2)", "(1.5 + np.sin({0}))**(0.5*np.cos({1}))",
    "np.where({0} > 0.1, np.sqrt(np.abs({0})), {1})", "np.where(({0} > 0) & ({1} < 0.5), {0}*{1}, 0.0)",
)  # fmt: skip

# Expressions by type. What names an argument, or a length of one, is used only where the function has it.
EXPRESSIONS: dict[str, tuple[str, ...]] = {
    "": (
        "np.sum(<n>)", "np.sum(<p>)", "np.sum(<m>)", "np.mean(<n>)", "np.dot(<n>, <n>)", "np.prod(np.cos(<n>))", "np.max(<n>)",
        "np.min(<n>)", "np.linalg.norm(<n> + 3)", "sum(<e> for c in <n>)", "<n!>[0]", "<n!>[-1]", "np.sum(<nn>)",
        "np.trace(<nn>)", "np.var(<n>)", "np.sum(<n>, keepdims=True)[0]", "(<s> + <s>)", "np.max(<m>)", "np.sum(<mn>)",
        "np.sum(np.max(<mn>, axis=0))", "np.mean(<mn>)", "<mn!>[0, -1]", "np.sum(<1>)", "<1!>[0]", "np.sum(<m1>)",
        "np.einsum('i,ij,j->', <m>, <mn>, <n>)", "<n!> @ <nn!> @ <n!>", "np.sum(<n!>[:, None]*<p!>[None, :])",
        "np.log(np.sum(np.exp(<n>)) + 1)", "(<n!>[0] if <s> > 0.3 else <s>)", "np.linalg.norm(<mn> + 3)",
        "sum(c*d for c, d in zip(<n>, <n>))", "sum(i*c for i, c in enumerate(<n>))", "sum(np.sum(row*<n>) for row in <mn>)",
        "np.sum(<n!>[x > 0.2]**2)", "np.sum(np.cumsum(<n!>[<n> > 0.1]))", "np.sum(np.diff(np.append(<n!>[x > 0], <s>))**2)",
        "len(<n!>[x > 0.2])*<s>", "np.max(np.append(<n!>[x > 0.1], 0.3))", "sum(c*<s> for c in <n!>[x < 0.4])",
        "np.sum(<n!>[x > 0]*np.arange(np.count_nonzero(x > 0)))", "np.sum(<m!>[np.nonzero(<m> > 0.1)])",
        "np.nanmax(np.append(np.where(x > 0, <n>, np.nan), <s>))", "np.nanvar(np.r_[np.where(<n> > 0.2, <n>, np.nan), <s>, 2])",
        "<n!>.take([0, -1]).sum()", "np.sum(np.r_[<s>, <n>]*np.r_[<n>, <s>])", "np.sum(np.c_[<n>, <n>] @ np.array([<s>, 1.0]))",
        "np.sum(np.insert(<n>, len(x), <s>)**2)", "np.vecdot(<n>, <n>)", "np.sum(np.block([[<nn>, <nn>], [<nn>, <nn>]])**2)",
    ),
    "n": (
        "<n!>[::-1]", "np.roll(<n>, 1)", "np.cumsum(<n>)", "np.array([<e> for c in <n>])",
        "np.array([c*d for c, d in zip(<n>, <n>)])", "<n!>[idx]", "<mn!>.T @ <m!>", "np.sum(<mn>**2, axis=0)",
        "np.einsum('ij,i->j', <mn>, <m>)", "<mn!>[0]", "np.max(<mn>, axis=0)", "<n>*<1>", "(<n> + <1>)", "<n>*h", "h*0.5",
        "np.arange(len(x))*0.3", "np.concatenate([<p>, <1>])", "<nn!> @ <n!>", "np.diag(<nn>)", "np.mean(<mn>, axis=0)",
        "(<n> - np.max(<n>))", "np.exp(<n> - np.max(<n>))/(1 + np.sum(np.exp(<n> - np.max(<n>))))", "np.tril(<nn>).sum(axis=1)",
        "np.where(h > 0, <n>, 0.5)", "np.append(<p>, <s>)", "np.linspace(0, 1, len(x))*<n>",
        "<n!>[(np.arange(len(x)) + 1) % len(x)]", "<n!>[np.minimum(idx + 1, len(x) - 1)]", "<n!>[np.argsort(x)]", "np.sort(<n>)",
        "np.r_[<s>, <p>]", "np.insert(<p>, 0, <s>)", "np.append(<s>, <p>)*np.append(<p>, <s>)", "np.tri(len(x)) @ <n>",
        "np.piecewise(<n>, [<n> < 0.2, <n> > 0.9], [np.sin, lambda t: t*t, 0.5])", "np.nan_to_num(np.where(x > 0, <n>, np.nan))",
        "np.nancumsum(np.where(<n> > 0, <n>, np.nan))", "np.select([<n> > 0.5, x > 0], [<n>, <n>**2], 0.1)", "<nn!>.diagonal()",
    ),
    "p": (
        "<n!>[1:]", "<n!>[:-1]", "np.diff(<n>)", "<n!>[1:]*<n!>[:-1]", "np.array([<e> for c in <p>])", "<p!>[::-1]", "<p>*<1>",
        "np.sum(<nn!>[1:, :-1], axis=0)", "np.cumsum(<p>)",
    ),
    "m": (
        "<mn!> @ <n!>", "<mn!>.sum(axis=1)", "np.max(<mn>, axis=1)", "<mn!>.mean(axis=-1)", "np.array([<e> for c in <m>])",
        "<mn!>[:, 0]", "<mn!>[:, -1]", "<m1!>[:, 0]", "<m>*<1>", "np.array([np.sum(row**2) for row in <mn>])", "<m!>[::-1]",
        "np.linalg.norm(<mn> + 3, axis=1)", "np.array([np.dot(row, <n>) for row in <mn>])",
    ),
    "1": ("<n!>[:1]", "np.sum(<n>, keepdims=True)", "np.array([<s>])", "<m1!>[0]"),
    "m1": ("<m!>[:, None]", "np.max(<mn>, axis=1, keepdims=True)", "<m1>*<1>", "<mn!>.mean(axis=1, keepdims=True)"),
    "mn": (
        "<mn>*<m!>[:, None]", "(<mn> + <n>)", "np.outer(<m>, <n>)", "np.where(<mn> > 0.2, <mn>**2, <n>)", "(<mn> - <m1>)",
        "<mn!>[::-1]", "<mn!>[:, ::-1]", "<mn!> @ <nn!>", "<mn>*<1>", "np.exp(<mn> - np.max(<mn>, axis=1, keepdims=True))",
        "<m1>*<n>", "np.einsum('ij,j->ij', <mn>, <n>)", "<mn>*R", "<mn!>[:, idx]", "np.cumsum(<mn>, axis=0)",
    ),
    "nn": (
        "np.outer(<n>, <n>)", "(<n!>[:, None] - <n!>[None, :])**2", "<n!>[None, :]*<n!>[:, None]", "<mn!>.T @ <mn!>",
        "np.tril(<nn>)", "np.eye(len(x))*<n>", "np.diag(<n>)", "<nn!>.T", "(<nn> + <n!>[:, None])",
        "np.maximum(<n!>[:, None], <n>)", "np.c_[<nn!>[:, 1:], <n>]", "np.concatenate([<nn!>[1:], <n!>[None]])",
    ),
}  # fmt: skip

# What is left where an expression must end.
ENDS: dict[str, tuple[str, ...]] = {
    "": ("0.5", "-1.2", "2", "1.7", "0.25", "3"),
    "n": ("x*1.5", "x", "np.sin(x)"),
    "p": ("x[1:]", "x[:-1]"),
    "m": ("A.sum(axis=1)", "A[:, 0]", "b", "2*b", "R[:, 0]"),
    "1": ("c", "x[:1]", "x.sum(keepdims=True)"),
    "m1": ("R", "A[:, :1]", "b[:, None]", "np.ones((len(b), 1))"),
    "mn": ("A", "A*2", "np.outer(b, x)", "R*x"),
    "nn": ("np.outer(x, x)", "x[:, None]*x", "A.T @ A"),
}

# A function of one element, ``c``.
ELEMENT = ("np.sin(c)", "c**2", "c*<s>", "(np.cos(c) if c > 0.2 else c)", "max(c, 0.1)", "1/(1 + c**2)", "abs(c)*c")

# New arrays, which the function may change.
STARTS: dict[str, tuple[str, ...]] = {
    "n": ("np.zeros_like(x)", "x.copy()", "np.ones(len(x))", "np.zeros(x.shape[0])", "1.5*x", "np.full(len(x), 0.5)"),
    "mn": ("np.zeros_like(A)", "A.copy()", "np.ones(A.shape)", "2*A", "np.zeros((len(b), len(x)))", "np.outer(b, x)"),
    "nn": ("np.zeros((len(x), len(x)))", "np.outer(x, x)", "np.eye(len(x))"),
}

# Writes: what stands behind the name of the array, and the value.
WRITES: dict[str, tuple[tuple[str, str], ...]] = {
    "n": (
        ("[1:]", "<p>"), ("[:-1]", "<p>"), ("[0]", "<s>"), ("[-1]", "<s>"), ("[:]", "<n>"), ("[1:]", "<s>"), ("[::-1]", "<n>"),
        ("[::2]", "<s>"), ("[<n> > 0.3]", "<s>"), ("[1:]", "{}[:-1]"), ("[:]", "<1>"), ("[:1]", "<1>"), ("[...]", "<n>"),
        ("[h > 0]", "<s>"), ("[idx]", "<n>"), ("[x > 0.1]", "{}[x > 0.1]*2"), ("[x > 0]", "np.cumsum({}[x > 0])"),
    ),
    "mn": (
        ("[0]", "<n>"), ("[:, 0]", "<m>"), ("[0, -1]", "<s>"), ("[1:]", "<n>"), ("[:, 1:]", "<s>"), ("[:]", "<mn>"),
        ("[:, ::-1]", "<mn>"), ("[{} > 0.3]", "<s>"), ("[:]", "<m1>"), ("[-1]", "{}[0]"), ("[:, 1:]", "{}[:, :-1]"),
    ),
    "nn": (
        ("[0]", "<n>"), ("[:, 0]", "<n>"), ("[-1, 0]", "<s>"), ("[1:, :-1]", "<s>"), ("[:]", "{}.T"), ("[:]", "<nn>"),
        ("[np.arange(len(x)), np.arange(len(x))]", "<n>"),
    ),
}  # fmt: skip

# In a loop over {i} below n: a number.
AT = (
    "<n!>[{i}]", "<n!>[{i}]", "x[{i}]**2", "np.sin(<n!>[{i}])", "<n!>[{i} - 1]", "0.3*{i}*<n!>[{i}]", "<n!>[-{i} - 1]",
    "<n!>[len(x) - 1 - {i}]", "<n!>[0]*<n!>[{i}]", "np.sum(<n>)*<n!>[{i}]", "np.sum(A[:, {i}])", "A[0, {i}]", "<n!>[idx[{i}]]",
    "x[{i}]*h[{i}]", "np.dot(A[:, {i}], b)", "a*<n!>[{i}]", "c[0]*x[{i}]",
    "<n!>[({i} + 1) % len(x)]", "<n!>[abs({i} - 1) % len(x)]", "<n!>[{i} // 2]*0.5", "<n!>[max({i} - 1, 0)]",
    "<n!>[min({i} + 1, len(x) - 1)]",
)  # fmt: skip
CONDITIONS = (
    "x[{i}] > 0.2", "{i} > 0", "{i} == 0", "{i} < len(x) - 1", "<at> < 0.4", "{i} != 1", "x[{i}] > 0 and {i} > 0", "{i} % 2 == 0",
    "h[{i}] > 0", "idx[{i}] > 0", "not x[{i}] < 0.1",
)  # fmt: skip
RANGES = (
    "range(len(x))",
    "range(x.shape[0])",
    "range(1, len(x))",
    "range(len(x) - 1)",
    "range(len(x) - 1, -1, -1)",
    "range(x.size)",
)
# In two loops, over i and j.
PAIRS = (
    "x[i]*x[j]", "(x[i] - x[j])**2", "x[i]*np.sin(x[j])", "np.cos(x[i] - x[j])*0.5", "x[j]/(1 + (i - j)**2)", "<n!>[i]*<n!>[j]",
    "abs(x[i] - <n!>[j])*x[j]",
)  # fmt: skip
INNER = ("range(len(x))", "range(i)", "range(i + 1, len(x))", "range(i, len(x))")
# Over the rows of A.
ROWS = (
    ("for row in A:", "np.sum(row**2)"), ("for row in A:", "np.dot(row, x)"), ("for row in A:", "np.max(row)"),
    ("for i in range(len(A)):", "np.sum(A[i]*x)"), ("for i in range(A.shape[0]):", "A[i] @ x"),
    ("for i in range(len(A)):", "np.sum((A[i] - x)**2)*0.5"), ("for i, row in enumerate(A):", "i*np.sum(np.sin(row))"),
    ("for row, d in zip(A, b):", "d*np.sum(row*x)"), ("for i in range(len(b)):", "b[i]*A[i, 0]"), ("for d in b:", "d*np.sum(x)"),
    ("for i in range(A.shape[0]):", "np.sum(A[i, 1:]*A[i, :-1])"), ("for c, d in zip(x, x[::-1]):", "c*np.sin(d)"),
)  # fmt: skip
