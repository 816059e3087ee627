"""The service from Python: answers as values, refusals as the errors of this project.

```python
from service.client import Client

with Client("http://127.0.0.1:8502") as client:
    analysis = client.analyse("chest.png", language="en")
    print(analysis.result.prediction.probabilities)
    report = client.file(analysis.id, "report.pdf")
    client.delete(analysis.id)
```
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from pydantic import ValidationError

import exchange.errors  # noqa: F401 - its errors may be answered
from pipeline.closing import Closing
from pipeline.errors import ExplainCxrError
from pipeline.reading import opened
from pipeline.types import Language
from service.analyses import State
from service.errors import ServiceAnswerError, ServiceUnreachableError
from service.web.answers import (
    AnalysesAnswer,
    AnalysisAnswer,
    AnalysisSummary,
    ProgressAnswer,
    StateAnswer,
)

LONGEST_WAIT_S = 30.0  # of one request; then it is asked again
KEEP_ALIVE_S = 3.0  # of a connection; a service that closed it meanwhile would lose a request
TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503
PATH = "/v1/analyses"
EVENTS: Mapping[str, type[StateAnswer | ProgressAnswer | AnalysisSummary]] = {
    "state": StateAnswer,
    "progress": ProgressAnswer,
    "ended": AnalysisSummary,
}

Event = StateAnswer | ProgressAnswer | AnalysisSummary
Readable = TypeVar("Readable", AnalysisAnswer, AnalysesAnswer)


class Client(Closing):
    """Asks one service; close it, or use it in a `with`."""

    def __init__(self, address: str, key: str | None = None, *, patience_s: float = 120.0) -> None:
        """Name the service; nothing is asked yet.

        Args:
            address: Such as `http://127.0.0.1:8502`.
            key: An API key, if the service asks for one.
            patience_s: How long an upload is offered again where the service has no room for it.
        """
        self._address, self._patience_s = address, patience_s
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        timeout = httpx2.Timeout(LONGEST_WAIT_S, read=2 * LONGEST_WAIT_S)
        limits = httpx2.Limits(keepalive_expiry=KEEP_ALIVE_S)
        self._http = httpx2.Client(
            base_url=address, headers=headers, timeout=timeout, limits=limits
        )

    def analyse(
        self,
        source: str | Path | bytes,
        *,
        language: Language | str | None = None,
        label: str | None = None,
    ) -> AnalysisAnswer:
        """Have a radiograph analysed and wait for it.

        Args:
            source: A PNG, JPEG, WEBP or DICOM file, or its bytes; its name is not sent.
            language: Of the report; the service's own if `None`.
            label: The label to explain; the predicted one if `None`.

        Raises:
            ExplainCxrError: As `pipeline.analyser.Analyser.analyse` raises it, or why the service
                did not take the radiograph.
        """
        return self.result(self.submit(source, language=language, label=label).id)

    def submit(
        self,
        source: str | Path | bytes,
        *,
        language: Language | str | None = None,
        label: str | None = None,
    ) -> AnalysisAnswer:
        """Have a radiograph analysed and wait no longer than until it is accepted.

        Arguments and errors as of `analyse`.
        """
        fields = {"language": language, "label": label}
        data = {name: str(value) for name, value in fields.items() if value is not None}
        until = time.monotonic() + self._patience_s
        while True:
            answer = self._posted(source, data)
            pause_s = _pause_s(answer)
            if pause_s is None or time.monotonic() + pause_s > until:
                return _read(answer, AnalysisAnswer)
            time.sleep(pause_s)

    def result(self, name: str) -> AnalysisAnswer:
        """Wait for an analysis's end.

        Raises:
            ExplainCxrError: Why it failed, or was not found.
        """
        while True:
            found = self.look_up(name, wait_s=LONGEST_WAIT_S)
            if found.error is not None:
                raise error_of(found.error.code, found.error.parameters)
            if found.state is State.DONE:
                return found

    def look_up(self, name: str, *, wait_s: float = 0.0) -> AnalysisAnswer:
        """Where an analysis stands, once it has ended or `wait_s` seconds have passed."""
        answer = self._asked("GET", f"{PATH}/{name}", params={"wait": wait_s})
        return _read(answer, AnalysisAnswer)

    def all(self) -> tuple[AnalysisSummary, ...]:
        """All analyses that are held for this key."""
        return _read(self._asked("GET", PATH), AnalysesAnswer).analyses

    def file(self, name: str, file: str) -> bytes:
        """A file of an analysis that is done, such as `report.pdf`; its `files` names them."""
        answer = self._asked("GET", f"{PATH}/{name}/files/{file}")
        _check(answer)
        return answer.content

    def events(self, name: str) -> Iterator[Event]:
        """News of an analysis as it comes, until it has ended."""
        try:
            with self._http.stream("GET", f"{PATH}/{name}/events") as answer:
                if answer.is_error:
                    answer.read()
                _check(answer)
                kind = ""
                for line in answer.iter_lines():
                    field, _, value = line.partition(": ")
                    if field == "event":
                        kind = value
                    elif field == "data" and kind in EVENTS:
                        yield EVENTS[kind].model_validate_json(value)
        except httpx2.TransportError as error:
            raise ServiceUnreachableError(address=self._address) from error

    def delete(self, name: str) -> None:
        """Stop an analysis, if it is under way, and have the service forget it."""
        _check(self._asked("DELETE", f"{PATH}/{name}"))

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _posted(self, source: str | Path | bytes, data: Mapping[str, str]) -> httpx2.Response:
        if isinstance(source, bytes):
            return self._asked("POST", PATH, files={"file": ("file", source)}, data=data)
        with opened(Path(source)) as stream:
            return self._asked("POST", PATH, files={"file": ("file", stream)}, data=data)

    def _asked(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            return self._http.request(method, path, **options)
        except httpx2.TransportError as error:
            raise ServiceUnreachableError(address=self._address) from error


def error_of(code: str, parameters: Mapping[str, Any]) -> ExplainCxrError:
    """The error that a code stands for, as it was raised where it happened."""
    return _kinds(ExplainCxrError).get(code, ExplainCxrError)(**parameters)


def _kinds(kind: type[ExplainCxrError]) -> dict[str, type[ExplainCxrError]]:
    found = {kind.code: kind}
    for below in kind.__subclasses__():
        found |= _kinds(below)
    return found


def _pause_s(answer: httpx2.Response) -> float | None:
    """After how many seconds to ask again; `None` if the answer is one."""
    if answer.status_code not in (TOO_MANY_REQUESTS, UNAVAILABLE):
        return None
    return float(answer.headers.get("retry-after", 1))


def _check(answer: httpx2.Response) -> None:
    if not answer.is_error:
        return
    try:
        problem = answer.json()
        raise error_of(problem["code"], problem["parameters"])
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceAnswerError(status=answer.status_code) from error


def _read(answer: httpx2.Response, kind: type[Readable]) -> Readable:
    _check(answer)
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        raise ServiceAnswerError(status=answer.status_code) from error
