"""What is on the page is in the case store, and comes back from it as it was."""

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from app.state import keeper as keeping
from app.state.case import Ask, State
from app.state.cases import Cases
from app.state.keeper import Keeper
from app.state.turning import turn, turn_degrees
from pipeline.errors import (
    CancelledByUserError,
    QueueFullError,
    StepTimedOutError,
    WorkerDiedError,
)
from pipeline.settings import Settings
from pipeline.types import Conclusion, Language, Section
from records import Action, StoreFullError, StoreLockedError
from records.store import Store
from tests.app.fake_workers import FakeWorkers, images_only, reported
from tests.records.cases import differences
from tests.waiting import wait_for


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store_folder=tmp_path)


@pytest.fixture
def keeper(settings, monkeypatch):
    monkeypatch.setattr(keeping, "RETRY_S", (0.02,))
    keeper = Keeper(lambda: Store(settings))
    yield keeper
    keeper.close()


def in_language(language: Language) -> Settings:
    return Settings(language=language)


def restored(settings, cases):
    """The visit as another process finds it."""
    keeper = Keeper(lambda: Store(settings))
    found = keeper.restore(cases.visit, in_language)
    keeper.close()
    return found


def analysed(keeper, settings=None, name="Ivanova_1970.png"):
    workers, cases = FakeWorkers(), Cases(keeper=keeper)
    case = cases.add(name, b"radiograph", settings or Settings())
    cases.advance(workers)
    cases.advance(workers)
    assert case.state is State.DONE
    return workers, cases, case


def test_a_finished_radiograph_comes_back_with_the_readers_text(keeper, settings):
    workers, cases, case = analysed(keeper, Settings(language=Language.RUSSIAN))
    case.edits[Section.FINDINGS] = "No focal opacity."
    cases.advance(workers)
    assert keeper.flush()
    (found,) = restored(settings, cases)
    assert (found.id, found.visit, found.state) == (case.id, cases.visit, State.DONE)
    assert differences(case.result, found.result) == []
    assert found.explained.keys() == case.explained.keys()
    assert found.edits == {Section.FINDINGS: "No focal opacity."}
    assert found.conclusion().edited
    assert found.settings.language is Language.RUSSIAN
    assert found.name == "#1"  # a file's name may be the patient's


def test_a_radiograph_without_a_classification_comes_back_too(keeper, settings):
    _, cases, case = analysed(keeper)
    unlike = replace(case.result.prediction, unfamiliarity=2.0, unfamiliarity_limit=1.0)
    case.result = replace(case.result, prediction=unlike)
    keeper.keep(case)
    assert keeper.flush()
    assert keeper.store().line(case.id).label is None
    (found,) = restored(settings, cases)
    assert (found.state, found.error) == (State.DONE, None)
    assert differences(case.result, found.result) == []


def test_maps_of_other_labels_and_layers_come_back(keeper, settings):
    workers, cases, case = analysed(keeper)
    case.ask(workers, Ask.MAPS, "tuberculosis")
    case.ask(workers, Ask.LAYERS, "tuberculosis")
    cases.advance(workers)
    assert set(case.explained) == {"bacterial_pneumonia", "tuberculosis"}
    assert keeper.flush()
    (found,) = restored(settings, cases)
    assert differences(case.explained, found.explained) == []
    assert differences(dict(case.layer_maps), dict(found.layer_maps)) == []


def test_what_had_not_ended_begins_again_with_its_file(keeper, settings):
    workers, cases = FakeWorkers(), Cases(keeper=keeper)
    workers.hold = True
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[0].case = images_only()
    cases.advance(workers)
    assert case.state is State.WRITING
    assert keeper.flush()
    (found,) = restored(settings, cases)
    assert (found.state, found.data) == (State.WAITING, b"radiograph")


def test_why_there_is_no_result_comes_back(keeper, settings):
    workers, cases = FakeWorkers(), Cases(keeper=keeper)
    workers.hold = True
    for name, error in (("a", WorkerDiedError(step="lime")), ("b", CancelledByUserError())):
        cases.add(name, b"radiograph", Settings())
        cases.advance(workers)
        workers.jobs[-1].error = error
        cases.advance(workers)
    cases.add("large", b"x" * 2_000_000, Settings(max_file_mb=1))
    cases.advance(workers)
    assert keeper.flush()
    one, two, three = restored(settings, cases)
    assert (one.state, one.error.code, one.error.parameters) == (
        State.FAILED,
        "worker_died",
        {"step": "lime"},
    )
    assert two.state is State.CANCELLED
    assert three.error.parameters == {"limit_mb": 1}


def test_what_lies_on_its_side_can_be_turned_after_a_restart(keeper, settings):
    workers, cases = FakeWorkers(), Cases(keeper=keeper)
    case = cases.add("side.png", b"turned", Settings())
    cases.advance(workers)
    cases.advance(workers)
    assert (case.state, turn_degrees(case)) == (State.FAILED, 90)
    assert keeper.flush()
    (found,) = restored(settings, cases)
    assert (found.state, found.error.code, found.source) == (
        State.FAILED,
        "image_turned",
        b"turned",
    )

    def full(*arguments):
        raise QueueFullError(limit=8)

    answering, workers.submit = workers.submit, full
    with pytest.raises(QueueFullError):
        turn(found, workers)
    assert (turn_degrees(found), found.settings.turn) == (90, 0)
    workers.submit = answering
    turn(found, workers)
    assert workers.calls[-1][1].turn == 90
    assert turn_degrees(found) == 0
    found.job, found.source, found.error = None, b"turned", case.error  # mirrored after a turn
    found.settings = replace(found.settings, turn=90, mirror=True)
    turn(found, workers)
    assert workers.calls[-1][1].turn == 0


def test_a_report_that_failed_leaves_its_pictures(keeper, settings):
    workers, cases = FakeWorkers(), Cases(keeper=keeper)
    workers.hold = True
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[0].case = images_only()
    workers.jobs[0].error = StepTimedOutError(step="write", limit_s=600.0)
    cases.advance(workers)
    assert keeper.flush()
    (found,) = restored(settings, cases)
    assert (found.state, found.error.code) == (State.DONE, "step_timed_out")
    assert differences(case.result, found.result) == []


def test_a_new_report_takes_the_place_of_what_was_edited(keeper, settings):
    workers, cases, case = analysed(keeper)
    case.edits[Section.FINDINGS] = "Of the first report."
    cases.advance(workers)
    assert keeper.flush()
    case.rewrite(workers, Language.ENGLISH)
    cases.advance(workers)
    assert case.edits == {}
    assert keeper.flush()
    (found,) = restored(settings, cases)
    assert found.edits == {}
    assert found.report.seed == 1
    assert found.attempt == 1  # the next one has another seed
    with Store(settings) as store:
        first, *_ = store.conclusions.drafts(case.id)
        assert first.sections[Section.FINDINGS] == "Of the first report."


def test_what_did_not_change_is_not_stored_again(keeper, settings):
    workers, cases, case = analysed(keeper)
    for _ in range(5):
        cases.advance(workers)
    assert keeper.flush()
    actions = [entry.action for entry in keeper.store().audit(case.id)]
    assert actions.count(Action.RECEIVED) == 1
    before = len(actions)
    cases.advance(workers)
    assert keeper.flush()
    assert len(keeper.store().audit(case.id)) == before


def test_a_removed_radiograph_leaves_the_store_and_a_signed_one_stays(keeper, settings):
    workers, cases, case = analysed(keeper)
    signed = cases.add("b.png", b"radiograph", Settings())
    cases.advance(workers)
    cases.advance(workers)
    assert keeper.flush()
    text = Conclusion(
        language=Language.ENGLISH, sections=dict.fromkeys(Section, "So."), edited=True
    )
    keeper.store().conclusions.sign(signed.id, text, signer="Ada", actor="ada")
    cases.remove(signed)
    cases.remove(case)
    assert keeper.flush()
    assert cases.items == {}
    assert len(keeper.store().worklist.page().lines) == 2  # the last one can be brought back
    cases.let_go()
    assert keeper.flush()
    assert [line.id for line in keeper.store().worklist.page().lines] == [signed.id]


def test_a_radiograph_that_was_removed_leaves_the_store_with_its_visit(keeper):
    _, cases, case = analysed(keeper)
    assert keeper.flush()
    cases.remove(case)
    del cases
    gc.collect()
    assert keeper.flush()
    assert keeper.store().worklist.page().lines == ()


def test_a_radiograph_whose_time_is_over_does_not_come_back(keeper):
    workers, cases, case = analysed(keeper)
    assert keeper.flush()
    keeper.store().retention.remove(case.id, actor="ada")
    case.edits[Section.FINDINGS] = "Later."
    cases.advance(workers)
    assert keeper.flush()
    assert keeper.problem is None
    assert keeper.store().worklist.page().total == 0


@pytest.mark.parametrize("error", [StoreFullError, StoreLockedError])
def test_what_the_store_cannot_take_is_said_and_stored_later(settings, monkeypatch, error):
    monkeypatch.setattr(keeping, "RETRY_S", (0.02,))
    refusals = [error()] * 3

    def open_store():
        if refusals:
            raise refusals.pop()
        return Store(settings)

    keeper = Keeper(open_store)
    _, cases, case = analysed(keeper)
    wait_for(lambda: keeper.problem is None and not refusals, "the store to take it")
    wait_for(keeper.flush, "everything to be stored")
    (found,) = restored(settings, cases)
    assert differences(case.result, found.result) == []
    keeper.close()


def test_a_problem_is_said_while_it_lasts_and_the_radiograph_stays_on_the_page(
    settings, monkeypatch
):
    monkeypatch.setattr(keeping, "RETRY_S", (0.02,))
    full = [True]

    def open_store():
        if full:
            raise StoreFullError
        return Store(settings)

    keeper = Keeper(open_store)
    _, cases, case = analysed(keeper)
    assert wait_for(lambda: keeper.problem, "the problem").code == "store_full"
    assert case.result is not None
    full.clear()
    wait_for(lambda: keeper.problem is None, "the store to take it")
    assert keeper.flush()
    assert len(restored(settings, cases)) == 1
    keeper.close()


def test_a_bug_of_ours_does_not_stop_the_thread(keeper, monkeypatch):
    fails = [True]
    write = keeping.write_case

    def failing(*given):
        if fails:
            fails.clear()
            raise ZeroDivisionError
        write(*given)

    monkeypatch.setattr(keeping, "write_case", failing)
    _, _, case = analysed(keeper)
    wait_for(lambda: not fails and keeper.problem is None and keeper.flush(), "the next try")
    assert keeper.store().line(case.id).finished


def test_nothing_of_a_stored_radiograph_is_held(keeper):
    _, cases, case = analysed(keeper)
    assert keeper.flush()
    result = weakref.ref(cases)
    del cases, case
    gc.collect()
    assert result() is None


def test_a_case_of_the_worklist_is_opened_and_that_is_in_the_audit(keeper):
    _, _, case = analysed(keeper)
    assert keeper.flush()
    opened = keeper.open_case(case.id, "another visit", in_language)
    assert differences(case.result, opened.result) == []
    assert opened.visit == "another visit"
    assert keeper.store().audit(case.id)[-1].action is Action.VIEWED
    replaced = reported(replace(case.result), Settings())
    assert replaced.report == opened.report
