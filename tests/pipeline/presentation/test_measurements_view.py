"""What is said of the thresholds: whose they are, and where they are not applied."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pipeline.presentation import measurements_view
from pipeline.presentation.measurements import EMPHYSEMA, EMPHYSEMA_AUC
from pipeline.settings import ROOT
from pipeline.types import (
    NOTHING_STATED,
    AgeGroup,
    HeaderFacts,
    ImageFormat,
    Language,
    Radiograph,
    View,
)
from pipeline.words import words_of
from tests.drawn_measurements import MEASUREMENTS

CHILD = HeaderFacts(age_group=AgeGroup.CHILD)


def radiograph(facts: HeaderFacts) -> Radiograph:
    return Radiograph(
        pixels=np.zeros((200, 200), np.float32),
        sha256="a" * 64,
        format=ImageFormat.DICOM,
        source_shape=(200, 200),
        facts=facts,
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (NOTHING_STATED, "unknown"),
        (HeaderFacts(age_group=AgeGroup.ADULT), "adult"),
        (HeaderFacts(age_group=AgeGroup.ADULT, view=View.AP), "other_view"),
        (HeaderFacts(age_group=AgeGroup.CHILD, view=View.AP), "child"),
    ],
)
@pytest.mark.parametrize("language", list(Language))
def test_whose_the_thresholds_are_is_said(
    language: Language, facts: HeaderFacts, said: str
) -> None:
    words = words_of(language)
    view = measurements_view(words, MEASUREMENTS, radiograph(facts))
    assert view is not None
    assert view.lead == f"{words('measurements.lead')} {words(f'measurements.whose.{said}')}"


def test_a_childs_measurements_are_compared_with_nothing() -> None:
    words = words_of(Language.ENGLISH)
    free = tuple(replace(one, threshold=None) for one in MEASUREMENTS)
    view = measurements_view(words, free, radiograph(CHILD))
    assert view is not None
    readings = {row[0]: row[-1] for row in view.rows if row[1] != "–"}
    assert set(readings.values()) == {"threshold not applied"}


def test_what_the_measurements_are_worth_is_said_as_it_was_measured() -> None:
    file = ROOT / "docs" / "measurements" / "hyperinflation.json"
    found = json.loads(file.read_text("utf-8"))["combined"]
    assert {"radiographs": found["cases"], "patients": found["patients"]} == EMPHYSEMA
    low, high = found["auc"]["ci95"]
    assert list(EMPHYSEMA_AUC.values()) == [
        round(value, 2) for value in (found["auc"]["value"], low, high)
    ]
    assert not found["better_than_chance"]
    view = measurements_view(words_of(Language.RUSSIAN), MEASUREMENTS, radiograph(NOTHING_STATED))
    assert view is not None
    assert any("AUC 0,41 (0,22–0,69)" in note for note in view.notes)
