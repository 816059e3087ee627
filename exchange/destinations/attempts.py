"""Asking again: a destination that is away for a moment has lost nothing."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from exchange.errors import DestinationUnreachableError

log = logging.getLogger(__name__)

Value = TypeVar("Value")

ATTEMPTS = 4
FIRST_WAIT_S = 0.5  # doubled after each attempt


class Away(Exception):
    """One attempt got no answer; for `attempted` alone."""


def attempted(
    action: Callable[[], Value],
    address: str,
    attempts: int = ATTEMPTS,
    wait: Callable[[float], None] = time.sleep,
) -> Value:
    """Do something until it is answered.

    Args:
        action: What to do; raises `Away` where there was no answer.
        address: Of whom, for the error.
        attempts: How often at the most.
        wait: Waits that many seconds.

    Raises:
        DestinationUnreachableError: No attempt was answered.
    """
    for number in range(attempts):
        try:
            return action()
        except Away:
            log.warning("attempt %d of %d got no answer", number + 1, attempts)
            if number + 1 < attempts:
                wait(FIRST_WAIT_S * 2**number)
    raise DestinationUnreachableError(address=address, attempts=attempts)
