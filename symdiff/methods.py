"""A derivative together with the object whose method it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symdiff.views import Views

if TYPE_CHECKING:
    from symdiff.function import SymbolicFunction
    from symdiff.specialization import Specialization


class BoundDerivative(Views):
    """What ``obj.slope`` is for a decorated method ``slope``: called without the object, showing the object's values.

    All objects of one class share the graph and the compiled code of the derivative.

    >>> from symdiff import grad
    >>> class Spring:
    ...     def __init__(self, k): self.k = k
    ...     @grad(argnums="x")
    ...     def force(self, x): return self.k*x**2/2
    >>> Spring(3.0).force(2.0)
    6.0
    """

    __slots__ = ("__func__", "__self__")  # one is made at every obj.slope

    def __init__(self, function: SymbolicFunction, instance: Any) -> None:
        self.__func__ = function
        self.__self__ = instance

    @property
    def __name__(self) -> str:
        """The name of the derivative."""
        return self.__func__.__name__

    @property
    def __wrapped__(self) -> Any:
        """The method that was differentiated, as a plain function."""
        return self.__func__.__wrapped__

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Evaluate the derivative for the object."""
        return self.__func__(self.__self__, *args, **kwargs)

    def __symdiff_bound__(self) -> tuple[SymbolicFunction, Any]:
        """Mark what functions that call this one read as a method."""
        return self.__func__, self.__self__

    def at(self, /, *args: Any, **kwargs: Any) -> Specialization:
        """The version for arguments like these: its views."""
        return self.__func__.at(self.__self__, *args, **kwargs)

    @property
    def _shown(self) -> Specialization:
        return self.__func__.for_object(self.__self__)

    def __repr__(self) -> str:
        return f"{self.__func__!r} of an object of {type(self.__self__).__name__}"
