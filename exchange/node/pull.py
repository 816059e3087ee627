"""`python -m exchange pull`: asks the configured PACS for radiographs of some days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from exchange.errors import NoRadiographError
from exchange.node.inbox import MODALITIES, Inbox, Received
from exchange.pacs import configured_pacs
from pipeline.errors import InputError
from pipeline.settings import Settings
from records.store import Store

BODY_PARTS = ("", "CHEST", "THORAX", "LUNG")  # of a series; most name none, or the chest


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A series that a PACS has."""

    study: str
    series: str
    modality: str
    body_part: str

    @property
    def is_wanted(self) -> bool:
        """Whether it may hold radiographs of a chest."""
        return self.modality in MODALITIES and self.body_part.upper() in BODY_PARTS


class Archive(Protocol):
    """A PACS that is asked.

    Contract: what `fetch` yields is a whole DICOM file; `instances` asks for identifiers alone.
    Both raise an `ExchangeError` if the PACS does not answer or refuses.
    """

    def series(self, first: date, last: date) -> Iterator[Found]:
        """The series of studies of these days."""
        ...

    def instances(self, found: Found) -> tuple[str, ...]:
        """The SOP Instance UIDs of a series."""
        ...

    def fetch(self, found: Found, instance: str) -> bytes:
        """One file."""
        ...


def archive_of(settings: Settings) -> Archive:
    """The PACS that is configured.

    Raises:
        DestinationMissingError: None is.
    """
    pacs = configured_pacs(settings)
    if isinstance(pacs, str):
        from exchange.node.dicomweb_archive import DicomwebArchive

        return DicomwebArchive(pacs)
    from exchange.node.dimse_archive import DimseArchive

    return DimseArchive(pacs)


def pull(
    archive: Archive, inbox: Inbox, store: Store, first: date, last: date
) -> Iterator[Received]:
    """Fetch what is not here yet.

    Args:
        archive: Who has it.
        inbox: Where it goes.
        store: Knows what is here.
        first: The first day of studies, by the PACS's own dates.
        last: The last day.

    Yields:
        Each file that came in; what is here already is not fetched again.

    Raises:
        ExchangeError: The PACS does not answer or refuses; what came before stays.
        StoreError: A file cannot be stored.
    """
    for found in archive.series(first, last):
        if not found.is_wanted:
            continue
        for instance in archive.instances(found):
            known = store.known(instance)
            if known is not None:
                yield Received(case=known, is_new=False)
                continue
            try:
                yield inbox.take(archive.fetch(found, instance), sender="pull")
            except (NoRadiographError, InputError):  # its header says otherwise than its series
                continue
