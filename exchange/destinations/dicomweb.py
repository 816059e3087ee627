"""A PACS by DICOMweb (STOW-RS)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from exchange.destinations.attempts import Away, attempted
from exchange.errors import DestinationRefusedError, ExchangePackageError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

AGAIN = (408, 425, 429, 500, 502, 503, 504)  # answers that may be others in a moment


class DicomwebDestination:
    """Sends all objects of a case in one request each, so that none is half there."""

    def __init__(self, url: str) -> None:
        """Choose the service.

        Args:
            url: Of the service, such as `https://pacs.example/dicom-web`.
        """
        self._url = url

    def send(self, objects: "Sequence[Dataset]") -> None:
        """Store all objects.

        Raises:
            DestinationUnreachableError: The service does not answer.
            DestinationRefusedError: It refuses an object.
            ExchangePackageError: dicomweb-client is not installed.
        """
        for made in objects:
            attempted(lambda made=made: self._store(made), self._address)  # type: ignore[misc]

    @property
    def _address(self) -> str:
        return urlsplit(self._url).hostname or ""

    def _store(self, made: "Dataset") -> None:
        try:
            from dicomweb_client.api import DICOMwebClient
            from requests import HTTPError, RequestException
        except ImportError as error:
            raise ExchangePackageError(package="dicomweb-client") from error
        client = DICOMwebClient(self._url)
        client.set_http_retry_params(retry=False)
        try:
            answer = client.store_instances([made])
        except HTTPError as error:
            status = 0 if error.response is None else error.response.status_code
            if status in AGAIN:
                raise Away from error
            raise DestinationRefusedError(address=self._address, status=str(status)) from error
        except RequestException as error:
            raise Away from error
        failed = answer.get("FailedSOPSequence")
        if failed:
            reason = int(failed[0].get("FailureReason", 0))
            raise DestinationRefusedError(address=self._address, status=f"0x{reason:04X}")
