"""Who signed a conclusion, and when."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import ContractError

LONGEST_NAME = 64  # characters of a DICOM person name or long string


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signed conclusion's observer; without one every object says that it is unverified.

    Attributes:
        observer: The reader's name; `Family^Given` where the parts are known.
        organization: Where the reader works; may be empty.
        signed_at: When, with its time zone.
    """

    observer: str
    organization: str
    signed_at: datetime

    def __post_init__(self) -> None:
        if not self.observer.strip() or max(len(self.observer), len(self.organization)) > (
            LONGEST_NAME
        ):
            raise ContractError(field="Signature", problem="range")
        if self.signed_at.tzinfo is None:
            raise ContractError(field="Signature", problem="time_zone")
