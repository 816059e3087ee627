"""The service in a thread of this process, with fake models that work in it, too."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from pipeline.local_executor import LocalExecutor
from pipeline.protocols import Models
from pipeline.run import analyse
from pipeline.settings import Settings
from pipeline.workers.job import Job
from service.analyses import Analyses
from service.keys import Keys
from service.server import bound, http_server
from service.web.access import Access
from service.web.metrics import Metrics
from service.web.parts import Parts
from tests.fakes import LABELS, fake_models
from tests.waiting import wait_for


class LocalWorkers:
    """Work in threads of this process; waits for `go` first, and keeps what it was given."""

    def __init__(self, settings: Settings) -> None:
        self.models: Models = fake_models(settings)
        self.go = threading.Event()
        self.go.set()
        self.submitted: list[tuple[Settings, str]] = []
        self.error: Exception | None = None

    def submit(self, source: bytes, settings: Settings, visit: str = "") -> Job:
        if self.error is not None:
            raise self.error
        self.submitted.append((settings, visit))
        job = Job(visit)

        def flow():
            while not self.go.wait(0.02):
                job.cancellation.check()
            executor = LocalExecutor(models=self.models, progress=job.on_progress)
            yield from analyse(source, executor=executor, settings=settings, provenance={})

        threading.Thread(target=job.run, args=(flow(),), daemon=True).start()
        return job


@dataclass
class Served:
    """A service that runs."""

    address: str
    workers: LocalWorkers
    analyses: Analyses
    metrics: Metrics
    server: uvicorn.Server
    clock: list[float]


@contextmanager
def served(settings: Settings, keys: Keys | None = None) -> Iterator[Served]:
    """Serve on a free port of this computer."""
    workers, metrics, clock = LocalWorkers(settings), Metrics(), [0.0]
    analyses = Analyses(workers, settings, clock=lambda: clock[0], on_end=metrics.ended)
    metrics.watch(analyses, lambda: {"vision": 2})
    parts = Parts(
        settings=settings,
        labels=LABELS,
        analyses=analyses,
        access=Access(keys),
        metrics=metrics,
        standing=lambda: "ok",
        is_stopping=lambda: server.should_exit,
    )
    listening = bound("127.0.0.1", 0)
    server = http_server(parts)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    wait_for(lambda: server.started, "the service")
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        yield Served(address, workers, analyses, metrics, server, clock)
    finally:
        server.should_exit = True
        workers.go.set()
        thread.join(20)
