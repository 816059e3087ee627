"""Who is at the page: the way in, what each role may do, and what the audit says of it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from app import access, service
from app.server.login import SESSION_COOKIE
from app.state.keeper import Keeper
from pipeline.settings import Settings
from pipeline.types import Language
from records.people.values import Role
from records.store import Store
from records.values import Action
from tests.app.fake_workers import FakeWorkers
from tests.app.test_page import PNG, open_tab, shown, upload, words
from tests.app.test_stored_page import opened

PASSWORD = "correct horse battery"
CLAIMS = {
    "is_logged_in": True,
    "iss": "https://provider.example",
    "sub": "248289761001",
    "nonce": "n-0S6",
    "email": "Ada@Clinic.Example",
}


@pytest.fixture
def clinic(monkeypatch, tmp_path: Path):
    """A department with three users, and a browser whose cookie is set by hand."""
    settings = Settings(store_folder=tmp_path, login="local")
    keeper = Keeper(lambda: Store(settings))
    service._visits.clear()
    monkeypatch.setattr(service, "workers", FakeWorkers)
    monkeypatch.setattr(service, "keeper", lambda: keeper)
    monkeypatch.setattr(service, "settings", lambda: made.settings)
    monkeypatch.setattr(access, "cookie", lambda: made.cookie)
    monkeypatch.setattr(access, "provided", lambda: made.claims)
    store = keeper.store()
    for role in Role:
        store.users.add(
            role, full_name=f"Dr {role.title()}", role=role, password=None, actor="root"
        )

    def enter(name):
        made.cookie = store.sessions.begin(name, way="password")

    made = SimpleNamespace(settings=settings, store=store, keeper=keeper, cookie="", claims=None)
    made.enter = enter
    yield made
    keeper.close()


def done(clinic, action):
    assert clinic.keeper.flush()
    return [entry.actor for entry in clinic.store.audit() if entry.action is action]


def test_without_a_session_there_is_a_form_and_nothing_else(clinic):
    page = opened()
    assert 'action="/sign_in"' in shown(page)
    assert words()("sign_in.password") in shown(page)
    assert words().disclaimer in shown(page)
    assert not page.file_uploader
    assert not page.toggle
    clinic.cookie = "somebody else's"
    assert not opened().file_uploader


@pytest.mark.parametrize("language", list(Language))
def test_why_somebody_was_not_let_in_is_said_in_their_language(clinic, language):
    address = {"language": language, "visit": "ab", "refused": "sign_in_too_soon", "seconds": "8"}
    text = shown(opened(address))
    assert "8" in text and "sign_in_too_soon" in text
    assert f'value="visit=ab&amp;language={language}"' in text or language is Language.ENGLISH
    assert words(language)("sign_in.name") in text


@pytest.mark.parametrize(
    "address",
    [
        {"refused": "<b>phish</b>"},
        {"refused": "sign_in_too_soon"},
        {"refused": "sign_in_too_soon", "seconds": "<i>"},
        {"visit": '"><script>'},
    ],
)
def test_the_address_puts_no_words_on_the_page(clinic, address):
    text = shown(opened(address))
    assert "phish" not in text and "<i>" not in text and '"><script>' not in text
    assert '<div class="cxr-notice' not in text


def test_who_is_there_is_said_and_signing_out_shows_the_form(clinic):
    clinic.enter("reader")
    page = upload(opened(), PNG)
    assert "Dr Reader, reader" in shown(page)
    assert "bacterial pneumonia" in shown(page)
    page.button(key="sign_out").click().run()
    assert 'action="/sign_in"' in shown(page)
    assert "bacterial pneumonia" not in shown(page)
    assert done(clinic, Action.SIGNED_OUT) == ["reader"]


def test_a_session_that_ends_takes_the_page_away_at_the_next_click(clinic):
    clinic.enter("reader")
    page = upload(opened(), PNG)
    clinic.store.sessions.end(clinic.cookie)
    page.run()
    assert "bacterial pneumonia" not in shown(page)
    assert "Your session has ended." in shown(page)
    assert not page.file_uploader


def test_a_click_of_somebody_whose_session_has_ended_opens_no_case(clinic):
    clinic.enter("reader")
    upload(opened(), PNG)
    page = opened()
    page.toggle(key="worklist").set_value(True).run()
    (button,) = [one for one in page.button if (one.key or "").startswith("open_")]
    clinic.store.sessions.end(clinic.cookie)
    before = done(clinic, Action.VIEWED)
    button.click().run()
    assert not page.exception
    assert "bacterial pneumonia" not in shown(page)
    assert done(clinic, Action.VIEWED) == before


def test_every_view_is_in_the_audit_once_for_each_who_looks(clinic):
    clinic.enter("reader")
    page = upload(opened(), PNG)
    page.run()
    assert done(clinic, Action.RECEIVED) == ["reader"]
    assert done(clinic, Action.VIEWED) == ["reader"]
    clinic.enter("signer")
    other = opened()
    other.toggle(key="worklist").set_value(True).run()
    next(one for one in other.button if (one.key or "").startswith("open_")).click().run()
    other.run()
    assert "bacterial pneumonia" in shown(other)
    assert done(clinic, Action.VIEWED) == ["reader", "signer"]
    clinic.enter("admin")  # at the address of somebody else's visit
    visit = page.query_params["visit"]
    opened({"visit": visit if isinstance(visit, str) else visit[0]})
    assert done(clinic, Action.VIEWED) == ["reader", "signer", "admin"]


def sign_button(page):
    return [one for one in page.button if words()("signing.sign") in one.label]


def test_a_signer_signs_in_their_own_name_and_a_reader_does_not_sign(clinic):
    clinic.enter("reader")
    page = open_tab(upload(opened(), PNG), "download")
    assert sign_button(page) == []
    assert "role (reader) does not allow this" in shown(page)
    clinic.enter("signer")
    page = open_tab(upload(opened(), PNG), "download")
    assert "signer" not in {field.key for field in page.text_input}
    (button,) = sign_button(page)
    button.click().run()
    assert not page.exception
    assert done(clinic, Action.SIGNED) == ["signer"]
    line = next(one for one in clinic.store.worklist.page().lines if one.status.is_signed)
    assert line.signer == "Dr Signer"


def test_a_role_that_was_lost_meanwhile_does_not_sign(clinic):
    clinic.enter("signer")
    page = open_tab(upload(opened(), PNG), "download")
    (button,) = sign_button(page)
    clinic.store.users.change_role("signer", Role.READER, actor="root")
    button.click().run()
    assert done(clinic, Action.SIGNED) == []


@pytest.mark.parametrize(("name", "left"), [("reader", 1), ("signer", 0), ("admin", 0)])
def test_who_removes_from_the_page_removes_from_the_store_if_that_is_allowed(clinic, name, left):
    clinic.enter(name)
    page = upload(opened(), PNG)
    next(one for one in page.button if (one.key or "").startswith("remove_")).click().run()
    assert "bacterial pneumonia" not in shown(page)
    assert clinic.store.worklist.page().total == 1
    page.session_state["cases"].let_go()  # it cannot be brought back any longer
    assert done(clinic, Action.REMOVED) == ([] if left else [name])
    assert clinic.store.worklist.page().total == left


def test_a_draft_is_by_who_wrote_it(clinic):
    clinic.enter("reader")
    page = open_tab(upload(opened(), PNG), "report")
    page.text_area[0].set_value("No focal opacity.").run()
    page.run()
    assert done(clinic, Action.DRAFTED) == ["reader"]


def test_files_are_taken_from_the_session_that_was_let_in_until_it_signs_out(clinic):
    clinic.enter("reader")
    page = opened()
    assert len(service._admitted) >= 1
    (session,) = [key for key, cases in service._admitted.items() if cases.visitor.user]
    assert service.is_admitted(session)
    page.button(key="sign_out").click().run()
    assert not service.is_admitted(session)


def provider(clinic, **changes):
    now = clinic.store.core.clock().timestamp()
    clinic.settings = Settings(
        store_folder=clinic.settings.store_folder, login="openid", openid_file="provider.toml"
    )
    clinic.claims = {**CLAIMS, "iat": now, **changes}
    clinic.store.users.add(
        "ada@clinic.example", full_name="Dr Ada", role=Role.SIGNER, password=None, actor="root"
    )


def test_who_signed_in_with_the_provider_is_let_in_by_the_name_it_gives(clinic):
    provider(clinic)
    assert "Dr Ada" in shown(opened())
    opened()
    assert done(clinic, Action.SIGNED_IN) == ["ada@clinic.example"]


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "eve@clinic.example"},
        {"email": ""},
        {"email_verified": False},
        {"iat": 0},
    ],
)
def test_who_is_no_user_here_or_not_vouched_for_is_not_let_in(clinic, changes):
    provider(clinic, **changes)
    page = opened()
    assert not page.file_uploader
    assert "is not a user here" in shown(page)
    assert page.button(key="sign_in")
    assert done(clinic, Action.SIGNED_IN) == []


def test_a_session_of_the_provider_that_was_left_does_not_come_back_with_its_cookie(
    clinic, monkeypatch
):
    left = []
    monkeypatch.setattr(access.st, "logout", lambda: left.append(True))
    provider(clinic)
    page = opened()
    page.button(key="sign_out").click().run()
    assert left == [True]
    assert not opened().file_uploader


def test_nothing_of_all_this_is_there_where_no_login_is_on(clinic):
    clinic.settings = Settings(store_folder=clinic.settings.store_folder)
    page = open_tab(upload(opened(), PNG), "download")
    assert "sign_out" not in {button.key for button in page.button}
    assert page.text_input(key="signer")
    assert done(clinic, Action.VIEWED) == []
    assert done(clinic, Action.RECEIVED) == ["page"]


def test_the_cookie_is_the_one_that_the_server_sets(monkeypatch):
    monkeypatch.setattr(
        access.st, "context", SimpleNamespace(cookies={SESSION_COOKIE: "token", "other": "x"})
    )
    assert access.cookie() == "token"
