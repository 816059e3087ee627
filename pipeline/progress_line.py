"""Progress from worker processes to the page's process, over a line that survives their death.

Each worker opens its own connection, so one that is killed in the middle of a word breaks nobody
else's; a queue shared by all would stay locked for ever.
"""

import contextlib
import threading
import uuid
from collections.abc import Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from multiprocessing.process import current_process

from pipeline.protocols import Progress
from pipeline.types import ProgressEvent


class ProgressLine:
    """The worker's end: events go out as they come."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def sender(self, listener: str) -> Progress:
        """A progress callable whose events reach that listener."""

        def send(event: ProgressEvent) -> None:
            # Without a page that listens there is nobody to miss it.
            with self._lock, contextlib.suppress(OSError, EOFError):
                if self._connection is None:
                    self._connection = Client(self._address, authkey=current_process().authkey)
                self._connection.send((listener, event))

        return send


class ProgressHub:
    """The page's end: hands each event to the one who listens for it."""

    def __init__(self) -> None:
        self._listeners: dict[str, Progress] = {}
        self._listener = Listener(family="AF_UNIX", authkey=current_process().authkey)
        self._closed = False
        threading.Thread(target=self._accept, name="progress", daemon=True).start()

    @property
    def address(self) -> str:
        """Where workers reach it."""
        return str(self._listener.address)

    @contextlib.contextmanager
    def listening(self, progress: Progress) -> Iterator[str]:
        """Listen for the length of a `with`; the name given is the call's `listener`."""
        name = uuid.uuid4().hex
        self._listeners[name] = progress
        try:
            yield name
        finally:
            del self._listeners[name]

    def close(self) -> None:
        """Stop listening; events still under way are dropped."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):  # wakes the accepting thread
            Client(self.address, authkey=current_process().authkey).close()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection = self._listener.accept()
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
                progress = self._listeners.get(name)
                if progress is not None:
                    progress(event)
