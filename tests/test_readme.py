"""The README is true: its Python runs and prints what is shown, and its table is what the code generates.

``python -m tests.test_readme`` writes the outputs and the generated section anew.
"""

import contextlib
import io
import linecache
import math
import re
import tempfile
from pathlib import Path

from symdiff import grad, read, value_and_grad
from symdiff.frontend.arrays import supported
from symdiff.frontend.tensor_forms import supported as supported_of_arrays
from symdiff.primitives.listing import primitives_table

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)
FUNCTIONS = re.compile(r"(?<=-->\n)(?P<section>.*?)(?=<!-- end of functions -->)", re.DOTALL)
SHELL = re.compile(r"^```bash\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def outputs(text, folder):
    """What each Python block prints, run one after the other in one namespace, each from a file of its own."""
    namespace = {"__name__": "readme"}
    printed = []
    for number, block in enumerate(BLOCK.finditer(text)):
        path = Path(folder) / f"block{number}" / "example.py"
        path.parent.mkdir()
        path.write_text(block["code"], encoding="utf-8")
        linecache.checkcache(str(path))
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            exec(compile(block["code"], str(path), "exec"), namespace)  # noqa: S102
        printed.append(stream.getvalue().replace(f"{path.parent}/", ""))
    return printed


def functions():
    """What can be called inside a function: functions of containers and arrays by name, those of the table with conventions."""
    names = ", ".join(f"`{name}`" for name in supported())
    arrays = ", ".join(f"`{name}`" for name in supported_of_arrays())
    return (
        f"\nOn containers and arrays of known length, and with several forms of call: {names}.\n\n"
        f"On arrays of any size: those of the table below, element by element, and {arrays}.\n\n{primitives_table()}\n"
    )


def update(text, folder):
    """The README with true outputs and the generated section."""
    printed = iter(outputs(text, folder))

    def block(match):
        output = next(printed)
        shown = f"\n```text\n{output}```\n" if output else ""
        return f"```python\n{match['code']}```\n{shown}"

    return FUNCTIONS.sub(lambda match: functions(), BLOCK.sub(block, text))


def test_python_blocks_print_what_is_shown(tmp_path):
    text = README.read_text(encoding="utf-8")
    shown = [block["output"] or "" for block in BLOCK.finditer(text)]
    assert len(shown) >= 5
    assert outputs(text, tmp_path) == shown


def test_the_list_of_functions_is_generated():
    found = FUNCTIONS.search(README.read_text(encoding="utf-8"))
    assert found
    assert found["section"] == functions()


def test_the_first_commands_set_up_the_example_and_the_tests():
    first, second = SHELL.findall(README.read_text(encoding="utf-8"))[:2]
    assert first.strip().endswith("examples/quickstart.py")
    assert "-m pytest" in second
    assert len(first.strip().splitlines()) == len(second.strip().splitlines()) == 1


def steps(x):
    return math.floor(x) + math.ceil(x) + round(x)


def guarded_root(x):
    return math.sqrt(x) if x > 0 else 0.0 * x


def test_conventions_at_kinks():
    assert grad(lambda x: abs(x))(0.0) == 0.0
    assert grad(lambda x, y: max(x, y), argnums=(0, 1))(1.0, 1.0) == (0.5, 0.5)
    assert grad(steps)(2.0) == 0.0
    assert grad(guarded_root)(0.0) == 0.0


def test_conventions_outside_the_domain():
    assert math.isnan(read(lambda x: math.log(x))(-1.0))
    assert math.isnan(read(lambda x: x**0.3)(-1.0))
    assert grad(lambda x: x * x)(2**53 + 1) == 2.0**54


def test_differences_from_ieee_are_those_stated():
    assert math.copysign(1.0, read(lambda x: x + 0)(-0.0)) == -1.0
    assert math.isnan(read(lambda x: 0 * x)(math.inf))
    assert grad(lambda x: 0 * x)(math.inf) == 0.0
    assert value_and_grad(lambda x: math.log(1 + x))(1e-30)[0] == 1e-30
    assert value_and_grad(lambda x: math.exp(x) - 1)(1e-30)[0] == 1e-30
    value, _ = value_and_grad(lambda x, y: math.sqrt(x**2 + y**2))(3e200, 4e200)
    assert math.isclose(value, 5e200, rel_tol=2**-51)  # no overflow
    assert read(lambda x: math.log(1 + x))(1e-30) == 0.0  # read keeps what is written
    assert read(lambda x: (x + 1e16) - 1e16)(1.0) == (1.0 + 1e16) - 1e16


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        README.write_text(update(README.read_text(encoding="utf-8"), scratch), encoding="utf-8")
