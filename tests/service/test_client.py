"""The client: values and errors as in this process, and README's own lines."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pipeline.errors import FileTooLargeError, QueueFullError, UnknownFormatError
from service import client as client_module
from service.analyses import State
from service.client import Client, error_of
from service.errors import (
    AnalysisMissingError,
    RequestError,
    ServiceAnswerError,
    ServiceUnreachableError,
)
from service.web.answers import AnalysisSummary, ProgressAnswer, StateAnswer
from tests.service.served import Served

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


@pytest.fixture
def client(service: Served) -> Iterator[Client]:
    with Client(service.address, patience_s=0) as made:
        yield made


def test_an_analysis_is_a_value(client: Client, radiograph: bytes, tmp_path: Path) -> None:
    file = tmp_path / "chest.png"
    file.write_bytes(radiograph)
    analysis = client.analyse(file, language="uk", label="covid19")
    assert analysis.state is State.DONE
    assert analysis.result.report.language == "uk"
    assert analysis.result.prediction.label == "tuberculosis"
    assert client.file(analysis.id, "report.pdf").startswith(b"%PDF")
    assert [one.id for one in client.all()] == [analysis.id]
    client.delete(analysis.id)
    with pytest.raises(AnalysisMissingError):
        client.look_up(analysis.id)


def test_news_are_values_and_end(service: Served, client: Client, radiograph: bytes) -> None:
    service.workers.go.clear()
    news = client.events(client.submit(radiograph).id)
    first = next(news)
    assert first == StateAnswer(state=State.WAITING, place=1)
    service.workers.go.set()
    *others, last = news
    assert any(isinstance(one, ProgressAnswer) and one.step == "lime" for one in others)
    assert isinstance(last, AnalysisSummary)
    assert last.state is State.DONE


def test_a_refusal_is_the_error_that_it_is_here(client: Client) -> None:
    with pytest.raises(UnknownFormatError):
        client.analyse(b"no radiograph")
    with pytest.raises(FileTooLargeError) as refused:
        client.analyse(bytes(5_000_000))
    assert refused.value.parameters == {"limit_mb": 1}
    with pytest.raises(RequestError):
        client.submit(b"x", language="tlh")
    with pytest.raises(AnalysisMissingError):
        list(client.events("0" * 32))


def test_every_code_is_found_again() -> None:
    found = error_of("analysis_file_missing", {"file": "x"})
    assert (type(found).__name__, found.parameters) == ("AnalysisFileMissingError", {"file": "x"})
    assert type(error_of("destination_missing", {"setting": "pacs"})).__name__ == (
        "DestinationMissingError"
    )
    assert error_of("from a later version", {}).code == "internal"


def test_a_full_queue_is_waited_for(
    service: Served, radiograph: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        service.workers.error = None

    monkeypatch.setattr(client_module.time, "sleep", pause)
    service.workers.error = QueueFullError(limit=64)
    with Client(service.address, patience_s=60) as patient:
        assert patient.submit(radiograph).place == 1
    assert pauses == [5.0]
    service.workers.error = QueueFullError(limit=64)
    with Client(service.address, patience_s=1) as hasty, pytest.raises(QueueFullError):
        hasty.submit(radiograph)


def test_who_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with Client("http://127.0.0.1:9") as nobody, pytest.raises(ServiceUnreachableError):
        nobody.all()
    other = httpx2.MockTransport(lambda _: httpx2.Response(502, text="<html>"))
    with Client("http://proxy.example") as stranger:
        stranger._http = httpx2.Client(base_url="http://proxy.example", transport=other)
        with pytest.raises(ServiceAnswerError):
            stranger.all()


def test_the_lines_in_the_readme_run(
    service: Served,
    radiograph: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (lines,) = [
        one for one in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "Client" in one
    ]
    assert "http://127.0.0.1:8502" in lines
    (tmp_path / "chest.png").write_bytes(radiograph)
    monkeypatch.chdir(tmp_path)
    exec(lines.replace("http://127.0.0.1:8502", service.address), {})
    assert "tuberculosis" in capsys.readouterr().out
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert service.analyses.count == 0
