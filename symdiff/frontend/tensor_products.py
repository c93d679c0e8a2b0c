"""Products of arrays in index notation: ``@``, ``np.dot``, ``np.einsum``. Letters are integers, one for each index."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend.assumptions import assume_product
from symdiff.frontend.cells import view_of
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import equal
from symdiff.frontend.library import Args, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensors import factors, made, moved
from symdiff.frontend.values import Known, MaskedValue, Number, TensorValue, Value, describe
from symdiff.graph.affine import ONE, Affine
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Range, Term
from symdiff.primitives import TABLE

Letters = tuple[int, ...]


def contracted(
    reader: Reader,
    operands: Sequence[TensorValue],
    letters: Sequence[Letters],
    out: Letters,
    node: ast.AST,
    equal_in: Letters = (),
) -> Value:
    """The sum of the products of elements over every letter that the result does not have, two operands at a time.

    An axis of length 1 fits every other, but for the letters ``equal_in``.
    """
    lengths = _lengths(reader, operands, letters, node, equal_in)
    value, own = operands[0], letters[0]
    if len(operands) == 1:
        return _summed(reader, value.atom, value, own, own, out, lengths)
    for place in range(1, len(operands)):
        later = {letter for following in letters[place + 1 :] for letter in following}
        both = tuple(dict.fromkeys([*own, *letters[place]]))
        kept = out if place == len(operands) - 1 else tuple(letter for letter in both if letter in later or letter in out)
        order = (*kept, *(letter for letter in both if letter not in kept))
        axes = tuple(lengths[letter] for letter in order)
        factors = [
            _spread(reader, item, mine, order, lengths) for item, mine in ((value, own), (operands[place], letters[place]))
        ]
        product = made(reader, reader.operation(TABLE["mul"], factors, whole=True), axes)
        result = _summed(reader, product.atom, product, order, order, kept, lengths)
        if not isinstance(result, TensorValue):
            rest = operands[place + 1 :]
            if not rest:
                return result
            raise GapError(node, "an einsum whose factors share no index", "multiply the parts", "not yet")
        value, own = result, kept
    return value


def _lengths(
    reader: Reader, operands: Sequence[TensorValue], letters: Sequence[Letters], node: ast.AST, equal_in: Letters
) -> dict[int, Affine]:
    """The length of each index; of one that an array has twice its axes must be equal, too."""
    equal_in = (*equal_in, *(letter for mine in letters for letter in mine if mine.count(letter) > 1))
    found: dict[int, Affine] = {}
    for item, mine in zip(operands, letters, strict=True):
        if len(item.axes) != len(mine):
            raise GapError(node, f"{len(mine)} indices for {describe(item)}", "give one index for each axis", raises=ValueError)
        for letter, length in zip(mine, item.axes, strict=True):
            before = found.get(letter, length)
            one = ONE in (before, length) and letter not in equal_in
            found[letter] = (length if before == ONE else before) if one else equal(reader, before, length, node)
    return found


def _index(item: TensorValue, mine: Letters, order: Letters, lengths: dict[int, Affine]) -> tuple[Affine, ...]:
    """Where an operand is read, in the order of the letters."""
    if not isinstance(item.atom, str):
        return ()
    return tuple(
        Affine() if length == ONE and lengths[letter] != ONE else Affine.of(order.index(letter))
        for letter, length in zip(mine, item.axes, strict=True)
    )


def _spread(reader: Reader, item: TensorValue, mine: Letters, order: Letters, lengths: dict[int, Affine]) -> Atom:
    axes = tuple(lengths[letter] for letter in order)
    return moved(reader, [Term(item.atom, _index(item, mine, order, lengths))], axes)


def _summed(
    reader: Reader, atom: Atom, item: TensorValue, mine: Letters, order: Letters, out: Letters, lengths: dict[int, Affine]
) -> Value:
    """The sum over the letters that the result does not have."""
    over = tuple(letter for letter in dict.fromkeys(order) if letter not in out)
    axes = tuple(lengths[letter] for letter in out)
    ranges = tuple(Range(Affine(), lengths[letter]) for letter in over)
    result = moved(reader, [Term(atom, _index(item, mine, (*out, *over), lengths), ranges)], axes, hint="s" if over else "t")
    if axes:
        return made(reader, result, axes)
    return Number(result, result.value if isinstance(result, Const) else None)


def matmul(reader: Reader, left: Value, right: Value, node: ast.AST) -> Value:
    """``a @ b``: the last axis of a with the last but one of b; axes before those broadcast."""
    assume_product(reader, left, right)
    if isinstance(left, MaskedValue) or isinstance(right, MaskedValue):
        from symdiff.frontend import masks

        return masks.product(reader, matmul, left, right, node)
    from symdiff.frontend import choices

    if any(choices.masked_of(reader, value) is not None for value in (left, right)):
        return choices.either(reader, _of_chosen, _product)(reader, [left, right], {}, node)
    return _product(reader, [left, right], {}, node)


def _of_chosen(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """Where elements that a mask chooses stay."""
    from symdiff.frontend import masks

    return masks.product(reader, matmul, args[0], args[1], node)


def _product(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    left, right = args
    for value in (left, right):
        if isinstance(value, Number):
            raise GapError(node, "a matrix product with a number", "use *", raises=ValueError)
    a, b = factors(reader, [left, right], node)
    first, second = len(a.axes), len(b.axes)
    inner, row, column = 0, 1, 2
    mine = (row, inner) if first > 1 else (inner,)
    other = (inner, column) if second > 1 else (inner,)
    # The axes before the last two get letters from 3 on, counted from the end, so that they fit each other.
    batch = max(first - 2, second - 2, 0)
    batch_letters = tuple(range(3, 3 + batch))
    mine = (*batch_letters[batch - max(first - 2, 0) :], *mine)
    other = (*batch_letters[batch - max(second - 2, 0) :], *other)
    out = (*batch_letters, *([row] if first > 1 else []), *([column] if second > 1 else []))
    return contracted(reader, [a, b], [mine, other], out, node, (inner,))


def einsum(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.einsum("ij,j->i", A, x)``: the form with a text, without an ellipsis."""
    keywords.pop("optimize", None)
    plain(args, keywords, 2, 20, "einsum", node)
    text = args[0].value if isinstance(args[0], Known) else None
    if not isinstance(text, str) or "..." in text:
        raise GapError(node, "this form of einsum", 'write the indices as a text: "ij,j->i"', "not yet")
    inputs, arrow, output = text.replace(" ", "").partition("->")
    names = inputs.split(",")
    if not arrow:
        joined = "".join(names)
        output = "".join(sorted(letter for letter in set(joined) if joined.count(letter) == 1))
    if len(names) != len(args) - 1 or not set(output) <= set("".join(names)) or len(set(output)) < len(output):
        raise GapError(node, f"the indices {text!r} for {len(args) - 1} arrays", "give one group of letters for each array")
    number_of = {letter: number for number, letter in enumerate(dict.fromkeys("".join(names)))}
    operands = factors(reader, args[1:], node)
    letters = [tuple(number_of[letter] for letter in name) for name in names]
    out = tuple(number_of[letter] for letter in output)
    if len(operands) == 1 and set(letters[0]) == set(out):  # nothing is summed: a view, as NumPy gives it
        lengths = _lengths(reader, operands, letters, node, ())
        index = tuple(Affine.of(out.index(letter)) for letter in letters[0])
        return view_of(reader, operands[0], [(index, ())], tuple(lengths[letter] for letter in out))
    return contracted(reader, operands, letters, out, node)
