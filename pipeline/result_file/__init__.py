"""`result.json`: its pydantic models, the one place that says what stands in it.

`case` is the whole of it, made of `image` (what was read and outlined), `findings` (classification,
measurements, descriptors), `explanations` (maps and their quality) and `texts` (report, conclusion,
text explanation); `refusal` is what stands there instead if a file was refused; `schema` gives both
as JSON Schema. `docs/schema/CHANGES.md` says what changed from version to version.
"""

from pipeline.result_file.case import SCHEMA_VERSION, ResultFile, result_json
from pipeline.result_file.findings import DescriptorEntry, MeasurementEntry, PredictionEntry
from pipeline.result_file.refusal import RefusalFile, refusal_json
from pipeline.result_file.schema import result_schema

__all__ = [
    "SCHEMA_VERSION",
    "DescriptorEntry",
    "MeasurementEntry",
    "PredictionEntry",
    "RefusalFile",
    "ResultFile",
    "refusal_json",
    "result_json",
    "result_schema",
]
