"""The bench of the promises: that it sees what it is to see, and what the command line does."""

import itertools
import subprocess
import sys

import pytest

from bench.promises import promises
from bench.promises.burned_in import burned_in_found, burned_in_texts
from bench.promises.good_files import good_files
from bench.promises.mutants import measure_mutants, mutants
from bench.promises.watched import Watch, is_local
from pipeline.reading import FileReader
from pipeline.settings import ROOT, Settings

FEW = 15


def watched(tmp_path, code):
    watch = Watch(folder=tmp_path)
    subprocess.run(
        [sys.executable, "-c", code], env=watch.environment(), cwd=ROOT, check=True, timeout=60
    )
    return watch


def test_the_watch_sees_connections_and_lookups_beyond_this_computer(tmp_path):
    code = (
        "import socket\n"
        "def ask(host):\n"
        "    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:\n"
        "        try: one.connect((host, 9))\n"
        "        except OSError: pass\n"
        "ask('127.0.0.1'); ask('192.0.2.1')\n"
        "try: socket.getaddrinfo('nowhere.invalid', 80)\n"
        "except OSError: pass\n"
    )
    seen = watched(tmp_path, code).outside_connections()
    assert seen == ["connect 192.0.2.1", "look_up nowhere.invalid"]


def test_the_watch_sees_files_outside_and_those_that_are_gone_again(tmp_path):
    code = (
        "import os, pathlib, tempfile\n"
        "pathlib.Path.home().joinpath('left').write_text('x')\n"
        "tempfile.TemporaryFile().close()\n"
        f"pathlib.Path({str(tmp_path / 'out' / 'result')!r}).write_text('x')\n"
    )
    outside = watched(tmp_path, code).files_outside()
    assert str(tmp_path / "home" / "left") in outside
    assert any(path.startswith(str(tmp_path / "tmp")) for path in outside)
    assert not any("result" in path for path in outside)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.7", True),
        ("::1", True),
        (None, True),
        ("8.8.8.8", False),
        ("localhost.evil.example", False),
    ],
)
def test_this_computer_is_not_taken_for_another(host, local):
    assert is_local(host) is local


def test_writing_that_is_not_blanked_is_counted(monkeypatch):
    some = list(itertools.islice(burned_in_texts(), 2))
    monkeypatch.setattr("bench.promises.burned_in.burned_in_texts", lambda: iter(some))
    assert burned_in_found(Settings()) == (2, [])
    count, left = burned_in_found(Settings(blank_text=False))
    assert (count, len(left)) == (2, 2)


def test_good_files_are_read_and_mutants_are_the_same_every_time():
    files = good_files()
    reader = FileReader(Settings())
    assert len(files) >= 7
    for kind, whole in files.items():
        assert reader.read(whole[0]).pixels.size > 0, kind
    made = [list(mutants(files["png"], 40, seed=3)) for _ in range(2)]
    assert made[0] == made[1]
    assert len(set(made[0]) - set(files["png"])) >= 38


def test_mutants_are_counted_by_what_became_of_them():
    found = measure_mutants(Settings(), FEW)
    assert set(found) == set(good_files())
    for kind, counts in found.items():
        assert counts.mutants == FEW, kind
        assert sum(counts.codes.values()) + counts.crashed == FEW
        assert (counts.crashed, counts.untyped, counts.slow) == (0, 0, 0), (kind, counts)
        assert 20 < counts.peak_mb < 3000


def test_a_promise_that_is_not_kept_fails_the_bench():
    kept = {
        "outside_connections": 0,
        "files_outside": 0,
        "live_cases_after_close": 0,
        "identifiers_planted": 500,
        "identifiers_found": 0,
        "mutants": 2000,
        "crashed": 0,
        "untyped": 0,
        "slow": 0,
    }
    make = promises.PromisesMetrics
    assert not make(**kept, peak_mb=100.0, formats={}).failed
    for name in set(kept) - {"identifiers_planted", "mutants"}:
        assert make(**{**kept, name: 1}, peak_mb=100.0, formats={}).failed, name
