"""The radiographs of one visit and their jobs."""

import gc
from dataclasses import replace

from app.state.case import Ask, State
from app.state.cases import Cases
from app.state.progress import steps_of
from pipeline.errors import CancelledByUserError, StepTimedOutError
from pipeline.settings import Settings
from pipeline.types import Language, ProgressEvent, Section, Step
from tests.app.fake_workers import FakeWorkers, images_only, reported


def held():
    workers = FakeWorkers()
    workers.hold = True
    return workers


def test_all_radiographs_are_handed_over_and_wait_where_the_queue_is_full():
    workers, cases = held(), Cases()
    for number in range(3):
        cases.add(f"{number}.png", b"radiograph", Settings())
    cases.add("busy.png", b"busy", Settings())
    cases.advance(workers)
    states = [case.state for case in cases.items.values()]
    assert states == [State.RUNNING] * 3 + [State.WAITING]


def test_the_workers_know_which_radiograph_is_in_view_and_whose_it_is():
    workers, cases = held(), Cases()
    first, second = (cases.add(name, b"radiograph", Settings()) for name in ("a", "b"))
    cases.advance(workers)
    assert [job.in_view for job in workers.jobs] == [True, False]
    assert [job.text_wanted for job in workers.jobs] == [False, False]
    assert {job.visit for job in workers.jobs} == {cases.visit}
    cases.pick(second.id)
    cases.text_wanted = True
    cases.advance(workers)
    assert [job.in_view for job in workers.jobs] == [False, True]
    assert [job.text_wanted for job in workers.jobs] == [False, True]
    assert first.job is workers.jobs[0]


def test_the_bytes_are_let_go_once_handed_over():
    cases = Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    assert case.data == b"radiograph"
    cases.advance(held())
    assert case.data is None


def test_pictures_come_before_the_report():
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[0].case = images_only()
    cases.advance(workers)
    assert case.state is State.WRITING
    assert case.report is None
    whole = reported(workers.jobs[0].case, Settings())
    workers.jobs[0].case = replace(whole, text_explanation=None)
    cases.advance(workers)
    assert case.state is State.EXPLAINING
    assert case.report.model == "fake-writer"
    workers.jobs[0].result = whole
    cases.advance(workers)
    assert case.state is State.DONE
    assert case.result.text_explanation is not None


def test_a_report_stays_until_the_next_one_is_written():
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[0].result = reported(images_only(), Settings())
    cases.advance(workers)
    first = case.report
    case.rewrite(workers, Language.ENGLISH)
    cases.advance(workers)
    assert case.state is State.WRITING
    assert case.report is first
    again = reported(case.result, Settings(seed=1))
    workers.jobs[1].case = replace(again, text_explanation=None)
    cases.advance(workers)
    assert case.state is State.EXPLAINING
    workers.jobs[1].cancel()
    cases.advance(workers)
    assert case.state is State.DONE
    assert case.report.seed == 1


def test_cancelling_the_report_keeps_the_pictures():
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[0].case = images_only()
    cases.advance(workers)
    workers.jobs[0].cancel()
    cases.advance(workers)
    assert case.state is State.CANCELLED
    assert isinstance(case.error, CancelledByUserError)


def test_a_new_report_replaces_the_edits_of_the_old_one():
    workers, cases = FakeWorkers(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    cases.advance(workers)
    case.edits[Section.FINDINGS] = "Mine."
    assert case.conclusion().edited
    assert case.conclusion().sections[Section.FINDINGS] == "Mine."
    case.rewrite(workers, Language.RUSSIAN)
    cases.advance(workers)
    assert case.report.language is Language.RUSSIAN
    assert not case.conclusion().edited


def test_a_failed_rewrite_keeps_the_old_report_and_its_edits():
    workers, cases = FakeWorkers(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    cases.advance(workers)
    case.edits[Section.FINDINGS] = "Mine."
    workers.hold = True
    case.rewrite(workers, Language.RUSSIAN)
    workers.fail(StepTimedOutError(step="write", limit_s=600.0))
    cases.advance(workers)
    assert case.report.language is Language.ENGLISH
    assert case.conclusion().sections[Section.FINDINGS] == "Mine."
    assert case.error.code == "step_timed_out"


def test_a_label_is_asked_for_once():
    workers, cases = FakeWorkers(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    cases.advance(workers)
    workers.hold = True
    case.ask(workers, Ask.MAPS, "tuberculosis")
    case.ask(workers, Ask.MAPS, "tuberculosis")
    case.ask(workers, Ask.MAPS, "bacterial_pneumonia")  # explained with the case
    assert [name for name, _ in workers.calls] == ["submit", "explain tuberculosis"]


def test_the_last_word_of_a_step_counts():
    events = [
        ProgressEvent(step=Step.READ, fraction=0.0),
        ProgressEvent(step=Step.READ, fraction=1.0),
        ProgressEvent(step=Step.WRITE, fraction=0.0),
        ProgressEvent(step=Step.WRITE, text="The"),
    ]
    assert steps_of(events) == {Step.READ: 1.0, Step.WRITE: 0.0}


def test_a_second_attempt_starts_the_streamed_text_anew():
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[0]._events = [
        ProgressEvent(step=Step.WRITE, fraction=0.0),
        ProgressEvent(step=Step.WRITE, text="Wrong"),
        ProgressEvent(step=Step.WRITE, fraction=0.0),
        ProgressEvent(step=Step.WRITE, text="Right "),
        ProgressEvent(step=Step.WRITE, text="lung."),
    ]
    assert case.streamed() == "Right lung."


def test_a_radiograph_that_failed_gives_way_to_the_next_unless_it_was_picked():
    workers, cases = held(), Cases()
    first, bad, last = (cases.add(name, b"radiograph", Settings()) for name in ("a", "b", "c"))
    cases.chosen = bad.id
    bad.data, bad.error = None, StepTimedOutError(step="read", limit_s=20.0)
    cases.advance(workers)
    assert cases.case is last
    cases.pick(bad.id)
    cases.advance(workers)
    assert cases.case is bad
    assert first.state is State.RUNNING


def test_a_visit_has_a_limit_and_what_is_beyond_is_not_listed():
    cases, settings = Cases(), Settings(visit_radiographs=2)
    kept = [cases.add(f"{number}.png", b"radiograph", settings) for number in range(2)]
    refused = [cases.add(f"{number}.png", b"radiograph", settings) for number in range(3)]
    assert list(cases.items.values()) == kept
    assert cases.turned_away == 3
    assert {(one.error.code, one.error.parameters["limit"], one.data) for one in refused} == {
        ("visit_full", 2, None)
    }
    cases.pick(refused[0].id)
    assert cases.case is kept[0]
    cases.remove(kept[0])
    assert cases.add("again.png", b"radiograph", settings).error is None


def test_the_jobs_of_a_visit_end_with_it():
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.add("b.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[1].result = reported(images_only(), Settings())
    del cases, case
    gc.collect()
    assert isinstance(workers.jobs[0].error, CancelledByUserError)
    assert workers.jobs[1].error is None


def test_a_visit_knows_whether_anything_was_edited():
    workers, cases = FakeWorkers(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    cases.advance(workers)
    assert not cases.edited
    case.edits[Section.FINDINGS] = "Mine."
    assert cases.edited
