"""Who asks: by key where there are keys, or anybody on this computer; and how often."""

import threading

from pyrate_limiter import Duration, InMemoryBucket, Rate, RateItem

from service.errors import KeyMissingError, RateLimitedError, ScopeMissingError
from service.keys import ApiKey, Keys, Scope

ANYBODY = ""
"""The owner of all analyses where there are no keys."""
MS_PER_SECOND = 1000


class Access:
    """Lets requests in."""

    def __init__(self, keys: Keys | None) -> None:
        """Choose the keys; `None` lets anybody do anything."""
        self._keys = keys
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, int], InMemoryBucket] = {}

    @property
    def asks_for_keys(self) -> bool:
        """Whether nobody is let in without one."""
        return self._keys is not None

    def owner(self, key: str | None, scope: Scope) -> str:
        """Whose request it is.

        Raises:
            KeyMissingError: There is no key.
            KeyRefusedError: The key is none.
            ScopeMissingError: It does not allow that.
            RateLimitedError: It has asked too often.
        """
        if self._keys is None:
            return ANYBODY
        if key is None:
            raise KeyMissingError
        found = self._keys.find(key)
        self._count(found)
        if scope not in found.scopes:
            raise ScopeMissingError(scope=scope)
        return found.sha256

    def _count(self, key: ApiKey) -> None:
        limit = key.per_minute
        with self._lock:
            bucket = self._buckets.setdefault(
                (key.sha256, limit), InMemoryBucket([Rate(limit, Duration.MINUTE)])
            )
            now = int(bucket.now())  # type: ignore[no-untyped-call]
            bucket.leak(now)
            item = RateItem("request", now)
            if not bucket.put(item):
                wait_ms = int(bucket.waiting(item))  # type: ignore[arg-type]  # it is in memory
                raise RateLimitedError(limit=limit, seconds=max(1, -(-wait_ms // MS_PER_SECOND)))
