"""Fetches one model of the catalogue from the model hub: whole and as pinned, or not at all.

The library's own `hf_hub_download` begins anew after a process has ended; its `http_get`, used
here, goes on from a file of ours.
"""

import errno
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pipeline.errors import (
    DiskFullError,
    DownloadBrokenError,
    DownloadMismatchError,
    ExplainCxrError,
    HubFileMissingError,
    HubGatedError,
    HubUnreachableError,
    OutputError,
)
from pipeline.manifest import file_sha256
from pipeline.validation import checked
from report.models.catalogue import CatalogueModel
from report.models.download_files import Bounded, alone
from report.models.pins import Pin, read_pin, write_pin

GB = 10**9
FetchProgress = Callable[[int, int], None]
"""Receives the bytes that are here and the bytes of the whole file; once both are equal, that the
download is over and its SHA-256 is computed."""
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hubs:
    """Where models are fetched from.

    Attributes:
        endpoint: The hub asked first, a URL; huggingface_hub's own if `None`.
        mirrors: Those asked in turn if it cannot be reached or breaks off.
        token: The user's access token, shown to `endpoint` alone; `None` for none.
    """

    endpoint: str | None = None
    mirrors: tuple[str, ...] = ()
    token: str | None = None

    def asked(self) -> tuple[str, ...]:
        """Every hub's URL in the order in which they are asked."""
        from huggingface_hub import constants

        return (self.endpoint or constants.ENDPOINT, *self.mirrors)


def fetch(
    model: CatalogueModel,
    models_folder: Path,
    *,
    hubs: Hubs | None = None,
    progress: FetchProgress = lambda here, whole: None,
) -> Path:
    """Fetch a model, or go on where that was interrupted.

    Args:
        model: Which one. What its entry leaves open is pinned in the folder's lock file.
        models_folder: Where models lie; a file that is there and as pinned is left alone.
        hubs: Where from; huggingface_hub's own if `None`.
        progress: Receives how far it is.

    Returns:
        The file, whose size and SHA-256 are the pinned ones. Of several fetches of one model at
        once, one brings it and the others wait.

    Raises:
        HubUnreachableError: No hub could be reached.
        HubGatedError: The hub wants the user's consent and token.
        HubFileMissingError: The hub has no such file.
        DiskFullError: There is too little space.
        DownloadBrokenError: The connection was lost; what has come is kept.
        DownloadMismatchError: The file is not the pinned one; it was deleted.
        CatalogueError: The lock file is malformed.
        OutputError: The folder cannot be written to.
    """
    with alone(model.name, models_folder):
        return _fetched(model, models_folder, hubs or Hubs(), progress)


def _fetched(
    model: CatalogueModel, models_folder: Path, hubs: Hubs, progress: FetchProgress
) -> Path:
    """The model, which nobody else fetches meanwhile; arguments and errors as of `fetch`."""
    target = model.path(models_folder)
    pin = read_pin(model, models_folder)
    if pin is not None and _is_there(target, pin):
        return target
    _quieten()
    broken: DownloadBrokenError | None = None
    for place, endpoint in enumerate(hubs.asked()):
        source = _Source(model=model, endpoint=endpoint, token=hubs.token if place == 0 else None)
        try:
            pin = source.pin(pin)
            write_pin(model.name, pin, models_folder)
            if not _is_there(target, pin):
                source.download(pin, target, progress)
        except HubUnreachableError:
            continue
        except DownloadBrokenError as error:
            broken = error
            continue
        return target
    raise broken or HubUnreachableError(hub=", ".join(map(_host, hubs.asked())))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One model at one hub."""

    model: CatalogueModel
    endpoint: str
    token: str | None

    def pin(self, known: Pin | None) -> Pin:
        """Ask what the hub has, which must be what is known already."""
        from huggingface_hub import get_hf_file_metadata

        wanted = known.revision if known else self.model.revision or "main"
        unreachable = HubUnreachableError(hub=_host(self.endpoint))
        with self._hub_errors(wanted, unreachable):
            found = get_hf_file_metadata(
                self._url(wanted), token=self.token or False, endpoint=self.endpoint
            )
        answer = {
            "repo": self.model.repo,
            "file": self.model.file,
            "revision": found.commit_hash,
            "sha256": found.etag,
            "size_bytes": found.size,
        }
        # what does not fit is no hub's answer, such as the log-in page of a public network
        pin = checked(answer, Pin, lambda flaw: unreachable)
        if known not in (None, pin) or not pin.fits(self.model):
            raise DownloadMismatchError(file=self.model.file)
        return pin

    def download(self, pin: Pin, target: Path, progress: FetchProgress) -> None:
        """Bring the file, on from what is there of it, and put it in place once it is proven."""
        from huggingface_hub.file_download import http_get

        partial = target.with_name(f"{target.name}.{pin.sha256[:12]}.partial")
        headers = {"Accept-Encoding": "identity"}  # a compressed answer cannot be gone on with
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        with self._hub_errors(pin.revision, DownloadBrokenError(file=pin.file)):
            target.parent.mkdir(parents=True, exist_ok=True)
            here = partial.stat().st_size if partial.is_file() else 0
            if here > pin.size_bytes:
                partial.unlink()
                here = 0
            _check_space(target.parent, pin.size_bytes - here)
            with Bounded(partial, pin) as stream:
                http_get(
                    self._url(pin.revision),
                    stream,
                    resume_size=here,
                    headers=headers,
                    expected_size=pin.size_bytes,
                    tqdm_class=_counter(progress),
                )
            progress(pin.size_bytes, pin.size_bytes)
            if not _is_there(partial, pin):
                partial.unlink()
                raise DownloadMismatchError(file=pin.file)
            partial.replace(target)

    def _url(self, revision: str) -> str:
        from huggingface_hub import hf_hub_url

        return hf_hub_url(
            self.model.repo, self.model.file, revision=revision, endpoint=self.endpoint
        )

    @contextmanager
    def _hub_errors(self, revision: str, lost: ExplainCxrError) -> Iterator[None]:
        """Turn the library's errors into ours; `lost` is raised where the connection failed."""
        import httpx2
        from huggingface_hub import errors

        model = self.model
        missing = HubFileMissingError(repo=model.repo, file=model.file, revision=revision)
        try:
            yield
        except errors.GatedRepoError as error:
            raise HubGatedError(repo=model.repo) from error
        except (errors.RepositoryNotFoundError, errors.DisabledRepoError) as error:
            raise missing from error
        except errors.HfHubHTTPError as error:
            status = error.response.status_code
            if status in (401, 403):
                raise HubGatedError(repo=model.repo) from error
            raise (missing if status == 404 else lost) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, errors.OfflineModeIsEnabled) as error:
            raise lost from error
        except OSError as error:
            if error.errno is None:  # fewer bytes came than were announced
                raise lost from error
            if error.errno in _NO_SPACE:
                raise _disk_full(model.size_gb * GB, 0) from error
            raise OutputError(file=model.file) from error


def _is_there(target: Path, pin: Pin) -> bool:
    return (
        target.is_file()
        and target.stat().st_size == pin.size_bytes
        and file_sha256(target) == pin.sha256
    )


def _check_space(folder: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise _disk_full(needed_bytes, free)


def _disk_full(needed_bytes: float, free_bytes: float) -> DiskFullError:
    return DiskFullError(needed_gb=needed_bytes / GB, free_gb=free_bytes / GB)


def _host(endpoint: str) -> str:
    return urlsplit(endpoint).netloc.rpartition("@")[2] or endpoint


def _quieten() -> None:
    """Keep the library from sending the hub anything of this computer and from printing retries."""
    from huggingface_hub import constants
    from huggingface_hub.utils.logging import set_verbosity

    # The variable HF_HUB_DISABLE_TELEMETRY is read only once, when the library is first imported.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    set_verbosity(logging.ERROR)


def _counter(progress: FetchProgress) -> type[Any]:
    """What `http_get` takes for a progress bar, reporting to a callback."""

    class Counter:
        def __init__(self, *, total: int, initial: int, **_: object) -> None:
            self._here, self._whole = initial, total

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return

        def update(self, count: int) -> None:
            self._here += count
            progress(self._here, self._whole)

    return Counter
