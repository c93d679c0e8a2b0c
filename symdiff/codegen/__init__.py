"""From a graph to stand-alone source, and from source to compiled code.

``emit`` writes the module of a graph, ``parameters`` and ``packed`` tell what its function takes and returns,
``unpacker`` restores lists; ``compile_source`` and ``python_function`` run it.
"""

from symdiff.codegen.compile import (
    compile_source,
    elementwise,
    found_on_disk,
    python_function,
    register,
    with_defaults,
)
from symdiff.codegen.dispatch import fast_dispatcher, plain_dispatcher
from symdiff.codegen.emit import emit, functions, parameters
from symdiff.codegen.own import link_of, own_rows
from symdiff.codegen.packing import argument_shape, packed, unpacker
from symdiff.codegen.reserve import keeps_tapes, tape_advice
from symdiff.codegen.wrapper import Front

__all__ = [
    "Front",
    "argument_shape",
    "compile_source",
    "elementwise",
    "emit",
    "fast_dispatcher",
    "found_on_disk",
    "functions",
    "keeps_tapes",
    "link_of",
    "own_rows",
    "packed",
    "parameters",
    "plain_dispatcher",
    "python_function",
    "register",
    "tape_advice",
    "unpacker",
    "with_defaults",
]
