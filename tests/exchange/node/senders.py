"""Those who send to us, for tests: a hospital's modality or PACS, by C-STORE."""

import io
import logging
from collections.abc import Sequence
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pynetdicom import AE

from tests.exchange.radiographs import radiograph

logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)


def dataset_of(number: int = 0, **changes: Any) -> Dataset:
    """A radiograph with its own instance UID for each number."""
    made = pydicom.dcmread(io.BytesIO(radiograph()))
    made.SOPInstanceUID = f"1.2.276.0.99.18.{number}"
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    for name, value in changes.items():
        setattr(made, name, value)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    return made


def send(
    port: int, made: Sequence[Dataset], *, title: str = "ORTHANC", called: str = "EXPLAINCXR"
) -> list[int | None]:
    """The answers to each; `None` where there was none, an empty list if we were not let in."""
    entity = AE(title)
    entity.connection_timeout = entity.acse_timeout = entity.dimse_timeout = 60
    for name in {one.SOPClassUID for one in made}:
        entity.add_requested_context(name)
    association = entity.associate("127.0.0.1", port, ae_title=called)
    if not association.is_established:
        return []
    answers: list[int | None] = []
    try:
        for one in made:
            answers.append(association.send_c_store(one).get("Status"))
            if answers[-1] is None:  # the association is gone
                break
    finally:
        association.release()
    return answers


def send_all(port: int, made: Sequence[Dataset], *, title: str = "ORTHANC") -> bool:
    """Send as a PACS does: what was not answered with success is sent again, a few times."""
    left = list(made)
    for _ in range(5):
        answers = send(port, left, title=title)
        stored = [one for one, answer in zip(left, answers, strict=False) if answer == 0]
        left = [one for one in left if all(one is not other for other in stored)]
        if not left:
            return True
    return False
