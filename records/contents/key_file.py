"""The store's key: read from its file, or made once in a file that only its user can read."""

import base64
import binascii
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from records.errors import StoreKeyInvalidError, StoreKeyMissingError

KEY_BYTES = 32
KEY_FILE = "store.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKey:
    """The key.

    Attributes:
        file: Where it lies.
        made: Whether it was made just now.
        value: 32 random bytes; in no `repr`.
    """

    file: Path
    made: bool
    value: bytes = field(repr=False)


def read_key(file: Path) -> StoreKey:
    """Read a key file: one line, 32 bytes in URL-safe base64.

    Raises:
        StoreKeyMissingError: There is no such file.
        StoreKeyInvalidError: It cannot be read, or holds something else.
    """
    try:
        content = file.read_bytes().strip()
    except FileNotFoundError as error:
        raise StoreKeyMissingError(file=file.name) from error
    except OSError as error:
        raise StoreKeyInvalidError(file=file.name) from error
    try:
        key = base64.b64decode(content, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise StoreKeyInvalidError(file=file.name) from error
    if len(key) != KEY_BYTES:
        raise StoreKeyInvalidError(file=file.name)
    return StoreKey(file=file, made=False, value=key)


def make_key(file: Path) -> StoreKey:
    """Make a key file of mode 0600; where another process was faster, read its key.

    Raises:
        StoreKeyInvalidError: It cannot be written.
    """
    key = secrets.token_bytes(KEY_BYTES)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # mode 0600
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(base64.urlsafe_b64encode(key) + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.link(name, file)  # whole or not at all, and never over another
        finally:
            Path(name).unlink(missing_ok=True)
    except FileExistsError:
        return read_key(file)
    except OSError as error:
        raise StoreKeyInvalidError(file=file.name) from error
    return StoreKey(file=file, made=True, value=key)
