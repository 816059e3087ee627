"""What Prometheus sees: counts that follow what happened, and no identifier."""

import io
from pathlib import Path

import httpx2
import pydicom
from prometheus_client.parser import text_string_to_metric_families

from pipeline.settings import Settings
from service.keys import Keys, Scope, make_key
from tests.exchange.radiographs import radiograph as dicom_radiograph
from tests.service.served import Served, served
from tests.service.test_analyses import upload

Sample = tuple[str, frozenset[tuple[str, str]]]


def samples(text: str) -> dict[Sample, float]:
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def value(text: str, name: str, **labels: str) -> float:
    return samples(text)[f"explaincxr_{name}", frozenset(labels.items())]


def test_the_metrics_follow_what_happened(
    service: Served, http: httpx2.Client, radiograph: bytes
) -> None:
    upload(http, radiograph, wait=20)
    upload(http, b"no radiograph", wait=20)
    http.get("/nowhere")
    service.workers.go.clear()
    upload(http, radiograph)
    text = http.get("/metrics").text
    assert value(text, "analyses_total", state="done") == 1
    assert value(text, "analyses_total", state="failed") == 1
    assert value(text, "queue", state="waiting") == 1
    assert value(text, "queue", state="running") == 0
    assert value(text, "held") == 3
    for step in ("read", "segment", "lime", "write", "explain_text"):
        assert value(text, "step_seconds_count", step=step) == 1
    assert value(text, "refusals_total", code="format_unknown") == 1
    assert value(text, "refusals_total", code="address_unknown") == 1
    assert value(text, "labels_total", label="tuberculosis") == 1
    assert value(text, "worker_restarts_total", role="vision") == 2
    answered = {"method": "POST", "route": "/v1/analyses"}
    assert value(text, "request_seconds_count", status="200", **answered) == 2
    assert value(text, "request_seconds_count", status="202", **answered) == 1


def test_no_metric_names_anybody(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    key = make_key(file, "Dr.Byron", scopes=tuple(Scope))
    data = dicom_radiograph()
    patient = str(pydicom.dcmread(io.BytesIO(data)).PatientName)
    with served(Settings(), Keys(file)) as service:
        headers = {"authorization": f"Bearer {key}"}
        with httpx2.Client(base_url=service.address, headers=headers, timeout=30) as http:
            answer = upload(http, data, wait=20).json()
            http.get(f"/v1/analyses/{answer['id']}/files/report.pdf")
            text = http.get("/metrics").text
    sha256 = answer["result"]["image"]["sha256"]
    for name in (key, "Dr.Byron", patient, answer["id"], sha256, "127.0.0.1", "Ivanov"):
        assert name not in text
