"""The classification in sentences: of labels that exclude one another, and of several at once."""

from dataclasses import replace

import pytest

from pipeline.presentation import classification_view
from pipeline.types import ClassificationState, Language, Prediction
from pipeline.words import words_of

ENGLISH = words_of(Language.ENGLISH)


def exclusive(*probabilities: float) -> Prediction:
    labels = ("normal", "bacterial_pneumonia", "tuberculosis")
    return Prediction(
        labels=labels,
        probabilities=probabilities,
        normal_label="normal",
        threshold_prob=0.5,
        uncertain_prob=(0.4, 0.6),
        terms={},
    )


def several(*probabilities: float) -> Prediction:
    labels = ("effusion", "nodule", "mass")
    return Prediction(
        labels=labels,
        probabilities=probabilities,
        normal_label="none",
        threshold_prob=0.5,
        terms={label: {Language.ENGLISH: label} for label in (*labels, "none")},
        thresholds={"effusion": 0.5, "nodule": 0.48, "mass": 0.6},
    )


def test_an_abnormal_classification_is_said_with_its_probability_and_threshold() -> None:
    view = classification_view(ENGLISH, exclusive(0.02, 0.9, 0.08))
    assert (view.headline, view.state) == ("Abnormality suspected", ClassificationState.ABNORMAL)
    assert view.most_likely == "Most likely: bacterial pneumonia (90%)."
    assert view.probability == "Probability of an abnormality: 98% (threshold 50%)"
    assert [(row.name, row.text, row.found) for row in view.rows] == [
        ("bacterial pneumonia", "90%", True),
        ("tuberculosis", "8%", False),
        ("no abnormality", "2%", False),
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.ENGLISH, "This does not exclude disease."),
        (Language.RUSSIAN, "Это не исключает заболевания."),
        (Language.UKRAINIAN, "Це не виключає захворювання."),
    ],
)
def test_no_abnormality_never_stands_without_what_it_does_not_mean(
    language: Language, said: str
) -> None:
    for prediction in (exclusive(0.97, 0.02, 0.01), several(0.1, 0.1, 0.1)):
        view = classification_view(words_of(language), prediction)
        assert view.state is ClassificationState.NORMAL
        assert view.most_likely.endswith(said)


@pytest.mark.parametrize("normal", [0.59, 0.45])
def test_uncertain_is_a_result_of_its_own_on_either_side_of_the_threshold(normal: float) -> None:
    prediction = exclusive(normal, 0.8 - normal, 0.2)
    view = classification_view(ENGLISH, prediction)
    assert view.headline == "Uncertain: read the radiograph yourself"
    assert view.state is ClassificationState.UNCERTAIN
    assert not prediction.is_settled
    assert view.most_likely.endswith("It is not a finding.")
    assert "No abnormality found" not in " ".join((view.headline, view.most_likely, view.doubt))


@pytest.mark.parametrize(("share", "likely"), [(0.64, False), (0.65, True)])
def test_a_leading_label_that_is_hardly_likely_is_not_called_confident(
    share: float, likely: bool
) -> None:
    prediction = exclusive(0.01, share, 0.99 - share)
    doubt = classification_view(ENGLISH, prediction).doubt
    weak = ENGLISH("classification.doubt_weak", value=f"{share:.0%}")
    assert doubt == (ENGLISH("classification.doubt_none") if likely else weak)
    assert prediction.is_settled is likely


@pytest.mark.parametrize(
    ("probabilities", "sentence"),
    [
        ((0.45, 0.3, 0.25), "doubt_threshold"),  # abnormal 0.55, threshold 0.5
        ((0.2, 0.4, 0.4), "doubt_spread"),
        ((0.02, 0.9, 0.08), "doubt_none"),
    ],
)
def test_doubt_is_said_in_words(probabilities: tuple[float, ...], sentence: str) -> None:
    said = ENGLISH(f"classification.{sentence}", low="40%", high="60%")
    assert classification_view(ENGLISH, exclusive(*probabilities)).doubt == said


def test_a_tie_names_both_labels() -> None:
    doubt = classification_view(ENGLISH, exclusive(0.06, 0.51, 0.43)).doubt
    assert "bacterial pneumonia" in doubt and "tuberculosis" in doubt


def test_of_several_labels_the_leading_one_is_set_against_its_own_threshold() -> None:
    view = classification_view(ENGLISH, several(0.45, 0.45, 0.45))
    assert view.probability == "Probability of nodule: 45% (threshold 48%)"


def test_none_is_not_called_most_likely_where_it_is_not() -> None:
    view = classification_view(ENGLISH, several(0.45, 0.45, 0.45))
    assert view.most_likely == "No label reaches its threshold. This does not exclude disease."
    assert "effusion" in classification_view(ENGLISH, several(0.9, 0.1, 0.1)).most_likely


@pytest.mark.parametrize(("share", "near"), [(0.45, True), (0.1, False)])
def test_a_leading_label_near_its_threshold_is_uncertain(share: float, near: bool) -> None:
    doubt = classification_view(ENGLISH, several(0.0, share, 0.0)).doubt
    assert (doubt == ENGLISH("classification.doubt_limit")) is near


def test_labels_that_the_classifier_cannot_name_in_the_language_are_said_to_be_english() -> None:
    russian = words_of(Language.RUSSIAN)
    note = russian("classification.labels_in_english", language="русский")
    view = classification_view(russian, several(0.9, 0.1, 0.1))
    assert note in view.notes
    assert view.rows[0].name == "effusion"
    assert note not in classification_view(russian, exclusive(0.02, 0.9, 0.08)).notes
    assert "uncalibrated" not in " ".join(view.notes)
    unsure = replace(several(0.9, 0.1, 0.1), calibrated=False)
    assert russian("classification.uncalibrated") in classification_view(russian, unsure).notes
