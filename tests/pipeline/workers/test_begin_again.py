"""What a job that failed leaves behind, so that the same work can begin again."""

import pytest

from pipeline.errors import ChestNotFoundError, ModelError, StepTimedOutError, WorkerDiedError
from pipeline.types import Examination, Step
from pipeline.workers.job import Job
from tests.app.fake_workers import images_only

FILE = b"a file"
DIED = WorkerDiedError(step=Step.SEGMENT)


def ended(*found, error=None):
    """A job that found some things and then ended, with an error or well."""
    job = Job()
    job.source = FILE

    def flow():
        yield from found
        if error is not None:
            raise error

    job.run(flow())
    return job


def examination():
    case = images_only()
    return Examination(radiograph=case.radiograph, anatomy=case.anatomy, prediction=case.prediction)


@pytest.mark.parametrize("error", [DIED, StepTimedOutError(step=Step.SEGMENT, limit_s=9.0)])
def test_before_anything_is_found_it_is_the_file(error):
    assert ended(error=error).source == FILE


def test_once_the_file_is_read_it_is_the_radiograph():
    found = examination()
    assert ended(found, error=DIED).source is found.radiograph


@pytest.mark.parametrize("error", [ChestNotFoundError(), ModelError()])
def test_what_would_fail_again_leaves_nothing(error):
    assert ended(error=error).source is None


def test_what_came_to_its_end_leaves_nothing():
    assert ended(images_only()).source is None


def test_a_bug_of_ours_may_be_tried_again():
    job = ended(error=ZeroDivisionError())
    assert (job.error.code, job.source) == ("step_failed", FILE)
