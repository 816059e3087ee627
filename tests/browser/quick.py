"""The page with workers that answer at once, for what no model decides."""

import sys

from app import __main__ as launcher
from app import service
from tests.app.fake_workers import FakeWorkers

if __name__ == "__main__":
    workers = FakeWorkers()
    service.workers = lambda: workers
    sys.exit(launcher.main())
