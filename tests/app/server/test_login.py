"""Signing in with a password through the server, and what it takes from whom."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.server import login
from app.server.login import Admission, login_of, sign_in_route
from pipeline.errors import SettingRefusedError
from pipeline.settings import Settings
from records.errors import LoginPackageMissingError
from records.people.values import Role
from records.store import Store
from tests.records.cases import sqlite

PASSWORD = "correct horse battery"
PROVIDER = """
redirect_uri = "http://localhost:8501/oauth2callback"
server_metadata_url = "http://localhost:9000/.well-known/openid-configuration"
client_id = "explaincxr"
client_secret = "secret"
"""


@pytest.fixture
def store(tmp_path):
    with Store(sqlite(tmp_path)) as store:
        store.users.add(
            "ada", full_name="Dr Ada Byron", role=Role.SIGNER, password=PASSWORD, actor="root"
        )
        yield store


def client(store, address="http://localhost:8501"):
    page = Starlette(routes=[sign_in_route(lambda: store)])
    return TestClient(page, base_url=address, follow_redirects=False)


def form(**changes):
    return {"user_name": "Ada", "password": PASSWORD, "back": "visit=ab&language=ru&x=1", **changes}


def test_a_right_password_brings_a_cookie_that_no_script_and_no_stranger_uses(store):
    answer = client(store).post("/sign_in", data=form())
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?visit=ab&language=ru"
    name, _, rest = answer.headers["set-cookie"].partition("=")
    token, _, flags = rest.partition(";")
    assert name == login.SESSION_COOKIE
    assert {"httponly", "samesite=strict", "path=/"} == {
        flag.strip().lower() for flag in flags.split(";")
    }
    assert store.sessions.user(token).full_name == "Dr Ada Byron"


def test_beyond_this_computer_the_cookie_goes_by_tls_alone(store):
    answer = client(store, "http://cxr.clinic.example").post("/sign_in", data=form())
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_wrong_one_brings_a_code_and_nothing_else(store):
    asked = client(store)
    for name in ("ada", "nobody"):
        answer = asked.post("/sign_in", data=form(user_name=name, password="wrong password"))
        assert answer.headers["location"] == "/?visit=ab&language=ru&refused=sign_in_refused"
        assert "set-cookie" not in answer.headers
    for _ in range(2):
        asked.post("/sign_in", data=form(password="wrong password"))
    answer = asked.post("/sign_in", data=form(back=""))
    assert answer.headers["location"] == "/?refused=sign_in_too_soon&seconds=1"


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example/", "?next=//evil.example"]
)
def test_nobody_is_sent_elsewhere(store, back):
    assert client(store).post("/sign_in", data=form(back=back)).headers["location"] == "/"


def test_a_flood_is_not_read(store):
    answer = client(store).post("/sign_in", data=form(password="x" * 20_000))
    assert answer.status_code == 413
    assert client(store).post("/sign_in", content=iter([b"user_name=ada"])).status_code == 413


def test_files_are_taken_from_those_who_are_signed_in_alone():
    seen = []

    async def page(scope, receive, send):
        seen.append(scope["path"])

    async def answer(path, kind="http"):
        sent = []

        async def send(message):
            sent.append(message)

        gate = Admission(page, is_admitted={"known"}.__contains__)
        await gate({"type": kind, "path": path, "headers": []}, None, send)
        return [message["status"] for message in sent if "status" in message]

    assert asyncio.run(answer("/_stcore/upload_file/known/1")) == []
    assert asyncio.run(answer("/_stcore/upload_file/other/1")) == [403]
    assert asyncio.run(answer("/_stcore/upload_file//known/1")) == [403]
    assert asyncio.run(answer("/_stcore/health")) == []
    assert seen == ["/_stcore/upload_file/known/1", "/_stcore/health"]


@pytest.mark.parametrize(("way", "package"), [("local", "argon2-cffi"), ("openid", "Authlib")])
def test_a_library_that_is_missing_is_named_before_the_page_starts(monkeypatch, way, package):
    monkeypatch.setattr(login, "find_spec", lambda module: None)
    with pytest.raises(LoginPackageMissingError) as caught:
        login_of(Settings(login=way))
    assert caught.value.parameters == {"package": package}


def provider(tmp_path, text):
    file = tmp_path / "provider.toml"
    file.write_text(text, "utf-8")
    return Settings(login="openid", openid_file=file)


def test_the_provider_is_handed_to_streamlit_with_a_secret_for_its_cookie(tmp_path):
    found = login_of(provider(tmp_path, PROVIDER)).secrets["auth"]
    assert found["client_id"] == "explaincxr"
    assert len(found["cookie_secret"]) >= 32
    assert login_of(provider(tmp_path, PROVIDER)).secrets["auth"] != found


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("client_id", "clientid"), "clientid"),
        (("oauth2callback", "callback"), "redirect_uri"),
        (('"secret"', '"secret"\ncookie_secret = "short"'), "cookie_secret"),
        (("http://localhost:9000", "localhost"), "server_metadata_url"),
    ],
)
def test_a_provider_s_file_that_does_not_fit_is_refused_by_name(tmp_path, change, field):
    with pytest.raises(SettingRefusedError) as caught:
        login_of(provider(tmp_path, PROVIDER.replace(*change)))
    assert caught.value.parameters["field"] == field
    assert caught.value.parameters["source"] == "provider.toml"


def test_no_provider_s_file_at_all_is_refused():
    with pytest.raises(SettingRefusedError) as caught:
        login_of(Settings(login="openid"))
    assert caught.value.parameters["field"] == "openid_file"
