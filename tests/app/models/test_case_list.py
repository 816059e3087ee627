"""The rows of the list: what they say, their order, and what neither may say yet."""

from app.models.case_list import Sort, case_rows, refusals
from app.state.cases import Cases
from pipeline.errors import WorkerDiedError
from pipeline.settings import Settings
from pipeline.types import Language, Step
from pipeline.words import words_of
from tests.app.fake_workers import FakeWorkers, images_only, reported

WORDS = words_of(Language.ENGLISH).of("page")
SHARES = {"low": 0.05, "high": 0.9, "middle": 0.5}  # the last one lies in the uncertain band


def visit():
    workers, cases = FakeWorkers(), Cases()
    workers.hold = True
    for name in (*SHARES, "failed"):
        cases.add(name, b"radiograph", Settings())
    cases.advance(workers)
    for job, share in zip(workers.jobs, SHARES.values(), strict=False):
        found = images_only(probabilities=(1 - share, share - 0.02, 0.02))
        job.result = reported(found, Settings())
    workers.fail(WorkerDiedError(step=Step.SEGMENT))
    cases.advance(workers)
    return cases


def names(cases, sort, **given):
    return [row.name for row in case_rows(WORDS, cases.items.values(), sort, **given)]


def test_rows_are_sorted_and_what_cannot_be_compared_comes_last():
    cases = visit()
    assert names(cases, Sort.ADDED) == ["low", "high", "middle", "failed"]
    assert names(cases, Sort.PROBABILITY) == ["high", "middle", "low", "failed"]
    assert names(cases, Sort.CLASSIFICATION) == ["high", "middle", "low", "failed"]


def test_a_row_says_state_classification_and_probability():
    rows = {row.name: row for row in case_rows(WORDS, visit().items.values(), Sort.ADDED)}
    assert rows["high"].said == "done · Abnormality suspected, 90%"
    assert rows["failed"].said == "not analysed"


def test_neither_the_order_nor_a_row_says_what_must_not_be_shown_yet():
    cases = visit()
    hidden = {case.id for case in cases.items.values() if case.name == "high"}
    for sort in (Sort.PROBABILITY, Sort.CLASSIFICATION):
        assert names(cases, sort, hidden=hidden) == ["middle", "low", "high", "failed"]
    rows = {row.name: row for row in case_rows(WORDS, cases.items.values(), sort, hidden=hidden)}
    assert rows["high"].said == "done"


def test_a_refusal_says_whether_it_may_be_tried_again():
    (refusal,) = refusals(WORDS, visit().items.values())
    assert refusal.said.startswith("failed: The process stopped during")
    assert (refusal.code, refusal.retryable, refusal.cancelled) == ("worker_died", True, False)
