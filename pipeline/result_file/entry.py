"""What all parts of `result.json` have in common: their model, their numbers, their text."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

DIGITS = 6


def _rounded(value: float) -> float:
    return round(value, DIGITS) + 0.0  # no "-0.0"


def _plain(value: Any) -> Any:
    """A NumPy scalar as Python's own number."""
    return value.item() if hasattr(value, "item") else value


Number = Annotated[float, AfterValidator(_rounded)]
"""A finite number, rounded to six decimals."""

Share = Annotated[float, AfterValidator(_rounded), Field(ge=0, le=1)]
Scalar = Annotated[int | Number | str, BeforeValidator(_plain)]
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
