"""Golden files, rewritten by ``--update-golden``, and a cache folder of the run's own.

Golden files hold text that generated source and formulas are compared with.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled code of this run, and of the processes that it starts, apart from the user's."""
    if not hasattr(config, "workerinput"):  # the processes of pytest-xdist share one folder
        os.environ["SYMDIFF_CACHE_DIR"] = tempfile.mkdtemp(prefix="symdiff-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ["SYMDIFF_CACHE_DIR"], ignore_errors=True)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``golden("source/gradient.py", text)`` compares a text with its golden file."""

    def compare(path: str, text: str) -> None:
        file = GOLDEN / path
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"no golden file {path}: run pytest --update-golden and read what it writes"
        assert text == file.read_text(encoding="utf-8")

    return compare
