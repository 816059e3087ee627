"""`result.json` validated against its published schema by a library."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "schema" / "result-2.schema.json"


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(content: Any, kind: str = "") -> list[str]:
    """What does not fit, if anything; `kind` names one of the schema's own definitions."""
    validator = _validator()
    if kind:
        validator = validator.evolve(schema={"$ref": f"#/$defs/{kind}", **_definitions()})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(content)]


def _definitions() -> dict[str, Any]:
    return {"$defs": json.loads(SCHEMA.read_text("utf-8"))["$defs"]}
