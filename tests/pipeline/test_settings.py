"""Settings: read once, in their order, and what does not fit is named with what would."""

import argparse
import os
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.errors import SettingRefusedError, SettingsError
from pipeline.settings import (
    FIELDS,
    ROOT,
    Settings,
    add_settings_argument,
    changed_settings,
    load_settings,
)
from pipeline.types import Language
from pipeline.words import message

EXAMPLE = ROOT / "docs" / "settings.example.toml"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in list(os.environ):
        if variable.startswith("EXPLAINCXR_"):
            monkeypatch.delenv(variable)


def refused(file: Path | None = None, **arguments: object) -> SettingRefusedError:
    with pytest.raises(SettingRefusedError) as caught:
        load_settings(file, **arguments)
    return caught.value


def test_the_later_source_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('language = "uk"\nseed = 1\nlime_samples = 50\n')
    monkeypatch.setenv("EXPLAINCXR_SEED", "2")
    monkeypatch.setenv("EXPLAINCXR_LIME_SAMPLES", "60")
    found = load_settings(file, lime_samples=70, explain_label=None)
    assert (found.language, found.seed, found.lime_samples) == (Language.UKRAINIAN, 2, 70)
    assert found.lime_segments == Settings().lime_segments


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text("threads = 5\n")
    other.write_text("threads = 6\n")
    monkeypatch.setenv("EXPLAINCXR_SETTINGS", str(one))
    assert load_settings().threads == 5
    assert load_settings(other).threads == 6


def test_values_are_converted_to_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings() == Settings()
    monkeypatch.setenv("EXPLAINCXR_WRITE_REPORT", "false")
    monkeypatch.setenv("EXPLAINCXR_REPORT_MODEL", "/models/a.gguf")
    monkeypatch.setenv("EXPLAINCXR_CLASSIFIER", "")
    monkeypatch.setenv("EXPLAINCXR_DECODE_SECONDS", "2.5")
    monkeypatch.setenv("EXPLAINCXR_DATA", "/data")
    found = load_settings()
    assert found.write_report is False
    assert (found.report_model, found.classifier) == (Path("/models/a.gguf"), None)
    assert found.decode_seconds == 2.5


@pytest.mark.parametrize(
    ("name", "value", "problem", "allowed"),
    [
        ("seed", "many", "type", "integer, ≥ 0, ≤ 4294967295"),
        ("language", "de", "value", "en | ru | uk"),
        ("threads", "0", "value", "≥ 1, ≤ 256"),
        ("turn", "45", "value", "0 | 90 | 180 | 270"),
        ("decode_seconds", "0", "value", "> 0, ≤ 3600"),
        ("write_report", "perhaps", "type", "true | false"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_would(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str, allowed: str
) -> None:
    variable = f"EXPLAINCXR_{name.upper()}"
    monkeypatch.setenv(variable, value)
    error = refused()
    assert error.parameters == {
        "source": variable,
        "field": name,
        "problem": problem,
        "allowed": allowed,
    }
    assert isinstance(error, SettingsError)


def test_an_unknown_key_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("lime_sample = 100\n")
    error = refused(file)
    sentence = message(error.code, Language.ENGLISH, **error.parameters)
    assert sentence == "mine.toml: “lime_sample” is not known here."
    assert "lime_samples" in str(error.parameters["allowed"])
    monkeypatch.setenv("EXPLAINCXR_COLOUR", "red")
    assert refused().parameters["source"] == "EXPLAINCXR_COLOUR"
    monkeypatch.delenv("EXPLAINCXR_COLOUR")
    assert refused(colour="red").parameters["field"] == "colour"


def test_the_sentence_names_source_field_and_range(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("threads = 1000\n")
    said = {
        language: message("setting_refused", language, **refused(file).parameters)
        for language in (Language.ENGLISH, Language.RUSSIAN)
    }
    assert said[Language.ENGLISH] == "mine.toml: “threads” must be ≥ 1, ≤ 256."
    assert said[Language.RUSSIAN].startswith("mine.toml: ")
    assert said[Language.RUSSIAN].endswith("для «threads» допустимо ≥ 1, ≤ 256.")
    assert refused(lime_samples=0).parameters["source"] == "--lime-samples"


@pytest.mark.parametrize(
    ("content", "problem"), [(b"= broken", "syntax"), (b"\xff", "unreadable"), (None, "unreadable")]
)
def test_a_broken_or_absent_file_is_refused(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    file = tmp_path / "settings.toml"
    if content is not None:
        file.write_bytes(content)
    assert refused(file).parameters["problem"] == problem
    assert refused(file).parameters["source"] == "settings.toml"


def test_settings_are_checked_when_they_are_changed() -> None:
    assert replace(Settings(), threads=3).threads == 3
    with pytest.raises(ValidationError):
        replace(Settings(), threads=0)
    assert changed_settings(Settings(seed=4), threads=3, language=None) == Settings(
        seed=4, threads=3
    )
    with pytest.raises(SettingRefusedError) as caught:
        changed_settings(Settings(), threads=0)
    assert caught.value.parameters["allowed"] == "≥ 1, ≤ 256"
    with pytest.raises(SettingRefusedError) as caught:
        changed_settings(Settings(), colour="red")
    assert (caught.value.parameters["field"], caught.value.parameters["problem"]) == (
        "colour",
        "unknown",
    )


def test_the_example_file_lists_every_setting_with_its_default_and_range() -> None:
    text = EXAMPLE.read_text("utf-8")
    found = load_settings(EXAMPLE)
    assert found == Settings()
    commented = set(re.findall(r"^# (\w+) = ", text, re.MULTILINE))
    assert set(tomllib.loads(text)) | commented == set(FIELDS)
    for name, low, high in re.findall(r"^(\w+) = .*[\[(](\d+), (\d+)\]", text, re.MULTILINE):
        outside = refused(**{name: int(high) + 1}).parameters["allowed"]
        limits = [float(number) for number in re.findall(r"[\d.]+", str(outside))]
        assert limits[0] == float(low)
        with pytest.raises(SettingRefusedError):
            load_settings(**{name: int(low) - 1})
        assert getattr(load_settings(**{name: int(high)}), name) == int(high)


def test_the_argument_gives_a_path() -> None:
    parser = argparse.ArgumentParser()
    add_settings_argument(parser)
    assert parser.parse_args(["--settings", "a.toml"]).settings == Path("a.toml")
    assert parser.parse_args([]).settings is None
