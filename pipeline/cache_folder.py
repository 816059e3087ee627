"""Where libraries keep what they make for themselves: in one folder, and nowhere else."""

import os
import tempfile
from pathlib import Path

FOLDER = "explaincxr"
VARIABLES = {
    "KERAS_HOME": "keras",
    "MPLCONFIGDIR": "matplotlib",
    "TORCHINDUCTOR_CACHE_DIR": "torch",
    "TRITON_HOME": "triton",
    "TRITON_CACHE_DIR": "triton",
}
"""The variables that Keras, matplotlib, torch and Triton ask, and the folder of each; by themselves
they write to the user's home folder and to the one for temporary files."""


def cache_folder() -> Path:
    """`explaincxr` in the user's cache folder, or in that for temporary files without a home."""
    named = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(named) if named else Path.home() / ".cache") / FOLDER
    except RuntimeError:
        return Path(tempfile.gettempdir()) / FOLDER


def use_cache_folder() -> Path:
    """Name it to the libraries that this process and those it starts will load.

    A variable that is set already is left as it is. Nothing of a radiograph gets there.

    Returns:
        The folder.
    """
    folder = cache_folder()
    for variable, name in VARIABLES.items():
        os.environ.setdefault(variable, str(folder / name))
    return folder


def keep_temporary_files_there() -> None:
    """Have temporary files of libraries made there; only for a process of our own.

    Python looks for a folder for them by writing to each that it may use, at the first question.
    """
    folder = use_cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:  # a home that cannot be written to
        return
    tempfile.tempdir = str(folder)
