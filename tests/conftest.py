"""What holds for all tests of one process."""

import importlib
import importlib.util

# torch's triton and TensorFlow each carry an LLVM; loaded after TensorFlow, triton aborts the
# process, so it comes first wherever both are tested together.
if importlib.util.find_spec("triton") is not None:
    importlib.import_module("triton")
