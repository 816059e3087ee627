import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from pipeline.errors import ReportModelInvalidError, ReportModelMissingError
from pipeline.manifest import write_manifest
from pipeline.settings import Settings
from pipeline.types import (
    ClaimStatus,
    Descriptor,
    Descriptors,
    Grade,
    Language,
    Prediction,
    Section,
    Zone,
)
from report.writing.sections import parse_sections, split_thoughts, trimmed
from report.writing.writer import ReportWriter

PREDICTION = Prediction(
    labels=("normal", "bacterial_pneumonia", "tuberculosis"),
    probabilities=(0.03, 0.95, 0.02),
    normal_label="normal",
    threshold_prob=0.5,
    terms={},
)
DESCRIPTORS = Descriptors(
    fused_image=np.zeros((1, 1), np.float32),
    items=tuple(
        Descriptor(
            zone=zone,
            intensity=intensity,
            share=0.5,
            agreement=0.8,
            memberships={one: float(one is grade) for one in Grade},
        )
        for zone, intensity, grade in (
            (Zone.RIGHT_MIDDLE, 0.72, Grade.STRONG),
            (Zone.LEFT_LOWER, 0.35, Grade.MODERATE),
        )
    ),
)
FIRST = "The strongest region lies in the right middle zone: intensity 0.72, strong."
SECOND = "In the left lower zone the intensity is 0.35, moderate."
SWAPPED = "In the right lower zone the intensity is 0.35, moderate."
PLAIN_LEFT = "Where the classifier looked: left lower zone 0.35, moderate."
CLASSIFICATION = "The model's classification is bacterial pneumonia, with confidence 0.95."
ADVICE = "A lateral view is advisable."


def report_text(*findings: str, classification: str = CLASSIFICATION, advice: str = ADVICE) -> str:
    return (
        f"Findings:\n{' '.join(findings)}\n\nInterpretation:\n{classification}\n\n"
        f"Recommendations:\n{advice}"
    )


class ScriptedModel:
    """Recites its script, one word a token, and keeps its calls."""

    name = "scripted"
    sha256 = "00"

    def __init__(self, *scripts: str, plain: bool = True, opens_thought: bool = False) -> None:
        self.takes_plain_prompt = plain
        self.scripts = list(scripts)
        self.calls: list[tuple[str, float, int]] = []
        self.ending = "<think>\n" if opens_thought else ""

    def prompt(self, system: str, user: str) -> str:
        return f"{user}\n\n" if self.takes_plain_prompt else f"[{system}][{user}]{self.ending}"

    def generate(self, prompt, *, tokens, temperature=0.0, seed=0):
        self.calls.append((prompt, temperature, seed))
        words = self.scripts[len(self.calls) - 1].split(" ")
        for at, word in enumerate(words[:tokens]):
            yield (" " if at else "") + word


def write(model: ScriptedModel, *, tokens: int = 500, progress=None, seed: int = 5):
    writer = ReportWriter(Settings(report_tokens=tokens), model)
    told = progress if progress is not None else (lambda event: None)
    return writer.write(
        PREDICTION, DESCRIPTORS, language=Language.ENGLISH, seed=seed, progress=told
    )


def test_a_right_report_is_kept_as_it_is():
    model = ScriptedModel(report_text(FIRST, SECOND))
    report = write(model)
    assert report.sections == {
        Section.FINDINGS: f"{FIRST} {SECOND}",
        Section.INTERPRETATION: CLASSIFICATION,
        Section.RECOMMENDATIONS: ADVICE,
    }
    assert report.attempts == 1
    assert not any(claim.replaced for claim in report.claims)
    assert report.prompt.startswith("Analysis of the chest radiograph")
    assert model.calls == [(report.prompt, 0.0, 5)]


def test_a_swapped_side_is_written_again():
    model = ScriptedModel(report_text(FIRST, SWAPPED), report_text(FIRST, SECOND))
    report = write(model)
    assert report.sections[Section.FINDINGS] == f"{FIRST} {SECOND}"
    assert report.attempts == 2
    assert not any(claim.replaced for claim in report.claims)
    assert [call[1:] for call in model.calls] == [(0.0, 5), (0.7, 6)]
    assert (report.seed, report.sampling["temperature"]) == (6, 0.7)


def test_a_side_swapped_twice_gives_way_to_a_template_sentence():
    model = ScriptedModel(report_text(FIRST, SWAPPED), report_text(FIRST, SWAPPED))
    report = write(model)
    assert "right lower" not in report.text
    assert PLAIN_LEFT in report.sections[Section.FINDINGS]
    replaced = [claim for claim in report.claims if claim.replaced]
    assert PLAIN_LEFT in [claim.sentence for claim in replaced]
    assert [claim.sentence for claim in report.claims if claim.removed] == [SWAPPED]
    assert all(claim.status is not ClaimStatus.CONTRADICTED for claim in report.standing)


def test_a_wrong_number_and_a_wrong_classification_give_way():
    script = report_text(
        FIRST.replace("0.72", "0.27"), SECOND, classification="The classification is tuberculosis."
    )
    report = write(ScriptedModel(script, script))
    assert report.sections[Section.FINDINGS] == (
        f"Where the classifier looked: right middle zone 0.72, strong. {SECOND}"
    )
    assert report.sections[Section.INTERPRETATION] == (
        "The model's classification is bacterial pneumonia, confidence 0.95."
    )


def test_a_zone_left_out_is_added():
    report = write(ScriptedModel(report_text(FIRST), report_text(FIRST)))
    assert report.sections[Section.FINDINGS] == f"{FIRST} {PLAIN_LEFT}"
    assert [claim.replaced for claim in report.claims][:2] == [False, True]


def test_missing_sections_are_written_plainly():
    report = write(ScriptedModel("I do not know.", "Findings:\n" + FIRST))
    assert report.sections[Section.FINDINGS] == f"{FIRST} {PLAIN_LEFT}"
    assert report.sections[Section.INTERPRETATION].startswith("The model's classification is")
    assert "radiologist" in report.sections[Section.RECOMMENDATIONS]
    assert [claim.replaced for claim in report.claims] == [False, True, True, True]


def test_another_model_is_asked_for_each_missing_section():
    partly = f"**Findings**\n{FIRST} {SECOND}\n\n## INTERPRETATION:\n{CLASSIFICATION}"
    model = ScriptedModel(partly, partly, "### Recommendations\nSee a pulmonologist.", plain=False)
    report = write(model)
    assert report.sections[Section.RECOMMENDATIONS] == "See a pulmonologist."
    assert 'Write only the section "Recommendations".' in model.calls[2][0]
    assert not any(claim.replaced for claim in report.claims)


def test_thoughts_are_kept_out_of_report_and_stream():
    events = []
    script = f"<think>Maybe the left upper zone?</think>\n{report_text(FIRST, SECOND)}"
    report = write(ScriptedModel(script, plain=False), progress=events.append)
    assert report.thoughts == "Maybe the left upper zone?"
    assert report.sections[Section.FINDINGS] == f"{FIRST} {SECOND}"
    streamed = "".join(event.text for event in events)
    assert "Maybe" not in streamed and "think" not in streamed
    assert streamed.strip() == report_text(FIRST, SECOND)


def test_thoughts_opened_by_the_prompt():
    script = f"Let me see.</think>{report_text(FIRST, SECOND)}"
    report = write(ScriptedModel(script, plain=False, opens_thought=True))
    assert report.thoughts == "Let me see."
    assert report.sections[Section.INTERPRETATION] == CLASSIFICATION


def test_budget_ends_at_a_whole_sentence():
    words = len(report_text(FIRST, SECOND).split(" "))
    script = report_text(FIRST, SECOND, advice=f"{ADVICE} And then one should certainly also")
    report = write(ScriptedModel(script, script), tokens=words + 4)
    assert report.truncated
    assert report.sections[Section.RECOMMENDATIONS] == ADVICE


def test_progress_streams_the_text():
    events = []
    write(ScriptedModel(report_text(FIRST, SECOND)), tokens=100, progress=events.append)
    assert events[0].fraction == 0 and events[0].text == ""
    assert "".join(event.text for event in events) == report_text(FIRST, SECOND)
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx((len(events) - 1) / 100)


def test_missing_and_invalid_models(tmp_path):
    missing = ReportWriter(Settings(report_model=tmp_path / "none.gguf"))
    with pytest.raises(ReportModelMissingError):
        missing.write(PREDICTION, DESCRIPTORS, language=Language.ENGLISH, seed=0)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 64)
    with pytest.raises(ReportModelInvalidError):
        ReportWriter(Settings(report_model=broken)).write(
            PREDICTION, DESCRIPTORS, language=Language.ENGLISH, seed=0
        )


def test_in_a_language_that_the_model_was_not_taught_template_sentences_are_written(tmp_path):
    folder = tmp_path / "writer"
    folder.mkdir()
    (folder / "writer.gguf").write_bytes(b"never opened")
    write_manifest(folder, name="w", task="report", files=["writer.gguf"], languages=["en"])
    writer = ReportWriter(Settings(weights_folder=tmp_path))
    report = writer.write(PREDICTION, DESCRIPTORS, language=Language.UKRAINIAN, seed=0)
    assert report.is_template
    assert (report.language, report.prompt) == (Language.UKRAINIAN, "")
    assert all(report.sections[section] for section in Section)
    assert not any(claim.status is ClaimStatus.CONTRADICTED for claim in report.claims)
    with pytest.raises(ReportModelInvalidError):  # in English the model is asked
        writer.write(PREDICTION, DESCRIPTORS, language=Language.ENGLISH, seed=0)


def test_a_model_that_is_loaded_already_is_not_asked_for_more_than_it_was_taught(tmp_path):
    copytree(SHIPPED, tmp_path / "writer")
    file = tmp_path / "writer" / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"languages": ["en"]}))
    writer = ReportWriter(Settings(weights_folder=tmp_path))
    writer.warm()
    named = {"prediction": PREDICTION, "descriptors": DESCRIPTORS, "seed": 0}
    assert writer.write(**named, language=Language.RUSSIAN).is_template
    assert not writer.write(**named, language=Language.ENGLISH).is_template


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            Language.RUSSIAN,
            "Preface.\n1. **Радиологические находки:** А.\n### ИНТЕРПРЕТАЦИЯ\nБ.\n"
            "Рекомендации - В.",
        ),
        (Language.RUSSIAN, "## Описание\nА.\n**Заключение:** Б.\n3) Рекомендации\nВ."),
        (Language.UKRAINIAN, "Знахідки:\nА.\n**Інтерпретація**\nБ.\nРекомендації:\nВ."),
        (Language.UKRAINIAN, "Опис рентгенограми: А.\nВисновок:\nБ.\nРекомендації:\nВ."),
        (Language.ENGLISH, "Radiographic findings:\nА.\nIMPRESSION\nБ.\nRecommendations - В."),
    ],
)
def test_headings_in_any_dress(language, text):
    assert parse_sections(text, language) == {
        Section.FINDINGS: "А.",
        Section.INTERPRETATION: "Б.",
        Section.RECOMMENDATIONS: "В.",
    }


def test_a_thought_that_never_ends():
    assert split_thoughts("A.<think>B") == ("A.", "B")
    assert split_thoughts("A.<thi") == ("A.", "")


def test_trimming_drops_a_section_without_a_whole_sentence():
    cut = {Section.FINDINGS: "One. Two", Section.INTERPRETATION: "Thr"}
    assert trimmed(cut, Language.ENGLISH) == {Section.FINDINGS: "One. Two"}
    cut = {Section.FINDINGS: "One. Two"}
    assert trimmed(cut, Language.ENGLISH) == {Section.FINDINGS: "One."}


SHIPPED = Path(__file__).resolve().parents[3] / "weights" / "writer"


@pytest.fixture(scope="module")
def shipped_writer():
    return ReportWriter(Settings())


@pytest.mark.parametrize("language", list(Language))
def test_the_shipped_model_names_the_right_zones(shipped_writer, language):
    first, again = (
        shipped_writer.write(PREDICTION, DESCRIPTORS, language=language, seed=0) for _ in range(2)
    )
    assert first.text == again.text
    assert all(first.sections[section] for section in Section)
    assert {zone for claim in first.claims for zone in claim.zones} == {
        Zone.RIGHT_MIDDLE,
        Zone.LEFT_LOWER,
    }
    mark = "." if language is Language.ENGLISH else ","
    assert f"0{mark}72" in first.sections[Section.FINDINGS]
    assert f"0{mark}35" in first.sections[Section.FINDINGS]
    assert f"0{mark}95" in first.sections[Section.INTERPRETATION]
    assert not any(claim.status is ClaimStatus.CONTRADICTED for claim in first.claims)
    own = [claim for claim in first.claims if not claim.replaced]
    assert len(own) >= 0.75 * len(first.claims)
