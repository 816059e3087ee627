"""The one PACS that is configured: a title at a host and port, or a DICOMweb address."""

import re
from dataclasses import dataclass

from exchange.errors import DestinationMissingError
from pipeline.settings import Settings

TITLE_AT_HOST = re.compile(r"^(?P<title>.+)@(?P<host>[^@:/]+):(?P<port>[0-9]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class DimsePacs:
    """A PACS that is called in DICOM's own protocol.

    Attributes:
        title: Its application entity title.
        host: Its host.
        port: Its port.
        own_title: What we call ourselves.
    """

    title: str
    host: str
    port: int
    own_title: str

    @property
    def address(self) -> str:
        """How messages name it."""
        return f"{self.title}@{self.host}:{self.port}"


def configured_pacs(settings: Settings) -> DimsePacs | str:
    """The PACS of the settings; one of DICOMweb by its URL.

    Raises:
        DestinationMissingError: None is configured.
    """
    if settings.pacs is None:
        raise DestinationMissingError(setting="pacs")
    named = TITLE_AT_HOST.match(settings.pacs)
    if named is None:
        return settings.pacs
    return DimsePacs(
        title=named["title"],
        host=named["host"],
        port=int(named["port"]),
        own_title=settings.ae_title,
    )
