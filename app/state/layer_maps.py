"""Grad-CAM at every stage of the network, as a visit asks for it: jobs, maps, errors by label."""

from dataclasses import dataclass, field

from app.service import Job, Workers
from pipeline.errors import ExplainCxrError
from pipeline.types import CaseResult, LayerMap


@dataclass(slots=True, kw_only=True, eq=False)
class LayerMaps:
    """What was asked for and what came of it.

    Attributes:
        jobs: Jobs under way.
        found: The maps, finest first.
        errors: Why a label's job brought nothing.
    """

    jobs: dict[str, Job] = field(default_factory=dict)
    found: dict[str, tuple[LayerMap, ...]] = field(default_factory=dict)
    errors: dict[str, ExplainCxrError] = field(default_factory=dict)

    @property
    def signature(self) -> tuple[int, ...]:
        """Changes whenever the page must be drawn anew."""
        return len(self.jobs), len(self.found), len(self.errors)

    def ask(self, workers: Workers, case: CaseResult) -> None:
        """Ask for the maps of the label that a case is explained for.

        Raises:
            QueueFullError: Too many jobs wait.
        """
        label = case.explained_label
        if label not in self.jobs:
            self.jobs[label] = workers.submit_layers(case)
            self.errors.pop(label, None)

    def refresh(self) -> None:
        """Take over what the jobs have brought."""
        for label, job in list(self.jobs.items()):
            if not job.done:
                continue
            del self.jobs[label]
            if job.result is not None:
                self.found[label] = job.result.layer_maps
            elif job.error is not None:
                self.errors[label] = job.error
