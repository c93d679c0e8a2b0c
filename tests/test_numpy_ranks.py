"""Functions of NumPy on arrays of every rank, with every axis: NumPy's value, or a refusal; never a value where NumPy raises."""

import warnings

import numpy as np
import pytest

from symdiff import ArgumentError, ShapeError, UnsupportedError, read
from symdiff.codegen import python_function
from tests.random_array_programs import Program

REFUSALS = (UnsupportedError, ShapeError, ArgumentError)


def listed(text):
    """Expressions, one behind the other."""
    return [" ".join(part.split()) for part in text.split(";")]


ALONG = listed("""
    sum; mean; prod; max; min; std; var; median; ptp; argmax; cumsum; cumprod; diff; sort; flip; squeeze; nansum; nanmean; nanmax;
    nanvar; cumulative_sum; trapezoid; average; gradient; linalg.norm; add.reduce; maximum.reduce; add.accumulate; expand_dims
""")
MORE = {
    "roll": "a, 1",
    "repeat": "a, 2",
    "take": "a, [0, 0]",
    "delete": "a, 0",
    "append": "a, a",
    "concatenate": "[a, a]",
    "stack": "[a, a]",
}
AXES = ["", "axis=0", "axis=1", "axis=-1", "axis=2", "axis=(0, 1)", "axis=None", "axis=0, keepdims=True"]
ONE = listed("""
    np.ravel(a); np.fliplr(a); np.flipud(a); np.rot90(a); np.rot90(a, 3); a.T; np.transpose(a, (1, 0, 2));
    np.transpose(a, (-1, 0, 1)); np.diagonal(np.ravel(a)); np.diag(a, 1); np.tril(a); np.triu(a, 1); np.atleast_1d(a);
    np.atleast_2d(a); np.atleast_3d(a); np.hstack([a, a]); np.vstack([a, a]); np.dstack([a, a]);
    np.column_stack([a, a]); np.outer(a, a); np.inner(a, a); np.kron(a, a); np.dot(a, a.T); np.vdot(a, a); a @ a.T;
    a @ np.swapaxes(a, -1, -2); np.cross(a, a[::-1]); np.cov(a); np.corrcoef(a); np.convolve(a, a);
    np.linalg.outer(a, a); np.linalg.vector_norm(a); np.linalg.matrix_norm(a); np.linalg.matrix_transpose(a);
    np.linalg.matrix_power(a, 2); np.linalg.norm(a, 'fro'); np.linalg.norm(a, axis=-1, keepdims=True);
    np.linalg.norm(a, 1); np.linalg.norm(a, np.inf); np.matrix_transpose(a); np.vecdot(a, a); np.matvec(a, a[0]);
    np.polyval(a, a); np.polyval(a, 0.5); np.tile(a, 2); np.roll(a, (1, -1), (0, 1)); np.roll(a, (1, 2), axis=(0, -1));
    np.roll(a, -1, 0); np.moveaxis(a, 0, -1); np.moveaxis(a, 2, 0); np.swapaxes(a, 0, 1); a.swapaxes(0, 2);
    np.insert(a, 1, 2.0); np.diagflat(a); np.unwrap(a*7); np.add.outer(a, a); np.block([a, a]);
    np.block([[a, a], [a, a]]); np.r_[a, a]; np.c_[a, a]; np.einsum('...i,...i', a, a); np.tensordot(a, a);
    np.tensordot(a, a.T, 1); np.tensordot(a, a, ([0], [0])); np.tensordot(a, a, ([2], [2])); a.reshape(a.shape[0], -1);
    np.meshgrid(a, a)[0]; np.vander(a, 3); np.ediff1d(a); np.split(a, 1)[0]; np.split(a, 1, axis=1)[0];
    np.quantile(a, 0.3); np.percentile(a, 30); np.median(a); np.searchsorted(np.array([-0.5, 0.5]), a)*1.0;
    np.digitize(a, [-0.5, 0.5])*1.0; np.sort(a); np.argsort(a)*a; np.linalg.trace(a @ np.swapaxes(a, -1, -2));
    np.pad(a, 1); np.gradient(a); np.interp(a, [0.0, 1.0], [2.0, 3.0]); np.fill_diagonal(a, 2.0); np.trace(a @ a.T);
    np.pad(a, 1, 'wrap'); np.pad(a, (2, 1), 'symmetric'); np.pad(a, (1, 1), 'reflect'); np.pad(a, 1, 'edge');
    np.meshgrid(a, a, a)[0]; np.unwrap(a*7, None, -1); np.min(a, axis=(0, -1)); np.nanvar(a, 0, None); np.take(a, [0], 0, None);
    np.var(a, axis=-1, ddof=1, keepdims=True);
    np.select([a > 0.5, a > 0], [a, a*a], 1.0); np.piecewise(a, [a > 0], [lambda t: t*t, 0.5])
""")
TWO = listed("""
    np.dot(a, b); np.dot(b, a); a @ b; b @ a; np.matmul(a, b); np.inner(a, b); np.outer(a, b); np.kron(a, b);
    np.tensordot(a, b, 1); np.tensordot(a, b, 0); np.tensordot(a, b, ([0], [0])); np.tensordot(a, b, ([-1], [-1]));
    np.tensordot(a, b, 2); np.cross(a, b); np.linalg.cross(a, b); np.vecdot(a, b); np.matvec(a, b); np.add.outer(a, b);
    np.concatenate([a, b]); np.concatenate([a, b], axis=1); np.concatenate([a, b], axis=-1); np.stack([a, b]);
    np.stack([a, b], axis=-1); np.vstack([a, b]); np.hstack([a, b]); np.dstack([a, b]); np.column_stack([a, b]);
    np.append(a, b); np.append(a, b, axis=0); np.block([a, b]); np.block([[a, b]]); np.r_[a, b]; np.c_[a, b];
    np.insert(a, 1, b); np.polyval(a, b); np.convolve(a, b); np.convolve(a, b, 'full'); np.correlate(a, b, 'full');
    np.average(a, weights=b); np.average(a, axis=0, weights=b); np.average(a, axis=-1, weights=b, keepdims=True);
    np.cov(a, b); np.corrcoef(a, b); np.trapezoid(a, b); np.trapezoid(a, x=b); np.einsum('i,i', a, b);
    np.einsum('ij,j->i', a, b); np.einsum('...j,j', a, b); np.linalg.solve(a @ a.T + 3*np.eye(a.shape[0]), b);
    np.full_like(a, b); np.full(a.shape, b); np.broadcast_to(b, a.shape); np.meshgrid(a, b)[0]; np.clip(a, b, b + 1);
    np.select([a > b], [a], b); np.where(a > b, a, b); sum(p*q for p, q in zip(a, b));
    np.array([p + q for p, q in zip(a, b)]); a[b > 0]; a[:, b > 0]; np.linalg.multi_dot([a, b]);
    np.subtract.outer(a, b); a[:, None]*b; a.T @ b; a.dot(b); np.quantile(a, 0.3)*b; np.digitize(a, np.sort(b))*1.0;
    np.searchsorted(np.sort(a), b)*1.0; np.linalg.outer(a, b)
""")
SHAPES = [(3,), (1, 3), (2, 3), (2, 3, 2)]
PAIRS = [((3,), (2, 3)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((1,), (3,)), ((2, 3), ()), ((2, 2, 3), (2, 3, 2)), ((1, 3), (2, 3))]


def along(name):
    inner = MORE.get(name, "a")
    return [f"np.{name}({inner}{', ' if axis else ''}{axis})" for axis in AXES]


def program(names, expression):
    return Program(f"import numpy as np\ndef f({names}):\n    return {expression}\n", {})


def run(call):
    """A value, or what was raised."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return call()
    except Exception as error:  # noqa: BLE001 - compared with what NumPy raises
        return error


def compare(program, arrays):
    """What is wrong, in words; "" for NumPy's value and for a refusal, and where both raise."""
    expected = run(lambda: program.function(*map(np.copy, arrays)))
    found = run(lambda: python_function(read(source=program.text).at(*arrays).source)(*arrays))
    shapes = ", ".join(str(np.shape(array)) for array in arrays)
    if isinstance(found, Exception):
        return "" if isinstance(expected, Exception) or isinstance(found, REFUSALS) else f"{shapes}: {found!r}"
    if isinstance(expected, Exception):
        return f"{shapes}: a value where NumPy raises {expected!r}"
    same = np.shape(expected) == np.shape(found) and np.allclose(expected, found, rtol=1e-10, equal_nan=True)
    return "" if same else f"{shapes}: {found} for {expected}"


def drawn(*shapes):
    numbers = np.random.default_rng(sum(map(sum, shapes)))
    return [numbers.normal(size=shape) if shape else 0.7 for shape in shapes]


@pytest.mark.parametrize("name", [*ALONG, *MORE])
def test_axes(name):
    wrong = [(text, found) for text in along(name) for shape in SHAPES if (found := compare(program("a", text), drawn(shape)))]
    assert wrong == []


@pytest.mark.parametrize("expression", ONE)
def test_ranks(expression):
    made = program("a", expression)
    assert [found for shape in SHAPES if (found := compare(made, drawn(shape)))] == []


@pytest.mark.parametrize("expression", TWO)
def test_ranks_of_two(expression):
    made = program("a, b", expression)
    assert [found for pair in PAIRS if (found := compare(made, drawn(*pair)))] == []
