"""The Python API: radiographs in, cases out, one by one or many at once."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pipeline.build import build_models, check_measurements, exporter, local_models, provenance
from pipeline.closing import Closing
from pipeline.errors import ExplainCxrError, StepFailedError
from pipeline.local_executor import LocalExecutor
from pipeline.protocols import Progress, Role, silent
from pipeline.reading import read_source
from pipeline.result_folder import FINGERPRINT, fingerprint, write_files
from pipeline.run import analyse
from pipeline.settings import Settings, changed_settings, load_settings
from pipeline.types import CaseResult, Language
from pipeline.workers.job import Job
from pipeline.workers.process import Build
from pipeline.workers.workers import Workers

Source = str | Path | bytes
"""A radiograph's file, or its bytes."""

IN_FLIGHT = 2  # of each set of workers: one is decoded and set while the other is analysed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case(CaseResult):
    """All that was found for one radiograph; see `pipeline.types.CaseResult` for the fields."""

    def save(self, folder: str | Path) -> Path:
        """Write `result.json`, the pictures, `report.md` and `report.pdf` to a folder.

        Args:
            folder: The folder; it is made if it is not there. Files of an earlier case in it are
                replaced.

        Returns:
            The folder.

        Raises:
            OutputError: A file cannot be made or written.
        """
        language = Language.ENGLISH if self.report is None else self.report.language
        write_files(Path(folder), exporter(language).files(self, None))
        return Path(folder)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What became of one source.

    Attributes:
        source: The source.
        case: Its case, or `None`.
        error: Why it has none, or `None`.
    """

    source: Source
    case: Case | None = None
    error: ExplainCxrError | None = None


class Analyser(Closing):
    """Analyses radiographs with models that stay loaded; close it, or use it in a `with`.

    ```python
    with Analyser(language="en") as analyser:
        case = analyser.analyse("chest.dcm")
    ```
    """

    def __init__(
        self,
        *,
        settings_file: str | Path | None = None,
        settings: Settings | None = None,
        in_process: bool = False,
        jobs: int = 1,
        progress: Progress = silent,
        build: Build = build_models,
        **changes: Any,
    ) -> None:
        """Read the settings; models are loaded by the first radiograph.

        Args:
            settings_file: A TOML file of settings.
            settings: Settings that are read already, in place of file and environment.
            in_process: Whether to work in this process and not in workers. Only for files that
                are trusted: a decoder that crashes takes this process along.
            jobs: How many sets of workers to start, each with its own models; more than one pays
                where there are more processor cores than `threads`.
            progress: Receives every step's progress, in process only.
            build: Makes the models; for tests.
            **changes: Attributes of `pipeline.settings.Settings` by name, such as `language="ru"`,
                `write_report=False`, `explain_label="tuberculosis"`.

        Raises:
            SettingsError: A setting is unknown or out of range.
            MeasurementWordsError: A measurement lacks words in a language.
        """
        check_measurements()
        file = None if settings_file is None else Path(settings_file)
        self.settings: Settings = (
            load_settings(file, **changes)
            if settings is None
            else changed_settings(settings, **changes)
        )
        self._build, self._in_process, self._progress = build, in_process, progress
        self._jobs = max(1, jobs)
        self._workers: list[Workers] = []
        self._local: LocalExecutor | None = None
        origin = provenance(self.settings)
        self.provenance = {**origin, FINGERPRINT: fingerprint(self.settings, origin)}

    def analyse(self, source: Source) -> Case:
        """Analyse one radiograph.

        Args:
            source: A PNG, JPEG, WEBP or DICOM file, or its bytes.

        Returns:
            The case. A report that failed is said in `problems`; all else stands.

        Raises:
            InputError: The file cannot be read or analysed.
            JobError: A step did not come to its end.
            ModelError: A model cannot be used.
        """
        (outcome,) = self.outcomes([source])
        if outcome.error is not None:
            raise outcome.error
        if outcome.case is None:  # an outcome has either
            raise StepFailedError(step="job", error="no result")
        return outcome.case

    def analyse_many(
        self,
        sources: Iterable[Source],
        on_error: Callable[[Source, ExplainCxrError], None] | None = None,
    ) -> Iterator[Case]:
        """Analyse many radiographs; memory does not grow with their number.

        Args:
            sources: Files or bytes.
            on_error: Called for each source that has no case, and why.

        Yields:
            A case for each source that has one, in the order of the sources.

        Raises:
            ExceptionGroup: Without `on_error`, after all other cases: why some have none.
        """
        errors: list[ExplainCxrError] = []
        for outcome in self.outcomes(sources):
            if outcome.case is not None:
                yield outcome.case
            elif outcome.error is not None:
                errors.append(outcome.error)
                if on_error is not None:
                    on_error(outcome.source, outcome.error)
        if errors and on_error is None:
            raise ExceptionGroup(f"{len(errors)} radiographs have no case", errors)

    def outcomes(
        self, sources: Iterable[Source], watch: Callable[[Source, Job], None] | None = None
    ) -> Iterator[Outcome]:
        """Analyse many radiographs.

        Args:
            sources: Files or bytes.
            watch: Called with each job that is about to be waited for; in workers only.

        Yields:
            What became of each source, in their order.
        """
        if self._in_process:
            yield from map(self._here, sources)
            return
        under_way: deque[tuple[Source, Job | ExplainCxrError]] = deque()
        turns = itertools.cycle(self._started())
        for source in sources:
            if len(under_way) >= IN_FLIGHT * self._jobs:
                yield self._ended(*under_way.popleft(), watch)
            try:
                job = next(turns).submit(self._bytes(source), self.settings)
                under_way.append((source, job))
            except ExplainCxrError as error:
                under_way.append((source, error))
        while under_way:
            yield self._ended(*under_way.popleft(), watch)

    def close(self) -> None:
        """End the workers."""
        for workers in self._workers:
            workers.close()
        self._workers, self._local = [], None

    def _started(self) -> list[Workers]:
        if not self._workers:
            roles = tuple(
                role for role in Role if self.settings.write_report or role is not Role.WRITER
            )
            self._workers = [Workers(self.settings, self._build) for _ in range(self._jobs)]
            for workers in self._workers:
                workers.provenance = self.provenance
                workers.warm(roles)
        return self._workers

    def _ended(
        self,
        source: Source,
        job: Job | ExplainCxrError,
        watch: Callable[[Source, Job], None] | None,
    ) -> Outcome:
        if isinstance(job, ExplainCxrError):
            return Outcome(source=source, error=job)
        if watch is not None:
            watch(source, job)
        job.wait()
        if job.result is None:
            missing = StepFailedError(step="job", error="no result")
            return Outcome(source=source, error=job.error or missing)
        return Outcome(source=source, case=_case(job.result))

    def _here(self, source: Source) -> Outcome:
        if self._local is None:
            models = local_models(self.settings)
            self._local = LocalExecutor(models=models, progress=self._progress)
        try:
            *_, last = analyse(
                self._bytes(source),
                executor=self._local,
                settings=self.settings,
                provenance=self.provenance,
            )
        except ExplainCxrError as error:
            return Outcome(source=source, error=error)
        if not isinstance(last, CaseResult):
            missing = StepFailedError(step="job", error="nothing explained")
            return Outcome(source=source, error=missing)
        return Outcome(source=source, case=_case(last))

    def _bytes(self, source: Source) -> bytes:
        if isinstance(source, bytes):
            return source
        return read_source(Path(source), self.settings)


def _case(result: CaseResult) -> Case:
    return Case(**{field.name: getattr(result, field.name) for field in fields(result)})
