"""The entries of the Jacobian of what a loop hands on: it carries the Jacobian of each value, as an array.

Inside the step a parameter's derivative is such an array, dense in the columns; the entries of what the step gives follow
from it as everywhere (``calculus.entries``), and are put into an array again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from symdiff.calculus.activity import varied_by_loop
from symdiff.calculus.naming import tangent_name
from symdiff.calculus.sweep import ONE
from symdiff.graph.affine import Axes, identity
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Buffer, Carried, Collected, Loop
from symdiff.graph.loops import index_names, names_in, parameter, renamed_indices, step_graph
from symdiff.graph.terms import Term, full_ranges

if TYPE_CHECKING:
    from symdiff.calculus.entries import Columns

Results = list[tuple[Atom, Axes]]


def loop_entries(columns: Columns, loop: Loop) -> None:
    """Add a loop with the Jacobians of its results to a sweep for entries."""
    given = [*(each.init for each in loop.handed), *(atom for _, atom in loop.captured)]
    numbers = sorted({number for atom in given if isinstance(atom, str) for number in columns.entries.get(atom, ())})
    if not numbers or columns.useful.isdisjoint(loop.outs):
        columns.builder.append(loop)
        return
    _Jacobians(columns, loop, numbers).add()


def unit(axes: Axes) -> Term:
    """The entry of an input in itself: ``d x[i] / d x[k] = delta(i, k)``."""
    return Term(ONE, (), (), (), identity(len(axes)))


def dense(atom: Atom, axes: Axes, columns: Axes) -> Term:
    """The entry of a value whose derivative is an array over its axes and the columns."""
    rank = len(axes)
    address = identity(len(columns), rank)
    return Term(atom, identity(rank + len(columns)), full_ranges(columns), (), address)


@dataclass
class _Jacobians:
    """The loop that is made, part by part."""

    outer: Columns
    loop: Loop
    numbers: list[int]
    carried: list[Carried] = field(default_factory=list)
    buffers: list[Buffer] = field(default_factory=list)
    collected: list[Collected] = field(default_factory=list)
    results: list[Results] = field(default_factory=lambda: [[], [], []])

    def __post_init__(self) -> None:
        loop, outer = self.loop, self.outer
        names = Builder(taken=names_in(loop.step))
        inputs = loop.step.input_axes
        self.axes = [outer.builder.axes_of(name) for name in outer.wrt]  # of the columns
        stands = [names.fresh("column") for _ in outer.wrt]
        self.dots: list[dict[str, str]] = []  # for each input: the derivative of a parameter in it, by its name
        params = [parameter(name, axes) for name, axes in zip(stands, self.axes, strict=True)]
        start: dict[str, dict[int, tuple[Term, ...]]] = {}
        for number in self.numbers:
            active = varied_by_loop(loop, {name for name, entries in outer.entries.items() if number in entries})[1]
            hint = outer.wrt[number]
            units = {name for name, atom in loop.captured if outer.of(atom, number) == (unit(inputs[name]),)}
            start |= {name: {**start.get(name, {}), number: (unit(inputs[name]),)} for name in units}
            self.dots.append({name: names.fresh(tangent_name(name, hint)) for name in inputs if name in active - units})
            for name, dot in self.dots[-1].items():
                axes = inputs[name]
                params.append(parameter(dot, (*axes, *self.axes[number])))
                start.setdefault(name, {})[number] = (dense(dot, axes, self.axes[number]),)
        step = replace(loop.step, params=(*loop.step.params, *params))
        self.stands = set(stands)
        self.inner = type(outer)(step, stands, start, whole=outer.is_whole)

    def add(self) -> None:
        """Add the loop, and make the entries of its results known."""
        loop = self.loop
        kept, collected, stored, test = loop.outputs()
        self._primal(kept, collected, stored)
        for number, found in zip(self.numbers, self.dots, strict=True):
            self._derivatives(number, found, kept, collected, stored)
        results = [*self.results[0], *self.results[1], *self.results[2], *([] if test is None else [(test, ())])]
        names = index_names(loop)
        finished = self.inner.finish([*(atom for atom, _ in results), *names])
        params = [param for param in finished.params if param.name not in self.stands]
        axes = [axes for _, axes in results]
        step = step_graph(loop.step.name, params, finished.body, zip(finished.outputs, axes, strict=False))
        captured = list(loop.captured)
        for number, found in zip(self.numbers, self.dots, strict=True):
            captured += [(found[name], self._outer(atom, number)) for name, atom in loop.captured if name in found]
        made = replace(
            loop,
            step=step,
            carried=tuple(self.carried),
            buffers=tuple(self.buffers),
            collected=tuple(self.collected),
            captured=tuple(captured),
        )
        self.outer.builder.append(renamed_indices(made, dict(zip(names, finished.outputs[len(axes) :], strict=True))))

    def _primal(self, kept: tuple[Atom, ...], collected: tuple[Atom, ...], stored: tuple[Atom, ...]) -> None:
        """What the loop itself hands on."""
        loop = self.loop
        self.carried += loop.carried
        self.collected += loop.collected
        self.buffers += loop.buffers
        self.results[0] += [(atom, each.axes) for each, atom in zip(loop.carried, kept, strict=True)]
        self.results[1] += [(atom, each.axes) for each, atom in zip(loop.collected, collected, strict=True)]
        self.results[2] += [(atom, buffer.row(store)) for (buffer, store), atom in zip(loop.stores, stored, strict=True)]

    def _derivatives(
        self, number: int, found: dict[str, str], kept: tuple[Atom, ...], collected: tuple[Atom, ...], stored: tuple[Atom, ...]
    ) -> None:
        """The derivatives in one input of what the loop hands on."""
        columns = self.axes[number]
        for each, atom in zip(self.loop.carried, kept, strict=True):
            if each.param in found:
                axes = (*each.axes, *columns)
                self.carried.append(
                    Carried(found[each.param], self._outer(each.init, number), self._out(each.out, number, each.axes), axes)
                )
                self.results[0].append((self._inner(atom, number, each.axes), axes))
        for row, atom in zip(self.loop.collected, collected, strict=True):
            if self.inner.of(atom, number):
                axes = (*row.axes, *columns)
                self.collected.append(Collected(self._out(row.out, number, self.loop.outs[row.out]), axes))
                self.results[1].append((self._inner(atom, number, row.axes), axes))
        values = iter(stored)
        for buffer in self.loop.buffers:
            atoms = [next(values) for _ in buffer.stores]
            if buffer.param in found:
                init, out = self._outer(buffer.init, number), self._out(buffer.out, number, buffer.axes)
                self.buffers.append(Buffer(found[buffer.param], init, out, (*buffer.axes, *columns), buffer.stores))
                for store, atom in zip(buffer.stores, atoms, strict=True):
                    rest = buffer.row(store)
                    self.results[2].append((self._inner(atom, number, rest), (*rest, *columns)))

    def _out(self, name: str, number: int, axes: Axes) -> str:
        """The name of the derivative of a result; from now on its entries are known."""
        full = (*axes, *self.axes[number])
        made = self.outer.builder.fresh(tangent_name(name, self.outer.wrt[number]), axes=full)
        self.outer.entries.setdefault(name, {})[number] = (dense(made, axes, self.axes[number]),)
        return made

    def _outer(self, atom: Atom, number: int) -> Atom:
        """The derivative of a value outside in one input, as an array."""
        axes = self.outer.builder.axes_of(atom)
        return self.outer.array([(atom, ())], [(self.outer.wrt[number], ())], (*axes, *self.axes[number]))

    def _inner(self, atom: Atom, number: int, axes: Axes) -> Atom:
        """The derivative of a value of the step in one input, as an array."""
        return self.inner.array([(atom, ())], [(self.inner.wrt[number], ())], (*axes, *self.axes[number]))
