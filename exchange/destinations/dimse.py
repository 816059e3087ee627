"""A PACS by C-STORE."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exchange.destinations.attempts import Away, attempted
from exchange.errors import DestinationRefusedError, ExchangePackageError
from exchange.pacs import DimsePacs

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

CONNECT_S, ANSWER_S = 10.0, 30.0
DUPLICATE = 0x0111  # the instance is there already: what was asked for is so
WARNINGS = range(0xB000, 0xC000)  # stored, with a remark


class DimseDestination:
    """Sends over one association, and again over another if it breaks off."""

    def __init__(self, pacs: DimsePacs) -> None:
        """Choose whom to call."""
        self._pacs = pacs

    def send(self, objects: "Sequence[Dataset]") -> None:
        """Store all objects; those that are stored already are not sent again.

        Raises:
            DestinationUnreachableError: The PACS does not answer, or dies each time.
            DestinationRefusedError: It refuses us or an object.
            ExchangePackageError: pynetdicom is not installed.
        """
        waiting = list(objects)
        attempted(lambda: self._store(waiting), self._pacs.address)

    def _store(self, waiting: "list[Dataset]") -> None:
        """Send what waits, and forget what was taken."""
        try:
            from pynetdicom import AE
        except ImportError as error:
            raise ExchangePackageError(package="pynetdicom") from error
        entity = AE(self._pacs.own_title)
        entity.connection_timeout = entity.acse_timeout = CONNECT_S
        entity.dimse_timeout = entity.network_timeout = ANSWER_S
        for made in waiting:
            entity.add_requested_context(made.SOPClassUID, made.file_meta.TransferSyntaxUID)
        association = entity.associate(self._pacs.host, self._pacs.port, ae_title=self._pacs.title)
        if association.is_rejected:
            raise DestinationRefusedError(address=self._pacs.address, status="association rejected")
        if not association.is_established:
            raise Away
        try:
            while waiting:
                self._store_one(association, waiting)
        finally:
            association.release()

    def _store_one(self, association: object, waiting: "list[Dataset]") -> None:
        made = waiting[0]
        try:
            status = association.send_c_store(made)  # type: ignore[attr-defined]
        except ValueError as error:  # no context for this class was accepted
            raise DestinationRefusedError(
                address=self._pacs.address, status="object class refused"
            ) from error
        except RuntimeError as error:  # the association is gone
            raise Away from error
        code = status.get("Status")
        if code is None:
            raise Away
        if code not in (0, DUPLICATE) and code not in WARNINGS:
            raise DestinationRefusedError(address=self._pacs.address, status=f"0x{code:04X}")
        waiting.pop(0)
