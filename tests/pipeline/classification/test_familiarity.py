"""How far a radiograph lies from what was taught, worked out by hand."""

import numpy as np
import pytest

from pipeline.classification.familiarity import Familiarity
from pipeline.presentation import classification_view
from pipeline.result_file.findings import PredictionEntry
from pipeline.types import ClassificationState, Descriptors, Language, Prediction
from pipeline.words import words_of
from report.writing.template_writer import TemplateWriter
from report.writing.writer import ReportWriter


@pytest.fixture
def familiar():
    return Familiarity(
        mean=np.array([1, 1, 1], np.float32),
        basis=np.array([[1, 0], [0, 1], [0, 0]], np.float32),
        known=np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32),
        neighbour=2,
    )


def test_the_distance_is_one_minus_the_second_best_cosine_on_the_axes(familiar):
    features = np.array([[3, 1, 9], [1, 7, 1], [-1, 1, 1]], np.float32)  # to the right, up, left
    np.testing.assert_allclose(familiar.distances(features), [0.4, 0.2, 1.6], atol=1e-6)


def test_the_length_of_the_features_does_not_matter(familiar):
    features = np.array([[2, 3, 1], [3, 5, 1]], np.float32)  # the same direction from the mean
    near, far = familiar.distances(features)
    assert near == pytest.approx(far, abs=1e-6)


def test_it_is_stored_and_read_again(familiar, tmp_path):
    familiar.save(tmp_path / "familiar.npz")
    again = Familiarity.of(tmp_path / "familiar.npz")
    features = np.array([[2, 3, 4]], np.float32)
    np.testing.assert_allclose(again.distances(features), familiar.distances(features), atol=1e-3)


def prediction(distance):
    labels = ("normal", "covid19")
    return Prediction(
        labels=labels,
        probabilities=(0.1, 0.9),
        normal_label="normal",
        threshold_prob=0.5,
        terms={label: {Language.ENGLISH: label} for label in labels},
        unfamiliarity=distance,
        unfamiliarity_limit=None if distance is None else 5.0,
    )


def test_beyond_the_limit_there_is_no_classification():
    entry = PredictionEntry.of(prediction(5.5))
    assert entry.unfamiliar is True
    assert entry.state is ClassificationState.UNFAMILIAR
    assert (entry.label, entry.abnormal, entry.abnormal_probability) == (None, None, None)
    assert (entry.probabilities, entry.found, entry.uncertain) == ({}, (), False)
    near = PredictionEntry.of(prediction(4.5))
    assert (near.unfamiliar, near.label, near.abnormal) == (False, "covid19", True)
    assert PredictionEntry.of(prediction(None)).unfamiliar is None


@pytest.mark.parametrize("language", list(Language))
def test_page_and_report_say_why_there_is_none(language):
    words = words_of(language)
    view = classification_view(words, prediction(9.0))
    assert view.state is ClassificationState.UNFAMILIAR
    assert view.headline == words("classification.unfamiliar")
    assert (view.rows, view.probability) == ((), "")
    descriptors = Descriptors(fused_image=np.zeros((4, 4), np.float32), items=())
    said = {"language": language, "seed": 0}
    writer = ReportWriter.__new__(ReportWriter)  # no model is asked, so none is named
    draft = writer.draft(prediction(9.0), descriptors, **said)
    report = TemplateWriter().finish(draft)
    assert report.is_template
    assert words.report["plain"]["unfamiliar"] in report.text
    assert "COVID-19" not in report.text
    assert "contradicted" not in {claim.status.value for claim in report.claims}
