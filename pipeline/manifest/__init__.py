"""The manifest beside every model's weights: what the files are, and what they may be used for.

`kinds` has a pydantic model for each task, `folder` reads, verifies and writes them.
"""

from pipeline.manifest.folder import (
    MANIFEST_FILE,
    file_sha256,
    load_manifest,
    read_manifest,
    rehash,
    write_manifest,
)
from pipeline.manifest.kinds import (
    ClassificationManifest,
    GateManifest,
    LanguageCode,
    Manifest,
    Probability,
    ReportManifest,
    SegmentationManifest,
    Task,
)

__all__ = [
    "MANIFEST_FILE",
    "ClassificationManifest",
    "GateManifest",
    "LanguageCode",
    "Manifest",
    "Probability",
    "ReportManifest",
    "SegmentationManifest",
    "Task",
    "file_sha256",
    "load_manifest",
    "read_manifest",
    "rehash",
    "write_manifest",
]
