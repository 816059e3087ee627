"""The files that speed is measured on: of a folder, or phantoms."""

from pathlib import Path

from pipeline.phantom.drawing import sample_radiograph
from pipeline.types import Zone
from training.evaluate import NothingToEvaluateError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".dcm")


def radiographs_of(data: Path | None, count: int) -> tuple[list[bytes], str]:
    """Files to measure with, and what they are.

    Args:
        data: A folder whose radiographs are taken, evenly over their sorted paths, masks left out;
            phantoms if `None`.
        count: How many.

    Raises:
        NothingToEvaluateError: The folder holds none.
    """
    if data is None:
        return phantoms(count), "phantoms"
    found = sorted(
        file
        for file in data.rglob("*")
        if file.suffix.lower() in SUFFIXES and "mask" not in file.parent.name
    )
    if not found:
        raise NothingToEvaluateError(f"no radiograph in {data}")
    step = max(1, len(found) // count)
    return [file.read_bytes() for file in found[::step][:count]], data.name


def phantoms(count: int) -> list[bytes]:
    """Files of phantoms, each with an opacity in another zone."""
    zones = list(Zone)
    return [sample_radiograph(seed, zones[seed % len(zones)]) for seed in range(count)]
