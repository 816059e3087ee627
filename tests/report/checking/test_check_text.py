"""`python -m report check`: any text against a saved case."""

import json
from pathlib import Path

import pytest

from pipeline.errors import ResultInvalidError
from pipeline.result_file import result_json
from pipeline.types import Language, Section
from report.checking.check_text import check_result
from report.command_line import main
from tests.pipeline.result_file.test_result_file import whole

EFFUSION = "A small pleural effusion is seen on the left."


@pytest.fixture
def result(tmp_path: Path) -> Path:
    file = tmp_path / "result.json"
    file.write_bytes(result_json(whole(), None, "For research only."))
    return file


def test_a_text_without_headings_counts_as_findings(result: Path, tmp_path: Path) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "out.json"
    found = json.loads(result.read_text())
    zone = found["descriptors"][0]
    name = zone["zone"].replace("_", " ")
    text.write_text(f"The {name} zone has an intensity of {zone['intensity']:.2f}. {EFFUSION}")
    arguments = ["check", str(result), "--text", str(text), "--language", "en", "--json", str(out)]
    assert main(arguments) == 0
    rows = json.loads(out.read_text())["sentences"]
    assert [(row["section"], row["status"]) for row in rows] == [
        ("findings", "supported"),
        ("findings", "not_measured"),
    ]
    assert {"text": "effusion", "kind": "finding", "right": None, "evidence": {}} in rows[1][
        "spans"
    ]


def test_headings_part_a_text_and_what_stands_before_them_are_findings(
    result: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text.txt"
    text.write_text(f"{EFFUSION}\nInterpretation:\nMay be an abscess.\nRecommendations:\nCT.")
    rows = check_result(result, text, Language.ENGLISH)["sentences"]
    assert [row["section"] for row in rows] == list(Section)
    assert rows[1]["status"] == "not_measured"


def test_the_results_own_report_is_checked_if_no_text_is_given(result: Path) -> None:
    found = check_result(result)
    own = json.loads(result.read_text())["report"]
    assert found["language"] == own["language"]
    assert found["sentences"][0]["sentence"] in own["sections"]["findings"]


def test_a_file_that_is_no_result_is_refused_by_its_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "result.json"
    file.write_text('{"prediction": {}}')
    with pytest.raises(ResultInvalidError) as caught:
        check_result(file)
    assert caught.value.parameters["problem"] == "missing"
    assert main(["check", str(file)]) == 1
    assert "result.json" in capsys.readouterr().err
