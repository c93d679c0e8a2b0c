"""SciPy's C functions in generated code: what the rows with the field ``scipy`` call."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.primitives.row import Primitive

IMPORTS = ("import llvmlite.binding", "import llvmlite.ir")
FROM_SCIPY = ("from scipy import special", "from scipy.special import cython_special")
NAMES = frozenset({"inspect", "llvmlite", "special", "cython_special", "scipy_kernel", "ImportError"})

# The symbol is registered when the module is imported, so that machine code from Numba's cache finds it. The function is
# declared to depend on its operands alone (readnone), so that LLVM merges equal calls.
HELPER = '''\
def scipy_kernel(function, name, output=None):
    """A function of scipy.special on floats, for which compiled code calls SciPy's C function of this name."""
    numbers = {"double": numba.float64, "long": numba.types.long_, "Py_ssize_t": numba.intp}
    result, _, rest = repr(cython_special.__pyx_capi__[name]).split('"')[1].partition(" (")
    rest = rest.removesuffix(")").removesuffix(", int __pyx_skip_dispatch").split(", ")
    operands = [numbers[item] for item in rest if item != "double *"]
    if result != ("double" if output is None else "void"):
        raise ImportError(f"this version of SciPy has another {name}")
    symbol = f"scipy.special.{name}"
    address = numba.extending.get_cython_function_address("scipy.special.cython_special", name)
    llvmlite.binding.add_symbol(symbol, address)

    def call(*args):
        value = function(*args)
        return float(value if output is None else value[output])

    @numba.extending.type_callable(call)
    def typed(context):
        typer = lambda *args: numba.float64(*operands)
        kind = inspect.Parameter.POSITIONAL_ONLY
        typer.__signature__ = inspect.Signature([inspect.Parameter(f"x{i}", kind) for i in range(len(operands))])
        return typer

    @numba.extending.lower_builtin(call, *operands)
    def lowered(context, builder, signature, args):
        ir, cgutils = llvmlite.ir, numba.core.cgutils
        spaces = [cgutils.alloca_once(builder, ir.DoubleType()) for item in rest if item == "double *"]
        args = [*args, *(spaces or [ir.Constant(ir.IntType(32), 0)])]
        kind = ir.FunctionType(ir.VoidType() if spaces else ir.DoubleType(), [arg.type for arg in args])
        kernel = cgutils.get_or_insert_function(builder.module, kind, symbol)
        kernel.attributes.add("nounwind")
        if not spaces:
            kernel.attributes.add("readnone")
        value = builder.call(kernel, args)
        return builder.load(spaces[output]) if spaces else value

    return call'''


def definition(row: Primitive) -> str:
    """The line that defines the function of a row, after ``HELPER``: ``jv = scipy_kernel(special.jv, "__pyx_fuse_1jv")``."""
    function, name, output = row.external
    name_of_output = "" if output is None else f", {output}"
    return f'{row.code.partition("(")[0]} = scipy_kernel(special.{function}, "{name}"{name_of_output})'


def definitions(rows: Iterable[Primitive]) -> list[str]:
    """The definitions of all rows that call SciPy."""
    return [definition(row) for row in rows if row.scipy]
