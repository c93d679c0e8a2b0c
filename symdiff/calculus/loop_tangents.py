"""The tangent of a loop: one loop that carries the tangents beside the values.

Its step is the step with the tangents of its parameters as more parameters, differentiated by the sweep forward.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from symdiff.calculus.activity import varied_by_loop
from symdiff.calculus.naming import tangent_name
from symdiff.graph.affine import Axes
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Buffer, Carried, Collected, Loop, Param
from symdiff.graph.loops import index_names, names_in, parameter, renamed_indices, step_graph

if TYPE_CHECKING:
    from symdiff.calculus.forward import Forward

Results = list[tuple[Atom, Axes]]


def tangent_loop(sweep: Forward, loop: Loop) -> None:
    """Add a loop with its tangents to a sweep forward."""
    moved = {atom: sweep.tangents[atom] for atom in _given(loop) if sweep.tangents.get(atom)}
    if not moved or sweep.useful.isdisjoint(loop.outs):
        sweep.builder.append(loop)
        return
    _Tangents(sweep, loop, sorted({number for found in moved.values() for number in found})).add()


def _given(loop: Loop) -> list[str]:
    atoms = [*(each.init for each in loop.handed), *(atom for _, atom in loop.captured)]
    return [atom for atom in atoms if isinstance(atom, str)]


@dataclass
class _Tangents:
    """The loop that is made, part by part."""

    sweep: Forward
    loop: Loop
    numbers: list[int]
    carried: list[Carried] = field(default_factory=list)
    buffers: list[Buffer] = field(default_factory=list)
    collected: list[Collected] = field(default_factory=list)
    captured: list[tuple[str, Atom]] = field(default_factory=list)

    def __post_init__(self) -> None:
        loop, sweep = self.loop, self.sweep
        names = Builder(taken=names_in(loop.step))
        inputs = loop.step.input_axes
        self.dots: list[dict[str, str]] = []  # for each direction: the tangent of a parameter, by its name
        seeds: list[Param] = []
        for number in self.numbers:
            outer = {name for name, tangents in sweep.tangents.items() if number in tangents}
            active = varied_by_loop(loop, outer)[1]
            label = sweep.labels[number] if sweep.labels else ""
            self.dots.append({name: names.fresh(tangent_name(name, label)) for name in inputs if name in active})
            seeds += [parameter(dot, inputs[name]) for name, dot in self.dots[-1].items()]
        wrt = [name for name in inputs if any(name in found for found in self.dots)]
        labels = [sweep.labels[number] for number in self.numbers] if sweep.labels else ()
        self.inner = type(sweep)(loop.step, wrt, self.dots, labels, seeds)

    def add(self) -> None:
        """Add the loop, and make the tangents of its results known."""
        loop = self.loop
        kept, collected, stored, test = loop.outputs()
        first = self._carried(kept)
        second = self._collected(collected)
        third = self._buffers(stored)
        results = [*first, *second, *third, *([] if test is None else [(test, ())])]
        names = index_names(loop)
        finished = self.inner.finish([*(atom for atom, _ in results), *names])
        axes = [axes for _, axes in results]
        step = step_graph(loop.step.name, finished.params, finished.body, zip(finished.outputs, axes, strict=False))
        for number, found in zip(self.numbers, self.dots, strict=True):
            self.captured += [(found[name], self.sweep.tangent(atom, number)) for name, atom in loop.captured if name in found]
        made = replace(
            loop,
            step=step,
            carried=tuple(self.carried),
            buffers=tuple(self.buffers),
            collected=tuple(self.collected),
            captured=(*loop.captured, *self.captured),
        )
        self.sweep.builder.append(renamed_indices(made, dict(zip(names, finished.outputs[len(axes) :], strict=True))))

    def _out(self, name: str, axes: Axes, position: int) -> str:
        """The name of the tangent of a result along a direction; from now on it is known."""
        number = self.numbers[position]
        made = self.sweep.builder.fresh(self.sweep.hint(name, number), axes=axes)
        self.sweep.tangents.setdefault(name, {})[number] = made
        return made

    def _carried(self, kept: tuple[Atom, ...]) -> Results:
        results: Results = []
        for each, atom in zip(self.loop.carried, kept, strict=True):
            self.carried.append(each)
            results.append((atom, each.axes))
        for position, found in enumerate(self.dots):
            for each, atom in zip(self.loop.carried, kept, strict=True):
                if each.param in found:
                    init = self.sweep.tangent(each.init, self.numbers[position])
                    out = self._out(each.out, each.axes, position)
                    self.carried.append(Carried(found[each.param], init, out, each.axes, each.settled))
                    results.append((self.inner.tangent(atom, position), each.axes))
        return results

    def _collected(self, collected: tuple[Atom, ...]) -> Results:
        results: Results = []
        for each, atom in zip(self.loop.collected, collected, strict=True):
            self.collected.append(each)
            results.append((atom, each.axes))
        for position in range(len(self.dots)):
            for each, atom in zip(self.loop.collected, collected, strict=True):
                if isinstance(atom, str) and position in self.inner.tangents.get(atom, {}):
                    axes = self.loop.outs[each.out]
                    self.collected.append(Collected(self._out(each.out, axes, position), each.axes, each.tape))
                    results.append((self.inner.tangent(atom, position), each.axes))
        return results

    def _buffers(self, stored: tuple[Atom, ...]) -> Results:
        rest = iter(stored)
        values = {buffer.param: [next(rest) for _ in buffer.stores] for buffer in self.loop.buffers}
        results: Results = []
        for buffer in self.loop.buffers:
            self.buffers.append(buffer)
            results += zip(values[buffer.param], map(buffer.row, buffer.stores), strict=True)
        for position, found in enumerate(self.dots):
            for buffer in self.loop.buffers:
                if buffer.param in found:
                    init = self.sweep.tangent(buffer.init, self.numbers[position])
                    out = self._out(buffer.out, buffer.axes, position)
                    self.buffers.append(replace(buffer, param=found[buffer.param], init=init, out=out))
                    tangents = [self.inner.tangent(atom, position) for atom in values[buffer.param]]
                    results += zip(tangents, map(buffer.row, buffer.stores), strict=True)
        return results
