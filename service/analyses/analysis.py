"""One analysis, from its upload to its files."""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from pipeline.errors import CancelledByUserError, ExplainCxrError
from pipeline.result_file import ResultFile
from pipeline.result_folder import RESULT_FILE
from pipeline.settings import Settings
from pipeline.types import ProgressEvent, Step
from pipeline.workers.job import Job


class State(StrEnum):
    """Where an analysis stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @classmethod
    def after(cls, error: ExplainCxrError | None) -> Self:
        """How something ended."""
        if error is None:
            return cls("done")
        return cls("cancelled" if isinstance(error, CancelledByUserError) else "failed")


@dataclass(slots=True, kw_only=True, eq=False)
class Analysis:
    """One radiograph on its way; neither its file's name nor anything of its header is known here.

    Attributes:
        owner: Whose it is: the SHA-256 of a key, or empty where there are no keys.
        settings: What it is analysed with.
        job: The work under way; `None` once its files are made.
        waiting_bytes: Size of the upload.
        number: How many were accepted before it.
        id: A random name.
        created_at: When it was accepted.
        ended_at: When it ended, by the clock of `Analyses`.
        files: Contents by name, once it is done.
        error: Why there are none.
    """

    owner: str
    settings: Settings
    job: Job | None
    waiting_bytes: int
    number: int
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: float | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    result: ResultFile | None = None
    error: ExplainCxrError | None = None
    _events: tuple[ProgressEvent, ...] = ()
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def ended(self) -> bool:
        """Whether it came to its end, well or not."""
        return self._ended.is_set()

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.ended:
            return State.after(self.error)
        is_begun = any(event.step is not Step.READ for event in self.events())
        return State.RUNNING if is_begun else State.WAITING

    @property
    def is_read(self) -> bool:
        """Whether the upload is no longer held; a job holds it until it has an examination."""
        return self.ended or any(
            event.step is Step.CLASSIFY and event.fraction == 1.0 for event in self.events()
        )

    def events(self) -> tuple[ProgressEvent, ...]:
        """All progress so far, oldest first."""
        job = self.job
        return self._events if job is None else job.events()

    def steps(self) -> Mapping[Step, float | None]:
        """How far each step that began has come, 1 if it ended; `None` if it does not say."""
        found: dict[Step, float | None] = {}
        for event in self.events():
            if event.fraction is not None or event.step not in found:
                found[event.step] = event.fraction
        return found

    def cancel(self) -> None:
        """Stop the work; harmless if there is none."""
        job = self.job
        if job is not None:
            job.cancel()

    def end(
        self, files: Mapping[str, bytes], error: ExplainCxrError | None, ended_at: float
    ) -> None:
        """Note what became of it, and let go of the case, which is ten times as large."""
        if files:
            self.result = ResultFile.model_validate_json(files[RESULT_FILE])
        self.files, self.error, self.ended_at = files, error, ended_at
        self._events = self.events()
        self.job = None
        self._ended.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it ended; `False` after `timeout` seconds."""
        return self._ended.wait(timeout)
