"""Values over a pipe, each array only once a call, whichever way it went first.

A radiograph that was sent need not come back with every case made from it: an array's memory is
sent as it is when it first crosses (pickle protocol 5, out of band), and by its number afterwards.
So are large bytes, such as a file, which a pickle would hold once more.
"""

import io
import pickle
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

LARGE = 1 << 16  # bytes


class Wire:
    """One end of a pipe between two processes that take turns; both count the arrays alike."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._arrays: list[memoryview] = []
        self._numbers: dict[tuple[int, int], int] = {}

    def forget(self) -> None:
        """Begin a new call: nothing has crossed yet, and nothing of the last one is kept."""
        self._arrays.clear()
        self._numbers.clear()

    def send(self, value: Any) -> None:
        """Send a value.

        Raises:
            OSError: The other end is gone.
            Exception: The value cannot be pickled; nothing was sent.
        """
        numbers: list[int] = []
        fresh: list[memoryview] = []

        def numbered(view: memoryview) -> int:
            number = self._number(view)
            if number is None:
                number = self._keep(view)
                fresh.append(view)
            return number

        content = io.BytesIO()
        _Pickler(content, numbered, lambda buffer: numbers.append(numbered(buffer.raw()))).dump(
            value
        )
        self._connection.send((numbers, len(fresh)))
        self._connection.send_bytes(content.getbuffer())
        for view in fresh:
            self._connection.send_bytes(view)

    def receive(self) -> Any:
        """Receive a value; its arrays are read-only.

        Raises:
            EOFError: The other end is gone.
            OSError: Likewise.
        """
        numbers, fresh = self._connection.recv()
        content = self._connection.recv_bytes()
        for _ in range(fresh):
            self._keep(memoryview(self._connection.recv_bytes()))
        return _Unpickler(content, self._arrays, numbers).load()

    def ready(self, timeout_s: float) -> bool:
        """Whether something comes in within a time."""
        return self._connection.poll(timeout_s)

    def close(self) -> None:
        """Close this end and forget what crossed."""
        self.forget()
        self._connection.close()

    def _number(self, view: memoryview) -> int | None:
        return self._numbers.get(_place(view)) if view.nbytes else None

    def _keep(self, view: memoryview) -> int:
        self._arrays.append(view)
        number = len(self._arrays) - 1
        if view.nbytes:
            self._numbers[_place(view)] = number
        return number


class _Pickler(pickle.Pickler):
    """Leaves large bytes out, by their number."""

    def __init__(
        self,
        content: io.BytesIO,
        numbered: Callable[[memoryview], int],
        on_buffer: Callable[[pickle.PickleBuffer], None],
    ) -> None:
        super().__init__(content, protocol=5, buffer_callback=on_buffer)
        self._numbered = numbered

    def persistent_id(self, value: Any) -> int | None:
        is_large = type(value) is bytes and len(value) >= LARGE
        return self._numbered(memoryview(value)) if is_large else None


class _Unpickler(pickle.Unpickler):
    """Puts them in again: the very bytes that were received."""

    def __init__(self, content: bytes, views: list[memoryview], numbers: list[int]) -> None:
        super().__init__(io.BytesIO(content), buffers=[views[number] for number in numbers])
        self._views = views

    def persistent_load(self, number: int) -> Any:
        return self._views[number].obj


def _place(view: memoryview) -> tuple[int, int]:
    """Address and size: as long as the view is kept, no other array has the same."""
    return np.frombuffer(view, np.uint8).ctypes.data, view.nbytes
