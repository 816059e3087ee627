"""The bench of the identifiers: that it plants everywhere, sees what leaks, and finds nothing."""

import itertools
import json
import sqlite3

import pytest

from bench.promises import identifiers
from bench.promises.burned_in import can_be_read
from bench.promises.identifiers import IdentifierMetrics, measure_identifiers
from bench.promises.planted import named, planted_files
from bench.promises.search import contents_of, found_in, stored_contents
from bench.promises.ways import Way, by_command_line, by_page, identified
from pipeline.reading import FileReader
from pipeline.reading.adjust import adjusted
from pipeline.settings import Settings
from records import Arrival, CaseContent
from records.store import Store
from tests.records.cases import case_result, sqlite

MARK = {"ZQX0001": "somewhere"}


def test_identifiers_are_planted_by_the_hundred_and_none_comes_through_the_reader(tmp_path):
    files = planted_files()
    assert sum(len(file.identifiers) for file in files) >= 506
    assert len(set(itertools.chain(*(file.identifiers for file in files)))) >= 506
    reader = FileReader(Settings())
    for file in files:
        in_file = [one for one in file.identifiers if one.encode() in file.data]
        assert len(in_file) >= 0.7 * len(file.identifiers), file.name  # some are compressed
        radiograph = reader.read(file.data)
        (tmp_path / f"{file.name}.txt").write_text(repr(radiograph), "utf-8")
        assert found_in(contents_of(tmp_path), file.identifiers) == []
        (tmp_path / "leak").write_bytes(file.data)
        assert len(found_in(contents_of(tmp_path), file.identifiers)) >= len(in_file)
        (tmp_path / "leak").unlink()


def test_overlays_curves_preamble_private_elements_and_the_name_are_planted():
    file = named(planted_files()[0])
    places = set(file.identifiers.values())
    for part in ("preamble", "overlay 6000", "data of overlay 601e", "curve 5000", "private 0019"):
        assert part in places, part
    assert any(place.endswith("Sequence.PatientName") for place in places)
    (mark,) = file.in_name
    assert mark in file.name
    assert mark not in file.identifiers


def test_a_name_in_the_pixels_can_be_read_until_it_is_blanked():
    file = planted_files()[0]
    radiograph = FileReader(Settings()).read(file.data)
    assert can_be_read(radiograph, file.ink)
    assert not can_be_read(adjusted(radiograph, Settings()), file.ink)


def test_what_the_store_keeps_sealed_is_searched_all_the_same(tmp_path):
    with Store(sqlite(tmp_path)) as store:
        case = store.receive(Arrival(origin="test", data=b"ZQX0001"), actor="somebody")
        store.save(case, CaseContent(result=case_result()), finished=False, actor="ZQX0002")
        opened = list(stored_contents(store))
        (database,) = tmp_path.rglob("*.sqlite")
        with sqlite3.connect(database) as raw:
            assert b"ZQX0001" not in b"".join(
                bytes(content) for (content,) in raw.execute("SELECT content FROM uploads")
            )
    assert found_in(iter(opened), MARK) == ["somewhere in the stored file"]
    assert found_in(iter(opened), {"ZQX0002": "actor"}) == ["actor in the audit"]
    prompt = case_result().report.prompt
    assert ("the prompt", prompt.encode()) in opened


def test_a_file_s_name_may_stand_on_its_visitor_s_page_and_nowhere_else():
    file = named(planted_files()[1])
    (mark,), inside = file.in_name, next(iter(file.identifiers))
    kept = {"files": [file], "outside": (), "written": ()}
    seen = Way(**kept, contents=(), shown=[("tab", f"{mark} {inside}".encode())])
    assert identified(seen) == [f"{file.identifiers[inside]} in tab"]
    logged = Way(**kept, contents=[("log", mark.encode())], readable=["pixels"])
    assert identified(logged) == ["the file's name in log", "pixels"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_way_of_the_command_line_leaves_nothing_and_stays_in_its_folders():
    way = by_command_line(planted_files()[:1])
    assert list(way.outside) == []
    assert list(way.written) == []
    assert identified(way) == []
    names = [name for name, _ in way.contents]
    assert {"a/result.json", "a/report.pdf (as read)"} <= set(names)
    assert sum(name.endswith(".dcm (as read)") for name in names) >= 4
    assert any(name.endswith(".r5.json") for name in names)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_way_of_the_page_leaves_nothing_in_files_logs_store_and_prompt():
    way = by_page(named(planted_files()[0]))
    assert identified(way) == []
    names = [name for name, _ in way.contents]
    assert {"the prompt", "the stored case", "the audit", "the page's log"} <= set(names)


def test_what_is_found_is_counted_and_fails_the_bench(monkeypatch):
    leaking = Way(files=planted_files()[1:2], outside=(), written=(), contents=[("x", b"ZQP0001")])
    monkeypatch.setattr(identifiers, "by_command_line", lambda files: leaking)
    monkeypatch.setattr(identifiers, "by_page", lambda file: leaking)
    monkeypatch.setattr(identifiers, "burned_in_found", lambda settings: (72, []))
    found = measure_identifiers(Settings())
    assert found.failed
    assert found.found == 2
    assert found.planted == sum(len(file.identifiers) for file in planted_files()) + 74
    assert set(json.loads(found.json_line())) >= {"planted", "found"}
    assert not IdentifierMetrics(planted=506, found=0, searched=9).failed
