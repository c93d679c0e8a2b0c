"""Objects: methods, attributes, properties, callable objects, partials, wrappers, functions in containers."""

from __future__ import annotations

import enum
import functools
import math
from typing import NamedTuple

from tests.corpus.program import Corpus

OBJECTS = Corpus()
add = OBJECTS.add


class Law(enum.Enum):
    LINEAR = 1.0
    CUBIC = 3.0


class Coefficients(NamedTuple):
    a: float
    b: float

    def at(self, x):
        return self.a * x + self.b * x**2


class Element:
    """What springs have in common."""

    offset = 0.25

    def stress(self, x):
        return self.stiffness * (x - self.offset)

    @staticmethod
    def shape(x):
        return x * x + 1.0


class Spring(Element):
    """A spring with everything that an attribute may be."""

    def __init__(self):
        self.k = 1.75
        self.law = Law.CUBIC
        self.terms = [0.5, -0.25]
        self.coefficients = Coefficients(0.5, 1.5)
        self.options = {"gain": 2.0, "function": math.tanh}
        self.calls = 0
        self.last = None

    @property
    def stiffness(self):
        return self.k * 2 if self.law is Law.LINEAR else self.k

    def stress(self, x):
        self.calls += 1
        return super().stress(x) ** 2 + self.shape(x)

    def energy(self, x, y):
        a, b = self.coefficients
        self.last = a * x * y
        return self.last + self.coefficients.at(y) * b + sum(t * x**i for i, t in enumerate(self.terms, 1))

    def gains(self, x):
        return self.options["gain"] * self.options["function"](x) ** int(self.law.value)

    def __call__(self, x):
        return self.stress(x) * self.gains(x) if x > self.offset else self.shape(x)


SPRING = Spring()
add((0.6,), name="method_with_super_and_property")(SPRING.stress)
add((0.6, 1.1), name="method_with_a_named_tuple_and_a_list")(SPRING.energy)
add((0.6,), name="method_with_a_dict_of_functions")(SPRING.gains)
add((0.6,), (-0.6,), domain="x != 0.25", name="callable_object")(SPRING)


def weighted(w, x, y, *, power=2.0):
    return w * math.hypot(x, y) ** power


def scaled(factor):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return factor * function(*args, **kwargs)

        return wrapper

    return decorate


@add((0.6, 1.1))
@scaled(1.5)
@functools.lru_cache
def wrapped_and_cached(x, y):
    return weighted(0.5, x, y, power=3.0)


add((0.6, 1.1), name="partial_of_a_function", wrt="x y")(functools.partial(weighted, 0.75))


@add((0.6,))
def objects_from_outside(x):
    return SPRING.gains(x) + SPRING(x) * SPRING.coefficients.b + SPRING.k * functools.partial(weighted, x)(1.0, y=x)
