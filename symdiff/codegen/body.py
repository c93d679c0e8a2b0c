"""The statements of one generated function: what is inlined, what is named, how branches look."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from symdiff.codegen.coalesce import Classes
from symdiff.codegen.code import Allocate, Dot, Load, Loop, Put, is_zero
from symdiff.codegen.layout import INLINED, Line, arrange, as_choice, bare, raises, room, trim
from symdiff.codegen.names import Names, builtin_exception, derived_from, is_generic, stem, without_numbers
from symdiff.codegen.printer import ANY, MINUS, PRODUCT, Text, literal, operation, repeated
from symdiff.codegen.split import Call, Code, Routine, Store
from symdiff.errors import InternalError
from symdiff.graph.graph import UNDEFINED, Atom, Const, If, Let, Origin, Out, Raise

ANY_ORDER = "plus"  # the function that adds in whatever order is fast
COMPARISON = 24  # longest comparison of two names that is repeated rather than named


@dataclass(frozen=True)
class Slot:
    """A place in the work array: the code that stores to it, and the text that reads its value (of a condition, too)."""

    code: str
    value: Text


@dataclass(frozen=True)
class _Pending:
    text: Text
    origin: Origin | None


class Body:
    """Writes the statements of one routine into ``lines``.

    ``known`` is the text of every name defined outside (parameters, elements of arrays); ``arrays`` the name of each
    result array, ``calls`` the call of each part, ``slots`` the place in the work array of values handed on;
    ``allocations`` creates a result array before its first element is stored.
    """

    def __init__(
        self,
        routine: Routine,
        names: Names,
        known: Mapping[str, Text],
        slots: Mapping[str, Slot],
        arrays: Sequence[str],
        calls: Mapping[int, str],
        allocations: Mapping[int, str],
    ) -> None:
        self.lines: list[Line] = []
        self._routine = routine
        self._names = names
        self._text: dict[str, Text] = dict(known)
        self._slots = slots
        self._arrays = arrays
        self._calls = calls
        self._allocations = dict(allocations)
        self._pending: dict[str, _Pending] = {}
        self._comment: Origin | None = None
        self._loaded: dict[str, Text] = {}  # the variables of elements that are read more than once
        self._classes = Classes(routine, slots)
        self._text.update((name, slot.value) for name, slot in slots.items() if self._lives_in_slot(name))
        self._only_returned = self._classes.only_returned
        self._repeated: set[str] = set()
        for let in self._classes.kept:
            root = self._classes.root(let.name)
            outside = all(isinstance(arg, Const) or arg in known for arg in let.args)
            if let.kind == "bool" and let.op.operands == "float" and outside and root not in slots:
                self._repeat_as(root, let)

    def write(self, depth: int) -> bool:
        """Write the whole body; False if it always ends in a raise."""
        self._block(self._routine.body, depth)
        return not raises(self.lines, depth)

    # lines

    def add(self, codes: Iterable[str]) -> None:
        """Add finished lines at the depth of the function's body."""
        for code in codes:
            self._line(1, code)

    def _line(self, depth: int, code: str) -> None:
        self.lines.append(Line(depth, code))

    def _assign(self, depth: int, target: str, value: Text) -> None:
        self.lines.append(Line(depth, f"{target} = {value.code}", target, value))

    def comment(self, depth: int, origin: Origin | None) -> None:
        """Name the user's line that the next statements come from, once per run of statements."""
        if origin is None or origin == self._comment or not origin.text:
            return
        self._comment = origin
        text = "".join(char if char.isprintable() else " " for char in origin.text)
        text = " ".join(text.split())
        role = "" if origin.role == "primal" else f"{origin.role} of "
        comment = f"# {role}line {origin.line}: {text}"
        too_long = len(comment) > room(depth)
        self._line(depth, comment[: room(depth) - 3] + "..." if too_long else comment)

    # values

    def fit(
        self,
        depth: int,
        prefix: int,
        atoms: Sequence[Atom],
        build: Callable[[list[Text]], Text],
        *,
        integers: Container[int] = (),
    ) -> Text:
        """Build an expression from atoms; what makes its line too long becomes a statement of its own first.

        ``integers`` are the positions at which a literal may be written as an integer.
        """
        while True:
            text = build([self._peek(atom, i in integers) for i, atom in enumerate(atoms)])
            pending = [atom for atom in atoms if isinstance(atom, str) and atom in self._pending]
            if prefix + len(text) <= room(depth) or not pending:
                break
            self._spill(depth, max(pending, key=lambda name: len(self._pending[name].text)))
        for name in pending:
            del self._pending[name]
        return text

    def origin_of(self, atoms: Sequence[Atom]) -> Origin | None:
        """The user's line behind what would be inlined, if it is one line."""
        origins = {self._pending[atom].origin for atom in atoms if isinstance(atom, str) and atom in self._pending}
        return origins.pop() if len(origins) == 1 else None

    def _peek(self, atom: Atom, integer: bool) -> Text:
        if isinstance(atom, Const):
            return literal(atom, as_float=not integer)
        pending = self._pending.get(atom)
        return pending.text if pending else self._text[self._classes.root(atom)]

    def _spill(self, depth: int, name: str) -> None:
        """Turn an expression that waits to be inlined into a statement."""
        pending = self._pending.pop(name)
        self.comment(depth, pending.origin)
        target = self._target(name)
        self._assign(depth, target, pending.text)

    def _target(self, name: str) -> str:
        """Where the value of a name is put: a variable, made at first need.

        Or its slot, if nobody here reads it, or if a variable could be undefined when it is copied to the slot.
        """
        root = self._classes.root(name)
        if self._lives_in_slot(root):
            return self._slots[root].code
        if root not in self._text:
            self._text[root] = Text(self._names.fresh(self._hint(root)))
        return self._text[root].code

    def _hint(self, root: str) -> str:
        """The name to ask for: the derivative of a variable is called after the variable as it is spelled here."""
        hint = self._classes.spelling(root)
        if is_generic(hint):
            return "t"
        derived = derived_from(hint)
        if derived:
            before, variable, after = derived
            spelled = self._text.get(self._classes.root(variable))
            if spelled and spelled.code.isidentifier():
                return f"{before}{spelled.code}{after}"
        return without_numbers(hint)

    def _hand_on(self, depth: int, name: str) -> None:
        """Put a variable that another routine reads, too, into its slot."""
        if name in self._slots and not self._lives_in_slot(name):
            self._line(depth, f"{self._slots[name].code} = {self._text[name].code}")

    def _lives_in_slot(self, root: str) -> bool:
        return root in self._slots and (not self._classes.reads[root] or self._classes.is_partial(root))

    def _may_inline(self, name: str, text: Text, origin: Origin | None) -> bool:
        if self._classes.reads[name] != 1 or name in self._slots or self._classes.is_shared(name):
            return False
        derived = origin is None or origin.role != "primal" or stem(name)[0] == "result"
        derived = derived and name in self._only_returned
        return len(text) <= INLINED and (is_generic(name) or derived or name in self._classes.put)

    def _wait(self, name: str, text: Text, origin: Origin | None) -> None:
        self._pending[name] = _Pending(text, origin)

    # statements

    def _block(self, body: Sequence[Code], depth: int) -> None:
        for statement in body:
            if isinstance(statement, Let):
                self._let(statement, depth)
            elif isinstance(statement, If):
                self._branch(statement, depth)
            elif isinstance(statement, Raise):
                self._raise(statement, depth)
                return  # what follows is never reached
            elif isinstance(statement, Store):
                self._store(statement, depth)
            elif isinstance(statement, Call):
                self._call(statement, depth)
            elif isinstance(statement, Load | Allocate | Dot | Put | Loop):
                self._of_arrays(statement, depth)
            else:
                raise InternalError(f"{statement.name} was not scheduled")

    def _let(self, let: Let, depth: int) -> None:
        row = let.op
        for position in sorted(repeated(row)):
            atom = let.args[position]
            if atom in self._pending:
                self._spill(depth, str(atom))
        if self._repeat(let):
            return
        constant = row.name != "div" and all(isinstance(arg, Const) for arg in let.args)
        integers = row.literals if constant else range(row.arity)  # 2**100 is no float64 (1/3 is one)
        root = self._classes.root(let.name)
        inlined = operation(row, [self._peek(arg, i in integers) for i, arg in enumerate(let.args)])
        if self._may_inline(let.name, inlined, let.origin):
            for arg in let.args:
                self._pending.pop(str(arg), None)
            self._wait(let.name, inlined, let.origin)
            return
        prefix = len(self._classes.spelling(root)) + 3
        text = self.fit(depth, prefix, let.args, lambda texts: operation(row, texts), integers=integers)
        self.comment(depth, let.origin)
        self._assign(depth, self._target(let.name), text)
        if root == let.name:
            self._hand_on(depth, root)

    def _repeat(self, let: Let) -> bool:
        """Repeat a comparison of two names instead of naming it: ``if x > 0`` reads better than ``if t_3``."""
        root = self._classes.root(let.name)
        if let.kind != "bool" or let.op.operands != "float" or root in self._slots:
            return False
        if root == let.name and not any(arg in self._pending for arg in let.args):
            self._repeat_as(root, let)
        return root in self._repeated

    def _repeat_as(self, root: str, let: Let) -> None:
        text = operation(let.op, [self._peek(arg, integer=True) for arg in let.args])
        if len(text) <= COMPARISON:
            self._text[root] = text
            self._repeated.add(root)

    def _raise(self, statement: Raise, depth: int) -> None:
        if not builtin_exception(statement.exception):
            raise InternalError(f"raise {statement.exception}: not a builtin exception")
        message = repr(statement.message)
        if '"' not in message:
            message = f'"{message[1:-1]}"'
        code = f"raise {statement.exception}({message})"
        if statement.origin is None or bare(statement.origin.text) != bare(code):
            self.comment(depth, statement.origin)
        self._line(depth, code)

    def _store(self, store: Store, depth: int) -> None:
        if store.array in self._allocations:
            self._line(depth, self._allocations.pop(store.array))
        target = f"{self._arrays[store.array]}[{', '.join(map(str, store.path))}]"
        origin = self.origin_of([store.atom])
        text = self.fit(depth, len(target) + 3, [store.atom], lambda texts: texts[0])
        self.comment(depth, origin)
        self._assign(depth, target, text)

    def _call(self, call: Call, depth: int) -> None:
        self._line(depth, self._calls[call.part])

    # loops and arrays

    def _of_arrays(self, statement: Load | Allocate | Dot | Put | Loop, depth: int) -> None:
        if isinstance(statement, Load):
            self._load(statement, depth)
        elif isinstance(statement, Allocate):
            self._allocate(statement, depth)
        elif isinstance(statement, Dot):
            self._dot(statement, depth)
        elif isinstance(statement, Put):
            self._put(statement, depth)
        else:
            self._loop(statement, depth)

    def _load(self, load: Load, depth: int) -> None:
        code = f"{self._array(load.array)}[{load.index}]"
        text = Text(f"float({code})" if load.cast else code)
        if self._classes.reads[load.name] == 1 and not self._classes.is_shared(load.name):
            self._wait(load.name, text, load.origin)
            return
        self.comment(depth, load.origin)
        if not self._classes.is_shared(load.name):
            if code not in self._loaded:
                self._loaded[code] = Text(self._names.fresh(load.hint))
            self._text[load.name] = self._loaded[code]  # in another loop, or it would be the same load
        self._assign(depth, self._target(load.name), text)

    def _array(self, name: str) -> str:
        return self._text[self._classes.root(name)].code

    def _allocate(self, array: Allocate, depth: int) -> None:
        lengths = array.lengths[0] if len(array.lengths) == 1 else f"({', '.join(array.lengths)})"
        kind = ", np.bool_" if array.kind == "bool" else ""
        if isinstance(array.fill, str):
            code = f"{self._array(array.fill)}{'.T' if array.transposed else ''}.copy()"
        elif array.fill is None or is_zero(array.fill):
            code = f"np.{'empty' if array.fill is None else 'zeros'}({lengths}{kind})"
        else:
            code = f"np.full({lengths}, {literal(array.fill, as_float=True).code})"
        self.comment(depth, array.origin)
        self._line(depth, f"{self._target(array.name)} = {code}")

    def _dot(self, dot: Dot, depth: int) -> None:
        product = dot.product
        left = self._array(product.left) + (".T" if product.is_left_transposed else "")
        right = self._array(product.right) + (".T" if product.is_right_transposed else "")
        self.comment(depth, dot.origin)
        if dot.is_there:
            self._line(depth, f"np.dot({left}, {right}, {self._array(dot.name)})")
        else:
            self._line(depth, f"{self._target(dot.name)} = np.dot({left}, {right})")

    def _put(self, put: Put, depth: int) -> None:
        target = self._target(put.name) if put.index is None else f"{self._array(put.name)}[{put.index}]"
        text = self.fit(depth, len(target) + 4, [put.atom], lambda texts: texts[0])
        self.comment(depth, put.origin)
        if put.op is None:
            self._assign(depth, target, text)
        elif put.any_order:
            self._line(depth, f"{target} = {ANY_ORDER}({target}, {text.within(ANY)})")
        elif put.op.name == "add":
            negative = text.code.startswith("-") and text.precedence in (MINUS, PRODUCT)  # x - a*b is x + -a*b
            self._line(depth, f"{target} -= {text.code[1:]}" if negative else f"{target} += {text.code}")
        elif put.op.name == "mul":
            self._line(depth, f"{target} *= {text.code}")
        else:
            self._assign(depth, target, operation(put.op, [Text(target), text]))

    def _loop(self, loop: Loop, depth: int) -> None:
        head = len(self.lines)
        self._line(depth, f"for {loop.number or loop.index} in range({loop.bounds}):")
        if loop.number:
            self._line(depth + 1, f"{loop.index} = {loop.made}")
        start = len(self.lines)
        self._block(loop.body, depth + 1)
        if len(self.lines) == start:
            del self.lines[head:]

    # branches

    def _branch(self, branch: If, depth: int) -> None:
        condition = self.fit(depth, 4, [branch.condition], lambda texts: texts[0])
        start, comment = len(self.lines), self._comment
        self.comment(depth, branch.origin)
        head = len(self.lines)
        for name in (out.name for out in branch.outs):
            if self._classes.root(name) not in self._text and self._classes.reads[name] != 1:
                self._target(name)  # names in the order of the text
        then = self._inside(branch.then, [(out, out.then) for out in branch.outs], depth + 1)
        orelse = self._inside(branch.orelse, [(out, out.orelse) for out in branch.outs], depth + 1)
        value = as_choice(condition, then, orelse, branch.outs)
        if value is not None and len(then[0].target) + 3 + len(value) <= room(depth):
            name = branch.outs[0].name
            if self._may_inline(name, value, branch.origin):
                del self.lines[start:]
                self._comment = comment
                self._names.release(self._text.pop(name).code)
                self._wait(name, value, branch.origin)
                return
            self._assign(depth, then[0].target, value)
        elif then or orelse:
            trim(self.lines, head, start, condition)
            self.lines += arrange(condition, then, orelse, depth)
        else:
            del self.lines[start:]
            self._comment = comment
        for out in branch.outs:
            if self._classes.root(out.name) == out.name:
                self._hand_on(depth, out.name)

    def _inside(self, body: Sequence[Code], outs: Sequence[tuple[Out, Atom]], depth: int) -> list[Line]:
        outer, self.lines = self.lines, []
        self._block(body, depth)
        for out, atom in () if raises(self.lines, depth) else outs:
            done = isinstance(atom, str) and self._classes.root(atom) == self._classes.root(out.name)
            if done or atom == UNDEFINED:
                continue
            target = self._target(out.name)
            text = self.fit(depth, len(target) + 3, [atom], lambda texts: texts[0])
            self._assign(depth, target, text)
        lines, self.lines = self.lines, outer
        return lines
