"""The files that speed is measured on: of a folder, or phantoms."""

from pathlib import Path

from pipeline.phantom.drawing import sample_radiograph
from pipeline.types import Zone


def radiographs_of(data: Path | None, count: int) -> tuple[list[bytes], str]:
    """Files to measure with, and what they are.

    Args:
        data: A folder whose PNG files are taken, evenly over their sorted paths, masks left out;
            phantoms if `None`.
        count: How many.
    """
    if data is None:
        return phantoms(count), "phantoms"
    found = sorted(file for file in data.rglob("*.png") if "mask" not in file.parent.name)
    step = max(1, len(found) // count)
    return [file.read_bytes() for file in found[::step][:count]], data.name


def phantoms(count: int) -> list[bytes]:
    """Files of phantoms, each with an opacity in another zone."""
    zones = list(Zone)
    return [sample_radiograph(seed, zones[seed % len(zones)]) for seed in range(count)]
