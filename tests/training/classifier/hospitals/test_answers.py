"""What a hospital's radiographs are answered, in figures worked out by hand."""

from pathlib import Path

import pytest

from pipeline.types import Language, Prediction
from training.classifier.hospitals.answers import Answers, figures_of
from training.datasets.index import ImageRecord, Split


def record(label, number):
    return ImageRecord(
        dataset="hospital",
        path=Path(f"{number}.png"),
        label=label,
        patient=str(number),
        split=Split.TRAIN,
        lung_mask=None,
    )


def prediction(abnormal, distance):
    return Prediction(
        labels=("normal", "tuberculosis"),
        probabilities=(1 - abnormal, abnormal),
        normal_label="normal",
        threshold_prob=0.5,
        terms={name: {Language.ENGLISH: name} for name in ("normal", "tuberculosis")},
        unfamiliarity=distance,
        unfamiliarity_limit=2.0,
    )


ANSWERS = Answers(
    radiographs=[
        record(label, number)
        for number, label in enumerate(("normal", "no_nodule", "normal", "silicosis", "fracture"))
    ],
    predictions=[
        prediction(0.1, 1.0),
        prediction(0.2, 1.0),
        prediction(0.9, 3.0),  # wrong, and withheld
        prediction(0.8, 1.0),
        prediction(0.3, 1.0),  # missed
    ],
    refused={"chest_not_found": 3},
)


def test_any_label_but_the_normal_ones_is_abnormal():
    found = figures_of(ANSWERS)
    abnormal = found["abnormal"]
    assert (found["n"], found["radiographs"]) == (5, 8)
    assert found["refused"] == {"chest_not_found": 3}
    assert abnormal["auc"]["value"] == pytest.approx(4 / 6)
    assert abnormal["accuracy"]["value"] == pytest.approx(3 / 5)
    assert abnormal["specificity"]["value"] == pytest.approx(2 / 3)
    assert abnormal["sensitivity"]["value"] == pytest.approx(1 / 2)
    assert all(len(figure["ci95"]) == 2 for figure in abnormal.values() if figure)


def test_the_rest_is_judged_without_what_is_withheld():
    unfamiliar = figures_of(ANSWERS)["unfamiliar"]
    assert unfamiliar["share"]["value"] == pytest.approx(1 / 5)
    assert unfamiliar["accuracy_of_rest"]["value"] == pytest.approx(3 / 4)


def test_a_dataset_that_is_refused_altogether_still_has_its_codes():
    found = figures_of(Answers(radiographs=[], predictions=[], refused={"chest_not_found": 400}))
    assert (found["n"], found["radiographs"]) == (0, 400)
    assert found["abnormal"]["auc"] is None
    assert found["unfamiliar"]["share"] is None


def test_one_kind_alone_has_no_auc_and_keeps_its_specificity():
    alone = Answers(radiographs=ANSWERS.radiographs[:3], predictions=ANSWERS.predictions[:3])
    abnormal = figures_of(alone)["abnormal"]
    assert abnormal["auc"] is None
    assert abnormal["sensitivity"] is None
    assert abnormal["specificity"]["value"] == pytest.approx(2 / 3)
