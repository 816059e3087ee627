"""Drafts are kept; what is signed never changes, and says what it was signed upon."""

import hashlib
import json
from dataclasses import replace

import pytest
from sqlalchemy import update

from pipeline.types import Language, Report, Section
from records import (
    Action,
    AlreadySignedError,
    Arrival,
    CaseContent,
    CaseStatus,
    CaseUnfinishedError,
    NotSignedError,
    SignatureIncompleteError,
)
from records.audit.verification import verify
from records.contents.signed import difference, version_sha256
from records.database.tables import SignatureRow
from records.errors import StoreError
from records.store import Store
from tests.records.cases import case_result, conclusion, content, differences


@pytest.fixture
def case(store: Store) -> str:
    case = store.receive(Arrival(origin="page", data=b"a file"), actor="ada")
    store.save(case, content(), finished=True, actor="ada")
    return case


def test_the_last_draft_counts_and_all_are_kept(store: Store, case: str) -> None:
    assert store.conclusions.draft(case) is None
    for text, actor in (("One.", "ada"), ("Two.", "grace"), ("Two.", "ada")):
        store.conclusions.save_draft(case, conclusion(text), actor=actor)
    draft = store.conclusions.draft(case)
    assert draft is not None
    assert (draft.sections[Section.FINDINGS], draft.changed_by) == ("Two.", "grace")
    texts = [one.sections[Section.FINDINGS] for one in store.conclusions.drafts(case)]
    assert texts == ["One.", "Two."]
    assert [entry.action for entry in store.audit(case)].count(Action.DRAFTED) == 2
    store.conclusions.save_draft(case, conclusion("Two.", Language.UKRAINIAN), actor="ada")
    assert store.conclusions.draft(case).language is Language.UKRAINIAN


def test_a_signature_says_who_when_and_upon_what(store: Store, case: str) -> None:
    store.conclusions.save_draft(case, conclusion("No focal opacity."), actor="ada")
    text = {**case_result().report.sections, Section.FINDINGS: "No focal opacity. Follow-up."}
    given = replace(conclusion(), sections=text)
    version = store.conclusions.sign(case, given, signer=" Dr Ada Byron ", actor="ada")
    assert (version.version, version.signer, version.reason) == (1, "Dr Ada Byron", "")
    assert version.sections == text
    expected = {"language": "en", "sections": {str(key): item for key, item in text.items()}}
    canonical = json.dumps(expected, sort_keys=True, separators=(",", ":")).encode()
    assert version.text_sha256 == hashlib.sha256(canonical).hexdigest()
    assert version.inputs.image == case_result().radiograph.sha256
    assert (
        version.inputs.result
        == [
            entry.details["sha256"]
            for entry in store.audit(case)
            if entry.action is Action.ANALYSED
        ][-1]
    )
    assert version.difference.splitlines()[2:] == [
        "@@ -1,5 +1,6 @@",
        " [findings]",
        "-Strong measurements in the right middle zone.",
        "+No focal opacity.",
        "+Follow-up.",
        " [interpretation]",
        " Consistent with tuberculosis.",
        " [recommendations]",
    ]
    assert store.conclusions.versions(case) == (version,)
    assert store.conclusions.draft(case) is None  # it went into the signature
    line = store.line(case)
    assert (line.status, line.signer) == (CaseStatus.SIGNED, "Dr Ada Byron")
    entry = store.audit(case)[-1]
    assert (entry.action, entry.actor, entry.at) == (Action.SIGNED, "ada", version.signed_at)
    assert entry.details["signature_sha256"] == version_sha256(version)
    assert not verify(store.core).findings


def test_a_signed_conclusion_is_amended_and_stays_as_it_was(store: Store, case: str) -> None:
    first = store.conclusions.sign(case, conclusion("One."), signer="Ada", actor="ada")
    with pytest.raises(AlreadySignedError) as caught:
        store.conclusions.sign(case, conclusion("Two."), signer="Ada", actor="ada")
    assert caught.value.parameters == {"case": case, "version": 1}
    store.conclusions.save_draft(case, conclusion("Two, not yet."), actor="grace")
    assert store.line(case).status is CaseStatus.SIGNED
    second = store.conclusions.amend(
        case, conclusion("Two."), signer="Grace", reason="A second look.", actor="grace"
    )
    assert (second.version, second.reason) == (2, "A second look.")
    assert second.inputs.previous == version_sha256(first)
    assert store.conclusions.versions(case) == (first, second)
    assert store.line(case).status is CaseStatus.AMENDED
    assert store.conclusions.draft(case) is None
    assert not verify(store.core).findings


def test_what_was_signed_upon_stays_when_the_case_goes_on(store: Store, case: str) -> None:
    version = store.conclusions.sign(case, conclusion(), signer="Ada", actor="ada")
    report: Report = replace(case_result().report, seed=7)
    for seed in (7, 8):
        again = replace(case_result(), report=replace(report, seed=seed))
        store.save(case, CaseContent(result=again), finished=True, actor="ada")
    assert store.load(case).result.report.seed == 8
    before = store.load(case, revision=version.revision)
    assert differences(content(), before) == []
    assert store.line(case).status is CaseStatus.SIGNED
    assert not verify(store.core).findings


def test_the_database_itself_refuses_to_change_a_signature(store: Store, case: str) -> None:
    store.conclusions.sign(case, conclusion(), signer="Ada", actor="ada")
    with pytest.raises(StoreError), store.core.database.write() as session:
        session.execute(update(SignatureRow).values(signer="Grace"))
    assert store.conclusions.versions(case)[0].signer == "Ada"


def test_an_incomplete_signature_is_refused_and_nothing_is_written(store: Store, case: str) -> None:
    entries = len(store.audit())
    for signer, text, field in (("  ", "One.", "signer"), ("Ada", " \n", "text")):
        with pytest.raises(SignatureIncompleteError) as caught:
            store.conclusions.sign(case, conclusion(text), signer=signer, actor="ada")
        assert caught.value.parameters["field"] == field
    with pytest.raises(NotSignedError):
        store.conclusions.amend(case, conclusion(), signer="Ada", reason="So.", actor="ada")
    store.conclusions.sign(case, conclusion(), signer="Ada", actor="ada")
    with pytest.raises(SignatureIncompleteError) as caught:
        store.conclusions.amend(case, conclusion(), signer="Ada", reason=" ", actor="ada")
    assert caught.value.parameters["field"] == "reason"
    assert len(store.audit()) == entries + 1


def test_a_case_without_a_result_is_not_signed(store: Store) -> None:
    case = store.receive(Arrival(origin="page", data=b"a file"), actor="ada")
    with pytest.raises(CaseUnfinishedError):
        store.conclusions.sign(case, conclusion(), signer="Ada", actor="ada")


def test_a_case_without_a_report_is_signed_with_the_readers_own_text(store: Store) -> None:
    case = store.receive(Arrival(origin="page", data=b"a file"), actor="ada")
    bare = replace(case_result(), report=None, text_explanation=None)
    store.save(case, CaseContent(result=bare), finished=True, actor="ada")
    version = store.conclusions.sign(case, conclusion("One."), signer="Ada", actor="ada")
    assert "+One." in version.difference.splitlines()
    assert not verify(store.core).findings


def test_equal_texts_have_no_difference() -> None:
    text = {Section.FINDINGS: "One. Two.", Section.INTERPRETATION: "Three."}
    assert difference(text, {**text, Section.RECOMMENDATIONS: ""}) == ""
