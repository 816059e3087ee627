"""A PACS that is asked by DICOMweb: QIDO-RS and WADO-RS."""

import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from exchange.destinations.attempts import Away, attempted
from exchange.destinations.dicomweb import AGAIN
from exchange.errors import DestinationRefusedError, ExchangePackageError
from exchange.node.pull import Found

if TYPE_CHECKING:
    from dicomweb_client.api import DICOMwebClient

Value = TypeVar("Value")

STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"
MODALITY, BODY_PART = "00080060", "00180015"


class DicomwebArchive:
    """Asks a DICOMweb service."""

    def __init__(self, url: str) -> None:
        """Choose the service.

        Args:
            url: Of the service, such as `https://pacs.example/dicom-web`.
        """
        self._url = url

    def series(self, first: date, last: date) -> Iterator[Found]:
        """The series of studies of these days.

        Raises:
            DestinationUnreachableError: The service does not answer.
            DestinationRefusedError: It refuses.
        """
        days = f"{first:%Y%m%d}-{last:%Y%m%d}"
        studies = self._asked(
            lambda client: client.search_for_studies(search_filters={"StudyDate": days})
        )
        for study in map(_value_of(STUDY), studies):
            listed = self._asked(
                lambda client, study=study: client.search_for_series(  # type: ignore[misc]
                    study, fields=["BodyPartExamined", "Modality"]
                )
            )
            for one in listed:
                yield Found(
                    study=study,
                    series=_value_of(SERIES)(one),
                    modality=_value_of(MODALITY)(one),
                    body_part=_value_of(BODY_PART)(one),
                )

    def instances(self, found: Found) -> tuple[str, ...]:
        """The SOP Instance UIDs of a series; errors as of `series`."""
        listed = self._asked(lambda client: client.search_for_instances(found.study, found.series))
        return tuple(map(_value_of(INSTANCE), listed))

    def fetch(self, found: Found, instance: str) -> bytes:
        """One file as the service has it; errors as of `series`."""
        made = self._asked(
            lambda client: client.retrieve_instance(
                found.study,
                found.series,
                instance,
                media_types=(("application/dicom", "*"),),
            )
        )
        stream = io.BytesIO()
        made.save_as(stream, enforce_file_format=True)
        return stream.getvalue()

    def _asked(self, question: "Callable[[DICOMwebClient], Any]") -> Any:
        try:
            from dicomweb_client.api import DICOMwebClient
            from requests import HTTPError, RequestException
        except ImportError as error:
            raise ExchangePackageError(package="dicomweb-client") from error
        host = urlsplit(self._url).hostname or ""

        def ask() -> Any:
            client = DICOMwebClient(self._url)
            client.set_http_retry_params(retry=False)
            try:
                return question(client)
            except HTTPError as error:
                status = 0 if error.response is None else error.response.status_code
                if status in AGAIN:
                    raise Away from error
                raise DestinationRefusedError(address=host, status=str(status)) from error
            except RequestException as error:
                raise Away from error

        return attempted(ask, host)


def _value_of(tag: str) -> Callable[[dict[str, Any]], str]:
    """The first value of an attribute in DICOM's JSON; empty if there is none."""
    return lambda one: str((one.get(tag, {}).get("Value") or [""])[0])
