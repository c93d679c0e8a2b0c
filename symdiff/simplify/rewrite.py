"""The engine of rewriting: what a row of the rewrite tables is, and a builder that applies rows to whatever it builds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.errors import InternalError
from symdiff.graph import notes
from symdiff.graph.build import Builder, key
from symdiff.graph.graph import Atom, Const, Fold, Let, Origin, Sum
from symdiff.primitives.row import Primitive
from symdiff.simplify.facts import Fact, facts_of_const, facts_of_let
from symdiff.simplify.template import Literal, Operation, Plan, arity, matches, number, orders, plan, template


@dataclass(frozen=True)
class Rewrite:
    """One identity that code may use from left to right: ``pattern`` becomes ``replacement``.

    Both are lambdas over the same operands, written with Python operators and rows of the table; the same lambdas run
    on mpmath numbers in the tests, at points of ``sample`` (one interval per operand). ``needs`` are facts that the
    operands must have, ``deviation`` says where IEEE arithmetic gives another result than before.
    """

    name: str
    pattern: Callable[..., Any]
    replacement: Callable[..., Any]
    sample: tuple[tuple[float, float], ...]
    needs: tuple[Fact, ...] = ()
    deviation: str = ""


@dataclass(frozen=True)
class Rule:
    """A rewrite that is ready for use: the root of its pattern, the operands of the root, and the steps of its result."""

    rewrite: Rewrite
    pattern: Operation
    plan: Plan
    holes: int

    @classmethod
    def of(cls, rewrite: Rewrite) -> Rule:
        """Prepare a rewrite."""
        holes = arity(rewrite.pattern)
        pattern = template(rewrite.pattern, holes)
        if not isinstance(pattern, Operation):
            raise InternalError(f"the pattern of {rewrite.name} is not an operation")
        return cls(rewrite, pattern, plan(template(rewrite.replacement, holes), holes), holes)

    @property
    def head(self) -> str:
        """The most telling operand of the pattern: a row's name, "literal", or "" if any operand will do."""
        names = [part.op.name for part in self.pattern.operands if isinstance(part, Operation)]
        literals = ["literal" for part in self.pattern.operands if isinstance(part, Literal)]
        return (names + literals + [""])[0]


class Rules:
    """Rewrites by the operation at their root and one operand below it, so that few are tried on each let."""

    def __init__(self, rewrites: Iterable[Rewrite]) -> None:
        self._index: dict[tuple[str, str], list[tuple[int, Rule]]] = {}
        for place, rewrite in enumerate(rewrites):
            rule = Rule.of(rewrite)
            self._index.setdefault((rule.pattern.op.name, rule.head), []).append((place, rule))
        self._roots = {root for root, _ in self._index}

    def candidates(self, op: Primitive, heads: Iterable[str]) -> list[Rule]:
        """The rules that may match an operation with such operands, earlier rows first."""
        if op.name not in self._roots:
            return []
        found = [item for head in dict.fromkeys((*heads, "")) for item in self._index.get((op.name, head), ())]
        if len(found) > 1:
            found.sort(key=lambda item: item[0])
        return [rule for _, rule in found]


@dataclass
class Frame:
    """A plan that is being carried out: its results so far, and the name for its answer."""

    plan: Plan
    results: list[Any]
    hint: str
    key: tuple[Any, ...] | None = None  # of the operation that the plan replaces
    done: int = 0


class RewritingBuilder(Builder):
    """A builder that rewrites each operation before it becomes a let, until no rule applies.

    A replacement's operations are rewritten in turn. That is a loop with a stack of its own, because a chain of sums of
    squares is as long as the user's graph; every operation is rewritten once in a scope, so the time is linear.
    ``reserved`` are the names of the graph being rewritten: each goes only to the let or out that asks for it.
    """

    def __init__(self, rules: Rules, reserved: Iterable[str] = ()) -> None:
        self._reserved = set(reserved)
        super().__init__(self._reserved)
        self._rules = rules
        self._facts: dict[str, Fact] = {}

    def facts(self, atom: Atom) -> Fact:
        """What is known of an atom."""
        return self._facts.get(atom, Fact.NONE) if isinstance(atom, str) else facts_of_const(atom)

    def release(self, name: str) -> None:
        """Allow a reserved name to be given to the next statement that asks for it."""
        if name in self._reserved:
            self._reserved.discard(name)
            self._taken.discard(name)

    def share(self, statement: Let | Sum | Fold) -> None:
        """Make a statement available for sharing, and note the facts of a let."""
        super().share(statement)
        found = facts_of_let(statement, self.facts) if isinstance(statement, Let) else Fact.NONE
        if found:
            self._facts[statement.name] = found

    def apply(self, op: Primitive, *args: Atom, hint: str = "t", origin: Origin | None = None) -> Atom:
        """The atom that holds ``op(*args)`` or what the rules make of it."""
        if op.expansion is not None:
            return super().apply(op, *args, hint=hint, origin=origin)
        frames: list[Frame] = []
        answer = self._settle(op, args, hint, origin, frames)
        while frames:
            frame = frames[-1]
            if answer is not None:
                frame.results.append(answer)
            if frame.done == len(frame.plan.steps):
                frames.pop()
                answer = frame.results[frame.plan.answer]
                if frame.key is not None and isinstance(answer, str):
                    self._shared[-1].setdefault(frame.key, answer)
                continue
            step = frame.plan.steps[frame.done]
            frame.done += 1
            operands = tuple(frame.results[place] for place in step.args)
            if not isinstance(step.action, Primitive):
                answer = Const(step.action(*(number(operand, self.definitions) for operand in operands)))
                continue
            last = frame.done == len(frame.plan.steps)
            answer = self._settle(step.action, operands, frame.hint if last else "", origin, frames)
        if answer is None:
            raise InternalError(f"rewriting {op.name} gave nothing")
        return answer

    def _settle(
        self, op: Primitive, args: tuple[Atom, ...], hint: str, origin: Origin | None, frames: list[Frame]
    ) -> Atom | None:
        """The atom of one operation; or None, with a frame on the stack for the rule that applies."""
        args = self._operands(op, args)
        found = self._truth(op, args) or self._found(op, args)
        if found is not None:
            return found
        rules = self._rules.candidates(op, map(self._head, args))
        for order in orders(op, args) if rules else ():
            for rule in rules:
                holes = self._match(rule, order)
                if holes is not None:
                    if len(frames) > len(self.definitions) + 100:
                        raise InternalError(f"rewriting does not end: {rule.rewrite.name}")
                    notes.add("rewritten", rule.rewrite.name, origin or self.origin)
                    frames.append(Frame(rule.plan, [*holes, *rule.plan.literals], hint, key(op, args)))
                    return None
        self.release(hint)
        return self._make(op, args, hint or "t", origin)

    def _truth(self, op: Primitive, args: Sequence[Atom]) -> Const | None:
        """The truth value of a condition on literals."""
        if op.result != "bool" or any(isinstance(arg, str) for arg in args):
            return None
        return Const(bool(op(*(arg.value for arg in args if isinstance(arg, Const)))))

    def _head(self, atom: Atom) -> str:
        if number(atom, self.definitions) is not None or isinstance(atom, Const):
            return "literal"
        let = self.definitions.get(atom)
        return let.op.name if let is not None else ""

    def _match(self, rule: Rule, args: Sequence[Atom]) -> list[Atom] | None:
        """What the holes of a rule's pattern stand for, if it matches and the facts that it needs are known."""
        unfilled = (None,) * rule.holes
        for filled in matches(rule.pattern.operands, args, unfilled, self.definitions):
            atoms = [atom for atom in filled if atom is not None]
            if all(need in self.facts(atom) for need, atom in zip(rule.rewrite.needs, atoms, strict=False)):
                return atoms
        return None
