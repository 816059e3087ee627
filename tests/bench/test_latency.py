import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from bench.metrics import LatencyMetrics, StepTiming
from bench.speed import latency
from bench.speed.memory import descendants_rss_mb, rss_mb, stop_tree
from bench.speed.page import PageError, wait_until_served
from bench.speed.radiographs import phantoms
from pipeline.errors import ReportModelMissingError
from pipeline.local_executor import LocalExecutor
from pipeline.settings import Settings
from pipeline.types import Step
from tests.fakes import FakeWriter, fake_models

METRICS = LatencyMetrics(
    page_open_s=1.23456,
    page_seen_by="http",
    analysis_ms=4000.04,
    report_ms=8000.0,
    rss_mb=2500.0,
    steps={
        Step.CLASSIFY: StepTiming(ours_ms=10.0, stock_ms=125.0),
        Step.WRITE: StepTiming(ours_ms=8000.0),
    },
)
SERVER = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in ("/", "/_stcore/health") else 404)
        self.end_headers()
    def log_message(self, *args): pass
import time; time.sleep(float(sys.argv[2]))
http.server.HTTPServer(("localhost", int(sys.argv[1])), Page).serve_forever()
"""


def test_json_line_has_the_agreed_keys():
    line = METRICS.json_line()
    assert "\n" not in line
    assert json.loads(line) == {
        "page_open_s": 1.235,
        "analysis_ms": 4000.0,
        "report_ms": 8000.0,
        "rss_mb": 2500.0,
        "steps": {
            "classify": {"ours_ms": 10.0, "stock_ms": 125.0},
            "write": {"ours_ms": 8000.0, "stock_ms": None},
        },
    }


def test_table_says_how_many_times_faster():
    rows = {line.split()[0]: line.split() for line in METRICS.table().splitlines() if line}
    assert rows["classify"] == ["classify", "10.0", "125.0", "12.5", "-"]
    assert rows["write"] == ["write", "8000.0", "-", "-", "-"]


def test_table_holds_targets_beside_what_was_measured():
    steps = {
        Step.GRAD_CAM: StepTiming(ours_ms=25.0, stock_ms=500.0),
        Step.LIME: StepTiming(ours_ms=1000.0, stock_ms=12000.0),
    }
    table = replace(METRICS, steps=steps).table()
    rows = {line.split()[0]: line.split()[1:] for line in table.splitlines() if line}
    assert rows["grad_cam"] == ["25.0", "500.0", "20.0", "30", "ms"]
    assert rows["lime"] == ["1000.0", "12000.0", "12.0", "10", "times"]
    assert "1.23 s (target 2 s)" in table
    assert "4.00 s (target 4 s)" in table


def test_a_report_that_was_not_written_is_said():
    metrics = replace(METRICS, report_ms=None, problems=("write: weights_missing",))
    assert json.loads(metrics.json_line())["report_ms"] is None
    assert "report: not written" in metrics.table()
    assert "failed: write: weights_missing" in metrics.table()


def test_time_way_is_a_median_in_ms_and_warms_up_first(monkeypatch):
    calls = []
    clock = iter([0.0, 0.010, 1.0, 1.030, 2.0, 2.020])
    monkeypatch.setattr(latency.time, "perf_counter", lambda: next(clock))
    assert latency.time_way(lambda: calls.append(1), 3, warm=True) == pytest.approx(20)
    assert len(calls) == 4


def test_phantoms_differ():
    radiographs = phantoms(2)
    assert radiographs[0] != radiographs[1]
    assert all(radiograph.startswith(b"\x89PNG") for radiograph in radiographs)


def test_our_steps_are_all_timed():
    settings = Settings()
    ours = latency.time_ours(LocalExecutor(models=fake_models(settings)), settings, phantoms(2))
    assert set(ours.steps_ms) == set(Step) - {Step.FURTHER_MAPS}  # which is made on request
    assert all(milliseconds > 0 for milliseconds in ours.steps_ms.values())
    # The whole analysis holds its parts, and not the report's.
    images = set(ours.steps_ms) - {Step.WRITE, Step.EXPLAIN_TEXT}
    assert ours.analysis_ms > max(ours.steps_ms[step] for step in images)
    assert ours.problems == ()


def test_a_writer_that_fails_is_named():
    class NoModel(FakeWriter):
        def write(self, *args, **kwargs):
            raise ReportModelMissingError

    settings = Settings()
    models = replace(fake_models(settings), writer=NoModel())
    ours = latency.time_ours(LocalExecutor(models=models), settings, phantoms(1))
    assert Step.WRITE not in ours.steps_ms
    assert ours.problems == ("write: report_model_missing",)


def test_memory_of_what_a_process_started():
    code = "b = b'x' * 120_000_000; print(1, flush=True); import time; time.sleep(60)"
    before = descendants_rss_mb(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        child.stdout.readline()
        assert 120 < rss_mb(child.pid) < 250
        assert 120 < descendants_rss_mb(os.getpid()) - before < 250
    finally:
        stop_tree(child.pid)
        child.communicate()
    assert not psutil.pid_exists(child.pid)
    stop_tree(child.pid)  # what is gone already is no error


def test_waits_until_the_page_is_served():
    port = _free_port()
    program = subprocess.Popen([sys.executable, "-c", SERVER, str(port), "0.5"])
    started = time.perf_counter()
    try:
        wait_until_served(port, started + 20, lambda: program.poll() is not None)
        assert time.perf_counter() - started >= 0.5
    finally:
        stop_tree(program.pid)
        program.wait()


def test_a_program_that_ends_is_no_page():
    started = time.perf_counter()
    with pytest.raises(PageError):
        wait_until_served(_free_port(), started + 20, lambda: True)
    assert time.perf_counter() - started < 5


def test_stock_grad_cam_is_ours():
    import keras

    from bench.speed.stock import opened, stock_grad_cam
    from xai.image.grad_cam import grad_cam_map

    keras.utils.set_random_seed(1)
    grey = keras.Input((12, 12, 1))
    stage = keras.layers.Conv2D(5, 3, strides=2, activation="relu", name="stage")(grey)
    pooled = keras.layers.GlobalAveragePooling2D()(stage)
    model = keras.Model(grey, keras.layers.Dense(6, name="head")(pooled))
    image = np.random.default_rng(0).random((12, 12)).astype(np.float32)

    stock = [stock_grad_cam(opened(model, "stage"), image, index) for index in range(6)]
    activations = np.asarray(keras.Model(grey, stage)(image[None, ..., None], training=False)[0])
    head = model.get_layer("head").get_weights()[0]
    ours = [grad_cam_map(activations, head, index) for index in range(6)]

    assert max(found.max() for found in stock) > 0
    np.testing.assert_allclose(ours, stock, rtol=1e-4, atol=1e-7)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])
