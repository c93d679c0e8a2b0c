"""Text of random functions: everything that a reader of Python must get right, on operations that are safe everywhere.

``RandomText(random.Random(seed)).module()`` is a module whose last function is the program. The text is reproducible by its seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

# Functions of one bounded or unbounded number that exist everywhere and do not overflow for moderate arguments.
UNARY = (
    "math.sin({})", "math.cos({})", "math.tanh({})", "math.atan({})", "math.erf({})", "math.asinh({})", "np.sin({})",
    "math.exp(math.sin({}))", "math.exp(-({})**2)", "math.log(1.5 + ({})**2)", "math.sqrt(0.5 + ({})**2)",
    "math.log1p(({})**2)", "math.expm1(math.tanh({}))", "math.asin(0.8*math.sin({}))", "math.acos(0.7*math.cos({}))",
    "math.sinh(math.tanh({}))", "math.cosh(math.sin({}))", "math.tan(0.5*math.sin({}))", "math.atanh(0.9*math.sin({}))",
    "math.acosh(2.0 + ({})**2)", "1/(1 + math.exp(-({})))", "math.log(1 + math.exp({}))", "np.cbrt(2.0 + ({})**2)", "abs({})",
    "math.erfc({})", "np.exp(-abs({}))", "math.gamma(2.5 + math.sin({}))", "math.lgamma(3.0 + math.cos({}))", "-({})", "+({})",
    "np.square({})", "np.tanh({})", "float({})", "math.log2(1.25 + ({})**2)", "math.log10(3 + ({})**2)", "s({})",
    "math.fabs({})", "np.sinc({})", "math.floor({})", "({})**2", "({})**3", "({})**1", "({})**0", "(1.5 + ({})**2)**-1",
    "int({})", "round({}, 1)", "math.fsum(({}, 0.5, {}))", "sorted(({}, 0.75))[0]", "ladder({}, 3)", "abs({}).real",
    "special.expit({})", "special.ndtr({})", "special.erfcx(math.sin({}))", "special.log_ndtr({})", "special.dawsn(math.sin({}))",
    "special.digamma(2.5 + math.sin({}))", "special.gammainc(2.0, 1.5 + ({})**2)", "special.j0(math.tanh({}))",
    "special.jv(2, math.sin({}))", "special.i1e(math.sin({}))", "special.ellipk(0.6*math.sin({}))", "special.log_expit({})",
    "special.eval_legendre(3, math.cos({}))", "special.lambertw(1.5 + ({})**2).real", "special.exprel(math.tanh({}))",
    "(1.3 + ({})**2)**-2", "(0.7 + ({})**2)**0.5", "(0.7 + ({})**2)**1.5", "2**math.sin({})", "pow({}, 2)", "({})*({})",
)  # fmt: skip
BINARY = (
    "{} + {}", "{} + {}", "{} - {}", "{} - {}", "({}) * ({})", "({}) * ({})", "({}) * ({})", "({}) / (1.5 + ({})**2)",
    "({}) / (2.0 + math.cos({}))", "max({}, {})", "min({}, {})", "math.hypot({}, {})", "math.atan2({}, 1.5 + ({})**2)",
    "(1.2 + ({})**2) ** math.tanh({})", "np.maximum({}, {})", "np.minimum({}, {})", "np.logaddexp({}, {})",
    "math.copysign({}, {})", "({}) % (1.5 + ({})**2)", "({}) // (2.5 + math.cos({}))", "math.exp(-({})**2 - ({})**2)",
    "np.where(x > 0.1, {}, {})", "math.fmod({}, 2.5 + math.sin({}))", "math.log((1.5 + ({})**2) / (1.5 + ({})**2))",
)  # fmt: skip
NUMBERS = ("0.5", "2", "1.5", "-0.75", "3", "0.1", "-1", "1e-2", "1", "2.0", "0", "math.pi", "K", "math.e")
# Recursion of known depth, and parameters of every kind.
FIXED = """\
def ladder(u, n):
    return 0.5 if n == 0 else u + 0.5*ladder(math.sin(u), n - 1)
def total_of(*items, weight=1.0, **options):
    total = 0.0
    for item in items:
        total += weight*item
    return total if not options else -total
"""
AUGMENTED = ("+=", "-=", "*=", "+=", "/=")
COMPARISONS = ("<", "<=", ">", ">=", "!=")


@dataclass
class Scope:
    """What can be used where the text is being written."""

    numbers: list[str]
    conditions: list[str] = field(default_factory=list)
    functions: list[tuple[str, int]] = field(default_factory=list)  # name and number of arguments

    def copy(self) -> Scope:
        """Return a scope for an inner block."""
        return Scope(list(self.numbers), list(self.conditions), list(self.functions))

    def keep(self, others: list[Scope]) -> None:
        """Keep what every path that goes on has defined."""
        for kind in ("numbers", "conditions", "functions"):
            common = [name for name in getattr(others[0], kind) if all(name in getattr(s, kind) for s in others)]
            setattr(self, kind, common)


class RandomText:
    """Writes one module."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.indent = 0
        self.budget = random.randint(3, 14)
        self.count = 0
        self.scope = Scope([])
        self.vector = 0
        self.in_helper = False

    # the parts of a text

    def module(self) -> tuple[str, tuple[int, ...]]:
        """Return the text, and for each argument of its last function the length of the vector, or 0 for a number."""
        random = self.random
        self.write("import math")
        self.write("import numpy as np")
        self.write("from math import sin as s")
        self.write("from scipy import special")
        self.write(f"K = {random.choice(('1.25', '-0.5', '3.0'))}")
        self.lines += FIXED.splitlines()
        helpers = [self.helper(k) for k in range(random.choice((0, 0, 1, 1, 2)))]
        scalars = [*("xyz"[: random.randint(1, 3)])]
        self.vector = random.choice((0, 0, 0, 2, 3))
        parameters = [*scalars, *(["p"] if self.vector else [])]
        self.scope = Scope(list(scalars), functions=helpers)
        self.write(f"def f({', '.join(parameters)}):")
        with self.indented():
            if random.random() < 0.2:
                self.write('"""A random function."""')
            if self.vector and random.random() < 0.5:
                names = [self.fresh() for _ in range(self.vector)]
                self.write(f"{', '.join(names)} = p")
                self.scope.numbers += names
            self.block(3)
            self.write(f"return {self.expression(3)}")
        return "\n".join(self.lines) + "\n", tuple([0] * len(scalars) + ([self.vector] if self.vector else []))

    def helper(self, number: int) -> tuple[str, int]:
        """Write a function beside the program."""
        arity = self.random.randint(1, 2)
        parameters = ["a", "b"][:arity]
        name = f"helper_{number}"
        self.scope, self.in_helper = Scope(list(parameters)), True
        budget, self.budget = self.budget, self.random.randint(0, 3)
        signature = [parameters[0], *(f"{p}=0.25" for p in parameters[1:])]
        self.write(f"def {name}({', '.join(signature)}):")
        with self.indented():
            self.block(2)
            self.write(f"return {self.expression(2)}")
        self.budget, self.in_helper = budget, False
        return name, arity

    def write(self, line: str) -> None:
        """Add a line at the present indentation."""
        self.lines.append("    " * self.indent + line)

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Write the lines of a block."""
        self.indent += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.write("pass")
        self.indent -= 1

    def fresh(self) -> str:
        """Return a new name; some look like those that generated code uses."""
        self.count += 1
        return self.random.choice(("v", "t_", "x_bar_", "w", "z_dot_", "total", "df_dx")) + str(self.count)

    def target(self) -> str:
        """Return a name to assign to: a new one or one in use."""
        numbers = self.scope.numbers
        return self.random.choice(numbers) if numbers and self.random.random() < 0.4 else self.fresh()

    def assigned(self, *names: str) -> None:
        """Note that names are bound to numbers from here on."""
        self.scope.numbers += [name for name in names if name not in self.scope.numbers]

    # expressions

    def leaf(self) -> str:
        """Return a variable, an element or a number."""
        random = self.random
        if self.vector and not self.in_helper and random.random() < 0.15:
            return f"p[{random.randrange(-self.vector, self.vector)}]"
        if self.scope.numbers and random.random() < 0.8:
            return random.choice(self.scope.numbers)
        return random.choice(NUMBERS)

    def expression(self, depth: int) -> str:
        """Return an expression of numbers."""
        random = self.random
        kind = random.random()
        if depth <= 0 or kind < 0.15:
            return self.leaf()
        if kind < 0.45:
            form = random.choice(UNARY)
            inner = self.expression(depth - 1)
            return f"({form.format(*[inner] * form.count('{}'))})"
        if kind < 0.83:
            form = random.choice(BINARY)
            if "x > 0.1" in form:
                form = form.replace("x > 0.1", self.comparison())
            return f"({form.format(self.expression(depth - 1), self.expression(depth - 1))})"
        if kind < 0.9 and self.scope.functions:
            name, arity = random.choice(self.scope.functions)
            arguments = [self.expression(depth - 1) for _ in range(arity)]
            if name.startswith("helper") and arity == 2:
                arguments = random.choice((arguments, arguments[:1], [arguments[0], f"b={arguments[1]}"]))
            return f"{name}({', '.join(arguments)})"
        if kind < 0.95:
            return f"({self.expression(depth - 1)} if {self.condition(1)} else {self.expression(depth - 1)})"
        return self.reduction(depth)

    def reduction(self, depth: int) -> str:
        """Return a sum, maximum or minimum of several numbers."""
        random = self.random
        items = ", ".join(self.expression(depth - 2) for _ in range(random.randint(2, 3)))
        scope = self.scope.copy()
        self.scope.numbers.append("u")
        inner = self.expression(depth - 1)
        self.scope = scope
        return random.choice(
            (
                f"sum({inner} for u in ({items}))",
                f"sum([{inner} for u in range({random.randint(1, 3)})])",
                f"sum(u * c for u, c in zip(({items}), (0.5, -1.25)))",
                f"sum(k * u for k, u in enumerate([{items}]))",
                f"max([{items}])",
                f"min({items})",
                f"({items})[{random.choice((0, 1, -1))}]",
                f"(lambda u: {inner})({self.expression(depth - 2)})",
            )
        )

    def comparison(self) -> str:
        """Return a comparison of numbers, perhaps chained."""
        random = self.random
        left, right = self.expression(1), self.expression(1)
        if random.random() < 0.2:
            return f"{self.leaf()} < {left} <= {right}"
        return f"{left} {random.choice(COMPARISONS)} {right}"

    def condition(self, depth: int) -> str:
        """Return a condition."""
        random = self.random
        kind = random.random()
        if self.scope.conditions and kind < 0.15:
            return random.choice(self.scope.conditions)
        if depth <= 0 or kind < 0.65:
            return self.comparison()
        if kind < 0.75:
            return f"not ({self.condition(depth - 1)})"
        word = random.choice(("and", "or"))
        return f"({self.condition(depth - 1)}) {word} ({self.condition(depth - 1)})"

    # statements

    def block(self, depth: int) -> None:
        """Write some statements."""
        for _ in range(self.random.randint(1, 5)):
            if self.budget <= 0:
                return
            self.budget -= 1
            self.statement(depth)

    def statement(self, depth: int) -> None:
        """Write a statement."""
        simple: list[Callable[[], None]] = [self.assign] * 4 + [
            self.attempt, self.match, self.dictionary, self.walrus, self.augment, self.augment, self.unpack,
            self.name_a_condition, self.local_function, self.mention, self.guard,
        ]  # fmt: skip
        nested = [self.branch] * 5 + [self.loop] * 2
        if depth > 0 and self.random.random() < 0.45:
            self.random.choice(nested)(depth)
        else:
            self.random.choice(simple)()

    def assign(self) -> None:
        """Write ``name = expression``."""
        name, value = self.target(), self.expression(3)
        annotation = ": float" if self.random.random() < 0.1 else ""
        self.write(f"{name}{annotation} = {value}")
        self.assigned(name)

    def augment(self) -> None:
        """Write ``name += expression``."""
        if not self.scope.numbers:
            return self.assign()
        name, operator = self.random.choice(self.scope.numbers), self.random.choice(AUGMENTED)
        value = self.expression(2)
        return self.write(f"{name} {operator} {value if operator != '/=' else f'1.5 + ({value})**2'}")

    def unpack(self) -> None:
        """Write an assignment to several names at once, which may exchange them."""
        names = [self.target(), self.fresh()]
        if len(self.scope.numbers) > 1 and self.random.random() < 0.5:
            names = self.random.sample(self.scope.numbers, 2)
        values = [self.expression(2), self.expression(1)]
        form = self.random.choice(("{}, {} = {}, {}", "({}, {}) = ({}, {})", "[{}, {}] = [{}, {}]"))
        self.write(form.format(*names, *values))
        self.assigned(*names)

    def attempt(self) -> None:
        """Write a quotient with a handler; the sample point does not need it."""
        name, value, below, other = self.target(), self.leaf(), self.leaf(), self.expression(1)
        self.write("try:")  # no branch may stand beside an operation that raises
        self.write(f"    {name} = ({value} - 0.5) / (2.5 + math.sin({below}))")
        self.write("except ZeroDivisionError:")
        self.write(f"    {name} = {other}")
        self.assigned(name)

    def match(self) -> None:
        """Write a match on a text that is known."""
        name, values = self.target(), [self.expression(2) for _ in range(3)]
        self.write(f"match {self.random.choice(('a', 'b', 'c'))!r}:")
        for case, value in zip(("'a'", "'b' | 'd'", "_"), values, strict=True):
            self.write(f"    case {case}:")
            self.write(f"        {name} = {value}")
        self.assigned(name)

    def dictionary(self) -> None:
        """Write a dict, a change of it, and a sum over it."""
        name, keys = self.target(), self.random.sample(("a", "b", "c"), 2)
        values = [self.expression(2), self.expression(1), self.expression(1)]
        self.count += 1
        table = f"d{self.count}"
        self.write(f"{table} = {{{keys[0]!r}: {values[0]}, {keys[1]!r}: {values[1]}}}")
        self.write(f"{table}[{self.random.choice(keys)!r}] {self.random.choice(AUGMENTED[:3])} {values[2]}")
        self.write(f"{name} = sum(v for k, v in {table}.items() if k != {self.random.choice('abc')!r})")
        self.assigned(name)

    def walrus(self) -> None:
        """Write an expression that binds a name on the way."""
        name, inner = self.fresh(), self.fresh()
        self.write(f"{name} = ({inner} := {self.expression(2)}) * math.cos({inner})")
        self.assigned(name, inner)

    def name_a_condition(self) -> None:
        """Write ``name = condition``."""
        text = self.condition(1)
        self.count += 1
        self.write(f"c{self.count} = {text}")
        self.scope.conditions.append(f"c{self.count}")

    def local_function(self) -> None:
        """Write a nested function or a lambda that reads variables of the function around it."""
        self.count += 1
        name = f"g{self.count}"
        scope, budget = self.scope.copy(), self.budget
        self.scope.numbers = [*self.scope.numbers, "q"]
        body = self.expression(2)
        if self.random.random() < 0.5:
            self.write(f"{name} = lambda q: {body}")
        else:
            self.write(f"def {name}(q):")
            with self.indented():
                self.write(f"r = {body}")
                self.scope.numbers.append("r")
                self.write(f"return {self.expression(1)}")
        self.scope, self.budget = scope, budget
        self.scope.functions.append((name, 1))

    def mention(self) -> None:
        """Write a statement that does nothing for the result."""
        name = self.leaf()
        self.write(self.random.choice((f"assert {name} < 1e300", "pass", f"{name}", "unused = 7.0")))

    def guard(self) -> None:
        """Write a guard that the sample point passes."""
        self.write(f"if {self.leaf()} > 1e7:")
        with self.indented():
            self.write('raise ValueError("out of range")')

    def branch(self, depth: int) -> None:
        """Write if, elif, else; a branch may return."""
        scopes = [self.scope.copy()]
        self.write(f"if {self.condition(2)}:")
        going_on = self.body(depth - 1)
        while self.random.random() < 0.25:
            self.scope = scopes[0].copy()
            self.write(f"elif {self.condition(1)}:")
            going_on += self.body(depth - 1)
        self.scope = scopes[0].copy()
        if self.random.random() < 0.6:
            self.write("else:")
            going_on += self.body(depth - 1)
        else:
            going_on.append(self.scope)
        self.scope = scopes[0]
        self.scope.keep(going_on or [scopes[0]])

    def body(self, depth: int) -> list[Scope]:
        """Write the statements of a branch; return its scope, or nothing if it ends with return."""
        with self.indented():
            self.block(depth)
            if self.random.random() < 0.2:
                self.write(f"return {self.expression(2)}")
                return []
        return [self.scope]

    def loop(self, depth: int) -> None:
        """Write a loop over literals; it may break, continue or return."""
        random = self.random
        outer = self.scope.copy()
        items = ", ".join(self.expression(1) for _ in range(random.randint(1, 3)))
        self.count += 1
        i, u = f"i{self.count}", f"u{self.count}"
        header, names = random.choice(
            (
                (f"for {i} in range({random.randint(1, 3)}):", [i]),
                (f"for {i} in range(5, 0, -2):", [i]),
                (f"for {u} in ({items},):", [u]),
                (f"for {i}, {u} in enumerate([{items}]):", [i, u]),
                (f"for {i}, {u} in zip((0.5, 2.0), [{items}]):", [i, u]),
            )
        )
        self.write(header)
        self.scope.numbers += names
        with self.indented():
            self.block(depth - 1)
            if random.random() < 0.3:
                self.write(f"if {self.condition(1)}:")
                with self.indented():
                    self.write(random.choice(("break", "continue", f"return {self.expression(2)}")))
                self.block(0)
        self.scope = outer
