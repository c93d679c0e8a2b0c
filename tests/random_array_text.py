"""Random functions of arrays as text: slices, reductions, products, broadcasting, writes, loops, branches, shadowed names."""

from __future__ import annotations

import random
from collections.abc import Callable

# The type of a value: "" a number, otherwise its lengths: "n" and "m" of the arguments, "p" is n - 1.
Type = tuple[str, ...]
SCALAR: Type = ()

UNARY = (
    "np.sin({0})", "np.cos({0})", "np.tanh({0})", "np.exp(-({0})**2)", "np.sqrt(1 + ({0})**2)", "({0})**2", "0.3*({0})**3",
    "np.abs({0})", "-({0})", "np.arctan({0})", "np.log1p(({0})**2)", "np.square({0})",
)  # fmt: skip
BINARY = (
    "({0} + {1})", "({0} - {1})", "{0}*{1}", "{0}/(2 + ({1})**2)", "np.maximum({0}, {1})", "np.minimum({0}, {1})",
    "np.hypot({0}, 1 + ({1})**2)", "np.where({0} > {1}, np.sin({0}), ({1})**2)",
    "np.where({0} > 0.1, np.sqrt(np.abs({0})), {1})", "np.where(({0} > 0) & ({1} < 0.5), {0}*{1}, 0.0)",
)  # fmt: skip
NAMES = ("u", "v", "w", "t", "t_1", "s", "x_bar", "k", "i", "q", "total", "r")  # some are those of generated code, or of loops


class RandomArrayText:
    """Writes one function. ``arguments`` are its parameters with their types; "idx" are integers below n."""

    def __init__(self, numbers: random.Random) -> None:
        self.random = numbers
        self.arguments: dict[str, Type] = {"x": ("n",)}
        for name, kind in (("y", ("n",)), ("A", ("m", "n")), ("a", SCALAR), ("b", ("m",)), ("idx", ("n",))):
            if numbers.random() < 0.45:
                self.arguments[name] = kind
        self.variables = {name: kind for name, kind in self.arguments.items() if name != "idx"}
        self.lines: list[str] = []
        self.frozen: set[str] = set(self.arguments)  # arrays that the function must not change
        self.vector_lengths = [("n",), ("p",)] + ([("m",)] if {"A", "b"} & self.arguments.keys() else [])

    def text(self) -> str:
        """The whole function."""
        for _ in range(self.random.randint(2, 6)):
            self.pick(self.assign, self.assign, self.augment, self.write, self.write, self.loop_sum, self.loop_write,
                      self.pairs, self.branch, self.helper, self.alias)()  # fmt: skip
        result = " + ".join(self.scalar(2) for _ in range(self.random.randint(1, 3)))
        used = [name for name, kind in self.variables.items() if kind and name not in self.arguments]
        for name in used[-2:]:
            result += f" + np.sum({name}*0.7)"
        body = "\n".join(f"    {line}" for line in [*self.lines, f"return {result}"])
        return f"import numpy as np\ndef f({', '.join(self.arguments)}):\n{body}\n"

    # choices

    def pick(self, *options: Callable[[], None]) -> Callable[[], None]:
        """One of several kinds of statement."""
        return self.random.choice(options)

    def number(self) -> str:
        """A literal."""
        return self.random.choice(["0.5", "-1.2", "2", "1.7", "0.25", "3"])

    def named(self, kind: Type) -> list[str]:
        """The variables of a type."""
        return [name for name, found in self.variables.items() if found == kind]

    def chance(self, share: float) -> bool:
        """True that often."""
        return self.random.random() < share

    # expressions

    def expression(self, kind: Type, depth: int) -> str:
        """An expression of a type."""
        return self.scalar(depth) if not kind else self.vector(kind, depth) if len(kind) == 1 else self.matrix(kind, depth)

    def elementwise(self, kind: Type, depth: int) -> str:
        """A function of values of the same type, or numbers."""
        if self.chance(0.5):
            return self.random.choice(UNARY).format(self.expression(kind, depth - 1))
        other = self.expression(kind if self.chance(0.7) else SCALAR, depth - 1)
        pair = [self.expression(kind, depth - 1), other]
        self.random.shuffle(pair)
        return self.random.choice(BINARY).format(*pair)

    def vector(self, kind: Type, depth: int) -> str:
        """A vector."""
        named = self.named(kind)
        if named and (depth <= 0 or self.chance(0.3)):
            return self.random.choice(named)
        options = [lambda: self.elementwise(kind, depth)] * 3 if named or depth > 0 else []
        if kind == ("n",):
            v = lambda: self.vector(("n",), depth - 1)  # noqa: E731
            options += [lambda: f"{self.atom(v())}[::-1]", lambda: f"np.roll({v()}, 1)", lambda: f"np.cumsum({v()})"]
            options += [lambda: f"np.array([{self.one('c')} for c in {v()}])"]
            options += [lambda: f"np.array([c*d for c, d in zip({v()}, {v()})])"]
            if "idx" in self.arguments:
                options += [lambda: f"{self.atom(v())}[idx]"]
        if kind == ("p",):
            v = lambda: self.vector(("n",), depth - 1)  # noqa: E731
            options += [lambda: f"{self.atom(v())}[1:]", lambda: f"{self.atom(v())}[:-1]", lambda: f"np.diff({v()})"]
        if "A" in self.arguments and kind == ("m",):
            options += [lambda: f"{self.matrix(('m', 'n'), 0)} @ {self.vector(('n',), 0)}", lambda: "A.sum(axis=1)"]
            options += [lambda: "np.max(A, axis=1)", lambda: "A.mean(axis=-1)"]
        if "A" in self.arguments and kind == ("n",):
            options += [lambda: f"A.T @ {self.vector(('m',), 0)}", lambda: "np.sum(A**2, axis=0)"]
            options += [lambda: f"np.einsum('ij,i->j', A, {self.vector(('m',), 0)})"]
        if depth <= -2 and not named:
            return {("n",): "x*1.5", ("p",): "x[1:]", ("m",): "b" if "b" in self.arguments else "A.sum(axis=1)"}[kind]
        return self.random.choice(options or [lambda: "x[1:]"])()

    @staticmethod
    def atom(text: str) -> str:
        """An expression that can be indexed."""
        return text if text.isidentifier() else f"({text})"

    def matrix(self, kind: Type, depth: int) -> str:
        """A matrix."""
        if kind == ("m", "n") and depth <= 0:
            return "A"
        if kind == ("m", "n"):
            rows, columns = self.vector(("m",), depth - 1), self.vector(("n",), depth - 1)
            return self.random.choice([
                "A", f"A*{self.atom(rows)}[:, None]", f"(A + {columns})", f"np.outer({rows}, {columns})",
                f"np.sin(A*{self.number()})",
                f"np.where(A > 0.2, A**2, {columns})",
            ])  # fmt: skip
        first, second = self.vector(("n",), depth - 1), self.vector(("n",), depth - 1)
        return self.random.choice([
            f"np.outer({first}, {second})", f"({self.atom(first)}[:, None] - {self.atom(second)}[None, :])**2",
            f"{self.atom(first)}[None, :]*{self.atom(second)}[:, None]",
        ])  # fmt: skip

    def scalar(self, depth: int) -> str:
        """A number."""
        named = self.named(SCALAR)
        if depth <= 0:
            return self.random.choice([*named, *named, self.number()])
        v = self.vector(self.random.choice(self.vector_lengths), depth - 1)
        w = self.vector(("n",), depth - 1)
        options = [
            f"np.sum({v})", f"np.mean({w})", f"np.dot({w}, {self.vector(('n',), 0)})", f"np.prod(np.cos({w}))", f"np.max({w})",
            f"np.min({w})", f"np.linalg.norm({w} + 3)", f"sum({self.one('c')} for c in {w})", f"{self.atom(w)}[0]",
            f"{self.atom(w)}[-1]",
            f"np.sum({self.matrix(('n', 'n'), depth - 1)})", f"np.trace({self.matrix(('n', 'n'), depth - 1)})",
            self.random.choice(UNARY).format(self.scalar(depth - 1)), f"({self.scalar(depth - 1)} + {self.scalar(depth - 1)})",
            f"np.var({w})", f"np.sum({w}, keepdims=True)[0]",
        ]  # fmt: skip
        if "A" in self.arguments:
            options += [
                f"np.sum({self.matrix(('m', 'n'), depth - 1)})",
                f"np.sum(np.max({self.matrix(('m', 'n'), depth - 1)}, axis=0))",
            ]
        return self.random.choice(options)

    def one(self, name: str) -> str:
        """A function of one element."""
        return self.random.choice([
            f"np.sin({name})", f"{name}**2", f"{name}*{self.random.choice([*self.named(SCALAR), '0.5'])}",
            f"(np.cos({name}) if {name} > 0.2 else {name})", f"max({name}, 0.1)", f"1/(1 + {name}**2)",
        ])  # fmt: skip

    # statements

    def fresh(self) -> str:
        """The name of a variable, perhaps one that is there already."""
        return self.random.choice(NAMES)

    def bind(self, name: str, kind: Type, owned: bool = True) -> None:
        """Note what a name is now."""
        self.variables.pop(name, None)
        self.variables[name] = kind
        self.frozen.discard(name)
        if not owned:
            self.frozen.add(name)

    def assign(self) -> None:
        """``u = expression``; also an argument may be bound again."""
        kind = self.random.choice([SCALAR, ("n",), ("n",), *self.vector_lengths])
        name = self.random.choice(["x", "a"]) if self.chance(0.1) and kind else self.fresh()
        if name in ("x", "a"):
            kind, name = ("n",), "x"
        value = self.expression(kind, 2)
        self.lines.append(f"{name} = {value}")
        self.bind(name, kind, owned=not value.isidentifier() and "[" not in value)

    def augment(self) -> None:
        """``u += expression``: of an array this changes it in place."""
        names = [
            name for name, kind in self.variables.items() if name not in self.frozen and (kind or name not in self.arguments)
        ]
        if not names:
            self.assign()
            return
        name = self.random.choice(names)
        kind = self.variables[name]
        sign = self.random.choice(["+=", "*=", "-="])
        self.lines.append(f"{name} {sign} {self.expression(kind if self.chance(0.6) else SCALAR, 1)}")

    def array(self) -> str:
        """The name of a vector of length n that the function made."""
        names = [name for name in self.named(("n",)) if name not in self.frozen]
        if names and self.chance(0.5):
            return self.random.choice(names)
        name = self.fresh()
        start = self.random.choice(
            ["np.zeros_like(x)", "x.copy()", "np.ones(len(x))", "np.zeros(x.shape[0])", "1.5*x", "np.full(len(x), 0.5)"]
        )
        self.lines.append(f"{name} = {start}")
        self.bind(name, ("n",))
        return name

    def write(self) -> None:
        """A write to an element, a slice, or where a condition holds."""
        name = self.array()
        sign = self.random.choice(["=", "+=", "*="])
        target, value = self.random.choice([
            ("[1:]", self.vector(("p",), 1)), ("[:-1]", self.vector(("p",), 1)), ("[0]", self.scalar(1)), ("[-1]",
            self.scalar(1)),
            ("[:]", self.vector(("n",), 1)), ("[1:]", self.scalar(1)), ("[::-1]", self.vector(("n",), 1)), ("[::2]",
            self.scalar(0)),
            (f"[{self.vector(('n',), 0)} > 0.3]", self.scalar(0)), ("[1:]", f"{name}[:-1]"),
        ])  # fmt: skip
        self.lines.append(f"{name}{target} {sign} {value}")

    def alias(self) -> None:
        """A second name for an array, which is then changed."""
        name, other = self.array(), self.fresh()
        if other == name:
            return
        self.lines.append(f"{other} = {name}{self.random.choice(['', '', '[:]', '[::-1]', '[1:]'])}")
        kind = ("p",) if self.lines[-1].endswith("[1:]") else ("n",)
        self.bind(other, kind, owned=False)
        self.lines.append(f"{self.random.choice([name, other])}[0] = {self.scalar(0)}")

    def element(self, index: str = "i") -> str:
        """An expression of what a loop has at its index."""
        vectors = self.named(("n",)) or ["x"]
        v = self.random.choice(vectors)
        options = [
            f"{v}[{index}]",
            f"{v}[{index}]",
            f"x[{index}]**2",
            f"np.sin({v}[{index}])",
            f"{v}[{index} - 1]",
            f"0.3*{index}*{v}[{index}]",
        ]
        options += [f"{v}[-{index} - 1]", f"{v}[len(x) - 1 - {index}]", f"{v}[0]*{v}[{index}]", f"np.sum({v})*{v}[{index}]"]
        if "A" in self.arguments:
            options += [f"np.sum(A[:, {index}])", f"A[0, {index}]"]
        if "idx" in self.arguments:
            options.append(f"{v}[idx[{index}]]")
        return self.random.choice(options)

    def condition(self, index: str = "i") -> str:
        """What a loop branches on."""
        return self.random.choice(
            [
                f"x[{index}] > 0.2",
                f"{index} > 0",
                f"{index} == 0",
                f"{index} < len(x) - 1",
                f"{self.element(index)} < 0.4",
                f"{index} != 1",
            ]
        )

    def header(self) -> tuple[str, str]:
        """How a loop starts, and its index."""
        index = self.random.choice(["i", "j", "k", "n"])
        bound = self.random.choice(
            ["range(len(x))", "range(x.shape[0])", "range(1, len(x))", "range(len(x) - 1)", "range(len(x) - 1, -1, -1)"]
        )
        return f"for {index} in {bound}:", index

    def loop_sum(self) -> None:
        """A loop that adds up."""
        name, (start, index) = self.fresh(), self.header()
        if name == index:
            return
        op, first = self.random.choice([("+=", "0.0"), ("+=", self.scalar(0)), ("-=", "1.0"), ("*=", "1.0")])
        self.lines += [f"{name} = {first}", start]
        self.variables.pop(name, None)
        self.variables.pop(index, None)
        value = self.element(index) if op != "*=" else f"np.cos({self.element(index)})"
        if self.chance(0.3):
            self.lines += [f"    z = {self.element(index)}*{self.element(index)}"]
            value = "z" if op != "*=" else "np.cos(z)"
        if self.chance(0.4):
            self.lines += [f"    if {self.condition(index)}:", f"        {name} {op} {value}"]
            if self.chance(0.5):
                self.lines += [
                    "    else:",
                    f"        {name} {op} 0.5*{self.element(index)}" if op != "*=" else f"        {name} *= 1.1",
                ]
        elif self.chance(0.2):
            self.lines += [f"    if {self.condition(index)}:", "        continue", f"    {name} {op} {value}"]
        else:
            self.lines += [f"    {name} {op} {value}"]
        self.bind(name, SCALAR)

    def loop_write(self) -> None:
        """A loop that writes the elements of an array."""
        name, (start, index) = self.array(), self.header()
        if name == index:
            return
        others = {key: kind for key, kind in self.variables.items() if key not in (name, index)}
        before, self.variables = self.variables, others
        sign = self.random.choice(["=", "=", "+=", "*="])
        lines = [f"    {name}[{index}] {sign} {self.element(index)}"]
        if self.chance(0.45):
            lines = [f"    if {self.condition(index)}:", f"    {lines[0]}"]
            if self.chance(0.6):
                lines += ["    else:", f"        {name}[{index}] {self.random.choice([sign, '='])} {self.element(index)}"]
        self.variables = before
        self.lines += [start, *lines]
        self.variables.pop(index, None)

    def pairs(self) -> None:
        """Two loops, one inside the other."""
        name = self.fresh()
        if name in ("i", "j"):
            return
        inner = self.random.choice(["range(len(x))", "range(i)", "range(i + 1, len(x))", "range(i, len(x))"])
        value = self.random.choice(
            ["x[i]*x[j]", "(x[i] - x[j])**2", "x[i]*np.sin(x[j])", "np.cos(x[i] - x[j])*0.5", "x[j]/(1 + (i - j)**2)"]
        )
        body = [f"{name} += {value}"]
        if self.chance(0.4):
            test = self.random.choice(["i != j", "x[i] > x[j]", "j > 0", "i + j < 3"])
            body = [f"if {test}:", f"    {body[0]}"]
        self.lines += [
            f"{name} = 0.0",
            "for i in range(len(x)):",
            f"    for j in {inner}:",
            *(f"        {line}" for line in body),
        ]
        for index in ("i", "j"):
            self.variables.pop(index, None)
        self.bind(name, SCALAR)

    def branch(self) -> None:
        """A branch on a number that binds an array or a number on both sides."""
        name, kind = self.fresh(), self.random.choice([SCALAR, ("n",)])
        test = f"{self.scalar(1)} > {self.number()}"
        self.lines += [
            f"if {test}:",
            f"    {name} = {self.expression(kind, 1)}*1.0",
            "else:",
            f"    {name} = {self.expression(kind, 1)}*1.5",
        ]
        self.bind(name, kind)

    def helper(self) -> None:
        """A function inside that has a variable of an outer name, and is called twice."""
        shadowed, name = self.random.choice(["x", "n", "s", "i", "t"]), self.fresh()
        body = self.random.choice(
            [f"np.sum({shadowed}**2)*0.1", f"{shadowed}[0]*2", f"np.max({shadowed})", f"np.sum(np.sin({shadowed})[1:])"]
        )
        self.lines += [f"def g({shadowed}):", f"    return {body}"]
        first, second = self.vector(("n",), 0), self.vector(("n",), 1)
        self.lines += [f"{name} = g({first}) + g({second})"]
        self.bind(name, SCALAR)
