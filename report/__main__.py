"""`python -m report`: as a program's entry it may join the rooms."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.cache_folder import use_cache_folder
from pipeline.errors import StepFailedError
from pipeline.protocols import Role
from pipeline.settings import Settings
from pipeline.types import CaseResult
from pipeline.workers.workers import Workers
from report.command_line import main
from report.models.compare_cases import Analyse


@contextmanager
def analyst(settings: Settings) -> Iterator[Analyse]:
    """Worker processes that analyse radiographs, without a report."""
    with Workers(settings) as workers:
        workers.warm((Role.DECODE, Role.VISION))

        def analyse(data: bytes) -> CaseResult:
            job = workers.submit(data, settings)
            job.wait()
            if job.error is not None:
                raise job.error
            if job.result is None:  # a job ends in either
                raise StepFailedError(step="job", error="no result")
            return job.result

        yield analyse


if __name__ == "__main__":
    use_cache_folder()
    sys.exit(main(sys.argv[1:], analyst))
