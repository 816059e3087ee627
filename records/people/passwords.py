"""Passwords: hashed by Argon2id, one at a time.

Reference:
    RFC 9106 (Argon2), with the parameters of its second recommendation, argon2-cffi's default;
    NIST SP 800-63B (length over composition, no periodic change).
"""

import threading
from functools import cache
from typing import TYPE_CHECKING

from records.errors import LoginPackageMissingError, PasswordUnfitError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 1000
_one_at_a_time = threading.Lock()
"""A hash takes 64 MB and all processors for a moment: many at once would stop the page."""


def hashed(password: str) -> str:
    """A password as it is stored.

    Raises:
        PasswordUnfitError: It is too short or too long.
        LoginPackageMissingError: argon2-cffi is not installed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordUnfitError(shortest=SHORTEST, longest=LONGEST)
    with _one_at_a_time:
        return _hasher().hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one; it takes as long where there is none.

    Raises:
        LoginPackageMissingError: argon2-cffi is not installed.
    """
    hasher = _hasher()
    from argon2.exceptions import InvalidHashError, VerificationError

    with _one_at_a_time:
        try:
            return hasher.verify(stored or _nobodys(), password[:LONGEST]) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(stored)


@cache
def _hasher() -> "PasswordHasher":
    try:
        from argon2 import PasswordHasher
    except ImportError as error:
        raise LoginPackageMissingError(package="argon2-cffi") from error
    return PasswordHasher()


@cache
def _nobodys() -> str:
    """A hash to compare with where there is no user of that name."""
    return _hasher().hash("nobody")
