"""The docstrings: their examples run, and every public name has one."""

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest

import symdiff

MODULES = ["symdiff", *(module.name for module in pkgutil.walk_packages(symdiff.__path__, "symdiff."))]
TRANSFORMS = ("grad", "value_and_grad", "derivative", "jacobian", "hessian", "jvp", "vjp", "hvp", "read", "stop_gradient")


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0


@pytest.mark.parametrize("name", symdiff.__all__)
def test_public_name_is_documented(name):
    public = getattr(symdiff, name)
    assert inspect.getdoc(public)


@pytest.mark.parametrize("name", [*TRANSFORMS, "check_grads"])
def test_public_function_shows_an_example(name):
    assert re.search(rf">>> from symdiff import .*\b{name}\b", getattr(symdiff, name).__doc__)
