"""Random nests of loops and branches that read and write scalars, vectors and matrices, against complex step.

``python -m tests.nested_programs --programs 100 --seed 0`` prints what is wrong, and how often each outcome was. They look for
what ``random_array_programs`` does not write: loops in branches of loops, reads of what other iterations write.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence

import numpy as np

from symdiff import SymdiffError, grad, read
from symdiff.codegen import python_function
from symdiff.errors import InternalError

POINTS = (np.array([0.5, -1.2, 2.0, 0.3]), np.array([0.9, 0.2]))
DEEPEST = 4


class Nest:
    """The text of one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> str:
        """A function of a vector."""
        head = ["n = len(x)", "tot = 0.0", "z = np.zeros(n, dtype=x.dtype)", "m = np.zeros((n, n), dtype=x.dtype)"]
        lines = [f"    {line}" for line in head]
        for _ in range(self.random.choice([1, 2])):
            lines += self.block(4, (), 0)
        body = "\n".join([*lines, "    return tot + np.sum(z*x) + np.sum(m @ x)"])
        return f"import numpy as np\ndef f(x):\n{body}\n"

    def block(self, indent: int, indices: Sequence[str], depth: int) -> list[str]:
        """A loop, a branch, or a statement."""
        kind = self.random.random()
        if depth < DEEPEST - 1 and len(indices) < 3 and (kind < 0.45 or not indices):
            return self.loop(indent, indices, depth)
        if kind < 0.7 and indices and depth < DEEPEST:
            return self.branch(indent, indices, depth)
        return [" " * indent + self.statement(indices)]

    def loop(self, indent: int, indices: Sequence[str], depth: int) -> list[str]:
        """A loop over a range, of which the bounds may be an index around it."""
        name, ranges = "kji"[len(indices)], ["range(n)", "range(n - 1)"]
        if indices:
            around = self.random.choice(indices)
            ranges += [f"range({around})", f"range({around}, n)", f"range({around} + 1, n)"]
        lines = [" " * indent + f"for {name} in {self.random.choice(ranges)}:"]
        for _ in range(self.random.choice([1, 1, 2])):
            lines += self.block(indent + 4, (*indices, name), depth + 1)
        return lines

    def branch(self, indent: int, indices: Sequence[str], depth: int) -> list[str]:
        """A branch on data, on indices, or on what was written."""
        k, j = self.random.choice(indices), self.random.choice(indices)
        tests = [f"x[{k}] > 0.1", f"{k} > 0", f"{k} % 2 == 0", f"x[{k}] < x[{j}]", f"{k} != {j}", f"z[{k}] > 0.2"]
        lines = [" " * indent + f"if {self.random.choice(tests)}:", *self.block(indent + 4, indices, depth + 1)]
        other = self.random.random()
        if other < 0.5:
            lines += [" " * indent + "else:", *self.block(indent + 4, indices, depth + 1)]
        elif other < 0.6:
            lines += [" " * indent + "else:", " " * (indent + 4) + self.random.choice(["continue", "break"])]
        return lines

    def statement(self, indices: Sequence[str]) -> str:
        """Something that adds up, writes, or reads what was written."""
        k, j = (self.random.choice(indices) for _ in "kj")
        choices = [
            f"tot += x[{k}]*x[{j}]",
            f"tot += np.sin(x[{k}] + x[{j}])",
            f"z[{k}] += x[{j}]*0.3",
            f"z[{k}] = x[{k}]*x[{j}]",
            f"m[{k}, {j}] += x[{k}]",
            f"m[{k}, {j}] = x[{j}]**2",
            f"tot += np.sum(x)*x[{k}]",
            f"tot += sum(v*x[{k}] for v in x)",
            f"tot *= 1 + 0.1*x[{k}]",
            f"tot += z[{j}]*x[{k}]",
            f"tot += m[{j}, {k}]",
        ]
        return self.random.choice(choices)


def outcome(text: str) -> tuple[str, str]:
    """What becomes of a program: "right", "refused", "wrong" or "internal"; and why."""
    names: dict[str, object] = {}
    exec(text, names)  # noqa: S102 - text of our own making
    function = names["f"]
    assert callable(function)
    for x in POINTS:
        columns = [function(x + 1e-20j * each).imag / 1e-20 for each in np.eye(len(x))]
        try:
            value, slope = (python_function(each(source=text).at(x).source)(x) for each in (read, grad))
        except Exception as error:  # noqa: BLE001 - an internal error is what is looked for
            is_refusal = isinstance(error, SymdiffError) and not isinstance(error, InternalError)
            return ("refused", str(error)) if is_refusal else ("internal", repr(error))
        if not np.isclose(value, function(x), rtol=1e-10) or not np.allclose(slope, columns, rtol=1e-9, atol=1e-12):
            return "wrong", f"{value} for {function(x)}, {slope} for {columns}"
    return "right", ""


def main() -> None:
    """Print the programs that are not right, and how many there are of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found: Counter[str] = Counter()
    for seed in range(options.seed, options.seed + options.programs):
        text = Nest(seed).text()
        kind, why = outcome(text)
        found[kind] += 1
        if kind != "right":
            print(f"seed {seed}: {kind}: {why}\n{text if kind != 'refused' else ''}", flush=True)  # noqa: T201
    print(dict(found))  # noqa: T201


if __name__ == "__main__":
    main()
