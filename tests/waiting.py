"""Waiting with an end: a test that waits for ever says nothing about what it waited for."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")

POLL_S = 0.02


def wait_for(what: Callable[[], T], described: str, limit_s: float = 60.0) -> T:
    """Ask until the answer is true, and return it; fail the test after `limit_s`.

    Args:
        what: Asked again and again.
        described: What is waited for, for the failure's text.
        limit_s: Longest wait, in seconds.
    """
    until = time.monotonic() + limit_s
    while not (answer := what()):
        if time.monotonic() > until:
            pytest.fail(f"waited {limit_s:g} s in vain for {described}", pytrace=False)
        time.sleep(POLL_S)
    return answer
