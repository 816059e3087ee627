"""From pydantic's errors to a sentence that names file, field and what is allowed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from pipeline.errors import CatalogueError, ManifestError, SettingRefusedError
from pipeline.types import Language
from pipeline.validation import CheckedModel, Flaw, checked, misfit, read_checked
from pipeline.words import message


class Inner(CheckedModel):
    size: int = Field(gt=0)
    names: tuple[str, ...] = ()


class Values(CheckedModel):
    kind: Literal["softmax", "sigmoid"] = "softmax"
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    count: int = Field(default=1, ge=1, le=64)
    exact: bool = True
    name: str = Field(default="a", pattern="^[a-z]$")
    inner: Inner | None = None
    table: Mapping[str, float] = {}

    @model_validator(mode="after")
    def _agrees(self) -> "Values":
        if self.name == "z":
            raise misfit("name", "≠ z")
        return self


class RefusedError(Exception):
    def __init__(self, flaw: Flaw) -> None:
        self.flaw = flaw


def flaw(content: object) -> tuple[str, str, str]:
    with pytest.raises(RefusedError) as caught:
        checked(content, Values, RefusedError)
    found = caught.value.flaw
    assert caught.value.__cause__ is not None
    return found.field, found.problem, found.allowed


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"kind": "relu"}, ("kind", "value", "softmax | sigmoid")),
        ({"share": 0}, ("share", "value", "> 0, ≤ 1")),
        ({"share": float("nan")}, ("share", "value", "> 0, ≤ 1")),
        ({"count": 65}, ("count", "value", "≥ 1, ≤ 64")),
        ({"count": 1.5}, ("count", "type", "integer, ≥ 1, ≤ 64")),
        ({"exact": "perhaps"}, ("exact", "type", "true | false")),
        ({"name": "A"}, ("name", "value", "^[a-z]$")),
        ({"name": 3}, ("name", "type", "text")),
        ({"name": "z"}, ("name", "value", "≠ z")),
        ({"inner": {}}, ("inner.size", "missing", "")),
        ({"inner": {"size": 0}}, ("inner.size", "value", "> 0")),
        ({"inner": {"size": "big"}}, ("inner.size", "type", "integer")),
        ({"inner": {"size": 1, "names": "a"}}, ("inner.names", "type", "list")),
        ({"inner": 3}, ("inner", "type", "table")),
        ({"table": {"a": "x"}}, ("table.a", "type", "number")),
        ({"table": [1]}, ("table", "type", "table")),
        ([], ("", "syntax", "{…}")),
    ],
)
def test_a_flaw_names_field_problem_and_what_is_allowed(
    content: object, found: tuple[str, str, str]
) -> None:
    assert flaw(content) == found


def test_an_unknown_key_comes_before_what_it_leaves_out() -> None:
    assert flaw({"inner": {"siz": 3}}) == ("inner.siz", "unknown", "")
    field, problem, known = flaw({"shares": 0.5})
    assert (field, problem) == ("shares", "unknown")
    assert known == "kind, share, count, exact, name, inner, table"


@pytest.mark.parametrize(
    ("name", "content", "problem", "allowed"),
    [
        ("a.toml", b"share = ", "syntax", "TOML"),
        ("a.json", b"{", "syntax", "JSON"),
        ("a.json", b"\xff\xfe", "unreadable", ""),
        ("a.toml", None, "unreadable", ""),
    ],
)
def test_a_file_that_cannot_be_read_differs_from_one_that_does_not_fit(
    tmp_path: Path, name: str, content: bytes | None, problem: str, allowed: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RefusedError) as caught:
        read_checked(tmp_path / name, Values, RefusedError)
    assert caught.value.flaw == Flaw(problem=problem, allowed=allowed)


def test_what_fits_is_read_by_the_files_own_syntax(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('share = 0.25\n[inner]\nsize = 3\nnames = ["a"]\n')
    (tmp_path / "a.json").write_text('{"share": 0.25, "inner": {"size": 3, "names": ["a"]}}')
    expected = Values(share=0.25, inner=Inner(size=3, names=("a",)))
    for name in ("a.toml", "a.json"):
        assert read_checked(tmp_path / name, Values, RefusedError) == expected


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "found",
    [
        Flaw(problem="unreadable"),
        Flaw(problem="syntax", allowed="TOML"),
        Flaw(field="inner.siz", problem="unknown"),
        Flaw(field="inner.size", problem="missing"),
        Flaw(field="inner.size", problem="type", allowed="integer"),
        Flaw(field="share", problem="value", allowed="> 0, ≤ 1"),
        Flaw(field="share", problem="form"),
    ],
)
def test_every_flaw_is_a_sentence_with_file_field_and_range(
    found: Flaw, language: Language
) -> None:
    for error in (
        ManifestError(model="classifier", file="file.json", **found.parameters),
        CatalogueError(file="file.json", **found.parameters),
        SettingRefusedError(source="file.json", **found.parameters),
    ):
        said = message(error.code, language, **error.parameters)
        assert "file.json" in said and found.field in said
        if found.problem != "unknown":
            assert found.allowed in said
        assert "{" not in said and said.endswith(".")
