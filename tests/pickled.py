"""Functions for test_pickling.py that processes find by name."""

import math

import numpy as np

from symdiff import derivative, grad, jacobian, rule

SCALE = 2.0
TABLE = np.array([1.0, 2.0])


def wave(x):
    return SCALE * math.sin(x)


@grad
def decorated(x):
    return x**3


@grad(argnums="y")
def decorated_by_name(x, y):
    return x * y**2


slope = grad(wave)
second = grad(slope)
third = derivative(wave, order=3)
both = jacobian(lambda p: (p[0] * p[1], p[0] ** 2))
of_text = grad(source="import math\ndef f(x):\n    return math.exp(2*x)\n")


class Spring:
    def __init__(self, k):
        self.k = k
        self.__hidden = 2.0

    def energy(self, x):
        return self.k * x**2 / 2

    def private(self):
        return lambda x: self.__hidden * x**3

    @grad(argnums="x")
    def force(self, x):
        return self.k * x**2

    @grad
    @staticmethod
    def cube(x):
        return x**3

    def __call__(self, x):
        return self.k * x**4


@rule(partials="2*x")
def square(x):
    return x * x


@np.vectorize
def vectorized(x):
    return x**2


def scaled(k):
    offset = 1.5

    def inner(x):
        return k * x**2 + offset * x

    return inner
