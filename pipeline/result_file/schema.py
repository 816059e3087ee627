"""`result.json` as JSON Schema, for those who read it with other programs."""

import json

from pydantic import TypeAdapter

from pipeline.result_file.case import SCHEMA_VERSION, ResultFile
from pipeline.result_file.refusal import RefusalFile

SCHEMA_FILE = f"result-{SCHEMA_VERSION}.schema.json"


def result_schema() -> str:
    """The schema of a result or a refusal, as it lies in `docs/schema/`."""
    either: TypeAdapter[ResultFile | RefusalFile] = TypeAdapter(ResultFile | RefusalFile)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ExplainCXR result.json, version {SCHEMA_VERSION}",
        "description": "The result of one radiograph, or why it was refused. "
        "For research use only. Not a medical device.",
        **either.json_schema(mode="serialization"),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
