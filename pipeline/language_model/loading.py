"""Opens a GGUF file in llama.cpp on any processor."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

_loading = Lock()


def load_llama(**options: Any) -> Any:
    """Open a file with llama-cpp-python's own options; see its `Llama`.

    llama.cpp is compiled for the processor it runs on, and on one with Intel's AMX it lays the
    weights out for kernels that die with a segmentation fault on many of them (llama.cpp's issue
    20824 and pull request 26954). So weights stay in their own layout everywhere.

    Raises:
        ValueError: The file cannot be read, or holds no model.
    """
    from llama_cpp import Llama

    with _plain_layout():
        return Llama(**options)


@contextmanager
def _plain_layout() -> Iterator[None]:
    """Have models loaded in this block keep the file's layout, which `Llama` has no option for."""
    from llama_cpp import llama_cpp

    defaults = llama_cpp.llama_model_default_params

    def plain() -> Any:
        parameters = defaults()
        parameters.use_extra_bufts = False
        return parameters

    with _loading:
        llama_cpp.llama_model_default_params = plain
        try:
            yield
        finally:
            llama_cpp.llama_model_default_params = defaults
