"""A PACS that is asked in DICOM's own protocol: C-FIND, and C-GET over the same association."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from exchange.destinations.attempts import Away, attempted
from exchange.destinations.dimse import ANSWER_S, CONNECT_S
from exchange.errors import DestinationRefusedError, ExchangePackageError
from exchange.node.pull import Found
from exchange.pacs import DimsePacs
from pipeline.reading.dicom import PLUGINS

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association

FIND, GET = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.3"  # study root
IMAGES = (
    "1.2.840.10008.5.1.4.1.1.1",
    "1.2.840.10008.5.1.4.1.1.1.1",
    "1.2.840.10008.5.1.4.1.1.1.1.1",
    "1.2.840.10008.5.1.4.1.1.7",
)
PENDING = (0xFF00, 0xFF01)


class DimseArchive:
    """Asks over an association a question, so that a PACS that dies costs one of them."""

    def __init__(self, pacs: DimsePacs) -> None:
        """Choose whom to call."""
        self._pacs = pacs

    def series(self, first: date, last: date) -> Iterator[Found]:
        """The series of studies of these days.

        Raises:
            DestinationUnreachableError: The PACS does not answer.
            DestinationRefusedError: It refuses.
        """
        days = f"{first:%Y%m%d}-{last:%Y%m%d}"
        studies = self._found(QueryRetrieveLevel="STUDY", StudyDate=days, StudyInstanceUID="")
        for study in studies:
            asked = {"Modality": "", "BodyPartExamined": "", "SeriesInstanceUID": ""}
            uid = str(study.StudyInstanceUID)
            for one in self._found(QueryRetrieveLevel="SERIES", StudyInstanceUID=uid, **asked):
                yield Found(
                    study=uid,
                    series=str(one.get("SeriesInstanceUID", "")),
                    modality=str(one.get("Modality", "")),
                    body_part=str(one.get("BodyPartExamined", "") or ""),
                )

    def instances(self, found: Found) -> tuple[str, ...]:
        """The SOP Instance UIDs of a series; errors as of `series`."""
        listed = self._found(
            QueryRetrieveLevel="IMAGE",
            StudyInstanceUID=found.study,
            SeriesInstanceUID=found.series,
            SOPInstanceUID="",
        )
        return tuple(str(one.SOPInstanceUID) for one in listed)

    def fetch(self, found: Found, instance: str) -> bytes:
        """One file; errors as of `series`."""
        wanted = _identifier(
            QueryRetrieveLevel="IMAGE",
            StudyInstanceUID=found.study,
            SeriesInstanceUID=found.series,
            SOPInstanceUID=instance,
        )

        def get() -> bytes:
            received: list[bytes] = []
            with self._association(received) as association:
                for status, _ in association.send_c_get(wanted, GET):
                    self._check(status)
            if not received:
                raise DestinationRefusedError(address=self._pacs.address, status="no instance")
            return received[0]

        return attempted(get, self._pacs.address)

    def _found(self, **asked: str) -> "list[Dataset]":
        def find() -> "list[Dataset]":
            with self._association([]) as association:
                found = []
                for status, one in association.send_c_find(_identifier(**asked), FIND):
                    if self._check(status) and one is not None:
                        found.append(one)
                return found

        return attempted(find, self._pacs.address)

    def _check(self, status: Any) -> bool:
        """Whether an answer is one of several; raises if it is a failure or none."""
        code = status.get("Status")
        if code is None:
            raise Away
        if code not in (0, *PENDING):
            raise DestinationRefusedError(address=self._pacs.address, status=f"0x{code:04X}")
        return code in PENDING

    @contextmanager
    def _association(self, received: list[bytes]) -> "Iterator[Association]":
        try:
            from pynetdicom import AE, build_role, evt
        except ImportError as error:
            raise ExchangePackageError(package="pynetdicom") from error

        def stored(event: Any) -> int:
            received.append(event.encoded_dataset())
            return 0

        entity = AE(self._pacs.own_title)
        entity.connection_timeout = entity.acse_timeout = CONNECT_S
        entity.dimse_timeout = entity.network_timeout = ANSWER_S
        for name in (FIND, GET):
            entity.add_requested_context(name)
        for name in IMAGES:
            for syntax in PLUGINS:  # one context a syntax, so that nothing is converted on its way
                entity.add_requested_context(name, syntax)
        association = entity.associate(
            self._pacs.host,
            self._pacs.port,
            ae_title=self._pacs.title,
            ext_neg=[build_role(name, scp_role=True) for name in IMAGES],
            evt_handlers=[(evt.EVT_C_STORE, stored)],
        )
        if association.is_rejected:
            raise DestinationRefusedError(address=self._pacs.address, status="association rejected")
        if not association.is_established:
            raise Away
        try:
            yield association
        except RuntimeError as error:  # the association is gone
            raise Away from error
        except ValueError as error:  # no context for it was accepted
            raise DestinationRefusedError(
                address=self._pacs.address, status="question refused"
            ) from error
        finally:
            association.release()


def _identifier(**asked: str) -> "Dataset":
    from pydicom.dataset import Dataset

    made = Dataset()
    for name, value in asked.items():
        setattr(made, name, value)
    return made
