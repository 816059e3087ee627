"""Sessions: known by their token alone, and over when they should be."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from records.database.tables import SessionRow
from records.people.values import Role
from records.store import Store
from records.values import Action

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(store):
    return store.users.add(
        "ada", full_name="Dr Ada Byron", role=Role.SIGNER, password=None, actor="root"
    )


def test_a_session_belongs_to_its_token_which_the_store_does_not_hold(store, ada):
    token = store.sessions.begin("ada", way="password")
    assert store.sessions.user(token) == ada
    assert store.sessions.user(token + "x") is None
    assert store.sessions.user("") is None
    with store.core.database.read() as session:
        (row,) = session.scalars(select(SessionRow))
    assert token not in repr(vars(row))
    last = store.audit()[-1]
    assert (last.action, last.actor, last.details["way"]) == (Action.SIGNED_IN, "ada", "password")


def test_it_ends_by_signing_out_by_resting_and_by_the_end_of_the_day(store, ada, clock):
    out, resting, all_day = (store.sessions.begin("ada", way="password") for _ in range(3))
    store.sessions.end(out)
    store.sessions.end(out)
    assert store.sessions.user(out) is None
    assert [entry.action for entry in store.audit()].count(Action.SIGNED_OUT) == 1
    clock.pass_by(minutes=29)
    assert store.sessions.user(all_day) == ada
    assert store.sessions.user(resting, is_there=False) == ada
    clock.pass_by(minutes=2)
    assert store.sessions.user(resting) is None
    for _ in range(23):
        assert store.sessions.user(all_day) == ada
        clock.pass_by(minutes=29)
    assert store.sessions.user(all_day) == ada
    clock.pass_by(minutes=29)
    assert store.sessions.user(all_day) is None


def test_it_lasts_as_long_as_the_settings_say(settings, clock):
    with Store(replace(settings, session_minutes=1, session_hours=0.1), clock=clock) as store:
        store.users.add("ada", full_name="A", role=Role.READER, password=None, actor="root")
        token = store.sessions.begin("ada", way="password")
        clock.pass_by(seconds=61)
        assert store.sessions.user(token) is None


def test_a_role_holds_at_once_and_a_removed_user_is_out(store, ada):
    token = store.sessions.begin("ada", way="password")
    store.users.change_role("ada", Role.READER, actor="root")
    assert store.sessions.user(token).role is Role.READER
    store.users.remove("ada", actor="root")
    assert store.sessions.user(token) is None
    store.users.add("ada", full_name="Another", role=Role.ADMIN, password=None, actor="root")
    assert store.sessions.user(token) is None


def test_a_new_password_ends_the_sessions_of_the_old_one(store, ada):
    token = store.sessions.begin("ada", way="password")
    store.users.change_password("ada", PASSWORD, actor="root")
    assert store.sessions.user(token) is None


def test_a_session_of_a_provider_begins_once_and_does_not_rise_again(store, ada, clock):
    since = clock() - timedelta(hours=1)
    resume = store.sessions.resume
    assert resume("cookie", "ada", way="openid", since=since) == ada
    assert resume("cookie", "ada", way="openid", since=since) == ada
    assert [entry.action for entry in store.audit()].count(Action.SIGNED_IN) == 1
    assert resume("other", "bob", way="openid", since=since) is None
    store.sessions.end("cookie")
    assert resume("cookie", "ada", way="openid", since=since) is None
    clock.pass_by(hours=11)  # the cookie lives on, its row may be gone by now
    store.sessions.begin("ada", way="password")
    assert resume("cookie", "ada", way="openid", since=since) is None
    assert resume("old", "ada", way="openid", since=since) is None
