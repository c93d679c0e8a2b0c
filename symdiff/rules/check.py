"""Is a rule the derivative of its function? Its partials against differences of the function at sample points."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from symdiff.differences import Difference, difference
from symdiff.errors import NameUnboundError, RuleError, SymdiffError

if TYPE_CHECKING:
    from symdiff.rules.reading import Rule

POINTS = 8  # at most, at which a rule is checked
ENOUGH = 4  # so many are looked for where the function is not defined at the first ones
TRIED = 120  # points tried to find them
SAFETY = 32.0  # times the estimated error of a difference
DECIDES = 1e-2  # relative error of a difference from which on it says nothing
CLOSE = 1e-3  # relative difference that an inaccurate function may explain
MARGIN = 0.05  # of a sample interval, next to its ends

# Where a function is tried if the user does not say where: once in each of these, then mostly in the first, which is in
# most domains.
BOXES = ((0.1, 0.9), (-0.9, -0.1), (1.1, 3.0), (-3.0, -1.1), (3.0, 40.0), (-40.0, -3.0))
OFTEN = (BOXES[0], BOXES[0], BOXES[0], BOXES[2], *BOXES)
OUTSIDE = (ArithmeticError, ValueError)  # what a function raises outside its domain


@dataclass(frozen=True)
class Comparison:
    """One partial at one point: by differences and by the rule."""

    operand: str
    point: tuple[float, ...]
    found: Difference
    given: float
    scale: float  # of the derivative: the function divided by the operand, if the derivative is smaller
    tolerance: float  # relative, of the function itself

    @property
    def allowed(self) -> float:
        """How far the two may differ."""
        return max(SAFETY * self.found.error, self.tolerance * abs(self.found.value))

    @property
    def differs(self) -> bool:
        """True if the two cannot be the same number."""
        return not abs(self.found.value - self.given) <= self.allowed

    @property
    def decides(self) -> bool:
        """True if the difference is exact enough to tell a right partial from a wrong one."""
        return self.allowed <= DECIDES * max(abs(self.found.value), abs(self.given), self.scale)


def check(rule: Rule) -> None:
    """Compare every known partial with differences, and find out whether the function is elementwise.

    Raises RuleError if a partial is wrong, or if nothing can be said; NameUnboundError if the function reads a name that
    is not bound yet.
    """
    points = _points(rule)
    for position, operand in enumerate(rule.operands):
        found = [item for point in points if (item := _compared(rule, position, point)) is not None]
        wrong = next((item for item in found if item is not _UNKNOWN and item.differs), None)
        if wrong is not None:
            raise RuleError(_wrong(rule, wrong))
        if not any(item is _UNKNOWN or item.decides for item in found):
            raise RuleError(
                f"the partial of {rule.name} by {operand} cannot be checked: at none of {len(points)} points is {rule.name} "
                f"smooth enough for differences ({_shown(rule, points[0])} is one of them); {_ask(rule)}"
            )
    rule.points = tuple((point, rule.value(*point)) for point in points)
    rule.elementwise = _is_elementwise(rule, points)


_UNKNOWN = Comparison("", (), Difference(0.0, 0.0), 0.0, 0.0, 0.0)


def _compared(rule: Rule, position: int, point: tuple[float, ...]) -> Comparison | None:
    """A partial at a point both ways; None where differences cannot be formed."""
    try:
        given = rule.partials_at(*point)[position]
    except SymdiffError:
        raise
    except Exception as error:
        raise RuleError(f"the rule of {rule.name} fails at {_shown(rule, point)}: {type(error).__name__}: {error}") from error
    if given is None:
        return _UNKNOWN

    found = _slope(rule, position, point)
    if found is None:
        return None
    scale = abs(_value(rule, point)) / max(abs(point[position]), 1.0)
    return Comparison(rule.operands[position], point, found, given, scale, rule.tolerance)


def _slope(rule: Rule, position: int, point: tuple[float, ...]) -> Difference | None:
    """The derivative of the function by one operand, by differences."""

    def along(moved: float) -> float:
        return _value(rule, (*point[:position], moved, *point[position + 1 :]))

    return difference(along, point[position], _step(rule, position, point[position]))


def _step(rule: Rule, position: int, at: float) -> float:
    """How far the function may be followed from a point: not out of its sample."""
    step = 0.25 * max(abs(at), 0.1)
    if rule.sample is None:
        return step
    low, high = rule.sample[position]
    return min(step, 0.9 * (at - low), 0.9 * (high - at))


# -- points -------------------------------------------------------------------------------------------------------


def _points(rule: Rule) -> list[tuple[float, ...]]:
    """Points at which the function is finite."""
    found: list[tuple[float, ...]] = []
    wanted = POINTS if rule.sample is None else ENOUGH
    for number, point in enumerate(_tried(rule)):
        if len(found) == wanted or (number >= 2 * len(BOXES) and len(found) >= ENOUGH):
            break
        if math.isfinite(_value(rule, point)):
            found.append(point)
        elif rule.sample is not None:
            raise RuleError(f"{rule.name} is not finite at {_shown(rule, point)}, which is in its sample; give another sample=")
    if not found:
        raise RuleError(f"the rule of {rule.name} cannot be checked: no point was found where it is finite; {_ask(rule)}")
    return found


def _tried(rule: Rule) -> Iterator[tuple[float, ...]]:
    """Points of the sample, or of the default boxes: always the same ones."""
    numbers = random.Random(len(rule.operands))  # noqa: S311 - points to look at, no secret
    if rule.sample is not None:
        inner = [(low + MARGIN * (high - low), high - MARGIN * (high - low)) for low, high in rule.sample]
        for _ in range(ENOUGH):
            yield tuple(numbers.uniform(*interval) for interval in inner)
        return
    for _ in range(2):
        orders = [numbers.sample(BOXES, len(BOXES)) for _ in rule.operands]
        for boxes in zip(*orders, strict=True):
            yield tuple(numbers.uniform(*box) for box in boxes)
    for _ in range(TRIED):
        yield tuple(numbers.uniform(*numbers.choice(OFTEN)) for _ in rule.operands)


def _value(rule: Rule, point: Sequence[float]) -> float:
    """The function at a point: NaN where it says that it is not defined. Any other failure is the user's to see."""
    try:
        with np.errstate(all="ignore"):
            return rule.value(*point)
    except OUTSIDE as error:
        if isinstance(error, SymdiffError):
            raise
        return math.nan
    except NameError as error:
        raise NameUnboundError(f"{rule.name}: {error}") from error
    except Exception as error:
        raise RuleError(f"{rule.name} fails at {_shown(rule, point)}: {type(error).__name__}: {error}") from error


def _is_elementwise(rule: Rule, points: Sequence[tuple[float, ...]]) -> bool:
    """Whether the function of arrays is that of their elements."""
    columns = [np.array(column) for column in zip(*(points[0], points[-1]), strict=True)]
    expected = [rule.value(*points[0]), rule.value(*points[-1])]
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(rule.function(*columns), dtype=np.float64)
    except Exception:  # noqa: BLE001 - a function of numbers may fail on arrays in any way, and then is not elementwise
        return False
    return bool(found.shape == (2,) and np.allclose(found, expected, rtol=1e-9, atol=0.0))


# -- precision ----------------------------------------------------------------------------------------------------

DIGITS = 60


def is_precise(rule: Rule) -> bool:
    """Whether the function keeps the precision of mpmath's numbers.

    A function of floats inside would not notice a change of 1e-30 in its operand: so its slope over that distance must be
    what it is over a long one, in every operand.
    """
    import mpmath

    point, _ = rule.points[0]
    with mpmath.workdps(DIGITS):
        at = [mpmath.mpf(number) for number in point]
        step = mpmath.mpf(10) ** (-DIGITS // 2)
        for position in range(len(at)):
            moved = [number + step * (place == position) for place, number in enumerate(at)]
            try:
                above, below = rule.function(*moved), rule.function(*at)
            except Exception:  # noqa: BLE001 - a function of floats may refuse mpmath's numbers in any way
                return False
            if not (hasattr(above, "_mpf_") and hasattr(below, "_mpf_")):
                return False
            found = _slope(rule, position, point)
            if found is None or abs((above - below) / step - found.value) > SAFETY * found.error + 1e-20:
                return False
    return True


# -- messages -----------------------------------------------------------------------------------------------------


def _wrong(rule: Rule, wrong: Comparison) -> str:
    lines = [
        f"the partial of {rule.name} by {wrong.operand} is wrong",
        f"  at {_shown(rule, wrong.point)}",
        f"  expected  {wrong.found.value:.12g}  (differences, within {wrong.allowed:.1g})",
        f"  given     {wrong.given:.12g}",
    ]
    relative = abs(wrong.given / wrong.found.value - 1) if wrong.found.value else math.inf
    if relative < CLOSE:
        lines.append(f"  if {rule.name} is itself an approximation, say so: tolerance={10 ** math.ceil(math.log10(relative)):g}")
    formula = expected_formula(rule, wrong.operand)
    if formula:
        lines.append(f"  {formula}  (what symdiff finds in {rule.name})")
    return "\n".join(lines)


def expected_formula(rule: Rule, operand: str) -> str:
    """The derivative that symdiff finds when it does look into the function; "" if it cannot read it."""
    from symdiff.frontend import from_function
    from symdiff.function import SymbolicFunction
    from symdiff.pipeline import Transform

    try:
        source = from_function(rule.function, follow_rules=False)
        derived = SymbolicFunction(source, Transform("gradient", (operand,)), rule.function)
        text = str(derived)
    except SymdiffError:  # it cannot be read: then there is no formula to show
        return ""
    return text if "\n" not in text and len(text) < 200 else ""


def _shown(rule: Rule, point: Sequence[float]) -> str:
    return ", ".join(f"{name} = {number!r}" for name, number in zip(rule.operands, point, strict=True))


def _ask(rule: Rule) -> str:
    if rule.sample is not None:
        return "give another sample="
    intervals = ", ".join("(low, high)" for _ in rule.operands)
    return f"say where it is smooth: sample=[{intervals}]"
