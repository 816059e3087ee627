"""Where objects go: a folder, or the one PACS that is configured. Nothing else is ever sent to."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from exchange.pacs import configured_pacs
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PACS = "PACS"


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
    pacs = configured_pacs(settings)
    if isinstance(pacs, str):
        from exchange.destinations.dicomweb import DicomwebDestination

        return DicomwebDestination(pacs)
    from exchange.destinations.dimse import DimseDestination

    return DimseDestination(pacs)


__all__ = ["PACS", "Destination", "destination"]
