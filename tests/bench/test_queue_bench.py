"""The queue's bench: its ratios by hand, and a run with fakes in place of the models."""

import json

import pytest

from bench.speed import queue
from bench.speed.queue import QueueMetrics, measure_queue
from pipeline.settings import Settings
from pipeline.workers.workers import Workers
from tests.fakes import fake_build


def test_targets_are_said():
    metrics = QueueMetrics(
        source="phantoms",
        first_s=1.0,
        last_s=18.0,
        last_over_first=1.5,
        one_s=1.0,
        second_visit_s=2.0,
        second_over_one=2.0,
    )
    assert "last over 12 times the first: 1.50 (target 1.3: NO)" in metrics.table()
    assert "2.00 times as long (target 3: yes)" in metrics.table()
    assert json.loads(metrics.json_line())["last_s"] == 18.0


def test_every_radiograph_is_waited_for(monkeypatch):
    monkeypatch.setattr(queue, "Workers", lambda settings: Workers(settings, fake_build))
    found = measure_queue(Settings(threads=1), None)
    assert 0 < found.first_s <= found.last_s
    assert found.last_over_first == pytest.approx(found.last_s / (12 * found.first_s))
    assert found.second_over_one == pytest.approx(found.second_visit_s / found.one_s)
