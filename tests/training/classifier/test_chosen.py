"""What a run chose is read back, and what does not fit is named."""

import json
from pathlib import Path

import pytest

from pipeline.errors import ManifestError
from training.classifier.chosen import read_chosen


def test_file_and_size_are_read_and_scores_are_ignored(tmp_path: Path) -> None:
    content = {"file": "stage2.keras", "size": 128, "auc_adult": 0.9, "settings": {"batch": 32}}
    (tmp_path / "metrics.json").write_text(json.dumps(content))
    found = read_chosen(tmp_path)
    assert (found.file, found.size) == ("stage2.keras", 128)


@pytest.mark.parametrize(
    ("content", "field", "problem"),
    [
        (None, "", "unreadable"),
        ("{", "", "syntax"),
        ('{"size": 128}', "file", "missing"),
        ('{"file": "stage2.keras", "size": 0}', "size", "value"),
        ('{"file": "../stage2.keras", "size": 128}', "file", "value"),
    ],
)
def test_what_does_not_fit_is_named(
    tmp_path: Path, content: str | None, field: str, problem: str
) -> None:
    if content is not None:
        (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(ManifestError) as caught:
        read_chosen(tmp_path)
    found = caught.value.parameters
    assert (found["file"], found["field"], found["problem"]) == ("metrics.json", field, problem)
