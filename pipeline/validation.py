"""From pydantic's errors to ours: which field does not fit, and what is allowed there."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
MISSING = ("missing", "missing_argument", "missing_keyword_only_argument")
TYPES = {
    "int": "integer",
    "float": "number",
    "finite": "number",
    "bool": "true | false",
    "string": "text",
    "path": "path",
    "dict": "table",
    "mapping": "table",
    "model": "table",
    "list": "list",
    "tuple": "list",
    "frozen": "list",
}
"""By the first word of pydantic's error type, what a value has to be."""

Problem = Literal["unreadable", "syntax", "unknown", "missing", "type", "value", "form"]
NUMBERS = ("int", "float")
LEAST = {"ge": "≥", "gt": ">", "min_length": "≥"}
MOST = {"le": "≤", "lt": "<", "max_length": "≤"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What does not fit in a file or among the settings.

    Attributes:
        field: The field's path, such as `input.size`; empty if the file as a whole is meant.
        problem: What is wrong with it; its sentence is `problem_<problem>` among the messages.
        allowed: What would fit, such as `≥ 1, ≤ 64` or `softmax | sigmoid`; the known keys if the
            field is unknown, the file's syntax if that is broken.
    """

    field: str = ""
    problem: Problem
    allowed: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """For an error's parameters."""
        return asdict(self)


class CheckedModel(BaseModel):
    """A part of a file: frozen, and no key is let through that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Checked = TypeVar("Checked", bound=BaseModel)
Refuse = Callable[[Flaw], Exception]


def misfit(field: str, allowed: str) -> PydanticCustomError:
    """For a model's own validators: which field does not fit the others, and what would."""
    return PydanticCustomError("misfit", "does not fit", {"field": field, "allowed": allowed})


def quarter_turns(degrees: int) -> int:
    """An angle that a picture may be turned by, for the setting of that."""
    if degrees not in range(0, 360, 90):
        raise misfit("turn", "0 | 90 | 180 | 270")
    return degrees


def read_checked(file: Path, kind: type[Checked], refuse: Refuse) -> Checked:
    """Read a TOML or JSON file, by its suffix, into a pydantic model.

    Args:
        file: The file.
        kind: The model.
        refuse: Makes the error that is raised if the file does not fit.
    """
    return checked(read_content(file, refuse), kind, refuse)


def read_content(file: Path, refuse: Refuse) -> Any:
    """Read a TOML or JSON file, by its suffix, as it is; `refuse` as in `read_checked`."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(Flaw(problem="unreadable")) from error
    is_toml = file.suffix == ".toml"
    try:
        return tomllib.loads(text) if is_toml else json.loads(text)
    except ValueError as error:
        raise refuse(Flaw(problem="syntax", allowed="TOML" if is_toml else "JSON")) from error


def checked(content: Any, kind: type[Checked], refuse: Refuse) -> Checked:
    """Make a pydantic model of plain values; `refuse` as in `read_checked`."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise refuse(flaw_of(error, kind.model_fields)) from error


def flaw_of(error: ValidationError, fields: Mapping[str, FieldInfo]) -> Flaw:
    """The first thing that does not fit; an unknown key first, as it explains a missing one.

    Args:
        error: Pydantic's.
        fields: The fields of the model that was validated, for their ranges and names.
    """
    return flaw_in(error.errors(include_url=False, include_input=False), fields)


def flaw_in(details: Sequence[Any], fields: Mapping[str, FieldInfo]) -> Flaw:
    """The same of the details that pydantic's error lists."""
    one = next((item for item in details if item["type"] in UNKNOWN), details[0])
    path = [str(part) for part in one["loc"] if part != "[key]"]
    context: dict[str, Any] = dict(one.get("ctx", {}))
    field = str(context.get("field", ".".join(path)))
    if not field:
        return Flaw(problem="syntax", allowed="{…}")  # the file holds a list or a mere word
    if one["type"] in UNKNOWN:
        known = fields if len(path) == 1 else {}
        return Flaw(field=field, problem="unknown", allowed=", ".join(known))
    if one["type"] in MISSING:
        return Flaw(field=field, problem="missing")
    return _wrong_value(field, one["type"], context, fields.get(field))


def _wrong_value(field: str, kind: str, context: Mapping[str, Any], info: FieldInfo | None) -> Flaw:
    word = kind.split("_", maxsplit=1)[0]
    a_type = TYPES.get(word)
    if a_type and kind.endswith(("_type", "_parsing")) and word not in NUMBERS:
        return Flaw(field=field, problem="type", allowed=a_type)
    bounds = {} if info is None else _bounds(info)
    allowed = str(context.get("allowed") or _interval(bounds or context) or _named(context))
    if a_type and word in NUMBERS:
        return Flaw(field=field, problem="type", allowed=", ".join(filter(None, (a_type, allowed))))
    if allowed:
        return Flaw(field=field, problem="value", allowed=allowed)
    if a_type:
        return Flaw(field=field, problem="type", allowed=a_type)
    return Flaw(field=field, problem="form")


def _bounds(info: FieldInfo) -> dict[str, Any]:
    """A field's own limits, both of them, where pydantic's error names the one that was passed."""
    found: dict[str, Any] = {}
    for item in info.metadata:
        for name in (*LEAST, *MOST):
            value = getattr(item, name, None)
            if value is not None:
                found[name] = value
    return found


def _interval(limits: Mapping[str, Any]) -> str:
    """Such as `≥ 1, ≤ 64`; empty without limits."""
    signs = {**LEAST, **MOST}
    return ", ".join(f"{signs[name]} {limits[name]:.10g}" for name in signs if name in limits)


def _named(context: Mapping[str, Any]) -> str:
    """The choices or the pattern that pydantic names, if it does."""
    if "pattern" in context:
        return str(context["pattern"])
    expected = str(context.get("expected", ""))
    return " | ".join(re.findall(r"'([^']*)'", expected)) or expected
