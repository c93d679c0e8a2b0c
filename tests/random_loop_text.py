"""Random functions with sequential loops as text: recurrences, ``while``, ``break``, states that are arrays, writes, lists."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.random_array_text import RandomArrayText

NAMES = ("a1", "b1", "c1", "s", "t_1", "x_bar", "k", "q")  # some are those of generated code
HEADS = (
    "for i in range(len(x)):", "for i in range(1, len(x)):", "for i in range(len(x) - 1, -1, -1):", "for i in range(3):",
    "for i in range(len(x) - 1):", "for i in range(0):",
)  # fmt: skip
STEPS = (
    "{a} = np.sin({a}) + 0.3*{b}", "{a} = 0.5*{a} + {x}", "{a}, {b} = {b}, np.cos({a}) - {x}", "{a} += 0.2*{a}*{b}",
    "{b} = np.tanh({b} + {a}*{x})", "{a} = {a}/(1 + {b}**2)", "{b} *= np.cos({a})", "{b} = max({b}, 0.3*{a})",
    "{a} = np.exp(-{a}**2) + {y}", "{b} = {b} - 0.1*({b}**3 - {x})",
)  # fmt: skip
PLACES = (
    "i % {m}", "(i + 1) % {m}", "(2*i) % {m}", "i // 2", "abs(i - 2)", "min(i, {m} - 1)", "i % {m} - 1", "max(i - 1, 0)",
    "(i*i) % {m}", "-1 - i % {m}", "i % 2", "(3*i + 1) % {m}", "i // 2 % {m}", "k",
)  # fmt: skip
INDICES = (
    "np.arange(len(x)) // 2", "np.argsort(x)", "np.arange(len(x))[::-1]", "(np.arange(len(x)) + 1) % len(x)",
    "np.abs(np.arange(len(x)) - 1)", "np.arange(len(x))*0", "np.arange(len(x)) - 1",
)  # fmt: skip
TESTS = ("{x} > 0.2", "{a} > {b}", "{a} < 0.4", "i > 0", "i == 1", "{x}*{a} > -0.1")


class RandomLoopText(RandomArrayText):
    """Writes one function, at least one of whose statements is a loop that hands values on."""

    def __init__(self, numbers: random.Random) -> None:
        super().__init__(numbers)
        self.count = 0

    def text(self) -> str:
        """The whole function."""
        loops: list[Callable[[], None]] = [
            self.carried, self.carried, self.until, self.vector, self.written, self.listed, self.searched, self.table,
            self.alternating, self.nested, self.chosen, self.placed, self.placed, self.gathered,
        ]  # fmt: skip
        others: list[Callable[[], None]] = [self.assign, self.augment, self.loop_sum, self.branch]
        for _ in range(self.random.randint(1, 3)):
            self.random.choice(loops if self.chance(0.75) or not self.count else others)()
        result = " + ".join(self.expression("", 1) for _ in range(2))
        for name, kind in self.variables.items():
            if name not in self.arguments:
                result += f" + np.sum({name}*0.7)" if kind else f" + {name}"
        body = "\n".join(f"    {line}" for line in [*self.lines, f"return {result}"])
        return f"import numpy as np\ndef f({', '.join(self.arguments)}):\n{body}\n"

    # pieces

    def pair(self) -> tuple[str, str]:
        """Two names for scalars, which get their first values."""
        first, second = self.random.sample(NAMES, 2)
        for name in (first, second):
            self.lines.append(f"{name} = {self.choice(['0.5', '1.0', '0', 'x[0]' if self.chance(0.3) else '0.25', '2'])}")
        self.without(first, second, "i")
        return first, second

    def step(self, first: str, second: str, index: str = "i") -> str:
        """A statement of an iteration."""
        names = {"a": first, "b": second} if self.chance(0.6) else {"a": second, "b": first}
        return self.choice(STEPS).format(**names, x=self.read(index), y=self.choice(["0.1", f"0.05*{index}", self.read(index)]))

    def read(self, index: str) -> str:
        """An element at the index of a loop, or another number."""
        vectors = [name for name, kind in self.variables.items() if kind == "n"]
        scalars = [name for name, kind in self.variables.items() if not kind and name in self.arguments]
        options = [f"{name}[{index} % len(x)]" if index not in ("i", "j") else f"x[{index}]" for name in vectors[:1]]
        options += [f"{name}[{index}]" for name in vectors] + scalars + ["0.3"]
        return self.choice(options)

    def test(self, first: str, second: str) -> str:
        """What an iteration branches on."""
        return self.choice(TESTS).format(a=first, b=second, x=self.read("i"))

    def body(self, first: str, second: str, depth: int = 0) -> list[str]:
        """The statements of an iteration."""
        lines = [self.step(first, second) for _ in range(self.random.randint(1, 3))]
        if self.chance(0.4):
            test = self.test(first, second)
            lines += [f"if {test}:", f"    {self.step(first, second)}"]
            lines += ["else:", f"    {self.step(first, second)}"] if self.chance(0.5) else []
        if self.chance(0.25):
            lines += [f"if {self.test(first, second)}:", f"    {self.choice(['break', 'continue'])}", self.step(first, second)]
        if self.chance(0.25) and not depth:
            head = self.choice(["for j in range(i):", "for j in range(2):", "for j in range(i + 1, len(x)):"])
            lines += [head, f"    {self.step(first, second, 'j')}"]
        return lines

    def close(self, *names: str) -> None:
        """From now on these are variables."""
        self.count += 1
        for name in names:
            self.bind(name, "")

    def indented(self, head: str, body: list[str]) -> None:
        """Add a loop."""
        self.lines += [head, *(f"    {line}" for line in body)]

    # statements

    def carried(self) -> None:
        """Two scalars that change from step to step; perhaps with an ``else``."""
        first, second = self.pair()
        self.indented(self.choice(HEADS), self.body(first, second))
        if self.chance(0.15):
            self.lines += ["else:", f"    {first} = {first}*1.1"]
        self.close(first, second)

    def until(self) -> None:
        """A loop that the data end, or a counter."""
        first, second = self.pair()
        start = self.choice(["abs({a})", "1.5 + {b}**2", "0.2"]).format(a=first, b=second)
        self.lines += [f"{first} = {start}", "n_steps = 0"]
        kind = self.random.randrange(3)
        if kind == 0:
            self.indented(f"while {first} < 2.5:", [f"{first} = 1.3*{first} + 0.1*{second}**2 + 0.3", "n_steps += 1"])
        elif kind == 1:
            body = [f"{first} = 0.6*{first} + 0.05*np.sin({second})"]
            body += self.random.choice([[f"{second} = 0.5*{second} + {first}"], []])
            self.indented(f"while {first} > 0.2 and n_steps < 7:", [*body, "n_steps += 1"])
        else:
            body = [f"{first} = 0.5*({first} + 2/{first})", "n_steps += 1", f"if abs({first}**2 - 2) < 1e-3:", "    break"]
            self.indented("while True:", body)
        if self.chance(0.3):
            self.lines.append(f"{second} = {second} + 0.1*n_steps")
        self.close(first, second)

    def vector(self) -> None:
        """A state that is an array, made anew in each step."""
        name = self.choice(["u", "v", "w"])
        self.without(name)
        self.lines.append(f"{name} = 1.0*x")
        step = self.choice([
            f"{name} = np.sin({name}) + 0.1*x", f"{name} = 0.5*({name} + {name}[::-1])",
            f"{name} = {name}*np.sum({name})*0.2 + x", f"{name} = np.roll({name}, 1)*0.7 + 0.1*{name}",
            f"{name}[1:] = 0.5*{name}[1:] + 0.3*{name}[:-1]",
            f"{name} = {name}/np.sqrt(1 + np.sum({name}**2))", f"{name} *= np.cos({name})",
        ])  # fmt: skip
        self.indented(self.choice(["for _ in range(4):", "for _ in range(len(x)):", "for _ in range(40):"]), [step])
        self.count += 1
        self.bind(name, "n")

    def written(self) -> None:
        """A recurrence over the elements of an array."""
        name = self.choice(["u", "v", "w"])
        self.without(name, "i")
        start = self.choice(["np.zeros(len(x))", "x.copy()", "np.ones_like(x)", "0.5*x"])
        self.lines.append(f"{name} = {start}")
        value = self.choice([
            "0.5*{v}[i-1] + x[i]", "np.sin({v}[i-1])*x[i]", "{v}[i] + 0.3*{v}[i-1]**2", "x[i]*{v}[i-1]/(1 + {v}[i-1]**2)",
            "max({v}[i-1], x[i])", "0.2*np.sum(x)*{v}[i-1] + 0.1", "{v}[i-1] - 0.1*{v}[0]",
        ]).format(v=name)  # fmt: skip
        lines = [f"{name}[i] = {value}"] if self.chance(0.7) else [f"{name}[i] += {value}"]
        if self.chance(0.35):
            lines = [f"if {self.choice(['x[i] > 0.1', f'{name}[i-1] > 0.2', 'i > 1'])}:", f"    {lines[0]}"]
            lines += ["else:", f"    {name}[i] = 0.4*{name}[i-1]"] if self.chance(0.5) else []
        head = self.choice(["for i in range(1, len(x)):", "for i in range(len(x)):", "for i in range(len(x) - 1, 0, -1):"])
        self.indented(head, lines)
        self.count += 1
        self.bind(name, "n")

    def placed(self) -> None:
        """Elements that are written at places that are worked out."""
        name, total = self.choice(["u", "v", "w"]), self.choice(NAMES[:4])
        self.without(name, total, "i", "k")
        length = self.choice(["3", "len(x)", "len(x) + 1"])
        start = self.choice(["x.copy()", "0.5*x"]) if length == "len(x)" else f"np.ones({length})*0.7"
        self.lines += [f"{name}, {total}, k = {start}, 0.5, 0"]
        head, index = self.random.choice([
            ("for i in range(len(x)):", "i"), ("for i in range(len(x) - 1, -1, -1):", "i"),
            ("for i in range(2*len(x)):", "i % len(x)"), ("for i in range(4):", "i % len(x)"),
            ("for i in range(1, len(x)):", "i - 1"),
        ])  # fmt: skip
        places = [f"{name}[{self.choice(PLACES).format(m=f'len({name})')}]" for _ in range(2)]
        body = [self.store(*self.random.sample(places, 2), total, index) for _ in range(self.random.randint(1, 3))]
        if self.chance(0.4):
            test = self.choice(["i % 2 == 0", "i // 2 > 0", f"x[{index}] > 0.1", f"{places[0]} > 0.6", "k != 1"])
            body += [f"if {test}:", f"    {self.store(*places, total, index)}"]
            body += ["else:", f"    {self.store(*places[::-1], total, index)}"] if self.chance(0.5) else []
        body.append(f"k = {self.choice(['(k + 1)', '(3*k + 1)', '(k + i)'])} % {self.choice(['len(x)', '2'])}")
        self.indented(head, body)
        self.count += 1
        self.lines.append(f"{total} = {total} + 0.3*np.sum({name}**2)")
        self.bind(total, "")

    def store(self, place: str, other: str, total: str, index: str) -> str:
        """A statement that writes an element, or reads some."""
        return self.choice([
            "{p} = 0.6*{q} + x[{i}]", "{p} += x[{i}]*{q}*0.4", "{p} = np.sin({p})*x[{i}]", "{p}, {q} = 0.9*{q}, {p} + 0.1*x[{i}]",
            "{s} = np.cos({s}) + {p}*{q}", "{p} *= 0.8 + 0.1*{s}", "{p} -= 0.2*x[{i}]**2", "{p} = max({q}, x[{i}])",
        ]).format(p=place, q=other, s=total, i=index)  # fmt: skip

    def gathered(self) -> None:
        """Arrays that are read, and added to, at arrays of indices in each iteration."""
        name, other = self.random.sample(["u", "v", "w"], 2)
        self.without(name, other, "i", "idx", "P")
        self.lines += [f"idx = {self.choice(INDICES)}", "P = np.outer(x, x) + 0.5", f"{name}, {other} = 1.0*x, 0.5*x"]
        steps = [
            f"{name} = np.sin({name})*x[idx]", f"np.add.at({other}, idx, 0.3*{name})", f"{name} = 0.5*{name} + P[i, idx]",
            f"{other} = {other}*0.4 + {name}[idx]", f"{name} = {name} + {other}[idx]*x", f"{other}[idx] = 0.7*{name} + 0.1*i",
            f"{name} = np.cos({name})*P[idx, i]",
        ]  # fmt: skip
        self.indented("for i in range(len(x)):", self.random.sample(steps, self.random.randint(1, 3)))
        self.count += 1
        self.bind(name, "n")
        self.bind(other, "n")

    def listed(self) -> None:
        """A list that grows."""
        first, second = self.pair()
        self.lines.append("items = []")
        body = [self.step(first, second) for _ in range(2)]
        body.append(f"items.append({self.choice([first, f'{first}*{second}', f'{first} + i'])})")
        self.indented(self.choice(HEADS[:2]), body)
        self.lines.append(f"{first} = np.sum(np.array(items)**2)")
        self.close(first, second)

    def searched(self) -> None:
        """A function that returns from inside of a loop."""
        name = self.choice(NAMES)
        self.without(name)
        test = self.choice(["y[i] > 0.3", "s > 0.5", "y[i]*s < -0.2"])
        self.lines += [
            "def g(y):", "    s = 0.1", "    for i in range(len(y)):", f"        if {test}:", "            return s + y[i]**2",
            "        s = 0.7*s + np.sin(y[i])", "    return s*2.0", f"{name} = g(x)",
        ]  # fmt: skip
        self.close(name)

    def table(self) -> None:
        """A matrix that two loops fill."""
        name = self.choice(NAMES)
        self.without(name, "D")
        value = self.choice([
            "0.4*D[i-1, j] + 0.3*D[i, j-1] + x[i-1]*x[j-1]", "min(D[i-1, j], D[i, j-1], D[i-1, j-1]) + (x[i-1] - x[j-1])**2",
            "np.sin(D[i-1, j-1]) + 0.2*x[i-1]",
        ])  # fmt: skip
        self.lines += [
            "D = np.zeros((len(x) + 1, len(x) + 1))", "for i in range(1, len(x) + 1):", "    for j in range(1, len(x) + 1):",
            f"        D[i, j] = {value}", f"{name} = D[len(x), len(x)] + 0.1*np.sum(D)",
        ]  # fmt: skip
        self.close(name)

    def alternating(self) -> None:
        """Two arrays that change places."""
        self.without("u", "v")
        self.lines += ["u, v = 1.0*x, 0.5*x"]
        step = self.choice(["u, v = v, 0.6*u + 0.2*v", "u, v = np.sin(v), u + 0.1", "w = u - 0.1*v\nu, v = v, w"])
        self.indented(self.choice(["for _ in range(3):", "for _ in range(len(x)):"]), step.split("\n"))
        self.count += 1
        self.bind("u", "n")
        self.bind("v", "n")

    def nested(self) -> None:
        """A loop in a branch of a loop, and an array that both write, which other iterations read."""
        first, second = self.pair()
        name = self.choice(["u", "v", "w"])
        self.without(name, "j")
        self.lines.append(f"{name} = {self.choice(['np.zeros(len(x))', 'x.copy()', '0.5*x'])}")
        steps = [
            "{a} += 0.1*x[j]*x[i]", "{b} = 0.7*{b} + x[j]", "{u}[j] = 0.5*{u}[j] + x[i]", "{u}[i] += 0.1*x[j]*{b}",
            "{u}[j] += 0.2*x[i]", "{u}[i] = 0.3*{u}[j] + x[j]", "{a} = np.sin({a}) + {u}[j]", "{b} = max({b}, {u}[j]*x[i])",
        ]  # fmt: skip
        after = [
            "{a} = 0.5*{a} + {u}[i]", "{a} += 0.1*np.sum({u})", "{b} += 0.3*{u}[len(x) - 1 - i]", "{u}[i] = 0.5*{u}[i] + {a}",
            "{u}[i] += 0.1*{u}[i - 1]", "{b} = np.cos({b})*{u}[0]",
        ]  # fmt: skip

        def filled(pattern: str) -> str:
            return pattern.format(a=first, b=second, u=name)

        def inner(indent: str) -> list[str]:
            head = self.choice(["for j in range(len(x)):", "for j in range(len(x)):", "for j in range(i):", "for j in range(2):"])
            if head == "for j in range(2):":
                head = "for j in range(min(2, len(x))):"
            return [indent + head, f"{indent}    {filled(self.random.choice(steps))}"]

        lines = [f"if {self.test(first, second)}:", *inner("    ")]
        if self.chance(0.4):
            lines += ["else:", *(inner("    ") if self.chance(0.5) else [f"    {filled(self.random.choice(after))}"])]
        lines += [filled(self.random.choice(after)) for _ in range(self.random.randint(0, 2))]
        self.indented(self.choice(["for i in range(len(x)):", "for i in range(1, len(x)):"]), lines)
        self.close(first, second)
        self.bind(name, "n")

    def chosen(self) -> None:
        """Iterations that choose between whole arrays."""
        first, second = self.pair()
        self.without("u", "v", "w")
        arrays = ["x", "2*u", "np.sin(u)", "x[::-1]", "u*x[i]", f"np.full(len(x), {first})", "u", "x.copy()"]
        uses = [
            f"{first} = 0.4*{first} + 0.1*np.sum(v)", "u = 0.5*u + 0.2*v", f"{first} += v[i]", f"{second} = np.max(v)*0.5",
            "u = u*0.5 + v[::-1]*x[i]", f"u[i] = {first} + v[0]", f"{second} += np.dot(v, u)*0.1",
        ]  # fmt: skip
        test, one, other = self.test(first, second), *self.random.sample(arrays, 2)
        if self.chance(0.4):
            lines = [f"v = {one} if {test} else {other}"]
        else:
            lines = [f"if {test}:", f"    v = {one}", "else:", f"    v = {other}"]
        lines += [self.random.choice(uses) for _ in range(self.random.randint(1, 3))]
        self.lines.append("u = 1.0*x")
        self.indented("for i in range(len(x)):", lines)
        self.close(first, second)
        self.bind("u", "n")
