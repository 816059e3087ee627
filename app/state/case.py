"""One radiograph on the page: what is known of it, what was asked for, what was edited."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.state.progress import steps_of, text_of
from app.state.written import Written, written
from pipeline.errors import CancelledByUserError, ExplainCxrError, JobError
from pipeline.settings import Settings
from pipeline.types import (
    CaseResult,
    Conclusion,
    Language,
    LayerMap,
    Method,
    Radiograph,
    Report,
    Section,
    Step,
    with_fused,
)
from pipeline.workers.job import Job
from pipeline.workers.workers import Workers


class State(StrEnum):
    """Where a radiograph stands."""

    WAITING = "waiting"
    RUNNING = "running"
    WRITING = "writing"
    EXPLAINING = "explaining"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Ask(StrEnum):
    """What may be asked for beside the analysis, for any label."""

    MAPS = "maps"
    LAYERS = "layers"


Request = tuple[Ask, str]
"""What is asked for, and the label."""


@dataclass(slots=True, kw_only=True, eq=False)
class Case:
    """One radiograph on its way; it changes as its jobs do.

    Attributes:
        name: The file's name, for this visit's eyes only.
        settings: What it was submitted with.
        visit: Whose it is; visits take turns.
        sample: Whether it is the phantom and not a patient's radiograph.
        data: The file's bytes until they are handed to the workers.
        job: The job that makes or remakes `result`.
        result: What is found so far.
        taken: What the job had found when it was last looked at.
        error: Why there is no result, or why the latest job did not end well.
        requests: Jobs for what was asked for beside the analysis.
        request_errors: Why such a job brought nothing.
        explained: The case with its maps and descriptors for each label asked for.
        layer_maps: Grad-CAM at every stage of the network for each label asked for.
        edits: The clinician's text of each section, for the report of the same attempt.
        attempt: How many times the report was asked for.
        superseded: The report that the one being written will replace.
        before: What the present report took the place of, so that it can be brought back.
        texts: How many texts there have been; a control that holds one is named by it.
        source: What a job that failed can begin again with.
        pictures: Encoded pictures by what they show, so that a rerun draws nothing twice.
        kept: What of it was last handed to the case store.
    """

    name: str
    settings: Settings
    visit: str = ""
    sample: bool = False
    data: bytes | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    job: Job | None = None
    result: CaseResult | None = None
    taken: CaseResult | None = None
    error: ExplainCxrError | None = None
    requests: dict[Request, Job] = field(default_factory=dict)
    request_errors: dict[Request, ExplainCxrError] = field(default_factory=dict)
    explained: dict[str, CaseResult] = field(default_factory=dict)
    layer_maps: dict[str, tuple[LayerMap, ...]] = field(default_factory=dict)
    edits: dict[Section, str] = field(default_factory=dict)
    attempt: int = 0
    superseded: Report | None = None
    before: Written | None = None
    texts: int = 0
    source: bytes | Radiograph | None = None
    pictures: dict[tuple[object, ...], bytes] = field(default_factory=dict)
    kept: tuple[object, ...] | None = None

    @property
    def state(self) -> State:
        """Where the radiograph stands."""
        if self.job is not None:
            if self.result is None:
                return State.RUNNING
            return State.WRITING if self.report is self.superseded else State.EXPLAINING
        if self.data is not None:
            return State.WAITING
        cancelled = isinstance(self.error, CancelledByUserError)
        if self.result is not None:
            return State.CANCELLED if cancelled and self.report is None else State.DONE
        return State.CANCELLED if cancelled else State.FAILED

    @property
    def is_retryable(self) -> bool:
        """Whether an analysis that failed may come to its end at another try."""
        is_ended = self.job is None and self.result is None
        return is_ended and self.source is not None and isinstance(self.error, JobError)

    @property
    def busy(self) -> bool:
        """Whether anything of it may change without the user."""
        return self.job is not None or self.data is not None or bool(self.requests)

    @property
    def signature(self) -> tuple[object, ...]:
        """Changes whenever the page must be drawn anew."""
        maps = sum(len(found.explanations) for found in self.explained.values())
        rated = sum(found.quality is not None for found in self.explained.values())
        asked = len(self.layer_maps), len(self.requests), len(self.request_errors)
        return self.id, self.state, self.texts, maps, rated, *asked

    def steps(self) -> Mapping[Step, float | None]:
        """How far each step that began has come, 1 if it ended."""
        return steps_of(() if self.job is None else self.job.events())

    def streamed(self) -> str:
        """The report's tokens so far."""
        return text_of(() if self.job is None else self.job.events())

    def refresh(self) -> None:
        """Take over what the jobs have brought."""
        job = self.job
        if job is not None:
            ended = job.done  # asked first, so that nothing is missed in between
            self._take(job.case)
            if ended:
                self.error, self.job, self.source = job.error, None, job.source
        for (ask, label), other in list(self.requests.items()):
            ended = other.done
            if other.case is not None and ask is Ask.MAPS:
                self._explain(other.case)
            elif other.case is not None:
                self.layer_maps[label] = other.case.layer_maps
            if ended:
                del self.requests[ask, label]
                if other.error is not None:
                    self.request_errors[ask, label] = other.error

    def ask(self, workers: Workers, ask: Ask, label: str, method: Method | None = None) -> None:
        """Ask for a label's maps, or for its Grad-CAM at every stage of the network.

        Args:
            workers: Who makes them.
            ask: Which of the two.
            label: The label.
            method: A further map; from then on other labels get it, too.

        Raises:
            QueueFullError: Too many jobs wait.
        """
        if method is not None:
            methods = with_fused((*self.settings.methods, method))
            self.settings = replace(self.settings, methods=methods)
        found = self.explained.get(label)
        made = found is not None and set(self.settings.methods) <= set(found.explanations)
        is_known = made if ask is Ask.MAPS else label in self.layer_maps
        if self.result is None or is_known or (ask, label) in self.requests:
            return
        self.request_errors.pop((ask, label), None)
        self.requests[ask, label] = (
            workers.submit_label(self.result, label, self.settings, self.visit)
            if ask is Ask.MAPS
            else workers.submit_layers(self.result, label, visit=self.visit)
        )
        self.requests[ask, label].in_view = True

    def restart(
        self, workers: Workers, source: Radiograph | bytes, settings: Settings | None = None
    ) -> None:
        """Analyse the radiograph as its reader changed it; nothing of the earlier result stays.

        Args:
            workers: Who analyses it.
            source: The radiograph, turned, blanked or mirrored; or its file.
            settings: Other settings, to read the file with.

        Raises:
            QueueFullError: Too many jobs wait.
        """
        self.job = workers.submit(source, settings or self.settings, self.visit)
        self.settings, self.source = settings or self.settings, None
        self.result = self.taken = self.error = self.superseded = self.before = None
        self.texts += 1
        for kept in (
            self.requests,
            self.request_errors,
            self.explained,
            self.layer_maps,
            self.edits,
            self.pictures,
        ):
            kept.clear()

    def retry(self, workers: Workers) -> None:
        """Begin an analysis again that failed before anything was found.

        Raises:
            QueueFullError: Too many jobs wait.
        """
        if self.source is None or not self.is_retryable:
            return
        self.job = workers.submit(self.source, self.settings, self.visit)
        self.source = self.error = None

    def rewrite(self, workers: Workers, language: Language) -> None:
        """Ask for the report once more, in a language, with the next seed.

        Raises:
            QueueFullError: Too many jobs wait.
        """
        if self.result is None:
            return
        seed = self.settings.seed + self.attempt + 1
        settings = replace(self.settings, language=language, seed=seed)
        self.job = workers.submit_report(replace(self.result, problems=()), settings, self.visit)
        self.superseded = self.result.report
        self.attempt += 1
        self.error = None

    def exchange(self) -> None:
        """Bring back the report that the present one took the place of, and the reader's edits.

        The present one takes its place in turn, so that nothing is lost either way.
        """
        before, present = self.before, written(self.result, self.edits)
        if self.result is None or before is None:
            return
        if self.job is not None:
            self.job.cancel()
            self.job = None
        self.result = replace(
            self.result, report=before.report, text_explanation=before.text_explanation
        )
        self.edits, self.before = dict(before.edits), present
        self.texts += 1

    def conclusion(self) -> Conclusion | None:
        """The report as the clinician left it, or `None` without a report."""
        report = self.report
        if report is None:
            return None
        sections = {**report.sections, **self.edits}
        edited = any(sections[section] != report.sections[section] for section in Section)
        return Conclusion(language=report.language, sections=sections, edited=edited)

    @property
    def report(self) -> Report | None:
        """The report, if one is written."""
        return None if self.result is None else self.result.report

    def _explain(self, found: CaseResult) -> None:
        """Take over a label's maps; those of the case's own label are the case's, too."""
        self.explained[found.explained_label] = found
        if self.result is not None and self.result.explained_label == found.explained_label:
            self.result = _with_maps_of(self.result, found)

    def _take(self, found: CaseResult | None) -> None:
        if found is None or found is self.taken:
            return
        self.taken = found
        label = found.explained_label
        found = _with_maps_of(found, self.explained.get(label))
        if self.result is None or found.quality is not self.explained[label].quality:
            self.explained[label] = found
        if found.report is not None and found.report != self.report:
            self.before = written(self.result, self.edits)
            self.edits = {}
            self.texts += 1
        self.result = found


def _with_maps_of(found: CaseResult, other: CaseResult | None) -> CaseResult:
    """A case with the maps of the same label that were made on request meanwhile."""
    if other is None or set(other.explanations) <= set(found.explanations):
        return found
    quality = other.quality or found.quality
    return replace(found, explanations={**other.explanations}, quality=quality)
