"""The README is true: its Python runs and prints what is shown, and its table is what the code generates.

``python -m tests.test_readme`` writes the outputs and the generated section anew.
"""

import contextlib
import io
import linecache
import re
import tempfile
from pathlib import Path

from symdiff.primitives.listing import primitives_table

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)
FUNCTIONS = re.compile(r"(?<=-->\n)(?P<table>.*?)(?=<!-- end of functions -->)", re.DOTALL)
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


def update(text, folder):
    """The README with true outputs and the generated table."""
    printed = iter(outputs(text, folder))

    def block(match):
        output = next(printed)
        shown = f"\n```text\n{output}```\n" if output else ""
        return f"```python\n{match['code']}```\n{shown}"

    return FUNCTIONS.sub(lambda match: f"\n{primitives_table()}\n", BLOCK.sub(block, text))


def test_python_blocks_print_what_is_shown(tmp_path):
    text = README.read_text(encoding="utf-8")
    shown = [block["output"] or "" for block in BLOCK.finditer(text)]
    assert len(shown) >= 5
    assert outputs(text, tmp_path) == shown


def test_the_table_is_generated():
    table = FUNCTIONS.search(README.read_text(encoding="utf-8"))
    assert table
    assert table["table"].strip() == primitives_table().strip()


def test_the_first_commands_set_up_the_example_and_the_tests():
    first, second = SHELL.findall(README.read_text(encoding="utf-8"))[:2]
    assert first.strip().endswith("examples/quickstart.py")
    assert "-m pytest" in second
    assert len(first.strip().splitlines()) == len(second.strip().splitlines()) == 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        README.write_text(update(README.read_text(encoding="utf-8"), scratch), encoding="utf-8")
