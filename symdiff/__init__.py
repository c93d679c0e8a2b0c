"""symdiff: plain Python functions in; derivatives out as formula, as readable source and as compiled code."""

from symdiff.errors import (
    ArgumentError,
    CacheWarning,
    CompileWarning,
    DomainError,
    MissingAttributeError,
    NameUnboundError,
    RuleError,
    ShapeError,
    SourceError,
    SymdiffError,
    TapeError,
    UnsupportedError,
)
from symdiff.frontend import Array
from symdiff.function import SymbolicFunction
from symdiff.rules import rule
from symdiff.testing import GradientError, check_grads
from symdiff.transforms import (
    derivative,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    read,
    stop_gradient,
    value_and_grad,
    vjp,
)

__version__ = "0.1.0"

__all__ = [
    "ArgumentError",
    "Array",
    "CacheWarning",
    "CompileWarning",
    "DomainError",
    "GradientError",
    "MissingAttributeError",
    "NameUnboundError",
    "RuleError",
    "ShapeError",
    "SourceError",
    "SymbolicFunction",
    "SymdiffError",
    "TapeError",
    "UnsupportedError",
    "check_grads",
    "derivative",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "read",
    "rule",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
