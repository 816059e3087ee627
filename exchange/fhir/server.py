"""The one FHIR server that is configured: a Bundle is posted, and posted again while it is away."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from exchange.destinations.attempts import Away, attempted
from exchange.destinations.dicomweb import AGAIN
from exchange.errors import DestinationMissingError, DestinationRefusedError, ExchangePackageError
from pipeline.errors import UnreadableFileError
from pipeline.settings import Settings

CONNECT_S, ANSWER_S = 10.0, 60.0
JSON = "application/fhir+json"


def post_bundle(bundle: bytes, settings: Settings) -> int:
    """Post a transaction.

    Args:
        bundle: As `exchange.fhir.bundle_of` makes it.
        settings: Server and token.

    Returns:
        How many resources the server now has of it.

    Raises:
        DestinationMissingError: No server is configured.
        DestinationUnreachableError: It does not answer, however often it is asked.
        DestinationRefusedError: It refuses the Bundle or a part of it.
        ExchangePackageError: requests is not installed.
    """
    if settings.fhir_server is None:
        raise DestinationMissingError(setting="fhir_server")
    try:
        import requests  # noqa: F401
    except ImportError as error:
        raise ExchangePackageError(package="requests") from error
    headers = {"Content-Type": JSON, "Accept": JSON}
    if settings.fhir_token_file is not None:
        headers["Authorization"] = f"Bearer {_token(settings.fhir_token_file)}"
    url = settings.fhir_server
    return attempted(lambda: _posted(url, bundle, headers), urlsplit(url).hostname or "")


def _posted(url: str, bundle: bytes, headers: dict[str, str]) -> int:
    import requests

    host = urlsplit(url).hostname or ""
    try:
        answer = requests.post(
            url, bundle, headers=headers, timeout=(CONNECT_S, ANSWER_S), allow_redirects=False
        )
        status = answer.status_code
        if status in AGAIN:
            raise Away
        if status not in (200, 201):
            raise DestinationRefusedError(address=host, status=str(status))
        entries: list[Any] = answer.json().get("entry", [])
        statuses = [str(entry["response"]["status"]) for entry in entries]
    except requests.JSONDecodeError as error:
        raise DestinationRefusedError(address=host, status="no FHIR") from error
    except requests.RequestException as error:
        raise Away from error
    except (AttributeError, KeyError, TypeError) as error:
        raise DestinationRefusedError(address=host, status="no FHIR") from error
    for one in statuses:
        if not one.startswith("20"):
            raise DestinationRefusedError(address=host, status=one)
    return len(statuses)


def _token(file: Path) -> str:
    try:
        return file.expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError from error
