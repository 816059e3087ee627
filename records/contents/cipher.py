"""Encryption at rest: AES-256-GCM, and the keyed hashes that stand for names.

From the one key of the store three are derived (HKDF-SHA256): for contents, for hashes of
identifiers, for the audit. What is sealed is bound to its place (table, case, part), so a row that
was exchanged for another cannot be opened.

Reference:
    NIST SP 800-38D (GCM; nonces of 96 random bits), RFC 5869 (HKDF), RFC 2104 (HMAC).
"""

import hashlib
import hmac
import os

from records.errors import StoreDamagedError

MARK = b"XR1"
NONCE_BYTES = 12


class Cipher:
    """Seals and opens contents with the store's key, and hashes identifiers."""

    def __init__(self, key: bytes) -> None:
        """Derive the keys.

        Args:
            key: The store's key, 32 random bytes.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._contents = AESGCM(_derived(key, b"contents"))
        self._identifiers = _derived(key, b"identifiers")
        self._audit = _derived(key, b"audit")
        self.key_id = hmac.new(_derived(key, b"name"), b"", hashlib.sha256).hexdigest()[:16]
        """Names the key without giving anything of it away."""

    def seal(self, content: bytes, *place: object) -> bytes:
        """Encrypt a content for its place."""
        nonce = os.urandom(NONCE_BYTES)
        return MARK + nonce + self._contents.encrypt(nonce, content, _bound(place))

    def open(self, sealed: bytes, *place: object) -> bytes:
        """Decrypt what was sealed for this place.

        Raises:
            StoreDamagedError: It was changed, or sealed for another place or by another key.
        """
        from cryptography.exceptions import InvalidTag

        start = len(MARK) + NONCE_BYTES
        if not sealed.startswith(MARK) or len(sealed) < start:
            raise StoreDamagedError
        try:
            return self._contents.decrypt(sealed[len(MARK) : start], sealed[start:], _bound(place))
        except InvalidTag as error:
            raise StoreDamagedError from error

    def identifier(self, kind: str, text: str) -> str:
        """What stands for an identifier in the store: an HMAC-SHA256 (hex), the same each time.

        Args:
            kind: What it identifies (`patient`, `source`), so that equal texts of two kinds differ.
            text: The identifier.
        """
        content = f"{kind}\0{text}".encode()
        return hmac.new(self._identifiers, content, hashlib.sha256).hexdigest()

    def chained(self, content: bytes) -> str:
        """An entry's hash in the audit: an HMAC-SHA256 (hex) that needs the key to be made."""
        return hmac.new(self._audit, content, hashlib.sha256).hexdigest()


def _bound(place: tuple[object, ...]) -> bytes:
    return "\0".join(str(part) for part in place).encode()


def _derived(key: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = b"explaincxr store " + purpose
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key)
