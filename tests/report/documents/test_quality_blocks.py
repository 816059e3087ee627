"""Explanation quality in the exported files."""

import json
from dataclasses import replace

import pytest

from pipeline.types import (
    FUSED,
    ExplanationQuality,
    Language,
    MaskingCurves,
    Method,
    QualityMeasure,
    QualityRating,
    QualityScore,
)
from pipeline.words import message, words_of
from report.documents.export import ReportExporter
from tests.report.documents.test_export import case, pdf_text

QUALITY = ExplanationQuality(
    label="bacterial_pneumonia",
    scores=(
        QualityScore(
            map=Method.GRAD_CAM,
            measure=QualityMeasure.DELETION,
            value=0.31,
            random_baseline=0.52,
            rating=QualityRating.GOOD,
        ),
        QualityScore(
            map=FUSED,
            measure=QualityMeasure.RANK_CORRELATION,
            value=-0.12,
            rating=QualityRating.UNRELIABLE,
        ),
    ),
    curves={Method.GRAD_CAM: MaskingCurves(deletion=(0.9, 0.1), insertion=(0.1, 0.9))},
    random_auc=0.52,
    parameters={"steps": 12},
)


def files(quality, language=Language.ENGLISH):
    return ReportExporter().files(replace(case(language), quality=quality), None)


def test_json_holds_scores_marks_codes_and_curves():
    found = json.loads(files(QUALITY)["result.json"])["quality"]
    assert found["scores"][0] == {
        "map": "grad_cam",
        "measure": "deletion",
        "value": 0.31,
        "random_baseline": 0.52,
        "rating": "good",
        "code": "deletion_good",
    }
    assert found["worst"]["code"] == "rank_correlation_unreliable"
    assert found["shortcut_alarm"] is False
    assert found["curves"]["grad_cam"]["insertion"] == [0.1, 0.9]
    assert found["parameters"] == {"steps": 12}
    assert json.loads(files(None)["result.json"])["quality"] is None


@pytest.mark.parametrize("language", list(Language))
def test_markdown_and_pdf_say_the_worst_mark_and_list_all(language):
    made = files(QUALITY, language)
    markdown = made["report.md"].decode()
    printed = pdf_text(made["report.pdf"])
    sentence = message("rank_correlation_unreliable", language)
    for text in (markdown, printed):
        assert sentence.split(":")[0] in text
        assert message("rating_good", language) in text
        assert "✕ " + message("rating_unreliable", language) in text
        assert words_of(language)("quality.title") in text
        for value in (0.31, 0.52, -0.12):
            assert words_of(language).number(value) in text
    assert markdown.index(sentence.split(":")[0]) < markdown.index(
        words_of(language)("descriptors.title")
    )


def test_without_marks_it_is_said_and_without_quality_nothing():
    bare = replace(
        QUALITY,
        scores=tuple(replace(one, rating=QualityRating.NOT_GRADED) for one in QUALITY.scores),
    )
    said = words_of(Language.ENGLISH)("quality.not_graded")
    assert said in files(bare)["report.md"].decode()
    without = files(None)["report.md"].decode()
    assert said not in without
    assert words_of(Language.ENGLISH)("quality.title") not in without
