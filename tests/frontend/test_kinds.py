"""Questions about kinds: the answer that Python gives, or a refusal where it depends on what computed the number."""

import math

import numpy as np
import pytest

from symdiff import UnsupportedError, grad


def either_kind(x):
    return x * 2 if isinstance(math.sin(x), int | float) else x


def computed_float(x):
    return x * 2 if isinstance(np.sin(x) * x, float) else x


def argument(x):
    return x * 2 if isinstance(x, float) and type(x) is float else x


def whole_but_not_int(x):
    return x * 2 if isinstance(math.floor(x) + 0.5, float) else x


@pytest.mark.parametrize("function", [either_kind, computed_float, argument, whole_but_not_int])
def test_answers_that_do_not_depend_on_who_computed_the_number(function):
    assert function(1.7) == 3.4
    assert grad(function)(1.7) == 2.0


UNDECIDED = [
    "isinstance(int(x), int)", "isinstance(math.floor(x), float)", "isinstance(round(x) * 2 + 1, int)",
    "isinstance(1 if x > 0 else 2, int)", "isinstance(np.sin(x), np.floating)", "isinstance(np.float64(x), np.floating)",
    "type(np.sin(x)) is float", "type(math.sin(x)) is float", 'hasattr(np.sin(x), "shape")', "isinstance(x > 0, bool)",
]  # fmt: skip


@pytest.mark.parametrize("test", UNDECIDED)
def test_what_depends_on_it_is_refused(test, tmp_path):
    import importlib.util

    path = tmp_path / "undecided.py"
    path.write_text(f"import math\nimport numpy as np\ndef f(x):\n    return x * 2 if {test} else x\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("undecided", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(UnsupportedError, match="the kind of a computed number"):
        grad(module.f)


def test_patterns_of_classes():
    def f(x):
        match round(x):
            case int(n):
                return x * n
            case _:
                return x

    with pytest.raises(UnsupportedError, match="the kind of a computed number"):
        grad(f)
