"""What a download writes to: never more than was announced, and by one process at a time."""

import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import DownloadMismatchError, OutputError
from report.models.pins import Pin


class Bounded(io.BufferedWriter):
    """A file that is added to, and takes no more than was announced."""

    def __init__(self, file: Path, pin: Pin) -> None:
        super().__init__(io.FileIO(file, "ab"))
        self._file, self._pin = file, pin

    def write(self, data: Any) -> int:
        """Write, or refuse what goes beyond the pinned size and forget what came."""
        if self.tell() + len(data) > self._pin.size_bytes:
            self._file.unlink(missing_ok=True)
            raise DownloadMismatchError(file=self._pin.file)
        return super().write(data)


@contextmanager
def alone(name: str, models_folder: Path) -> Iterator[None]:
    """Wait until nobody else fetches the same model, and keep others waiting meanwhile."""
    place = models_folder / f".{name}.lock"
    with ExitStack() as stack:
        try:
            models_folder.mkdir(parents=True, exist_ok=True)
            while True:
                lock = stack.enter_context(place.open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
                if os.fstat(lock.fileno()).st_nlink:  # its last holder has not removed it
                    break
        except OSError as error:
            raise OutputError(file=place.name) from error
        stack.callback(place.unlink, missing_ok=True)
        yield
