"""Fetching a model, against a hub on this computer."""

import errno
import hashlib
import json
import random
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import (
    CatalogueError,
    DiskFullError,
    DownloadBrokenError,
    DownloadMismatchError,
    HubFileMissingError,
    HubGatedError,
    HubUnreachableError,
    OutputError,
)
from report.command_line import main
from report.models.catalogue import CatalogueModel, load_catalogue
from report.models.fetch import Hubs, fetch
from report.models.pins import LOCK_FILE, Pin, read_pin, write_pin
from tests.report.models.hub_stub import HubStub, serving

ROOT = Path(__file__).resolve().parents[3]
CHUNK = 10_000
SIZE = 100_000
OLD, NEW = "a" * 40, "b" * 40
CONTENT = random.Random(0).randbytes(SIZE)
OTHER = random.Random(1).randbytes(SIZE)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
MODEL = CatalogueModel(
    name="tiny",
    repo="someone/Tiny-GGUF",
    file="tiny.Q4_K_M.gguf",
    size_gb=0.1,
    memory_gb=0.2,
    licence="MIT",
    languages=("en",),
    reasoning=False,
    note="",
)

FETCH = """
import sys
from pathlib import Path
from report.models.fetch import Hubs, fetch
from tests.report.models.test_fetch import MODEL
fetch(MODEL, Path(sys.argv[2]), hubs=Hubs(endpoint=sys.argv[1]))
"""


@pytest.fixture
def hub():
    with serving(HubStub(repo=MODEL.repo, file=MODEL.file, commits={OLD: CONTENT})) as found:
        yield found


@pytest.fixture(autouse=True)
def small_and_quick(monkeypatch):
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", CHUNK)
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)


@pytest.fixture(scope="module")
def nobody():
    """A URL at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_two_fetches_at_once_bring_one_whole_file(hub, tmp_path):
    hub.pause_s = 0.02
    with ThreadPoolExecutor(4) as several:
        files = list(several.map(lambda _: bring(hub, tmp_path), range(4)))
    assert {file.read_bytes() == CONTENT for file in files} == {True}
    assert len(hub.asked("storage", "GET")) == 1
    assert partials(tmp_path) == []


def test_two_processes_take_turns(hub, tmp_path):
    hub.pause_s = 0.3
    command = [sys.executable, "-c", FETCH, hub.url, str(tmp_path)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [one.wait(60) for one in running] == [0, 0]
    assert MODEL.path(tmp_path).read_bytes() == CONTENT
    assert len(hub.asked("storage", "GET")) == 1


def test_a_hub_that_sends_more_than_it_announced_is_stopped(hub, tmp_path):
    hub.surplus = 50 * CHUNK
    with pytest.raises(DownloadMismatchError):
        bring(hub, tmp_path)
    assert partials(tmp_path) == []
    assert not MODEL.path(tmp_path).exists()


def test_two_models_fetched_at_once_keep_both_pins(tmp_path):
    names = [f"model-{number}" for number in range(16)]
    pin = Pin(repo=MODEL.repo, file=MODEL.file, revision=OLD, sha256=DIGEST, size_bytes=SIZE)
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda name: write_pin(name, pin, tmp_path), names))
    assert set(json.loads((tmp_path / LOCK_FILE).read_text("utf-8"))) == set(names)


def partials(folder):
    return list(folder.rglob("*.partial"))


def bring(hub, folder, model=MODEL, **options):
    return fetch(model, folder, hubs=Hubs(endpoint=hub.url), **options)


def test_a_model_arrives_whole_and_is_pinned(hub, tmp_path):
    heard = []
    file = bring(hub, tmp_path, progress=lambda *told: heard.append(told))
    assert file == tmp_path / "tiny" / MODEL.file
    assert file.read_bytes() == CONTENT
    assert not partials(tmp_path)
    pin = read_pin(MODEL, tmp_path)
    assert (pin.revision, pin.sha256, pin.size_bytes) == (OLD, DIGEST, SIZE)
    assert heard == [(CHUNK * n, SIZE) for n in range(1, 11)] + [(SIZE, SIZE)]


def test_what_is_there_and_whole_is_not_asked_for_again(hub, nobody, tmp_path):
    bring(hub, tmp_path)
    fetch(MODEL, tmp_path, hubs=Hubs(endpoint=nobody))
    (tmp_path / LOCK_FILE).unlink()
    bring(hub, tmp_path)
    assert len(hub.asked("storage", "GET")) == 1


def test_a_file_that_was_changed_here_is_fetched_anew(hub, tmp_path):
    file = bring(hub, tmp_path)
    file.write_bytes(OTHER)
    bring(hub, tmp_path)
    assert file.read_bytes() == CONTENT


def test_a_cut_connection_is_taken_up_where_it_broke(hub, tmp_path):
    hub.cut_after, hub.cuts = 5 * CHUNK + 1, 1
    heard = []
    bring(hub, tmp_path, progress=lambda here, whole: heard.append(here))
    first, second = hub.asked("storage", "GET")
    assert (first.range, second.range) == (None, f"bytes={5 * CHUNK}-")
    assert heard == sorted(heard)


def test_a_download_that_broke_off_goes_on_in_the_next_run(hub, tmp_path):
    hub.cut_after, hub.cuts = 5 * CHUNK, 100
    with pytest.raises(DownloadBrokenError):
        bring(hub, tmp_path)
    assert not MODEL.path(tmp_path).exists()
    assert partials(tmp_path)[0].read_bytes() == CONTENT[: 5 * CHUNK]
    hub.cuts = 0
    hub.requests.clear()
    assert bring(hub, tmp_path).read_bytes() == CONTENT
    assert [item.range for item in hub.asked("storage", "GET")] == [f"bytes={5 * CHUNK}-"]


def test_an_interrupted_download_goes_on_in_the_next_run(hub, tmp_path):
    def stop(here, whole):
        if here == 3 * CHUNK:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(hub, tmp_path, progress=stop)
    kept = partials(tmp_path)[0].stat().st_size
    assert kept == 2 * CHUNK  # the library tells before it writes
    heard = []
    bring(hub, tmp_path, progress=lambda here, whole: heard.append(here))
    assert hub.asked("storage", "GET")[-1].range == f"bytes={kept}-"
    assert heard[0] == kept + CHUNK


def test_a_part_longer_than_the_file_is_thrown_away(hub, tmp_path):
    partial = tmp_path / "tiny" / f"{MODEL.file}.{DIGEST[:12]}.partial"
    partial.parent.mkdir()
    partial.write_bytes(CONTENT + b"x")
    assert bring(hub, tmp_path).read_bytes() == CONTENT


def test_damaged_content_is_deleted_and_the_next_try_is_clean(hub, tmp_path):
    hub.damaged = True
    with pytest.raises(DownloadMismatchError) as caught:
        bring(hub, tmp_path)
    assert caught.value.parameters == {"file": MODEL.file}
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [LOCK_FILE]
    hub.damaged = False
    assert bring(hub, tmp_path).read_bytes() == CONTENT


def test_what_is_pinned_stays_though_the_hub_has_gone_on(hub, tmp_path):
    bring(hub, tmp_path).unlink()
    hub.commits[NEW] = OTHER
    assert bring(hub, tmp_path).read_bytes() == CONTENT
    assert bring(hub, tmp_path / "elsewhere").read_bytes() == OTHER


def test_the_catalogues_revision_comes_before_the_hubs(hub, tmp_path):
    hub.commits[NEW] = OTHER
    pinned = MODEL.model_copy(update={"revision": OLD})
    assert bring(hub, tmp_path, pinned).read_bytes() == CONTENT
    moved = MODEL.model_copy(update={"revision": NEW})
    assert bring(hub, tmp_path, moved).read_bytes() == OTHER


def test_a_hub_that_offers_another_file_at_the_pinned_commit_is_refused(hub, tmp_path):
    bring(hub, tmp_path).unlink()
    hub.commits[OLD] = OTHER
    with pytest.raises(DownloadMismatchError):
        bring(hub, tmp_path)
    with pytest.raises(DownloadMismatchError):
        bring(hub, tmp_path / "elsewhere", MODEL.model_copy(update={"sha256": DIGEST}))
    assert len(hub.asked("storage", "GET")) == 1
    assert not list((tmp_path / "elsewhere").iterdir())


def test_mirrors_are_asked_in_turn_and_get_no_token(hub, nobody, tmp_path):
    hubs = Hubs(endpoint=nobody, mirrors=(nobody, hub.url), token="secret")
    assert fetch(MODEL, tmp_path, hubs=hubs).read_bytes() == CONTENT
    assert {item.token for item in hub.requests} == {None}


def test_a_mirror_goes_on_with_what_the_hub_began(hub, tmp_path):
    hub.cut_after, hub.cuts = 4 * CHUNK, 100
    mirror = HubStub(repo=MODEL.repo, file=MODEL.file, commits={OLD: CONTENT, NEW: OTHER})
    with serving(mirror):
        file = fetch(MODEL, tmp_path, hubs=Hubs(endpoint=hub.url, mirrors=(mirror.url,)))
    assert file.read_bytes() == CONTENT
    assert [item.range for item in mirror.asked("storage", "GET")] == [f"bytes={4 * CHUNK}-"]


def test_only_the_users_own_token_is_sent_and_only_to_the_hub(hub, tmp_path, monkeypatch):
    bring(hub, tmp_path)
    assert {item.token for item in hub.requests} == {None}
    hub.requests.clear()
    fetch(MODEL, tmp_path / "other", hubs=Hubs(endpoint=hub.url, token="secret"))
    tokens = {(item.server, item.token) for item in hub.requests}
    assert tokens == {("hub", "Bearer secret"), ("storage", None)}


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "GatedRepo", HubGatedError),
        (403, "GatedRepo", HubGatedError),
        (403, "", HubGatedError),
        (401, "RepoNotFound", HubFileMissingError),
        (404, "EntryNotFound", HubFileMissingError),
        (404, "", HubFileMissingError),
        (503, "", HubUnreachableError),
    ],
)
def test_a_refusal_is_ours(hub, tmp_path, status, code, error):
    hub.status, hub.code = status, code
    with pytest.raises(error):
        bring(hub, tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_the_hub_lacks_is_named(hub, tmp_path):
    for missing in (
        MODEL.model_copy(update={"repo": "someone/Else"}),
        MODEL.model_copy(update={"file": "else.gguf"}),
        MODEL.model_copy(update={"revision": NEW}),
    ):
        with pytest.raises(HubFileMissingError) as caught:
            bring(hub, tmp_path, missing)
        assert caught.value.parameters == {
            "repo": missing.repo,
            "file": missing.file,
            "revision": missing.revision or "main",
        }


def test_what_answers_without_a_commit_is_no_hub(hub, tmp_path):
    hub.commit_told = False
    with pytest.raises(HubUnreachableError):
        bring(hub, tmp_path)


def test_without_space_nothing_is_begun(hub, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(0, 0, SIZE - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(DiskFullError) as caught:
        bring(hub, tmp_path)
    assert caught.value.parameters == {"needed_gb": SIZE / 1e9, "free_gb": (SIZE - 1) / 1e9}
    assert not hub.asked("storage", "GET")


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, DiskFullError), (errno.EACCES, OutputError)]
)
def test_a_disk_that_cannot_be_written_is_reported(hub, tmp_path, number, error):
    def fail(here, whole):
        raise OSError(number, "")

    with pytest.raises(error):
        bring(hub, tmp_path, progress=fail)


def test_a_broken_lock_file_is_refused(hub, tmp_path):
    (tmp_path / LOCK_FILE).write_text("[1]")
    with pytest.raises(CatalogueError) as caught:
        bring(hub, tmp_path)
    assert caught.value.parameters["file"] == LOCK_FILE
    (tmp_path / LOCK_FILE).write_text('{"tiny": {"repo": "a/b"}}')
    with pytest.raises(CatalogueError) as caught:
        bring(hub, tmp_path)
    assert caught.value.parameters["field"] == "tiny.file"


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """The command line with one small model, its folder of models being the fixture's value."""
    monkeypatch.setattr("report.command_line.load_catalogue", lambda: {MODEL.name: MODEL})
    monkeypatch.setenv("EXPLAINCXR_MODELS_FOLDER", str(tmp_path / "models"))
    monkeypatch.setenv("EXPLAINCXR_LANGUAGE", "en")
    return tmp_path / "models"


def test_the_command_ends_by_saying_how_to_use_the_file(hub, catalogue, capsys):
    assert main(["fetch", "tiny", "--endpoint", hub.url]) == 0
    said = capsys.readouterr().out
    file = catalogue / "tiny" / MODEL.file
    assert f"--report-model {file}\n" in said
    assert f"EXPLAINCXR_REPORT_MODEL={file} make run" in said
    assert f"{OLD}, SHA-256 {DIGEST}" in said
    assert main(["models"]) == 0
    assert "0.1  0.2         no      yes      yes" in capsys.readouterr().out


def test_endpoint_and_token_come_from_the_environment(hub, catalogue, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_TOKEN", "secret")
    assert main(["fetch", "tiny"]) == 0
    assert hub.requests[0].token == "Bearer secret"


def test_the_command_asks_its_mirrors(hub, catalogue, nobody):
    mirrors = ["--mirror", nobody, "--mirror", f"{hub.url}/"]
    assert main(["fetch", "tiny", "--endpoint", nobody, *mirrors]) == 0


def test_without_a_network_there_is_one_sentence(catalogue, nobody, capsys):
    assert main(["fetch", "tiny", "--endpoint", nobody]) == 1
    host = nobody.removeprefix("http://")
    assert capsys.readouterr() == (
        "",
        f"The model hub cannot be reached ({host}). Check the connection, or name a mirror.\n",
    )


def test_an_unknown_name_lists_those_there_are(catalogue, capsys):
    assert main(["fetch", "huge"]) == 1
    assert capsys.readouterr().err == "The catalogue has no model “huge”. It has: tiny.\n"


def test_a_url_that_is_none_is_wrong_usage(catalogue):
    with pytest.raises(SystemExit) as caught:
        main(["fetch", "tiny", "--mirror", "example"])
    assert caught.value.code == 2


def test_an_interruption_says_how_to_continue(catalogue, monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("report.command_line.fetch", interrupted)
    assert main(["fetch", "tiny"]) == 130
    assert "fetch it again to continue" in capsys.readouterr().err


def test_on_a_terminal_progress_is_one_line(hub, catalogue, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("report.command_line.LINE_SECONDS", 0)
    assert main(["fetch", "tiny", "--endpoint", hub.url]) == 0
    said = capsys.readouterr().err
    assert "tiny: 0.00 of 0.00 GB (50%) …" in said
    assert said.endswith("tiny: checking the SHA-256 …\r\033[K")
    assert "\n" not in said


@pytest.mark.slow
def test_the_shipped_catalogues_first_model_in_a_process_of_its_own(tmp_path, monkeypatch):
    model = next(iter(load_catalogue().values()))
    monkeypatch.setenv("EXPLAINCXR_MODELS_FOLDER", str(tmp_path))
    with serving(HubStub(repo=model.repo, file=model.file, commits={OLD: CONTENT})) as hub:
        command = [sys.executable, "-m", "report", "fetch", model.name, "--endpoint", hub.url]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert model.path(tmp_path).read_bytes() == CONTENT
    assert {item.path for item in hub.asked("hub", "HEAD")} == {
        f"/{model.repo}/resolve/main/{model.file}"
    }
    for item in hub.requests:  # nothing of this computer beyond the library and Python
        assert "torch" not in item.agent
        assert "agent/" not in item.agent
