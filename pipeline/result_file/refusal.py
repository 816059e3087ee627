"""What stands in `result.json` if a file was refused."""

from collections.abc import Mapping
from typing import Literal

from pipeline.errors import ExplainCxrError
from pipeline.result_file.entry import Entry, Scalar, json_bytes


class ErrorEntry(Entry):
    """Why."""

    code: str
    """Stable, such as `image_too_small`."""
    message: str
    """The sentence for a person, in the language that was asked for."""
    parameters: Mapping[str, Scalar]
    """What the sentence was filled in with."""


class RefusalFile(Entry):
    """The file could not be analysed."""

    schema_version: Literal[2]
    error: ErrorEntry


def refusal_json(error: ExplainCxrError, sentence: str) -> bytes:
    """A refusal as UTF-8 JSON.

    Args:
        error: Why the file was refused.
        sentence: The same for a person.
    """
    entry = ErrorEntry(code=error.code, message=sentence, parameters=error.parameters)
    return json_bytes(RefusalFile(schema_version=2, error=entry))
