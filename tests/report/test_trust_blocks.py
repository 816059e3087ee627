"""Trust in the exported files."""

import json
from dataclasses import replace

import pytest

from pipeline.messages import message
from pipeline.types import (
    Language,
    SaliencyMap,
    Trust,
    TrustCurves,
    TrustMark,
    TrustMeasure,
    TrustScore,
)
from report.document_text import document_text
from report.export import ReportExporter
from tests.report.test_export import case, pdf_text

TRUST = Trust(
    label="bacterial_pneumonia",
    scores=(
        TrustScore(
            map=SaliencyMap.GRAD_CAM,
            measure=TrustMeasure.DELETION,
            value=0.31,
            chance=0.52,
            mark=TrustMark.GOOD,
        ),
        TrustScore(
            map=SaliencyMap.FUSED,
            measure=TrustMeasure.RANK_AGREEMENT,
            value=-0.12,
            mark=TrustMark.UNRELIABLE,
        ),
    ),
    curves={SaliencyMap.GRAD_CAM: TrustCurves(deletion=(0.9, 0.1), insertion=(0.1, 0.9))},
    random_auc=0.52,
    parameters={"steps": 12},
)


def files(trust, language=Language.ENGLISH):
    return ReportExporter().files(replace(case(language), trust=trust), None)


def test_json_holds_scores_marks_codes_and_curves():
    found = json.loads(files(TRUST)["result.json"])["trust"]
    assert found["scores"][0] == {
        "map": "grad_cam",
        "measure": "deletion",
        "value": 0.31,
        "chance": 0.52,
        "mark": "good",
        "code": "deletion_good",
    }
    assert found["worst"]["code"] == "rank_agreement_unreliable"
    assert found["shortcut_alarm"] is False
    assert found["curves"]["grad_cam"]["insertion"] == [0.1, 0.9]
    assert found["parameters"] == {"steps": 12}
    assert json.loads(files(None)["result.json"])["trust"] is None


@pytest.mark.parametrize("language", list(Language))
def test_markdown_and_pdf_say_the_worst_mark_and_list_all(language):
    made = files(TRUST, language)
    markdown = made["report.md"].decode()
    printed = pdf_text(made["report.pdf"])
    sentence = message("rank_agreement_unreliable", language)
    for text in (markdown, printed):
        assert sentence.split(":")[0] in text
        assert message("mark_good", language) in text
        assert "✕ " + message("mark_unreliable", language) in text
        assert document_text(language)["trust"] in text
        assert "0.31" in text and "0.52" in text and "-0.12" in text
    assert markdown.index(sentence.split(":")[0]) < markdown.index(
        document_text(language)["descriptors"]
    )


def test_without_marks_it_is_said_and_without_trust_nothing():
    bare = replace(
        TRUST, scores=tuple(replace(one, mark=TrustMark.NOT_GRADED) for one in TRUST.scores)
    )
    said = document_text(Language.ENGLISH)["trust_not_graded"]
    assert said in files(bare)["report.md"].decode()
    without = files(None)["report.md"].decode()
    assert said not in without
    assert document_text(Language.ENGLISH)["trust"] not in without
