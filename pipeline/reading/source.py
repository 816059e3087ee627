"""A file that somebody named: read if it is one, and never more of it than may be read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from pipeline.errors import UnreadableFileError
from pipeline.reading.reader import check_size
from pipeline.settings import Settings

BYTES_PER_MB = 1_000_000


@contextmanager
def opened(file: Path) -> Iterator[BufferedReader]:
    """Open a regular file for reading.

    Nothing is waited for: a pipe that nobody writes to would hold the program for ever, and a
    device such as `/dev/zero` has no end.

    Raises:
        UnreadableFileError: It cannot be opened or read, or is no regular file.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableFileError
            yield stream
    except (OSError, ValueError) as error:  # ValueError: a name that holds a null byte
        raise UnreadableFileError from error


def read_source(file: Path, settings: Settings) -> bytes:
    """A file's bytes.

    Raises:
        UnreadableFileError: It cannot be read, or is no regular file.
        EmptyFileError: There are no bytes.
        FileTooLargeError: There are more than `settings.max_file_mb`, however many it announced.
    """
    with opened(file) as stream:
        check_size(os.fstat(stream.fileno()).st_size, settings)
        data = stream.read(settings.max_file_mb * BYTES_PER_MB + 1)
    check_size(len(data), settings)
    return data
