"""Where received radiographs go: into the case store, before the sender gets its answer."""

import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from exchange.errors import NoRadiographError
from pipeline.errors import InputError
from pipeline.reading import check_size
from pipeline.settings import Settings
from records.store import Store
from records.values import Arrival

ORIGIN = "dicom"
MODALITIES = ("CR", "DX", "RG")
OURS = "ExplainCXR"  # the manufacturer of what we export, which a PACS may send on to us
IDENTITY = (
    "PatientID",
    "IssuerOfPatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "StudyDate",
    "AccessionNumber",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a file.

    Attributes:
        case: The case's id.
        is_new: Whether it was not here before.
    """

    case: str
    is_new: bool


class Inbox:
    """Takes DICOM files in, each once, however often it is sent."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Choose the store."""
        self._store, self._settings = store, settings
        self._turn = threading.Lock()  # or many senders at once would wait for the database

    def take(self, data: bytes, *, sender: str) -> Received:
        """Store a file; when this returns, it is on the disk.

        Args:
            data: The file.
            sender: Who sent it, for the audit.

        Raises:
            NoRadiographError: Its header says that it is none, or has no identifiers.
            InputError: It is empty or too large.
            StoreError: It cannot be stored now.
        """
        check_size(len(data), self._settings)
        header = _header(data)
        instance = header.get("SOPInstanceUID", "")
        if not instance or header["Modality"] not in MODALITIES or header["Manufacturer"] == OURS:
            raise NoRadiographError(modality=_term(header["Modality"]))
        number = header["PatientID"]
        arrival = Arrival(
            origin=ORIGIN,
            data=data,
            language=self._settings.language,
            patient=f"{header['IssuerOfPatientID']}|{number}" if number else None,
            source=instance,
            identity={name: header[name] for name in IDENTITY if header[name]},
        )
        with self._turn:
            before = self._store.known(instance)
            if before is not None:
                return Received(case=before, is_new=False)
            return Received(case=self._store.receive(arrival, actor=sender), is_new=True)


def _header(data: bytes) -> Mapping[str, str]:
    """What is needed of a header, as text; a value that is not there is empty."""
    from pydicom import config, dcmread

    config.settings.reading_validation_mode = config.IGNORE
    names = (*IDENTITY, "Modality", "Manufacturer")
    try:
        found = dcmread(io.BytesIO(data), stop_before_pixels=True, specific_tags=list(names))
        return {name: str(found.get(name) or "") for name in names}
    except InputError:
        raise
    except Exception as error:  # a header of untrusted bytes raises whatever it likes
        raise NoRadiographError(modality="") from error


def _term(modality: str) -> str:
    """A modality if it looks like one; never the file's own text, which may say anything."""
    return modality if len(modality) <= 4 and modality.isalpha() and modality.isupper() else "?"
