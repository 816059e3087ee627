"""The shipped classifier without its limit of what is familiar, for tests on drawn radiographs.

A drawn chest is unlike any that was taught, so the shipped one gives it no classification.
"""

import shutil
from pathlib import Path

from pipeline.manifest import read_manifest, write_manifest
from pipeline.settings import ROOT

SHIPPED = ROOT / "weights" / "classifier"


def unlimited_classifier(folder: Path) -> Path:
    """Copy the shipped classifier to a folder, its limit left out."""
    made = folder / "classifier"
    shutil.copytree(SHIPPED, made)
    manifest = read_manifest(made)
    fields = manifest.model_dump(exclude={"files", "unfamiliarity_limit"}, exclude_unset=True)
    write_manifest(made, files=manifest.files, **fields)
    return made
