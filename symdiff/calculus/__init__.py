"""Calculus on graphs: forward and reverse sweeps, and the gradients, Jacobians, Hessians and products made of them."""

from symdiff.calculus import blocks
from symdiff.calculus.activity import is_zero
from symdiff.calculus.counted import cotangent
from symdiff.calculus.forward import tangent
from symdiff.calculus.known import require_known
from symdiff.calculus.reverse import adjoint
from symdiff.calculus.seeds import Choice, Derived, derivative, gradient, hessian, hvp, jacobian, jvp, vjp

__all__ = [
    "Choice",
    "Derived",
    "adjoint",
    "blocks",
    "cotangent",
    "derivative",
    "gradient",
    "hessian",
    "hvp",
    "is_zero",
    "jacobian",
    "jvp",
    "require_known",
    "tangent",
    "vjp",
]
