"""Thresholds of the ratings: from radiographs' values to limits, and into the folder."""

import json

import numpy as np
import pytest

from pipeline.errors import ManifestError, WeightsMismatchError
from pipeline.manifest import MANIFEST_FILE, load_manifest
from pipeline.types import (
    FUSED_METHODS,
    ExplanationQuality,
    Method,
    QualityMeasure,
    QualityRating,
    QualityScore,
)
from tests.xai.quality.test_quality_scores import classifier_folder
from training.classifier.explained import validation_radiographs
from training.classifier.quality_limits import (
    BOUNDS,
    MeasuredRadiograph,
    gains_of,
    limits_of,
    metrics_of,
    write_thresholds,
)
from training.datasets.index import Split
from training.evaluate import NothingToEvaluateError
from xai.quality.limits import QUALITY_LIMITS_FILE, load_quality_limits

SIDE = 24
LUNGS = np.ones((SIDE, SIDE), bool)


def measured(number, *, stability, reproduced, outside, random_baseline=(-0.2, -0.1, 0.1, 0.2)):
    """One radiograph's values; its maps are smooth noise, unrelated to any other's."""
    random = np.random.default_rng(number)
    scores = [
        QualityScore(map=Method.LIME, measure=QualityMeasure.STABILITY, value=stability),
        *(
            QualityScore(map=method, measure=measure, value=outside)
            for method in FUSED_METHODS
            for measure in BOUNDS
        ),
    ]
    return MeasuredRadiograph(
        quality=ExplanationQuality(label="found", scores=tuple(scores), curves={}, random_auc=0.5),
        random_baseline=random_baseline,
        reproduced=reproduced,
        maps_model={
            method: random.random((SIDE, SIDE)).astype(np.float32) for method in FUSED_METHODS
        },
        lungs_model=LUNGS,
    )


def radiographs(outside=0.0):
    """Twenty radiographs whose full runs agree 0.2 better than their short ones."""
    stabilities = np.linspace(0.2, 0.7, 20)
    return [
        measured(number, stability=value, reproduced=value + 0.2, outside=outside)
        for number, value in enumerate(stabilities)
    ]


def test_curves_are_compared_with_what_random_maps_reach():
    limits = limits_of(radiographs()).limits
    for measure in (QualityMeasure.DELETION, QualityMeasure.INSERTION):
        assert limits[measure].good == pytest.approx(0.2)
        assert limits[measure].doubtful == pytest.approx(0.0)


def test_stability_is_compared_with_what_a_full_run_gives():
    limits = limits_of(radiographs()).limits[QualityMeasure.STABILITY]
    assert (limits.good, limits.doubtful) == (pytest.approx(0.5), pytest.approx(0.3))


def test_agreement_is_compared_with_maps_of_other_radiographs():
    limits = limits_of(radiographs()).limits
    assert 0 < limits[QualityMeasure.RANK_CORRELATION].good < 0.15
    assert abs(limits[QualityMeasure.RANK_CORRELATION].doubtful) < 0.05
    assert 0 < limits[QualityMeasure.TOP_K_IOU].good < 0.1


@pytest.mark.parametrize("usual", [0.0, 1.0])
def test_what_is_usual_moves_a_shortcut_limit_within_its_bounds(usual):
    limits = limits_of(radiographs(outside=usual)).limits
    for measure, (good, doubtful) in BOUNDS.items():
        place = 1 if usual else 0
        assert (limits[measure].good, limits[measure].doubtful) == (good[place], doubtful[place])


def test_a_classifier_that_always_leans_on_markers_is_not_excused():
    limits = limits_of(radiographs(outside=0.9))
    score = QualityScore(map=Method.LIME, measure=QualityMeasure.MASS_ON_TEXT, value=0.9)
    assert limits.rated(score).rating is QualityRating.UNRELIABLE


def test_metrics_count_the_marks():
    limits = limits_of(radiographs())
    qualities = [item.quality for item in radiographs()]
    found = metrics_of(qualities, limits)["lime"]["stability"]
    values = gains_of(qualities, Method.LIME, QualityMeasure.STABILITY)
    assert found["median"] == pytest.approx(np.median(values), abs=1e-4)
    assert found["good"] == pytest.approx((values >= 0.5).mean())
    assert found["good"] + found["doubtful"] + found["unreliable"] == pytest.approx(1)


def test_they_lie_in_the_folder_and_are_named_in_its_manifest(tmp_path):
    folder = classifier_folder(tmp_path)
    before = json.loads((folder / MANIFEST_FILE).read_text())
    limits = limits_of(radiographs())
    write_thresholds(limits, folder)
    after = json.loads((folder / MANIFEST_FILE).read_text())
    assert set(after.pop("files")) == {"weights.bin", QUALITY_LIMITS_FILE}
    del before["files"]
    assert after == before
    assert load_quality_limits(folder).limits == limits.limits
    write_thresholds(limits_of(radiographs(outside=1.0)), folder)  # once more, and still whole
    assert QUALITY_LIMITS_FILE in load_manifest(folder, "classification").files


def test_nothing_is_added_to_a_folder_that_is_not_whole(tmp_path):
    folder = classifier_folder(tmp_path)
    (folder / "weights.bin").write_bytes(b"others")
    with pytest.raises(WeightsMismatchError):
        write_thresholds(limits_of(radiographs()), folder)
    assert not (folder / QUALITY_LIMITS_FILE).exists()
    with pytest.raises(ManifestError):
        write_thresholds(limits_of(radiographs()), tmp_path / "absent")


def dataset(folder, name, labels):
    """A dataset of twenty radiographs, the last ten for validation."""
    (folder / name).mkdir()
    rows = [
        f"{label}{number}.png,{label},{'train' if number < 10 else 'validation'}"
        for number in range(20)
        for label in (labels[number % len(labels)],)
    ]
    text = "\n".join(["file,label,source_split", *rows])
    (folder / name / "index.csv").write_text(text + "\n", encoding="utf-8")


def test_radiographs_come_evenly_from_the_datasets_that_the_classifier_knows(tmp_path):
    dataset(tmp_path, "adults", ["normal", "covid19"])
    dataset(tmp_path, "children", ["normal", "pneumonia"])
    dataset(tmp_path, "nodules", ["nodule"])
    found = validation_radiographs(tmp_path, ("normal", "covid19"), 6)
    assert [radiograph.dataset for radiograph in found] == ["adults", "children"] * 3
    assert {radiograph.split for radiograph in found} == {Split.VALIDATION}
    assert validation_radiographs(tmp_path, ("normal",), 4) == found[:4]
    assert len(validation_radiographs(tmp_path / "adults", ("normal",), 100)) == 10
    with pytest.raises(NothingToEvaluateError):
        validation_radiographs(tmp_path, ("fracture",), 4)
