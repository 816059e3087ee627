"""What all parts of `result.json` have in common: their model, their numbers, their text."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

DIGITS = 6


def _plain(value: Any) -> Any:
    """A NumPy scalar as Python's own number, and a float rounded."""
    value = value.item() if hasattr(value, "item") else value
    return round(value, DIGITS) + 0.0 if isinstance(value, float) else value  # 0.0, never -0.0


Number = Annotated[float, BeforeValidator(_plain)]
"""A finite number, rounded to six decimals."""

Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_plain)]
"""The same in [0, 1]."""

Scalar = Annotated[int | float | str, BeforeValidator(_plain)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Entry(BaseModel):
    """A part of `result.json`, read off the value of the same shape; no key that is not named.

    What stands under an attribute becomes its description in the JSON Schema.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        from_attributes=True,
        populate_by_name=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


def json_bytes(entry: Entry) -> bytes:
    """UTF-8 JSON, two spaces deep; the same entry gives the same bytes."""
    return (entry.model_dump_json(indent=2) + "\n").encode("utf-8")
