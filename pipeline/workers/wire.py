"""Values over a pipe, each array only once a call, whichever way it went first.

A radiograph that was sent need not come back with every case made from it: an array's memory is
sent as it is when it first crosses (pickle protocol 5, out of band), and by its number afterwards.
"""

import pickle
from multiprocessing.connection import Connection
from typing import Any

import numpy as np


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
        buffers: list[pickle.PickleBuffer] = []
        content = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        numbers, fresh = [], []
        for view in (buffer.raw() for buffer in buffers):
            number = self._number(view)
            if number is None:
                number = self._keep(view)
                fresh.append(view)
            numbers.append(number)
        self._connection.send((numbers, len(fresh)))
        self._connection.send_bytes(content)
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
        return pickle.loads(content, buffers=[self._arrays[number] for number in numbers])

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


def _place(view: memoryview) -> tuple[int, int]:
    """Address and size: as long as the view is kept, no other array has the same."""
    return np.frombuffer(view, np.uint8).ctypes.data, view.nbytes
