"""The bench of load: what counts as lost, and a run with fakes in place of the models."""

import json
import sys

import pytest

from bench.load import load
from bench.load.load import DONE, LoadMetrics, measure_load
from pipeline.errors import ChestNotFoundError, WorkerDiedError
from pipeline.settings import Settings
from service.errors import ServiceUnreachableError

SERVICE = (
    "import sys; from pipeline.settings import Settings; from service.server import serve;"
    "from tests.fakes import fake_build;"
    "serve(Settings(service_port=int(sys.argv[-1])), fake_build)"
)


class Answering:
    """A client that answers with an error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def analyse(self, file: bytes) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (WorkerDiedError(step="lime"), "worker_died"),
        (ServiceUnreachableError(address="x"), ""),
        (ChestNotFoundError(), ""),
    ],
)
def test_an_error_that_is_said_is_an_answer_and_a_wrong_one_is_none(
    error: Exception, outcome: str
) -> None:
    assert load._asked(Answering(error), b"")[0] == outcome


def test_the_target_is_said() -> None:
    lost = LoadMetrics(
        requests=3,
        done=1,
        errors={"worker_died": 1},
        lost=1,
        kills=2,
        every_s=60.0,
        median_s=1.0,
        total_s=9.0,
    )
    assert "lost: 1 (target 0: NO)" in lost.table()
    assert lost.failed
    assert json.loads(lost.json_line())["errors"] == {"worker_died": 1}


def test_no_request_is_lost_while_workers_are_killed() -> None:
    found = measure_load(Settings(), 24, 1.0, (sys.executable, "-c", SERVICE))
    assert (found.requests, found.lost) == (24, 0), found.json_line()
    assert found.done + sum(found.errors.values()) == 24
    assert found.done > 0, found.json_line()
    assert found.kills > 0
    assert set(found.errors) <= {"worker_died", "decoder_ended"}
    assert DONE not in found.errors
