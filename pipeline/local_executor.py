"""The flow's work in this process, without waiting: for the Python API, benches and tests."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.protocols import Models, Priority, Progress, Role, Value, Work, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalExecutor:
    """Does each piece of work at once, with models of this process; not for untrusted files.

    Attributes:
        models: The models of all roles.
        progress: Receives the work's events.
    """

    models: Models
    progress: Progress = silent

    def run(self, role: Role, work: Work[Value], priority: Priority) -> Iterator[Value]:
        """Do the work."""
        return work(self.models, self.progress)
