"""Keys: who is let in, for what, how often; and what of them lies in their file."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from pipeline.settings import Settings
from service.errors import KeyNameTakenError, KeyNameUnknownError, KeyRefusedError, KeysInvalidError
from service.keys import PREFIX, Keys, Scope, make_key, read_keys, revoke_key
from tests.service.served import Served, served

PATH = "/v1/analyses"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def guarded(file: Path) -> Iterator[Served]:
    make_key(file, "first")
    with served(Settings(), Keys(file)) as running:
        yield running


def asked(service: Served, key: str | None, method: str = "GET", path: str = PATH, **more):
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    return httpx2.request(method, service.address + path, headers=headers, timeout=30, **more)


def test_a_key_is_shown_once_and_only_its_hash_is_kept(file: Path) -> None:
    key = make_key(file, "ris", scopes=(Scope.READ,), per_minute=7)
    assert key.startswith(PREFIX)
    assert len(key) > 40
    assert key not in file.read_text()
    assert key.removeprefix(PREFIX) not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (kept,) = read_keys(file)
    assert (kept.name, kept.scopes, kept.per_minute) == ("ris", (Scope.READ,), 7)
    assert Keys(file).find(key) == kept


def test_names_are_taken_once_and_known_when_they_are_revoked(file: Path) -> None:
    make_key(file, "ris")
    with pytest.raises(KeyNameTakenError):
        make_key(file, "ris")
    with pytest.raises(KeyNameUnknownError):
        revoke_key(file, "pacs")


def test_a_revoked_key_an_expired_and_an_unknown_one_are_refused(file: Path) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    lasting = make_key(file, "lasting")
    ending = make_key(file, "ending", expires=now + timedelta(days=1))
    today, keys = Keys(file, lambda: now), Keys(file, lambda: now + timedelta(days=1))
    assert today.find(ending).name == "ending"
    with pytest.raises(KeyRefusedError):
        keys.find(ending)
    assert keys.find(lasting).name == "lasting"
    revoke_key(file, "lasting")
    for one in (lasting, "ecxr_guessed", ""):
        with pytest.raises(KeyRefusedError):
            keys.find(one)


def test_a_file_that_is_broken_or_gone_lets_nobody_in(file: Path) -> None:
    with pytest.raises(KeysInvalidError):
        Keys(file)
    key = make_key(file, "ris")
    keys = Keys(file)
    file.write_text('{"keys": [{"name": "ris"}]}')
    with pytest.raises(KeysInvalidError, match="sha256"):
        keys.find(key)
    file.unlink()
    with pytest.raises(KeysInvalidError):
        keys.find(key)


def test_without_a_key_nothing_is_answered_but_how_the_service_is(guarded: Served) -> None:
    for method, path in (("GET", PATH), ("POST", PATH), ("GET", "/metrics")):
        answer = asked(guarded, None, method, path)
        assert (answer.status_code, answer.json()["code"]) == (401, "key_missing")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert asked(guarded, "ecxr_wrong").json()["code"] == "key_refused"
    for path in ("/healthz", "/readyz", "/openapi.json"):
        assert asked(guarded, None, path=path).status_code == 200


def test_a_key_allows_its_scopes_alone(guarded: Served, file: Path, radiograph: bytes) -> None:
    keys = {scope: make_key(file, scope, scopes=(scope,)) for scope in Scope}
    may = {
        Scope.ANALYSE: lambda key: asked(guarded, key, "POST", files={"file": radiograph}),
        Scope.READ: lambda key: asked(guarded, key),
        Scope.DELETE: lambda key: asked(guarded, key, "DELETE", f"{PATH}/{'0' * 32}"),
        Scope.METRICS: lambda key: asked(guarded, key, path="/metrics"),
    }
    for wanted, ask in may.items():
        for scope, key in keys.items():
            answer = ask(key)
            assert (answer.status_code == 403) is (scope is not wanted), (scope, wanted)
            if scope is not wanted:
                assert answer.json()["parameters"] == {"scope": wanted}


def test_one_keys_analyses_are_not_there_for_another(
    guarded: Served, file: Path, radiograph: bytes
) -> None:
    one, other = make_key(file, "one"), make_key(file, "other")
    answer = asked(guarded, one, "POST", files={"file": radiograph}, params={"wait": 20})
    place = answer.headers["location"]
    assert asked(guarded, one, path=place).status_code == 200
    for method, path in (("GET", place), ("DELETE", place), ("GET", f"{place}/files/report.pdf")):
        missing = asked(guarded, other, method, path)
        assert (missing.status_code, missing.json()["code"]) == (404, "analysis_missing")
    assert asked(guarded, other).json() == {"analyses": []}
    (_, visit), *_ = guarded.workers.submitted
    assert visit == read_keys(file)[1].sha256  # keys take turns in the workers, as visits do


def test_a_key_may_ask_so_often_a_minute(guarded: Served, file: Path) -> None:
    key = make_key(file, "slow", per_minute=3)
    answers = [asked(guarded, key) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    problem = answers[-1].json()
    assert problem["code"] == "rate_limited"
    assert problem["parameters"]["limit"] == 3
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert asked(guarded, make_key(file, "other")).status_code == 200


def test_where_there_are_keys_any_name_is_answered_to(guarded: Served, file: Path) -> None:
    key = make_key(file, "proxied")
    headers = {"authorization": f"Bearer {key}", "host": "cxr.hospital.example"}
    answer = httpx2.get(guarded.address + PATH, headers=headers)
    assert answer.status_code == 200
