"""Signing in and out in a real browser: with a password, and with an OpenID provider."""

import pytest

from pipeline.settings import Settings
from records.people.values import Role
from records.store import Store
from records.values import Action
from tests.browser.provider import provider
from tests.browser.served import served

PASSWORD = "correct horse battery"
ADA = "ada@clinic.example"


@pytest.fixture
def clinic(tmp_path):
    """A store with one user, which the served page uses, too."""
    settings = Settings(store_folder=tmp_path / "store")
    with Store(settings) as store:
        store.users.add(
            ADA, full_name="Dr Ada Byron", role=Role.SIGNER, password=PASSWORD, actor="root"
        )
        yield store


def environment(store, **more):
    return {"EXPLAINCXR_STORE_FOLDER": str(store.core.settings.store_folder), **more}


def actions(store):
    return [entry.action for entry in store.audit()]


def opened(browser, address):
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    return page


def test_a_password_lets_in_survives_a_reload_and_is_asked_for_again_after_signing_out(
    browser, clinic
):
    with served(environment(clinic, EXPLAINCXR_LOGIN="local")) as address:
        page = opened(browser, f"{address}/?visit={'a' * 32}")
        assert page.locator("input[type=file]").count() == 0
        page.get_by_label("Name").fill(ADA)
        page.get_by_label("Password").fill("wrong password")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("do not belong together").wait_for()
        page.get_by_label("Name").fill(ADA)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Dr Ada Byron, signer").wait_for()
        assert "refused" not in page.url
        (cookie,) = [one for one in page.context.cookies() if one["name"] == "explaincxr_session"]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        page.reload()
        page.get_by_text("Dr Ada Byron, signer").wait_for()
        page.locator("input[type=file]").first.wait_for(state="attached")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Password").wait_for()
        page.reload()
        page.get_by_label("Password").wait_for()
        page.context.close()
    assert actions(clinic)[2:] == [Action.SIGN_IN_REFUSED, Action.SIGNED_IN, Action.SIGNED_OUT]


def test_a_provider_lets_in_and_signing_out_ends_both(browser, clinic, tmp_path):
    file = tmp_path / "provider.toml"
    with provider({"sub": "1", "email": ADA, "email_verified": True}) as stub:
        file.write_text(stub.settings(), "utf-8")
        more = {"EXPLAINCXR_LOGIN": "openid", "EXPLAINCXR_OPENID_FILE": str(file)}
        with served(environment(clinic, **more)) as address:
            page = opened(browser, address)
            assert page.locator("input[type=file]").count() == 0
            page.get_by_role("button", name="Sign in").click()
            page.get_by_text("Dr Ada Byron, signer").wait_for()
            page.reload()
            page.get_by_text("Dr Ada Byron, signer").wait_for()
            page.get_by_role("button", name="Sign out").click()
            page.get_by_role("heading", name="Sign in", exact=True).wait_for()
            assert "/logout" in stub.asked
            stub.person["email"] = "eve@clinic.example"
            page.get_by_role("button", name="Sign in").click()
            page.get_by_text("eve@clinic.example is signed in with the provider").wait_for()
            assert page.locator("input[type=file]").count() == 0
            page.context.close()
    assert actions(clinic)[2:] == [Action.SIGNED_IN, Action.SIGNED_OUT]
