"""What holds for all tests of one process."""

import importlib
import importlib.util
import os

from pipeline.workers.process import QUIET_AND_OFFLINE

# as in the workers; read when the libraries load, so it comes before them
os.environ["OMP_WAIT_POLICY"] = QUIET_AND_OFFLINE["OMP_WAIT_POLICY"]

# torch's triton and TensorFlow each carry an LLVM; loaded after TensorFlow, triton aborts the
# process, so it comes first wherever both are tested together.
if importlib.util.find_spec("triton") is not None:
    importlib.import_module("triton")
