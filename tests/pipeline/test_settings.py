"""Settings: read once, unknown keys refused."""

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Settings, load_settings
from pipeline.types import Language


def test_the_later_source_wins(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('language = "uk"\nseed = 1\nlime_samples = 50\n')
    environment = {"EXPLAINCXR_SEED": "2", "EXPLAINCXR_LIME_SAMPLES": "60", "HOME": "/x"}
    found = load_settings(file, environment, lime_samples=70)
    assert (found.language, found.seed, found.lime_samples) == (Language.UKRAINIAN, 2, 70)


def test_values_are_converted_to_their_kind() -> None:
    environment = {
        "EXPLAINCXR_WRITE_REPORT": "false",
        "EXPLAINCXR_REPORT_MODEL": "/models/a.gguf",
        "EXPLAINCXR_DECODE_SECONDS": "2.5",
        "EXPLAINCXR_DATA": "/data",
    }
    found = load_settings(environment=environment)
    assert found.write_report is False
    assert found.report_model == Path("/models/a.gguf")
    assert found.decode_seconds == 2.5
    assert load_settings(environment={}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colour", "red"),
        ("seed", "many"),
        ("language", "de"),
        ("threads", "0"),
        ("write_report", "y"),
    ],
)
def test_what_does_not_fit_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment={f"EXPLAINCXR_{name.upper()}": value})
    assert caught.value.parameters == {"name": name}


@pytest.mark.parametrize("content", ["= broken", "unknown = 1"])
def test_a_broken_file_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content)
    with pytest.raises(SettingsError):
        load_settings(file, {})
