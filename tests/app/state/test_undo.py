"""What was removed comes back, what was written again too, and what failed is tried again."""

import time
from dataclasses import replace

from app.state.case import State
from app.state.cases import UNDO_S, Cases
from pipeline.errors import CancelledByUserError, WorkerDiedError
from pipeline.settings import Settings
from pipeline.types import Language, Section, Step
from tests.app.fake_workers import FakeWorkers, images_only, reported


def held():
    workers = FakeWorkers()
    workers.hold = True
    return workers


def test_removing_a_radiograph_puts_its_jobs_last_and_then_cancels_them(monkeypatch):
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    cases.remove(case)
    assert cases.case is None
    assert not workers.jobs[0].in_view
    cases.advance(workers)
    assert workers.jobs[0].error is None
    _later(monkeypatch, UNDO_S)
    cases.advance(workers)
    assert isinstance(workers.jobs[0].error, CancelledByUserError)
    assert cases.removed is None


def test_a_removed_radiograph_comes_back_where_it_was_with_what_was_found():
    workers, cases = held(), Cases()
    first, second, third = (cases.add(name, b"radiograph", Settings()) for name in ("a", "b", "c"))
    cases.advance(workers)
    cases.remove(second)
    workers.jobs[1].result = reported(images_only(), Settings())
    cases.bring_back()
    assert list(cases.items.values()) == [first, second, third]
    assert cases.case is second
    cases.advance(workers)
    assert second.state is State.DONE
    assert workers.jobs[1].in_view is False and workers.jobs[1].error is None


def test_only_the_last_removed_radiograph_can_be_brought_back():
    workers, cases = held(), Cases()
    first, second = (cases.add(name, b"radiograph", Settings()) for name in ("a", "b"))
    cases.advance(workers)
    cases.remove(first)
    cases.remove(second)
    assert isinstance(workers.jobs[0].error, CancelledByUserError)
    cases.bring_back()
    assert list(cases.items.values()) == [second]
    cases.bring_back()
    assert list(cases.items.values()) == [second]


def _later(monkeypatch, seconds):
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + seconds + 1)


def test_a_failed_analysis_begins_again_with_what_it_had():
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.fail(WorkerDiedError(step=Step.SEGMENT))
    cases.advance(workers)
    assert case.state is State.FAILED and case.is_retryable
    case.retry(workers)
    assert case.state is State.RUNNING and case.error is None
    workers.jobs[1].result = reported(images_only(), Settings())
    cases.advance(workers)
    assert case.state is State.DONE and not case.is_retryable


def test_a_file_that_is_refused_is_not_tried_again():
    workers, cases = FakeWorkers(), Cases()
    case = cases.add("a.png", b"bad", Settings())
    cases.advance(workers)
    cases.advance(workers)
    assert case.state is State.FAILED and not case.is_retryable
    case.retry(workers)
    assert case.state is State.FAILED


def test_a_cancelled_radiograph_is_not_done_and_can_begin_again():
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[0].cancel()
    cases.advance(workers)
    assert case.state is State.CANCELLED and case.is_retryable


def test_what_was_written_again_is_exchanged_for_what_it_replaced_and_back():
    workers, cases = FakeWorkers(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    cases.advance(workers)
    assert case.before is None
    case.edits[Section.FINDINGS] = "Mine."
    first, texts = case.report, case.texts
    case.rewrite(workers, Language.RUSSIAN)
    cases.advance(workers)
    second = case.report
    assert second is not first and not case.edits
    case.exchange()
    assert case.report is first
    assert case.conclusion().sections[Section.FINDINGS] == "Mine."
    assert case.result.text_explanation is not None
    case.exchange()
    assert case.report is second and not case.conclusion().edited
    assert case.texts == texts + 3  # no control shows a text that is gone


def test_bringing_a_report_back_ends_the_explanation_of_the_other():
    workers, cases = held(), Cases()
    case = cases.add("a.png", b"radiograph", Settings())
    cases.advance(workers)
    workers.jobs[0].result = reported(images_only(), Settings())
    cases.advance(workers)
    first = case.report
    case.rewrite(workers, Language.ENGLISH)
    again = reported(case.result, Settings(seed=1))
    workers.jobs[1].case = replace(again, text_explanation=None)
    cases.advance(workers)
    case.exchange()
    assert isinstance(workers.jobs[1].error, CancelledByUserError)
    cases.advance(workers)
    assert case.report is first and case.state is State.DONE and case.error is None
