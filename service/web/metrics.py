"""What Prometheus is shown: counts and times, and nothing of whom or what they are of."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from pipeline.errors import ExplainCxrError
from pipeline.types import CaseResult
from service.analyses import Analyses, State

SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)
WITHHELD = "unfamiliar"
"""In place of a label, where the radiograph is unlike those that were taught."""


class Metrics:
    """The service's metrics, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._steps = Histogram(
            "explaincxr_step_seconds",
            "Time of a step's work, without waiting for its turn",
            ["step"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._ended = Counter(
            "explaincxr_analyses", "Analyses that ended", ["state"], registry=self.registry
        )
        self._refused = Counter(
            "explaincxr_refusals",
            "Requests and radiographs that were refused, and steps that failed, by code",
            ["code"],
            registry=self.registry,
        )
        self._labels = Counter(
            "explaincxr_labels", "Classifications by label", ["label"], registry=self.registry
        )
        self._requests = Histogram(
            "explaincxr_request_seconds",
            "Time to answer",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def ended(self, case: CaseResult | None, error: ExplainCxrError | None) -> None:
        """Count an analysis that ended."""
        self._ended.labels(State.after(error)).inc()
        if error is not None:
            self.refused(error.code)
        if case is None:
            return
        for step, ms in case.timings_ms.items():
            self._steps.labels(step).observe(ms / 1000)
        for problem in case.problems:
            self.refused(problem.code)
        prediction = case.prediction
        self._labels.labels(WITHHELD if prediction.is_unfamiliar else prediction.label).inc()

    def refused(self, code: str) -> None:
        """Count a refusal."""
        self._refused.labels(code).inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is a pattern and names nothing."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def watch(self, analyses: Analyses, restarts: Callable[[], Mapping[str, int]]) -> None:
        """Show the queue and the workers as they are whenever somebody looks."""
        self.registry.register(_Now(analyses, restarts))

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


class _Now(Collector):
    """What is read off when it is asked for."""

    def __init__(self, analyses: Analyses, restarts: Callable[[], Mapping[str, int]]) -> None:
        self._analyses, self._restarts = analyses, restarts

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The queue, what is held, and how often each worker was started again."""
        queue = GaugeMetricFamily(
            "explaincxr_queue", "Analyses that have not ended", labels=["state"]
        )
        states = [item.state for item in self._analyses.unfinished()]
        for state in (State.WAITING, State.RUNNING):
            queue.add_metric([state], states.count(state))
        yield queue
        yield GaugeMetricFamily(
            "explaincxr_held", "Analyses that are held", value=self._analyses.count
        )
        restarts = CounterMetricFamily(
            "explaincxr_worker_restarts",
            "Worker processes started again, after a death or a cancellation",
            labels=["role"],
        )
        for role, count in self._restarts().items():
            restarts.add_metric([role], count)
        yield restarts
