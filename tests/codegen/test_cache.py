"""The files of the cache: what is read, what is refused, what is removed. Processes are in test_processes.py."""

import os
import stat
import time
import warnings
from pathlib import Path

import pytest

from symdiff import CacheWarning
from symdiff.codegen import cache
from symdiff.codegen.cache import Store

FUNCTIONS = {"f": (("sin", "cos"), b"machine code")}
POSIX = pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")


@pytest.fixture(autouse=True)
def _first_warning():
    """Each test may see the one warning of a process."""
    cache._warned.clear()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "symdiff"


def refused(store, match):
    """The store reads and writes nothing, and one warning says why."""
    with pytest.warns(CacheWarning, match=match):
        assert store.read("text") == {}
    assert store.read("text") == {}
    store.write("text", FUNCTIONS)


def entries(store):
    return sorted(path.name for path in store.path.iterdir())


def test_what_is_written_is_read(root):
    Store(root, "1").write("text", FUNCTIONS)
    assert Store(root, "1").read("text") == FUNCTIONS
    assert Store(root, "1").read("another text") == {}
    assert Store(root, "2").read("text") == {}
    assert entries(Store(root, "1")) == [cache.digest("text") + cache.SUFFIX]


@POSIX
def test_only_the_user_has_access(root):
    store = Store(root, "1")
    store.write("text", FUNCTIONS)
    assert stat.S_IMODE(root.stat().st_mode) == stat.S_IMODE(store.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(store._file("text").stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"", lambda data: data + b"x", lambda data: data[:10]])
def test_damaged_entries_are_made_again(root, damage):
    store = Store(root, "1")
    store.write("text", FUNCTIONS)
    file = store._file("text")
    file.write_bytes(damage(file.read_bytes()))
    assert store.read("text") == {}
    store.write("text", FUNCTIONS)
    assert store.read("text") == FUNCTIONS


def test_every_byte_is_checked(root):
    store = Store(root, "1")
    store.write("text", FUNCTIONS)
    file = store._file("text")
    whole = file.read_bytes()
    for position in range(len(whole)):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert store.read("text") == {}, position


def test_an_entry_of_another_text_is_not_used(root):
    store = Store(root, "1")
    store.write("text", FUNCTIONS)
    store._file("text").rename(store._file("another text"))
    assert store.read("another text") == {}


@POSIX
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
@pytest.mark.parametrize("which", ["root", "path"])
def test_a_folder_that_others_can_write_to(root, mode, which):
    Store(root, "1").write("text", FUNCTIONS)
    getattr(Store(root, "1"), which).chmod(mode)
    refused(Store(root, "1"), "can be written by other users")


@POSIX
def test_a_folder_of_another_user(root, monkeypatch):
    Store(root, "1").write("text", FUNCTIONS)
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    refused(Store(root, "1"), "belongs to another user")


@POSIX
def test_a_file_that_others_can_write_to(root):
    store = Store(root, "1")
    store.write("text", FUNCTIONS)
    store._file("text").chmod(0o666)
    with pytest.warns(CacheWarning, match="can be written by other users"):
        assert store.read("text") == {}
    store.write("text", FUNCTIONS)  # a new file of the user's own takes its place
    assert store.read("text") == FUNCTIONS


@POSIX
@pytest.mark.parametrize("which", ["root", "path"])
def test_a_folder_that_is_a_link(root, which, tmp_path):
    Store(root, "1").write("text", FUNCTIONS)
    folder = getattr(Store(root, "1"), which)
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    refused(Store(root, "1"), "is a symbolic link")


@POSIX
def test_a_file_that_is_a_link(root, tmp_path):
    store = Store(root, "1")
    store.write("text", FUNCTIONS)
    store._file("text").rename(tmp_path / "elsewhere")
    store._file("text").symlink_to(tmp_path / "elsewhere")
    assert store.read("text") == {}
    store.write("text", FUNCTIONS)
    assert not store._file("text").is_symlink()


def test_no_folder_can_be_made(root):
    root.write_text("a file")
    refused(Store(root, "1"), "cannot be used: File exists")


@pytest.mark.parametrize("text", ["No space left on device", "Read-only file system"])
def test_nothing_can_be_written(root, monkeypatch, text):
    Store(root, "1").write("text", FUNCTIONS)

    def fail(*_args):
        raise OSError(28, text)

    store = Store(root, "1")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.warns(CacheWarning, match=text):
            store.write("another text", FUNCTIONS)
        store.write("a third text", FUNCTIONS)
    assert store.read("text") == FUNCTIONS
    assert entries(store) == [cache.digest("text") + cache.SUFFIX]


def test_a_folder_that_is_removed_meanwhile(root):
    store = Store(root, "1")
    store.write("text", FUNCTIONS)
    store._file("text").unlink()
    store.path.rmdir()
    assert store.read("text") == {}
    store.write("text", FUNCTIONS)
    assert store.read("text") == FUNCTIONS


def test_the_least_recently_used_are_removed(root, monkeypatch):
    monkeypatch.setattr(cache, "MOST_FILES", 8)
    now = time.time()
    writer = Store(root, "1")
    for number in range(12):
        writer.write(str(number), FUNCTIONS)
        os.utime(writer._file(str(number)), (now - 7200 - number, now - 7200 - number))
    assert Store(root, "1").read("11") == FUNCTIONS  # it is the oldest, but now it is in use
    Store(root, "1").write("new", FUNCTIONS)
    left = {text for text in [*map(str, range(12)), "new"] if Store(root, "1").read(text)}
    assert left == {"new", "11", "0", "1", "2", "3"}


def test_large_entries_are_bounded_by_their_size(root, monkeypatch):
    monkeypatch.setattr(cache, "MOST_BYTES", 10_000)
    for number in range(5):
        Store(root, "1").write(str(number), {"f": ((), bytes(3000))})
    assert sum(path.stat().st_size for path in Store(root, "1").path.iterdir()) <= 10_000
    assert Store(root, "1").read("4")


def test_what_dead_processes_left_is_removed(root):
    store = Store(root, "1")
    store.write("text", FUNCTIONS)
    old, new, other = (store.path / name for name in ("a.1.part", "a.2.part", "user.txt"))
    for path in (old, new, other):
        path.write_text("")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    Store(root, "1").write("text", FUNCTIONS)
    assert (old.exists(), new.exists(), other.exists()) == (False, True, True)


def test_folders_of_other_versions_are_removed_when_they_are_not_used(root):
    past, recent = Store(root, "past"), Store(root, "recent")
    for store in (past, recent):
        store.write("text", FUNCTIONS)
    (root / "mine").mkdir()
    for path in (past.path, root / "mine"):
        os.utime(path, (0, 0))
    Store(root, "1").write("text", FUNCTIONS)
    assert (past.path.exists(), recent.path.exists(), (root / "mine").exists()) == (False, True, True)
    assert past.read("text") == {}
    past.write("text", FUNCTIONS)
    assert past.read("text") == FUNCTIONS


@pytest.mark.parametrize("value", ["0", "off", "No", " false "])
def test_the_cache_can_be_turned_off(value, monkeypatch):
    monkeypatch.setenv("SYMDIFF_CACHE", value)
    assert cache.folder() is None


def test_where_the_folder_is(monkeypatch, tmp_path):
    for name in ("SYMDIFF_CACHE", "SYMDIFF_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert cache.folder() == tmp_path / ".cache" / "symdiff"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.folder() == tmp_path / "xdg" / "symdiff"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache.folder() == tmp_path / ".cache" / "symdiff"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache.folder() == tmp_path / "Library" / "Caches" / "symdiff"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert cache.folder() == tmp_path / "Local" / "symdiff"
    monkeypatch.setenv("SYMDIFF_CACHE_DIR", str(tmp_path / "own"))
    assert cache.folder() == tmp_path / "own"


def test_one_warning_in_a_process(root):
    root.write_text("a file")
    with pytest.warns(CacheWarning):
        Store(root, "1").read("text")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Store(root, "2").read("text")
