"""Shared memory between the page's process and a worker, for a call's arrays and its answer's.

A pipe takes 64 KiB at a time and wakes the other end for each; a radiograph with its masks and maps
is a dozen megabytes. Only the arrays lie on the shelf, everything else goes through the pipe as
before.
"""

import pickle
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any, cast

import numpy as np

SMALLEST = 1 << 16  # bytes; what is smaller goes through the pipe
ANSWER_ROOM = 48 << 20  # bytes kept for the answer; what is not written to takes no memory
SHARED_FOLDER = Path("/dev/shm")  # where Linux keeps shared memory; absent elsewhere

Places = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A pickled value whose large arrays lie on a shelf.

    Attributes:
        content: The value without them.
        shelf: The shelf's name; empty if nothing lies there and there is no room for an answer.
        places: First and last byte of each array.
    """

    content: bytes
    shelf: str = ""
    places: Places = ()

    def opened(self) -> Any:
        """The value; its arrays are copies, read-only, and do not need the shelf any more."""
        return self.opened_from(_room(_attached(self.shelf)) if self.places else memoryview(b""))

    def opened_from(self, room: memoryview) -> Any:
        """The same from a shelf's bytes that are at hand."""
        arrays = [bytes(room[first:last]) for first, last in self.places]
        return pickle.loads(self.content, buffers=arrays)

    def answered(self, value: Any) -> "Parcel":
        """An answer to what was in this parcel, on the same shelf behind it if it fits."""
        if not self.shelf:
            return Parcel(content=pickle.dumps(value))
        content, arrays = _apart(value)
        room, first, needed = _room(_attached(self.shelf)), self.places[-1][1], _size(arrays)
        if first + needed > len(room) or not _free(needed):
            return Parcel(content=pickle.dumps(value))
        places = _laid_down(room, first, arrays)
        return Parcel(content=content, shelf=self.shelf, places=places)


class Shelf:
    """One worker's, as its owner has it; used again for every call, for fresh pages are slow.

    It is wiped after each call: a radiograph that is gone from the page lies nowhere else.
    """

    def __init__(self) -> None:
        self._memory: SharedMemory | None = None
        self._written = 0  # bytes, from the start
        self._in_use = threading.Lock()

    @contextmanager
    def parcelled(self, value: Any) -> Iterator[Parcel]:
        """Pack a value for the worker, whose answer is to be opened within the block.

        Where memory is short, and for a second call at the same time, all goes through the pipe.
        """
        content, arrays = _apart(value)
        size = _size(arrays)
        if not arrays or not _free(size) or not self._in_use.acquire(blocking=False):
            yield Parcel(content=pickle.dumps(value))
            return
        try:
            memory = self._with_room(size + ANSWER_ROOM)
            places = _laid_down(_room(memory), 0, arrays)
            self._written = size
            yield Parcel(content=content, shelf=memory.name, places=places)
        except BaseException:
            self._drop()  # a worker that is being killed may still write to it
            raise
        finally:
            self._wipe()
            self._in_use.release()

    def opened(self, answer: Parcel) -> Any:
        """The worker's answer."""
        memory = self._memory
        if memory is None or answer.shelf != memory.name:
            return answer.opened()
        self._written = max([self._written, *(last for _, last in answer.places)])
        return answer.opened_from(_room(memory))

    def _with_room(self, size: int) -> SharedMemory:
        if self._memory is None or self._memory.size < size:
            self._drop()
            self._memory = SharedMemory(create=True, size=size)
        return self._memory

    def close(self) -> None:
        """Give the memory back, once a call under way has ended."""
        with self._in_use:
            self._drop()

    def _wipe(self) -> None:
        if self._memory is not None:
            np.frombuffer(_room(self._memory), np.uint8, self._written)[:] = 0
        self._written = 0

    def _drop(self) -> None:
        self._wipe()
        memory, self._memory = self._memory, None
        if memory is not None:
            memory.close()
            memory.unlink()


_shelves: list[SharedMemory] = []  # in a worker, the one it is attached to


def _attached(name: str) -> SharedMemory:
    """A shelf by its name; the worker keeps it until it is handed another."""
    if not _shelves or _shelves[0].name != name:
        for old in _shelves:
            old.close()
        _shelves[:] = [SharedMemory(name)]
    return _shelves[0]


def _room(shelf: SharedMemory) -> memoryview:
    # The buffer is there until the shelf is closed, which its type does not know.
    return cast(memoryview, shelf.buf)


def _apart(value: Any) -> tuple[bytes, list[memoryview]]:
    """A value pickled without its large arrays, and these as bytes."""
    arrays: list[memoryview] = []

    def stays(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if len(raw) < SMALLEST:
            return True
        arrays.append(raw)
        return False

    return pickle.dumps(value, protocol=5, buffer_callback=stays), arrays


def _size(arrays: list[memoryview]) -> int:
    return sum(map(len, arrays))


def _laid_down(room: memoryview, first: int, arrays: list[memoryview]) -> Places:
    places = []
    for array in arrays:
        last = first + len(array)
        room[first:last] = array
        places.append((first, last))
        first = last
    return tuple(places)


def _free(size: int) -> bool:
    """Whether that many bytes can be written: a process that writes beyond the end is killed."""
    return not SHARED_FOLDER.is_dir() or shutil.disk_usage(SHARED_FOLDER).free > 2 * size
