"""What holds for all tests of one process."""

import atexit
import gc
import importlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.workers.process import QUIET_AND_OFFLINE

# as in the workers; read when the libraries load, so it comes before them
os.environ["OMP_WAIT_POLICY"] = QUIET_AND_OFFLINE["OMP_WAIT_POLICY"]

# what a test stores of the page's radiographs is not in the user's own store
STORE = tempfile.mkdtemp(prefix="explaincxr-tests-")
atexit.register(shutil.rmtree, STORE, ignore_errors=True)
os.environ["EXPLAINCXR_STORE_FOLDER"] = STORE

# torch's triton and TensorFlow each carry an LLVM; loaded after TensorFlow, triton aborts the
# process, so it comes first wherever both are tested together.
if importlib.util.find_spec("triton") is not None:
    importlib.import_module("triton")

TESTS = Path(__file__).parent


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """Take back what a command sets for its own process, such as being offline."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


SLOW = (  # whole folders and files; single tests carry the mark themselves
    "app/test_launcher.py",
    "bench",
    "exchange/test_validators.py",
    "exchange/node",
    "exchange/test_orthanc.py",
    "pipeline/classification",
    "pipeline/language_model",
    "pipeline/pictures/test_layers.py",
    "pipeline/reading/test_bad_input.py",
    "pipeline/result_file/test_result_file.py",
    "pipeline/test_analyser.py",
    "pipeline/test_command_line.py",
    "pipeline/test_real_models.py",
    "pipeline/test_settings_files.py",
    "pipeline/words/test_measurement_words.py",
    "pipeline/workers",
    "report/models/test_text_models.py",
    "report/writing/test_bigger_model.py",
    "report/writing/test_injection.py",
    "report/writing/test_reproducible.py",
    "training/anatomy",
    "training/classifier",
    "training/published",
    "training/test_training_command_line.py",
    "training/writer",
    "xai/image/test_grad_cam.py",
    "xai/image/test_layer_cam.py",
    "xai/image/test_layer_grad_cam.py",
    "xai/text/test_explainer.py",
)


def pytest_collection_finish() -> None:
    """Leave what is imported by now out of garbage collection.

    Streamlit collects after each run of its script, and would look through torch and TensorFlow.
    """
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let it be collected again, at the end."""
    gc.unfreeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by place what `make test-fast` leaves out."""
    for item in items:
        place = item.path.relative_to(TESTS).as_posix()
        if place.startswith("browser/"):
            item.add_marker("browser")
        elif place.startswith(SLOW):
            item.add_marker("slow")
