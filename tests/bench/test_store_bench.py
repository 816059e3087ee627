"""The store's bench: twenty kills of which nothing may be lost, and a run with a made case."""

import json
import shutil
from pathlib import Path

import pytest

from bench.store import kills, store
from bench.store.kills import measure_kills
from bench.store.made_case import made_case
from bench.store.store import measure_store
from pipeline.settings import Settings


def test_nothing_is_lost_when_writers_are_killed(tmp_path: Path) -> None:
    found = measure_kills(tmp_path, 20, seed=1)
    assert found.kills == 20
    assert found.lost == 0
    assert found.cases > 20
    assert found.signatures > 5


def test_what_is_missing_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bench itself: somebody throws the store away between the kill and the look."""
    looked = kills._lost

    def looked_too_late(settings: Settings, deeds: kills.Deeds) -> int:
        shutil.rmtree(settings.store_folder)
        return looked(settings, deeds)

    monkeypatch.setattr(kills, "_lost", looked_too_late)
    monkeypatch.setattr(kills.random.Random, "uniform", lambda *_: 6.0)
    found = measure_kills(tmp_path, 1)
    assert found.lost >= found.cases > 0


def test_a_run_gives_every_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "WHOLE_CASES", 3)
    found = measure_store(
        Settings(),
        cases=700,
        kills=1,
        data=b"a file",
        source="made",
        analyse=lambda data, settings: made_case(0),
    )
    figures = json.loads(found.json_line())
    assert (figures["worklist_cases"], figures["kills"], figures["lost"]) == (700, 1, 0)
    assert not found.failed
    for name in ("cases_per_s", "case_mb", "save_ms", "load_ms", "worklist_open_s"):
        assert figures[name] > 0
    assert figures["worklist_page_ms"] < figures["worklist_open_s"] * 1000
    assert "worklist of 700 cases: opened in" in found.table()
