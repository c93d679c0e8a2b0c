"""Arrays that the caller gives for results (``out=``): their shapes are checked, and that nothing else is stored there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from symdiff.codegen.indices import Place, Spelling
from symdiff.graph.affine import Affine, sizes_in

INDENT = "    "
OVERLAP = "overlap"
HELPER = f"""@numba.njit("boolean(uint64, int64, uint64, int64)")
def {OVERLAP}(a, length, b, other):
    # whether two pieces of memory have a byte in common
    return a < b + other and b < a + length"""


@dataclass(frozen=True)
class Given:
    """An array for a result, and the lengths of its axes."""

    name: str
    axes: tuple[Affine, ...]

    def checks(self, spelling: Spelling, others: Sequence[str]) -> Iterator[str]:
        """Statements that refuse an array of another shape, and one that shares memory with ``others``."""
        known = [axis for axis, part in enumerate(self.axes) if set(sizes_in([part])) <= spelling.names.keys()]
        if known:
            yield f"if {self.differs(spelling, known)}:"
            yield f'{INDENT}raise ValueError("{self.message}")'
        for other in others:
            yield f"if {OVERLAP}({_place(self.name)}, {_place(other)}):"
            yield f'{INDENT}raise ValueError("{self.name} must not share memory with {other}")'

    def differs(self, spelling: Spelling, axes: Iterable[int]) -> str:
        """The condition that the lengths of some axes are wrong."""
        return " or ".join(f"{self.name}.shape[{axis}] != {length_code(spelling, self.axes[axis])}" for axis in axes)

    @property
    def message(self) -> str:
        """What is said of an array of another shape."""
        return f"{self.name} must have the shape of the result"


def length_code(spelling: Spelling, length: Affine) -> str:
    """A length as code: one such as n - 1 is 0 where it is less."""
    code = spelling.affine(length).code
    return code if Place().is_nonnegative(length) else f"max({code}, 0)"


def _place(name: str) -> str:
    return f"{name}.ctypes.data, {name}.nbytes"
