"""OpenVINO: loaded here and nowhere else, without its telemetry, and for verified files alone."""

import sys
from pathlib import Path
from typing import Any

from pipeline.errors import WeightsUnlistedError
from pipeline.manifest import Manifest

TELEMETRY = "openvino_telemetry"


def openvino() -> Any:
    """The library.

    By itself it loads `openvino_telemetry`, which writes an identifier to the user's home folder
    and posts it, with a count of uses, to Google Analytics. With nothing in that module's place it
    falls back to a stub of its own.
    """
    sys.modules[TELEMETRY] = None  # type: ignore[assignment]
    import openvino as library

    return library


def read_network(folder: Path, manifest: Manifest, stem: str) -> Any:
    """Read `<stem>.xml` and `<stem>.bin` of a model's folder.

    Both are named to OpenVINO, which would otherwise take whatever `.bin` lies beside.

    Args:
        folder: The model's folder.
        manifest: From `load_manifest`, which has verified every file that it lists.
        stem: Both files' name without its ending.

    Raises:
        WeightsUnlistedError: The manifest does not list one of them.
    """
    network, weights = (listed(folder, manifest, f"{stem}{end}") for end in (".xml", ".bin"))
    return openvino().Core().read_model(network, weights)


def one_at_a_time(network: Any, threads: int) -> Any:
    """A network compiled for one picture at a time, with the same answers on every processor."""
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    return openvino().compile_model(network, "CPU", options)


def listed(folder: Path, manifest: Manifest, name: str) -> Path:
    """A file of a model's folder, if its manifest lists it (`WeightsUnlistedError` if not)."""
    if name not in manifest.files:
        raise WeightsUnlistedError(model=folder.name, file=name)
    return folder / name
