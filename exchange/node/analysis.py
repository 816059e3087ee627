"""Analysing what was received, one radiograph after the other, urgent or not, oldest first."""

import logging
import threading
from collections.abc import Callable, Iterator

from exchange.node.inbox import ORIGIN
from pipeline.analyser import Analyser
from pipeline.errors import CancelledByUserError, ExplainCxrError
from records.errors import CaseMissingError
from records.query import CaseQuery
from records.store import Store
from records.values import CaseContent, CaseStatus

log = logging.getLogger(__name__)

PAGE = 100  # cases looked up at once
LOOK_UP_S = 1.0
ACTOR = "exchange"


def waiting(store: Store) -> tuple[str, ...]:
    """The cases that were received and have no result yet."""
    found, offset = [], 0
    while True:
        query = CaseQuery(statuses=(CaseStatus.WAITING,), limit=PAGE, offset=offset)
        page = store.worklist.page(query)
        found += [line for line in page.lines if line.origin == ORIGIN and not line.finished]
        offset += PAGE
        if offset >= page.total:
            return tuple(line.id for line in sorted(found, key=lambda line: line.number))


def analyse_waiting(store: Store, analyser: Analyser) -> Iterator[tuple[str, str | None]]:
    """Analyse all that waits.

    Yields:
        Each case's id, and the code of the error that ended its analysis, `None` if none did.

    Raises:
        StoreError: The store does not answer; nothing is lost, the case waits on.
    """
    for case in waiting(store):
        try:
            data = store.upload(case)
        except CaseMissingError:  # it was removed meanwhile
            continue
        if data is None:
            continue
        try:
            result = analyser.analyse(data)
        except CancelledByUserError:  # we are to end: the case waits on
            return
        except ExplainCxrError as error:
            store.fail(case, error, actor=ACTOR)
            yield case, error.code
        else:
            store.save(case, CaseContent(result=result), finished=True, actor=ACTOR)
            yield case, None


def keep_analysing(
    store: Store,
    analyser: Analyser,
    ended: threading.Event,
    on_case: Callable[[str, str | None], None],
) -> None:
    """Analyse whatever comes, until it is to end; a store that is away is asked again.

    Args:
        store: The store.
        analyser: Who analyses.
        ended: When to end.
        on_case: Called with each case's id, and the code of its error.
    """
    while not ended.is_set():
        try:
            for case, code in analyse_waiting(store, analyser):
                on_case(case, code)
                if ended.is_set():
                    return
        except ExplainCxrError as error:
            log.error("the store does not answer: %s", error.code)
        ended.wait(LOOK_UP_S)
