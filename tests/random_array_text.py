"""Random functions of arrays as text: slices, reductions, products, broadcasting, writes, loops, branches, shadowed names."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from tests.random_array_forms import (
    ARGUMENTS,
    AT,
    BINARY,
    CONDITIONS,
    ELEMENT,
    ENDS,
    EXPRESSIONS,
    INNER,
    LETTERS,
    PAIRS,
    RANGES,
    ROWS,
    STARTS,
    UNARY,
    WRITES,
)

NAMES = ("u", "v", "w", "t", "t_1", "s", "x_bar", "k", "i", "q", "total", "r")  # some are those of generated code, or of loops
SLOT = re.compile(r"<(\w+)(!?)>")


class RandomArrayText:
    """Writes one function. ``arguments`` are its parameters with their types."""

    def __init__(self, numbers: random.Random) -> None:
        self.random = numbers
        self.arguments = {name: kind for name, (kind, share) in ARGUMENTS.items() if numbers.random() < share}
        self.variables = {name: kind for name, kind in self.arguments.items() if name not in ("idx", "h")}
        self.lines: list[str] = []
        self.frozen: set[str] = set(self.arguments)  # arrays that the function must not change
        self.lengths = {"p", *LETTERS} if {"A", "b", "R"} & self.arguments.keys() else {"n", "p", "1"}

    def text(self) -> str:
        """The whole function. Its result is a number, more seldom an array."""
        statements: list[Callable[[], None]] = [
            self.assign, self.assign, self.assign, self.augment, self.write, self.write, self.loop_sum, self.loop_write,
            self.pairs, self.branch, self.helper, self.alias, self.rows, self.nested, self.recurrence,
        ]  # fmt: skip
        for _ in range(self.random.randint(1, 6)):
            self.random.choice(statements)()
        kind = self.choice(["", "", "", "n", "p", "m", "mn", "nn"])
        if not self.has(kind):
            kind = ""
        result = self.expression(kind, 2)
        used = [name for name, found in self.variables.items() if name not in self.arguments and found]
        for name in used[-2:]:
            result += f" + np.sum({name}*0.7)"
        body = "\n".join(f"    {line}" for line in [*self.lines, f"return {result}"])
        return f"import numpy as np\ndef f({', '.join(self.arguments)}):\n{body}\n"

    # choices

    def choice(self, options: Sequence[str]) -> str:
        """One of several."""
        return self.random.choice(options)

    def chance(self, share: float) -> bool:
        """True that often."""
        return self.random.random() < share

    def named(self, kind: str) -> list[str]:
        """The variables of a type."""
        return [name for name, found in self.variables.items() if found == kind]

    def has(self, kind: str) -> bool:
        """Whether the function has arrays of such lengths."""
        return set(kind) <= self.lengths

    def possible(self, patterns: Sequence[str]) -> list[str]:
        """The patterns that need no argument or length that the function does not have."""
        missing = ARGUMENTS.keys() - self.arguments.keys()
        kinds = ("s", "e", "at")

        def fits(pattern: str) -> bool:
            words = set(re.findall(r"\b\w+\b", SLOT.sub("0", pattern).replace(" c in", "").replace("c, d", "")))
            slots = [kind for kind, _ in SLOT.findall(pattern) if kind not in kinds]
            return all(map(self.has, slots)) and not (words & missing - ({"c"} if "for c" in pattern else set()))

        return [pattern for pattern in patterns if fits(pattern)]

    # expressions

    def filled(self, pattern: str, depth: int) -> str:
        """A pattern with expressions put into it."""

        def put(match: re.Match[str]) -> str:
            kind, indexed = match[1], match[2]
            if kind == "e":
                return self.filled(self.choice(ELEMENT), 0)
            text = self.expression("" if kind == "s" else kind, depth)
            return f"({text})" if indexed and not text.isidentifier() else text

        return SLOT.sub(put, pattern)

    def expression(self, kind: str, depth: int) -> str:
        """An expression of a type."""
        named = self.named(kind)
        if named and (depth <= 0 or self.chance(0.25)):
            return self.choice([*named, *(self.possible(ENDS[kind]) if not kind else [])])
        if depth <= 0:
            return self.choice(self.possible(ENDS[kind]))
        if self.chance(0.35):
            return self.elementwise(kind, depth - 1)
        return self.filled(self.choice(self.possible(EXPRESSIONS[kind])), depth - 1)

    def elementwise(self, kind: str, depth: int) -> str:
        """A function of values of the same type, or numbers."""
        if self.chance(0.5):
            return self.choice(UNARY).format(self.expression(kind, depth))
        pair = [self.expression(kind, depth), self.expression(kind if self.chance(0.7) else "", depth)]
        self.random.shuffle(pair)
        return self.choice(BINARY).format(*pair)

    # statements

    def bind(self, name: str, kind: str, owned: bool = True) -> None:
        """Note what a name is now."""
        self.variables.pop(name, None)
        self.variables[name] = kind
        self.frozen.discard(name)
        if not owned:
            self.frozen.add(name)

    def kind(self) -> str:
        """The type of a new variable."""
        return self.choice([kind for kind in ("", "", "n", "n", "n", "n", "p", "m", "mn", "nn", "1", "m1") if self.has(kind)])

    def assign(self) -> None:
        """``u = expression``; also an argument may be bound again."""
        kind, name = self.kind(), self.choice(NAMES)
        if self.chance(0.08):
            kind, name = "n", "x"
        value = self.expression(kind, 2)
        self.lines.append(f"{name} = {value}")
        self.bind(name, kind, owned=not value.isidentifier() and "[" not in value and ".T" not in value)

    def augment(self) -> None:
        """``u += expression``: of an array this changes it in place."""
        names = [n for n, kind in self.variables.items() if n not in self.frozen and (kind or n not in self.arguments)]
        if not names:
            self.assign()
            return
        name = self.choice(names)
        kind = self.variables[name]
        value = self.expression(kind if self.chance(0.6) else "", 1)
        self.lines.append(f"{name} {self.choice(['+=', '*=', '-='])} {value}")

    def array(self, kind: str) -> str:
        """The name of an array that the function made."""
        names = [name for name in self.named(kind) if name not in self.frozen]
        if names and self.chance(0.5):
            return self.choice(names)
        name, start = self.choice(NAMES), self.choice(self.possible(STARTS[kind]) or ["x + 0.0"])
        self.lines.append(f"{name} = {start}")
        self.bind(name, kind)
        return name

    def write(self) -> None:
        """A write to an element, a slice, or where a condition holds."""
        kind = self.choice(["n", "n", "n", "nn"] + (["mn", "mn"] if self.possible(STARTS["mn"]) else []))
        name = self.array(kind)
        both = [pair for pair in WRITES[kind] if self.possible([" ".join(pair)])]
        target, value = (self.filled(part.replace("{}", name), 0 + k) for k, part in enumerate(self.random.choice(both)))
        self.lines.append(f"{name}{target} {self.choice(['=', '+=', '*='])} {value}")

    def alias(self) -> None:
        """A second name for an array, which is then changed."""
        name, other = self.array("n"), self.choice(NAMES)
        if other == name:
            return
        self.lines.append(f"{other} = {name}{self.choice(['', '', '[:]', '[::-1]', '[1:]'])}")
        self.bind(other, "p" if self.lines[-1].endswith("[1:]") else "n", owned=False)
        self.lines.append(f"{self.choice([name, other])}[0] = {self.filled('<s>', 0)}")

    # loops

    def at(self, index: str = "i") -> str:
        """An expression of what a loop has at its index."""
        return self.filled(self.choice(self.possible(AT)), 0).replace("{i}", index)

    def condition(self, index: str = "i") -> str:
        """What a loop branches on."""
        return self.choice(self.possible(CONDITIONS)).replace("<at>", self.at(index)).replace("{i}", index)

    def header(self) -> tuple[str, str]:
        """How a loop starts, and its index."""
        index = self.choice(["i", "j", "k", "n"])
        return f"for {index} in {self.choice(RANGES)}:", index

    def without(self, *names: str) -> dict[str, str]:
        """Leave variables out of what is written from now on; the variables of before."""
        before = self.variables
        self.variables = {name: kind for name, kind in before.items() if name not in names}
        return before

    def loop_sum(self) -> None:
        """A loop that adds up."""
        name, (start, index) = self.choice(NAMES), self.header()
        if name == index:
            return
        op, first = self.random.choice([("+=", "0.0"), ("+=", self.filled("<s>", 0)), ("-=", "1.0"), ("*=", "1.0")])
        self.without(name, index)
        form = "{}" if op != "*=" else "np.cos({})"
        value = form.format(self.at(index))
        lines = [f"{name} {op} {value}"]
        if self.chance(0.3):
            lines = [f"z = {self.at(index)}*{self.at(index)}", f"{name} {op} {form.format('z')}"]
        if self.chance(0.4):
            lines = [f"if {self.condition(index)}:", *(f"    {line}" for line in lines)]
            if self.chance(0.5):
                lines += ["else:", f"    {name} {op} {form.format(f'0.5*{self.at(index)}')}"]
        elif self.chance(0.2):
            lines = [f"if {self.condition(index)}:", "    continue", *lines]
        self.lines += [f"{name} = {first}", start, *(f"    {line}" for line in lines)]
        self.bind(name, "")

    def loop_write(self) -> None:
        """A loop that writes the elements of an array."""
        name, (start, index) = self.array("n"), self.header()
        if name == index:
            return
        before = self.without(name, index)
        sign = self.choice(["=", "=", "+=", "*="])
        lines = [f"{name}[{index}] {sign} {self.at(index)}"]
        if self.chance(0.45):
            lines = [f"if {self.condition(index)}:", f"    {lines[0]}"]
            if self.chance(0.6):
                lines += ["else:", f"    {name}[{index}] {self.choice([sign, '='])} {self.at(index)}"]
        self.variables = before
        self.lines += [start, *(f"    {line}" for line in lines)]
        self.variables.pop(index, None)

    def pairs(self) -> None:
        """Two loops, one inside the other."""
        name = self.choice([name for name in NAMES if name != "i"])
        self.without(name, "i", "j")
        body = [f"{name} += {self.filled(self.choice(self.possible(PAIRS)), 0)}"]
        if self.chance(0.4):
            test = self.choice(["i != j", "x[i] > x[j]", "j > 0", "i + j < 3", "i == j"])
            body = [f"if {test}:", f"    {body[0]}"]
        inner = [f"    for j in {self.choice(INNER)}:", *(f"        {line}" for line in body)]
        self.lines += [f"{name} = 0.0", f"for i in {self.choice(RANGES)}:", *inner]
        self.bind(name, "")

    def rows(self) -> None:
        """A loop over the rows of a matrix, or over elements."""
        heads = {f"{head} {value}": (head, value) for head, value in ROWS}
        head, value = heads[self.choice(self.possible(list(heads)))]
        name = self.choice([name for name in NAMES if name != "i"])
        self.without(name, "i", "d", "row")
        line = f"{name} {self.choice(['+=', '+=', '-='])} {value}"
        lines = [f"if {self.choice(['np.sum(x)', 'x[0]'])} > 0.1:", f"    {line}"] if self.chance(0.2) else [line]
        self.lines += [f"{name} = 0.0", head, *(f"    {line}" for line in lines)]
        self.bind(name, "")

    def nested(self) -> None:
        """Loops that write the elements of a matrix, or its rows."""
        if not self.possible(STARTS["mn"]):
            return
        name = self.array("mn")
        if name == "i":
            return
        before = self.without(name, "i", "j")
        value, sign = self.at("j"), self.choice(["=", "+=", "*="])
        self.variables = before
        lines = [
            f"    for j in {self.choice(['range(len(x))', 'range(x.size)'])}:",
            f"        {name}[i, j] {sign} {value}*(i + 1)",
        ]
        if self.chance(0.3):
            lines = [f"    {name}[i] {sign} {self.choice(['x*i', 'np.sin(x)', f'{name}[0]', '0.5'])}"]
        self.lines += [f"for i in range({name}.shape[0]):", *lines]
        for index in ("i", "j") if len(lines) == 2 else ("i",):
            if index != name:
                self.variables.pop(index, None)

    def recurrence(self) -> None:
        """A loop that hands a value on."""
        name = self.choice([name for name in NAMES if name != "i"])
        self.without(name, "i")
        value = self.choice([f"0.5*{name} + {self.at()}", f"np.sin({name})*{self.at()}", f"max({name}, {self.at()})"])
        self.lines += [f"{name} = {self.filled('<s>', 0)}", f"for i in {self.choice(RANGES)}:", f"    {name} = {value}"]
        self.bind(name, "")

    # others

    def branch(self) -> None:
        """A branch on a number that binds an array or a number on both sides."""
        name, kind = self.choice(NAMES), self.choice(["", "n", "n", "nn"])
        lines = [f"    {name} = {self.expression(kind, 1)}*1.0", "else:", f"    {name} = {self.expression(kind, 1)}*1.5"]
        self.lines += [f"if {self.expression('', 1)} > {self.choice(ENDS[''])}:", *lines]
        self.bind(name, kind)

    def helper(self) -> None:
        """A function inside that has a variable of an outer name, and is called twice."""
        shadowed, name = self.choice(["x", "n", "s", "i", "t"]), self.choice(NAMES)
        bodies = [f"np.sum({shadowed}**2)*0.1", f"{shadowed}[0]*2", f"np.max({shadowed})", f"np.sum(np.sin({shadowed})[1:])"]
        call = f"{name} = g({self.expression('n', 0)}) + g({self.expression('n', 1)})"
        self.lines += [f"def g({shadowed}):", f"    return {self.choice(bodies)}", call]
        self.bind(name, "")
