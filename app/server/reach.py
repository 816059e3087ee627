"""Whom the server reaches: this computer alone, or others, and then only with a login."""

import ipaddress
from collections.abc import Iterable

from pipeline.errors import LoginNeededError


def is_this_computer(host: str) -> bool:
    """Whether a name or an address, with a port or without, is this computer's own."""
    name = host.strip().lower().rstrip(".")
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


EVERYWHERE = ("0.0.0.0", "::")  # said by who serves, not chosen here


def check_reach(address: str, names: Iterable[str], *, login: bool) -> None:
    """Refuse to serve others while everybody may see everything.

    Args:
        address: Where the server listens.
        names: The names that it answers to: one that is not this computer's own means that
            others reach it, through a proxy, say.
        login: Whether a login is on.

    Raises:
        LoginNeededError: Others would be served without one.
    """
    others = [place for place in (address, *names) if not is_this_computer(place)]
    if others and not login:
        raise LoginNeededError(address=others[0])
