"""API keys: who may ask for what, and how often; their hashes lie in a file.

A key is 32 random bytes, so a plain SHA-256 of it cannot be guessed from.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipeline.errors import SettingRefusedError
from pipeline.result_folder import write_private
from pipeline.validation import CheckedModel, Flaw, checked, read_checked
from service.errors import (
    KeyNameTakenError,
    KeyNameUnknownError,
    KeyRefusedError,
    KeysInvalidError,
)

PREFIX = "ecxr_"
KEY_BYTES = 32


class Scope(StrEnum):
    """What a key allows."""

    ANALYSE = "analyse"
    READ = "read"
    DELETE = "delete"
    METRICS = "metrics"


OF_A_CLIENT = (Scope.ANALYSE, Scope.READ, Scope.DELETE)


class ApiKey(CheckedModel):
    """A key without the key itself.

    Attributes:
        name: What it is called, for whoever made it; it is never logged.
        sha256: Of the key, hex.
        scopes: What it allows.
        per_minute: Most requests a minute.
        expires: When it ends to be one; never if `None`.
    """

    name: Annotated[str, Field(pattern=r"^[\w.@-]{1,64}$")]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    scopes: tuple[Scope, ...] = OF_A_CLIENT
    per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 600
    expires: datetime | None = None


class _KeyFile(CheckedModel):
    keys: tuple[ApiKey, ...] = ()


def digest(key: str) -> str:
    """SHA-256 (hex) of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_keys(file: Path) -> tuple[ApiKey, ...]:
    """The keys of a file.

    Raises:
        KeysInvalidError: It cannot be read or does not fit.
    """

    def refused(flaw: Flaw) -> KeysInvalidError:
        return KeysInvalidError(file=file.name, **flaw.parameters)

    return read_checked(file, _KeyFile, refused).keys


def make_key(
    file: Path,
    name: str,
    *,
    scopes: tuple[Scope, ...] = OF_A_CLIENT,
    per_minute: int = 600,
    expires: datetime | None = None,
) -> str:
    """Add a key to a file, which is made if it is not there, and return it, this once.

    Raises:
        KeyNameTakenError: There is a key of that name.
        KeysInvalidError: The file does not fit.
        OutputError: The file cannot be written.
        SettingRefusedError: The name or what it is to allow does not fit.
    """
    keys = read_keys(file) if file.exists() else ()
    if any(key.name == name for key in keys):
        raise KeyNameTakenError(name=name)
    made = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    content = {
        "name": name,
        "sha256": digest(made),
        "scopes": scopes,
        "per_minute": per_minute,
        "expires": expires,
    }
    added = checked(
        content, ApiKey, lambda flaw: SettingRefusedError(source=name, **flaw.parameters)
    )
    _write(file, (*keys, added))
    return made


def revoke_key(file: Path, name: str) -> None:
    """Remove a key from a file; a running service follows with the next request.

    Raises:
        KeyNameUnknownError: There is no key of that name.
        KeysInvalidError: The file does not fit.
        OutputError: The file cannot be written.
    """
    keys = read_keys(file)
    if not any(key.name == name for key in keys):
        raise KeyNameUnknownError(name=name)
    _write(file, tuple(key for key in keys if key.name != name))


def _write(file: Path, keys: tuple[ApiKey, ...]) -> None:
    content = _KeyFile(keys=keys).model_dump_json(indent=2, exclude_none=True) + "\n"
    write_private(file, content.encode())


class Keys:
    """The keys of a file, read again whenever it changes."""

    def __init__(self, file: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Read the file.

        Args:
            file: The file.
            now: What time it is.

        Raises:
            KeysInvalidError: It cannot be read or does not fit.
        """
        self._file, self._now = file, now
        self._lock = threading.Lock()
        self._state: tuple[int, int, int] | None = None
        self._keys: dict[str, ApiKey] = {}
        self._follow()

    def find(self, key: str) -> ApiKey:
        """What a key allows.

        Raises:
            KeyRefusedError: It is unknown, revoked or expired.
            KeysInvalidError: The file no longer fits; nobody is let in then.
        """
        with self._lock:
            self._follow()
            found = self._keys.get(digest(key))
        if found is None or (found.expires is not None and found.expires <= self._now()):
            raise KeyRefusedError
        return found

    def _follow(self) -> None:
        try:
            status = self._file.stat()
        except OSError as error:
            raise KeysInvalidError(
                file=self._file.name, **Flaw(problem="unreadable").parameters
            ) from error
        state = status.st_mtime_ns, status.st_size, status.st_ino
        if state != self._state:
            self._keys = {key.sha256: key for key in read_keys(self._file)}
            self._state = state
