"""The opening of a function with arrays: sizes are read once, and arguments whose shapes do not fit together are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from symdiff.codegen.indices import Place, Spelling
from symdiff.errors import InternalError
from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.graph import Graph, Param
from symdiff.graph.structure import Tensor

INDENT = "    "


class Opening:
    """The first statements of a function. ``names`` is how inputs and sizes are written."""

    def __init__(self, graph: Graph, params: Sequence[Param], names: Mapping[str, str]) -> None:
        self.sizes = graph.sizes
        self.params = {param.name: param for param in params if isinstance(param.structure, Tensor)}
        self.names = names
        self.spelling = Spelling(names)
        for axes in graph.input_axes.values():
            unknown = [size for size in sizes_in(list(axes)) if size not in self.sizes]
            if unknown:
                raise InternalError(f"{graph.name}: no axis has the length {unknown[0]}")

    def lines(self, code: str) -> list[str]:
        """The sizes that the code uses, and the checks."""
        checks = list(self._checks())
        used = set(re.findall(r"[^\W\d]\w*", "\n".join([code, *checks])))
        return [*self._reads({size for size in self.sizes if self.names[size] in used}), *checks]

    def _reads(self, used: set[str]) -> Iterator[str]:
        told: dict[str, dict[int, str]] = {}
        for size, (name, axis) in self.sizes.items():
            if size in used and axis >= 0:
                told.setdefault(name, {})[axis] = self.names[size]
        for name, axes in told.items():
            rank = len(self._axes(name))
            if rank > 1 and len(axes) == rank:
                yield f"{', '.join(axes[axis] for axis in range(rank))} = {self.names[name]}.shape"
                continue
            yield from (f"{size} = {self.names[name]}.shape[{axis}]" for axis, size in axes.items())

    def _checks(self) -> Iterator[str]:
        for size, (name, axis) in self.sizes.items():
            if axis < 0:
                yield f"if {self.names[size]} < 0:"
                yield f'{INDENT}raise ValueError("{name} must be at least 0")'
        for name in self.params:
            for axis, length in enumerate(self._axes(name)):
                if any(told == (name, axis) and length == Affine.of(size) for size, told in self.sizes.items()):
                    continue
                expected = self.spelling.affine(length).code
                if length.is_constant:
                    expected = str(max(length.const, 0))
                elif not Place().is_nonnegative(length):  # x[1:] of no element has none
                    expected = f"max({expected}, 0)"
                yield f"if {self.names[name]}.shape[{axis}] != {expected}:"
                yield f'{INDENT}raise ValueError("{self._message(name, axis, length)}")'

    def _message(self, name: str, axis: int, length: Affine) -> str:
        subject = self._where(name, axis)
        if length.is_constant:
            return f"{subject} must be {max(length.const, 0)}"
        (size, factor), *others = length.terms
        if not others and factor == 1 and not length.const and isinstance(size, str):
            return f"{subject} must be {self._where(*self.sizes[size])}"
        known = " and ".join(f"{size} is {self._where(*self.sizes[size])}" for size in sizes_in([length]))
        return f"{subject} must be {length}, where {known}"

    def _where(self, name: str, axis: int) -> str:
        """``the length of x``, ``the length of A along axis 1``."""
        if axis < 0:
            return name
        return f"the length of {name}" + (f" along axis {axis}" if len(self._axes(name)) > 1 else "")

    def _axes(self, name: str) -> Sequence[Affine]:
        structure = self.params[name].structure
        return structure.axes if isinstance(structure, Tensor) else ()
