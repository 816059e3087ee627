"""Progress from worker processes to the page's process, over a line that survives their death.

Each worker opens its own connection, so one that is killed in the middle of a word breaks nobody
else's; a queue shared by all would stay locked for ever. A call's answer comes another way and may
overtake its last words, so the worker says when it has said all.
"""

import contextlib
import threading
import uuid
from collections.abc import Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from multiprocessing.connection import Listener as Socket
from multiprocessing.process import current_process

from pipeline.protocols import Progress
from pipeline.types import ProgressEvent

LAST_WORDS_S = 2.0  # a worker that cannot reach the page must not hold up its answer for longer


class ProgressLine:
    """The worker's end: events go out as they come."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def sender(self, listener: str) -> Progress:
        """A progress callable whose events reach that listener."""
        return lambda event: self._send(listener, event)

    def end(self, listener: str) -> None:
        """Say that no more events will follow for that listener."""
        self._send(listener, None)

    def _send(self, listener: str, event: ProgressEvent | None) -> None:
        # Without a page that listens there is nobody to miss it.
        with self._lock, contextlib.suppress(OSError, EOFError):
            if self._connection is None:
                self._connection = Client(self._address, authkey=current_process().authkey)
            self._connection.send((listener, event))


class Listener:
    """One who listens to one call.

    Attributes:
        name: The call's `listener`.
        progress: Where its events go.
    """

    def __init__(self, progress: Progress) -> None:
        self.name = uuid.uuid4().hex
        self.progress = progress
        self._ended = threading.Event()

    def hear(self, event: ProgressEvent | None) -> None:
        """Pass an event on; `None` is the end."""
        if event is None:
            self._ended.set()
        else:
            self.progress(event)

    def wait(self) -> None:
        """Wait until all was heard that a call said which has answered."""
        self._ended.wait(LAST_WORDS_S)


class ProgressHub:
    """The page's end: hands each event to the one who listens for it."""

    def __init__(self) -> None:
        self._listeners: dict[str, Listener] = {}
        self._socket = Socket(family="AF_UNIX", authkey=current_process().authkey)
        self._closed = False
        threading.Thread(target=self._accept, name="progress", daemon=True).start()

    @property
    def address(self) -> str:
        """Where workers reach it."""
        return str(self._socket.address)

    @contextlib.contextmanager
    def listening(self, progress: Progress) -> Iterator[Listener]:
        """Listen for the length of a `with`."""
        listener = Listener(progress)
        self._listeners[listener.name] = listener
        try:
            yield listener
        finally:
            del self._listeners[listener.name]

    def close(self) -> None:
        """Stop listening; events still under way are dropped."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):  # wakes the accepting thread
            Client(self.address, authkey=current_process().authkey).close()
        self._socket.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection = self._socket.accept()
            except (OSError, EOFError, AuthenticationError):  # a worker died while calling
                continue
            threading.Thread(
                target=self._receive, args=(connection,), name="progress", daemon=True
            ).start()

    def _receive(self, connection: Connection) -> None:
        with connection:
            while not self._closed:
                try:
                    name, event = connection.recv()
                except (OSError, EOFError):  # the worker has ended
                    return
                listener = self._listeners.get(name)
                if listener is not None:
                    listener.hear(event)
