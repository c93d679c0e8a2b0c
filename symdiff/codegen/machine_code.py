"""Machine code of generated modules: loaded from disk, or compiled and then kept there. The files are ``cache``'s part."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from typing import Any

from symdiff.codegen import cache
from symdiff.codegen.reserve import memory


class CachingNumba:
    """Stands for Numba while a generated module is run: what ``njit`` makes looks for its machine code on disk first."""

    def __init__(self, entry: Entry, digest: str) -> None:
        self._entry = entry
        self._digest = digest

    def __getattr__(self, name: str) -> Any:
        import numba

        return getattr(numba, name)

    def njit(self, signature: str | Callable[..., Any] | None = None, **options: Any) -> Any:
        """Stand for ``numba.njit``."""
        import numba

        def decorate(function: Any) -> Any:
            # Symbols of machine code are made from this name: from disk or not, they must differ for different texts.
            function.__qualname__ = f"symdiff_{self._digest}.{function.__name__}"
            dispatcher = numba.njit(**options)(function)
            self._entry.attach(dispatcher, function.__name__)
            if isinstance(signature, str):
                dispatcher.compile(signature)
                dispatcher.disable_compile()
            return dispatcher

        return decorate(signature) if callable(signature) else decorate


class Entry:
    """The machine code of one generated module: found on disk, or made now and then kept there."""

    def __init__(self, text: str) -> None:
        self.text = text
        folder = cache.folder()
        make_cache = _cache_class()
        self.store = cache.store(folder, _versions()) if folder is not None and make_cache is not None else None
        self.make_cache = make_cache
        self.functions = dict(self.store.read(text)) if self.store is not None else {}
        self.is_new = False
        self.is_kept = True

    def attach(self, dispatcher: Any, name: str) -> None:
        """Let a dispatcher look here before it compiles."""
        if self.store is not None and self.make_cache is not None:
            dispatcher._cache = self.make_cache(self, name)

    def close(self) -> None:
        """Write what is new. Support functions compiled later, for other callers, belong to those."""
        if self.store is not None and self.is_new and self.is_kept:
            self.store.write(self.text, self.functions)
        self.store = None
        self.functions = {}


@functools.cache
def _cache_class() -> Callable[[Entry, str], Any] | None:
    """What a dispatcher asks before it compiles, and tells after it. None if a version of Numba has other internals.

    Numba's own cache is not used: it trusts what it finds, it needs a source file whose time of change stands for its
    contents, and it loads all of Numba's type rules first, which takes most of the time of a start. The
    machine code needs none of them, only that the symbols exist that it calls.
    """
    try:
        from numba.core.caching import NullCache
        from numba.core.compiler import CompileResult
        from numba.core.serialize import dumps, loads

        rebuild: Any = CompileResult._rebuild
        pack: Any = dumps
    except (ImportError, AttributeError):
        return None

    class ModuleCache(NullCache):
        def __init__(self, entry: Entry, name: str) -> None:
            self.entry = entry
            self.name = name

        def load_overload(self, _sig: Any, target_context: Any) -> Any:
            symbols, code = self.entry.functions.get(self.name, ((), b""))
            if not code or not _can_link(symbols, target_context):
                return None
            return rebuild(target_context, *loads(code))

        def save_overload(self, sig: Any, result: Any) -> None:
            if not isinstance(sig, str) or self.entry.store is None:
                return  # a support function, which is compiled for each of its callers
            if result.library.has_dynamic_globals or any(not lifted.can_cache for lifted in result.lifted):
                self.entry.is_kept = False  # it holds addresses of this process
                return
            self.entry.functions[self.name] = _symbols(result), pack(result._reduce())
            self.entry.is_new = True

    return ModuleCache


def _symbols(result: Any) -> tuple[str, ...]:
    """What the machine code of a compiled function refers to and does not define."""
    module = result.library._final_module
    names = [item.name for item in (*module.functions, *module.global_variables) if item.is_declaration]
    return tuple(name for name in names if not name.startswith("llvm."))


def _can_link(symbols: Iterable[str], target_context: Any) -> bool:
    """True if all symbols exist; those of Numba's run-time system are made if they are missing.

    Linking without a symbol would end the process.
    """
    from llvmlite.binding import address_of_symbol
    from numba.core.runtime.nrt import rtsys

    for prepare in (lambda: None, lambda: rtsys.initialize(target_context), target_context.refresh):
        prepare()
        if all(map(address_of_symbol, symbols)):
            return True
    return False


@functools.cache
def _versions() -> str:
    """Everything but the text that machine code depends on: versions, processor, settings."""
    from importlib import metadata

    import llvmlite
    import numba
    import numpy as np
    from numba.core.registry import cpu_target

    versions = [sys.version, numba.__version__, llvmlite.__version__, np.__version__, metadata.version("scipy")]
    names = ("OPT", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "USE_LLVMLITE_MEMORY_MANAGER")
    settings = [str(getattr(numba.config, name, None)) for name in names]
    # The memory of the machine is a constant in code that asks for it (codegen.reserve).
    return repr((versions, memory(), cpu_target.target_context.codegen().magic_tuple(), settings))
