"""A radiograph of the page as the case store has it, there and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.state.case import Case
from app.state.visitor import AT_THE_COMPUTER
from pipeline.errors import ExplainCxrError, StepFailedError, TurnedImageError
from pipeline.settings import Settings
from pipeline.types import CaseResult, Conclusion, Section
from records import Arrival, CaseContent, CaseLine, CaseStatus

if TYPE_CHECKING:
    from records.store import Store

ORIGIN = "page"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """A radiograph as it is to be stored.

    Attributes:
        arrival: What came in; stored once.
        content: What is found so far.
        finished: Whether its analysis has ended, well or not.
        error: Why there is no result, or why the latest job did not end well.
        draft: The conclusion, if anybody has edited it.
        actor: Who is at the page.
    """

    arrival: Arrival
    content: CaseContent | None
    finished: bool
    error: ExplainCxrError | None
    draft: Conclusion | None
    actor: str

    def after(self, earlier: "Snapshot | Removal | None") -> "Snapshot":
        """The same with the file that an earlier one, which was not stored, still has."""
        if not isinstance(earlier, Snapshot) or self.arrival.data is not None:
            return self
        return replace(self, arrival=earlier.arrival)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A radiograph that is to be removed, and who wants it."""

    actor: str

    def after(self, _: "Snapshot | Removal | None") -> "Removal":
        """Whatever there was before: it goes."""
        return self


def mark_of(case: Case) -> tuple[object, ...]:
    """Changes whenever the radiograph must be stored anew."""
    explained = tuple((label, id(found)) for label, found in case.explained.items())
    is_finished = case.job is None and case.data is None
    edits = tuple(sorted(case.edits.items()))
    return id(case.result), explained, tuple(case.layer_maps), is_finished, id(case.error), edits


def snapshot_of(case: Case, actor: str = AT_THE_COMPUTER) -> Snapshot:
    """The radiograph as it is now, and who is at the page."""
    content = None
    if case.result is not None:
        others = {
            label: found
            for label, found in case.explained.items()
            if label != case.result.explained_label
        }
        content = CaseContent(
            result=case.result, explained=others, layer_maps=dict(case.layer_maps)
        )
    return Snapshot(
        arrival=Arrival(
            id=case.id,
            origin=ORIGIN,
            data=case.data,
            language=case.settings.language,
            sample=case.sample,
            visit=case.visit,
        ),
        content=content,
        finished=case.job is None and case.data is None,
        error=case.error,
        # a report that was written anew takes the place of what was edited in the one before
        draft=case.conclusion() if case.edits or case.attempt else None,
        actor=actor,
    )


def write_case(store: "Store", snapshot: Snapshot) -> None:
    """Store a radiograph that was received as it is.

    Raises:
        StoreError: It cannot be stored, or is not there any more.
    """
    case, actor = snapshot.arrival.id or "", snapshot.actor
    if snapshot.content is not None:
        store.save(case, snapshot.content, finished=snapshot.finished, actor=actor)
    if snapshot.error is not None and snapshot.finished:
        store.fail(case, snapshot.error, actor=actor)
    if snapshot.draft is not None:
        store.conclusions.save_draft(case, snapshot.draft, actor=actor)


def read_case(store: "Store", line: CaseLine, visit: str, settings: Settings) -> Case:
    """A radiograph as it was stored; without its end it begins again with its file.

    Args:
        store: The store.
        line: Its line in the worklist.
        visit: The visit that it is shown in.
        settings: What it is analysed with.

    Raises:
        StoreError: It is not there any more, or cannot be read.
    """
    case = Case(
        id=line.id,
        name=f"#{line.number}",  # its file's name, which may be the patient's, is not stored
        settings=settings,
        visit=visit,
        sample=line.sample,
    )
    data = None if line.finished else store.upload(line.id)
    if data is not None:
        case.data = data
    elif line.status not in (CaseStatus.WAITING, CaseStatus.FAILED):
        _fill(case, store.load(line.id))
        _edit(case, store)
    if data is None:
        case.error = _error(store.error(line.id))
        if isinstance(case.error, TurnedImageError):
            case.source = store.upload(line.id)
        if case.error is None and case.result is None:
            case.error = StepFailedError(step="job", error="interrupted")
    case.kept = mark_of(case)
    return case


def _fill(case: Case, content: CaseContent) -> None:
    result = content.result
    if isinstance(result, CaseResult):
        case.result = case.taken = result
        case.explained = {result.explained_label: result, **content.explained}
        case.layer_maps = dict(content.layer_maps)
        if result.report is not None:  # the next attempt's seed follows from it
            case.attempt = max(0, result.report.seed - case.settings.seed)


def _edit(case: Case, store: "Store") -> None:
    """Bring the reader's text again, if it is one of this report."""
    draft, report = store.conclusions.draft(case.id), case.report
    if draft is None or report is None or draft.language is not report.language:
        return
    case.edits = {
        section: draft.sections[section]
        for section in Section
        if draft.sections[section] != report.sections[section]
    }


def _error(stored: tuple[str, Mapping[str, str | int | float]] | None) -> ExplainCxrError | None:
    """The error of ours with a code."""
    if stored is None:
        return None
    code, parameters = stored
    left: list[type[ExplainCxrError]] = [ExplainCxrError]
    while left:
        kind = left.pop()
        if kind.code == code:
            return kind(**parameters)
        left.extend(kind.__subclasses__())
    return ExplainCxrError()
