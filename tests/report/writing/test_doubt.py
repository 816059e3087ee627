"""What is written where the classification is uncertain, or its label hardly likely."""

from dataclasses import replace

import pytest

from pipeline.settings import Settings
from pipeline.types import ClaimStatus, Language, Prediction, Report, Section
from pipeline.words import words_of
from report.writing.writer import ReportWriter
from tests.report.writing.test_writer import (
    DESCRIPTORS,
    FIRST,
    PREDICTION,
    SECOND,
    ScriptedModel,
    report_text,
)

UNCERTAIN = replace(PREDICTION, probabilities=(0.45, 0.5, 0.05), uncertain_prob=(0.4, 0.94))
HARDLY = replace(PREDICTION, probabilities=(0.01, 0.58, 0.41))
REFERRAL = "Refer to a pulmonologist; contact tracing is needed."


def written(prediction: Prediction, language: Language = Language.ENGLISH) -> Report:
    script = report_text(FIRST, SECOND, advice=REFERRAL)
    writer = ReportWriter(Settings(), ScriptedModel(script, script, script))
    return writer.write(prediction, DESCRIPTORS, language=language, seed=5)


@pytest.mark.parametrize("prediction", [UNCERTAIN, HARDLY])
@pytest.mark.parametrize("language", list(Language))
def test_no_recommendation_follows_from_doubt(prediction, language):
    report = written(prediction, language)
    plain = words_of(language).report["plain"]
    assert report.sections[Section.RECOMMENDATIONS] == plain["advice_uncertain"]
    first = next(one for one in report.claims if one.section is Section.INTERPRETATION)
    assert (first.sentence == plain["uncertain"]) is (prediction is UNCERTAIN)
    assert not any(one.status is ClaimStatus.CONTRADICTED for one in report.standing)


def test_a_recommendation_may_follow_from_a_likely_label():
    report = written(PREDICTION)
    assert report.sections[Section.RECOMMENDATIONS] == REFERRAL
