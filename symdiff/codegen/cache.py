"""Compiled code kept on disk, for the processes that come later: one file for each generated module.

An entry is addressed by the *generated source text*, together with the versions and the processor that its machine code
belongs to. The text is a function of everything that the derivative depends on: the user's function, all that is inlined
into it however deep, known values, options, the table of primitives. So nothing has to be tracked, and nothing stale can
be found: a helper that was edited in another module gives another text. Present values of captured numbers are no part of
the text that is compiled.

What is loaded is executed, so it must be the user's own: the folder and the file must belong to the user, no other user may
write to them, and neither may be a symbolic link. Otherwise the cache is not used; a CacheWarning says so once. What was
damaged by accident is found by a checksum and made again. A file holds the text that it was made from, which must be equal
to the text that is wanted.

The folder is ``SYMDIFF_CACHE_DIR``, or ``symdiff`` in the user's cache folder; ``SYMDIFF_CACHE=0`` turns the cache off.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import stat
import sys
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from symdiff.errors import CacheWarning

MAGIC = b"symdiff cache 1\n"
SUFFIX = ".kernel"
UNFINISHED = ".part"
PREFIX = "compiled-"  # of the folders for one set of versions

MOST_FILES = 4000  # more than these in one folder: the least recently used are removed
MOST_BYTES = 256 * 2**20
WRITES_BETWEEN_CHECKS = 64
HOUR, DAY = 3600.0, 86400.0
LEFT_OVER = HOUR  # age at which an unfinished file is one whose process has died
UNUSED = 30 * DAY  # age at which the folder of other versions is removed

Functions = Mapping[str, tuple[tuple[str, ...], bytes]]  # name: (symbols that it needs, machine code)


def folder() -> Path | None:
    """The cache folder that settings and platform ask for, or None if the cache is turned off."""
    if os.environ.get("SYMDIFF_CACHE", "").strip().lower() in {"0", "off", "no", "false"}:
        return None
    chosen = os.environ.get("SYMDIFF_CACHE_DIR")
    if chosen:
        return Path(chosen).absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        base = base if Path(base).is_absolute() else "~/.cache"  # relative ones are to be ignored (XDG base directories)
    expanded = os.path.expanduser(base)  # noqa: PTH111 - unlike Path.expanduser it raises nothing without a home
    if expanded.startswith("~"):
        _warn("no home folder was found", "")
        return None
    return Path(expanded) / "symdiff"


def digest(text: str) -> str:
    """What stands for a text in names: 128 bits, so that equal names mean equal texts."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@functools.cache
def store(root: Path, versions: str) -> Store:
    """The one object of this process for a cache folder and a set of versions."""
    return Store(root, versions)


class Store:
    """The entries in one folder for one set of versions."""

    def __init__(self, root: Path, versions: str) -> None:
        self.root = root
        self.path = root / (PREFIX + digest(versions)[:16])
        self._writes = 0
        self._lock = threading.Lock()
        self._readable: bool | None = None  # decided at first use
        self._writable = True

    # entries

    def read(self, text: str) -> Functions:
        """The compiled functions of a generated module; empty if there is no entry that can be used."""
        if not self._is_ours():
            return {}
        path = self._file(text)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                fault = _fault(status, stat.S_ISREG)
                if fault:
                    _warn(f"the file {path} {fault}", "remove it")
                    return {}
                data = file.read()
        except OSError:  # there is none (yet, or any more), or it is a link: compile
            return {}
        functions = _unpack(data, text)
        if functions and status.st_mtime < time.time() - HOUR:
            with contextlib.suppress(OSError):
                os.utime(path)  # it is in use: removed last
        return functions

    def write(self, text: str, functions: Functions) -> None:
        """Keep compiled functions. What fails is reported by a warning; nothing is lost but time in a later process."""
        if not (self._writable and self._is_ours()):
            return
        data = _pack(text, functions)
        try:
            try:
                self._replace(self._file(text), data)
            except FileNotFoundError:  # someone has removed the folder
                self._readable = None
                if not self._is_ours():
                    return
                self._replace(self._file(text), data)
        except OSError as error:
            self._writable = False
            _warn(f"compiled code cannot be written to {self.root}: {error.strerror or error}", "")
        else:
            self._tidy()

    def _file(self, text: str) -> Path:
        return self.path / (digest(text) + SUFFIX)

    def _replace(self, path: Path, data: bytes) -> None:
        """Write a file as a whole or not at all, whatever other processes do meanwhile."""
        unfinished = path.with_suffix(f".{uuid.uuid4().hex[:16]}{UNFINISHED}")
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            # Windows does not replace a file that another process is reading, but then it has the same contents.
            with contextlib.suppress(*([PermissionError] if os.name == "nt" else [])):
                unfinished.replace(path)
                return
            unfinished.unlink()
        except OSError:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise

    # whose it is

    def _is_ours(self) -> bool:
        with self._lock:
            if self._readable is None:
                self._readable = self._prepare()
            return self._readable

    def _prepare(self) -> bool:
        """Make the folders if they are missing, and make sure that they are the user's alone."""
        for path in (self.root, self.path):
            try:
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
                status = path.lstat()
            except OSError as error:
                _warn(f"the folder {path} cannot be used: {error.strerror or error}", "")
                return False
            fault = _fault(status, stat.S_ISDIR)
            if fault:
                _warn(f"the folder {path} {fault}", f"make it yours alone (chmod go-w {path}), or remove it")
                return False
        if status.st_mtime < time.time() - DAY:
            with contextlib.suppress(OSError):
                os.utime(self.path)  # these versions are in use
        return True

    # what is removed

    def _tidy(self) -> None:
        """At the first write of a process, and now and then: remove what is too much or too old."""
        with self._lock:
            self._writes += 1
            if self._writes % WRITES_BETWEEN_CHECKS != 1:
                return
        # Other processes may remove the same files at the same time, or read them: on POSIX an open file stays readable,
        # and one that is gone is only compiled again.
        with contextlib.suppress(OSError):
            _shrink(self.path)
        with contextlib.suppress(OSError):
            for other in self.root.iterdir():
                if other.name.startswith(PREFIX) and other != self.path and not other.is_symlink():
                    _remove_if_unused(other)


def _pack(text: str, functions: Functions) -> bytes:
    body = pickle.dumps((text, dict(functions)), protocol=4)
    return MAGIC + hashlib.sha256(body).digest() + body


def _unpack(data: bytes, text: str) -> Functions:
    """The functions in a file, or none if it is damaged or was made from another text."""
    head = len(MAGIC) + hashlib.sha256().digest_size
    body = data[head:]
    if data[:head] != MAGIC + hashlib.sha256(body).digest():
        return {}
    made_from, functions = pickle.loads(body)  # noqa: S301 - a file of the user's own, see above
    return functions if made_from == text else {}


def _fault(status: os.stat_result, is_kind: Callable[[int], bool]) -> str:
    """Why a folder or file must not be used, or ""."""
    if not is_kind(status.st_mode):
        return "is a symbolic link" if stat.S_ISLNK(status.st_mode) else "is not what it should be"
    if os.name == "nt":
        return ""  # access is ruled by lists that its parent folder, the user's own, hands down
    if status.st_uid != os.geteuid():
        return "belongs to another user"
    return "can be written by other users" if status.st_mode & 0o022 else ""


def _files(path: Path) -> Iterator[tuple[float, int, Path]]:
    """Time of last use, size and path of all files of ours in a folder."""
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name.endswith((SUFFIX, UNFINISHED)):
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    yield status.st_mtime, status.st_size, Path(entry.path)


def _shrink(path: Path) -> None:
    """Remove what dead processes left, and the least recently used entries until a quarter of the room is free."""
    files = sorted(_files(path), reverse=True)
    too_many = len(files) > MOST_FILES or sum(size for _, size, _ in files) > MOST_BYTES
    count, total = 0, 0
    for used, size, file in files:
        count, total = count + 1, total + size
        excess = too_many and (count > 0.75 * MOST_FILES or total > 0.75 * MOST_BYTES)
        left_over = file.suffix == UNFINISHED and used < time.time() - LEFT_OVER
        if left_over or (excess and file.suffix == SUFFIX):
            with contextlib.suppress(OSError):
                file.unlink()


def _remove_if_unused(path: Path) -> None:
    """Remove the folder of versions that nobody has used for long. A process that comes back to it makes it again."""
    if path.stat().st_mtime > time.time() - UNUSED:
        return
    for _, _, file in _files(path):
        file.unlink(missing_ok=True)
    path.rmdir()


_warned = threading.Event()


def _warn(what: str, remedy: str) -> None:
    """Say once in a process that compiled code is not kept."""
    if _warned.is_set():
        return
    _warned.set()
    remedy = f"{remedy}, " if remedy else ""
    text = (
        f"symdiff keeps no compiled code: {what}. All works, but every process compiles anew; {remedy}name another folder in "
        "SYMDIFF_CACHE_DIR, or turn the cache off with SYMDIFF_CACHE=0"
    )
    warnings.warn(text, CacheWarning, stacklevel=2)
