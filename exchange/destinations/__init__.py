"""Where objects go: a folder, or the one PACS that is configured. Nothing else is ever sent to."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from exchange.errors import DestinationMissingError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PACS = "PACS"
DIMSE_ADDRESS = re.compile(r"^(?P<title>.+)@(?P<host>[^@:/]+):(?P<port>[0-9]+)$")


class Destination(Protocol):
    """Takes objects.

    Contract: when `send` returns, every object is there; if it raises an `ExchangeError`, sending
    all of them again is harmless.
    """

    def send(self, objects: "Sequence[Dataset]") -> None:
        """Hand over all objects."""
        ...


def destination(named: str, settings: Settings) -> Destination:
    """The destination that a user names.

    Args:
        named: `PACS` for the configured one, else a folder.
        settings: What is configured.

    Raises:
        DestinationMissingError: No PACS is configured.
    """
    if named != PACS:
        from exchange.destinations.folder import FolderDestination

        return FolderDestination(Path(named))
    if settings.pacs is None:
        raise DestinationMissingError(setting="pacs")
    address = DIMSE_ADDRESS.match(settings.pacs)
    if address is None:
        from exchange.destinations.dicomweb import DicomwebDestination

        return DicomwebDestination(settings.pacs)
    from exchange.destinations.dimse import DimseDestination

    return DimseDestination(
        title=address["title"],
        host=address["host"],
        port=int(address["port"]),
        own_title=settings.ae_title,
    )


__all__ = ["PACS", "Destination", "destination"]
