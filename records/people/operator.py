"""Who works on the command line."""

import getpass


def operator() -> str:
    """Who is at the computer, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "command line"
