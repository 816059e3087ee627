"""Agreement, shortcuts, ratings: each measure worked out by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.errors import ManifestError
from pipeline.manifest import MANIFEST_FILE, write_manifest
from pipeline.types import (
    ExplanationQuality,
    Language,
    Method,
    QualityMeasure,
    QualityRating,
    QualityScore,
)
from tests.xai.quality.quality_networks import (
    LETTER,
    SIDE,
    SQUARE,
    THORAX,
    PlaceNetwork,
    ThoraxNetwork,
    chest,
    map_of,
    radiograph,
)
from xai.image.network_grid import network_grid
from xai.quality.agreement import agreement_of, rank_correlation, top_k_iou
from xai.quality.limits import (
    QUALITY_LIMITS_FILE,
    UNGRADED,
    AucFound,
    Limits,
    QualityLimits,
    Telling,
    limits_json,
    load_quality_limits,
)
from xai.quality.shortcuts import border, shortcut_scores, suspect_places

EVERYWHERE = np.ones((SIDE, SIDE), bool)
LIMITS = {
    QualityMeasure.DELETION: Limits(good=0.1, doubtful=0.0),
    QualityMeasure.MASS_ON_TEXT: Limits(good=0.05, doubtful=0.2),
}


def score(measure, value, random_baseline=0.0, rating=QualityRating.NOT_GRADED):
    return QualityScore(
        map=Method.LIME,
        measure=measure,
        value=value,
        random_baseline=random_baseline,
        rating=rating,
    )


def shares(found, seen=EVERYWHERE):
    places = suspect_places(radiograph(), chest())
    return {one.measure: one for one in shortcut_scores(Method.GRAD_CAM, found, seen, places)}


def test_rank_correlation_knows_order_and_not_height():
    rising = np.array([0.0, 1.0, 2.0, 3.0])
    assert rank_correlation(rising, rising**3) == pytest.approx(1)
    assert rank_correlation(rising, -np.exp(rising)) == pytest.approx(-1)
    assert rank_correlation(rising, np.array([1.0, 1.0, 1.0, 1.0])) == 0
    assert rank_correlation(rising, np.array([1.0, 0.0, 3.0, 2.0])) == pytest.approx(0.6)


def test_overlap_counts_the_strongest_fifth():
    first = np.arange(10.0)
    second = first.copy()
    second[[7, 8]] = second[[8, 7]]
    assert top_k_iou(first, first) == 1
    assert top_k_iou(first, second) == pytest.approx(1 / 3)  # 8 and 9 against 9 and 7
    assert top_k_iou(first, first[::-1]) == 0
    assert top_k_iou(first, np.zeros(10)) == 0


def test_agreement_looks_at_the_lungs_alone():
    lungs = np.zeros((SIDE, SIDE), bool)
    lungs[10:20, 10:20] = True
    noise = np.random.default_rng(0).random((2, SIDE, SIDE)).astype(np.float32)
    noise[1][lungs] = noise[0][lungs]
    assert agreement_of(noise[0], noise[1], lungs) == pytest.approx((1, 1))
    alike, _ = agreement_of(noise[0], noise[1], ~lungs)
    assert abs(alike) < 0.1
    assert agreement_of(noise[0], noise[1], np.zeros_like(lungs)) == (0, 0)


def test_a_map_on_the_letter_lies_outside_on_text_and_one_in_the_lung_does_not():
    planted, right = shares(map_of(LETTER)), shares(map_of(SQUARE))
    assert planted[QualityMeasure.MASS_OUTSIDE_THORAX].value == 1
    assert planted[QualityMeasure.MASS_ON_TEXT].value == 1
    assert planted[QualityMeasure.MASS_ON_TEXT].gain == pytest.approx(1)
    for one in right.values():
        assert one.value == 0
        assert one.gain < 0


def test_an_even_map_is_chance():
    for one in shares(np.full((SIDE, SIDE), 0.5, np.float32)).values():
        assert one.value == pytest.approx(one.random_baseline)
        assert one.gain == pytest.approx(0)
    outside = shares(np.ones((SIDE, SIDE), np.float32))[QualityMeasure.MASS_OUTSIDE_THORAX]
    assert outside.value == pytest.approx(1 - 36 * 36 / SIDE**2)


def test_what_the_network_does_not_see_counts_for_nothing():
    thorax = np.zeros((SIDE, SIDE), bool)
    thorax[THORAX] = True
    blurred = map_of(LETTER) + map_of(SQUARE)
    for one in shares(blurred, thorax).values():
        assert (one.value, one.random_baseline, one.gain) == (0, 0, 0)


def test_the_border_is_a_frame():
    frame = border((40, 60))
    assert frame.sum() == 40 * 60 - 36 * 56
    assert frame[:2].all() and frame[:, -2:].all() and not frame[2:-2, 2:-2].any()


@pytest.mark.parametrize(
    ("one", "gain"),
    [
        (score(QualityMeasure.DELETION, 0.2, 0.5), 0.3),
        (score(QualityMeasure.INSERTION, 0.2, 0.5), -0.3),
        (score(QualityMeasure.STABILITY, 0.7), 0.7),
        (score(QualityMeasure.MASS_OUTSIDE_THORAX, 0.8, 0.6), 0.5),
        (score(QualityMeasure.MASS_OUTSIDE_THORAX, 1.0, 1.0), 0.0),
    ],
)
def test_gain_by_hand(one, gain):
    assert one.gain == pytest.approx(gain)


@pytest.mark.parametrize(
    ("measure", "value", "rating"),
    [
        (QualityMeasure.DELETION, 0.39, QualityRating.GOOD),
        (QualityMeasure.DELETION, 0.45, QualityRating.DOUBTFUL),
        (QualityMeasure.DELETION, 0.51, QualityRating.UNRELIABLE),
        (QualityMeasure.INSERTION, 0.9, QualityRating.NOT_GRADED),
    ],
)
def test_marks_follow_the_limits(measure, value, rating):
    rated = QualityLimits(limits=LIMITS).rated(score(measure, value, 0.5))
    assert rated.rating is rating
    assert rated.code == f"{measure}_{rating}"
    assert UNGRADED.rated(rated).rating is QualityRating.NOT_GRADED


def told(value, low):
    found = AucFound(value=value, ci95=(low, 0.9))
    return Telling(points=None, right=found)


@pytest.mark.parametrize(
    ("tells", "rating"),
    [
        ({"lime": {QualityMeasure.DELETION: told(0.7, 0.55)}}, QualityRating.GOOD),
        ({"lime": {QualityMeasure.DELETION: told(0.59, 0.55)}}, QualityRating.NOT_GRADED),
        ({"lime": {QualityMeasure.DELETION: told(0.7, 0.49)}}, QualityRating.NOT_GRADED),
        ({"grad_cam": {QualityMeasure.DELETION: told(0.7, 0.55)}}, QualityRating.NOT_GRADED),
    ],
)
def test_a_rating_that_tells_nothing_is_not_shown(tells, rating):
    found = QualityLimits(limits=LIMITS, tells=tells).rated(score(QualityMeasure.DELETION, 0, 0.5))
    assert found.rating is rating


@pytest.mark.parametrize(
    ("value", "rating"),
    [
        (0.05, QualityRating.NOT_GRADED),  # no alarm: a plain number
        (0.06, QualityRating.DOUBTFUL),
        (0.2, QualityRating.DOUBTFUL),
        (0.21, QualityRating.UNRELIABLE),
    ],
)
def test_of_a_shortcut_measure_less_is_better(value, rating):
    found = QualityLimits(limits=LIMITS).rated(score(QualityMeasure.MASS_ON_TEXT, value))
    assert found.rating is rating


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=6))
def test_a_better_value_never_gets_a_worse_mark(values):
    limits, order = QualityLimits(limits=LIMITS), list(QualityRating)
    for measure in LIMITS:  # of both, less is better
        ratings = [order.index(limits.rating(score(measure, v))) for v in sorted(values)]
        assert ratings == sorted(ratings)


def test_limits_in_the_wrong_order_are_refused():
    with pytest.raises(ValidationError, match="misfit"):
        QualityLimits(limits={QualityMeasure.DELETION: Limits(good=0.0, doubtful=0.1)})
    with pytest.raises(ValidationError, match="misfit"):
        QualityLimits(limits={QualityMeasure.MASS_ON_BORDER: Limits(good=0.3, doubtful=0.1)})


def test_the_worst_rating_is_given_and_a_shortcut_first():
    good = score(QualityMeasure.STABILITY, 0.9, rating=QualityRating.GOOD)
    poor = score(QualityMeasure.DELETION, 0.6, rating=QualityRating.UNRELIABLE)
    outside = score(QualityMeasure.MASS_OUTSIDE_THORAX, 0.9, rating=QualityRating.UNRELIABLE)
    other = replace(outside, map=Method.GRAD_CAM, rating=QualityRating.DOUBTFUL)
    text = replace(other, measure=QualityMeasure.MASS_ON_TEXT)
    none = score(QualityMeasure.TOP_K_IOU, 0.1)

    def quality(*scores):
        return ExplanationQuality(label="found", scores=scores, curves={}, random_auc=0.5)

    assert quality(good, poor, none).worst is poor
    assert not quality(good, poor, none).shortcut_alarm
    assert quality(good, poor, outside).worst is outside
    assert quality(good, outside, other).shortcut_alarm
    assert not quality(good, outside).shortcut_alarm  # one method alone
    further = replace(other, map=Method.LAYER_CAM)
    assert not quality(good, outside, further).shortcut_alarm  # and one that does not count
    assert not quality(good, outside, text).shortcut_alarm  # another place
    assert not quality(other, replace(other, map=Method.LIME)).shortcut_alarm  # none for sure
    assert quality(none).worst is None
    assert quality(good, none).worst is good


def classifier_folder(place, *files):
    (place / "weights.bin").write_bytes(b"weights")
    write_manifest(
        place,
        name="own",
        task="classification",
        files=["weights.bin", *files],
        labels=["normal", "found"],
        input={"size": 8},
        normal_label="normal",
        terms={name: dict.fromkeys(Language, name) for name in ("normal", "found")},
    )
    return place


def test_thresholds_are_read_back_from_the_folder_that_names_them(tmp_path):
    limits = QualityLimits(limits=LIMITS, origin={"radiographs": 3})
    (tmp_path / QUALITY_LIMITS_FILE).write_text(limits_json(limits), encoding="utf-8")
    assert load_quality_limits(classifier_folder(tmp_path)) is UNGRADED
    found = load_quality_limits(classifier_folder(tmp_path, QUALITY_LIMITS_FILE))
    assert (found.limits, found.origin) == (LIMITS, {"radiographs": 3})


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("[]", ""),
        ("{}", "limits"),
        ('{"limits": {"beauty": {}}, "origin": {}}', "limits.beauty"),
        ('{"limits": {"deletion": {"good": 0.1}}}', "limits.deletion.doubtful"),
        ('{"limits": {"deletion": {"good": 0, "doubtful": 0.1}}}', "limits.deletion.good"),
        ('{"limits": {}, "origins": {}}', "origins"),
        ("no", ""),
    ],
)
def test_thresholds_that_cannot_be_read_are_refused(tmp_path, content, field):
    (tmp_path / QUALITY_LIMITS_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        load_quality_limits(classifier_folder(tmp_path, QUALITY_LIMITS_FILE))
    assert caught.value.parameters["file"] == QUALITY_LIMITS_FILE
    assert caught.value.parameters["field"] == field


def test_thresholds_that_were_changed_are_refused(tmp_path):
    (tmp_path / QUALITY_LIMITS_FILE).write_text("{}", encoding="utf-8")
    classifier_folder(tmp_path, QUALITY_LIMITS_FILE)
    (tmp_path / QUALITY_LIMITS_FILE).write_text('{"limits": {}, "origin": {}}', encoding="utf-8")
    assert QUALITY_LIMITS_FILE in json.loads((tmp_path / MANIFEST_FILE).read_text())["files"]
    with pytest.raises(Exception, match="weights_mismatch"):
        load_quality_limits(tmp_path)


def test_the_way_to_the_networks_grid_undoes_the_way_back():
    whole = network_grid(PlaceNetwork(), chest(), SIDE)
    assert (whole.to_model(map_of(SQUARE)) == map_of(SQUARE)).all()
    cut = network_grid(ThoraxNetwork(), chest(), 72)
    assert (cut.box.top, cut.box.bottom, cut.box.left, cut.box.right) == (8, 44, 6, 42)
    inside = cut.mask_to_model(map_of(SQUARE) > 0)
    assert inside.shape == (72, 72)
    assert inside[9:23, 9:23].all()
    assert inside.sum() == pytest.approx(16 * 16, abs=40)
